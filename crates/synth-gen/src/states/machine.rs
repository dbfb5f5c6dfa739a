//! Moves between states, and runs that make no other moves.

use synth_core::cast;

/// Weights are kept above this, so that a run that is possible never becomes impossible by rounding.
const SMALLEST: f64 = 1e-100;

/// A chain of states whose runs have a given length.
///
/// # Method
///
/// A Markov chain that is conditioned on its length: the weight of going on from a state with `k` moves ahead is found
/// backwards from the end (the backward recursion of Baum, Petrie, Soules and Weiss 1970, A maximization technique,
/// Annals of Mathematical Statistics 41(1)), and each state is drawn in proportion to the move's share times the weight
/// behind it. So a run never ends up in a state from which there is no move left. A row of shares that lacks
/// something to 1 is taken as if its named moves were all.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    n: usize,
    /// Weights of the first state.
    initial: Vec<f64>,
    /// Row by row; each sums to 1 or is zero.
    moves: Vec<f64>,
}

/// How much lies ahead of each state, by the number of moves to come.
#[derive(Debug, Clone)]
pub(crate) struct Ahead {
    n: usize,
    weights: Vec<f64>,
}

impl Ahead {
    /// The weights of the states with so many moves to come.
    pub(crate) fn with(&self, n_moves: usize) -> &[f64] {
        let start = n_moves * self.n;
        self.weights.get(start..start + self.n).unwrap_or(&[])
    }

    fn is_possible(&self, n_moves: usize, first: &[f64]) -> bool {
        self.with(n_moves).iter().zip(first).any(|(ahead, first)| *ahead > 0.0 && *first > 0.0)
    }
}

/// Machines that end in three ways, the better one first.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    machine: Machine,
    /// Weights of ends as they are in the data, then all alike.
    ends: [Ahead; 2],
}

impl Machine {
    /// Returns the machine of some shares; `initial` are weights, one for each state.
    pub(crate) fn new(initial: Vec<f64>, matrix: &[Vec<f64>]) -> Self {
        let n = initial.len();
        let mut moves = vec![0.0; n * n];
        for (from, row) in matrix.iter().enumerate().take(n) {
            let sum: f64 = row.iter().take(n).sum();
            for (to, share) in row.iter().enumerate().take(n).filter(|_| sum > 0.0) {
                moves[from * n + to] = share / sum;
            }
        }
        Self { n, initial, moves }
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// The shares of the moves from a state.
    fn from(&self, state: usize) -> &[f64] {
        &self.moves[state * self.n..(state + 1) * self.n]
    }

    /// Returns the weights of going on, up to so many moves, when a run ends with these weights.
    pub(crate) fn ahead(&self, ends: &[f64], n_moves: usize) -> Ahead {
        let mut weights = Vec::with_capacity((n_moves + 1) * self.n);
        weights.extend_from_slice(ends);
        for _ in 0..n_moves {
            let behind = weights.len() - self.n;
            let sum = |state: usize| -> f64 {
                self.from(state).iter().zip(&weights[behind..]).map(|(share, ahead)| share * ahead).sum()
            };
            let row: Vec<f64> = (0..self.n).map(sum).collect();
            let most = row.iter().copied().fold(0.0, f64::max);
            let scaled = |weight: f64| if weight > 0.0 { (weight / most).max(SMALLEST) } else { 0.0 };
            weights.extend(row.into_iter().map(scaled));
        }
        Ahead { n: self.n, weights }
    }

    /// Draws a run; `first` are the weights of its first state, and what lies ahead is possible from one of them.
    fn run(
        &self,
        first: &[f64],
        (ahead, length): (&Ahead, usize),
        n_behind: usize,
        uniform: impl Fn(usize) -> f64,
    ) -> Vec<u8> {
        let mut states: Vec<u8> = Vec::with_capacity(length);
        for at in 0..length {
            let shares = match states.last() {
                None => first,
                Some(state) => self.from(usize::from(*state)),
            };
            let ahead = ahead.with(length - 1 - at + n_behind);
            states.push(pick(shares, ahead, uniform(at)));
        }
        states
    }
}

/// Draws a state in proportion to the products of two lists of weights.
fn pick(shares: &[f64], ahead: &[f64], uniform: f64) -> u8 {
    let weights = || shares.iter().zip(ahead).map(|(share, ahead)| share * ahead);
    let total: f64 = weights().sum();
    let mut rest = uniform * total;
    let mut last = 0;
    for (state, weight) in weights().enumerate().filter(|(_, weight)| *weight > 0.0) {
        last = state;
        if rest < weight {
            break;
        }
        rest -= weight;
    }
    u8::try_from(last).unwrap_or(0)
}

impl Runs {
    /// Returns what draws runs of at most `longest` states; `None` when there is no run so long.
    ///
    /// # Cost
    ///
    /// 16 bytes for each state and each place of the longest run.
    pub(crate) fn new(machine: Machine, ends: &[f64], longest: u64) -> Option<Self> {
        let n_moves = cast::to_usize(longest.saturating_sub(1));
        let even = vec![1.0; machine.n];
        let ends = [machine.ahead(ends, n_moves), machine.ahead(&even, n_moves)];
        ends[1].is_possible(n_moves, &even).then_some(Self { machine, ends })
    }

