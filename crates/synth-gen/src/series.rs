//! The generator `series`: trend, seasons and noise along the rows.

use synth_core::{Seed, cast, math};
use synth_rules::series::{Season, SeasonKind, Series, Trend, TrendKind};
use synth_rules::{Constraints, FieldType, ValueKind};

use crate::column::{Slots, Values};
use crate::error::ErrorKind;
use crate::spelling::MAX_DECIMALS;

/// Rows after which the noise starts anew, whatever the blocks are.
const WINDOW: u64 = 4096;

/// Whole numbers of steps are kept below this.
const EXACT: f64 = 9e15;

/// Numbers along the rows: the ordinal of an instance is its place.
///
/// # Method
///
/// Level and trend times the multiplicative seasons, plus the additive ones, plus noise. The noise is a stationary autoregressive
/// process of order one with normal innovations (Box, G., Jenkins, G. and Reinsel, G. (2008), Time series analysis, section
/// 3.2.3): `x[i] = a x[i - 1] + sqrt(1 - a²) e[i]`, so that its deviation is the same in each row. It starts anew in every window of
/// 4096 rows with a draw of its stationary distribution, so a window is a function of seed and place; one in 4096 pairs of
/// neighbours is not correlated. Normal draws by Box, G. and Muller, M. (1958), A note on the generation of random normal
/// deviates.
///
/// # Cost
///
/// A row behind the one before costs one draw; the first one of a call costs those of its window before it.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    series: Series,
    seed: Seed,
    limits: [f64; 2],
    /// Steps in one unit, where the numbers are counted in steps.
    steps: Option<f64>,
}

/// The noise at one place.
struct State {
    at: u64,
    noise: f64,
}

impl Course {
    pub(crate) fn compile(series: &Series, kind: &ValueKind, seed: Seed) -> Result<Self, ErrorKind> {
        if !series.problems().is_empty() {
            return Err(ErrorKind::BadNumber { what: "params" });
        }
        let Constraints { min, max, decimals, .. } = kind.constraints;
        let [low, high] = [min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY)];
        let limits =
            if low <= high { [low, high] } else { return Err(ErrorKind::BadNumber { what: "constraints" }) };
        let decimals = if kind.field_type == FieldType::Integer { Some(0) } else { decimals };
        let steps = decimals.map(|decimals| math::pow10(i32::from(decimals.min(MAX_DECIMALS))));
        Ok(Self { series: series.clone(), seed: seed.child("series"), limits, steps })
    }

    /// Tells whether the numbers are whole numbers of steps.
    pub(crate) fn is_gridded(&self) -> bool {
        self.steps.is_some()
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let mut state = None;
        match self.steps {
            Some(steps) => slots.fill_integers(out, |slot| {
                let scaled = self.value(slot.ordinal, &mut state) * steps;
                cast::round_to_i64(scaled.clamp(-EXACT, EXACT))
            }),
            None => slots.fill_floats(out, |slot| self.value(slot.ordinal, &mut state)),
        }
    }

    fn value(&self, row: u64, state: &mut Option<State>) -> f64 {
        let at = row as f64;
        let level = match self.series.trend {
            None => self.series.level,
            Some(Trend { kind: TrendKind::Linear, per_row }) => self.series.level + per_row * at,
            Some(Trend { kind: TrendKind::Exponential, per_row }) => {
                self.series.level * math::pow(1.0 + per_row, at)
            }
        };
        let (mut factor, mut sum) = (1.0, 0.0);
        for season in &self.series.seasons {
            let effect = effect(season, row);
            match (season.kind, season.amplitude) {
                (SeasonKind::Additive, _) => sum += effect,
                (SeasonKind::Multiplicative, Some(_)) => factor *= 1.0 + effect,
                (SeasonKind::Multiplicative, None) => factor *= effect,
            }
        }
        let made = level * factor + sum + self.noise(row, state);
        made.clamp(self.limits[0], self.limits[1]).clamp(f64::MIN / 4.0, f64::MAX / 4.0)
    }

    fn noise(&self, row: u64, state: &mut Option<State>) -> f64 {
        let Some(noise) = self.series.noise else { return 0.0 };
        let a = noise.autocorrelation;
        if a.abs() < f64::MIN_POSITIVE {
            return noise.std * self.normal(row);
        }
        let first = row - row % WINDOW;
        let kept = state.take().filter(|state| state.at >= first && state.at <= row);
        let mut state_now = kept.unwrap_or_else(|| State { at: first, noise: self.normal(first) });
        let rest = math::sqrt(1.0 - a * a);
        while state_now.at < row {
            state_now.at += 1;
            state_now.noise = a * state_now.noise + rest * self.normal(state_now.at);
        }
        let made = noise.std * state_now.noise;
        *state = Some(state_now);
        made
    }

    /// A normal draw that belongs to a row.
    fn normal(&self, row: u64) -> f64 {
        let radius = math::sqrt(-2.0 * math::ln(1.0 - self.seed.uniform(row)));
        radius * math::cos(2.0 * std::f64::consts::PI * self.seed.attempt(1).uniform(row))
    }
}

