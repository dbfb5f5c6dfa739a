//! The joint model at work: codes of the fields of an instance, and the draws that they narrow.
//!
//! The codes of an instance are a function of its address, of its place in its array and of the instances above it, so
//! they are found for a block of instances and for a single one in the same way.

use synth_core::{Seed, hash};
use synth_rules::JointModel;
use synth_rules::model::{Code, Feature, FieldModel, MAX_POSITION, ModelPart};
use synth_stats::joint::Sampler;

use crate::link::Linker;
use crate::plan::Plan;
use crate::spots::Spots;

/// The models of all scopes of a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joint {
    /// By scope; a scope without a model has no fields.
    scopes: Vec<ScopeModel>,
}

/// The model of the fields of one scope.
#[derive(Debug, Clone, Default)]
struct ScopeModel {
    fields: Vec<Field>,
    /// Some field looks at the element before.
    looks_back: bool,
}

#[derive(Debug, Clone)]
struct Field {
    sampler: Sampler,
    looks: Vec<Look>,
    seed: Seed,
    draws: Vec<Part>,
    within: [Seed; 4],
}

/// What a tree looks at.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// A field so many scopes above.
    Field {
        up: usize,
        field: usize,
    },
    /// A field of the element before, with the code of none.
    Previous {
        field: usize,
        none: u16,
    },
    Position,
}

/// The draws of one code: a part of [0, 1) each.
#[derive(Debug, Clone, Copy)]
struct Part {
    presence: (f64, f64),
    null: (f64, f64),
    kind: (f64, f64),
    value: (f64, f64),
}

/// Which field of its scope's model decides a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Modelled {
    field: usize,
    /// The codes are those of the length of the node's array or dictionary.
    pub(crate) of_length: bool,
    /// The codes tell values of the node apart.
    pub(crate) of_value: bool,
}

/// The codes of the instances of one scope in a block, field by field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes {
    n_fields: usize,
    /// All codes of one instance, then those of the next.
    codes: Vec<u16>,
}

impl Codes {
    fn row(&self, instance: usize) -> &[u16] {
        &self.codes[instance * self.n_fields..(instance + 1) * self.n_fields]
    }
}

/// The draws of one instance of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draw<'a> {
    field: &'a Field,
    code: u16,
    address: u64,
}

impl Draw<'_> {
    fn part(&self) -> &Part {
        &self.field.draws[usize::from(self.code)]
    }

    fn uniform(&self, (low, high): (f64, f64), which: usize) -> f64 {
        low + (high - low) * self.field.within[which].uniform(self.address)
    }

    /// The draw that decides whether the field is there, when that is the same for all instances.
    pub(crate) fn presence(&self) -> f64 {
        self.uniform(self.part().presence, 0)
    }

    /// The draw that decides whether it is null.
    pub(crate) fn null(&self) -> f64 {
        self.uniform(self.part().null, 1)
    }

    /// The draw that decides of which kind it is.
    pub(crate) fn kind(&self) -> f64 {
        self.uniform(self.part().kind, 2)
    }

    /// The draw that decides the value.
    pub(crate) fn value(&self) -> f64 {
        self.uniform(self.part().value, 3)
    }
}

impl Joint {
    /// Tells whether a scope has a model.
    pub(crate) fn has(&self, scope: usize) -> bool {
        self.scopes.get(scope).is_some_and(|model| !model.fields.is_empty())
    }

    /// Returns the draw of an instance in a block.
    pub(crate) fn draw<'a>(
        &'a self,
        scope: usize,
        modelled: Modelled,
        (codes, instance): (&Codes, usize),
        address: u64,
    ) -> Draw<'a> {
        Draw {
            field: &self.scopes[scope].fields[modelled.field],
            code: codes.row(instance)[modelled.field],
            address,
        }
    }

    /// Draws the codes of all instances of a scope in a block; `above` gives the codes of the scope so many levels
    /// above for an instance, `place` where it stands in its array.
    pub(crate) fn fill<'c>(
        &self,
        scope: usize,
        addresses: &[u64],
        (place, above): (impl Fn(usize) -> u64, impl Fn(usize, usize) -> &'c [u16]),
        out: &mut Codes,
    ) {
        out.codes.clear();
        let Some(model) = self.scopes.get(scope) else { return };
        out.n_fields = model.fields.len();
        for (instance, address) in addresses.iter().enumerate() {
            let index = place(instance);
            let start = out.codes.len();
            let previous = (index > 0 && start > 0).then(|| start - out.n_fields);
            for field in &model.fields {
                let look = |look: &Look| match *look {
                    Look::Field { up: 0, field } => out.codes[start + field],
                    Look::Field { up, field } => above(instance, up).get(field).copied().unwrap_or(0),
                    Look::Previous { field, none } => previous.map_or(none, |at| out.codes[at + field]),
                    Look::Position => position(index),
                };
                let code = field.draw(*address, look);
                out.codes.push(code);
            }
        }
    }

    /// Draws the codes of instances that are looked up, wherever they stand.
    pub(crate) fn codes(&self, spots: &Spots) -> Codes {
        let mut out = Codes::default();
        let Some(model) = self.scopes.get(spots.scope).filter(|model| !model.fields.is_empty()) else {
            return out;
        };
        out.n_fields = model.fields.len();
        let mut before: Vec<u16> = Vec::new();
        for (row, address) in spots.addresses.iter().enumerate() {
            let index = spots.indices[row];
            before.clear();
            if model.looks_back && index > 0 && spots.is_there[row] {
                if row > 0 && spots.is_next(row) {
                    before.extend_from_slice(out.row(row - 1));
                } else {
                    Self::replay(model, spots, row, &mut before);
                }
            }
            Self::push(model, (*address, index), (spots, row), &before, &mut out);
        }
        out
    }

    /// Draws the codes of the elements before one, from the first on.
    fn replay(model: &ScopeModel, spots: &Spots, row: usize, before: &mut Vec<u16>) {
        let owner = spots.above.as_ref().map_or(0, |above| above.addresses[row]);
        for index in 0..spots.indices[row] {
            let mut one = Codes { n_fields: model.fields.len(), codes: Vec::new() };
            Self::push(model, (hash::combine(owner, index), index), (spots, row), before, &mut one);
            before.clear();
            before.append(&mut one.codes);
        }
    }

    fn push(
        model: &ScopeModel,
        (address, index): (u64, u64),
        (spots, row): (&Spots, usize),
        before: &[u16],
        out: &mut Codes,
    ) {
        let start = out.codes.len();
        for field in &model.fields {
            let look = |look: &Look| match *look {
                Look::Field { up: 0, field } => out.codes[start + field],
                Look::Field { up, field } => {
                    let above = (0..up).try_fold(spots, |spots, _| spots.above.as_deref());
                    above.and_then(|spots| spots.codes.of(row).get(field)).copied().unwrap_or(0)
                }
                Look::Previous { field, none } => before.get(field).copied().unwrap_or(none),
                Look::Position => position(index),
            };
            let code = field.draw(address, look);
            out.codes.push(code);
        }
    }
}

