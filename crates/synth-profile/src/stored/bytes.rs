//! Writing and reading one value after the other.

use serde::{Deserialize, Serialize};

/// The part of a file that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrupt(pub(crate) &'static str);

/// Largest count that is read; sums of many of them stay within 64 bits.
const MAX_COUNT: u64 = 1 << 48;

/// What can be kept in a file and read back.
pub(crate) trait Stored: Sized {
    /// Appends the state: equal states give equal bytes.
    fn store(&self, out: &mut Writer<'_>);

    /// Reads what `store` wrote, and refuses what it cannot have written where later work relies on it.
    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt>;
}

/// Takes values in the binary form of `postcard` and hands the bytes on, many at a time.
pub(crate) struct Writer<'s> {
    bytes: Vec<u8>,
    take: &'s mut dyn FnMut(&[u8]),
    /// What is written belongs to a path whose units are not known; they are written as 0.
    pub(crate) units_are_unknown: bool,
}

/// Bytes that are gathered before they are handed on.
const BUFFER_BYTES: usize = 1 << 16;

impl<'s> Writer<'s> {
    /// Returns a writer that hands its bytes to `take`.
    pub(crate) fn new(take: &'s mut dyn FnMut(&[u8])) -> Self {
        Self { bytes: Vec::new(), take, units_are_unknown: false }
    }

    pub(crate) fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        let bytes = std::mem::take(&mut self.bytes);
        // Writing fails for sequences of unknown length and for sinks that are full.
        self.bytes = postcard::to_extend(value, bytes).expect("plain values have a binary form");
        if self.bytes.len() >= BUFFER_BYTES {
            self.flush();
        }
    }

    /// Writes a number of units where they are known.
    pub(crate) fn put_units(&mut self, n_units: u64) {
        let known = if self.units_are_unknown { 0 } else { n_units };
        self.put(&known);
    }

    pub(crate) fn put_option<T: Stored>(&mut self, value: Option<&T>) {
        self.put(&value.is_some());
        if let Some(value) = value {
            value.store(self);
        }
    }

    /// Hands on what was gathered.
    pub(crate) fn flush(&mut self) {
        (self.take)(&self.bytes);
        self.bytes.clear();
    }
}

/// Gives values back in the order in which they were written.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take<T: Deserialize<'a>>(&mut self) -> Result<T, Corrupt> {
        let taken = postcard::take_from_bytes(self.rest);
        let (value, rest) = taken.map_err(|_| Corrupt("the form of a value"))?;
        self.rest = rest;
        Ok(value)
    }

    /// Reads a count, which is never so large that sums of counts could overflow.
    pub(crate) fn count(&mut self) -> Result<u64, Corrupt> {
        let count: u64 = self.take()?;
        if count <= MAX_COUNT { Ok(count) } else { Err(Corrupt("a count")) }
    }

    pub(crate) fn counts<const N: usize>(&mut self) -> Result<[u64; N], Corrupt> {
        let mut counts = [0; N];
        for count in &mut counts {
            *count = self.count()?;
        }
        Ok(counts)
    }

    /// Reads a list of at most `max` entries; nothing is set aside for entries that are not there.
    pub(crate) fn list<T>(
        &mut self,
        max: usize,
        mut entry: impl FnMut(&mut Self) -> Result<T, Corrupt>,
    ) -> Result<Vec<T>, Corrupt> {
        let length: usize = self.take()?;
        check(length <= max, "the length of a list")?;
        (0..length).map(|_| entry(self)).collect()
    }

    pub(crate) fn option<T: Stored>(&mut self) -> Result<Option<T>, Corrupt> {
        if self.take()? { T::load(self).map(Some) } else { Ok(None) }
    }
}

/// Refuses what does not hold.
pub(crate) fn check(holds: bool, what: &'static str) -> Result<(), Corrupt> {
    if holds { Ok(()) } else { Err(Corrupt(what)) }
}

/// Tells whether every item is above the one before it.
pub(crate) fn is_ascending<T: PartialOrd>(items: impl IntoIterator<Item = T>) -> bool {
    let mut items = items.into_iter();
    let Some(mut previous) = items.next() else { return true };
    items.all(|item| {
        let ascends = previous < item;
        previous = item;
        ascends
    })
}
