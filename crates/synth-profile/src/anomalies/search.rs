//! Where what does not fit stands: found by reading the data again.
//!
//! A [`Search`] says what is looked for, a [`Finder`] looks at the records and merges exactly, and [`Search::settle`]
//! returns the [`Places`].

use std::convert::Infallible;

use synth_core::{
    Event, EventSink, JsonPath, JsonType, PathId, PathTree, RecordPosition, RecordSink, RecordStart, Scalar,
    Segment, TimeFormat,
};
use synth_privacy::Gate;

use super::odd_values;
use crate::profile::Profile;
use crate::relations::{Exception, FirstRows, Proposals, Relations, RowPlace, Verifier};
use crate::{Partial, Unit};

/// What is looked for when the data are read again: values that do not fit, and what [`Proposals`] ask for.
#[derive(Debug, Clone)]
pub struct Search {
    unit: Unit,
    tree: PathTree,
    roles: Vec<Role>,
    tests: Vec<ValueTest>,
    proposals: Option<Proposals>,
    /// All relations are known already; only the rows that break them are not.
    knows_relations: bool,
}

/// Looks for what a [`Search`] says.
///
/// The state is a function of the set of records and their positions; `merge` is associative and commutative.
///
/// # Cost
///
/// Memory: a few places for each test, and that of a [`Verifier`] where relations are tested. Time: two look-ups for
/// each member beside it.
#[derive(Debug, Clone)]
pub struct Finder<'s> {
    search: &'s Search,
    verifier: Option<Verifier<'s>>,
    found: Vec<FirstRows>,
    open: Vec<Open>,
    member: Option<PathId>,
    /// The record's place, when it is known.
    record: Option<RowPlace>,
    /// Rows so far of each collection of the open record.
    n_rows: Vec<u64>,
}

/// Where the first few of each kind of odd values stand, and the first rows that break relations.
#[derive(Debug, Clone)]
pub struct Places {
    /// In the order of the odd values.
    pub(super) values: Vec<Vec<Exception>>,
    /// Relations with their exceptions, unless the profile has them.
    pub(super) relations: Option<Relations>,
}

/// What makes a value one that does not fit.
#[derive(Debug, Clone)]
pub(super) enum ValueTest {
    /// It is of this type.
    OfType(JsonType),
    /// It is a number of any kind.
    Number,
    /// It is a string that is no time of this form.
    NoTime(TimeFormat),
    /// It is a number outside of these bounds.
    Outside(f64, f64),
}

/// What a path is for.
#[derive(Debug, Clone)]
struct Role {
    /// Tests of the values here.
    tests: Vec<usize>,
    /// The collection whose rows hold the values here.
    rows: PathId,
    /// Each value here is a row.
    is_row: bool,
}

/// A container that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    path: Option<PathId>,
    is_array: bool,
    n_children: u32,
}

impl ValueTest {
    fn finds(&self, scalar: Scalar<'_>) -> bool {
        match (self, scalar) {
            (Self::OfType(json_type), scalar) => scalar.json_type() == *json_type,
            (Self::Number, Scalar::Number(_)) => true,
            (Self::NoTime(format), Scalar::String(text)) => format.read(text).is_none(),
            (Self::Outside(low, high), Scalar::Number(number)) => {
                let number = number.as_f64();
                number < *low || number > *high
            }
            _ => false,
        }
    }

    fn finds_container(&self, json_type: JsonType) -> bool {
        matches!(self, Self::OfType(wanted) if *wanted == json_type)
    }
}

impl Search {
    /// Returns the search for all that does not fit; where relations were seen in a part of the records only, for the
    /// evidence of all records too.
    #[must_use]
    pub fn new(partial: &Partial, profile: &Profile, gate: Gate) -> Self {
        let odd = odd_values(partial, profile);
        let tests = odd.into_iter().map(|odd| (odd.path, odd.test)).collect();
        let knows_relations = profile.relations.covers_all_records;
        let proposals = match knows_relations {
            true => Proposals::of_exceptions(partial, profile, gate),
            false => Proposals::new(partial, profile, gate),
        };
        Self { proposals: Some(proposals), knows_relations, ..Self::of(partial, tests) }
            .without_empty_proposals()
    }

    /// Returns the search for the evidence of all records for the relations of a part of them.
    #[must_use]
    pub fn of_relations(partial: &Partial, profile: &Profile, gate: Gate) -> Self {
        let proposals = Some(Proposals::new(partial, profile, gate));
        Self { proposals, ..Self::of(partial, Vec::new()) }.without_empty_proposals()
    }

    fn of(partial: &Partial, tests: Vec<(JsonPath, ValueTest)>) -> Self {
        let mut tree = PathTree::default();
        let ids: Vec<PathId> = tests.iter().map(|(path, _)| tree.insert(path)).collect();
        let mut roles = vec![Role { tests: Vec::new(), rows: PathId::ROOT, is_row: false }; tree.len()];
        for (number, id) in ids.into_iter().enumerate() {
            roles[id.index()].tests.push(number);
            let mut at = id;
            while at != PathId::ROOT {
                roles[at.index()].is_row = is_repeated(&tree, at);
                roles[at.index()].rows = rows_of(&tree, at);
                at = tree.parent(at);
            }
        }
        let tests = tests.into_iter().map(|(_, test)| test).collect();
        Self { unit: partial.unit(), tree, roles, tests, proposals: None, knows_relations: false }
    }

