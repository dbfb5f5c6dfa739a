//! The generator `series`: numbers that run along the rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Params of `series`: level and trend, times or plus what repeats, plus noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The number of row 0 without seasons and noise.
    pub level: f64,
    /// How it changes from row to row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// What repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<Season>,
    /// What is left to chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
}

/// How the level changes from row to row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct Trend {
    /// Whether it is added or multiplied.
    pub kind: TrendKind,
    /// Linear: the difference from row to row. Exponential: the growth from row to row, 0.01 for one percent.
    pub per_row: f64,
}

/// Whether a trend is added or multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrendKind {
    /// The same difference in each row.
    Linear,
    /// The same factor in each row.
    Exponential,
}

/// Something that repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// After how many rows.
    pub period: u64,
    /// Whether it is added to the level or multiplied with it.
    #[serde(default)]
    pub kind: SeasonKind,
    /// Height of a sine wave; in place of a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplitude: Option<f64>,
    /// What is added, or the factors, at even steps of the period, with straight lines between; in place of an amplitude.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<f64>,
    /// How many rows of the period lie before row 0.
    #[serde(default)]
    pub offset: u64,
}

/// Whether a season is added or multiplied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeasonKind {
    /// It is added.
    #[default]
    Additive,
    /// The level is multiplied: by the factors of the profile, or by one plus the wave.
    Multiplicative,
}

/// Normal noise whose value depends on the row before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Its standard deviation.
    pub std: f64,
    /// Correlation of the noise of neighbouring rows, between -1 and 1.
    #[serde(default)]
    pub autocorrelation: f64,
}

impl Series {
    /// Returns what is wrong with the params, each with the keys that lead to it.
    #[must_use]
    pub fn problems(&self) -> Vec<(Vec<String>, String)> {
        let mut found = Vec::new();
        let mut refuse = |keys: &[&str], reason: &str| {
            found.push((keys.iter().map(|key| (*key).to_owned()).collect(), reason.to_owned()));
        };
        let is_far = |number: f64| number.is_nan() || number.abs() >= 1e12;
        if is_far(self.level) {
            refuse(&["level"], "`level` must be between -10^12 and 10^12");
        }
        match self.trend {
            Some(Trend { per_row, .. }) if is_far(per_row) => {
                refuse(&["trend", "per_row"], "`per_row` must be between -10^12 and 10^12");
            }
            Some(Trend { kind: TrendKind::Exponential, per_row })
                if !(-1.0..=1.0).contains(&per_row) || per_row <= -1.0 =>
            {
                refuse(&["trend", "per_row"], "the growth from row to row must be above -1 and at most 1");
            }
            _ => {}
        }
        if let Some(Noise { std, autocorrelation }) = self.noise {
            if !(0.0..1e12).contains(&std) {
                refuse(&["noise", "std"], "`std` must be 0 or more and below 10^12");
            }
            if autocorrelation.is_nan() || autocorrelation.abs() >= 1.0 {
                refuse(&["noise", "autocorrelation"], "`autocorrelation` must be between -1 and 1");
            }
        }
        for (index, season) in self.seasons.iter().enumerate() {
            let at = index.to_string();
            if season.period < 2 {
                refuse(&["seasons", &at, "period"], "`period` must be at least 2 rows");
            }
            if season.amplitude.is_some() != season.profile.is_empty() {
                refuse(&["seasons", &at], "a season has either an `amplitude` or a `profile`");
            }
            if season.profile.iter().copied().chain(season.amplitude).any(is_far) {
                refuse(&["seasons", &at], "numbers must be between -10^12 and 10^12");
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(yaml: &str) -> Vec<String> {
        let series: Series = serde_yaml::from_str(yaml).unwrap();
        series.problems().into_iter().map(|(keys, _)| keys.join(".")).collect()
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let good = "{level: 5, trend: {kind: exponential, per_row: 0.01}, seasons: [{period: 24, amplitude: 2}, {period: 7, kind: multiplicative, profile: [1, 2]}], noise: {std: 1, autocorrelation: -0.5}}";
        assert_eq!(problems(good), Vec::<String>::new());
        let bad = "{level: .nan, trend: {kind: exponential, per_row: -1}, seasons: [{period: 1, amplitude: 2}, {period: 7}], noise: {std: -1, autocorrelation: 1}}";
        assert_eq!(
            problems(bad),
            ["level", "trend.per_row", "noise.std", "noise.autocorrelation", "seasons.0.period", "seasons.1"]
        );
    }
}
