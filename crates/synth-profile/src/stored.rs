//! Partials as files: what a reader has learned, kept exactly.
//!
//! Law: equal partials have equal bytes. The same records, cut and merged in any way, are equal partials, so
//! files can be compared; what is stored beside the partial, its [`Origin`], names sources and places in them
//! and is equal only for the same files. A partial that was read back behaves as the one that was written in
//! every later merge and finish. It holds real values of the sample.

mod bytes;
mod origin;
pub(crate) mod sketches;

use std::convert::Infallible;

use synth_core::Place;
use synth_core::sealed::{self, SealedKind, Sealer};

use crate::error::{Error, ErrorKind};
use crate::partial::Partial;

pub(crate) use bytes::{Corrupt, Reader, Stored, Writer, check, is_ascending};
pub use origin::Origin;

/// The kind of file; the version rises with every change of what is stored or learned.
const KIND: SealedKind = SealedKind { magic: *b"synthPRT", version: 5 };

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
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let Ok(()) = Self::write(&self.partial, &self.origin, |bytes| {
            file.extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        });
        file
    }

    /// Hands the bytes of the file of a partial to `write`, as [`to_bytes`](Self::to_bytes) has them.
    ///
    /// # Errors
    ///
    /// The first error of `write`, which gets no more bytes then.
    ///
    /// # Cost
    ///
    /// The bytes are handed on as they are made, so that what is held of them is a buffer of 64 KiB.
    pub fn write<E>(
        partial: &Partial,
        origin: &Origin,
        write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sealer = Sealer::begin(KIND, write)?;
        let mut written = Ok(());
        let mut take = |bytes: &[u8]| {
            if written.is_ok() {
                written = sealer.put(bytes);
            }
        };
        let mut out = Writer::new(&mut take);
        origin.store(&mut out);
        partial.store(&mut out);
        out.flush();
        written?;
        sealer.finish()
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
