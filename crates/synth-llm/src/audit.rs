//! A log of all that was asked and answered, for those who want to see it. Off unless asked for.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use synth_core::port::{ModelError, TextRequest};

use crate::{Error, ErrorKind};

/// Lines of JSON in a file that only its owner can read.
#[derive(Debug)]
pub struct AuditLog(Mutex<File>);

impl AuditLog {
    /// Opens a log to add to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadAudit`] when the file cannot be written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = owner_only().append(true).create(true).open(path);
        let file = file.and_then(|file| keep_private(&file).map(|()| file));
        file.map(|file| Self(Mutex::new(file)))
            .map_err(|cause| Error::caused(ErrorKind::BadAudit { path: path.display().to_string() }, cause))
    }

    /// Adds a question and what became of it. A log that cannot be written to any more does not stop the run.
    pub(crate) fn note(&self, request: &TextRequest, answer: &Result<String, ModelError>) {
        let answer = match answer {
            Ok(text) => json!({"answer": text}),
            Err(error) => json!({"error": error.to_string()}),
        };
        let mut line = json!({
            "prompt": request.prompt, "schema": request.json_schema, "seed": request.seed,
            "temperature": request.temperature, "max_tokens": request.max_tokens,
        });
        if let (Some(line), serde_json::Value::Object(answer)) = (line.as_object_mut(), answer) {
            line.extend(answer);
        }
        let text = format!("{line}\n");
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(file.write_all(text.as_bytes()));
    }
}

/// Options that make a new file readable by its owner only.
pub(crate) fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes rights from others on a file that was there before.
pub(crate) fn keep_private(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let rights = file.metadata()?.permissions();
        if rights.mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
