//! Values that come again because the rows that they name do.

use indexmap::IndexMap;
use synth_core::JsonPath;

use crate::field::{FieldRule, ValueKind};
use crate::generator::Generator;
use crate::relationship::Relationship;

/// Leaves out how values recur where something else decides them: references, copies, keys, and parts of a person.
pub(super) fn settle(fields: &mut IndexMap<JsonPath, FieldRule>, relationships: &[Relationship]) {
    let decided = |relationship: &Relationship| match relationship {
        Relationship::ForeignKey { child, .. } => child.paths().to_vec(),
        Relationship::Arithmetic { target, .. } => vec![target.clone()],
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => paths.clone(),
        _ => Vec::new(),
    };
    let decided: Vec<JsonPath> = relationships.iter().flat_map(decided).collect();
    for (path, rule) in fields {
        let is_decided = rule.unique || decided.contains(path);
        for kind in rule.kinds.iter_mut().filter(|kind| is_decided || is_of_person(kind)) {
            kind.constraints.recurrence = None;
        }
    }
}

fn is_of_person(kind: &ValueKind) -> bool {
    matches!(&kind.generator, Some(Generator::Faker(faker)) if faker.entity.is_some())
}
