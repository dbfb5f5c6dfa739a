//! Fields that are never larger than others: `start <= end`, and how far apart they are.

mod gap;
mod spread;

use std::collections::BTreeMap;
use std::ops::Range;

use synth_core::{Gap, JsonPath, cast, math};

use super::names;
use super::table::{Column, Kind, Part, Table};
use super::verify::{At, ordered_pairs};
use super::{Evidence, Ordering, OrderingScope};

/// Rows from which an order between two times counts.
const MIN_TIMES: usize = 8;
/// Bits by which an order must be less likely by chance, where it is not between two times.
const MIN_BITS: f64 = 20.0;
/// Share of rows that must keep an order between two times.
const MIN_HOLD: f64 = 0.85;
/// The same for orders along arrays, and for those of numbers in all records.
const NEXT_TO_EXACT: f64 = 0.99;
/// Share of the rows that would break the order by chance and must not.
const MIN_LIFT: f64 = 0.6;
/// A smallest distance up to this many times that of two others together says nothing more than they do.
const MOST_OF: f64 = 1.25;
/// Most columns of a table whose pairs are compared.
const MAX_COLUMNS: usize = 60;

/// Two columns as pairs of numbers, one for each row that has both.
struct Pairs {
    values: Vec<(f64, f64)>,
}

/// What chance alone would make of an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    are_times: bool,
    /// Share of all pairs of a first and a second value, of any two rows, that are in order.
    share: f64,
}

/// Returns the orders between two columns of a row, between a row and the row that holds it, and between one element
/// of an array and the next.
///
/// # Method
///
/// The share of rows that keep the order is set against the share that would if the second column were shuffled.
/// Two times in one row that are always in order count without that, since their ranges may lie apart; two numbers
/// must share a word of their names. Orders that follow from two others are left out. Where every row keeps the order,
/// it is looked at how far apart the two are; at least `k` rows speak for a distance.
pub(crate) fn orderings(tables: &[Table], k: u64) -> Vec<Ordering> {
    let mut orderings = Vec::new();
    for table in tables {
        let columns: Vec<&Column> = table.columns.iter().filter(|column| is_ordered(column)).collect();
        let columns = &columns[..columns.len().min(MAX_COLUMNS)];
        orderings.extend(within_rows(table, columns));
        orderings.extend(with_holders(tables, table, columns));
        if table.parent.is_some() {
            orderings.extend(along_arrays(table, columns));
        }
    }
    let ends_at_elements = ends_at_elements(&orderings, tables);
    for (ordering, is_nearest) in orderings.iter_mut().zip(ends_at_elements) {
        add_gaps(ordering, (tables, is_nearest), k);
    }
    let mut direct = direct(&orderings, tables);
    direct.iter_mut().for_each(|ordering| tell_rows_without_middle(ordering, &orderings, tables, k));
    direct
}

/// Tells of each order whether it is one between a row and the elements below it that reaches to the first or the last of
/// them only: elements that rise follow from the one before, and what they start from decides all but their end.
fn ends_at_elements(orderings: &[Ordering], tables: &[Table]) -> Vec<bool> {
    let tables_of = |ordering: &Ordering| {
        let (low, high) = find(tables, &ordering.low).zip(find(tables, &ordering.high))?;
        (ordering.scope == OrderingScope::Row).then_some((low.table, high.table))
    };
    let rises = |path: &JsonPath| {
        let along = orderings.iter().filter(|found| found.scope == OrderingScope::NextElement);
        along.into_iter().any(|found| found.low == *path && found.high == *path)
    };
    let has_start =
        |table: usize| orderings.iter().filter_map(tables_of).any(|(low, high)| high == table && low < table);
    let ends = |ordering: &Ordering| match tables_of(ordering) {
        Some((low, high)) if low > high => rises(&ordering.low) || has_start(low),
        Some((low, high)) if low < high => rises(&ordering.high),
        _ => false,
    };
    orderings.iter().map(ends).collect()
}

