//! What the joint model looks at and does not draw: codes of values that relationships decide, and of rows that are referred to.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock, Weak};

use indexmap::IndexMap;
use synth_core::{JsonPath, Scalar, hash};
use synth_rules::model::{Column, Given, Reader, Seen, Via};
use synth_rules::{JointModel, Relationship};

use super::calibrate::Laws;
use crate::column::{ABSENT, NULL, Slots};
use crate::link::Linker;
use crate::memo::{Key, List, Memo, What};
use crate::plan::Plan;
use crate::reference::{Reference, Source, read_rows, texts_of};
use crate::shelf::Programs;
use crate::site::{MAX_ROWS, Rows};
use crate::spots::Spots;

/// Instances whose codes are drawn together.
const N_TOGETHER: usize = 4096;

/// One thing that is given.
#[derive(Debug, Clone)]
pub(super) struct GivenCodes {
    pub(super) path: JsonPath,
    pub(super) source: GivenSource,
    /// When it is computed: before the fields of this stage.
    pub(super) stage: usize,
}

/// Where the codes come from.
#[derive(Debug, Clone)]
pub(super) enum GivenSource {
    /// It is not looked at any more.
    Nothing,
    /// The value of a node.
    Value { node: usize, reader: Arc<Reader> },
    /// A column of the row that is referred to: the number of the reference, and the column there.
    Referred { reference: usize, column: usize },
}

/// A reference through which rows of another scope are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Through {
    pub(super) child: Vec<usize>,
    pub(super) parent: Vec<usize>,
    pub(super) scope: usize,
    prefix: Box<str>,
}

/// Programs that are known when what they make is bound, and what is looked up in them once.
///
/// Plans that programs look things up in only see them: they are parts of these programs.
#[derive(Debug, Clone)]
pub(crate) enum Late {
    Own(Arc<LateParts>),
    Seen(Weak<LateParts>),
}

#[derive(Debug, Default)]
pub(crate) struct LateParts {
    programs: BTreeMap<usize, OnceLock<Arc<Programs>>>,
    /// By reference the rows that are referred to.
    parents: Vec<OnceLock<Option<Listed>>>,
    /// By scope and stage.
    pub(super) laws: BTreeMap<(usize, usize), OnceLock<Laws>>,
}

/// Rows that are referred to, with their codes.
///
/// # Cost
///
/// 2 bytes for each code of at most 2^18 rows, and 16 for each key where a key is what they are found by.
#[derive(Debug)]
struct Listed {
    /// The place of each by its key.
    places: IndexMap<u64, u32>,
    n_columns: usize,
    codes: Vec<u16>,
}

/// The row that each of some instances refers to.
enum Referred {
    /// By its place in the list.
    Listed(Vec<Option<u32>>),
    /// By where it stands, and whether it is there.
    Rows(Rc<Spots>, Vec<bool>),
}

impl Default for Late {
    fn default() -> Self {
        Self::Own(Arc::default())
    }
}

impl Late {
    pub(super) fn of(
        nodes: impl IntoIterator<Item = usize>,
        n_references: usize,
        stages: impl IntoIterator<Item = (usize, usize)>,
    ) -> Self {
        Self::Own(Arc::new(LateParts {
            laws: stages.into_iter().map(|stage| (stage, OnceLock::new())).collect(),
            programs: nodes.into_iter().map(|node| (node, OnceLock::new())).collect(),
            parents: (0..n_references).map(|_| OnceLock::new()).collect(),
        }))
    }

    pub(super) fn parts(&self) -> Arc<LateParts> {
        match self {
            Self::Own(parts) => Arc::clone(parts),
            Self::Seen(parts) => parts.upgrade().expect("a plan outlives its programs"),
        }
    }

    /// The same for a plan that is a part of programs.
    pub(crate) fn seen(&self) -> Self {
        match self {
            Self::Own(parts) => Self::Seen(Arc::downgrade(parts)),
            Self::Seen(parts) => Self::Seen(Weak::clone(parts)),
        }
    }

    /// The nodes whose programs are wanted.
    pub(crate) fn open_nodes(&self) -> Vec<usize> {
        let parts = self.parts();
        parts.programs.iter().filter(|(_, known)| known.get().is_none()).map(|(node, _)| *node).collect()
    }

    /// Hands over the programs of a node that is bound; the first ones count.
    pub(crate) fn put(&self, node: usize, programs: Arc<Programs>) {
        if let Some(known) = self.parts().programs.get(&node) {
            known.get_or_init(|| programs);
        }
    }
}

impl LateParts {
    fn programs(&self, node: usize) -> &Arc<Programs> {
        let known = self.programs.get(&node).and_then(OnceLock::get);
        known.expect("bonds wait for what is given to what they look at")
    }
}

