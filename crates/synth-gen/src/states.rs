//! States that follow each other along arrays, along records and along the rows of an entity.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::{Seed, cast, hash};

use crate::choice::{Choice, Sum};
use crate::column::{Slots, Values};
use crate::memo::{Key, List, Memo, What};
use crate::recipe::Recipe;
use crate::site::Site;

pub(crate) mod bind;
mod machine;

use machine::{Ahead, Machine, Runs};

/// Most rows between two states that do not depend on those before.
const BLOCK: u64 = 512;

/// A field of few values whose next one depends on the present one.
#[derive(Debug, Clone)]
pub(crate) struct Chained {
    chain: Arc<Chain>,
    /// For each state the literal of the own program.
    literals: Arc<[u32]>,
    own: Recipe,
}

/// Where the states of rows come from.
#[derive(Debug)]
struct Chain {
    along: Along,
    site: Site,
    /// The kind of the field that holds the states; values of other kinds are passed over.
    code: u8,
    seed: Seed,
}

#[derive(Debug)]
enum Along {
    /// The elements of each array, as a whole.
    Arrays(Runs),
    /// Records, or elements of long arrays, a block at a time.
    Blocks(Box<Blocks>),
    /// Rows whose states were found before the first one is made.
    Listed { ordinals: Vec<u64>, states: Vec<u8> },
}

/// Runs without end that can be entered at every block.
///
/// # Method
///
/// The first state of each block is drawn by the number of the block alone, from states that lead to each other in exactly
/// one block. The states between are a chain that is conditioned on the first state of the next block, so that the move into
/// that one is a named move as well: a bridge of the chain.
#[derive(Debug)]
struct Blocks {
    length: u64,
    anchors: Vec<u8>,
    choice: Choice,
    /// For each anchor what lies ahead of a state that reaches it at the end of the block.
    toward: Vec<Ahead>,
    /// Draws the last block.
    runs: Runs,
}

/// A run of rows: a number that tells it from others, and how many rows it has.
type Run = (u64, u64);

impl Chained {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let states = self.chain.states(&slots.memo.list(slots.ordinals), slots.memo);
        let mut own = Values::None;
        if slots.kinds.iter().zip(states.iter()).any(|(kind, state)| *kind == slots.code && state.is_none()) {
            self.own.fill(slots, &mut own);
        }
        slots.fill_codes_at(out, |at| match (states[at], &own) {
            (Some(state), _) => self.literals[usize::from(state)],
            (None, Values::Codes(codes)) => codes[at],
            _ => 0,
        });
    }
}

impl Chain {
    /// The state of each of some rows, made once in a block; `None` for rows that stand in no run.
    fn states(&self, list: &List, memo: &Memo) -> Rc<Vec<Option<u8>>> {
        memo.get(Key::new(What::Shared, self, 0, list), || match &self.along {
            Along::Arrays(runs) => self.along_arrays(runs, list, memo),
            Along::Blocks(blocks) => self.along_blocks(blocks, list, memo),
            Along::Listed { ordinals, states } => {
                let state = |ordinal: &u64| ordinals.binary_search(ordinal).ok().map(|at| states[at]);
                list.iter().map(state).collect()
            }
        })
    }

    fn along_arrays(&self, runs: &Runs, list: &List, memo: &Memo) -> Vec<Option<u8>> {
        let stride = self.site.stride();
        let mut owners: Vec<u64> = list.iter().map(|ordinal| ordinal / stride).collect();
        owners.dedup();
        let lengths = self.site.n_elements(&memo.list(&owners), memo);
        let ranges: Vec<_> = owners
            .iter()
            .zip(lengths)
            .map(|(owner, length)| self.site.elements(*owner, length.unwrap_or(0).min(stride)))
            .collect();
        let all = memo.list(&ranges.iter().cloned().flatten().collect::<Vec<u64>>());
        let rows = self.site.rows_of(&all, memo);
        let mut states = vec![None; list.len()];
        let (mut first, mut at) = (0, 0);
        for (owner, range) in owners.iter().zip(ranges) {
            let length = cast::to_usize(range.end - range.start);
            let elements = &rows.rows[first..first + length];
            let addresses: Vec<(usize, u64)> = elements
                .iter()
                .enumerate()
                .filter_map(|(index, row)| {
                    row.filter(|row| row.code == self.code).map(|row| (index, row.address))
                })
                .collect();
            let run = runs.run(addresses.len(), |visit| self.seed.uniform(addresses[visit].1));
            let mut of_elements = vec![None; length];
            for ((index, _), state) in addresses.iter().zip(run) {
                of_elements[*index] = Some(state);
            }
            while let Some(ordinal) = list.get(at).filter(|ordinal| *ordinal / stride == *owner) {
                states[at] = of_elements.get(cast::to_usize(ordinal % stride)).copied().flatten();
                at += 1;
            }
            first += length;
        }
        states
    }

