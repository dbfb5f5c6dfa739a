//! Sums with whole coefficients: `total = net + tax`, `minutes = 60 * hours + rest`.

use std::collections::BTreeMap;

use synth_core::math;

use super::{Arithmetic, MAX_PAIRED, MIN_ROWS, Operation, Part, Series, rows_of};
use crate::relations::choices::Choices;

/// Largest coefficient that is looked for, and the largest reciprocal of one.
const MAX_FACTOR: f64 = 100_000.0;
/// Most terms of a sum whose coefficients are all one.
const MAX_TERMS: usize = 4;
/// Most terms that sums of several are chosen from.
const MAX_PARTS: usize = 24;
/// Combinations of terms that are tried in one table.
const BUDGET: usize = 400_000;
/// Digits of a rate behind the point, at most.
const MAX_RATE_DIGITS: i32 = 4;
/// The chance that a slope is as near to a decimal, half of it.
const MAX_CHANCE: f64 = 0.05;
/// Units of its last digit that a target must span for a rate to be told.
const MIN_UNITS: f64 = 40.0;
/// Share of the rows in which two terms of opposite sign may be the same.
const MAX_SAME: f64 = 0.9;
/// Rows on which coefficients are solved for.
const MAX_ANCHORS: usize = 12;

/// Returns the formulas of one, two and more terms, and apart from them the rates, those of the smallest numbers first.
pub(super) fn formulas(own: &[Series]) -> (Vec<Arithmetic>, Vec<Arithmetic>) {
    let mut found: Vec<(f64, Arithmetic)> = Vec::new();
    let mut rates: Vec<(f64, Arithmetic)> = Vec::new();
    let mut budget = BUDGET;
    for target in own.iter().filter(|target| target.is_target()) {
        let mut others: Vec<&Series> = own.iter().filter(|other| other.path != target.path).collect();
        // What stands near the target is tried first; constants are parts of whole objects only.
        others.sort_by_cached_key(|other| distance(target, other));
        let varied: Vec<&Series> = others.iter().copied().filter(|other| other.n_distinct > 1).collect();
        let near = &varied[..varied.len().min(MAX_PAIRED)];
        let formula = of_one(target, near)
            .or_else(|| of_two(target, near))
            .or_else(|| of_object(target, &others))
            .or_else(|| of_several(target, near, &mut budget));
        // What is the rest of a sum may be a rate of it.
        let is_rest = |formula: &Arithmetic| formula.terms.iter().any(|term| term.factor < 0.0);
        if formula.as_ref().is_none_or(is_rest) {
            rates.extend(of_rate(target, near).map(|rate| (target.magnitude(), rate)));
        }
        found.extend(formula.map(|formula| (target.magnitude(), formula)));
    }
    // Of the ways to write one sum with a term taken away, the largest number is the result.
    found.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    rates.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    let formulas = |found: Vec<(f64, Arithmetic)>| found.into_iter().map(|(_, formula)| formula).collect();
    (formulas(found), formulas(rates))
}

/// Steps of the two paths that are not the same.
fn distance(left: &Series, right: &Series) -> usize {
    let (left, right) = (left.path.segments(), right.path.segments());
    let n_shared = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    left.len() + right.len() - 2 * n_shared
}

/// A change of unit or a shift: `target = factor * other + offset`.
fn of_one(target: &Series, others: &[&Series]) -> Option<Arithmetic> {
    others.iter().find_map(|other| {
        let rows = target.rows_with(other);
        let parts = [*other];
        let mut anchors = anchors(&rows, &parts);
        let first = anchors.next()?;
        let last = anchors.last().unwrap_or(first);
        let (dx, dy) = (other.values[last] - other.values[first], target.values[last] - target.values[first]);
        let factor = nice(dy / dx)?;
        let offset = target.values[first] - factor * other.values[first];
        let is_length_pair = target.part == Part::Length && other.part == Part::Length;
        let is_copy = (factor - 1.0).abs() < 1e-9 && offset.abs() < 1e-9;
        // Equal values of two fields of one type are copies; a length beside a number is a count.
        if is_copy && !is_length_pair && target.part == other.part {
            return None;
        }
        if target.part == Part::Length && !is_length_pair || other.part == Part::Length && !is_copy {
            return None;
        }
        // A shift of a fraction is no change of unit that anybody uses.
        if factor.abs() < 1.0 && offset.abs() > 1e-9 {
            return None;
        }
        let evidence = target.test_on(rows_of(&rows), |row| factor * other.values[row] + offset)?;
        let operation = if other.part == Part::Length { Operation::Count } else { Operation::Sum };
        let mut formula = target.formula(operation, &[(other, factor)], evidence);
        formula.offset = rounded(offset);
        Some(formula)
    })
}

