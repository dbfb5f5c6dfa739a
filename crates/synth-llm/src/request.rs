//! What is sent, and what must not be sent.

use serde_json::{Value, json};
use synth_core::hash::hash_bytes;
use synth_core::port::{ModelError, TextRequest};

/// Pairs of schema limits; a server hangs for good when a minimum is above its maximum.
const LIMITS: &[(&str, &str)] = &[
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
];

/// Returns the body of a completion request.
///
/// # Errors
///
/// [`ModelError::BadAnswer`] for a schema that is no JSON object, or whose limits contradict each other, and for
/// a temperature that is no number from 0 up: the answer to such a request would be free text, or never come.
pub(crate) fn body(request: &TextRequest) -> Result<Value, ModelError> {
    if !(request.temperature.is_finite() && request.temperature >= 0.0) {
        return Err(refused("its temperature is not a number from 0 up"));
    }
    let mut body = json!({
        "prompt": request.prompt,
        "n_predict": request.max_tokens.max(1),
        // The largest seed means "random" to the server.
        "seed": request.seed.min(u32::MAX - 1),
        "temperature": request.temperature,
        "stream": false,
        // A prompt read from the cache in another batch may give other bits.
        "cache_prompt": false,
    });
    if !request.json_schema.is_empty() {
        let schema: Value =
            serde_json::from_str(&request.json_schema).map_err(|_| refused("its schema is not JSON"))?;
        if !schema.is_object() {
            return Err(refused("its schema is not an object"));
        }
        if contradicts(&schema) {
            return Err(refused("its schema has a minimum above its maximum"));
        }
        body["json_schema"] = schema;
    }
    Ok(body)
}

fn refused(reason: &str) -> ModelError {
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

/// Returns the name of a request in a recording: 16 hexadecimal digits that depend on every field.
pub(crate) fn key(request: &TextRequest) -> String {
    let mut bytes = Vec::with_capacity(32);
    bytes.extend(hash_bytes(request.prompt.as_bytes()).to_le_bytes());
    bytes.extend(hash_bytes(request.json_schema.as_bytes()).to_le_bytes());
    bytes.extend(request.max_tokens.to_le_bytes());
    bytes.extend(request.seed.to_le_bytes());
    bytes.extend(request.temperature.to_bits().to_le_bytes());
    format!("{:016x}", hash_bytes(&bytes))
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
        }
    }

    #[test]
    fn schema_is_sent_as_an_object() {
        let sent = body(&request(r#"{"type":"array","minItems":2,"maxItems":2}"#)).expect("a body");
        assert_eq!(sent["json_schema"]["type"], "array");
        assert_eq!(body(&request("")).expect("a body").get("json_schema"), None);
    }

    #[test]
    fn random_seed_of_the_server_is_never_sent() {
        let sent = body(&TextRequest { seed: u32::MAX, ..request("") }).expect("a body");
        assert_eq!(sent["seed"], u32::MAX - 1);
    }

    fn check_refused(request: &TextRequest, expected: &str) {
        let message = body(request).expect_err("an error").to_string();
        assert!(message.ends_with(expected) && !message.contains("secret"), "{message}");
    }

    #[test]
    fn requests_that_wedge_a_server_are_not_sent() {
        check_refused(&request("{"), "its schema is not JSON");
        check_refused(&request("\"foo\""), "its schema is not an object");
        let nested = r#"{"properties":{"a":{"items":[{"minLength":5,"maxLength":4}]}}}"#;
        check_refused(&request(nested), "its schema has a minimum above its maximum");
        for temperature in [f64::NAN, f64::INFINITY, -1.0] {
            check_refused(&TextRequest { temperature, ..request("") }, "not a number from 0 up");
        }
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
        ];
        let keys: std::collections::BTreeSet<String> = all.iter().map(key).collect();
        assert_eq!(keys.len(), all.len());
    }
}
