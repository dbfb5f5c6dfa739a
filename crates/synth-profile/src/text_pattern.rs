//! The shape of strings: readable regular expressions learned from distinct values.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use synth_core::{Rate, math};
use synth_privacy::{Gate, Publishable};

mod scripts;

use scripts::Letters;
pub(crate) use scripts::foreign_letters;

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

/// Learns patterns from distinct values with their weights.
///
/// # Method
///
/// A value is cut into runs of letters and digits and the punctuation between them. Values with the same
/// punctuation form a group; each run of a group is described by the union of its character classes and the
/// range of its lengths, or by its text when all values have the same. Groups below 2 % of the weight, or with
/// fewer distinct values than the gate asks for, are left out. When all values together are fewer than that, their
/// form is told without their common texts: `EUR` is three capitals. Idea after Potter's Wheel (Raman and Hellerstein 2001, VLDB, section 4).
///
/// # Shapes and units
///
/// Weights are counts. The shares returned are of the total weight and sum to at most 1; the largest comes first.
#[must_use]
pub fn learn_patterns(values: &[(&str, u64)], gate: Gate) -> Vec<LearnedPattern> {
    // So few values share no text that is public; their form is.
    let tells = if gate.is_enough(values.len() as u64) { Tells::Texts } else { Tells::Form };
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
            let regex = group.to_regex(&skeleton, tells);
            Some(LearnedPattern {
                regex: match tells {
                    Tells::Texts => gate.pattern(&regex, group.n_values)?,
                    Tells::Form => gate.form(&regex)?,
                },
                share: Rate::of(group.weight, total),
                n_strings: group.n_strings(),
            })
        })
        .collect()
}

/// What a pattern may hold beside classes and punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Texts that all values have in common.
    Texts,
    /// Nothing.
    Form,
}

/// Hexadecimal numbers are told from words and codes from this length on.
const MIN_HEX: usize = 6;

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

    /// All runs are digits and letters up to f, and one of them surely is a hexadecimal number.
    fn is_hex(&self) -> bool {
        self.runs.iter().all(|run| !run.not_hex) && self.runs.iter().any(|run| run.is_hex(false))
    }

    fn n_strings(&self) -> f64 {
        let hex = self.is_hex();
        self.runs.iter().map(|run| run.n_strings(hex)).product()
    }

    fn to_regex(&self, skeleton: &str, tells: Tells) -> String {
        let hex = self.is_hex();
        let mut regex = String::new();
        let mut runs = self.runs.iter();
        for c in skeleton.chars() {
            match c {
                RUN => runs.by_ref().take(1).for_each(|run| run.write(tells, hex, &mut regex)),
                other => push_escaped(other, &mut regex),
            }
        }
        regex
    }
}

/// The characters and lengths of one run over all values of a group.
#[derive(Debug, Default)]
struct Run {
    /// The text, as long as all values agree.
    common: Option<String>,
    differs: bool,
    has_digit: bool,
    letters: Letters,
    /// First letter upper case, the rest lower case, in all values.
    not_capitalised: bool,
    /// Digits and the letters a to f only, in all values.
    not_hex: bool,
    n_min: usize,
    n_max: usize,
}

impl Run {
    fn push(&mut self, text: &str) {
        let n_chars = text.chars().count();
        self.n_min = if self.common.is_none() && !self.differs { n_chars } else { self.n_min.min(n_chars) };
        self.n_max = self.n_max.max(n_chars);
        match &self.common {
            None if !self.differs => self.common = Some(text.to_owned()),
            Some(common) if common != text => {
                self.common = None;
                self.differs = true;
            }
            _ => {}
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
        push_repeat(&self.class(hex), self.n_min, self.n_max, regex);
    }

    /// How many texts the run describes: those of the greatest length.
    fn n_strings(&self, hex: bool) -> f64 {
        let n_cases = i32::from(self.letters.has_lower()) + i32::from(self.letters.has_upper());
        let n_letters = if self.is_hex(hex) { 6 * n_cases } else { self.letters.n_letters() };
        let n_chars = 10 * i32::from(self.has_digit) + n_letters;
        if self.common.is_some() { 1.0 } else { math::pow(f64::from(n_chars.max(1)), self.n_max as f64) }
    }

    /// Digits and letters up to f, so long or in such company that it is no accident, in one case.
    fn is_hex(&self, hex: bool) -> bool {
        let one_case = self.letters.has_lower() != self.letters.has_upper();
        !self.not_hex && one_case && ((self.has_digit && self.n_max >= MIN_HEX) || hex)
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
        let learned = learn_patterns(&weighted, Gate::new(k));
        let regexes: Vec<&str> = learned.iter().map(|pattern| pattern.regex.as_str()).collect();
        assert_eq!(regexes, expected);
    }

    #[test]
    fn runs_become_classes_and_common_texts_stay() {
        check(&["SKU-12-ab", "SKU-345-cd"], 2, &["SKU\\-[0-9]{2,3}\\-[a-z]{2}"]);
        check(&["John", "Mary", "Al"], 2, &["[A-Z][a-z]{1,3}"]);
        check(&["9f86d081884c", "2c26b46b68ff"], 2, &["[0-9a-f]{12}"]);
    }

    #[test]
    fn a_common_text_of_few_values_is_not_published() {
        check(&["SKU-12", "SKU-34"], 3, &["[A-Z]{3}\\-[0-9]{2}"]);
        check(&["2.1"], 5, &["[0-9]\\.[0-9]"]);
        check(&["EUR"], 5, &["[A-Z]{3}"]);
        check(&["jo@example.org"], 5, &["[a-z]{2}@[a-z]{7}\\.[a-z]{3}"]);
        check(&["secret", "secrets"], 2, &["[a-z]{6,7}"]);
    }

    #[test]
    fn letters_keep_their_script_and_hexadecimal_numbers_their_letters() {
        check(&["東京", "大阪市"], 2, &["[一-龥]{2,3}"]);
        check(&["Москва", "Омск"], 2, &["[А-Я][а-я]{3,5}"]);
        let ids = ["6F9619FF-8B86", "0E984725-C51C"];
        check(&ids, 2, &["[0-9A-F]{8}\\-[0-9A-F]{4}"]);
    }

    #[test]
    fn the_largest_group_comes_first() {
        check(&["a-1", "b", "c", "d"], 1, &["[a-z]", "a\\-1"]);
    }
}
