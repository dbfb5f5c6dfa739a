//! Values that can be compared: numbers, and moments in seconds since 1970.

use synth_core::{Gap, TimeFormat, Timestamp, cast, math};

use crate::recipe::{Recipe, Rooms};

/// How far a number on a grid may be off by rounding, in steps.
const NOISE: f64 = 1e-6;

/// Reads, places and writes the values of a field as numbers.
///
/// # Shapes and units
///
/// Numbers stand for themselves; times written as text are seconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    format: Option<TimeFormat>,
    /// Grid steps in one unit; 0 for numbers that lie on no grid.
    per_unit: f64,
    /// The program that makes the field's values and spells them.
    base: Recipe,
}

impl Measure {
    /// Returns the measure of a field; `None` when its values cannot be ranked.
    pub(crate) fn of(recipe: &Recipe) -> Option<Self> {
        let base = recipe.base();
        let (format, per_unit) = base.grid()?;
        Some(Self { format, per_unit, base: base.clone() })
    }

    /// Tells whether a gap is one between values of this kind: a length of time between times written as text.
    pub(crate) fn has_gaps_like(&self, gap: Gap) -> bool {
        matches!(gap, Gap::Time(_)) == self.format.is_some()
    }

    /// Tells whether values stand for themselves.
    pub(crate) fn reads_numbers(&self) -> bool {
        self.format.is_none()
    }

    /// Reads a value that the field, or one it refers to, holds.
    pub(crate) fn read(&self, text: &str) -> Option<f64> {
        match &self.format {
            Some(format) => format.read(text).map(|time| time.0 as f64 / 1e6),
            None => text.parse::<f64>().ok().filter(|number| number.is_finite()),
        }
    }

    /// Returns the value at a share of all values; rises with the share.
    pub(crate) fn value(&self, share: f64) -> f64 {
        self.base.ranked(share).unwrap_or(0.0)
    }

    /// Returns the share of values below a value, by halving the interval: exact to 2^-40.
    pub(crate) fn share_below(&self, value: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.value(middle) < value { low = middle } else { high = middle }
        }
        low
    }

    /// Returns the smallest value that is not below `bound`, or that is above it.
    pub(crate) fn at_least(&self, bound: f64, is_strict: bool) -> f64 {
        if self.per_unit <= 0.0 {
            return if is_strict { bound.next_up() } else { bound };
        }
        let steps = bound * self.per_unit;
        let above = math::ceil(steps - NOISE);
        let is_equal = above - steps < NOISE;
        (if is_strict && is_equal { above + 1.0 } else { above }) / self.per_unit
    }

    /// Returns the value of the grid that is nearest to another.
    pub(crate) fn nearest(&self, value: f64) -> f64 {
        if self.per_unit <= 0.0 { value } else { math::round(value * self.per_unit) / self.per_unit }
    }

    /// Returns the largest value that is not above `bound`, or that is below it.
    pub(crate) fn at_most(&self, bound: f64, is_strict: bool) -> f64 {
        -self.at_least(-bound, is_strict)
    }

    /// Returns the width of one step of the grid.
    pub(crate) fn step(&self) -> f64 {
        if self.per_unit > 0.0 { 1.0 / self.per_unit } else { 0.0 }
    }

    /// Appends a value as the field spells it.
    pub(crate) fn write(&self, value: f64, address: u64, rooms: &mut Rooms, out: &mut String) {
        match &self.format {
            Some(_) => {
                let moment = Timestamp(cast::round_to_i64(value * 1e6));
                self.base.write_moment(moment, address, out);
            }
            None => out.push_str(self.base.number_text(value, rooms)),
        }
    }
}
