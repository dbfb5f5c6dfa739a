//! From a path to a stream of decompressed bytes.

use std::fs::File;
use std::io::{BufReader, Chain, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use synth_core::{Place, cast};

use crate::source::{Position, Window};
use crate::{Codec, Error, ErrorKind};

/// Bytes handed over since the start, as stored: before decompression.
pub(crate) type ReadCount = Arc<AtomicU64>;

/// A source whose first bytes have not been looked at yet.
pub(super) struct Opened {
    pub(super) window: Window,
    /// Size of a regular file; `None` for pipes and standard input.
    pub(super) n_bytes: Option<u64>,
}

/// Opens a file, or standard input for `-`.
pub(super) fn open_path(path: &Path, count: &ReadCount) -> Result<Opened, Error> {
    let name = path.display().to_string();
    if name == "-" {
        let window = open_reader("-", Box::new(std::io::stdin()), count)?;
        return Ok(Opened { window, n_bytes: None });
    }
    let fail = |cause| Error::from_io(&name, ErrorKind::Read, cause);
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, Place::in_source(name)));
    }
    let window = open_reader(&name, Box::new(file), count)?;
    Ok(Opened { window, n_bytes: metadata.is_file().then_some(metadata.len()) })
}

/// Opens a file that is not compressed at the position at which an earlier run stood.
pub(super) fn open_at(path: &Path, position: Position, count: &ReadCount) -> Result<Window, Error> {
    let name = path.display().to_string();
    let fail = |cause| Error::from_io(&name, ErrorKind::Read, cause);
    let mut file = File::open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() < position.offset {
        return Err(Error::new(ErrorKind::Shorter, Place::in_source(name)));
    }
    file.seek(SeekFrom::Start(position.offset)).map_err(fail)?;
    count.fetch_add(position.offset, Ordering::Relaxed);
    let reader = Counted { reader: Box::new(file), count: Arc::clone(count) };
    Ok(Window::new(name.as_str().into(), Box::new(reader), None).starting_at(position))
}

/// Looks at the first bytes of a stream and puts a decoder in front of it if they say so.
pub(super) fn open_reader(
    name: &str,
    reader: Box<dyn Read + Send>,
    count: &ReadCount,
) -> Result<Window, Error> {
    let mut reader = Counted { reader, count: Arc::clone(count) };
    let mut magic = Vec::new();
    let read = reader.by_ref().take(4).read_to_end(&mut magic);
    read.map_err(|cause| Error::from_io(name, ErrorKind::Read, cause))?;
    let codec = codec_of(&magic);
    let raw = Cursor::new(magic).chain(reader);
    let reader: Box<dyn Read + Send> = match codec {
        None => Box::new(raw),
        Some(Codec::Gzip) => Box::new(MultiGzDecoder::new(buffered(raw))),
        Some(Codec::Zstd) => {
            let decoder = zstd::Decoder::with_buffer(buffered(raw));
            Box::new(decoder.map_err(|cause| Error::from_io(name, ErrorKind::Read, cause))?)
        }
    };
    Ok(Window::new(name.into(), reader, codec))
}

fn buffered(raw: Chain<Cursor<Vec<u8>>, Counted>) -> BufReader<Chain<Cursor<Vec<u8>>, Counted>> {
    BufReader::with_capacity(1 << 16, raw)
}

/// Returns the compression that the first bytes name: RFC 1952 section 2.3.1, RFC 8878 sections 3.1.1 and 3.1.2.
fn codec_of(magic: &[u8]) -> Option<Codec> {
    match magic {
        [0x1f, 0x8b, ..] => Some(Codec::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Codec::Zstd),
        _ => None,
    }
}

/// Counts what passes through.
struct Counted {
    reader: Box<dyn Read + Send>,
    count: ReadCount,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.reader.read(buffer)?;
        self.count.fetch_add(cast::to_u64(n_read), Ordering::Relaxed);
        Ok(n_read)
    }
}
