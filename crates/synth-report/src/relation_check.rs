//! References and keys of several fields, record by record.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use synth_core::{JsonPath, cast, math};
use synth_rules::relationship::Condition;
use synth_rules::{Literal, Relationship, RuleSet};
use synth_stats::BottomK;

use crate::check::{Check, CheckName, Violation};
use crate::references::ReferenceOutcome;
use crate::row_rules::RowRules;
use crate::tuples::{Tuples, tuple_hash};

/// Distinct values that a table holds; more are sampled by their hash.
const CAPACITY: usize = 1 << 14;
/// A share of orphans may exceed the rule's by this much, and by four standard errors.
const TOLERANCE: f64 = 0.01;

/// Checks the relationships of a rule file: references, keys of several fields, keys among some rows, and rules between
/// the fields of a row.
///
/// # Method
///
/// Every distinct value is known by its hash. A table holds those with the smallest hashes, so a value of a child that
/// is below the largest hash of both tables and not among the parents is an orphan for certain.
///
/// # Cost
///
/// At most 2^14 distinct values for each child, each set of parents and each key: about 2 MiB each.
#[derive(Debug)]
pub struct RelationCheck {
    references: Vec<ReferenceCheck>,
    keys: Vec<Table>,
    /// Relationships whose paths are not of one row.
    n_odd: usize,
    /// Parents that several references share.
    parents: BTreeMap<String, Table>,
    rows: RowRules,
    n_records: u64,
}

/// Rows of some paths, and the values seen in them.
#[derive(Debug)]
struct Table {
    name: String,
    tuples: Tuples,
    /// Whether the last path is a tag that must have one of these values.
    wanted: Option<BTreeSet<String>>,
    values: BottomK<()>,
}

#[derive(Debug)]
struct ReferenceCheck {
    child: Table,
    /// Name of the parents' table.
    parent: String,
    /// The parent's paths.
    target: String,
    prefix: String,
    coverage: f64,
    /// Values without the prefix.
    n_bare: u64,
}

impl RelationCheck {
    /// Prepares the checks of a rule file.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let mut check = Self {
            references: Vec::new(),
            keys: Vec::new(),
            n_odd: 0,
            parents: BTreeMap::new(),
            rows: RowRules::new(rules),
            n_records: 0,
        };
        rules.relationships.iter().for_each(|relationship| check.add(relationship));
        check
    }

    fn add(&mut self, relationship: &Relationship) {
        match relationship {
            Relationship::PrimaryKey { paths, when } | Relationship::Unique { paths, when }
                if paths.len() > 1 || when.is_some() =>
            {
                match Table::new(paths, when.as_ref()) {
                    Some(table) => self.keys.push(table),
                    None => self.n_odd += 1,
                }
            }
            Relationship::ForeignKey { child, parent, parent_when, prefix, coverage, .. } => {
                let tables =
                    Table::new(child.paths(), None).zip(Table::new(parent.paths(), parent_when.as_ref()));
                let Some((child, parent)) = tables else {
                    self.n_odd += 1;
                    return;
                };
                let target = parent.name.clone();
                let name = format!("{} {:?}", parent.name, parent.wanted);
                self.parents.entry(name.clone()).or_insert(parent);
                let prefix = prefix.clone().unwrap_or_default();
                let coverage = coverage.get();
                self.references.push(ReferenceCheck {
                    child,
                    parent: name,
                    target,
                    prefix,
                    coverage,
                    n_bare: 0,
                });
            }
            _ => {}
        }
    }

    /// Takes one synthetic record.
    pub fn check_record(&mut self, record: &Value) {
        let unit = self.n_records;
        self.n_records += 1;
        self.rows.check_record(record);
        for table in self.keys.iter_mut().chain(self.parents.values_mut()) {
            table.push(record, unit);
        }
        for reference in &mut self.references {
            reference.push(record, unit);
        }
    }

    /// Returns what became of each reference so far.
    #[must_use]
    pub fn references(&self) -> Vec<ReferenceOutcome> {
        let outcome = |reference: &ReferenceCheck| {
            Some(reference.outcome(&self.parents.get(&reference.parent)?.values))
        };
        self.references.iter().filter_map(outcome).collect()
    }

    /// Returns the outcome: `references`, then `keys` and `row_rules`.
    #[must_use]
    pub fn finish(self) -> [Check; 3] {
        let mut is_sampled = false;
        let violations = self.references.iter().filter_map(|reference| {
            let parents = &self.parents.get(&reference.parent)?.values;
            is_sampled |= !(parents.is_complete() && reference.child.values.is_complete());
            reference.violation(parents)
        });
        let violations = violations.collect();
        let mut references =
            Check::of(CheckName::References, cast::to_u64(self.references.len()), violations);
        let repeated = self.keys.iter().filter_map(Table::repeats).collect();
        let mut keys = Check::of(CheckName::Keys, cast::to_u64(self.keys.len()), repeated);
        let note = "values of more than 16384 distinct ones were checked on a sample";
        references.notes.extend(is_sampled.then(|| note.to_owned()));
        keys.notes.extend(self.keys.iter().any(|table| !table.values.is_complete()).then(|| note.to_owned()));
        if self.n_odd > 0 {
            references.notes.push(format!("{} relationships do not bind fields of one row", self.n_odd));
        }
        [references, keys, self.rows.finish()]
    }

    /// Returns the outcome when there is no rule file.
    #[must_use]
    pub fn not_checked() -> [Check; 3] {
        let names = [CheckName::References, CheckName::Keys, CheckName::RowRules];
        names.map(|name| Check::not_checked(name, "no rules were given"))
    }
}

