//! Rows in a few groups that are independent of each other, from which other samples are drawn.

use std::collections::BTreeMap;

use synth_core::hash::{combine, mix};
use synth_core::{JsonPath, cast};
use synth_profile::SampleTables;

/// Groups of a side.
pub(crate) const N_GROUPS: usize = 16;
/// Samples that are drawn from them.
pub(crate) const N_DRAWS: u64 = 40;

/// How often each group stands in a sample.
pub(crate) type Times = [u32; N_GROUPS];

/// Every group once.
pub(crate) const ALL: Times = [1; N_GROUPS];

/// The group of every row of every table.
pub(crate) struct Groups<'t>(BTreeMap<&'t JsonPath, Vec<u8>>);

impl<'t> Groups<'t> {
    /// Deals the records out by chance; in a document, the rows of its outermost arrays. Rows go with what holds them.
    pub(crate) fn of(tables: &'t SampleTables) -> Self {
        let mut all: Vec<Vec<u8>> = Vec::new();
        let mut groups = BTreeMap::new();
        for (at, table) in tables.iter().enumerate() {
            let dealt = |row: usize| -> u8 {
                let salt = combine(0x6120, cast::to_u64(at));
                u8::try_from(mix(combine(salt, cast::to_u64(row))) % N_GROUPS as u64).unwrap_or(0)
            };
            let holders = table.holder().and_then(|at| all.get(at)).filter(|holders| holders.len() > 1);
            let own: Vec<u8> = (0..table.n_rows())
                .map(|row| match holders {
                    Some(holders) => holders[cast::to_usize(u64::from(table.holder_rows()[row]))],
                    None => dealt(row),
                })
                .collect();
            groups.insert(table.path(), own.clone());
            all.push(own);
        }
        Self(groups)
    }

    /// The groups of the rows of one table.
    pub(crate) fn rows(&self, path: &JsonPath) -> &[u8] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }
}

/// One of the samples of one side: as many groups as there are, drawn with replacement.
pub(crate) fn drawn(draw: u64, side: u64) -> Times {
    let mut times = [0; N_GROUPS];
    for turn in 0..N_GROUPS as u64 {
        let at = mix(combine(combine(0xB007, 2 * draw + side), turn)) % N_GROUPS as u64;
        times[cast::to_usize(at)] += 1;
    }
    times
}

/// The two halves of the groups.
pub(crate) fn halves() -> [Times; 2] {
    [0, 1].map(|half| std::array::from_fn(|group| u32::from(group % 2 == half)))
}
