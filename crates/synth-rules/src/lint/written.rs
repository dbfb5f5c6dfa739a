//! What can be wrong with the params of `llm_text`.

use super::Report;
use super::params::{self, check_pattern};
use crate::error::ErrorKind;
use crate::generator::Generator;
use crate::written::LlmText;

/// Most texts of one pool; each is a question to the model.
const MAX_POOL: u32 = 10_000;

pub(super) fn problems(text: &LlmText, report: Report<'_>) {
    let limits = &text.constraints;
    if let (Some(min), Some(max)) = (limits.min_length, limits.max_length)
        && min > max
    {
        let reason = format!("`min_length` {min} is above {max}, the `max_length`");
        report(&["constraints", "min_length"], ErrorKind::Impossible { reason });
    }
    if let Some(Err(reason)) = limits.regex.as_deref().map(check_pattern) {
        report(&["constraints", "regex"], ErrorKind::BadPattern { reason });
    }
    let outside = |what: &str, range: &str| ErrorKind::Impossible { reason: format!("`{what}` is {range}") };
    if !(1..=MAX_POOL).contains(&text.pool_size()) {
        report(&["pool_size"], outside("pool_size", &format!("from 1 to {MAX_POOL}")));
    }
    if text.max_batch == Some(0) {
        report(&["max_batch"], outside("max_batch", "at least 1"));
    }
    if text.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        report(&["temperature"], outside("temperature", "a number from 0 to 2"));
    }
    match text.fallback.as_deref() {
        Some(Generator::LlmText(_) | Generator::Derived(_) | Generator::Copy(_) | Generator::Plugin(_)) => {
            let reason = "`fallback` is another generator that makes texts by itself".to_owned();
            report(&["fallback"], ErrorKind::Impossible { reason });
        }
        // The keys are said to stand in `params`, beside which the fallback is.
        Some(fallback) => {
            params::problems(fallback, &mut |keys, kind| {
                report(&[&["fallback", "params"], keys].concat(), kind)
            });
        }
        None => {}
    }
}
