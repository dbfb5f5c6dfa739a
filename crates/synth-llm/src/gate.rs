//! How many questions are out at once, and whether to go on asking at all.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets as many callers in as the server has slots, so that no question waits in the server's own queue, where nobody
/// could tell it from one that hangs.
#[derive(Debug)]
pub(crate) struct Slots {
    n_free: Mutex<usize>,
    freed: Condvar,
}

/// A place at the server; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place<'s>(&'s Slots);

impl Slots {
    pub(crate) fn new(n_slots: usize) -> Self {
        Self { n_free: Mutex::new(n_slots.max(1)), freed: Condvar::new() }
    }

    /// Waits for a place; `None` when there is none within `patience`.
    pub(crate) fn wait(&self, patience: Duration) -> Option<Place<'_>> {
        let start = Instant::now();
        // The count is whole after every statement, so a panic elsewhere leaves it sound.
        let mut n_free = self.n_free.lock().unwrap_or_else(PoisonError::into_inner);
        while *n_free == 0 {
            let left = patience.saturating_sub(start.elapsed());
            if left.is_zero() {
                return None;
            }
            n_free = self.freed.wait_timeout(n_free, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *n_free -= 1;
        Some(Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.n_free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// Stops the asking when a server fails again and again, so that a run does not wait out every deadline.
///
/// After [`Breaker::LIMIT`] failures in a row no question is let through for [`Breaker::REST`]; then one is, and decides.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<BreakerState>);

#[derive(Debug, Default)]
struct BreakerState {
    n_failed: u32,
    last: String,
    closed_until: Option<Instant>,
}

impl Breaker {
    /// Failures in a row.
    pub(crate) const LIMIT: u32 = 3;
    /// How long a server that fails is left alone.
    const REST: Duration = Duration::from_secs(30);

    /// Returns how the last question failed, if no other one is to be put.
    pub(crate) fn holds_back(&self) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.closed_until {
            Some(until) if Instant::now() < until => Some(state.last.clone()),
            Some(_) => {
                // One question may try; the others wait for what it brings.
                state.closed_until = Some(Instant::now() + Self::REST);
                None
            }
            None => None,
        }
    }

    pub(crate) fn succeeded(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = BreakerState::default();
    }

    pub(crate) fn failed(&self, reason: String) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.n_failed += 1;
        state.last = reason;
        if state.n_failed >= Self::LIMIT {
            state.closed_until = Some(Instant::now() + Self::REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_slots_are_let_in() {
        let slots = Slots::new(2);
        let first = slots.wait(Duration::ZERO);
        let second = slots.wait(Duration::ZERO);
        assert!(first.is_some() && second.is_some());
        assert!(slots.wait(Duration::from_millis(1)).is_none());
        drop(first);
        assert!(slots.wait(Duration::ZERO).is_some());
    }

    #[test]
    fn failures_in_a_row_stop_the_asking_and_a_success_forgets_them() {
        let breaker = Breaker::default();
        let fail = |n_times: u32| (0..n_times).for_each(|n| breaker.failed(format!("reason {n}")));
        fail(2);
        breaker.succeeded();
        fail(2);
        assert_eq!(breaker.holds_back(), None);
        fail(1);
        assert_eq!(breaker.holds_back().as_deref(), Some("reason 0"));
    }
}
