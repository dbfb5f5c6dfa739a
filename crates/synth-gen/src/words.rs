//! Filler text of an exact length.

use fake::locales::{Data, EN};
use synth_core::{Permutation, Seed, cast};

use crate::column::{Slot, Slots, Values};
use crate::curve::Curve;
use crate::draw::{Draws, Picks};
use crate::error::ErrorKind;

/// The words of the filler language, each once, shortest first.
#[derive(Debug, Clone)]
pub(crate) struct Lexicon {
    words: Vec<&'static str>,
    /// For each length, where its words start; one more entry than lengths.
    starts: Vec<usize>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut words = EN::LOREM_WORD.to_vec();
        words.sort_by_key(|word| (word.len(), *word));
        words.dedup();
        let longest = words.last().map_or(0, |word| word.len());
        let starts =
            (0..=longest + 1).map(|length| words.partition_point(|word| word.len() < length)).collect();
        Self { words, starts }
    }

    pub(crate) fn words(&self) -> &[&'static str] {
        &self.words
    }

    fn any(&self, picks: &mut impl Picks) -> &'static str {
        self.words[cast::to_usize(picks.pick(cast::to_u64(self.words.len())))]
    }

    /// Returns a word of exactly `length` characters, if there is one.
    fn of_length(&self, length: usize, picks: &mut impl Picks) -> Option<&'static str> {
        let words = &self.words[*self.starts.get(length)?..*self.starts.get(length + 1)?];
        words.get(cast::to_usize(picks.pick(cast::to_u64(words.len())))).copied()
    }
}

/// How the words of a text are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Words and spaces.
    Words,
    /// Sentences that begin with a capital and end with a full stop.
    Sentences,
}

/// Fewest words of a sentence before it may end, and most.
const SENTENCE_WORDS: (usize, usize) = (5, 14);

/// Longest text, in characters; longer lengths are cut.
const MAX_LENGTH: f64 = 1_000_000.0;

/// Words at the start of a unique text that spell its number.
const NUMBER_WORDS: u32 = 4;

/// Makes texts whose length in characters follows quantiles exactly.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    lexicon: Lexicon,
    style: Style,
    lengths: Curve,
    length_seed: Seed,
    word_seed: Seed,
    unique: Option<Permutation>,
}

impl Texts {
    /// Compiles a text generator; without quantiles, words are short and sentences are a paragraph.
    pub(crate) fn compile(
        style: Style,
        quantiles: &[f64],
        lengths: &[f64],
        seed: Seed,
    ) -> Result<Self, ErrorKind> {
        let default: &[f64] = if style == Style::Words { &[5.0, 40.0] } else { &[20.0, 200.0] };
        let lengths = if quantiles.is_empty() && lengths.is_empty() {
            Curve::fit(&[0.0, 100.0], default, "lengths")?
        } else {
            Curve::fit(quantiles, lengths, "lengths")?
        };
        let (length_seed, word_seed) = (seed.child("length"), seed.child("words"));
        Ok(Self { lexicon: Lexicon::new(), style, lengths, length_seed, word_seed, unique: None })
    }