/// Says how far apart two fields of a row are, or of one element of an array and the next; if wanted, only one distance a
/// row, to the nearest of the elements below it.
fn add_gaps(ordering: &mut Ordering, (tables, is_nearest): (&[Table], bool), k: u64) {
    let Some((low, high)) = find(tables, &ordering.low).zip(find(tables, &ordering.high)) else { return };
    let pairs = ordered_pairs((low, high), ordering.scope, tables);
    let all: Vec<(f64, f64)> = pairs.iter().map(|(_, low, high)| (*low, *high)).collect();
    let columns = (low.column(tables), high.column(tables));
    let holders = &tables[low.table.max(high.table)].parent_rows;
    let of_arrays: Vec<(u32, f64)> =
        pairs.iter().map(|(row, low, high)| (holders[*row], high - low)).collect();
    let told = if is_nearest { nearest(pairs, (low, high), tables) } else { all.clone() };
    let lows: Vec<f64> = match ordering.scope {
        OrderingScope::Row if low.table == high.table => {
            (0..tables[low.table].n_rows()).filter_map(|row| columns.0.number(row)).collect()
        }
        _ => told.iter().map(|(low, _)| *low).collect(),
    };
    let is_told = match ordering.scope {
        OrderingScope::Row => true,
        OrderingScope::NextElement => !tables[low.table].has_one_holder(),
        OrderingScope::NextRecord => false,
    };
    // Within a row a formula says what is always equally far away.
    let is_chain = is_nearest || ordering.scope == OrderingScope::NextElement;
    let constant = if is_told && is_chain { spread::constant(columns, &told, k) } else { None };
    ordering.gap = match constant {
        None if is_told => spread::spread(columns, (&told, &lows), k),
        constant => constant,
    };
    if let Some(gap) = ordering.gap.as_mut().filter(|_| ordering.scope == OrderingScope::NextElement) {
        gap.is_steady = spread::is_steady(&of_arrays, k);
    }
    if ordering.scope == OrderingScope::Row && ordering.evidence.is_exact() {
        (ordering.min_gap, ordering.max_gap) = gap::gaps(columns, &all, k);
    }
}

fn find(tables: &[Table], path: &JsonPath) -> Option<At> {
    tables.iter().enumerate().find_map(|(table, rows)| {
        let is_it = |column: &Column| column.path == *path && column.part == Part::Value;
        Some(At { table, column: rows.columns.iter().position(is_it)? })
    })
}

/// Of the pairs of a row and the elements below it those that are closest, one a row.
fn nearest(pairs: Vec<(usize, f64, f64)>, (low, high): (At, At), tables: &[Table]) -> Vec<(f64, f64)> {
    let (deeper, holder) = if low.table > high.table { (low, high) } else { (high, low) };
    let mut of_row: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (row, low, high) in pairs {
        let Some(held_by) = holder.row_of(row, tables, deeper.table) else { continue };
        let best = of_row.entry(held_by).or_insert((low, high));
        if high - low < best.1 - best.0 {
            *best = (low, high);
        }
    }
    of_row.into_values().collect()
}

fn is_ordered(column: &Column) -> bool {
    column.part == Part::Value && matches!(column.kind, Kind::Time | Kind::Integer | Kind::Decimal)
}

/// Times are compared with times of the same form, numbers with numbers.
fn are_comparable(left: &Column, right: &Column) -> bool {
    let is_time = |column: &Column| column.kind == Kind::Time;
    is_time(left) == is_time(right) && left.format.is_some() == right.format.is_some()
}

fn within_rows(table: &Table, columns: &[&Column]) -> Vec<Ordering> {
    let mut orderings = Vec::new();
    for low in columns {
        for high in columns.iter().filter(|high| high.path != low.path) {
            let is_named = low.kind == Kind::Time || names::share_a_word(&low.path, &high.path);
            if are_comparable(low, high) && is_named {
                let pairs = Pairs::of((0..table.n_rows()).map(|row| (low.number(row), high.number(row))));
                orderings.extend(pairs.ordering((low, high), OrderingScope::Row));
            }
        }
    }
    orderings
}

/// Leaves out the orders that follow from two others without exception: of `a <= b`, `b <= c` and `a <= c` the last,
/// unless the two are further apart than the others say, or there are rows that have `a` and `c` and no `b`.
fn direct(orderings: &[Ordering], tables: &[Table]) -> Vec<Ordering> {
    let size = |gap: Option<Gap>| gap.map_or(0.0, Gap::approximate);
    let follows = |ordering: &Ordering| {
        detours(ordering, orderings).iter().any(|(first, second)| {
            let known = size(first.min_gap) + size(second.min_gap);
            let is_bound = ordering.max_gap.is_none() || first.max_gap.is_some() && second.max_gap.is_some();
            let is_open = without_middle(tables, (first, second));
            size(ordering.min_gap) <= MOST_OF * known
                && is_bound
                && is_open.is_some_and(|is_open| !is_open.contains(&true))
        })
    };
    orderings.iter().filter(|ordering| !follows(ordering)).cloned().collect()
}

/// The pairs of orders without exception that lead over a field between the two of an order.
fn detours<'o>(ordering: &Ordering, orderings: &'o [Ordering]) -> Vec<(&'o Ordering, &'o Ordering)> {
    let is_sure = |found: &&Ordering| found.scope == OrderingScope::Row && found.evidence.is_exact();
    if ordering.scope != OrderingScope::Row {
        return Vec::new();
    }
    let starts = orderings.iter().filter(is_sure).filter(|first| first.low == ordering.low);
    let ends = |first: &'o Ordering| {
        let seconds = orderings.iter().filter(is_sure).filter(move |second| second.low == first.high);
        seconds.filter(|second| second.high == ordering.high).map(move |second| (first, second))
    };
    starts.filter(|first| first.high != ordering.high).flat_map(ends).collect()
}

