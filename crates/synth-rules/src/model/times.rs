//! Where the rows of a table stand in time, and what the trees see of that.

use std::collections::BTreeMap;

use synth_core::{JsonPath, Segment, cast, hash};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};
use synth_stats::joint::{CodeColumn, CodeOrder};

use super::{Feature, MAX_POSITION};
use crate::along::Along;
use crate::field::FieldRule;
use crate::generator::{Generator, Literal};
use crate::rule_set::RuleSet;
use crate::shape::LengthRule;

/// Rows that a part of the time stands for, at least on average.
const PART_ROWS: usize = 20;
/// Parts of the time that trees tell apart, at most.
const MAX_PARTS: u16 = 512;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
const WEEK: f64 = 7.0 * DAY;

/// When each row of a table happened.
#[derive(Debug, Clone)]
pub(super) struct RowTimes {
    /// Position of the rule among those of `along`.
    pub(super) line: usize,
    /// Seconds since 1970 of each row.
    pub(super) seconds: Vec<f64>,
    /// Share of the rows of the time's own table that are earlier, with half of those of the same time.
    share: Vec<f64>,
    /// Rows of one place below the rows of the time have one number.
    pub(super) place: Vec<u64>,
}

impl RowTimes {
    /// The times of all tables: their own, or those of the rows that hold them.
    pub(super) fn of_all(rules: &RuleSet, sample: &SampleTables, places: &[Places]) -> Vec<Option<Self>> {
        let mut all: Vec<Option<Self>> = Vec::new();
        for (table, places) in sample.iter().zip(places) {
            let line = rules.along.iter().enumerate().find(|(_, along)| along.table() == *table.path());
            let times = match line {
                Some((line, along)) => {
                    rules.fields.get(&along.time).and_then(|rule| Self::of_table((line, along), &table, rule))
                }
                None => table
                    .holder()
                    .and_then(|holder| all[holder].as_ref())
                    .map(|times| times.below(table.holder_rows(), &places.positions)),
            };
            all.push(times);
        }
        all
    }

    /// The times of the table that a time stands in; `None` where a row has none, or there are too few.
    fn of_table((line, along): (usize, &Along), table: &SampleTable<'_>, rule: &FieldRule) -> Option<Self> {
        let is_time =
            |column: &SampleColumn<'_>| *column.path() == along.time && column.part() == SamplePart::Value;
        let column = table.columns().find(is_time)?;
        let unit = unit(rule)?;
        let numbers: Vec<Option<f64>> = column.values().map(|value| value.number).collect();
        let seconds = |row: usize| match column.cell(row) {
            SampleCell::Value(at) => Some(numbers[at]? * unit),
            _ => None,
        };
        let seconds: Vec<f64> = (0..table.n_rows()).map(seconds).collect::<Option<_>>()?;
        Some(Self { line, share: shares(&seconds), place: vec![0; seconds.len()], seconds })
    }

    /// The times of rows that stand in rows with times; `positions` are their places there.
    fn below(&self, holder_rows: &[u32], positions: &[u16]) -> Self {
        let pick = |values: &[f64]| holder_rows.iter().map(|row| values[*row as usize]).collect();
        let place = |(row, position): (&u32, &u16)| {
            hash::combine(self.place[*row as usize], u64::from(*position) + 1)
        };
        Self {
            line: self.line,
            seconds: pick(&self.seconds),
            share: pick(&self.share),
            place: holder_rows.iter().zip(positions).map(place).collect(),
        }
    }

    /// The rows that are kept.
    pub(super) fn kept(&self, is_kept: &[bool]) -> Self {
        Self {
            line: self.line,
            seconds: super::draft::kept(&self.seconds, is_kept),
            share: super::draft::kept(&self.share, is_kept),
            place: super::draft::kept(&self.place, is_kept),
        }
    }

    /// What trees may look at: how late a row is among all, and where it lies in the day and the week where there are
    /// several of them.
    pub(super) fn features(&self) -> Vec<(Feature, CodeColumn)> {
        let first = self.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let last = self.seconds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let n_parts = u16::try_from(self.seconds.len() / PART_ROWS).unwrap_or(MAX_PARTS).clamp(1, MAX_PARTS);
        let column = |n_codes: u16, code: &dyn Fn(usize) -> u16| CodeColumn {
            codes: (0..self.seconds.len()).map(code).collect(),
            n_codes,
            order: CodeOrder::Ordered,
        };
        let time = Feature::Time { parts: n_parts };
        let mut features = vec![(time, column(n_parts, &|row| time.at(self.share[row], self.seconds[row])))];
        let mut add = |feature: Feature, n_codes: u16| {
            features.push((feature, column(n_codes, &|row| feature.at(self.share[row], self.seconds[row]))));
        };
        if last - first >= 2.0 * DAY && self.seconds.iter().any(|time| (time % DAY).abs() > 0.0) {
            add(Feature::Hour, 24);
        }
        if last - first >= 2.0 * WEEK {
            add(Feature::Weekday, 7);
        }
        features
    }

