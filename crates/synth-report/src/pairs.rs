//! Compares how pairs of fields hang together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::JsonPath;
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleColumn, SamplePart, SampleTable};

use synth_stats::normal;

use crate::verdict::{Verdict, rounded};

mod coding;

use coding::{Codes, code};

/// Quantities of one table whose pairs are compared; more are left out.
const MAX_QUANTITIES: usize = 64;
/// Rows that a table needs on either side.
const MIN_ROWS: usize = 20;

/// How pairs of fields hang together in both data sets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pairs {
    /// 1 minus the mean effect, each pair weighing as much as the larger of its strengths; 1 when nothing hangs together.
    pub score: f64,
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
    /// Share of the rows that would have to change beyond what the two distributions by themselves and chance explain.
    pub effect: f64,
    /// What of the effect is sure; the chance that it is less is shared among all pairs of the table.
    pub low: f64,
    /// How much that matters.
    pub verdict: Verdict,
}

/// Compares the pairs of quantities of two samples.
///
/// # Method
///
/// Numbers and times are coded by the eighths of the real values, texts by their 12 most frequent real values; missing
/// and null are codes of their own. The strength of a pair is Cramér's V with the correction for bias of Bergsma 2013
/// (A bias-correction for Cramér's V and Tschuprow's T, Journal of the Korean Statistical Society 42(3)). The effect is
/// the total variation distance of the two joint distributions, less the larger of those of the two marginal ones (no
/// change of the rows can make up for less), less what two samples of one distribution differ by on average. Where the
/// synthetic numbers, coded by their own eighths, hang together more like the real ones, that counts: a field that is
/// shifted is the business of the field by itself.
///
/// # Cost
///
/// Time O(rows × quantities²), at most 64 quantities a table; memory one byte a cell.
#[must_use]
pub fn compare(real: &SampleTables, synthetic: &SampleTables) -> Pairs {
    let others: BTreeMap<&JsonPath, SampleTable<'_>> =
        synthetic.iter().map(|table| (table.path(), table)).collect();
    let tables: Vec<PairTable> = real
        .iter()
        .filter_map(|table| Some((table, *others.get(table.path())?)))
        .filter_map(|(real, synthetic)| compare_tables(real, synthetic))
        .collect();
    let pairs = || tables.iter().flat_map(|table| &table.pairs);
    let weight = |pair: &Pair| pair.real.max(pair.synthetic);
    let total: f64 = pairs().map(weight).sum();
    let lost: f64 = pairs().map(|pair| weight(pair) * pair.effect).sum();
    let score = if total > 0.0 { 1.0 - lost / total } else { 1.0 };
    Pairs { score: rounded(score), n_pairs: pairs().count() as u64, tables }
}

fn compare_tables(real: SampleTable<'_>, synthetic: SampleTable<'_>) -> Option<PairTable> {
    if real.n_rows().min(synthetic.n_rows()) < MIN_ROWS {
        return None;
    }
    let name_of = |column: &SampleColumn<'_>| (column.path().clone(), part_rank(column.part()));
    let others: BTreeMap<_, SampleColumn<'_>> =
        synthetic.columns().map(|column| (name_of(&column), column)).collect();
    let rows = [real.n_rows(), synthetic.n_rows()];
    let mut coded: Vec<(String, Codes)> = real
        .columns()
        .filter_map(|column| {
            let codes = code([column, *others.get(&name_of(&column))?], rows)?;
            Some((quantity(&column), codes))
        })
        .collect();
    let n_left_out = coded.len().saturating_sub(MAX_QUANTITIES) as u64;
    coded.truncate(MAX_QUANTITIES);
    let n_all = coded.len() * coded.len().saturating_sub(1) / 2;
    let reach = reach([real, synthetic].map(n_units), n_all);
    let mut pairs = Vec::new();
    for (left, (_, left_codes)) in coded.iter().enumerate() {
        for (right, (_, right_codes)) in coded.iter().enumerate().skip(left + 1) {
            pairs.push(Pair::new((left, left_codes), (right, right_codes), reach));
        }
    }
    (!pairs.is_empty()).then(|| PairTable {
        path: real.path().to_string(),
        n_real: rows[0] as u64,
        n_synthetic: rows[1] as u64,
        quantities: coded.into_iter().map(|(name, _)| name).collect(),
        n_left_out,
        frobenius: frobenius(&pairs),
        pairs,
    })
}

impl Pair {
    fn new((left, left_codes): (usize, &Codes), (right, right_codes): (usize, &Codes), reach: f64) -> Self {
        let [real, synthetic] = [0, 1].map(|side| left_codes.table(right_codes, side));
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
            effect,
            low: rounded((effect - reach).max(0.0)),
            verdict: Verdict::of_distance(effect, effect - reach),
        }
    }
}

/// Rows that are independent: those of one record hang together, so the holders count where there are several.
fn n_units(table: SampleTable<'_>) -> f64 {
    let holders = table.holder_rows();
    let n_holders = holders.chunk_by(|a, b| a == b).count();
    let is_nested = table.holder().is_some() && n_holders > 1;
    (if is_nested { n_holders } else { table.n_rows() }) as f64
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

fn part_rank(part: SamplePart) -> u8 {
    match part {
        SamplePart::Value => 0,
        SamplePart::Length => 1,
        SamplePart::Key => 2,
        SamplePart::Presence => 3,
    }
}

/// The name of a quantity: its path, and what of it.
fn quantity(column: &SampleColumn<'_>) -> String {
    match column.part() {
        SamplePart::Value => column.path().to_string(),
        SamplePart::Length => format!("length of {}", column.path()),
        SamplePart::Key => format!("key of {}", column.path()),
        SamplePart::Presence => format!("presence of {}", column.path()),
    }
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
