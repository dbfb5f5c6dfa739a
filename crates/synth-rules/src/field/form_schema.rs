//! The part of the JSON Schema of a rule that serde's types do not tell: which params a generator has.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::generator::{
    Categorical, Constant, CopyOf, Derived, Faker, Generator, MarkovText, Pattern, QuantileSample, Sequence,
    Template, TemporalRhythmic,
};
use crate::kde::Kde;
use crate::parametric::ParametricRule;
use crate::plugins::PluginCall;
use crate::series::Series;
use crate::written::LlmText;

/// Generators with the names of their params' definitions.
const PARAMS: [(&str, &str); 16] = [
    ("sequence", "Sequence"),
    ("pattern", "Pattern"),
    ("template", "Template"),
    ("markov_text", "MarkovText"),
    ("llm_text", "LlmText"),
    ("faker", "Faker"),
    ("categorical", "Categorical"),
    ("quantile_sample", "QuantileSample"),
    ("temporal_rhythmic", "TemporalRhythmic"),
    ("constant", "Constant"),
    ("parametric", "ParametricRule"),
    ("kde", "Kde"),
    ("series", "Series"),
    ("plugin", "PluginCall"),
    ("derived", "Derived"),
    ("copy", "CopyOf"),
];

/// The names of all generators.
pub(super) fn generator(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"description": "How values are made.", "type": "string", "enum": Generator::NAMES})
}

/// The params of any generator; which of them is told by [`bind_params`].
pub(super) fn params(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<Sequence>();
    schemas.subschema_for::<Pattern>();
    schemas.subschema_for::<Template>();
    schemas.subschema_for::<MarkovText>();
    schemas.subschema_for::<LlmText>();
    schemas.subschema_for::<Faker>();
    schemas.subschema_for::<Categorical>();
    schemas.subschema_for::<QuantileSample>();
    schemas.subschema_for::<TemporalRhythmic>();
    schemas.subschema_for::<Constant>();
    schemas.subschema_for::<ParametricRule>();
    schemas.subschema_for::<Kde>();
    schemas.subschema_for::<Series>();
    schemas.subschema_for::<Derived>();
    schemas.subschema_for::<CopyOf>();
    schemas.subschema_for::<PluginCall>();
    schemars::json_schema!({"description": "Params of the generator.", "type": "object"})
}

/// The fallback of `llm_text`: another generator with its params.
pub(super) fn fallback(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Generator::NAMES.into_iter().filter(|name| *name != "llm_text").collect();
    schemars::json_schema!({
        "description": "How texts of `llm_text` are made that no model makes.",
        "type": "object",
        "required": ["generator"],
        "additionalProperties": false,
        "properties": {
            "generator": {"type": "string", "enum": names},
            "params": {"description": "Params of the generator.", "type": "object"},
        },
    })
}

/// Adds that a generator's params are its own, and that it has some.
pub(super) fn bind_params(schema: &mut Schema) {
    let of = |(generator, definition): (&str, &str)| {
        json!({
            "if": {"properties": {"generator": {"const": generator}}, "required": ["generator"]},
            "then": {
                "properties": {"params": {"$ref": format!("#/definitions/{definition}")}},
                "required": ["params"],
            },
        })
    };
    schema.insert("allOf".to_owned(), Value::Array(PARAMS.into_iter().map(of).collect()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RuleSet;

    #[test]
    fn every_generator_with_params_has_a_definition() {
        let schema = RuleSet::json_schema();
        let without = ["uuid_v4", "uuid_v7", "ulid"];
        for name in Generator::NAMES {
            let known = PARAMS.iter().find(|(generator, _)| *generator == name);
            assert_ne!(known.is_some(), without.contains(&name), "{name}");
            assert!(
                known.is_none_or(|(_, definition)| schema["definitions"][definition].is_object()),
                "{name}"
            );
        }
    }
}
