//! Dependencies that hold because others do, or because of how fields are computed.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_rules::Relationship;
use synth_rules::relationship::{Operation, Term};

use crate::coupling::{is_inside, varying};
use crate::dependency::Decided;
use crate::link::Linker;
use crate::plan::Plan;

/// Some fields that decide another one in every row that has them.
struct Step {
    from: Vec<usize>,
    to: usize,
}

impl Linker<'_> {
    /// Adds the dependencies that are kept, field by field: by themselves, or through others that are.
    ///
    /// # Method
    ///
    /// The closure of the left side under what is kept (Armstrong 1974, Dependency structures of data base
    /// relationships). A field between the two sides must be there whenever one of them is.
    pub(crate) fn keep_dependencies(
        &self,
        plan: &Plan,
        decided: &BTreeMap<usize, Decided<'_>>,
        kept: &mut BTreeSet<usize>,
    ) {
        let is_kept = |(index, at): (usize, usize), lhs: &[JsonPath], rhs: &JsonPath| {
            self.follows(decided, lhs, rhs)
                || self.tabled.borrow().contains(&(index, at))
                || self.is_one_case(plan, lhs, rhs)
                || self.has_one_value(plan, rhs)
                || lhs.iter().any(|path| self.unique.contains(path))
        };
        let (mut steps, mut open) = (self.computed_steps(kept), Vec::new());
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let Relationship::FunctionalDep { lhs, rhs, confidence, .. } = relationship else { continue };
            let from = lhs.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>();
            for (at, path) in rhs.iter().enumerate() {
                match (is_kept((index, at), lhs, path), &from, self.node(path)) {
                    (true, Some(from), Some(to)) if confidence.is_one() => {
                        steps.push(Step { from: from.clone(), to });
                    }
                    (true, ..) => {}
                    (false, from, to) => open.push((index, at, from.clone(), to)),
                }
            }
        }
        let closure = Closure::of(steps);
        let mut loose: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, at, from, to) in open {
            let is_implied = from.zip(to).is_some_and(|(from, to)| closure.leads(plan, &from, to));
            if !is_implied {
                loose.entry(index).or_default().push(at);
            }
        }
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            if matches!(relationship, Relationship::FunctionalDep { .. }) && !loose.contains_key(&index) {
                kept.insert(index);
            }
        }
        *self.loose.borrow_mut() = loose;
    }

    /// What formulas that are kept say: their terms decide the target, and a copy its source.
    fn computed_steps(&self, kept: &BTreeSet<usize>) -> Vec<Step> {
        let mut steps = Vec::new();
        for index in kept {
            let Relationship::Arithmetic { target, operation, terms, confidence, .. } =
                &self.rules.relationships[*index]
            else {
                continue;
            };
            let is_of_row = !operation.is_of_elements();
            let node = |term: &Term| match term {
                Term::Plain(path) | Term::Scaled { path, .. } => self.node(path),
            };
            let from = terms.iter().map(node).collect::<Option<Vec<_>>>();
            let (Some(from), Some(to)) = (from, self.node(target)) else { continue };
            if !is_of_row || !confidence.is_one() {
                continue;
            }
            if let (Operation::Copy, [only]) = (operation, &from[..]) {
                steps.push(Step { from: vec![to], to: *only });
            }
            steps.push(Step { from, to });
        }
        steps
    }
}

/// Steps, and which of them each field takes part in.
struct Closure {
    steps: Vec<Step>,
    starts: BTreeMap<usize, Vec<usize>>,
}

impl Closure {
    fn of(mut steps: Vec<Step>) -> Self {
        let mut starts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, step) in steps.iter_mut().enumerate() {
            step.from.sort_unstable();
            step.from.dedup();
            step.from.iter().for_each(|node| starts.entry(*node).or_default().push(number));
        }
        Self { steps, starts }
    }

    /// Tells whether some fields decide another one, step by step.
    ///
    /// # Cost
    ///
    /// Linear in the sizes of all steps (Beeri and Bernstein 1979, Computational problems related to the design of normal
    /// form relational schemas, section 3).
    fn leads(&self, plan: &Plan, from: &[usize], to: usize) -> bool {
        let ends: Vec<usize> = from.iter().copied().chain([to]).collect();
        let may_pass = |node: usize| node == to || ends.iter().any(|end| is_there_with(plan, node, *end));
        let mut n_missing: Vec<usize> = self.steps.iter().map(|step| step.from.len()).collect();
        let mut known: BTreeSet<usize> = BTreeSet::new();
        let mut waiting: Vec<usize> = from.to_vec();
        waiting.extend(
            self.steps.iter().filter(|step| step.from.is_empty() && may_pass(step.to)).map(|step| step.to),
        );
        while let Some(node) = waiting.pop() {
            if !known.insert(node) {
                continue;
            }
            for number in self.starts.get(&node).into_iter().flatten() {
                n_missing[*number] -= 1;
                let next = self.steps[*number].to;
                if n_missing[*number] == 0 && !known.contains(&next) && may_pass(next) {
                    waiting.push(next);
                }
            }
        }
        known.contains(&to)
    }
}

/// Tells whether a field is there in every row in which another one is.
fn is_there_with(plan: &Plan, node: usize, other: usize) -> bool {
    let Some(top) = varying(plan, node) else { return false };
    let own = &plan.nodes[top];
    let may_lack = own.presence.own < 1.0 || own.null_rate > 0.0 || own.case_columns().next().is_some();
    !may_lack && own.kinds.len() == 1 || top == other || is_inside(plan, other, top)
}
