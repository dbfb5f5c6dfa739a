//! Identifiers that hardly ever repeat: no rules, but worth a look.

use synth_core::JsonPath;

use super::Fact;
use crate::profile::{FieldProfile, Profile};
use crate::relations::{Evidence, sounds_like_id};

/// Values from which a few repeats say something.
const MIN_VALUES: u64 = 100;
/// Share of the values that are distinct; the count of distinct values is an estimate beyond a few thousand.
const MIN_DISTINCT: f64 = 0.95;

/// The identifiers that hardly ever repeat, beyond those that are known as keys or nearly so.
///
/// What never repeats in some of the rows may do so in others, and the other way round: a few repeats may come from
/// rows that are told twice. So nothing is enforced here.
pub(super) fn facts(profile: &Profile) -> impl Iterator<Item = Fact> {
    let relations = &profile.relations;
    let is_known = move |path: &JsonPath| {
        let is_it = |paths: &[JsonPath]| paths == std::slice::from_ref(path);
        relations.keys.iter().any(|key| is_it(&key.paths))
            || relations.near_keys.iter().any(|near| is_it(&near.paths))
            || relations.references.iter().any(|reference| is_it(&reference.child))
    };
    profile.fields.iter().filter(move |field| !is_known(&field.path)).filter_map(fact)
}

fn fact(field: &FieldProfile) -> Option<Fact> {
    let (n_distinct, n_values, is_unique) = match (&field.text, &field.number) {
        (Some(text), None) => (text.n_distinct, text.count, text.is_unique),
        (None, Some(number)) => (number.n_distinct, number.count, number.is_unique),
        _ => return None,
    };
    let evidence = Evidence { n_rows: n_values, n_holding: n_distinct.min(n_values) };
    let is_near = !is_unique
        && n_values >= MIN_VALUES
        && evidence.confidence().get() >= MIN_DISTINCT
        && sounds_like_id(&field.path);
    is_near.then(|| Fact {
        kind: "unique",
        statement: format!("{} hardly ever repeats", field.path),
        paths: vec![field.path.clone()],
        evidence,
        exceptions: Vec::new(),
    })
}
