//! From rules to changed rules.

use serde_json::Value;
use synth_core::{JsonPath, TimeFormat, Timestamp, cast};

use super::profile::{self, Cycle};
use super::{Amount, Modification, Moments, Probs, ProfileChange, Scenario, moments};
use crate::error::{ErrorKind, suggest};
use crate::field::{Constraints, FieldRule};
use crate::generator::{Categorical, Generator, Literal, TemporalRhythmic, read_time};
use crate::lint::{Problem, lint};
use crate::rule_set::RuleSet;
use crate::yaml::Step;

impl RuleSet {
    /// Returns the rules as a scenario changes them.
    ///
    /// # Errors
    ///
    /// Everything that does not fit these rules, and everything that is wrong with the changed ones.
    pub fn with_scenario(&self, scenario: &Scenario) -> Result<Self, Vec<Problem>> {
        let mut changes = Changes { rules: self.clone(), problems: Vec::new() };
        for (path, modification) in &scenario.modifications {
            changes.modify(path, modification);
        }
        if let Some(range) = &scenario.temporal_range {
            changes.set_range(scenario, range);
        }
        if let Some(rows) = scenario.rows {
            changes.set_rows(rows);
        }
        if changes.problems.is_empty() {
            changes.problems = of_changed_rules(&changes.rules, scenario);
        }
        if changes.problems.is_empty() { Ok(changes.rules) } else { Err(changes.problems) }
    }
}

/// Problems of the changed rules, at the modification that speaks of the same path.
fn of_changed_rules(rules: &RuleSet, scenario: &Scenario) -> Vec<Problem> {
    let place = |problem: Problem| {
        let path = scenario.modifications.keys().find(|path| problem.steps.contains(&Step::from(*path)));
        let steps = match path {
            Some(path) => steps(path, &[]),
            None => Vec::new(),
        };
        Problem { steps, ..problem }
    };
    lint(rules).into_iter().map(place).collect()
}

fn steps(path: &JsonPath, keys: &[&str]) -> Vec<Step> {
    let base = [Step::from("modifications"), path.into()];
    base.into_iter().chain(keys.iter().map(|key| Step::from(*key))).collect()
}

struct Changes {
    rules: RuleSet,
    problems: Vec<Problem>,
}

impl Changes {
    fn refuse(&mut self, path: &JsonPath, keys: &[&str], reason: impl Into<String>) {
        let kind = ErrorKind::Impossible { reason: reason.into() };
        self.problems.push(Problem { steps: steps(path, keys), kind });
    }

    fn keep(&mut self, path: &JsonPath, key: &str, result: Result<(), String>) {
        if let Err(reason) = result {
            self.refuse(path, &[key], reason);
        }
    }

    fn modify(&mut self, path: &JsonPath, change: &Modification) {
        if *change == Modification::default() {
            self.refuse(path, &[], "the modification changes nothing");
            return;
        }
        if let Some(length) = &change.length {
            match self.rules.shape.get_mut(path) {
                Some(shape) => shape.length = length.clone(),
                None => self.unknown(path),
            }
            // The length is what is asked for now, not the number of rows.
            let is_main = self.rules.globals.main_collection.as_ref() == Some(path);
            self.rules.globals.main_collection.take_if(|_| is_main);
        }
        if *change == (Modification { length: change.length.clone(), ..Modification::default() }) {
            return;
        }
        let Some(mut rule) = self.rules.fields.get(path).cloned() else {
            return self.unknown(path);
        };
        rule.presence = change.presence.unwrap_or(rule.presence);
        rule.null_rate = change.null_rate.unwrap_or(rule.null_rate);
        if let Some(faults) = &change.faults {
            rule.faults = faults.clone();
        }
        if !change.constraints.is_empty() {
            self.keep(path, "constraints", set_constraints(&mut rule, change));
        }
        if let Some(probs) = &change.probs {
            self.keep(path, "probs", set_probs(&mut rule, probs));
        }
        self.set_moments(path, change, &mut rule);
        let hours = (&change.hour_profile, "hour_profile", Cycle::Hours);
        let days = (&change.weekday_profile, "weekday_profile", Cycle::Weekdays);
        for (profile, key, cycle) in [hours, days] {
            if let Some(profile) = profile {
                self.keep(path, key, set_profile(&mut rule, profile, cycle));
            }
        }
        self.rules.fields.insert(path.clone(), rule);
    }

