//! What can be wrong with the params of a generator.

use synth_core::TimeFormat;

use super::sums::{
    TOLERANCE, curve_problems, equal_lengths, is_not_one, no_negative, percentages_rise, sum_to_one,
    without_noise,
};
use super::{Report, phrases};
use crate::error::ErrorKind;
use crate::generator::{
    Categorical, Faker, FakerMethod, Generator, Pattern, QuantileSample, Spike, TemporalRhythmic, TimeSpike,
    WrittenAs, ZoneShare,
};

pub(super) fn problems(generator: &Generator, report: Report<'_>) {
    match generator {
        Generator::Categorical(params) => categorical(params, report),
        Generator::QuantileSample(params) => quantiles(params, report),
        Generator::TemporalRhythmic(params) => times(params, report),
        Generator::Pattern(params) => patterns(params, report),
        Generator::Template(params) => phrases::template(params, report),
        Generator::MarkovText(params) => phrases::chain(params, report),
        Generator::LlmText(params) => super::written::problems(params, report),
        Generator::Faker(params) => faker(params, report),
        Generator::Parametric(params) => {
            if let Some(reason) = params.problem() {
                report(&[], ErrorKind::Impossible { reason });
            }
            shares_of_spikes(&probs_of(&params.spikes), report);
        }
        Generator::Series(params) => {
            for (keys, reason) in params.problems() {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                report(&keys, ErrorKind::Impossible { reason });
            }
        }
        Generator::Kde(params) => {
            if let Some((key, reason)) = params.problem() {
                report(&[key], ErrorKind::Impossible { reason });
            }
            shares_of_spikes(&probs_of(&params.spikes), report);
        }
        Generator::UuidV4
        | Generator::UuidV7
        | Generator::Ulid
        | Generator::Sequence(_)
        | Generator::Constant(_)
        | Generator::Plugin(_)
        | Generator::Derived(_)
        | Generator::Copy(_) => {}
    }
}

fn categorical(params: &Categorical, report: Report<'_>) {
    if params.values.is_empty() {
        report(&["values"], ErrorKind::Impossible { reason: "`values` is empty".to_owned() });
    }
    if params.probs.is_empty() {
        return;
    }
    equal_lengths(("values", params.values.len()), ("probs", params.probs.len()), report);
    let sum = without_noise(params.probs.iter().sum());
    if !params.normalize && is_not_one(sum) {
        report(&["probs"], ErrorKind::NotNormalized { sum, tolerance: TOLERANCE });
    }
    no_negative("probs", &params.probs, report);
}

fn quantiles(params: &QuantileSample, report: Report<'_>) {
    let spikes = probs_of(&params.spikes);
    let sum: f64 = spikes.iter().sum();
    let only_spikes = params.quantiles.is_empty() && params.values.is_empty() && sum >= 1.0 - TOLERANCE;
    if !only_spikes {
        curve_problems(("quantiles", &params.quantiles), ("values", &params.values), report);
    }
    shares_of_spikes(&spikes, report);
}

fn probs_of(spikes: &[Spike]) -> Vec<f64> {
    spikes.iter().map(|spike| spike.prob).collect()
}

fn times(params: &TemporalRhythmic, report: Report<'_>) {
    if let (Some(own), Some(resolution)) = (own_micros(params, report), params.resolution)
        && resolution.micros() % own != 0
    {
        let reason = format!("`resolution` {resolution} is no multiple of the last unit of `format`");
        report(&["resolution"], ErrorKind::Impossible { reason });
    }
    equal_lengths(("quantiles", params.quantiles.len()), ("values", params.values.len()), report);
    percentages_rise("quantiles", &params.quantiles, report);
    moments(params, report);
    time_spikes(&params.spikes, report);
    zones(&params.zones, report);
    for (name, weights, wanted) in
        [("weekday_profile", &params.weekday_profile, 7), ("hour_profile", &params.hour_profile, 24)]
    {
        if !weights.is_empty() && weights.len() != wanted {
            let reason = format!("`{name}` has {} weights, expected {wanted}", weights.len());
            report(&[name], ErrorKind::Impossible { reason });
        }
        no_negative(name, weights, report);
    }
}

/// The step of the format in microseconds; `None` when the format is wrong.
fn own_micros(params: &TemporalRhythmic, report: Report<'_>) -> Option<i64> {
    let is_number = params.written_as == WrittenAs::Number;
    if matches!(params.format.as_str(), "epoch_seconds" | "epoch_millis" | "epoch_micros" | "epoch_nanos") {
        if is_number {
            let because = "numbers from the epoch are written as numbers anyway".to_owned();
            report(&["written_as"], ErrorKind::IgnoredKey { key: "written_as".to_owned(), because });
        }
        return Some(1);
    }
    match TimeFormat::parse(&params.format) {
        Ok(_) if !params.format.contains('%') => {
            let reason = "it has no letter such as `%Y`".to_owned();
            report(&["format"], ErrorKind::BadTimeFormat { reason });
            None
        }
        Ok(format) => {
            if is_number && !format.is_digits() {
                let reason = "a time written as a number needs a format of digits only".to_owned();
                report(&["format"], ErrorKind::BadTimeFormat { reason });
            }
            Some(format.resolution_micros().max(1))
        }
        Err(error) => {
            report(&["format"], ErrorKind::BadTimeFormat { reason: error.to_string() });
            None
        }
    }
}

