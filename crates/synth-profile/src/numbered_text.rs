//! Strings that are a number between two fixed texts, such as `INV-2024-0017` or `/var/log/7.log`.

/// A fixed text, a number, and a fixed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedTexts {
    /// What stands before the number.
    pub prefix: String,
    /// What stands behind it.
    pub suffix: String,
    /// The numbers, in the order of the texts.
    pub numbers: Vec<i64>,
    /// Digits of every number, when they are padded with zeros; 0 when they are not.
    pub width: u8,
}

/// Returns what different texts have in common, when they differ in nothing but one number.
///
/// # Method
///
/// The texts are cut into runs of ASCII digits and the texts between them. All must have the same texts between,
/// and all runs but one must be equal. Numbers of one length may begin with zeros; numbers of different lengths
/// must not. `None` for fewer than two texts and for numbers beyond 18 digits.
#[must_use]
pub fn numbered_texts(texts: &[&str]) -> Option<NumberedTexts> {
    let (first, others) = texts.split_first()?;
    let parts = cut(first);
    let mut which = None;
    for other in others {
        let theirs = cut(other);
        if theirs.len() != parts.len() {
            return None;
        }
        for (index, (ours, theirs)) in parts.iter().zip(&theirs).enumerate() {
            if ours != theirs {
                let is_run = index % 2 == 1;
                if !is_run || which.is_some_and(|known| known != index) {
                    return None;
                }
                which = Some(index);
            }
        }
    }
    let which = which?;
    let runs: Vec<&str> = texts.iter().map(|text| cut(text)[which]).collect();
    let length = runs[0].len();
    let is_padded = runs.iter().any(|run| run.len() > 1 && run.starts_with('0'));
    let one_length = runs.iter().all(|run| run.len() == length);
    if is_padded && !one_length {
        return None;
    }
    let numbers: Option<Vec<i64>> =
        runs.iter().map(|run| run.parse().ok().filter(|_| run.len() <= 18)).collect();
    Some(NumberedTexts {
        prefix: parts[..which].concat(),
        suffix: parts[which + 1..].concat(),
        numbers: numbers?,
        width: if is_padded { u8::try_from(length).ok()? } else { 0 },
    })
}

/// Cuts a text into what is no digit and runs of digits, in turn; the first part is no digit and may be empty.
fn cut(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut wants_digits = false;
    while !rest.is_empty() || parts.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_digit() != wants_digits).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = &rest[end..];
        wants_digits = !wants_digits;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expected: Option<(&str, &str, &[i64], u8)>) {
        let found = numbered_texts(texts);
        let found = found.as_ref().map(|found| {
            (found.prefix.as_str(), found.suffix.as_str(), found.numbers.as_slice(), found.width)
        });
        assert_eq!(found, expected, "{texts:?}");
    }

    #[test]
    fn one_number_may_differ() {
        check(&["v0", "v1", "v12"], Some(("v", "", &[0, 1, 12], 0)));
        check(&["/var/log/7.log", "/var/log/19.log"], Some(("/var/log/", ".log", &[7, 19], 0)));
        check(&["INV-2024-0001", "INV-2024-0107"], Some(("INV-2024-", "", &[1, 107], 4)));
        check(&["007", "012"], Some(("", "", &[7, 12], 3)));
        check(&["x10y", "x20y"], Some(("x", "y", &[10, 20], 0)));
    }

    #[test]
    fn other_texts_are_refused() {
        check(&[], None);
        check(&["v1"], None);
        check(&["", ""], None);
        check(&["a1", "b2"], None);
        check(&["a1-1", "a2-2"], None);
        check(&["a01", "a1"], None);
        check(&["a1", "a"], None);
        check(&["a1", "aé"], None);
        check(&["1234567890123456789", "1"], None);
    }
}
