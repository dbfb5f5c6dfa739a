//! Codes in words: what of a field's distribution each stands for, as the rules are now.

use synth_core::math;

use super::coding::are_rising;
use super::draft::gaps::below;
use super::drawn::{Drawn, gap_at, length_at, value_at};
use super::{Code, Feature, FieldModel, Given, JointModel, MAX_POSITION, ModelPart};
use crate::field::{FieldType, ValueKind};
use crate::generator::{Generator, Literal};
use crate::relationship::Distances;
use crate::rule_set::RuleSet;
use crate::shape::LengthRule;

/// Values of a list that are named.
const N_NAMED: usize = 4;
/// Digits of a number that is only a border between codes.
const DIGITS: i32 = 4;
/// Share of an ordered field's values that a range leaves out at either end.
const TAIL: f64 = 0.1;
/// Outcomes less likely than this are not told, nor are those that fewer than k rows have.
const TOLD: f64 = 0.005;

/// Ends of a part of the draw are told by what stands this share of it inside.
const INSIDE: f64 = 1e-3;

/// The words of a model's codes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'m> {
    pub(crate) rules: &'m RuleSet,
    pub(crate) model: &'m JointModel,
}

/// What the values of a code are drawn from.
enum Source<'r> {
    Kind(&'r ValueKind),
    Length(&'r LengthRule),
    Gap(&'r Distances),
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The codes below `n` that are asked for, neighbours together.
fn ranges(n: u16, takes: impl Fn(u16) -> bool, word: impl Fn(u16) -> String) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for code in (0..n).filter(|code| takes(*code)) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => runs.push((code, code)),
        }
    }
    let run = |(first, last): (u16, u16)| match last - first {
        0 => word(first),
        _ => format!("{} to {}", word(first), word(last)),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(" or ")
}

impl<'m> Words<'m> {
    /// Says which codes of a feature a condition asks for; `takes` tells which.
    pub(crate) fn condition(&self, table: usize, feature: Feature, takes: impl Fn(u16) -> bool) -> String {
        let path = self.model.feature_path(table, feature).map_or_else(String::new, |path| path.to_string());
        let given;
        let (field, name, none) = match feature {
            Feature::Position | Feature::PositionAbove { .. } => {
                let first = (0..=MAX_POSITION).find(|at| takes(*at)).unwrap_or(0);
                let last = (0..=MAX_POSITION).rfind(|at| takes(*at)).unwrap_or(0);
                return match (first, last) {
                    (0, last) => format!("the place in {path} is up to {last}"),
                    (first, _) => format!("the place in {path} is {first} or later"),
                };
            }
            Feature::Hour => {
                return format!("the hour of {path} is {}", ranges(24, takes, |hour| hour.to_string()));
            }
            Feature::Weekday => {
                let day = |day: u16| DAYS[usize::from(day) % DAYS.len()].to_owned();
                return format!("the day of {path} is {}", ranges(7, takes, day));
            }
            Feature::Time { parts } => {
                let part = |at: u16| format!("{}", at + 1);
                return format!("{path} is in part {} of {parts} of all rows", ranges(parts, takes, part));
            }
            Feature::Field { up, field } => (self.field(table, up, field), path, None),
            Feature::Given { up, given: at } => {
                let found = self.model.above(table, up).and_then(|table| self.model.given(table, at));
                given = found.map(Given::as_field);
                let via = found.and_then(|given| Some(given.via.as_ref()?.child.first()?.to_string()));
                let name = via.map_or_else(|| path.clone(), |child| format!("{path} that {child} names"));
                (given.as_ref(), name, None)
            }
            Feature::Previous { field } => {
                let field = self.field(table, 0, field);
                let none = field.and_then(|field| u16::try_from(field.codes.len()).ok());
                (field, format!("{path} of the element before"), none)
            }
        };
        let Some(field) = field else { return name };
        let mut parts = self.parts(field, &takes);
        if none.is_some_and(takes) {
            parts.push("none".to_owned());
        }
        format!("{name} is {}", parts.join(" or "))
    }

    fn field(&self, table: usize, up: u16, field: u16) -> Option<&'m FieldModel> {
        self.model.tables[self.model.above(table, up)?].fields.get(usize::from(field))
    }

    /// Codes in words, neighbours of an order together.
    fn parts(&self, field: &FieldModel, takes: impl Fn(u16) -> bool) -> Vec<String> {
        let n_codes = u16::try_from(field.codes.len()).unwrap_or(u16::MAX);
        let occurs = occurring(field);
        let mut parts: Vec<String> = Vec::new();
        let mut n_hidden = 0;
        let mut run: Option<(u16, u16)> = None;
        let is_ordered = self.is_ordered(field);
        let mut say = |part: String, parts: &mut Vec<String>| {
            if parts.len() < N_NAMED { parts.push(part) } else { n_hidden += 1 }
        };
        for code in (0..n_codes).filter(|code| occurs(*code)) {
            let is_value = matches!(field.codes[usize::from(code)], Code::Value { .. });
            if !takes(code) {
                run.take().into_iter().for_each(|run| say(self.range(field, run), &mut parts));
            } else if is_value && is_ordered {
                run = Some(run.map_or((code, code), |(first, _)| (first, code)));
            } else {
                say(self.code(field, code), &mut parts);
            }
        }
        run.into_iter().for_each(|run| say(self.range(field, run), &mut parts));
        if n_hidden > 0 {
            parts.push(format!("{n_hidden} more"));
        }
        parts
    }

    /// Says how likely which codes of a field are.
    pub(crate) fn outcomes(&self, field: &FieldModel, counts: &[(u16, u32)]) -> String {
        let total: f64 = counts.iter().map(|(_, count)| f64::from(*count)).sum();
        let share = |count: u32| f64::from(count) / total;
        let is_range = |code: u16| {
            self.is_ordered(field) && matches!(field.codes[usize::from(code)], Code::Value { .. })
        };
        let (values, others): (Vec<_>, Vec<_>) =
            counts.iter().copied().partition(|(code, _)| is_range(*code));
        let mut told: Vec<(f64, String)> =
            others.iter().map(|(code, count)| (share(*count), self.code(field, *code))).collect();
        let n_values: f64 = values.iter().map(|(_, count)| f64::from(*count)).sum();
        if n_values > 0.0 {
            told.push((n_values / total, self.range(field, middle(&values, n_values))));
        }
        told.sort_by(|a, b| b.0.total_cmp(&a.0));
        let n_told = told.len();
        let least = f64::max(TOLD, self.rules.privacy.k as f64 / total);
        let named = told.into_iter().take(N_NAMED).filter(|(share, _)| *share >= least);
        let mut named: Vec<String> =
            named.map(|(share, text)| format!("{text} ({} %)", math::round(100.0 * share))).collect();
        if n_told > named.len() {
            named.push(format!("{} more", n_told - named.len()));
        }
        named.join(", ")
    }

    /// One code.
    fn code(&self, field: &FieldModel, code: u16) -> String {
        match field.codes[usize::from(code)] {
            Code::Absent => "missing".to_owned(),
            Code::Null => "null".to_owned(),
            Code::Value { .. } => self.range(field, (code, code)),
        }
    }

    /// A run of codes of values, from the first to the last.
    fn range(&self, field: &FieldModel, (first, last): (u16, u16)) -> String {
        let (Code::Value { kind, low, high: above }, Code::Value { kind: until, low: below, high }) =
            (field.codes[usize::from(first)], field.codes[usize::from(last)])
        else {
            return String::new();
        };
        let (Some(source), Some(end)) = (self.source(field, kind), self.source(field, until)) else {
            return "a value".to_owned();
        };
        let (from, to) =
            (at(&source, low + INSIDE * (above - low)), at(&end, high - INSIDE * (high - below)));
        match (from, to) {
            (Some(from), Some(to)) if from == to => from,
            (Some(from), Some(to)) => format!("{from} to {to}"),
            _ => match source {
                Source::Kind(kind) if self.n_kinds(field) > 1 => {
                    format!("a value of type {}", kind.field_type.name())
                }
                _ => "there".to_owned(),
            },
        }
    }

    fn n_kinds(&self, field: &FieldModel) -> usize {
        self.rules.fields.get(&field.path).map_or(1, |rule| rule.kinds.len())
    }

    fn source(&self, field: &FieldModel, kind: u16) -> Option<Source<'m>> {
        match field.part {
            ModelPart::Value => {
                Some(Source::Kind(self.rules.fields.get(&field.path)?.kinds.get(usize::from(kind))?))
            }
            ModelPart::Length => {
                let mut shapes = self.rules.shape.iter();
                let (_, shape) = shapes.find(|(owned, _)| owned.parent().as_ref() == Some(&field.path))?;
                Some(Source::Length(&shape.length))
            }
            ModelPart::Gap => below(self.rules, &field.path).map(|(_, gap)| Source::Gap(gap)),
        }
    }

    /// Tells whether neighbouring codes of a field are alike.
    fn is_ordered(&self, field: &FieldModel) -> bool {
        let is_list = |kind: &ValueKind| matches!(&kind.generator, Some(Generator::Categorical(list)) if !are_rising(&list.values));
        field.part != ModelPart::Value
            || self.rules.fields.get(&field.path).is_none_or(|rule| !rule.kinds.iter().any(is_list))
    }
}

