//! What stands at some instances of a path, found without filling a block.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::cast;

use crate::column::FIRST_KIND;
use crate::memo::{Key, List, Memo, What};
use crate::parents::Parents;
use crate::plan::{Kind, KindMask, Node, Plan};
use crate::spots::Spots;

/// Rows that a list of instances holds at most: 40 bytes each, 5 MiB.
pub(crate) const MAX_ROWS: usize = 1 << 17;
/// Instances that are looked up together when all are listed.
const N_LISTED: usize = 4096;

/// A path of a plan whose instances are looked up by their ordinal: is a value there, and of which kind?
///
/// The presence of a value is a function of the plan and the instance alone, so an instance of any record can be
/// looked at while another record is made.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    plan: Arc<Plan>,
    node: usize,
    scope: usize,
    n_ordinals: u64,
    condition: Option<Arc<Condition>>,
}

/// Instances whose tag has one of some values.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) tag: usize,
    /// For each kind of the tag, whether its literals are wanted.
    pub(crate) wanted: Vec<Vec<bool>>,
}

/// One instance that has a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) address: u64,
    pub(crate) ordinal: u64,
    /// Which kind of value.
    pub(crate) code: u8,
    /// The draw of the value, where the joint model decides it; else not a number.
    pub(crate) uniform: f64,
}

/// What stands at each of some ordinals.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) list: List,
    pub(crate) rows: Vec<Option<Row>>,
    /// Where they were taken from, if from a list.
    pub(crate) taken: Option<Taken>,
    /// The node they are instances of.
    pub(crate) node: usize,
}

/// Rows of a list of parents.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) parents: Arc<Parents>,
    /// The position of each; `None` where there is no row.
    pub(crate) places: Vec<Option<u32>>,
}

/// The array that an instance stands in: the address of its owner, its place, and the length, if the owner has one.
pub(crate) type InArray = (u64, u64, Option<u64>);

impl Site {
    /// Returns the site of a node; ordinals of its scope are below `n_ordinals`.
    pub(crate) fn new(plan: &Arc<Plan>, node: usize, n_ordinals: u64, condition: Option<Condition>) -> Self {
        let (scope, condition) = (plan.nodes[node].scope, condition.map(Arc::new));
        Self { plan: Arc::clone(plan), node, scope, n_ordinals, condition }
    }

    pub(crate) fn node(&self) -> usize {
        self.node
    }

    pub(crate) fn n_ordinals(&self) -> u64 {
        self.n_ordinals
    }

    /// Returns the instances of some ordinals, each if it has a value that the condition admits.
    pub(crate) fn rows_of(&self, list: &List, memo: &Memo) -> Rc<Rows> {
        let owner: *const () = match &self.condition {
            Some(condition) => Arc::as_ptr(condition).cast(),
            None => Arc::as_ptr(&self.plan).cast(),
        };
        memo.get(Key::new(What::Rows, owner, self.node, list), || Rows {
            list: list.clone(),
            rows: self.find(list, memo),
            taken: None,
            node: self.node,
        })
    }

    fn find(&self, list: &List, memo: &Memo) -> Vec<Option<Row>> {
        let plan = &*self.plan;
        let spots = plan.spots(self.scope, list, memo);
        let cases = self.condition.as_ref().map(|condition| plan.cases_at(condition.tag, &spots, memo));
        let is_wanted = |row: usize| match (&self.condition, &cases) {
            (Some(condition), Some(cases)) => cases[row].is_some_and(|(kind, literal)| {
                condition.wanted.get(kind).and_then(|wanted| wanted.get(literal)).copied().unwrap_or(false)
            }),
            _ => true,
        };
        let mut rows = plan.find_rows(self.node, list, memo);
        for (at, row) in rows.iter_mut().enumerate() {
            *row = row.filter(|row| row.ordinal < self.n_ordinals && is_wanted(at));
        }
        rows
    }

    /// Returns the instance of an ordinal if it has a value that the condition admits.
    pub(crate) fn row(&self, ordinal: u64) -> Option<Row> {
        let memo = Memo::default();
        self.rows_of(&memo.list(&[ordinal]), &memo).rows[0]
    }

    /// Returns the addresses of the instances of some ordinals, whether something is there or not.
    pub(crate) fn addresses(&self, list: &List, memo: &Memo) -> Vec<u64> {
        self.plan.spots(self.scope, list, memo).addresses.clone()
    }

    /// Returns where each of some elements stands.
    pub(crate) fn places_in_array(&self, list: &List, memo: &Memo) -> Option<Vec<InArray>> {
        let collection = self.plan.collection_of(self.scope)?;
        let spots: Rc<Spots> = self.plan.spots(self.scope, list, memo);
        let owners = spots.above.as_ref()?;
        let lengths = self.plan.lengths_at(collection, owners, memo);
        let place = |row: usize| (owners.addresses[row], spots.indices[row], lengths[row]);
        Some((0..list.len()).map(place).collect())
    }