/// A share of another number, and perhaps a fee: `target = 0.029 * other + 0.3`, rounded.
///
/// # Method
///
/// The slope between the smallest and the largest other number is known up to the rounding of two targets; the rate is the
/// decimal of fewest digits within that, as long as no slope would have been near one of so few digits by chance.
fn of_rate(target: &Series, others: &[&Series]) -> Option<Arithmetic> {
    if target.part != Part::Value {
        return None;
    }
    others.iter().filter(|other| other.part == Part::Value).find_map(|other| {
        let rows = target.rows_with(other);
        let by_size = |row: &u32| other.values[*row as usize];
        let low = *rows.iter().min_by(|a, b| by_size(a).total_cmp(&by_size(b)))? as usize;
        let high = *rows.iter().max_by(|a, b| by_size(a).total_cmp(&by_size(b)))? as usize;
        let (dx, dy) = (other.values[high] - other.values[low], target.values[high] - target.values[low]);
        let unit = target.unit();
        if dy.abs() < MIN_UNITS * unit {
            return None;
        }
        let rate = short_decimal(dy / dx, unit / dx)?;
        let offset = unit * math::round((target.values[low] - rate * other.values[low]) / unit);
        [0.0, unit, -unit].into_iter().find_map(|more| {
            let offset = offset + more;
            let evidence = target.test_on(rows_of(&rows), |row| rate * other.values[row] + offset)?;
            let mut formula = target.formula(Operation::Sum, &[(other, rate)], evidence);
            formula.offset = rounded(math::round(offset * 1e9) / 1e9);
            Some(formula)
        })
    })
}

/// The decimal of fewest digits, four at most, within the error of a slope.
fn short_decimal(slope: f64, error: f64) -> Option<f64> {
    if !slope.is_finite() || !error.is_finite() {
        return None;
    }
    (1..=MAX_RATE_DIGITS).find_map(|digits| {
        let scale = math::pow10(digits);
        let rate = math::round(slope * scale) / scale;
        let is_near = (slope - rate).abs() <= error && rate.abs() > 0.0;
        (is_near && error * scale <= MAX_CHANCE).then_some(rate)
    })
}

/// `target = a * left + b * right`.
fn of_two(target: &Series, others: &[&Series]) -> Option<Arithmetic> {
    if target.part == Part::Length {
        return None;
    }
    let others: Vec<&Series> = others.iter().copied().filter(|other| other.part == Part::Value).collect();
    for (index, left) in others.iter().enumerate() {
        let rows = target.rows_with(left);
        let bits = target.bits_with(&left.row_bits);
        for right in others[index + 1..].iter().filter(|right| !rows.is_empty() && right.meets(&bits)) {
            if left.tolerance.min(right.tolerance) < target.tolerance {
                continue;
            }
            let Some((a, b)) = solve(target, &rows, (left, right)) else { continue };
            let formula = |row: usize| a * left.values[row] + b * right.values[row];
            if let Some(evidence) = target.test_with(&rows, right, formula) {
                return Some(target.formula(Operation::Sum, &[(left, a), (right, b)], evidence));
            }
        }
    }
    None
}

