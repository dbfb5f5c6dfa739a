//! The section `along`: what runs along the time of a table.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate};

/// How the rows of a table, and what they hold, run along one of their times.
///
/// The time is the anchor of its row: it is made first, and the joint model looks at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Along {
    /// The time, a field of the records or of a collection of a document.
    #[schemars(with = "String")]
    pub time: JsonPath,
    /// In which order rows stand.
    #[serde(default)]
    pub rows: RowOrder,
    /// How far from even the steps of time are: 0 for a clock, 1 for independent events.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(with = "f64")]
    pub variation: Rate,
    /// The field whose values tell series apart, such as a sensor's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub by: Option<JsonPath>,
    /// How many series there are; where a key says that each has every time once, rows take turns, or one series stands
    /// behind the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<u64>,
    /// What runs along the time.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Movement>")]
    pub fields: IndexMap<JsonPath, Movement>,
}

/// In which order rows stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// A row is not before the one in front of it.
    #[default]
    InOrder,
    /// All rows of one series stand before those of the next, each in order.
    BySeries,
    /// The order says nothing of the time.
    Mixed,
}

/// How a field runs along time; its distribution stays that of its rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "moves", rename_all = "snake_case", deny_unknown_fields)]
pub enum Movement {
    /// It never falls, as a counter.
    Rises {
        /// Mean seconds after which it begins anew; left out if it never does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resets: Option<f64>,
    },
    /// It never rises, as what is used up.
    Falls,
    /// It moves slowly: a value is like the one before, and less so the longer ago that was.
    Drifts {
        /// Correlation of two values at almost the same time, with all the model knows of them taken away.
        #[schemars(with = "f64")]
        strength: Rate,
        /// Seconds after which it has fallen to 1/e of that.
        seconds: f64,
    },
    /// It keeps its value for a while, as a state.
    Holds {
        /// Share of the rows that take part in that; the others differ from their neighbours as by chance.
        #[schemars(with = "f64")]
        strength: Rate,
        /// Seconds after which about a third of the values are still the same.
        seconds: f64,
    },
}

const fn one() -> Rate {
    Rate::ONE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_one(rate: &Rate) -> bool {
    rate.is_one()
}

impl Along {
    /// Returns the path of the rows.
    #[must_use]
    pub fn table(&self) -> JsonPath {
        use synth_core::Segment;
        let is_row = |path: &JsonPath| {
            matches!(path.segments().last(), None | Some(Segment::Elements | Segment::Members))
        };
        std::iter::successors(self.time.parent(), JsonPath::parent).find(is_row).unwrap_or_default()
    }
}

impl Movement {
    /// Returns what is wrong with the numbers, with the key it stands at.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let (key, seconds) = match self {
            Self::Rises { resets: None } | Self::Falls => return None,
            Self::Rises { resets: Some(seconds) } => ("resets", *seconds),
            Self::Drifts { seconds, .. } | Self::Holds { seconds, .. } => ("seconds", *seconds),
        };
        let is_sound = (1e-6..=1e12).contains(&seconds);
        (!is_sound).then(|| (key, format!("`{key}` must be between 10^-6 and 10^12 seconds")))
    }

    /// Says in words how a field moves.
    pub(crate) fn phrase(&self) -> String {
        match self {
            Self::Rises { resets: None } => "never falls".to_owned(),
            Self::Rises { resets: Some(seconds) } => {
                format!("rises and begins anew about every {}", duration(*seconds))
            }
            Self::Falls => "never rises".to_owned(),
            Self::Drifts { strength, seconds } => {
                format!("moves slowly: correlation {strength} fades over about {}", duration(*seconds))
            }
            Self::Holds { strength, seconds } => {
                format!("keeps its value for about {}, in a share of {strength}", duration(*seconds))
            }
        }
    }
}

/// Seconds in the unit that a person would use.
fn duration(seconds: f64) -> String {
    let units = [(86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")];
    let unit = units.into_iter().find(|(length, _)| seconds >= 2.0 * length);
    let (length, name) = unit.unwrap_or((1.0, "seconds"));
    let number = seconds / length;
    let digits = if number < 10.0 { 10.0 } else { 1.0 };
    format!("{} {name}", synth_core::math::round(number * digits) / digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movements_are_read_and_written() {
        let yaml = "{time: '$.rows[].at', by: '$.rows[].sensor', fields: {'$.rows[].n': {moves: rises}, '$.rows[].t': {moves: drifts, strength: 0.9, seconds: 600.0}}}";
        let along: Along = serde_yaml::from_str(yaml).unwrap();
        assert_eq!(along.table().to_string(), "$.rows[]");
        assert_eq!(along.rows, RowOrder::InOrder);
        let back: Along = serde_yaml::from_str(&serde_yaml::to_string(&along).unwrap()).unwrap();
        assert_eq!(back, along);
        assert!(
            serde_yaml::from_str::<Along>("{time: $.at, fields: {$.n: {moves: rises, speed: 1}}}").is_err()
        );
    }

    #[test]
    fn lengths_of_time_that_cannot_be_are_found() {
        let rises = |seconds| Movement::Rises { resets: Some(seconds) }.problem().map(|found| found.0);
        assert_eq!([rises(60.0), rises(0.0), rises(f64::NAN)], [None, Some("resets"), Some("resets")]);
        let drifts = Movement::Drifts { strength: Rate::ONE, seconds: -1.0 };
        assert_eq!(drifts.problem().map(|found| found.0), Some("seconds"));
    }

    #[test]
    fn words_use_the_unit_a_person_would() {
        let phrase = |seconds| Movement::Rises { resets: Some(seconds) }.phrase();
        assert_eq!(phrase(86_400.0), "rises and begins anew about every 24 hours");
        assert_eq!(phrase(90.0), "rises and begins anew about every 90 seconds");
        assert_eq!(phrase(260_000.0), "rises and begins anew about every 3 days");
    }
}
