//! A tree that says how likely each code of a field is, and how it is drawn from.

use serde::{Deserialize, Serialize};
use synth_core::{cast, math};

/// Splits from the root to a leaf, at most.
pub(super) const MAX_DEPTH: usize = 40;
/// Steps of a weight between 0 and 1.
const WEIGHT_STEPS: f64 = 1_048_576.0;

/// How the codes of a field depend on the codes of others.
///
/// # Shapes and units
///
/// Nodes stand behind their parents; node 0 is the root. Features are numbered by whoever fitted the tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// Splits and leaves, parents first.
    pub nodes: Vec<Node>,
    /// How many rows of the node above weigh as much as the node's own rows.
    pub backoff: f64,
}

/// A node of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Rows go on in one of two ways.
    Split {
        /// Number of the feature that is looked at.
        feature: u16,
        /// Which codes go to the first child.
        split: Split,
        /// The child for those codes.
        then: u32,
        /// The child for all others.
        otherwise: u32,
    },
    /// Codes of the field and how many rows have them, in order of the codes.
    Leaf(Vec<(u16, u32)>),
}

/// Which codes of a feature go to the first child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Codes below this one.
    Below(u16),
    /// These codes, in order.
    OneOf(Vec<u16>),
}

impl Split {
    /// Tells whether a code goes to the first child.
    #[must_use]
    pub fn takes(&self, code: u16) -> bool {
        match self {
            Self::Below(limit) => code < *limit,
            Self::OneOf(codes) => codes.binary_search(&code).is_ok(),
        }
    }
}

/// A tree that cannot be drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("node {node} of a tree is broken: {reason}")]
pub struct BadTree {
    /// Position of the node.
    pub node: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl Tree {
    /// Returns the numbers of the features that are looked at, in order and once each.
    #[must_use]
    pub fn features(&self) -> Vec<u16> {
        let mut features: Vec<u16> = self.nodes.iter().filter_map(Node::feature).collect();
        features.sort_unstable();
        features.dedup();
        features
    }

    /// Returns the features that are looked at with the share of the information that the splits on each give, the most
    /// telling first; all shares sum to 1.
    ///
    /// # Method
    ///
    /// The information of a split is the log-likelihood that its two children gain over the node, with the counts of all rows. A
    /// split that gains nothing counts as the least gain there is.
    #[must_use]
    pub fn shares(&self) -> Vec<(u16, f64)> {
        let counts = self.node_counts();
        let plain = |counts: &[(u16, u32)]| {
            let term = |n: f64| if n > 0.0 { n * math::ln(n) } else { 0.0 };
            let n: f64 = counts.iter().map(|(_, count)| f64::from(*count)).sum();
            counts.iter().map(|(_, count)| term(f64::from(*count))).sum::<f64>() - term(n)
        };
        let likelihoods: Vec<f64> = counts.iter().map(|counts| plain(counts)).collect();
        let mut gains: std::collections::BTreeMap<u16, f64> = std::collections::BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            if let Node::Split { feature, then, otherwise, .. } = node {
                let gain = likelihoods[*then as usize] + likelihoods[*otherwise as usize] - likelihoods[at];
                *gains.entry(*feature).or_default() += gain.max(f64::MIN_POSITIVE);
            }
        }
        let total: f64 = gains.values().sum();
        let mut shares: Vec<(u16, f64)> =
            gains.into_iter().map(|(feature, gain)| (feature, gain / total)).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }

    /// Returns the tree that looks at fewer features: where it looked at one that is gone, all rows that came there are one leaf.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::joint::{Node, Split, Tree};
    ///
    /// let split = Node::Split { feature: 0, split: Split::Below(1), then: 1, otherwise: 2 };
    /// let tree = Tree { nodes: vec![split, Node::Leaf(vec![(2, 5)]), Node::Leaf(vec![(2, 1), (3, 4)])], backoff: 1.0 };
    /// assert_eq!(tree.without(|feature| feature == 0).nodes, [Node::Leaf(vec![(2, 6), (3, 4)])]);
    /// assert_eq!(tree.without(|feature| feature == 1), tree);
    /// ```
    #[must_use]
    pub fn without(&self, is_gone: impl Fn(u16) -> bool) -> Self {
        let counts = self.node_counts();
        let mut nodes: Vec<Node> = Vec::new();
        // Nodes to copy, and the split that waits to know where its second child stands.
        let mut open: Vec<(usize, Option<usize>)> = vec![(0, None)];
        while let Some((at, waiting)) = open.pop() {
            let place = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
            if let Some(Node::Split { otherwise, .. }) = waiting.and_then(|split| nodes.get_mut(split)) {
                *otherwise = place;
            }
            nodes.push(match &self.nodes[at] {
                Node::Split { feature, split, then, otherwise } if !is_gone(*feature) => {
                    open.push((*otherwise as usize, Some(nodes.len())));
                    open.push((*then as usize, None));
                    Node::Split { feature: *feature, split: split.clone(), then: place + 1, otherwise: place }
                }
                _ => Node::Leaf(counts[at].clone()),
            });
        }
        Self { nodes, backoff: self.backoff }
    }

