//! Runs of letters and digits: what stands in one place of all values of a group.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use synth_core::math;
use synth_privacy::Gate;

use super::scripts::Letters;
use super::{SharedWords, Tells};

/// Words listed for one run, at most; more are described by their characters.
const MAX_WORDS: usize = 4;
/// Stretches of one run, at most; more are random characters.
const MAX_STRETCHES: usize = 5;
/// Hexadecimal numbers are told from words and codes from this length on, or when there are so many letters up to
/// f that chance is ruled out: (6/26)^12 < 10^-7.
const MIN_HEX: (usize, u64) = (6, 12);
/// When so many numbers of several digits do not begin with zero, numbers do not: of random digits 0.9^44, one in a hundred
/// samples, would look the same.
const MIN_UNPADDED: u64 = 44;

/// The characters and lengths of one run over all values of a group.
#[derive(Debug, Default)]
pub(super) struct Run {
    whole: Stretch,
    /// The stretches of letters and digits, while all values have the same.
    stretches: Vec<Stretch>,
    /// The values do not change between letters and digits in the same way.
    differs: bool,
    /// How many values have each text, while the texts are few.
    words: BTreeMap<String, u64>,
    n_values: u64,
}

/// One way to describe a run.
#[derive(Debug)]
pub(super) enum RunShape<'a> {
    Words(Vec<&'a str>),
    Stretches(&'a [Stretch]),
}

/// Characters and lengths over all values of a group.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    /// The text, as long as all values agree.
    common: Option<String>,
    /// What the first value begins with; nothing was seen while it is missing.
    first: Option<CharKind>,
    has_digit: bool,
    letters: Letters,
    /// First letter upper case, the rest lower case, in all values.
    not_capitalised: bool,
    /// Digits and the letters a to f only, in all values.
    not_hex: bool,
    /// Letters of all values together.
    n_letters: u64,
    n_min: usize,
    n_max: usize,
    /// Values of two digits and more that do not begin with zero, while none does.
    n_unpadded: Option<u64>,
    /// Some value is a single zero.
    has_zero: bool,
}

/// Stretches are of one kind of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CharKind {
    Digit,
    Capital,
    Other,
}

impl CharKind {
    fn of(c: char) -> Self {
        match () {
            () if c.is_numeric() => Self::Digit,
            () if c.is_uppercase() => Self::Capital,
            () => Self::Other,
        }
    }
}

/// Cuts a run where letters and digits meet, and where capitals and other letters meet.
fn stretches(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in run.char_indices() {
        let kind = CharKind::of(c);
        if previous.is_some_and(|previous| previous != kind) {
            parts.push(&run[start..at]);
            start = at;
        }
        previous = Some(kind);
    }
    parts.push(&run[start..]);
    parts
}

impl Run {
    pub(super) fn push(&mut self, text: &str) {
        let parts = stretches(text);
        if self.n_values == 0 {
            self.stretches.resize_with(parts.len(), Stretch::default);
        }
        self.n_values += 1;
        self.whole.push(text);
        if self.words.len() <= MAX_WORDS {
            *self.words.entry(text.to_owned()).or_default() += 1;
        }
        let agrees = |(stretch, part): (&Stretch, &&str)| {
            stretch.first.is_none() || stretch.first == part.chars().next().map(CharKind::of)
        };
        self.differs |= self.stretches.len() != parts.len()
            || parts.len() > MAX_STRETCHES
            || !self.stretches.iter().zip(&parts).all(agrees);
        if !self.differs {
            self.stretches.iter_mut().zip(&parts).for_each(|(stretch, part)| stretch.push(part));
        }
    }

    pub(super) fn shape(&self, gate: Gate, words: SharedWords) -> RunShape<'_> {
        let is_one = self.whole.common.is_some();
        let are_many = self.words.values().all(|n| gate.is_enough(*n) && *n > 1);
        if !is_one && words == SharedWords::OfMany && self.words.len() <= MAX_WORDS && are_many {
            return RunShape::Words(self.words.keys().map(String::as_str).collect());
        }
        let is_plain = is_one || self.differs || !self.whole.not_capitalised;
        RunShape::Stretches(if is_plain { std::slice::from_ref(&self.whole) } else { &self.stretches })
    }

    pub(super) fn may_be_hex(&self) -> bool {
        !self.whole.not_hex
    }

    /// The shape as a part of hexadecimal numbers: where letters and digits meet means nothing there.
    pub(super) fn in_hex<'a>(&'a self, shape: RunShape<'a>) -> RunShape<'a> {
        match shape {
            RunShape::Words(words) => RunShape::Words(words),
            RunShape::Stretches(_) => RunShape::Stretches(std::slice::from_ref(&self.whole)),
        }
    }
}

impl RunShape<'_> {
    /// Tells whether the run surely is a hexadecimal number.
    pub(super) fn is_hex(&self) -> bool {
        match self {
            Self::Words(_) => false,
            Self::Stretches(stretches) => stretches.iter().any(|stretch| stretch.is_hex(false)),
        }
    }

    pub(super) fn write(&self, tells: Tells, hex: bool, regex: &mut String) {
        match self {
            Self::Stretches(stretches) => {
                stretches.iter().for_each(|stretch| stretch.write(tells, hex, regex));
            }
            Self::Words(words) if words.iter().all(|word| word.chars().count() == 1) => {
                regex.push('[');
                words.iter().for_each(|word| regex.push_str(word));
                regex.push(']');
            }
            Self::Words(words) => {
                regex.push_str("(?:");
                for (at, word) in words.iter().enumerate() {
                    regex.push_str(if at == 0 { "" } else { "|" });
                    word.chars().for_each(|c| push_escaped(c, regex));
                }
                regex.push(')');
            }
        }
    }

    pub(super) fn n_strings(&self, hex: bool) -> f64 {
        match self {
            Self::Stretches(stretches) => stretches.iter().map(|stretch| stretch.n_strings(hex)).product(),
            Self::Words(words) => words.len() as f64,
        }
    }
}

