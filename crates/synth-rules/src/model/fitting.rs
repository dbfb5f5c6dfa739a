//! Fitting several models to coded fields.

use std::collections::BTreeSet;

use synth_core::cast;
use synth_profile::JointProfile;
use synth_stats::joint::{
    CodeColumn, FitConfig, Fitted, FittedCopula, Link, Member, Network, copula_visits, dependence_tree,
    fit_copula, fit_tree, screened, second_parent,
};

use super::choice::{self, Chosen};
use super::compact::{DraftModel, compact};
use super::draft::{Draft, DraftTable, Moving, number};
use super::leaves;
use super::walk::Walk;
use super::{CopulaModel, Feature, FieldModel, JointModel, ModelKind};
use crate::along::Along;

/// Features of a tree.
const MAX_FEATURES: usize = 24;
/// Fields of a copula; their correlations are to be read by people.
const MAX_MEMBERS: usize = 40;
/// Fields are in one group when they say so many standard deviations more of each other than chance.
const RELATED_SIGMAS: f64 = 4.0;
/// Share of the budget for each of the smaller models when all are fitted.
const SMALL_SHARE: u64 = 8;

/// What is to be fitted, in parts that do not depend on each other.
#[derive(Debug)]
pub struct Fitting {
    pub(super) draft: Draft,
    /// By field what everything it may look at says of it.
    links: Vec<Vec<Link>>,
    pub(super) groups: Vec<Group>,
    /// Position of each field in the list of all, by table and place.
    position: Vec<Vec<usize>>,
    /// By field what it looks at in a Bayesian network.
    parents: Vec<Vec<Parent>>,
    /// By field the fields of its group that stand before it in the order of the network, behind those that computed values
    /// follow from.
    before: Vec<Vec<usize>>,
    pub(super) budget: Budget,
}

/// Fields of a table that have to do with each other.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) table: usize,
    /// Places in the table, rising.
    pub(super) fields: Vec<usize>,
    /// Those that a copula binds; none when it is not fitted.
    pub(super) members: Vec<usize>,
}

/// Something a field of a network looks at.
#[derive(Debug, Clone, Copy)]
enum Parent {
    /// Another field of the table.
    Field(usize),
    /// One of the things around the rows.
    Around(usize),
}

/// How many visits of a row there are for what.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) is_enough_to_measure: bool,
    per_tree: u64,
    per_net: u64,
    /// Groups whose copula is too dear.
    pub(super) n_copulas_left_out: usize,
}

/// What was fitted in one part.
#[derive(Debug)]
pub struct FittedPart(pub(super) Part);

#[derive(Debug)]
pub(super) enum Part {
    /// The models of one field, for each size of leaves.
    Field(Vec<FieldFits>),
    /// The copula of a group.
    Copula(FittedCopula),
}

/// A tree with what it looks at.
pub(super) type Looking = (Vec<Feature>, Fitted);

/// The models of one field.
#[derive(Debug)]
pub(super) struct FieldFits {
    /// Its distribution, whatever the others are.
    pub(super) alone: Fitted,
    pub(super) net: Option<Looking>,
    /// By a tree that looks at fields with fewer values.
    pub(super) tree: Option<Looking>,
    /// By a tree that looks at fields nearer to the root of the network.
    pub(super) tree_along: Option<Looking>,
    /// How the field runs along time by itself, and by the first of the trees.
    moving: [Moving; 2],
    /// How it moves along an array, which is the case by the first of the trees only.
    pub(super) walk: Option<Walk>,
}

/// A fitted model with its figures.
#[derive(Debug)]
pub struct FittedJoint {
    /// The model; `None` when no field depends on any other.
    pub model: Option<JointModel>,
    /// How well it predicts.
    pub profile: JointProfile,
    /// What runs along the times of the rows.
    pub along: Vec<Along>,
}

impl Fitting {
    pub(super) fn new(draft: Draft, links: Vec<Vec<Link>>) -> Self {
        let mut position: Vec<Vec<usize>> = vec![Vec::new(); draft.tables.len()];
        for (at, (table, _)) in draft.fields.iter().enumerate() {
            position[*table].push(at);
        }
        let is_enough_to_measure = draft.measuring_visits() <= draft.options.budget;
        let budget = Budget { is_enough_to_measure, per_tree: 0, per_net: 0, n_copulas_left_out: 0 };
        let (parents, before) = (vec![Vec::new(); links.len()], vec![Vec::new(); links.len()]);
        let mut fitting = Self { draft, links, groups: Vec::new(), position, parents, before, budget };
        fitting.groups = (0..fitting.position.len()).flat_map(|table| fitting.groups_of(table)).collect();
        fitting.plan_nets();
        fitting.plan_budget();
        fitting
    }

