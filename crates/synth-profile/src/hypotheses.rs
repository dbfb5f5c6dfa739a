//! What was supposed of the data, with the evidence: the contents of `rule_hypotheses.json`.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, JsonType, Rate, Segment};

use crate::profile::{FieldProfile, Profile, TimeProfile};
use crate::relations::{
    Evidence, Exception, Operation, OrderingScope, PresenceRule, Relations, SequenceRule, TextOperation,
    Transition,
};

mod near_unique;
mod variation;

pub(crate) use variation::is_tendency;

/// Version of `rule_hypotheses.json`.
pub const VERSION: u32 = 1;

/// Everything that was supposed of the fields and of what binds them, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hypotheses {
    /// Version of the file.
    pub version: u32,
    /// File name of the sample, without its folder.
    pub source: Option<String>,
    /// Every record was looked at; else the relations were seen in a sample of them.
    pub covers_all_records: bool,
    /// The hypotheses by descending score.
    pub hypotheses: Vec<Hypothesis>,
}

/// One supposition and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// What kind it is, for example `foreign_key`.
    pub kind: String,
    /// What is supposed, in words.
    pub statement: String,
    /// The fields concerned.
    pub paths: Vec<JsonPath>,
    /// Share of the places of the fields at which it could be tested.
    pub support: Rate,
    /// Share of the tests that it passed.
    pub confidence: Rate,
    /// Tests in relation to the largest collection of the data.
    pub generality: Rate,
    /// Support times confidence times generality.
    pub score: Rate,
    /// How often it was tested and held.
    pub evidence: Evidence,
    /// Who supposed it, if not a detector: `model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// A supposition without its rank.
struct Fact {
    kind: &'static str,
    statement: String,
    paths: Vec<JsonPath>,
    evidence: Evidence,
    exceptions: Vec<Exception>,
}

/// Returns what was supposed of the profiled data, ranked.
///
/// # Method
///
/// The score is the product of three shares: support (tests over places where the fields could stand), confidence
/// (tests passed over tests) and generality (tests over the rows of the largest collection), so that a rule that
/// holds always, of many rows, stands before one that holds of few or sometimes. Of what varies together or along time
/// the strength takes the place of the confidence.
#[must_use]
pub fn hypotheses(profile: &Profile) -> Hypotheses {
    let n_largest = profile.fields.iter().map(|field| field.n_values).max().unwrap_or(0);
    let facts = profile.fields.iter().flat_map(of_field).chain(of_relations(&profile.relations));
    let facts = facts.chain(near_unique::facts(profile));
    let mut hypotheses: Vec<Hypothesis> = facts.map(|fact| ranked(fact, profile, n_largest)).collect();
    hypotheses.sort_by(|left, right| {
        let order = right.score.get().total_cmp(&left.score.get());
        order.then_with(|| (&left.kind, &left.paths).cmp(&(&right.kind, &right.paths)))
    });
    let mut all = Hypotheses {
        version: VERSION,
        source: profile.source.clone(),
        covers_all_records: profile.relations.covers_all_records,
        hypotheses,
    };
    if let Some(assisted) = &profile.assisted {
        assisted.mark(&mut all);
    }
    all
}

fn ranked(fact: Fact, profile: &Profile, n_largest: u64) -> Hypothesis {
    let n_places = fact.paths.iter().map(|path| n_places(profile, path)).max().unwrap_or(0);
    let support = Rate::of(fact.evidence.n_rows, n_places.max(fact.evidence.n_rows));
    let confidence = fact.evidence.confidence();
    let generality = Rate::of(fact.evidence.n_rows, n_largest.max(1));
    let score = support.get() * confidence.get() * generality.get();
    Hypothesis {
        kind: fact.kind.to_owned(),
        statement: fact.statement,
        paths: fact.paths,
        support,
        confidence,
        generality,
        score: Rate::new(score).unwrap_or(Rate::ZERO),
        evidence: fact.evidence,
        source: None,
        exceptions: fact.exceptions,
    }
}

/// Places at which a field could stand.
fn n_places(profile: &Profile, path: &JsonPath) -> u64 {
    profile.fields.iter().find(|field| field.path == *path).map_or(0, |field| field.n_slots)
}

