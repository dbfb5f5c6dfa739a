//! Times that rows run along, and what runs along them.

use std::collections::BTreeSet;

use synth_core::JsonPath;

use super::Problem;
use super::paths::Known;
use crate::error::ErrorKind;
use crate::field::FieldType;
use crate::generator::{Generator, WrittenAs};
use crate::rule_set::RuleSet;
use crate::yaml::Step;

pub(super) fn problems(rules: &RuleSet, known: Known<'_>, problems: &mut Vec<Problem>) {
    let mut tables: BTreeSet<JsonPath> = BTreeSet::new();
    for (index, along) in rules.along.iter().enumerate() {
        let at = |keys: &[Step]| [&["along".into(), (&index).into()], keys].concat();
        let mut refuse = |keys: &[Step], reason: String| {
            problems.push(Problem { steps: at(keys), kind: ErrorKind::Impossible { reason } });
        };
        if !is_time(rules, &along.time) && known.has_field(&along.time) {
            refuse(
                &["time".into()],
                "rows run along a time that is always there, made by `temporal_rhythmic`".into(),
            );
        }
        if !tables.insert(along.table()) {
            refuse(&["time".into()], format!("the rows {} run along another time already", along.table()));
        }
        if along.series == Some(0) {
            refuse(&["series".into()], "there is at least one series".into());
        }
        for (path, movement) in &along.fields {
            if let Some((key, reason)) = movement.problem() {
                refuse(&["fields".into(), path.into(), key.into()], reason);
            }
        }
        let named = [(&along.time, vec!["time".into()])].into_iter();
        let named = named.chain(along.by.iter().map(|by| (by, vec!["by".into()])));
        let moving = along.fields.keys().map(|path| (path, vec!["fields".into(), path.into()]));
        for (path, own) in named.chain(moving) {
            if !known.covers(path) {
                problems.push(known.unknown(path, at(&own)));
            }
        }
    }
}

fn is_time(rules: &RuleSet, path: &JsonPath) -> bool {
    let Some(rule) = rules.fields.get(path) else { return false };
    let [kind] = &rule.kinds[..] else { return false };
    let is_plain = matches!(&kind.generator, Some(Generator::TemporalRhythmic(times)) if times.written_as == WrittenAs::Text);
    kind.field_type == FieldType::Datetime && is_plain && rule.presence.is_one() && rule.null_rate.is_zero()
}