    /// Tells whether a kind of model is to be fitted.
    fn wants(&self, kind: ModelKind) -> bool {
        self.budget.is_enough_to_measure && self.draft.options.kind.is_none_or(|only| only == kind)
    }

    /// What a field that may be looked at says of another field of its table, or of one earlier.
    fn link(&self, table: usize, a: usize, b: usize) -> Option<Link> {
        self.links[self.position[table][a.max(b)]].get(a.min(b)).copied()
    }

    /// The groups of a table: fields that chains of related ones join.
    fn groups_of(&self, table: usize) -> Vec<Group> {
        let n = self.position[table].len();
        let mut root: Vec<usize> = (0..n).collect();
        for field in 0..n {
            for earlier in 0..field {
                let is_related = |link: Link| link.sigmas >= RELATED_SIGMAS && link.information > 0.0;
                let (own, other) = (root[field], root[earlier]);
                if own != other && self.link(table, field, earlier).is_some_and(is_related) {
                    root.iter_mut()
                        .filter(|root| **root == own.max(other))
                        .for_each(|root| *root = own.min(other));
                }
            }
        }
        let mut groups: Vec<Group> = Vec::new();
        for first in (0..n).filter(|field| root[*field] == *field) {
            let fields: Vec<usize> = (0..n).filter(|field| root[*field] == first).collect();
            let members =
                if self.wants(ModelKind::GaussianCopula) { self.members(table, &fields) } else { Vec::new() };
            groups.push(Group { table, fields, members });
        }
        groups
    }

    /// The fields of a group that a copula binds: of too many those that the others say most of.
    fn members(&self, table: usize, fields: &[usize]) -> Vec<usize> {
        let sum = |field: usize| -> f64 {
            let others = fields.iter().filter(|other| **other != field);
            others
                .filter_map(|other| self.link(table, field, *other))
                .map(|link| link.information.max(0.0))
                .sum()
        };
        let mut members: Vec<(f64, usize)> = fields.iter().map(|field| (sum(*field), *field)).collect();
        members.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut members: Vec<usize> = members.into_iter().take(MAX_MEMBERS).map(|(_, field)| field).collect();
        members.sort_unstable();
        if members.len() < 2 { Vec::new() } else { members }
    }

    /// Finds what the fields of each group look at in a network, and its order.
    fn plan_nets(&mut self) {
        let (has_nets, has_trees) = (self.wants(ModelKind::BayesNet), self.wants(ModelKind::Trees));
        if !has_nets && !has_trees {
            return;
        }
        for group in 0..self.groups.len() {
            let table = self.groups[group].table;
            let net = self.net(&self.groups[group]);
            let mut order: Vec<usize> = net.iter().map(|(field, _)| *field).collect();
            // What others would look at follows from these.
            let givens = self.draft.tables[table].givens.iter();
            let first: BTreeSet<usize> =
                givens.flat_map(|given| &given.given.after).copied().map(usize::from).collect();
            order.sort_by_key(|field| !first.contains(field));
            for (at, field) in order.iter().enumerate() {
                self.before[self.position[table][*field]] = order[..at].to_vec();
            }
            for (field, parents) in net.into_iter().filter(|_| has_nets) {
                self.parents[self.position[table][field]] = parents;
            }
        }
    }

    fn net(&self, group: &Group) -> Vec<(usize, Vec<Parent>)> {
        let Group { table, fields, .. } = group;
        let n = fields.len();
        let around = &self.draft.tables[*table].around;
        // The order of the fields is not known yet, so nothing is looked at that follows from some.
        let open_links = |field: &usize| {
            let links = &self.links[self.position[*table][*field]];
            self.draft.open_links((*table, *field), links, |_| false)
        };
        let open: Vec<Vec<Link>> = fields.iter().map(open_links).collect();
        let link = |field: usize, other: usize| match other.checked_sub(n) {
            None => self.link(*table, fields[field], fields[other]),
            Some(around) => {
                open[field].get(fields[field] + around).copied().filter(|link| link.information > 0.0)
            }
        };
        let strength = |field, other| link(field, other).map_or(0.0, |link| link.information);
        let Network { order, parents } = dependence_tree(n, n + around.len(), strength);
        let parent = |at: usize| if at < n { Parent::Field(fields[at]) } else { Parent::Around(at - n) };
        let mut placed: Vec<usize> = (n..n + around.len()).collect();
        let mut net = Vec::with_capacity(n);
        for field in order {
            let mut own: Vec<Parent> = Vec::new();
            if let Some(first) = parents[field] {
                own.push(parent(first));
                let others: Vec<(usize, Link)> = placed
                    .iter()
                    .filter(|at| **at != first)
                    .filter_map(|at| Some((*at, link(field, *at)?)))
                    .collect();
                let second = self.second((*table, fields[field]), parent(first), &others, parent);
                own.extend(second.map(|at| parent(others[at].0)));
            }
            net.push((fields[field], own));
            placed.push(field);
        }
        net
    }

