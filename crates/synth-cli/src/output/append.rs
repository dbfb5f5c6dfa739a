//! Adding records to a file.

use std::path::{Path, PathBuf};

use synth_core::cast;
use synth_io::{Format, Input, Layout, OutputFile, ReadOptions, for_each_record, read_tail};

use super::{Maker, Written};
use crate::commands::name;
use crate::failure::Failure;

/// The file that records are added to, as it was found.
#[derive(Debug)]
pub(crate) struct Appended {
    path: PathBuf,
    pub(crate) n_records: u64,
    pub(crate) layout: Layout,
    /// Bytes that stay: all but the end of an array.
    n_kept: u64,
    /// The last line has no end.
    is_open: bool,
}

/// Counts the records of a file and finds where the next one goes; there may be none.
pub(crate) fn look_at(path: &Path) -> Result<Option<Appended>, Failure> {
    if !path.exists() || read_tail(path, 1)?.0 == 0 {
        return Ok(None);
    }
    look_into(path).map(Some)
}

fn look_into(path: &Path) -> Result<Appended, Failure> {
    let input = Input::open(&[path.to_owned()], &ReadOptions::default())?;
    let format = input.format();
    let mut n_records = 0;
    for_each_record(input, |_| {
        n_records += 1;
        Ok::<(), synth_io::Error>(())
    })?;
    let is_compressed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let (length, tail) = read_tail(path, 64)?;
    let own_end: &[u8] = if n_records == 0 { b"[]\n" } else { b"\n]\n" };
    let appended = |layout, n_cut| Appended {
        path: path.to_owned(),
        n_records,
        layout,
        n_kept: length - n_cut,
        is_open: layout == Layout::JsonLines && !is_compressed && !tail.is_empty() && !tail.ends_with(b"\n"),
    };
    match format {
        Format::JsonLines => Ok(appended(Layout::JsonLines, 0)),
        Format::Array if !is_compressed && tail.ends_with(own_end) => {
            Ok(appended(Layout::Array, cast::to_u64(own_end.len())))
        }
        Format::Array => Err(Failure::Usage {
            message: format!("{} is an array that synth has not written, or is compressed", name(path)),
            hint: Some(
                "records can be added to JSON lines, and to arrays as `synth generate` writes them"
                    .to_owned(),
            ),
        }),
        Format::Document => {
            Err(Failure::usage(format!("{} is a document, to which no records are added", name(path))))
        }
    }
}

/// Writes what stays and then all records of a maker; the file changes when all is written.
pub(super) fn write(appended: &Appended, maker: &Maker<'_>) -> Result<Written, Failure> {
    let mut file = OutputFile::append(&appended.path, appended.n_kept)?;
    if appended.is_open {
        file.write_all(b"\n")?;
    }
    let written =
        maker.write_rows(maker.rows.clone(), appended.n_records, |bytes| Ok(file.write_all(bytes)?))?;
    file.write_all(&maker.end(appended.n_records + written.n_records))?;
    file.finish()?;
    Ok(Written { files: vec![appended.path.clone()], ..written })
}