    /// Returns the number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.nodes.iter().filter(|node| matches!(node, Node::Leaf(_))).count()
    }

    /// Returns the rows of each code, in order of the codes.
    #[must_use]
    pub fn root_counts(&self) -> Vec<(u16, u32)> {
        self.node_counts().swap_remove(0)
    }

    /// Returns the rows below each node by code, in order of the codes.
    #[must_use]
    pub fn node_counts(&self) -> Vec<Vec<(u16, u32)>> {
        let mut counts = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            counts[at] = match node {
                Node::Leaf(own) => own.clone(),
                Node::Split { then, otherwise, .. } => {
                    merged(&counts[*then as usize], &counts[*otherwise as usize])
                }
            };
        }
        counts
    }

    fn check(&self, n_codes: u16) -> Result<(), BadTree> {
        let bad = |node, reason| Err(BadTree { node, reason });
        if !self.backoff.is_finite() || self.backoff < 0.0 {
            return bad(0, "the weight of the node above is not a number from 0 up");
        }
        let mut has_parent = vec![false; self.nodes.len()];
        let mut depths = vec![0_usize; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            match node {
                Node::Leaf(counts) => {
                    let are_rising = counts.windows(2).all(|pair| pair[0].0 < pair[1].0);
                    if !are_rising || counts.iter().any(|(code, count)| *code >= n_codes || *count == 0) {
                        return bad(at, "codes do not rise, are too large, or have no rows");
                    }
                    if counts.is_empty() {
                        return bad(at, "a leaf without rows");
                    }
                }
                Node::Split { then, otherwise, .. } => {
                    for child in [*then as usize, *otherwise as usize] {
                        let is_new = child > at && has_parent.get(child) == Some(&false);
                        if !is_new {
                            return bad(at, "a child that stands before, is missing, or has a parent");
                        }
                        has_parent[child] = true;
                        depths[child] = depths[at] + 1;
                    }
                }
            }
        }
        if let Some(at) = depths.iter().position(|depth| *depth > MAX_DEPTH) {
            return bad(at, "it stands too deep");
        }
        match has_parent.iter().skip(1).position(|has| !has) {
            Some(at) => bad(at + 1, "no way leads to it"),
            None if self.nodes.is_empty() => bad(0, "a tree without nodes"),
            None => Ok(()),
        }
    }
}

impl Node {
    fn feature(&self) -> Option<u16> {
        match self {
            Self::Split { feature, .. } => Some(*feature),
            Self::Leaf(_) => None,
        }
    }
}

/// Adds up two lists of counts.
fn merged(left: &[(u16, u32)], right: &[(u16, u32)]) -> Vec<(u16, u32)> {
    let mut sum: Vec<(u16, u32)> = left.iter().chain(right).copied().collect();
    sum.sort_unstable_by_key(|(code, _)| *code);
    sum.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 = kept.1.saturating_add(next.1);
        }
        is_same
    });
    sum
}

/// A tree made ready to be drawn from.
///
/// # Method
///
/// A leaf's distribution is its own rows together with `backoff` rows' worth of the distribution of the node above,
/// which is smoothed in the same way; the root has its own rows only (interpolated backing-off, Jelinek and Mercer
/// 1980). A draw goes to the node above with the probability of its share, so no smoothed table is ever made.
///
/// # Cost
///
/// A draw is one comparison a level, and a binary search in a table of the codes that occur.
#[derive(Debug, Clone)]
pub struct Sampler {
    nodes: Vec<Walk>,
    tables: Vec<Table>,
}

