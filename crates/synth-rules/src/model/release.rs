//! Dependencies that only follow from the order of time.

use std::collections::BTreeSet;

use synth_core::JsonPath;
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};

use super::draft::series::{find_rising, is_number};
use super::times::{Places, RowTimes};
use crate::relationship::Relationship;
use crate::rule_set::RuleSet;

/// Takes dependencies back that hold because counters rise together: while one stands still the other does, so each
/// seems to follow from the other. Their times say it better, and what made one follow from the other would let neither
/// rise.
///
/// A dependency goes when a field that rises along time, other than the time itself, is on its left side, and what is on its right side rises too, or
/// is the same in each place of every record, as the name of the server that is counted at. For the same reason counters
/// that stand in one array are in no order: each place has a level of its own, which is one observation and not many.
pub fn release(rules: &mut RuleSet, sample: &SampleTables) {
    if rules.along.is_empty() {
        return;
    }
    let places: Vec<Places> = sample.iter().map(|table| Places::of(rules, &table)).collect();
    let times = RowTimes::of_all(rules, sample, &places);
    let (mut rising, mut nested, mut fixed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (table, times) in sample.iter().zip(&times) {
        let Some(times) = times else { continue };
        let by = table
            .columns()
            .filter(|column| rules.along.iter().any(|along| along.by.as_ref() == Some(column.path())));
        let splits: Vec<(JsonPath, Vec<u16>)> = by.map(|column| split(&table, &column)).collect();
        for column in table.columns() {
            let is_value = column.part() == SamplePart::Value && is_number(rules, column.path());
            if is_value && find_rising(&column, (table.n_rows(), times), &splits).is_some() {
                rising.insert(column.path().clone());
                if table.holder_rows().first() != table.holder_rows().last() {
                    nested.insert(column.path().clone());
                }
            } else if table.holder().is_some() && is_fixed(&table, &column, times) {
                fixed.insert(column.path().clone());
            }
        }
    }
    for relationship in &mut rules.relationships {
        if let Relationship::FunctionalDep { lhs, rhs, .. } = relationship
            && lhs.iter().any(|path| rising.contains(path))
            && !lhs.iter().any(|path| rules.along.iter().any(|along| along.time == *path))
        {
            rhs.retain(|path| !rising.contains(path) && !fixed.contains(path));
        }
    }
    rules.relationships.retain(|relationship| match relationship {
        Relationship::FunctionalDep { rhs, .. } => !rhs.is_empty(),
        Relationship::Ordering { low, high, next_element, .. } => {
            !(*next_element && low == high && nested.contains(low))
        }
        Relationship::ValueTable { paths, .. } => !paths.iter().any(|path| rising.contains(path)),
        _ => true,
    });
}

/// A field that tells series apart, with a number for each row's value.
fn split(table: &SampleTable<'_>, column: &SampleColumn<'_>) -> (JsonPath, Vec<u16>) {
    let code = |row: usize| match column.cell(row) {
        SampleCell::Value(at) => u16::try_from(at).unwrap_or(u16::MAX),
        _ => u16::MAX,
    };
    (column.path().clone(), (0..table.n_rows()).map(code).collect())
}

/// Tells whether a column has one value in each place, though not the same in all.
fn is_fixed(table: &SampleTable<'_>, column: &SampleColumn<'_>, times: &RowTimes) -> bool {
    if table.n_rows() == 0 {
        return false;
    }
    let runs = times.runs(|_| 0);
    runs.len() * 2 <= table.n_rows()
        && runs.iter().all(|run| {
            let cell = |row: &u32| column.cell(*row as usize);
            run.iter().all(|row| cell(row) == cell(&run[0]))
        })
}
