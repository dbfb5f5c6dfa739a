//! What validators of the user say of the synthetic records.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use synth_core::Place;
use synth_core::plugin::{PluginError, ValidatorPlugin};
use synth_rules::plugins::plugin_value;

use crate::check::{Check, CheckName, Status, Violation};

/// Different reasons that are told apart for one validator; the others are counted together.
const MAX_REASONS: usize = 10;

/// Shows every record to some validators and counts what they find, by validator and reason.
#[derive(Debug, Default)]
pub struct PluginCheck {
    validators: Vec<(String, Arc<dyn ValidatorPlugin>)>,
    found: BTreeMap<String, Vec<Violation>>,
    n_records: u64,
    n_violations: u64,
}

impl PluginCheck {
    /// Takes validators with the names by which they are told.
    #[must_use]
    pub fn new(validators: Vec<(String, Arc<dyn ValidatorPlugin>)>) -> Self {
        Self { validators, ..Self::default() }
    }

    /// Takes one synthetic record.
    ///
    /// # Errors
    ///
    /// A validator that could not look at it.
    pub fn check_record(&mut self, place: Place, record: &Value) -> Result<(), PluginError> {
        self.n_records += 1;
        if self.validators.is_empty() {
            return Ok(());
        }
        let seen = plugin_value(record);
        for (name, validator) in &self.validators {
            let verdict = validator.check_record(&seen).map_err(|mut error| {
                error.place.record = place.record;
                error
            })?;
            let Some(reason) = verdict else { continue };
            self.n_violations += 1;
            let found = self.found.entry(name.clone()).or_default();
            let is_new = !found.iter().any(|known| known.reason == reason);
            let reason =
                if is_new && found.len() >= MAX_REASONS { "other reasons".to_owned() } else { reason };
            match found.iter_mut().find(|known| known.reason == reason) {
                Some(known) => known.count += 1,
                None => found.push(Violation {
                    path: format!("$ (validator {name})"),
                    reason,
                    count: 1,
                    place: Some(place.clone().into()),
                }),
            }
        }
        Ok(())
    }

    /// Returns the outcome.
    #[must_use]
    pub fn finish(self) -> Check {
        let violations = self.found.into_values().flatten().collect();
        let check = Check::of(CheckName::Plugins, self.n_records, violations);
        Check { n_violations: self.n_violations, ..check }
    }

    /// Returns the outcome when validators were named but not run.
    #[must_use]
    pub fn not_run(why: &str) -> Check {
        let check = Self::default().finish();
        Check { status: Status::NotChecked, notes: vec![why.to_owned()], ..check }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use synth_core::plugin::PluginValue;

    /// Finds numbers fault, one reason for each.
    #[derive(Debug)]
    struct NoNumbers;

    impl ValidatorPlugin for NoNumbers {
        fn check_record(&self, record: &PluginValue) -> Result<Option<String>, PluginError> {
            match record {
                PluginValue::Integer(13) => Err(PluginError::new("unlucky")),
                PluginValue::Integer(number) => Ok(Some(format!("a number that ends in {}", number % 20))),
                _ => Ok(None),
            }
        }
    }

    #[test]
    fn reasons_are_counted() {
        let mut check = PluginCheck::new(vec![("no_numbers".to_owned(), Arc::new(NoNumbers))]);
        for (record, value) in (0..).zip([json!(1), json!("x"), json!(21), json!(2)]) {
            check.check_record(Place { record: Some(record), ..Place::default() }, &value).unwrap();
        }
        let outcome = check.finish();
        assert_eq!((outcome.status, outcome.n_checked, outcome.n_violations), (Status::Failed, 4, 3));
        assert_eq!(outcome.violations.len(), 2);
        assert_eq!(outcome.violations[0].count, 2);
        assert_eq!(outcome.violations[0].place.as_ref().unwrap().record, Some(0));
    }

    #[test]
    fn reasons_do_not_grow_without_bound() {
        let mut check = PluginCheck::new(vec![("no_numbers".to_owned(), Arc::new(NoNumbers))]);
        for number in 20..40 {
            check.check_record(Place::default(), &json!(if number == 33 { 34 } else { number })).unwrap();
        }
        assert_eq!(check.found["no_numbers"].len(), MAX_REASONS + 1);
        assert_eq!(check.check_record(Place::default(), &json!(13)).unwrap_err().to_string(), "unlucky");
    }
}
