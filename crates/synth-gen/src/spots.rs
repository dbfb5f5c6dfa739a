//! Instances of a scope that are looked up together: where they stand, and what is there.

use std::rc::Rc;

use synth_core::hash;

use crate::column::{ABSENT, FIRST_KIND, Slots, Values};
use crate::joint::Draw;
use crate::joint::stages::Stages;
use crate::memo::{Key, List, Memo, What};
use crate::plan::{Gate, Kind, Plan};

/// Some instances of a scope, and those above them, one for one.
pub(crate) struct Spots {
    pub(crate) scope: usize,
    pub(crate) above: Option<Rc<Spots>>,
    pub(crate) list: List,
    pub(crate) addresses: Vec<u64>,
    /// The place of each in its array.
    pub(crate) indices: Vec<u64>,
    /// Whether there is such an instance.
    pub(crate) is_there: Vec<bool>,
    /// The codes that the joint model draws for each.
    pub(crate) codes: Rc<Stages>,
}

/// Which literal of which kind a discriminator has, for each instance.
pub(crate) type Cases = Vec<Option<(usize, usize)>>;

impl Spots {
    /// Tells whether an instance is the element behind the one before it in the list.
    pub(crate) fn is_next(&self, row: usize) -> bool {
        let is_one_array = self.above.as_ref().is_none_or(|above| above.list[row] == above.list[row - 1]);
        is_one_array && self.is_there[row - 1] && self.indices[row] == self.indices[row - 1] + 1
    }

    /// Returns the instances of a scope above, or these.
    pub(crate) fn at(self: &Rc<Self>, scope: usize) -> &Rc<Self> {
        let mut spots = self;
        while spots.scope != scope {
            let Some(above) = &spots.above else { break };
            spots = above;
        }
        spots
    }
}

impl Plan {
    /// Returns the collection whose elements are the instances of a scope.
    pub(crate) fn collection_of(&self, scope: usize) -> Option<usize> {
        self.collections.iter().position(|collection| collection.scope == scope)
    }

    /// Looks up the instances of some ordinals.
    pub(crate) fn spots(&self, scope: usize, list: &List, memo: &Memo) -> Rc<Spots> {
        // All plans of one compilation agree on where instances stand.
        memo.get(Key::new(What::Spots, std::ptr::null::<Self>(), scope, list), || {
            self.find_spots(scope, list, memo)
        })
    }

    fn find_spots(&self, scope: usize, list: &List, memo: &Memo) -> Spots {
        let (Some(above), Some(collection)) = (self.scopes[scope].above, self.collection_of(scope)) else {
            let n = list.len();
            let (addresses, indices, is_there) = (list.to_vec(), vec![0; n], vec![true; n]);
            let mut spots = Spots {
                scope,
                above: None,
                list: list.clone(),
                addresses,
                indices,
                is_there,
                codes: Rc::default(),
            };
            spots.codes = self.first_codes(&spots);
            return spots;
        };
        let stride = self.collections[collection].stride.max(1);
        let owners = self.spots(above, &memo.above(list, stride), memo);
        let lengths = self.lengths_at(collection, &owners, memo);
        let indices: Vec<u64> = list.iter().map(|ordinal| ordinal % stride).collect();
        let is_there = |(row, index): (usize, &u64)| {
            owners.is_there[row] && lengths[row].is_some_and(|length| *index < length)
        };
        let mut spots = Spots {
            scope,
            list: list.clone(),
            addresses: owners
                .addresses
                .iter()
                .zip(&indices)
                .map(|(owner, at)| hash::combine(*owner, *at))
                .collect(),
            is_there: indices.iter().enumerate().map(is_there).collect(),
            indices,
            above: Some(owners),
            codes: Rc::default(),
        };
        spots.codes = self.first_codes(&spots);
        spots
    }

    /// The codes of instances where all are drawn at once, or none so far.
    fn first_codes(&self, spots: &Spots) -> Rc<Stages> {
        match self.joint.is_staged(spots.scope) {
            true => Rc::default(),
            false => Rc::new(Stages::whole(self.joint.codes(spots))),
        }
    }

