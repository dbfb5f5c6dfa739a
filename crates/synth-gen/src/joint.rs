//! The joint model at work: codes of the fields of an instance, and the draws that they narrow.
//!
//! The codes of an instance are a function of its address, of its place in its array and of the instances above it, so
//! they are found for a block of instances and for a single one in the same way.

use std::sync::Arc;

use synth_core::Rate;
use synth_core::{Seed, hash};
use synth_rules::model::{Code, CopulaModel, Feature, FieldModel, LeafEnds, MAX_POSITION, ModelPart, Walk};
use synth_rules::{Along, JointModel, Movement};
use synth_stats::joint::{Latent, Node, Sampler, factor};

use crate::along::motion::{Moment, Motion};
use crate::along::{Clock, Timeline};
use crate::link::Linker;
use crate::plan::Plan;
use crate::spots::Spots;

mod calibrate;
pub(crate) mod given;
mod holder;
pub(crate) mod order;
pub(crate) mod presence;
pub(crate) mod stages;
mod tracks;

use calibrate::{Drawing, Law};
use given::{GivenCodes, Through};
use holder::Holder;
use stages::Stages;
use tracks::Track;

/// The code of what is not there.
const ABSENT: u16 = 0;

/// The models of all scopes of a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joint {
    /// By scope; a scope without a model has no fields.
    scopes: Vec<ScopeModel>,
    /// References through which other scopes are looked at.
    references: Vec<Through>,
}

/// The model of the fields of one scope.
#[derive(Debug, Clone, Default)]
struct ScopeModel {
    fields: Vec<Field>,
    /// What is looked at and not drawn; its codes stand behind those of the fields.
    givens: Vec<GivenCodes>,
    /// Some field looks at the element before.
    looks_back: bool,
    /// The time that fields look at or run along.
    line: Option<Arc<Timeline>>,
    /// The field that tells series apart: so many scopes above, and its position.
    by: Option<(usize, usize)>,
    /// Normal numbers behind the fields that copulas bind.
    n_normals: usize,
    /// Stages in which its codes are drawn; none where all are drawn at once.
    n_stages: usize,
}

#[derive(Debug, Clone)]
struct Field {
    sampler: Sampler,
    looks: Vec<Look>,
    seed: Seed,
    draws: Vec<Part>,
    within: [Seed; 4],
    /// When it is drawn: behind what is given in the stages up to this one.
    stage: usize,
    /// The field of the object that holds it.
    holder: Option<Holder>,
    /// The node whose value the codes are of, unless the rules no longer have it.
    node: Option<usize>,
    /// Whether its marginal distribution is kept where what is given comes otherwise than in the sample.
    keeps_marginal: bool,
    run: Option<Run>,
    walk: Option<Walk>,
    latent: Option<Behind>,
}

/// A field that a copula binds.
#[derive(Debug, Clone)]
struct Behind {
    latent: Latent,
    /// Place of the copula's first normal number among those of the row, and of the field's own.
    first: usize,
    own: usize,
}

/// How a field runs along time.
#[derive(Debug, Clone)]
struct Run {
    motion: Motion,
    /// The codes in order of what they stand for.
    order: Vec<u16>,
    /// For each leaf the probability of the codes up to each.
    up_to: Vec<Vec<f64>>,
    /// For each leaf, where values begin within the first code and end within the last.
    ends: Vec<(f64, f64)>,
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
    /// The position of the element so many scopes above.
    PositionAbove(usize),
    /// Something given, so many scopes above.
    Given {
        up: usize,
        given: usize,
    },
    /// Something of the time.
    Time(Feature),
}

/// What is asked of an instance above another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    /// The code of a field.
    Code(usize),
    /// The place in its array.
    Place,
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
    /// Fields and what is given.
    n_columns: usize,
    /// All codes of one instance, then those of the next.
    codes: Vec<u16>,
    /// Where each value lies within its code, where a field runs along time; else not a number. Empty without such fields.
    within: Vec<f64>,
}

