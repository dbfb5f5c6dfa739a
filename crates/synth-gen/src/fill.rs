//! Filling the columns of a block.

use std::ops::Range;
use std::rc::Rc;

use indexmap::IndexSet;
use synth_core::{Seed, cast, hash};

use crate::column::{ABSENT, Column, FIRST_KIND, Instances, NULL, Slot, Slots, TextBuffer, Values};
use crate::joint::stages::Stages;
use crate::joint::{Ask, Codes, Draw, Modelled, position, step_down};
use crate::memo::{Key, Memo, What};
use crate::plan::{Collection, Form, Forms, Gate, Kind, Node, Plan, Presence, Step};
use crate::recipe::Rooms;
use crate::reference::{Filled, text_of};
use crate::spots::Spots;

/// All buffers of one worker; cleared and used again from block to block.
#[derive(Default)]
pub(crate) struct Workspace {
    /// By node.
    pub(crate) columns: Vec<Rc<Column>>,
    /// By scope.
    pub(crate) instances: Vec<Instances>,
    /// By collection.
    pub(crate) members: Vec<Members>,
    /// By scope.
    codes: Vec<Rc<Stages>>,
    memo: Memo,
    cases: Vec<Vec<u32>>,
    pub(crate) rooms: Rooms,
    retry: Values,
}

/// Where the elements of each owner are, and the keys of dictionaries.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// The elements of owner `i` are the instances `starts[i]..starts[i + 1]` of the scope below.
    pub(crate) starts: Vec<usize>,
    pub(crate) keys: TextBuffer,
    seen: IndexSet<u64>,
}

/// New keys tried in place of one that is taken, before a number is appended.
const KEY_ATTEMPTS: u64 = 8;

impl Workspace {
    pub(crate) fn new(plan: &Plan) -> Self {
        let column = |node: &Node| {
            let values = node.kinds.iter().map(|_| Values::None).collect();
            Rc::new(Column { values, ..Column::default() })
        };
        let mut workspace = Self { columns: plan.nodes.iter().map(column).collect(), ..Self::default() };
        workspace.instances.resize_with(plan.scopes.len(), Instances::default);
        workspace.codes.resize_with(plan.scopes.len(), Rc::default);
        workspace.members.resize_with(plan.collections.len(), Members::default);
        workspace.cases.resize_with(plan.case_columns.len(), Vec::new);
        workspace
    }
}

impl Plan {
    /// Fills all columns for a range of records.
    pub(crate) fn fill_records(&self, rows: Range<u64>, workspace: &mut Workspace) {
        let records = &mut workspace.instances[0];
        records.clear();
        records.addresses.extend(rows.clone());
        records.ordinals.extend(rows);
        self.fill_scope(0, workspace);
    }

    fn fill_scope(&self, scope: usize, workspace: &mut Workspace) {
        self.fill_codes(scope, workspace);
        workspace.memo.clear();
        let n = workspace.instances[scope].len();
        let spots = self.is_linked.then(|| self.remember(scope, &(0..n).collect::<Vec<_>>(), workspace));
        if let Some(spots) = &spots {
            self.draw_all_codes(spots, &workspace.memo);
        }
        for step in &self.scopes[scope].steps {
            match step {
                Step::Column(node) => {
                    self.fill_column(*node, workspace);
                    if let Some(spots) = &spots {
                        let filled = Filled::new(&self.nodes[*node], &workspace.columns[*node]);
                        workspace.memo.put(Filled::key(*node, &spots.list), Rc::new(filled));
                    }
                }
                Step::Cases(cases) => self.fill_cases(*cases, workspace),
            }
        }
        for &index in &self.scopes[scope].collections {
            let collection = &self.collections[index];
            if !collection.streamed {
                self.fill_collection(index, workspace);
            }
        }
    }

    /// Draws the codes of the joint model for all instances of a scope.
    fn fill_codes(&self, scope: usize, workspace: &mut Workspace) {
        if !self.joint.has(scope) {
            return;
        }
        if self.joint.is_staged(scope) {
            workspace.codes[scope] = Rc::default();
            return;
        }
        let mut codes = Codes::default();
        let instances = &workspace.instances[scope];
        let above = |instance: usize, levels: usize, ask: Ask| {
            let holder = (0..levels).fold(scope, |scope, _| self.scopes[scope].above.unwrap_or(0));
            let instance = self.above(scope, levels, instance, workspace);
            match ask {
                Ask::Code(column) => workspace.codes[holder].codes().code(instance, column),
                Ask::Place => position(workspace.instances[holder].place(instance)),
            }
        };
        let owner = |instance: usize| self.time_owner(scope, instance, workspace);
        let place = |instance: usize| instances.place(instance);
        self.joint.fill(scope, &instances.addresses, (place, above, owner), &mut codes);
        workspace.codes[scope] = Rc::new(Stages::whole(codes));
    }

