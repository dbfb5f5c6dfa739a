//! Rules between the fields of a row: orders, how far apart they are, times a constant length later, bounds by sums.

use serde_json::Value;
use synth_core::{Gap, JsonPath, Span, TimeFormat, Timestamp, cast, math};
use synth_rules::generator::WrittenAs;
use synth_rules::relationship::{Operation, Term};
use synth_rules::{Generator, Relationship, RuleSet};

use crate::check::{Check, CheckName, Violation};
use crate::tuples::Tuples;

/// A share of rows that break a rule may exceed the rule's by this much, and by four standard errors.
const TOLERANCE: f64 = 0.01;
/// What the last bits of a binary fraction may be off.
const DUST: f64 = 1e-9;

/// Checks the relationships that bind the fields of one row by numbers or times.
#[derive(Debug)]
pub(crate) struct RowRules {
    rules: Vec<RowRule>,
}

#[derive(Debug)]
struct RowRule {
    /// The fields, as a violation names them.
    name: String,
    tuples: Tuples,
    readers: Vec<Reader>,
    test: Test,
    confidence: f64,
    n_rows: u64,
    n_broken: u64,
}

/// How the value of a field becomes a number: of times, seconds since 1970.
#[derive(Debug)]
struct Reader(Option<TimeFormat>);

/// What must hold of the values of a row.
#[derive(Debug)]
enum Test {
    /// The first is not larger than the second.
    Order { is_strict: bool, min_gap: Option<Gap>, max_gap: Option<Gap> },
    /// The second is the first and a length of time, cut to this many microseconds.
    Later { span: Span, resolution: i64 },
    /// The first is not less than the others times their factors.
    AtLeast { factors: Vec<f64> },
}

impl RowRules {
    /// Prepares the checks of a rule file.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let compiled = rules.relationships.iter().filter_map(|relationship| rule(relationship, rules));
        Self { rules: compiled.collect() }
    }

    /// Takes one synthetic record.
    pub(crate) fn check_record(&mut self, record: &Value) {
        for rule in &mut self.rules {
            let RowRule { tuples, readers, test, n_rows, n_broken, .. } = rule;
            tuples.for_each(record, |texts| {
                let read = |(reader, text): (&Reader, &String)| reader.read(text);
                let values: Option<Vec<f64>> = readers.iter().zip(texts).map(read).collect();
                if let Some(values) = values {
                    *n_rows += 1;
                    *n_broken += u64::from(!test.holds(&values));
                }
            });
        }
    }

    /// Returns the outcome.
    pub(crate) fn finish(self) -> Check {
        let n_rules = cast::to_u64(self.rules.len());
        Check::of(CheckName::RowRules, n_rules, self.rules.iter().filter_map(RowRule::violation).collect())
    }
}

impl RowRule {
    /// The violation when more rows than the rule allows break it.
    fn violation(&self) -> Option<Violation> {
        let n_rows = self.n_rows.max(1) as f64;
        let expected = 1.0 - self.confidence;
        let error = math::sqrt(expected * self.confidence / n_rows);
        let allowed = if expected > 0.0 { expected + TOLERANCE + 4.0 * error } else { 0.0 };
        let reason = format!(
            "{} of {} rows break {}, the rules allow {:.1} %",
            self.n_broken,
            self.n_rows,
            self.test.name(),
            100.0 * expected
        );
        let is_broken = self.n_broken as f64 / n_rows > allowed;
        is_broken.then(|| Violation { path: self.name.clone(), reason, count: self.n_broken, place: None })
    }
}

impl Reader {
    fn of(path: &JsonPath, rules: &RuleSet) -> Self {
        let kinds = rules.fields.get(path).map(|rule| &rule.kinds[..]).unwrap_or_default();
        let format = kinds.iter().find_map(|kind| match &kind.generator {
            Some(Generator::TemporalRhythmic(times)) if times.written_as == WrittenAs::Text => {
                TimeFormat::parse(&times.format).ok()
            }
            _ => None,
        });
        Self(format)
    }

