//! From the values of a field to codes: parts of the range from which its rule draws.

use synth_core::{Rate, TimeFormat, Timestamp, cast};
use synth_profile::sample_tables::SampleValue;

use super::Code;
use crate::field::{FieldRule, FieldType, ValueKind};
use crate::generator::{Generator, Literal, TemporalRhythmic, WrittenAs};
use crate::relationship::Distances;
use crate::shape::LengthRule;

/// Fewest rows that a bin of numbers stands for on average.
const BIN_ROWS: usize = 40;
/// Bins of numbers, at most.
const MAX_BINS: usize = 48;
/// Steps between knots that are narrower than this lead over a gap.
const STEP: f64 = 1e-5;
/// Codes of a field, at most; kinds with more values get one code.
const MAX_CODES: usize = 1500;

/// The codes of one field.
#[derive(Debug, Clone)]
pub(super) struct Coding {
    pub(super) codes: Vec<Code>,
    /// Neighbouring codes are alike.
    pub(super) is_ordered: bool,
    /// Codes rise with numbers, also with those of a list.
    pub(super) is_ranked: bool,
    /// The rates of the rule: presence, nulls, shares of the kinds.
    pub(super) rates: (Rate, Rate, Vec<Rate>),
    kinds: Vec<KindCoding>,
}

/// The codes of one kind; codes are counted from the first of the kind.
#[derive(Debug, Clone)]
struct KindCoding {
    first: u16,
    law: Law,
    field_type: FieldType,
}

#[derive(Debug, Clone)]
pub(super) enum Law {
    /// One code for all values.
    Whole,
    /// One code for each literal.
    Literals(Vec<Literal>),
    /// Numbers, or times in seconds, with those that stand out.
    Numbers { points: Vec<Point>, knots: Knots, edges: Vec<f64>, scale: Scale },
}

/// How numbers of the sample are read.
#[derive(Debug, Clone)]
pub(super) enum Scale {
    /// What one of them stands for.
    Unit(f64),
    /// As the digits of a time.
    Digits { format: TimeFormat, width: usize },
}

impl Scale {
    /// The scale of times that are numbers.
    fn of_digits(times: &TemporalRhythmic) -> Option<Self> {
        let format = TimeFormat::parse(&times.format).ok()?;
        let mut text = String::new();
        format.write(Timestamp(0), &mut text).ok()?;
        Some(Self::Digits { format, width: text.len() })
    }

    /// Returns what a number stands for; of times, seconds since 1970.
    pub(super) fn read(&self, number: f64) -> Option<f64> {
        match self {
            Self::Unit(unit) => Some(number * unit),
            Self::Digits { format, width } => {
                let digits = format!("{:0width$}", cast::round_to_i64(number));
                format.read(&digits).map(|time| time.0 as f64 / 1e6)
            }
        }
    }
}

/// What of a distribution of numbers a code stands for, in order of the numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Point {
    /// A number that stands out.
    Spike(f64),
    /// A part of the quantile function.
    Bin(usize),
}

/// A quantile function.
#[derive(Debug, Clone)]
pub(super) struct Knots {
    shares: Vec<f64>,
    values: Vec<f64>,
}

/// A part of [0, 1).
pub(super) type Part = (f64, f64);

impl Coding {
    /// Returns the codes of a field whose sample has so many rows; `is_bound` says that something else than its own
    /// rule decides its values.
    pub(super) fn of_values(rule: &FieldRule, n_rows: usize, is_bound: bool) -> Self {
        let mut coding = Self::empty(Some(rule));
        for (index, kind) in rule.kinds.iter().enumerate() {
            let is_whole = is_bound || rule.unique;
            let (law, parts) = if is_whole { (Law::Whole, vec![(0.0, 1.0)]) } else { law(kind, n_rows) };
            coding.push(index, kind.field_type, law, &parts);
        }
        coding.is_ordered = coding.kinds.iter().all(|kind| !matches!(kind.law, Law::Literals(_)));
        coding.is_ranked = coding.kinds.iter().all(|kind| match &kind.law {
            Law::Literals(literals) => are_rising(literals),
            Law::Whole | Law::Numbers { .. } => true,
        });
        coding
    }

