//! Chains of words: which word follows which, and texts that are walks along them.

use std::collections::BTreeMap;

/// Words of a walk, at most.
pub const MAX_WORDS: usize = 400;

/// A Markov chain over words with one or two words of memory.
///
/// # Shapes and units
///
/// A row is the context (the last words, joined by spaces; empty at the start) and its followers with their weights. The
/// empty follower ends the text.
///
/// # Method
///
/// Shannon, C. E. (1948), A mathematical theory of communication, Bell Syst. Tech. J. 27, section 3 (second-order word
/// approximation), with the end of a text as a word of its own.
///
/// # Cost
///
/// O(log rows + followers) a word.
///
/// # Example
///
/// ```
/// use synth_stats::word_chain::WordChain;
///
/// let rows = [("", vec![("no", 1.0)]), ("no", vec![("answer", 3.0)]), ("answer", vec![("", 1.0)])];
/// let chain = WordChain::new(1, rows.into_iter().map(|(from, to)| (from.into(), to.into_iter().map(|(word, n)| (word.into(), n)).collect())));
/// let mut text = String::new();
/// chain.walk(9, || 0.5, &mut |word| { if !text.is_empty() { text.push(' ') } text.push_str(word) });
/// assert_eq!(text, "no answer");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WordChain {
    order: usize,
    rows: BTreeMap<Box<str>, Vec<(Box<str>, f64)>>,
}

impl WordChain {
    /// Returns the chain of some rows; an order other than 2 is taken as 1.
    pub fn new(order: usize, rows: impl IntoIterator<Item = (Box<str>, Vec<(Box<str>, f64)>)>) -> Self {
        let is_sound = |(_, weight): &(Box<str>, f64)| weight.is_finite() && *weight > 0.0;
        let rows =
            rows.into_iter().map(|(context, next)| (context, next.into_iter().filter(is_sound).collect()));
        Self { order: if order == 2 { 2 } else { 1 }, rows: rows.collect() }
    }

    /// Walks from the start and gives each word to `take`; about `wanted` characters, if the words allow it.
    ///
    /// The text ends where the chain does, or at the first possible end from `wanted` characters on. An end before
    /// three quarters of it is taken only where no word may follow. `uniform` gives numbers in [0, 1).
    pub fn walk(&self, wanted: usize, mut uniform: impl FnMut() -> f64, take: &mut dyn FnMut(&str)) {
        let mut context: Vec<&str> = Vec::new();
        let mut length = 0;
        for _ in 0..MAX_WORDS {
            let Some(next) = self.rows.get(context.join(" ").as_str()) else { return };
            let may_end = next.iter().any(|(word, _)| word.is_empty());
            if may_end && length >= wanted || length > 2 * wanted.max(20) {
                return;
            }
            let is_early = 4 * length < 3 * wanted;
            let Some(word) = pick(next, is_early, uniform()) else { return };
            if word.is_empty() {
                return;
            }
            take(word);
            length += word.chars().count() + usize::from(length > 0);
            context.push(word);
            if context.len() > self.order {
                context.remove(0);
            }
        }
    }
}

/// The follower at a share of all weights; with `no_end` the end only if there is nothing else.
fn pick(next: &[(Box<str>, f64)], no_end: bool, uniform: f64) -> Option<&str> {
    let has_word = next.iter().any(|(word, _)| !word.is_empty());
    let allowed = || next.iter().filter(move |(word, _)| !(no_end && has_word && word.is_empty()));
    let total: f64 = allowed().map(|(_, weight)| weight).sum();
    let mut left = uniform * total;
    let found = allowed().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    found.or(allowed().next_back()).map(|(word, _)| &**word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(order: usize, rows: &[(&str, &[(&str, f64)])]) -> WordChain {
        let row = |(from, to): &(&str, &[(&str, f64)])| {
            ((*from).into(), to.iter().map(|(word, weight)| ((*word).into(), *weight)).collect())
        };
        WordChain::new(order, rows.iter().map(row))
    }

    fn text(chain: &WordChain, wanted: usize, mut uniforms: impl Iterator<Item = f64>) -> String {
        let mut words: Vec<String> = Vec::new();
        chain.walk(wanted, || uniforms.next().unwrap_or(0.0), &mut |word| words.push(word.to_owned()));
        words.join(" ")
    }

    /// Catches a walk that ignores its wanted length, and one that never ends.
    #[test]
    fn walks_are_as_long_as_wanted() {
        let rows: &[(&str, &[(&str, f64)])] = &[("", &[("a", 1.0)]), ("a", &[("a", 1.0), ("", 1.0)])];
        let chain = chain(1, rows);
        assert_eq!(text(&chain, 1, std::iter::repeat(0.9)), "a");
        assert_eq!(text(&chain, 9, std::iter::repeat(0.0)), "a a a a a");
        assert!(text(&chain, 9, std::iter::repeat(0.99)).len() >= 7);
    }

    /// Catches a second word of memory that is forgotten.
    #[test]
    fn two_words_are_remembered() {
        let rows: &[(&str, &[(&str, f64)])] = &[
            ("", &[("x", 1.0), ("y", 1.0)]),
            ("x", &[("m", 1.0)]),
            ("y", &[("m", 1.0)]),
            ("x m", &[("1", 1.0)]),
            ("y m", &[("2", 1.0)]),
        ];
        let chain = chain(2, rows);
        assert_eq!(text(&chain, 20, [0.1].into_iter()), "x m 1");
        assert_eq!(text(&chain, 20, [0.9].into_iter()), "y m 2");
        assert_eq!(text(&WordChain::new(1, []), 5, std::iter::empty()), "");
    }
}