    /// Makes every text different by starting it with words that spell its ordinal.
    pub(crate) fn unique(mut self, n_needed: u64, seed: Seed) -> Result<Self, ErrorKind> {
        let have = cast::to_u64(self.lexicon.words.len()).saturating_pow(NUMBER_WORDS);
        if have < n_needed {
            return Err(ErrorKind::NotEnoughValues { have, need: n_needed });
        }
        self.unique = Some(Permutation::new(have, seed));
        Ok(self)
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| self.write(slot, out));
    }

    fn write(&self, slot: Slot, out: &mut String) {
        let wanted = self.lengths.value(self.length_seed.uniform(slot.address)).clamp(0.0, MAX_LENGTH);
        let mut left = cast::to_usize(cast::round_to_u64(wanted));
        let mut draws = Draws::new(self.word_seed.bits(slot.address));
        let start = out.len();
        if let Some(permutation) = &self.unique {
            let number = permutation.apply(slot.ordinal);
            self.write_number(number, out);
            left = left.saturating_sub(out.len() - start);
            if left > 1 {
                out.push(' ');
                left -= 1;
            } else {
                left = 0;
            }
        }
        match self.style {
            Style::Words => self.write_words(left, &mut draws, out),
            Style::Sentences => self.write_sentences(left, &mut draws, out),
        }
        if self.style == Style::Sentences {
            capitalise(out, start);
        }
    }

    fn write_number(&self, number: u64, out: &mut String) {
        let base = cast::to_u64(self.lexicon.words.len());
        let mut rest = number;
        for place in 0..NUMBER_WORDS {
            out.push_str(if place == 0 { "" } else { " " });
            out.push_str(self.lexicon.words[cast::to_usize(rest % base)]);
            rest /= base;
        }
    }

    /// Appends words and single spaces, `left` characters in all.
    fn write_words(&self, mut left: usize, draws: &mut Draws, out: &mut String) {
        while left > 0 {
            if let Some(word) = self.lexicon.of_length(left, draws) {
                out.push_str(word);
                return;
            }
            let word = self.lexicon.any(draws);
            // Between one word and the next stands a space, so two characters must stay.
            if word.len() + 2 > left {
                continue;
            }
            out.push_str(word);
            out.push(' ');
            left -= word.len() + 1;
        }
    }

    /// Appends sentences, `left` characters in all; too short ones have no full stop.
    fn write_sentences(&self, left: usize, draws: &mut Draws, out: &mut String) {
        const SHORTEST: usize = 40;
        let mut left = left;
        while left > SHORTEST {
            let (fewest, most) = SENTENCE_WORDS;
            let n_words = fewest + cast::to_usize(draws.pick(cast::to_u64(most - fewest)));
            let start = out.len();
            for _ in 0..n_words {
                let word = self.lexicon.any(draws);
                if left < SHORTEST / 2 + word.len() {
                    break;
                }
                out.push_str(word);
                out.push(' ');
                left -= word.len() + 1;
            }
            if out.len() > start {
                out.pop();
                out.push_str(". ");
                left -= 1;
                capitalise(out, start);
            }
        }
        let start = out.len();
        let body = if left > 3 { left - 1 } else { left };
        self.write_words(body, draws, out);
        capitalise(out, start);
        if left > 3 {
            out.push('.');
        }
    }
}

fn capitalise(out: &mut str, at: usize) {
    if let Some(first) = out.get_mut(at..at + 1) {
        first.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn texts(style: Style, lengths: &[f64], unique: bool) -> Vec<String> {
        let quantiles: Vec<f64> =
            (0..lengths.len()).map(|at| 100.0 * at as f64 / (lengths.len().max(2) - 1) as f64).collect();
        let mut texts = Texts::compile(style, &quantiles, lengths, Seed::root(1)).unwrap();
        if unique {
            texts = texts.unique(1000, Seed::root(2)).unwrap();
        }
        let address = |ordinal| Slot { address: ordinal, ordinal, uniform: None };
        (0..1000)
            .map(|ordinal| {
                let mut out = String::new();
                texts.write(address(ordinal), &mut out);
                out
            })
            .collect()
    }

    /// Catches text that is cut or padded to a neighbouring length.
    #[test]
    fn lengths_are_exact() {
        for length in (0..80_u32).chain([200, 5000]) {
            for style in [Style::Words, Style::Sentences] {
                let made = texts(style, &[f64::from(length)], false);
                assert!(made.iter().all(|text| text.len() == length as usize), "{style:?} {length}");
                assert!(made.iter().all(|text| text.trim() == text && !text.contains("  ")), "{length}");
            }
        }
    }

    #[test]
    fn sentences_look_like_sentences() {
        let made = texts(Style::Sentences, &[150.0, 300.0], false);
        assert!(made.iter().all(|text| text.ends_with('.') && text.starts_with(|c: char| c.is_uppercase())));
        assert!(made.iter().any(|text| text.matches(". ").count() > 1));
    }

    #[test]
    fn unique_texts_differ() {
        let made = texts(Style::Words, &[1.0, 60.0], true);
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
    }
}
