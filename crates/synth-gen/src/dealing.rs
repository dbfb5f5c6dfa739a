//! Keys and references of several fields as bonds: what deals their values out, beside what decides each field by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use synth_rules::Relationship;

use crate::link::{Bond, Linker};
use crate::plan::Plan;

/// Fields whose values are dealt out together, after each has been bound by itself.
pub(crate) struct DealtBond {
    /// Position among the relationships.
    pub(crate) index: usize,
    pub(crate) targets: Vec<usize>,
    /// The fields of the parent.
    pub(crate) needs: Vec<usize>,
    pub(crate) is_key: bool,
}

impl DealtBond {
    /// Deals the values out; what was kept of the fields before is taken back, but for references and keys.
    pub(crate) fn bind(
        &self,
        plan: &mut Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        kept: &mut BTreeSet<usize>,
    ) {
        let is_kept = match self.is_key {
            true => linker.key_of(plan, before, self.index).is_some(),
            false => linker.composite_of(plan, before, self.index).is_some(),
        };
        if is_kept {
            linker.forget(kept, &self.targets.iter().copied().collect());
            kept.insert(self.index);
        }
    }
}

impl Linker<'_> {
    /// The keys and references of several fields that may be dealt out; `bonds` are those of single fields.
    pub(crate) fn dealt(&self, plan: &Plan, bonds: &[Bond<'_>]) -> Vec<DealtBond> {
        let relationships = self.rules.relationships.iter().enumerate();
        relationships
            .filter_map(|(index, relationship)| self.deal(plan, (index, relationship), bonds))
            .collect()
    }

    fn deal(
        &self,
        plan: &Plan,
        (index, relationship): (usize, &Relationship),
        bonds: &[Bond<'_>],
    ) -> Option<DealtBond> {
        let nodes = |paths: &[synth_core::JsonPath]| -> Option<Vec<usize>> {
            let nodes = paths.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>()?;
            let is_alike = |node: &usize| plan.nodes[*node].scope == plan.nodes[nodes[0]].scope;
            (nodes.len() > 1 && nodes.iter().all(is_alike)).then_some(nodes)
        };
        match relationship {
            Relationship::PrimaryKey { paths, when: None } | Relationship::Unique { paths, when: None } => {
                let nodes = nodes(paths)?;
                let refers = |node: &usize| {
                    let of = |bond: &&Bond<'_>| bond.targets().contains(node);
                    bonds.iter().find(of).is_some_and(Bond::refers_always)
                };
                let (mut targets, plain): (Vec<usize>, Vec<usize>) =
                    nodes.iter().partition(|node| refers(node));
                let is_possible = !targets.is_empty();
                targets.extend(plain.last());
                is_possible.then_some(DealtBond { index, targets, needs: Vec::new(), is_key: true })
            }
            Relationship::ForeignKey { child, parent, parent_when: None, prefix: None, .. } => {
                let (targets, needs) = (nodes(child.paths())?, nodes(parent.paths())?);
                let is_other = plan.nodes[targets[0]].scope != plan.nodes[needs[0]].scope;
                let is_possible = is_other && targets.len() == needs.len();
                is_possible.then_some(DealtBond { index, targets, needs, is_key: false })
            }
            _ => None,
        }
    }
}
