//! What comes back is data from outside, whatever was asked for.

use serde_json::Value;
use synth_core::port::{ModelError, TextModel, TextRequest};

/// Asks for JSON and returns it only if it follows the request's schema.
///
/// # Errors
///
/// What the model says, and [`ModelError::BadAnswer`] for text that is not JSON of that form. The reason names line
/// and column, never the text.
pub fn complete_json(model: &dyn TextModel, request: &TextRequest) -> Result<Value, ModelError> {
    let checked = crate::request::check(request)?;
    validated(&model.complete(request)?, checked.validator.as_ref())
}

/// Reads JSON and checks it; without a validator anything but a bare value is right.
pub(crate) fn validated(text: &str, validator: Option<&jsonschema::Validator>) -> Result<Value, ModelError> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        bad(format!("it stops being JSON at line {}, column {}", error.line(), error.column()))
    })?;
    if !value.is_object() && !value.is_array() {
        return Err(bad("it is neither an object nor an array"));
    }
    let Some(error) = validator.and_then(|validator| validator.iter_errors(&value).next()) else {
        return Ok(value);
    };
    // The path has names of the schema only, as a closed schema has no others; the message would quote the answer.
    Err(bad(format!("it breaks `{}` of its schema", error.kind().keyword())))
}

/// Names the reason of a refusal by its type; the message may quote the prompt.
pub(crate) fn read_refusal(status: u16, body: &[u8]) -> ModelError {
    let kind = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| body["error"]["type"].as_str().map(str::to_owned))
        .filter(|kind| {
            kind.len() <= 60 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        });
    match kind {
        Some(kind) => bad(format!("the server refused the question (status {status}, {kind})")),
        None => bad(format!("the server refused the question (status {status})")),
    }
}

pub(crate) fn bad(reason: impl Into<String>) -> ModelError {
    ModelError::BadAnswer { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Says(&'static str);

    impl TextModel for Says {
        fn identity(&self) -> String {
            "fixed".to_owned()
        }

        fn complete(&self, _: &TextRequest) -> Result<String, ModelError> {
            Ok(self.0.to_owned())
        }
    }

    fn check(text: &'static str, expected: Result<Value, &str>) {
        let schema =
            r#"{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}"#;
        let request = TextRequest {
            prompt: String::new(),
            json_schema: schema.to_owned(),
            max_tokens: 1,
            seed: 0,
            temperature: 0.0,
            top_p: None,
            stop: String::new(),
        };
        let found = complete_json(&Says(text), &request).map_err(|error| error.to_string());
        let expected = expected.map_err(|reason| format!("the answer is not usable: {reason}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_follows_the_schema_is_taken() {
        check("{\n\n\"n\": 1}", Ok(serde_json::json!({"n": 1})));
        check("{}", Ok(serde_json::json!({})));
        check("{\"n\": \"secret\"}", Err("it breaks `type` of its schema"));
        check("{\"secret\": 1}", Err("it breaks `additionalProperties` of its schema"));
        check("\"secret\"", Err("it is neither an object nor an array"));
        check("[\n\"secret", Err("it stops being JSON at line 2, column 7"));
        check("{} secret", Err("it stops being JSON at line 1, column 4"));
        check("", Err("it stops being JSON at line 1, column 0"));
    }

    #[test]
    fn refusals_are_named_without_quoting() {
        let refusal = |body: &str| read_refusal(400, body.as_bytes()).to_string();
        let named = refusal(r#"{"error":{"type":"exceed_context_size_error","message":"secret"}}"#);
        assert!(named.ends_with("(status 400, exceed_context_size_error)"), "{named}");
        assert!(refusal(r#"{"error":{"type":"My Secret"}}"#).ends_with("(status 400)"));
        assert!(refusal("secret").ends_with("(status 400)"));
    }
}
