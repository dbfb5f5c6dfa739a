//! What must not be sent, and what a question is known by.

use serde_json::Value;
use synth_core::hash::hash_bytes;
use synth_core::port::{ModelError, TextRequest};

/// Pairs of schema limits; a server hangs for good when a minimum is above its maximum.
const LIMITS: &[(&str, &str)] = &[
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
];

/// Keywords that servers ignore, or enforce in a way that spoils the answer: `maxLength` cuts within a word, a
/// `pattern` that is not understood lets any text pass. Answers are checked against them here instead.
const CHECKED_HERE: &[&str] = &["minLength", "maxLength", "pattern", "uniqueItems", "format"];

/// Longest list that a schema may ask for; servers make a grammar of it, letter by letter.
const MAX_ITEMS: u64 = 500;

/// A request whose schema was read and found fit to be sent.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The schema as it is sent; `None` for free text.
    pub(crate) sent: Option<Value>,
    /// What the answer is checked by.
    pub(crate) validator: Option<jsonschema::Validator>,
}

/// Looks at a request before it is sent.
///
/// # Errors
///
/// [`ModelError::BadAnswer`] for a schema that is no JSON object or not that of an object, or whose limits contradict each
/// other, and for a temperature that is no number from 0 up: the answer to such a request would be free text, or never come.
pub(crate) fn check(request: &TextRequest) -> Result<Checked, ModelError> {
    if !(request.temperature.is_finite() && request.temperature >= 0.0) {
        return Err(refused("its temperature is not a number from 0 up"));
    }
    if request.json_schema.is_empty() {
        return Ok(Checked { sent: None, validator: None });
    }
    let schema: Value =
        serde_json::from_str(&request.json_schema).map_err(|_| refused("its schema is not JSON"))?;
    if !schema.is_object() {
        return Err(refused("its schema is not an object"));
    }
    if schema["type"] != "object" {
        return Err(refused("its schema is not that of an object"));
    }
    if contradicts(&schema) {
        return Err(refused("its schema has a minimum above its maximum"));
    }
    if asks_for_too_much(&schema) {
        return Err(refused("its schema asks for too long a list"));
    }
    let validator =
        jsonschema::validator_for(&schema).map_err(|_| refused("its schema is not a JSON Schema"))?;
    Ok(Checked { sent: Some(portable(schema)), validator: Some(validator) })
}

pub(crate) fn refused(reason: &str) -> ModelError {
    ModelError::BadAnswer { reason: format!("the question was not asked, {reason}") }
}

fn contradicts(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let number = |key: &str| members.get(key).and_then(Value::as_f64);
            LIMITS.iter().any(|(min, max)| number(min).zip(number(max)).is_some_and(|(min, max)| min > max))
                || members.values().any(contradicts)
        }
        Value::Array(elements) => elements.iter().any(contradicts),
        _ => false,
    }
}

fn asks_for_too_much(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let is_long = |key: &str| members.get(key).and_then(Value::as_u64).is_some_and(|n| n > MAX_ITEMS);
            is_long("minItems") || is_long("maxItems") || members.values().any(asks_for_too_much)
        }
        Value::Array(elements) => elements.iter().any(asks_for_too_much),
        _ => false,
    }
}

/// Leaves out what is checked here only. Names of properties are no keywords.
fn portable(schema: Value) -> Value {
    let Value::Object(mut members) = schema else { return schema };
    members.retain(|key, _| !CHECKED_HERE.contains(&key.as_str()));
    for (key, value) in &mut members {
        let old = value.take();
        *value = match (key.as_str(), old) {
            ("properties" | "definitions" | "$defs", Value::Object(named)) => {
                named.into_iter().map(|(name, schema)| (name, portable(schema))).collect()
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.into_iter().map(portable).collect()
            }
            ("items" | "additionalProperties", schema) => portable(schema),
            (_, other) => other,
        };
    }
    Value::Object(members)
}

