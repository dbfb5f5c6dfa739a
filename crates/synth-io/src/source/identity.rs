//! Whether a file is still the one that it was.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use synth_core::cast;
use synth_core::hash::{combine, hash_bytes};

use crate::{Error, ErrorKind};

/// What tells whether a file was changed: size, time of the last change, and a hash of its two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceIdentity {
    /// Size in bytes, as stored.
    pub n_bytes: u64,
    /// Nanoseconds from 1970 to the last change, as far as the system knows it.
    pub modified_ns: u128,
    /// Hash of the first and the last 64 KiB.
    pub ends_hash: u64,
}

/// Bytes of each end that are looked at.
const END_BYTES: u64 = 64 << 10;

impl SourceIdentity {
    /// Looks at a file; `None` for standard input, pipes and devices, which cannot be read twice.
    ///
    /// # Errors
    ///
    /// With the path: the file cannot be opened or read.
    pub fn of(path: &Path) -> Result<Option<Self>, Error> {
        if path == Path::new("-") {
            return Ok(None);
        }
        let name = path.display().to_string();
        Self::of_file(path).map_err(|cause| Error::from_io(&name, ErrorKind::Read, cause))
    }

    fn of_file(path: &Path) -> std::io::Result<Option<Self>> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let n_bytes = metadata.len();
        let head = end_of(&mut file)?;
        file.seek(SeekFrom::Start(n_bytes.saturating_sub(END_BYTES)))?;
        let tail = end_of(&mut file)?;
        let age = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Some(Self {
            n_bytes,
            modified_ns: age.map_or(0, |age| age.as_nanos()),
            ends_hash: combine(hash_bytes(&head), hash_bytes(&tail)),
        }))
    }
}

/// Reads one end of a file, from where it stands.
fn end_of(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(cast::to_usize(END_BYTES));
    file.take(END_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_at_either_end_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let identity = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            SourceIdentity { modified_ns: 0, ..SourceIdentity::of(&path).unwrap().unwrap() }
        };
        let mut bytes = vec![b'x'; 200_000];
        let before = identity(&bytes);
        assert_eq!(identity(&bytes), before);
        bytes[0] = b'y';
        assert_ne!(identity(&bytes), before);
        (bytes[0], bytes[199_999]) = (b'x', b'y');
        assert_ne!(identity(&bytes), before);
        assert_ne!(identity(&bytes[1..]), before);
        assert_eq!(SourceIdentity::of(Path::new("-")).unwrap(), None);
        assert_eq!(SourceIdentity::of(folder.path()).unwrap(), None);
    }
}
