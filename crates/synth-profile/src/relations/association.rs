//! Columns that vary together without one following from the other.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate, cast};
use synth_stats::association::benjamini_hochberg;

use super::Relations;
use super::table::Table;
use super::time_axis::{Axes, times_of_rows};
use crate::profile::VariantProfile;
use feature::Feature;
use follows::Follows;
use pair::{Comparison, Rows};

mod aggregate;
mod feature;
mod follows;
mod pair;
mod screen;

pub(super) use pair::rounded;

/// Expected share of false findings among those that are listed.
const MAX_FALSE: f64 = 0.01;
/// Least strength of an association that is listed.
const MIN_STRENGTH: f64 = 0.1;
/// Most associations of a table that are listed.
const MAX_LISTED: usize = 40;

/// What varies together in the rows of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableAssociations {
    /// Path of a row.
    pub table: JsonPath,
    /// Rows that were looked at.
    pub n_rows: u64,
    /// Pairs that were tested against chance.
    pub n_tested: u64,
    /// Pairs that are more than chance and strong enough to be named.
    pub n_found: u64,
    /// The strongest of them.
    pub strongest: Vec<Association>,
}

/// Two quantities that vary together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// One of them.
    pub left: Quantity,
    /// The other.
    pub right: Quantity,
    /// How the strength was measured.
    pub measure: AssociationMeasure,
    /// Strength: 0 for none, 1 where one side tells the other.
    pub strength: Rate,
    /// Whether they rise together; none where that has no meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Pearson's correlation of two numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pearson: Option<f64>,
    /// Both follow time, and what is left without that is less than half of the strength.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub through_time: bool,
    /// Rows that have both.
    pub n_rows: u64,
    /// Chance of such a strength without any association, corrected for the number of pairs.
    pub p_value: f64,
}

/// Something of a row that varies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Quantity {
    /// The field.
    pub path: JsonPath,
    /// What of it; the value when left out.
    #[serde(default, rename = "of", skip_serializing_if = "Aspect::is_value")]
    pub aspect: Aspect,
}

/// What of a field varies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Its value.
    #[default]
    Value,
    /// Whether it has a value.
    Presence,
    /// How many elements or members it has.
    Length,
    /// How many rows refer to this row by the field.
    Count,
    /// The mean over the elements of the row, or over the rows that refer to it.
    Mean,
    /// The sum over them.
    Sum,
}

impl Aspect {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_value(&self) -> bool {
        *self == Self::Value
    }
}

/// How the strength of an association is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssociationMeasure {
    /// Spearman's correlation of two quantities that have an order.
    Spearman,
    /// Cramér's V of two categories, without its bias.
    CramersV,
    /// Correlation ratio of the ranks of a number by the groups of a category, without its bias.
    CorrelationRatio,
    /// Mutual information as the correlation of normal columns that have as much: of quantities that hang together
    /// in another way than by rising or falling together.
    MutualInformation,
}

/// Whether two quantities rise together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// One rises with the other.
    Rising,
    /// One falls as the other rises.
    Falling,
}

/// Returns what varies together in each table, beyond what the relations found so far say.
///
/// # Method
///
/// Every pair of quantities is screened by a table of few codes; those that may be more than chance are measured on up
/// to 5,000 rows, by Spearman's correlation, Cramér's V, the correlation ratio of ranks, or mutual information where
/// that shows much more. Their p-values are corrected by Benjamini and Hochberg (1995) for all pairs that were screened.
/// Rows in order of a time that resemble their neighbours count for fewer (Bartlett 1935), and two fields that follow
/// from a third are compared on one row of each of its values.
///
/// # Cost
///
/// At most 30 million cell visits a table for the screening and 600 pairs of 5,000 rows after it; 34 MiB.
pub(super) fn associations(
    tables: &[Table],
    relations: &Relations,
    variants: &[VariantProfile],
    axes: &Axes,
) -> Vec<TableAssociations> {
    let follows = Follows::of(relations, variants);
    (0..tables.len()).filter_map(|index| of_table(tables, index, (relations, &follows), axes)).collect()
}

