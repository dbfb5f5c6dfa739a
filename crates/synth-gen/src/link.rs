//! From relationships of the rules to programs that keep them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{JsonPath, PathId, Seed};
use synth_rules::relationship::Condition as Tagged;
use synth_rules::{Generator, LengthRule, Relationship, RuleSet, ValueKind};

use crate::listed::literal_text;
use crate::outline::Outline;
use crate::parents::{Pace, Parents, Picker, Preference};
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::{Reference, texts};
use crate::site::{Condition, Row, Site};

/// What the relationships are bound with.
pub(crate) struct Linker<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) outline: &'a Outline<'a>,
    pub(crate) node_of: &'a BTreeMap<PathId, usize>,
    /// By scope: ordinals are below this.
    pub(crate) ordinals: &'a [Option<u64>],
    /// Paths whose values never repeat.
    pub(crate) unique: &'a BTreeSet<JsonPath>,
    pub(crate) seed: Seed,
}

/// One reference whose paths are nodes of the plan.
struct Link<'a> {
    index: usize,
    child: usize,
    parent: usize,
    child_path: &'a JsonPath,
    condition: Option<Condition>,
    is_same_column: bool,
    prefix: &'a str,
    coverage: f64,
    children: Option<&'a LengthRule>,
}

impl<'a> Linker<'a> {
    /// Binds every reference it can, parents before their children; returns the positions of those that are kept.
    pub(crate) fn references(&self, plan: &mut Plan) -> BTreeSet<usize> {
        let before = Arc::new(plan.clone());
        let mut waiting: Vec<Link<'a>> = Vec::new();
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            if let Some(link) = self.link(&before, index, relationship)
                && !waiting.iter().any(|other| other.child == link.child)
            {
                waiting.push(link);
            }
        }
        let mut kept = BTreeSet::new();
        while !waiting.is_empty() {
            let is_open = |link: &Link<'_>| {
                waiting.iter().any(|other| other.child == link.parent && other.child != link.child)
            };
            // What is left when all wait for each other is a circle of references, which no row can begin.
            let Some(next) = waiting.iter().position(|link| !is_open(link)) else { break };
            let link = waiting.remove(next);
            self.bind(plan, &before, &link);
            kept.insert(link.index);
        }
        kept
    }

    fn node(&self, path: &JsonPath) -> Option<usize> {
        self.outline.tree.find(path).and_then(|id| self.node_of.get(&id).copied())
    }

    /// Reads a relationship as a reference of one field to another that can be kept.
    fn link(&self, plan: &Plan, index: usize, relationship: &'a Relationship) -> Option<Link<'a>> {
        let Relationship::ForeignKey { child, parent, parent_when, prefix, coverage, children } =
            relationship
        else {
            return None;
        };
        let ([child_path], [parent_path]) = (child.paths(), parent.paths()) else { return None };
        let (child, parent) = (self.node(child_path)?, self.node(parent_path)?);
        let condition = match parent_when {
            Some(tagged) => Some(self.condition(plan, parent, tagged)?),
            None => None,
        };
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == child)
            || condition.as_ref().is_some_and(|condition| condition.tag == child);
        let scalars = [child, parent].map(|node| !plan.nodes[node].scalar_kinds().is_empty());
        let are_numbered = [child, parent].map(|node| self.ordinals[plan.nodes[node].scope].is_some());
        let is_possible = scalars == [true; 2]
            && are_numbered == [true; 2]
            && !is_tag
            && (child != parent || condition.is_some())
            && self.keeps_keys(plan, parent, parent_path);
        is_possible.then_some(Link {
            index,
            child,
            parent,
            child_path,
            condition,
            is_same_column: child == parent,
            prefix: prefix.as_deref().unwrap_or(""),
            coverage: coverage.get(),
            children: children.as_ref(),
        })
    }

    /// The keys of a dictionary are the drawn ones only if none is drawn twice.
    fn keeps_keys(&self, plan: &Plan, node: usize, path: &JsonPath) -> bool {
        !plan.collections.iter().any(|collection| collection.keys == Some(node)) || self.unique.contains(path)
    }

    /// Compiles a condition on the rows of a parent.
    pub(crate) fn condition(&self, plan: &Plan, parent: usize, tagged: &Tagged) -> Option<Condition> {
        let tag = self.node(&tagged.path)?;
        let above = std::iter::successors(Some(plan.nodes[parent].scope), |scope| plan.scopes[*scope].above);
        if !above.into_iter().any(|scope| scope == plan.nodes[tag].scope) {
            return None;
        }
        let wanted = |kind: &Kind| match kind {
            Kind::Scalar(recipe) => {
                recipe.cases(&tagged.values).map(|cases| cases.iter().map(Option::is_some).collect())
            }
            Kind::Object | Kind::Array => None,
        };
        let wanted: Vec<Option<Vec<bool>>> = plan.nodes[tag].kinds.iter().map(wanted).collect();
        let is_known = wanted.iter().any(Option::is_some);
        let wanted = wanted.into_iter().map(Option::unwrap_or_default).collect();
        is_known.then_some(Condition { tag, wanted })
    }

    fn site(&self, plan: &Arc<Plan>, node: usize, condition: Option<Condition>) -> Site {
        let n_ordinals = self.ordinals[plan.nodes[node].scope].unwrap_or(0);
        Site::new(plan, node, n_ordinals, condition)
    }

    fn bind(&self, plan: &mut Plan, before: &Arc<Plan>, link: &Link<'_>) {
        let seed = self.seed.child(&link.child_path.to_string()).child("reference");
        let parents = Arc::new(Parents::of(self.site(before, link.parent, link.condition.clone())));
        let keys: Arc<[Option<Recipe>]> = programs(plan, link.parent).into();
        let is_key = before.collections.iter().any(|collection| collection.keys == Some(link.child));
        let is_distinct = is_key || self.unique.contains(link.child_path);
        let is_same_table = before.nodes[link.child].scope == before.nodes[link.parent].scope;
        let is_earlier = is_same_table && !link.is_same_column && !is_distinct;
        let known = self.known_shares(link, &parents, &keys);
        let preference = Preference { children: link.children, known: &known, is_distinct, is_earlier };
        let is_element = before.collections.iter().any(|collection| collection.item == link.child);
        let children = self.site(before, link.child, None);
        let pace = match is_element && !is_distinct {
            true => Pace::Spread(children),
            false => Pace::even(&children, seed),
        };
        let picker = Arc::new(Picker::new(&parents, preference, pace, seed));
        if is_earlier {
            plan.nodes[link.child].root = parents.first().map(|row| row.ordinal);
        }
        for kind in &mut plan.nodes[link.child].kinds {
            if let Kind::Scalar(own) = kind {
                let reference = Reference {
                    picker: Arc::clone(&picker),
                    keys: Arc::clone(&keys),
                    prefix: link.prefix.into(),
                    coverage: link.coverage,
                    seed: seed.child("orphan"),
                    is_number: !own.is_text(),
                    own: (**own).clone(),
                    spared: link.is_same_column.then(|| Arc::clone(&parents)),
                };
                **own = Recipe::reference(reference);
            }
        }
    }

    /// For each listed parent, the share that the child's own rule gives its key as a literal.
    fn known_shares(&self, link: &Link<'_>, parents: &Parents, keys: &[Option<Recipe>]) -> Vec<Option<f64>> {
        let Some(rule) = self.rules.fields.get(link.child_path) else { return Vec::new() };
        let mut shares: BTreeMap<Box<str>, f64> = BTreeMap::new();
        for kind in &rule.kinds {
            for (text, share) in literals(kind) {
                let text = text.strip_prefix(link.prefix).map(Into::into).unwrap_or(text);
                *shares.entry(text).or_insert(0.0) += share * kind.share.get();
            }
        }
        let Some(rows) = parents.rows().filter(|_| !shares.is_empty()) else { return Vec::new() };
        let rows: Vec<Option<Row>> = rows.iter().copied().map(Some).collect();
        let made = texts(&rows, keys);
        (0..rows.len()).map(|at| shares.get(made.get(at)).copied()).collect()
    }
}

