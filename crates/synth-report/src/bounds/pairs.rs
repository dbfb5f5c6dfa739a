//! The score of pairs of other samples.

use synth_core::hash::{combine, mix};
use synth_core::{cast, math};
use synth_profile::SampleTables;
use synth_stats::association::Contingency;

use super::draws;
use crate::groups::{ALL, Groups, N_GROUPS, N_HALVINGS, Times, drawn, halvings};
use crate::pairs::coding::{COARSE, Codes};
use crate::pairs::{Pair, Pairs, References, Weighed, coded_tables};

/// Pairs that weigh less hardly move the score: they are taken as they are.
const MIN_WEIGHT: f64 = 0.05;

/// What the score of pairs would be.
pub(super) struct PairSpread {
    /// Without any dependence.
    pub(super) floor: Weighed,
    /// For fresh real data.
    pub(super) ceiling: Weighed,
    /// For each of the drawn samples.
    pub(super) draws: Vec<Weighed>,
}

pub(super) fn spread(
    samples: [&SampleTables; 2],
    groups: &[Groups<'_>; 2],
    (pairs, references): (Option<&Pairs>, &References),
) -> PairSpread {
    let mut spread = PairSpread {
        floor: Weighed::default(),
        ceiling: Weighed::default(),
        draws: draws().map(|_| Weighed::default()).collect(),
    };
    let found = pairs.map_or(&[][..], |pairs| &pairs.tables);
    for table in coded_tables(samples, COARSE, references) {
        let path = table.tables[0].path();
        let name = path.to_string();
        let lost: Vec<f64> = table.lost_strengths().collect();
        spread.draws.iter_mut().for_each(|sum| lost.iter().for_each(|strength| sum.push(*strength, 1.0)));
        let Some(found) = found.iter().find(|found| found.path == name) else { continue };
        let rows = [0, 1].map(|side: usize| groups[side].rows(path));
        let turned = turned(table.tables[0].n_rows());
        let n = table.tables.map(|table| table.n_rows() as f64);
        let shrink = math::sqrt((1.0 / n[0] + 1.0 / n[1]) * n[0]) / 2.0;
        let codes: Vec<&Codes> = table.columns.iter().map(|column| &column.codes).collect();
        for pair in &found.pairs {
            let both = Both { left: codes[pair.left], right: codes[pair.right], rows };
            spread.push(&both, pair, (&turned, shrink.min(1.0)));
        }
    }
    spread
}

/// The rows of a table in another order.
fn turned(n_rows: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n_rows).collect();
    order.sort_by_cached_key(|row| mix(combine(0x7094, cast::to_u64(*row))));
    order
}

/// The codes of a pair, and the groups of the rows of both sides.
struct Both<'c> {
    left: &'c Codes,
    right: &'c Codes,
    rows: [&'c [u8]; 2],
}

impl Both<'_> {
    /// One table for each group.
    fn tables(&self, left: &[u8], right: &[u8], side: usize) -> Vec<Contingency> {
        let mut tables = vec![Contingency::new(self.left.n_codes, self.right.n_codes); N_GROUPS];
        for ((left, right), group) in left.iter().zip(right).zip(self.rows[side]) {
            tables[usize::from(*group)].push(usize::from(*left), usize::from(*right));
        }
        tables
    }

    fn shuffled(&self, order: &[usize]) -> Contingency {
        let mut table = Contingency::new(self.left.n_codes, self.right.n_codes);
        for (left, row) in self.left.rows[0].iter().zip(order) {
            table.push(usize::from(*left), usize::from(self.right.rows[0][*row]));
        }
        table
    }
}

impl PairSpread {
    /// `shrink` is what chance parts samples of these sizes by, as a share of what it parts the two halves of the real rows by.
    fn push(&mut self, both: &Both<'_>, pair: &Pair, (turned, shrink): (&[usize], f64)) {
        let real = both.tables(&both.left.rows[0], &both.right.rows[0], 0);
        let whole = Contingency::sum(&real, &ALL);
        if pair.real >= MIN_WEIGHT {
            let effect = whole.joint_distance(&both.shuffled(turned));
            self.floor.push(pair.real, effect);
            let halved = halvings().map(|halves| {
                let [first, second] = halves.map(|half| Contingency::sum(&real, &half));
                first.joint_distance(&second)
            });
            self.ceiling.push(pair.real, halved.sum::<f64>() / N_HALVINGS as f64 * shrink);
        } else {
            self.floor.push(pair.real, 0.0);
            self.ceiling.push(pair.real, 0.0);
        }
        if pair.strength() < MIN_WEIGHT {
            self.draws.iter_mut().for_each(|sum| sum.push(pair.strength(), pair.distance));
            return;
        }
        let synthetic = both.tables(&both.left.rows[1], &both.right.rows[1], 1);
        let sums = |tables: &[Contingency], times: &Times| Contingency::sum(tables, times);
        for (draw, sum) in draws().zip(&mut self.draws) {
            let (ours, theirs) = (sums(&real, &drawn(draw, 0)), sums(&synthetic, &drawn(draw, 1)));
            sum.push(ours.cramers_v().max(theirs.cramers_v()), ours.joint_distance(&theirs));
        }
    }
}
