//! Words of a text as templates and chains see them.

use synth_privacy::{PiiKind, scan_value};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Letters, and punctuation around them.
    Word,
    /// Something with digits: a number, date, code or amount.
    Code,
    Email,
    Url,
}

/// A word without the punctuation around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) before: &'a str,
    pub(super) core: &'a str,
    pub(super) behind: &'a str,
    pub(super) class: Class,
}

/// Cuts a text at white space.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    text.split_whitespace().map(token).collect()
}

fn token(word: &str) -> Token<'_> {
    let is_core = |c: char| c.is_alphanumeric();
    let start = word.find(is_core).unwrap_or(word.len());
    let end = word.char_indices().rev().find(|(_, c)| is_core(*c)).map_or(start, |(at, c)| at + c.len_utf8());
    let core = &word[start..end];
    let class = match () {
        () if core.contains("://") || core.starts_with("www.") => Class::Url,
        () if scan_value(core) == Some(PiiKind::Email) => Class::Email,
        () if core.contains(|c: char| c.is_numeric()) => Class::Code,
        () => Class::Word,
    };
    Token { before: &word[..start], core, behind: &word[end..], class }
}

/// Tells whether a word may stand in a phrase by itself: no digits, no address, nothing that is cut or coded.
pub(super) fn is_plain(word: &str) -> bool {
    !word.contains(|c: char| c.is_numeric() || matches!(c, '@' | '/' | '\\' | '=' | '_' | '{' | '}'))
        && word.chars().count() <= 24
}
