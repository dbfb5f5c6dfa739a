//! What the keys of a path say about its values.

use synth_core::{JsonPath, Segment};

/// The words of each key of a path, lower-cased: `$.customer.fullName` gives `customer` / `full`, `name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathWords {
    levels: Vec<Vec<String>>,
}

impl PathWords {
    /// Splits keys, outermost first, at case changes, digits and everything that is no letter.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self { levels: keys.into_iter().map(split).collect() }
    }

    /// Splits the named members of a path.
    #[must_use]
    pub fn of(path: &JsonPath) -> Self {
        Self::new(path.segments().iter().filter_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            _ => None,
        }))
    }

    /// The words of the innermost key.
    pub(super) fn own(&self) -> &[String] {
        self.levels.last().map_or(&[], Vec::as_slice)
    }

    /// The words of the key around the innermost one.
    pub(super) fn parent(&self) -> &[String] {
        self.levels.len().checked_sub(2).map_or(&[], |at| self.levels[at].as_slice())
    }

    /// Tells whether the innermost key has one of the words or joins several of them, as in `firstname`.
    #[must_use]
    pub fn own_has(&self, list: &[&str]) -> bool {
        has(self.own(), list)
    }

    /// Tells whether the innermost key or the one around it has one of the words.
    pub(super) fn near_has(&self, list: &[&str]) -> bool {
        self.own_has(list) || has(self.parent(), list)
    }

    /// Tells whether the key around the innermost one has one of the words.
    pub(super) fn parent_has(&self, list: &[&str]) -> bool {
        has(self.parent(), list)
    }

    /// Tells whether any key has one of the words.
    pub(super) fn some_has(&self, list: &[&str]) -> bool {
        self.levels.iter().any(|words| has(words, list))
    }

    /// Tells whether a key around the innermost one has one of the words.
    pub(super) fn outer_has(&self, list: &[&str]) -> bool {
        self.levels.split_last().is_some_and(|(_, outer)| outer.iter().any(|words| has(words, list)))
    }

    /// Tells whether a word of the innermost key begins with one of the stems.
    pub(super) fn own_starts(&self, stems: &[&str]) -> bool {
        let joined = self.own().concat();
        self.own().iter().chain([&joined]).any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    }
}

fn has(words: &[String], list: &[&str]) -> bool {
    let is_listed = |word: &str| list.contains(&word);
    words.iter().any(|word| is_listed(word))
        || is_listed(&words.concat())
        || words.windows(2).any(|pair| is_listed(&pair.concat()))
        || words.windows(3).any(|triple| is_listed(&triple.concat()))
}

fn split(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    let mut chars = key.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let starts =
            c.is_uppercase() && (previous.is_lowercase() || (previous.is_uppercase() && next_is_lower));
        if !c.is_alphabetic() || starts {
            words.push(String::new());
        }
        if (c.is_alphabetic() || is_mark(c))
            && let Some(word) = words.last_mut()
        {
            word.push(c);
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| super::names::fold(word)).collect()
}

/// Combining marks of Indic scripts, which belong to the letter before them.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{b82}' | '\u{bbe}'..='\u{bcd}' | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary;
    use super::*;

    #[test]
    fn keys_are_split_into_words() {
        assert_eq!(split("customerFullName"), ["customer", "full", "name"]);
        assert_eq!(split("client_IPAddress2"), ["client", "ip", "address"]);
        assert_eq!(split("e-mail"), ["e", "mail"]);
        assert_eq!(split("prénom"), ["prenom"]);
        let words = PathWords::new(["users", "firstname"]);
        assert!(
            words.own_has(vocabulary::GIVEN) && PathWords::new(["first_name"]).own_has(vocabulary::GIVEN)
        );
    }
}
