//! From a profile to rules.

use indexmap::IndexMap;
use synth_core::{JsonPath, JsonType, Rate, Segment, TimeFormat, cast, math};
use synth_profile::Profile;
use synth_profile::profile::{FieldProfile, LengthProfile, SampleLayout, VariantCaseProfile, VariantProfile};

use crate::faults::Faults;
use crate::field::{FieldRule, FieldType, ValueKind};
use crate::generator::{Categorical, FakerMethod, Generator, Literal};
use crate::plugins::Plugins;
use crate::relationship::Relationship;
use crate::resolution::Resolution;
use crate::rule_set::{
    Globals, Layout, Metadata, ModelClaim, Privacy, RuleSet, VERSION, VariantCase, Variants,
};
use crate::shape::{LengthRule, ShapeRule};
use crate::value_type::{TypeShares, ValueType};

mod along;
mod implied;
mod keys;
mod knots;
mod labels;
mod lookup;
mod number;
mod people;
mod phrase;
mod recurring;
mod referring;
mod relation;
pub(crate) mod share;
mod text;
mod time;

use share::apportion;

/// Numbers whose digits exceed this are not made one by one: 2^53.
const LARGE: f64 = 9_007_199_254_740_992.0;

/// Made-up values of which there are billions.
const MANY_VALUES: [FakerMethod; 5] = [
    FakerMethod::Email,
    FakerMethod::UserName,
    FakerMethod::CreditCard,
    FakerMethod::Iban,
    FakerMethod::MacAddress,
];

/// What a model contributed, for those who read the rules.
fn by_model(profile: &Profile) -> Vec<ModelClaim> {
    let claims = profile.assisted.iter().flat_map(synth_profile::Assisted::accepted);
    let claim = |claim: &synth_profile::Claim| ModelClaim {
        claim: claim.statement(),
        source: "model".to_owned(),
        confidence: claim.confidence,
        rows: claim.evidence.n_rows,
    };
    claims.map(claim).collect()
}

impl RuleSet {
    /// Returns the rules that make data like the profiled sample.
    ///
    /// Containers that are always there and have members of their own get no rule: the paths below them imply them.
    #[must_use]
    pub fn from_profile(profile: &Profile) -> Self {
        let mut fields = IndexMap::new();
        let mut shape = IndexMap::new();
        for field in &profile.fields {
            if let Some(rule) = field_rule(field, profile) {
                fields.insert(field.path.clone(), rule);
            }
            if let (Some(length), false) = (&field.length, field.n_values == 0) {
                let step = if field.is_dictionary { Segment::Members } else { Segment::Elements };
                let path = field.path.join(step);
                let grows = !lookup::is_lookup(&path, profile);
                shape.insert(path, ShapeRule { grows, ..ShapeRule::new(length_rule(length)) });
            }
        }
        let mut relationships = relation::relationships(&profile.relations);
        labels::promise(&mut fields, profile);
        labels::promise_numbers(&mut fields, profile);
        keys::settle(&mut fields, &relationships, profile);
        keys::loosen(&mut fields, &mut relationships, profile);
        let entities = people::introduce(&mut fields, &relationships, profile);
        referring::simplify(&mut fields, &relationships, profile);
        recurring::settle(&mut fields, &relationships);
        implied::drop_orders(&mut relationships);
        implied::drop_ends(&mut relationships);
        knots::thin(&mut fields, &mut shape, &mut relationships);
        let along = along::axes(profile, &fields, &relationships);
        let variants = profile
            .variants
            .iter()
            .filter(|variant| may_have_a_say(variant, &relationships))
            .map(|variant| (variant.path.clone(), variants(variant, &fields)))
            .collect();
        Self {
            version: VERSION,
            metadata: Metadata {
                source: profile.source.clone(),
                profiled_rows: profile.n_records,
                by_model: by_model(profile),
            },
            globals: globals(profile),
            shape,
            fields,
            entities,
            relationships,
            variants,
            predicates: Vec::new(),
            along,
            model: None,
            plugins: Plugins::default(),
            scenarios: IndexMap::new(),
            privacy: Privacy { k: profile.k },
        }
    }
}

fn globals(profile: &Profile) -> Globals {
    let main = profile.main_collection.as_ref();
    let rows = main.and_then(|path| profile.fields.iter().find(|field| field.path == *path));
    Globals {
        default_n: Some(rows.map_or(profile.n_records, |field| field.n_values)),
        layout: match profile.layout {
            SampleLayout::JsonLines => Layout::JsonLines,
            SampleLayout::Array => Layout::Array,
            SampleLayout::Document => Layout::Document,
        },
        main_collection: main.cloned(),
        ..Globals::default()
    }
}

