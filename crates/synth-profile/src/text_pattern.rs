//! The shape of strings: readable regular expressions learned from distinct values.

use std::collections::BTreeMap;

use synth_core::Rate;
use synth_privacy::{Gate, Publishable};

mod runs;
mod scripts;

use runs::{Run, RunShape, push_escaped};
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
/// words, each in enough values, is described by those (`(?:EU|US)`); digits of which none begin with zero are numbers
/// (`[1-9][0-9]{0,2}`). Groups below 2 % of the weight, or with
/// fewer distinct values than the gate asks for, are left out. When all values together are fewer than that, their
/// form is told without their common texts: `EUR` is three capitals. Idea after Potter's Wheel (Raman and Hellerstein 2001, VLDB, section 4).
///
/// # Shapes and units
///
/// Weights are counts. The shares returned are of the total weight and sum to at most 1; the largest comes first.
#[must_use]
pub fn learn_patterns(values: &[(&str, u64)], gate: Gate, words: SharedWords) -> Vec<LearnedPattern> {
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
            let shapes = group.shapes(gate, words);
            Some(LearnedPattern {
                regex: match tells {
                    Tells::Texts => gate.pattern(&shapes.to_regex(&skeleton, tells), group.n_values)?,
                    Tells::Form => gate.form(&shapes.to_regex(&skeleton, tells))?,
                },
                share: Rate::of(group.weight, total),
                n_strings: shapes.n_strings(),
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

    /// How each run is told.
    fn shapes(&self, gate: Gate, words: SharedWords) -> Shapes<'_> {
        let runs: Vec<RunShape<'_>> = self.runs.iter().map(|run| run.shape(gate, words)).collect();
        // All runs are digits and letters up to f, and one of them surely is a hexadecimal number.
        let is_hex = self.runs.iter().all(Run::may_be_hex) && runs.iter().any(RunShape::is_hex);
        let runs = if is_hex {
            self.runs.iter().zip(runs).map(|(run, shape)| run.in_hex(shape)).collect()
        } else {
            runs
        };
        Shapes { runs, is_hex }
    }
}

/// How the runs of a group are told.
#[derive(Debug)]
struct Shapes<'a> {
    runs: Vec<RunShape<'a>>,
    /// They are parts of hexadecimal numbers.
    is_hex: bool,
}

impl Shapes<'_> {
    fn n_strings(&self) -> f64 {
        self.runs.iter().map(|run| run.n_strings(self.is_hex)).product()
    }

    fn to_regex(&self, skeleton: &str, tells: Tells) -> String {
        let mut regex = String::new();
        let mut runs = self.runs.iter();
        for c in skeleton.chars() {
            match c {
                RUN => runs.by_ref().take(1).for_each(|run| run.write(tells, self.is_hex, &mut regex)),
                other => push_escaped(other, &mut regex),
            }
        }
        regex
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

    /// Catches zeros before numbers that have none (`078%`), and numbers that lose theirs.
    #[test]
    fn numbers_have_no_zeros_before_them_unless_the_data_do() {
        let percent: Vec<String> = (0..=100).map(|n| format!("{n}%")).collect();
        let padded: Vec<String> = (0..=100).map(|n| format!("{n:03}%")).collect();
        let from_ten: Vec<String> = (10..=150).map(|n| format!("x{n}")).collect();
        let texts = |owned: &[String], expected: &str| {
            let owned: Vec<&str> = owned.iter().map(String::as_str).collect();
            check(&owned, 5, &[expected]);
        };
        texts(&percent, "(?:0|[1-9][0-9]{0,2})%");
        texts(&padded, "[0-9]{3}%");
        texts(&from_ten, "x[1-9][0-9]{1,2}");
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
        // Codes that change between letters and digits in one way are none, whatever their letters.
        check(&["ABC123", "DEF456", "FAD789"], 2, &["[A-Z]{3}[0-9]{3}"]);
    }

    #[test]
    fn the_largest_group_comes_first() {
        check(&["a-1", "b", "c", "d"], 1, &["[a-z]", "a\\-1"]);
    }
}
