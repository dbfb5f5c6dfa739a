//! The accumulator of one path.

mod stored;

use std::collections::BTreeMap;

use synth_core::{JsonType, Number, Scalar};
use synth_stats::bottom_k::Tally;
use synth_stats::{BottomK, LengthHistogram};

use crate::number_stats::NumberStats;
use crate::partial::Units;
use crate::string_stats::StringStats;

/// Most bytes one accumulator takes: number and string tables full, every time format seen. Less than 2 MiB when
/// the strings are times in no more than ten formats.
pub const MAX_BYTES: usize = 12 << 20;

/// What was seen at one path.
#[derive(Debug, Clone, Default)]
pub struct PathStats {
    /// Values seen, nulls included.
    pub n_values: u64,
    /// Units (records, or elements of a document's collections) that held a value.
    pub n_units: u64,
    /// Sum of the positions of the member in its objects.
    pub(crate) position_sum: u64,
    types: [u64; 7],
    n_true: u64,
    number: Option<Box<NumberStats>>,
    string: Option<Box<StringStats>>,
    lengths: Option<Box<LengthHistogram>>,
    n_members: Option<Box<LengthHistogram>>,
    last_unit: Option<u64>,
    key: Box<str>,
}

impl PathStats {
    /// Returns how many values of a type were seen.
    #[must_use]
    pub fn n_of(&self, json_type: JsonType) -> u64 {
        self.types[json_type as usize]
    }

    /// Returns how many values were not null.
    #[must_use]
    pub fn n_non_null(&self) -> u64 {
        self.n_values - self.n_of(JsonType::Null)
    }

    /// Returns how many values were `true`.
    #[must_use]
    pub fn n_true(&self) -> u64 {
        self.n_true
    }

    /// Returns what is known of the numbers, if there were any.
    #[must_use]
    pub fn number(&self) -> Option<&NumberStats> {
        self.number.as_deref()
    }

    /// Returns what is known of the strings, if there were any.
    #[must_use]
    pub fn string(&self) -> Option<&StringStats> {
        self.string.as_deref()
    }

    /// Returns the lengths of the arrays, if there were any.
    #[must_use]
    pub fn lengths(&self) -> Option<&LengthHistogram> {
        self.lengths.as_deref()
    }

    /// Returns the numbers of members of the objects, if there were any.
    #[must_use]
    pub fn n_members(&self) -> Option<&LengthHistogram> {
        self.n_members.as_deref()
    }

    /// The member's name, for the reader's shortcut.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn set_key(&mut self, key: &str) {
        if *self.key != *key {
            self.key = key.into();
        }
    }

    pub(crate) fn lengths_mut(&mut self) -> &mut LengthHistogram {
        self.lengths.get_or_insert_default()
    }

    pub(crate) fn push_n_members(&mut self, n_members: u64) {
        self.n_members.get_or_insert_default().push(n_members);
    }

    /// Counts a value; its contents follow by the other `push` functions.
    pub(crate) fn push_type(&mut self, json_type: JsonType, unit: u64) {
        self.n_values += 1;
        self.types[json_type as usize] += 1;
        self.n_units += u64::from(self.last_unit != Some(unit));
        self.last_unit = Some(unit);
    }

    pub(crate) fn push_scalar(&mut self, scalar: Scalar<'_>, unit: u64) {
        match scalar {
            Scalar::Null => self.push_type(JsonType::Null, unit),
            Scalar::Bool(value) => {
                self.push_type(JsonType::Boolean, unit);
                self.n_true += u64::from(value);
            }
            Scalar::Number(number) => self.push_number(number, unit),
            Scalar::String(text) => self.push_text(text, unit),
        }
    }

    fn push_number(&mut self, number: Number<'_>, unit: u64) {
        let json_type = if number.is_integer() { JsonType::Integer } else { JsonType::Number };
        self.push_type(json_type, unit);
        self.number.get_or_insert_default().push(number, unit);
    }

    pub(crate) fn push_text(&mut self, text: &str, unit: u64) {
        self.push_type(JsonType::String, unit);
        self.string.get_or_insert_default().push(text, unit);
    }

    /// Counts a key that stood in several objects.
    pub(crate) fn push_texts(&mut self, text: &str, tally: Tally) {
        self.n_values += tally.count;
        self.n_units += tally.n_units;
        self.types[JsonType::String as usize] += tally.count;
        self.string.get_or_insert_default().push_many(text, tally);
    }

    /// Returns how often a value stood here, whatever it was.
    pub(crate) fn tally(&self) -> Tally {
        Tally { count: self.n_values, n_units: self.n_units, last_unit: self.last_unit }
    }

    /// Forgets which unit was the last: another reader numbers its units anew.
    pub(crate) fn forget_last_unit(&mut self) {
        self.last_unit = None;
    }

    /// Takes back every claim about units.
    pub(crate) fn forget_units(&mut self) {
        self.n_units = 0;
        self.number.iter_mut().for_each(|numbers| without_units(&mut numbers.distinct));
        self.string.iter_mut().for_each(|strings| without_units(&mut strings.distinct));
    }

    /// Adds what was seen at the same path in other records.
    pub(crate) fn merge(&mut self, other: Self, units: Units) {
        self.n_values += other.n_values;
        self.n_units += other.n_units;
        self.position_sum += other.position_sum;
        for (ours, theirs) in self.types.iter_mut().zip(other.types) {
            *ours += theirs;
        }
        self.n_true += other.n_true;
        merge_option(&mut self.number, other.number, |ours, theirs| ours.merge(*theirs, units));
        merge_option(&mut self.string, other.string, |ours, theirs| ours.merge(*theirs, units));
        merge_option(&mut self.lengths, other.lengths, |ours, theirs| ours.merge(*theirs));
        merge_option(&mut self.n_members, other.n_members, |ours, theirs| ours.merge(*theirs));
        if self.key.is_empty() {
            self.key = other.key;
        }
    }
}

fn merge_option<T>(ours: &mut Option<Box<T>>, theirs: Option<Box<T>>, merge: impl FnOnce(&mut T, Box<T>)) {
    match (ours.as_deref_mut(), theirs) {
        (Some(ours), Some(theirs)) => merge(ours, theirs),
        (None, theirs) => *ours = theirs,
        (Some(_), None) => {}
    }
}

/// Adds a table of distinct values, with the units counted as `units` says.
pub(crate) fn merge_distinct<T: Clone>(
    ours: &mut BottomK<T>,
    theirs: BottomK<T>,
    units: Units,
    join: impl Fn(&mut T, T),
) {
    if units != Units::KeepLargest {
        ours.merge_with(theirs, join);
        return;
    }
    let mut largest: BTreeMap<u64, u64> = BTreeMap::new();
    for entry in ours.entries().chain(theirs.entries()) {
        let known = largest.entry(entry.hash).or_default();
        *known = entry.n_units.max(*known);
    }
    ours.merge_with(theirs, join);
    set_units(ours, |hash| largest.get(&hash).copied().unwrap_or(0));
}

fn without_units<T: Clone>(table: &mut BottomK<T>) {
    set_units(table, |_| 0);
}

fn set_units<T: Clone>(table: &mut BottomK<T>, n_units: impl Fn(u64) -> u64) {
    let entries: Vec<(u64, T, u64, u64)> = table
        .entries()
        .map(|entry| (entry.hash, entry.value.clone(), entry.count, n_units(entry.hash)))
        .collect();
    *table = BottomK::from_entries(table.capacity(), table.total(), table.is_complete(), entries);
}
