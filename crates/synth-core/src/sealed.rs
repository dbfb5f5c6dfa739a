//! Binary files of our own: what they are, who wrote them, and whether they are whole.
//!
//! A sealed file is a header and a payload. The header is the kind's name (8 bytes), the version of its format (4),
//! the version of the program (1 byte of length, then text), the length of the payload (8) and a checksum (8) of
//! all other bytes. Numbers are little-endian.

use crate::cast;
use crate::hash::hash_bytes;

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

/// Returns the file with this payload; the header is put before it in place, so that a large payload is not copied.
#[must_use]
pub fn seal(kind: SealedKind, mut payload: Vec<u8>) -> Vec<u8> {
    let mut header = Vec::with_capacity(64);
    header.extend_from_slice(&kind.magic);
    header.extend_from_slice(&kind.version.to_le_bytes());
    // The program's own version has a few bytes.
    header.push(u8::try_from(WRITER.len()).unwrap_or(0));
    header.extend_from_slice(&WRITER.as_bytes()[..usize::from(u8::try_from(WRITER.len()).unwrap_or(0))]);
    header.extend_from_slice(&cast::to_u64(payload.len()).to_le_bytes());
    let checksum = checksum(&header, &payload);
    header.extend_from_slice(&checksum.to_le_bytes());
    payload.splice(0..0, header);
    payload
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
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(SealError::Length)?;
    let (expected, payload) = rest.split_first_chunk::<8>().ok_or(SealError::Length)?;
    if cast::to_u64(payload.len()) != u64::from_le_bytes(*length) {
        return Err(SealError::Length);
    }
    let header = &file[..file.len() - payload.len() - 8];
    let is_whole = checksum(header, payload) == u64::from_le_bytes(*expected);
    if is_whole { Ok(payload) } else { Err(SealError::Damaged) }
}

fn checksum(header: &[u8], payload: &[u8]) -> u64 {
    crate::hash::combine(hash_bytes(header), hash_bytes(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: SealedKind = SealedKind { magic: *b"TESTFILE", version: 3 };

    #[test]
    fn every_change_is_noticed() {
        let file = seal(KIND, b"payload".to_vec());
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
