//! Chains of words that no single text can be read from.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::cast;
use synth_privacy::{Gate, Publishable};

use super::token::is_plain;
use super::{ChainProfile, ChainRow, Text};

/// Steps of a chain, at most; the most frequent stay.
const MAX_STEPS: usize = 1500;
/// Words in a row that no text may share with what the chain makes, unless k texts share them.
pub(super) const RUN: usize = 6;
/// A second word of memory needs at least this many steps, and this share of those of one word.
const MIN_SECOND: (usize, f64) = (60, 0.6);

/// A step: the last words, and the word behind them; no word is the start or the end.
type Step<'a> = (Vec<&'a str>, &'a str);

/// Learns which words follow each other; `None` if hardly any do.
///
/// # Method
///
/// A word is used when at least k different texts have it and the [`Gate`] lets it through, a step when at least k texts
/// have it; a text counts once. Steps are then taken out until the chain can make neither
/// - six words in a row that fewer than k texts share, nor
/// - a text of fewer words, or the beginning of one, that fewer than k texts equal,
///
/// each time the rarest step of those that such a run needs. The rules hold for the texts that were kept, which are all
/// while there are at most 2048 different ones. A text that was cut takes part up to its last whole word.
///
/// # Cost
///
/// O(words · log words) for each order that is tried.
pub(super) fn learn(texts: &[Text<'_>], gate: Gate) -> Option<ChainProfile> {
    let words: Vec<(Vec<&str>, bool)> = texts.iter().map(|text| words_of(text)).collect();
    let public = public_words(&words, gate);
    let first = steps(&words, &public, (1, gate));
    let second = steps(&words, &public, (2, gate));
    let (min, share) = MIN_SECOND;
    let is_second = second.len() >= min && second.len() as f64 >= share * first.len() as f64;
    let (order, kept) = if is_second { (2, second) } else { (1, first) };
    let kept = frequent(kept);
    let safe = without_runs(kept, &words, (order, gate));
    let safe = reachable(safe, order);
    (safe.len() > 8).then(|| profile(order, &safe, gate))
}

/// The words of a text, and whether it was kept to its end; the last word of a cut one may be cut, too.
fn words_of<'a>(text: &Text<'a>) -> (Vec<&'a str>, bool) {
    let mut words: Vec<&str> = text.text.split_whitespace().collect();
    if !text.is_whole {
        words.pop();
    }
    (words, text.is_whole)
}

fn public_words<'a>(texts: &[(Vec<&'a str>, bool)], gate: Gate) -> BTreeSet<&'a str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (words, _) in texts {
        words
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .for_each(|word| *counts.entry(word).or_default() += 1);
    }
    let is_public = |(word, n): &(&str, u64)| is_plain(word) && gate.category(word, *n, None).is_some();
    counts.into_iter().filter(is_public).map(|(word, _)| word).collect()
}

/// All steps of a text in order; `None` where a word is not public.
fn path<'a>(words: &[&'a str], has_end: bool, order: usize) -> Vec<Step<'a>> {
    let mut context: Vec<&str> = Vec::new();
    let mut steps = Vec::new();
    for word in words.iter().copied().chain(has_end.then_some("")) {
        steps.push((context.clone(), word));
        context.push(word);
        if context.len() > order {
            context.remove(0);
        }
    }
    steps
}

/// The steps that enough texts have, with their numbers.
fn steps<'a>(
    texts: &[(Vec<&'a str>, bool)],
    public: &BTreeSet<&'a str>,
    (order, gate): (usize, Gate),
) -> BTreeMap<Step<'a>, u64> {
    let mut counts: BTreeMap<Step<'a>, u64> = BTreeMap::new();
    for (words, is_whole) in texts {
        let own: BTreeSet<Step<'a>> = path(words, *is_whole, order).into_iter().collect();
        let is_public = |step: &Step<'a>| {
            step.0.iter().chain([&step.1]).all(|word| word.is_empty() || public.contains(word))
        };
        own.into_iter().filter(is_public).for_each(|step| *counts.entry(step).or_default() += 1);
    }
    counts.retain(|_, n| gate.is_enough(*n));
    counts
}

