//! Paths whose values are of several types.

use std::collections::BTreeSet;

use synth_core::{Diagnostic, Findings, JsonPath, JsonType, Place, Segment, Severity};

use crate::profile::{FieldProfile, Profile};

/// Code of the finding that the values of one path are of several types.
pub const MIXED_TYPES: &str = "profile/mixed-types";

impl Profile {
    /// Returns a finding for each path whose values are of several types, with the types and their counts.
    ///
    /// Null counts as no type, integers and other numbers as one. The positions of a tuple are paths of their own, so
    /// its elements together may differ.
    #[must_use]
    pub fn mixed_types(&self) -> Findings {
        let tuples: BTreeSet<&JsonPath> =
            self.fields.iter().filter(|field| field.is_tuple).map(|field| &field.path).collect();
        let is_of_tuple = |path: &JsonPath| {
            path.segments().last() == Some(&Segment::Elements)
                && path.parent().is_some_and(|owner| tuples.contains(&owner))
        };
        let mut findings = Findings::default();
        for field in self.fields.iter().filter(|field| !is_of_tuple(&field.path)) {
            let types = types_of(field);
            if types.len() > 1 {
                findings.push(finding(field, &types, self.source.clone()));
            }
        }
        findings
    }
}

/// The types of a field with their counts, in the order of [`JsonType::ALL`].
fn types_of(field: &FieldProfile) -> Vec<(&'static str, u64)> {
    let others = JsonType::ALL
        .into_iter()
        .filter(|json_type| !matches!(json_type, JsonType::Null | JsonType::Integer));
    let count = |json_type| match json_type {
        JsonType::Number => field.n_of(JsonType::Number) + field.n_of(JsonType::Integer),
        other => field.n_of(other),
    };
    others.map(|json_type| (json_type.name(), count(json_type))).filter(|(_, count)| *count > 0).collect()
}

fn finding(field: &FieldProfile, types: &[(&str, u64)], source: Option<String>) -> Diagnostic {
    let counts: Vec<String> = types.iter().map(|(name, count)| format!("{count} {name}")).collect();
    Diagnostic {
        severity: Severity::Warning,
        code: MIXED_TYPES,
        message: format!("values of several types: {}", counts.join(", ")),
        place: Place { source, ..Place::at_path(field.path.to_string()) },
        hint: None,
    }
}
