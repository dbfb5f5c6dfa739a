//! What varies together and along time, as sentences.

use synth_core::{JsonPath, cast};

use super::Fact;
use crate::relations::{
    Aspect, Association, AssociationMeasure, CalendarUnit, Direction, Evidence, Quantity, Relations,
    SeasonProfile, SeriesProfile, TimeLine, TrendProfile,
};

/// Most associations of a table that are listed.
const MAX_OF_TABLE: usize = 12;

/// The kinds that are no rules, so that a row cannot break one.
const KINDS: [&str; 6] =
    ["association", "trend", "seasonality", "autocorrelation", "counter", "regular_step"];

/// Tells whether a kind of hypothesis is a tendency and no rule.
pub(crate) fn is_tendency(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// The strongest associations of each table; the share of rows that hold is the strength.
pub(super) fn of_associations(relations: &Relations) -> impl Iterator<Item = Fact> {
    let strongest = relations.associations.iter().flat_map(|table| table.strongest.iter().take(MAX_OF_TABLE));
    strongest.map(|found| Fact {
        kind: "association",
        statement: sentence(found),
        paths: vec![found.left.path.clone(), found.right.path.clone()],
        evidence: weighted(found.n_rows, found.strength.get()),
        exceptions: Vec::new(),
    })
}

/// The patterns along the times of each table; the share of rows that hold is the strength.
pub(super) fn of_times(relations: &Relations) -> impl Iterator<Item = Fact> {
    relations.temporal.iter().flat_map(|line| {
        let mut facts = Vec::new();
        let rows = format!("rows of {}", line.table);
        if let Some(volume) = &line.volume {
            let of_rows = vec![line.path.clone()];
            let what = format!("the number of {rows} a {}", name(volume.unit));
            facts.extend(volume.trend.map(|trend| of_trend(line, &what, of_rows.clone(), trend)));
            let what = format!("the number of {rows}");
            facts.extend(volume.seasons.iter().map(|season| of_season(line, &what, of_rows.clone(), season)));
        }
        facts.extend(line.arrivals.iter().filter_map(|arrivals| {
            let step = arrivals.step_seconds?;
            let share = arrivals.share_on_step?;
            Some(Fact {
                kind: "regular_step",
                statement: format!("{} goes on by {step} seconds", line.path),
                paths: vec![line.path.clone()],
                evidence: weighted(line.n_rows, share.get()),
                exceptions: Vec::new(),
            })
        }));
        facts.extend(line.series.iter().flat_map(|series| of_series(line, series)));
        facts
    })
}

fn of_series(line: &TimeLine, series: &SeriesProfile) -> Vec<Fact> {
    let paths = vec![series.path.clone(), line.path.clone()];
    let what = series.path.to_string();
    let mut facts = Vec::new();
    if series.never_falls {
        facts.push(Fact {
            kind: "counter",
            statement: format!("{what} never falls along {}", line.path),
            paths: paths.clone(),
            evidence: weighted(series.n_values, 1.0),
            exceptions: Vec::new(),
        });
    }
    if let Some(r) = series.autocorrelation.first().filter(|r| **r > 0.0) {
        facts.push(Fact {
            kind: "autocorrelation",
            statement: format!("{what} is like the value before it along {} ({r})", line.path),
            paths: paths.clone(),
            evidence: weighted(series.n_values, *r),
            exceptions: Vec::new(),
        });
    }
    facts.extend(series.trend.map(|trend| of_trend(line, &what, paths.clone(), trend)));
    facts.extend(series.seasons.iter().map(|season| of_season(line, &what, paths.clone(), season)));
    facts
}

fn of_trend(line: &TimeLine, what: &str, paths: Vec<JsonPath>, trend: TrendProfile) -> Fact {
    let moves = if trend.tau > 0.0 { "rises" } else { "falls" };
    Fact {
        kind: "trend",
        statement: format!("{what} {moves} along {} (tau {})", line.path, trend.tau),
        paths,
        evidence: weighted(line.n_rows, trend.tau.abs()),
        exceptions: Vec::new(),
    }
}

fn of_season(line: &TimeLine, what: &str, paths: Vec<JsonPath>, season: &SeasonProfile) -> Fact {
    let phase = match season.cycle {
        CalendarUnit::Week => "weekday",
        CalendarUnit::Year => "month",
        _ => "hour of the day",
    };
    Fact {
        kind: "seasonality",
        statement: format!("{what} depends on the {phase} of {} ({})", line.path, season.strength),
        paths,
        evidence: weighted(line.n_rows, season.strength.get()),
        exceptions: Vec::new(),
    }
}

fn sentence(found: &Association) -> String {
    let (left, right) = (quantity(&found.left), quantity(&found.right));
    let strength = found.strength;
    let relation = match (found.measure, found.direction) {
        (AssociationMeasure::Spearman, Some(Direction::Falling)) => "falls as rises",
        (AssociationMeasure::Spearman, _) => "rises with",
        (AssociationMeasure::CorrelationRatio | AssociationMeasure::CramersV, _) => "goes with",
        (AssociationMeasure::MutualInformation, _) => "depends in no straight way on",
    };
    let through = if found.through_time { ", through time" } else { "" };
    match relation {
        "falls as rises" => format!("{left} falls as {right} rises ({strength}{through})"),
        relation => format!("{left} {relation} {right} ({strength}{through})"),
    }
}

fn quantity(side: &Quantity) -> String {
    let path = &side.path;
    match side.aspect {
        Aspect::Value => path.to_string(),
        Aspect::Presence => format!("the presence of {path}"),
        Aspect::Length => format!("the length of {path}"),
        Aspect::Count => format!("the number of {path} that refer to it"),
        Aspect::Mean => format!("the mean of {path}"),
        Aspect::Sum => format!("the sum of {path}"),
    }
}

fn name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Minute => "minute",
        CalendarUnit::Hour => "hour",
        CalendarUnit::Day => "day",
        CalendarUnit::Week => "week",
        CalendarUnit::Month => "month",
        CalendarUnit::Year => "year",
    }
}

fn weighted(n_rows: u64, strength: f64) -> Evidence {
    Evidence { n_rows, n_holding: cast::floor_to_u64(n_rows as f64 * strength.clamp(0.0, 1.0)) }
}