/// Whole coefficients that meet the target on two rows that are not in proportion.
fn solve(target: &Series, rows: &[u32], (left, right): (&Series, &Series)) -> Option<(f64, f64)> {
    let parts = [left, right];
    let mut anchors = anchors(rows, &parts);
    let first = anchors.next()?;
    let determinant =
        |row: usize| left.values[first] * right.values[row] - left.values[row] * right.values[first];
    let other = anchors.find(|row| determinant(*row).abs() > 1e-6)?;
    let d = determinant(other);
    let (t1, t2) = (target.values[first], target.values[other]);
    let a = nice((t1 * right.values[other] - t2 * right.values[first]) / d)?;
    let b = nice((left.values[first] * t2 - left.values[other] * t1) / d)?;
    (a.abs() > 0.0 && b.abs() > 0.0).then_some((a, b))
}

/// The sum of all numbers of one object: `total` beside `parts: {a, b, c}`, or within it.
fn of_object(target: &Series, others: &[&Series]) -> Option<Arithmetic> {
    let mut objects: BTreeMap<usize, Vec<&Series>> = BTreeMap::new();
    for other in others.iter().filter(|other| other.part == Part::Value && !other.is_zero) {
        if let Some(holder) = other.holder {
            objects.entry(holder).or_default().push(other);
        }
    }
    objects.values().find_map(|parts| sum_of(target, parts))
}

/// The sum of three or four columns, of which one may be taken away.
fn of_several(target: &Series, others: &[&Series], budget: &mut usize) -> Option<Arithmetic> {
    let mut parts: Vec<&Series> = others.iter().copied().filter(|other| other.part == Part::Value).collect();
    parts.truncate(MAX_PARTS);
    let is_too_fine: Vec<bool> = parts.iter().map(|part| is_rounded_away(target, &[part])).collect();
    if is_too_fine.iter().all(|is_too_fine| *is_too_fine) {
        let n_choices: usize = (3..=MAX_TERMS).map(|size| Choices::count(parts.len(), size)).sum();
        *budget = budget.saturating_sub(n_choices);
        return None;
    }
    let mut shared = SharedRows { target, parts: &parts, chosen: Vec::new() };
    for size in 3..=MAX_TERMS {
        let mut choices = Choices::new(parts.len(), size);
        while let Some(choice) = choices.advance() {
            *budget = budget.checked_sub(1)?;
            if choice.iter().any(|part| is_too_fine[*part]) {
                continue;
            }
            // A sum is there where all its terms are.
            let Some((last, others)) = choice.split_last() else { continue };
            let Some(rows) = shared.rows(others) else { continue };
            let whole = |row: usize| choice.iter().map(|part| parts[*part].values[row]).sum::<f64>();
            if let Some(evidence) = target.test_on(parts[*last].rows_among(rows), whole) {
                let terms: Vec<(&Series, f64)> = choice.iter().map(|part| (parts[*part], 1.0)).collect();
                return Some(target.formula(Operation::Sum, &terms, evidence));
            }
            for minus in choice {
                let less = |row: usize| whole(row) - 2.0 * parts[*minus].values[row];
                let Some(evidence) = target.test_on(parts[*last].rows_among(rows), less) else { continue };
                let terms: Vec<(&Series, f64)> = choice
                    .iter()
                    .map(|part| (parts[*part], if part == minus { -1.0 } else { 1.0 }))
                    .collect();
                if all_are_needed(target, &terms) {
                    return Some(target.formula(Operation::Sum, &terms, evidence));
                }
            }
        }
    }
    None
}

/// Tells whether no term of a sum takes away what another adds, and the term is not the only one of any weight.
fn all_are_needed(target: &Series, terms: &[(&Series, f64)]) -> bool {
    let Some((minus, _)) = terms.iter().find(|(_, factor)| *factor < 0.0) else { return true };
    let others = terms.iter().filter(|(_, factor)| *factor > 0.0).map(|(series, _)| *series);
    let differs = |one: &Series, other: &Series| {
        let rows = one.rows_with(other);
        let n_same =
            rows_of(&rows).filter(|row| (one.values[*row] - other.values[*row]).abs() <= one.tolerance);
        (n_same.count() as f64) < MAX_SAME * rows.len() as f64
    };
    let nonzero = |series: &Series| {
        let n = rows_of(&series.rows).filter(|row| series.values[*row].abs() > series.tolerance).count();
        n >= MIN_ROWS
    };
    differs(target, minus)
        && others.clone().all(|other| differs(minus, other) && differs(target, other))
        && others.chain([*minus]).all(nonzero)
}