    fn unknown(&mut self, path: &JsonPath) {
        let known = self.rules.fields.keys().chain(self.rules.shape.keys());
        let known: Vec<String> = known.map(ToString::to_string).collect();
        let path_text = path.to_string();
        let suggestion =
            suggest(&path_text, known.iter().map(String::as_str).filter(|known| *known != path_text));
        let kind = ErrorKind::UnknownPath { path: path_text, suggestion };
        self.problems.push(Problem { steps: steps(path, &[]), kind });
    }

    fn set_moments(&mut self, path: &JsonPath, change: &Modification, rule: &mut FieldRule) {
        let (how, by) = match (change.distribution, &change.params) {
            (None, None) => return,
            (Some(how), Some(by)) if *by != Moments::default() => (how, by),
            (Some(_), _) => {
                return self.refuse(
                    path,
                    &["distribution"],
                    "`distribution` needs `params` with `mean` or `std`",
                );
            }
            (None, Some(_)) => {
                return self.refuse(path, &["params"], "`params` needs `distribution`: shift, scale or set");
            }
        };
        let mut is_number = false;
        for kind in &mut rule.kinds {
            let limits = kind.constraints.clone();
            if let Some(Generator::Parametric(params)) = &kind.generator {
                kind.generator = Some(Generator::QuantileSample(params.sample()));
            }
            if let Some(Generator::Kde(kde)) = &kind.generator {
                kind.generator = Some(Generator::QuantileSample(kde.sample()));
            }
            if let Some(Generator::QuantileSample(sample)) = &mut kind.generator {
                is_number = true;
                let changed = moments::change(sample, &limits, how, by);
                self.keep(path, "params", changed);
            }
        }
        if !is_number {
            self.refuse(
                path,
                &["distribution"],
                "only numbers of `quantile_sample` and `parametric` have a mean that can be changed",
            );
        }
    }

    fn set_range(&mut self, scenario: &Scenario, range: &[String; 2]) {
        let step = || vec![Step::from("temporal_range")];
        for (index, text) in range.iter().enumerate() {
            if read_time(text).is_none() {
                let steps = [step(), vec![Step::from(&index)]].concat();
                self.problems.push(Problem { steps, kind: ErrorKind::BadTime { text: text.clone() } });
            }
        }
        let moments = (read_time(&range[0]), read_time(&range[1]));
        if let (Some(first), Some(last)) = moments
            && first > last
        {
            self.problems
                .push(Problem { steps: step(), kind: ErrorKind::NotRising { list: "temporal_range" } });
        }
        let is_named = |path: &JsonPath| scenario.modifications.contains_key(path);
        let some_named = self.rules.fields.iter().any(|(path, rule)| is_named(path) && has_times(rule));
        let fields = self.rules.fields.iter_mut();
        let chosen = fields.filter(|(path, rule)| if some_named { is_named(path) } else { !rule.personal });
        for times in
            chosen.flat_map(|(_, rule)| &mut rule.kinds).filter_map(|kind| times_of(&mut kind.generator))
        {
            times.quantiles = vec![0.0, 100.0];
            times.values = vec![range[0].clone(), last_step(times, range)];
            times.spikes.clear();
        }
    }

    fn set_rows(&mut self, rows: Amount) {
        let present = self.rules.globals.default_n;
        let changed = match (rows, present) {
            (Amount::Number(number), _) => Some(number),
            (Amount::Percent(percent), Some(present)) => Some(present as f64 * (1.0 + percent / 100.0)),
            (Amount::Percent(_), None) => None,
        };
        match changed.filter(|number| *number >= 0.0) {
            Some(number) => self.rules.globals.default_n = Some(cast::round_to_u64(number)),
            None => {
                let reason = "`rows` is negative, or a share of a `default_n` that the rules do not have";
                let kind = ErrorKind::Impossible { reason: reason.to_owned() };
                self.problems.push(Problem { steps: vec![Step::from("rows")], kind });
            }
        }
    }
}

