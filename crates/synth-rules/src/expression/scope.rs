//! From names to paths and what their rules make.

use synth_core::{JsonPath, Segment};

use super::{Purpose, ValueForm};
use crate::error::suggest;
use crate::field::{FieldType, ValueKind};
use crate::generator::{Generator, Literal, WrittenAs};
use crate::rule_set::RuleSet;

/// Objects in objects that are looked into.
const MAX_LEVELS: usize = 16;

/// The names that an expression may use.
pub(super) struct Scope<'a> {
    rules: &'a RuleSet,
    unread: &'a [JsonPath],
    /// The object that holds the field, then those above it.
    holders: Vec<JsonPath>,
    pub(super) purpose: Purpose,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        at: &JsonPath,
        (rules, unread): (&'a RuleSet, &'a [JsonPath]),
        purpose: Purpose,
    ) -> Self {
        let above = std::iter::successors(at.parent(), JsonPath::parent);
        let own = (purpose == Purpose::Condition).then(|| at.clone());
        Self { rules, unread, holders: own.into_iter().chain(above).collect(), purpose }
    }

    /// Returns the path that a name stands for; else a known name that looks like it.
    pub(super) fn name(&self, name: &str) -> Result<JsonPath, Option<String>> {
        let member = |holder: &JsonPath| holder.join(Segment::Key(name.into()));
        let found = self.holders.iter().map(member).find(|path| self.covers(path));
        match (found, name) {
            (Some(path), _) => Ok(path),
            (None, "this") => Ok(self.holders.first().cloned().unwrap_or_default()),
            (None, "record") => Ok(JsonPath::root()),
            (None, _) => Err(suggest(name, self.holders.iter().flat_map(|holder| self.members(holder)))),
        }
    }

    /// Returns the path of a member of an object; else a known member that looks like it.
    pub(super) fn member(&self, of: &JsonPath, name: &str) -> Result<JsonPath, Option<String>> {
        let path = of.join(Segment::Key(name.into()));
        if self.covers(&path) { Ok(path) } else { Err(suggest(name, self.members(of))) }
    }

    /// Returns the path of a position of a tuple, if it is one.
    pub(super) fn position(&self, of: &JsonPath, index: i64) -> Option<JsonPath> {
        let path = of.join(Segment::Index(u32::try_from(index).ok()?));
        self.covers(&path).then_some(path)
    }

    /// Tells whether a value without parts may stand at a path.
    pub(super) fn has_values(&self, path: &JsonPath) -> bool {
        let rule = self.rules.fields.get(path);
        let has_values = rule.is_some_and(|rule| {
            rule.kinds.iter().any(|kind| !matches!(kind.field_type, FieldType::Object | FieldType::Array))
        });
        has_values || self.unread.contains(path)
    }

    fn covers(&self, path: &JsonPath) -> bool {
        self.known().any(|known| known.starts_with(path))
    }

    fn known(&self) -> impl Iterator<Item = &'a JsonPath> {
        self.rules.fields.keys().chain(self.unread)
    }

    /// The names of the members of an object, each once for every path below it.
    fn members(&self, of: &JsonPath) -> impl Iterator<Item = &'a str> {
        let depth = of.segments().len();
        let name = move |path: &'a JsonPath| match path.segments().get(depth) {
            Some(Segment::Key(name)) => Some(&**name),
            _ => None,
        };
        let below: Vec<&JsonPath> = self.known().filter(|path| path.starts_with(of)).collect();
        below.into_iter().filter_map(name)
    }

    /// Returns what stands at a path.
    pub(super) fn form(&self, path: &JsonPath) -> ValueForm {
        self.form_within(path, MAX_LEVELS)
    }

    fn form_within(&self, path: &JsonPath, levels: usize) -> ValueForm {
        if levels == 0 || self.unread.contains(path) {
            return ValueForm::Any;
        }
        let Some(rule) = self.rules.fields.get(path) else { return self.implied(path, levels) };
        let of_kind = |kind: &ValueKind| match kind.field_type {
            FieldType::Object | FieldType::Array => self.implied(path, levels),
            _ => form_of(kind),
        };
        rule.kinds.iter().map(of_kind).reduce(ValueForm::or).unwrap_or(ValueForm::Any)
    }

    /// What stands below a path tells what it is.
    fn implied(&self, path: &JsonPath, levels: usize) -> ValueForm {
        let elements = path.join(Segment::Elements);
        if self.covers(&elements) {
            return ValueForm::List(Box::new(self.form_within(&elements, levels - 1)));
        }
        let depth = path.segments().len();
        let mut below = self.known().filter(|known| known.starts_with(path) && *known != path).peekable();
        let is_object = below.peek().is_some()
            && below.all(|known| matches!(known.segments().get(depth), Some(Segment::Key(_))));
        if !is_object {
            // A tuple, or an object whose keys are data.
            return ValueForm::Any;
        }
        let mut members: Vec<(String, ValueForm)> = Vec::new();
        for name in self.members(path) {
            if members.iter().all(|(known, _)| known != name) {
                let form = self.form_within(&path.join(Segment::Key(name.into())), levels - 1);
                members.push((name.to_owned(), form));
            }
        }
        ValueForm::Object(path.clone(), members)
    }
}

/// What a kind of value is: its type says it, or for dates and lists of values its generator.
fn form_of(kind: &ValueKind) -> ValueForm {
    match (&kind.field_type, &kind.generator) {
        (FieldType::Null, _) => ValueForm::Null,
        (FieldType::Boolean, _) => ValueForm::Bool,
        (FieldType::Integer, _) => ValueForm::Integer,
        (FieldType::Number, _) => ValueForm::Number,
        (FieldType::String, _) => ValueForm::Text,
        (FieldType::Datetime, Some(Generator::TemporalRhythmic(times))) => {
            match (times.format.starts_with("epoch_"), times.written_as) {
                (true, _) if kind.constraints.decimals.unwrap_or(0) > 0 => ValueForm::Number,
                (true, _) | (_, WrittenAs::Number) => ValueForm::Integer,
                (false, WrittenAs::Text) => ValueForm::Text,
            }
        }
        (FieldType::Enum | FieldType::Datetime, Some(Generator::Categorical(list))) => {
            list.values.iter().map(form_of_literal).reduce(ValueForm::or).unwrap_or(ValueForm::Any)
        }
        (FieldType::Enum | FieldType::Datetime, Some(Generator::Constant(constant))) => {
            form_of_literal(&constant.value)
        }
        (FieldType::Enum, Some(Generator::Pattern(_) | Generator::Template(_) | Generator::Faker(_))) => {
            ValueForm::Text
        }
        _ => ValueForm::Any,
    }
}

fn form_of_literal(literal: &Literal) -> ValueForm {
    match literal {
        Literal::Null => ValueForm::Null,
        Literal::Bool(_) => ValueForm::Bool,
        Literal::Integer(_) => ValueForm::Integer,
        Literal::Number(_) => ValueForm::Number,
        Literal::Text(_) => ValueForm::Text,
    }
}
