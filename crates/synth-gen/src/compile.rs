//! From rules to a plan.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{JsonPath, JsonText, PathId, Seed, Segment, cast, hash};
use synth_rules::{FieldRule, FieldType, Generator, Layout, PluginCall, Relationship, RuleSet, ValueKind};

use crate::choice::{Choice, Sum};
use crate::derived::{Derived, EvaluationNotes};
use crate::error::{ErrorKind, Errors};
use crate::joint::Joint;
use crate::joint::given::Late;
use crate::length::{Lengths, Scale};
use crate::link::Linker;
use crate::listed::Listed;
use crate::memo::Memo;
use crate::order;
use crate::outline::{Outline, Parts};
use crate::plan::{Collection, CompileOptions, Gate, Kind, KindMask, Member, Node, Plan, Presence, Scope};
use crate::plugin::{Failures, GeneratorPlugins, PluginProgram};
use crate::recipe::{Recipe, Setting};
use crate::{along, coupling, distinct, faults, joint, sequence, unkept, variants};

/// Longest array or dictionary that is held in memory as a whole.
const MAX_HELD: u64 = 1 << 24;

/// Longest array or dictionary that is made piece by piece.
const MAX_STREAMED: u64 = 1 << 40;

/// Instances of a block, and values of all its columns together.
const MAX_BLOCK: f64 = 4096.0;
const MAX_BLOCK_VALUES: f64 = 262_144.0;

/// A plan without fields.
fn empty(rules: &RuleSet, n_records: u64) -> Plan {
    Plan {
        nodes: Vec::new(),
        scopes: Vec::new(),
        collections: Vec::new(),
        case_columns: Vec::new(),
        layout: rules.globals.layout,
        n_records,
        unkept: Vec::new(),
        left_out: Vec::new(),
        joint: Arc::new(Joint::default()),
        late: Late::default(),
        unseen: Vec::new(),
        lines: Vec::new(),
        is_linked: is_linked(rules),
        failures: Failures::default(),
        notes: EvaluationNotes::default(),
    }
}

/// Tells whether columns look up what other columns of a row hold.
fn is_linked(rules: &RuleSet) -> bool {
    let follows = |kind: &ValueKind| {
        matches!(kind.generator, Some(Generator::Derived(_) | Generator::Copy(_) | Generator::LlmText(_)))
    };
    !rules.relationships.is_empty()
        || !rules.entities.is_empty()
        || rules.shape.values().any(|shape| shape.distinct)
        || rules.fields.values().any(|field| field.kinds.iter().any(follows))
}

/// Compiles a rule set, collecting all problems.
pub(crate) fn compile(
    rules: &RuleSet,
    options: &CompileOptions,
    counts: &[(JsonPath, u64)],
    plugins: &GeneratorPlugins,
) -> Result<Plan, Errors> {
    let mut errors = Errors(Vec::new());
    let rules = &*plugins.texts().without_unwritten(rules);
    let outline = Outline::of(rules, &mut errors);
    let seed = Seed::root(options.seed);
    let is_document = rules.globals.layout == Layout::Document;
    let n_records = if is_document { 1 } else { options.n_rows };
    let mut compiler = Compiler {
        rules,
        unique: Uniqueness::of(rules),
        scale: None,
        growth: rules.globals.default_n.map_or(1.0, |n| options.n_rows as f64 / n.max(1) as f64),
        counts,
        plugins,
        countable: Vec::new(),
        seed,
        plan: empty(rules, n_records),
        ordinals: Vec::new(),
        node_of: BTreeMap::new(),
        outline,
        errors,
    };
    if is_document && let Some(main) = &rules.globals.main_collection {
        compiler.find_scale(main, options.n_rows);
    }
    compiler.open_scope(None, Some(n_records));
    compiler.node(PathId::ROOT, 0, Gate::Always);
    compiler.check_main();
    compiler.check_counts();
    compiler.check_shape();
    let Compiler { mut plan, node_of, outline, mut errors, ordinals, unique, .. } = compiler;
    variants::compile(rules, &outline, (&mut plan, &node_of), &mut errors);
    order::arrange(&mut plan, &node_of, &outline, &mut errors);
    size_blocks(&mut plan);
    if !errors.0.is_empty() {
        return Err(errors);
    }
    let linker = Linker {
        rules,
        outline: &outline,
        node_of: &node_of,
        ordinals: &ordinals,
        unique: &unique.kept,
        seed,
        memo: Memo::default(),
        lookups: RefCell::default(),
        loose: RefCell::default(),
        tabled: RefCell::default(),
        bound: RefCell::default(),
        held: RefCell::default(),
        finished: RefCell::default(),
    };
    let kept = bind(&linker, &mut plan, &mut errors);
    if !errors.0.is_empty() {
        return Err(errors);
    }
    plan.left_out = unkept::find(&linker, &plan, &kept);
    plan.unkept = unkept::count(&plan.left_out);
    faults::inject(&linker, &mut plan);
    order::follow(&mut plan, &linker.bound.borrow());
    Ok(plan)
}

