//! From relations between fields to relationships.

use synth_core::{JsonPath, Rate};
use synth_profile::relations::{self, Dependency, OrderingScope, Relations};

use super::{knots, length_rule, share, text};
use crate::relationship::{
    Condition, DistanceSpike, Distances, Operation, PresenceRule, Relationship, SequenceRule, Term,
    TextOperation, ValueRow,
};

/// Formulas that fewer rows keep are no rules.
const MIN_CONFIDENCE: f64 = 0.99;

/// Orders with more exceptions are no rules. Those of the profile have proved to be more than chance.
const MIN_ORDERED: f64 = 0.85;

/// Returns what binds fields together, keys first.
pub(super) fn relationships(relations: &Relations) -> Vec<Relationship> {
    // A field that is unique on its own says so in its rule.
    let keys = relations.keys.iter().filter(|key| key.is_primary || key.paths.len() > 1).map(key);
    let references = relations.references.iter().map(reference);
    let dependencies = relations.dependencies.iter().flat_map(dependency);
    let orderings = relations.orderings.iter().filter(|found| is_told(found, relations)).filter_map(ordering);
    let arithmetic = relations.arithmetic.iter().filter_map(arithmetic);
    let bounds = relations.inequalities.iter().map(inequality);
    let texts = relations.texts.iter().map(text_relation);
    let transitions = relations.transitions.iter().map(transition);
    let sequences = relations.sequences.iter().map(sequence);
    let presence = relations.presence.iter().map(presence);
    let of_rows = keys.chain(references).chain(dependencies).chain(orderings).chain(arithmetic);
    let tables = relations.value_tables.iter().map(value_table);
    of_rows
        .chain(bounds)
        .chain(texts)
        .chain(transitions)
        .chain(sequences)
        .chain(presence)
        .chain(tables)
        .collect()
}

fn condition(condition: &relations::Condition) -> Condition {
    Condition {
        path: condition.path.clone(),
        values: condition.values.iter().map(text::tag_literal).collect(),
    }
}

fn key(key: &relations::Key) -> Relationship {
    let (paths, when) = (key.paths.clone(), key.when.as_ref().map(condition));
    if key.is_primary {
        Relationship::PrimaryKey { paths, when }
    } else {
        Relationship::Unique { paths, when }
    }
}

fn reference(reference: &relations::Reference) -> Relationship {
    Relationship::ForeignKey {
        child: reference.child.clone().into(),
        parent: reference.parent.clone().into(),
        parent_when: reference.parent_when.as_ref().map(condition),
        prefix: reference.prefix.as_ref().map(|prefix| prefix.as_str().to_owned()),
        coverage: share::rounded(reference.evidence.confidence()),
        children: Some(length_rule(&reference.children)),
    }
}

/// One entry for the fields that follow without exception, and one for each of the others.
fn dependency(dependency: &Dependency) -> Vec<Relationship> {
    let distinct = (!dependency.lhs.is_empty() && dependency.n_lhs > 0).then_some(dependency.n_lhs);
    let entry = |rhs, confidence| Relationship::FunctionalDep {
        lhs: dependency.lhs.clone(),
        rhs,
        distinct,
        confidence,
    };
    let (exact, loose): (Vec<_>, Vec<_>) =
        dependency.rhs.iter().partition(|dependent| dependent.evidence.confidence().is_one());
    let always: Vec<_> = exact.iter().map(|dependent| dependent.path.clone()).collect();
    let always = (!always.is_empty()).then(|| entry(always, Rate::ONE));
    let mostly = loose.iter().map(|dependent| {
        entry(vec![dependent.path.clone()], share::rounded(dependent.evidence.confidence()))
    });
    always.into_iter().chain(mostly).collect()
}

