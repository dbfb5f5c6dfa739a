//! Fitting the joint model to a sample.

use std::collections::BTreeSet;

use synth_core::{JsonPath, Seed, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};
use synth_stats::joint::{CodeColumn, CodeOrder, FitConfig, Fitted, Sampler, fit_tree, screened};

use super::bound::bound;
use super::coding::Coding;
use super::times::{Places, RowTimes, places_in_arrays};
use super::{Feature, FieldModel, JointModel, LeafEnds, MAX_POSITION, MODEL_VERSION, ModelPart, TableModel};
use crate::along::{Along, Movement};
use crate::rule_set::RuleSet;

pub(super) mod series;

use series::Course;

/// Tables with fewer rows say nothing that could be told from chance.
const MIN_ROWS: usize = 60;
/// Fewest rows of a leaf, whatever `k`.
const MIN_LEAF: u64 = 20;
/// Features of a tree.
const MAX_FEATURES: usize = 24;
/// Visits of a row for a feature, for all trees together.
const BUDGET: u64 = 1 << 31;
/// One row in so many is held out.
const HOLD_OUT: u64 = 5;
/// Documents have fewer records than this, and their rows are held out by themselves.
const MIN_RECORDS: usize = 20;

/// A model that is being fitted: one tree a field, each by itself.
#[derive(Debug)]
pub struct Draft {
    tables: Vec<DraftTable>,
    /// The table and the field of each tree.
    tasks: Vec<(usize, usize)>,
    config: FitConfig,
    along: Vec<Along>,
}

#[derive(Debug)]
struct DraftTable {
    path: JsonPath,
    holder: Option<usize>,
    holder_rows: Vec<u32>,
    /// Rows stand in arrays, with positions and elements before them.
    is_array: bool,
    is_held_out: Vec<bool>,
    places: Places,
    times: Option<RowTimes>,
    fields: Vec<DraftField>,
    /// What every tree of the table may look at beside its fields.
    around: Vec<(Feature, CodeColumn)>,
}

#[derive(Debug)]
struct DraftField {
    path: JsonPath,
    part: ModelPart,
    coding: Coding,
    column: CodeColumn,
    /// Whether the object that holds the field is there, row by row; only such rows say anything of the field.
    is_held: Vec<bool>,
    /// What is needed to see how it runs along time, where its table has one.
    course: Option<Course>,
}

/// The tree of one field.
#[derive(Debug)]
pub struct FittedField {
    features: Vec<Feature>,
    fitted: Fitted,
    movement: Option<Movement>,
    ends: Vec<LeafEnds>,
}

impl Draft {
    /// Codes a sample by the rules.
    #[must_use]
    pub fn new(rules: &RuleSet, sample: &SampleTables) -> Self {
        let bound = bound(rules);
        let mut tables: Vec<DraftTable> = Vec::new();
        let mut along = rules.along.clone();
        let all_places: Vec<Places> = sample.iter().map(|table| Places::of(rules, &table)).collect();
        let all_times = RowTimes::of_all(rules, sample, &all_places);
        for ((table, places), times) in sample.iter().zip(all_places).zip(all_times) {
            let is_held_out = held_out(&table, &tables);
            let families = table.holder_rows();
            let is_array = table.holder().is_some() && families.first() != families.last();
            let mut fields: Vec<DraftField> = if table.n_rows() < MIN_ROWS {
                Vec::new()
            } else {
                let columns = table.columns().filter(|column| !series::is_time(rules, column));
                columns.filter_map(|column| field(rules, &bound, &table, column)).collect()
            };
            if let Some(times) = &times {
                series::follow(rules, (&table, times), &mut fields, &mut along[times.line]);
            }
            fields.sort_by_key(|field| field.coding.codes.len());
            series::lead(&mut fields);
            let mut draft = DraftTable {
                path: table.path().clone(),
                holder: table.holder(),
                holder_rows: families.to_vec(),
                is_array,
                is_held_out,
                places,
                times,
                fields,
                around: Vec::new(),
            };
            draft.around = draft.around(&tables);
            tables.push(draft);
        }
        let tasks: Vec<(usize, usize)> = tables
            .iter()
            .enumerate()
            .flat_map(|(table, draft)| (0..draft.fields.len()).map(move |field| (table, field)))
            .collect();
        let min_leaf = cast::to_usize(rules.privacy.k.max(MIN_LEAF));
        let budget = BUDGET / cast::to_u64(tasks.len()).max(1);
        Self { tables, tasks, config: FitConfig { min_leaf, budget }, along }
    }

    /// Returns the number of trees.
    #[must_use]
    pub fn n_trees(&self) -> usize {
        self.tasks.len()
    }

