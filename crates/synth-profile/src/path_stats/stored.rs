//! What was seen at a path, in files.

use synth_core::JsonType;

use super::PathStats;
use crate::stored::{Corrupt, Reader, Stored, Writer, check};

/// Largest sum of positions that is read.
const MAX_POSITION_SUM: u64 = 1 << 60;

impl Stored for PathStats {
    /// The shortcuts for reading, `last_unit` and `key`, are no part of what was learned.
    fn store(&self, out: &mut Writer<'_>) {
        let Self {
            n_values,
            n_units,
            position_sum,
            types,
            n_true,
            number,
            string,
            lengths,
            n_members,
            last_unit: _,
            key: _,
        } = self;
        out.put(&(n_values, position_sum, types, n_true));
        out.put_units(*n_units);
        out.put_option(number.as_deref());
        out.put_option(string.as_deref());
        out.put_option(lengths.as_deref());
        out.put_option(n_members.as_deref());
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let stats = Self {
            n_values: input.count()?,
            position_sum: input.take()?,
            types: input.counts()?,
            n_true: input.count()?,
            n_units: input.count()?,
            number: input.option()?.map(Box::new),
            string: input.option()?.map(Box::new),
            lengths: input.option()?.map(Box::new),
            n_members: input.option()?.map(Box::new),
            last_unit: None,
            key: Box::default(),
        };
        check(stats.holds_together(), "the counts of a path")?;
        Ok(stats)
    }
}

impl PathStats {
    /// Tells whether the parts speak of the same values.
    fn holds_together(&self) -> bool {
        let n_numbers = self.n_of(JsonType::Integer) + self.n_of(JsonType::Number);
        self.types.iter().sum::<u64>() == self.n_values
            && self.n_units <= self.n_values
            && self.position_sum <= MAX_POSITION_SUM
            && self.n_true <= self.n_of(JsonType::Boolean)
            && self.number().map_or(0, |numbers| numbers.distinct.total()) == n_numbers
            && self.string().map_or(0, |strings| strings.distinct.total()) == self.n_of(JsonType::String)
            && self.lengths().map_or(0, |lengths| lengths.count()) == self.n_of(JsonType::Array)
            && self.n_members().map_or(0, |lengths| lengths.count()) == self.n_of(JsonType::Object)
    }
}
