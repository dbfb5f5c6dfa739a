//! The generator `llm_text`: texts that a model wrote before the first row is made, drawn by row.
//!
//! Modules: `prompt` puts the questions, `judge` decides which answers are taken, `real` knows what they
//! must not repeat, `writing` goes on until there are
//! enough or the model has failed too often.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use synth_core::{JsonPath, Permutation, Seed, cast, hash};
use synth_rules::{Generator, RuleSet};

use crate::column::Slot;

mod judge;
mod prompt;
mod real;
mod writing;

pub use judge::Fault;
pub use real::RealTexts;
pub use writing::Writing;

/// Texts by the field they were written for: its path, and the position of the kind of value.
#[derive(Debug, Clone, Default)]
pub struct WrittenTexts {
    by_kind: BTreeMap<(JsonPath, usize), Arc<Pool>>,
}

/// The texts of one kind of value.
#[derive(Debug, Default)]
struct Pool {
    texts: Vec<Box<str>>,
    /// The texts of each combination of the values of the fields they follow from.
    cases: BTreeMap<String, Range<usize>>,
}

/// Draws texts for one field.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pool: Arc<Pool>,
    by: Arc<[JsonPath]>,
    seed: Seed,
}

impl WrittenTexts {
    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }

    /// Returns a hash of all texts, for whoever must know whether two runs make the same.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut bytes = Vec::new();
        let mut add = |text: &str| bytes.extend(hash::hash_bytes(text.as_bytes()).to_le_bytes());
        for ((path, kind), pool) in &self.by_kind {
            add(&format!("{path} {kind}"));
            pool.texts.iter().for_each(|text| add(text));
            pool.cases.iter().for_each(|(case, range)| add(&format!("{case} {range:?}")));
        }
        hash::hash_bytes(&bytes)
    }

    /// Returns the rules with a fallback in place of `llm_text` wherever nothing was written.
    pub(crate) fn without_unwritten<'r>(&self, rules: &'r RuleSet) -> Cow<'r, RuleSet> {
        let is_written = |path: &JsonPath, kind: usize| self.by_kind.contains_key(&(path.clone(), kind));
        let mut kinds = rules
            .fields
            .iter()
            .flat_map(|(path, rule)| rule.kinds.iter().enumerate().map(move |(at, kind)| (path, at, kind)));
        if kinds.all(|(path, at, kind)| !kind.asks_model() || is_written(path, at)) {
            return Cow::Borrowed(rules);
        }
        let mut changed = rules.clone();
        for (path, rule) in &mut changed.fields {
            for (at, kind) in rule.kinds.iter_mut().enumerate() {
                if let Some(Generator::LlmText(params)) = &kind.generator
                    && !is_written(path, at)
                {
                    *kind = params.fallback_kind(kind);
                }
            }
        }
        Cow::Owned(changed)
    }

    pub(crate) fn program(
        &self,
        (path, kind): (&JsonPath, usize),
        by: &[JsonPath],
        seed: Seed,
    ) -> Option<Written> {
        let pool = Arc::clone(self.by_kind.get(&(path.clone(), kind))?);
        Some(Written { pool, by: by.into(), seed: seed.child("written") })
    }
}

impl Written {
    /// The fields that texts follow from.
    pub(crate) fn paths(&self) -> &[JsonPath] {
        &self.by
    }

    /// Returns the text of a row.
    ///
    /// Without cases every text comes once in as many rows as there are texts, in an order that changes from round to
    /// round; rows of a case draw independently. A case that nothing was written for draws from all.
    pub(crate) fn text(&self, case: &str, slot: Slot) -> &str {
        let all = 0..self.pool.texts.len();
        let range = if self.by.is_empty() { None } else { self.pool.cases.get(case) };
        let n_texts = cast::to_u64(range.map_or(all.len(), Range::len));
        let at = if self.by.is_empty() {
            let (round, at) = (slot.ordinal / n_texts.max(1), slot.ordinal % n_texts.max(1));
            Permutation::new(n_texts, self.seed.child_at(round)).apply(at)
        } else {
            self.seed.below(slot.address, n_texts)
        };
        let first = range.unwrap_or(&all).start;
        self.pool.texts.get(first + cast::to_usize(at)).map_or("", |text| text)
    }
}

/// Adds the value of field number `at` to the name of a case.
pub(crate) fn extend_case(case: &mut String, at: usize, value: &str) {
    // A row without the value of an earlier field has an empty one.
    while case.matches('\u{1f}').count() < at {
        case.push('\u{1f}');
    }
    case.push_str(value);
}

/// Returns the name of a case.
fn case_name<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let mut case = String::new();
    for (at, value) in values.enumerate() {
        extend_case(&mut case, at, value);
    }
    case
}