    /// The ordinal of the row whose time an instance has, and a word of the instance's place below that row.
    fn time_owner(&self, scope: usize, instance: usize, workspace: &Workspace) -> (u64, u64) {
        let Some(line) = self.joint.line(scope) else { return (0, 0) };
        let (mut at, mut instance) = (scope, instance);
        let mut places: Vec<u64> = Vec::new();
        while at != line.scope {
            let instances = &workspace.instances[at];
            places.push(instances.place(instance));
            let Some(above) = self.scopes[at].above else { break };
            (at, instance) = (above, instances.parents[instance] as usize);
        }
        let word = places.iter().rev().fold(0, |word, place| step_down(word, *place));
        (workspace.instances[at].ordinals[instance], word)
    }

    /// Lets look-ups of the block's own instances find them; `rows` are the instances of a scope.
    fn remember(&self, scope: usize, rows: &[usize], workspace: &Workspace) -> Rc<Spots> {
        let instances = &workspace.instances[scope];
        let pick = |values: &[u64]| rows.iter().map(|row| values[*row]).collect::<Vec<u64>>();
        let above = self.scopes[scope].above.map(|above| {
            let owners: Vec<usize> = rows.iter().map(|row| instances.parents[*row] as usize).collect();
            self.remember(above, &owners, workspace)
        });
        let codes = &workspace.codes[scope];
        let is_whole = rows.len() == instances.len() && rows.iter().copied().eq(0..rows.len());
        let spots = Rc::new(Spots {
            scope,
            list: workspace.memo.list(&pick(&instances.ordinals)),
            addresses: pick(&instances.addresses),
            indices: rows.iter().map(|row| instances.place(*row)).collect(),
            is_there: vec![true; rows.len()],
            codes: if is_whole { Rc::clone(codes) } else { Rc::new(codes.picked(rows)) },
            above,
        });
        let key = Key::new(What::Spots, std::ptr::null::<Self>(), scope, &spots.list);
        workspace.memo.put(key, Rc::clone(&spots));
        spots
    }

    fn fill_column(&self, at: usize, workspace: &mut Workspace) {
        let node = &self.nodes[at];
        // What the block before remembered of it is forgotten, so its buffers are used again.
        let mut column = Rc::unwrap_or_clone(std::mem::take(&mut workspace.columns[at]));
        let instances = &workspace.instances[node.scope];
        let draw_of = |modelled: Option<Modelled>, (slot, address): (usize, u64)| {
            Some(self.joint.draw(node.scope, modelled?, (&workspace.codes[node.scope], slot), address))
        };
        let lead = node.presence.lead.as_ref().map(|lead| lead.modelled);
        let draw = |slot: usize, address: u64| draw_of(node.modelled, (slot, address));
        let lead = |slot: usize, address: u64| draw_of(lead, (slot, address));
        node.fill_kinds(&mut column.kinds, workspace, (draw, lead));
        column.uniforms.clear();
        if node.modelled.is_some() {
            let value =
                |(slot, address): (usize, &u64)| draw(slot, *address).map_or(f64::NAN, |draw| draw.value());
            column.uniforms.extend(instances.addresses.iter().enumerate().map(value));
        }
        node.mark_roots(&mut column.kinds, instances);
        for ((kind, values), code) in node.kinds.iter().zip(&mut column.values).zip(FIRST_KIND..) {
            if let Kind::Scalar(recipe) = kind {
                let (addresses, ordinals) = (&instances.addresses, &instances.ordinals);
                let uniforms = &column.uniforms;
                let memo = &workspace.memo;
                recipe
                    .fill(Slots { kinds: &column.kinds, code, addresses, ordinals, uniforms, memo }, values);
            }
        }
        workspace.columns[at] = Rc::new(column);
    }