/// Where an instance stands.
#[derive(Debug, Clone, Copy)]
struct Here {
    address: u64,
    /// The place in its array.
    index: u64,
    moment: Moment,
    track: Track,
}

impl Codes {
    fn row(&self, instance: usize) -> &[u16] {
        &self.codes[instance * self.n_columns..(instance + 1) * self.n_columns]
    }
}

/// The draws of one instance of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draw<'a> {
    field: &'a Field,
    code: u16,
    address: u64,
    within: Option<f64>,
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
        let (low, high) = self.part().value;
        self.within.map_or_else(|| self.uniform((low, high), 3), |within| low + (high - low) * within)
    }
}

impl Joint {
    /// Tells whether a scope has a model.
    pub(crate) fn has(&self, scope: usize) -> bool {
        self.scopes.get(scope).is_some_and(|model| model.n_columns() > 0)
    }

    /// Returns the draw of an instance in a block.
    pub(crate) fn draw<'a>(
        &'a self,
        scope: usize,
        modelled: Modelled,
        (stages, instance): (&Stages, usize),
        address: u64,
    ) -> Draw<'a> {
        let codes = stages.codes();
        Draw {
            field: &self.scopes[scope].fields[modelled.field],
            code: codes.row(instance)[modelled.field],
            address,
            within: codes.within(instance, modelled.field),
        }
    }

    /// Returns the time that the instances of a scope run along, if the model looks at it.
    pub(crate) fn line(&self, scope: usize) -> Option<&Arc<Timeline>> {
        self.scopes.get(scope)?.line.as_ref()
    }

    /// Draws the codes of all instances of a scope in a block; `above` answers what is asked of the instance so
    /// many levels above one, `place` where it stands in its array, `owner` the row that has its time, and a word of
    /// its place below that.
    pub(crate) fn fill(
        &self,
        scope: usize,
        addresses: &[u64],
        (place, above, owner): (
            impl Fn(usize) -> u64,
            impl Fn(usize, usize, Ask) -> u16,
            impl Fn(usize) -> (u64, u64),
        ),
        out: &mut Codes,
    ) {
        let Some(model) = self.scopes.get(scope) else { return };
        model.open(addresses.len(), out);
        let mut moments = model.line.as_deref().map(Moments::new);
        for (instance, address) in addresses.iter().enumerate() {
            let moment = moments.as_mut().map_or_else(Moment::default, |moments| moments.of(owner(instance)));
            let here = Here { address: *address, index: place(instance), moment, track: Track::default() };
            let before = if here.index > 0 && instance > 0 { Before::At(instance - 1) } else { Before::None };
            let up = |up: usize, ask: Ask| above(instance, up, ask);
            model.draw((instance, None), here, (up, before), out);
        }
    }

    /// Draws the codes of instances that are looked up, wherever they stand, where none of them waits for something given.
    pub(crate) fn codes(&self, spots: &Spots) -> Codes {
        let mut out = Codes::default();
        let Some(model) = self.scopes.get(spots.scope).filter(|model| !model.fields.is_empty()) else {
            return out;
        };
        model.open(spots.addresses.len(), &mut out);
        let mut moments = model.line.as_deref().map(Moments::new);
        let mut before: Vec<u16> = Vec::new();
        for (row, address) in spots.addresses.iter().enumerate() {
            let index = spots.indices[row];
            let moment = moments.as_mut().map_or_else(Moment::default, |moments| moments.of_spot(spots, row));
            before.clear();
            if model.looks_back && index > 0 && spots.is_there[row] {
                if row > 0 && spots.is_next(row) {
                    before.extend_from_slice(out.row(row - 1));
                } else {
                    Self::replay(model, spots, (row, moment), &mut before);
                }
            }
            let here = Here { address: *address, index, moment, track: Track::default() };
            model.draw((row, None), here, (up_of(spots, row), Before::of(&before)), &mut out);
        }
        out
    }

    /// Draws the codes of the elements before one, from the first on.
    fn replay(model: &ScopeModel, spots: &Spots, (row, moment): (usize, Moment), before: &mut Vec<u16>) {
        let owner = spots.above.as_ref().map_or(0, |above| above.addresses[row]);
        let mut moments = model.line.as_deref().map(Moments::new);
        for index in 0..spots.indices[row] {
            let mut one = Codes::default();
            model.open(1, &mut one);
            let moment = moments.as_mut().map_or(moment, |moments| moments.of_element(spots, row, index));
            let here = Here { address: hash::combine(owner, index), index, moment, track: Track::default() };
            model.draw((0, None), here, (up_of(spots, row), Before::of(before)), &mut one);
            before.clear();
            before.append(&mut one.codes);
        }
    }
}