    fn read(&self, text: &str) -> Option<f64> {
        match &self.0 {
            Some(format) => format.read(text).map(|time| time.0 as f64 / 1e6),
            None => text.parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }
}

impl Test {
    fn name(&self) -> &'static str {
        match self {
            Self::Order { min_gap: None, max_gap: None, .. } => "their order",
            Self::Order { .. } => "their order or distance",
            Self::Later { .. } => "their distance",
            Self::AtLeast { .. } => "the bound",
        }
    }

    fn holds(&self, values: &[f64]) -> bool {
        match (self, values) {
            (Self::Order { is_strict, min_gap, max_gap }, [low, high]) => {
                let dust = DUST * high.abs();
                (low < high || !is_strict && low <= high)
                    && min_gap.is_none_or(|gap| *high >= gap.above(*low) - dust)
                    && max_gap.is_none_or(|gap| *high <= gap.above(*low) + dust)
            }
            (Self::Later { span, resolution }, [early, late]) => {
                let moment = |seconds: &f64| Timestamp(cast::round_to_i64(seconds * 1e6));
                (0..*resolution).contains(&(span.after(moment(early)).0 - moment(late).0))
            }
            (Self::AtLeast { factors }, [value, terms @ ..]) => {
                let sum: f64 = terms.iter().zip(factors).map(|(term, factor)| term * factor).sum();
                *value >= sum - DUST * sum.abs().max(1.0)
            }
            _ => true,
        }
    }
}

/// Reads a relationship as a rule of a row, if it is one.
fn rule(relationship: &Relationship, rules: &RuleSet) -> Option<RowRule> {
    let (paths, test, confidence) = match relationship {
        Relationship::Ordering {
            low,
            high,
            strict,
            next_element: false,
            next_record: false,
            min_gap,
            max_gap,
            confidence,
            ..
        } => {
            let test = Test::Order { is_strict: *strict, min_gap: *min_gap, max_gap: *max_gap };
            (vec![low, high], test, confidence)
        }
        Relationship::Arithmetic { target, operation, terms, offset, confidence } => {
            let [term] = &terms[..] else { return None };
            let format = Reader::of(target, rules).0?;
            let resolution = format.resolution_micros().max(1);
            let test = Test::Later { span: span(*operation, *offset)?, resolution };
            (vec![parts(term).0, target], test, confidence)
        }
        Relationship::Inequality { target, at_least, confidence } => {
            let terms: Vec<(&JsonPath, f64)> = at_least.iter().map(parts).collect();
            let paths = std::iter::once(target).chain(terms.iter().map(|(path, _)| *path)).collect();
            let factors = terms.into_iter().map(|(_, factor)| factor).collect();
            (paths, Test::AtLeast { factors }, confidence)
        }
        _ => return None,
    };
    let names: Vec<String> = paths.iter().map(ToString::to_string).collect();
    Some(RowRule {
        name: names.join(", "),
        tuples: Tuples::of(&paths)?,
        readers: paths.iter().map(|path| Reader::of(path, rules)).collect(),
        test,
        confidence: confidence.get(),
        n_rows: 0,
        n_broken: 0,
    })
}

fn parts(term: &Term) -> (&JsonPath, f64) {
    match term {
        Term::Plain(path) => (path, 1.0),
        Term::Scaled { path, factor } => (path, *factor),
    }
}

/// The length of time that an operation adds.
fn span(operation: Operation, offset: f64) -> Option<Span> {
    let seconds = |unit: f64| Span::of_micros(cast::round_to_i64(offset * unit * 1e6));
    let months = |n: f64| u32::try_from(cast::round_to_i64(n)).ok().map(Span::of_months);
    match operation {
        Operation::PlusSeconds => Some(seconds(1.0)),
        Operation::PlusMinutes => Some(seconds(60.0)),
        Operation::PlusHours => Some(seconds(3600.0)),
        Operation::PlusDays => Some(seconds(86_400.0)),
        Operation::PlusMonths => months(offset),
        Operation::PlusYears => months(12.0 * offset),
        _ => None,
    }
}