    /// The rows of each series in order of time; `by` tells series apart beside their place.
    pub(super) fn runs(&self, by: impl Fn(usize) -> u32) -> Vec<Vec<u32>> {
        let mut runs: BTreeMap<(u64, u32), Vec<u32>> = BTreeMap::new();
        for row in 0..self.seconds.len() {
            runs.entry((self.place[row], by(row))).or_default().push(cast::to_u32(row));
        }
        let mut runs: Vec<Vec<u32>> = runs.into_values().collect();
        let time = |row: &u32| self.seconds[*row as usize];
        runs.iter_mut().for_each(|run| run.sort_by(|left, right| time(left).total_cmp(&time(right))));
        runs
    }
}

/// Where rows stand in their arrays or dictionaries.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// The place of each row in its array, or of its key where all dictionaries have the same ones.
    pub(super) positions: Vec<u16>,
    /// Whether these are the places of keys.
    pub(super) is_keyed: bool,
}

impl Places {
    pub(super) fn of(rules: &RuleSet, table: &SampleTable<'_>) -> Self {
        let position = |at: usize| u16::try_from(at).unwrap_or(MAX_POSITION).min(MAX_POSITION);
        if let Some(places) = key_places(rules, table) {
            return Self { positions: places.into_iter().map(position).collect(), is_keyed: true };
        }
        let positions = places_in_arrays(table.holder_rows()).map(position).collect();
        Self { positions, is_keyed: false }
    }
}

/// The place of each row's key among those that all dictionaries have.
fn key_places(rules: &RuleSet, table: &SampleTable<'_>) -> Option<Vec<usize>> {
    let keys = rules.constant_keys(table.path())?;
    let column = table.columns().find(|column| column.part() == SamplePart::Key)?;
    let of_value: Vec<Option<usize>> = column
        .values()
        .map(|value| keys.iter().position(|key| value.text.is_some_and(|text| key.text() == text)))
        .collect();
    let place = |row: usize| match column.cell(row) {
        SampleCell::Value(at) => of_value[at],
        _ => None,
    };
    (0..table.n_rows()).map(place).collect()
}

/// The place of each row among those of its holder.
pub(super) fn places_in_arrays(holder_rows: &[u32]) -> impl Iterator<Item = usize> {
    let mut at = 0;
    (0..holder_rows.len()).map(move |row| {
        at = if row > 0 && holder_rows[row] == holder_rows[row - 1] { at + 1 } else { 0 };
        at
    })
}

impl RuleSet {
    /// Returns the keys of a dictionary that has the same ones everywhere, in the order in which it is made.
    #[must_use]
    pub fn constant_keys(&self, members: &JsonPath) -> Option<&[Literal]> {
        if members.segments().last() != Some(&Segment::Members) {
            return None;
        }
        let LengthRule::Constant { value } = self.shape.get(members)?.length else { return None };
        let [kind] = &self.fields.get(&members.parent()?.join(Segment::MemberKeys))?.kinds[..] else {
            return None;
        };
        match &kind.generator {
            Some(Generator::Categorical(list)) if cast::to_u64(list.values.len()) == value => {
                Some(&list.values)
            }
            _ => None,
        }
    }
}

impl Feature {
    /// The code of a row at a share of all times, and so many seconds since 1970; 0 for what is no time.
    #[must_use]
    pub fn at(self, share: f64, seconds: f64) -> u16 {
        let part = |share: f64, parts: u16| {
            let at = cast::floor_to_usize(share * f64::from(parts));
            u16::try_from(at).unwrap_or(u16::MAX).min(parts.saturating_sub(1))
        };
        let within = |cycle: f64| {
            let rest = seconds % cycle;
            if rest < 0.0 { rest + cycle } else { rest }
        };
        match self {
            Self::Time { parts } => part(share, parts),
            Self::Hour => part(within(DAY) / DAY, 24),
            // The first of January 1970 was a Thursday.
            Self::Weekday => {
                let days = cast::floor_to_usize(within(WEEK) / DAY);
                u16::try_from((days + 3) % 7).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// Seconds that one of the numbers of a time stands for.
fn unit(rule: &FieldRule) -> Option<f64> {
    let [kind] = &rule.kinds[..] else { return None };
    match &kind.generator {
        Some(Generator::TemporalRhythmic(times)) => Some(match times.format.as_str() {
            "epoch_millis" => 1e-3,
            "epoch_micros" => 1e-6,
            "epoch_nanos" => 1e-9,
            _ => 1.0,
        }),
        _ => None,
    }
}

/// The share of the values that are smaller, with half of those that are equal.
fn shares(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len().max(1) as f64;
    let share = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        (below + up_to) as f64 / 2.0 / n
    };
    values.iter().map(share).collect()
}