/// The codes of the instances above one that is looked up.
fn up_of(spots: &Spots, row: usize) -> impl Fn(usize, Ask) -> u16 + use<'_> {
    move |up, ask| {
        let above = (0..up).try_fold(spots, |spots, _| spots.above.as_deref());
        match (above, ask) {
            (None, _) => 0,
            (Some(spots), Ask::Code(column)) => spots.codes.codes().code(row, column),
            (Some(spots), Ask::Place) => position(spots.indices[row]),
        }
    }
}

impl ScopeModel {
    /// Tells whether a field is drawn before another one.
    fn is_drawn(&self, field: usize, other: usize) -> bool {
        field < other && self.fields[field].stage <= self.fields[other].stage
    }

    fn n_columns(&self) -> usize {
        self.fields.len() + self.givens.len()
    }

    /// Tells whether something else than chance says where values lie within their codes.
    fn keeps_within(&self) -> bool {
        self.line.is_some() || self.walks()
    }

    /// Tells whether numbers move along arrays.
    fn walks(&self) -> bool {
        self.fields.iter().any(|field| field.walk.is_some())
    }

    /// Makes room for the codes of instances.
    fn open(&self, n: usize, out: &mut Codes) {
        out.n_columns = self.n_columns();
        out.codes.clear();
        out.codes.resize(n * out.n_columns, 0);
        out.within.clear();
        if self.keeps_within() {
            out.within.resize(n * out.n_columns, f64::NAN);
        }
    }