/// The last moment of a range that is a step of the times; they would be rounded beyond it else.
fn last_step(times: &TemporalRhythmic, range: &[String; 2]) -> String {
    let moments = read_time(&range[0]).zip(read_time(&range[1])).zip(times.resolution);
    let Some(((first, last), step)) = moments else { return range[1].clone() };
    let floor = last - last.rem_euclid(step.micros().max(1));
    let mut text = String::new();
    let written =
        TimeFormat::parse("%Y-%m-%dT%H:%M:%S%.6fZ").map(|form| form.write(Timestamp(floor), &mut text));
    if floor >= first && matches!(written, Ok(Ok(()))) { text } else { range[1].clone() }
}

fn has_times(rule: &FieldRule) -> bool {
    rule.kinds.iter().any(|kind| matches!(kind.generator, Some(Generator::TemporalRhythmic(_))))
}

fn times_of(generator: &mut Option<Generator>) -> Option<&mut TemporalRhythmic> {
    match generator {
        Some(Generator::TemporalRhythmic(times)) => Some(times),
        _ => None,
    }
}

fn set_profile(rule: &mut FieldRule, change: &ProfileChange, cycle: Cycle) -> Result<(), String> {
    if !has_times(rule) {
        return Err("only times of `temporal_rhythmic` have a profile".to_owned());
    }
    for times in rule.kinds.iter_mut().filter_map(|kind| times_of(&mut kind.generator)) {
        let weights = match cycle {
            Cycle::Hours => &mut times.hour_profile,
            Cycle::Weekdays => &mut times.weekday_profile,
        };
        profile::change(weights, change, cycle)?;
    }
    Ok(())
}

fn set_constraints(rule: &mut FieldRule, change: &Modification) -> Result<(), String> {
    for kind in rule.kinds.iter_mut().filter(|kind| kind.generator.is_some()) {
        let mut value = serde_json::to_value(&kind.constraints).map_err(|error| error.to_string())?;
        if let Value::Object(map) = &mut value {
            for (key, new) in &change.constraints {
                match new {
                    Value::Null => _ = map.shift_remove(key),
                    new => _ = map.insert(key.clone(), new.clone()),
                }
            }
        }
        kind.constraints = serde_json::from_value::<Constraints>(value).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn set_probs(rule: &mut FieldRule, probs: &Probs) -> Result<(), String> {
    let list = rule.kinds.iter_mut().find_map(|kind| match &mut kind.generator {
        Some(Generator::Categorical(list)) => Some(list),
        _ => None,
    });
    let list = list.ok_or("only values of `categorical` have probabilities")?;
    match probs {
        Probs::List(probs) => list.probs.clone_from(probs),
        Probs::ByValue(named) => {
            list.probs = by_value(list, named)?;
            list.normalize = false;
        }
    }
    Ok(())
}

/// The probabilities that are named, and the others in the ratios they have.
fn by_value(list: &Categorical, named: &indexmap::IndexMap<String, f64>) -> Result<Vec<f64>, String> {
    let names: Vec<String> = list.values.iter().map(Literal::text).collect();
    for (name, prob) in named {
        if !names.contains(name) {
            let hint = suggest(name, names.iter().map(String::as_str));
            let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
            return Err(format!("`{name}` is none of the values{hint}"));
        }
        if !(0.0..=1.0).contains(prob) {
            return Err(format!("the probability of `{name}` is not between 0 and 1"));
        }
    }
    let present = |at: usize| list.probs.get(at).copied().unwrap_or(1.0);
    let others: f64 = (0..names.len()).filter(|at| !named.contains_key(&names[*at])).map(present).sum();
    let left = 1.0 - named.values().sum::<f64>();
    if left < -1e-6 {
        return Err(format!("the probabilities sum to {}", 1.0 - left));
    }
    if others <= 0.0 && left > 1e-6 {
        return Err(format!("the probabilities sum to {}, and no other value is left", 1.0 - left));
    }
    let of = |at: usize| match named.get(&names[at]) {
        Some(prob) => *prob,
        None => left.max(0.0) * present(at) / others,
    };
    Ok((0..names.len()).map(of).collect())
}