fn of_field(field: &FieldProfile) -> Vec<Fact> {
    let fact = |kind, statement: String, n_rows, n_holding| Fact {
        kind,
        statement: format!("{} {statement}", field.path),
        paths: vec![field.path.clone()],
        evidence: Evidence { n_rows, n_holding },
        exceptions: Vec::new(),
    };
    let mut facts = Vec::new();
    if field.is_dictionary {
        let n = field.n_of(JsonType::Object);
        facts.push(fact("dictionary", "is an object whose keys are data".to_owned(), n, n));
    }
    if field.is_tuple {
        let n = field.n_of(JsonType::Array);
        facts.push(fact("tuple", "is an array whose positions have meanings of their own".to_owned(), n, n));
    }
    if let Some(text) = &field.text {
        let n_listed: u64 = text.categories.iter().map(|category| category.count).sum();
        if !text.categories.is_empty() {
            let what = format!("is one of {} words", text.categories.len());
            facts.push(fact("enum", what, text.count, n_listed));
        }
        facts.extend(text.times.iter().map(|time| time_fact(&fact, time, text.count)));
        if let Some(meaning) = &text.semantic_type {
            facts.push(fact("semantic_type", format!("is of type {meaning}"), text.count, text.count));
        }
        if let Some(kind) = &text.personal {
            facts.push(fact("personal_data", format!("holds personal data: {kind}"), text.count, text.count));
        }
        facts.extend(text.patterns.iter().map(|pattern| {
            let n = synth_core::cast::floor_to_u64(pattern.share.get() * (text.count - n_listed) as f64);
            fact("pattern", format!("has the form {}", pattern.regex.as_str()), text.count, n)
        }));
    }
    if let Some(number) = &field.number {
        facts.extend(number.time.iter().map(|time| time_fact(&fact, time, number.count)));
        if let Some(kind) = &number.personal {
            facts.push(fact(
                "personal_data",
                format!("holds personal data: {kind}"),
                number.count,
                number.count,
            ));
        }
    }
    facts
}

fn time_fact(fact: &impl Fn(&'static str, String, u64, u64) -> Fact, time: &TimeProfile, n: u64) -> Fact {
    fact("datetime", format!("is a time of the form {}", time.format), n, time.count)
}

/// Every relation as a sentence.
fn of_relations(relations: &Relations) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for key in &relations.keys {
        let kind = if key.is_primary { "primary_key" } else { "unique" };
        let what = if key.is_primary { "names a row" } else { "never repeats" };
        let evidence = Evidence { n_rows: key.n_rows, n_holding: key.n_rows };
        facts.push(Fact {
            kind,
            statement: format!("{} {what}", list(&key.paths)),
            paths: key.paths.clone(),
            evidence,
            exceptions: Vec::new(),
        });
    }
    facts.extend(relations.near_keys.iter().map(|near| Fact {
        kind: "unique",
        statement: format!("{} hardly ever repeats", list(&near.paths)),
        paths: near.paths.clone(),
        evidence: near.evidence,
        exceptions: near.exceptions.clone(),
    }));
    for reference in &relations.references {
        facts.push(Fact {
            kind: "foreign_key",
            statement: format!("{} refers to {}", list(&reference.child), list(&reference.parent)),
            paths: [reference.child.clone(), reference.parent.clone()].concat(),
            evidence: reference.evidence,
            exceptions: reference.exceptions.clone(),
        });
    }
    for dependency in &relations.dependencies {
        for dependent in &dependency.rhs {
            let from = if dependency.lhs.is_empty() {
                "is constant".to_owned()
            } else {
                format!("follows from {}", list(&dependency.lhs))
            };
            facts.push(Fact {
                kind: "functional_dep",
                statement: format!("{} {from}", dependent.path),
                paths: dependency.lhs.iter().chain([&dependent.path]).cloned().collect(),
                evidence: dependent.evidence,
                exceptions: dependent.exceptions.clone(),
            });
        }
    }
    facts.extend(of_orders(relations));
    facts.extend(of_formulas(relations));
    facts.extend(of_shapes(relations));
    facts.extend(relations.transitions.iter().map(transition));
    facts.extend(variation::of_associations(relations));
    facts.extend(variation::of_times(relations));
    facts
}

fn transition(found: &Transition) -> Fact {
    let along = match &found.entity {
        Some(entity) => format!(" along the rows of one {entity}"),
        None => String::new(),
    };
    let fields = [Some(&found.path), found.entity.as_ref(), found.order.as_ref()];
    Fact {
        kind: "transition",
        statement: format!("the next {} follows from the present one{along}", found.path),
        paths: fields.into_iter().flatten().cloned().collect(),
        evidence: found.evidence,
        exceptions: found.exceptions.clone(),
    }
}

