//! Documents in pieces: the elements of their outermost arrays, which can be made apart from each other.

use std::ops::Range;

use synth_core::EventSink;

use crate::fill::Workspace;
use crate::plan::Plan;
use crate::walk::Walker;

/// Blocks of one piece.
const N_BLOCKS: u64 = 4;

/// Some elements of an outermost array of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub(crate) collection: usize,
    pub(crate) elements: Range<u64>,
}

impl Piece {
    /// Cuts an array of `length` elements.
    pub(crate) fn cut(plan: &Plan, collection: usize, length: u64) -> impl Iterator<Item = Self> + use<> {
        let scope = plan.collections[collection].scope;
        let n = plan.scopes[scope].n_block.saturating_mul(N_BLOCKS).max(1);
        (0..length.div_ceil(n)).map(move |at| {
            let first = at * n;
            Self { collection, elements: first..first.saturating_add(n).min(length) }
        })
    }
}

impl Plan {
    /// Sends the events of a document, but hands over the elements of its outermost arrays in pieces, each where it
    /// stands; [`Plan::emit_piece`] sends their events.
    ///
    /// # Errors
    ///
    /// The first error of the sink or of `take`.
    ///
    /// # Cost
    ///
    /// That of what stands outside of these arrays. Outermost dictionaries are sent at once.
    ///
    /// # Example
    ///
    /// ```
    /// # use synth_core::{Event, EventSink};
    /// # use synth_gen::{CompileOptions, Plan};
    /// struct Count(usize);
    /// impl EventSink for Count {
    ///     type Error = std::convert::Infallible;
    ///     fn event(&mut self, _event: Event<'_>, _offset: u64) -> Result<(), Self::Error> {
    ///         self.0 += 1;
    ///         Ok(())
    ///     }
    /// }
    /// let rules = serde_yaml::from_str(
    ///     "{version: 2, globals: {layout: document}, fields: {'$[]': {type: string, generator: uuid_v4}},
    ///       shape: {'$[]': {length: {distribution: constant, params: {value: 9}}}}}",
    /// )?;
    /// let plan = Plan::compile(&rules, &CompileOptions { seed: 42, n_rows: 1 })?;
    /// let (mut whole, mut outline, mut pieces) = (Count(0), Count(0), Vec::new());
    /// plan.emit(0..1, &mut whole, |_| Ok(()))?;
    /// plan.emit_outline(&mut outline, |_, piece| Ok(pieces.push(piece)))?;
    /// pieces.iter().try_for_each(|piece| plan.emit_piece(piece, &mut outline))?;
    /// assert_eq!((whole.0, outline.0), (11, 11));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn emit_outline<S: EventSink>(
        &self,
        sink: &mut S,
        mut take: impl FnMut(&mut S, Piece) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        let mut workspace = Workspace::new(self);
        self.fill_records(0..1, &mut workspace);
        Walker { plan: self, workspace: &mut workspace, sink, pieces: Some(&mut take) }.value(0, 0)
    }

    /// Sends the events of the elements of a piece.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub fn emit_piece<S: EventSink>(&self, piece: &Piece, sink: &mut S) -> Result<(), S::Error> {
        self.worker().emit_piece(piece, sink)
    }
}
