//! What a rule file says of one path, in words.

use synth_core::{JsonPath, Rate};

use crate::field::{FieldRule, ValueKind};
use crate::generator::{Categorical, Generator, Literal, QuantileSample};
use crate::relationship::{Relationship, Term};
use crate::rule_set::RuleSet;
use crate::series::Series;
use crate::shape::LengthRule;

mod expressions;

/// Values of a list that are named.
const N_SHOWN: usize = 5;

mod phrase;

impl RuleSet {
    /// Says in sentences how the values at a path are made, one for each thing that decides them; none when no rule
    /// speaks of the path.
    #[must_use]
    pub fn explain(&self, path: &JsonPath) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(rule) = self.fields.get(path) {
            field(rule, &mut lines);
        } else if self.fields.keys().any(|field| field.starts_with(path) && field != path) {
            lines.push("it has no rule of its own: the paths below it say that it is there".to_owned());
        }
        if let Some(shape) = self.shape.get(path) {
            lines.push(format!("it has {}", length(&shape.length)));
            if shape.distinct {
                lines.push("no element comes twice in it".to_owned());
            }
            if !shape.grows {
                lines.push("it keeps its size when -n or --scale change the other collections".to_owned());
            }
        }
        self.explain_variants(path, &mut lines);
        for relationship in &self.relationships {
            if relationship.named_paths().iter().any(|(_, named)| *named == path) {
                lines.push(relation(relationship, path));
            }
        }
        for along in &self.along {
            if along.time == *path {
                let fields: Vec<String> = along.fields.keys().map(ToString::to_string).collect();
                let moving =
                    if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
                lines.push(format!("the rows of {} run along it{moving}", along.table()));
            }
            if along.by.as_ref() == Some(path) {
                lines.push(format!("its values tell the series along {} apart", along.time));
            }
            if let Some(movement) = along.fields.get(path) {
                lines.push(format!("along {} it {}", along.time, movement.phrase()));
            }
        }
        expressions::followers(self, path, &mut lines);
        if let Some(model) = self.model.as_ref().and_then(|model| model.loaded.as_ref()) {
            lines.extend(model.explain(self, path));
        }
        for (name, scenario) in &self.scenarios {
            if scenario.modifications.contains_key(path) {
                lines.push(format!("the scenario `{name}` changes it"));
            }
        }
        lines
    }

    /// What unions say of a path.
    fn explain_variants(&self, path: &JsonPath, lines: &mut Vec<String>) {
        for (object, variants) in &self.variants {
            if variants.fields().contains(path) {
                let tag = &variants.discriminator;
                lines.push(format!(
                    "whether it is there depends on the value of {tag}, as `variants` of {object} says"
                ));
            }
            if variants.typed().contains(path) {
                let tag = &variants.discriminator;
                lines.push(format!("its type depends on the value of {tag}, as `variants` of {object} says"));
            }
            if variants.discriminator == *path {
                let what = if variants.typed().contains(object) {
                    format!("of which type {object} is")
                } else {
                    format!("which members {object} has")
                };
                lines.push(format!("its value decides {what}"));
            }
        }
    }
}

