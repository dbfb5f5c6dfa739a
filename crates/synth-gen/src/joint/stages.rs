//! Codes that are drawn in stages: first those that look at nothing given, then what is given that follows from these, then
//! those that look at that, and so on.
//!
//! What is given is computed by the programs of the plan, which look up presence, kinds and lengths, and these may be codes of
//! the same instances. Which stage a code belongs to is found when a plan is compiled, so whatever is asked for is drawn
//! up to its stage and never in a circle.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use super::calibrate::Drawing;
use super::{Before, Codes, Here, Joint, Moment, Moments, ScopeModel, up_of};
use crate::memo::Memo;
use crate::plan::Plan;
use crate::spots::Spots;

/// The codes of some instances, as far as they are drawn.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    codes: RefCell<Codes>,
    n_done: Cell<usize>,
    is_busy: Cell<bool>,
}

impl Stages {
    /// Codes of which none is missing.
    pub(crate) fn whole(codes: Codes) -> Self {
        Self { codes: RefCell::new(codes), n_done: Cell::new(usize::MAX), is_busy: Cell::new(false) }
    }

    pub(crate) fn codes(&self) -> Ref<'_, Codes> {
        self.codes.borrow()
    }

    /// The codes of some of the instances.
    pub(crate) fn picked(&self, instances: &[usize]) -> Self {
        let codes = RefCell::new(self.codes().picked(instances));
        Self { codes, n_done: self.n_done.clone(), is_busy: Cell::new(false) }
    }

    fn put(&self, column: usize, codes: &[u16]) {
        let mut all = self.codes.borrow_mut();
        let n_columns = all.n_columns;
        for (row, code) in all.codes.chunks_exact_mut(n_columns).zip(codes) {
            row[column] = *code;
        }
    }
}

impl Joint {
    /// Returns the model of a scope whose codes are drawn in stages.
    pub(super) fn staged(&self, scope: usize) -> Option<&ScopeModel> {
        self.scopes.get(scope).filter(|model| model.n_stages > 0)
    }

    /// Tells whether the codes of a scope are drawn in stages.
    pub(crate) fn is_staged(&self, scope: usize) -> bool {
        self.staged(scope).is_some()
    }

    /// Returns the stage in which a column of a scope is known.
    pub(super) fn stage_of(&self, scope: usize, column: usize) -> usize {
        let Some(model) = self.scopes.get(scope) else { return 0 };
        match column.checked_sub(model.fields.len()) {
            None => model.fields[column].stage,
            Some(given) => model.givens.get(given).map_or(0, |given| given.stage),
        }
    }
}

impl Plan {
    /// Draws the code that decides a node at some instances, if it is not drawn yet.
    pub(crate) fn ready(&self, node: usize, spots: &Rc<Spots>, memo: &Memo) {
        if let Some(modelled) = self.nodes[node].modelled {
            let scope = self.nodes[node].scope;
            self.draw_codes(spots.at(scope), self.joint.stage_of(scope, modelled.field), memo);
        }
    }

    /// Draws all codes of some instances.
    pub(crate) fn draw_all_codes(&self, spots: &Rc<Spots>, memo: &Memo) {
        self.draw_codes(spots, usize::MAX, memo);
    }

    /// Draws what is not drawn yet of the codes of some instances up to a stage.
    pub(super) fn draw_codes(&self, spots: &Rc<Spots>, stage: usize, memo: &Memo) {
        let Some(model) = self.joint.staged(spots.scope) else { return };
        let stages = &spots.codes;
        let end = stage.saturating_add(1).min(model.n_stages);
        while stages.n_done.get() < end {
            let next = stages.n_done.get();
            let is_circle = stages.is_busy.replace(true);
            assert!(!is_circle, "what follows from what looks at it is left out by `order`");
            if next == 0 {
                model.open(spots.addresses.len(), &mut stages.codes.borrow_mut());
            }
            let above = std::iter::successors(spots.above.as_ref(), |above| above.above.as_ref());
            above.for_each(|above| self.draw_codes(above, next, memo));
            self.put_given(model, (spots, next), memo);
            if model.fields.iter().any(|field| field.stage == next) {
                self.with_laws(spots.scope, next, |laws| {
                    self.draw_stage(model, (spots, Drawing::by(laws)), memo);
                });
            }
            stages.is_busy.set(false);
            stages.n_done.set(next + 1);
        }
    }

    /// Puts down what is given in one stage.
    pub(super) fn put_given(&self, model: &ScopeModel, (spots, stage): (&Rc<Spots>, usize), memo: &Memo) {
        for (at, given) in model.givens.iter().enumerate().filter(|(_, given)| given.stage == stage) {
            spots.codes.put(model.fields.len() + at, &self.given(given, spots, memo));
        }
    }

    /// Draws the codes of one stage by its laws.
    pub(super) fn draw_stage(
        &self,
        model: &ScopeModel,
        (spots, drawing): (&Rc<Spots>, Drawing<'_>),
        memo: &Memo,
    ) {
        let stage = drawing.laws.stage;
        let others = if model.looks_back { self.elements_before(spots, stage, memo) } else { None };
        let tracks = self.tracks(model, spots, memo);
        let mut moments = model.line.as_deref().map(Moments::new);
        let mut codes = spots.codes.codes.borrow_mut();
        for (row, address) in spots.addresses.iter().enumerate() {
            let index = spots.indices[row];
            let moment = moments.as_mut().map_or_else(Moment::default, |moments| moments.of_spot(spots, row));
            let found: Vec<u16> = match &others {
                Some((others, places)) => {
                    places[row].map_or_else(Vec::new, |at| others.codes.codes().of(at).to_vec())
                }
                None => Vec::new(),
            };
            let before = match found.is_empty() {
                true if model.looks_back && index > 0 && row > 0 && spots.is_next(row) => Before::At(row - 1),
                _ => Before::of(&found),
            };
            let track = tracks.get(row).copied().unwrap_or_default();
            let here = Here { address: *address, index, moment, track };
            model.draw((row, Some(drawing)), here, (up_of(spots, row), before), &mut codes);
        }
    }

    /// The elements before those whose predecessor does not stand before them in the list, from the first of each array on,
    /// and where each one's predecessor stands among them.
    fn elements_before(
        &self,
        spots: &Rc<Spots>,
        stage: usize,
        memo: &Memo,
    ) -> Option<(Rc<Spots>, Vec<Option<usize>>)> {
        let mut ordinals: Vec<u64> = Vec::new();
        let mut places = vec![None; spots.list.len()];
        for (row, &ordinal) in spots.list.iter().enumerate() {
            let index = spots.indices[row];
            if index > 0 && spots.is_there[row] && !(row > 0 && spots.is_next(row)) {
                ordinals.extend(ordinal.wrapping_sub(index)..ordinal);
                places[row] = Some(ordinals.len() - 1);
            }
        }
        (!ordinals.is_empty()).then(|| {
            let others = self.spots(spots.scope, &memo.list(&ordinals), memo);
            self.draw_codes(&others, stage, memo);
            (others, places)
        })
    }
}
