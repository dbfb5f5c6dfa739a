//! From visits to the moves between states, and whether these are chance.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::hash::combine;
use synth_core::{cast, math};
use synth_privacy::Gate;
use synth_stats::tests2::g_test;

use super::chain::{Chain, Visit, Walk};
use crate::profile::TagValue;
use crate::relations::exceptions::{FirstRows, RowPlace};
use crate::relations::mine::hash_of_tag;
use crate::relations::tally::{Entry, Tally};
use crate::relations::{Evidence, Transition};

/// Moves that prove something.
const MIN_MOVES: f64 = 40.0;
/// Moves to another state, at least, and for each state.
const MIN_CHANGES: (u64, u64) = (20, 4);
/// Chance of such moves if the states of each run were shuffled.
const MAX_CHANCE: f64 = 1e-9;
/// A move is forbidden when chance would have made so many, and of those at most this share was seen.
const FORBIDDEN: (f64, f64) = (3.0, 0.02);
/// Share of all moves that chance would have made and that are forbidden.
const MIN_FORBIDDEN: f64 = 0.05;
/// Share of the uncertainty about the next state that the present one removes.
const MIN_EXPLAINED: f64 = 0.2;
/// Different arrays that prove a history that has no times.
const MIN_KINDS: usize = 4;
/// Share of them that come back to a state.
const MIN_RETURNING: f64 = 0.1;
/// States from which a list in alphabetical order is more likely than a machine.
const MIN_SORTED: usize = 3;

/// The moves between the states of one chain.
pub(super) struct Moves<'c> {
    chain: &'c Chain,
    /// One more for all states without a name.
    n_states: usize,
    /// From state to state.
    observed: Vec<Move>,
    /// What chance would make of each.
    expected: Vec<f64>,
    initial: Vec<Move>,
    last: Vec<Move>,
    n_runs: u64,
    /// Runs that come back to a state.
    n_returning: u64,
    /// Hashes of different runs, up to the number that is enough.
    kinds: BTreeSet<u64>,
}

/// How often something was seen.
#[derive(Debug, Clone, Default)]
struct Move {
    count: u64,
    /// Different records, up to the number that is enough.
    units: Vec<RowPlace>,
    rows: FirstRows,
}

impl Move {
    fn push(&mut self, place: RowPlace, k: u64) {
        self.count += 1;
        self.rows.push(place);
        if cast::to_u64(self.units.len()) < k && !self.units.contains(&place) {
            self.units.push(place);
        }
    }

    /// The count, when enough records have it.
    fn public(&self, gate: Gate) -> u64 {
        if gate.is_enough(cast::to_u64(self.units.len())) { self.count } else { 0 }
    }
}

impl<'c> Moves<'c> {
    /// Counts the moves of a tally that is settled.
    ///
    /// # Method
    ///
    /// By chance means: if the states of each run were shuffled. Of a run of n visits, n_a of them of state a, a random
    /// order has n_a n_b / n moves from a to b on average, and n_a (n_a - 1) / n from a to a. So neither states that
    /// differ from entity to entity nor lists in which each state stands once look like a machine.
    pub(super) fn of(chain: &'c Chain, tally: &Tally<Visit>, k: u64) -> Self {
        let n_states = chain.states.len() + 1;
        let codes: BTreeMap<u64, usize> = chain
            .states
            .iter()
            .enumerate()
            .filter_map(|(code, state)| Some((hash_of_tag(state)?, code)))
            .collect();
        let mut moves = Self {
            chain,
            n_states,
            observed: vec![Move::default(); n_states * n_states],
            expected: vec![0.0; n_states * n_states],
            initial: vec![Move::default(); n_states],
            last: vec![Move::default(); n_states],
            n_runs: 0,
            n_returning: 0,
            kinds: BTreeSet::new(),
        };
        for run in tally.entries().chunk_by(|left, right| left.key.run == right.key.run) {
            let is_whole = tally.limit().is_none_or(|limit| limit.run != run[0].key.run);
            moves.push_run(run, &codes, (is_whole, k));
        }
        moves
    }

