//! Partials as files: what a reader has learned, kept exactly.
//!
//! Law: equal partials have equal bytes. The same records, cut and merged in any way, are equal partials, so
//! files can be compared; what is stored beside the partial, its [`Origin`], names sources and places in them
//! and is equal only for the same files. A partial that was read back behaves as the one that was written in
//! every later merge and finish. It holds real values of the sample.

mod bytes;
mod origin;
pub(crate) mod sketches;

use synth_core::Place;
use synth_core::sealed::{self, SealedKind};

use crate::error::{Error, ErrorKind};
use crate::partial::Partial;

pub(crate) use bytes::{Corrupt, Reader, Stored, Writer, check, is_ascending};
pub use origin::Origin;

/// The kind of file; the version rises with every change of what is stored or learned.
const KIND: SealedKind = SealedKind { magic: *b"synthPRT", version: 4 };

/// A partial and where it comes from.
#[derive(Debug, Clone)]
pub struct PartialFile {
    /// What was learned.
    pub partial: Partial,
    /// What is known of the input beside its records.
    pub origin: Origin,
}

impl PartialFile {
    /// Returns the bytes of the file.
    ///
    /// # Cost
    ///
    /// About as many bytes as the partial has in memory; at most twice that while they are made.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        Self::bytes_of(&self.partial, &self.origin)
    }

    /// Returns the bytes of the file of a partial that is still in use, as [`to_bytes`](Self::to_bytes) does.
    #[must_use]
    pub fn bytes_of(partial: &Partial, origin: &Origin) -> Vec<u8> {
        let mut out = Writer::default();
        origin.store(&mut out);
        partial.store(&mut out);
        sealed::seal(KIND, out.into_bytes())
    }

    /// Reads a file; `name` is used in errors.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Sealed`] for another kind of file, another format and damage; [`ErrorKind::BadPartial`] for
    /// contents that no partial has.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Self, Error> {
        let fail = |kind| Error::new(kind, Place::in_source(name));
        let payload = sealed::unseal(KIND, bytes).map_err(|error| fail(ErrorKind::Sealed(error)))?;
        Self::load_all(payload).map_err(|Corrupt(what)| fail(ErrorKind::BadPartial { what }))
    }

    /// Adds the records of another file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incompatible`] when one of them is of documents and the other of a stream of records.
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        if self.partial.unit() != other.partial.unit() {
            let name = other.origin.source.map(Place::in_source).unwrap_or_default();
            return Err(Error::new(ErrorKind::Incompatible, name));
        }
        self.partial.merge(other.partial);
        self.origin.merge(other.origin);
        Ok(())
    }

    fn load_all(payload: &[u8]) -> Result<Self, Corrupt> {
        let mut input = Reader::new(payload);
        let file = Self { origin: Origin::load(&mut input)?, partial: Partial::load(&mut input)? };
        if input.is_at_end() { Ok(file) } else { Err(Corrupt("the end")) }
    }
}