    fn fill_cases(&self, at: usize, workspace: &mut Workspace) {
        let plan = &self.case_columns[at];
        let mut cases = std::mem::take(&mut workspace.cases[at]);
        let column = &workspace.columns[plan.discriminator];
        cases.clear();
        cases.extend((0..workspace.instances[plan.scope].len()).map(|instance| {
            let slot = self.above(plan.scope, plan.levels, instance, workspace);
            let Some(kind) = column.kinds[slot].checked_sub(FIRST_KIND).map(usize::from) else {
                return if column.kinds[slot] == NULL { plan.null_case } else { 0 };
            };
            let code = match &column.values[kind] {
                Values::Codes(codes) => codes[slot] as usize,
                _ => 0,
            };
            plan.tables[kind].get(code).copied().unwrap_or(0)
        }));
        workspace.cases[at] = cases;
    }

    /// Returns the instance `levels` scopes above.
    fn above(&self, mut scope: usize, levels: usize, mut instance: usize, workspace: &Workspace) -> usize {
        for _ in 0..levels {
            instance = workspace.instances[scope].parents[instance] as usize;
            scope = self.scopes[scope].above.unwrap_or(0);
        }
        instance
    }

    fn fill_collection(&self, index: usize, workspace: &mut Workspace) {
        let collection = &self.collections[index];
        let mut members = std::mem::take(&mut workspace.members[index]);
        let mut below = std::mem::take(&mut workspace.instances[collection.scope]);
        let above = &workspace.instances[self.nodes[collection.owner].scope];
        below.clear();
        members.starts.clear();
        members.starts.push(0);
        let places = above.addresses.iter().zip(&above.ordinals);
        let owner = &workspace.columns[collection.owner];
        let has_lengths = self.nodes[collection.owner].modelled.is_some_and(|modelled| modelled.of_length);
        let owners = owner.kinds.iter().zip(places);
        for (parent, (code, (address, ordinal))) in (0..).zip(owners) {
            if collection.mask.has(*code) {
                let length = match owner.uniforms.get(parent as usize).filter(|_| has_lengths) {
                    Some(uniform) => collection.lengths.quantile(*uniform),
                    None => collection.lengths.draw(*address, *ordinal),
                };
                (0..length).for_each(|element| below.push(above, parent, element, collection.stride));
            }
            members.starts.push(below.len());
        }
        workspace.instances[collection.scope] = below;
        self.fill_scope(collection.scope, workspace);
        members.keys.clear();
        for owner in 1..members.starts.len() {
            members.restart(collection);
            let first = members.starts[owner - 1];
            for slot in first..members.starts[owner] {
                self.fill_key(collection, (slot, cast::to_u64(slot - first)), &mut members, workspace);
            }
        }
        workspace.members[index] = members;
    }

    /// Fills a range of the elements of the one owner of a streamed collection.
    pub(crate) fn fill_piece(&self, index: usize, elements: Range<u64>, workspace: &mut Workspace) {
        let collection = &self.collections[index];
        let mut members = std::mem::take(&mut workspace.members[index]);
        let mut below = std::mem::take(&mut workspace.instances[collection.scope]);
        let above = &workspace.instances[self.nodes[collection.owner].scope];
        below.clear();
        elements.clone().for_each(|element| below.push(above, 0, element, collection.stride));
        let n = below.len();
        workspace.instances[collection.scope] = below;
        self.fill_scope(collection.scope, workspace);
        if elements.start == 0 {
            members.restart(collection);
        }
        members.keys.clear();
        for (slot, element) in (0..n).zip(elements) {
            self.fill_key(collection, (slot, element), &mut members, workspace);
        }
        workspace.members[index] = members;
    }

    /// Appends the key of a member: the drawn one, or when it is taken another, or at last a numbered one.
    fn fill_key(
        &self,
        collection: &Collection,
        (slot, element): (usize, u64),
        members: &mut Members,
        workspace: &mut Workspace,
    ) {
        let Some(node) = collection.keys else { return };
        let column = &workspace.columns[node];
        let kind = usize::from(column.kinds[slot].saturating_sub(FIRST_KIND));
        let Some(Kind::Scalar(recipe)) = self.nodes[node].kinds.get(kind) else { return };
        let drawn = recipe.scalar(&column.values[kind], slot, &mut workspace.rooms);
        if members.offer(text_of(drawn)) {
            return;
        }
        let instances = &workspace.instances[collection.scope];
        let (address, ordinal) = (instances.addresses[slot], instances.ordinals[slot]);
        for attempt in 1..=KEY_ATTEMPTS {
            let other = Slot { address: hash::combine(address, attempt), ordinal, uniform: None };
            let drawn = recipe.one((other, &Memo::default()), &mut workspace.retry, &mut workspace.rooms);
            if members.offer(text_of(drawn)) {
                return;
            }
        }
        members.number_key(text_of(recipe.scalar(&column.values[kind], slot, &mut workspace.rooms)), element);
    }
}

