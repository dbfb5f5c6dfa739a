//! Regular languages that can be drawn from and counted.

use std::sync::Arc;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use synth_core::cast;

use crate::draw::Picks;

/// Repeats beyond the minimum when an expression sets no maximum (`*`, `+`, `{3,}`).
pub(crate) const OPEN_REPEATS: u32 = 10;

/// Longest string of a language, in characters.
pub(crate) const MAX_LENGTH: u64 = 65_536;

/// Classes with more characters than this are cut to their printable ASCII part, if they have one.
const LARGE_CLASS: u64 = 500;

/// A regular expression as a recipe for strings.
///
/// Anchors and word boundaries are ignored, as an expression describes whole strings. `\d`, `\w` and `\s`
/// mean ASCII. Control characters are left out of classes that have others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Language {
    /// One string.
    Literal(Box<str>),
    /// One character of a class.
    Class(CharClass),
    /// One string of each, in order.
    Concat(Vec<Language>),
    /// A string of one of them.
    Alternation(Vec<Language>),
    /// So many strings of another language.
    Repeat {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
        /// Of what.
        of: Box<Language>,
    },
}

/// A set of characters; never empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CharClass {
    /// First and last character of each range, rising and apart.
    pub(crate) ranges: Arc<[(char, char)]>,
    n_chars: u64,
    /// All characters in order, if they are ASCII.
    ascii: Option<Arc<[u8]>>,
}

/// Why an expression is no recipe.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LanguageError {
    /// It cannot be read, or describes nothing.
    Unusable(String),
    /// Its strings may have more than [`MAX_LENGTH`] characters.
    TooLong,
}

impl Language {
    /// Reads a regular expression.
    pub(crate) fn parse(pattern: &str) -> Result<Self, LanguageError> {
        let build = |unicode| {
            let hir = ParserBuilder::new().unicode(unicode).build().parse(pattern);
            hir.map_err(|error| LanguageError::Unusable(last_line(&error.to_string())))
        };
        // Without Unicode, `\d` is ten digits; an expression that needs Unicode is read with it.
        let hir = build(false).or_else(|_| build(true))?;
        let language = Self::from_hir(&hir)?;
        if language.max_length() > MAX_LENGTH { Err(LanguageError::TooLong) } else { Ok(language) }
    }

    fn from_hir(hir: &Hir) -> Result<Self, LanguageError> {
        let several = |parts: &[Hir]| parts.iter().map(Self::from_hir).collect::<Result<Vec<_>, _>>();
        Ok(match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::Literal("".into()),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0);
                Self::Literal(text.map_err(|_| unusable("it describes bytes that are not UTF-8"))?.into())
            }
            HirKind::Class(class) => Self::Class(CharClass::from_hir(class)?),
            HirKind::Capture(capture) => Self::from_hir(&capture.sub)?,
            HirKind::Concat(parts) => Self::Concat(several(parts)?),
            HirKind::Alternation(parts) => Self::Alternation(several(parts)?),
            HirKind::Repetition(repetition) => {
                let min = repetition.min;
                let max = repetition.max.unwrap_or_else(|| min.saturating_add(OPEN_REPEATS));
                Self::Repeat { min, max, of: Box::new(Self::from_hir(&repetition.sub)?) }
            }
        })
    }

    /// Returns the most characters a string may have.
    fn max_length(&self) -> u64 {
        match self {
            Self::Literal(text) => cast::to_u64(text.chars().count()),
            Self::Class(_) => 1,
            Self::Concat(parts) => {
                parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.max_length()))
            }
            Self::Alternation(parts) => parts.iter().map(Self::max_length).max().unwrap_or(0),
            Self::Repeat { max, of, .. } => u64::from(*max).saturating_mul(of.max_length().max(1)),
        }
    }

    /// Appends a random string: alternatives and lengths are chosen evenly, then characters.
    pub(crate) fn sample(&self, picks: &mut impl Picks, out: &mut String) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Class(class) => out.push(class.character(picks.pick(class.n_chars))),
            Self::Concat(parts) => parts.iter().for_each(|part| part.sample(picks, out)),
            Self::Alternation(parts) => {
                let at = cast::to_usize(picks.pick(cast::to_u64(parts.len())));
                parts[at].sample(picks, out);
            }
            Self::Repeat { min, max, of } => {
                let n_times = u64::from(*min) + picks.pick(u64::from(max - min) + 1);
                (0..n_times).for_each(|_| of.sample(picks, out));
            }
        }
    }
}

