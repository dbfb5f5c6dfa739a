//! From values that were made to codes: where the rule of a field, as it is now, would draw them.

use std::collections::BTreeMap;

use synth_core::TimeFormat;

use super::Code;
use super::coding::{Coding, Knots, Law, Point, Scale};
use crate::field::{FieldRule, FieldType, ValueKind};
use crate::generator::{Generator, Literal};

/// Reads codes off values of a field.
///
/// # Method
///
/// A code is a part of the draws of a rule. A value of a list lies in the middle of its draws, a number at its share of the
/// rule's distribution, and a value that the rule does not make where the last kind begins. So a distribution that was
/// edited has the codes of the values that took the places of those it had.
///
/// # Cost
///
/// A binary search in the values of the rule.
#[derive(Debug, Clone)]
pub struct Reader {
    kinds: Vec<KindReader>,
    fallback: u16,
}

/// A value that was made, as far as codes tell values apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen<'t> {
    /// The number; of booleans, 0 or 1.
    pub number: Option<f64>,
    /// The text of a string.
    pub text: Option<&'t str>,
}

#[derive(Debug, Clone)]
struct KindReader {
    field_type: FieldType,
    /// Reads the strings of a kind of times.
    format: Option<TimeFormat>,
    law: KindLaw,
}

#[derive(Debug, Clone)]
enum KindLaw {
    Whole(u16),
    Literals {
        texts: BTreeMap<Box<str>, u16>,
        /// Rising.
        numbers: Vec<(f64, u16)>,
    },
    Numbers {
        /// Rising.
        spikes: Vec<(f64, u16)>,
        /// The shares and values of the quantile function.
        knots: Knots,
        /// Where the draws of the quantile function begin.
        start: f64,
        scale: Scale,
        parts: Parts,
    },
}

/// The lower ends of the draws of codes, rising.
#[derive(Debug, Clone)]
struct Parts(Vec<(f64, u16)>);

impl Parts {
    fn of(codes: &[Code], index: usize) -> Self {
        let part = |(at, code): (u16, &Code)| match code {
            Code::Value { kind, low, .. } if usize::from(*kind) == index => Some((*low, at)),
            _ => None,
        };
        let mut parts: Vec<(f64, u16)> = (0..).zip(codes).filter_map(part).collect();
        parts.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self(parts)
    }

    fn code(&self, draw: f64) -> u16 {
        let above = self.0.partition_point(|(low, _)| *low <= draw);
        self.0.get(above.saturating_sub(1)).map_or(0, |(_, code)| *code)
    }
}

impl Reader {
    /// Returns the reader of the codes of a field with this rule.
    #[must_use]
    pub fn new(rule: &FieldRule, codes: &[Code]) -> Self {
        let coding = Coding::of_values(rule, usize::MAX, false);
        let kinds: Vec<KindReader> = rule
            .kinds
            .iter()
            .enumerate()
            .map(|(index, kind)| KindReader::new(kind, &coding, (index, &Parts::of(codes, index))))
            .collect();
        let whole = kinds.iter().position(|kind| matches!(kind.law, KindLaw::Whole(_)));
        let last = whole.or(kinds.len().checked_sub(1));
        let fallback = last.map_or(0, |last| first_code(codes, last));
        Self { kinds, fallback }
    }

    /// Returns the code of a value.
    #[must_use]
    pub fn code(&self, seen: Seen<'_>) -> u16 {
        self.kinds.iter().find_map(|kind| kind.code(seen)).unwrap_or(self.fallback)
    }
}

/// The first code of a kind.
fn first_code(codes: &[Code], index: usize) -> u16 {
    let is_own = |code: &Code| matches!(code, Code::Value { kind, .. } if usize::from(*kind) == index);
    codes.iter().position(is_own).and_then(|at| u16::try_from(at).ok()).unwrap_or(0)
}

impl KindReader {
    fn new(kind: &ValueKind, coding: &Coding, (index, parts): (usize, &Parts)) -> Self {
        let (law, own) = coding.law_of(index);
        let middle = |at: usize| own.get(at).map_or(0.0, |(low, high)| (low + high) / 2.0);
        let law = match law {
            Law::Whole => KindLaw::Whole(parts.code(0.0)),
            Law::Literals(literals) => {
                let coded =
                    || literals.iter().enumerate().map(|(at, literal)| (literal, parts.code(middle(at))));
                let texts = coded().filter_map(|(literal, code)| match literal {
                    Literal::Text(text) => Some((text.as_str().into(), code)),
                    Literal::Integer(integer) => Some((integer.to_string().into(), code)),
                    _ => None,
                });
                let number = |literal: &Literal| match literal {
                    Literal::Bool(flag) => Some(f64::from(u8::from(*flag))),
                    other => other.as_number(),
                };
                let mut numbers: Vec<(f64, u16)> =
                    coded().filter_map(|(literal, code)| Some((number(literal)?, code))).collect();
                numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
                KindLaw::Literals { texts: texts.collect(), numbers }
            }
            Law::Numbers { points, knots, scale, .. } => {
                let spike = |(at, point): (usize, &Point)| match point {
                    Point::Spike(value) => Some((*value, parts.code(middle(at)))),
                    Point::Bin(_) => None,
                };
                let spikes = points.iter().enumerate().filter_map(spike).collect();
                let bins = points.iter().zip(own).filter(|(point, _)| matches!(point, Point::Bin(_)));
                let start = bins.map(|(_, (low, _))| low).fold(1.0, f64::min);
                {
                    let (knots, scale, parts) = (knots.clone(), scale.clone(), parts.clone());
                    KindLaw::Numbers { spikes, knots, start, scale, parts }
                }
            }
        };
        let format = match &kind.generator {
            Some(Generator::TemporalRhythmic(times)) if !times.format.starts_with("epoch_") => {
                TimeFormat::parse(&times.format).ok()
            }
            _ => None,
        };
        Self { field_type: kind.field_type, format, law }
    }

