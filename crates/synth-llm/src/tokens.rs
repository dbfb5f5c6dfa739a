//! Tokens: how many a text has, and how many a run may spend.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use synth_core::cast;
use synth_core::port::ModelError;

/// Estimates how many tokens a model reads a text as.
///
/// # Method
///
/// A token for every 3 bytes of letters and digits, rounded up for each word, and one for each other visible
/// character; blanks belong to the word behind them. Byte-pair vocabularies of current models have 3.5 to 4.5 bytes a
/// token in English text and about one token for each letter of scripts they know little, so the estimate is high
/// rather than low; it is replaced by the server's own count where the server counts.
///
/// # Example
///
/// ```
/// assert_eq!(synth_llm::estimate_tokens("order 12345 failed."), 2 + 2 + 2 + 1);
/// assert_eq!(synth_llm::estimate_tokens(""), 0);
/// ```
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    let mut n_tokens = 0;
    let mut n_word_bytes: u64 = 0;
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            n_word_bytes += cast::to_u64(letter.len_utf8());
            continue;
        }
        n_tokens += n_word_bytes.div_ceil(3) + u64::from(!letter.is_whitespace() || letter == '\n');
        n_word_bytes = 0;
    }
    n_tokens + n_word_bytes.div_ceil(3)
}

/// What a run may spend on a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Tokens read and written, all questions together.
    pub max_tokens: u64,
    /// Time from the first question on.
    pub max_seconds: u64,
}

impl Default for BudgetLimits {
    /// Two million tokens and an hour.
    fn default() -> Self {
        Self { max_tokens: 2_000_000, max_seconds: 3600 }
    }
}

/// What a run has spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Questions that the server was asked, tries counted one by one.
    pub n_calls: u64,
    /// Those that brought nothing to use.
    pub n_failed: u64,
    /// Tokens of the questions.
    pub tokens_read: u64,
    /// Tokens of the answers.
    pub tokens_written: u64,
}

/// Keeps the count.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: BudgetLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    start: Option<Instant>,
    claimed: u64,
    spent: Spent,
}

impl Budget {
    pub(crate) fn new(limits: BudgetLimits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Counts are written one by one; none of them is ever half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets tokens aside for a call and returns the time that is left for it.
    pub(crate) fn claim(&self, n_tokens: u64) -> Result<Duration, ModelError> {
        let mut state = self.state();
        let start = *state.start.get_or_insert_with(Instant::now);
        let left = Duration::from_secs(self.limits.max_seconds).saturating_sub(start.elapsed());
        let used = state.spent.tokens_read + state.spent.tokens_written + state.claimed;
        let out = |reason: &str| Err(ModelError::OutOfBudget { reason: reason.to_owned() });
        if left.is_zero() {
            return out("no time is left");
        }
        if used.saturating_add(n_tokens) > self.limits.max_tokens {
            return out("no tokens are left");
        }
        state.claimed += n_tokens;
        Ok(left)
    }

    /// Replaces what was set aside by what was spent; `None` when the call brought nothing.
    pub(crate) fn settle(&self, claimed: u64, spent: Option<(u64, u64)>) {
        let mut state = self.state();
        state.claimed = state.claimed.saturating_sub(claimed);
        state.spent.n_calls += 1;
        match spent {
            Some((read, written)) => {
                state.spent.tokens_read += read;
                state.spent.tokens_written += written;
            }
            None => state.spent.n_failed += 1,
        }
    }

    pub(crate) fn spent(&self) -> Spent {
        self.state().spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_follow_words_and_bytes() {
        // At least one for each word.
        assert_eq!(estimate_tokens("The quick brown fox"), 1 + 2 + 2 + 1);
        // Six letters of three bytes.
        assert_eq!(estimate_tokens("東京都千代田"), 6);
        assert_eq!(estimate_tokens("a\nb"), 3);
    }

    #[test]
    fn tokens_run_out_and_what_was_set_aside_comes_back() {
        let budget = Budget::new(BudgetLimits { max_tokens: 100, max_seconds: 60 });
        assert!(budget.claim(60).is_ok());
        assert!(matches!(budget.claim(60), Err(ModelError::OutOfBudget { .. })));
        budget.settle(60, Some((20, 10)));
        assert!(budget.claim(60).is_ok());
        budget.settle(60, None);
        assert_eq!(budget.spent(), Spent { n_calls: 2, n_failed: 1, tokens_read: 20, tokens_written: 10 });
    }

    #[test]
    fn time_runs_out() {
        let budget = Budget::new(BudgetLimits { max_tokens: 100, max_seconds: 0 });
        assert_eq!(budget.claim(1), Err(ModelError::OutOfBudget { reason: "no time is left".to_owned() }));
    }
}
