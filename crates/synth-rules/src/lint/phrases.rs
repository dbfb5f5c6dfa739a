//! What can be wrong with templates and chains of words.

use super::Report;
use super::params::check_pattern;
use super::sums::{curve_problems, equal_lengths, no_negative, sum_to_one};
use crate::error::{ErrorKind, suggest};
use crate::generator::{FakerMethod, MarkovText, Slot, Template};

/// Slots of templates that are no methods of the faker.
const SLOTS: [&str; 4] = ["num", "domain", "first", "last"];

pub(crate) fn template(params: &Template, report: Report<'_>) {
    if let Some(reason) = params.file_problem() {
        let path = params.library.clone().unwrap_or_default();
        report(&["library"], ErrorKind::LibraryPath { path, reason });
        return;
    }
    if params.file().is_some() {
        // What its slots are, and how many texts there are, is known when the file is read.
        return slots(params, report);
    }
    if let Some(library) = &params.library
        && !Template::libraries().any(|known| known == library)
    {
        let known = Template::libraries().map(str::to_owned).collect();
        report(&["library"], ErrorKind::UnknownWord { word: library.clone(), known });
        return;
    }
    let all = params.resolved();
    let n_texts = all.texts().count();
    if n_texts == 0 {
        report(&["template"], ErrorKind::Impossible { reason: "there is no text".to_owned() });
    }
    let mut has_domain = false;
    let texts = params.templates.iter().enumerate();
    let several = texts.map(|(at, text)| (vec!["templates".to_owned(), at.to_string()], text));
    for (keys, text) in [(vec!["template".to_owned()], &params.template)].into_iter().chain(several) {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        has_domain |= slots_of(text, &all, &mut |kind| report(&keys, kind));
    }
    slots(params, report);
    if !params.domains.is_empty() && !has_domain {
        let because = "the template has no slot `domain`".to_owned();
        report(&["domains"], ErrorKind::IgnoredKey { key: "domains".to_owned(), because });
    }
    probabilities(("templates", n_texts), &params.probs, report);
}

fn slots(params: &Template, report: Report<'_>) {
    for (name, slot) in &params.slots {
        slot_problems(slot, &mut |keys, kind| report(&[&["slots", name], keys].concat(), kind));
    }
}

/// Reports the slots that do not exist; tells whether there is one for a domain.
fn slots_of(text: &str, all: &Template, report: &mut dyn FnMut(ErrorKind)) -> bool {
    let mut has_domain = false;
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("{{") {
        let Some((name, behind)) = behind.split_once("}}") else {
            report(ErrorKind::OpenSlot);
            return has_domain;
        };
        let name = name.trim();
        has_domain |= name == "domain";
        let methods = FakerMethod::ALL.iter().map(|(method, _)| *method);
        let known = || methods.clone().chain(SLOTS).chain(all.slots.keys().map(String::as_str));
        if !known().any(|known| known == name) {
            report(ErrorKind::UnknownSlot { name: name.to_owned(), suggestion: suggest(name, known()) });
        }
        rest = behind;
    }
    has_domain
}

fn slot_problems(slot: &Slot, report: Report<'_>) {
    match (&slot.pattern, slot.values.is_empty()) {
        (None, true) | (Some(_), false) => {
            let reason = "a slot has either `values` or a `pattern`".to_owned();
            report(&[], ErrorKind::Impossible { reason });
        }
        (Some(pattern), true) => {
            if let Err(reason) = check_pattern(pattern) {
                report(&["pattern"], ErrorKind::BadPattern { reason });
            }
        }
        (None, false) => {}
    }
    probabilities(("values", slot.values.len()), &slot.probs, report);
}

fn probabilities((what, n): (&'static str, usize), probs: &[f64], report: Report<'_>) {
    if !probs.is_empty() {
        equal_lengths((what, n), ("probs", probs.len()), report);
        sum_to_one(("probabilities", &["probs"]), probs, report);
        no_negative("probs", probs, report);
    }
}

pub(super) fn chain(params: &MarkovText, report: Report<'_>) {
    if !(1..=2).contains(&params.order) {
        report(&["order"], ErrorKind::Impossible { reason: "`order` is 1 or 2".to_owned() });
    }
    if !params.next.contains_key("") {
        let reason = "`next` has no entry for the start, the empty text".to_owned();
        report(&["next"], ErrorKind::Impossible { reason });
    }
    for (context, next) in &params.next {
        let weights: Vec<f64> = next.values().copied().collect();
        if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0)
            || weights.iter().sum::<f64>() <= 0.0
        {
            let reason = "the weights of the words that follow are not all above 0".to_owned();
            report(&["next", context], ErrorKind::Impossible { reason });
        }
    }
    if !params.quantiles.is_empty() || !params.lengths.is_empty() {
        curve_problems(("quantiles", &params.quantiles), ("lengths", &params.lengths), report);
    }
}