/// Tells of each row whether it has the ends of two orders and nothing of what lies between them.
fn without_middle(tables: &[Table], (first, second): (&Ordering, &Ordering)) -> Option<Vec<bool>> {
    let [low, middle, high] =
        [find(tables, &first.low)?, find(tables, &first.high)?, find(tables, &second.high)?];
    let table = low.table.max(high.table);
    let has = |at: At, row: usize, from: usize| at.number(row, tables, from).is_some();
    let rows = 0..tables[table].n_rows();
    let mut is_open: Vec<bool> = rows.map(|row| has(low, row, table) && has(high, row, table)).collect();
    let deeper = At { table: table.max(middle.table), ..middle };
    let ends = if low.table == table { low } else { high };
    for row in (0..tables[deeper.table].n_rows()).filter(|row| has(middle, *row, deeper.table)) {
        if let Some(row) = ends.row_of(row, tables, deeper.table) {
            is_open[row] = false;
        }
    }
    Some(is_open)
}

/// Where something lies between the two fields of an order in some rows, these are made by way of it, so that the
/// distance is told of the others.
fn tell_rows_without_middle(ordering: &mut Ordering, orderings: &[Ordering], tables: &[Table], k: u64) {
    let mut is_open: Option<Vec<bool>> = None;
    for detour in detours(ordering, orderings) {
        let Some(more) = without_middle(tables, detour) else { continue };
        let known = is_open.get_or_insert_with(|| more.clone());
        known.iter_mut().zip(more).for_each(|(known, more)| *known &= more);
    }
    let Some(is_open) = is_open else { return };
    let Some((low, high)) = find(tables, &ordering.low).zip(find(tables, &ordering.high)) else { return };
    let pairs = ordered_pairs((low, high), ordering.scope, tables).into_iter();
    let told: Vec<(f64, f64)> =
        pairs.filter(|(row, ..)| is_open[*row]).map(|(_, low, high)| (low, high)).collect();
    let lows: Vec<f64> = told.iter().map(|(low, _)| *low).collect();
    let columns = (low.column(tables), high.column(tables));
    if let Some(gap) = spread::spread(columns, (&told, &lows), k) {
        ordering.gap = Some(gap);
    }
}

/// Times of a row against times of the rows that hold it.
fn with_holders(tables: &[Table], table: &Table, columns: &[&Column]) -> Vec<Ordering> {
    let mut orderings = Vec::new();
    let mut holder_rows: Vec<u32> = table.parent_rows.clone();
    let mut holder = table.parent;
    while let Some(index) = holder {
        let holder_table = &tables[index];
        if holder_table.n_rows() > 1 {
            let times = |column: &&&Column| column.kind == Kind::Time;
            for own in columns.iter().filter(times) {
                for other in holder_table.columns.iter().filter(|column| is_ordered(column)) {
                    if !are_comparable(own, other) || other.kind != Kind::Time {
                        continue;
                    }
                    let rows = || {
                        (0..table.n_rows())
                            .map(|row| (own.number(row), other.number(holder_rows[row] as usize)))
                    };
                    let above = Pairs::of(rows()).ordering((own, other), OrderingScope::Row);
                    let swapped = rows().map(|(own, other)| (other, own));
                    orderings.extend(
                        above.or_else(|| Pairs::of(swapped).ordering((other, own), OrderingScope::Row)),
                    );
                }
            }
        }
        holder_rows = holder_rows
            .iter()
            .map(|row| holder_table.parent_rows.get(*row as usize).copied().unwrap_or(0))
            .collect();
        holder = holder_table.parent;
    }
    orderings
}

/// Elements in the order of one of their columns, and elements that begin where the one before has ended.
fn along_arrays(table: &Table, columns: &[&Column]) -> Vec<Ordering> {
    let families: Vec<Range<usize>> = table.families().filter(|family| family.len() > 1).collect();
    let mut orderings = Vec::new();
    for low in columns {
        for high in columns {
            let is_one = low.path == high.path;
            let are_times = low.kind == Kind::Time && are_comparable(low, high);
            // The rows of a collection often come in the order of their key, which says nothing more.
            if !(are_times || is_one && !table.has_one_holder()) {
                continue;
            }
            let next = families.iter().flat_map(|family| family.clone().zip(family.start + 1..family.end));
            let pairs = Pairs::of(next.map(|(row, after)| (low.number(row), high.number(after))));
            let Some(ordering) = pairs.ordering((low, high), OrderingScope::NextElement) else { continue };
            if pairs.is_proof(&ordering) && (is_one || starts_after(table, high, low)) {
                orderings.push(ordering);
            }
        }
    }
    orderings
}

