//! What a writer should know of running text: words that many texts share, and the field that a text follows from, such
//! as a rating that a review's words tell.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::hash::hash_bytes;
use synth_core::{JsonPath, Rate, cast, math};

use synth_privacy::{Gate, Publishable};

use crate::phrasing::is_one_a_unit;
use crate::profile::{FieldProfile, Profile, SampleLayout, TextProfile};
use crate::prose::is_function_word;
use crate::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleTables};

/// Values of a field that texts may follow from.
const MAX_VALUES: usize = 8;
/// Different texts that are looked at, those with the lowest hashes.
const MAX_TEXTS: usize = 4096;
/// Share of the errors of always guessing the most frequent value that words must avoid.
const MIN_LAMBDA: f64 = 0.2;
/// Standard errors of the share of right guesses that lie between it and chance.
const MIN_DEVIATIONS: f64 = 4.0;

/// Words that are told of a field.
const MAX_WORDS: usize = 12;
/// Share of the texts that have such a word.
const MIN_WORD_SHARE: f64 = 0.01;
/// Letters of such a word: shorter ones are of the language, not of the field.
const MIN_LETTERS: usize = 4;

/// What is known of the running text of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct TextCues {
    /// The field.
    pub path: JsonPath,
    /// Words that many texts have, the most frequent first.
    pub words: Vec<Publishable>,
    /// The field that the text follows from.
    pub by: Option<TextCue>,
}

/// A field whose values the words of a text tell.
#[derive(Debug, Clone, PartialEq)]
pub struct TextCue {
    /// The field that it follows from.
    pub by: JsonPath,
    /// Share of the texts, held back while words were counted, of which the words tell the value.
    pub right: Rate,
    /// Share that always guessing the most frequent value gets right.
    pub usual: Rate,
}

impl TextCue {
    /// Goodman and Kruskal's λ: the share of the errors of guessing without the text that the text avoids.
    fn lambda(&self) -> f64 {
        let room = 1.0 - self.usual.get();
        if room <= 0.0 { 0.0 } else { (self.right.get() - self.usual.get()) / room }
    }
}

/// Returns what is known of each field of running text: public words, and the field of the same table that its words tell
/// best, if one they tell well.
///
/// # Method
///
/// *Words* are those that at least k different texts have and the [`Gate`] lets through; only of fields with one text a
/// record, as k counts texts. Of texts that hold personal data a word counts only where it is written small, as names are not.
///
/// *The field* is found by naive Bayes on words (multinomial, Laplace's 1 added; McCallum and Nigam 1998, A comparison of
/// event models for naive Bayes text classification, equations 4 to 6). Different texts are cut in halves by their hashes;
/// each half is told by the words of the other. A field counts when at least a fifth of the errors are avoided (Goodman and
/// Kruskal 1954, Measures of association for cross classifications, section 5) and the right guesses are four standard errors
/// above chance. Each value, and each word that is looked at, is that of at least k texts. A text that came with several
/// values counts with its most frequent one. Texts and fields are taken by their hashes and paths, so the order of the
/// records does not show.
///
/// # Cost
///
/// O(words × values) for each pair of a text and a field with few values; at most 4,096 texts.
#[must_use]
pub fn text_cues(profile: &Profile, tables: &SampleTables) -> Vec<TextCues> {
    let is_document = profile.layout == SampleLayout::Document;
    let of_field = |field: &FieldProfile| {
        let text = field.text.as_ref().filter(|text| is_running_text(text))?;
        let of_field =
            |column: &SampleColumn<'_>| *column.path() == field.path && column.part() == SamplePart::Value;
        let (table, column) =
            tables.iter().find_map(|table| Some((table, table.columns().find(of_field)?)))?;
        let words = is_one_a_unit(&field.path, is_document)
            .then(|| public_words(column, text.personal.is_some(), Gate::new(profile.k)));
        Some(TextCues {
            path: field.path.clone(),
            words: words.unwrap_or_default(),
            by: best_cue(column, table, profile.k),
        })
    };
    profile.fields.iter().filter_map(of_field).collect()
}

/// Running text, that of personal fields only where it is text in which personal data stand.
fn is_running_text(text: &TextProfile) -> bool {
    text.prose.is_some() && matches!(text.personal.as_deref(), None | Some("free_text"))
}

