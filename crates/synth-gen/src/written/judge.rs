//! Which texts of a model are taken.

use std::collections::BTreeSet;
use std::fmt;

use synth_core::{cast, hash};
use synth_rules::TextLimits;

use super::real::RealTexts;

/// Words in a row that no text may share with an example.
const RUN: usize = 6;
/// Words in a row that no text may share with the question: a model that is at a loss repeats what it was asked.
const ECHO: usize = 4;
/// Texts whose words overlap as much as this say the same.
const ALIKE: f64 = 0.8;
/// Texts of which more is repeated, or is no letter, are not taken.
const MIN_COHERENCE: f64 = 0.5;
/// Earlier texts that a new one is compared with, word by word.
const MAX_COMPARED: usize = 512;
/// Longest text where the rule and its examples do not say.
const DEFAULT_MAX_LENGTH: u64 = 400;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is empty or has too few characters.
    TooShort,
    /// It has too many characters, and no sentence of it alone has few enough.
    TooLong,
    /// It is not a text of the regular expression.
    Pattern,
    /// It has a word that is forbidden.
    ForbiddenWord,
    /// It has markers of a chat, code or markup that do not belong into a text.
    Markup,
    /// It is an example, or hardly differs from one.
    LikeExample,
    /// It repeats six words of an example.
    SharesWords,
    /// It repeats the question.
    Echo,
    /// It is a real text, or repeats six words of one.
    Real,
    /// It is another text, or hardly differs from it.
    Repeated,
    /// It says the same words again and again, or has hardly any letters.
    Incoherent,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "too short",
            Self::TooLong => "too long",
            Self::Pattern => "not of the regular expression",
            Self::ForbiddenWord => "with a forbidden word",
            Self::Markup => "with markup",
            Self::LikeExample => "like an example",
            Self::SharesWords => "with six words of an example",
            Self::Echo => "repeating the question",
            Self::Real => "with words of the real data",
            Self::Repeated => "said before",
            Self::Incoherent => "not coherent",
        })
    }
}

/// Takes texts one by one, in order; what is taken depends on what was taken before.
#[derive(Debug)]
pub(super) struct Judge<'r> {
    real: &'r RealTexts,
    min_length: u64,
    max_length: u64,
    regex: Option<regex::Regex>,
    forbidden: BTreeSet<String>,
    example_texts: BTreeSet<String>,
    example_words: Vec<BTreeSet<u64>>,
    example_runs: BTreeSet<u64>,
    question_runs: BTreeSet<u64>,
    taken: BTreeSet<String>,
    taken_words: Vec<BTreeSet<u64>>,
}

impl<'r> Judge<'r> {
    /// Limits that the rule leaves open follow from the examples: from half of the shortest to one and a half times the longest.
    pub(super) fn new(limits: &TextLimits, examples: &[String], real: &'r RealTexts) -> Self {
        let lengths = examples.iter().map(|text| n_chars(text));
        let max_length =
            limits.max_length.or_else(|| lengths.clone().max().map(|longest| longest + longest / 2));
        let min_length = limits.min_length.or_else(|| lengths.min().map(|shortest| shortest / 2));
        let max_length = max_length.unwrap_or(DEFAULT_MAX_LENGTH);
        let words: Vec<Vec<u64>> = examples.iter().map(|text| words(text)).collect();
        Self {
            real,
            min_length: min_length.unwrap_or(1).clamp(1, max_length.max(1)),
            max_length,
            // The rules were checked: an expression that cannot be read here lets no text pass.
            regex: limits.regex.as_deref().map(|regex| {
                let whole = regex::Regex::new(&format!("^(?:{regex})$"));
                whole.unwrap_or_else(|_| regex::Regex::new("[^\\s\\S]").expect("the expression of no text"))
            }),
            forbidden: limits.forbidden_words.iter().map(|word| word.to_lowercase()).collect(),
            example_texts: examples.iter().map(|text| text.trim().to_lowercase()).collect(),
            question_runs: BTreeSet::new(),
            example_runs: words.iter().flat_map(|words| runs(words)).collect(),
            example_words: words.iter().map(|words| words.iter().copied().collect()).collect(),
            taken: BTreeSet::new(),
            taken_words: Vec::new(),
        }
    }

    /// Refuses texts that repeat what a question says, from now on.
    pub(super) fn note_question(&mut self, described: &str) {
        self.question_runs.extend(runs_of(&words(described), ECHO));
    }

    pub(super) fn max_length(&self) -> u64 {
        self.max_length
    }

