//! Personal data inside longer texts, and in single values without any context.

use super::PiiKind;
use super::checksum::{digits_of, is_card, is_iban};
use super::names;
use super::shape::{PhoneShape, is_email, is_secret, phone_shape};

/// Finds personal data that shows by itself in one value: e-mail addresses, payment cards with check digit,
/// IBANs, telephone numbers with international prefix, and keys or tokens of known issuers.
///
/// # Shapes and units
///
/// Any text; an empty one gives `None`. Precision goes before recall: names, national numbers, plain telephone
/// numbers and IP addresses cannot be told from other values one at a time and are left to [`super::detect`].
///
/// # Method
///
/// Shapes and check digits as in [`super::detect`]. A random 16-digit number with the first digits of a card
/// passes in one of ten cases, which is refused rather than published.
///
/// # Cost
///
/// O(length) time.
///
/// # Example
///
/// ```
/// use synth_privacy::{PiiKind, scan_value};
///
/// assert_eq!(scan_value("4111 1111 1111 1111"), Some(PiiKind::CreditCard));
/// assert_eq!(scan_value("delivered"), None);
/// ```
#[must_use]
pub fn scan_value(text: &str) -> Option<PiiKind> {
    let text = text.trim();
    if is_email(text) {
        Some(PiiKind::Email)
    } else if is_secret(text) {
        Some(PiiKind::Secret)
    } else if is_iban(text) {
        Some(PiiKind::Iban)
    } else if digits_of(text).len() >= 13 && is_card(text) {
        Some(PiiKind::CreditCard)
    } else if text.starts_with('+') && phone_shape(text) == PhoneShape::Marked {
        Some(PiiKind::Phone)
    } else {
        None
    }
}

/// Tells whether a whole text reads as the given and family name of a person.
///
/// # Shapes and units
///
/// Any text; without the company of others, so one word is never enough.
///
/// # Method
///
/// Two to four words of letters, among them a given name and a family name of the lexica; names of companies and
/// places are not meant.
///
/// # Cost
///
/// O(length) time, two searches in the lexica for each word.
///
/// # Example
///
/// ```
/// assert!(synth_privacy::is_full_name("Anna Smith"));
/// assert!(!synth_privacy::is_full_name("total amount"));
/// assert!(!synth_privacy::is_full_name("Anna"));
/// ```
#[must_use]
pub fn is_full_name(text: &str) -> bool {
    let evidence = names::read(text);
    let is_pair = (2..=4).contains(&evidence.n_words);
    evidence.shaped
        && evidence.given
        && evidence.family
        && is_pair
        && !names::is_company(text)
        && !names::is_place(text)
}

/// Finds e-mail addresses, cards, IBANs, telephone numbers with prefix, and keys inside a text.
///
/// # Shapes and units
///
/// Any text; the first kind found counts, words before groups of digits.
///
/// # Method
///
/// [`scan_value`] on every word without surrounding punctuation, and on every run of digits, spaces, hyphens,
/// brackets and a leading plus.
///
/// # Cost
///
/// O(length) time.
///
/// # Example
///
/// ```
/// use synth_privacy::{PiiKind, contains_personal};
///
/// assert_eq!(contains_personal("write to jo@example.org, please"), Some(PiiKind::Email));
/// assert_eq!(contains_personal("call +49 30 1234567 today"), Some(PiiKind::Phone));
/// assert_eq!(contains_personal("nothing here"), None);
/// ```
#[must_use]
pub fn contains_personal(text: &str) -> Option<PiiKind> {
    if !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b'_') {
        return None;
    }
    let edge = |c: char| !c.is_alphanumeric() && c != '+' && c != '$';
    let words = text
        .split([' ', '\n', '\t', '<', '>', '(', ')', ',', ';', '"', '='])
        .map(|word| word.trim_matches(edge));
    let in_words = words.filter(|word| word.len() > 5).find_map(scan_value);
    let whole = scan_value(text).or(in_words);
    whole.or_else(|| digit_runs(text).find_map(scan_run)).or_else(|| grouped_iban(text))
}

/// An IBAN written in groups of four.
fn grouped_iban(text: &str) -> Option<PiiKind> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let starts = |word: &str| matches!(word.as_bytes(), [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit());
    let is_hit =
        |at: usize| (4..=9).any(|n| words.get(at..at + n).is_some_and(|group| is_iban(&group.concat())));
    words.iter().enumerate().any(|(at, word)| starts(word) && is_hit(at)).then_some(PiiKind::Iban)
}

fn scan_run(run: &str) -> Option<PiiKind> {
    let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
    let end = |c: char| !c.is_ascii_digit() && c != '+' && c != '(';
    scan_value(run.trim_start_matches(end)).filter(|kind| *kind != PiiKind::Iban)
}

fn digit_runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit() && !" -+()./".contains(c))
        .filter(|run| run.bytes().filter(u8::is_ascii_digit).count() >= 8)
}