    fn second(
        &self,
        (table, field): (usize, usize),
        first: Parent,
        others: &[(usize, Link)],
        parent: impl Fn(usize) -> Parent,
    ) -> Option<usize> {
        let mut columns = vec![self.column(table, first).1];
        columns.extend(others.iter().map(|(at, _)| self.column(table, parent(*at)).1));
        let view = self.draft.view((table, field), &columns);
        let links = others.iter().map(|(_, link)| *link);
        let candidates: Vec<(&CodeColumn, Link)> =
            view.features[1..].iter().map(|column| &**column).zip(links).collect();
        second_parent(&view.target, &view.features[0], &candidates)
    }

    fn column(&self, table: usize, parent: Parent) -> (Feature, &CodeColumn) {
        let draft = &self.draft.tables[table];
        match parent {
            Parent::Field(at) => (Feature::Field { up: 0, field: number(at) }, &draft.fields[at].column),
            Parent::Around(at) => (draft.around[at].0, &draft.around[at].1),
        }
    }

    /// Shares out the visits that measuring left: when all models are fitted, an eighth each for the smaller ones, and the
    /// rest for trees; evenly among the fields, and group after group among copulas.
    fn plan_budget(&mut self) {
        let Draft { options, fields, .. } = &self.draft;
        let rest = options.budget.saturating_sub(self.draft.measuring_visits());
        let small = if options.kind.is_none() { rest / SMALL_SHARE } else { rest };
        let n_fields = cast::to_u64(fields.len()).max(1);
        self.budget.per_net = small / n_fields;
        // Trees are grown in two orders.
        let for_trees = if options.kind.is_none() { rest - 2 * small } else { rest };
        self.budget.per_tree = for_trees / (2 * n_fields);
        let mut left = small;
        for group in &mut self.groups {
            let visits = copula_visits(self.draft.tables[group.table].is_held_out.len(), group.members.len());
            if group.members.is_empty() {
                continue;
            }
            match left.checked_sub(visits) {
                Some(rest) => left = rest,
                None => {
                    group.members.clear();
                    self.budget.n_copulas_left_out += 1;
                }
            }
        }
    }

