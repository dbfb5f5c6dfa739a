//! The generator `temporal_rhythmic`.

use synth_core::{Seed, TimeFormat, Timestamp, cast};
use synth_rules::Resolution;
use synth_rules::generator::TemporalRhythmic;

use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, Values};
use crate::curve::Curve;
use crate::error::ErrorKind;
use crate::time_text::TimeText;
use crate::whole::{Piece, UniqueWhole};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// The last microsecond of the year 9999, the last that time formats can print.
const LAST_MICROS: i64 = 253_402_300_799_999_999;

/// Draws moments by quantiles, weekday and hour.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    form: TimeForm,
    first: i64,
    last: i64,
    /// Microseconds after `first`.
    curve: Curve,
    weekdays: Option<Choice>,
    hours: Option<Choice>,
    /// Microseconds in one step of what is printed.
    unit: i64,
    /// Microseconds in one step of the grid that all moments lie on.
    step: i64,
    /// Moments go to the nearest step of the grid, not to the one before them.
    rounds: bool,
    place: Seed,
    weekday: Seed,
    hour: Seed,
    unique: Option<UniqueWhole>,
}

/// How a moment is written.
#[derive(Debug, Clone)]
pub(crate) enum TimeForm {
    /// As text.
    Text(TimeText),
    /// As a number of steps since 1970, with this many digits behind the point.
    Epoch {
        /// Digits behind the point.
        decimals: u8,
    },
}

impl Times {
    pub(crate) fn compile(rhythm: &TemporalRhythmic, decimals: u8, seed: Seed) -> Result<Self, ErrorKind> {
        let times: Vec<i64> = rhythm
            .moments()
            .enumerate()
            .map(|(index, moment)| moment.ok_or(ErrorKind::BadTime { index }))
            .collect::<Result<_, _>>()?;
        let (form, unit) = form(&rhythm.format, decimals)?;
        let step = rhythm.resolution.map(Resolution::micros).filter(|step| step % unit == 0).unwrap_or(unit);
        // A time of day in the rule of a date means that day; dates alone are steps to round to.
        let rounds = rhythm.resolution.is_some() || times.iter().all(|time| time % step == 0);
        let first = times.first().copied().unwrap_or(0);
        let last = times.last().copied().unwrap_or(0);
        let offsets: Vec<f64> = times.iter().map(|time| (time - first) as f64).collect();
        Ok(Self {
            form,
            first,
            last,
            curve: Curve::fit(&rhythm.quantiles, &offsets, "values")?,
            weekdays: profile(&rhythm.weekday_profile, 7, "weekday_profile")?,
            hours: profile(&rhythm.hour_profile, 24, "hour_profile")?,
            unit,
            step,
            rounds,
            place: seed.child("quantile"),
            weekday: seed.child("weekday"),
            hour: seed.child("hour"),
            unique: None,
        })
    }

    /// Makes every moment different; the rhythm gives way to the numbering.
    pub(crate) fn unique(
        mut self,
        rhythm: &TemporalRhythmic,
        n_needed: u64,
        seed: Seed,
    ) -> Result<Self, ErrorKind> {
        if !rhythm.tells_moments_apart(self.step) {
            let reason = "the format does not tell all moments apart";
            return Err(ErrorKind::CannotBeUnique { generator: "temporal_rhythmic", reason });
        }
        let steps = |offset: f64| self.step_of(self.first + cast::round_to_i64(offset)).div_euclid(self.step);
        let pieces = self.curve.pieces();
        let pieces = pieces.map(|(share, low, high)| Piece { share, first: steps(low), next: steps(high) });
        let largest = LAST_MICROS.div_euclid(self.step);
        let last = self.step_of(self.last).div_euclid(self.step);
        self.unique = Some(UniqueWhole::compile(pieces, last, largest, n_needed, seed)?);
        Ok(self)
    }

    /// Returns how a moment is written.
    pub(crate) fn form(&self) -> &TimeForm {
        &self.form
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        match &self.form {
            TimeForm::Text(text) => {
                slots.fill_text(out, |slot, out| text.write(Timestamp(self.moment(slot)), out));
            }
            TimeForm::Epoch { .. } => {
                slots.fill_integers(out, |slot| self.moment(slot).div_euclid(self.unit));
            }
        }
    }

    fn moment(&self, slot: Slot) -> i64 {
        if let Some(unique) = &self.unique {
            return unique.number(slot).saturating_mul(self.step);
        }
        let offset = cast::round_to_i64(self.curve.value(self.place.uniform(slot.address)));
        let mut moment = self.step_of((self.first + offset).clamp(self.first, self.last));
        if let Some(weekdays) = &self.weekdays {
            let week = moment - days_from_monday(moment) * DAY;
            let day = small(weekdays.pick(self.weekday.uniform(slot.address)));
            moment = self.inside(week + day * DAY, moment);
        }
        if let Some(hours) = &self.hours {
            let midnight = moment - moment.rem_euclid(DAY);
            let hour = small(hours.pick(self.hour.uniform(slot.address)));
            moment = self.inside(midnight + hour * HOUR + moment.rem_euclid(HOUR), moment);
        }
        moment - moment.rem_euclid(self.step)
    }

    /// Returns the step of the grid that a moment belongs to: the nearest, of two equally near ones the earlier.
    fn step_of(&self, moment: i64) -> i64 {
        let below = moment - moment.rem_euclid(self.step);
        let above = below.saturating_add(self.step);
        let is_below = !self.rounds || moment - below <= above.saturating_sub(moment) || above > LAST_MICROS;
        if is_below { below } else { above }
    }

    /// Returns the redrawn moment, or the old one when the new one is out of range.
    fn inside(&self, moment: i64, old: i64) -> i64 {
        if (self.step_of(self.first)..=self.step_of(self.last)).contains(&moment) { moment } else { old }
    }
}

fn small(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(0)
}

fn days_from_monday(moment: i64) -> i64 {
    small(Timestamp(moment).weekday())
}

fn form(format: &str, decimals: u8) -> Result<(TimeForm, i64), ErrorKind> {
    let epoch = |digits: u8| {
        let decimals = decimals.min(digits);
        (TimeForm::Epoch { decimals }, 10_i64.pow(u32::from(digits - decimals)))
    };
    Ok(match format {
        "epoch_seconds" => epoch(6),
        "epoch_millis" => epoch(3),
        "epoch_micros" => epoch(0),
        _ => {
            let format = TimeFormat::parse(format)
                .map_err(|error| ErrorKind::BadTimeFormat { reason: error.to_string() })?;
            let step = format.resolution_micros().max(1);
            (TimeForm::Text(TimeText::new(format)), step)
        }
    })
}

fn profile(weights: &[f64], n: usize, name: &'static str) -> Result<Option<Choice>, ErrorKind> {
    if weights.is_empty() {
        return Ok(None);
    }
    if weights.len() != n {
        let n_left = weights.len();
        return Err(ErrorKind::LengthMismatch { left: name, right: "the calendar", n_left, n_right: n });
    }
    Choice::fit(weights, Sum::Normalize).map(Some)
}

#[cfg(test)]
mod tests;
