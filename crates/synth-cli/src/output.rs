//! Where generated records go: one file, a file that grows, parts in a folder, or the end of a file.

mod append;
mod document;
mod growing;
mod parts;
mod rows;

use std::path::{Path, PathBuf};

use synth_io::{Layout, OutputFile};

use crate::args::generating::Writing;
use crate::commands::overwrite;
use crate::display::Screen;
use crate::failure::Failure;
use crate::run_log::RunLog;
pub(crate) use append::{Appended, look_at};
pub(crate) use rows::Maker;

/// What a run has written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Bytes before compression.
    pub(crate) n_bytes: u64,
    pub(crate) n_records: u64,
    pub(crate) files: Vec<PathBuf>,
}

/// One run's way out.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) writing: &'a Writing,
    pub(crate) path: PathBuf,
    /// Names what is made: a checkpoint of anything else is refused.
    pub(crate) identity: String,
    /// The file that records are added to, as it was found.
    pub(crate) appended: Option<Appended>,
    pub(crate) screen: &'a Screen,
}

impl Output<'_> {
    /// Writes all records of a maker.
    pub(crate) fn write(&self, maker: &Maker<'_>, log: &RunLog) -> Result<Written, Failure> {
        if let Some(appended) = &self.appended {
            return append::write(appended, maker);
        }
        if let Some(pattern) = parts_of(self.writing, &self.path) {
            return parts::write(self, &pattern, maker, log);
        }
        // An interval may come from the settings, which are not about one run.
        let grows = self.path != Path::new("-") && maker.layout != Layout::Document;
        if self.writing.resume || (self.writing.checkpoint_interval.is_some() && grows) {
            return growing::write(self, maker, log);
        }
        if self.writing.checkpoint_interval.is_some() {
            self.screen.say("no checkpoints: they are for files of several records");
        }
        // An empty file may be added to as well.
        let may_replace = self.writing.force || self.writing.append.is_some();
        let mut file = OutputFile::create(&self.path, overwrite(may_replace))?;
        let written = maker.write(|bytes| Ok(file.write_all(bytes)?))?;
        file.finish()?;
        Ok(Written { files: vec![self.path.clone()], ..written })
    }
}

/// The folder of parts, and what stands before and behind their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartNames {
    pub(crate) folder: PathBuf,
    prefix: String,
    suffix: String,
}

impl PartNames {
    pub(crate) fn name(&self, index: u64) -> PathBuf {
        self.folder.join(format!("{}{index:05}{}", self.prefix, self.suffix))
    }
}

/// Parts are asked for by their size, by a folder, or by a name with a star for the number.
fn parts_of(writing: &Writing, out: &Path) -> Option<PartNames> {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some((prefix, suffix)) = name.split_once('*') {
        let folder = out.parent().unwrap_or(Path::new("")).to_owned();
        return Some(PartNames { folder, prefix: prefix.to_owned(), suffix: suffix.to_owned() });
    }
    let is_folder = out.is_dir() || out.to_string_lossy().ends_with('/');
    (is_folder || writing.partition_rows.is_some()).then(|| PartNames {
        folder: out.to_owned(),
        prefix: "part-".to_owned(),
        suffix: String::new(),
    })
}

/// Returns where to write unless it was said, and how records stand there: as the name asks, else as the rules do.
pub(crate) fn resolve(writing: &Writing, rules: synth_rules::Layout) -> (PathBuf, Layout) {
    let layout = match rules {
        synth_rules::Layout::JsonLines => Layout::JsonLines,
        synth_rules::Layout::Array => Layout::Array,
        synth_rules::Layout::Document => Layout::Document,
    };
    let out = match (&writing.append, &writing.out) {
        (Some(file), _) | (None, Some(file)) => file.clone(),
        (None, None) if writing.partition_rows.is_some() => PathBuf::from("synthetic/"),
        (None, None) if layout == Layout::JsonLines => PathBuf::from("synthetic.jsonl"),
        (None, None) => PathBuf::from("synthetic.json"),
    };
    let layout = match (layout, plain_extension(&out).as_deref()) {
        (Layout::JsonLines, Some("json")) => Layout::Array,
        (Layout::Array, Some("jsonl" | "ndjson")) => Layout::JsonLines,
        (layout, _) => layout,
    };
    (out, layout)
}

/// The extension of what is in a file, whether or not it is compressed.
fn plain_extension(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    plain.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_follow_names() {
        let writing = |out: &str| Writing {
            out: Some(out.into()),
            partition_rows: None,
            append: None,
            checkpoint_interval: None,
            resume: false,
            manifest: false,
            log: false,
            force: false,
        };
        let check =
            |out: &str, rules, expected| assert_eq!(resolve(&writing(out), rules).1, expected, "{out}");
        check("a.json", synth_rules::Layout::JsonLines, Layout::Array);
        check("a.json.gz", synth_rules::Layout::JsonLines, Layout::Array);
        check("a.jsonl.zst", synth_rules::Layout::Array, Layout::JsonLines);
        check("a.NDJSON", synth_rules::Layout::Array, Layout::JsonLines);
        check("a.jsonl", synth_rules::Layout::Document, Layout::Document);
        check("-", synth_rules::Layout::Array, Layout::Array);
        check("json", synth_rules::Layout::JsonLines, Layout::JsonLines);
    }

    #[test]
    fn a_star_stands_for_the_number_of_a_part() {
        let names = PartNames { folder: "out".into(), prefix: "p".into(), suffix: ".jsonl.gz".into() };
        assert_eq!(names.name(7), Path::new("out/p00007.jsonl.gz"));
    }
}
