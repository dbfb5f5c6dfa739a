//! Fitting the joint model to a sample.

use std::borrow::Cow;
use std::collections::BTreeSet;

use synth_core::{JsonPath, Rate, Seed, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};
use synth_stats::joint::{CodeColumn, CodeOrder, Fitted, Link, Sampler, Tree, link_visits, links};

use super::bound::bound;
use super::coding::Coding;
use super::fitting::Fitting;
use super::times::{Places, RowTimes, places_in_arrays};
use super::walk::{self, Walk};
use super::{Feature, FieldModel, LeafEnds, MAX_POSITION, ModelKind, ModelOptions, ModelPart};
use crate::along::{Along, Movement};
use crate::rule_set::RuleSet;

mod conflicts;
pub(super) mod gaps;
pub(super) mod givens;
pub(super) mod series;
mod walks;

use conflicts::{Conflicts, conflicts, resolve};
use givens::DraftGiven;
use series::Course;

/// Tables with fewer rows say nothing that could be told from chance.
const MIN_ROWS: usize = 60;
/// Fewest rows of a leaf, whatever `k`.
const MIN_LEAF: u64 = 20;
/// Sizes of leaves that are tried, in these; and leaves of each that a table must have room for.
const LEAF_STEPS: [(usize, usize); 3] = [(1, 1), (5, 2), (5, 1)];
const MIN_LEAVES: usize = 10;
/// One row in so many is held out.
const HOLD_OUT: u64 = 5;
/// Documents have fewer records than this, and their rows are held out by themselves.
const MIN_RECORDS: usize = 20;

/// A model that is being fitted: the codes of all fields.
#[derive(Debug)]
pub struct Draft {
    pub(super) tables: Vec<DraftTable>,
    /// The table and the place in it of each field.
    pub(super) fields: Vec<(usize, usize)>,
    pub(super) options: ModelOptions,
    /// Fewest rows of a leaf.
    pub(super) min_leaf: usize,
    pub(super) along: Vec<Along>,
}

#[derive(Debug)]
pub(super) struct DraftTable {
    pub(super) path: JsonPath,
    pub(super) holder: Option<usize>,
    holder_rows: Vec<u32>,
    /// Rows stand in arrays, with positions and elements before them.
    is_array: bool,
    pub(super) is_held_out: Vec<bool>,
    places: Places,
    pub(super) times: Option<RowTimes>,
    pub(super) fields: Vec<DraftField>,
    /// What is looked at and not drawn.
    pub(super) givens: Vec<DraftGiven>,
    /// Those that are not looked at together.
    conflicts: Conflicts,
    /// What every field of the table may look at beside the others.
    pub(super) around: Vec<(Feature, CodeColumn)>,
}

#[derive(Debug)]
pub(super) struct DraftField {
    pub(super) path: JsonPath,
    part: ModelPart,
    coding: Coding,
    /// Presence in each case of its union.
    cases: Vec<Rate>,
    pub(super) column: CodeColumn,
    /// Whether the object that holds the field is there, row by row; only such rows say anything of the field.
    pub(super) is_held: Vec<bool>,
    /// What is needed to see how it runs along time, where its table has one.
    course: Option<Course>,
    /// How its numbers move along an array, as far as they alone say.
    pub(super) walk: Option<walk::Found>,
}

/// How a field runs along time, if it does, and where the values of its leaves end.
pub(super) type Moving = (Option<Movement>, Vec<LeafEnds>);

/// The rows of some columns that say something of a field.
pub(super) struct View<'d> {
    pub(super) target: Cow<'d, CodeColumn>,
    pub(super) features: Vec<Cow<'d, CodeColumn>>,
    pub(super) is_held_out: Cow<'d, [bool]>,
}

