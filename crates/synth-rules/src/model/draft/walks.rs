//! Fields whose numbers move in steps along arrays.

use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};

use super::DraftTable;
use crate::model::walk::{Found, Steps};
use crate::model::{Feature, ModelPart};

/// Elements of a point, at most.
const MAX_COORDINATES: u16 = 4;

/// Looks at the numbers of all tables of elements that have no time, in which they could run.
pub(super) fn find(sample: &SampleTables, tables: &mut [DraftTable]) {
    for (at, table) in sample.iter().enumerate() {
        let draft = &tables[at];
        if !draft.is_array || draft.places.is_keyed || draft.times.is_some() {
            continue;
        }
        let up = u16::from(are_points(draft, tables));
        let sequence = sequence(draft, tables, up);
        let found: Vec<Option<Found>> = draft
            .fields
            .iter()
            .map(|field| walk(&table, (draft, field.part), (&field.path, &sequence, up)))
            .collect();
        tables[at].fields.iter_mut().zip(found).for_each(|(field, walk)| field.walk = walk);
    }
}

/// Tells whether the rows are the coordinates of points that follow each other in arrays.
fn are_points(draft: &DraftTable, tables: &[DraftTable]) -> bool {
    let Some(holder) = draft.holder.map(|holder| &tables[holder]) else { return false };
    let n_rows = draft.places.positions.len();
    let width = draft.places.positions.iter().copied().max().map_or(0, |last| last + 1);
    holder.is_array
        && !holder.places.is_keyed
        && (2..=MAX_COORDINATES).contains(&width)
        && n_rows == usize::from(width) * holder.places.positions.len()
}

/// The number of the array along which each row moves; rows of one array stand in their order.
fn sequence(draft: &DraftTable, tables: &[DraftTable], up: u16) -> Vec<u32> {
    let row_above = |row: &u32| match (up, draft.holder) {
        (1, Some(holder)) => tables[holder].holder_rows.get(*row as usize).copied().unwrap_or(0),
        _ => *row,
    };
    draft.holder_rows.iter().map(row_above).collect()
}

fn walk(
    table: &SampleTable<'_>,
    (draft, part): (&DraftTable, ModelPart),
    (path, sequence, up): (&synth_core::JsonPath, &[u32], u16),
) -> Option<Found> {
    let is_own = |column: &SampleColumn<'_>| column.path() == path && column.part() == SamplePart::Value;
    let column = table.columns().find(is_own).filter(|_| part == ModelPart::Value)?;
    let of_value: Vec<f64> = column
        .values()
        .map(|value| value.number.filter(|_| value.text.is_none()).unwrap_or(f64::NAN))
        .collect();
    let number = |row: usize| match column.cell(row) {
        SampleCell::Value(at) => of_value[at],
        _ => f64::NAN,
    };
    let numbers: Vec<f64> = (0..table.n_rows()).map(number).collect();
    if numbers.iter().any(|number| number.is_nan()) {
        return None;
    }
    let none = vec![0; numbers.len()];
    let places = if up > 0 { &draft.places.positions } else { &none };
    let mut arrays: std::collections::BTreeMap<(u32, u16), Vec<u32>> = std::collections::BTreeMap::new();
    for (row, array) in (0..).zip(sequence) {
        arrays.entry((*array, places[row as usize])).or_default().push(row);
    }
    let arrays = arrays.into_values().collect();
    Steps { up, arrays, numbers: &numbers, places, is_held_out: &draft.is_held_out }.find()
}

impl Found {
    /// Tells whether the tree of a field that moves so may look at something: at what is the same for the whole array, and at
    /// which coordinate of a point it is.
    pub(in crate::model) fn may_look(&self, feature: Feature) -> bool {
        match feature {
            Feature::Position => self.walk.up > 0,
            Feature::Field { up, .. } | Feature::Given { up, .. } | Feature::PositionAbove { up } => {
                up > self.walk.up
            }
            Feature::Previous { .. } | Feature::Time { .. } | Feature::Hour | Feature::Weekday => false,
        }
    }
}
