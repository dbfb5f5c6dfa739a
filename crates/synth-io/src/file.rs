//! Output files that are whole or not there, and small text files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use synth_core::{Place, cast};
use tempfile::NamedTempFile;

use crate::{Error, ErrorKind};

mod growing;

pub use growing::{GrowingFile, append_line, for_each_block, read_tail};

/// Whether an existing file may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// An existing file is an error, before any work is done.
    Refuse,
    /// An existing file is replaced when the new one is whole.
    Replace,
}

/// A file that appears under its name when it is finished, and never in part.
///
/// Bytes go to a file beside it that only its owner can read; [`finish`](Self::finish) renames it, dropping
/// removes it. `.gz` and `.zst` are compressed. `-` is standard output; pipes and devices are written
/// directly.
pub struct OutputFile {
    encoder: Encoder,
    path: PathBuf,
    overwrite: Overwrite,
}

enum Encoder {
    Plain(BufWriter<Target>),
    Gzip(GzEncoder<BufWriter<Target>>),
    Zstd(zstd::Encoder<'static, BufWriter<Target>>),
}

enum Target {
    Stdout(io::Stdout),
    Direct(File),
    Temporary(NamedTempFile),
}

/// Level of gzip files: zlib's usual trade of time and size.
const GZIP_LEVEL: u32 = 6;
/// Level of Zstandard files: the library's default.
const ZSTD_LEVEL: i32 = 3;

impl OutputFile {
    /// Checks that `path` can be written and may be, and opens it.
    ///
    /// # Errors
    ///
    /// With the path: it exists and is not to be replaced, it is a folder, or its folder takes no new files.
    pub fn create(path: &Path, overwrite: Overwrite) -> Result<Self, Error> {
        let (target, path) = if path == Path::new("-") {
            (Target::Stdout(io::stdout()), path.to_owned())
        } else {
            open_target(path, overwrite)?
        };
        let encoder = Encoder::new(target, &path)?;
        Ok(Self { encoder, path, overwrite })
    }

    /// Opens a file that exists to write behind its first `n_kept` bytes; it changes when the new one is whole.
    ///
    /// What is kept is copied. A compressed file gets a new member or frame, which all readers join.
    ///
    /// # Errors
    ///
    /// With the path: it cannot be read, has fewer bytes, or its folder takes no new files.
    pub fn append(path: &Path, n_kept: u64) -> Result<Self, Error> {
        let fail = |cause| write_error(path, cause);
        let path = fs::canonicalize(path).map_err(|cause| read_error(path, cause))?;
        let kept = File::open(&path).map_err(|cause| read_error(&path, cause))?;
        let mut target = temporary_beside(&path)?;
        let n_copied = io::copy(&mut kept.take(n_kept), &mut target).map_err(fail)?;
        if n_copied < n_kept {
            return Err(read_error(&path, io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Self { encoder: Encoder::new(target, &path)?, path, overwrite: Overwrite::Replace })
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// With the path: the disk is full, or the reader of a pipe has closed it ([`ErrorKind::BrokenPipe`]).
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.encoder.write_all(bytes).map_err(|cause| write_error(&self.path, cause))
    }

    /// Writes what is buffered and gives the file its name.
    ///
    /// # Errors
    ///
    /// As [`write_all`](Self::write_all); also when somebody else made a file of this name meanwhile and
    /// it may not be replaced.
    pub fn finish(self) -> Result<(), Error> {
        self.end(|_| Ok(()))
    }

    /// As [`finish`](Self::finish), but only after the disk holds all bytes.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    pub fn finish_durably(self) -> Result<(), Error> {
        self.end(File::sync_all)
    }

    fn end(self, sync: impl FnOnce(&File) -> io::Result<()>) -> Result<(), Error> {
        let Self { encoder, path, overwrite } = self;
        let fail = |cause| write_error(&path, cause);
        match encoder.into_target().map_err(fail)? {
            Target::Stdout(mut stdout) => stdout.flush().map_err(fail),
            Target::Direct(mut file) => file.flush().map_err(fail),
            Target::Temporary(file) => {
                sync(file.as_file()).map_err(fail)?;
                let persisted = match overwrite {
                    Overwrite::Refuse => file.persist_noclobber(&path),
                    Overwrite::Replace => file.persist(&path),
                };
                persisted.map(drop).map_err(|error| write_error(&path, error.error))
            }
        }
    }
}

impl std::fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutputFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Compresses as the name of the file asks.
    fn new(target: Target, path: &Path) -> Result<Self, Error> {
        let buffered = BufWriter::with_capacity(1 << 16, target);
        Ok(match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip(GzEncoder::new(buffered, Compression::new(GZIP_LEVEL))),
            Some("zst") => {
                let encoder = zstd::Encoder::new(buffered, ZSTD_LEVEL);
                Self::Zstd(encoder.map_err(|cause| write_error(path, cause))?)
            }
            _ => Self::Plain(buffered),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.write_all(bytes),
            Self::Gzip(writer) => writer.write_all(bytes),
            Self::Zstd(writer) => writer.write_all(bytes),
        }
    }