/// Tells whether in each row the first column is not larger than the second: of all pairs of columns of two
/// elements only the end of one and the start of the next say more than the order of the elements.
fn starts_after(table: &Table, start: &Column, end: &Column) -> bool {
    let pairs = Pairs::of((0..table.n_rows()).map(|row| (start.number(row), end.number(row))));
    pairs.values.iter().all(|(start, end)| start <= end)
        && pairs.values.iter().any(|(start, end)| start < end)
}

impl Chance {
    /// Returns what chance would make of an order between some pairs.
    pub(crate) fn of(low: &Column, pairs: Vec<(f64, f64)>) -> Self {
        Self { are_times: low.kind == Kind::Time, share: Pairs { values: pairs }.share_by_chance() }
    }

    /// Tells whether an order is more than chance, and its exceptions few.
    fn convinces(&self, evidence: Evidence, scope: OrderingScope) -> bool {
        let n = evidence.n_rows as f64;
        let bits = -n * math::ln(self.share.max(1e-9)) / math::ln(2.0);
        match (self.are_times, evidence.n_holding == evidence.n_rows) {
            (true, true) => scope == OrderingScope::Row || bits >= MIN_BITS,
            (true, false) => {
                evidence.n_rows >= 4 * cast::to_u64(MIN_TIMES) && self.lift(evidence) >= MIN_LIFT
            }
            (false, true) => self.share <= 0.95 && bits >= MIN_BITS,
            (false, false) => false,
        }
    }

    /// Tells whether an order that convinced in a sample does so in all records.
    ///
    /// What is next to exact in all records may have exceptions that a sample must not have.
    pub(crate) fn still_convinces(&self, evidence: Evidence, scope: OrderingScope) -> bool {
        let hold = evidence.confidence().get();
        let is_next_to_exact = hold >= NEXT_TO_EXACT && self.lift(evidence) >= MIN_LIFT;
        match scope {
            OrderingScope::Row => hold >= MIN_HOLD && (self.convinces(evidence, scope) || is_next_to_exact),
            OrderingScope::NextElement | OrderingScope::NextRecord => {
                is_next_to_exact || self.convinces(evidence, scope) && hold >= NEXT_TO_EXACT
            }
        }
    }

    /// Share of the rows that would break the order by chance and do not.
    fn lift(&self, evidence: Evidence) -> f64 {
        let broken = 1.0 - evidence.n_holding as f64 / (evidence.n_rows as f64).max(1.0);
        1.0 - broken / (1.0 - self.share).max(1e-9)
    }
}

impl Pairs {
    fn of(pairs: impl Iterator<Item = (Option<f64>, Option<f64>)>) -> Self {
        Self { values: pairs.filter_map(|(low, high)| Some((low?, high?))).collect() }
    }

    fn ordering(&self, (low, high): (&Column, &Column), scope: OrderingScope) -> Option<Ordering> {
        let n = self.values.len();
        let n_holding = self.values.iter().filter(|(low, high)| low <= high).count();
        let n_less = self.values.iter().filter(|(low, high)| low < high).count();
        if n < MIN_TIMES || n_less == 0 || (n_holding as f64) < MIN_HOLD * n as f64 {
            return None;
        }
        let evidence = Evidence { n_rows: cast::to_u64(n), n_holding: cast::to_u64(n_holding) };
        let chance = Chance { are_times: low.kind == Kind::Time, share: self.share_by_chance() };
        chance.convinces(evidence, scope).then(|| Ordering {
            low: low.path.clone(),
            high: high.path.clone(),
            is_strict: n_less == n,
            scope,
            min_gap: None,
            max_gap: None,
            gap: None,
            evidence,
            exceptions: Vec::new(),
        })
    }

    /// An order along arrays must be next to exact.
    fn is_proof(&self, ordering: &Ordering) -> bool {
        ordering.evidence.n_holding * 100 >= ordering.evidence.n_rows * 99
            && self.values.len() >= 2 * MIN_TIMES
    }

    /// Share of all pairs of a first and a second value, of any two rows, that are in order.
    fn share_by_chance(&self) -> f64 {
        let mut highs: Vec<f64> = self.values.iter().map(|(_, high)| *high).collect();
        highs.sort_by(f64::total_cmp);
        let n = highs.len();
        let in_order: usize =
            self.values.iter().map(|(low, _)| n - highs.partition_point(|high| high < low)).sum();
        in_order as f64 / (n * n).max(1) as f64
    }
}
