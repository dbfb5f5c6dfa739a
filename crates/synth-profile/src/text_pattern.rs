//! The shape of strings: readable regular expressions learned from distinct values.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use synth_core::{Rate, math};
use synth_privacy::{Gate, Publishable};

/// A regular expression and the share of values it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedPattern {
    /// The expression; it holds punctuation, character classes, and texts common to all values.
    pub regex: Publishable,
    /// Share of the values it was learned from.
    pub share: Rate,
    /// How many strings the expression describes, roughly: infinite when beyond `f64`.
    pub n_strings: f64,
}

/// Most patterns that are kept for a field.
const MAX_PATTERNS: usize = 8;
/// A skeleton stands for at least this share of the values.
const MIN_SHARE: f64 = 0.02;
/// Runs of letters and digits in one value, at most; more is prose.
const MAX_RUNS: usize = 24;

/// Which words of the values may stand in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedWords {
    /// Those that all values of a group have in the same place.
    OfAll,
    /// Also those that as many values have as the gate asks for, when there are few of them.
    OfMany,
}

/// Learns patterns from distinct values with their weights.
///
/// # Method
///
/// A value is cut into runs of letters and digits and the punctuation between them. Values with the same
/// punctuation form a group; each run of a group is described by the union of its character classes and the
/// range of its lengths, or by its text when all values have the same. When all values change between letters and
/// digits in the same way, each stretch is described by itself (`[A-Z]{2}[0-9]{3}`); a run that is one of a few
/// words, each in enough values, is described by those (`(?:EU|US)`). Groups below 2 % of the weight, or with
/// fewer distinct values than the gate asks for, are left out. Idea after Potter's Wheel (Raman and Hellerstein 2001, VLDB, section 4).
///
/// # Shapes and units
///
/// Weights are counts. The shares returned are of the total weight and sum to at most 1; the largest comes first.
#[must_use]
pub fn learn_patterns(values: &[(&str, u64)], gate: Gate, words: SharedWords) -> Vec<LearnedPattern> {
    let total: u64 = values.iter().map(|(_, weight)| weight).sum();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (value, weight) in values {
        if let Some((skeleton, runs)) = cut(value) {
            groups.entry(skeleton).or_default().push(&runs, *weight);
        }
    }
    let mut ranked: Vec<(String, Group)> = groups.into_iter().collect();
    ranked.sort_by_key(|(_, group)| std::cmp::Reverse(group.weight));
    ranked
        .into_iter()
        .take(MAX_PATTERNS)
        .filter(|(_, group)| group.weight as f64 >= MIN_SHARE * total as f64)
        .filter_map(|(skeleton, group)| {
            let shapes: Vec<RunShape> = group.runs.iter().map(|run| run.shape(gate, words)).collect();
            Some(LearnedPattern {
                regex: gate.pattern(&to_regex(&skeleton, &shapes), group.n_values)?,
                share: Rate::of(group.weight, total),
                n_strings: shapes.iter().map(RunShape::n_strings).product(),
            })
        })
        .collect()
}

/// Placeholder of a run in a skeleton; not a character that JSON text carries.
const RUN: char = '\u{f8ff}';