fn of_orders(relations: &Relations) -> impl Iterator<Item = Fact> {
    relations.orderings.iter().map(|ordering| {
        let sign = if ordering.is_strict { "<" } else { "<=" };
        let place = match ordering.scope {
            OrderingScope::Row => "",
            OrderingScope::NextElement => " of the next element",
            OrderingScope::NextRecord => " of the next record",
        };
        Fact {
            kind: "ordering",
            statement: format!("{} {sign} {}{place}{}", ordering.low, ordering.high, apart(ordering)),
            paths: vec![ordering.low.clone(), ordering.high.clone()],
            evidence: ordering.evidence,
            exceptions: ordering.exceptions.clone(),
        }
    })
}

/// How far apart the fields of an order are, in words.
fn apart(ordering: &crate::relations::Ordering) -> String {
    let least = ordering.min_gap.map(|gap| format!("at least {gap}"));
    let most = ordering.max_gap.map(|gap| format!("at most {gap}"));
    let parts: Vec<String> = least.into_iter().chain(most).collect();
    if parts.is_empty() { String::new() } else { format!(", {} apart", parts.join(" and ")) }
}

fn of_bounds(relations: &Relations) -> impl Iterator<Item = Fact> {
    relations.inequalities.iter().map(|found| {
        let term = |term: &crate::relations::Term| match term.factor {
            1.0 => term.path.to_string(),
            factor => format!("{factor} * {}", term.path),
        };
        let terms: Vec<String> = found.terms.iter().map(term).collect();
        let paths = std::iter::once(&found.target).chain(found.terms.iter().map(|term| &term.path));
        Fact {
            kind: "inequality",
            statement: format!("{} >= {}", found.target, terms.join(" + ")),
            paths: paths.cloned().collect(),
            evidence: found.evidence,
            exceptions: found.exceptions.clone(),
        }
    })
}

fn of_texts(relations: &Relations) -> impl Iterator<Item = Fact> {
    relations.texts.iter().map(|relation| {
        let terms = list(&relation.terms);
        let made = match relation.operation {
            TextOperation::Join => format!("joins {terms}"),
            TextOperation::Slice => format!("is cut out by {terms}"),
            TextOperation::Contains => format!("contains {terms}"),
        };
        Fact {
            kind: "derived_text",
            statement: format!("{} {made}", relation.target),
            paths: std::iter::once(&relation.target).chain(&relation.terms).cloned().collect(),
            evidence: relation.evidence,
            exceptions: relation.exceptions.clone(),
        }
    })
}

fn of_formulas(relations: &Relations) -> impl Iterator<Item = Fact> {
    let numbers = relations.arithmetic.iter().map(|formula| {
        let term = |term: &crate::relations::Term| {
            if (term.factor - 1.0).abs() < f64::EPSILON {
                term.path.to_string()
            } else {
                format!("{} * {}", term.factor, term.path)
            }
        };
        let terms: Vec<String> = formula.terms.iter().map(term).collect();
        let made = match formula.operation {
            Operation::Copy => terms.join(" "),
            Operation::Sum => terms.join(" + "),
            Operation::Product => terms.join(" * "),
            Operation::Ratio => terms.join(" / "),
            Operation::SumOverElements => format!("the sum of {}", terms.join(" * ")),
            Operation::MinOverElements => format!("the smallest {}", terms.join(" ")),
            Operation::MaxOverElements => format!("the largest {}", terms.join(" ")),
            Operation::MeanOverElements => format!("the mean of {}", terms.join(" ")),
            Operation::FirstElement => format!("the first {}", terms.join(" ")),
            Operation::LastElement => format!("the last {}", terms.join(" ")),
            Operation::Count => format!("the number of {}", terms.join(" ")),
            Operation::ElapsedMilliseconds => format!("milliseconds of {}", terms.join(" - ")),
            Operation::ElapsedSeconds => format!("seconds of {}", terms.join(" - ")),
            Operation::ElapsedMinutes | Operation::ClockMinutes => {
                format!("minutes of {}", terms.join(" - "))
            }
            Operation::ElapsedHours => format!("hours of {}", terms.join(" - ")),
            Operation::ElapsedDays | Operation::CalendarDays => format!("days of {}", terms.join(" - ")),
            Operation::YearOf => format!("year of {}", terms.join(" ")),
            Operation::MonthOf => format!("month of {}", terms.join(" ")),
            Operation::DayOf => format!("day of {}", terms.join(" ")),
            Operation::HourOf => format!("hour of {}", terms.join(" ")),
            Operation::MinuteOf => format!("minute of {}", terms.join(" ")),
            Operation::WeekdayOf => format!("weekday of {}", terms.join(" ")),
            Operation::DateOf => format!("date of {}", terms.join(" ")),
            operation => terms.join(" ") + later(operation, formula.offset).as_str(),
        };
        let is_told = formula.offset.abs() > 0.0 && !crate::relations::is_shift(formula.operation);
        let offset = if is_told { format!(" + {}", formula.offset) } else { String::new() };
        let paths = std::iter::once(&formula.target).chain(formula.terms.iter().map(|term| &term.path));
        Fact {
            kind: "arithmetic",
            statement: format!("{} = {made}{offset}", formula.target),
            paths: paths.cloned().collect(),
            evidence: formula.evidence,
            exceptions: formula.exceptions.clone(),
        }
    });
    numbers.chain(of_bounds(relations)).chain(of_texts(relations))
}