    fn without_empty_proposals(mut self) -> Self {
        self.proposals = self.proposals.filter(|proposals| !proposals.is_empty());
        self
    }

    /// Tells whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.proposals.is_none()
    }

    /// Returns a finder that has seen nothing.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder {
            search: self,
            verifier: self.proposals.as_ref().map(Proposals::verifier),
            found: vec![FirstRows::default(); self.tests.len()],
            open: Vec::new(),
            member: None,
            record: None,
            n_rows: vec![0; self.tree.len()],
        }
    }

    /// Returns the places of what does not fit, and gives the profile's relations the evidence of all records where
    /// they were seen in a part of them.
    #[must_use]
    pub fn settle(
        &self,
        finder: Finder<'_>,
        (partial, profile): (&Partial, &mut Profile),
        gate: Gate,
    ) -> Places {
        let values = finder.found.iter().map(FirstRows::exceptions).collect();
        let settled = self
            .proposals
            .as_ref()
            .zip(finder.verifier)
            .map(|(proposals, verifier)| proposals.settle(verifier, (partial, profile), gate));
        match settled {
            Some(settled) if self.knows_relations => Places { values, relations: Some(settled) },
            Some(settled) => {
                profile.relations = settled;
                Places { values, relations: None }
            }
            None => Places { values, relations: None },
        }
    }
}

/// Tells whether the values at a path are those of a collection.
fn is_repeated(tree: &PathTree, id: PathId) -> bool {
    matches!(tree.segment(id), Some(Segment::Elements | Segment::Members | Segment::MemberKeys))
}

/// The innermost collection that a path is in; the root when it is in none.
fn rows_of(tree: &PathTree, mut id: PathId) -> PathId {
    while id != PathId::ROOT && !is_repeated(tree, id) {
        id = tree.parent(id);
    }
    id
}

impl Finder<'_> {
    /// Adds what another finder of the same search has found in other records.
    pub fn merge(&mut self, other: Self) {
        for (ours, theirs) in self.found.iter_mut().zip(&other.found) {
            ours.merge(theirs);
        }
        if let (Some(ours), Some(theirs)) = (&mut self.verifier, other.verifier) {
            ours.merge(theirs);
        }
    }

    /// Notes the values of a path that do not fit.
    fn note(&mut self, path: PathId, does_not_fit: impl Fn(&ValueTest) -> bool) {
        let Search { roles, tests, unit, .. } = self.search;
        let role = &roles[path.index()];
        if role.is_row {
            self.n_rows[path.index()] += 1;
        }
        for test in role.tests.iter().filter(|test| does_not_fit(&tests[**test])) {
            let Some(record) = self.record else { return };
            let place = match *unit {
                Unit::Record => record,
                Unit::Element => {
                    let row = self.n_rows[role.rows.index()].saturating_sub(1);
                    RowPlace::of_record(record.source(), row)
                }
            };
            self.found[*test].push(place);
        }
    }

    /// The path of an element, and its path by its position.
    fn elements(&mut self) -> [Option<PathId>; 2] {
        let tree = &self.search.tree;
        match self.open.last_mut() {
            None => [Some(PathId::ROOT), None],
            Some(open) if open.is_array => {
                let index = open.n_children;
                open.n_children += 1;
                let child = |segment| tree.find_child(open.path?, segment);
                [child(&Segment::Elements), child(&Segment::Index(index))]
            }
            Some(_) => [self.member, None],
        }
    }

    fn start(&mut self, json_type: JsonType) {
        let [path, _] = self.elements();
        if let Some(path) = path {
            self.note(path, |test| test.finds_container(json_type));
        }
        self.open.push(Open { path, is_array: json_type == JsonType::Array, n_children: 0 });
    }

    fn key(&mut self, key: &str) {
        self.member = None;
        let Some(Open { path: Some(path), .. }) = self.open.last().copied() else { return };
        let tree = &self.search.tree;
        self.member = tree.find_key(path, key).or_else(|| tree.find_child(path, &Segment::Members));
        if let Some(keys) = tree.find_child(path, &Segment::MemberKeys) {
            self.note(keys, |test| test.finds(Scalar::String(key)));
        }
    }
}

impl EventSink for Finder<'_> {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        if let Some(verifier) = &mut self.verifier {
            verifier.event(event, offset)?;
        }
        if self.search.tests.is_empty() {
            return Ok(());
        }
        match event {
            Event::ObjectStart => self.start(JsonType::Object),
            Event::ArrayStart => self.start(JsonType::Array),
            Event::ObjectEnd | Event::ArrayEnd => _ = self.open.pop(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => {
                for path in self.elements().into_iter().flatten() {
                    self.note(path, |test| test.finds(scalar));
                }
            }
        }
        Ok(())
    }
}

impl RecordSink for Finder<'_> {
    fn begin_record(&mut self, start: RecordStart) {
        self.record = None;
        self.n_rows.fill(0);
        if let Some(verifier) = &mut self.verifier {
            verifier.begin_record(start);
        }
    }

    fn begin_record_at(&mut self, start: RecordStart, position: RecordPosition) {
        self.record = Some(RowPlace::of_record(position.source.into(), position.record));
        self.n_rows.fill(0);
        if let Some(verifier) = &mut self.verifier {
            verifier.begin_record_at(start, position);
        }
    }

    fn end_record(&mut self) {
        if let Some(verifier) = &mut self.verifier {
            verifier.end_record();
        }
    }
}
