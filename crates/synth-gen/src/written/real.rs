//! Real texts that no text of a model may repeat.

use std::convert::Infallible;

use synth_core::{Event, EventSink, Scalar, hash};

use super::judge::{runs, words};

/// Hashes of real texts, and of all their runs of six words: what a text of a model must not repeat.
///
/// It is made of a sample when a run begins, and lives as long as the run. It must not be written: whoever has the hashes can
/// ask whether a sentence stands in the data.
///
/// # Cost
///
/// Eight bytes a word, and eight a text.
#[derive(Debug, Clone, Default)]
pub struct RealTexts {
    texts: Vec<u64>,
    runs: Vec<u64>,
}

impl RealTexts {
    /// Adds a text. One of a single word is no text: codes and names of kinds are the same in all data.
    pub fn push(&mut self, text: &str) {
        let words = words(text);
        if words.len() < 2 {
            return;
        }
        self.texts.push(whole(&words));
        self.runs.extend(runs(&words));
    }

    /// Makes it ready to be asked.
    #[must_use]
    pub fn finish(mut self) -> Self {
        for hashes in [&mut self.texts, &mut self.runs] {
            hashes.sort_unstable();
            hashes.dedup();
            hashes.shrink_to_fit();
        }
        self
    }

    /// Tells whether the words are those of a real text, whatever their case and punctuation, or six of them in a row stand
    /// in one.
    pub(super) fn holds(&self, words: &[u64]) -> bool {
        let is_known = |hashes: &[u64], hash: u64| hashes.binary_search(&hash).is_ok();
        (words.len() > 1 && is_known(&self.texts, whole(words)))
            || runs(words).any(|run| is_known(&self.runs, run))
    }
}

fn whole(words: &[u64]) -> u64 {
    words.iter().fold(1, |all, word| hash::combine(all, *word))
}

/// Takes every string of the records, wherever it stands.
impl EventSink for RealTexts {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _: u64) -> Result<(), Infallible> {
        if let Event::Scalar(Scalar::String(text)) = event {
            self.push(text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a filter that looks at case or punctuation, one that takes single words, and one whose runs are too short.
    #[test]
    fn texts_and_runs_are_known_again() {
        let mut real = RealTexts::default();
        for text in ["Command Injection", "one two three four five six seven", "closed"] {
            real.push(text);
        }
        let real = real.finish();
        let check = |text: &str, expected: bool| assert_eq!(real.holds(&words(text)), expected, "{text}");
        check("command injection!", true);
        check("Command Injection again", false);
        check("Zero: two, three four FIVE six seven eight", true);
        check("two three four five six and eight", false);
        check("closed", false);
        assert!(!RealTexts::default().holds(&words("anything at all that is long enough to be a run")));
    }
}