    /// Returns the codes of distances from another field.
    pub(super) fn of_gap(rule: &FieldRule, gap: &Distances, n_rows: usize) -> Option<Self> {
        let total: f64 = gap.spikes.iter().map(|spike| spike.prob).sum();
        // As where they are drawn: without quantiles the spikes are all there is.
        let whole = if gap.values.is_empty() { total } else { total.max(1.0) };
        let spikes = gap.spikes.iter().map(|spike| (spike.value.approximate(), spike.prob / whole));
        let values = gap.values.iter().map(|value| value.approximate()).collect();
        let knots = Knots::new(&gap.quantiles, values);
        let (law, parts) = numbers(&spikes.collect::<Vec<_>>(), knots, n_rows, Scale::Unit(1.0))?;
        let mut coding = Self::empty(Some(rule));
        coding.push(0, FieldType::Number, law, &parts);
        Some(coding)
    }

    /// Returns the codes of an array's lengths.
    pub(super) fn of_lengths(rule: Option<&FieldRule>, lengths: &LengthRule, n_rows: usize) -> Option<Self> {
        let is_container = |kind: &ValueKind| matches!(kind.field_type, FieldType::Array | FieldType::Object);
        let index = match rule {
            None => 0,
            Some(rule) => match &rule.kinds[..] {
                [kind] if is_container(kind) => 0,
                _ => return None,
            },
        };
        let (law, parts) = length_law(lengths, n_rows);
        let mut coding = Self::empty(rule);
        coding.push(index, FieldType::Integer, law, &parts);
        coding.is_ordered = true;
        Some(coding)
    }

    fn empty(rule: Option<&FieldRule>) -> Self {
        let rates = match rule {
            Some(rule) => (rule.presence, rule.null_rate, rule.kinds.iter().map(|kind| kind.share).collect()),
            None => (Rate::ONE, Rate::ZERO, vec![Rate::ONE]),
        };
        Self {
            codes: vec![Code::Absent, Code::Null],
            is_ordered: true,
            is_ranked: true,
            rates,
            kinds: Vec::new(),
        }
    }

    fn push(&mut self, index: usize, field_type: FieldType, law: Law, parts: &[Part]) {
        let first = u16::try_from(self.codes.len()).unwrap_or(u16::MAX);
        self.kinds.push(KindCoding { first, law, field_type });
        let kind = u16::try_from(index).unwrap_or(u16::MAX);
        self.codes.extend(parts.iter().map(|&(low, high)| Code::Value { kind, low, high }));
    }

    /// Returns the codes in order of what they stand for, with those of no value first; `None` where they are names.
    pub(super) fn order(&self) -> Option<Vec<u16>> {
        let mut order = vec![0, 1];
        for kind in &self.kinds {
            let n = match &kind.law {
                Law::Whole => 1,
                Law::Numbers { points, .. } => points.len(),
                Law::Literals(literals) => literals.len(),
            };
            let mut codes: Vec<u16> = (kind.first..).take(n).collect();
            if let Law::Literals(literals) = &kind.law {
                let numbers: Vec<f64> = literals.iter().map(Literal::number).collect::<Option<_>>()?;
                let number = |code: &u16| numbers[usize::from(code - kind.first)];
                codes.sort_by(|left, right| number(left).total_cmp(&number(right)));
            }
            order.extend(codes);
        }
        Some(order)
    }

    /// Returns what the values of a kind are drawn by, and the part of the draw of each of its codes.
    pub(super) fn law_of(&self, kind: usize) -> (&Law, Vec<Part>) {
        let part = |code: &Code| match code {
            Code::Value { kind: own, low, high } if usize::from(*own) == kind => Some((*low, *high)),
            _ => None,
        };
        (&self.kinds[kind].law, self.codes.iter().filter_map(part).collect())
    }