impl Codes {
    /// The codes of some of the instances.
    pub(crate) fn picked(&self, instances: &[usize]) -> Self {
        let codes = instances.iter().flat_map(|instance| self.of(*instance)).copied().collect();
        Self { n_fields: self.n_fields, codes }
    }

    /// The codes of an instance; none where the scope has no model.
    pub(crate) fn of(&self, instance: usize) -> &[u16] {
        if self.codes.is_empty() { &[] } else { self.row(instance) }
    }
}

impl Field {
    fn draw(&self, address: u64, look: impl Fn(&Look) -> u16) -> u16 {
        let leaf = self.sampler.leaf(|feature| look(&self.looks[feature]));
        self.sampler.draw(leaf, self.seed.uniform(address))
    }
}

fn position(index: u64) -> u16 {
    u16::try_from(index).unwrap_or(MAX_POSITION).min(MAX_POSITION)
}

/// Binds the fields of a model to the nodes of a plan; fields that the rules no longer have are drawn for the others.
pub(crate) fn bind(model: &JointModel, plan: &mut Plan, linker: &Linker<'_>) {
    let node = |path| linker.node(path);
    let scope_of: Vec<Option<usize>> =
        model.tables.iter().map(|table| node(&table.path).map(|node| plan.nodes[node].scope)).collect();
    let mut scopes = vec![ScopeModel::default(); plan.scopes.len()];
    for (table, scope) in scope_of.iter().enumerate() {
        let Some(scope) = *scope else { continue };
        for (at, field) in model.tables[table].fields.iter().enumerate() {
            if let Some(node) = node(&field.path) {
                let of_length = field.part == ModelPart::Length;
                let of_value = !of_length && field.tells_values();
                plan.nodes[node].modelled = Some(Modelled { field: at, of_length, of_value });
            }
            let seed = linker.seed.child(&field.path.to_string()).child("model");
            scopes[scope].fields.push(compiled(model, table, field, seed));
        }
        let looks_back = |field: &Field| field.looks.iter().any(|look| matches!(look, Look::Previous { .. }));
        scopes[scope].looks_back = scopes[scope].fields.iter().any(looks_back);
    }
    plan.joint = Joint { scopes };
}

fn compiled(model: &JointModel, table: usize, field: &FieldModel, seed: Seed) -> Field {
    let look = |feature: &Feature| match *feature {
        Feature::Field { up, field } => Look::Field { up: usize::from(up), field: usize::from(field) },
        Feature::Previous { field } => {
            let n_codes = model.tables[table].fields[usize::from(field)].codes.len();
            Look::Previous { field: usize::from(field), none: u16::try_from(n_codes).unwrap_or(0) }
        }
        Feature::Position => Look::Position,
    };
    let n_codes = u16::try_from(field.codes.len()).unwrap_or(u16::MAX);
    let sampler = Sampler::new(&field.tree, n_codes).expect("a model is checked when it is read");
    let uses = ["presence", "null", "kind", "value"];
    Field {
        sampler,
        looks: field.features.iter().map(look).collect(),
        draws: field.codes.iter().map(|code| part(field, *code)).collect(),
        within: uses.map(|name| seed.child(name)),
        seed,
    }
}

/// The draws that a code stands for, by the rates with which the model was fitted.
fn part(field: &FieldModel, code: Code) -> Part {
    let (presence, null_rate) = (field.presence.get(), field.null_rate.get());
    let whole = (0.0, 1.0);
    let there = Part { presence: (0.0, presence), null: (null_rate, 1.0), kind: whole, value: whole };
    match code {
        Code::Absent => Part { presence: (presence, 1.0), null: whole, ..there },
        Code::Null => Part { null: (0.0, null_rate), ..there },
        Code::Value { kind, low, high } => {
            let before: f64 = field.shares.iter().take(usize::from(kind)).map(|share| share.get()).sum();
            let share = field.shares.get(usize::from(kind)).map_or(1.0, |share| share.get());
            Part { kind: (before, before + share), value: (low, high), ..there }
        }
    }
}