fn time_spikes(spikes: &[TimeSpike], report: Report<'_>) {
    for (index, spike) in spikes.iter().enumerate() {
        if spike.moment().is_none() {
            let keys = ["spikes", &index.to_string(), "value"];
            report(&keys, ErrorKind::BadTime { text: spike.value.clone() });
        }
    }
    shares_of_spikes(&spikes.iter().map(|spike| spike.prob).collect::<Vec<f64>>(), report);
}

/// Spikes leave the rest to the quantiles, so their sum may be below 1.
fn shares_of_spikes(spikes: &[f64], report: Report<'_>) {
    no_negative("spikes", spikes, report);
    let sum: f64 = spikes.iter().sum();
    if sum > 1.0 + TOLERANCE {
        let what = "the spikes' probabilities";
        report(&["spikes"], ErrorKind::BadProbabilities { what, sum, tolerance: TOLERANCE });
    }
}

fn zones(zones: &[ZoneShare], report: Report<'_>) {
    if zones.is_empty() {
        return;
    }
    let probs: Vec<f64> = zones.iter().map(|zone| zone.prob).collect();
    no_negative("zones", &probs, report);
    sum_to_one(("the zones' probabilities", &["zones"]), &probs, report);
    for (index, zone) in zones.iter().enumerate() {
        if !(-24 * 60 + 1..24 * 60).contains(&zone.minutes) {
            let reason = "a zone is a day or more ahead of UTC".to_owned();
            report(&["zones", &index.to_string(), "minutes"], ErrorKind::Impossible { reason });
        }
    }
}

/// Every entry of `values` is a time, and none is before the one above it.
fn moments(params: &TemporalRhythmic, report: Report<'_>) {
    let moments: Vec<Option<i64>> = params.moments().collect();
    for (index, (moment, text)) in moments.iter().zip(&params.values).enumerate() {
        if moment.is_none() {
            report(&["values", &index.to_string()], ErrorKind::BadTime { text: text.clone() });
        }
    }
    let known: Vec<i64> = moments.into_iter().flatten().collect();
    if !known.is_sorted() {
        report(&["values"], ErrorKind::NotRising { list: "values" });
    }
}

fn patterns(params: &Pattern, report: Report<'_>) {
    if params.patterns.is_empty() {
        report(&["patterns"], ErrorKind::Impossible { reason: "`patterns` is empty".to_owned() });
    }
    for (index, pattern) in params.patterns.iter().enumerate() {
        if let Err(reason) = check_pattern(pattern) {
            report(&["patterns", &index.to_string()], ErrorKind::BadPattern { reason });
        }
    }
    if !params.probs.is_empty() {
        equal_lengths(("patterns", params.patterns.len()), ("probs", params.probs.len()), report);
        sum_to_one(("probabilities", &["probs"]), &params.probs, report);
        no_negative("probs", &params.probs, report);
    }
}

/// An expression is read as the generator reads it: without Unicode classes, or with them when it needs them.
pub(super) fn check_pattern(pattern: &str) -> Result<(), String> {
    let parse = |unicode| {
        let hir = regex_syntax::ParserBuilder::new().unicode(unicode).build().parse(pattern);
        hir.map_err(|error| {
            // The parser draws the pattern with a caret; its last line says what is wrong.
            let message = error.to_string();
            let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("unknown error");
            last.trim_start_matches("error: ").to_owned()
        })
    };
    let hir = parse(false).or_else(|_| parse(true))?;
    match hir.properties().minimum_len() {
        Some(_) => Ok(()),
        None => Err("it describes no text at all".to_owned()),
    }
}

fn faker(params: &Faker, report: Report<'_>) {
    if params.quantiles.is_empty() && params.lengths.is_empty() {
        return;
    }
    if matches!(params.method, FakerMethod::Words | FakerMethod::Text) {
        curve_problems(("quantiles", &params.quantiles), ("lengths", &params.lengths), report);
        return;
    }
    for (key, list) in [("quantiles", &params.quantiles), ("lengths", &params.lengths)] {
        if !list.is_empty() {
            let because = "only the methods `words` and `text` have lengths".to_owned();
            report(&[key], ErrorKind::IgnoredKey { key: key.to_owned(), because });
        }
    }
}