#[derive(Debug, Clone)]
enum Walk {
    Split { feature: u16, test: Test, then: u32, otherwise: u32 },
    Leaf,
}

/// A split made ready: one look at a code.
#[derive(Debug, Clone)]
enum Test {
    Below(u16),
    /// The codes from 64 times the position of a word on, a bit each.
    OneOf(Box<[u64]>),
}

impl Test {
    fn of(split: &Split) -> Self {
        match split {
            Split::Below(limit) => Self::Below(*limit),
            Split::OneOf(codes) => {
                let n = codes.last().map_or(0, |last| usize::from(*last) / 64 + 1);
                let mut words = vec![0_u64; n];
                codes.iter().for_each(|code| words[usize::from(*code) / 64] |= 1 << (code % 64));
                Self::OneOf(words.into())
            }
        }
    }

    #[inline]
    fn takes(&self, code: u16) -> bool {
        match self {
            Self::Below(limit) => code < *limit,
            Self::OneOf(words) => {
                words.get(usize::from(code) / 64).is_some_and(|word| (word >> (code % 64)) & 1 == 1)
            }
        }
    }
}

/// The rows at and below a node.
#[derive(Debug, Clone)]
struct Table {
    parent: Option<usize>,
    codes: Box<[u16]>,
    /// Rows of the codes up to and including each.
    cumulative: Box<[u64]>,
    /// Share of the draws that are of these rows; the others are of the node above.
    own: f64,
}

impl Table {
    fn n_rows(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    fn count(&self, code: u16) -> u64 {
        self.codes
            .binary_search(&code)
            .map_or(0, |at| self.cumulative[at] - if at == 0 { 0 } else { self.cumulative[at - 1] })
    }

    /// The code at a share in [0, 1) of the rows.
    fn pick(&self, share: f64) -> u16 {
        let place = cast::floor_to_u64(share * self.n_rows() as f64);
        let at = self.cumulative.partition_point(|rows| *rows <= place);
        self.codes[at.min(self.codes.len() - 1)]
    }
}

impl Sampler {
    /// Prepares a tree whose field has `n_codes` codes.
    ///
    /// # Errors
    ///
    /// [`BadTree`] for a tree that was not made by [`fit_tree`](super::fit_tree) and has no meaning.
    pub fn new(tree: &Tree, n_codes: u16) -> Result<Self, BadTree> {
        tree.check(n_codes)?;
        let mut parents = vec![None; tree.nodes.len()];
        for (at, node) in tree.nodes.iter().enumerate() {
            if let Node::Split { then, otherwise, .. } = node {
                parents[*then as usize] = Some(at);
                parents[*otherwise as usize] = Some(at);
            }
        }
        let walk = |node: &Node| match node {
            Node::Leaf(_) => Walk::Leaf,
            Node::Split { feature, split, then, otherwise } => {
                Walk::Split { feature: *feature, test: Test::of(split), then: *then, otherwise: *otherwise }
            }
        };
        let table = |(parent, counts): (Option<usize>, Vec<(u16, u32)>)| {
            let mut sum = 0;
            let rows = counts.iter().map(|(_, count)| {
                sum += u64::from(*count);
                sum
            });
            let cumulative = rows.collect();
            let n = sum as f64;
            let own = n / (n + tree.backoff);
            Table { parent, codes: counts.into_iter().map(|(code, _)| code).collect(), cumulative, own }
        };
        Ok(Self {
            nodes: tree.nodes.iter().map(walk).collect(),
            tables: parents.into_iter().zip(tree.node_counts()).map(table).collect(),
        })
    }

    /// Returns the leaf of a row; `feature` gives the code of a feature.
    #[must_use]
    pub fn leaf(&self, feature: impl Fn(usize) -> u16) -> usize {
        let mut at = 0;
        while let Walk::Split { feature: number, test, then, otherwise } = &self.nodes[at] {
            at = if test.takes(feature(usize::from(*number))) { *then } else { *otherwise } as usize;
        }
        at
    }

    /// Returns the code of a leaf at `uniform` in [0, 1).
    #[must_use]
    pub fn draw(&self, leaf: usize, mut uniform: f64) -> u16 {
        let mut at = leaf;
        loop {
            let table = &self.tables[at];
            let own = table.own;
            match table.parent {
                Some(above) if uniform >= own => {
                    uniform = ((uniform - own) / (1.0 - own)).min(1.0 - f64::EPSILON);
                    at = above;
                }
                Some(_) => return table.pick(uniform / own),
                None => return table.pick(uniform),
            }
        }
    }