/// Tells whether an order says more than the other relations do: numbers that name rows are in no order that means
/// anything, and what is larger by a formula or a bound is larger.
fn is_told(ordering: &relations::Ordering, relations: &Relations) -> bool {
    if ordering.scope != OrderingScope::Row {
        return true;
    }
    let ends = [&ordering.low, &ordering.high];
    let refers = relations.references.iter().any(|reference| {
        [&reference.child, &reference.parent]
            .iter()
            .any(|paths| paths.iter().any(|path| ends.contains(&path)))
    });
    let is_sum = |target: &JsonPath,
                  terms: &[relations::Term],
                  offset: f64,
                  evidence: relations::Evidence| {
        let has_low = terms.iter().any(|term| term.path == ordering.low && term.factor >= 1.0);
        *target == ordering.high && has_low && evidence.is_exact() && (offset > 0.0 || !ordering.is_strict)
    };
    let follows = relations.arithmetic.iter().any(|formula| {
        formula.terms.len() == 1
            && formula.offset >= 0.0
            && is_sum_like(formula.operation)
            && is_sum(&formula.target, &formula.terms, formula.offset, formula.evidence)
    });
    let is_bound =
        relations.inequalities.iter().any(|bound| is_sum(&bound.target, &bound.terms, 0.0, bound.evidence));
    !(refers || follows || is_bound)
}

/// Tells whether an operation with one term and an offset makes what is larger.
fn is_sum_like(operation: relations::Operation) -> bool {
    matches!(
        operation,
        relations::Operation::PlusSeconds
            | relations::Operation::PlusMinutes
            | relations::Operation::PlusHours
            | relations::Operation::PlusDays
            | relations::Operation::PlusMonths
            | relations::Operation::PlusYears
    )
}

fn ordering(ordering: &relations::Ordering) -> Option<Relationship> {
    let confidence = ordering.evidence.confidence();
    (confidence.get() >= MIN_ORDERED).then(|| Relationship::Ordering {
        low: ordering.low.clone(),
        high: ordering.high.clone(),
        strict: ordering.is_strict,
        next_element: ordering.scope == OrderingScope::NextElement,
        next_record: ordering.scope == OrderingScope::NextRecord,
        min_gap: ordering.min_gap,
        max_gap: ordering.max_gap,
        gap: ordering.gap.as_ref().map(distances),
        confidence: share::rounded(confidence),
    })
}

fn distances(spread: &relations::GapSpread) -> Distances {
    let sizes: Vec<f64> = spread.values.iter().map(|gap| gap.approximate()).collect();
    let kept = knots::needed(&spread.percent, &sizes);
    Distances {
        quantiles: kept.iter().map(|at| spread.percent[*at]).collect(),
        values: kept.iter().map(|at| spread.values[*at]).collect(),
        spikes: spread
            .repeated
            .iter()
            .map(|(distance, prob)| DistanceSpike { value: *distance, prob: *prob })
            .collect(),
        steady: spread.is_steady,
    }
}

fn arithmetic(formula: &relations::Arithmetic) -> Option<Relationship> {
    let confidence = formula.evidence.confidence();
    (confidence.get() >= MIN_CONFIDENCE).then(|| Relationship::Arithmetic {
        target: formula.target.clone(),
        operation: operation(formula.operation),
        terms: formula.terms.iter().map(term).collect(),
        offset: formula.offset,
        confidence: share::rounded(confidence),
    })
}

fn term(term: &relations::Term) -> Term {
    if (term.factor - 1.0).abs() < f64::EPSILON {
        Term::Plain(term.path.clone())
    } else {
        Term::Scaled { path: term.path.clone(), factor: term.factor }
    }
}

fn inequality(found: &relations::Inequality) -> Relationship {
    Relationship::Inequality {
        target: found.target.clone(),
        at_least: found.terms.iter().map(term).collect(),
        confidence: share::rounded(found.evidence.confidence()),
    }
}