/// Binds the joint model and the relationships; returns the positions of those that are kept.
fn bind(linker: &Linker<'_>, plan: &mut Plan, errors: &mut Errors) -> BTreeSet<usize> {
    along::bind::timelines(linker, plan);
    if let Some(model) = linker.rules.model.as_ref().and_then(|model| model.loaded.as_ref()) {
        joint::bind(model, plan, linker);
    }
    let kept = coupling::couple(linker, plan);
    // Fields may have come to depend on tags.
    order::arrange(plan, linker.node_of, linker.outline, errors);
    let kept = linker.values(plan, kept);
    distinct::bind(linker, plan, errors);
    linker.find_unbound(plan, errors);
    kept
}

struct Compiler<'a> {
    rules: &'a RuleSet,
    outline: Outline<'a>,
    unique: Uniqueness<'a>,
    /// In a document with a main collection: its path and the ratio.
    scale: Option<(PathId, Scale)>,
    /// Rows asked for, for each that the rules are about.
    growth: f64,
    /// Numbers of elements that are asked for.
    counts: &'a [(JsonPath, u64)],
    plugins: &'a GeneratorPlugins,
    /// The collections whose number of elements may be asked for.
    countable: Vec<JsonPath>,
    seed: Seed,
    plan: Plan,
    /// By scope: ordinals are below this; `None` beyond 2^64.
    ordinals: Vec<Option<u64>>,
    node_of: BTreeMap<PathId, usize>,
    errors: Errors,
}

/// Which paths never repeat a value.
struct Uniqueness<'a> {
    /// Because a relationship says so.
    required: BTreeSet<&'a JsonPath>,
    /// Because others refer to them, or among some rows only: where there are values enough.
    wanted: BTreeSet<&'a JsonPath>,
    /// Fields that refer to others.
    referring: BTreeSet<&'a JsonPath>,
    /// What came of it.
    kept: BTreeSet<JsonPath>,
}

impl<'a> Uniqueness<'a> {
    fn of(rules: &'a RuleSet) -> Self {
        let mut unique = Self {
            required: BTreeSet::new(),
            wanted: BTreeSet::new(),
            referring: BTreeSet::new(),
            kept: BTreeSet::new(),
        };
        for relationship in &rules.relationships {
            match relationship {
                Relationship::PrimaryKey { paths, when } | Relationship::Unique { paths, when } => {
                    if let [path] = &paths[..] {
                        let set = if when.is_none() { &mut unique.required } else { &mut unique.wanted };
                        set.insert(path);
                    }
                }
                Relationship::ForeignKey { child, parent, .. } => {
                    unique.referring.extend(child.paths());
                    if let [path] = parent.paths() {
                        unique.wanted.insert(path);
                    }
                }
                _ => {}
            }
        }
        unique
    }
}

impl<'a> Compiler<'a> {
    fn seed_of(&self, path: &JsonPath) -> Seed {
        self.seed.child(&path.to_string())
    }

    fn open_scope(&mut self, above: Option<usize>, n_ordinals: Option<u64>) -> usize {
        self.plan.scopes.push(Scope { above, steps: Vec::new(), collections: Vec::new(), n_block: 1 });
        self.ordinals.push(n_ordinals);
        self.plan.scopes.len() - 1
    }