fn frequent(counts: BTreeMap<Step<'_>, u64>) -> BTreeMap<Step<'_>, u64> {
    let mut ranked: Vec<(Step<'_>, u64)> = counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ranked.into_iter().take(MAX_STEPS).collect()
}

/// Takes out steps until no run of words can be made that fewer than k texts have.
fn without_runs<'a>(
    mut kept: BTreeMap<Step<'a>, u64>,
    texts: &[(Vec<&'a str>, bool)],
    (order, gate): (usize, Gate),
) -> BTreeMap<Step<'a>, u64> {
    let mut runs: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    let mut wholes: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for (words, _) in texts {
        let own: BTreeSet<&[&str]> = words.windows(RUN).collect();
        own.into_iter().for_each(|run| *runs.entry(run.to_vec()).or_default() += 1);
        // Longer ones are made of runs.
        if words.len() < RUN {
            *wholes.entry(words.clone()).or_default() += 1;
        }
    }
    // A run inside of a text has no start, so its first words are its first context.
    let inner = runs.iter().filter(|(_, n)| !gate.is_enough(**n)).map(|(run, _)| {
        let mut steps = path(run, false, order);
        steps.drain(..order);
        steps
    });
    let whole =
        wholes.iter().filter(|(_, n)| !gate.is_enough(**n)).map(|(words, _)| path(words, false, order));
    let forbidden: Vec<Vec<Step<'a>>> = inner.chain(whole).collect();
    for steps in &forbidden {
        let counts: Option<Vec<u64>> = steps.iter().map(|step| kept.get(step).copied()).collect();
        let Some(counts) = counts else { continue };
        let rarest = counts.iter().enumerate().min_by_key(|(at, n)| (**n, *at)).map(|(at, _)| at);
        if let Some(rarest) = rarest {
            kept.remove(&steps[rarest]);
        }
    }
    kept
}

/// The steps that a walk from the start can come to, without those into words where it would have to stop.
fn reachable(mut steps: BTreeMap<Step<'_>, u64>, order: usize) -> BTreeMap<Step<'_>, u64> {
    loop {
        let n = steps.len();
        let contexts: BTreeSet<Vec<&str>> = steps.keys().map(|(context, _)| context.clone()).collect();
        let leads_on = |step: &Step<'_>| step.1.is_empty() || contexts.contains(&after(step, order));
        steps.retain(|step, _| leads_on(step));
        let mut reached: BTreeSet<Vec<&str>> = BTreeSet::from([Vec::new()]);
        let mut open = vec![Vec::new()];
        while let Some(context) = open.pop() {
            for (step, _) in steps.range((context.clone(), "")..).take_while(|(step, _)| step.0 == context) {
                let next = after(step, order);
                if !step.1.is_empty() && reached.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        steps.retain(|(context, _), _| reached.contains(context));
        if steps.len() == n {
            return steps;
        }
    }
}

/// The context behind a step.
fn after<'a>((context, word): &Step<'a>, order: usize) -> Vec<&'a str> {
    let mut next = context.clone();
    next.push(word);
    if next.len() > order {
        next.remove(0);
    }
    next
}

fn profile(order: usize, steps: &BTreeMap<Step<'_>, u64>, gate: Gate) -> ChainProfile {
    let mut rows: BTreeMap<Vec<Publishable>, Vec<(Publishable, u64)>> = BTreeMap::new();
    // Every word of a step is in as many texts as the step.
    let public = |word: &str, n: u64| match word {
        "" => Some(Publishable::vocabulary("")),
        word => gate.category(word, n, None),
    };
    for ((context, word), n) in steps {
        let after: Option<Vec<Publishable>> = context.iter().map(|word| public(word, *n)).collect();
        if let (Some(after), Some(word)) = (after, public(word, *n)) {
            rows.entry(after).or_default().push((word, *n));
        }
    }
    let row = |(after, mut next): (Vec<Publishable>, Vec<(Publishable, u64)>)| {
        next.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        ChainRow { after, next }
    };
    ChainProfile { order: if order == 2 { 2 } else { 1 }, rows: rows.into_iter().map(row).collect() }
}

/// The share of words of the texts that the chain has.
pub(super) fn coverage(chain: &ChainProfile, texts: &[Text<'_>]) -> f64 {
    let known: BTreeSet<&str> =
        chain.rows.iter().flat_map(|row| &row.next).map(|(word, _)| word.as_str()).collect();
    let (mut n_known, mut n_all) = (0, 0);
    for text in texts {
        for word in text.text.split_whitespace() {
            n_known += usize::from(known.contains(word));
            n_all += 1;
        }
    }
    cast::to_u64(n_known) as f64 / cast::to_u64(n_all.max(1)) as f64
}
