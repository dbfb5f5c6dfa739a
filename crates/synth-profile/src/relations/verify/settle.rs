//! The relations that all records bear out.

use synth_core::JsonPath;
use synth_privacy::Gate;

use super::rows::{RowCheck, Subject};
use super::sequence::Sequence as InOrder;
use super::{Proposals, Tally, Verifier};
use crate::Partial;
use crate::profile::Profile;
use crate::relations::builder::TableBuilder;
use crate::relations::counts::{Counted, Counts, Slot, View};
use crate::relations::keys::MIN_NEAR_KEY;
use crate::relations::mine::{fill, keys_and_references, sheets};
use crate::relations::transitions::{self, Chain, Visit, Walk};
use crate::relations::{
    Arithmetic, Dependency, Dependent, Evidence, Inequality, Key, NearKey, Ordering, OrderingScope, Presence,
    PresenceRule, Relations, Sequence, TextRelation, TimeLine, Transition, arithmetic, inequality, sequence,
    table, text,
};

impl Proposals {
    /// Returns the relations that all records bear out, each with its evidence.
    ///
    /// Relations that no longer convince are left out, by the thresholds by which they were proposed; orders of
    /// numbers, which must have no exception in a sample, may have one row in a hundred.
    ///
    /// # Cost
    ///
    /// One replay of the record sample.
    #[must_use]
    pub fn settle(
        &self,
        mut verifier: Verifier<'_>,
        (partial, profile): (&Partial, &Profile),
        gate: Gate,
    ) -> Relations {
        verifier.flush();
        let mut sequence = verifier.sequence.take();
        let visits = std::mem::take(&mut verifier.visits);
        let has_order = sequence.is_some();
        let temporal = self.time_lines(sequence.as_mut());
        let mut in_order = || -> Vec<Ordering> {
            let tables = self.builder.tables();
            sequence.as_mut().map(|sequence| sequence.orderings(&self.watched, tables)).unwrap_or_default()
        };
        if self.proposed.covers_all_records {
            let mut relations = Relations { temporal, ..self.proposed.clone() };
            relations.orderings.extend(in_order());
            relations.transitions.extend(self.transitions(visits, has_order, &relations.orderings, gate));
            return relations;
        }
        verifier.pairs.iter_mut().for_each(Tally::settle);
        // Gives back each tally before the next one is turned into what is looked up.
        let values =
            self.slots.iter().cloned().zip(std::mem::take(&mut verifier.values).into_iter().map(Counted::of));
        let counts = Counts { values: values.collect(), n_rows: verifier.n_sheet_rows.clone() };
        let tables = fill(self.sample_builder(), partial);
        let sheets = sheets(&tables, &profile.variants);
        let is_complete = partial.is_sampled_whole();
        let view = View { tables: &tables, sheets: &sheets, counts: Some(&counts), is_complete, gate };
        let (keys, references) = keys_and_references(&view);
        let orderings: Vec<Ordering> = self.orderings(&verifier).into_iter().chain(in_order()).collect();
        Relations {
            transitions: self.transitions(visits, has_order, &orderings, gate),
            near_keys: self.near_keys(&keys, &view),
            keys,
            references,
            dependencies: self.dependencies(&verifier),
            orderings,
            arithmetic: self.arithmetic(&verifier),
            inequalities: self.inequalities(&verifier, gate),
            texts: self.texts(&verifier),
            sequences: self.sequences(&verifier),
            presence: self.presence(&verifier),
            associations: self.proposed.associations.clone(),
            temporal,
            value_tables: self.proposed.value_tables.clone(),
            covers_all_records: !verifier.is_cut,
        }
    }

    /// The state machines, where the order of the rows is known; records are walked along only where no time says that
    /// they stand in another order.
    fn transitions(
        &self,
        visits: Vec<Tally<Visit>>,
        has_order: bool,
        orderings: &[Ordering],
        gate: Gate,
    ) -> Vec<Transition> {
        if !has_order {
            return Vec::new();
        }
        let tables = self.builder.tables();
        let rises = |path: &JsonPath| {
            orderings
                .iter()
                .any(|found| found.scope != OrderingScope::Row && found.low == *path && found.high == *path)
        };
        let may_be = |chain: &Chain| {
            let order = chain.order.map(|column| &tables[chain.table].columns[column].path);
            chain.walk != Walk::Records || order.is_none_or(rises)
        };
        let (chains, visits): (Vec<Chain>, Vec<Tally<Visit>>) =
            self.chains.iter().cloned().zip(visits).filter(|(chain, _)| may_be(chain)).unzip();
        transitions::settled(tables, &chains, visits, gate)
    }

