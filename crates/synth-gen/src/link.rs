//! From relationships of the rules to programs that keep them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{JsonPath, PathId, Seed};
use synth_rules::relationship::Condition as Tagged;
use synth_rules::{Generator, LengthRule, Relationship, RuleSet, ValueKind};

use crate::along;
use crate::composite::{Dealt, distinct, occurrences, shuffle};
use crate::computed::Computed;
use crate::dealing::DealtBond;
use crate::dependency::Decided;
use crate::expressed::Expressed;
use crate::joined::JoinedBond;
use crate::joint;
use crate::joint::order::{self, Order};
use crate::listed::literal_text;
use crate::memo::Memo;
use crate::ordering::bind::OrderBond;
use crate::outline::Outline;
use crate::parents::{Pace, Parents, Picker, Preference};
use crate::people::bind::PersonBond;
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Setting};
use crate::reference::{Reference, Source, texts};
use crate::sequence::BesideBond;
use crate::settled::SettledBond;
use crate::shelf::Programs;
use crate::site::{Condition, Row, Site};
use crate::states::bind::ChainBond;
use crate::value_table::bind::TableBond;
use crate::value_table::outside::OutsideBond;

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
    /// What was looked up in the plans that `lookups` keeps.
    pub(crate) memo: Memo,
    pub(crate) lookups: RefCell<Vec<Arc<Plan>>>,
    /// Programs that values were looked up with: what the memo knows of them is found by where they stand in memory.
    pub(crate) held: RefCell<Vec<Arc<Programs>>>,
    /// Programs of fields whose bonds are all made.
    pub(crate) finished: RefCell<BTreeMap<usize, Arc<Programs>>>,
    /// For each dependency that is not kept as a whole, the positions of the fields that do not follow.
    pub(crate) loose: RefCell<BTreeMap<usize, Vec<usize>>>,
    /// Dependencies that tables keep: their positions, and those of the fields that follow.
    pub(crate) tabled: RefCell<BTreeSet<(usize, usize)>>,
    /// Nodes that follow from others, in the order in which they were bound.
    pub(crate) bound: RefCell<Vec<usize>>,
}

/// One reference whose paths are nodes of the plan.
pub(crate) struct Link<'a> {
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

/// Something that decides the values of a field.
pub(crate) enum Bond<'a> {
    Refers(Link<'a>),
    Follows(Computed<'a>),
    Expressed(Expressed),
    Joined(JoinedBond),
    Decided(Decided<'a>),
    Ordered(OrderBond),
    Settled(SettledBond),
    Tabled(TableBond),
    Outside(OutsideBond<'a>),
    Dealt(DealtBond),
    Person(PersonBond),
    Chained(ChainBond),
    Beside(BesideBond),
}

impl Bond<'_> {
    /// The nodes whose values are decided.
    pub(crate) fn targets(&self) -> Vec<usize> {
        match self {
            Self::Refers(link) => vec![link.child],
            Self::Follows(computed) => vec![computed.target],
            Self::Expressed(expressed) => vec![expressed.target],
            Self::Joined(joined) => vec![joined.target],
            Self::Decided(decided) => vec![decided.target],
            Self::Ordered(orders) => orders.members.clone(),
            Self::Settled(settled) => vec![settled.target],
            Self::Tabled(table) => table.targets(),
            Self::Outside(outside) => outside.targets(),
            Self::Dealt(dealt) => dealt.targets.clone(),
            Self::Person(person) => vec![person.target],
            Self::Chained(chain) => vec![chain.target],
            Self::Beside(beside) => vec![beside.target],
        }
    }

    /// The nodes whose programs must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        match self {
            Self::Refers(link) => vec![link.parent],
            Self::Follows(computed) => computed.needs(),
            Self::Expressed(expressed) => expressed.needs(),
            Self::Joined(joined) => joined.needs(),
            Self::Decided(decided) => decided.by.clone(),
            Self::Ordered(orders) => orders.givens.clone(),
            Self::Settled(settled) => settled.needs(),
            Self::Tabled(table) => table.needs(),
            Self::Outside(outside) => outside.needs(),
            Self::Dealt(dealt) => dealt.needs.clone(),
            Self::Person(person) => person.needs(),
            Self::Chained(chain) => chain.needs(),
            Self::Beside(beside) => vec![beside.source],
        }
    }

    /// The nodes that are looked at when the bond is made, or by what it makes.
    pub(crate) fn reads(&self) -> Vec<usize> {
        let mut reads = self.needs();
        match self {
            Self::Refers(link) => reads.extend(link.condition.as_ref().map(|condition| condition.tag)),
            Self::Outside(outside) => reads.extend(outside.nodes()),
            _ => {}
        }
        reads
    }

    /// Tells whether the bond cannot be made before another one.
    fn waits_for(&self, other: &Self) -> bool {
        let (own, needs) = (self.targets(), self.needs());
        let is_above = self.layer() > other.layer();
        let is_needed = |target: &usize| match own.contains(target) {
            true => is_above,
            false => needs.contains(target),
        };
        other.targets().iter().any(is_needed)
    }

    /// Bonds of a higher layer change what those below make of the same fields.
    fn layer(&self) -> u8 {
        match self {
            Self::Dealt(dealt) if dealt.is_key => 1,
            Self::Dealt(_) => 2,
            Self::Outside(outside) if outside.is_overlay => 3,
            _ => 0,
        }
    }

    /// Tells whether the bond is a reference without exceptions.
    pub(crate) fn refers_always(&self) -> bool {
        matches!(self, Self::Refers(link) if link.coverage >= 1.0)
    }

    /// Tells whether the bond is a reference to rows that may be any, as long as each value names one.
    pub(crate) fn refers_freely(&self) -> bool {
        self.refers_always() && matches!(self, Self::Refers(link) if !link.is_same_column)
    }

    /// Tells whether the bond may be left out where bonds stand in a circle.
    fn is_loose(&self) -> bool {
        matches!(
            self,
            Self::Joined(_)
                | Self::Decided(_)
                | Self::Ordered(_)
                | Self::Settled(_)
                | Self::Tabled(_)
                | Self::Outside(_)
                | Self::Person(_)
                | Self::Chained(_)
                | Self::Beside(_)
        )
    }
}

