//! Cycles of the calendar.

use std::collections::BTreeMap;

use crate::association::groups::f_p_value;

/// A value at one phase of one cycle: the mean temperature of an hour of a day, the number of orders of a weekday.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseCell {
    /// Number of the cycle.
    pub cycle: i64,
    /// Phase in the cycle.
    pub phase: u32,
    /// What was measured or counted.
    pub value: f64,
}

/// How strong a cycle is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Season {
    /// Share of the variance within cycles that the phase explains, less what it would by chance; in [0, 1].
    pub strength: f64,
    /// Probability of at least such a share if phases meant nothing.
    pub p_value: f64,
    /// Cycles that were compared.
    pub n_cycles: usize,
}

/// Tells how far the phase of a cycle explains values, whatever the level of each cycle.
///
/// # Shapes and units
///
/// Cells in any order, finite, one for each phase of each cycle that was seen. A cycle counts when two of its phases
/// were seen. Unitless. `None` with fewer than three cycles or two phases, or where nothing varies within cycles.
///
/// # Method
///
/// Values less the mean of their cycle are put into groups by phase: two-way analysis of variance without
/// interaction (Fisher 1925), exact where every cycle has every phase. strength = 1 - (SSR / (N - p - c + 1)) / (SST /
/// (N - c)), not below 0. Neighbouring phases of one cycle may resemble each other, so both degrees of the F-test are
/// multiplied by e (Box, G. E. P. 1954, Some theorems on quadratic forms II, Ann. Math. Statist. 25(3)). We take
/// e = (1 - r) / (1 + r) for the correlation r of what is left at neighbouring phases, a series of first order in mind,
/// and not below the least that Geisser and Greenhouse (1958) show, 1 / (p - 1).
///
/// # Cost
///
/// O(N log N) time, O(N) memory.
///
/// # Example
///
/// ```
/// use synth_stats::series::{PhaseCell, season};
///
/// // Low and high in turn, on a rising level.
/// let cells: Vec<PhaseCell> = (0..20_u32)
///     .map(|t| PhaseCell { cycle: i64::from(t / 2), phase: t % 2, value: f64::from(10 * (t % 2) + t / 2) })
///     .collect();
/// let season = season(&cells).expect("ten cycles");
/// assert_eq!((season.strength, season.n_cycles), (1.0, 10));
/// ```
#[must_use]
pub fn season(cells: &[PhaseCell]) -> Option<Season> {
    let mut cycles: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for cell in cells {
        let cycle = cycles.entry(cell.cycle).or_default();
        *cycle = (cycle.0 + 1.0, cycle.1 + cell.value);
    }
    cycles.retain(|_, (n, _)| *n > 1.0);
    let mut phases: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let (mut total, mut n) = (0.0, 0.0);
    for cell in cells {
        let Some((size, sum)) = cycles.get(&cell.cycle) else { continue };
        let rest = cell.value - sum / size;
        total += rest * rest;
        n += 1.0;
        let phase = phases.entry(cell.phase).or_default();
        *phase = (phase.0 + 1.0, phase.1 + rest);
    }
    let (n_cycles, n_phases) = (cycles.len() as f64, phases.len() as f64);
    let degrees = n - n_phases - n_cycles + 1.0;
    if cycles.len() < 3 || phases.len() < 2 || total <= 0.0 || degrees <= 0.0 {
        return None;
    }
    let between: f64 = phases.values().map(|(size, sum)| sum * sum / size).sum();
    let left = (total - between).max(0.0);
    let strength = (1.0 - (left / degrees) / (total / (n - n_cycles))).clamp(0.0, 1.0);
    let rest = |cell: &PhaseCell| {
        let (size, sum) = cycles.get(&cell.cycle)?;
        let (n, total) = phases.get(&cell.phase)?;
        Some(((cell.cycle, cell.phase), cell.value - sum / size - total / n))
    };
    let memory = memory(&cells.iter().filter_map(rest).collect()).clamp(0.0, 1.0);
    let epsilon = ((1.0 - memory) / (1.0 + memory)).max(1.0 / (n_phases - 1.0));
    // The ratio of mean squares as a share that gives the same F on the reduced degrees.
    let (few, many) = (epsilon * (n_phases - 1.0), epsilon * degrees);
    let f = if left > 0.0 { (between / (n_phases - 1.0)) / (left / degrees) } else { f64::INFINITY };
    let share = if f.is_finite() { few * f / (few * f + many) } else { 1.0 };
    Some(Season { strength, p_value: f_p_value(share, (few, many)), n_cycles: cycles.len() })
}

/// Correlation of what is left at a phase with what is left at the next phase of the same cycle, both of mean 0.
fn memory(rest: &BTreeMap<(i64, u32), f64>) -> f64 {
    let next =
        |((cycle, phase), value): (&(i64, u32), &f64)| Some((*value, *rest.get(&(*cycle, phase + 1))?));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in rest.iter().filter_map(next) {
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let scale = synth_core::math::sqrt(xx) * synth_core::math::sqrt(yy);
    if scale > 0.0 { xy / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(cycle: i64, phase: u32, value: f64) -> PhaseCell {
        PhaseCell { cycle, phase, value }
    }

    #[test]
    fn too_few_cycles_prove_nothing() {
        let two: Vec<PhaseCell> =
            (0..2).flat_map(|cycle| (0..5).map(move |phase| cell(cycle, phase, f64::from(phase)))).collect();
        assert_eq!(season(&two), None);
        let single: Vec<PhaseCell> = (0..9).map(|cycle| cell(cycle, 1, 2.0)).collect();
        assert_eq!(season(&single), None);
    }

    /// Catches a test that counts every hour of a day as a witness: a walk that starts anew each day is no rhythm.
    #[test]
    fn walks_within_cycles_are_no_season() {
        let cells: Vec<PhaseCell> = (0..8_i64)
            .flat_map(|cycle| {
                let slope = [3.0, -2.0, 1.0, -4.0, 2.5, -1.5, 0.5, 1.0][usize::try_from(cycle).unwrap_or(0)];
                (0..24_u32).map(move |phase| cell(cycle, phase, slope * f64::from(phase)))
            })
            .collect();
        let found = season(&cells).expect("eight cycles");
        assert!(found.p_value > 0.3, "{found:?}");
    }
}