    /// What was seen along time in the sample, with the order in which the records of a stream stand.
    fn time_lines(&self, sequence: Option<&mut InOrder>) -> Vec<TimeLine> {
        let steps = sequence.map(|sequence| sequence.steps(&self.watched, self.builder.tables()));
        let steps = steps.unwrap_or_default();
        let mut lines = self.proposed.temporal.clone();
        for line in lines.iter_mut().filter(|line| line.table.segments().is_empty()) {
            let found = steps.iter().find(|(path, evidence)| *path == line.path && evidence.n_rows > 0);
            line.in_order = found.map(|(_, evidence)| *evidence).or(line.in_order);
        }
        lines
    }

    /// The dependencies that still convince, with the constants among them.
    fn dependencies(&self, verifier: &Verifier<'_>) -> Vec<Dependency> {
        let mut settled: Vec<Dependency> = self
            .proposed
            .dependencies
            .iter()
            .map(|found| Dependency { lhs: found.lhs.clone(), rhs: Vec::new(), n_lhs: found.n_lhs })
            .collect();
        let path = |(entry, rhs): (usize, usize)| self.proposed.dependencies[entry].rhs[rhs].path.clone();
        for (check, tally) in self.pairs.iter().zip(&verifier.pairs) {
            if let Some(outcome) = check.judge(tally) {
                let exceptions = outcome.exceptions.exceptions();
                settled[check.subject.0].n_lhs = outcome.n_lhs;
                settled[check.subject.0].rhs.push(Dependent {
                    path: path(check.subject),
                    evidence: outcome.evidence,
                    exceptions,
                });
            }
        }
        for ((subject, _), counts) in self.rows.iter().zip(&verifier.rows) {
            let is_constant = counts.evidence.n_holding == counts.evidence.n_rows;
            if let Subject::Constant(entry, rhs) = *subject
                && is_constant
            {
                settled[entry].rhs.push(Dependent {
                    path: path((entry, rhs)),
                    evidence: counts.evidence,
                    exceptions: Vec::new(),
                });
            }
        }
        settled.retain(|dependency| !dependency.rhs.is_empty());
        settled
    }

    fn orderings(&self, verifier: &Verifier<'_>) -> Vec<Ordering> {
        let tested = self.rows.iter().zip(&verifier.rows);
        tested
            .filter_map(|((subject, check), counts)| {
                let (Subject::Ordering(index), RowCheck::Ordering { chance, .. }) = (subject, check) else {
                    return None;
                };
                let found = &self.proposed.orderings[*index];
                // A distance has no exception.
                let kept = |at: usize| counts.n_apart[at] == counts.evidence.n_rows;
                chance.still_convinces(counts.evidence, found.scope).then(|| Ordering {
                    is_strict: counts.n_less == counts.evidence.n_rows,
                    min_gap: found.min_gap.filter(|_| kept(0)),
                    max_gap: found.max_gap.filter(|_| kept(1)),
                    evidence: counts.evidence,
                    exceptions: counts.exceptions.exceptions(),
                    ..found.clone()
                })
            })
            .collect()
    }

    fn arithmetic(&self, verifier: &Verifier<'_>) -> Vec<Arithmetic> {
        let tested = self.rows.iter().zip(&verifier.rows);
        tested
            .filter_map(|((subject, _), counts)| {
                let Subject::Formula(index) = subject else { return None };
                counts.hold_in(arithmetic::MIN_HOLD).then(|| Arithmetic {
                    evidence: counts.evidence,
                    exceptions: counts.exceptions.exceptions(),
                    ..self.proposed.arithmetic[*index].clone()
                })
            })
            .collect()
    }

    fn inequalities(&self, verifier: &Verifier<'_>, gate: Gate) -> Vec<Inequality> {
        let tested = self.rows.iter().zip(&verifier.rows);
        tested
            .filter_map(|((subject, _), counts)| {
                let Subject::Inequality(index) = subject else { return None };
                inequality::still_convinces(counts.evidence, counts.n_less, gate.k()).then(|| Inequality {
                    evidence: counts.evidence,
                    n_equal: counts.n_less,
                    exceptions: counts.exceptions.exceptions(),
                    ..self.proposed.inequalities[*index].clone()
                })
            })
            .collect()
    }

