//! Draws that hang together along time.
//!
//! Each is a function of seed, series and time, so no row needs the one before it; and each is uniform at any time, so
//! a field that is made by it keeps its distribution.

use synth_core::{Permutation, Seed, cast, hash, math};
use synth_rules::Movement;
use synth_stats::normal;

/// Lengths of memory between two points that are drawn for themselves: neighbours there have a correlation of e^-8.
const APART: f64 = 8.0;
/// Halvings between two such points; between the last ones the way is straight. Those of a walk go on to its single steps.
const HALVINGS: u32 = 12;
const MOST_HALVINGS: u32 = 40;
/// Spans between changes, in lengths of memory: with so many, a state is still there after a length as often as one that
/// changes at random is, about once in three times.
const HELD: f64 = 1.25;
/// Changes among which the range is shared out.
const STRATA: i64 = 16;

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
                let slow = self.drift(at, seconds, HALVINGS);
                let z = math::sqrt(strength) * slow + math::sqrt(1.0 - strength) * normal::quantile(own);
                normal::share_below(z)
            }
            Movement::Holds { strength, seconds } => {
                let (change, _, _) = self.changes(at, HELD * seconds);
                // Two rows agree when both take part, so each does with the root of the strength.
                let takes_part = own < math::sqrt(strength.get());
                if takes_part {
                    self.held(at.series, change)
                } else {
                    self.seed.attempt(5).uniform(hash::mix(own.to_bits()))
                }
            }
        };
        uniform.clamp(0.0, 1.0 - f64::EPSILON)
    }

    /// Returns the draw of an element of an array that a walk runs along; `at` tells its array as the series and its place as the
    /// time. With the place of the last element, that is where the first one is.
    ///
    /// # Method
    ///
    /// A bridge: from a walk, what it is off at its end is taken away little by little. For the process of Ornstein and
    /// Uhlenbeck with a memory far longer than the array that is the bridge of Brownian motion (Karatzas and Shreve 1991, Brownian
    /// Motion and Stochastic Calculus, §5.6.B); the distribution of a place then differs little from that of the field.
    pub(crate) fn step(&self, at: Moment, last: Option<u64>) -> f64 {
        let Movement::Drifts { seconds, .. } = self.movement else { return 0.5 };
        let finest = |halvings: &u32| math::pow(2.0, f64::from(*halvings)) >= APART * seconds;
        let halvings = (HALVINGS..MOST_HALVINGS).find(finest).unwrap_or(MOST_HALVINGS);
        let score = |place: f64| self.drift(Moment { seconds: place, ..at }, seconds, halvings);
        let z = match last.map(|last| last as f64).filter(|last| *last >= 1.0) {
            Some(last) if at.seconds >= last => score(0.0),
            Some(last) => score(at.seconds) + at.seconds / last * (score(0.0) - score(last)),
            None => score(at.seconds),
        };
        normal::share_below(z).clamp(0.0, 1.0 - f64::EPSILON)
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
    fn drift(&self, at: Moment, seconds: f64, halvings: u32) -> f64 {
        let place = at.seconds / (APART * seconds);
        let cell = math::floor(place);
        let mut point = cast::round_to_i64(cell.clamp(-1e18, 1e18));
        let mut ends = [self.normal(at.series, point, 0), self.normal(at.series, point + 1, 0)];
        let mut rest = place - cell;
        let mut width = APART;
        for depth in 1..=halvings {
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

    /// The last change up to a moment with its number, and when it and the one after it are, in spans.
    ///
    /// # Method
    ///
    /// Each span has one change, at a place of its own (a jittered grid; Cook 1986, Stochastic sampling in computer
    /// graphics, ACM Trans. Graph. 5(1)): the steps between two are up to two spans long, and their number in a stretch
    /// of time varies less than that of independent events.
    fn changes(&self, at: Moment, span_seconds: f64) -> (i64, f64, f64) {
        let place = at.seconds / span_seconds;
        let span = cast::round_to_i64(math::floor(place).clamp(-1e18, 1e18));
        let time = |span: i64| {
            span as f64 + self.seed.attempt(2).uniform(hash::combine(at.series, span.cast_unsigned()))
        };
        let own = time(span);
        if own <= place { (span, own, time(span + 1)) } else { (span - 1, time(span - 1), own) }
    }

    /// The draw that a state is made by from one change to the next.
    ///
    /// # Method
    ///
    /// Of 16 changes that follow each other each has another sixteenth of the range (stratified sampling), so that a
    /// field keeps its distribution even where its values last long.
    fn held(&self, series: u64, change: i64) -> f64 {
        let (block, within) = (change.div_euclid(STRATA), change.rem_euclid(STRATA));
        let word = hash::combine(series, block.cast_unsigned());
        let order = Permutation::new(STRATA.cast_unsigned(), Seed::root(self.seed.attempt(3).bits(word)));
        let own = self.seed.attempt(4).uniform(hash::combine(series, change.cast_unsigned()));
        (order.apply(within.cast_unsigned()) as f64 + own) / STRATA as f64
    }

    /// How far a moment lies between its last change and the next.
    fn cycle(&self, at: Moment, seconds: f64) -> f64 {
        let (_, last, next) = self.changes(at, seconds);
        ((at.seconds / seconds - last) / (next - last).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests;