impl Draft {
    /// Codes a sample by the rules.
    #[must_use]
    pub fn new(rules: &RuleSet, sample: &SampleTables, options: ModelOptions) -> Self {
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
                let has_times = times.is_some();
                columns.filter_map(|column| field(rules, &bound, (&table, has_times), column)).collect()
            };
            if let Some(times) = &times {
                series::follow(rules, (&table, times), &mut fields, &mut along[times.line]);
            }
            fields.sort_by_key(|field| field.coding.codes.len());
            series::lead(&mut fields);
            put_holders_first(&mut fields);
            tables.push(DraftTable {
                path: table.path().clone(),
                holder: table.holder(),
                holder_rows: families.to_vec(),
                is_array,
                is_held_out,
                places,
                times,
                fields,
                givens: Vec::new(),
                conflicts: Conflicts::new(),
                around: Vec::new(),
            });
        }
        walks::find(sample, &mut tables);
        givens::find(rules, &bound, sample, &mut tables);
        for at in 0..tables.len() {
            tables[at].conflicts = conflicts(rules, &tables[at].givens);
            tables[at].around = tables[at].around(&tables);
        }
        let fields: Vec<(usize, usize)> = tables
            .iter()
            .enumerate()
            .flat_map(|(table, draft)| (0..draft.fields.len()).map(move |field| (table, field)))
            .collect();
        let min_leaf = cast::to_usize(rules.privacy.k.max(MIN_LEAF));
        Self { tables, fields, options, min_leaf, along }
    }

    /// The fewest rows of a leaf that are tried for the trees of a table, rising: those that leave it room for some leaves.
    pub(super) fn leaf_sizes(&self, table: usize) -> Vec<usize> {
        let n_rows = self.tables[table].is_held_out.len();
        let sizes = LEAF_STEPS.iter().map(|(times, of)| self.min_leaf * times / of);
        sizes
            .enumerate()
            .filter(|(at, size)| *at == 0 || n_rows >= MIN_LEAVES * size)
            .map(|(_, size)| size)
            .collect()
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn n_fields(&self) -> usize {
        self.fields.len()
    }

    /// Returns what everything that a field may look at says of it, in the order of what it may look at; nothing when the
    /// budget does not allow to look.
    #[must_use]
    pub fn measure(&self, field: usize) -> Vec<Link> {
        if self.options.kind == Some(ModelKind::Independent) || self.measuring_visits() > self.options.budget
        {
            return Vec::new();
        }
        let (table, field) = self.fields[field];
        let (features, columns) = self.candidates(table, field);
        let view = self.view((table, field), &columns);
        let columns: Vec<&CodeColumn> = view.features.iter().map(|column| &**column).collect();
        let mut links = links(&view.target, &columns);
        for (link, feature) in links.iter_mut().zip(&features) {
            if !self.may_look((table, field), *feature) {
                *link = Link { information: 0.0, sigmas: 0.0 };
            }
        }
        links
    }

    /// The links of what a field may look at once some fields of its table are drawn: nothing that follows from others, and no
    /// two things whose pairs are made up.
    pub(super) fn open_links(
        &self,
        (table, field): (usize, usize),
        links: &[Link],
        is_drawn: impl Fn(usize) -> bool,
    ) -> Vec<Link> {
        let (features, _) = self.candidates(table, field);
        let is_open = |feature: &Feature| match *feature {
            Feature::Given { up: 0, given } => {
                let after = &self.tables[table].givens[usize::from(given)].given.after;
                after.iter().all(|after| is_drawn(usize::from(*after)))
            }
            _ => true,
        };
        let mut links = links.to_vec();
        for (link, feature) in links.iter_mut().zip(&features) {
            if !is_open(feature) {
                *link = Link { information: 0.0, sigmas: 0.0 };
            }
        }
        let above = |up| (0..up).try_fold(table, |table, _| self.tables[table].holder);
        resolve(&mut links, &features, |up| Some(&self.tables[above(up)?].conflicts));
        links
    }

    /// What only rises with time tells of nothing but the time, and follows from it.
    fn may_look(&self, (table, field): (usize, usize), feature: Feature) -> bool {
        let fields = &self.tables[table].fields;
        match (feature, fields[field].rising_by()) {
            (Feature::Field { up: 0, field }, None) => fields[usize::from(field)].rising_by().is_none(),
            (Feature::Field { up: 0, field }, Some(by)) => by == Some(&fields[usize::from(field)].path),
            (feature, Some(_)) => matches!(feature, Feature::Position | Feature::PositionAbove { .. }),
            _ => true,
        }
    }

    /// Finds how a field runs along time, by the tree that it has.
    pub(super) fn moving(&self, (table, field): (usize, usize), features: &[Feature], tree: &Tree) -> Moving {
        let draft = &self.tables[table];
        let Some(course) = draft.course(field) else { return Moving::default() };
        let columns: Vec<&CodeColumn> =
            features.iter().filter_map(|feature| draft.column(*feature)).collect();
        let view = self.view((table, field), &columns);
        let columns: Vec<&CodeColumn> = view.features.iter().map(|column| &**column).collect();
        let is_held = &draft.fields[field].is_held;
        let course = if is_held.contains(&false) { course.kept(is_held) } else { course };
        let Ok(sampler) = Sampler::new(tree, view.target.n_codes) else { return Moving::default() };
        course.movement(&sampler, &view.target, (&columns, (self.min_leaf / 4).max(5)))
    }

    /// Visits of a row that measuring all fields costs.
    pub(super) fn measuring_visits(&self) -> u64 {
        let visits = |(table, field): &(usize, usize)| {
            let draft = &self.tables[*table];
            link_visits(draft.is_held_out.len(), *field + draft.around.len())
        };
        self.fields.iter().map(visits).sum()
    }

    /// Groups the fields that have to do with each other, by what was measured of each field, and says what is to be fitted.
    #[must_use]
    pub fn plan(self, measured: Vec<Vec<Link>>) -> Fitting {
        Fitting::new(self, measured)
    }

    /// The rows in which a field has a meaning, of the field and of some features.
    pub(super) fn view<'d>(
        &'d self,
        (table, field): (usize, usize),
        features: &[&'d CodeColumn],
    ) -> View<'d> {
        let draft = &self.tables[table];
        let DraftField { column, is_held, .. } = &draft.fields[field];
        if is_held.contains(&false) {
            return View {
                target: Cow::Owned(held(column, is_held)),
                features: features.iter().map(|column| Cow::Owned(held(column, is_held))).collect(),
                is_held_out: Cow::Owned(kept(&draft.is_held_out, is_held)),
            };
        }
        View {
            target: Cow::Borrowed(column),
            features: features.iter().map(|column| Cow::Borrowed(*column)).collect(),
            is_held_out: Cow::Borrowed(&draft.is_held_out),
        }
    }

    /// Everything the tree of a field may look at: earlier fields of the table, and what stands around its rows.
    pub(super) fn candidates(&self, table: usize, field: usize) -> (Vec<Feature>, Vec<&CodeColumn>) {
        let draft = &self.tables[table];
        let own = draft.fields[..field].iter().enumerate();
        let own = own.map(|(at, earlier)| (Feature::Field { up: 0, field: number(at) }, &earlier.column));
        own.chain(draft.around.iter().map(|(feature, column)| (*feature, column))).unzip()
    }
}

