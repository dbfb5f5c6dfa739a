//! How well templates and chains speak for the texts they were learned from.

use std::collections::BTreeSet;

use synth_core::{Seed, cast};
use synth_privacy::Publishable;
use synth_stats::word_chain::WordChain;

use super::{ChainProfile, TemplateProfile, Text, chain};
use crate::profile::TextProfile;

/// Texts that are made to be judged.
const N_MADE: u64 = 200;

/// The share of texts that follow a template.
pub(super) fn of_templates(templates: &[TemplateProfile]) -> f64 {
    templates.iter().map(|template| template.share.get()).sum::<f64>().min(1.0)
}

/// The product of what a chain covers, how well its lengths fit, how different its texts are, and how seldom they
/// repeat themselves; each from 0 to 1.
///
/// # Method
///
/// Texts are made with fixed draws. Length fit is 1 minus the mean distance of made and wanted lengths as a share of the
/// wanted one; diversity is the share of different texts, at most 1 at half of them; repetition the share of word pairs
/// of a text that it has twice.
pub(super) fn of_chain(chain: Option<&ChainProfile>, texts: &[Text<'_>], profile: &TextProfile) -> f64 {
    let Some(learned) = chain else { return 0.0 };
    let walker = walker(learned);
    let seed = Seed::root(N_MADE);
    let mut made = BTreeSet::new();
    let (mut fit, mut repeats, mut n_pairs) = (0.0, 0_u64, 0_u64);
    for index in 0..N_MADE {
        let wanted = at(
            &profile.lengths.percent,
            &profile.lengths.values,
            100.0 * seed.child("length").uniform(index),
        );
        let own = seed.child_at(index);
        let mut n = 0;
        let mut words: Vec<String> = Vec::new();
        let uniform = || {
            n += 1;
            own.uniform(n)
        };
        walker.walk(cast::to_usize(cast::round_to_u64(wanted.max(0.0))), uniform, &mut |word| {
            words.push(word.to_owned())
        });
        let text = words.join(" ");
        let length = cast::to_u64(text.chars().count()) as f64;
        fit += (1.0 - (length - wanted).abs() / wanted.max(1.0)).max(0.0);
        let pairs: Vec<(&String, &String)> = words.iter().zip(words.iter().skip(1)).collect();
        let distinct: BTreeSet<_> = pairs.iter().collect();
        n_pairs += cast::to_u64(pairs.len());
        repeats += cast::to_u64(pairs.len() - distinct.len());
        made.insert(text);
    }
    let diversity = (2.0 * cast::to_u64(made.len()) as f64 / N_MADE as f64).min(1.0);
    let repetition = repeats as f64 / n_pairs.max(1) as f64;
    chain::coverage(learned, texts).sqrt() * (fit / N_MADE as f64) * diversity * (1.0 - repetition)
}

fn walker(chain: &ChainProfile) -> WordChain {
    let row = |row: &super::ChainRow| {
        let next = row.next.iter().map(|(word, n)| (word.as_str().into(), *n as f64)).collect();
        (row.after.iter().map(Publishable::as_str).collect::<Vec<_>>().join(" ").into(), next)
    };
    WordChain::new(usize::from(chain.order), chain.rows.iter().map(row))
}

/// The value at a percentage of a curve, linear between its points.
fn at(percent: &[f64], values: &[f64], wanted: f64) -> f64 {
    let behind = percent.iter().position(|point| *point >= wanted).unwrap_or(percent.len().saturating_sub(1));
    let (Some(high), Some(low)) = (values.get(behind), values.get(behind.saturating_sub(1))) else {
        return 0.0;
    };
    let (from, to) = (percent[behind.saturating_sub(1)], percent[behind]);
    if to > from { low + (high - low) * (wanted - from) / (to - from) } else { *high }
}