    /// Ends the compressed data and writes all that is buffered.
    fn into_target(self) -> io::Result<Target> {
        let buffered = match self {
            Self::Plain(writer) => writer,
            Self::Gzip(writer) => writer.finish()?,
            Self::Zstd(writer) => writer.finish()?,
        };
        buffered.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::Direct(file) => file.write(bytes),
            Self::Temporary(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Direct(file) => file.flush(),
            Self::Temporary(file) => file.flush(),
        }
    }
}

/// Opens what bytes are written to; returns the path behind symbolic links too.
fn open_target(path: &Path, overwrite: Overwrite) -> Result<(Target, PathBuf), Error> {
    let fail = |cause| write_error(path, cause);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(error(ErrorKind::IsADirectory, path)),
        Ok(metadata) if !metadata.is_file() => {
            let file = File::options().write(true).open(path).map_err(fail)?;
            Ok((Target::Direct(file), path.to_owned()))
        }
        Ok(_) if overwrite == Overwrite::Refuse => Err(error(ErrorKind::Exists, path)),
        Ok(_) => {
            let path = fs::canonicalize(path).map_err(fail)?;
            Ok((temporary_beside(&path)?, path))
        }
        Err(_) => Ok((temporary_beside(path)?, path.to_owned())),
    }
}

fn temporary_beside(path: &Path) -> Result<Target, Error> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().ok_or_else(|| error(ErrorKind::IsADirectory, path))?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let file = tempfile::Builder::new().prefix(&prefix).suffix(".part").tempfile_in(folder);
    let place = || Place::in_source(path.display().to_string());
    // The whole cause would name the temporary file, of which nobody has heard.
    let plain = |cause: io::Error| fs::metadata(folder).err().unwrap_or_else(|| cause.kind().into());
    file.map(Target::Temporary).map_err(|cause| Error::caused(ErrorKind::Unwritable, place(), plain(cause)))
}

fn error(kind: ErrorKind, path: &Path) -> Error {
    Error::new(kind, Place::in_source(path.display().to_string()))
}

fn read_error(path: &Path, cause: io::Error) -> Error {
    Error::from_io(&path.display().to_string(), ErrorKind::Read, cause)
}

fn write_error(path: &Path, cause: io::Error) -> Error {
    let kind = match cause.kind() {
        io::ErrorKind::AlreadyExists => ErrorKind::Exists,
        _ => ErrorKind::Write,
    };
    Error::from_io(&path.display().to_string(), kind, cause)
}

/// Writes a small text file in one go, with the promises of [`OutputFile`].
///
/// # Errors
///
/// As [`OutputFile::create`] and [`OutputFile::finish`].
pub fn write_text_file(path: &Path, text: &str, overwrite: Overwrite) -> Result<(), Error> {
    let mut file = OutputFile::create(path, overwrite)?;
    file.write_all(text.as_bytes())?;
    file.finish()
}

/// Reads a whole file into memory, undoing gzip and Zstandard; `-` is standard input.
///
/// # Errors
///
/// With the path: it cannot be read or decompressed, or has more than `max_bytes`.
pub fn read_file(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Error> {
    let mut window = crate::source::open_path(path)?;
    window.fill(cast::to_usize(max_bytes.saturating_add(1)))?;
    if cast::to_u64(window.bytes().len()) > max_bytes {
        return Err(error(ErrorKind::RecordTooLong { max_bytes }, path));
    }
    Ok(window.split(window.bytes().len(), 0))
}

/// Makes a folder, and those above it, that only its owner can look into; one that exists stays as it is.
///
/// # Errors
///
/// With the path: the folder cannot be made.
pub fn create_private_folder(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let place = || Place::in_source(path.display().to_string());
    builder.create(path).map_err(|cause| Error::caused(ErrorKind::Unwritable, place(), cause))
}

/// Removes a file; one that is not there needs no removal.
///
/// # Errors
///
/// With the path: the file cannot be removed.
pub fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(write_error(path, cause)),
        _ => Ok(()),
    }
}

/// Reads a small text file, such as a rule file.
///
/// # Errors
///
/// With the path: it cannot be read, has more than `max_bytes`, or is not UTF-8.
pub fn read_text_file(path: &Path, max_bytes: u64) -> Result<String, Error> {
    let name = path.display().to_string();
    let fail = |cause| Error::from_io(&name, ErrorKind::Read, cause);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
    if cast::to_u64(bytes.len()) > max_bytes {
        return Err(error(ErrorKind::RecordTooLong { max_bytes }, path));
    }
    String::from_utf8(bytes).map_err(|cause| {
        let offset = cast::to_u64(cause.utf8_error().valid_up_to());
        let place = Place { offset_bytes: Some(offset), ..Place::in_source(name) };
        Error::new(ErrorKind::Binary { what: "bytes that are not UTF-8" }, place)
    })
}