/// Returns the program of each kind of a node.
fn programs(plan: &Plan, node: usize) -> Vec<Option<Recipe>> {
    let program = |kind: &Kind| match kind {
        Kind::Scalar(recipe) => Some((**recipe).clone()),
        Kind::Object | Kind::Array => None,
    };
    plan.nodes[node].kinds.iter().map(program).collect()
}

/// Returns the values that a rule names, with their shares.
fn literals(kind: &ValueKind) -> Vec<(Box<str>, f64)> {
    match &kind.generator {
        Some(Generator::Categorical(list)) => {
            let n = list.values.len();
            let total: f64 = if list.probs.len() == n { list.probs.iter().sum() } else { n as f64 };
            let prob = |at: usize| list.probs.get(at).copied().unwrap_or(1.0) / total.max(f64::MIN_POSITIVE);
            list.values.iter().enumerate().map(|(at, value)| (literal_text(value), prob(at))).collect()
        }
        Some(Generator::QuantileSample(sample)) => sample
            .spikes
            .iter()
            .map(|spike| (literal_text(&synth_rules::Literal::Number(spike.value)), spike.prob))
            .collect(),
        Some(Generator::Constant(constant)) => vec![(literal_text(&constant.value), 1.0)],
        _ => Vec::new(),
    }
}
