//! Sums with whole coefficients: `total = net + tax`, `minutes = 60 * hours + rest`.

use synth_core::math;

use super::{Arithmetic, MAX_PAIRED, MIN_ROWS, Operation, Part, Series};

/// Largest coefficient that is looked for, and the largest reciprocal of one.
const MAX_FACTOR: f64 = 100_000.0;
/// Most terms of a sum whose coefficients are all one.
const MAX_TERMS: usize = 4;
/// Combinations of terms that are tried in one table.
const BUDGET: usize = 400_000;
/// Rows on which coefficients are solved for.
const MAX_ANCHORS: usize = 12;

/// Returns the formulas of one, two and more terms.
pub(super) fn formulas(own: &[Series]) -> Vec<Arithmetic> {
    let mut found = Vec::new();
    let mut budget = BUDGET;
    for target in own.iter().filter(|target| target.is_target()) {
        let mut others: Vec<&Series> = own.iter().filter(|other| other.path != target.path).collect();
        // What stands near the target is tried first; constants are parts of whole objects only.
        others.sort_by_key(|other| distance(target, other));
        let varied: Vec<&Series> = others.iter().copied().filter(|other| other.n_distinct > 1).collect();
        let near = &varied[..varied.len().min(MAX_PAIRED)];
        let formula = of_one(target, near)
            .or_else(|| of_two(target, near))
            .or_else(|| of_object(target, &others))
            .or_else(|| of_several(target, near, &mut budget));
        found.extend(formula);
    }
    found
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
        let anchors = anchors(&rows, &[other]);
        let (first, last) = (*anchors.first()?, *anchors.last()?);
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
        let evidence = target.test_on(&rows, |row| factor * other.values[row] + offset)?;
        let operation = if other.part == Part::Length { Operation::Count } else { Operation::Sum };
        let mut formula = target.formula(operation, &[(other, factor)], evidence);
        formula.offset = rounded(offset);
        Some(formula)
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
        for right in others[index + 1..].iter().filter(|right| !rows.is_empty() && target.meets(left, right))
        {
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
    let anchors = anchors(rows, &[left, right]);
    let first = *anchors.first()?;
    let determinant =
        |row: usize| left.values[first] * right.values[row] - left.values[row] * right.values[first];
    let other = anchors.iter().copied().find(|row| determinant(*row).abs() > 1e-6)?;
    let d = determinant(other);
    let (t1, t2) = (target.values[first], target.values[other]);
    let a = nice((t1 * right.values[other] - t2 * right.values[first]) / d)?;
    let b = nice((left.values[first] * t2 - left.values[other] * t1) / d)?;
    (a.abs() > 0.0 && b.abs() > 0.0).then_some((a, b))
}

/// The sum of all numbers of one object: `total` beside `parts: {a, b, c}`, or within it.
fn of_object(target: &Series, others: &[&Series]) -> Option<Arithmetic> {
    let mut holders: Vec<_> = others.iter().filter_map(|other| other.path.parent()).collect();
    holders.sort();
    holders.dedup();
    holders.into_iter().find_map(|holder| {
        let parts: Vec<&Series> = others
            .iter()
            .copied()
            .filter(|other| other.part == Part::Value && other.path.parent().as_ref() == Some(&holder))
            .filter(|other| other.n_distinct > 1 || other.values.iter().any(|value| value.abs() > 0.0))
            .collect();
        sum_of(target, &target.rows, (&parts, 3))
    })
}

/// The sum of three or four columns.
fn of_several(target: &Series, others: &[&Series], budget: &mut usize) -> Option<Arithmetic> {
    let parts: Vec<&Series> = others.iter().copied().filter(|other| other.part == Part::Value).collect();
    let mut shared = SharedRows { target, parts: &parts, chosen: Vec::new() };
    for size in 3..=MAX_TERMS {
        for choice in super::super::keys::combinations(parts.len().min(24), size) {
            *budget = budget.checked_sub(1)?;
            let chosen: Vec<&Series> = choice.iter().map(|index| parts[*index]).collect();
            if is_rounded_away(target, &chosen) {
                continue;
            }
            // A sum is there where all its terms are.
            let rows = shared.rows(&choice[..size - 1]);
            if rows.len() < MIN_ROWS {
                continue;
            }
            if let Some(formula) = sum_of(target, rows, (&chosen, size)) {
                return Some(formula);
            }
        }
    }
    None
}

/// `target = a + b + c ...`; columns that are always zero are no part of it, and all others are always there.
fn sum_of(target: &Series, rows: &[u32], (parts, at_least): (&[&Series], usize)) -> Option<Arithmetic> {
    if parts.len() < at_least || is_rounded_away(target, parts) {
        return None;
    }
    let shortest = parts.iter().min_by_key(|part| part.rows.len())?;
    let evidence =
        target.test_with(rows, shortest, |row| parts.iter().map(|series| series.values[row]).sum())?;
    let terms: Vec<(&Series, f64)> = parts.iter().map(|series| (*series, 1.0)).collect();
    Some(target.formula(Operation::Sum, &terms, evidence))
}

/// Tells whether no sum of such parts would prove anything: what is finer than the target is rounded away.
fn is_rounded_away(target: &Series, parts: &[&Series]) -> bool {
    target.part == Part::Length || parts.iter().any(|part| part.tolerance < target.tolerance)
}

/// The rows that have a target and some parts, kept for choices that begin alike.
struct SharedRows<'s> {
    target: &'s Series,
    parts: &'s [&'s Series],
    /// Each part with the rows that have it and all before it.
    chosen: Vec<(usize, Vec<u32>)>,
}

impl SharedRows<'_> {
    fn rows(&mut self, choice: &[usize]) -> &[u32] {
        let n_same = self.chosen.iter().zip(choice).take_while(|((known, _), part)| known == *part).count();
        self.chosen.truncate(n_same);
        for part in &choice[n_same..] {
            let rows = self.chosen.last().map_or(&self.target.rows, |(_, rows)| rows);
            let values = &self.parts[*part].values;
            let rows = rows.iter().copied().filter(|row| !values[*row as usize].is_nan()).collect();
            self.chosen.push((*part, rows));
        }
        self.chosen.last().map_or(&self.target.rows, |(_, rows)| rows)
    }
}

/// Some rows that have all the values and differ from the first, spread over the table.
fn anchors(rows: &[u32], series: &[&Series]) -> Vec<usize> {
    let step = (rows.len() / (4 * MAX_ANCHORS)).max(1);
    let is_whole = |row: &usize| series.iter().all(|one| !one.values[*row].is_nan());
    let mut candidates = rows.iter().step_by(step).map(|row| *row as usize).filter(is_whole);
    let Some(first) = candidates.next() else { return Vec::new() };
    let differs = |row: &usize| series.iter().any(|one| (one.values[*row] - one.values[first]).abs() > 1e-12);
    std::iter::once(first).chain(candidates.filter(differs).take(MAX_ANCHORS)).collect()
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
