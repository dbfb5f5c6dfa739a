//! One comparison of one aspect of one path.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use synth_stats::Error as StatsError;
use synth_stats::tests2::{
    ChiSquared, chi_squared, cramers_v, g_two_samples, jensen_shannon, psi_of_counts, total_variation,
};

use crate::gauge::Gauge;
use crate::verdict::{Verdict, rounded};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// How often the objects above have the member.
    Presence,
    /// How often the value is null.
    Nulls,
    /// The types of the values that are not null.
    Types,
    /// `true` and `false`.
    Booleans,
    /// The distribution of numbers.
    Numbers,
    /// How many numbers lie where the real ones are rare: below and above all but a few of them.
    Tails,
    /// The shares of categories.
    Categories,
    /// The lengths of strings, in characters.
    TextLengths,
    /// The distribution of times.
    Times,
    /// Hours of the day in UTC.
    Hours,
    /// Days of the week in UTC.
    Weekdays,
    /// How many strings are written in the main time format.
    TimeFormat,
    /// The lengths of arrays.
    ArrayLengths,
    /// The numbers of members of dictionaries.
    DictionarySizes,
}

/// The part of a field's score that an aspect belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Presence,
    Nulls,
    Types,
    /// The values, with the kind of value the aspect speaks of.
    Values(ValueKind),
}

/// Kinds of values whose distributions are compared apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl ValueKind {
    pub(crate) const ALL: [Self; 5] = [Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];
}

impl Aspect {
    /// The part of the score; what another aspect has counted already has none.
    pub(crate) fn part(self) -> Option<Part> {
        Some(match self {
            Self::Presence => Part::Presence,
            Self::Nulls => Part::Nulls,
            Self::Types => Part::Types,
            Self::Booleans => Part::Values(ValueKind::Boolean),
            Self::Numbers => Part::Values(ValueKind::Number),
            Self::Categories
            | Self::TextLengths
            | Self::Times
            | Self::Hours
            | Self::Weekdays
            | Self::TimeFormat => Part::Values(ValueKind::String),
            Self::ArrayLengths => Part::Values(ValueKind::Array),
            Self::DictionarySizes => Part::Values(ValueKind::Object),
            Self::Tails => return None,
        })
    }
}

/// One comparison of one aspect of one path.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Measure {
    /// What is compared.
    pub aspect: Aspect,
    /// Size of the difference in [0, 1]: a difference of shares, a total variation or a Kolmogorov–Smirnov distance.
    pub effect: f64,
    /// The interval of the size; the chance that it misses is shared among all measures that show a difference.
    pub interval: [f64; 2],
    /// The difference in words.
    pub verdict: Verdict,
    /// Chance of a difference at least this large between two samples of one distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The p-value corrected for the number of measures: a limit on it limits the share of false alarms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q_value: Option<f64>,
    /// The share in the real data, when a share is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real: Option<f64>,
    /// The same in the synthetic data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<f64>,
    /// Further numbers by name.
    pub statistics: BTreeMap<&'static str, f64>,
    /// What the interval is made from.
    #[serde(skip)]
    pub(crate) gauge: Gauge,
    /// The least distance that the data speak for; findings are ranked by it.
    #[serde(skip)]
    pub(crate) severity: f64,
}

impl Measure {
    /// A measure whose interval and verdict are still to come, by [`Measure::settle`].
    pub(crate) fn new(aspect: Aspect, effect: f64, p_value: f64, gauge: Gauge) -> Self {
        Self {
            aspect,
            effect: rounded(effect.clamp(0.0, 1.0)),
            interval: [0.0, 1.0],
            verdict: Verdict::Matches,
            p_value: Some(rounded(p_value.clamp(0.0, 1.0))),
            q_value: None,
            real: None,
            synthetic: None,
            statistics: BTreeMap::new(),
            gauge,
            severity: 0.0,
        }
    }

    /// Adds a number; one that is not finite says nothing and is left out.
    pub(crate) fn with(mut self, name: &'static str, value: f64) -> Self {
        if value.is_finite() {
            self.statistics.insert(name, rounded(value));
        }
        self
    }

    /// Something that is there on one side only.
    pub(crate) fn one_sided(aspect: Aspect, effect: f64) -> Self {
        Self { p_value: None, ..Self::new(aspect, effect, 0.0, Gauge::Certain) }
    }

    /// Makes the interval, which misses the true size with chance `alpha`, and the verdict.
    pub(crate) fn settle(&mut self, alpha: f64) {
        let reading = self.gauge.read(self.effect, alpha);
        self.interval = [rounded(reading.low), rounded(reading.high)];
        self.verdict = reading.verdict;
        self.severity = reading.severity;
    }
}

