//! Binary files of our own: what they are, who wrote them, and whether they are whole.
//!
//! A sealed file is a header, a payload and a seal. The header is the kind's name (8 bytes), the version of its format
//! (4) and the version of the program (1 byte of length, then text); the seal is the length of the payload (8) and a
//! checksum (8) of all bytes before it. Numbers are little-endian. What is known only at the end stands at the end, so
//! that a large payload is written as it is made.

use std::convert::Infallible;

use crate::cast;
use crate::hash::{StreamHash, hash_bytes};

/// One kind of file and the version of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedKind {
    /// The first bytes of every such file.
    pub magic: [u8; 8],
    /// Raised by every change of what the payload means.
    pub version: u32,
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The first bytes are those of something else.
    #[error("this is another kind of file")]
    Foreign,
    /// The format is another one than this program reads.
    #[error("format {found} was written by version {writer}; this program reads format {expected}")]
    Version {
        /// Format of the file.
        found: u32,
        /// Format that is read.
        expected: u32,
        /// Version of the program that wrote the file.
        writer: String,
    },
    /// The file ends before its payload does, or goes on behind it.
    #[error("the file does not have the length that it names")]
    Length,
    /// The checksum does not fit.
    #[error("the file is damaged")]
    Damaged,
}

/// Version of the program, as it stands in the header.
const WRITER: &str = env!("CARGO_PKG_VERSION");
/// Longer names of versions are not shown.
const MAX_WRITER_CHARS: usize = 32;
/// Bytes of the length and of the checksum.
const SEAL_BYTES: usize = 16;

/// Writes a sealed file piece by piece to where `write` takes it.
#[derive(Debug)]
pub struct Sealer<F> {
    write: F,
    hash: StreamHash,
    n_payload: u64,
}

impl<E, F: FnMut(&[u8]) -> Result<(), E>> Sealer<F> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn begin(kind: SealedKind, write: F) -> Result<Self, E> {
        let mut sealer = Self { write, hash: StreamHash::default(), n_payload: 0 };
        // The program's own version has a few bytes.
        let length = u8::try_from(WRITER.len()).unwrap_or(0);
        sealer.put(&kind.magic)?;
        sealer.put(&kind.version.to_le_bytes())?;
        sealer.put(&[length])?;
        sealer.put(&WRITER.as_bytes()[..usize::from(length)])?;
        sealer.n_payload = 0;
        Ok(sealer)
    }

    /// Appends bytes of the payload.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.hash.push(bytes);
        self.n_payload += cast::to_u64(bytes.len());
        (self.write)(bytes)
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn finish(mut self) -> Result<(), E> {
        let length = self.n_payload;
        self.put(&length.to_le_bytes())?;
        let checksum = self.hash.finish();
        (self.write)(&checksum.to_le_bytes())
    }
}

/// Returns the file with this payload.
#[must_use]
pub fn seal(kind: SealedKind, payload: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(payload.len() + 64);
    let write = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok::<(), Infallible>(())
    };
    let sealed = Sealer::begin(kind, write).and_then(|mut sealer| {
        sealer.put(payload)?;
        sealer.finish()
    });
    let Ok(()) = sealed;
    file
}

/// Returns the payload of a file.
///
/// # Errors
///
/// [`SealError`]: the file is of another kind or format, or not whole.
pub fn unseal(kind: SealedKind, file: &[u8]) -> Result<&[u8], SealError> {
    let Some(rest) = file.strip_prefix(&kind.magic) else { return Err(SealError::Foreign) };
    let (found, rest) = rest.split_first_chunk::<4>().ok_or(SealError::Length)?;
    let (&writer_length, rest) = rest.split_first().ok_or(SealError::Length)?;
    let (writer, rest) = rest.split_at_checked(usize::from(writer_length)).ok_or(SealError::Length)?;
    let found = u32::from_le_bytes(*found);
    if found != kind.version {
        let writer = writer.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte));
        let writer = writer.take(MAX_WRITER_CHARS).collect();
        return Err(SealError::Version { found, expected: kind.version, writer });
    }
    let n_payload = rest.len().checked_sub(SEAL_BYTES).ok_or(SealError::Length)?;
    let (payload, seal) = rest.split_at(n_payload);
    let (length, checksum) = seal.split_first_chunk::<8>().ok_or(SealError::Length)?;
    if cast::to_u64(n_payload) != u64::from_le_bytes(*length) {
        return Err(SealError::Length);
    }
    let is_whole = hash_bytes(&file[..file.len() - checksum.len()]).to_le_bytes() == *checksum;
    if is_whole { Ok(payload) } else { Err(SealError::Damaged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: SealedKind = SealedKind { magic: *b"TESTFILE", version: 3 };

    /// Catches a checksum of the last piece alone, and a length with the header in it.
    #[test]
    fn pieces_do_not_show() {
        let payload: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for n_bytes in [1, 7, 1024, 5000] {
            let mut file = Vec::new();
            let write = |bytes: &[u8]| {
                file.extend_from_slice(bytes);
                Ok::<(), Infallible>(())
            };
            let Ok(mut sealer) = Sealer::begin(KIND, write);
            for piece in payload.chunks(n_bytes) {
                let Ok(()) = sealer.put(piece);
            }
            let Ok(()) = sealer.finish();
            assert_eq!(file, seal(KIND, &payload));
            assert_eq!(unseal(KIND, &file), Ok(payload.as_slice()));
        }
    }

    #[test]
    fn what_cannot_be_written_ends_the_file() {
        let mut n_left = 3;
        let mut sealer = Sealer::begin(KIND, |_: &[u8]| Ok::<(), &str>(())).unwrap();
        assert_eq!(sealer.put(b"a"), Ok(()));
        let write = |_: &[u8]| {
            n_left -= 1;
            if n_left == 0 { Err("full") } else { Ok(()) }
        };
        assert_eq!(Sealer::begin(KIND, write).err(), Some("full"));
    }

    #[test]
    fn every_change_is_noticed() {
        let file = seal(KIND, b"payload");
        assert_eq!(unseal(KIND, &file), Ok(b"payload".as_slice()));
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert!(unseal(KIND, &damaged).is_err(), "byte {at}");
            assert!(unseal(KIND, &file[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(unseal(KIND, &[file.as_slice(), b"x"].concat()), Err(SealError::Length));
        assert_eq!(unseal(KIND, b"{\"a\": 1}"), Err(SealError::Foreign));
        let newer = SealedKind { version: 4, ..KIND };
        assert!(matches!(unseal(newer, &file), Err(SealError::Version { found: 3, expected: 4, .. })));
    }
}