/// A reference ready to be bound to the kinds of a child.
pub(crate) struct Bound<'a> {
    pub(crate) source: Source,
    pub(crate) keys: &'a Arc<Programs>,
    pub(crate) prefix: &'a str,
    pub(crate) coverage: f64,
    pub(crate) seed: Seed,
    pub(crate) spared: Option<Arc<Parents>>,
}

impl Bound<'_> {
    /// Makes all values of a node those of the parent; what the node made before is left for orphans.
    pub(crate) fn apply(&self, plan: &mut Plan, node: usize) {
        for kind in &mut plan.nodes[node].kinds {
            if let Kind::Scalar(own) = kind {
                *own = Arc::new(Recipe::reference(Reference {
                    source: self.source.clone(),
                    keys: Arc::clone(self.keys),
                    prefix: self.prefix.into(),
                    coverage: self.coverage,
                    seed: self.seed,
                    is_number: !own.is_text(),
                    own: (**own).clone(),
                    spared: self.spared.clone(),
                }));
            }
        }
    }
}

impl<'a> Linker<'a> {
    /// Binds every reference and formula it can, what is needed first; returns the positions of those that are kept.
    pub(crate) fn values(&self, plan: &mut Plan, mut kept: BTreeSet<usize>) -> BTreeSet<usize> {
        self.introduce(plan);
        self.unite_kinds(plan);
        self.share_lengths(plan);
        kept.extend(self.equally_long(plan));
        kept.extend(self.close(plan));
        let mut waiting = self.bonds(plan, &mut kept);
        let mut behind = self.settle(plan, &waiting);
        let before = Arc::new(Plan { late: plan.late.seen(), ..plan.clone() });
        let mut decided = BTreeMap::new();
        while !waiting.is_empty() {
            self.hand_over(plan, &waiting);
            let is_open = |at: usize| {
                let others = waiting.iter().enumerate().filter(|(other, _)| *other != at);
                others.into_iter().any(|(_, other)| {
                    waiting[at].waits_for(other)
                        || other.targets().iter().any(|target| behind[at].contains(target))
                })
            };
            let Some(next) = (0..waiting.len()).find(|at| !is_open(*at)) else {
                // All that is left stands in a circle or waits for one: a bond less may open it.
                let is_needed = |bond: &Bond<'_>| waiting.iter().any(|other| other.waits_for(bond));
                let last = waiting.iter().rposition(|bond| bond.is_loose() && is_needed(bond));
                let Some(last) = last else { break };
                let is_less = match &mut waiting[last] {
                    Bond::Outside(outside) => outside.stand_alone(),
                    _ => false,
                };
                if !is_less {
                    waiting.remove(last);
                    behind.remove(last);
                }
                continue;
            };
            behind.remove(next);
            let next = waiting.remove(next);
            self.bound.borrow_mut().extend(next.targets());
            match next {
                Bond::Outside(bond) => kept.extend(bond.bind(plan, (self, &before), &mut decided)),
                bond => self.tie(plan, &before, bond, &mut kept),
            }
        }
        self.hand_over(plan, &[]);
        self.keep_dependencies(plan, &decided, &mut kept);
        self.references_beside(&mut kept);
        kept
    }