/// Returns the name of a request in a recording or cache: 32 hexadecimal digits that depend on every field.
pub(crate) fn key(request: &TextRequest) -> String {
    let digest = |salt: u8| {
        let mut bytes = vec![salt];
        for text in [&request.prompt, &request.json_schema, &request.stop] {
            let mut salted = vec![salt];
            salted.extend(text.as_bytes());
            bytes.extend(hash_bytes(&salted).to_le_bytes());
        }
        bytes.extend(request.max_tokens.to_le_bytes());
        bytes.extend(request.seed.to_le_bytes());
        bytes.extend(request.temperature.to_bits().to_le_bytes());
        // Questions without it are named as they were before there was any.
        bytes.extend(request.top_p.iter().flat_map(|top_p| top_p.to_bits().to_le_bytes()));
        hash_bytes(&bytes)
    };
    format!("{:016x}{:016x}", digest(0), digest(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(json_schema: &str) -> TextRequest {
        TextRequest {
            prompt: "secret".to_owned(),
            json_schema: json_schema.to_owned(),
            max_tokens: 8,
            seed: 7,
            temperature: 0.5,
            top_p: None,
            stop: String::new(),
        }
    }

    fn check_refused(request: &TextRequest, expected: &str) {
        let message = check(request).expect_err("an error").to_string();
        assert!(message.ends_with(expected) && !message.contains("secret"), "{message}");
    }

    #[test]
    fn requests_that_wedge_a_server_are_not_sent() {
        check_refused(&request("{"), "its schema is not JSON");
        check_refused(&request("\"foo\""), "its schema is not an object");
        check_refused(&request(r#"{"type":"array"}"#), "its schema is not that of an object");
        let nested = r#"{"type":"object","properties":{"a":{"items":[{"minLength":5,"maxLength":4}]}}}"#;
        check_refused(&request(nested), "its schema has a minimum above its maximum");
        let long = r#"{"type":"object","properties":{"a":{"type":"array","maxItems":5000}}}"#;
        check_refused(&request(long), "its schema asks for too long a list");
        check_refused(&request(r#"{"type":"object","properties":7}"#), "its schema is not a JSON Schema");
        for temperature in [f64::NAN, f64::INFINITY, -1.0] {
            check_refused(&TextRequest { temperature, ..request("") }, "not a number from 0 up");
        }
    }

    /// Catches keywords that reach the server, properties that are lost because they are named like one, and limits
    /// that are lost on our side.
    #[test]
    fn keywords_that_servers_spoil_are_checked_here() {
        let schema = r#"{"type":"object","required":["pattern"],"additionalProperties":false,"properties":{
            "pattern":{"type":"string","pattern":"a+","maxLength":3},
            "list":{"type":"array","uniqueItems":true,"maxItems":3,"items":{"type":"string","minLength":2}}}}"#;
        let checked = check(&request(schema)).expect("a schema");
        let expected = serde_json::json!({"type":"object","required":["pattern"],"additionalProperties":false,
            "properties":{"pattern":{"type":"string"},
                "list":{"type":"array","maxItems":3,"items":{"type":"string"}}}});
        assert_eq!(checked.sent, Some(expected));
        let validator = checked.validator.expect("a validator");
        let check = |answer: &str, is_good: bool| {
            assert_eq!(validator.is_valid(&serde_json::from_str(answer).unwrap()), is_good, "{answer}");
        };
        check(r#"{"pattern":"aa"}"#, true);
        check(r#"{"pattern":"aaaa"}"#, false);
        check(r#"{"pattern":"b"}"#, false);
        check(r#"{"pattern":"a","list":["bb","bb"]}"#, false);
        check(r#"{"pattern":"a","list":["bb","c"]}"#, false);
        check(r#"{"pattern":"a","more":1}"#, false);
    }

    #[test]
    fn key_depends_on_every_field_and_does_not_move() {
        let all = [
            request(""),
            TextRequest { prompt: "other".to_owned(), ..request("") },
            request("{}"),
            TextRequest { max_tokens: 9, ..request("") },
            TextRequest { seed: 8, ..request("") },
            TextRequest { temperature: 0.25, ..request("") },
            TextRequest { top_p: Some(0.9), ..request("") },
            TextRequest { stop: "\n".to_owned(), ..request("") },
        ];
        let keys: std::collections::BTreeSet<String> = all.iter().map(key).collect();
        assert_eq!(keys.len(), all.len());
        assert!(keys.iter().all(|key| key.len() == 32));
    }
}
