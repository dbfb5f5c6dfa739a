//! What a language model is worth: data with its texts, and data from the same rules without it, against the real data.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::hash::hash_bytes;
use synth_core::{JsonPath, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SamplePart};

use crate::compare::Comparison;
use crate::field::FieldKind;
use crate::verdict::rounded;

/// Scores that are as near as this are the same.
const SAME: f64 = 0.0005;

/// How much better data are that a language model had a part in.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Worth {
    /// Quality of the data that are judged.
    pub with: f64,
    /// Quality of the data that were made without the model.
    pub without: f64,
    /// The same in words.
    pub summary: String,
    /// Fields that are otherwise without the model, in the order of the data.
    pub fields: Vec<FieldWorth>,
}

/// One field with the model and without it; first with, then without.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldWorth {
    /// Where.
    pub path: String,
    /// Scores of the field.
    pub score: [f64; 2],
    /// How alike the words of texts are to those of the real ones, from 0 to 1; the scores do not look at words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<[f64; 2]>,
}

/// A data set that is judged: how it compares, and its rows.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Against the real data.
    pub comparison: &'a Comparison,
    /// Its sample.
    pub tables: &'a SampleTables,
}

impl Worth {
    /// Sets two data sets side by side that were made from the same rules, with a model and without.
    ///
    /// # Method
    ///
    /// Fields are those whose scores differ, or whose words do. *Words* of a field: 1 less the total variation distance
    /// between the shares of words (letters and digits, without case) in all real texts and in all made ones, so 1 when the
    /// same words are used equally often, and 0 when no word is shared. A text counts as often as it stands in the samples.
    ///
    /// # Cost
    ///
    /// O(words of all texts · log words).
    #[must_use]
    pub fn of(real: &SampleTables, with: Judged<'_>, without: Judged<'_>) -> Self {
        let of_field = |field: &crate::FieldComparison| {
            let total = |judged: Judged<'_>| {
                let of_path = judged.comparison.fields.iter().find(|other| other.path == field.path)?;
                Some(rounded(of_path.score?.total))
            };
            let score = [total(with)?, total(without)?];
            let words = matches!(field.kind, FieldKind::Text | FieldKind::Category)
                .then(|| words_of(real, &field.path))
                .flatten()
                .and_then(|real| {
                    let alike =
                        |judged: Judged<'_>| Some(alike(&real, &words_of(judged.tables, &field.path)?));
                    Some([alike(with)?, alike(without)?])
                });
            let differ = |pair: &[f64; 2]| (pair[0] - pair[1]).abs() >= SAME;
            (differ(&score) || words.as_ref().is_some_and(differ)).then(|| FieldWorth {
                path: field.path.to_string(),
                score,
                words,
            })
        };
        let (quality, other) = (with.comparison.quality.score, without.comparison.quality.score);
        let fields: Vec<FieldWorth> = with.comparison.fields.iter().filter_map(of_field).collect();
        Self { with: quality, without: other, summary: summary(quality, other, &fields), fields }
    }
}

fn summary(with: f64, without: f64, fields: &[FieldWorth]) -> String {
    let quality = match with - without {
        gain if gain >= SAME => format!("With the model the quality is {with:.3}, without it {without:.3}."),
        loss if loss <= -SAME => {
            format!("With the model the quality is lower: {with:.3}, without it {without:.3}.")
        }
        _ => format!("The model does not raise the quality: it is {with:.3} with it and without it."),
    };
    let raised = |pair: &[f64; 2]| pair[0] - pair[1] >= SAME;
    let n_scores = fields.iter().filter(|field| raised(&field.score)).count();
    let texts: Vec<&[f64; 2]> = fields.iter().filter_map(|field| field.words.as_ref()).collect();
    let n_words = texts.iter().filter(|pair| raised(pair)).count();
    let n_fields = fields.len();
    format!(
        "{quality} Of {n_fields} fields that differ it raises the score of {n_scores}; the words of {n_words} of {} texts are \
         more like the real ones.",
        texts.len()
    )
}

/// How often each word stands in the texts of a path; `None` where there are none.
fn words_of(tables: &SampleTables, path: &JsonPath) -> Option<BTreeMap<u64, u64>> {
    let of_path = tables.iter().find_map(|table| {
        let mut columns = table.columns();
        let column = columns.find(|column| column.path() == path && column.part() == SamplePart::Value)?;
        Some((table, column))
    });
    let (table, column) = of_path?;
    let mut n_rows: BTreeMap<usize, u64> = BTreeMap::new();
    for row in 0..table.n_rows() {
        if let SampleCell::Value(value) = column.cell(row) {
            *n_rows.entry(value).or_default() += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for (at, value) in column.values().enumerate() {
        let Some((text, n)) = value.text.zip(n_rows.get(&at)) else { continue };
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(hash_bytes(word.to_lowercase().as_bytes())).or_default() += n;
        }
    }
    (!counts.is_empty()).then_some(counts)
}

fn alike(a: &BTreeMap<u64, u64>, b: &BTreeMap<u64, u64>) -> f64 {
    let n_all = |counts: &BTreeMap<u64, u64>| counts.values().sum::<u64>().max(1) as f64;
    let (n_a, n_b) = (n_all(a), n_all(b));
    let shared = a.iter().filter_map(|(word, n)| Some((*n as f64 / n_a).min(*b.get(word)? as f64 / n_b)));
    let scale = cast::round_to_u64(shared.sum::<f64>() * 1e4) as f64;
    scale / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike_as_far_as_they_are_shared() {
        let counts = |pairs: &[(u64, u64)]| pairs.iter().copied().collect::<BTreeMap<u64, u64>>();
        let check = |a: &[(u64, u64)], b: &[(u64, u64)], expected: f64| {
            assert!((alike(&counts(a), &counts(b)) - expected).abs() < 1e-9);
        };
        check(&[(1, 2), (2, 2)], &[(1, 50), (2, 50)], 1.0);
        check(&[(1, 2)], &[(2, 2)], 0.0);
        // Half of the words are the first one here, a quarter there.
        check(&[(1, 1), (2, 1)], &[(1, 1), (3, 3)], 0.25);
    }

    /// Catches a summary that praises the model where nothing got better.
    #[test]
    fn no_gain_is_told_as_none() {
        let field = FieldWorth { path: "$.a".to_owned(), score: [0.5, 0.6], words: Some([0.3, 0.1]) };
        let told = summary(0.9, 0.9, std::slice::from_ref(&field));
        assert!(
            told.contains("does not raise the quality") && told.contains("raises the score of 0"),
            "{told}"
        );
        assert!(told.contains("1 of 1 texts"), "{told}");
        assert!(summary(0.8, 0.9, &[]).contains("lower"));
        assert!(summary(0.91, 0.9, &[]).contains("0.910, without it 0.900"));
    }
}
