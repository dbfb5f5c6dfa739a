//! Letters by script, as classes of regular expressions.

/// Scripts with capitals: the classes of their capital and small letters and how many of each there are.
const CASED: [(&str, &str, i32); 3] = [("A-Z", "a-z", 26), ("А-Я", "а-я", 32), ("Α-ΡΣ-Ω", "α-ω", 24)];
/// Scripts without: their class, how many letters, and whether those are so many that they stand in a class alone.
const UNCASED: [(&str, i32, bool); 8] = [
    ("一-龥", 20_902, true),
    ("가-힣", 11_172, true),
    ("ぁ-ん", 83, false),
    ("ァ-ヶ", 86, false),
    ("ء-غف-ي", 36, false),
    ("א-ת", 27, false),
    ("अ-ह", 53, false),
    ("ก-ฮ", 46, false),
];

/// The kinds of letters that stand in some texts.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Letters {
    upper: [bool; CASED.len()],
    lower: [bool; CASED.len()],
    uncased: [bool; UNCASED.len()],
}

impl Letters {
    /// Notes the kind of a letter. Letters of scripts that are not listed count as Latin.
    pub(crate) fn push(&mut self, c: char) {
        match (uncased(c), c.is_uppercase()) {
            (Some(script), _) => self.uncased[script] = true,
            (None, true) => self.upper[cased(c)] = true,
            (None, false) => self.lower[cased(c)] = true,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn has_upper(&self) -> bool {
        self.upper.contains(&true)
    }

    pub(crate) fn has_lower(&self) -> bool {
        self.lower.contains(&true)
    }

    /// The classes of a capital and of the small letters behind it, when all are of one script with capitals.
    pub(crate) fn capitalised(&self) -> Option<(String, String)> {
        let script = (0..CASED.len()).find(|&script| {
            let mut only = Self::default();
            (only.upper[script], only.lower[script]) = (true, true);
            only == *self
        })?;
        let (upper, lower, _) = CASED[script];
        Some((format!("[{upper}]"), format!("[{lower}]")))
    }

    /// How many different letters there are.
    pub(crate) fn n_letters(&self) -> i32 {
        let cased = CASED.iter().zip(self.upper).zip(self.lower);
        let cased = cased.map(|((script, upper), lower)| script.2 * (i32::from(upper) + i32::from(lower)));
        let uncased = UNCASED.iter().zip(self.uncased).map(|(script, seen)| script.1 * i32::from(seen));
        cased.chain(uncased).sum()
    }

    /// The expression of one letter, or digit when `with_digits`.
    ///
    /// Large scripts stand in alternatives of their own: within one class they would drown the others. They are
    /// captured, as a parser joins bare classes into one.
    pub(crate) fn to_regex(self, with_digits: bool) -> String {
        let mut class = String::new();
        let cased = CASED.iter().zip(self.upper).zip(self.lower);
        for ((script, upper), lower) in cased {
            class.push_str(if upper { script.0 } else { "" });
            class.push_str(if lower { script.1 } else { "" });
        }
        let seen = || UNCASED.iter().zip(self.uncased).filter(|(_, seen)| *seen).map(|(script, _)| script);
        seen().filter(|script| !script.2).for_each(|script| class.push_str(script.0));
        class.push_str(if with_digits { "0-9" } else { "" });
        let mut parts: Vec<String> =
            seen().filter(|script| script.2).map(|script| format!("[{}]", script.0)).collect();
        if !class.is_empty() {
            parts.push(format!("[{class}]"));
        }
        match parts.as_slice() {
            [one] => one.clone(),
            several => format!("(?:({}))", several.join(")|(")),
        }
    }
}

fn cased(c: char) -> usize {
    match c {
        '\u{400}'..='\u{52f}' => 1,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => 2,
        _ => 0,
    }
}

fn uncased(c: char) -> Option<usize> {
    Some(match c {
        '\u{3005}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => 0,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => 1,
        '\u{3040}'..='\u{309f}' => 2,
        '\u{30a0}'..='\u{30ff}' => 3,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => 4,
        '\u{590}'..='\u{5ff}' => 5,
        '\u{900}'..='\u{97f}' => 6,
        '\u{e00}'..='\u{e7f}' => 7,
        _ => return None,
    })
}

/// Returns the class of the letters of most texts, when that is not Latin: nine in ten letters are of one or
/// several other scripts.
pub(crate) fn foreign_letters<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut foreign, mut n_foreign, mut n_letters) = (Letters::default(), 0_u64, 0_u64);
    for c in texts.flat_map(str::chars).filter(|c| c.is_alphabetic()) {
        n_letters += 1;
        if cased(c) > 0 || uncased(c).is_some() {
            n_foreign += 1;
            foreign.push(c);
        }
    }
    (n_letters > 0 && 10 * n_foreign >= 9 * n_letters).then(|| foreign.to_regex(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_classes_of_their_script() {
        let check = |text: &str, with_digits, expected: &str| {
            let mut letters = Letters::default();
            text.chars().for_each(|c| letters.push(c));
            assert_eq!(letters.to_regex(with_digits), expected, "{text}");
        };
        check("aB", true, "[A-Za-z0-9]");
        check("né", false, "[a-z]");
        check("Привет", false, "[А-Яа-я]");
        check("東京", true, "(?:([一-龥])|([0-9]))");
        check("東京タワー", false, "(?:([一-龥])|([ァ-ヶ]))");
        check("서울", false, "[가-힣]");
    }

    #[test]
    fn the_script_of_most_letters_counts() {
        let found = |texts: &[&str]| foreign_letters(texts.iter().copied());
        assert_eq!(found(&["привет мир", "и еще"]).as_deref(), Some("[а-я]"));
        assert_eq!(found(&["hello", "привет"]), None);
        assert_eq!(found(&["123"]), None);
    }
}