    /// Draws a run; it begins and ends as the data do where a run of this length can.
    pub(crate) fn run(&self, length: usize, uniform: impl Fn(usize) -> f64) -> Vec<u8> {
        self.run_from(None, length, uniform)
    }

    /// Draws a run that begins in a given state, if one is given.
    pub(crate) fn run_from(
        &self,
        begins: Option<u8>,
        length: usize,
        uniform: impl Fn(usize) -> f64,
    ) -> Vec<u8> {
        let ends: Vec<&Ahead> = self.ends.iter().collect();
        self.draw(begins, (&ends, length, 0), uniform)
    }

    /// Draws a run after which there is one more move to what `toward` leads to.
    pub(crate) fn run_toward(
        &self,
        begins: Option<u8>,
        (toward, length): (&Ahead, usize),
        uniform: impl Fn(usize) -> f64,
    ) -> Vec<u8> {
        self.draw(begins, (&[toward], length, 1), uniform)
    }

    /// Draws a run with the first way to begin and to end that is possible.
    fn draw(
        &self,
        begins: Option<u8>,
        (ends, length, n_behind): (&[&Ahead], usize, usize),
        uniform: impl Fn(usize) -> f64,
    ) -> Vec<u8> {
        let Some(n_moves) = length.checked_sub(1) else { return Vec::new() };
        let n = self.machine.n;
        let firsts = match begins {
            None => vec![self.machine.initial.clone(), vec![1.0; n]],
            Some(state) => vec![(0..n).map(|at| if at == usize::from(state) { 1.0 } else { 0.0 }).collect()],
        };
        let mut ways = firsts.iter().flat_map(|first| ends.iter().map(move |ahead| (first, *ahead)));
        match ways.find(|(first, ahead)| ahead.is_possible(n_moves + n_behind, first)) {
            Some((first, ahead)) => self.machine.run(first, (ahead, length), n_behind, uniform),
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use synth_core::Seed;

    use super::*;

    fn shop() -> Machine {
        let matrix = [vec![0.0, 1.0, 0.0], vec![0.0, 0.25, 0.75], vec![0.0, 0.0, 0.0]];
        Machine::new(vec![1.0, 0.0, 0.0], &matrix)
    }

    /// Catches runs that walk into a state nothing follows before their end, and weights that die out in long runs.
    #[test]
    fn runs_never_get_stuck() {
        let runs = Runs::new(shop(), &[0.0, 0.0, 1.0], 4000).unwrap();
        for length in [1, 2, 3, 7, 4000] {
            let seed = Seed::root(5).attempt(length);
            let made = runs.run(cast::to_usize(length), |at| seed.uniform(cast::to_u64(at)));
            assert_eq!(cast::to_u64(made.len()), length);
            assert!(made.windows(2).all(|pair| [[0, 1], [1, 1], [1, 2]].contains(&[pair[0], pair[1]])));
            // Short runs cannot begin and end as the data do; the beginning counts more.
            let last = u8::try_from(length.min(3) - 1).unwrap();
            assert_eq!([made[0], made[made.len() - 1]], [0, last]);
        }
    }

    #[test]
    fn runs_longer_than_any_path_are_refused() {
        let line = Machine::new(vec![1.0, 0.0], &[vec![0.0, 1.0], vec![0.0, 0.0]]);
        assert!(Runs::new(line.clone(), &[1.0, 1.0], 2).is_some());
        assert!(Runs::new(line, &[1.0, 1.0], 3).is_none());
    }

    /// Catches moves that are drawn by something else than their shares: four standard errors are 0.009.
    #[test]
    fn moves_have_their_shares() {
        let matrix = [vec![0.2, 0.8], vec![0.5, 0.3]];
        let runs = Runs::new(Machine::new(vec![1.0, 1.0], &matrix), &[1.0, 1.0], 40_000).unwrap();
        let made = runs.run(40_000, |at| Seed::root(3).uniform(cast::to_u64(at)));
        let count = |pair: [u8; 2]| made.windows(2).filter(|one| **one == pair).count() as f64;
        let zero = count([0, 0]) / (count([0, 0]) + count([0, 1]));
        let one = count([1, 0]) / (count([1, 0]) + count([1, 1]));
        assert!((zero - 0.2).abs() < 0.012 && (one - 0.625).abs() < 0.015, "{zero} {one}");
    }
}
