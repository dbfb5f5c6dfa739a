//! The generator `temporal_rhythmic`.

use std::ops::RangeInclusive;

use synth_core::{Seed, TimeFormat, Timestamp, cast};
use synth_rules::Resolution;
use synth_rules::generator::{TemporalRhythmic, TimeSpike, WrittenAs, ZoneShare};

use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, Values};
use crate::curve::Curve;
use crate::error::ErrorKind;
use crate::time_text::{TimeText, Zones};
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
    /// Where moments lie once they are on the grid.
    range: RangeInclusive<i64>,
    /// Microseconds after `first`.
    curve: Curve,
    weekdays: Option<Choice>,
    hours: Option<Choice>,
    /// Microseconds in one step of what is printed.
    unit: i64,
    /// Microseconds in one step of the grid that all moments lie on.
    step: i64,
    /// Other days and other hours are whole steps away.
    keeps_grid: bool,
    /// Moments go to the nearest step of the grid, not to the one before them.
    rounds: bool,
    place: Seed,
    weekday: Seed,
    hour: Seed,
    spikes: Option<Spikes>,
    unique: Option<UniqueWhole>,
}

/// Moments that are drawn apart from the quantiles.
#[derive(Debug, Clone)]
struct Spikes {
    /// The last choice is none of them.
    choice: Choice,
    moments: Vec<i64>,
}

/// How a moment is written.
#[derive(Debug, Clone)]
pub(crate) enum TimeForm {
    /// As text.
    Text(TimeText),
    /// As the text of a format of digits, without zeros in front.
    Digits(TimeText),
    /// As a number of steps since 1970, with this many digits behind the point.
    Epoch {
        /// Digits behind the point.
        decimals: u8,
        /// Numbers in one step: 1000 nanoseconds in a microsecond.
        factor: i64,
    },
}

