//! What the page says of pairs of fields: the worst ones, and a map of each table.

use std::collections::BTreeSet;

use super::view::{score_text, shortened};
use crate::pairs::{Pair, PairTable, Pairs};
use crate::verdict::Verdict;

/// Pairs listed.
const MAX_LISTED: usize = 15;
/// Quantities of a map; of more, those are shown that hang together most.
const MAX_MAPPED: usize = 24;
/// Strengths and effects below this are left blank.
const MIN_SHOWN: f64 = 0.02;

pub(super) struct DependenceView {
    pub(super) score: String,
    pub(super) n_pairs: u64,
    pub(super) worst: Vec<PairView>,
    pub(super) n_more: usize,
    pub(super) maps: Vec<MapsView>,
}

pub(super) struct PairView {
    pub(super) left: String,
    pub(super) right: String,
    pub(super) real: String,
    pub(super) synthetic: String,
    pub(super) effect: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
}

/// The maps of one table.
pub(super) struct MapsView {
    pub(super) path: String,
    pub(super) facts: String,
    pub(super) is_open: bool,
    /// Width and height of a map.
    pub(super) size: usize,
    pub(super) quantities: Vec<String>,
    pub(super) ticks: Vec<TickView>,
    pub(super) maps: [MapView; 3],
}

pub(super) struct TickView {
    pub(super) number: usize,
    pub(super) at: usize,
}

pub(super) struct MapView {
    pub(super) title: &'static str,
    pub(super) class: &'static str,
    pub(super) cells: Vec<CellView>,
}

pub(super) struct CellView {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) opacity: String,
    pub(super) title: String,
}

const CELL: usize = 14;
/// Room for the numbers at the edges.
const MARGIN: usize = 18;

impl DependenceView {
    pub(super) fn new(pairs: &Pairs) -> Self {
        let worst = pairs.worst_first();
        let n_more = worst.len().saturating_sub(MAX_LISTED);
        let first = worst.first().map(|(table, _)| table.path.as_str());
        let maps = pairs.tables.iter().enumerate();
        Self {
            score: score_text(pairs.dependence),
            n_pairs: pairs.n_pairs,
            n_more,
            maps: maps
                .map(|(at, table)| MapsView::new(table, first.map_or(at == 0, |first| first == table.path)))
                .collect(),
            worst: worst
                .into_iter()
                .take(MAX_LISTED)
                .map(|(table, pair)| PairView::new(table, pair))
                .collect(),
        }
    }
}

impl PairView {
    fn new(table: &PairTable, pair: &Pair) -> Self {
        let (verdict, class) = match pair.verdict {
            Verdict::Matches => ("matches", "good"),
            Verdict::Close => ("close", "fair"),
            Verdict::Differs => ("differs", "bad"),
        };
        Self {
            left: shortened(&table.quantities[pair.left]),
            right: shortened(&table.quantities[pair.right]),
            real: number(pair.real),
            synthetic: number(pair.synthetic),
            effect: number(pair.effect),
            verdict,
            class,
        }
    }
}

impl MapsView {
    fn new(table: &PairTable, is_open: bool) -> Self {
        let shown = shown(table);
        let position = |quantity: usize| shown.iter().position(|shown| *shown == quantity);
        let map = |title, class, value: fn(&Pair) -> f64| {
            let cells = table.pairs.iter().filter_map(|pair| {
                let (left, right) = (position(pair.left)?, position(pair.right)?);
                (value(pair).abs() >= MIN_SHOWN).then(|| {
                    let title = format!(
                        "{} and {}: {}",
                        shortened(&table.quantities[pair.left]),
                        shortened(&table.quantities[pair.right]),
                        number(value(pair))
                    );
                    [(left, right), (right, left)].map(|(row, column)| CellView {
                        x: MARGIN + column * CELL,
                        y: MARGIN + row * CELL,
                        opacity: number(value(pair).abs().min(1.0)),
                        title: title.clone(),
                    })
                })
            });
            MapView { title, class, cells: cells.flatten().collect() }
        };
        let n_hidden = table.quantities.len() - shown.len() + usize::try_from(table.n_left_out).unwrap_or(0);
        let hidden = match n_hidden {
            0 => String::new(),
            n => format!(", {n} more quantities not shown"),
        };
        Self {
            path: shortened(&table.path),
            facts: format!(
                "{} pairs in {} real and {} synthetic rows of the samples{hidden}",
                table.pairs.len(),
                table.n_real,
                table.n_synthetic
            ),
            is_open,
            size: MARGIN + shown.len() * CELL,
            ticks: (0..shown.len())
                .map(|at| TickView { number: at + 1, at: MARGIN + at * CELL + CELL / 2 })
                .collect(),
            quantities: shown.iter().map(|quantity| shortened(&table.quantities[*quantity])).collect(),
            maps: [
                map("Real", "real", |pair| pair.real),
                map("Synthetic", "synthetic", |pair| pair.synthetic),
                map("Effect of the difference", "effect", |pair| pair.effect),
            ],
        }
    }
}

/// The quantities of a map, in their order.
fn shown(table: &PairTable) -> BTreeSet<usize> {
    let mut weights: Vec<(f64, usize)> = (0..table.quantities.len()).map(|at| (0.0, at)).collect();
    for pair in &table.pairs {
        let weight = pair.real.max(pair.synthetic) + pair.effect;
        weights[pair.left].0 += weight * weight;
        weights[pair.right].0 += weight * weight;
    }
    weights.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    weights.into_iter().take(MAX_MAPPED).map(|(_, at)| at).collect()
}

fn number(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n: usize) -> PairTable {
        let pair = |left: usize, right: usize| Pair {
            left,
            right,
            real: if right == n - 1 { 0.9 } else { 0.0 },
            synthetic: 0.0,
            distance: 0.0,
            effect: if (left, right) == (0, n - 1) { 0.4 } else { 0.0 },
            low: 0.0,
            verdict: if (left, right) == (0, n - 1) { Verdict::Differs } else { Verdict::Matches },
        };
        PairTable {
            path: "$".to_owned(),
            n_real: 100,
            n_synthetic: 100,
            quantities: (0..n).map(|at| format!("$.f{at}")).collect(),
            n_left_out: 0,
            frobenius: 1.0,
            pairs: (0..n).flat_map(|left| (left + 1..n).map(move |right| pair(left, right))).collect(),
        }
    }

    /// Catches maps that lose what hangs together because it stands at the end.
    #[test]
    fn large_tables_show_what_hangs_together() {
        let view = MapsView::new(&table(40), true);
        assert_eq!(view.quantities.len(), MAX_MAPPED);
        assert_eq!(view.quantities.last().unwrap(), "$.f39");
        assert!(view.facts.ends_with("16 more quantities not shown"));
        let [real, synthetic, effect] = &view.maps;
        assert_eq!((real.cells.len(), synthetic.cells.len(), effect.cells.len()), (2 * 23, 0, 2));
    }

    #[test]
    fn the_worst_pair_is_named() {
        let pairs = Pairs { score: 0.99, dependence: 0.99, n_pairs: 3, tables: vec![table(3)] };
        let view = DependenceView::new(&pairs);
        assert_eq!(view.worst.len(), 1);
        assert_eq!((view.worst[0].left.as_str(), view.worst[0].right.as_str()), ("$.f0", "$.f2"));
    }
}