    /// Draws the codes of one instance, those of one stage by its laws, or all.
    fn draw(
        &self,
        (row, drawing): (usize, Option<Drawing<'_>>),
        here: Here,
        (above, before): (impl Fn(usize, Ask) -> u16, Before<'_>),
        out: &mut Codes,
    ) {
        let start = row * out.n_columns;
        let Here { address, index, mut moment, track } = here;
        let mut normals = vec![0.0; self.n_normals];
        for (at, field) in self.fields.iter().enumerate() {
            if drawing.is_none_or(|drawing| drawing.laws.stage == field.stage) {
                let look = |look: &Look| match *look {
                    Look::Field { up: 0, field } => out.codes[start + field],
                    Look::Given { up: 0, given } => out.codes[start + self.fields.len() + given],
                    // Of something given above only the place among all columns there is known.
                    Look::Field { up, field: column } | Look::Given { up, given: column } => {
                        above(up, Ask::Code(column))
                    }
                    Look::PositionAbove(up) => above(up, Ask::Place),
                    Look::Previous { field, none } => match before {
                        Before::None => none,
                        Before::At(row) => out.codes[row * out.n_columns + field],
                        Before::Known(codes) => codes.get(field).copied().unwrap_or(none),
                    },
                    Look::Position => position(index),
                    Look::Time(feature) => feature.at(moment.share, moment.seconds),
                };
                let leaf = field.leaf(look);
                let weighed = drawing.and_then(|drawing| drawing.law(at, leaf));
                let (mut code, within) = field.draw((address, moment, track), (leaf, weighed), &mut normals);
                if let (Some(turn), true) = (moment.turn, self.by == Some((0, at))) {
                    code = field.code_of_literal(turn);
                }
                let holder = field.holder.as_ref().filter(|holder| self.is_drawn(holder.field, at));
                if holder.is_some_and(|holder| !holder.holds(out.codes[start + holder.field])) {
                    code = ABSENT;
                }
                out.codes[start + at] = code;
                if self.keeps_within() {
                    out.within[start + at] = within;
                }
            }
            match self.by {
                Some((0, by)) if by == at => {
                    moment.series = hash::combine(moment.series, u64::from(out.codes[start + at]));
                }
                Some((up, by)) if up > 0 && at == 0 => {
                    moment.series = hash::combine(moment.series, u64::from(above(up, Ask::Code(by))));
                }
                _ => {}
            }
        }
    }
}

/// The codes of the element before.
#[derive(Debug, Clone, Copy)]
enum Before<'c> {
    /// There is none.
    None,
    /// Those of an instance of the block.
    At(usize),
    Known(&'c [u16]),
}

impl<'c> Before<'c> {
    fn of(codes: &'c [u16]) -> Self {
        if codes.is_empty() { Self::None } else { Self::Known(codes) }
    }
}

/// Finds the moments of instances.
struct Moments<'t> {
    line: &'t Timeline,
    clock: Clock<'t>,
    last: Option<(u64, Moment)>,
}

impl<'t> Moments<'t> {
    fn new(line: &'t Timeline) -> Self {
        Self { line, clock: line.clock(), last: None }
    }

    /// The moment of an instance whose time the row `ordinal` has, at a place below it.
    fn of(&mut self, (ordinal, place): (u64, u64)) -> Moment {
        let known = self.last.filter(|(known, _)| *known == ordinal).map(|(_, moment)| moment);
        let moment = known.unwrap_or_else(|| {
            let share = self.clock.share(ordinal);
            Moment {
                share,
                seconds: self.line.seconds(ordinal, share),
                series: 0,
                turn: self.line.series(ordinal),
            }
        });
        self.last = Some((ordinal, moment));
        Moment { series: place, ..moment }
    }

    fn of_spot(&mut self, spots: &Spots, row: usize) -> Moment {
        self.of(place_below(spots, row, self.line.scope))
    }

    fn of_element(&mut self, spots: &Spots, row: usize, index: u64) -> Moment {
        let (ordinal, place) = match &spots.above {
            Some(above) if spots.scope != self.line.scope => place_below(above, row, self.line.scope),
            _ => place_below(spots, row, self.line.scope),
        };
        self.of((ordinal, step_down(place, index)))
    }
}

/// The row of a scope above that holds an instance, and a word of the instance's place below it.
fn place_below(spots: &Spots, row: usize, scope: usize) -> (u64, u64) {
    match &spots.above {
        Some(above) if spots.scope != scope => {
            let (ordinal, place) = place_below(above, row, scope);
            (ordinal, step_down(place, spots.indices[row]))
        }
        _ => (spots.list[row], 0),
    }
}

/// A word of the element at a place below a place.
pub(crate) fn step_down(place: u64, index: u64) -> u64 {
    hash::combine(place, index + 1)
}

impl Codes {
    /// The codes of some of the instances.
    pub(crate) fn picked(&self, instances: &[usize]) -> Self {
        let codes = instances.iter().flat_map(|instance| self.of(*instance)).copied().collect();
        let n = self.n_columns;
        let within = |instance: &usize| &self.within[instance * n..(instance + 1) * n];
        let within = if self.within.is_empty() {
            Vec::new()
        } else {
            instances.iter().flat_map(within).copied().collect()
        };
        Self { n_columns: n, codes, within }
    }