/// The rule of a path; `None` when the paths around it say all there is to say.
fn field_rule(field: &FieldProfile, profile: &Profile) -> Option<FieldRule> {
    let is_tuple_element = matches!(field.path.segments().last(), Some(Segment::Elements))
        && profile
            .fields
            .iter()
            .any(|other| other.is_tuple && Some(&other.path) == field.path.parent().as_ref());
    if field.n_values == 0 || is_tuple_element || is_plain_container(field, profile) {
        return None;
    }
    let kinds = kinds(field);
    let unique = is_unique(field, &kinds);
    Some(FieldRule {
        presence: share::rounded(field.presence()),
        null_rate: if field.n_of(JsonType::Null) == field.n_values {
            Rate::ZERO
        } else {
            share::rounded(field.null_rate())
        },
        unique,
        personal: field.text.as_ref().is_some_and(|text| text.personal.is_some())
            || field.number.as_ref().is_some_and(|number| number.personal.is_some()),
        semantic_type: field
            .text
            .as_ref()
            .and_then(|text| text.personal.clone().or_else(|| text.semantic_type.clone()))
            .or_else(|| {
                let number = field.number.as_ref()?;
                number.personal.clone().or_else(|| number.semantic_type.clone())
            }),
        faults: Faults::default(),
        kinds,
    })
}

/// An object or array that is always there, never anything else, and has paths below it.
fn is_plain_container(field: &FieldProfile, profile: &Profile) -> bool {
    let containers = field.n_of(JsonType::Object).max(field.n_of(JsonType::Array));
    let has_parts = profile
        .fields
        .iter()
        .any(|other| other.n_values > 0 && other.path.parent().is_some_and(|parent| parent == field.path));
    containers == field.n_values && field.n_values == field.n_slots && has_parts
}

/// The kinds of non-null values with their shares.
fn kinds(field: &FieldProfile) -> Vec<ValueKind> {
    let mut weighted: Vec<(u64, ValueKind)> = Vec::new();
    let plain = |field_type, generator| ValueKind {
        share: Rate::ONE,
        field_type,
        generator,
        constraints: crate::field::Constraints::default(),
    };
    for (json_type, field_type) in
        [(JsonType::Object, FieldType::Object), (JsonType::Array, FieldType::Array)]
    {
        weighted.push((field.n_of(json_type), plain(field_type, None)));
    }
    let n_booleans = field.n_of(JsonType::Boolean);
    weighted.push((n_booleans, plain(FieldType::Boolean, Some(booleans(field.n_true, n_booleans)))));
    if let Some(number) = &field.number {
        let (n_integers, n_others) = (field.n_of(JsonType::Integer), field.n_of(JsonType::Number));
        weighted.push((number.count, number::kind(number, n_integers, n_others)));
    }
    if let Some(text) = &field.text {
        weighted.extend(text::kinds(text));
    }
    weighted.retain(|(weight, _)| *weight > 0);
    if weighted.is_empty() {
        return vec![plain(FieldType::Null, None)];
    }
    let weights: Vec<u64> = weighted.iter().map(|(weight, _)| *weight).collect();
    weighted
        .into_iter()
        .zip(apportion(&weights))
        .map(|((_, kind), share)| ValueKind { share, ..kind })
        .collect()
}

fn booleans(n_true: u64, count: u64) -> Generator {
    let (values, weights) = match (n_true, count - n_true) {
        (0, n_false) => (vec![Literal::Bool(false)], vec![n_false]),
        (n_true, 0) => (vec![Literal::Bool(true)], vec![n_true]),
        (n_true, n_false) => (vec![Literal::Bool(true), Literal::Bool(false)], vec![n_true, n_false]),
    };
    let probs = apportion(&weights).into_iter().map(Rate::get).collect();
    Generator::Categorical(Categorical { values, probs, normalize: false })
}

/// Uniqueness is promised for keys of one kind whose generator can keep it.
fn is_unique(field: &FieldProfile, kinds: &[ValueKind]) -> bool {
    let is_key = match (&field.number, &field.text) {
        (Some(number), None) => number.is_key,
        (None, Some(text)) => text.is_key,
        _ => false,
    };
    let can_keep = match kinds {
        [kind] => can_keep(kind),
        _ => false,
    };
    is_key && can_keep && !matches!(field.path.segments().last(), Some(Segment::MemberKeys))
}

