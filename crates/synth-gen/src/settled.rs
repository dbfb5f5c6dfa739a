//! Values that others settle: times a constant length after another, and numbers not below a weighted sum.

use std::sync::Arc;

use synth_core::{Gap, Seed, Span, cast};
use synth_rules::Relationship;
use synth_rules::relationship::{Operation, Term};

use crate::column::{Slots, Values};
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::measure::Measure;
use crate::memo::{List, Memo};
use crate::ordering::bind::only_recipe;
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{text_of, texts_of};
use crate::shelf::Programs;
use crate::site::{Row, Site};

/// A field that others settle; rows that lack one of them keep what the field's own rule makes.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    terms: Vec<TermProgram>,
    rule: Rule,
    measure: Measure,
    own: Recipe,
}

/// How the value follows.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// It lies this far above the only term.
    Later(Gap),
    /// It is raised to the sum of the terms where it is less, in this share of the rows.
    AtLeast(f64, Seed),
    /// It is lowered to the sum of the terms less this much where it is more.
    AtMost(f64),
}

/// One field that settles another: where its value stands, and the programs that make it.
#[derive(Debug, Clone)]
struct TermProgram {
    site: Site,
    /// Ordinals of the target's scope in one of the term's; 1 when both are of one row.
    divisor: u64,
    programs: Arc<Programs>,
    measure: Measure,
    factor: f64,
}

impl Settled {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let mut own = Values::None;
        self.own.fill(slots, &mut own);
        let list = slots.memo.list(slots.ordinals);
        let columns: Vec<Vec<Option<f64>>> =
            self.terms.iter().map(|term| term.of_rows(&list, slots.memo)).collect();
        let sum = |at: usize| {
            let values =
                columns.iter().zip(&self.terms).map(|(column, term)| Some(column[at]? * term.factor));
            values.sum::<Option<f64>>()
        };
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, slot, text| {
            let before = text_of(self.own.scalar(&own, at, &mut rooms)).to_owned();
            let settled = sum(at).and_then(|sum| self.settled(sum, &before, slot.address));
            match settled {
                Some(value) => self.measure.write(value, slot.address, &mut rooms, text),
                None => text.push_str(&before),
            }
        });
    }

    /// The value in place of the one that the field's own rule made; `None` where that one stays.
    fn settled(&self, sum: f64, before: &str, address: u64) -> Option<f64> {
        match self.rule {
            Rule::Later(gap) => Some(gap.above(sum)),
            Rule::AtLeast(share, seed) => {
                let least = self.measure.at_least(sum, false);
                let is_less = self.measure.read(before).is_some_and(|value| value < least);
                (is_less && (share >= 1.0 || seed.uniform(address) < share)).then_some(least)
            }
            Rule::AtMost(rest) => {
                let most = self.measure.at_most((sum - rest).max(0.0), false);
                self.measure.read(before).is_some_and(|value| value > most).then_some(most)
            }
        }
    }
}

impl TermProgram {
    fn of_rows(&self, list: &List, memo: &Memo) -> Vec<Option<f64>> {
        let rows = self.site.rows_of(&memo.above(list, self.divisor), memo);
        let made = texts_of(&rows, &self.programs, memo);
        let read = |(at, row): (usize, &Option<Row>)| row.and_then(|_| self.measure.read(made.get(at)));
        rows.rows.iter().enumerate().map(read).collect()
    }
}

/// A field that others settle, with its place in the plan.
pub(crate) struct SettledBond {
    /// Position among the relationships.
    pub(crate) index: usize,
    pub(crate) target: usize,
    terms: Vec<TermNode>,
    rule: Rule,
    /// The field is settled for the sake of another, which keeps the relationship.
    is_aside: bool,
}

struct TermNode {
    node: usize,
    divisor: u64,
    factor: f64,
}

impl SettledBond {
    /// The nodes whose programs must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.terms.iter().map(|term| term.node).collect()
    }

    /// Makes the target's values follow from those of the terms; returns the relationship that is kept.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) -> Option<usize> {
        let program = |term: &TermNode| {
            Some(TermProgram {
                site: linker.site(before, term.node, None),
                divisor: term.divisor,
                programs: programs(plan, term.node).into(),
                measure: Measure::of(only_recipe(plan, term.node)?)?,
                factor: term.factor,
            })
        };
        let terms: Vec<TermProgram> = self.terms.iter().map(program).collect::<Option<_>>()?;
        let own = only_recipe(plan, self.target)?.clone();
        let settled = Settled { terms, rule: self.rule, measure: Measure::of(&own)?, own };
        plan.nodes[self.target].kinds = vec![Kind::Scalar(Arc::new(Recipe::settled(settled)))];
        (!self.is_aside).then_some(self.index)
    }
}