/// What is added to a time, in words.
fn later(operation: Operation, offset: f64) -> String {
    let unit = match operation {
        Operation::PlusSeconds => "seconds",
        Operation::PlusMinutes => "minutes",
        Operation::PlusHours => "hours",
        Operation::PlusDays => "days",
        Operation::PlusMonths => "months",
        _ => "years",
    };
    format!(" + {offset} {unit}")
}

fn of_shapes(relations: &Relations) -> impl Iterator<Item = Fact> {
    let sequences = relations.sequences.iter().map(|sequence| {
        let statement = match sequence.rule {
            SequenceRule::Closed => format!("the last {} is the first again", holder(&sequence.paths)),
            SequenceRule::SideBySide => {
                format!("{} have the same values in the same order", list(&sequence.paths))
            }
        };
        Fact {
            kind: "sequence",
            statement,
            paths: sequence.paths.clone(),
            evidence: sequence.evidence,
            exceptions: sequence.exceptions.clone(),
        }
    });
    let presence = relations.presence.iter().map(|presence| {
        let fields = list(&presence.paths);
        let statement = match presence.rule {
            PresenceRule::Together => format!("{fields} are there together"),
            PresenceRule::Exclusive => format!("only one of {fields} is there"),
            PresenceRule::Requires => format!("the first of {fields} needs the others"),
        };
        Fact {
            kind: "conditional_presence",
            statement,
            paths: presence.paths.clone(),
            evidence: presence.evidence,
            exceptions: Vec::new(),
        }
    });
    sequences.chain(presence)
}

fn list(paths: &[JsonPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The element that the paths are parts of.
fn holder(paths: &[JsonPath]) -> String {
    let element = |path: &JsonPath| {
        let n_steps = path.segments().iter().rposition(|segment| matches!(segment, Segment::Elements));
        n_steps.map(|at| path.segments()[..=at].iter().cloned().collect::<JsonPath>())
    };
    paths.first().and_then(element).map_or_else(|| list(paths), |element| element.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(n_rows: u64, n_holding: u64) -> Fact {
        let paths = vec![JsonPath::parse("$.a").unwrap()];
        let evidence = Evidence { n_rows, n_holding };
        Fact { kind: "ordering", statement: String::new(), paths, evidence, exceptions: Vec::new() }
    }

    #[test]
    fn scores_are_products_of_shares() {
        let field: FieldProfile = serde_json::from_value(serde_json::json!(
            {"path": "$.a", "n_slots": 200, "n_values": 150, "types": {"integer": 150}}
        ))
        .unwrap();
        let profile: Profile = serde_json::from_value(serde_json::json!(
            {"version": 1, "source": null, "layout": "json_lines", "n_records": 200, "k": 5,
             "fields": [], "variants": [], "findings": {}}
        ))
        .unwrap();
        let profile = Profile { fields: vec![field], ..profile };
        let ranked = ranked(fact(100, 90), &profile, 400);
        assert!((ranked.support.get() - 0.5).abs() < 1e-12);
        assert!((ranked.confidence.get() - 0.9).abs() < 1e-12);
        assert!((ranked.generality.get() - 0.25).abs() < 1e-12);
        assert!((ranked.score.get() - 0.1125).abs() < 1e-12);
    }
}
