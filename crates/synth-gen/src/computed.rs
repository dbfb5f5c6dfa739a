//! Relationships of the type `arithmetic`, compiled.

use std::sync::Arc;

use synth_core::JsonPath;
use synth_rules::Relationship;
use synth_rules::relationship::{Operation as Rule, Term};

use crate::clock::Clock;
use crate::formula::{Formula, Operation, TermProgram};
use crate::link::{Bound, Linker, programs};
use crate::measure::Measure;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::Source;
use crate::shelf::Programs;

/// A field that is computed, and from what.
pub(crate) struct Computed<'a> {
    /// Position among the relationships.
    pub(crate) index: usize,
    pub(crate) target: usize,
    target_path: &'a JsonPath,
    /// `None` for a copy.
    operation: Option<Operation>,
    terms: Vec<TermNode>,
    offset: f64,
    confidence: f64,
}

struct TermNode {
    node: usize,
    /// Ordinals of the target's scope in one of the term's.
    divisor: u64,
    factor: f64,
    /// How its values are read as moments.
    moments: Option<Measure>,
}

impl Computed<'_> {
    pub(crate) fn needs(&self) -> Vec<usize> {
        let counts = self.operation == Some(Operation::Count);
        self.terms.iter().filter(|_| !counts).map(|term| term.node).collect()
    }

    /// Makes the target's values follow from those of the terms.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let Some(operation) = self.operation else {
            self.bind_copy(plan, linker, before);
            return;
        };
        let term = |term: &TermNode| TermProgram {
            site: linker.site(before, term.node, None),
            divisor: term.divisor,
            programs: programs(plan, term.node).into(),
            factor: term.factor,
            moments: term.moments.clone(),
        };
        let terms: Vec<TermProgram> = self.terms.iter().map(term).collect();
        for kind in &mut plan.nodes[self.target].kinds {
            if let Kind::Scalar(own) = kind {
                let (terms, own) = (terms.clone(), (**own).clone());
                *kind = Kind::Scalar(Arc::new(Recipe::formula(Formula {
                    operation,
                    terms,
                    offset: self.offset,
                    own,
                })));
            }
        }
    }

    fn bind_copy(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let [term] = &self.terms[..] else { return };
        let keys: Arc<Programs> = programs(plan, term.node).into();
        let source = Source::Same(linker.site(before, term.node, None), term.divisor);
        let seed = linker.seed.child(&self.target_path.to_string()).child("copy");
        let (prefix, coverage) = ("", self.confidence);
        Bound { source, keys: &keys, prefix, coverage, seed, spared: None }.apply(plan, self.target);
    }
}