fn percent(share: Rate) -> String {
    format!("{} %", rounded(100.0 * share.get()))
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn field(rule: &FieldRule, lines: &mut Vec<String>) {
    if !rule.presence.is_one() {
        lines.push(format!("it is there in {} of the objects above it", percent(rule.presence)));
    }
    if !rule.null_rate.is_zero() {
        lines.push(format!("it is null in {} of the places where it is there", percent(rule.null_rate)));
    }
    if let Some(meaning) = &rule.semantic_type {
        lines.push(format!("its values mean: {meaning}"));
    }
    for kind in &rule.kinds {
        let share = if rule.kinds.len() > 1 {
            format!("{} of the values: ", percent(kind.share))
        } else {
            String::new()
        };
        lines.push(format!("{share}{}", values(kind)));
    }
    if rule.unique {
        lines.push("no value comes twice: values are numbered by row, not drawn".to_owned());
    }
    if rule.personal {
        lines.push("it is personal data, so no value of the sample stands in the rules".to_owned());
    }
    for (fault, share) in rule.faults.shares().iter().filter(|(_, share)| !share.is_zero()) {
        lines.push(format!("{} of the values are wrong on purpose: {fault}", percent(*share)));
    }
}

fn values(kind: &ValueKind) -> String {
    let field_type = kind.field_type.name();
    let Some(generator) = &kind.generator else {
        return format!("type {field_type}");
    };
    let made = match generator {
        Generator::UuidV4 => "random UUIDs".to_owned(),
        Generator::UuidV7 | Generator::Ulid => "identifiers that rise with the row".to_owned(),
        Generator::Sequence(sequence) => {
            format!(
                "row i gets {} + i * {}{}",
                sequence.start,
                sequence.step,
                if sequence.is_text() { ", with text around it" } else { "" }
            )
        }
        Generator::Pattern(pattern) => {
            format!("strings of {}", some(pattern.patterns.iter().map(|text| format!("`{text}`"))))
        }
        Generator::Template(template) => phrase::template(template),
        Generator::MarkovText(chain) => phrase::chain(chain),
        Generator::LlmText(text) => format!(
            "texts that a language model writes before the first row, {} to choose from; without one they are made by `{}`",
            text.pool_size(),
            text.fallback().name()
        ),
        Generator::Faker(faker) => {
            let of = faker.entity.as_ref().map(|name| format!(", a part of the entity `{name}`"));
            let of = of.unwrap_or_default();
            format!("made-up values of the kind `{}`, which belong to nobody{of}", method(faker))
        }
        Generator::Categorical(list) => format!("one of {}", choices(list)),
        Generator::QuantileSample(sample) => quantiles(sample),
        Generator::Parametric(params) => {
            let params = serde_json::to_string(params).unwrap_or_default();
            format!("numbers of the distribution {}", params.replace(['"', '{', '}'], ""))
        }
        Generator::Series(series) => along_rows(series),
        Generator::Kde(kde) => {
            let around = if kde.points.is_empty() { kde.values.len() } else { kde.points.len() };
            format!("numbers around {around} given ones, with a deviation of {} from them", kde.bandwidth())
        }
        Generator::TemporalRhythmic(times) => {
            let ends = times.values.first().zip(times.values.last());
            let ends = ends.map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
            let rhythm = match (times.weekday_profile.is_empty(), times.hour_profile.is_empty()) {
                (true, true) => "",
                (false, true) => ", by the rhythm of the week",
                (true, false) => ", by the rhythm of the day",
                (false, false) => ", by the rhythm of week and day",
            };
            format!("times{ends}, written as `{}`{rhythm}", times.format)
        }
        Generator::Constant(constant) => format!("always {}", literal(&constant.value)),
        Generator::Plugin(call) => format!("values of the plugin `{}`", call.name),
        Generator::Derived(derived) => {
            format!("the value of `{}`, null where that has none", derived.expression)
        }
        Generator::Copy(copy) => format!("the value of {}, null where that has none", copy.path),
    };
    format!("type {field_type}, generator {}: {made}", generator.name())
}

fn method(faker: &crate::generator::Faker) -> String {
    let all = crate::generator::FakerMethod::ALL;
    all.iter()
        .find(|(_, method)| *method == faker.method)
        .map_or_else(String::new, |(name, _)| (*name).to_owned())
}

fn median(quantiles: &[f64], values: &[f64]) -> Option<f64> {
    let at = quantiles.windows(2).position(|pair| pair[0] <= 50.0 && pair[1] >= 50.0)?;
    let share = (50.0 - quantiles[at]) / (quantiles[at + 1] - quantiles[at]);
    Some(rounded(values[at] + share * (values[at + 1] - values[at])))
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("`{text}`"),
        other => other.text(),
    }
}

fn choices(list: &Categorical) -> String {
    let sum: f64 = list.probs.iter().sum();
    let named = list.values.iter().enumerate().map(|(at, value)| match list.probs.get(at) {
        Some(prob) if sum > 0.0 => format!("{} ({} %)", literal(value), rounded(100.0 * prob / sum)),
        _ => literal(value),
    });
    some(named)
}