    fn along_blocks(&self, blocks: &Blocks, list: &List, memo: &Memo) -> Vec<Option<u8>> {
        let places = self.site.places_in_array(list, memo);
        let mut made: Option<(Run, u64, Vec<u8>)> = None;
        let state = |(at, ordinal): (usize, &u64)| {
            let (run, index) = match &places {
                Some(places) => ((places[at].0, places[at].2?), places[at].1),
                None => ((0, self.site.n_ordinals()), *ordinal),
            };
            if index >= run.1 {
                return None;
            }
            let block = index / blocks.length;
            if made.as_ref().is_none_or(|(known, number, _)| (*known, *number) != (run, block)) {
                let address = |index: u64| if places.is_some() { hash::combine(run.0, index) } else { index };
                let uniform = |index: u64| self.seed.uniform(address(index));
                made = Some((run, block, blocks.block(run, block, (self.seed, uniform))));
            }
            let (_, _, states) = made.as_ref()?;
            states.get(cast::to_usize(index % blocks.length)).copied()
        };
        list.iter().enumerate().map(state).collect()
    }
}

impl Blocks {
    /// Finds the states at which blocks may begin; `None` when the chain comes to an end.
    fn new(machine: &Machine, ends: &[f64], weights: &[f64]) -> Option<Self> {
        let n = machine.n();
        let only =
            |state: usize| (0..n).map(|other| if other == state { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let returns = |state: usize| {
            let ahead = machine.ahead(&only(state), n);
            (1..=n).find(|n_moves| ahead.with(*n_moves)[state] > 0.0)
        };
        let mut recurrent: Vec<usize> = (0..n).filter(|state| returns(*state).is_some()).collect();
        recurrent.sort_by(|left, right| weights[*right].total_cmp(&weights[*left]));
        let round = cast::to_u64(returns(*recurrent.first()?)?);
        let length = BLOCK / round * round;
        let n_moves = cast::to_usize(length);
        let mut anchors: Vec<(usize, Ahead)> = Vec::new();
        for state in recurrent {
            let ahead = machine.ahead(&only(state), n_moves);
            let reaches = |ahead: &Ahead, from: usize| ahead.with(n_moves)[from] > 0.0;
            let fits = reaches(&ahead, state)
                && anchors.iter().all(|(other, toward)| reaches(&ahead, *other) && reaches(toward, state));
            if fits {
                anchors.push((state, ahead));
            }
        }
        let shares: Vec<f64> = anchors.iter().map(|(state, _)| weights[*state]).collect();
        let even = vec![1.0; shares.len()];
        let choice =
            Choice::fit(&shares, Sum::Normalize).or_else(|_| Choice::fit(&even, Sum::Normalize)).ok()?;
        let (anchors, toward): (Vec<usize>, Vec<Ahead>) = anchors.into_iter().unzip();
        let anchors = anchors.into_iter().filter_map(|state| u8::try_from(state).ok()).collect();
        let runs = Runs::new(machine.clone(), ends, length)?;
        Some(Self { length, anchors, choice, toward, runs })
    }

    fn block(&self, (run, n): Run, block: u64, (seed, uniform): (Seed, impl Fn(u64) -> f64)) -> Vec<u8> {
        let start = block * self.length;
        let length = cast::to_usize(self.length.min(n - start));
        let uniform = |at: usize| uniform(start + cast::to_u64(at));
        let anchor = |block: u64| self.choice.pick(seed.child("block").attempt(run | 1).uniform(block));
        let begins = (block > 0).then(|| self.anchors[anchor(block)]);
        if start + self.length >= n {
            return self.runs.run_from(begins, length, uniform);
        }
        self.runs.run_toward(begins, (&self.toward[anchor(block + 1)], length), uniform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matrix: &[Vec<f64>], n: u64) -> Vec<u8> {
        let size = matrix.len();
        let machine = Machine::new(vec![1.0; size], matrix);
        let blocks = Blocks::new(&machine, &vec![1.0; size], &vec![1.0; size]).unwrap();
        let seed = Seed::root(8);
        let n_blocks = n.div_ceil(blocks.length);
        let made: Vec<u8> = (0..n_blocks)
            .flat_map(|block| blocks.block((0, n), block, (seed, |index| seed.uniform(index))))
            .collect();
        assert_eq!(cast::to_u64(made.len()), n);
        let is_named = |pair: &[u8]| matrix[usize::from(pair[0])][usize::from(pair[1])] > 0.0;
        assert!(made.windows(2).all(is_named));
        made
    }

    /// Catches blocks that begin in a state the last one of the block before does not lead to: a ring of three has no
    /// two states of its 512th power in common, and a block of 512 would not come round.
    #[test]
    fn no_move_is_made_up_between_blocks() {
        let ring = [vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0], vec![1.0, 0.0, 0.0]];
        check(&ring, 5000);
        let swing = [vec![0.0, 1.0, 0.0], vec![0.5, 0.0, 0.5], vec![0.0, 1.0, 0.0]];
        check(&swing, 5001);
        let made = check(&[vec![0.9, 0.1, 0.0], vec![0.0, 0.8, 0.2], vec![1.0, 0.0, 0.0]], 60_000);
        // The time in each state is 10 : 5 : 1.
        let share = made.iter().filter(|state| **state == 0).count() as f64 / 60_000.0;
        assert!((share - 0.625).abs() < 0.03, "{share}");
    }

    #[test]
    fn a_chain_that_ends_has_no_blocks() {
        let line = Machine::new(vec![1.0, 0.0], &[vec![0.0, 1.0], vec![0.0, 0.0]]);
        assert!(Blocks::new(&line, &[1.0, 1.0], &[0.5, 0.5]).is_none());
    }
}