impl Stretch {
    fn push(&mut self, text: &str) {
        let n_chars = text.chars().count();
        let is_first = self.first.is_none();
        self.n_min = if is_first { n_chars } else { self.n_min.min(n_chars) };
        self.n_max = self.n_max.max(n_chars);
        if is_first {
            self.common = Some(text.to_owned());
            self.first = text.chars().next().map(CharKind::of);
        } else if self.common.as_deref() != Some(text) {
            self.common = None;
        }
        let begins_with_zero = text.starts_with('0');
        self.has_zero |= begins_with_zero && n_chars == 1;
        if n_chars > 1 {
            let before = if is_first { Some(0) } else { self.n_unpadded };
            self.n_unpadded = before.filter(|_| !begins_with_zero).map(|n| n + 1);
        } else if is_first {
            self.n_unpadded = Some(0);
        }
        let mut chars = text.chars();
        let capital = chars.next().is_some_and(char::is_uppercase);
        self.not_capitalised |=
            !(capital && n_chars > 1 && chars.all(|c| c.is_alphabetic() && !c.is_uppercase()));
        for c in text.chars() {
            if c.is_numeric() {
                self.has_digit = true;
            } else {
                self.letters.push(c);
                self.n_letters += 1;
            }
            self.not_hex |= !c.is_ascii_hexdigit();
        }
    }

    /// The text common to all values, where there is one and it may be told, else classes and lengths.
    fn write(&self, tells: Tells, hex: bool, regex: &mut String) {
        if let (Some(common), Tells::Texts) = (&self.common, tells) {
            common.chars().for_each(|c| push_escaped(c, regex));
            return;
        }
        if let (Some((upper, lower)), false, false) =
            (self.letters.capitalised(), self.has_digit, self.not_capitalised)
        {
            regex.push_str(&upper);
            push_repeat(&lower, self.n_min - 1, self.n_max - 1, regex);
            return;
        }
        if self.is_number(hex) {
            self.write_number(regex);
        } else {
            push_repeat(&self.class(hex), self.n_min, self.n_max, regex);
        }
    }

    /// Tells whether digits are a number without zeros before it: so many do not begin with zero by accident.
    fn is_number(&self, hex: bool) -> bool {
        let are_digits = self.letters.is_empty() && self.has_digit && !self.is_hex(hex);
        are_digits && self.n_max > 1 && self.n_unpadded.is_some_and(|n| n >= MIN_UNPADDED)
    }

    fn write_number(&self, regex: &mut String) {
        let may_be_zero = self.has_zero && self.n_min == 1;
        regex.push_str(if may_be_zero { "(?:0|[1-9]" } else { "[1-9]" });
        push_repeat("[0-9]", self.n_min - 1, self.n_max - 1, regex);
        if may_be_zero {
            regex.push(')');
        }
    }

    /// How many texts the stretch describes: those of the greatest length.
    fn n_strings(&self, hex: bool) -> f64 {
        let n_cases = i32::from(self.letters.has_lower()) + i32::from(self.letters.has_upper());
        let n_letters = if self.is_hex(hex) { 6 * n_cases } else { self.letters.n_letters() };
        let n_chars = 10 * i32::from(self.has_digit) + n_letters;
        if self.common.is_some() { 1.0 } else { math::pow(f64::from(n_chars.max(1)), self.n_max as f64) }
    }

    /// Digits and letters up to f, so many or in such company that it is no accident, in one case.
    fn is_hex(&self, hex: bool) -> bool {
        let one_case = self.letters.has_lower() != self.letters.has_upper();
        let is_much = self.n_max >= MIN_HEX.0 || self.n_letters >= MIN_HEX.1;
        !self.not_hex && one_case && ((self.has_digit && is_much) || hex)
    }

    fn class(&self, hex: bool) -> String {
        match (self.is_hex(hex), self.letters.has_lower()) {
            (true, true) => "[0-9a-f]".to_owned(),
            (true, false) => "[0-9A-F]".to_owned(),
            _ if self.letters.is_empty() => "[0-9]".to_owned(),
            _ => self.letters.to_regex(self.has_digit),
        }
    }
}

fn push_repeat(class: &str, min: usize, max: usize, regex: &mut String) {
    if max == 0 {
        return;
    }
    regex.push_str(class);
    // Writing to a string does not fail.
    let _ = match (min, max) {
        (1, 1) => Ok(()),
        (min, max) if min == max => write!(regex, "{{{min}}}"),
        (min, max) => write!(regex, "{{{min},{max}}}"),
    };
}

pub(super) fn push_escaped(c: char, regex: &mut String) {
    if matches!(
        c,
        '\\' | '.'
            | '+'
            | '*'
            | '?'
            | '('
            | ')'
            | '|'
            | '['
            | ']'
            | '{'
            | '}'
            | '^'
            | '$'
            | '#'
            | '&'
            | '-'
            | '~'
    ) {
        regex.push('\\');
    }
    match c {
        '\n' => regex.push_str("\\n"),
        '\r' => regex.push_str("\\r"),
        '\t' => regex.push_str("\\t"),
        other => regex.push(other),
    }
}
