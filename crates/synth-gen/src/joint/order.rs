//! What is given is made before whatever looks at it: which of it can be, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::JsonPath;
use synth_rules::JointModel;
use synth_stats::joint::Sampler;

use super::given::{GivenSource, Late, needed};
use super::{Joint, Look, ScopeModel, calibrate};
use crate::link::Bond;
use crate::plan::{Gate, Plan};

/// Something that the joint model looked at, and that cannot be made before what looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The field that looked at it.
    pub field: JsonPath,
    /// What it looked at.
    pub given: JsonPath,
}

/// A column of codes: of a field or of something given, in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Vertex {
    scope: usize,
    column: usize,
}

/// What the columns of a plan and the codes of its model look at.
pub(crate) struct Order<'p, 'b> {
    plan: &'p Plan,
    bonds: &'p [Bond<'b>],
}

impl<'p, 'b> Order<'p, 'b> {
    pub(crate) fn new(plan: &'p Plan, bonds: &'p [Bond<'b>]) -> Self {
        Self { plan, bonds }
    }

    /// The nodes that must be known to know the presence and the value of a node.
    fn looked_at(&self, node: usize) -> Vec<usize> {
        let plan_node = &self.plan.nodes[node];
        let mut nodes: Vec<usize> = Vec::new();
        if let Gate::Part { of, .. } = plan_node.gate {
            nodes.push(of);
        }
        let collection = self.plan.collection_of(plan_node.scope);
        nodes.extend(collection.map(|at| self.plan.collections[at].owner));
        nodes.extend(plan_node.case_columns().map(|column| self.plan.case_columns[column].discriminator));
        for bond in self.bonds {
            let targets = bond.targets();
            if targets.contains(&node) {
                nodes.extend(targets);
                nodes.extend(bond.reads());
            }
        }
        nodes
    }

    /// All nodes that must be known to know some.
    fn all_looked_at(&self, nodes: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut open: Vec<usize> = nodes.into_iter().collect();
        let mut all = BTreeSet::new();
        while let Some(node) = open.pop() {
            if all.insert(node) {
                open.extend(self.looked_at(node));
            }
        }
        all
    }

    /// The codes that decide some nodes.
    fn codes_of(&self, nodes: &BTreeSet<usize>) -> Vec<Vertex> {
        let code = |node: &usize| {
            let plan_node = &self.plan.nodes[*node];
            plan_node.modelled.map(|modelled| Vertex { scope: plan_node.scope, column: modelled.field })
        };
        nodes.iter().filter_map(code).collect()
    }

    /// The columns of codes that one looks at.
    fn edges(&self, joint: &Joint, vertex: Vertex) -> Vec<Vertex> {
        let model = &joint.scopes[vertex.scope];
        let above = |up: usize| {
            (0..up).try_fold(vertex.scope, |scope, _| self.plan.scopes[scope].above).unwrap_or(vertex.scope)
        };
        let own = |column: usize| Vertex { scope: vertex.scope, column };
        let Some(given) = vertex.column.checked_sub(model.fields.len()) else {
            let field = &model.fields[vertex.column];
            let look = |look: &Look| match *look {
                Look::Field { up, field } => Some(Vertex { scope: above(up), column: field }),
                Look::Previous { field, .. } => Some(own(field)),
                Look::Given { up: 0, given } => Some(own(model.fields.len() + given)),
                Look::Given { up, given } => Some(Vertex { scope: above(up), column: given }),
                Look::Position | Look::PositionAbove(_) | Look::Time(_) => None,
            };
            let series = model.by.filter(|_| field.run.is_some());
            let series = series.map(|(up, column)| Vertex { scope: above(up), column });
            return field.looks.iter().filter_map(look).chain(series).filter(|to| *to != vertex).collect();
        };
        let source = &model.givens[given].source;
        let mut edges = self.codes_of(&self.all_looked_at(needed(source, &joint.references)));
        if let GivenSource::Referred { reference, column } = source {
            let scope = joint.references[*reference].scope;
            // Which rows there are to refer to is known when all of their codes are.
            let n_columns = joint.scopes[scope].n_columns();
            edges.extend((0..n_columns.max(column + 1)).map(|column| Vertex { scope, column }));
        }
        edges
    }

    /// Everything that some columns of codes look at, by whatever way.
    fn reached(&self, joint: &Joint, from: Vec<Vertex>) -> BTreeSet<Vertex> {
        let mut open = from;
        let mut all = BTreeSet::new();
        while let Some(vertex) = open.pop() {
            if all.insert(vertex) {
                open.extend(self.edges(joint, vertex));
            }
        }
        all
    }

    /// Finds something given that follows from what looks at it, the last one.
    fn circle(&self, joint: &Joint) -> Option<Vertex> {
        let is_circle = |vertex: &Vertex| self.reached(joint, self.edges(joint, *vertex)).contains(vertex);
        givens(joint).into_iter().rev().find(is_circle)
    }

    /// The nodes whose programs must be bound before a bond is, so that codes that it looks up can be drawn.
    ///
    /// All that is given up to the stage of these codes may be computed with them. None of it follows from the bond: what does
    /// follows from the codes too, and is given in a later stage.
    pub(crate) fn behind(&self, bond: &Bond<'_>) -> BTreeSet<usize> {
        let joint = &self.plan.joint;
        let givens = givens(joint);
        if givens.is_empty() {
            return BTreeSet::new();
        }
        let codes = self.codes_of(&self.all_looked_at(bond.reads().into_iter().chain(bond.targets())));
        let last = codes.iter().map(|code| joint.stage_of(code.scope, code.column)).max().unwrap_or(0);
        let early = givens.iter().filter(|given| joint.stage_of(given.scope, given.column) <= last);
        early.flat_map(|given| needed_by(joint, given)).collect()
    }
}

/// The nodes whose programs something given needs.
fn needed_by(joint: &Joint, given: &Vertex) -> Vec<usize> {
    let model = &joint.scopes[given.scope];
    let given = given.column.checked_sub(model.fields.len()).and_then(|given| model.givens.get(given));
    given.map_or_else(Vec::new, |given| needed(&given.source, &joint.references))
}

/// Everything that is given and looked at.
fn givens(joint: &Joint) -> Vec<Vertex> {
    let of_scope = |scope: usize| {
        let model = &joint.scopes[scope];
        let is_used = |at: &usize| !matches!(model.givens[*at].source, GivenSource::Nothing);
        let columns = (0..model.givens.len()).filter(is_used).map(|at| model.fields.len() + at);
        columns.map(move |column| Vertex { scope, column }).collect::<Vec<_>>()
    };
    (0..joint.scopes.len()).flat_map(of_scope).collect()
}

/// Leaves out what is given and follows from what looks at it, finds the stages in which all others are drawn, and which
/// programs they need; returns what is left out.
///
/// # Method
///
/// Codes and what is given look at each other along edges. What is given and stands in a circle is left out, the last
/// first, until none does: trees that looked at it do no longer, so where they did they go by all their rows. A code is drawn one
/// stage behind what is given to it, and what is given is made one stage behind the codes that it follows from.
pub(crate) fn settle(
    plan: &mut Plan,
    bonds: &[Bond<'_>],
    model: &JointModel,
    scope_of: &[Option<usize>],
) -> Vec<Unseen> {
    let mut joint = (*plan.joint).clone();
    let order = Order::new(plan, bonds);
    while let Some(Vertex { scope, column }) = order.circle(&joint) {
        let n_fields = joint.scopes[scope].fields.len();
        joint.scopes[scope].givens[column - n_fields].source = GivenSource::Nothing;
    }
    let unseen = prune(&mut joint, plan, model, scope_of);
    find_stages(&mut joint, &order);
    let used = givens(&joint);
    let nodes: Vec<usize> = used.iter().flat_map(|given| needed_by(&joint, given)).collect();
    let stages = calibrate::find_kept(&mut joint, plan);
    let late = Late::of(nodes, joint.references.len(), stages);
    plan.is_linked |= !used.is_empty() || joint.scopes.iter().any(ScopeModel::walks);
    plan.joint = Arc::new(joint);
    plan.late = late;
    unseen
}

/// Takes what is not given out of the trees.
fn prune(joint: &mut Joint, plan: &Plan, model: &JointModel, scope_of: &[Option<usize>]) -> Vec<Unseen> {
    let mut unseen = Vec::new();
    for (table, scope) in scope_of.iter().enumerate() {
        let Some(scope) = *scope else { continue };
        for (at, field) in model.tables[table].fields.iter().enumerate() {
            let gone = |look: &Look| -> Option<JsonPath> {
                let Look::Given { up, given } = *look else { return None };
                let above = (0..up).try_fold(scope, |scope, _| plan.scopes[scope].above)?;
                let model = &joint.scopes[above];
                let given = if up > 0 { given.checked_sub(model.fields.len())? } else { given };
                let given = &model.givens[given];
                matches!(given.source, GivenSource::Nothing).then(|| given.path.clone())
            };
            let gone: Vec<Option<JsonPath>> = joint.scopes[scope].fields[at].looks.iter().map(gone).collect();
            if gone.iter().all(Option::is_none) {
                continue;
            }
            let tree = field.tree.without(|feature| gone[usize::from(feature)].is_some());
            let n_codes = u16::try_from(field.codes.len()).unwrap_or(u16::MAX);
            if let Ok(sampler) = Sampler::new(&tree, n_codes) {
                joint.scopes[scope].fields[at].sampler = sampler;
            }
            // Nothing looks there any more.
            let looks = joint.scopes[scope].fields[at].looks.iter_mut();
            looks.zip(&gone).filter(|(_, gone)| gone.is_some()).for_each(|(look, _)| *look = Look::Position);
            let paths: BTreeSet<JsonPath> = gone.into_iter().flatten().collect();
            unseen.extend(paths.into_iter().map(|given| Unseen { field: field.path.clone(), given }));
        }
    }
    unseen
}

/// Finds the stage of every column of codes.
fn find_stages(joint: &mut Joint, order: &Order<'_, '_>) {
    let all = (0..joint.scopes.len())
        .flat_map(|scope| (0..joint.scopes[scope].n_columns()).map(move |column| Vertex { scope, column }));
    let all: Vec<Vertex> = all.collect();
    let edges: BTreeMap<Vertex, Vec<Vertex>> =
        all.iter().map(|vertex| (*vertex, order.edges(joint, *vertex))).collect();
    let is_given = |vertex: &Vertex| vertex.column >= joint.scopes[vertex.scope].fields.len();
    let first = |vertex: &Vertex| (*vertex, usize::from(is_given(vertex)));
    let mut stages: BTreeMap<Vertex, usize> = all.iter().map(first).collect();
    // Circles have nothing given in them, so stages rise to no more than the number of things that are given.
    loop {
        let mut is_still = true;
        for vertex in &all {
            let behind = |to: &Vertex| stages[to] + usize::from(is_given(vertex));
            let stage = edges[vertex].iter().map(behind).max().unwrap_or(0);
            if stage > stages[vertex] {
                stages.insert(*vertex, stage);
                is_still = false;
            }
        }
        if is_still {
            break;
        }
    }
    for (vertex, stage) in &stages {
        let model = &mut joint.scopes[vertex.scope];
        match vertex.column.checked_sub(model.fields.len()) {
            None => model.fields[vertex.column].stage = *stage,
            Some(given) => model.givens[given].stage = *stage,
        }
    }
    for scope in 0..joint.scopes.len() {
        let above = order.plan.scopes[scope].above;
        let is_below = above.is_some_and(|above| joint.scopes[above].n_stages > 0);
        let model = &mut joint.scopes[scope];
        let fields = model.fields.iter().map(|field| field.stage);
        let last = fields.chain(model.givens.iter().map(|given| given.stage)).max();
        // Where elements stand in their arrays is looked up stage by stage.
        let is_staged = is_below || !model.givens.is_empty() || last > Some(0) || model.walks();
        model.n_stages = last.filter(|_| is_staged).map_or(0, |last| last + 1);
    }
}