impl Members {
    /// Forgets the keys of the dictionary before.
    fn restart(&mut self, collection: &Collection) {
        self.seen.clear();
        self.seen.extend(&collection.reserved);
    }

    /// Appends a key unless the dictionary has it already.
    fn offer(&mut self, key: &str) -> bool {
        let is_new = self.seen.insert(hash::hash_bytes(key.as_bytes()));
        if is_new {
            self.keys.arena().push_str(key);
            self.keys.end();
        }
        is_new
    }

    /// Appends a key that was made new by a number.
    fn number_key(&mut self, key: &str, element: u64) {
        let start = self.keys.arena().len();
        for number in element.. {
            self.keys.arena().truncate(start);
            self.keys.arena().push_str(key);
            self.keys.arena().push('-');
            crate::faker::write_number(number, 1, self.keys.arena());
            let text = &self.keys.arena()[start..];
            if self.seen.insert(hash::hash_bytes(text.as_bytes())) {
                break;
            }
        }
        self.keys.end();
    }
}

impl Node {
    /// Decides for every slot whether it is absent, null, or of which kind.
    fn fill_kinds<'d>(
        &self,
        kinds: &mut Vec<u8>,
        workspace: &Workspace,
        (draw, lead): (impl Fn(usize, u64) -> Option<Draw<'d>>, impl Fn(usize, u64) -> Option<Draw<'d>>),
    ) {
        let addresses = &workspace.instances[self.scope].addresses;
        kinds.clear();
        if !self.is_drawn() {
            return match self.gate {
                Gate::Always => kinds.resize(addresses.len(), FIRST_KIND),
                Gate::Part { of, mask } => {
                    let above = workspace.columns[of].kinds.iter();
                    kinds.extend(above.map(|code| if mask.has(*code) { FIRST_KIND } else { ABSENT }));
                }
            };
        }
        match self.gate {
            Gate::Always => {
                kinds.extend(addresses.iter().enumerate().map(|(slot, address)| {
                    let draw = draw(slot, *address);
                    if self.holds((slot, *address), (draw, lead(slot, *address)), workspace) {
                        self.kind(*address, draw, |cases| workspace.cases[cases][slot])
                    } else {
                        ABSENT
                    }
                }));
            }
            Gate::Part { of, mask } => {
                let above = workspace.columns[of].kinds.iter().zip(addresses).enumerate();
                kinds.extend(above.map(|(slot, (code, address))| {
                    if !mask.has(*code) {
                        return ABSENT;
                    }
                    let draw = draw(slot, *address);
                    if self.holds((slot, *address), (draw, lead(slot, *address)), workspace) {
                        self.kind(*address, draw, |cases| workspace.cases[cases][slot])
                    } else {
                        ABSENT
                    }
                }));
            }
        }
    }

    /// Rows that have no earlier one to refer to are null, or without the field, where the rule allows it.
    fn mark_roots(&self, kinds: &mut [u8], instances: &Instances) {
        let Some(root) = self.root else { return };
        let code = match (self.null_rate > 0.0, self.presence.own < 1.0) {
            (true, _) => NULL,
            (false, true) => ABSENT,
            (false, false) => return,
        };
        let rows = kinds.iter_mut().zip(&instances.ordinals);
        rows.filter(|(kind, ordinal)| **kind >= FIRST_KIND && **ordinal <= root)
            .for_each(|(kind, _)| *kind = code);
    }

    /// Tells whether something decides if the node is there, null, or of which kind, beside what is above it.
    fn is_drawn(&self) -> bool {
        self.is_open() || self.presence.coupling.is_some() || self.null_coupling.is_some()
    }

    fn holds(
        &self,
        (slot, address): (usize, u64),
        draws: (Option<Draw<'_>>, Option<Draw<'_>>),
        workspace: &Workspace,
    ) -> bool {
        self.presence.holds(address, draws, |cases| workspace.cases[cases][slot])
    }

    /// Decides whether a value that is there is null, or of which kind; `case` says which case of a case column the
    /// instance belongs to.
    pub(crate) fn kind(&self, address: u64, draw: Option<Draw<'_>>, case: impl Fn(usize) -> u32) -> u8 {
        if self.is_null(address, draw, &case) {
            return NULL;
        }
        let uniform = draw.map_or_else(|| self.share_seed.uniform(address), |draw| draw.kind());
        let own = || self.shares.as_ref().map_or(0, |shares| shares.pick(uniform));
        let index = match self.form(&case) {
            None => own(),
            // What something else decides is of one kind, whatever its own rule allows.
            Some((_, form)) => {
                form.kinds.as_ref().filter(|_| self.kinds.len() > 1).map_or(0, |kinds| match own() {
                    // The codes know more of a row than its case does, where they do not speak against it.
                    drawn if draw.is_some() && kinds.prob(drawn) > 0.0 => drawn,
                    _ => kinds.pick(self.share_seed.uniform(address)),
                })
            }
        };
        FIRST_KIND.saturating_add(u8::try_from(index).unwrap_or(0))
    }

    fn is_null(&self, address: u64, draw: Option<Draw<'_>>, case: impl Fn(usize) -> u32) -> bool {
        let own = || {
            let null = draw.map_or_else(|| self.null_seed.uniform(address), |draw| draw.null());
            self.null_rate > 0.0 && null < self.null_rate
        };
        let form = self.form(&case);
        if let Some((Forms { column, parts: Some(parts), .. }, _)) = form {
            let range = parts.ranges.get(case(*column) as usize);
            let uniform = parts.seed.uniform(address);
            return !range.is_some_and(|(low, high)| *low <= uniform && uniform < *high);
        }
        match (form.and_then(|(_, form)| form.null_rate), &self.null_coupling) {
            (Some(rate), _) if rate <= 0.0 => false,
            (Some(rate), _) if rate >= 1.0 => true,
            (_, Some(coupling)) => !coupling.holds(address),
            (Some(rate), None) if draw.is_none() => self.null_seed.uniform(address) < rate,
            (_, None) => own(),
        }
    }

    /// What a union says of the value at an instance.
    fn form(&self, case: impl Fn(usize) -> u32) -> Option<(&Forms, &Form)> {
        self.forms
            .iter()
            .find_map(|forms| Some((forms, forms.cases.get(case(forms.column) as usize)?.as_ref()?)))
    }
}