    /// Returns how many elements the innermost array has below each of some instances of the scope above it.
    pub(crate) fn n_elements(&self, owners: &List, memo: &Memo) -> Vec<Option<u64>> {
        let (Some(collection), Some(above)) =
            (self.plan.collection_of(self.scope), self.plan.scopes[self.scope].above)
        else {
            return vec![None; owners.len()];
        };
        let owners = self.plan.spots(above, owners, memo);
        self.plan.lengths_at(collection, &owners, memo).to_vec()
    }

    /// Returns how far apart the first elements of two arrays are.
    pub(crate) fn stride(&self) -> u64 {
        self.plan.collection_of(self.scope).map_or(1, |at| self.plan.collections[at].stride.max(1))
    }

    /// Returns the ordinals of the elements below an instance that has so many.
    pub(crate) fn elements(&self, owner: u64, n: u64) -> std::ops::Range<u64> {
        let stride = self.plan.collection_of(self.scope).map_or(1, |at| self.plan.collections[at].stride);
        let first = owner.saturating_mul(stride);
        first..first.saturating_add(n)
    }

    /// Returns all instances with a value, in order; `None` when there are more than [`MAX_ROWS`].
    ///
    /// `memo` is shared by the sites of one compilation: it must not outlive the plans it was used with.
    pub(crate) fn rows(&self, memo: &Memo) -> Option<Vec<Row>> {
        let ordinals = self.plan.ordinals_of(self.scope, 2 * MAX_ROWS)?;
        let mut found = Vec::new();
        for part in ordinals.chunks(N_LISTED) {
            found.extend(self.find(&memo.list(part), memo).iter().flatten());
            if found.len() > MAX_ROWS {
                return None;
            }
        }
        Some(found)
    }
}

impl Plan {
    /// Returns the instances of some ordinals, each if it has a value without parts.
    pub(crate) fn find_rows(&self, node: usize, list: &List, memo: &Memo) -> Vec<Option<Row>> {
        let spots = self.spots(self.nodes[node].scope, list, memo);
        let kinds = self.kinds_at(node, &spots, memo);
        self.ready(node, &spots, memo);
        let scalars = self.nodes[node].scalar_kinds();
        let row = |(row, &ordinal): (usize, &u64)| {
            let code = kinds[row];
            (code >= FIRST_KIND && scalars.has(code)).then(|| {
                let uniform = self.draw_at(node, &spots, row).map_or(f64::NAN, |draw| draw.value());
                Row { address: spots.addresses[row], ordinal, code, uniform }
            })
        };
        list.iter().enumerate().map(row).collect()
    }

    /// Returns the ordinals of all instances of a scope; `None` when more than so many would be visited on the way.
    pub(crate) fn ordinals_of(&self, scope: usize, n_most: usize) -> Option<Vec<u64>> {
        let (Some(above), Some(collection)) = (self.scopes[scope].above, self.collection_of(scope)) else {
            return (self.n_records <= cast::to_u64(n_most)).then(|| (0..self.n_records).collect());
        };
        let owners = self.ordinals_of(above, n_most)?;
        let stride = self.collections[collection].stride;
        let mut ordinals = Vec::new();
        for part in owners.chunks(N_LISTED) {
            let memo = Memo::default();
            let spots = self.spots(above, &memo.list(part), &memo);
            let lengths = self.lengths_at(collection, &spots, &memo);
            for (owner, length) in part.iter().zip(lengths.iter()) {
                let length = length.unwrap_or(0);
                if cast::to_u64(ordinals.len() + owners.len()).saturating_add(length) > cast::to_u64(n_most) {
                    return None;
                }
                let first = owner.wrapping_mul(stride);
                ordinals.extend((0..length).map(|index| first.wrapping_add(index)));
            }
        }
        Some(ordinals)
    }
}

impl Node {
    /// Tells whether a draw decides if the node is there, null, or of which kind.
    pub(crate) fn is_open(&self) -> bool {
        self.presence.own < 1.0
            || !self.presence.by_case.is_empty()
            || self.null_rate > 0.0
            || self.shares.is_some()
            || !self.forms.is_empty()
    }

    /// The case columns that say whether the field is there, or of which kind it is.
    pub(crate) fn case_columns(&self) -> impl Iterator<Item = usize> {
        let presence = self.presence.by_case.iter().map(|(column, _)| *column);
        presence.chain(self.forms.iter().map(|forms| forms.column))
    }

    /// Cases that unions speak of, that of none among them.
    pub(crate) fn n_cases(&self) -> usize {
        let presence = self.presence.by_case.iter().map(|(_, rates)| rates.len());
        presence.chain(self.forms.iter().map(|forms| forms.cases.len())).max().unwrap_or(0)
    }

    /// The kinds that are values without parts.
    pub(crate) fn scalar_kinds(&self) -> KindMask {
        let mut mask = KindMask::default();
        for (index, kind) in self.kinds.iter().enumerate() {
            if matches!(kind, Kind::Scalar(_)) {
                mask.insert(index);
            }
        }
        mask
    }
}