    /// Tells whether values of one kind have different codes.
    pub(super) fn tells_values(&self) -> bool {
        self.codes.iter().any(|code| matches!(code, Code::Value { low, high, .. } if high - low < 1.0))
    }

    /// Returns how far into the part of its code a value lies; the middle where all values of the code are one.
    pub(super) fn within(&self, value: SampleValue<'_>) -> f64 {
        let within = |kind: &KindCoding| match &kind.law {
            Law::Numbers { points, knots, edges, scale } => {
                let at = usize::from(kind.code(value)?);
                let Some(Point::Bin(bin)) = points.get(at) else { return None };
                let (low, high) = (edges[*bin], edges[*bin + 1]);
                Some(((knots.share(scale.read(value.number?)?) - low) / (high - low)).clamp(0.0, 1.0))
            }
            _ => None,
        };
        self.kinds.iter().find_map(within).unwrap_or(0.5)
    }

    /// Returns the code of a value.
    pub(super) fn code(&self, value: SampleValue<'_>) -> u16 {
        let found = self.kinds.iter().find_map(|kind| Some(kind.first + kind.code(value)?));
        let fallback = || {
            let is_whole = |kind: &&KindCoding| matches!(kind.law, Law::Whole) && !kind.field_type.is_bare();
            let kind = self.kinds.iter().find(is_whole).or(self.kinds.last());
            kind.map_or(0, |kind| kind.first)
        };
        found.unwrap_or_else(fallback)
    }

    /// Returns the code of the arrays, or else that of the objects, of a field that has such values too.
    pub(super) fn container(&self, is_array: bool) -> u16 {
        let wanted = if is_array { FieldType::Array } else { FieldType::Object };
        let is_bare = |kind: &&KindCoding| kind.field_type.is_bare();
        let kind = self.kinds.iter().find(|kind| kind.field_type == wanted);
        // The members of a dictionary are counted too.
        kind.or(self.kinds.iter().find(is_bare)).map_or(0, |kind| kind.first)
    }
}

impl KindCoding {
    fn code(&self, value: SampleValue<'_>) -> Option<u16> {
        let at = match &self.law {
            Law::Whole => is_of(self.field_type, value).then_some(0)?,
            Law::Literals(literals) => literals.iter().position(|literal| equals(literal, value))?,
            Law::Numbers { points, knots, edges, scale } => {
                let number = scale.read(value.number.filter(|_| is_of(self.field_type, value))?)?;
                let spike =
                    points.iter().position(|point| matches!(point, Point::Spike(at) if same(*at, number)));
                let is_at_least = |point: &Point| matches!(point, Point::Spike(at) if *at >= number);
                let next = || points.iter().position(is_at_least).or(points.len().checked_sub(1));
                spike.or_else(|| {
                    if edges.len() < 2 {
                        return next();
                    }
                    let share = knots.share(number);
                    let above = edges.partition_point(|edge| *edge <= share).clamp(1, edges.len() - 1);
                    let bin = above - 1;
                    points.iter().position(|point| *point == Point::Bin(bin))
                })?
            }
        };
        u16::try_from(at).ok()
    }
}

/// Tells whether all of a list are numbers that rise.
pub(super) fn are_rising(literals: &[Literal]) -> bool {
    let numbers: Option<Vec<f64>> = literals.iter().map(Literal::as_number).collect();
    numbers.is_some_and(|numbers| numbers.is_sorted())
}

/// Tells whether a value may be of a type, as far as the sample can say.
fn is_of(field_type: FieldType, value: SampleValue<'_>) -> bool {
    match field_type {
        FieldType::String => value.text.is_some(),
        FieldType::Integer | FieldType::Number => value.text.is_none() && value.number.is_some(),
        FieldType::Datetime => value.number.is_some(),
        FieldType::Boolean | FieldType::Enum => true,
        FieldType::Object | FieldType::Array | FieldType::Null => false,
    }
}