/// The number of a field as models have it.
pub(super) fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

impl DraftField {
    /// The model of the field that looks at some features.
    pub(super) fn model(
        &self,
        kind: ModelKind,
        features: &[Feature],
        (fitted, (movement, ends), walk): (Fitted, Moving, Option<Walk>),
    ) -> FieldModel {
        let (presence, null_rate, shares) = self.coding.rates.clone();
        FieldModel {
            path: self.path.clone(),
            part: self.part,
            model: kind,
            released: false,
            presence,
            null_rate,
            shares,
            cases: self.cases.clone(),
            codes: self.coding.codes.clone(),
            features: features.to_vec(),
            tree: fitted.tree,
            order: self.order(movement.is_some() || walk.is_some()),
            ends,
            walk,
            floor: fitted.floor,
            achieved: fitted.achieved,
        }
    }

    /// Tells whether it is the distance of a field from another.
    fn is_gap(&self, path: &JsonPath) -> bool {
        self.part == ModelPart::Gap && self.path == *path
    }

    /// Whether the codes rise with what they stand for.
    pub(super) fn rank_order(&self) -> CodeOrder {
        if self.coding.is_ranked { CodeOrder::Ordered } else { CodeOrder::Nominal }
    }

    /// Share of the rows in which the field has a meaning.
    pub(super) fn share_held(&self) -> f64 {
        let n_held = self.is_held.iter().filter(|held| **held).count();
        n_held as f64 / self.is_held.len().max(1) as f64
    }
}

impl DraftTable {
    /// The column of something that fields of the table may look at.
    fn column(&self, feature: Feature) -> Option<&CodeColumn> {
        match feature {
            Feature::Field { up: 0, field } => self.fields.get(usize::from(field)).map(|field| &field.column),
            _ => self.around.iter().find(|(known, _)| *known == feature).map(|(_, column)| column),
        }
    }