    fn within(&self, instance: usize, field: usize) -> Option<f64> {
        self.within.get(instance * self.n_columns + field).copied().filter(|within| !within.is_nan())
    }

    /// The codes of an instance; none where the scope has no model.
    fn of(&self, instance: usize) -> &[u16] {
        if self.codes.is_empty() { &[] } else { self.row(instance) }
    }

    /// The code of a column of an instance, if the scope has a model.
    pub(crate) fn code(&self, instance: usize, column: usize) -> u16 {
        self.of(instance).get(column).copied().unwrap_or(0)
    }
}

impl Field {
    /// The code of a literal of the list that makes the values.
    fn code_of_literal(&self, literal: u64) -> u16 {
        let n_codes = u16::try_from(self.draws.len()).unwrap_or(u16::MAX);
        // Absent and null have the first two codes.
        u16::try_from(literal).unwrap_or(u16::MAX).saturating_add(2).min(n_codes.saturating_sub(1))
    }

    /// Returns the leaf of its tree.
    fn leaf(&self, look: impl Fn(&Look) -> u16) -> usize {
        self.sampler.leaf(|feature| look(&self.looks[feature]))
    }

    /// Returns the code in a leaf, and where the value lies within it if the time decides that; `normals` are those of the fields
    /// before, and of this one from then on.
    fn draw(
        &self,
        (address, moment, track): (u64, Moment, Track),
        (leaf, weighed): (usize, Option<&Law>),
        normals: &mut [f64],
    ) -> (u16, f64) {
        let own = self.seed.uniform(address);
        if let Some(Behind { latent, first, own: at }) = &self.latent {
            normals[*at] = Latent::normal(own);
            if self.run.is_none() {
                return (latent.code(&normals[*first..=*at]), f64::NAN);
            }
        }
        let (sampler, run) =
            weighed.map_or((&self.sampler, self.run.as_ref()), |law| (&law.sampler, law.run.as_ref()));
        match run {
            None => (sampler.draw(leaf, own), f64::NAN),
            Some(run) => run.pick(
                leaf,
                match &self.walk {
                    Some(walk) => run.motion.step(track.moment(), track.last.filter(|_| walk.closed)),
                    None => run.motion.uniform(moment, own),
                },
            ),
        }
    }
}

impl Run {
    fn new(motion: Motion, sampler: &Sampler, field: &FieldModel) -> Self {
        let n_codes = u16::try_from(field.codes.len()).unwrap_or(u16::MAX);
        let order = if field.order.is_empty() { (0..n_codes).collect() } else { field.order.clone() };
        // What never falls would begin and end at the levels of other leaves.
        let is_sharp = motion.is_rising();
        let up_to = |(node, known): (usize, &Node)| match known {
            Node::Leaf(_) if is_sharp => sampler.own_cumulative(node, &order),
            Node::Leaf(_) => sampler.cumulative(node, &order),
            Node::Split { .. } => Vec::new(),
        };
        let up_to: Vec<Vec<f64>> = field.tree.nodes.iter().enumerate().map(up_to).collect();
        let mut run = Self { motion, ends: vec![(0.0, 1.0); field.tree.nodes.len()], order, up_to };
        field.ends.iter().for_each(|ends| run.end(ends));
        run
    }

    /// The same with other weights of the codes, if the time alone does not say where values stand.
    fn reweighed(&self, sampler: &Sampler) -> Option<Self> {
        let cumulative = |(leaf, up_to): (usize, &Vec<f64>)| match up_to[..] {
            [] => Vec::new(),
            _ => sampler.cumulative(leaf, &self.order),
        };
        let up_to = self.up_to.iter().enumerate().map(cumulative).collect();
        (!self.motion.is_rising()).then(|| Self { up_to, ..self.clone() })
    }

