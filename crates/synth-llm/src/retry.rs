//! How long to try.

use std::time::{Duration, Instant};

use synth_core::Seed;

/// How long one call may take, and how often it is tried again when the server is busy or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A call with all its retries and pauses ends after this time.
    pub deadline_ms: u64,
    /// Tries in all; 0 counts as 1.
    pub max_attempts: u32,
    /// Pause before the second try.
    pub first_pause_ms: u64,
    /// How long each further pause is, in percent of the one before.
    pub backoff_percent: u64,
    /// No pause is longer, but where the server asks for it.
    pub max_pause_ms: u64,
}

impl Default for Patience {
    /// Two minutes a call, four tries, pauses from a quarter of a second to four seconds, each twice as long as the one before.
    fn default() -> Self {
        Self {
            deadline_ms: 120_000,
            max_attempts: 4,
            first_pause_ms: 250,
            backoff_percent: 200,
            max_pause_ms: 4000,
        }
    }
}

impl Patience {
    /// Returns the pause after `n_tried` tries: between half and all of the first pause, made longer by
    /// `backoff_percent` for each try behind the first, cut at
    /// `max_pause_ms`.
    ///
    /// Which part it is follows from `salt`, so that calls that failed together do not come back together, and the
    /// same run waits the same times.
    pub(crate) fn pause(&self, n_tried: u32, salt: u64) -> Duration {
        let mut longest = self.first_pause_ms.min(self.max_pause_ms);
        for _ in 1..n_tried {
            if longest >= self.max_pause_ms {
                break;
            }
            longest = (longest.saturating_mul(self.backoff_percent) / 100).min(self.max_pause_ms);
        }
        let jitter = Seed::root(salt).below(u64::from(n_tried), longest / 2 + 1);
        Duration::from_millis(longest - jitter)
    }
}

/// What one try led to.
pub(crate) enum Attempt<T, E> {
    /// An end, good or bad.
    Done(Result<T, E>),
    /// A later try may go better, after this pause at least; the error is for the case that there is none.
    Again(E, Duration),
}

/// Tries until there is an end, the tries are used up, or the next pause would pass the deadline.
pub(crate) fn with_patience<T, E>(
    patience: Patience,
    salt: u64,
    mut attempt: impl FnMut(Duration) -> Attempt<T, E>,
) -> Result<T, E> {
    let start = Instant::now();
    let deadline = Duration::from_millis(patience.deadline_ms);
    let mut n_tried = 0;
    loop {
        let (error, least) = match attempt(deadline.saturating_sub(start.elapsed())) {
            Attempt::Done(result) => return result,
            Attempt::Again(error, least) => (error, least),
        };
        n_tried += 1;
        let pause = patience.pause(n_tried, salt).max(least);
        if n_tried >= patience.max_attempts || start.elapsed() + pause >= deadline {
            return Err(error);
        }
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Patience = Patience {
        deadline_ms: 60_000,
        max_attempts: 4,
        first_pause_ms: 0,
        backoff_percent: 200,
        max_pause_ms: 0,
    };

    /// Catches a jitter that is left out (all salts alike), that is longer than the limit, or that differs from run to run.
    #[test]
    fn pauses_double_up_to_the_limit_and_scatter() {
        let patience = Patience { first_pause_ms: 100, max_pause_ms: 500, ..FAST };
        for (n_tried, longest) in [(1, 100), (2, 200), (3, 400), (4, 500), (64, 500), (1000, 500)] {
            let pauses: Vec<u128> = (0..50).map(|salt| patience.pause(n_tried, salt).as_millis()).collect();
            assert!(pauses.iter().all(|pause| (longest / 2..=longest).contains(pause)), "{pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
            assert_eq!(patience.pause(n_tried, 7), patience.pause(n_tried, 7));
        }
    }

    fn check(patience: Patience, good_try: u32, expected: Result<u32, &str>, n_expected: u32) {
        let mut n_tried = 0;
        let result = with_patience(patience, 0, |_| {
            n_tried += 1;
            let again = || Attempt::Again("busy", Duration::ZERO);
            if n_tried == good_try { Attempt::Done(Ok(n_tried)) } else { again() }
        });
        assert_eq!((result, n_tried), (expected, n_expected));
    }

    #[test]
    fn tries_are_bounded() {
        check(FAST, 1, Ok(1), 1);
        check(FAST, 4, Ok(4), 4);
        check(FAST, 5, Err("busy"), 4);
        check(Patience { max_attempts: 0, ..FAST }, 5, Err("busy"), 1);
    }

    #[test]
    fn a_pause_beyond_the_deadline_is_not_begun() {
        let patience = Patience { deadline_ms: 1000, first_pause_ms: 5000, max_pause_ms: 5000, ..FAST };
        check(patience, 2, Err("busy"), 1);
        let mut n_tried = 0;
        let result: Result<(), &str> = with_patience(Patience { deadline_ms: 1000, ..FAST }, 0, |_| {
            n_tried += 1;
            Attempt::Again("busy", Duration::from_secs(3600))
        });
        assert_eq!((result, n_tried), (Err("busy"), 1));
    }

    #[test]
    fn an_end_is_not_repeated() {
        let mut n_tried = 0;
        let result: Result<(), &str> = with_patience(FAST, 0, |_| {
            n_tried += 1;
            Attempt::Done(Err("broken"))
        });
        assert_eq!((result, n_tried), (Err("broken"), 1));
    }
}