impl Table {
    fn new(paths: &[JsonPath], when: Option<&Condition>) -> Option<Self> {
        let all: Vec<&JsonPath> = paths.iter().chain(when.map(|when| &when.path)).collect();
        let wanted = when.map(|when| when.values.iter().map(literal_text).collect());
        let names: Vec<String> = paths.iter().map(ToString::to_string).collect();
        Some(Self {
            name: names.join(", "),
            tuples: Tuples::of(&all)?,
            wanted,
            values: BottomK::new(CAPACITY),
        })
    }

    fn push(&mut self, record: &Value, unit: u64) {
        let Self { tuples, wanted, values, .. } = self;
        tuples.for_each(record, |texts| {
            let texts = match (&*wanted, texts.split_last()) {
                (Some(wanted), Some((tag, texts))) if wanted.contains(tag) => texts,
                (Some(_), _) => return,
                (None, _) => texts,
            };
            values.push(tuple_hash(texts), unit, || ());
        });
    }

    /// The violation of a key with rows that repeat another.
    fn repeats(&self) -> Option<Violation> {
        let n_repeats: u64 = self.values.entries().map(|entry| entry.count - 1).sum();
        let at_least = if self.values.is_complete() { "" } else { "at least " };
        let reason = format!("{at_least}{n_repeats} of {} rows repeat another", self.values.total());
        (n_repeats > 0).then(|| Violation { path: self.name.clone(), reason, count: n_repeats, place: None })
    }
}

impl ReferenceCheck {
    fn push(&mut self, record: &Value, unit: u64) {
        let Self { child, prefix, n_bare, .. } = self;
        let Table { tuples, values, .. } = child;
        tuples.for_each(record, |texts| match texts {
            [text] if !prefix.is_empty() => match text.strip_prefix(prefix.as_str()) {
                Some(rest) => values.push(tuple_hash(&[rest.to_owned()]), unit, || ()),
                None => *n_bare += 1,
            },
            texts => values.push(tuple_hash(texts), unit, || ()),
        });
    }

    fn outcome(&self, parents: &BottomK<()>) -> ReferenceOutcome {
        let known: BTreeSet<u64> = parents.entries().map(|entry| entry.hash).collect();
        let last = |table: &BottomK<()>| match table.is_complete() {
            true => u64::MAX,
            false => table.entries().map(|entry| entry.hash).max().unwrap_or(0),
        };
        let last = last(parents).min(last(&self.child.values));
        let (mut n_children, mut n_orphans) = (self.n_bare, self.n_bare);
        for entry in self.child.values.entries().filter(|entry| entry.hash <= last) {
            n_children += entry.count;
            n_orphans += if known.contains(&entry.hash) { 0 } else { entry.count };
        }
        let share = n_orphans as f64 / n_children.max(1) as f64;
        let expected = 1.0 - self.coverage;
        let error = math::sqrt(expected * self.coverage / n_children.max(1) as f64);
        let allowed = if expected > 0.0 { expected + TOLERANCE + 4.0 * error } else { 0.0 };
        ReferenceOutcome {
            child: self.child.name.clone(),
            parent: self.target.clone(),
            n_values: n_children,
            n_orphans,
            allowed: crate::verdict::rounded(expected),
            holds: share <= allowed,
        }
    }

    /// The violation when more children than the rule allows name no parent.
    fn violation(&self, parents: &BottomK<()>) -> Option<Violation> {
        let ReferenceOutcome { child, parent, n_values, n_orphans, allowed, holds } = self.outcome(parents);
        let reason = format!(
            "{n_orphans} of {n_values} values name no {parent}, the rules allow {:.1} %",
            100.0 * allowed
        );
        (!holds).then_some(Violation { path: child, reason, count: n_orphans, place: None })
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        Literal::Text(text) => text.clone(),
    }
}