/// Tells which codes of a field have rows.
fn occurring(field: &FieldModel) -> impl Fn(u16) -> bool {
    let mut occurs = vec![false; field.codes.len()];
    for (code, _) in field.tree.root_counts() {
        occurs[usize::from(code)] = true;
    }
    move |code| occurs.get(usize::from(code)).is_some_and(|occurs| *occurs)
}

/// The codes between which most of the rows lie.
fn middle(values: &[(u16, u32)], n: f64) -> (u16, u16) {
    let mut sum = 0.0;
    let (mut first, mut last) = (values[0].0, values[0].0);
    for (code, count) in values {
        let share = f64::from(*count) / n;
        if sum <= TAIL {
            first = *code;
        }
        if sum < 1.0 - TAIL {
            last = *code;
        }
        sum += share;
    }
    (first, last)
}

/// The value at a place of the draw.
fn at(source: &Source<'_>, draw: f64) -> Option<String> {
    match source {
        Source::Length(rule) => length_at(rule, draw).map(|length| format!("{length} long")),
        Source::Gap(gap) => gap_at(gap, draw).map(|distance| format!("{distance} behind")),
        Source::Kind(kind) => Some(match value_at(kind, draw)? {
            Drawn::Listed(value @ Literal::Text(_)) => format!("`{}`", value.text()),
            Drawn::Listed(value) => value.text(),
            Drawn::Number(number) if kind.field_type == FieldType::Integer => math::floor(number).to_string(),
            Drawn::Number(number) => math::round_down_to_digits(number, DIGITS).to_string(),
            Drawn::Repeated(number) => number.to_string(),
            Drawn::Moment { knot, .. } => knot.to_owned(),
        }),
    }
}
