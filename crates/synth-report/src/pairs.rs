//! Compares how pairs of fields hang together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::JsonPath;
use synth_profile::SampleTables;

use synth_stats::normal;

use crate::verdict::{Verdict, rounded};

mod across;
pub(crate) mod coding;
mod tables;

use coding::{COARSE, Codes};
pub(crate) use tables::{CodedTable, coded_tables};

/// Which field refers to which.
pub(crate) type References = BTreeMap<JsonPath, JsonPath>;

/// How pairs of fields hang together in both data sets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pairs {
    /// 1 minus the mean distance, each pair weighing as much as the larger of its strengths; 1 when nothing hangs together.
    pub score: f64,
    /// The same of the effects: what is lost beyond what the fields by themselves explain.
    pub dependence: f64,
    /// Pairs that were compared.
    pub n_pairs: u64,
    /// The tables of the data: the records, and the elements of arrays and members of dictionaries.
    pub tables: Vec<PairTable>,
}

/// The pairs of one table.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PairTable {
    /// The path of its rows.
    pub path: String,
    /// Real rows of the sample.
    pub n_real: u64,
    /// Synthetic rows of the sample.
    pub n_synthetic: u64,
    /// What varies in its rows: a path, or what of it.
    pub quantities: Vec<String>,
    /// Quantities left out because there are too many.
    pub n_left_out: u64,
    /// Frobenius norm of the difference of the two matrices of strengths, over that of the real one.
    pub frobenius: f64,
    /// Every pair, by the positions of its quantities.
    pub pairs: Vec<Pair>,
}

/// Two quantities.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pair {
    /// Position of one.
    pub left: usize,
    /// Position of the other, larger.
    pub right: usize,
    /// Strength in the real data: 0 for none, 1 where one side tells the other.
    pub real: f64,
    /// Strength in the synthetic data.
    pub synthetic: f64,
    /// Share of the rows that would have to change for both quantities together to be distributed alike, beyond what chance
    /// explains.
    pub distance: f64,
    /// Share of the rows that would have to change beyond what the two distributions by themselves and chance explain.
    pub effect: f64,
    /// What of the effect is sure; the chance that it is less is shared among all pairs of the table.
    pub low: f64,
    /// How much that matters.
    pub verdict: Verdict,
}

/// Compares the pairs of quantities of two samples: those of one row, and those of a row with the row that holds it or that a
/// reference of it names.
///
/// # Method
///
/// Numbers and times are coded by the eighths of the real values, texts by their 12 most frequent real values; missing
/// and null are codes of their own. The strength of a pair is Cramér's V with the correction for bias of Bergsma 2013
/// (A bias-correction for Cramér's V and Tschuprow's T, Journal of the Korean Statistical Society 42(3)). The effect is
/// the total variation distance of the two joint distributions, less the larger of those of the two marginal ones (no
/// change of the rows can make up for less), less what two samples of one distribution differ by on average. Where the
/// synthetic numbers, coded by their own eighths, hang together more like the real ones, that counts: a field that is
/// shifted is the business of the field by itself. The score is made from the distances of the joint distributions, less chance
/// only: what asks for two fields at once gets wrong answers from either fault. A column that the synthetic rows lack takes
/// all of its pairs with it.
///
/// # Cost
///
/// Time O(rows × quantities²), at most 64 quantities a table; memory one byte a cell.
#[must_use]
pub fn compare(
    real: &SampleTables,
    synthetic: &SampleTables,
    references: &BTreeMap<JsonPath, JsonPath>,
) -> Pairs {
    let coded = coded_tables([real, synthetic], COARSE, references);
    let (mut all, mut beyond) = (Weighed::default(), Weighed::default());
    coded.iter().flat_map(CodedTable::lost_strengths).for_each(|strength| all.push(strength, 1.0));
    let tables: Vec<PairTable> = coded.into_iter().filter_map(compare_table).collect();
    for pair in tables.iter().flat_map(|table| &table.pairs) {
        all.push(pair.strength(), pair.distance);
        beyond.push(pair.strength(), pair.effect);
    }
    let n_pairs = tables.iter().map(|table| table.pairs.len() as u64).sum();
    Pairs { score: rounded(all.score()), dependence: rounded(beyond.score()), n_pairs, tables }
}