impl Linker<'_> {
    /// Reads a relationship as one that settles a field, if it can be kept.
    pub(crate) fn settled(
        &self,
        plan: &Plan,
        index: usize,
        relationship: &Relationship,
    ) -> Option<SettledBond> {
        let (path, terms) = match relationship {
            Relationship::Arithmetic { target, terms, .. } => (target, terms),
            Relationship::Inequality { target, at_least, .. } => (target, at_least),
            _ => return None,
        };
        let target = self.node(path)?;
        let rule = match relationship {
            Relationship::Arithmetic { operation, offset, .. } => Rule::Later(length(*operation, *offset)?),
            Relationship::Inequality { confidence, .. } => {
                Rule::AtLeast(confidence.get(), self.seed.child(&path.to_string()).child("bound"))
            }
            _ => return None,
        };
        let terms: Vec<TermNode> =
            terms.iter().map(|term| self.settling(plan, target, term)).collect::<Option<_>>()?;
        let is_one = |rule: Rule| !matches!(rule, Rule::Later(_)) || terms.len() == 1;
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(target));
        let is_possible = !terms.is_empty()
            && is_one(rule)
            && !is_tag
            && !is_key
            && !self.is_unique(target)
            && self.is_measured(plan, target);
        is_possible.then_some(SettledBond { index, target, terms, rule, is_aside: false })
    }

    /// Reads a sum of which something is taken away as a limit of that: the rest is not below the least value that the
    /// target's own rule makes, nor what is taken away below zero.
    pub(crate) fn limited(
        &self,
        plan: &Plan,
        index: usize,
        relationship: &Relationship,
    ) -> Option<SettledBond> {
        let Relationship::Arithmetic { target, operation: Operation::Sum, terms, offset, .. } = relationship
        else {
            return None;
        };
        let is_taken = |term: &&Term| matches!(term, Term::Scaled { factor, .. } if *factor < 0.0);
        let (taken, added): (Vec<&Term>, Vec<&Term>) = terms.iter().partition(is_taken);
        let [Term::Scaled { path, factor }] = taken[..] else { return None };
        let node = self.node(path)?;
        let least = only_recipe(plan, self.node(target)?)?.ranked(0.0).filter(|least| *least >= 0.0)?;
        let added = added.into_iter().map(|term| self.settling(plan, node, term));
        let terms: Vec<TermNode> = added
            .map(|term| term.map(|term| TermNode { factor: term.factor / -factor, ..term }))
            .collect::<Option<_>>()?;
        let is_free = !self.is_unique(node) && self.is_measured(plan, node) && !terms.is_empty();
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == node);
        let rule = Rule::AtMost((least - offset) / -factor);
        (is_free && !is_tag).then_some(SettledBond { index, target: node, terms, rule, is_aside: true })
    }

    fn settling(&self, plan: &Plan, target: usize, term: &Term) -> Option<TermNode> {
        let (path, factor) = match term {
            Term::Plain(path) => (path, 1.0),
            Term::Scaled { path, factor } => (path, *factor),
        };
        let node = self.node(path)?;
        let is_usable = node != target && self.is_measured(plan, node);
        let divisor = divisor(plan, plan.nodes[target].scope, plan.nodes[node].scope)?;
        is_usable.then_some(TermNode { node, divisor, factor })
    }

    /// Tells whether a node has one kind of values, which are numbers or times.
    fn is_measured(&self, plan: &Plan, node: usize) -> bool {
        only_recipe(plan, node).and_then(Measure::of).is_some()
            && self.ordinals[plan.nodes[node].scope].is_some()
    }
}

/// The length of time that an operation adds; `None` for all others.
pub(crate) fn length(operation: Operation, offset: f64) -> Option<Gap> {
    let months = |n: f64| u32::try_from(cast::round_to_i64(n)).ok().map(Span::of_months);
    let seconds = |unit: f64| Some(Span::of_micros(cast::round_to_i64(offset * unit * 1e6)));
    let span = match operation {
        Operation::PlusYears => months(12.0 * offset),
        Operation::PlusMonths => months(offset),
        Operation::PlusDays => seconds(86_400.0),
        Operation::PlusHours => seconds(3600.0),
        Operation::PlusMinutes => seconds(60.0),
        Operation::PlusSeconds => seconds(1.0),
        _ => None,
    };
    span.filter(|_| offset >= 0.0).map(Gap::Time)
}
