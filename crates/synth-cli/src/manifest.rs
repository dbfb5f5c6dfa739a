//! What an output was made from, and hashes that tell whether it was changed.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use synth_io::{Overwrite, for_each_block, write_text_file};

use crate::commands::{json_text, name};
use crate::failure::Failure;
use crate::output::Written;

/// The file beside an output.
#[derive(Debug, Serialize)]
pub(crate) struct Manifest {
    version: u32,
    tool: &'static str,
    tool_version: &'static str,
    /// Version of the values that rules and seed give.
    generation_version: u32,
    rules: Source,
    scenarios: Vec<String>,
    seed: u64,
    /// The first record, and the one behind the last.
    rows: [u64; 2],
    n_records: u64,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    files: Vec<Source>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: String,
    n_bytes: u64,
    sha256: String,
}

/// What a run was asked for, as far as the manifest tells.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) rules: (&'a str, &'a str),
    pub(crate) scenarios: &'a [String],
    pub(crate) seed: u64,
    pub(crate) rows: Range<u64>,
    pub(crate) condition: Option<String>,
}

impl Manifest {
    /// Reads the files that were written once more and hashes them.
    pub(crate) fn of(asked: Asked<'_>, written: &Written) -> Result<Self, Failure> {
        let (file, text) = asked.rules;
        let rules = Source {
            name: last_name(Path::new(file)),
            n_bytes: synth_core::cast::to_u64(text.len()),
            sha256: hex(text.as_bytes()),
        };
        let files = written.files.iter().map(|file| hashed(file)).collect::<Result<_, _>>()?;
        Ok(Self {
            version: 1,
            tool: "synth",
            tool_version: env!("CARGO_PKG_VERSION"),
            generation_version: synth_gen::GENERATION_VERSION,
            rules,
            scenarios: asked.scenarios.to_vec(),
            seed: asked.seed,
            rows: [asked.rows.start, asked.rows.end],
            n_records: written.n_records,
            condition: asked.condition,
            files,
        })
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        Ok(write_text_file(path, &json_text(self), Overwrite::Replace)?)
    }
}

/// The manifest of an output: beside a file, inside of a folder.
pub(crate) fn path_beside(out: &Path) -> PathBuf {
    if out.is_dir() {
        return out.join("manifest.json");
    }
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.contains('*') {
        return out.with_file_name("manifest.json");
    }
    let stem = name.split('.').next().unwrap_or_default();
    out.with_file_name(format!("{stem}.manifest.json"))
}

/// The hash of a text in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    in_digits(&Sha256::digest(bytes))
}

fn in_digits(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hashed(path: &Path) -> Result<Source, Failure> {
    let (mut hash, mut n_bytes) = (Sha256::new(), 0);
    for_each_block(path, |block| {
        hash.update(block);
        n_bytes += synth_core::cast::to_u64(block.len());
    })?;
    Ok(Source { name: last_name(path), n_bytes, sha256: in_digits(&hash.finalize()) })
}

fn last_name(path: &Path) -> String {
    path.file_name().map_or_else(|| name(path), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_stand_beside_their_output() {
        for (out, expected) in [
            ("synthetic.jsonl", "synthetic.manifest.json"),
            ("a/b.json.gz", "a/b.manifest.json"),
            ("a/part-*.jsonl", "a/manifest.json"),
        ] {
            assert_eq!(path_beside(Path::new(out)), Path::new(expected));
        }
    }

    /// FIPS 180-4, appendix B.1.
    #[test]
    fn hashes_are_sha_256() {
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
