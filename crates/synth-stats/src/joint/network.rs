//! Which one or two others each field of a Bayesian network looks at.

use super::codes::CodeColumn;
use super::group::Grouping;
use super::grow::sigmas_above_chance;
use super::links::{Link, entropy};

/// Rows that second parents are judged on.
const ROWS: usize = 8192;
/// Groups of codes of the field, of the first and of the second parent.
const GROUPS: usize = 8;
/// Others that are tried as a second parent, those that say most of the field first.
const TRIED: usize = 6;
/// A second parent says something beside the first when it lies so many standard deviations above chance.
const MIN_SIGMAS: f64 = 3.0;

/// A tree of fields: the order in which they are drawn, and what each looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Numbers of the fields; each stands behind the field it looks at.
    pub order: Vec<usize>,
    /// By field what it looks at: a field below `n_fields`, or something given from there on.
    pub parents: Vec<Option<usize>>,
}

/// Returns the tree of fields with the most information along its branches.
///
/// # Shapes and units
///
/// Fields are numbered from 0 to `n_fields`, what is given beside them on to `n_all`. `information(a, b)` is in nats; a branch
/// with none is not drawn. What is given may be a parent of any field and has none itself.
///
/// # Method
///
/// Of all trees this one has the highest likelihood (Chow and Liu 1968, Approximating discrete probability distributions with
/// dependence trees, IEEE Trans. Inf. Theory 14(3)); found by Prim's algorithm (1957). What is given is in the tree from the beginning. Of
/// equal branches the first counts.
///
/// # Cost
///
/// `n_fields` · `n_all` calls of `information`.
///
/// # Example
///
/// ```
/// use synth_stats::joint::dependence_tree;
///
/// // 0 - 2 and 1 - 2 are strong, 0 - 1 follows from them.
/// let information = |a: usize, b: usize| match (a.min(b), a.max(b)) {
///     (0, 1) => 0.3,
///     (0, 2) => 0.5,
///     _ => 0.4,
/// };
/// let tree = dependence_tree(3, 3, information);
/// assert_eq!(tree.order, [0, 2, 1]);
/// assert_eq!(tree.parents, [None, Some(2), Some(0)]);
/// ```
#[must_use]
pub fn dependence_tree(n_fields: usize, n_all: usize, information: impl Fn(usize, usize) -> f64) -> Network {
    let mut parents = vec![None; n_fields];
    let mut best: Vec<(f64, Option<usize>)> = vec![(0.0, None); n_fields];
    let mut order: Vec<usize> = Vec::with_capacity(n_fields);
    let attach = |best: &mut [(f64, Option<usize>)], parent: usize| {
        for (field, best) in best.iter_mut().enumerate().filter(|(field, _)| *field != parent) {
            let information = information(field, parent);
            if information > best.0 {
                *best = (information, Some(parent));
            }
        }
    };
    (n_fields..n_all).for_each(|given| attach(&mut best, given));
    while order.len() < n_fields {
        let waiting = (0..n_fields).filter(|field| !order.contains(field));
        let next = waiting.reduce(|a, b| if best[b].0 > best[a].0 { b } else { a });
        let Some(next) = next else { break };
        parents[next] = best[next].1;
        order.push(next);
        attach(&mut best, next);
    }
    Network { order, parents }
}

/// Returns which of some candidates says most of a field that its first parent does not say, if any does.
///
/// # Method
///
/// Conditional mutual information of coarse codes, less its mean under conditional independence; it must lie three
/// standard deviations above what chance gives (see [`Link`]). Of the candidates the six with the strongest `links` are tried.
///
/// # Cost
///
/// 8192 rows for each of six candidates.
#[must_use]
pub fn second_parent(
    target: &CodeColumn,
    first: &CodeColumn,
    candidates: &[(&CodeColumn, Link)],
) -> Option<usize> {
    let mut tried: Vec<usize> = (0..candidates.len()).collect();
    tried
        .sort_by(|a, b| candidates[*b].1.information.total_cmp(&candidates[*a].1.information).then(a.cmp(b)));
    tried.truncate(TRIED);
    let scored = tried.into_iter().map(|at| (conditional(target, candidates[at].0, first), at));
    scored
        .filter(|(link, _)| link.sigmas > MIN_SIGMAS && link.information > 0.0)
        .reduce(|a, b| if b.0.information > a.0.information { b } else { a })
        .map(|(_, at)| at)
}

/// What a feature says of a field where a third column is known.
fn conditional(target: &CodeColumn, feature: &CodeColumn, known: &CodeColumn) -> Link {
    let n_rows = target.codes.len();
    let step = n_rows.div_ceil(ROWS).max(1);
    let rows = || (0..).take(n_rows).step_by(step);
    let grouped = |column: &CodeColumn| Grouping::of(column, &column.counts(rows()), GROUPS);
    let (x, y, z) = (grouped(target), grouped(feature), grouped(known));
    let mut counts = vec![0_u32; z.n_groups * x.n_groups * y.n_groups];
    for row in rows() {
        let group = |grouping: &Grouping, column: &CodeColumn| {
            usize::from(grouping.group_of[usize::from(column.codes[row as usize])])
        };
        let at = (group(&z, known) * x.n_groups + group(&x, target)) * y.n_groups + group(&y, feature);
        counts[at] += 1;
    }
    let sum = |counts: &[u32]| counts.iter().map(|count| entropy(*count)).sum::<f64>();
    let used = |counts: &[u32]| counts.iter().filter(|count| **count > 0).count();
    let (mut gain, mut freedom, mut n) = (0.0, 0, 0_u32);
    for table in counts.chunks_exact((x.n_groups * y.n_groups).max(1)) {
        let of_x: Vec<u32> = table.chunks_exact(y.n_groups).map(|row| row.iter().sum()).collect();
        let of_y: Vec<u32> =
            (0..y.n_groups).map(|at| table.iter().skip(at).step_by(y.n_groups).sum()).collect();
        let total: u32 = of_x.iter().sum();
        gain += sum(table) - sum(&of_x) - sum(&of_y) + entropy(total);
        freedom += used(&of_x).saturating_sub(1) * used(&of_y).saturating_sub(1);
        n += total;
    }
    let information = (gain - freedom as f64 / 2.0) / f64::from(n).max(1.0);
    Link { information, sigmas: if freedom == 0 { 0.0 } else { sigmas_above_chance(gain, freedom) } }
}
