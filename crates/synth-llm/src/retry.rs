//! How long to try.

use std::time::{Duration, Instant};

/// How long one call may take, and how often it is tried again when the server is busy or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A call with all its retries and pauses ends after this time.
    pub deadline_ms: u64,
    /// Tries in all; 0 counts as 1.
    pub max_attempts: u32,
    /// Pause before the second try; each further one is twice as long.
    pub first_pause_ms: u64,
    /// No pause is longer.
    pub max_pause_ms: u64,
}

impl Patience {
    /// Returns the pause after `n_tried` tries: `first_pause_ms * 2^(n_tried - 1)`, cut at `max_pause_ms`.
    ///
    /// There is no random part: one client at a time asks a local server, so there is no herd to scatter.
    pub(crate) fn pause(&self, n_tried: u32) -> Duration {
        let factor = 1_u64.checked_shl(n_tried.saturating_sub(1)).unwrap_or(u64::MAX);
        Duration::from_millis(self.first_pause_ms.saturating_mul(factor).min(self.max_pause_ms))
    }
}

/// What one try led to.
pub(crate) enum Attempt<T, E> {
    /// An end, good or bad.
    Done(Result<T, E>),
    /// A later try may go better; the error is for the case that there is none.
    Again(E),
}

/// Tries until something is done, the tries are used up, or no time is left for the next pause.
///
/// `attempt` is given the time that is left.
pub(crate) fn with_patience<T, E>(
    patience: Patience,
    mut attempt: impl FnMut(Duration) -> Attempt<T, E>,
) -> Result<T, E> {
    let start = Instant::now();
    let deadline = Duration::from_millis(patience.deadline_ms);
    let mut n_tried = 0;
    loop {
        let error = match attempt(deadline.saturating_sub(start.elapsed())) {
            Attempt::Done(result) => return result,
            Attempt::Again(error) => error,
        };
        n_tried += 1;
        let pause = patience.pause(n_tried);
        if n_tried >= patience.max_attempts || start.elapsed() + pause >= deadline {
            return Err(error);
        }
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Patience =
        Patience { deadline_ms: 60_000, max_attempts: 4, first_pause_ms: 0, max_pause_ms: 0 };

    #[test]
    fn pauses_double_up_to_the_limit() {
        let patience = Patience { first_pause_ms: 100, max_pause_ms: 500, ..FAST };
        let pauses: Vec<u128> =
            [1, 2, 3, 4, 64, 1000].map(|n_tried| patience.pause(n_tried).as_millis()).to_vec();
        assert_eq!(pauses, [100, 200, 400, 500, 500, 500]);
    }

    fn check(patience: Patience, good_try: u32, expected: Result<u32, &str>, n_expected: u32) {
        let mut n_tried = 0;
        let result = with_patience(patience, |_| {
            n_tried += 1;
            if n_tried == good_try { Attempt::Done(Ok(n_tried)) } else { Attempt::Again("busy") }
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
    }

    #[test]
    fn an_end_is_not_repeated() {
        let mut n_tried = 0;
        let result: Result<(), &str> = with_patience(FAST, |_| {
            n_tried += 1;
            Attempt::Done(Err("broken"))
        });
        assert_eq!((result, n_tried), (Err("broken"), 1));
    }
}