fn unusable(reason: &str) -> LanguageError {
    LanguageError::Unusable(reason.to_owned())
}

/// The parser's own messages draw the pattern with a caret; the last line says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("unknown error");
    line.trim_start_matches("error: ").to_owned()
}

impl CharClass {
    fn from_hir(class: &Class) -> Result<Self, LanguageError> {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            Class::Bytes(class) => {
                let ranges = class.ranges().iter().filter(|range| range.start().is_ascii());
                ranges.map(|range| (range.start().into(), range.end().min(0x7f).into())).collect()
            }
        };
        let all = Self::new(ranges);
        let large = all.n_chars > LARGE_CLASS;
        let printable = all.within(&[(' ', '~')]);
        let without_controls = if large && printable.n_chars > 0 {
            printable
        } else {
            all.within(&[(' ', '~'), ('\u{a0}', char::MAX)])
        };
        let chosen = if without_controls.n_chars > 0 { without_controls } else { all };
        if chosen.n_chars == 0 { Err(unusable("it has an empty class")) } else { Ok(chosen) }
    }

    /// Returns the class of these ranges.
    pub(crate) fn new(ranges: Vec<(char, char)>) -> Self {
        let n_chars = ranges.iter().map(|range| n_between(*range)).sum();
        let bytes =
            |(first, last): &(char, char)| Some(u8::try_from(*first).ok()?..=u8::try_from(*last).ok()?);
        let are_ascii = ranges.iter().all(|(_, last)| last.is_ascii());
        let ascii = are_ascii.then(|| ranges.iter().filter_map(bytes).flatten().collect());
        Self { ranges: ranges.into(), n_chars, ascii }
    }

    /// Returns the part of the class that lies in the given ranges.
    fn within(&self, limits: &[(char, char)]) -> Self {
        let cut = |range: &(char, char), limit: &(char, char)| {
            let (first, last) = (range.0.max(limit.0), range.1.min(limit.1));
            (first <= last).then_some((first, last))
        };
        let cut_all = |range| limits.iter().filter_map(move |limit| cut(range, limit));
        Self::new(self.ranges.iter().flat_map(cut_all).collect())
    }

    /// Tells whether a character is in both classes.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.within(&other.ranges).n_chars > 0
    }

    /// Returns the number of characters.
    pub(crate) fn n_chars(&self) -> u64 {
        self.n_chars
    }

    /// Returns the character at a position below the number of characters.
    #[inline]
    pub(crate) fn character(&self, position: u64) -> char {
        if let Some(ascii) = &self.ascii {
            return char::from(ascii.get(cast::to_usize(position)).copied().unwrap_or(ascii[0]));
        }
        let mut rest = position;
        for &(first, last) in self.ranges.iter() {
            let n = n_between((first, last));
            if rest < n {
                return nth_after(first, rest);
            }
            rest -= n;
        }
        self.ranges[0].0
    }
}

const SURROGATES: std::ops::Range<u32> = 0xd800..0xe000;

/// Returns the number of characters from `first` to `last`, both included.
fn n_between((first, last): (char, char)) -> u64 {
    let (first, last) = (u32::from(first), u32::from(last));
    let spans = first < SURROGATES.start && last >= SURROGATES.end;
    u64::from(last - first) + 1 - if spans { u64::from(SURROGATES.end - SURROGATES.start) } else { 0 }
}

/// Returns the `n`-th character after `first`, stepping over the surrogates.
fn nth_after(first: char, n: u64) -> char {
    let code = u64::from(u32::from(first)) + n;
    let crossed = u32::from(first) < SURROGATES.start && code >= u64::from(SURROGATES.start);
    let code = if crossed { code + u64::from(SURROGATES.end - SURROGATES.start) } else { code };
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(first)
}

#[cfg(test)]
mod tests;