impl Times {
    pub(crate) fn compile(rhythm: &TemporalRhythmic, decimals: u8, seed: Seed) -> Result<Self, ErrorKind> {
        let times: Vec<i64> = rhythm
            .moments()
            .enumerate()
            .map(|(index, moment)| moment.ok_or(ErrorKind::BadTime { index }))
            .collect::<Result<_, _>>()?;
        let (form, unit) = form(rhythm, decimals, seed)?;
        let step = rhythm.resolution.map(Resolution::micros).filter(|step| step % unit == 0).unwrap_or(unit);
        // A time of day in the rule of a date means that day; dates alone are steps to round to.
        let rounds = rhythm.resolution.is_some() || times.iter().all(|time| time % step == 0);
        let first = times.first().copied().unwrap_or(0);
        let last = times.last().copied().unwrap_or(0);
        let offsets: Vec<f64> = times.iter().map(|time| (time - first) as f64).collect();
        let mut times = Self {
            form,
            first,
            last,
            range: first..=last,
            curve: Curve::fit(&rhythm.quantiles, &offsets, "values")?,
            weekdays: profile(&rhythm.weekday_profile, 7, "weekday_profile")?,
            hours: profile(&rhythm.hour_profile, 24, "hour_profile")?,
            unit,
            step,
            keeps_grid: HOUR % step == 0,
            rounds,
            place: seed.child("quantile"),
            weekday: seed.child("weekday"),
            hour: seed.child("hour"),
            spikes: spikes(&rhythm.spikes)?,
            unique: None,
        };
        times.range = times.step_of(first)..=times.step_of(last);
        Ok(times)
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
                slots.fill_text(out, |slot, out| text.write(Timestamp(self.moment(slot)), slot.address, out));
            }
            TimeForm::Digits(text) => {
                let mut room = String::new();
                slots.fill_text(out, |slot, out| {
                    room.clear();
                    text.write(Timestamp(self.moment(slot)), slot.address, &mut room);
                    let digits = room.trim_start_matches('0');
                    out.push_str(if digits.is_empty() { "0" } else { digits });
                });
            }
            TimeForm::Epoch { factor, .. } => {
                slots.fill_integers(out, |slot| {
                    self.moment(slot).div_euclid(self.unit).saturating_mul(*factor)
                });
            }
        }
    }

    /// Returns the format of times that are written as text, and the steps in one unit: in a second, or in 1 where
    /// times are numbers. `None` where the texts do not sort as the moments do.
    pub(crate) fn grid(&self) -> Option<(Option<TimeFormat>, f64)> {
        match &self.form {
            TimeForm::Text(text) => Some((Some(text.format().clone()), 1e6 / self.step as f64)),
            TimeForm::Epoch { decimals, factor: 1 } => {
                let per_step = self.unit as f64 / self.step as f64;
                Some((None, synth_core::math::pow10(i32::from(*decimals)) * per_step))
            }
            TimeForm::Digits(_) | TimeForm::Epoch { .. } => None,
        }
    }

    /// Returns the value at a share of all values: the seconds since 1970, or the number that is written.
    ///
    /// # Method
    ///
    /// Spikes are steps of the distribution function. Weekday and hour come from where a moment lies within its week
    /// and its day, by the inverse of their cumulative profiles, so that later shares have later moments.
    pub(crate) fn ranked(&self, share: f64) -> f64 {
        let moment = self.ranked_moment(share);
        match &self.form {
            TimeForm::Epoch { decimals, .. } => {
                moment.div_euclid(self.unit) as f64 / synth_core::math::pow10(i32::from(*decimals))
            }
            TimeForm::Text(_) | TimeForm::Digits(_) => moment as f64 / 1e6,
        }
    }

    /// Returns the seconds that one of its numbers stands for; times written as text are ranked by seconds.
    pub(crate) fn seconds_of_one(&self) -> Option<f64> {
        match &self.form {
            TimeForm::Epoch { decimals, factor: 1 } => {
                Some(self.unit as f64 * synth_core::math::pow10(i32::from(*decimals)) / 1e6)
            }
            TimeForm::Text(_) => Some(1.0),
            _ => None,
        }
    }

    fn ranked_moment(&self, share: f64) -> i64 {
        let Some(spikes) = &self.spikes else { return self.warped(self.curve.value(share)) };
        let mut sorted: Vec<(i64, f64)> =
            spikes.moments.iter().enumerate().map(|(at, moment)| (*moment, spikes.choice.prob(at))).collect();
        sorted.sort_unstable_by_key(|(moment, _)| *moment);
        let rest = spikes.choice.prob(spikes.moments.len());
        let mut below = 0.0;
        for (moment, prob) in sorted {
            let until = below + rest * self.curve.share((moment - self.first) as f64);
            if share < until {
                break;
            }
            if share < until + prob {
                return moment - moment.rem_euclid(self.unit);
            }
            below += prob;
        }
        self.warped(self.curve.value(if rest > 0.0 { (share - below) / rest } else { 1.0 }))
    }

    /// Moves a moment within its week and its day as the profiles say, without changing the order of moments.
    fn warped(&self, offset: f64) -> i64 {
        let mut moment = (self.first + cast::round_to_i64(offset)).clamp(self.first, self.last);
        if let Some(weekdays) = &self.weekdays {
            let monday = moment - days_from_monday(moment) * DAY;
            let monday = monday - monday.rem_euclid(DAY);
            let (day, within) = weekdays.pick_within((moment - monday) as f64 / (7 * DAY) as f64);
            moment = monday + small(day) * DAY + cast::round_to_i64(within * (DAY - 1) as f64);
        }
        if let Some(hours) = &self.hours {
            let midnight = moment - moment.rem_euclid(DAY);
            let (hour, within) = hours.pick_within((moment - midnight) as f64 / DAY as f64);
            moment = midnight + small(hour) * HOUR + cast::round_to_i64(within * (HOUR - 1) as f64);
        }
        self.step_of(moment.clamp(self.first, self.last))
    }

    /// Appends a moment as it is written in text.
    pub(crate) fn write(&self, moment: Timestamp, address: u64, out: &mut String) {
        if let TimeForm::Text(text) | TimeForm::Digits(text) = &self.form {
            text.write(moment, address, out);
        }
    }

    fn moment(&self, slot: Slot) -> i64 {
        if let Some(unique) = &self.unique {
            return unique.number(slot).saturating_mul(self.step);
        }
        let mut share = slot.uniform(self.place);
        if let Some(spikes) = &self.spikes {
            if let Some(moment) = spikes.moments.get(spikes.choice.pick(share)) {
                return moment - moment.rem_euclid(self.unit);
            }
            // One draw decides both: what it leaves above the spikes is the share among the others.
            share = spikes.choice.beyond(share, spikes.moments.len());
        }
        let offset = cast::round_to_i64(self.curve.value(share));
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
        if self.keeps_grid { moment } else { moment - moment.rem_euclid(self.step) }
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
        if self.range.contains(&moment) { moment } else { old }
    }
}