/// The first of some texts, and how many there are.
fn some(texts: impl ExactSizeIterator<Item = String>) -> String {
    let n = texts.len();
    let shown: Vec<String> = texts.take(N_SHOWN).collect();
    let more = if n > N_SHOWN { format!(" and {} more", n - N_SHOWN) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn quantiles(sample: &QuantileSample) -> String {
    let spikes = sample.spikes.len();
    let spikes = if spikes > 0 { format!(", beside {spikes} that repeat often") } else { String::new() };
    let ends = sample.values.first().zip(sample.values.last());
    let ends =
        ends.map_or_else(|| "numbers".to_owned(), |(low, high)| format!("numbers from {low} to {high}"));
    let median = median(&sample.quantiles, &sample.values);
    let median = median.map(|median| format!(", half of them up to {median}"));
    format!("{ends}{}{spikes}", median.unwrap_or_default())
}

fn along_rows(series: &Series) -> String {
    let periods: Vec<String> = series.seasons.iter().map(|season| season.period.to_string()).collect();
    let parts = [
        Some(format!("a level of {}", series.level)),
        series.trend.map(|trend| format!("a trend of {} a row", trend.per_row)),
        (!periods.is_empty()).then(|| format!("what repeats after {} rows", periods.join(" and "))),
        series.noise.map(|noise| format!("noise of deviation {}", noise.std)),
    ];
    format!("numbers along the rows: {}", parts.into_iter().flatten().collect::<Vec<String>>().join(", "))
}

fn length(rule: &LengthRule) -> String {
    match rule {
        LengthRule::Constant { value } => format!("always {value} elements"),
        LengthRule::Categorical { values, probs } => {
            let named = values.iter().zip(probs).map(|(value, prob)| format!("{value} ({})", percent(*prob)));
            format!("one of these numbers of elements: {}", some(named.collect::<Vec<_>>().into_iter()))
        }
        LengthRule::Empirical { values, .. } => match values.first().zip(values.last()) {
            Some((low, high)) => format!("between {low} and {high} elements, by quantiles"),
            None => "no elements".to_owned(),
        },
        named => {
            let told = serde_json::to_value(named).unwrap_or_default();
            let name = told["distribution"].as_str().unwrap_or_default().replace('_', " ");
            let params =
                told["params"].to_string().replace(['"', '{', '}'], "").replace(':', " ").replace(',', ", ");
            format!("a number of elements of the {name} distribution: {params}")
        }
    }
}

fn relation(relationship: &Relationship, path: &JsonPath) -> String {
    let others = |all: Vec<&JsonPath>| {
        let others: Vec<String> =
            all.into_iter().filter(|other| *other != path).map(ToString::to_string).collect();
        others.join(", ")
    };
    match relationship {
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } if paths.len() == 1 => {
            "it is a key: no value comes twice".to_owned()
        }
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
            format!("it is part of a key together with {}", others(paths.iter().collect()))
        }
        Relationship::ForeignKey { child, parent, coverage, .. } if child.paths().contains(path) => {
            format!(
                "{} of its values are those of rows of {}",
                percent(*coverage),
                others(parent.paths().iter().collect())
            )
        }
        Relationship::ForeignKey { child, .. } => {
            format!("{} refers to it", others(child.paths().iter().collect()))
        }
        Relationship::Ordering {
            low,
            high,
            strict,
            next_element: false,
            next_record: false,
            min_gap,
            max_gap,
            gap,
            ..
        } => {
            let least = min_gap.map(|gap| format!(", at least {gap} apart"));
            let most = max_gap.map(|gap| format!(", at most {gap} apart"));
            let usual = gap.as_ref().map(|_| ", at a distance that is drawn".to_owned());
            let gaps: String = least.into_iter().chain(most).chain(usual).collect();
            let (side, other) = if path == low {
                (if *strict { "less than" } else { "not larger than" }, high)
            } else {
                (if *strict { "larger than" } else { "not less than" }, low)
            };
            format!("it is {side} {other}{gaps}")
        }
        Relationship::Inequality { target, at_least, .. } => {
            let sum = sum(at_least);
            if path == target {
                format!("it is not less than {sum}")
            } else {
                format!("{target} is not less than {sum}")
            }
        }
        other => {
            let kind = serde_json::to_value(other).ok();
            let kind =
                kind.as_ref().and_then(|kind| kind["type"].as_str()).unwrap_or("relationship").to_owned();
            let paths = other.named_paths().into_iter().map(|(_, named)| named).collect();
            format!("a relationship of type {kind} binds it to {}", others(paths))
        }
    }
}