    /// Finds the main collection and how much larger than its rules it is wanted.
    fn find_scale(&mut self, main: &JsonPath, n_rows: u64) {
        let Some(id) = self.outline.tree.find(main) else {
            let path = main.to_string();
            self.errors.push(ErrorKind::UnknownPath { path }, main);
            return;
        };
        if !matches!(main.segments().last(), Some(Segment::Elements | Segment::Members)) {
            self.errors.push(ErrorKind::BadMainCollection, main);
        }
        let seed = self.seed_of(main);
        // A missing length is reported where the collection is compiled.
        let Some(rule) = self.rules.shape.get(main) else { return };
        if let Ok(lengths) = Lengths::compile(&rule.length, seed) {
            self.scale = Some((id, Scale { wanted: n_rows, learned: lengths.draw(0, 0) }));
        }
    }

    fn check_main(&mut self) {
        let Some((id, _)) = self.scale else { return };
        let item = self.node_of.get(&id);
        let is_outermost = |collection: &Collection| item == Some(&collection.item) && collection.streamed;
        if !self.plan.collections.iter().any(is_outermost) {
            self.errors.push(ErrorKind::BadMainCollection, &self.outline.path(id));
        }
    }

    /// Finds counts of what is no outermost collection.
    fn check_counts(&mut self) {
        for (path, _) in self.counts.iter().filter(|(path, _)| !self.countable.contains(path)) {
            let known = self.countable.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            self.errors.push(ErrorKind::NotACollection { known }, path);
        }
    }

    /// Finds lengths of elements that no rule makes; tuples and arrays that stay empty need none.
    fn check_shape(&mut self) {
        for (path, rule) in &self.rules.shape {
            let owner = path.parent().and_then(|owner| self.outline.tree.find(&owner));
            let is_tuple = owner
                .is_some_and(|owner| !self.outline.parts(owner, &mut Errors(Vec::new())).tuple.is_empty());
            if self.outline.tree.find(path).is_some() || is_tuple {
                continue;
            }
            let lengths = Lengths::compile(&rule.length, self.seed);
            if self.errors.keep(lengths, path).is_some_and(|lengths| lengths.max() > 0) {
                self.errors.push(ErrorKind::UnknownPath { path: path.to_string() }, path);
            }
        }
    }

    /// Compiles a path and all below it; returns its node.
    fn node(&mut self, id: PathId, scope: usize, gate: Gate) -> usize {
        let path = self.outline.path(id);
        let parts = self.outline.parts(id, &mut self.errors);
        let seed = self.seed_of(&path);
        let (kinds, shares) = self.kinds(id, scope, &parts);
        let rule = self.outline.rule(id);
        let own = match gate {
            Gate::Always => 1.0,
            Gate::Part { .. } => rule.map_or(1.0, |rule| rule.presence.get()),
        };
        let at = self.plan.nodes.len();
        self.node_of.insert(id, at);
        self.plan.nodes.push(Node {
            scope,
            gate,
            presence: Presence {
                own,
                seed: seed.child("presence"),
                coupling: None,
                by_case: Vec::new(),
                parts: None,
                fitted: Vec::new(),
                lead: None,
            },
            null_rate: rule.map_or(0.0, |rule| rule.null_rate.get()),
            null_seed: seed.child("null"),
            null_coupling: None,
            shares,
            share_seed: seed.child("kind"),
            forms: Vec::new(),
            kinds,
            members: Vec::new(),
            tuple: Vec::new(),
            elements: None,
            dictionary: None,
            modelled: None,
            root: None,
        });
        self.parts(at, &path, parts);
        at
    }

