//! Relationships of the type `arithmetic`, compiled.

use std::sync::Arc;

use synth_core::JsonPath;
use synth_rules::Relationship;
use synth_rules::relationship::{Operation as Rule, Term};

use crate::formula::{Formula, Operation, TermProgram};
use crate::link::{Bound, Linker, programs};
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::Source;

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
        };
        let terms: Vec<TermProgram> = self.terms.iter().map(term).collect();
        for kind in &mut plan.nodes[self.target].kinds {
            if let Kind::Scalar(own) = kind {
                let (terms, own) = (terms.clone(), (**own).clone());
                *kind = Kind::Scalar(Box::new(Recipe::formula(Formula {
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
        let keys: Arc<[Option<Recipe>]> = programs(plan, term.node).into();
        let source = Source::Same(linker.site(before, term.node, None), term.divisor);
        let seed = linker.seed.child(&self.target_path.to_string()).child("copy");
        let (prefix, coverage) = ("", self.confidence);
        Bound { source, keys: &keys, prefix, coverage, seed, spared: None }.apply(plan, self.target);
    }
}

impl<'a> Linker<'a> {
    /// Reads a relationship as a formula that can be kept: one without divisions and negative parts.
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
        let target = self.node(target_path)?;
        let operation = match operation {
            Rule::Copy => None,
            Rule::Sum => Some(Operation::Sum),
            Rule::Product => Some(Operation::Product),
            Rule::SumOverElements => Some(Operation::SumOverElements),
            Rule::Count => Some(Operation::Count),
            _ => return None,
        };
        let terms: Vec<TermNode> =
            terms.iter().map(|term| self.term(plan, target, operation, term)).collect::<Option<_>>()?;
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_possible = !terms.is_empty()
            && !is_tag
            && !plan.nodes[target].scalar_kinds().is_empty()
            && self.ordinals[plan.nodes[target].scope].is_some()
            && !plan.collections.iter().any(|collection| collection.keys == Some(target))
            && (operation.is_none() || !self.unique.contains(target_path))
            && *offset >= 0.0
            && terms.iter().all(|term| term.factor >= 0.0 && term.node != target);
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
        if matches!(operation, Some(Operation::Count | Operation::SumOverElements)) {
            let of_named = plan.nodes[named].elements.or(plan.nodes[named].dictionary);
            let node = match (operation, of_named) {
                (Some(Operation::Count), Some(collection)) => plan.collections[collection].item,
                _ => named,
            };
            let is_below = plan.scopes[plan.nodes[node].scope].above == Some(scope);
            return is_below.then_some(TermNode { node, divisor: 1, factor });
        }
        let has_value = !plan.nodes[named].scalar_kinds().is_empty() && self.keeps_keys(plan, named, path);
        let divisor = divisor(plan, scope, plan.nodes[named].scope).filter(|_| has_value)?;
        Some(TermNode { node: named, divisor, factor })
    }
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
