//! The fields that `derived` and `copy` follow from, bound.

use std::sync::Arc;

use synth_core::JsonPath;

use crate::computed::divisor;
use crate::derived::Term;
use crate::error::{ErrorKind, Errors};
use crate::link::{Linker, programs};
use crate::plan::{Kind, Plan};

/// A field of which at least one kind follows from other fields.
pub(crate) struct Expressed {
    pub(crate) target: usize,
    /// For each kind that does, its position and the nodes it follows from, each with the ordinals of the target's scope in
    /// one of the node's.
    kinds: Vec<(usize, Vec<(usize, u64)>)>,
}

impl Expressed {
    /// The nodes whose programs must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.kinds.iter().flat_map(|(_, terms)| terms).map(|(node, _)| *node).collect()
    }

    /// Gives the programs of the field what they compute its values from.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        for (kind, terms) in &self.kinds {
            let term = |(node, divisor): &(usize, u64)| Term {
                site: linker.site(before, *node, None),
                divisor: *divisor,
                programs: programs(plan, *node).into(),
            };
            let terms: Arc<[Term]> = terms.iter().map(term).collect();
            if let Kind::Scalar(recipe) = &mut plan.nodes[self.target].kinds[*kind]
                && let Some(derived) = Arc::make_mut(recipe).as_derived_mut()
            {
                derived.bind(terms);
            }
        }
    }
}

impl Linker<'_> {
    /// Returns every field that follows from others by its own rule.
    pub(crate) fn expressed(&self, plan: &Plan) -> Vec<Expressed> {
        (0..plan.nodes.len()).filter_map(|target| self.expressed_at(plan, target)).collect()
    }

    /// Finds fields that could not be bound: what they follow from follows from them through relationships.
    pub(crate) fn find_unbound(&self, plan: &Plan, errors: &mut Errors) {
        for (node, plan_node) in plan.nodes.iter().enumerate() {
            let is_unbound = |kind: &Kind| match kind {
                Kind::Scalar(recipe) => recipe.base().as_derived().is_some_and(|derived| !derived.is_bound()),
                Kind::Object | Kind::Array => false,
            };
            if plan_node.kinds.iter().any(is_unbound)
                && let Ok(path) = JsonPath::parse(&self.path_of(node))
            {
                errors.push(ErrorKind::ValueCycle, &path);
            }
        }
    }

    fn expressed_at(&self, plan: &Plan, target: usize) -> Option<Expressed> {
        let scope = plan.nodes[target].scope;
        let terms = |kind: &Kind| {
            let Kind::Scalar(recipe) = kind else { return None };
            let derived = recipe.as_derived()?;
            let term = |node: usize| Some((node, divisor(plan, scope, plan.nodes[node].scope)?));
            derived.paths().into_iter().map(|path| self.node(path).and_then(term)).collect::<Option<Vec<_>>>()
        };
        let kinds = plan.nodes[target].kinds.iter().enumerate();
        let kinds: Vec<_> = kinds.filter_map(|(at, kind)| Some((at, terms(kind)?))).collect();
        (!kinds.is_empty()).then_some(Expressed { target, kinds })
    }
}
