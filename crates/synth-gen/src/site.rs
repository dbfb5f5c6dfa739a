//! What stands at one instance of a path, found without filling a block.

use std::sync::Arc;

use synth_core::cast;

use crate::column::{ABSENT, FIRST_KIND, Slots, Values};
use crate::joint::{Draw, Place};
use crate::plan::{Gate, Kind, KindMask, Node, Plan, Presence};

/// Rows that a list of instances holds at most: 24 bytes each, 3 MiB.
pub(crate) const MAX_ROWS: usize = 1 << 17;

/// A path of a plan whose instances are looked up by their ordinal: is a value there, and of which kind?
///
/// The presence of a value is a function of the plan and the instance alone, so an instance of any record can be
/// looked at while another record is made.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    plan: Arc<Plan>,
    node: usize,
    /// The collections from the record down to the node's scope.
    chain: Vec<usize>,
    n_ordinals: u64,
    condition: Option<Condition>,
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

impl Site {
    /// Returns the site of a node; ordinals of its scope are below `n_ordinals`.
    pub(crate) fn new(plan: &Arc<Plan>, node: usize, n_ordinals: u64, condition: Option<Condition>) -> Self {
        let chain = plan.chain(plan.nodes[node].scope);
        Self { plan: Arc::clone(plan), node, chain, n_ordinals, condition }
    }

    pub(crate) fn n_ordinals(&self) -> u64 {
        self.n_ordinals
    }

    /// Returns the instance of an ordinal if it has a value that the condition admits.
    pub(crate) fn row(&self, ordinal: u64) -> Option<Row> {
        if ordinal >= self.n_ordinals {
            return None;
        }
        let path = self.path(ordinal);
        let mut places = vec![Place { address: path[0].0, index: 0 }];
        for (collection, (owner, step)) in self.chain.iter().zip(path.iter().zip(&path[1..])) {
            if step.0 >= self.length(*collection, &places, owner.1)? {
                return None;
            }
            places.push(element(&places, step.0));
        }
        self.row_at(&places, ordinal)
    }

    /// Returns the address of the instance of an ordinal, whether something is there or not.
    pub(crate) fn address(&self, ordinal: u64) -> u64 {
        let path = self.path(ordinal);
        path[1..].iter().fold(path[0].0, |above, step| synth_core::hash::combine(above, step.0))
    }

    /// Returns the address of the owner of an element, the element's index, and how many there are.
    pub(crate) fn place_in_array(&self, ordinal: u64) -> Option<(u64, u64, u64)> {
        let (innermost, above) = self.chain.split_last()?;
        let path = self.path(ordinal);
        let mut places = vec![Place { address: path[0].0, index: 0 }];
        for (_, step) in above.iter().zip(&path[1..]) {
            places.push(element(&places, step.0));
        }
        let owner = path.get(path.len().checked_sub(2)?)?;
        Some((places.last()?.address, path.last()?.0, self.length(*innermost, &places, owner.1)?))
    }

    /// Returns how many elements the innermost array has below an instance of the scope above it.
    pub(crate) fn n_elements(&self, owner: u64) -> Option<u64> {
        let stride = self.plan.collections[*self.chain.last()?].stride.max(1);
        self.place_in_array(owner.checked_mul(stride)?).map(|(_, _, length)| length)
    }

    /// Returns the ordinals of these elements.
    pub(crate) fn elements(&self, owner: u64) -> Option<Vec<u64>> {
        let stride = self.plan.collections[*self.chain.last()?].stride;
        let first = owner.checked_mul(stride)?;
        Some((first..first.checked_add(self.n_elements(owner)?)?).collect())
    }

    /// Returns all instances with a value, in order; `None` when there are more than [`MAX_ROWS`].
    pub(crate) fn rows(&self) -> Option<Vec<Row>> {
        if self.plan.n_records > cast::to_u64(2 * MAX_ROWS) {
            return None;
        }
        let mut found = Vec::new();
        let mut n_visited = 0;
        for record in 0..self.plan.n_records {
            if !self.visit(&mut vec![Place { address: record, index: 0 }], record, &mut n_visited, &mut found)
            {
                return None;
            }
        }
        Some(found)
    }

    /// Adds the instances below one; false when there are too many.
    fn visit(
        &self,
        places: &mut Vec<Place>,
        ordinal: u64,
        n_visited: &mut usize,
        found: &mut Vec<Row>,
    ) -> bool {
        *n_visited += 1;
        if *n_visited > 2 * MAX_ROWS || found.len() > MAX_ROWS {
            return false;
        }
        let Some(&collection) = self.chain.get(places.len() - 1) else {
            found.extend(self.row_at(places, ordinal));
            return true;
        };
        let stride = self.plan.collections[collection].stride;
        let length = self.length(collection, places, ordinal).unwrap_or(0);
        (0..length).all(|index| {
            places.push(element(places, index));
            let fits = self.visit(places, ordinal.wrapping_mul(stride).wrapping_add(index), n_visited, found);
            places.pop();
            fits
        })
    }