    /// Fits one tree.
    #[must_use]
    pub fn fit(&self, tree: usize) -> FittedField {
        let (table, field) = self.tasks[tree];
        let draft = &self.tables[table];
        let (features, columns) = self.candidates(table, field);
        let (target, is_held) = (&draft.fields[field].column, &draft.fields[field].is_held);
        if is_held.contains(&false) {
            let columns: Vec<CodeColumn> = columns.into_iter().map(|column| held(column, is_held)).collect();
            let is_held_out = kept(&draft.is_held_out, is_held);
            let columns: Vec<&CodeColumn> = columns.iter().collect();
            let course = draft.course(field).map(|course| course.kept(is_held));
            let target = held(target, is_held);
            let fitted = self.fit_to(&target, (&features, &columns), &is_held_out);
            return fitted.moving(course.as_ref(), self.config.min_leaf);
        }
        let fitted = self.fit_to(target, (&features, &columns), &draft.is_held_out);
        fitted.moving(draft.course(field).as_ref(), self.config.min_leaf)
    }

    fn fit_to<'c>(
        &self,
        target: &'c CodeColumn,
        (features, columns): (&[Feature], &[&'c CodeColumn]),
        is_held_out: &[bool],
    ) -> Grown<'c> {
        let chosen = screened(target, columns, MAX_FEATURES);
        let columns: Vec<&CodeColumn> = chosen.iter().map(|at| columns[*at]).collect();
        let fitted = fit_tree(target, &columns, is_held_out, self.config);
        Grown { target, columns, features: chosen.into_iter().map(|at| features[at]).collect(), fitted }
    }

    /// Everything the tree of a field may look at: earlier fields of the table, and what stands around its rows.
    fn candidates(&self, table: usize, field: usize) -> (Vec<Feature>, Vec<&CodeColumn>) {
        let draft = &self.tables[table];
        let own = draft.fields[..field].iter().enumerate();
        let own = own.map(|(at, earlier)| (Feature::Field { up: 0, field: number(at) }, &earlier.column));
        let all = own.chain(draft.around.iter().map(|(feature, column)| (*feature, column)));
        let target = &draft.fields[field];
        // What only rises with time tells of nothing but the time, and follows from it.
        let is_wanted = |feature: &Feature| match (*feature, target.rising_by()) {
            (Feature::Field { up: 0, field }, None) => draft.fields[usize::from(field)].rising_by().is_none(),
            (Feature::Field { up: 0, field }, Some(by)) => by == Some(&draft.fields[usize::from(field)].path),
            (feature, Some(_)) => matches!(feature, Feature::Position | Feature::PositionAbove { .. }),
            _ => true,
        };
        all.filter(|(feature, _)| is_wanted(feature)).unzip()
    }

    /// Says what runs along the times, by the trees; a time that nothing runs along is left out.
    #[must_use]
    pub fn along(&self, fitted: &[FittedField]) -> Vec<Along> {
        let mut along = self.along.clone();
        let mut is_looked_at = vec![false; along.len()];
        for ((table, field), fitted) in self.tasks.iter().zip(fitted) {
            let draft = &self.tables[*table];
            let Some(times) = &draft.times else { continue };
            is_looked_at[times.line] |= fitted.looks_at_time();
            if let Some(movement) = fitted.movement {
                along[times.line].fields.insert(draft.fields[*field].path.clone(), movement);
            }
        }
        let says_something = |(at, line): &(usize, Along)| is_looked_at[*at] || line.says_something();
        along.into_iter().enumerate().filter(says_something).map(|(_, line)| line).collect()
    }

    /// Puts the trees together; `None` when no field depends on any other.
    #[must_use]
    pub fn finish(self, fitted: Vec<FittedField>) -> Option<JointModel> {
        let table = |draft: &DraftTable| Fields {
            path: draft.path.clone(),
            holder: draft.holder,
            time: draft.times.as_ref().map(|times| self.along[times.line].time.clone()),
            fields: Vec::new(),
            moving: BTreeSet::new(),
        };
        let mut tables: Vec<Fields> = self.tables.iter().map(table).collect();
        for ((table, field), fitted) in self.tasks.iter().zip(fitted) {
            let draft = &self.tables[*table].fields[*field];
            if fitted.movement.is_some() {
                tables[*table].moving.insert(number(*field));
            }
            tables[*table].fields.push(draft.model(fitted));
        }
        compact(tables)
    }
}

/// The models of one table, before those that say nothing are left out.
struct Fields {
    path: JsonPath,
    holder: Option<usize>,
    time: Option<JsonPath>,
    fields: Vec<FieldModel>,
    /// Those that run along time.
    moving: BTreeSet<u16>,
}

/// A tree with what it was grown from.
struct Grown<'c> {
    target: &'c CodeColumn,
    columns: Vec<&'c CodeColumn>,
    features: Vec<Feature>,
    fitted: Fitted,
}