/// How often something holds: `part` of `whole`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) part: u64,
    pub(crate) whole: u64,
}

impl Share {
    pub(crate) fn get(self) -> f64 {
        if self.whole == 0 { 0.0 } else { self.part.min(self.whole) as f64 / self.whole as f64 }
    }

    fn counts(self) -> [u64; 2] {
        [self.part.min(self.whole), self.whole.saturating_sub(self.part)]
    }
}

/// Compares two shares: the effect is their difference, the verdict follows Cohen's h, which weighs a difference by how
/// rare it makes things, so 0 against 3 % is more than 50 against 53 %.
///
/// `units` are the independent observations behind the shares. `None` when either side has nothing to count.
pub(crate) fn compare_shares(
    aspect: Aspect,
    real: Share,
    synthetic: Share,
    units: [u64; 2],
) -> Option<Measure> {
    let (ours, theirs) = (real.counts(), synthetic.counts());
    let psi = psi_of_counts(&ours, &theirs).ok()?;
    let test = chi_squared(&ours, &theirs).ok()?;
    let effect = (real.get() - synthetic.get()).abs();
    let shares = [(real.get(), real.whole.min(units[0])), (synthetic.get(), synthetic.whole.min(units[1]))];
    let mut measure = Measure::new(aspect, effect, test.p_value, Gauge::Shares(shares));
    measure.real = Some(rounded(real.get()));
    measure.synthetic = Some(rounded(synthetic.get()));
    Some(measure.with("psi", psi))
}

/// Compares counts of the same categories in the same order: total variation, with Pearson's test, the G test and the
/// divergences beside it. `units` are the independent observations behind the counts. `None` when either side has
/// nothing to count.
pub(crate) fn compare_counts(
    aspect: Aspect,
    real: &[u64],
    synthetic: &[u64],
    units: [u64; 2],
) -> Option<Measure> {
    let compute = || -> Result<(f64, ChiSquared, f64, f64), StatsError> {
        let test = chi_squared(real, synthetic)?;
        let (psi, divergence) = (psi_of_counts(real, synthetic)?, jensen_shannon(real, synthetic)?);
        Ok((total_variation(real, synthetic)?, test, psi, divergence))
    };
    let (distance, test, psi, divergence) = compute().ok()?;
    let (association, g) = (cramers_v(real, synthetic).ok()?, g_two_samples(real, synthetic).ok()?);
    let gauge = Gauge::counts(real, synthetic, units);
    let measure = Measure::new(aspect, distance, test.p_value, gauge)
        .with("total_variation", distance)
        .with("chi_squared", test.statistic)
        .with("chi_squared_p", test.p_value)
        .with("degrees", test.degrees as f64)
        .with("cramers_v", association)
        .with("g", g.statistic)
        .with("g_p", g.p_value)
        .with("g_bits", g.effect)
        .with("psi", psi)
        .with("jensen_shannon", divergence);
    Some(measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: [u64; 2] = [u64::MAX; 2];

    #[test]
    fn rare_shares_weigh_more() {
        let verdict = |a, b| {
            let share = |part| Share { part, whole: 100_000 };
            let mut measure = compare_shares(Aspect::Nulls, share(a), share(b), MANY).unwrap();
            measure.settle(0.001);
            measure.verdict
        };
        assert_eq!(verdict(50_000, 53_000), Verdict::Matches);
        assert_eq!(verdict(0, 3_000), Verdict::Close);
        assert_eq!(verdict(0, 20_000), Verdict::Differs);
        let (nothing, half) = (Share { part: 0, whole: 0 }, Share { part: 1, whole: 2 });
        assert!(compare_shares(Aspect::Nulls, nothing, half, MANY).is_none());
    }

    #[test]
    fn equal_counts_have_no_effect() {
        let mut measure = compare_counts(Aspect::Hours, &[3, 5], &[30, 50], MANY).unwrap();
        measure.settle(0.05);
        assert!(measure.effect.abs() < 1e-12 && measure.verdict == Verdict::Matches);
        assert!(compare_counts(Aspect::Hours, &[0], &[1], MANY).is_none());
    }

    /// Catches observations that are counted once for each element of an array.
    #[test]
    fn few_units_are_not_sure() {
        let verdict = |n: u64| {
            let mut measure = compare_counts(Aspect::Hours, &[700, 300], &[400, 600], [n; 2]).unwrap();
            measure.settle(0.001);
            measure.verdict
        };
        assert_eq!((verdict(1000), verdict(10)), (Verdict::Differs, Verdict::Matches));
    }
}