fn public_words(texts: SampleColumn<'_>, is_personal: bool, gate: Gate) -> Vec<Publishable> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut n_texts = 0_u64;
    for text in texts.values().filter_map(|value| value.text) {
        n_texts += 1;
        let mut of_text: BTreeMap<String, bool> = BTreeMap::new();
        for word in text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())) {
            let is_small = word.chars().all(char::is_lowercase);
            *of_text.entry(word.to_lowercase()).or_insert(true) &= is_small;
        }
        for (word, is_small) in of_text {
            let (n, n_small) = counts.entry(word).or_default();
            *n += 1;
            *n_small += u64::from(is_small);
        }
    }
    let is_telling = |word: &str| {
        word.chars().count() >= MIN_LETTERS
            && word.chars().all(char::is_alphabetic)
            && !is_function_word(word)
    };
    let mut words: Vec<(u64, Publishable)> = counts
        .into_iter()
        .filter(|(word, (n, n_small))| is_telling(word) && (!is_personal || n == n_small))
        .filter(|(_, (n, _))| *n as f64 >= MIN_WORD_SHARE * n_texts as f64)
        .filter_map(|(word, (n, _))| Some((n, gate.category(&word, n, None)?)))
        .collect();
    // The sort is stable, and the map is in order of the words.
    words.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    words.into_iter().take(MAX_WORDS).map(|(_, word)| word).collect()
}

fn best_cue(texts: SampleColumn<'_>, table: SampleTable<'_>, k: u64) -> Option<TextCue> {
    let words = Words::of(texts);
    let cues = table
        .columns()
        .filter(|column| column.path() != texts.path() && column.part() == SamplePart::Value)
        .filter(|column| (2..=MAX_VALUES).contains(&column.values().count()))
        .filter_map(|column| words.cue((texts, column), table.n_rows(), k));
    cues.fold(None, |best: Option<TextCue>, cue| match best {
        Some(best) if best.lambda() >= cue.lambda() => Some(best),
        _ => Some(cue),
    })
}

/// The words of the texts that are looked at, by the number of the text; the half it is in.
struct Words(BTreeMap<usize, (bool, Vec<u64>)>);

impl Words {
    fn of(texts: SampleColumn<'_>) -> Self {
        let hashed = texts.values().enumerate().filter_map(|(at, value)| {
            let text = value.text?;
            Some((hash_bytes(text.as_bytes()), at, text))
        });
        let mut all: Vec<(u64, usize, &str)> = hashed.collect();
        all.sort_unstable();
        all.truncate(MAX_TEXTS);
        Self(all.into_iter().map(|(hash, at, text)| (at, (hash & 1 == 0, words(text)))).collect())
    }

    /// How well the words tell the values of a column; `None` if not well enough, or if there are too few texts.
    fn cue(
        &self,
        (texts, column): (SampleColumn<'_>, SampleColumn<'_>),
        n_rows: usize,
        k: u64,
    ) -> Option<TextCue> {
        let classes = self.classes((texts, column), n_rows);
        let mut sizes: BTreeMap<(bool, usize), u64> = BTreeMap::new();
        for (text, class) in &classes {
            *sizes.entry((self.0[text].0, *class)).or_default() += 1;
        }
        let known: BTreeSet<usize> = classes.values().copied().collect();
        let is_enough = |class: &usize| {
            [true, false].iter().all(|half| sizes.get(&(*half, *class)).is_some_and(|n| *n >= k))
        };
        if known.len() < 2 || !known.iter().all(is_enough) {
            return None;
        }
        let halves = [true, false].map(|half| Bayes::learn(self, &classes, half, k));
        let is_right = |(text, class): (&usize, &usize)| {
            let (half, words) = &self.0[text];
            halves[usize::from(*half)].guess(words) == Some(*class)
        };
        let n_right = cast::to_u64(classes.iter().filter(|(text, class)| is_right((text, class))).count());
        let n_texts = cast::to_u64(classes.len());
        let of_class = |class: &usize| sizes[&(true, *class)] + sizes[&(false, *class)];
        let n_usual = known.iter().map(of_class).max().unwrap_or(0);
        let cue = TextCue {
            by: column.path().clone(),
            right: Rate::of(n_right, n_texts),
            usual: Rate::of(n_usual, n_texts),
        };
        let usual = cue.usual.get();
        let error = math::sqrt(usual * (1.0 - usual) / n_texts as f64);
        let is_sure = cue.right.get() - usual >= MIN_DEVIATIONS * error;
        (cue.lambda() >= MIN_LAMBDA && is_sure).then_some(cue)
    }