/// Terms with their factors, added.
fn sum(terms: &[Term]) -> String {
    let one = |term: &Term| match term {
        Term::Plain(path) => path.to_string(),
        Term::Scaled { path, factor } => format!("{factor} * {path}"),
    };
    terms.iter().map(one).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "
version: 2
shape: {'$.items[]': {length: {distribution: categorical, params: {values: [1, 4], probs: [0.25, 0.75]}}}}
fields:
  $.id: {type: string, unique: true, generator: uuid_v4}
  $.status: {type: enum, presence: 0.9, generator: categorical, params: {values: [open, paid], probs: [3, 1], normalize: true}}
  $.items[].price: {type: number, null_rate: 0.05, generator: quantile_sample, params: {quantiles: [0, 50, 100], values: [1, 8, 90]}}
  $.total: {type: number, generator: constant, params: {value: 0}}
  $.low: {type: integer, generator: constant, params: {value: 1}}
  $.high: {type: integer, generator: constant, params: {value: 9}}
  $.more: {type: integer, generator: constant, params: {value: 1}}
relationships:
- {type: arithmetic, target: $.total, operation: sum_over_elements, terms: ['$.items[].price']}
- {type: ordering, low: $.low, high: $.high, strict: true, min_gap: 5}
- {type: inequality, target: $.high, at_least: [$.low, {path: $.more, factor: 2}]}
scenarios:
  sale: {modifications: {$.status: {probs: [0.1, 0.9]}}}
";

    fn check(path: &str, expected: &[&str]) {
        let rules = RuleSet::parse(RULES, "rules").unwrap();
        assert_eq!(rules.explain(&JsonPath::parse(path).unwrap()), expected, "{path}");
    }

    #[test]
    fn rules_are_told_in_words() {
        check(
            "$.id",
            &[
                "type string, generator uuid_v4: random UUIDs",
                "no value comes twice: values are numbered by row, not drawn",
            ],
        );
        check(
            "$.status",
            &[
                "it is there in 90 % of the objects above it",
                "type enum, generator categorical: one of `open` (75 %), `paid` (25 %)",
                "the scenario `sale` changes it",
            ],
        );
        check(
            "$.items[]",
            &[
                "it has no rule of its own: the paths below it say that it is there",
                "it has one of these numbers of elements: 1 (25 %), 4 (75 %)",
            ],
        );
        check(
            "$.items[].price",
            &[
                "it is null in 5 % of the places where it is there",
                "type number, generator quantile_sample: numbers from 1 to 90, half of them up to 8",
                "a relationship of type arithmetic binds it to $.total",
            ],
        );
        check(
            "$.high",
            &[
                "type integer, generator constant: always 9",
                "it is larger than $.low, at least 5 apart",
                "it is not less than $.low + 2 * $.more",
            ],
        );
        check("$.nothing", &[]);
    }

    #[test]
    fn expressions_are_told_on_both_sides() {
        let rules = "
version: 2
fields:
  $.net: {type: number, generator: kde, params: {points: [1, 2], bandwidth: 0.5}}
  $.gross: {type: number, generator: derived, params: {expression: net * 1.2}}
  $.again: {type: number, generator: copy, params: {path: $.net}}
  $.load:
    type: number
    generator: series
    params: {level: 4, seasons: [{period: 24, amplitude: 1}], noise: {std: 2}}
predicates:
- {expression: gross > net}
";
        let rules = RuleSet::parse(rules, "rules").unwrap();
        let told = |path: &str| rules.explain(&JsonPath::parse(path).unwrap());
        assert_eq!(
            told("$.net"),
            [
                "type number, generator kde: numbers around 2 given ones, with a deviation of 0.5 from them",
                "the values of $.gross follow from it",
                "the values of $.again follow from it",
                "`synth validate` checks that `gross > net` holds at $",
            ]
        );
        assert_eq!(
            told("$.gross")[0],
            "type number, generator derived: the value of `net * 1.2`, null where that has none"
        );
        assert_eq!(
            told("$.load"),
            [
                "type number, generator series: numbers along the rows: a level of 4, what repeats after 24 rows, noise of deviation 2"
            ]
        );
    }
}