    fn code(&self, seen: Seen<'_>) -> Option<u16> {
        let is_text = seen.text.is_some();
        let is_of = match self.field_type {
            FieldType::String | FieldType::Datetime => is_text || self.field_type == FieldType::Datetime,
            FieldType::Integer | FieldType::Number => !is_text,
            FieldType::Boolean | FieldType::Enum => true,
            FieldType::Object | FieldType::Array | FieldType::Null => false,
        };
        if !is_of {
            return None;
        }
        match &self.law {
            KindLaw::Whole(code) => Some(*code),
            KindLaw::Literals { texts, numbers } => match (seen.text, seen.number) {
                (Some(text), _) => texts.get(text).copied(),
                (None, Some(number)) => {
                    let at = numbers.partition_point(|(known, _)| *known < number);
                    numbers
                        .get(at)
                        .filter(|(known, _)| known.total_cmp(&number).is_eq())
                        .map(|(_, code)| *code)
                }
                (None, None) => None,
            },
            KindLaw::Numbers { spikes, knots, start, scale, parts } => {
                let number = self.number(seen, scale)?;
                let at = spikes.partition_point(|(known, _)| *known < number);
                let spike = spikes.get(at).filter(|(known, _)| known.total_cmp(&number).is_eq());
                Some(match spike {
                    Some((_, code)) => *code,
                    None if *start >= 1.0 => spikes.get(at).or(spikes.last()).map_or(0, |(_, code)| *code),
                    None => parts.code(start + (1.0 - start) * knots.share(number)),
                })
            }
        }
    }

    /// The number that a value is, or seconds since 1970.
    fn number(&self, seen: Seen<'_>, scale: &Scale) -> Option<f64> {
        match (&self.format, seen.text) {
            (Some(format), Some(text)) => format.read(text).map(|time| time.0 as f64 / 1e6),
            (None, Some(text)) => text.parse::<f64>().ok().filter(|number| number.is_finite()),
            (_, None) => scale.read(seen.number?),
        }
    }
}

#[cfg(test)]
mod tests {
    use synth_core::JsonPath;

    use super::*;
    use crate::RuleSet;

    /// Codes of the parts between these draws.
    fn codes(ends: &[f64]) -> Vec<Code> {
        let parts = ends.windows(2).map(|ends| Code::Value { kind: 0, low: ends[0], high: ends[1] });
        [Code::Absent, Code::Null].into_iter().chain(parts).collect()
    }

    fn reader(rule: &str, ends: &[f64]) -> Reader {
        let yaml = format!("version: 2\nfields:\n  $.a: {rule}\n");
        let rules: RuleSet = serde_yaml::from_str(&yaml).unwrap();
        Reader::new(&rules.fields[&JsonPath::parse("$.a").unwrap()], &codes(ends))
    }

    fn numbers(reader: &Reader, numbers: &[f64]) -> Vec<u16> {
        numbers.iter().map(|number| reader.code(Seen { number: Some(*number), text: None })).collect()
    }

    /// The draws of the spike at 0 come first, whatever its place among the numbers. Catches codes by the order of the numbers,
    /// and a quantile function that takes all draws.
    #[test]
    fn numbers_have_the_codes_of_their_draws() {
        let rule = "{type: integer, generator: quantile_sample, params: {quantiles: [0, 50, 100], \
                    values: [-100, 0, 300], spikes: [{value: 0, prob: 0.5}]}}";
        let reader = reader(rule, &[0.0, 0.5, 0.75, 1.0]);
        assert_eq!(numbers(&reader, &[0.0, -100.0, -1.0, 1.0, 300.0, 999.0]), [2, 3, 3, 4, 4, 4]);
    }

    #[test]
    fn values_of_a_list_have_the_codes_of_their_draws() {
        let rule = "{type: enum, generator: categorical, params: {values: [red, green, blue], probs: [0.2, 0.3, 0.5]}}";
        let reader = reader(rule, &[0.0, 0.5, 1.0]);
        let code = |text| reader.code(Seen { number: None, text: Some(text) });
        assert_eq!(["red", "green", "blue", "pink"].map(code), [2, 2, 3, 2]);
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let rule = "{type: datetime, generator: temporal_rhythmic, params: {quantiles: [0, 50, 100], \
                    values: ['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z', '2024-01-05T00:00:00Z'], format: '%Y-%m-%dT%H:%M:%SZ'}}";
        let reader = reader(rule, &[0.0, 0.5, 1.0]);
        let code = |text| reader.code(Seen { number: None, text: Some(text) });
        assert_eq!(["2024-01-01T08:00:00Z", "2024-01-04T08:00:00Z"].map(code), [2, 3]);
    }
}