/// Cuts a value into its skeleton and its runs; `None` for prose.
fn cut(value: &str) -> Option<(String, Vec<&str>)> {
    let mut skeleton = String::new();
    let mut runs = Vec::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        if first.is_alphanumeric() {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            runs.push(&rest[..end]);
            skeleton.push(RUN);
            rest = &rest[end..];
        } else {
            skeleton.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (runs.len() <= MAX_RUNS && skeleton.len() <= 4 * MAX_RUNS).then_some((skeleton, runs))
}

/// Values of one skeleton.
#[derive(Debug, Default)]
struct Group {
    weight: u64,
    n_values: u64,
    runs: Vec<Run>,
}

impl Group {
    fn push(&mut self, runs: &[&str], weight: u64) {
        self.weight += weight;
        self.n_values += 1;
        self.runs.resize_with(runs.len(), Run::default);
        self.runs.iter_mut().zip(runs).for_each(|(run, text)| run.push(text));
    }
}

fn to_regex(skeleton: &str, shapes: &[RunShape]) -> String {
    let mut regex = String::new();
    let mut shapes = shapes.iter();
    for c in skeleton.chars() {
        match c {
            RUN => shapes.by_ref().take(1).for_each(|shape| shape.write(&mut regex)),
            other => push_escaped(other, &mut regex),
        }
    }
    regex
}

/// The characters and lengths of one run over all values of a group.
#[derive(Debug, Default)]
struct Run {
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
enum RunShape<'a> {
    Words(Vec<&'a str>),
    Stretches(&'a [Stretch]),
}

/// Characters and lengths over all values of a group.
#[derive(Debug, Default)]
struct Stretch {
    /// The text, as long as all values agree.
    common: Option<String>,
    is_seen: bool,
    classes: Classes,
    /// First letter upper case, the rest lower case, in all values.
    not_capitalised: bool,
    /// Digits and the letters a to f only, in all values.
    not_hex: bool,
    /// Letters of all values together.
    n_letters: u64,
    n_min: usize,
    n_max: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Classes {
    digit: bool,
    lower: bool,
    upper: bool,
}

/// Words listed for one run, at most; more are described by their characters.
const MAX_WORDS: usize = 4;
/// Stretches of one run, at most; more are random characters.
const MAX_STRETCHES: usize = 5;

/// Cuts a run where letters and digits meet, and where capitals and other letters meet.
fn stretches(run: &str) -> Vec<&str> {
    let kind = |c: char| (c.is_numeric(), c.is_uppercase());
    let mut parts = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in run.char_indices() {
        if previous.is_some_and(|previous| previous != kind(c)) {
            parts.push(&run[start..at]);
            start = at;
        }
        previous = Some(kind(c));
    }
    parts.push(&run[start..]);
    parts
}

impl Run {
    fn push(&mut self, text: &str) {
        let parts = stretches(text);
        if self.n_values == 0 {
            self.stretches.resize_with(parts.len(), Stretch::default);
        }
        self.n_values += 1;
        self.whole.push(text);
        if self.words.len() <= MAX_WORDS {
            *self.words.entry(text.to_owned()).or_default() += 1;
        }
        let agrees =
            |(stretch, part): (&Stretch, &&str)| !stretch.is_seen || stretch.classes == Classes::of(part);
        self.differs |= self.stretches.len() != parts.len()
            || parts.len() > MAX_STRETCHES
            || !self.stretches.iter().zip(&parts).all(agrees);
        if !self.differs {
            self.stretches.iter_mut().zip(&parts).for_each(|(stretch, part)| stretch.push(part));
        }
    }

    fn shape(&self, gate: Gate, words: SharedWords) -> RunShape<'_> {
        let is_one = self.whole.common.is_some();
        let are_many = self.words.values().all(|n| gate.is_enough(*n) && *n > 1);
        if !is_one && words == SharedWords::OfMany && self.words.len() <= MAX_WORDS && are_many {
            return RunShape::Words(self.words.keys().map(String::as_str).collect());
        }
        let is_plain = is_one || self.differs || !self.whole.not_capitalised;
        RunShape::Stretches(if is_plain { std::slice::from_ref(&self.whole) } else { &self.stretches })
    }
}

impl RunShape<'_> {
    fn write(&self, regex: &mut String) {
        match self {
            Self::Stretches(stretches) => stretches.iter().for_each(|stretch| stretch.write(regex)),
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

    fn n_strings(&self) -> f64 {
        match self {
            Self::Stretches(stretches) => stretches.iter().map(Stretch::n_strings).product(),
            Self::Words(words) => words.len() as f64,
        }
    }
}

impl Classes {
    fn of(text: &str) -> Self {
        let mut classes = Self::default();
        text.chars().for_each(|c| classes.push(c));
        classes
    }

    fn push(&mut self, c: char) {
        self.digit |= c.is_numeric();
        self.upper |= c.is_uppercase();
        self.lower |= c.is_alphabetic() && !c.is_uppercase();
    }
}

impl Stretch {
    fn push(&mut self, text: &str) {
        let n_chars = text.chars().count();
        self.n_min = if self.is_seen { self.n_min.min(n_chars) } else { n_chars };
        self.n_max = self.n_max.max(n_chars);
        if !self.is_seen {
            self.common = Some(text.to_owned());
        } else if self.common.as_deref() != Some(text) {
            self.common = None;
        }
        self.is_seen = true;
        let mut chars = text.chars();
        let capital = chars.next().is_some_and(char::is_uppercase);
        self.not_capitalised |=
            !(capital && n_chars > 1 && chars.all(|c| c.is_alphabetic() && !c.is_uppercase()));
        for c in text.chars() {
            self.classes.push(c);
            self.not_hex |= !c.is_ascii_hexdigit();
            self.n_letters += u64::from(c.is_alphabetic());
        }
    }

    fn write(&self, regex: &mut String) {
        if let Some(common) = &self.common {
            common.chars().for_each(|c| push_escaped(c, regex));
            return;
        }
        if self.classes.lower && self.classes.upper && !self.classes.digit && !self.not_capitalised {
            regex.push_str("[A-Z]");
            push_repeat("[a-z]", self.n_min - 1, self.n_max - 1, regex);
            return;
        }
        push_repeat(&self.class(), self.n_min, self.n_max, regex);
    }

    /// Hexadecimal by a long run, or by so many letters up to f that chance is ruled out: (6/26)^12 < 10^-7.
    fn is_hex(&self) -> bool {
        !self.not_hex && (self.n_max >= 6 || self.n_letters >= 12)
    }

    /// How many texts the stretch describes: those of the greatest length.
    fn n_strings(&self) -> f64 {
        let Classes { digit, lower, upper } = self.classes;
        let letters = if self.is_hex() && digit { 6 } else { 26 };
        let n_chars = 10 * i32::from(digit) + letters * (i32::from(lower) + i32::from(upper));
        if self.common.is_some() { 1.0 } else { math::pow(f64::from(n_chars.max(1)), self.n_max as f64) }
    }

    fn class(&self) -> String {
        let Classes { digit, lower, upper } = self.classes;
        let hex = self.is_hex();
        match (digit, lower, upper) {
            (true, false, false) => "[0-9]".to_owned(),
            (true, true, false) if hex => "[0-9a-f]".to_owned(),
            (true, false, true) if hex => "[0-9A-F]".to_owned(),
            _ => {
                let mut class = String::from("[");
                class.push_str(if upper { "A-Z" } else { "" });
                class.push_str(if lower { "a-z" } else { "" });
                class.push_str(if digit { "0-9" } else { "" });
                class.push(']');
                class
            }
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

fn push_escaped(c: char, regex: &mut String) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], k: u64, expected: &[&str]) {
        let weighted: Vec<(&str, u64)> = values.iter().map(|value| (*value, 1)).collect();
        let learned = learn_patterns(&weighted, Gate::new(k), SharedWords::OfMany);
        let regexes: Vec<&str> = learned.iter().map(|pattern| pattern.regex.as_str()).collect();
        assert_eq!(regexes, expected);
    }

    #[test]
    fn runs_become_classes_and_common_texts_stay() {
        check(&["SKU-12-ab", "SKU-345-cd"], 2, &["SKU\\-[0-9]{2,3}\\-[a-z]{2}"]);
        check(&["John", "Mary", "Al"], 2, &["[A-Z][a-z]{1,3}"]);
        check(&["9f86d081884c", "2c26b46b68ff"], 2, &["[0-9a-f]{12}"]);
        check(&["INV-2024-0001", "INV-2024-0417", "INV-2024-0932"], 3, &["INV\\-2024\\-[0-9]{4}"]);
        check(&["AB123CD", "XY987QR", "KL555MN"], 3, &["[A-Z]{2}[0-9]{3}[A-Z]{2}"]);
        check(&["ORD17", "ORD2004", "ORD9"], 3, &["ORD[0-9]{1,4}"]);
        check(&["A1B2", "17XY", "QQQ1"], 3, &["[A-Z0-9]{4}"]);
    }

    #[test]
    fn few_words_are_listed_when_many_values_have_them() {
        let values = ["EU-101", "EU-232", "EU-317", "US-404", "US-555", "US-681"];
        check(&values, 3, &["(?:EU|US)\\-[0-9]{3}"]);
        check(&["A-101", "A-232", "B-317", "B-404"], 2, &["[AB]\\-[0-9]{3}"]);
        check(&values, 4, &["[A-Z]{2}\\-[0-9]{3}"]);
        let weighted: Vec<(&str, u64)> = values.iter().map(|value| (*value, 1)).collect();
        let learned = learn_patterns(&weighted, Gate::new(3), SharedWords::OfAll);
        assert_eq!(learned[0].regex.as_str(), "[A-Z]{2}\\-[0-9]{3}");
    }

    #[test]
    fn a_common_text_of_few_values_is_not_published() {
        check(&["SKU-12", "SKU-34"], 3, &[]);
        check(&["secret", "secrets"], 2, &["[a-z]{6,7}"]);
    }

    #[test]
    fn the_largest_group_comes_first() {
        check(&["a-1", "b", "c", "d"], 1, &["[a-z]", "a\\-1"]);
    }
}