fn equals(literal: &Literal, value: SampleValue<'_>) -> bool {
    match (literal, value.text, value.number) {
        (Literal::Text(text), Some(own), _) => text == own,
        (Literal::Bool(flag), None, Some(number)) => same(f64::from(u8::from(*flag)), number),
        (Literal::Integer(integer), None, Some(number)) => same(*integer as f64, number),
        (Literal::Number(literal), None, Some(number)) => same(*literal, number),
        (Literal::Integer(integer), Some(own), _) => own == integer.to_string(),
        _ => false,
    }
}

fn same(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
}

/// What the values of a kind are drawn by, and the part of the draw for each code.
fn law(kind: &ValueKind, n_rows: usize) -> (Law, Vec<Part>) {
    let whole = || (Law::Whole, vec![(0.0, 1.0)]);
    match &kind.generator {
        Some(Generator::Categorical(list)) if list.values.len() <= MAX_CODES => {
            let n = list.values.len();
            let even = vec![1.0; n];
            let probs = if list.probs.len() == n { &list.probs } else { &even };
            let parts = cumulated(probs);
            let is_drawn = |part: &Part| part.1 > part.0;
            if !parts.iter().all(is_drawn) {
                return whole();
            }
            (Law::Literals(list.values.clone()), parts)
        }
        Some(Generator::QuantileSample(sample)) => {
            let spikes: Vec<(f64, f64)> =
                sample.spikes.iter().map(|spike| (spike.value, spike.prob)).collect();
            let curve = sample.linear();
            numbers(&spikes, Knots::new(&curve.quantiles, curve.values), n_rows, Scale::Unit(1.0))
                .unwrap_or_else(whole)
        }
        Some(Generator::TemporalRhythmic(times)) => {
            let unit = match times.format.as_str() {
                "epoch_millis" => 1e-3,
                "epoch_micros" => 1e-6,
                "epoch_nanos" => 1e-9,
                _ => 1.0,
            };
            let seconds = |micros: Option<i64>| micros.map(|micros| micros as f64 / 1e6);
            let values: Option<Vec<f64>> = times.moments().map(seconds).collect();
            let spikes: Option<Vec<(f64, f64)>> =
                times.spikes.iter().map(|spike| Some((seconds(spike.moment())?, spike.prob))).collect();
            let scale = match times.written_as {
                WrittenAs::Text => Some(Scale::Unit(unit)),
                WrittenAs::Number => Scale::of_digits(times),
            };
            values
                .zip(spikes)
                .zip(scale)
                .and_then(|((values, spikes), scale)| {
                    numbers(&spikes, Knots::new(&times.quantiles, values), n_rows, scale)
                })
                .unwrap_or_else(whole)
        }
        _ => whole(),
    }
}

fn length_law(rule: &LengthRule, n_rows: usize) -> (Law, Vec<Part>) {
    let whole = || (Law::Whole, vec![(0.0, 1.0)]);
    match rule {
        LengthRule::Constant { .. } => whole(),
        LengthRule::Categorical { values, probs } => {
            let parts = cumulated(&probs.iter().map(|prob| prob.get()).collect::<Vec<_>>());
            let literal = |value: &u64| Literal::Integer(i64::try_from(*value).unwrap_or(i64::MAX));
            (Law::Literals(values.iter().map(literal).collect()), parts)
        }
        LengthRule::Empirical { quantiles, values } => {
            numbers(&[], Knots::new(quantiles, values.clone()), n_rows, Scale::Unit(1.0))
                .unwrap_or_else(whole)
        }
        // Learned rules have none of the named distributions.
        _ => whole(),
    }
}