    /// Compiles what stands below a node.
    fn parts(&mut self, at: usize, path: &JsonPath, parts: Parts) {
        let scope = self.plan.nodes[at].scope;
        let (mut objects, mut arrays) = (KindMask::default(), KindMask::default());
        for (index, kind) in self.plan.nodes[at].kinds.iter().enumerate() {
            match kind {
                Kind::Object => objects.insert(index),
                Kind::Array => arrays.insert(index),
                Kind::Scalar(_) => {}
            }
        }
        let has_kinds = !self.plan.nodes[at].kinds.is_empty();
        for (expected, missing) in [
            ("object", parts.of_object() && objects.is_empty()),
            ("array", parts.of_array() && arrays.is_empty()),
        ] {
            if missing && has_kinds {
                self.errors.push(ErrorKind::PartsWithoutWhole { expected }, path);
            }
        }
        let reserved = parts.members.iter().map(|(key, _)| hash::hash_bytes(key.as_bytes())).collect();
        for (key, child) in parts.members {
            let member = self.node(child, scope, Gate::Part { of: at, mask: objects });
            let text = JsonText::key(&key);
            self.plan.nodes[at].members.push(Member { key, text, node: member });
        }
        for child in parts.tuple {
            let position = self.node(child, scope, Gate::Part { of: at, mask: arrays });
            self.plan.nodes[at].tuple.push(position);
        }
        if let Some(item) = parts.elements {
            self.plan.nodes[at].elements = self.collection((at, arrays), item, None, Vec::new());
        }
        match (parts.values, parts.keys) {
            (Some(item), Some(keys)) => {
                self.plan.nodes[at].dictionary = self.collection((at, objects), item, Some(keys), reserved);
            }
            (Some(item), None) => {
                let path = self
                    .outline
                    .path(item)
                    .parent()
                    .unwrap_or_default()
                    .join(Segment::MemberKeys)
                    .to_string();
                self.errors.push(ErrorKind::MissingKeys { path }, &self.outline.path(item));
            }
            (None, Some(keys)) => self.errors.push(ErrorKind::MissingMembers, &self.outline.path(keys)),
            (None, None) => {}
        }
    }

    /// Compiles an array's elements or a dictionary's members.
    fn collection(
        &mut self,
        (owner, mask): (usize, KindMask),
        item: PathId,
        keys: Option<PathId>,
        reserved: Vec<u64>,
    ) -> Option<usize> {
        let path = self.outline.path(item);
        let owner_scope = self.plan.nodes[owner].scope;
        let streamed = owner_scope == 0 && self.plan.layout == Layout::Document;
        self.countable.extend(streamed.then(|| path.clone()));
        let lengths =
            self.lengths(item, &path, streamed && (keys.is_some() || self.outline.may_be_object(item)));
        let limit = if streamed { MAX_STREAMED } else { MAX_HELD };
        // In a document it is known how many owners there are.
        let n_owners =
            self.ordinals[owner_scope].filter(|_| self.plan.layout == Layout::Document && !streamed);
        let lengths = match n_owners {
            Some(n_owners) => lengths.map(|lengths| lengths.dealt(n_owners)),
            None => lengths,
        };
        let stride = lengths.as_ref().map_or(0, Lengths::max);
        if stride > limit {
            self.errors.push(ErrorKind::LengthTooLarge { limit }, &path);
        }
        let n_ordinals = self.ordinals[owner_scope].and_then(|n| n.checked_mul(stride));
        let scope = self.open_scope(Some(owner_scope), n_ordinals);
        let item = self.node(item, scope, Gate::Always);
        let keys = keys.map(|keys| self.keys(keys, scope));
        if let (Some(keys), Some(_)) = (keys, self.rules.constant_keys(&path)) {
            self.plan.nodes[keys].take_turns(1);
        }
        let index = self.plan.collections.len();
        let lengths = lengths?;
        self.plan.scopes[owner_scope].collections.push(index);
        self.plan.collections.push(Collection {
            owner,
            mask,
            scope,
            item,
            keys,
            lengths,
            stride,
            reserved,
            streamed,
        });
        Some(index)
    }

    /// Compiles the keys of a dictionary; they are always there.
    fn keys(&mut self, keys: PathId, scope: usize) -> usize {
        let node = self.node(keys, scope, Gate::Always);
        let plan = &mut self.plan.nodes[node];
        plan.null_rate = 0.0;
        if !plan.kinds.iter().all(|kind| matches!(kind, Kind::Scalar(_))) {
            let reason = "names keys, which are strings";
            self.errors.push(ErrorKind::BadPath { reason }, &self.outline.path(keys));
        }
        node
    }

