//! Answers that were given once, given again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use synth_core::port::{ModelError, TextModel, TextRequest};

use crate::{Error, request};

/// Version of the form below.
const VERSION: u32 = 1;

/// The form of a recording on disk. Prompts are not in it, only their hashes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recording {
    version: u32,
    identity: String,
    /// Request hash to answer.
    answers: BTreeMap<String, String>,
}

/// A model that knows the answers of a recording and nothing else.
///
/// The same request gives the same answer on every machine: tests and repeated runs need no server.
#[derive(Debug)]
pub struct Replay(Recording);

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::BadRecording`] with line and column.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let recording: Recording = serde_json::from_str(text).map_err(Error::bad_recording)?;
        if recording.version == VERSION {
            Ok(Self(recording))
        } else {
            Err(crate::ErrorKind::BadRecording.into())
        }
    }
}

impl TextModel for Replay {
    fn identity(&self) -> String {
        self.0.identity.clone()
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let key = request::key(request);
        self.0.answers.get(&key).cloned().ok_or_else(|| ModelError::Unavailable {
            reason: format!("the recording has no answer to question {key}"),
        })
    }
}

/// A model that asks another one and remembers what it said.
///
/// A question that was answered before is not asked again. Errors are not remembered.
///
/// # Example
///
/// ```
/// use synth_core::port::{TextModel, TextRequest};
/// use synth_llm::{Recorder, Replay};
/// # struct Model;
/// # impl TextModel for Model {
/// #     fn identity(&self) -> String { "m".into() }
/// #     fn complete(&self, _: &TextRequest) -> Result<String, synth_core::port::ModelError> { Ok("yes".into()) }
/// # }
/// # let model = Model;
/// let request =
///     TextRequest { prompt: "?".into(), json_schema: String::new(), max_tokens: 1, seed: 0, temperature: 0.0, top_p: None, stop: String::new() };
/// let recorder = Recorder::new(&model);
/// assert_eq!(recorder.complete(&request)?, "yes");
/// let replay = Replay::parse(&recorder.finish()).expect("a recording");
/// assert_eq!(replay.complete(&request)?, "yes");
/// # Ok::<(), synth_core::port::ModelError>(())
/// ```
pub struct Recorder<'a> {
    model: &'a dyn TextModel,
    answers: Mutex<BTreeMap<String, String>>,
}

impl<'a> Recorder<'a> {
    /// Starts an empty recording.
    #[must_use]
    pub fn new(model: &'a dyn TextModel) -> Self {
        Self { model, answers: Mutex::default() }
    }

    /// Returns the recording as text: JSON, questions in the order of their hashes.
    ///
    /// # Panics
    ///
    /// Never: strings and numbers always have a JSON form.
    #[must_use]
    pub fn finish(self) -> String {
        let answers = self.answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let recording = Recording { version: VERSION, identity: self.model.identity(), answers };
        let text = serde_json::to_string_pretty(&recording).expect("strings and numbers have a JSON form");
        text + "\n"
    }

    /// A whole answer is written or none, so a panic elsewhere leaves the map sound.
    fn answers(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TextModel for Recorder<'_> {
    fn identity(&self) -> String {
        self.model.identity()
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let key = request::key(request);
        let known = self.answers().get(&key).cloned();
        match known {
            Some(answer) => Ok(answer),
            None => {
                let answer = self.model.complete(request)?;
                self.answers().insert(key, answer.clone());
                Ok(answer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(text: &str, line: Option<u64>) {
        let error = Replay::parse(text).expect_err("an error");
        assert_eq!((error.kind.code(), error.place.line), ("llm/bad-recording", line), "{text}");
    }

    #[test]
    fn other_texts_are_refused() {
        check_refused("", Some(1));
        check_refused("{\n\"version\": 1}", Some(2));
        check_refused(r#"{"version": 2, "identity": "a", "answers": {}}"#, None);
        check_refused(r#"{"version": 1, "identity": "a", "answers": {"0": 1}}"#, Some(1));
    }

    #[test]
    fn unknown_question_is_named_by_its_hash() {
        let replay = Replay::parse(r#"{"version": 1, "identity": "a", "answers": {}}"#).expect("a recording");
        let request = TextRequest {
            prompt: "secret".to_owned(),
            json_schema: String::new(),
            max_tokens: 1,
            seed: 0,
            temperature: 0.0,
            top_p: None,
            stop: String::new(),
        };
        let message = replay.complete(&request).expect_err("an error").to_string();
        assert!(message.ends_with(&request::key(&request)) && !message.contains("secret"), "{message}");
    }
}