impl<'a> Linker<'a> {
    /// Reads a relationship as a formula that can be kept.
    pub(crate) fn computed(
        &self,
        plan: &Plan,
        index: usize,
        relationship: &'a Relationship,
    ) -> Option<Computed<'a>> {
        let Relationship::Arithmetic { target: target_path, operation, terms, offset, confidence } =
            relationship
        else {
            return None;
        };
        if let Some(by_clock) = self.by_clock(plan, index, relationship) {
            return by_clock;
        }
        let target = self.node(target_path)?;
        let operation = match operation {
            Rule::Copy => None,
            Rule::Sum => Some(Operation::Sum),
            Rule::Product => Some(Operation::Product),
            Rule::SumOverElements => Some(Operation::SumOverElements),
            Rule::MinOverElements => Some(Operation::Min),
            Rule::MaxOverElements => Some(Operation::Max),
            Rule::MeanOverElements => Some(Operation::Mean),
            Rule::FirstElement => Some(Operation::First),
            Rule::LastElement => Some(Operation::Last),
            Rule::Count => Some(Operation::Count),
            Rule::Ratio if terms.len() == 2 => Some(Operation::Ratio),
            _ => return None,
        };
        let terms: Vec<TermNode> =
            terms.iter().map(|term| self.term(plan, target, operation, term)).collect::<Option<_>>()?;
        let is_possible = !terms.is_empty()
            && self.may_be_computed(plan, target)
            && (operation.is_none() || !self.unique.contains(target_path))
            && terms.iter().all(|term| term.node != target);
        is_possible.then_some(Computed {
            index,
            target,
            target_path,
            operation,
            terms,
            offset: *offset,
            confidence: confidence.get(),
        })
    }

    fn may_be_computed(&self, plan: &Plan, target: usize) -> bool {
        !plan.case_columns.iter().any(|column| column.discriminator == target)
            && !plan.nodes[target].scalar_kinds().is_empty()
            && self.ordinals[plan.nodes[target].scope].is_some()
            && !plan.collections.iter().any(|collection| collection.keys == Some(target))
    }

    /// Reads a relationship as a formula on times; the outer `None` when it is none. Minutes between two clocks decide
    /// the later one, so that the minutes keep their distribution.
    fn by_clock(
        &self,
        plan: &Plan,
        index: usize,
        relationship: &'a Relationship,
    ) -> Option<Option<Computed<'a>>> {
        let Relationship::Arithmetic { target, operation, terms, offset, confidence } = relationship else {
            return None;
        };
        Clock::of(*operation, 0.0, 0.0)?;
        let plain = |term: &'a Term| match term {
            Term::Plain(path) | Term::Scaled { path, .. } => path,
        };
        let mut paths: Vec<&JsonPath> = terms.iter().map(plain).collect();
        let mut target_path = target;
        if let (Rule::ClockMinutes, [end, start]) = (operation, &paths[..]) {
            (target_path, paths) = (*end, vec![*start, target]);
        }
        let computed = || {
            let node = self.node(target_path)?;
            let recipe = only_number(plan, node)?;
            let least = recipe.ranked(0.0)?;
            let clock = Clock::of(*operation, *offset, least)?;
            let term = |path: &&'a JsonPath| {
                let term = self.term(plan, node, None, &Term::Plain((*path).clone()))?;
                let moments = match clock.reads_moments() {
                    true => Some(Measure::of(only_recipe(plan, term.node)?)?),
                    false => None,
                };
                (term.node != node).then_some(TermNode { moments, ..term })
            };
            let terms = paths.iter().map(term).collect::<Option<Vec<_>>>()?;
            let is_possible = self.may_be_computed(plan, node) && !self.unique.contains(target_path);
            is_possible.then_some(Computed {
                index,
                target: node,
                target_path,
                operation: Some(Operation::Clock(clock)),
                terms,
                offset: 0.0,
                confidence: confidence.get(),
            })
        };
        Some(computed())
    }

    fn term(
        &self,
        plan: &Plan,
        target: usize,
        operation: Option<Operation>,
        term: &Term,
    ) -> Option<TermNode> {
        let (path, factor) = match term {
            Term::Plain(path) => (path, 1.0),
            Term::Scaled { path, factor } => (path, *factor),
        };
        let named = self.node(path)?;
        let scope = plan.nodes[target].scope;
        if operation.is_some_and(Operation::is_of_elements) {
            let of_named = plan.nodes[named].elements.or(plan.nodes[named].dictionary);
            let node = match (operation, of_named) {
                (Some(Operation::Count), Some(collection)) => plan.collections[collection].item,
                _ => named,
            };
            let is_below = plan.scopes[plan.nodes[node].scope].above == Some(scope);
            return is_below.then_some(TermNode { node, divisor: 1, factor, moments: None });
        }
        let has_value = !plan.nodes[named].scalar_kinds().is_empty() && self.keeps_keys(plan, named, path);
        let divisor = divisor(plan, scope, plan.nodes[named].scope).filter(|_| has_value)?;
        Some(TermNode { node: named, divisor, factor, moments: None })
    }
}

/// The program of a node that has one kind of values, which have no parts.
fn only_recipe(plan: &Plan, node: usize) -> Option<&Recipe> {
    match &plan.nodes[node].kinds[..] {
        [Kind::Scalar(recipe)] => Some(recipe),
        _ => None,
    }
}

/// The same for numbers.
fn only_number(plan: &Plan, node: usize) -> Option<&Recipe> {
    only_recipe(plan, node).filter(|recipe| !recipe.is_text())
}

/// Returns how many ordinals of a scope stand in one of a scope above it; 1 for the scope itself.
pub(crate) fn divisor(plan: &Plan, mut scope: usize, above: usize) -> Option<u64> {
    let mut divisor = 1_u64;
    while scope != above {
        let collection = plan.collections.iter().find(|collection| collection.scope == scope)?;
        divisor = divisor.checked_mul(collection.stride.max(1))?;
        scope = plan.scopes[scope].above?;
    }
    Some(divisor)
}