    /// For the record and for each array on the way down: the index, and the ordinal of what it names.
    fn path(&self, mut ordinal: u64) -> Vec<(u64, u64)> {
        let mut path: Vec<(u64, u64)> = Vec::with_capacity(self.chain.len() + 1);
        for collection in self.chain.iter().rev() {
            let stride = self.plan.collections[*collection].stride.max(1);
            path.push((ordinal % stride, ordinal));
            ordinal /= stride;
        }
        path.push((ordinal, ordinal));
        path.reverse();
        path
    }

    /// The length of a collection, if its owner has one.
    fn length(&self, collection: usize, places: &[Place], owner: u64) -> Option<u64> {
        let collection = &self.plan.collections[collection];
        if !collection.mask.has(self.plan.code_at(collection.owner, places)) {
            return None;
        }
        let node = &self.plan.nodes[collection.owner];
        let draw =
            node.modelled.filter(|modelled| modelled.of_length).and_then(|_| self.plan.draw_at(node, places));
        Some(match draw {
            Some(draw) => collection.lengths.quantile(draw.value()),
            None => collection.lengths.draw(places.last().map_or(0, |place| place.address), owner),
        })
    }

    fn row_at(&self, places: &[Place], ordinal: u64) -> Option<Row> {
        let code = self.plan.code_at(self.node, places);
        let kind = usize::from(code.checked_sub(FIRST_KIND)?);
        let is_scalar = matches!(self.plan.nodes[self.node].kinds.get(kind), Some(Kind::Scalar(_)));
        let is_wanted = self.condition.as_ref().is_none_or(|condition| {
            self.plan.case_at(condition.tag, places).is_some_and(|(kind, literal)| {
                condition.wanted.get(kind).and_then(|wanted| wanted.get(literal)).copied().unwrap_or(false)
            })
        });
        if !is_scalar || !is_wanted {
            return None;
        }
        let draw = self.plan.draw_at(&self.plan.nodes[self.node], places);
        let uniform = draw.map_or(f64::NAN, |draw| draw.value());
        Some(Row { address: places.last()?.address, ordinal, code, uniform })
    }
}

/// The place of an element.
fn element(places: &[Place], index: u64) -> Place {
    let above = places.last().map_or(0, |place| place.address);
    Place { address: synth_core::hash::combine(above, index), index }
}

impl Plan {
    /// Returns the collections from the record down to a scope.
    fn chain(&self, scope: usize) -> Vec<usize> {
        let scopes = std::iter::successors(Some(scope), |scope| self.scopes[*scope].above);
        let mut chain: Vec<usize> = scopes
            .filter_map(|scope| self.collections.iter().position(|collection| collection.scope == scope))
            .collect();
        chain.reverse();
        chain
    }

    /// The draw of the joint model for a node at an instance.
    fn draw_at(&self, node: &Node, places: &[Place]) -> Option<Draw<'_>> {
        let modelled = node.modelled?;
        let mut scopes: Vec<usize> =
            std::iter::successors(Some(node.scope), |scope| self.scopes[*scope].above).collect();
        scopes.reverse();
        Some(self.joint.draw_at(&scopes, &places[..scopes.len()], modelled))
    }

    /// The kind code of a node at an instance, given the places of the instance and of those above it.
    fn code_at(&self, node: usize, places: &[Place]) -> u8 {
        let node = &self.nodes[node];
        let address = places[self.depth(node.scope)].address;
        let is_whole = match node.gate {
            Gate::Always => true,
            Gate::Part { of, mask } => mask.has(self.code_at(of, places)),
        };
        if !is_whole {
            return ABSENT;
        }
        let draw = if node.is_open() { self.draw_at(node, places) } else { None };
        if self.holds_at((&node.presence, draw), address, places) { node.kind(address, draw) } else { ABSENT }
    }

    fn holds_at(
        &self,
        (presence, draw): (&Presence, Option<Draw<'_>>),
        address: u64,
        places: &[Place],
    ) -> bool {
        presence.holds(address, draw, |cases| {
            let cases = &self.case_columns[cases];
            let case = self.case_at(cases.discriminator, places);
            case.and_then(|(kind, literal)| cases.tables[kind].get(literal).copied()).unwrap_or(0)
        })
    }

    /// The kind of a discriminator at an instance, and which of its literals it is.
    fn case_at(&self, node: usize, places: &[Place]) -> Option<(usize, usize)> {
        let code = self.code_at(node, places);
        let kind = usize::from(code.checked_sub(FIRST_KIND)?);
        let node = &self.nodes[node];
        let uniform = self.draw_at(node, places).map(|draw| draw.value());
        let uniforms = uniform.as_slice();
        let Some(Kind::Scalar(recipe)) = node.kinds.get(kind) else { return None };
        let address = places[self.depth(node.scope)].address;
        let mut values = Values::None;
        recipe.fill(
            Slots { kinds: &[code], code, addresses: &[address], ordinals: &[0], uniforms },
            &mut values,
        );
        match values {
            Values::Codes(codes) => Some((kind, codes[0] as usize)),
            _ => Some((kind, 0)),
        }
    }

    fn depth(&self, scope: usize) -> usize {
        std::iter::successors(Some(scope), |scope| self.scopes[*scope].above).count() - 1
    }
}

impl Node {
    /// Tells whether a draw decides if the node is there, null, or of which kind.
    fn is_open(&self) -> bool {
        self.presence.own < 1.0
            || !self.presence.by_case.is_empty()
            || self.null_rate > 0.0
            || self.shares.is_some()
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