    /// Returns the length of a collection at its owners; `None` where the owner has none.
    pub(crate) fn lengths_at(
        &self,
        collection: usize,
        owners: &Rc<Spots>,
        memo: &Memo,
    ) -> Rc<Vec<Option<u64>>> {
        memo.get(Key::new(What::Lengths, self, collection, &owners.list), || {
            let collection = &self.collections[collection];
            let node = &self.nodes[collection.owner];
            let of_length = node.modelled.is_some_and(|modelled| modelled.of_length);
            self.ready(collection.owner, owners, memo);
            let kinds = self.kinds_at(collection.owner, owners, memo);
            let length = |(row, kind): (usize, &u8)| {
                let draw = if of_length { self.draw_at(collection.owner, owners, row) } else { None };
                collection.mask.has(*kind).then(|| match draw {
                    Some(draw) => collection.lengths.quantile(draw.value()),
                    None => collection.lengths.draw(owners.addresses[row], owners.list[row]),
                })
            };
            kinds.iter().enumerate().map(length).collect()
        })
    }

    /// The draw of the joint model for a node of the instances' own scope.
    pub(crate) fn draw_at(&self, node: usize, spots: &Spots, row: usize) -> Option<Draw<'_>> {
        let modelled = self.nodes[node].modelled?;
        Some(self.joint.draw(spots.scope, modelled, (&spots.codes, row), spots.addresses[row]))
    }

    /// Returns the kind code of a node, of the instances' scope or one above, at each instance.
    pub(crate) fn kinds_at(&self, node: usize, spots: &Rc<Spots>, memo: &Memo) -> Rc<Vec<u8>> {
        let spots = spots.at(self.nodes[node].scope);
        memo.get(Key::new(What::Kinds, self, node, &spots.list), || {
            let plan = &self.nodes[node];
            let above = match plan.gate {
                Gate::Always => None,
                Gate::Part { of, mask } => Some((mask, self.kinds_at(of, spots, memo))),
            };
            let is_open = plan.is_open();
            if is_open {
                self.ready(node, spots, memo);
            }
            if let Some(lead) = &plan.presence.lead {
                self.ready(lead.node, spots, memo);
            }
            let cases = |at: usize| {
                let column = &self.case_columns[at];
                (at, column, self.cases_at(column.discriminator, spots, memo))
            };
            let by_case: Vec<_> = plan.case_columns().map(cases).collect();
            let kind = |(row, address): (usize, &u64)| {
                let is_whole = above.as_ref().is_none_or(|(mask, kinds)| mask.has(kinds[row]));
                if !is_whole || !spots.is_there[row] {
                    return ABSENT;
                }
                let draw = if is_open { self.draw_at(node, spots, row) } else { None };
                let lead = plan.presence.lead.as_ref().and_then(|lead| self.draw_at(lead.node, spots, row));
                let case = |at: usize| {
                    let found = by_case.iter().find(|(column, ..)| *column == at);
                    let case = found.and_then(|(_, column, cases)| {
                        cases[row].and_then(|(kind, literal)| column.tables[kind].get(literal).copied())
                    });
                    case.unwrap_or(0)
                };
                if plan.presence.holds(*address, (draw, lead), case) {
                    plan.kind(*address, draw, case)
                } else {
                    ABSENT
                }
            };
            spots.addresses.iter().enumerate().map(kind).collect()
        })
    }

    /// Returns the literal that a discriminator has at each instance.
    pub(crate) fn cases_at(&self, node: usize, spots: &Rc<Spots>, memo: &Memo) -> Rc<Cases> {
        let spots = spots.at(self.nodes[node].scope);
        memo.get(Key::new(What::Cases, self, node, &spots.list), || {
            let kinds = self.kinds_at(node, spots, memo);
            self.ready(node, spots, memo);
            let uniforms: Vec<f64> = (0..kinds.len())
                .map(|row| self.draw_at(node, spots, row).map_or(f64::NAN, |draw| draw.value()))
                .collect();
            let mut cases: Cases = vec![None; kinds.len()];
            for ((number, kind), code) in self.nodes[node].kinds.iter().enumerate().zip(FIRST_KIND..) {
                let Kind::Scalar(recipe) = kind else { continue };
                let mut values = Values::None;
                let (addresses, ordinals) = (&spots.addresses, &spots.list);
                recipe.fill(
                    Slots { kinds: &kinds, code, addresses, ordinals, uniforms: &uniforms, memo },
                    &mut values,
                );
                for (row, case) in cases.iter_mut().enumerate().filter(|(row, _)| kinds[*row] == code) {
                    let literal = match &values {
                        Values::Codes(codes) => codes[row] as usize,
                        _ => 0,
                    };
                    *case = Some((number, literal));
                }
            }
            cases
        })
    }
}
