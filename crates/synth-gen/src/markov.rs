//! The generator `markov_text`: texts that are walks along a chain of words.

use synth_core::{Seed, cast};
use synth_rules::generator::MarkovText;
use synth_stats::word_chain::WordChain;

use crate::column::{Slot, Slots, Values};
use crate::curve::Curve;
use crate::draw::Draws;
use crate::error::ErrorKind;

/// Makes texts of about the lengths that quantiles ask for.
#[derive(Debug, Clone)]
pub(crate) struct MarkovTexts {
    chain: WordChain,
    lengths: Curve,
    length_seed: Seed,
    word_seed: Seed,
}

impl MarkovTexts {
    /// Compiles a chain; without quantiles a text is a sentence or two.
    pub(crate) fn compile(rule: &MarkovText, seed: Seed) -> Result<Self, ErrorKind> {
        if rule.next.is_empty() {
            return Err(ErrorKind::EmptyList { what: "next" });
        }
        let lengths = if rule.quantiles.is_empty() && rule.lengths.is_empty() {
            Curve::fit(&[0.0, 100.0], &[20.0, 120.0], "lengths")?
        } else {
            Curve::fit(&rule.quantiles, &rule.lengths, "lengths")?
        };
        let rows = rule.next.iter().map(|(context, next)| {
            let next = next.iter().map(|(word, weight)| (word.as_str().into(), *weight)).collect();
            (context.as_str().into(), next)
        });
        let chain = WordChain::new(usize::from(rule.order), rows);
        Ok(Self { chain, lengths, length_seed: seed.child("length"), word_seed: seed.child("words") })
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| self.write(slot, out));
    }

    fn write(&self, slot: Slot, out: &mut String) {
        let wanted = self.lengths.value(self.length_seed.uniform(slot.address)).clamp(0.0, 1e6);
        let mut draws = Draws::new(self.word_seed.bits(slot.address));
        let start = out.len();
        self.chain.walk(cast::to_usize(cast::round_to_u64(wanted)), || draws.uniform(), &mut |word| {
            if out.len() > start {
                out.push(' ');
            }
            out.push_str(word);
        });
    }
}
