//! The files that `synth profile` writes.

use std::path::{Path, PathBuf};

use synth_io::OutputFile;

use crate::args::ProfileOutputs;
use crate::commands::{distinct, name, overwrite};
use crate::failure::Failure;

/// The files that `profile` writes, made before the sample is read, so that nobody waits for an error that could
/// be known at once.
pub(crate) struct ProfileFiles {
    pub(crate) rules: OutputFile,
    pub(crate) profile: OutputFile,
    pub(crate) schema: OutputFile,
    pub(crate) hypotheses: OutputFile,
    pub(crate) anomalies: OutputFile,
    pub(crate) model: OutputFile,
    /// Name of the model file.
    pub(crate) model_name: String,
    /// Names of the files, for people.
    pub(crate) names: Vec<String>,
}

impl ProfileFiles {
    pub(crate) fn create(rules: &Path, outputs: &ProfileOutputs) -> Result<Self, Failure> {
        let ProfileOutputs { schema_out, profile_out, hypotheses_out, anomalies_out, force } = outputs;
        let all: [&Path; 5] = [rules, profile_out, schema_out, hypotheses_out, anomalies_out];
        distinct(&all.map(Some))?;
        let create = |path: &Path| OutputFile::create(path, overwrite(*force));
        let model = model_path(rules);
        Ok(Self {
            rules: create(rules)?,
            profile: create(profile_out)?,
            schema: create(schema_out)?,
            hypotheses: create(hypotheses_out)?,
            anomalies: create(anomalies_out)?,
            model_name: plain_name(&model),
            model: create(&model)?,
            names: all.map(name).to_vec(),
        })
    }
}

/// Returns where the model file of a rule file stands.
pub(crate) fn model_path(rules: &Path) -> PathBuf {
    rules.with_extension("model.json")
}

/// Returns the name of a file without its folder.
pub(crate) fn plain_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