    /// Leaves out what lies beyond the ends of a leaf.
    fn end(&mut self, ends: &LeafEnds) {
        let rank = |code: u16| self.order.iter().position(|known| *known == code);
        let (Some(first), Some(last)) = (rank(ends.first), rank(ends.last)) else { return };
        let at = ends.leaf as usize;
        let Some(up_to) = self.up_to.get_mut(at).filter(|up_to| last < up_to.len() && first <= last) else {
            return;
        };
        let below = first.checked_sub(1).map_or(0.0, |rank| up_to[rank]);
        let all = up_to[last];
        up_to.iter_mut().for_each(|sum| *sum = sum.clamp(below, all) - below);
        if all > below {
            self.ends[at] = (ends.low, ends.high);
        }
    }

    /// The code at a share of a leaf's values in their order, and how far into the code that is.
    fn pick(&self, leaf: usize, share: f64) -> (u16, f64) {
        let up_to = &self.up_to[leaf];
        // Rounding may leave the sum a little below 1.
        let share = share * up_to.last().copied().unwrap_or(1.0);
        let rank = up_to.partition_point(|sum| *sum <= share).min(up_to.len() - 1);
        let below = rank.checked_sub(1).map_or(0.0, |rank| up_to[rank]);
        let width = up_to[rank] - below;
        let within = if width > 0.0 { ((share - below) / width).clamp(0.0, 1.0 - f64::EPSILON) } else { 0.5 };
        let (low, high) = self.ends[leaf];
        let low = if below > 0.0 { 0.0 } else { low };
        let high = if up_to[rank] < up_to.last().copied().unwrap_or(1.0) { 1.0 } else { high };
        (self.order[rank], (low + (high - low) * within).min(1.0 - f64::EPSILON))
    }
}

/// The code of a place in an array.
pub(crate) fn position(index: u64) -> u16 {
    u16::try_from(index).unwrap_or(MAX_POSITION).min(MAX_POSITION)
}

/// Binds the fields of a model to the nodes of a plan; fields that the rules no longer have are drawn for the others.
pub(crate) fn bind(model: &JointModel, plan: &mut Plan, linker: &Linker<'_>) {
    let node = |path| linker.node(path);
    let scope_of = scopes_of(model, plan, linker);
    let mut references = Vec::new();
    let mut scopes = vec![ScopeModel::default(); plan.scopes.len()];
    for (table, scope) in scope_of.iter().enumerate() {
        let Some(scope) = *scope else { continue };
        for (at, field) in model.tables[table].fields.iter().enumerate() {
            if let Some(node) = node(&field.path).filter(|_| !field.released) {
                let of_length = field.part == ModelPart::Length;
                let of_value = !of_length && field.tells_values();
                plan.nodes[node].modelled = Some(Modelled { field: at, of_length, of_value });
            }
            let seed = linker.seed.child(&field.path.to_string()).child("model");
            let holder = Holder::of(&field.path, &model.tables[table].fields[..at], linker.rules);
            let node = node(&field.path).filter(|_| !field.released);
            scopes[scope].fields.push(Field { node, holder, ..compiled(model, table, field, seed) });
        }
        let givens = model.tables[table].givens.iter();
        let givens = givens.map(|given| given::compiled(model, given, (linker, plan), &mut references));
        scopes[scope].givens = givens.collect();
        bind_copulas(&model.tables[table].copulas, &model.tables[table].fields, &mut scopes[scope]);
        if let Some((line, along)) = along_of(model, table, linker, &plan.lines) {
            scopes[scope].line = Some(Arc::clone(line));
            scopes[scope].by = series_of(model, table, along);
            for (field, rule) in scopes[scope].fields.iter_mut().zip(&model.tables[table].fields) {
                if let Some(movement) = along.fields.get(&rule.path) {
                    let motion = Motion::new(*movement, field.seed);
                    field.run = Some(Run::new(motion, &field.sampler, rule));
                }
            }
        }
        for (field, rule) in scopes[scope].fields.iter_mut().zip(&model.tables[table].fields) {
            if let Some(walk) = &rule.walk {
                let drifts = Movement::Drifts { strength: Rate::ONE, seconds: walk.memory };
                field.run = Some(Run::new(Motion::new(drifts, field.seed), &field.sampler, rule));
            }
        }
        let looks_back = |field: &Field| field.looks.iter().any(|look| matches!(look, Look::Previous { .. }));
        scopes[scope].looks_back = scopes[scope].fields.iter().any(looks_back);
    }
    let joint = Joint { scopes, references };
    for (table, scope) in scope_of.iter().enumerate() {
        scope.iter().for_each(|scope| presence::bind(model, table, *scope, &joint, plan));
    }
    plan.joint = Arc::new(joint);
}

/// The scopes of the tables of a model, those that the rules still have.
pub(crate) fn scopes_of(model: &JointModel, plan: &Plan, linker: &Linker<'_>) -> Vec<Option<usize>> {
    let scope = |path| linker.node(path).map(|node| plan.nodes[node].scope);
    model.tables.iter().map(|table| scope(&table.path)).collect()
}

/// Puts normal numbers behind the fields of copulas.
fn bind_copulas(copulas: &[CopulaModel], fields: &[FieldModel], scope: &mut ScopeModel) {
    for copula in copulas {
        let first = scope.n_normals;
        let (rows, _) = factor(&copula.correlations);
        for (at, (weights, order)) in rows.into_iter().zip(&copula.orders).enumerate() {
            let field = usize::from(copula.fields[at]);
            // A field of a copula looks at nothing, so its tree is one leaf with its own counts.
            if let Some(Node::Leaf(counts)) = fields[field].tree.nodes.first() {
                let latent = Latent::new(counts, order, weights);
                scope.fields[field].latent = Some(Behind { latent, first, own: first + at });
            }
        }
        scope.n_normals += copula.fields.len();
    }
}

/// The time of a table as the rules have it, if they do.
fn along_of<'a>(
    model: &JointModel,
    table: usize,
    linker: &'a Linker<'_>,
    lines: &'a [Option<Arc<Timeline>>],
) -> Option<(&'a Arc<Timeline>, &'a Along)> {
    let time = model.tables[table].time.as_ref()?;
    let at = linker.rules.along.iter().position(|along| along.time == *time)?;
    Some((lines[at].as_ref()?, &linker.rules.along[at]))
}