    fn lengths(&mut self, item: PathId, path: &JsonPath, scales: bool) -> Option<Lengths> {
        // Outermost collections may be asked for by number, so each keeps its own.
        let source = sequence::beside(self.rules, path).filter(|_| !self.countable.contains(path));
        let path = source.as_ref().filter(|source| self.rules.shape.contains_key(*source)).unwrap_or(path);
        let Some(rule) = self.rules.shape.get(path) else {
            self.errors.push(ErrorKind::MissingLength, path);
            return None;
        };
        let lengths = self.errors.keep(Lengths::compile(&rule.length, self.seed_of(path)), path)?;
        let count = self.counts.iter().rev().find(|(counted, _)| counted == path);
        Some(match (count, self.scale) {
            (Some((_, count)), _) if self.countable.contains(path) => lengths.fixed(*count),
            (_, Some((main, scale))) if main == item => lengths.fixed(scale.wanted),
            (_, Some((_, scale))) if scales && rule.grows => lengths.scaled(scale),
            _ => lengths,
        })
    }

    /// Compiles the kinds of a path and the choice among them.
    fn kinds(&mut self, id: PathId, scope: usize, parts: &Parts) -> (Vec<Kind>, Option<Choice>) {
        let path = self.outline.path(id);
        let Some(rule) = self.outline.rule(id) else {
            return (self.implied_kind(&path, parts).into_iter().collect(), None);
        };
        if rule.kinds.is_empty() {
            self.errors.push(ErrorKind::NoKind, &path);
            return (Vec::new(), None);
        }
        if rule.kinds.len() > KindMask::MAX_KINDS {
            self.errors.push(ErrorKind::TooManyKinds { limit: KindMask::MAX_KINDS }, &path);
            return (Vec::new(), None);
        }
        let shares: Vec<f64> = rule.kinds.iter().map(|kind| kind.share.get()).collect();
        let choice = self.errors.keep(Choice::fit(&shares, Sum::MustBeOne), &path);
        if let Some(kind) = self.listed(rule, scope, &path) {
            return (vec![kind], None);
        }
        let kinds = (0..rule.kinds.len()).filter_map(|index| self.kind(rule, index, scope, &path)).collect();
        (kinds, choice.filter(|_| rule.kinds.len() > 1))
    }

    /// Returns the kind of a path without a rule: it is what stands below it that tells.
    fn implied_kind(&mut self, path: &JsonPath, parts: &Parts) -> Option<Kind> {
        match (parts.of_object(), parts.of_array()) {
            (true, true) => {
                self.errors.push(ErrorKind::AmbiguousShape, path);
                None
            }
            (false, true) => Some(Kind::Array),
            (_, false) => Some(Kind::Object),
        }
    }