    /// Returns for each code of a list the probability that one of those up to it is drawn in a leaf.
    ///
    /// # Cost
    ///
    /// A look at each node above for each code.
    #[must_use]
    pub fn cumulative(&self, leaf: usize, codes: &[u16]) -> Vec<f64> {
        let mut sum = 0.0;
        let up_to = |code: &u16| {
            sum += self.probability(leaf, *code);
            sum
        };
        codes.iter().map(up_to).collect()
    }

    /// Returns the same without the rows of the nodes above: what the leaf's own rows have.
    #[must_use]
    pub fn own_cumulative(&self, leaf: usize, codes: &[u16]) -> Vec<f64> {
        let table = &self.tables[leaf];
        let n = table.n_rows() as f64;
        let mut sum = 0;
        let up_to = |code: &u16| {
            sum += table.count(*code);
            sum as f64 / n
        };
        codes.iter().map(up_to).collect()
    }

    /// Returns the probability of a code in a leaf.
    #[must_use]
    pub fn probability(&self, leaf: usize, code: u16) -> f64 {
        let table = &self.tables[leaf];
        let own = table.count(code) as f64 / table.n_rows().max(1) as f64;
        match table.parent {
            Some(above) => table.own * own + (1.0 - table.own) * self.probability(above, code),
            None => own,
        }
    }

    /// Returns the codes that are drawn at all, in order, each with its share of all rows.
    #[must_use]
    pub fn shares(&self) -> Vec<(u16, f64)> {
        let root = &self.tables[0];
        root.codes.iter().map(|code| (*code, self.probability(0, *code))).collect()
    }

    /// Returns the sampler whose probabilities in every leaf are those of this one times a weight of the code, brought to a sum of
    /// 1. Codes beyond the list have the weight 1; weights are from 0 up, and in steps of 2^-20.
    ///
    /// # Method
    ///
    /// The weight goes into the rows of each node, and what a node takes from the one above goes by the weights of both:
    /// `w_c (s p_c + (1 - s) q_c)` is a mixture of `w_c p_c` and `w_c q_c`. A node whose own codes all weigh nothing has its draws of
    /// the node above.
    ///
    /// # Cost
    ///
    /// One visit of each node and code.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::joint::{Node, Sampler, Tree};
    ///
    /// let tree = Tree { nodes: vec![Node::Leaf(vec![(0, 3), (1, 1)])], backoff: 0.0 };
    /// let sampler = Sampler::new(&tree, 2)?.reweighed(&[1.0, 3.0]);
    /// assert_eq!([0, 1].map(|code| sampler.probability(0, code)), [0.5, 0.5]);
    /// # Ok::<(), synth_stats::joint::BadTree>(())
    /// ```
    #[must_use]
    pub fn reweighed(&self, weights: &[f64]) -> Self {
        let mut tables: Vec<Table> = Vec::with_capacity(self.tables.len());
        // What the distribution of each node sums to with the weights.
        let mut sums: Vec<f64> = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            let (mut before, mut sum) = (0, 0_u64);
            let weigh = |(code, up_to): (&u16, &u64)| {
                let weight = weights.get(usize::from(*code)).copied().unwrap_or(1.0);
                let rows = (up_to - before) as f64;
                before = *up_to;
                sum = sum.saturating_add(cast::floor_to_u64(rows * weight * WEIGHT_STEPS + 0.5));
                sum
            };
            let cumulative: Box<[u64]> = table.codes.iter().zip(&table.cumulative).map(weigh).collect();
            let own = sum as f64 / WEIGHT_STEPS / table.n_rows().max(1) as f64;
            let above = table.parent.map_or(0.0, |above| sums[above]);
            let all = match table.parent {
                Some(_) => table.own * own + (1.0 - table.own) * above,
                None => own,
            };
            let share = if all > 0.0 { table.own * own / all } else { table.own };
            let cumulative = if sum > 0 { cumulative } else { table.cumulative.clone() };
            sums.push(all);
            tables.push(Table { parent: table.parent, codes: table.codes.clone(), cumulative, own: share });
        }
        Self { nodes: self.nodes.clone(), tables }
    }
}
