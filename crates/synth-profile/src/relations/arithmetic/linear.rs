//! Sums with whole coefficients: `total = net + tax`, `minutes = 60 * hours + rest`.

use synth_core::math;

use super::{Arithmetic, MAX_PAIRED, Operation, Part, Series};

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
        let anchors = anchors(&target.rows_with(other), &[other]);
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
        let evidence = target.test(|row| factor * other.values[row] + offset)?;
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
        for right in others[index + 1..].iter().filter(|_| !rows.is_empty()) {
            if left.tolerance.min(right.tolerance) < target.tolerance {
                continue;
            }
            let Some((a, b)) = solve(target, &rows, (left, right)) else { continue };
            let formula = |row: usize| a * left.values[row] + b * right.values[row];
            if let Some(evidence) = target.test_on(&rows, formula) {
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
        sum_of(target, &parts, 3)
    })
}

/// The sum of three or four columns.
fn of_several(target: &Series, others: &[&Series], budget: &mut usize) -> Option<Arithmetic> {
    let parts: Vec<&Series> = others.iter().copied().filter(|other| other.part == Part::Value).collect();
    for size in 3..=MAX_TERMS {
        for choice in super::super::keys::combinations(parts.len().min(24), size) {
            *budget = budget.checked_sub(1)?;
            let chosen: Vec<&Series> = choice.iter().map(|index| parts[*index]).collect();
            if let Some(formula) = sum_of(target, &chosen, size) {
                return Some(formula);
            }
        }
    }
    None
}

/// `target = a + b + c ...`; columns that are always zero are no part of it, and all others are always there.
fn sum_of(target: &Series, parts: &[&Series], at_least: usize) -> Option<Arithmetic> {
    if parts.len() < at_least || target.part == Part::Length {
        return None;
    }
    // What is finer than the target is rounded away, so it proves nothing.
    if parts.iter().any(|part| part.tolerance < target.tolerance) {
        return None;
    }
    let evidence = target.test(|row| parts.iter().map(|series| series.values[row]).sum())?;
    let terms: Vec<(&Series, f64)> = parts.iter().map(|series| (*series, 1.0)).collect();
    Some(target.formula(Operation::Sum, &terms, evidence))
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
