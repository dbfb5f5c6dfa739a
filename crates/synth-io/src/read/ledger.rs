//! Keeps account of bad records, so that the one that is too many is the same whatever the threads do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use synth_core::{Place, cast};

use crate::{Error, ErrorKind, Fault};

/// The first bad records of the input, in order, one more than are allowed.
pub(super) struct Ledger {
    max_bad: u64,
    /// Bad records of earlier rounds.
    n_before: u64,
    is_full: AtomicBool,
    /// By chunk, and by offset within the source of that chunk.
    bad: Mutex<BTreeMap<(u64, u64), BadRecord>>,
}

struct BadRecord {
    fault: Fault,
    place: Place,
}

impl Ledger {
    /// Returns an account for an input of which earlier rounds had `n_before` bad records.
    pub(super) fn new(max_bad: u64, n_before: u64) -> Self {
        Self { max_bad, n_before, is_full: AtomicBool::new(false), bad: Mutex::default() }
    }

    /// How many more are allowed.
    fn n_allowed(&self) -> u64 {
        self.max_bad.saturating_sub(self.n_before)
    }

    /// Tells whether more bad records than allowed were seen, so that no more chunks need be read.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    pub(super) fn push(&self, chunk: u64, fault: Fault, place: Place) {
        let key = (chunk, place.offset_bytes.unwrap_or_default());
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        bad.insert(key, BadRecord { fault, place });
        if cast::to_u64(bad.len()) > self.n_allowed() {
            self.is_full.store(true, Ordering::Relaxed);
        }
        if cast::to_u64(bad.len()) > self.n_allowed().saturating_add(1) {
            bad.pop_last();
        }
    }

    /// Returns the chunk and the error of the first bad record beyond what is allowed.
    ///
    /// Chunks are handed out in order and each is read to its end, so it is the first one of the input.
    pub(super) fn into_excess(self) -> Option<(u64, Error)> {
        let (index, max_bad) = (cast::to_usize(self.n_allowed()), self.max_bad);
        let bad = self.bad.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ((chunk, _), BadRecord { fault, place }) = bad.into_iter().nth(index)?;
        Some((chunk, Error::new(ErrorKind::TooManyBad { max_bad, fault }, place)))
    }
}