/// What pairs weigh and lose together.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weighed {
    total: f64,
    lost: f64,
}

impl Weighed {
    pub(crate) fn push(&mut self, weight: f64, effect: f64) {
        self.total += weight;
        self.lost += weight * effect;
    }

    /// 1 when nothing hangs together.
    pub(crate) fn score(self) -> f64 {
        if self.total > 0.0 { 1.0 - self.lost / self.total } else { 1.0 }
    }
}

fn compare_table(coded: CodedTable<'_>) -> Option<PairTable> {
    let both: Vec<[usize; 2]> = coded.pairs().collect();
    let mut pairs = Vec::with_capacity(both.len());
    for [left, right] in &both {
        let reach = reach(coded.n_units(*left, *right), both.len());
        let codes = [*left, *right].map(|at| (at, &coded.columns[at].codes));
        pairs.push(Pair::new(codes, reach));
    }
    let [n_real, n_synthetic] = coded.tables.map(|table| table.n_rows() as u64);
    (!pairs.is_empty()).then(|| PairTable {
        path: coded.tables[0].path().to_string(),
        n_real,
        n_synthetic,
        quantities: coded.columns.into_iter().map(|column| column.name).collect(),
        n_left_out: coded.n_left_out as u64,
        frobenius: frobenius(&pairs),
        pairs,
    })
}

impl Pair {
    fn new([(left, left_codes), (right, right_codes)]: [(usize, &Codes); 2], reach: f64) -> Self {
        let [real, synthetic] = [0, 1].map(|side| left_codes.table(right_codes, side));
        let distance = real.joint_distance(&synthetic);
        let mut effect = real.excess_distance(&synthetic);
        if effect > reach {
            effect = effect.min(real.excess_distance(&left_codes.own_table(right_codes)));
        }
        let effect = rounded(effect);
        Self {
            left,
            right,
            real: rounded(real.cramers_v()),
            synthetic: rounded(synthetic.cramers_v()),
            distance: rounded(distance),
            effect,
            low: rounded((effect - reach).max(0.0)),
            verdict: Verdict::of_distance(effect, effect - reach),
        }
    }
}

impl Pair {
    /// How much the pair weighs.
    pub(crate) fn strength(&self) -> f64 {
        self.real.max(self.synthetic)
    }
}

/// How far an effect may be off: given the signs of the gaps it is a difference of two means of ±½, so its variance is at
/// most (1/n + 1/m) / 4; the chance of 5 % is shared among all pairs (Bonferroni).
fn reach([n, m]: [f64; 2], n_pairs: usize) -> f64 {
    let alpha = 0.05 / n_pairs.max(1) as f64;
    -normal::quantile(alpha) * synth_core::math::sqrt(1.0 / n + 1.0 / m) / 2.0
}

fn frobenius(pairs: &[Pair]) -> f64 {
    let norm = |value: fn(&Pair) -> f64| -> f64 {
        synth_core::math::sqrt(pairs.iter().map(|pair| value(pair) * value(pair)).sum())
    };
    let real = norm(|pair| pair.real);
    if real > 0.0 { rounded(norm(|pair| pair.synthetic - pair.real) / real) } else { 0.0 }
}

impl Pairs {
    /// Returns the tables' pairs that differ, worst first, each with its table.
    #[must_use]
    pub fn worst_first(&self) -> Vec<(&PairTable, &Pair)> {
        let all = self.tables.iter().flat_map(|table| table.pairs.iter().map(move |pair| (table, pair)));
        let mut worst: Vec<_> = all.filter(|(_, pair)| pair.verdict != Verdict::Matches).collect();
        worst.sort_by(|(_, a), (_, b)| b.verdict.cmp(&a.verdict).then(b.low.total_cmp(&a.low)));
        worst
    }
}