/// Spikes come first in a draw, each with its own probability, then the quantile function; codes stand in the order of
/// the numbers.
fn numbers(spikes: &[(f64, f64)], knots: Knots, n_rows: usize, scale: Scale) -> Option<(Law, Vec<Part>)> {
    let rest = 1.0 - spikes.iter().map(|(_, prob)| prob).sum::<f64>();
    let has_curve = !knots.values.is_empty() && rest > 1e-9;
    let n_rest = cast::floor_to_usize(n_rows as f64 * rest.max(0.0));
    let edges = if has_curve { knots.edges((n_rest / BIN_ROWS).clamp(1, MAX_BINS)) } else { vec![0.0] };
    let n_bins = edges.len() - 1;
    let probs: Vec<f64> = spikes.iter().map(|(_, prob)| *prob).collect();
    let mut parts: Vec<(f64, Point, Part)> = Vec::new();
    let mut start = 0.0;
    for ((value, _), prob) in spikes.iter().zip(probs) {
        if prob <= 0.0 {
            return None;
        }
        let end = f64::min(start + prob, 1.0);
        parts.push((*value, Point::Spike(*value), (start, end)));
        start = end;
    }
    for bin in 0..n_bins {
        let edge = |at: usize| start + (1.0 - start) * edges[at];
        let middle = knots.value((edges[bin] + edges[bin + 1]) / 2.0);
        parts.push((middle, Point::Bin(bin), (edge(bin), edge(bin + 1))));
    }
    let is_sound = parts.iter().all(|(_, _, (low, high))| low < high) && !parts.is_empty();
    if !is_sound || parts.len() > MAX_CODES {
        return None;
    }
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let points = parts.iter().map(|(_, point, _)| *point).collect();
    Some((Law::Numbers { points, knots, edges, scale }, parts.into_iter().map(|(_, _, part)| part).collect()))
}

fn cumulated(probs: &[f64]) -> Vec<Part> {
    let total: f64 = probs.iter().sum();
    let mut sum = 0.0;
    let mut parts: Vec<Part> = probs
        .iter()
        .map(|prob| {
            let low = sum / total;
            sum += prob;
            (low, sum / total)
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        last.1 = 1.0;
    }
    parts
}

impl Knots {
    fn new(quantiles: &[f64], values: Vec<f64>) -> Self {
        Self { shares: quantiles.iter().map(|percent| percent / 100.0).collect(), values }
    }

    /// Cuts the range of shares into about `n_bins` parts whose ends are knots where there are enough.
    fn edges(&self, n_bins: usize) -> Vec<f64> {
        let width = 1.0 / n_bins as f64;
        let mut edges = vec![0.0];
        let mut before = f64::NEG_INFINITY;
        for &share in self.shares.iter().chain(&[1.0]) {
            let mut last = edges[edges.len() - 1];
            // The other side of a gap; no part reaches over one.
            let is_step = share - before < STEP && share < 1.0 && share > last;
            before = share;
            if is_step {
                edges.push(share);
                continue;
            }
            // A part that is much too wide is cut in equal pieces, one that is too narrow goes on.
            let n_pieces = cast::floor_to_usize((share - last) / width).max(1);
            if share - last < width / 2.0 && share < 1.0 {
                continue;
            }
            let piece = (share - last) / n_pieces as f64;
            for _ in 1..n_pieces {
                last += piece;
                edges.push(last);
            }
            if share > edges[edges.len() - 1] {
                edges.push(share);
            }
        }
        edges
    }

    /// The share of the values that are smaller, with half of those that are equal.
    pub(super) fn share(&self, value: f64) -> f64 {
        let first = self.values.partition_point(|knot| *knot < value);
        let last = self.values.partition_point(|knot| *knot <= value);
        if first < last {
            return (self.shares[first] + self.shares[last - 1]) / 2.0;
        }
        match (first.checked_sub(1), self.values.get(first)) {
            (None, _) => 0.0,
            (_, None) => 1.0,
            (Some(below), Some(above)) => {
                let (low, left, right) = (self.values[below], self.shares[below], self.shares[first]);
                left + (right - left) * (value - low) / (above - low)
            }
        }
    }

    fn value(&self, share: f64) -> f64 {
        let above = self.shares.partition_point(|knot| *knot <= share);
        match (above.checked_sub(1), self.values.get(above)) {
            (None, first) => first.copied().unwrap_or(0.0),
            (Some(below), None) => self.values[below],
            (Some(below), Some(high)) => {
                let (left, right, low) = (self.shares[below], self.shares[above], self.values[below]);
                low + (high - low) * (share - left) / (right - left)
            }
        }
    }
}