/// `target = a + b + c ...`; columns that are always zero are no part of it, and all others are always there.
fn sum_of(target: &Series, parts: &[&Series]) -> Option<Arithmetic> {
    if parts.len() < 3 || is_rounded_away(target, parts) {
        return None;
    }
    let shortest = parts.iter().min_by_key(|part| part.rows.len())?;
    let sum = |row: usize| parts.iter().map(|series| series.values[row]).sum();
    let evidence = target.test_with(&target.rows, shortest, sum)?;
    let terms: Vec<(&Series, f64)> = parts.iter().map(|series| (*series, 1.0)).collect();
    Some(target.formula(Operation::Sum, &terms, evidence))
}

/// Tells whether no sum of such parts would prove anything: what is finer than the target is rounded away.
fn is_rounded_away(target: &Series, parts: &[&Series]) -> bool {
    target.part == Part::Length || parts.iter().any(|part| part.tolerance < target.tolerance)
}

/// The rows that have a target and some parts, as bits, kept for choices that begin alike.
struct SharedRows<'s> {
    target: &'s Series,
    parts: &'s [&'s Series],
    /// Each part with the rows that have it and all before it.
    chosen: Vec<(usize, Vec<u64>)>,
}

impl SharedRows<'_> {
    /// Returns the rows that have all parts of a choice; `None` when they are too few to prove a formula.
    fn rows(&mut self, choice: &[usize]) -> Option<&[u64]> {
        let n_same = self.chosen.iter().zip(choice).take_while(|((known, _), part)| known == *part).count();
        self.chosen.truncate(n_same);
        for part in &choice[n_same..] {
            let rows = self.chosen.last().map_or(&self.target.row_bits, |(_, rows)| rows);
            let rows = self.parts[*part].bits_with(rows);
            self.chosen.push((*part, rows));
        }
        let rows = self.chosen.last().map_or(&self.target.row_bits, |(_, rows)| rows);
        self.target.meets(rows).then_some(rows)
    }
}

/// Some rows that have all the values and differ from the first, spread over the table; the first comes first.
fn anchors<'r>(rows: &'r [u32], series: &'r [&Series]) -> impl Iterator<Item = usize> + 'r {
    let step = (rows.len() / (4 * MAX_ANCHORS)).max(1);
    let is_whole = |row: &usize| series.iter().all(|one| !one.values[*row].is_nan());
    let mut candidates = rows.iter().step_by(step).map(|row| *row as usize).filter(is_whole);
    let first = candidates.next();
    let differs = move |row: &usize| {
        first.is_some_and(|first| {
            series.iter().any(|one| (one.values[*row] - one.values[first]).abs() > 1e-12)
        })
    };
    first.into_iter().chain(candidates.filter(differs).take(MAX_ANCHORS))
}

/// A whole number or the reciprocal of one, if the coefficient is next to it.
fn nice(factor: f64) -> Option<f64> {
    if !factor.is_finite() {
        return None;
    }
    let whole = math::round(factor);
    if (factor - whole).abs() < 1e-6 && whole.abs() <= MAX_FACTOR && whole.abs() >= 1.0 {
        return Some(whole);
    }
    let reciprocal = math::round(1.0 / factor);
    let is_near =
        reciprocal.abs() > 1.0 && reciprocal.abs() <= MAX_FACTOR && (factor * reciprocal - 1.0).abs() < 1e-4;
    is_near.then(|| 1.0 / reciprocal)
}

fn rounded(offset: f64) -> f64 {
    let whole = math::round(offset);
    if (offset - whole).abs() < 1e-6 { whole } else { offset }
}