    /// Brings an answer into the form of a text and takes it, with its score from 0 to 1; or says why not.
    ///
    /// # Method
    ///
    /// Hard limits first. The score is the mean of *coherence*, the share of its words that are not repeated times the share
    /// of its characters that are letters or blanks, and *diversity*, 1 - the largest Jaccard similarity of its set of words
    /// with that of a text taken before.
    pub(super) fn take(&mut self, answer: &str) -> Result<(String, f64), Fault> {
        let text = self.fitted(cleaned(answer)).ok_or(Fault::TooLong)?;
        if n_chars(text) < self.min_length {
            return Err(Fault::TooShort);
        }
        if is_marked(text) {
            return Err(Fault::Markup);
        }
        if self.regex.as_ref().is_some_and(|regex| !regex.is_match(text)) {
            return Err(Fault::Pattern);
        }
        let lower = text.to_lowercase();
        if self.forbidden.iter().any(|word| has_word(&lower, word)) {
            return Err(Fault::ForbiddenWord);
        }
        let list = words(text);
        let set: BTreeSet<u64> = list.iter().copied().collect();
        let alike = |others: &[BTreeSet<u64>]| {
            others.iter().rev().take(MAX_COMPARED).map(|other| jaccard(&set, other)).fold(0.0, f64::max)
        };
        // A closed form, such as that of a code, has few words to differ in.
        let is_free = self.regex.is_none();
        if self.example_texts.contains(&lower) || (is_free && alike(&self.example_words) >= ALIKE) {
            return Err(Fault::LikeExample);
        }
        if runs(&list).any(|run| self.example_runs.contains(&run)) {
            return Err(Fault::SharesWords);
        }
        if runs_of(&list, ECHO).any(|run| self.question_runs.contains(&run)) {
            return Err(Fault::Echo);
        }
        if self.real.holds(&list) {
            return Err(Fault::Real);
        }
        let likeness = alike(&self.taken_words);
        if self.taken.contains(&lower) || (is_free && likeness >= ALIKE) {
            return Err(Fault::Repeated);
        }
        let coherence = coherence(text, &list, &set);
        let score = f64::midpoint(coherence, 1.0 - likeness);
        if is_free && coherence < MIN_COHERENCE {
            return Err(Fault::Incoherent);
        }
        self.taken.insert(lower);
        self.taken_words.push(set);
        Ok((text.to_owned(), score))
    }

    /// Returns the text, or as many of its first sentences as there is room for.
    fn fitted<'t>(&self, text: &'t str) -> Option<&'t str> {
        if n_chars(text) <= self.max_length {
            return Some(text);
        }
        let room = text.char_indices().nth(cast::to_usize(self.max_length)).map_or(text.len(), |(at, _)| at);
        let end = text[..room].rfind(['.', '!', '?'])?;
        let ends_sentence = text[end + 1..].starts_with(char::is_whitespace);
        let short = &text[..=end];
        (ends_sentence && n_chars(short) >= self.min_length).then_some(short)
    }
}

fn n_chars(text: &str) -> u64 {
    cast::to_u64(text.chars().count())
}

/// The first line, without the marks that a list or a quotation has around it.
fn cleaned(answer: &str) -> &str {
    let line = answer.trim().lines().next().unwrap_or_default().trim();
    let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).unwrap_or(line).trim();
    let inside = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'));
    inside.filter(|inside| !inside.contains('"')).unwrap_or(line).trim()
}

fn is_marked(text: &str) -> bool {
    let marks = ["<|", "|>", "```", "[INST", "[/INST", "<s>", "</s>", "**", "##"];
    text.contains(char::is_control)
        || text.contains('\u{fffd}')
        || text.starts_with(['{', '['])
        || marks.iter().any(|mark| text.contains(mark))
}

fn has_word(text: &str, word: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && text.match_indices(word).any(|(at, found)| {
            is_edge(text[..at].chars().next_back()) && is_edge(text[at + found.len()..].chars().next())
        })
}

/// Hashes of the words, without case and punctuation.
pub(super) fn words(text: &str) -> Vec<u64> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| hash::hash_bytes(word.to_lowercase().as_bytes())).collect()
}

/// Hashes of all runs of words that are long enough to matter.
pub(super) fn runs(words: &[u64]) -> impl Iterator<Item = u64> {
    runs_of(words, RUN)
}

fn runs_of(words: &[u64], n_words: usize) -> impl Iterator<Item = u64> {
    words.windows(n_words).map(|run| run.iter().fold(0, |all, word| hash::combine(all, *word)))
}

fn jaccard(a: &BTreeSet<u64>, b: &BTreeSet<u64>) -> f64 {
    let both = a.intersection(b).count();
    let any = a.len() + b.len() - both;
    if any == 0 { 1.0 } else { both as f64 / any as f64 }
}

