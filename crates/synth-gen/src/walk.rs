//! The walk over the shape that turns filled columns into events.

use std::ops::Range;

use synth_core::{Event, EventSink, Scalar, cast};

use crate::column::{ABSENT, FIRST_KIND, NULL};
use crate::fill::Workspace;
use crate::piece::Piece;
use crate::plan::{Kind, Node, Plan};

/// Sends the events of values.
pub(crate) struct Walker<'a, S: EventSink> {
    pub(crate) plan: &'a Plan,
    pub(crate) workspace: &'a mut Workspace,
    pub(crate) sink: &'a mut S,
    /// Takes the elements of outermost arrays in place of the sink.
    pub(crate) pieces: Option<&'a mut TakePiece<'a, S>>,
}

/// Takes a piece of an array where its elements stand.
pub(crate) type TakePiece<'a, S> = dyn FnMut(&mut S, Piece) -> Result<(), <S as EventSink>::Error> + 'a;

impl<'a, S: EventSink> Walker<'a, S> {
    /// Sends the value of a node at a slot of its scope.
    pub(crate) fn value(&mut self, node: usize, slot: usize) -> Result<(), S::Error> {
        let code = self.workspace.columns[node].kinds[slot];
        self.value_of_kind(code, node, slot)
    }

    #[inline]
    fn value_of_kind(&mut self, code: u8, node: usize, slot: usize) -> Result<(), S::Error> {
        let plan: &'a Plan = self.plan;
        if code < FIRST_KIND {
            debug_assert_eq!(code, NULL, "an absent value is not walked");
            return self.send(Event::Scalar(Scalar::Null));
        }
        let kind = usize::from(code - FIRST_KIND);
        let node_plan = &plan.nodes[node];
        match &node_plan.kinds[kind] {
            Kind::Scalar(recipe) => {
                let Workspace { columns, rooms, .. } = &mut *self.workspace;
                recipe.send(&columns[node].values[kind], slot, (rooms, self.sink))
            }
            Kind::Object => self.object(node_plan, slot),
            Kind::Array => self.array(node_plan, slot),
        }
    }

    fn send(&mut self, event: Event<'_>) -> Result<(), S::Error> {
        self.sink.event(event, 0)
    }

    fn is_there(&self, node: usize, slot: usize) -> bool {
        self.workspace.columns[node].kinds[slot] != ABSENT
    }

    fn object(&mut self, node: &'a Node, slot: usize) -> Result<(), S::Error> {
        self.send(Event::ObjectStart)?;
        for member in &node.members {
            let code = self.workspace.columns[member.node].kinds[slot];
            if code != ABSENT {
                self.sink.key(&member.key, &member.text)?;
                self.value_of_kind(code, member.node, slot)?;
            }
        }
        if let Some(dictionary) = node.dictionary {
            self.collection(dictionary, slot)?;
        }
        self.send(Event::ObjectEnd)
    }

    fn array(&mut self, node: &'a Node, slot: usize) -> Result<(), S::Error> {
        self.send(Event::ArrayStart)?;
        let mut is_whole = true;
        for position in &node.tuple {
            // Without one position the later ones would move up, so a tuple ends there.
            is_whole = is_whole && self.is_there(*position, slot);
            if is_whole {
                self.value(*position, slot)?;
            }
        }
        if let Some(elements) = node.elements.filter(|_| is_whole) {
            self.collection(elements, slot)?;
        }
        self.send(Event::ArrayEnd)
    }

    fn collection(&mut self, index: usize, slot: usize) -> Result<(), S::Error> {
        let collection = &self.plan.collections[index];
        if !collection.streamed {
            let starts = &self.workspace.members[index].starts;
            let (first, end) = (starts[slot], starts[slot + 1]);
            return (first..end).try_for_each(|member| self.member(index, member));
        }
        let owner = &self.plan.nodes[collection.owner];
        let owners = &self.workspace.instances[owner.scope];
        let length = collection.lengths.draw(owners.addresses[slot], owners.ordinals[slot]);
        // The keys of a dictionary depend on those before, so it is made as a whole.
        if let Some(take) = self.pieces.as_mut().filter(|_| collection.keys.is_none()) {
            return Piece::cut(self.plan, index, length).try_for_each(|piece| take(self.sink, piece));
        }
        self.elements(index, 0..length)
    }

    /// Sends some elements of an outermost array, or members of a dictionary from the first on.
    pub(crate) fn elements(&mut self, index: usize, elements: Range<u64>) -> Result<(), S::Error> {
        let n_block = self.plan.scopes[self.plan.collections[index].scope].n_block;
        let mut first = elements.start;
        while first < elements.end {
            let end = first.saturating_add(n_block).min(elements.end);
            self.plan.fill_piece(index, first..end, self.workspace);
            (0..cast::to_usize(end - first)).try_for_each(|member| self.member(index, member))?;
            first = end;
        }
        Ok(())
    }

    /// Sends one element of an array, or key and value of one member of a dictionary.
    fn member(&mut self, index: usize, slot: usize) -> Result<(), S::Error> {
        let collection = &self.plan.collections[index];
        if collection.keys.is_some() {
            self.sink.event(Event::Key(self.workspace.members[index].keys.get(slot)), 0)?;
        }
        self.value(collection.item, slot)
    }
}