    fn texts(&self, verifier: &Verifier<'_>) -> Vec<TextRelation> {
        let tested = self.rows.iter().zip(&verifier.rows);
        tested
            .filter_map(|((subject, _), counts)| {
                let Subject::Text(index) = subject else { return None };
                let found = &self.proposed.texts[*index];
                counts.hold_in(text::min_hold(found.operation)).then(|| TextRelation {
                    evidence: counts.evidence,
                    exceptions: counts.exceptions.exceptions(),
                    ..found.clone()
                })
            })
            .collect()
    }

    fn sequences(&self, verifier: &Verifier<'_>) -> Vec<Sequence> {
        let tested = self.rows.iter().zip(&verifier.rows);
        tested
            .filter_map(|((subject, _), counts)| {
                let Subject::Sequence(index) = subject else { return None };
                counts.hold_in(sequence::MIN_HOLD).then(|| Sequence {
                    evidence: counts.evidence,
                    exceptions: counts.exceptions.exceptions(),
                    ..self.proposed.sequences[*index].clone()
                })
            })
            .collect()
    }

    /// The rules of presence that have no exception; fields that are not together with the others leave their group.
    fn presence(&self, verifier: &Verifier<'_>) -> Vec<Presence> {
        let mut settled = Vec::new();
        for ((subject, _), counts) in self.rows.iter().zip(&verifier.rows) {
            let Subject::Presence(index) = subject else { continue };
            let found = &self.proposed.presence[*index];
            let n_rows = counts.evidence.n_rows;
            let evidence = Evidence { n_rows, n_holding: n_rows };
            let groups = match found.rule {
                PresenceRule::Together => alike(&counts.differences, found.paths.len()),
                _ if counts.evidence.n_holding == n_rows => vec![(0..found.paths.len()).collect()],
                _ => Vec::new(),
            };
            settled.extend(groups.into_iter().map(|group| Presence {
                rule: found.rule,
                paths: group.into_iter().map(|path| found.paths[path].clone()).collect(),
                evidence,
            }));
        }
        settled
    }

    /// Tables for the sample with the columns that were tested: what was not cannot be a key or a reference.
    fn sample_builder(&self) -> TableBuilder {
        let mut builder = self.builder.clone();
        builder.restrict(|_, _| true, table::MAX_CELLS);
        builder
    }

    /// The keys of the sample that only a few rows break.
    fn near_keys(&self, keys: &[Key], view: &View<'_>) -> Vec<NearKey> {
        let is_kept = |near: &Key| keys.iter().any(|key| key.paths == near.paths && key.when == near.when);
        let broken = self.proposed.keys.iter().filter(|key| !is_kept(key));
        broken
            .filter_map(|key| {
                let counted = view.counted(&slot_of(key, view)?)?;
                let evidence = Evidence {
                    n_rows: counted.values.entries().map(|(_, count)| count).sum(),
                    n_holding: synth_core::cast::to_u64(counted.values.entries().count()),
                };
                let is_near = !counted.values.is_unique() && evidence.confidence().get() >= MIN_NEAR_KEY;
                is_near.then(|| NearKey {
                    paths: key.paths.clone(),
                    when: key.when.clone(),
                    evidence,
                    exceptions: counted.rows_where(|_, count| count > 1),
                })
            })
            .collect()
    }
}

/// Where the values of a key are counted.
pub(super) fn slot_of(key: &Key, view: &View<'_>) -> Option<Slot> {
    view.sheets.iter().enumerate().filter(|(_, sheet)| sheet.when == key.when).find_map(|(index, sheet)| {
        let find = |path: &JsonPath| sheet.table.columns.iter().position(|column| column.path == *path);
        let columns: Option<Vec<usize>> = key.paths.iter().map(find).collect();
        Some(Slot::of_sheet(index, sheet, columns?))
    })
}

/// The groups of two and more columns that differ in no row.
fn alike(differences: &[u64], n_columns: usize) -> Vec<Vec<usize>> {
    let is_first = |column: usize| (0..column).all(|other| differences[other * n_columns + column] > 0);
    (0..n_columns)
        .filter(|column| is_first(*column))
        .map(|first| (first..n_columns).filter(|other| differences[first * n_columns + other] == 0).collect())
        .filter(|group: &Vec<usize>| group.len() > 1)
        .collect()
}