fn small(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(0)
}

fn days_from_monday(moment: i64) -> i64 {
    small(Timestamp(moment).weekday())
}

fn spikes(rules: &[TimeSpike]) -> Result<Option<Spikes>, ErrorKind> {
    if rules.is_empty() {
        return Ok(None);
    }
    let mut probs: Vec<f64> = rules.iter().map(|spike| spike.prob).collect();
    probs.push((1.0 - probs.iter().sum::<f64>()).max(0.0));
    let moments = rules
        .iter()
        .enumerate()
        .map(|(index, spike)| spike.moment().ok_or(ErrorKind::BadTime { index }))
        .collect::<Result<_, _>>()?;
    Ok(Some(Spikes { choice: Choice::fit(&probs, Sum::MustBeOne)?, moments }))
}

fn form(rhythm: &TemporalRhythmic, decimals: u8, seed: Seed) -> Result<(TimeForm, i64), ErrorKind> {
    let epoch = |digits: u8| {
        let decimals = decimals.min(digits);
        (TimeForm::Epoch { decimals, factor: 1 }, 10_i64.pow(u32::from(digits - decimals)))
    };
    Ok(match rhythm.format.as_str() {
        "epoch_seconds" => epoch(6),
        "epoch_millis" => epoch(3),
        "epoch_micros" => epoch(0),
        "epoch_nanos" => (TimeForm::Epoch { decimals: 0, factor: 1000 }, 1),
        spec => {
            let format = TimeFormat::parse(spec)
                .map_err(|error| ErrorKind::BadTimeFormat { reason: error.to_string() })?;
            let step = format.resolution_micros().max(1);
            let is_digits = format.is_digits();
            let text = TimeText::new(format).in_zones(zones(&rhythm.zones, seed)?);
            match rhythm.written_as {
                WrittenAs::Text => (TimeForm::Text(text), step),
                WrittenAs::Number if is_digits => (TimeForm::Digits(text), step),
                WrittenAs::Number => {
                    let reason = "a time written as a number needs a format of digits only".to_owned();
                    return Err(ErrorKind::BadTimeFormat { reason });
                }
            }
        }
    })
}

fn zones(rules: &[ZoneShare], seed: Seed) -> Result<Option<Zones>, ErrorKind> {
    if rules.is_empty() {
        return Ok(None);
    }
    if rules.iter().any(|zone| !(-24 * 60 + 1..24 * 60).contains(&zone.minutes)) {
        return Err(ErrorKind::BadTimeFormat { reason: "a zone is a day or more ahead of UTC".to_owned() });
    }
    let probs: Vec<f64> = rules.iter().map(|zone| zone.prob).collect();
    Ok(Some(Zones {
        choice: Choice::fit(&probs, Sum::MustBeOne)?,
        minutes: rules.iter().map(|zone| zone.minutes).collect(),
        seed: seed.child("zone"),
    }))
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