    /// What stands around the rows: the fields of those that hold them, in arrays the position and the element before, and what
    /// is given.
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
            for (at, given) in table.givens.iter().enumerate() {
                let codes = rows.iter().map(|row| given.column.codes[*row as usize]).collect();
                let column = CodeColumn { codes, n_codes: given.column.n_codes, order: given.column.order };
                around.push((Feature::Given { up, given: number(at) }, column));
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
        let given = |(at, given): (usize, &DraftGiven)| {
            (Feature::Given { up: 0, given: number(at) }, given.column.clone())
        };
        around.extend(self.givens.iter().enumerate().filter(|_| !self.fields.is_empty()).map(given));
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
    (table, has_times): (&SampleTable<'_>, bool),
    column: SampleColumn<'_>,
) -> Option<DraftField> {
    let path = column.path();
    let rule = rules.fields.get(path);
    let parts = || table.columns().filter(|other| other.path() == path);
    // Of a path of several types the first column stands for all.
    if parts().next().is_some_and(|first| first.part() != column.part()) {
        return None;
    }
    let apart = gaps::coded(rules, table, &column, has_times).filter(|_| bound.contains(path));
    let (part, coding) = match column.part() {
        SamplePart::Key => return None,
        SamplePart::Value if let Some((coding, _)) = &apart => (ModelPart::Gap, coding.clone()),
        SamplePart::Value | SamplePart::Presence => {
            let is_bound = bound.contains(path);
            (ModelPart::Value, Coding::of_values(rule?, table.n_rows(), is_bound))
        }
        SamplePart::Length => {
            let (_, shape) = rules.shape.iter().find(|(owned, _)| owned.parent().as_ref() == Some(path))?;
            (ModelPart::Length, Coding::of_lengths(rule, &shape.length, table.n_rows())?)
        }
    };
    let mut codes = apart.map_or_else(|| coded(table, &column, &coding), |(_, codes)| codes);
    for container in parts().skip(1) {
        let code = coding.container(container.part() == SamplePart::Length);
        let is_there = |row: usize| matches!(container.cell(row), SampleCell::Value(_));
        codes.iter_mut().enumerate().filter(|(row, _)| is_there(*row)).for_each(|(_, own)| *own = code);
    }
    let is_held = held_rows(table, path);
    if is_constant(&codes, &is_held) {
        return None;
    }
    let order = if coding.is_ordered || coding.is_ranked { CodeOrder::Ordered } else { CodeOrder::Nominal };
    let n_codes = u16::try_from(coding.codes.len()).ok()?;
    Some(DraftField {
        path: path.clone(),
        part,
        coding,
        cases: presence_by_case(rules, path),
        column: CodeColumn { codes, n_codes, order },
        is_held,
        course: None,
        walk: None,
    })
}

/// The presence of a field in each case of the one union that decides it; none where there is none, or where there are several.
fn presence_by_case(rules: &RuleSet, path: &JsonPath) -> Vec<Rate> {
    let mut unions = rules.variants.values().filter(|union| union.fields().contains(path));
    match (unions.next(), unions.next()) {
        (Some(union), None) => union.cases.iter().map(|case| case.presence(path)).collect(),
        _ => Vec::new(),
    }
}

/// The codes of a column.
fn coded(table: &SampleTable<'_>, column: &SampleColumn<'_>, coding: &Coding) -> Vec<u16> {
    let of_value: Vec<u16> = column.values().map(|value| coding.code(value)).collect();
    let code = |row: usize| match column.cell(row) {
        SampleCell::Missing => 0,
        SampleCell::Null => 1,
        SampleCell::Value(at) => of_value[at],
    };
    (0..table.n_rows()).map(code).collect()
}

/// Tells in which rows the object is there that holds a field.
fn held_rows(table: &SampleTable<'_>, path: &JsonPath) -> Vec<bool> {
    let column = |above: &JsonPath, part: SamplePart| {
        table.columns().find(|column| column.path() == above && column.part() == part)
    };
    let holder = std::iter::successors(path.parent(), JsonPath::parent).find_map(|above| {
        column(&above, SamplePart::Presence).or_else(|| column(&above, SamplePart::Length))
    });
    let is_held =
        |row: usize| holder.as_ref().is_none_or(|holder| matches!(holder.cell(row), SampleCell::Value(_)));
    (0..table.n_rows()).map(is_held).collect()
}

/// Puts each object before the fields that stand in it, which tell of nothing where it is not there.
fn put_holders_first(fields: &mut Vec<DraftField>) {
    let mut at = 0;
    while at < fields.len() {
        let holds = |other: &DraftField| {
            other.part == ModelPart::Value
                && fields[at].path != other.path
                && fields[at].path.starts_with(&other.path)
        };
        match fields[at..].iter().rposition(holds) {
            Some(behind) => {
                let holder = fields.remove(at + behind);
                fields.insert(at, holder);
            }
            None => at += 1,
        }
    }
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