/// Tells whether a generator makes as many different values as are asked for, or nearly so.
fn can_keep(kind: &ValueKind) -> bool {
    match &kind.generator {
        Some(Generator::UuidV4 | Generator::UuidV7 | Generator::Ulid | Generator::Sequence(_)) => true,
        Some(Generator::QuantileSample(sample)) => {
            let is_told = kind.field_type == FieldType::Integer || kind.constraints.decimals.is_some();
            let scale = math::pow10(i32::from(kind.constraints.decimals.unwrap_or(0)));
            is_told && sample.values.iter().all(|value| value.abs() * scale < LARGE)
        }
        Some(Generator::TemporalRhythmic(times)) => {
            let own = TimeFormat::parse(&times.format).map_or(1, |format| format.resolution_micros());
            times.tells_moments_apart(times.resolution.map_or(own, Resolution::micros))
        }
        Some(Generator::Faker(faker)) => MANY_VALUES.contains(&faker.method),
        // The profile calls only those strings keys whose patterns have room.
        Some(Generator::Pattern(_)) => true,
        _ => false,
    }
}

fn length_rule(length: &LengthProfile) -> LengthRule {
    if let Some(curve) = &length.curve {
        return LengthRule::Empirical { quantiles: curve.percent.clone(), values: curve.values.clone() };
    }
    match length.counts.as_slice() {
        [] => LengthRule::Constant { value: 0 },
        [(value, _)] => LengthRule::Constant { value: *value },
        counts => LengthRule::Categorical {
            values: counts.iter().map(|(value, _)| *value).collect(),
            probs: apportion(&counts.iter().map(|(_, count)| *count).collect::<Vec<_>>()),
        },
    }
}

/// Tells whether the tag of a union is not decided by something finer: where it follows from a key, so do the types, and a
/// tag that is drawn first would have a say in which rows are referred to. A union that tells members is what the data are.
fn may_have_a_say(variant: &VariantProfile, relationships: &[Relationship]) -> bool {
    let tells_members = variant.cases.iter().any(|case| !case.presence.is_empty());
    let n_cases = cast::to_u64(variant.cases.len());
    let is_finer = |relationship: &Relationship| match relationship {
        Relationship::FunctionalDep { rhs, distinct: Some(distinct), .. } => {
            rhs.contains(&variant.discriminator) && *distinct > n_cases
        }
        _ => false,
    };
    tells_members || !relationships.iter().any(is_finer)
}

fn variants(variant: &VariantProfile, fields: &IndexMap<JsonPath, FieldRule>) -> Variants {
    let case = |case: &VariantCaseProfile| VariantCase {
        when: text::tag_literal(&case.when),
        always: paths_where(case, Rate::is_one),
        sometimes: paths_where(case, |rate| !rate.is_one() && !rate.is_zero())
            .into_iter()
            .map(|path| {
                let rate = case.presence[&path];
                (path, share::rounded(rate))
            })
            .collect(),
        types: case
            .types
            .iter()
            .map(|(path, counts)| (path.clone(), types(counts)))
            .filter(|(path, types)| fields.get(path).is_some_and(|rule| types.fit(rule)))
            .collect(),
    };
    Variants { discriminator: variant.discriminator.clone(), cases: variant.cases.iter().map(case).collect() }
}

/// The types of a field in one case, whose shares sum to 1.
fn types(counts: &IndexMap<JsonType, u64>) -> TypeShares {
    let of = |json_type: JsonType| match json_type {
        JsonType::Null => ValueType::Null,
        JsonType::Boolean => ValueType::Boolean,
        JsonType::Integer | JsonType::Number => ValueType::Number,
        JsonType::String => ValueType::String,
        JsonType::Array => ValueType::Array,
        JsonType::Object => ValueType::Object,
    };
    let weights: Vec<u64> = counts.values().copied().collect();
    counts.keys().map(|json_type| of(*json_type)).zip(apportion(&weights)).collect()
}

fn paths_where(case: &VariantCaseProfile, wanted: impl Fn(Rate) -> bool) -> Vec<JsonPath> {
    case.presence.iter().filter(|(_, rate)| wanted(**rate)).map(|(path, _)| path.clone()).collect()
}