fn of_table(
    tables: &[Table],
    index: usize,
    (relations, follows): (&Relations, &Follows),
    axes: &Axes,
) -> Option<TableAssociations> {
    let table = &tables[index];
    if table.n_rows() < pair::MIN_ROWS {
        return None;
    }
    let rows = feature::sampled_rows(table);
    let mut features = feature::features(table, &rows, (relations, follows));
    features.extend(aggregate::features(tables, index, (relations, &rows)));
    features.truncate(feature::MAX_FEATURES);
    features.iter_mut().enumerate().for_each(|(number, feature)| feature.number = number);
    let time = times_of_rows(tables, index, axes).map(|times| Time::of(&times, &rows, &features));
    let is_tested = |left: usize, right: usize| {
        let (left, right) = (&features[left], &features[right]);
        !left.is_kin(right)
    };
    let is_news =
        |(left, right): (usize, usize)| !follows.says(&features[left].quantity, &features[right].quantity);
    let (candidates, n_tested) = screen::candidates(&features, rows.len(), (is_tested, is_news));
    let mut found: Vec<(Comparison, (usize, usize))> = Vec::new();
    for (left, right) in candidates {
        let shared = follows.shared_source(&features[left].quantity.path, &features[right].quantity.path);
        let firsts = shared.map(|source| feature::first_rows(table, &rows, source));
        let chosen = firsts.as_deref().map_or(Rows::All(rows.len()), Rows::Some);
        let pair = (&features[left], &features[right]);
        found.extend(pair::compare(pair, chosen, time.as_ref()).map(|made| (made, (left, right))));
    }
    let p_values: Vec<f64> = found.iter().map(|(made, _)| made.p_value).collect();
    let adjusted = benjamini_hochberg(&p_values, n_tested);
    let mut strongest: Vec<Association> = found
        .into_iter()
        .zip(adjusted)
        .filter(|((made, _), p_value)| *p_value <= MAX_FALSE && made.strength >= MIN_STRENGTH)
        .map(|((made, (left, right)), p_value)| made.published((&features[left], &features[right]), p_value))
        .collect();
    strongest.sort_by(|left, right| {
        let order = right.strength.get().total_cmp(&left.strength.get());
        order.then_with(|| (&left.left, &left.right).cmp(&(&right.left, &right.right)))
    });
    let mut strongest = without_repeats(strongest);
    let n_found = cast::to_u64(strongest.len());
    strongest.truncate(MAX_LISTED);
    (n_found > 0).then(|| TableAssociations {
        table: table.path.clone(),
        n_rows: cast::to_u64(rows.len()),
        n_tested: cast::to_u64(n_tested),
        n_found,
        strongest,
    })
}

/// Of the mean and the sum of one field, each beside the same quantity, the stronger one.
fn without_repeats(sorted: Vec<Association>) -> Vec<Association> {
    let is_total = |quantity: &Quantity| matches!(quantity.aspect, Aspect::Mean | Aspect::Sum);
    let mut kept: Vec<Association> = Vec::new();
    for one in sorted {
        let is_known = is_total(&one.right)
            && kept.iter().any(|known| {
                known.left == one.left && is_total(&known.right) && known.right.path == one.right.path
            });
        if !is_known {
            kept.push(one);
        }
    }
    kept
}

/// The order of the rows in time, and how far quantities follow it.
#[derive(Debug)]
struct Time {
    /// Of each feature that has an order: the correlation of a row's rank with that of the next row in time.
    memory: Vec<f64>,
    /// Of each feature that has an order: its correlation with time.
    trend: Vec<f64>,
}

impl Time {
    fn of(times: &[f64], rows: &[u32], features: &[Feature]) -> Self {
        let seconds: Vec<f64> = rows.iter().map(|row| times[*row as usize]).collect();
        let ranks = synth_stats::association::mid_ranks(&seconds);
        let mut order: Vec<usize> = (0..seconds.len()).filter(|row| !seconds[*row].is_nan()).collect();
        order.sort_by(|left, right| seconds[*left].total_cmp(&seconds[*right]));
        let memory = features.iter().map(|feature| feature.memory(&order)).collect();
        let trend = features.iter().map(|feature| feature.trend(&ranks)).collect();
        Self { memory, trend }
    }
}