/// Compiles what is given to a table; `references` are those of all tables so far.
pub(super) fn compiled(
    model: &JointModel,
    given: &Given,
    (linker, plan): (&Linker<'_>, &Plan),
    references: &mut Vec<Through>,
) -> GivenCodes {
    let source = match &given.via {
        _ if given.released => None,
        None => value(given, linker),
        Some(via) => referred(model, via, (linker, plan), references),
    };
    GivenCodes { path: given.path.clone(), source: source.unwrap_or(GivenSource::Nothing), stage: 0 }
}

fn value(given: &Given, linker: &Linker<'_>) -> Option<GivenSource> {
    let node = linker.node(&given.path)?;
    let rule = linker.rules.fields.get(&given.path)?;
    Some(GivenSource::Value { node, reader: Arc::new(Reader::new(rule, &given.codes)) })
}

fn referred(
    model: &JointModel,
    via: &Via,
    (linker, plan): (&Linker<'_>, &Plan),
    references: &mut Vec<Through>,
) -> Option<GivenSource> {
    let nodes = |paths: &[JsonPath]| paths.iter().map(|path| linker.node(path)).collect::<Option<Vec<_>>>();
    let (child, parent) = (nodes(&via.child)?, nodes(&via.parent)?);
    let prefix = linker.rules.relationships.iter().find_map(|relationship| match relationship {
        Relationship::ForeignKey { child, parent, prefix, .. }
            if child.paths() == via.child && parent.paths() == via.parent =>
        {
            Some(prefix.as_deref().unwrap_or(""))
        }
        _ => None,
    })?;
    let table = model.table_of(&via.parent[0])?;
    let column = match via.column {
        Column::Field(field) => usize::from(field),
        Column::Given(given) => model.tables[table].fields.len() + usize::from(given),
    };
    let known = references.iter().position(|known| known.child == child && known.parent == parent);
    let reference = known.unwrap_or_else(|| {
        let scope = plan.nodes[parent[0]].scope;
        references.push(Through { child, parent, scope, prefix: prefix.into() });
        references.len() - 1
    });
    Some(GivenSource::Referred { reference, column })
}

/// The nodes whose programs something given needs.
pub(super) fn needed(source: &GivenSource, references: &[Through]) -> Vec<usize> {
    match source {
        GivenSource::Nothing => Vec::new(),
        GivenSource::Value { node, .. } => vec![*node],
        GivenSource::Referred { reference, .. } => {
            let through = &references[*reference];
            through.child.iter().chain(&through.parent).copied().collect()
        }
    }
}

impl Plan {
    /// The codes of something given at some instances.
    pub(super) fn given(&self, given: &GivenCodes, spots: &Rc<Spots>, memo: &Memo) -> Vec<u16> {
        match &given.source {
            GivenSource::Nothing => vec![0; spots.list.len()],
            GivenSource::Value { node, reader } => self.value_codes(*node, reader, (spots, memo)),
            GivenSource::Referred { reference, column } => {
                self.referred_codes(*reference, *column, (spots, memo))
            }
        }
    }

    fn value_codes(&self, node: usize, reader: &Reader, (spots, memo): (&Rc<Spots>, &Memo)) -> Vec<u16> {
        let late = self.late.parts();
        let kinds = self.kinds_at(node, spots, memo);
        let rows = self.rows_at(node, &spots.list, memo);
        let of_kind = |kind: &u8| if *kind == ABSENT { 0 } else { u16::from(NULL) };
        let mut codes: Vec<u16> = kinds.iter().map(of_kind).collect();
        let number = |number: Option<f64>| Seen { number, text: None };
        read_rows(&rows, late.programs(node), memo, |row, scalar| {
            codes[row] = match scalar {
                Scalar::Null => u16::from(NULL),
                Scalar::Bool(flag) => reader.code(number(Some(f64::from(u8::from(flag))))),
                Scalar::Number(text) => reader.code(number(text.as_str().parse().ok())),
                Scalar::String(text) => reader.code(Seen { number: None, text: Some(text) }),
            };
        });
        codes
    }

    /// The rows of a node at the instances of a list.
    fn rows_at(&self, node: usize, list: &List, memo: &Memo) -> Rc<Rows> {
        memo.get(Key::new(What::Rows, Arc::as_ptr(&self.joint), node, list), || Rows {
            list: list.clone(),
            rows: self.find_rows(node, list, memo),
            taken: None,
            node,
        })
    }

    fn referred_codes(
        &self,
        reference: usize,
        column: usize,
        (spots, memo): (&Rc<Spots>, &Memo),
    ) -> Vec<u16> {
        let through = &self.joint.references[reference];
        let key = Key::new(What::Referred, Arc::as_ptr(&self.joint), reference, &spots.list);
        let late = self.late.parts();
        match &*memo.get(key, || self.referred_rows(reference, (spots, memo), &late)) {
            Referred::Listed(places) => {
                let listed = late.parents[reference].get().and_then(Option::as_ref);
                let code = |place: &Option<u32>| {
                    let (listed, place) = (listed?, (*place)? as usize);
                    listed.codes.get(place * listed.n_columns + column).copied()
                };
                places.iter().map(|place| code(place).unwrap_or(0)).collect()
            }
            Referred::Rows(parents, has_parent) => {
                self.draw_codes(parents, self.joint.stage_of(through.scope, column), memo);
                let codes = parents.codes.codes();
                let code = |(row, has): (usize, &bool)| if *has { codes.code(row, column) } else { 0 };
                has_parent.iter().enumerate().map(code).collect()
            }
        }
    }

    /// Finds the row that each instance refers to: the one that is drawn for it, or else the one with the same key.
    fn referred_rows(
        &self,
        reference: usize,
        (spots, memo): (&Rc<Spots>, &Memo),
        late: &LateParts,
    ) -> Referred {
        let through = &self.joint.references[reference];
        if let [child] = through.child[..]
            && let [Some(program)] = &late.programs(child)[..]
            && let Some(drawn) = program.as_reference()
            && matches!(drawn.source, Source::Drawn(_))
        {
            return self.drawn_rows((reference, child), drawn, (spots, memo), late);
        }
        let make = || {
            let ordinals = self.ordinals_of(through.scope, MAX_ROWS)?;
            Some(self.listed_by_key(through, &ordinals, late))
        };
        let places = late.parents[reference].get_or_init(make).as_ref().map(|listed| &listed.places);
        let keys = self.keys_at(&through.child, &through.prefix, (&spots.list, memo), late);
        Referred::Listed(keys.into_iter().map(|key| places?.get(&key?).copied()).collect())
    }

    /// The row that is drawn for each instance.
    fn drawn_rows(
        &self,
        (reference, child): (usize, usize),
        drawn: &Reference,
        (spots, memo): (&Rc<Spots>, &Memo),
        late: &LateParts,
    ) -> Referred {
        let through = &self.joint.references[reference];
        let own = self.rows_at(child, &spots.list, memo);
        let kinds = self.kinds_at(child, spots, memo);
        let (addresses, ordinals) = (&spots.addresses, &spots.list);
        let slots = Slots { kinds: &kinds, code: 0, addresses, ordinals, uniforms: &[], memo };
        let (rows, refers) = drawn.parents_of(&slots);
        let has = |at: usize| own.rows[at].is_some() && refers[at] && rows.rows[at].is_some();
        let has_parent: Vec<bool> = (0..refers.len()).map(has).collect();
        let taken = rows.taken.as_ref();
        let Some((taken, list)) = taken.and_then(|taken| Some((taken, taken.parents.rows()?))) else {
            return Referred::Rows(self.spots(through.scope, &rows.list, memo), has_parent);
        };
        late.parents[reference].get_or_init(|| {
            let ordinals: Vec<u64> = list.iter().map(|row| row.ordinal).collect();
            Some(self.listed(through, &ordinals))
        });
        let place = |(place, has): (&Option<u32>, bool)| place.filter(|_| has);
        Referred::Listed(taken.places.iter().zip(has_parent).map(place).collect())
    }

    /// The codes of all rows that may be referred to.
    fn listed(&self, through: &Through, ordinals: &[u64]) -> Listed {
        let mut listed = Listed { places: IndexMap::new(), n_columns: 0, codes: Vec::new() };
        for part in ordinals.chunks(N_TOGETHER) {
            let memo = Memo::default();
            let spots = self.spots(through.scope, &memo.list(part), &memo);
            self.draw_all_codes(&spots, &memo);
            let codes = spots.codes.codes();
            listed.n_columns = codes.n_columns;
            listed.codes.extend_from_slice(&codes.codes);
        }
        listed
    }

    /// The same with the places of their keys.
    fn listed_by_key(&self, through: &Through, ordinals: &[u64], late: &LateParts) -> Listed {
        let mut listed = self.listed(through, ordinals);
        for (part, first) in ordinals.chunks(N_TOGETHER).zip((0..).step_by(N_TOGETHER)) {
            let memo = Memo::default();
            let keys = self.keys_at(&through.parent, "", (&memo.list(part), &memo), late);
            for (key, place) in keys.into_iter().zip(first..) {
                if let Some(key) = key {
                    listed.places.entry(key).or_insert(place);
                }
            }
        }
        listed
    }

    /// A hash of the values of some nodes at each instance; `None` where one is missing.
    fn keys_at(
        &self,
        nodes: &[usize],
        prefix: &str,
        (list, memo): (&List, &Memo),
        late: &LateParts,
    ) -> Vec<Option<u64>> {
        let mut keys: Vec<Option<u64>> = vec![Some(0); list.len()];
        for node in nodes {
            let rows = self.rows_at(*node, list, memo);
            let made = texts_of(&rows, late.programs(*node), memo);
            for (at, key) in keys.iter_mut().enumerate() {
                let text = made.get(at);
                // Without a prefix, a comparison of nothing would cost as much as the hash.
                let text = if prefix.is_empty() { text } else { text.strip_prefix(prefix).unwrap_or(text) };
                let own = rows.rows[at].map(|_| hash::hash_bytes(text.as_bytes()));
                *key = key.zip(own).map(|(key, own)| hash::combine(key, own));
            }
        }
        keys
    }
}
