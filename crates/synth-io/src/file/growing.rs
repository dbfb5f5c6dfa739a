//! Output that another run can go on with, and files that lines are added to.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Encoder, Overwrite, Target, error, read_error, write_error};
use crate::{Error, ErrorKind};

/// A file that grows beside its target, under a name that another run finds.
///
/// Bytes go to the target's name with `.part`, which only its owner can read. [`mark`](Self::mark) puts all of them on
/// disk and returns how many there are; a later run [`reopen`](Self::reopen)s the file at that number.
/// [`finish`](Self::finish) gives the file its name. What is compressed begins a new member or frame behind each mark,
/// so its bytes depend on where the marks are.
pub struct GrowingFile {
    /// `None` only while a mark is made, or after one that failed.
    encoder: Option<Encoder>,
    path: PathBuf,
    part: PathBuf,
    overwrite: Overwrite,
}

impl GrowingFile {
    /// Starts an empty file; what an earlier run left under the same name is dropped.
    ///
    /// # Errors
    ///
    /// With the path: it exists and is not to be replaced, it is no regular file, or its folder takes no new files.
    pub fn create(path: &Path, overwrite: Overwrite) -> Result<Self, Error> {
        Self::open(path, overwrite, 0)
    }

    /// Goes on behind the first `n_bytes` bytes of what an earlier run left.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create); also when fewer bytes are there.
    pub fn reopen(path: &Path, overwrite: Overwrite, n_bytes: u64) -> Result<Self, Error> {
        Self::open(path, overwrite, n_bytes)
    }

    fn open(path: &Path, overwrite: Overwrite, n_bytes: u64) -> Result<Self, Error> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Err(error(ErrorKind::IsADirectory, path)),
            Ok(metadata) if metadata.is_file() && overwrite == Overwrite::Replace => {}
            Ok(_) => return Err(error(ErrorKind::Exists, path)),
            Err(_) => {}
        }
        let part = part_of(path);
        let fail = |cause| write_error(&part, cause);
        let mut options = File::options();
        options.write(true).create(n_bytes == 0).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part).map_err(fail)?;
        if file.metadata().map_err(fail)?.len() < n_bytes {
            return Err(read_error(&part, io::ErrorKind::UnexpectedEof.into()));
        }
        file.set_len(n_bytes).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        let encoder = Some(Encoder::new(Target::Direct(file), path)?);
        Ok(Self { encoder, path: path.to_owned(), part, overwrite })
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// With the path: the disk is full, or an earlier mark failed.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let encoder = self.encoder.as_mut().ok_or_else(|| error(ErrorKind::Write, &self.part))?;
        encoder.write_all(bytes).map_err(|cause| write_error(&self.part, cause))
    }

    /// Puts all bytes on disk and returns how many the file has.
    ///
    /// # Errors
    ///
    /// As [`write_all`](Self::write_all).
    pub fn mark(&mut self) -> Result<u64, Error> {
        let file = self.end()?;
        let fail = |cause| write_error(&self.part, cause);
        let n_bytes = file.metadata().map_err(fail)?.len();
        self.encoder = Some(Encoder::new(Target::Direct(file), &self.path)?);
        Ok(n_bytes)
    }

    /// Puts all bytes on disk and gives the file its name.
    ///
    /// # Errors
    ///
    /// As [`write_all`](Self::write_all); also when somebody else made a file of this name meanwhile and it may not
    /// be replaced.
    pub fn finish(mut self) -> Result<(), Error> {
        self.end()?;
        if self.overwrite == Overwrite::Refuse && self.path.exists() {
            return Err(error(ErrorKind::Exists, &self.path));
        }
        fs::rename(&self.part, &self.path).map_err(|cause| write_error(&self.path, cause))
    }

    fn end(&mut self) -> Result<File, Error> {
        let encoder = self.encoder.take().ok_or_else(|| error(ErrorKind::Write, &self.part))?;
        let fail = |cause| write_error(&self.part, cause);
        let Target::Direct(file) = encoder.into_target().map_err(fail)? else {
            unreachable!("the file was opened by its name");
        };
        file.sync_all().map_err(fail)?;
        Ok(file)
    }
}

impl std::fmt::Debug for GrowingFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrowingFile").field("path", &self.path).finish_non_exhaustive()
    }
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Adds a line to a file that everybody may watch grow; makes the file, for its owner only, when there is none.
///
/// # Errors
///
/// With the path: it cannot be written.
pub fn append_line(path: &Path, line: &str) -> Result<(), Error> {
    let fail = |cause| write_error(path, cause);
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(fail)?;
    file.write_all(format!("{line}\n").as_bytes()).map_err(fail)
}

/// Returns the length of a file and its last bytes, at most `n_bytes`, as they are on disk.
///
/// # Errors
///
/// With the path: it cannot be read.
pub fn read_tail(path: &Path, n_bytes: u64) -> Result<(u64, Vec<u8>), Error> {
    let fail = |cause| read_error(path, cause);
    let mut file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(n_bytes))).map_err(fail)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(fail)?;
    Ok((length, tail))
}

/// Hands over the bytes of a file as they are on disk, block by block.
///
/// # Errors
///
/// With the path: it cannot be read.
pub fn for_each_block(path: &Path, mut take: impl FnMut(&[u8])) -> Result<(), Error> {
    let fail = |cause| read_error(path, cause);
    let mut file = File::open(path).map_err(fail)?;
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block).map_err(fail)? {
            0 => return Ok(()),
            n_bytes => take(&block[..n_bytes]),
        }
    }
}