    /// Settles what the joint model looks at and does not draw; returns the nodes that each bond has to wait for so that the model
    /// can be asked.
    fn settle(&self, plan: &mut Plan, bonds: &[Bond<'a>]) -> Vec<BTreeSet<usize>> {
        if let Some(model) = self.rules.model.as_ref().and_then(|model| model.loaded.as_ref()) {
            let scopes = joint::scopes_of(model, plan, self);
            plan.unseen = order::settle(plan, bonds, model, &scopes);
        }
        let order = Order::new(plan, bonds);
        bonds.iter().map(|bond| order.behind(bond)).collect()
    }

    /// Hands the joint model the programs of what it looks at, as soon as no bond waits that will change them.
    fn hand_over(&self, plan: &Plan, waiting: &[Bond<'a>]) {
        for node in plan.late.open_nodes() {
            if !waiting.iter().any(|bond| bond.targets().contains(&node)) {
                plan.late.put(node, self.finished(plan, node, true));
            }
        }
    }

    /// Binds one bond, and adds the positions of the relationships that are kept by it.
    fn tie(&self, plan: &mut Plan, before: &Arc<Plan>, bond: Bond<'_>, kept: &mut BTreeSet<usize>) {
        match bond {
            Bond::Dealt(dealt) => dealt.bind(plan, (self, before), kept),
            Bond::Refers(link) => {
                self.bind(plan, before, &link);
                kept.insert(link.index);
            }
            Bond::Follows(computed) => {
                computed.bind(plan, self, before);
                kept.insert(computed.index);
            }
            Bond::Expressed(expressed) => expressed.bind(plan, self, before),
            Bond::Joined(joined) => {
                joined.bind(plan, self, before);
                kept.extend(joined.kept);
            }
            Bond::Ordered(orders) => {
                orders.bind(plan, self, before);
                kept.extend(orders.kept);
            }
            Bond::Beside(beside) => {
                beside.bind(plan, self, before);
                kept.insert(beside.index);
            }
            Bond::Settled(settled) => kept.extend(settled.bind(plan, self, before)),
            // These are opened to what is outside of them before they are bound.
            Bond::Tabled(_) | Bond::Decided(_) | Bond::Outside(_) => {}
            Bond::Person(person) => person.bind(plan, self, before),
            Bond::Chained(chain) => kept.extend(chain.bind(plan, (self, before), kept)),
        }
    }

    /// Everything that may decide a field; the first for each field, references and formulas before dependencies.
    fn bonds(&self, plan: &Plan, kept: &mut BTreeSet<usize>) -> Vec<Bond<'a>> {
        let mut bonds: Vec<Bond<'a>> = Vec::new();
        let mut bound: BTreeSet<usize> = BTreeSet::new();
        let mut add = |bond: Bond<'a>, bound: &mut BTreeSet<usize>| {
            let targets = bond.targets();
            if targets.iter().all(|target| !bound.contains(target)) {
                bound.extend(targets);
                bonds.push(bond);
            }
        };
        self.expressed(plan).into_iter().map(Bond::Expressed).for_each(|bond| add(bond, &mut bound));
        self.side_by_side(plan).into_iter().map(Bond::Beside).for_each(|bond| add(bond, &mut bound));
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let link = self.link(plan, index, relationship).map(Bond::Refers);
            let computed = self.computed(plan, index, relationship).map(Bond::Follows);
            link.into_iter().chain(computed).for_each(|bond| add(bond, &mut bound));
        }
        let dealt = self.dealt(plan, &bonds);
        let is_dealt = |node: &usize| dealt.iter().any(|bond| bond.targets.contains(node));
        bonds.retain(|bond| !matches!(bond, Bond::Follows(_)) || !bond.targets().iter().any(is_dealt));
        bound.extend(dealt.iter().flat_map(|bond| &bond.targets));
        bonds.extend(dealt.into_iter().map(Bond::Dealt));
        let mut add = |bond: Bond<'a>, bound: &mut BTreeSet<usize>| {
            let targets = bond.targets();
            if targets.iter().all(|target| !bound.contains(target)) {
                bound.extend(targets);
                bonds.push(bond);
            }
        };
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let settled = self.settled(plan, index, relationship);
            let settled = settled.or_else(|| self.limited(plan, index, relationship)).map(Bond::Settled);
            settled.into_iter().for_each(|bond| add(bond, &mut bound));
        }
        self.joined(plan).into_iter().map(Bond::Joined).for_each(|bond| add(bond, &mut bound));
        let orders = self.orders(plan, &bound, kept).into_iter().map(Bond::Ordered);
        orders.for_each(|bond| add(bond, &mut bound));
        let chains = self.chains(plan, &bound).into_iter().map(Bond::Chained);
        chains.for_each(|bond| add(bond, &mut bound));
        let tables = self.tables(plan, &bound, kept).into_iter().map(Bond::Tabled);
        tables.for_each(|bond| add(bond, &mut bound));
        for relationship in &self.rules.relationships {
            let decided = self.decided(plan, relationship).into_iter().map(Bond::Decided);
            decided.for_each(|bond| add(bond, &mut bound));
        }
        bonds.extend(self.persons(plan, &bound).into_iter().map(Bond::Person));
        self.with_outside(plan, bonds)
    }

    /// The programs of a node; those of one whose bonds are all made are shared.
    pub(crate) fn finished(&self, plan: &Plan, node: usize, is_made: bool) -> Arc<Programs> {
        let make = || -> Arc<Programs> { programs(plan, node).into() };
        if is_made {
            return Arc::clone(self.finished.borrow_mut().entry(node).or_insert_with(make));
        }
        let own = make();
        self.held.borrow_mut().push(Arc::clone(&own));
        own
    }

    /// Returns the path of a node as text.
    pub(crate) fn path_of(&self, node: usize) -> String {
        self.path_of_node(node).map(|path| path.to_string()).unwrap_or_default()
    }

    /// Returns the path of a node.
    pub(crate) fn path_of_node(&self, node: usize) -> Option<JsonPath> {
        self.node_of.iter().find(|(_, at)| **at == node).map(|(id, _)| self.outline.path(*id))
    }

    /// Tells whether the values of a node must not repeat.
    pub(crate) fn is_unique(&self, node: usize) -> bool {
        let Some((id, _)) = self.node_of.iter().find(|(_, at)| **at == node) else { return false };
        let path = self.outline.path(*id);
        self.unique.contains(&path) || self.rules.fields.get(&path).is_some_and(|rule| rule.unique)
    }

    pub(crate) fn node(&self, path: &JsonPath) -> Option<usize> {
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
    pub(crate) fn keeps_keys(&self, plan: &Plan, node: usize, path: &JsonPath) -> bool {
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

    pub(crate) fn site(&self, plan: &Arc<Plan>, node: usize, condition: Option<Condition>) -> Site {
        let n_ordinals = self.ordinals[plan.nodes[node].scope].unwrap_or(0);
        let mut lookups = self.lookups.borrow_mut();
        if !lookups.iter().any(|known| Arc::ptr_eq(known, plan)) {
            lookups.push(Arc::clone(plan));
        }
        Site::new(plan, node, n_ordinals, condition)
    }

    fn bind(&self, plan: &mut Plan, before: &Arc<Plan>, link: &Link<'_>) {
        let seed = self.seed.child(&link.child_path.to_string()).child("reference");
        let parents =
            Arc::new(Parents::of(self.site(before, link.parent, link.condition.clone()), &self.memo));
        let keys: Arc<Programs> = programs(plan, link.parent).into();
        let is_key = before.collections.iter().any(|collection| collection.keys == Some(link.child));
        let is_distinct = is_key || self.unique.contains(link.child_path);
        let is_same_table = before.nodes[link.child].scope == before.nodes[link.parent].scope;
        let is_earlier = is_same_table && !link.is_same_column && !is_distinct;
        let (known, listed) = self.known_shares(link, &parents, &keys);
        let preference =
            Preference { children: link.children, known: &known, listed, is_distinct, is_earlier };
        let is_element = before.collections.iter().any(|collection| collection.item == link.child);
        let children = self.site(before, link.child, None);
        let pace = match is_element && !is_distinct {
            true => Pace::Spread(children),
            false => Pace::even(&children, seed, &self.memo),
        };
        let source = Source::Drawn(Arc::new(Picker::new(&parents, preference, pace, seed)));
        if is_earlier {
            plan.nodes[link.child].root = parents.first().map(|row| row.ordinal);
        }
        let spared = link.is_same_column.then(|| Arc::clone(&parents));
        let (prefix, coverage) = (link.prefix, link.coverage);
        let bound = Bound { source, keys: &keys, prefix, coverage, seed: seed.child("orphan"), spared };
        bound.apply(plan, link.child);
    }

    /// Takes back what was kept of fields whose values were dealt anew since, but for references and keys.
    pub(crate) fn forget(&self, kept: &mut BTreeSet<usize>, dealt: &BTreeSet<usize>) {
        let is_dealt = |path: &JsonPath| self.node(path).is_some_and(|node| dealt.contains(&node));
        kept.retain(|index| match &self.rules.relationships[*index] {
            Relationship::PrimaryKey { .. }
            | Relationship::Unique { .. }
            | Relationship::ForeignKey { .. }
            | Relationship::ConditionalPresence { .. } => true,
            other => !other.paths().any(is_dealt),
        });
    }

    /// Binds a reference of several fields together.
    pub(crate) fn composite_of(&self, plan: &mut Plan, before: &Arc<Plan>, index: usize) -> Option<()> {
        let Relationship::ForeignKey { child, parent, coverage, children, .. } =
            &self.rules.relationships[index]
        else {
            return None;
        };
        let preference = (coverage.get(), children.as_ref());
        self.composite_reference(plan, before, [child.paths(), parent.paths()], preference)
    }

    /// Binds the fields of a child to those of one row of the parent.
    fn composite_reference(
        &self,
        plan: &mut Plan,
        before: &Arc<Plan>,
        [child, parent]: [&[JsonPath]; 2],
        (coverage, children): (f64, Option<&LengthRule>),
    ) -> Option<()> {
        let nodes = |paths: &[JsonPath]| paths.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>();
        let (child_nodes, parent_nodes) = (nodes(child)?, nodes(parent)?);
        let scope_of = |nodes: &[usize]| {
            let scope = before.nodes[*nodes.first()?].scope;
            nodes.iter().all(|node| before.nodes[*node].scope == scope).then_some(scope)
        };
        let (child_scope, parent_scope) = (scope_of(&child_nodes)?, scope_of(&parent_nodes)?);
        if child_scope == parent_scope || child_nodes.len() != parent_nodes.len() {
            return None;
        }
        let seed = self.seed.child(&child[0].to_string()).child("references");
        let parents = Arc::new(Parents::of(self.site(before, parent_nodes[0], None), &self.memo));
        let preference =
            Preference { children, known: &[], listed: 0.0, is_distinct: false, is_earlier: false };
        let pace = Pace::even(&self.site(before, child_nodes[0], None), seed, &self.memo);
        let source = Source::Drawn(Arc::new(Picker::new(&parents, preference, pace, seed)));
        for (child, parent) in child_nodes.into_iter().zip(parent_nodes) {
            let keys: Arc<Programs> = programs(plan, parent).into();
            let link =
                Bound { source: source.clone(), keys: &keys, prefix: "", coverage, seed, spared: None };
            link.apply(plan, child);
        }
        Some(())
    }

    /// Binds a key of several fields of which some refer to others.
    pub(crate) fn key_of(&self, plan: &mut Plan, before: &Arc<Plan>, index: usize) -> Option<()> {
        match &self.rules.relationships[index] {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                self.key(plan, before, paths)
            }
            _ => None,
        }
    }

    fn key(&self, plan: &mut Plan, before: &Arc<Plan>, paths: &[JsonPath]) -> Option<()> {
        let nodes: Vec<usize> = paths.iter().map(|path| self.node(path)).collect::<Option<_>>()?;
        let scope = before.nodes[nodes[0]].scope;
        if nodes.iter().any(|node| before.nodes[*node].scope != scope) {
            return None;
        }
        let is_certain =
            |node: &usize| reference_of(plan, *node).is_some_and(|reference| reference.coverage >= 1.0);
        let (referring, plain): (Vec<usize>, Vec<usize>) = nodes.iter().partition(|node| is_certain(node));
        let seed = self.seed.child(&paths[0].to_string()).child("key");
        let rows = self.site(before, *referring.first()?, None).rows(&self.memo)?;
        let ordinals: Arc<[u64]> = rows.iter().map(|row| row.ordinal).collect();
        let columns = referring
            .iter()
            .map(|node| reference_of(plan, *node)?.source.picker()?.spread_out(ordinals.len()))
            .collect::<Option<Vec<_>>>()?;
        let series =
            plain.last().and_then(|node| along::bind::one_after_the_other(plan, *node, &ordinals, &columns));
        let columns = match plain.last() {
            _ if series.is_some() => series?,
            None => distinct(columns, seed)?,
            Some(node) => {
                let mut columns = columns;
                shuffle(&mut columns, seed);
                let (numbers, largest) = occurrences(&columns);
                let recipe = self.unique_recipe(*node, largest + 1)?;
                let dealt = Dealt { ordinals: Arc::clone(&ordinals), numbers };
                plan.nodes[*node].kinds = vec![Kind::Scalar(Arc::new(recipe.renumbered(dealt)))];
                columns
            }
        };
        for (node, column) in referring.into_iter().zip(columns) {
            let numbers = column.into_iter().map(u64::from).collect();
            let dealt = Dealt { ordinals: Arc::clone(&ordinals), numbers };
            rebind(plan, node, &dealt);
        }
        Some(())
    }

    /// Compiles the only kind of a field so that `n_values` values differ.
    fn unique_recipe(&self, node: usize, n_values: u64) -> Option<Recipe> {
        let (id, _) = self.node_of.iter().find(|(_, at)| **at == node)?;
        let path = self.outline.path(*id);
        let rule = self.rules.fields.get(&path)?;
        let seed = self.seed.child(&path.to_string()).child("key part");
        let [kind] = &rule.kinds[..] else { return None };
        Recipe::compile(kind, Setting { seed, n_ordinals: n_values, unique: true, growth: 1.0 }).ok()
    }

    /// For each listed parent, the share that the child's own rule gives its key as a literal; and the sum of the shares of
    /// all literals.
    fn known_shares(&self, link: &Link<'_>, parents: &Parents, keys: &Programs) -> (Vec<Option<f64>>, f64) {
        let Some(rule) = self.rules.fields.get(link.child_path) else { return (Vec::new(), 0.0) };
        let mut shares: BTreeMap<Box<str>, f64> = BTreeMap::new();
        for kind in &rule.kinds {
            for (text, share) in literals(kind) {
                let text = text.strip_prefix(link.prefix).map(Into::into).unwrap_or(text);
                *shares.entry(text).or_insert(0.0) += share * kind.share.get();
            }
        }
        let Some(rows) = parents.rows().filter(|_| !shares.is_empty()) else { return (Vec::new(), 0.0) };
        let rows: Vec<Option<Row>> = rows.iter().copied().map(Some).collect();
        let made = texts(&rows, keys);
        let known: Vec<Option<f64>> = (0..rows.len()).map(|at| shares.get(made.get(at)).copied()).collect();
        (known, shares.values().sum())
    }
}

/// Returns the reference that makes the values of a node of one kind.
fn reference_of(plan: &Plan, node: usize) -> Option<&Reference> {
    match &plan.nodes[node].kinds[..] {
        [Kind::Scalar(recipe)] => recipe.as_reference(),
        _ => None,
    }
}

/// Gives the children of a node the parents they were dealt.
fn rebind(plan: &mut Plan, node: usize, dealt: &Dealt) {
    for kind in &mut plan.nodes[node].kinds {
        if let Kind::Scalar(recipe) = kind
            && let Some(reference) = recipe.as_reference()
        {
            let Some(picker) = reference.source.picker() else { continue };
            let source = Source::Drawn(Arc::new(picker.dealt(dealt.clone())));
            *recipe = Arc::new(Recipe::reference(Reference { source, ..reference.clone() }));
        }
    }
}

/// Returns the program of each kind of a node.
pub(crate) fn programs(plan: &Plan, node: usize) -> Vec<Option<Arc<Recipe>>> {
    let program = |kind: &Kind| match kind {
        Kind::Scalar(recipe) => Some(Recipe::silenced(recipe)),
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
