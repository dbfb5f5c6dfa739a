//! Where elements stand in the arrays along which their numbers move.

use std::rc::Rc;

use synth_core::hash;

use super::{Moment, ScopeModel};
use crate::memo::Memo;
use crate::plan::Plan;
use crate::spots::Spots;

/// The place of an element in its array.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Track {
    place: u64,
    /// A word of the array, and of the place in a point.
    array: u64,
    /// The place of the last element.
    pub(super) last: Option<u64>,
}

impl Track {
    /// The same with the array as a series and places as seconds.
    pub(super) fn moment(self) -> Moment {
        Moment { share: 0.0, seconds: self.place as f64, series: self.array, turn: None }
    }
}

impl Plan {
    /// The places of instances whose numbers move along arrays; nothing where none do.
    pub(super) fn tracks(&self, model: &ScopeModel, spots: &Rc<Spots>, memo: &Memo) -> Vec<Track> {
        let Some(walk) = model.fields.iter().find_map(|field| field.walk) else { return Vec::new() };
        let is_above = walk.up > 0;
        let elements = if is_above { spots.above.as_ref() } else { Some(spots) };
        let Some((elements, owners)) = elements.and_then(|own| Some((own, own.above.as_ref()?))) else {
            return Vec::new();
        };
        let is_closed = model.fields.iter().any(|field| field.walk.is_some_and(|walk| walk.closed));
        let collection = self.collection_of(elements.scope).filter(|_| is_closed);
        let lengths = collection.map(|collection| self.lengths_at(collection, owners, memo));
        let track = |row: usize| Track {
            place: elements.indices[row],
            array: hash::combine(owners.addresses[row], if is_above { spots.indices[row] + 1 } else { 0 }),
            last: lengths.as_ref().and_then(|lengths| lengths[row]?.checked_sub(1)),
        };
        (0..spots.addresses.len()).map(track).collect()
    }
}
