//! Draws that hang together along time.
//!
//! Each is a function of seed, series and time, so no row needs the one before it; and each is uniform at any time, so
//! a field that is made by it keeps its distribution.

use synth_core::{Seed, cast, hash, math};
use synth_rules::Movement;
use synth_stats::normal;

/// Lengths of memory between two points that are drawn for themselves: neighbours there have a correlation of e^-8.
const APART: f64 = 8.0;
/// Halvings between two such points; between the last ones the way is straight.
const HALVINGS: u32 = 12;
/// Spans that are looked through for the last change; it is in none of them once in 10^13 times.
const MAX_SPANS: i64 = 30;

/// How the draws of a field run along time.
#[derive(Debug, Clone)]
pub(crate) struct Motion {
    movement: Movement,
    seed: Seed,
}

/// When a row happened, and to which series it belongs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    /// Share of the times that are earlier.
    pub(crate) share: f64,
    /// Seconds since 1970.
    pub(crate) seconds: f64,
    /// Rows of one series have the same.
    pub(crate) series: u64,
    /// The number of the series where each has every time once.
    pub(crate) turn: Option<u64>,
}

impl Motion {
    pub(crate) fn new(movement: Movement, seed: Seed) -> Self {
        Self { movement, seed: seed.child("along") }
    }

    /// Tells whether draws only rise, or only fall, but for where they begin anew.
    pub(crate) fn is_rising(&self) -> bool {
        matches!(self.movement, Movement::Rises { .. } | Movement::Falls)
    }

    /// Returns the draw of a row in [0, 1); `own` is a draw that no other row has.
    pub(crate) fn uniform(&self, at: Moment, own: f64) -> f64 {
        let uniform = match self.movement {
            Movement::Rises { resets: None } => at.share,
            Movement::Falls => 1.0 - at.share,
            Movement::Rises { resets: Some(seconds) } => self.cycle(at, seconds),
            Movement::Drifts { strength, seconds } => {
                let strength = strength.get();
                let slow = self.drift(at, seconds);
                let z = math::sqrt(strength) * slow + math::sqrt(1.0 - strength) * normal::quantile(own);
                normal::share_below(z)
            }
            Movement::Holds { strength, seconds } => {
                let (last, _) = self.changes(at, seconds);
                // Two rows agree when both take part, so each does with the root of the strength.
                let takes_part = own < math::sqrt(strength.get());
                if takes_part {
                    self.seed.attempt(4).uniform(last.0)
                } else {
                    self.seed.attempt(5).uniform(hash::mix(own.to_bits()))
                }
            }
        };
        uniform.clamp(0.0, 1.0 - f64::EPSILON)
    }

    fn normal(&self, series: u64, point: i64, depth: u32) -> f64 {
        let word = hash::combine(hash::combine(series, point.cast_unsigned()), u64::from(depth));
        normal::quantile(self.seed.attempt(1).uniform(word))
    }

    /// A standard normal value whose correlation fades with the time between two.
    ///
    /// # Method
    ///
    /// The process of Ornstein and Uhlenbeck, drawn at points that are far apart and then halfway between two known
    /// points again and again: given its ends x and y, the middle is normal with mean r (x + y) / (1 + r²) and variance
    /// (1 - r²) / (1 + r²), where r is the correlation over half the distance (the bridge of a Gaussian Markov process).
    fn drift(&self, at: Moment, seconds: f64) -> f64 {
        let place = at.seconds / (APART * seconds);
        let cell = math::floor(place);
        let mut point = cast::round_to_i64(cell.clamp(-1e18, 1e18));
        let mut ends = [self.normal(at.series, point, 0), self.normal(at.series, point + 1, 0)];
        let mut rest = place - cell;
        let mut width = APART;
        for depth in 1..=HALVINGS {
            width /= 2.0;
            let r = math::exp(-width);
            let square = 1.0 + r * r;
            let middle = r * (ends[0] + ends[1]) / square
                + math::sqrt((1.0 - r * r) / square) * self.normal(at.series, point, depth);
            rest *= 2.0;
            point = point.wrapping_mul(2);
            if rest < 1.0 {
                ends[1] = middle;
            } else {
                (ends[0], rest, point) = (middle, rest - 1.0, point.wrapping_add(1));
            }
        }
        // What lies between two points has a little less spread, which is given back.
        let (left, right) = (1.0 - rest, rest);
        let r = math::exp(-width);
        let spread = math::sqrt(left * left + right * right + 2.0 * left * right * r);
        (left * ends[0] + right * ends[1]) / spread
    }

    /// The last change up to a moment and the first one after it, each with a word of its own and its time.
    ///
    /// # Method
    ///
    /// Changes are a Poisson process: their number in each span of mean length is drawn, and their places are uniform.
    fn changes(&self, at: Moment, seconds: f64) -> ((u64, f64), (u64, f64)) {
        let place = at.seconds / seconds;
        let span = cast::round_to_i64(math::floor(place).clamp(-1e18, 1e18));
        let mut before: Option<(u64, f64)> = None;
        let mut after: Option<(u64, f64)> = None;
        for step in 0..MAX_SPANS {
            for (word, time) in self.in_span(at.series, span - step) {
                if time <= place && before.is_none_or(|(_, known)| known < time) {
                    before = Some((word, time));
                }
            }
            for (word, time) in self.in_span(at.series, span + step) {
                if time > place && after.is_none_or(|(_, known)| known > time) {
                    after = Some((word, time));
                }
            }
            if before.is_some() && after.is_some() {
                break;
            }
        }
        let far = MAX_SPANS as f64;
        (before.unwrap_or((0, place - far)), after.unwrap_or((1, place + far)))
    }

    /// The changes in a span: their number is Poisson with mean 1, by inversion.
    fn in_span(&self, series: u64, span: i64) -> impl Iterator<Item = (u64, f64)> + use<> {
        let word = hash::combine(series, span.cast_unsigned());
        let uniform = self.seed.attempt(2).uniform(word);
        let (mut n, mut probability) = (0_u32, math::exp(-1.0));
        let mut sum = probability;
        while uniform >= sum && n < 20 {
            n += 1;
            probability /= f64::from(n);
            sum += probability;
        }
        let seed = self.seed.attempt(3);
        (0..n).map(move |number| {
            let own = hash::combine(word, u64::from(number) + 1);
            (own, span as f64 + seed.uniform(own))
        })
    }

    /// How far a moment lies between its last change and the next.
    fn cycle(&self, at: Moment, seconds: f64) -> f64 {
        let ((_, last), (_, next)) = self.changes(at, seconds);
        ((at.seconds / seconds - last) / (next - last).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests;
