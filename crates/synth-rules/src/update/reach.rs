//! How many values a record has at a path, by its rules.

use indexmap::IndexSet;
use synth_core::{JsonPath, Segment};

use crate::field::{FieldRule, FieldType};
use crate::rule_set::RuleSet;
use crate::shape::LengthRule;

/// The paths of a rule set, those that other paths imply included, and how often they are reached.
pub(super) struct Reach<'r> {
    rules: &'r RuleSet,
    paths: IndexSet<JsonPath>,
}

impl<'r> Reach<'r> {
    pub(super) fn of(rules: &'r RuleSet) -> Self {
        let mut paths = IndexSet::new();
        for path in rules.fields.keys().chain(rules.shape.keys()) {
            for length in 1..=path.segments().len() {
                paths.insert(path.segments()[..length].iter().cloned().collect::<JsonPath>());
            }
        }
        let root = JsonPath::root();
        if rules.fields.contains_key(&root) {
            paths.shift_insert(0, root);
        }
        Self { rules, paths }
    }

    /// Returns all paths, parents first.
    pub(super) fn paths(&self) -> impl Iterator<Item = JsonPath> {
        self.paths.iter().cloned()
    }

    pub(super) fn has(&self, path: &JsonPath) -> bool {
        self.paths.contains(path) || path.segments().is_empty()
    }

    /// Returns the rule of a path, written or implied by the paths below it.
    pub(super) fn rule(&self, path: &JsonPath) -> Option<FieldRule> {
        if let Some(rule) = self.rules.fields.get(path) {
            return Some(rule.clone());
        }
        let depth = path.segments().len();
        let below = self.paths.iter().find(|other| other.segments().len() > depth && other.starts_with(path));
        let field_type = match below?.segments().get(depth)? {
            Segment::Elements | Segment::Index(_) => FieldType::Array,
            _ => FieldType::Object,
        };
        Some(FieldRule::new(field_type, None))
    }

    /// Returns how many places for a value a record has: objects above a member, elements of arrays.
    pub(super) fn slots(&self, path: &JsonPath) -> f64 {
        let holders = self.holders(path);
        match path.segments().last() {
            Some(Segment::Elements) => holders * self.mean_length(path),
            Some(Segment::Members) => holders * self.mean_length(path),
            Some(Segment::MemberKeys) => {
                let members = path.parent().map(|parent| parent.join(Segment::Members));
                holders * members.map_or(1.0, |members| self.mean_length(&members))
            }
            _ => holders,
        }
    }

    /// Returns how many arrays or objects that may hold a path a record has.
    pub(super) fn holders(&self, path: &JsonPath) -> f64 {
        let Some(parent) = path.parent() else { return 1.0 };
        if !self.has(&parent) {
            return 0.0;
        }
        let wanted = match path.segments().last() {
            Some(Segment::Elements | Segment::Index(_)) => FieldType::Array,
            _ => FieldType::Object,
        };
        let Some(rule) = self.rule(&parent) else { return self.values(&parent, 1.0) };
        let of_type = rule.kinds.iter().filter(|kind| kind.field_type == wanted);
        let share: f64 = of_type.map(|kind| kind.share.get()).sum();
        self.values(&parent, rule.presence.get()) * (1.0 - rule.null_rate.get()) * share
    }

    fn values(&self, path: &JsonPath, presence: f64) -> f64 {
        match path.segments().last() {
            Some(Segment::Key(_)) => self.slots(path) * presence,
            _ => self.slots(path),
        }
    }

    fn mean_length(&self, path: &JsonPath) -> f64 {
        let Some(shape) = self.rules.shape.get(path) else { return 1.0 };
        match &shape.length {
            LengthRule::Empirical { quantiles, values } => {
                let steps = quantiles.windows(2).zip(values.windows(2));
                steps.map(|(percent, value)| (percent[1] - percent[0]) * (value[0] + value[1]) / 200.0).sum()
            }
            listed => {
                let lengths = listed.listed().unwrap_or_default();
                lengths.into_iter().map(|(length, prob)| length as f64 * prob).sum()
            }
        }
    }
}
