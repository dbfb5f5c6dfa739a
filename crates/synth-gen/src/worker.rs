//! Buffers of one thread, used again from one part of the output to the next.

use std::ops::Range;

use synth_core::{EventSink, cast};

use crate::fill::Workspace;
use crate::piece::Piece;
use crate::plan::Plan;
use crate::walk::Walker;

/// Makes parts of a plan's output, one after the other, in any order.
///
/// What a worker makes depends on the plan and the part only; it keeps the memory of its buffers, which are as large as one
/// block: many short ranges cost what one long range does.
pub struct Worker<'a> {
    plan: &'a Plan,
    workspace: Workspace,
    /// The buffers of the outermost scope hold the document.
    has_document: bool,
}

impl Plan {
    /// Returns a worker without any buffers yet; each thread has its own.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        Worker { plan: self, workspace: Workspace::new(self), has_document: false }
    }
}

impl Worker<'_> {
    /// Sends the events of a range of records, as [`Plan::emit`] does.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub fn emit<S: EventSink>(
        &mut self,
        rows: Range<u64>,
        sink: &mut S,
        mut end_record: impl FnMut(&mut S) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        let (plan, workspace) = (self.plan, &mut self.workspace);
        self.has_document = false;
        let mut first = rows.start;
        let end = rows.end.min(plan.n_records());
        while first < end {
            let last = first.saturating_add(plan.scopes[0].n_block).min(end);
            plan.fill_records(first..last, workspace);
            for slot in 0..cast::to_usize(last - first) {
                Walker { plan, workspace, sink, pieces: None }.value(0, slot)?;
                end_record(sink)?;
            }
            first = last;
        }
        Ok(())
    }

    /// Sends the events of the elements of a piece, as [`Plan::emit_piece`] does.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub fn emit_piece<S: EventSink>(&mut self, piece: &Piece, sink: &mut S) -> Result<(), S::Error> {
        let (plan, workspace) = (self.plan, &mut self.workspace);
        if !self.has_document {
            plan.fill_records(0..1, workspace);
            self.has_document = true;
        }
        let mut walker = Walker { plan, workspace, sink, pieces: None };
        walker.elements(piece.collection, piece.elements.clone())
    }
}

impl std::fmt::Debug for Worker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("has_document", &self.has_document).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use synth_core::Event;
    use synth_rules::RuleSet;

    use super::*;
    use crate::plan::CompileOptions;

    #[derive(Default)]
    struct Said(String);

    impl EventSink for Said {
        type Error = std::convert::Infallible;

        fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Self::Error> {
            self.0.push_str(&format!("{event:?} "));
            Ok(())
        }
    }

    const RULES: &str = "
version: 2
shape: {'$.b[]': {length: {distribution: geometric, params: {mean: 3}}}}
fields:
  $.b[].c: {type: string, generator: uuid_v4}
  $.b[].d: {type: integer, presence: 0.5, generator: sequence, params: {start: 1}}
";

    fn plan(rules: &str) -> Plan {
        let rules: RuleSet = serde_yaml::from_str(rules).unwrap();
        Plan::compile(&rules, &CompileOptions { seed: 42, n_rows: 9000 }).unwrap()
    }

    /// Catches what a worker made before and shows in what it makes next.
    #[test]
    fn parts_do_not_show_those_before() {
        let plan = plan(RULES);
        let mut worker = plan.worker();
        for rows in [0..5, 4000..8500, 3..4, 8999..9000, 0..5] {
            let (mut used, mut new) = (Said::default(), Said::default());
            let Ok(()) = worker.emit(rows.clone(), &mut used, |_| Ok(()));
            let Ok(()) = plan.emit(rows, &mut new, |_| Ok(()));
            assert!(!new.0.is_empty() && used.0 == new.0);
        }
    }

    /// Catches a document that is not there any more, or not yet, when a piece of it is made.
    #[test]
    fn pieces_and_records_of_a_document_may_take_turns() {
        let plan = plan(&format!("globals: {{layout: document, main_collection: '$.b[]'}}{RULES}"));
        let mut pieces = Vec::new();
        let Ok(()) = plan.emit_outline(&mut Said::default(), |_, piece| {
            pieces.push(piece);
            Ok(())
        });
        let mut worker = plan.worker();
        for piece in pieces.iter().chain(pieces.iter().rev()) {
            let (mut used, mut new) = (Said::default(), Said::default());
            let Ok(()) = worker.emit_piece(piece, &mut used);
            let Ok(()) = worker.emit(0..1, &mut Said::default(), |_| Ok(()));
            let Ok(()) = plan.emit_piece(piece, &mut new);
            assert!(!new.0.is_empty() && used.0 == new.0);
        }
    }
}
