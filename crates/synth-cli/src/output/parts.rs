//! A folder of files with equally many records.

use std::num::NonZeroU64;

use synth_io::{Layout, OutputFile, create_private_folder};

use super::{Maker, Output, PartNames, Written};
use crate::commands::overwrite;
use crate::failure::Failure;
use crate::run_log::RunLog;

/// Records of a part unless another number is given.
const N_ROWS: u64 = 1_000_000;

/// Writes parts one after the other. Each appears when it is whole and is a checkpoint by itself, so a run that is taken up
/// leaves out those that are there.
pub(super) fn write(
    output: &Output<'_>,
    names: &PartNames,
    maker: &Maker<'_>,
    log: &RunLog,
) -> Result<Written, Failure> {
    let writing = output.writing;
    if maker.layout == Layout::Document {
        return Err(Failure::usage("a document is one record, which has no parts"));
    }
    let names = named(names, maker.layout);
    create_private_folder(&names.folder)?;
    let identity = names.folder.join(".generation");
    let is_known = super::growing::known_identity(&identity)?.is_some_and(|known| known == output.identity);
    let goes_on = writing.resume && is_known;
    if writing.resume && !is_known && identity.exists() {
        return Err(super::growing::other_run(&identity));
    }
    super::growing::note_identity(&identity, &output.identity)?;
    let size = writing.partition_rows.map_or(N_ROWS, NonZeroU64::get);
    let mut written = Written::default();
    let (mut first, mut index) = (maker.rows.start, 0);
    while first < maker.rows.end || index == 0 {
        let end = first.saturating_add(size).min(maker.rows.end);
        let path = names.name(index);
        if !(goes_on && path.exists()) {
            let mut file = OutputFile::create(&path, overwrite(writing.force))?;
            let part = Maker { rows: first..end, ..maker.clone() };
            let done = part.write(|bytes| Ok(file.write_all(bytes)?))?;
            file.finish_durably()?;
            written.n_bytes += done.n_bytes;
            log.part(&path, done.n_records, done.n_bytes)?;
        }
        written.n_records += end - first;
        written.files.push(path);
        (first, index) = (end, index + 1);
    }
    synth_io::remove_file(&identity)?;
    Ok(written)
}

/// Parts of a folder are named by what is in them.
fn named(names: &PartNames, layout: Layout) -> PartNames {
    let suffix = match (names.suffix.as_str(), layout) {
        ("", Layout::JsonLines) => ".jsonl",
        ("", _) => ".json",
        (suffix, _) => suffix,
    };
    PartNames { suffix: suffix.to_owned(), ..names.clone() }
}