/// What a season adds, or its factor, in a row.
fn effect(season: &Season, row: u64) -> f64 {
    let period = season.period.max(1);
    let (at, before) = (row % period, season.offset % period);
    // The sum may leave 64 bits.
    let at = if at >= period - before { at - (period - before) } else { at + before };
    let share = at as f64 / period as f64;
    let Some(amplitude) = season.amplitude else {
        let n = season.profile.len();
        let at = share * n as f64;
        let low = cast::floor_to_usize(at).min(n.saturating_sub(1));
        let (Some(left), Some(right)) = (season.profile.get(low), season.profile.get((low + 1) % n.max(1)))
        else {
            return 0.0;
        };
        return left + (right - left) * (at - low as f64);
    };
    amplitude * math::sin(2.0 * std::f64::consts::PI * share)
}

#[cfg(test)]
mod tests {
    use synth_core::Rate;

    use super::*;

    fn course(yaml: &str) -> Course {
        let series: Series = serde_yaml::from_str(yaml).unwrap();
        let kind = ValueKind {
            share: Rate::ONE,
            field_type: FieldType::Number,
            generator: None,
            constraints: Constraints::default(),
        };
        Course::compile(&series, &kind, Seed::root(5)).unwrap()
    }

    fn rows(course: &Course, rows: std::ops::Range<u64>) -> Vec<f64> {
        let mut state = None;
        rows.map(|row| course.value(row, &mut state)).collect()
    }

    /// By hand: a level of 10 that rises by 2 a row, doubled in the second half of four rows, plus a wave of height 3.
    #[test]
    fn parts_are_put_together() {
        let course = course(
            "{level: 10, trend: {kind: linear, per_row: 2}, seasons: [{period: 4, kind: multiplicative, profile: [1, 1, 2, 2]}, {period: 4, amplitude: 3, offset: 1}]}",
        );
        let expected = [10.0 + 3.0, 12.0, 14.0 * 2.0 - 3.0, 16.0 * 2.0, 18.0 + 3.0];
        for (made, wanted) in rows(&course, 0..5).iter().zip(expected) {
            assert!((made - wanted).abs() < 1e-9, "{made} {wanted}");
        }
        let growing = super::tests::course("{level: 8, trend: {kind: exponential, per_row: 0.5}}");
        assert!((rows(&growing, 0..3)[2] - 18.0).abs() < 1e-9);
        let lines = super::tests::course("{level: 0, seasons: [{period: 8, profile: [0, 4]}]}");
        assert_eq!(rows(&lines, 0..8), [0.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]);
    }

    /// Of 40,000 rows with an autocorrelation of 0.8: standard errors are 0.01 of the mean of 0, 0.01 of the deviation and 0.003 of
    /// the autocorrelation. Catches a deviation that grows with the autocorrelation, and one that is not what was asked for.
    #[test]
    fn noise_is_stationary() {
        let made = rows(&course("{level: 0, noise: {std: 1, autocorrelation: 0.8}}"), 0..40_000);
        let n = made.len() as f64;
        let mean = made.iter().sum::<f64>() / n;
        let variance = made.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let lag = |k: usize| {
            let products = made.iter().zip(&made[k..]).map(|(x, y)| (x - mean) * (y - mean));
            products.sum::<f64>() / n / variance
        };
        assert!(mean.abs() < 0.06 && (variance - 1.0).abs() < 0.08, "{mean} {variance}");
        assert!(
            (lag(1) - 0.8).abs() < 0.015 && (lag(2) - 0.64).abs() < 0.03 && (lag(5) - 0.328).abs() < 0.05
        );
    }

    /// Catches noise whose state is carried from call to call, or that starts anew with a block.
    #[test]
    fn any_range_is_the_same() {
        let course = course("{level: 0, noise: {std: 1, autocorrelation: -0.6}}");
        let whole = rows(&course, 0..9000);
        for range in [0..1, 4095..4097, 17..5000, 8191..8193, 8999..9000] {
            let (first, last) = (cast::to_usize(range.start), cast::to_usize(range.end));
            assert_eq!(rows(&course, range), whole[first..last]);
        }
        let mut state = None;
        let backwards: Vec<f64> = (0..100).rev().map(|row| course.value(row, &mut state)).collect();
        assert!(backwards.iter().rev().eq(&whole[..100]));
    }
}
