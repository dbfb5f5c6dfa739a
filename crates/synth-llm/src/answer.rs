//! What comes back is data from outside, whatever was asked for.

use serde::Deserialize;
use serde_json::Value;
use synth_core::port::{ModelError, TextModel, TextRequest};

/// Asks for JSON and returns it only if it is an object or an array.
///
/// A server may ignore a schema, so neither members nor lengths are vouched for: the caller checks each.
///
/// # Errors
///
/// What the model says, and [`ModelError::BadAnswer`] for text that is not one JSON object or array. The reason
/// names line and column, never the text.
pub fn complete_json(model: &dyn TextModel, request: &TextRequest) -> Result<Value, ModelError> {
    let text = model.complete(request)?;
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(value),
        Ok(_) => Err(bad("it is neither an object nor an array")),
        Err(error) => {
            Err(bad(format!("it stops being JSON at line {}, column {}", error.line(), error.column())))
        }
    }
}

/// The part of a completion that matters.
#[derive(Deserialize)]
struct Completion {
    content: String,
    #[serde(default)]
    stop_type: String,
    #[serde(default)]
    truncated: bool,
}

/// Reads the body of a successful completion.
pub(crate) fn read_completion(body: &[u8]) -> Result<String, ModelError> {
    let completion: Completion =
        serde_json::from_slice(body).map_err(|_| bad("the server sent no completion"))?;
    if completion.truncated || completion.stop_type == "limit" {
        return Err(bad("it was cut off at the token limit"));
    }
    Ok(completion.content)
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

fn bad(reason: impl Into<String>) -> ModelError {
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
        let request = TextRequest {
            prompt: String::new(),
            json_schema: String::new(),
            max_tokens: 1,
            seed: 0,
            temperature: 0.0,
        };
        let found = complete_json(&Says(text), &request).map_err(|error| error.to_string());
        let expected = expected.map_err(|reason| format!("the answer is not usable: {reason}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn only_objects_and_arrays_are_taken() {
        check("[\n\n\"a\"]", Ok(serde_json::json!(["a"])));
        check("{}", Ok(serde_json::json!({})));
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