/// The field that tells the series of a table apart: so many tables above, and its position.
fn series_of(model: &JointModel, table: usize, along: &Along) -> Option<(usize, usize)> {
    let by = along.by.as_ref()?;
    let in_table = |table: usize| model.tables[table].fields.iter().position(|field| field.path == *by);
    (0..=2_u16).find_map(|up| Some((usize::from(up), in_table(model.above(table, up)?)?)))
}

fn compiled(model: &JointModel, table: usize, field: &FieldModel, seed: Seed) -> Field {
    let look = |feature: &Feature| match *feature {
        Feature::Field { up, field } => Look::Field { up: usize::from(up), field: usize::from(field) },
        Feature::Previous { field } => {
            let n_codes = model.tables[table].fields[usize::from(field)].codes.len();
            Look::Previous { field: usize::from(field), none: u16::try_from(n_codes).unwrap_or(0) }
        }
        Feature::Position => Look::Position,
        Feature::PositionAbove { up } => Look::PositionAbove(usize::from(up)),
        Feature::Given { up, given } => {
            let fields = model.above(table, up).map_or(0, |above| model.tables[above].fields.len());
            let before = if up > 0 { fields } else { 0 };
            Look::Given { up: usize::from(up), given: before + usize::from(given) }
        }
        feature @ (Feature::Time { .. } | Feature::Hour | Feature::Weekday) => Look::Time(feature),
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
        stage: 0,
        holder: None,
        node: None,
        keeps_marginal: false,
        run: None,
        walk: field.walk,
        latent: None,
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
