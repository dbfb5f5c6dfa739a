//! The cache of what was learned from files, so that those that have not changed are not read again.
//!
//! It holds partials, which hold real values: it is used only when asked for, its folder and files are for their
//! owner alone. A file is named by what was read and how, so a source that changed takes the place of its former
//! self and the cache does not grow with time.

use std::path::{Path, PathBuf};

use serde::Serialize;
use synth_core::hash::hash_bytes;
use synth_core::{SealedKind, Sealer, sealed};
use synth_io::{OutputFile, Overwrite, ReadOptions, SourceIdentity, create_private_folder, read_file};
use synth_profile::PartialFile;

use crate::commands::{name, partials};
use crate::display::Screen;
use crate::failure::Failure;
use crate::samples::{self, Sample};

/// The kind of file; the version rises with every change of its head. The partial in it has a version of its own.
const KIND: SealedKind = SealedKind { magic: *b"synthCCH", version: 2 };
/// Larger files are not looked at.
const MAX_BYTES: u64 = 4 << 30;

/// What was read, and how.
#[derive(Debug, Serialize)]
struct Question {
    program: String,
    /// As given, which stands in findings, and in full.
    paths: Vec<(String, String)>,
    format: Option<String>,
    limits: [u64; 4],
}

/// Reads files as [`samples::read`] does, or takes what was learned from them before.
pub(crate) fn read(
    paths: &[PathBuf],
    options: &ReadOptions,
    folder: Option<&Path>,
    screen: &Screen,
) -> Result<Sample, Failure> {
    let Some(identities) = identify(paths)? else {
        return samples::read(paths, options, screen);
    };
    let folder = folder.map_or_else(default_folder, |folder| Ok(folder.to_owned()))?;
    let question = Question::of(paths, options)?;
    let head = encode(&(&question, &identities))?;
    let file = folder.join(format!("{:016x}.cache", hash_bytes(&encode(&question)?)));
    if let Some(partial) = look_up(&file, &head) {
        let (sample, _) = partials::to_sample(partial);
        return Ok(sample.repeatable(true).remark("from the cache"));
    }
    let sample = samples::read(paths, options, screen)?;
    // A file that was written to while it was read is not what it was taken for.
    if identify(paths)?.as_ref() == Some(&identities) {
        create_private_folder(&folder)?;
        let origin = partials::origin_of(&sample, paths);
        let mut out = OutputFile::create(&file, Overwrite::Replace)?;
        let mut sealer = Sealer::begin(KIND, |bytes: &[u8]| out.write_all(bytes))?;
        sealer.put(&head)?;
        PartialFile::write(&sample.partial, &origin, |bytes| sealer.put(bytes))?;
        sealer.finish()?;
        out.finish()?;
    }
    Ok(sample)
}

/// Looks for an answer to exactly this question; what cannot be read is none.
fn look_up(file: &Path, head: &[u8]) -> Option<PartialFile> {
    let bytes = read_file(file, MAX_BYTES).ok()?;
    let payload = sealed::unseal(KIND, &bytes).ok()?;
    PartialFile::from_bytes(payload.strip_prefix(head)?, &name(file)).ok()
}

/// What tells whether the files change; `None` when one of them cannot be read twice.
fn identify(paths: &[PathBuf]) -> Result<Option<Vec<SourceIdentity>>, Failure> {
    Ok(paths.iter().map(|path| SourceIdentity::of(path)).collect::<Result<_, _>>()?)
}

impl Question {
    fn of(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, Failure> {
        let in_full = |path: &PathBuf| match path.canonicalize() {
            Ok(full) => Ok((name(path), name(&full))),
            Err(_) => Err(Failure::usage(format!("{} has no full path", name(path)))),
        };
        let limit = synth_core::cast::to_u64;
        Ok(Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            paths: paths.iter().map(in_full).collect::<Result<_, _>>()?,
            format: options.format.map(|format| format.to_string()),
            limits: [
                options.max_bad,
                limit(options.max_depth),
                limit(options.max_line_bytes),
                limit(options.max_document_bytes),
            ],
        })
    }
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    postcard::to_allocvec(value).map_err(|_| Failure::usage("the names of the files have no binary form"))
}

/// The folder for caches of this user.
pub(crate) fn default_folder() -> Result<PathBuf, Failure> {
    let of = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder =
        of("XDG_CACHE_HOME").or_else(|| of("LOCALAPPDATA")).or_else(|| Some(of("HOME")?.join(".cache")));
    let missing = || Failure::usage("there is no folder for caches; name one with --cache-dir");
    folder.map(|folder| folder.join("synth")).ok_or_else(missing)
}