impl Grown<'_> {
    /// Adds how the field runs along time.
    fn moving(self, course: Option<&series::Following>, min_leaf: usize) -> FittedField {
        let Self { target, columns, features, fitted } = self;
        let sampler = Sampler::new(&fitted.tree, target.n_codes).ok();
        let found = course.zip(sampler.as_ref()).map(|(course, sampler)| {
            let k = (min_leaf / 4).max(5);
            course.movement(sampler, target, (&columns, k))
        });
        let (movement, ends) = found.unwrap_or_default();
        FittedField { features, fitted, movement, ends }
    }
}

impl FittedField {
    fn looks_at_time(&self) -> bool {
        let is_time =
            |feature: &Feature| matches!(feature, Feature::Time { .. } | Feature::Hour | Feature::Weekday);
        self.fitted.tree.features().iter().any(|at| is_time(&self.features[usize::from(*at)]))
    }
}

/// The number of a field as models have it.
fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Leaves out fields that no tree looks at and that look at nothing, and the fields of tables that are left with none.
fn compact(mut tables: Vec<Fields>) -> Option<JointModel> {
    let holder =
        |tables: &[Fields], table: usize, up: u16| (0..up).try_fold(table, |at, _| tables[at].holder);
    let mut used: Vec<BTreeSet<u16>> =
        tables.iter_mut().map(|table| std::mem::take(&mut table.moving)).collect();
    for table in 0..tables.len() {
        for (at, model) in tables[table].fields.iter().enumerate() {
            let looked_at = model.tree.features();
            if !looked_at.is_empty() {
                used[table].insert(number(at));
            }
            for feature in looked_at {
                match model.features[usize::from(feature)] {
                    Feature::Field { up, field } => {
                        if let Some(above) = holder(&tables, table, up) {
                            used[above].insert(field);
                        }
                    }
                    Feature::Previous { field } => _ = used[table].insert(field),
                    _ => {}
                }
            }
        }
    }
    let position = |table: usize, field: u16| {
        u16::try_from(used[table].iter().take_while(|used| **used < field).count()).unwrap_or(u16::MAX)
    };
    let n_fields: usize = used.iter().map(BTreeSet::len).sum();
    if n_fields == 0 {
        return None;
    }
    for table in 0..tables.len() {
        let own = std::mem::take(&mut tables[table].fields);
        let mut kept = Vec::new();
        for (at, mut model) in own.into_iter().enumerate() {
            if !used[table].contains(&number(at)) {
                continue;
            }
            for feature in &mut model.features {
                match feature {
                    Feature::Field { up, field } => {
                        *field = holder(&tables, table, *up).map_or(*field, |above| position(above, *field));
                    }
                    Feature::Previous { field } => *field = position(table, *field),
                    _ => {}
                }
            }
            model.forget_unused();
            kept.push(model);
        }
        tables[table].fields = kept;
    }
    let tables = tables
        .into_iter()
        .map(|Fields { path, time, fields, .. }| TableModel { path, time, fields })
        .collect();
    Some(JointModel { version: MODEL_VERSION, tables })
}

impl DraftField {
    fn model(&self, FittedField { features, fitted, movement, ends }: FittedField) -> FieldModel {
        let (presence, null_rate, shares) = self.coding.rates.clone();
        FieldModel {
            path: self.path.clone(),
            part: self.part,
            presence,
            null_rate,
            shares,
            codes: self.coding.codes.clone(),
            features,
            tree: fitted.tree,
            order: self.order(movement),
            ends,
            floor: fitted.floor,
            achieved: fitted.achieved,
        }
    }
}

impl DraftTable {
    /// What stands around the rows: the fields of those that hold them, and in arrays the position and the element before.
    fn around(&self, above: &[Self]) -> Vec<(Feature, CodeColumn)> {
        let mut around = Vec::new();
        let (mut up, mut holder) = (0, self.holder.filter(|_| !self.fields.is_empty()));
        let mut rows = self.holder_rows.clone();
        while let Some(table) = holder {
            up += 1;
            let table = &above[table];
            for (at, field) in table.fields.iter().enumerate() {
                let codes = rows.iter().map(|row| field.column.codes[*row as usize]).collect();
                let column = CodeColumn { codes, n_codes: field.column.n_codes, order: field.column.order };
                if field.rising_by().is_none() {
                    around.push((Feature::Field { up, field: number(at) }, column));
                }
            }
            if table.is_array {
                let codes = rows.iter().map(|row| table.places.positions[*row as usize]).collect();
                around.push((Feature::PositionAbove { up }, position(codes)));
            }
            holder = table.holder;
            rows.iter_mut().for_each(|row| *row = table.holder_rows.get(*row as usize).copied().unwrap_or(0));
        }
        if self.is_array && !self.fields.is_empty() {
            around.push((Feature::Position, position(self.places.positions.clone())));
        }
        if let Some(times) = self.times.as_ref().filter(|_| !self.fields.is_empty()) {
            around.extend(times.features());
        }
        if self.is_array && !self.places.is_keyed && !self.fields.is_empty() {
            let previous = |(at, field): (usize, &DraftField)| {
                (Feature::Previous { field: number(at) }, self.previous(&field.column))
            };
            around.extend(self.fields.iter().enumerate().map(previous));
        }
        around
    }

