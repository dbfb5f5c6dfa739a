//! Where the quality stands between data without any dependence and fresh real data, and how sure it is.

mod fields;
mod pairs;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::math;
use synth_profile::SampleTables;

use crate::along::{Memories, MemoryLine};
use crate::compare::{Comparison, Parts};
use crate::groups::{Groups, N_DRAWS};
use crate::verdict::rounded;

/// 95 % of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.959_964;
/// Floor and ceiling nearer to each other than this leave no room to measure in.
const MIN_ROOM: f64 = 0.005;

/// What the quality is to be held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Bounds {
    /// Quality of real data whose fields are shuffled one by one: each is right by itself, and nothing holds them together.
    pub floor: f64,
    /// Quality of fresh real data, as many as there are synthetic data.
    pub ceiling: f64,
    /// Whether the ceiling comes from data of its own, and not from the two halves of the real sample.
    pub has_holdout: bool,
    /// In 95 of 100 other samples of the same sizes the quality lies here (bootstrap).
    pub interval: [f64; 2],
}

impl Bounds {
    /// Where a quality stands on the way from the floor, 0, to the ceiling, 1; below 0 for fields that are wrong by
    /// themselves. `None` where nothing hangs together, so that there is no way to go.
    #[must_use]
    pub fn place(&self, score: f64) -> Option<f64> {
        let room = self.ceiling - self.floor;
        (room >= MIN_ROOM).then(|| rounded(((score - self.floor) / room).min(1.0)))
    }
}

/// Bounds of the quality of a comparison, from the samples that it was made with.
///
/// # Method
///
/// The rows of either side are dealt out to 16 groups; the rows of one record, or of one element of a document, stay
/// together. Ceiling: one half of the real groups against the other, in 15 ways, each of which parts any two groups as often as not. Chance parts two samples of n and m rows by a multiple of
/// √(1/n + 1/m), and halves more than the whole, so what the halves lose is scaled to the sizes of the data. Floor: pairs
/// of the real rows, one column of each in another order; fields by themselves as at the ceiling, as shuffling leaves them as
/// they are; no number follows itself. Interval: the groups of both sides are drawn with replacement 40 times, and the
/// quality ± 1.96 standard deviations of what it is then are its ends, the standard interval of Efron, B. and Tibshirani, R.
/// J. (1993), An Introduction to the Bootstrap, chapter 13. Fields by themselves are compared in 60 parts of the real numbers and the 60
/// most frequent texts. Numbers along time do not survive a drawing of rows: the difference of two autocorrelations ρ
/// has variance (1 - ρ²)(1/n + 1/m) (Bartlett 1946), from which follow its share in the interval, and its mean size at the ceiling.
///
/// # Cost
///
/// For each pair of columns that hang together at all a pass over the rows and 80 sums of 16 tables.
pub(crate) fn of([real, synthetic]: [&SampleTables; 2], comparison: &Comparison) -> Bounds {
    let groups = [Groups::of(real), Groups::of(synthetic)];
    let fields = fields::noise([real, synthetic], &groups, &comparison.fields);
    let pairs =
        pairs::spread([real, synthetic], &groups, (comparison.pairs.as_ref(), &comparison.references));
    let quality = &comparison.quality;
    let n_fields = (quality.n_fields as f64).max(1.0);
    let own = Parts { fields: quality.parts.total, pairs: quality.pairs, memory: quality.memory };
    let remembered = comparison.memories.as_ref().map_or(0.0, |memories| memories.total / n_fields);
    let total = |parts: &Parts| parts.total(remembered);
    let memory = comparison.memories.as_ref().map(along).unwrap_or_default();
    let fields_ceiling = 1.0 - fields.lost / n_fields;
    let at = |pairs: f64, memory: f64| Parts {
        fields: fields_ceiling,
        pairs: own.pairs.map(|_| pairs),
        memory: own.memory.map(|_| memory),
    };
    let drawn = |draw: usize| Parts {
        fields: own.fields - fields.draws[draw] / n_fields,
        pairs: own.pairs.map(|_| pairs.draws[draw].score()),
        ..own
    };
    let scores: Vec<f64> = (0..fields.draws.len()).map(|draw| total(&drawn(draw))).collect();
    let by_memory = Parts { memory: own.memory.map(|score| score - math::sqrt(memory.variance)), ..own };
    let of_memory = total(&own) - total(&by_memory);
    let deviation = math::sqrt(variance(&scores) + of_memory * of_memory);
    let reach = Z * deviation;
    Bounds {
        floor: rounded(total(&at(pairs.floor.score(), memory.floor))),
        ceiling: rounded(total(&at(pairs.ceiling.score(), memory.ceiling))),
        has_holdout: false,
        interval: [(quality.score - reach).max(0.0), (quality.score + reach).min(1.0)].map(rounded),
    }
}

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n.max(1.0);
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0)
}

/// What the score of memory is without any, for fresh real data, and how it varies.
#[derive(Debug, Default, Clone, Copy)]
struct AlongBounds {
    floor: f64,
    ceiling: f64,
    variance: f64,
}

fn along(memories: &Memories) -> AlongBounds {
    let first = |lags: &[f64]| lags.first().copied().unwrap_or(0.0);
    let spread = |line: &MemoryLine, memory: f64| {
        (1.0 - memory * memory).max(0.0) * (1.0 / line.n_pairs[0].max(1.0) + 1.0 / line.n_pairs[1].max(1.0))
    };
    let (mut bounds, mut real, mut all) = (AlongBounds::default(), 0.0, 0.0);
    for line in &memories.lines {
        let ours = first(&line.real);
        let weight = ours.abs().max(first(&line.synthetic).abs());
        bounds.floor += ours.abs() * ours.abs().min(1.0);
        bounds.ceiling += ours.abs() * math::sqrt(std::f64::consts::FRAC_2_PI * spread(line, ours));
        bounds.variance += weight * weight * spread(line, ours);
        real += ours.abs();
        all += weight;
    }
    let share = |lost: f64, of: f64| if of > 0.0 { (lost / of).min(1.0) } else { 0.0 };
    AlongBounds {
        floor: 1.0 - share(bounds.floor, real),
        ceiling: 1.0 - share(bounds.ceiling, real),
        variance: share(bounds.variance, all * all),
    }
}

/// The samples that are drawn, by number.
fn draws() -> impl Iterator<Item = u64> {
    0..N_DRAWS
}