fn coherence(text: &str, list: &[u64], set: &BTreeSet<u64>) -> f64 {
    let n_chars = text.chars().count().max(1);
    let n_plain = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).count();
    let distinct = if list.is_empty() { 0.0 } else { set.len() as f64 / list.len() as f64 };
    distinct * n_plain as f64 / n_chars as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> &'static RealTexts {
        Box::leak(Box::default())
    }

    fn limits() -> TextLimits {
        TextLimits { min_length: Some(8), max_length: Some(60), ..TextLimits::default() }
    }

    /// Catches texts that say what was asked for, as small models do, and a guard that takes every common word for an echo.
    #[test]
    fn questions_are_not_answers() {
        let judge = &mut Judge::new(&limits(), &[], none());
        judge.note_question("They are: \"text in English, about 14 words\". Each has at most 60 characters.");
        check(judge, "A text in English about it all.", Err(Fault::Echo));
        check(judge, "Each has at most two of these.", Err(Fault::Echo));
        check(judge, "The text in the manual is in English.", Ok("The text in the manual is in English."));
    }

    /// A text of the real data is not taken, whether or not it is an example.
    #[test]
    fn real_texts_are_not_taken() {
        let mut real = RealTexts::default();
        real.push("The soup had gone cold already, and so had we");
        let real = real.finish();
        let judge = &mut Judge::new(&limits(), &[], &real);
        check(judge, "Sadly the soup had gone cold already!", Err(Fault::Real));
        check(judge, "Sadly the soup was cold.", Ok("Sadly the soup was cold."));
    }

    #[track_caller]
    fn check(judge: &mut Judge<'_>, answer: &str, expected: Result<&str, Fault>) {
        let taken = judge.take(answer).map(|(text, _)| text);
        assert_eq!(taken.as_deref().map_err(|fault| *fault), expected, "{answer}");
    }

    #[test]
    fn every_fault_is_found() {
        let examples = ["The driver was late and the soup had gone cold already".to_owned()];
        let forbidden = TextLimits { forbidden_words: vec!["Acme".to_owned()], ..limits() };
        let judge = &mut Judge::new(&forbidden, &examples, none());
        check(judge, "  - \"Friendly driver, warm food.\"\nNext line", Ok("Friendly driver, warm food."));
        check(judge, "friendly driver warm FOOD", Err(Fault::Repeated));
        check(judge, "", Err(Fault::TooShort));
        check(judge, "Fine.", Err(Fault::TooShort));
        check(judge, &"long ".repeat(20), Err(Fault::TooLong));
        check(judge, "Ordered from ACME, never again.", Err(Fault::ForbiddenWord));
        check(judge, "The acmeists wrote short poems.", Ok("The acmeists wrote short poems."));
        check(judge, "<|im_end|> some more words", Err(Fault::Markup));
        check(judge, "{\"items\": [\"a text\"]}", Err(Fault::Markup));
        check(judge, "bad byte \u{fffd} in here", Err(Fault::Markup));
        check(judge, "the driver was late and the soup had gone cold already!", Err(Fault::LikeExample));
        check(judge, "Sadly the soup had gone cold already, friends.", Err(Fault::SharesWords));
        check(judge, "no no no no no no no no no no", Err(Fault::Incoherent));
        check(judge, "?!?!?! ---- ?!?! ##-- a", Err(Fault::Markup));
        check(judge, "?!?!?! ---- ?!?! --- a", Err(Fault::Incoherent));
    }

    /// Five shared words are none too many, six are.
    #[test]
    fn six_words_are_the_limit() {
        let examples = ["one two three four five six seven eight nine ten eleven twelve".to_owned()];
        let judge = &mut Judge::new(&TextLimits { max_length: Some(90), ..limits() }, &examples, none());
        let five = "alpha one two three four five beta gamma delta epsilon";
        check(judge, five, Ok(five));
        check(judge, "rho one two three four five six sigma tau upsilon phi", Err(Fault::SharesWords));
    }

    #[test]
    fn long_answers_keep_their_first_sentences() {
        let judge = &mut Judge::new(&limits(), &[], none());
        check(
            judge,
            "Warm food came fast. And then there was a second driver with more food.",
            Ok("Warm food came fast."),
        );
        check(
            judge,
            "Version 1.5 of this thing has so very many words in it that it does not end",
            Err(Fault::TooLong),
        );
    }

    #[test]
    fn codes_are_judged_by_their_expression() {
        let code = TextLimits { regex: Some("[A-Z]{2}-[0-9]{3}".to_owned()), ..TextLimits::default() };
        let judge = &mut Judge::new(&code, &["AB-123".to_owned()], none());
        check(judge, "AB-124", Ok("AB-124"));
        check(judge, "ab-124", Err(Fault::Pattern));
        check(judge, "AB-124", Err(Fault::Repeated));
        check(judge, "AB-123", Err(Fault::LikeExample));
    }

    #[test]
    fn limits_follow_from_examples() {
        let judge = &mut Judge::new(&TextLimits::default(), &["twenty letters, here".to_owned()], none());
        assert_eq!((judge.min_length, judge.max_length()), (10, 30));
        check(judge, "too short", Err(Fault::TooShort));
    }
}
