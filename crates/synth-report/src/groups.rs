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

/// Ways to cut the groups into halves: by the parity of some of the four bits of their numbers, which part any two groups in 8 of
/// the 15 ways, as the rows of a Hadamard matrix do.
pub(crate) const N_HALVINGS: usize = 15;

/// The halves of each way.
pub(crate) fn halvings() -> impl Iterator<Item = [Times; 2]> {
    (1..=N_HALVINGS).map(|bits| {
        [0, 1].map(|half| std::array::from_fn(|group| u32::from((group & bits).count_ones() % 2 == half)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches ways that keep some groups together more than others.
    #[test]
    fn halves_part_all_groups_alike() {
        let ways: Vec<[Times; 2]> = halvings().collect();
        assert!(ways.iter().flatten().all(|half| half.iter().sum::<u32>() == 8));
        for (a, b) in (0..N_GROUPS).flat_map(|a| (0..a).map(move |b| (a, b))) {
            assert_eq!(ways.iter().filter(|[half, _]| half[a] != half[b]).count(), 8);
        }
    }

    #[test]
    fn samples_have_as_many_groups_and_differ() {
        let samples: Vec<Times> = (0..N_DRAWS).map(|draw| drawn(draw, 0)).collect();
        assert!(samples.iter().all(|times| times.iter().sum::<u32>() == 16));
        assert!(samples.windows(2).all(|two| two[0] != two[1]) && drawn(0, 0) != drawn(0, 1));
    }
}