    fn kind(&mut self, rule: &'a FieldRule, index: usize, scope: usize, path: &JsonPath) -> Option<Kind> {
        let kind = &rule.kinds[index];
        match kind.field_type {
            FieldType::Object => return Some(Kind::Object),
            FieldType::Array => return Some(Kind::Array),
            _ => {}
        }
        let field_type = kind.field_type;
        let n_before = rule.kinds[..index].iter().filter(|kind| kind.field_type == field_type).count();
        let seed = self.seed_of(path).child("value").child(&format!("{field_type:?}"));
        let must = rule.unique || self.unique.required.contains(path);
        let may = self.unique.wanted.contains(path);
        let by_ordinal = matches!(
            kind.generator,
            Some(Generator::Sequence(_) | Generator::UuidV7 | Generator::Ulid | Generator::Plugin(_))
                | Some(
                    Generator::Derived(_) | Generator::Copy(_) | Generator::Series(_) | Generator::LlmText(_)
                )
        );
        let n_ordinals = self.ordinals[scope];
        if n_ordinals.is_none() && (must || by_ordinal) {
            self.errors.push(ErrorKind::TooManyOrdinals, path);
            return None;
        }
        let seed = seed.attempt(cast::to_u64(n_before));
        if let Some(Generator::Plugin(call)) = &kind.generator {
            let program = self.plugin((call, field_type), (seed, must), n_ordinals?, path)?;
            return Some(Kind::Scalar(Arc::new(Recipe::plugin(program, field_type))));
        }
        let written = Derived::written(kind, (path, index), self.plugins.texts(), seed).map(Ok);
        if let Some(derived) = written.or_else(|| Derived::compile(kind, path, self.rules, &self.plan.notes))
        {
            if must && n_ordinals? > 1 {
                let reason = "nobody knows whether a computed value repeats";
                self.errors.push(ErrorKind::CannotBeUnique { generator: "derived", reason }, path);
            }
            return Some(Kind::Scalar(Arc::new(Recipe::derived(self.errors.keep(derived, path)?))));
        }
        let growth = self.growth;
        let setting = |unique| Setting { seed, n_ordinals: n_ordinals.unwrap_or(u64::MAX), unique, growth };

        let recipe = if (must || may) && n_ordinals.is_some() {
            let unique = Recipe::compile(kind, setting(true));
            if unique.is_ok() {
                self.unique.kept.insert(path.clone());
            }
            // A value that another row decides anyway, or one that others refer to, may repeat.
            let is_bound = self.unique.referring.contains(path);
            if unique.is_err() && (!must || is_bound) {
                Recipe::compile(kind, setting(false))
            } else {
                unique
            }
        } else {
            Recipe::compile(kind, setting(false))
        };
        Some(Kind::Scalar(Arc::new(self.errors.keep(recipe, path)?)))
    }

    /// Compiles a call of a plugin.
    fn plugin(
        &mut self,
        (call, field_type): (&PluginCall, FieldType),
        (seed, unique): (Seed, bool),
        n_ordinals: u64,
        path: &JsonPath,
    ) -> Option<PluginProgram> {
        if unique && n_ordinals > 1 {
            let reason = "nobody knows what a plugin makes";
            self.errors.push(ErrorKind::CannotBeUnique { generator: "plugin", reason }, path);
            return None;
        }
        let program = self.plugins.program(call, field_type, (seed, path), &self.plan.failures);
        let per_record = n_ordinals / self.plan.n_records.max(1);
        Some(self.errors.keep(program, path)?.per_record(per_record))
    }

    /// Compiles a unique field of given values and others as one kind.
    fn listed(&mut self, rule: &FieldRule, scope: usize, path: &JsonPath) -> Option<Kind> {
        let is_unique =
            rule.unique || self.unique.required.contains(path) || self.unique.wanted.contains(path);
        let ([first, rest], true) = (&rule.kinds[..], is_unique) else { return None };
        let Some(Generator::Categorical(list)) = &first.generator else { return None };
        let seed = self.seed_of(path).child("value").child("listed");
        let setting = Setting { seed, n_ordinals: self.ordinals[scope]?, unique: true, growth: self.growth };
        let listed = Listed::compile(list, rest, setting).ok()?;
        self.unique.kept.insert(path.clone());
        Some(Kind::Scalar(Arc::new(Recipe::listed(listed))))
    }
}

/// Chooses the number of instances that are made together, so that a block's values stay few.
fn size_blocks(plan: &mut Plan) {
    let mut weights: Vec<f64> = vec![0.0; plan.scopes.len()];
    plan.nodes.iter().for_each(|node| weights[node.scope] += 1.0);
    // A scope is opened behind the one above it, so the last ones have nothing below.
    for index in (0..plan.scopes.len()).rev() {
        for &below in &plan.scopes[index].collections {
            if let Some(collection) = plan.collections.get(below).filter(|collection| !collection.streamed) {
                weights[index] += collection.lengths.typical() * weights[collection.scope];
            }
        }
        let n_block = (MAX_BLOCK_VALUES / weights[index].max(1.0)).clamp(1.0, MAX_BLOCK);
        plan.scopes[index].n_block = cast::floor_to_u64(n_block);
    }
}