    /// The codes of the elements before.
    fn previous(&self, column: &CodeColumn) -> CodeColumn {
        let none = column.n_codes;
        let code = |(row, at): (usize, usize)| if at == 0 { none } else { column.codes[row - 1] };
        let codes = places_in_arrays(&self.holder_rows).enumerate().map(code).collect();
        CodeColumn { codes, n_codes: none + 1, order: column.order }
    }
}

fn position(codes: Vec<u16>) -> CodeColumn {
    CodeColumn { codes, n_codes: MAX_POSITION + 1, order: CodeOrder::Ordered }
}

/// Codes one column; `None` when there is nothing to learn of it.
fn field(
    rules: &RuleSet,
    bound: &BTreeSet<JsonPath>,
    table: &SampleTable<'_>,
    column: SampleColumn<'_>,
) -> Option<DraftField> {
    let path = column.path();
    let rule = rules.fields.get(path);
    let (part, coding) = match column.part() {
        SamplePart::Key => return None,
        SamplePart::Value | SamplePart::Presence => {
            let is_bound = bound.contains(path);
            (ModelPart::Value, Coding::of_values(rule?, table.n_rows(), is_bound))
        }
        SamplePart::Length => {
            let (_, shape) = rules.shape.iter().find(|(owned, _)| owned.parent().as_ref() == Some(path))?;
            (ModelPart::Length, Coding::of_lengths(rule, &shape.length, table.n_rows())?)
        }
    };
    let has_two_parts = table.columns().filter(|other| other.path() == path).count() > 1;
    let of_value: Vec<u16> = column.values().map(|value| coding.code(value)).collect();
    let code = |row: usize| match column.cell(row) {
        SampleCell::Missing => 0,
        SampleCell::Null => 1,
        SampleCell::Value(at) => of_value[at],
    };
    let codes: Vec<u16> = (0..table.n_rows()).map(code).collect();
    let is_held = held_rows(table, path);
    if has_two_parts || is_constant(&codes, &is_held) {
        return None;
    }
    let order = if coding.is_ordered { CodeOrder::Ordered } else { CodeOrder::Nominal };
    let n_codes = u16::try_from(coding.codes.len()).ok()?;
    Some(DraftField {
        path: path.clone(),
        part,
        coding,
        column: CodeColumn { codes, n_codes, order },
        is_held,
        course: None,
    })
}

/// Tells in which rows the object is there that holds a field.
fn held_rows(table: &SampleTable<'_>, path: &JsonPath) -> Vec<bool> {
    let holder = std::iter::successors(path.parent(), JsonPath::parent)
        .find_map(|above| table.columns().find(|column| *column.path() == above));
    let is_held =
        |row: usize| holder.as_ref().is_none_or(|holder| matches!(holder.cell(row), SampleCell::Value(_)));
    (0..table.n_rows()).map(is_held).collect()
}

/// The rows of a column whose holder is there.
fn held(column: &CodeColumn, is_held: &[bool]) -> CodeColumn {
    CodeColumn { codes: kept(&column.codes, is_held), n_codes: column.n_codes, order: column.order }
}

pub(super) fn kept<T: Copy>(rows: &[T], is_held: &[bool]) -> Vec<T> {
    rows.iter().zip(is_held).filter(|(_, held)| **held).map(|(row, _)| *row).collect()
}

/// Tells whether a field has one code wherever its holder is there: the rest is the holder's to say.
fn is_constant(codes: &[u16], is_held: &[bool]) -> bool {
    let mut held = codes.iter().zip(is_held).filter(|(_, held)| **held).map(|(code, _)| code);
    let first = held.next();
    held.all(|code| Some(code) == first)
}

/// Which rows are held out: all rows of one record together, or each by itself where the records are few.
fn held_out(table: &SampleTable<'_>, above: &[DraftTable]) -> Vec<bool> {
    let seed = Seed::root(0).child("hold out");
    let own = |row: usize| seed.below(cast::to_u64(row), HOLD_OUT) == 0;
    match table.holder().map(|holder| &above[holder]) {
        Some(holder) if holder.is_held_out.len() >= MIN_RECORDS => {
            table.holder_rows().iter().map(|row| holder.is_held_out[*row as usize]).collect()
        }
        _ => (0..table.n_rows()).map(own).collect(),
    }
}
