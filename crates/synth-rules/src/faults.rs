//! Values that are made wrong on purpose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::Rate;

/// Shares of a field's values that are wrong on purpose, to test what reads them; they sum to at most 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Broken spelling: a mail address without its sign, a cut or torn text.
    #[serde(default, skip_serializing_if = "is_none")]
    #[schemars(with = "f64")]
    pub malformed: Rate,
    /// Another JSON type: a number in quotes, a number in place of a text.
    #[serde(default, skip_serializing_if = "is_none")]
    #[schemars(with = "f64")]
    pub wrong_type: Rate,
    /// A number beyond the limits or quantiles of the rule.
    #[serde(default, skip_serializing_if = "is_none")]
    #[schemars(with = "f64")]
    pub out_of_range: Rate,
    /// The value of an earlier record.
    #[serde(default, skip_serializing_if = "is_none")]
    #[schemars(with = "f64")]
    pub duplicate: Rate,
    /// Null, whatever `null_rate` says.
    #[serde(default, skip_serializing_if = "is_none")]
    #[schemars(with = "f64")]
    pub null: Rate,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_none(share: &Rate) -> bool {
    share.is_zero()
}

impl Faults {
    /// Tells whether no value is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the shares with their names.
    #[must_use]
    pub fn shares(&self) -> [(&'static str, Rate); 5] {
        [
            ("malformed", self.malformed),
            ("wrong_type", self.wrong_type),
            ("out_of_range", self.out_of_range),
            ("duplicate", self.duplicate),
            ("null", self.null),
        ]
    }
}