fn operation(operation: relations::Operation) -> Operation {
    match operation {
        relations::Operation::Copy => Operation::Copy,
        relations::Operation::Sum => Operation::Sum,
        relations::Operation::Product => Operation::Product,
        relations::Operation::Ratio => Operation::Ratio,
        relations::Operation::SumOverElements => Operation::SumOverElements,
        relations::Operation::MinOverElements => Operation::MinOverElements,
        relations::Operation::MaxOverElements => Operation::MaxOverElements,
        relations::Operation::MeanOverElements => Operation::MeanOverElements,
        relations::Operation::FirstElement => Operation::FirstElement,
        relations::Operation::LastElement => Operation::LastElement,
        relations::Operation::Count => Operation::Count,
        relations::Operation::ElapsedMilliseconds => Operation::ElapsedMilliseconds,
        relations::Operation::ElapsedSeconds => Operation::ElapsedSeconds,
        relations::Operation::ElapsedMinutes => Operation::ElapsedMinutes,
        relations::Operation::ElapsedHours => Operation::ElapsedHours,
        relations::Operation::ElapsedDays => Operation::ElapsedDays,
        relations::Operation::CalendarDays => Operation::CalendarDays,
        relations::Operation::ClockMinutes => Operation::ClockMinutes,
        relations::Operation::YearOf => Operation::YearOf,
        relations::Operation::MonthOf => Operation::MonthOf,
        relations::Operation::DayOf => Operation::DayOf,
        relations::Operation::HourOf => Operation::HourOf,
        relations::Operation::MinuteOf => Operation::MinuteOf,
        relations::Operation::WeekdayOf => Operation::WeekdayOf,
        relations::Operation::DateOf => Operation::DateOf,
        relations::Operation::PlusSeconds => Operation::PlusSeconds,
        relations::Operation::PlusMinutes => Operation::PlusMinutes,
        relations::Operation::PlusHours => Operation::PlusHours,
        relations::Operation::PlusDays => Operation::PlusDays,
        relations::Operation::PlusMonths => Operation::PlusMonths,
        relations::Operation::PlusYears => Operation::PlusYears,
    }
}

fn text_relation(relation: &relations::TextRelation) -> Relationship {
    Relationship::DerivedText {
        target: relation.target.clone(),
        operation: match relation.operation {
            relations::TextOperation::Join => TextOperation::Join,
            relations::TextOperation::Slice => TextOperation::Slice,
            relations::TextOperation::Contains => TextOperation::Contains,
        },
        terms: relation.terms.clone(),
        separator: relation.separator.as_ref().map_or(String::new(), |text| text.as_str().to_owned()),
        confidence: share::rounded(relation.evidence.confidence()),
    }
}

fn transition(found: &relations::Transition) -> Relationship {
    let shares = |counts: &[u64]| -> Vec<f64> {
        let is_nothing = counts.iter().all(|count| *count == 0);
        if is_nothing {
            vec![0.0; counts.len()]
        } else {
            share::apportion(counts).into_iter().map(Rate::get).collect()
        }
    };
    // Where nothing is public the ends are left out.
    let ends =
        |counts: &[u64]| if counts.iter().any(|count| *count > 0) { shares(counts) } else { Vec::new() };
    let row = |(counts, rest): (&Vec<u64>, &u64)| {
        let mut row = shares(&counts.iter().chain([rest]).copied().collect::<Vec<_>>());
        row.truncate(counts.len());
        row
    };
    Relationship::Transition {
        path: found.path.clone(),
        entity: found.entity.clone(),
        order: found.order.clone(),
        states: found.states.iter().map(text::tag_literal).collect(),
        initial: ends(&found.initial),
        last: ends(&found.last),
        matrix: found.matrix.iter().zip(&found.rest).map(row).collect(),
        confidence: share::rounded(found.evidence.confidence()),
    }
}

fn sequence(sequence: &relations::Sequence) -> Relationship {
    let rule = match sequence.rule {
        relations::SequenceRule::Closed => SequenceRule::Closed,
        relations::SequenceRule::SideBySide => SequenceRule::SideBySide,
    };
    Relationship::Sequence { rule, paths: sequence.paths.clone() }
}

fn presence(presence: &relations::Presence) -> Relationship {
    let rule = match presence.rule {
        relations::PresenceRule::Together => PresenceRule::Together,
        relations::PresenceRule::Exclusive => PresenceRule::Exclusive,
        relations::PresenceRule::Requires => PresenceRule::Requires,
    };
    Relationship::ConditionalPresence { rule, paths: presence.paths.clone() }
}

fn value_table(table: &relations::ValueTable) -> Relationship {
    let row = |row: &relations::ValueRow| ValueRow {
        values: row.values.iter().map(text::tag_literal).collect(),
        other: row.other.clone(),
        weight: row.count as f64,
    };
    Relationship::ValueTable { paths: table.paths.clone(), rows: table.rows.iter().map(row).collect() }
}
