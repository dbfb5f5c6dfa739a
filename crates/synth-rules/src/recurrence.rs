//! Values that come again in other rows, such as the users of a log: the constraint `recurrence`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many different values there are, and how unevenly rows have them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// Different values among the default number of rows; with other numbers of rows in proportion.
    pub distinct: u64,
    /// Percentages of the rows, from 0 to 100, rising. Without them all values come equally often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<f64>,
    /// The percentage of the values, the commonest first, that these rows have; from 0 to 100, not falling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
}

impl Recurrence {
    /// Says what is wrong with it.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        let is_whole = |knots: &[f64]| {
            let ends = knots.first().zip(knots.last());
            knots.is_sorted()
                && ends.is_some_and(|(first, last)| first.abs() <= 0.0 && (last - 100.0).abs() <= 0.0)
        };
        if self.distinct == 0 {
            return Some("`distinct` is 0: there must be a value that recurs");
        }
        if self.rows.len() != self.values.len() {
            return Some("`rows` and `values` have different numbers of percentages");
        }
        let is_right = self.rows.is_empty() || is_whole(&self.rows) && is_whole(&self.values);
        (!is_right).then_some("`rows` and `values` must rise from 0 to 100")
    }
}