    /// Returns the number of parts.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.draft.fields.len() + self.groups.len()
    }

    /// Fits one part.
    #[must_use]
    pub fn fit(&self, part: usize) -> FittedPart {
        FittedPart(match part.checked_sub(self.draft.fields.len()) {
            None => Part::Field(self.fit_field(part)),
            Some(group) => Part::Copula(self.fit_group(&self.groups[group])),
        })
    }

    fn fit_field(&self, at: usize) -> Vec<FieldFits> {
        let (table, field) = self.draft.fields[at];
        let smallest = (self.draft.min_leaf, self.budget.per_net);
        let parents = self.parents[at].iter().map(|parent| self.column(table, *parent));
        let net =
            (!self.parents[at].is_empty()).then(|| self.fit_to((table, field), parents.collect(), smallest));
        let (_, alone) = self.fit_to((table, field), Vec::new(), (self.draft.min_leaf, 0));
        let by_itself = self.draft.moving((table, field), &[], &alone.tree);
        let sizes = self.draft.leaf_sizes(table);
        let budget = self.budget.per_tree / cast::to_u64(sizes.len()).max(1);
        let of_size = |size: usize| {
            let (tree, tree_along) = self.fit_trees(at, (size, budget));
            let by_tree = tree
                .as_ref()
                .map(|(features, fitted)| self.draft.moving((table, field), features, &fitted.tree));
            let moving = [by_itself.clone(), by_tree.unwrap_or_default()];
            let plain =
                FieldFits { alone: alone.clone(), net: net.clone(), tree, tree_along, moving, walk: None };
            self.walking(at, (size, budget), plain)
        };
        sizes.into_iter().map(of_size).collect()
    }

    /// Lets a field walk along its array, if that says more of held-out rows than its tree does.
    fn walking(&self, at: usize, how: (usize, u64), fits: FieldFits) -> FieldFits {
        let (table, field) = self.draft.fields[at];
        let found = self.draft.tables[table].fields[field].walk;
        let (Some(found), Some((_, tree))) = (found, &fits.tree) else { return fits };
        if found.gain <= tree.achieved - tree.floor {
            return fits;
        }
        let (features, columns) = self.draft.candidates(table, field);
        let links = self.draft.open_links((table, field), &self.links[at], |_| false);
        let chosen = screened(&links, MAX_FEATURES).into_iter().filter(|at| found.may_look(features[*at]));
        let looked_at = chosen.map(|at| (features[at], columns[at])).collect();
        let (features, mut tree) = self.fit_to((table, field), looked_at, how);
        // Densities have no end, likelihoods of groups of values do.
        tree.achieved = (tree.achieved + found.gain).min(0.0);
        tree.likeliest = (tree.likeliest + found.gain).min(0.0);
        FieldFits { tree: Some((features, tree)), tree_along: None, walk: Some(found.walk), ..fits }
    }

    /// Fits the trees of a field in both orders.
    fn fit_trees(&self, at: usize, how: (usize, u64)) -> (Option<Looking>, Option<Looking>) {
        let (table, field) = self.draft.fields[at];
        let tree = self.wants(ModelKind::Trees).then(|| {
            let (features, columns) = self.draft.candidates(table, field);
            let links = self.draft.open_links((table, field), &self.links[at], |drawn| drawn < field);
            let chosen = screened(&links, MAX_FEATURES).into_iter();
            let looked_at = chosen.map(|at| (features[at], columns[at])).collect();
            self.fit_to((table, field), looked_at, how)
        });
        let tree_along = (tree.is_some() && self.is_reordered(at)).then(|| self.fit_along(at, how));
        (tree, tree_along)
    }

    /// Tells whether the group of a field has another order in its network.
    fn is_reordered(&self, at: usize) -> bool {
        let (table, field) = self.draft.fields[at];
        let group = self.groups.iter().find(|group| group.table == table && group.fields.contains(&field));
        group.is_some_and(|group| {
            group
                .fields
                .iter()
                .any(|other| self.before[self.position[table][*other]].iter().any(|before| before > other))
        })
    }

    /// Fits the tree of a field in the order of the network.
    fn fit_along(&self, at: usize, how: (usize, u64)) -> Looking {
        let (table, field) = self.draft.fields[at];
        let own =
            self.before[at].iter().map(|before| (Parent::Field(*before), self.link(table, field, *before)));
        let links =
            self.draft.open_links((table, field), &self.links[at], |drawn| self.before[at].contains(&drawn));
        let around = (0..self.draft.tables[table].around.len())
            .map(|around| (Parent::Around(around), links.get(field + around).copied()));
        let known: Vec<(Parent, Link)> =
            own.chain(around).filter_map(|(parent, link)| Some((parent, link?))).collect();
        let links: Vec<Link> = known.iter().map(|(_, link)| *link).collect();
        let chosen = screened(&links, MAX_FEATURES).into_iter();
        self.fit_to((table, field), chosen.map(|at| self.column(table, known[at].0)).collect(), how)
    }

    fn fit_to(
        &self,
        field: (usize, usize),
        looked_at: Vec<(Feature, &CodeColumn)>,
        (min_leaf, budget): (usize, u64),
    ) -> Looking {
        let (features, columns): (Vec<Feature>, Vec<&CodeColumn>) = looked_at.into_iter().unzip();
        let view = self.draft.view(field, &columns);
        let columns: Vec<&CodeColumn> = view.features.iter().map(|column| &**column).collect();
        let config = FitConfig { min_leaf, budget };
        (features, fit_tree(&view.target, &columns, &view.is_held_out, config))
    }

    fn fit_group(&self, group: &Group) -> FittedCopula {
        let table = &self.draft.tables[group.table];
        let member = |field: &usize| {
            let field = &table.fields[*field];
            Member { column: &field.column, order: field.rank_order(), is_there: &field.is_held }
        };
        fit_copula(&group.members.iter().map(member).collect::<Vec<_>>(), &table.is_held_out)
    }

    /// Chooses a model for each group and puts them together; the parts stand in their order.
    #[must_use]
    pub fn finish(self, parts: Vec<FittedPart>) -> FittedJoint {
        let (mut fields, mut copulas) = (Vec::new(), Vec::new());
        for FittedPart(part) in parts {
            match part {
                Part::Field(fits) => fields.push(fits),
                Part::Copula(copula) => copulas.push(copula),
            }
        }
        let leaves = leaves::choose(&self.draft, &fields);
        let fields = leaves::take(&self.draft, fields, &leaves);
        let (chosen, profile) = choice::choose(&self, (&fields, &leaves), &copulas);
        let mut models: Vec<Vec<Option<FieldModel>>> =
            self.draft.tables.iter().map(|table| table.fields.iter().map(|_| None).collect()).collect();
        let alone = Chosen { kind: ModelKind::Independent, along: false };
        let mut of_fields: Vec<Vec<Chosen>> = models.iter().map(|fields| vec![alone; fields.len()]).collect();
        let mut bound: Vec<Vec<CopulaModel>> = vec![Vec::new(); models.len()];
        for ((group, copula), chosen) in self.groups.iter().zip(copulas).zip(chosen) {
            let is_copula = chosen.kind == ModelKind::GaussianCopula;
            let bound_fields = if is_copula { &group.members } else { &group.fields };
            bound_fields.iter().for_each(|field| of_fields[group.table][*field] = chosen);
            if is_copula {
                let fields = group.members.iter().map(|field| number(*field)).collect();
                let FittedCopula { correlations, orders, .. } = copula;
                bound[group.table].push(CopulaModel { fields, orders, correlations });
            }
        }
        let mut along = self.draft.along.clone();
        let mut is_looked_at = vec![false; along.len()];
        let mut moving: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); models.len()];
        for ((table, field), fits) in self.draft.fields.iter().zip(fields) {
            let draft = &self.draft.tables[*table];
            let chosen = of_fields[*table][*field];
            let movement = fits.moving[usize::from(chosen.kind == ModelKind::Trees)].0;
            let model = fits.into_model(&draft.fields[*field], chosen);
            if model.walk.is_some() {
                moving[*table].insert(*field);
            }
            if let Some(times) = &draft.times {
                is_looked_at[times.line] |= looks_at_time(&model);
                if let Some(movement) = movement {
                    moving[*table].insert(*field);
                    along[times.line].fields.insert(model.path.clone(), movement);
                }
            }
            models[*table][*field] = Some(model);
        }
        // A time that nothing runs along is left out.
        let says_something = |(at, line): &(usize, Along)| is_looked_at[*at] || line.says_something();
        let along = along.into_iter().enumerate().filter(says_something).map(|(_, line)| line).collect();
        let line =
            |draft: &DraftTable| draft.times.as_ref().map(|times| self.draft.along[times.line].time.clone());
        let mut beside = bound.into_iter().zip(moving);
        let table = |(draft, fields): (&DraftTable, Vec<Option<FieldModel>>)| {
            let (copulas, moving) = beside.next().unwrap_or_default();
            let fields = fields.into_iter().flatten().collect();
            let (path, holder) = (draft.path.clone(), draft.holder);
            let givens = draft.givens.iter().map(|given| given.given.clone()).collect();
            DraftModel { path, holder, time: line(draft), givens, fields, copulas, moving }
        };
        let tables = self.draft.tables.iter().zip(models).map(table).collect();
        FittedJoint { model: compact(tables), profile, along }
    }
}

impl FieldFits {
    fn into_model(self, draft: &super::draft::DraftField, Chosen { kind, along }: Chosen) -> FieldModel {
        let looking = match kind {
            ModelKind::BayesNet => self.net,
            ModelKind::Trees if along => self.tree_along,
            ModelKind::Trees => self.tree,
            ModelKind::Independent | ModelKind::GaussianCopula => None,
        };
        let [by_itself, by_tree] = self.moving;
        match looking {
            Some((features, fitted)) if kind == ModelKind::Trees => {
                draft.model(kind, &features, (fitted, by_tree, self.walk))
            }
            Some((features, fitted)) => draft.model(kind, &features, (fitted, by_itself, None)),
            None => draft.model(kind, &[], (self.alone, by_itself, None)),
        }
    }
}

fn looks_at_time(model: &FieldModel) -> bool {
    let is_time =
        |feature: &Feature| matches!(feature, Feature::Time { .. } | Feature::Hour | Feature::Weekday);
    model.tree.features().iter().any(|at| is_time(&model.features[usize::from(*at)]))
}