    /// The value that each text most often came with.
    fn classes(
        &self,
        (texts, column): (SampleColumn<'_>, SampleColumn<'_>),
        n_rows: usize,
    ) -> BTreeMap<usize, usize> {
        let mut counts: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
        for row in 0..n_rows {
            if let (SampleCell::Value(text), SampleCell::Value(class)) = (texts.cell(row), column.cell(row))
                && self.0.contains_key(&text)
            {
                *counts.entry(text).or_default().entry(class).or_default() += 1;
            }
        }
        let most = |counts: BTreeMap<usize, u64>| {
            counts
                .into_iter()
                .max_by_key(|(class, n)| (*n, std::cmp::Reverse(*class)))
                .map(|(class, _)| class)
        };
        counts.into_iter().filter_map(|(text, counts)| Some((text, most(counts)?))).collect()
    }
}

/// Words as hashes, without case.
fn words(text: &str) -> Vec<u64> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| hash_bytes(word.to_lowercase().as_bytes())).collect()
}

/// Logarithms of the shares of classes, and of words in them.
struct Bayes {
    classes: Vec<(usize, f64)>,
    /// By word, for each class; words of fewer than k texts are left out.
    words: BTreeMap<u64, Vec<f64>>,
}

impl Bayes {
    /// Counts the words of one half of the texts.
    fn learn(words: &Words, classes: &BTreeMap<usize, usize>, half: bool, k: u64) -> Self {
        let of_half = || {
            let texts = classes.iter().map(|(text, class)| (&words.0[text], *class));
            texts.filter(move |((in_half, _), _)| *in_half == half).map(|((_, words), class)| (words, class))
        };
        let mut n_with: BTreeMap<u64, u64> = BTreeMap::new();
        for (words, _) in of_half() {
            for word in words.iter().copied().collect::<BTreeSet<u64>>() {
                *n_with.entry(word).or_default() += 1;
            }
        }
        let known: Vec<usize> = classes.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut counts: BTreeMap<u64, Vec<u64>> = n_with
            .into_iter()
            .filter(|(_, n)| *n >= k)
            .map(|(word, _)| (word, vec![0; known.len()]))
            .collect();
        let (mut n_texts, mut n_words) = (vec![0_u64; known.len()], vec![0_u64; known.len()]);
        for (words, class) in of_half() {
            let Ok(at) = known.binary_search(&class) else { continue };
            n_texts[at] += 1;
            for word in words {
                if let Some(counts) = counts.get_mut(word) {
                    counts[at] += 1;
                    n_words[at] += 1;
                }
            }
        }
        let n_known = cast::to_u64(counts.len());
        let log = |n: u64, of: u64| math::ln((n + 1) as f64 / (of + n_known.max(1)) as f64);
        let words = counts
            .into_iter()
            .map(|(word, counts)| (word, counts.iter().zip(&n_words).map(|(n, of)| log(*n, *of)).collect()))
            .collect();
        let n_all: u64 = n_texts.iter().sum();
        let prior = |n: u64| math::ln(n.max(1) as f64 / n_all.max(1) as f64);
        Self { classes: known.into_iter().zip(n_texts.into_iter().map(prior)).collect(), words }
    }

    /// The class that a text is most likely of; the first of those that are level.
    fn guess(&self, words: &[u64]) -> Option<usize> {
        let mut scores: Vec<f64> = self.classes.iter().map(|(_, prior)| *prior).collect();
        for shares in words.iter().filter_map(|word| self.words.get(word)) {
            scores.iter_mut().zip(shares).for_each(|(score, share)| *score += share);
        }
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scored = self.classes.iter().zip(scores);
        scored.into_iter().find(|(_, score)| *score >= best).map(|((class, _), _)| *class)
    }
}