impl Presence {
    /// Tells whether the path is there; `case` says which case of a case column the instance belongs to.
    /// `lead` is the draw of the field whose codes stand for a shared draw.
    pub(crate) fn holds(
        &self,
        address: u64,
        (draw, lead): (Option<Draw<'_>>, Option<Draw<'_>>),
        case: impl Fn(usize) -> u32,
    ) -> bool {
        let of_tag = || self.by_case.first().map_or(0, |(cases, _)| case(*cases) as usize);
        let shared = |seed: &Seed| {
            let uniform = seed.uniform(address);
            let lead = self.lead.as_ref().zip(lead);
            lead.map_or(uniform, |(lead, draw)| lead.shared(draw, of_tag(), uniform))
        };
        if let Some(parts) = self.parts.as_ref().filter(|_| !self.by_case.is_empty()) {
            let range = parts.ranges.get(of_tag());
            let uniform = shared(&parts.seed);
            return range.is_some_and(|(low, high)| *low <= uniform && uniform < *high);
        }
        let by_case = self.by_case.iter().find_map(|(cases, rates)| {
            let rate = rates[case(*cases) as usize];
            (!rate.is_nan()).then_some(rate)
        });
        if let (None, Some(coupling)) = (by_case, &self.coupling) {
            return coupling.takes(shared(&coupling.seed));
        }
        let rate = by_case.unwrap_or(self.own);
        match draw {
            _ if rate >= 1.0 => true,
            None => shared(&self.seed) < rate,
            Some(_) if by_case.is_some() && self.lead.is_some() => shared(&self.seed) < rate,
            // The codes speak of all cases together; of one case the rules may know more.
            Some(draw) if by_case.is_some() => match self.fitted.get(of_tag()) {
                Some(fitted) if !fitted.is_nan() => rate > 0.0 && draw.is_there(rate, *fitted),
                _ => self.seed.uniform(address) < rate,
            },
            Some(draw) => draw.presence() < rate,
        }
    }
}