    fn push_run(&mut self, run: &[Entry<Visit>], codes: &BTreeMap<u64, usize>, (is_whole, k): (bool, u64)) {
        let other = self.n_states - 1;
        let code = |entry: &Entry<Visit>| codes.get(&entry.key.state).copied().unwrap_or(other);
        let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
        for entry in run {
            *counts.entry(code(entry)).or_default() += 1.0;
        }
        let n = run.len() as f64;
        for (from, n_from) in &counts {
            for (to, n_to) in &counts {
                let n_to = if from == to { n_to - 1.0 } else { *n_to };
                self.expected[from * self.n_states + to] += n_from * n_to / n;
            }
        }
        for pair in run.windows(2) {
            self.observed[code(&pair[0]) * self.n_states + code(&pair[1])].push(pair[1].last, k);
        }
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            self.n_runs += 1;
            self.n_returning += u64::from(counts.values().any(|count| *count > 1.0));
            if self.kinds.len() < MIN_KINDS {
                self.kinds.insert(run.iter().fold(0, |hash, entry| combine(hash, entry.key.state)));
            }
            self.initial[code(first)].push(first.last, k);
            if is_whole {
                self.last[code(last)].push(last.last, k);
            }
        }
    }

    /// Returns how much the present state says of the next, in nats for each move; `None` when that may be chance, or
    /// when no move is forbidden.
    pub(super) fn gain(&self) -> Option<f64> {
        let counts: Vec<u64> = self.observed.iter().map(|one| one.count).collect();
        let n_moves: u64 = counts.iter().sum();
        let n_changes: u64 = self.pairs().filter(|(from, to)| from != to).map(|at| self.count(at)).sum();
        let n_seen = cast::to_u64(self.states_seen());
        let is_enough = n_moves as f64 >= MIN_MOVES
            && n_changes >= MIN_CHANGES.0.max(MIN_CHANGES.1 * n_seen)
            && !self.is_sorted()
            && !self.is_fixed_list();
        let forbidden: f64 =
            self.forbidden().map(|(from, to)| self.expected[from * self.n_states + to]).sum();
        if !is_enough || forbidden < (MIN_FORBIDDEN * n_moves as f64).max(2.0 * FORBIDDEN.0) {
            return None;
        }
        let test = g_test(&counts, &self.expected, 2 * n_seen).ok()?;
        let gain = test.statistic / (2.0 * n_moves as f64);
        (test.p_value <= MAX_CHANCE && gain >= MIN_EXPLAINED * self.entropy(n_moves)).then_some(gain)
    }

    /// Nats of the state that a move leads to.
    fn entropy(&self, n_moves: u64) -> f64 {
        let share = |to: usize| {
            let count: u64 = (0..self.n_states).map(|from| self.count((from, to))).sum();
            count as f64 / n_moves as f64
        };
        let shares = (0..self.n_states).map(share).filter(|share| *share > 0.0);
        -shares.map(|share| share * math::ln(share)).sum::<f64>()
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n_states = self.n_states;
        (0..n_states).flat_map(move |from| (0..n_states).map(move |to| (from, to)))
    }

    fn count(&self, (from, to): (usize, usize)) -> u64 {
        self.observed[from * self.n_states + to].count
    }

    fn states_seen(&self) -> usize {
        let is_seen = |state: &usize| {
            self.initial[*state].count > 0 || (0..self.n_states).any(|from| self.count((from, *state)) > 0)
        };
        (0..self.n_states).filter(is_seen).count()
    }

    /// The moves that chance would have made and that hardly happen.
    fn forbidden(&self) -> impl Iterator<Item = (usize, usize)> {
        self.pairs().filter(|(from, to)| {
            let expected = self.expected[from * self.n_states + to];
            expected >= FORBIDDEN.0 && self.count((*from, *to)) as f64 <= FORBIDDEN.1 * expected
        })
    }

    /// Lists in the order of their values are sorted, and whole numbers that only rise count; a time that rises along
    /// an array speaks for a history.
    fn is_sorted(&self) -> bool {
        let states = &self.chain.states;
        let is_number = states.iter().any(|state| matches!(state, TagValue::Integer(_)));
        let is_history = self.chain.walk != Walk::Array || self.chain.order.is_some();
        let changes = || {
            let named =
                self.pairs().filter(|(from, to)| from != to && *from < states.len() && *to < states.len());
            named.filter(|at| self.count(*at) > 0)
        };
        let is_one_way = changes().all(|(from, to)| states[from] < states[to])
            || changes().all(|(from, to)| states[from] > states[to]);
        is_one_way && states.len() >= MIN_SORTED && (is_number || !is_history)
    }

    /// Lists whose elements have their places, such as the lines of an address, are no histories: they are alike, and
    /// come back to nothing. A time or a name may say otherwise.
    fn is_fixed_list(&self) -> bool {
        let returns = self.n_returning as f64 >= MIN_RETURNING * self.n_runs as f64;
        self.chain.walk == Walk::Array
            && self.chain.order.is_none()
            && (self.kinds.len() < MIN_KINDS || !(returns || self.chain.is_named))
    }

    /// Returns what may be told of the machine; `None` when too few of its states and moves are public.
    pub(super) fn transition(&self, gate: Gate) -> Option<Transition> {
        let states = &self.chain.states;
        let n = states.len();
        let public =
            |moves: &[Move]| -> Vec<u64> { moves.iter().take(n).map(|one| one.public(gate)).collect() };
        let row = |from: usize| public(&self.observed[from * self.n_states..(from + 1) * self.n_states]);
        let matrix: Vec<Vec<u64>> = (0..n).map(row).collect();
        let n_moves: u64 = self.observed.iter().map(|one| one.count).sum();
        let n_public: u64 = matrix.iter().flatten().sum();
        let rest: Vec<u64> = (0..n)
            .map(|from| {
                let all: u64 = (0..self.n_states).map(|to| self.count((from, to))).sum();
                Some(all - matrix[from].iter().sum::<u64>()).filter(|rest| gate.is_enough(*rest)).unwrap_or(0)
            })
            .collect();
        let broken: Vec<&Move> =
            self.forbidden().map(|(from, to)| &self.observed[from * self.n_states + to]).collect();
        let n_broken: u64 = broken.iter().map(|one| one.count).sum();
        let mut exceptions = FirstRows::default();
        broken.iter().for_each(|one| exceptions.merge(&one.rows));
        let is_run = self.chain.walk != Walk::Records;
        let ends = |moves: &[Move]| if is_run { public(moves) } else { Vec::new() };
        let path = synth_core::JsonPath::root();
        (n_public as f64 >= 0.8 * n_moves as f64).then(|| Transition {
            path,
            entity: None,
            order: None,
            states: states.clone(),
            initial: ends(&self.initial),
            last: ends(&self.last),
            rest,
            matrix,
            n_runs: if is_run { self.n_runs } else { 0 },
            evidence: Evidence { n_rows: n_moves, n_holding: n_moves - n_broken },
            exceptions: exceptions.exceptions(),
        })
    }
}
