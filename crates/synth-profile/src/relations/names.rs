//! What the names of paths say about who refers to whom.

use std::collections::BTreeSet;

use synth_core::{JsonPath, Segment};

/// Words that say that something is a key, and not of what.
const KEY_WORDS: [&str; 22] = [
    "id",
    "ids",
    "key",
    "keys",
    "code",
    "no",
    "nr",
    "num",
    "number",
    "ref",
    "refs",
    "reference",
    "uuid",
    "guid",
    "uid",
    "fk",
    "pk",
    "urn",
    "oid",
    "name",
    "names",
    "identifier",
];

/// Words that in a list of such rows name another row of the list.
const KIN_WORDS: [&str; 14] = [
    "parent",
    "manager",
    "boss",
    "supervisor",
    "previous",
    "prev",
    "next",
    "predecessor",
    "successor",
    "superior",
    "ancestor",
    "referrer",
    "original",
    "mentor",
];
/// The same for two words.
const KIN_PHRASES: [[&str; 2]; 3] = [["report", "to"], ["reply", "to"], ["replied", "to"]];

/// Words of fields and arrays that hold what follows each other.
const STATE_WORDS: [&str; 12] = [
    "status",
    "state",
    "stage",
    "phase",
    "step",
    "history",
    "transition",
    "lifecycle",
    "workflow",
    "timeline",
    "log",
    "event",
];

/// A name this long that another name starts with is the stem of it.
const MIN_STEM: usize = 4;

/// The words of a name in lower case, plurals made singular.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for c in name.chars() {
        let starts_word = c.is_uppercase() && before_is_lower;
        if starts_word || !c.is_alphanumeric() {
            words.push(String::new());
        }
        before_is_lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| singular(word)).collect()
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() >= 2) {
        return format!("{stem}y");
    }
    for suffix in ["ses", "xes", "ches", "shes"] {
        if word.ends_with(suffix) && word.len() > 4 {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if (stem.len() >= 3 || stem == "id") && !stem.ends_with('s') && !stem.ends_with('u') => {
            stem.to_owned()
        }
        _ => word.to_owned(),
    }
}

/// The named steps of a path, last first.
fn names(path: &JsonPath) -> impl Iterator<Item = &str> {
    path.segments().iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(&**key),
        _ => None,
    })
}

/// The words of the last named step that say what it is about.
fn topic(path: &JsonPath) -> BTreeSet<String> {
    let of = |name: &str| -> BTreeSet<String> {
        words(name).into_iter().filter(|word| !KEY_WORDS.contains(&word.as_str())).collect()
    };
    // `subject.reference` is about the subject.
    names(path).take(2).map(of).find(|words| !words.is_empty()).unwrap_or_default()
}

/// Tells whether a name is one of a key: `id`, `orderId`, `product_code`.
pub(crate) fn sounds_like_key(path: &JsonPath) -> bool {
    let last = names(path).next().map(words).unwrap_or_default();
    last.last().is_some_and(|word| {
        KEY_WORDS.contains(&word.as_str()) && !matches!(word.as_str(), "name" | "number" | "num")
    })
}

/// Tells whether a name is one of an identifier; a code may be one of a place or a state.
pub(crate) fn sounds_like_id(path: &JsonPath) -> bool {
    let last = names(path).next().map(words).unwrap_or_default();
    last.last().is_some_and(|word| {
        matches!(word.as_str(), "id" | "key" | "ref" | "reference" | "uuid" | "guid" | "uid" | "oid" | "urn")
    })
}

/// Tells whether a name is that of the key of its own table: `id`, or `order_id` in `orders`.
pub(crate) fn sounds_like_own_key(path: &JsonPath, table: &JsonPath) -> bool {
    if !sounds_like_key(path) {
        return false;
    }
    let own = own_words(path);
    let table_words: BTreeSet<String> =
        names(table).next().map(words).unwrap_or_default().into_iter().collect();
    own.is_empty() || own.iter().all(|word| table_words.iter().any(|other| is_stem(word, other)))
}

fn own_words(path: &JsonPath) -> BTreeSet<String> {
    let last = names(path).next().map(words).unwrap_or_default();
    last.into_iter().filter(|word| !KEY_WORDS.contains(&word.as_str())).collect()
}

/// Tells whether a name says that its value names another row of its own table.
pub(crate) fn sounds_like_kin(path: &JsonPath) -> bool {
    let words = names(path).next().map(words).unwrap_or_default();
    words.iter().any(|word| KIN_WORDS.contains(&word.as_str()))
        || words.windows(2).any(|pair| KIN_PHRASES.iter().any(|phrase| phrase == pair))
}

/// How much the names of a child and of a parent's key say that one refers to the other: from 0 to 1.
///
/// The child's topic is compared with the parent's own name and with the name of the table that holds it:
/// `customer_id` with `$.customers[].id`, `carrier` with `$.airlines[].carrier`.
pub(crate) fn affinity(child: &JsonPath, parent: &JsonPath, parent_table: &JsonPath) -> f64 {
    let same_name = names(child).next().is_some() && names(child).next() == names(parent).next();
    let child_words = topic(child);
    if child_words.is_empty() {
        return 0.0;
    }
    let parent_own = own_words(parent);
    let table: BTreeSet<String> = names(parent_table)
        .next()
        .map(words)
        .unwrap_or_default()
        .into_iter()
        .filter(|word| !KEY_WORDS.contains(&word.as_str()))
        .collect();
    let by_column =
        if same_name && !parent_own.is_empty() { 1.0 } else { overlap(&child_words, &parent_own) };
    by_column.max(overlap(&child_words, &table))
}

/// Shared words over the words of the longer name; a stem counts three quarters.
fn overlap(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f64 {
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let shared = left.intersection(right).count() as f64;
    let has_stem = |word: &&String| !right.contains(*word) && right.iter().any(|other| is_stem(word, other));
    let stems = left.iter().filter(has_stem).count() as f64;
    ((shared + 0.75 * stems) / left.len().max(right.len()) as f64).min(1.0)
}

/// Tells whether a field, or the array that holds it, is called after states or what follows each other.
pub(crate) fn sounds_like_state(path: &JsonPath) -> bool {
    names(path).take(2).flat_map(words).any(|word| STATE_WORDS.contains(&word.as_str()))
}

/// Tells whether two columns have a word of their names in common.
pub(crate) fn share_a_word(left: &JsonPath, right: &JsonPath) -> bool {
    let words_of = |path| names(path).next().map(words).unwrap_or_default();
    let right = words_of(right);
    words_of(left).iter().any(|word| right.contains(word))
}

fn is_stem(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    short == long || (short.len() >= MIN_STEM && long.starts_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> JsonPath {
        JsonPath::parse(text).unwrap()
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("seatCategoryIds"), ["seat", "category", "id"]);
        assert_eq!(words("CUSTOMER_ID"), ["customer", "id"]);
        assert_eq!(words("addresses"), ["address"]);
        assert_eq!(words("status"), ["status"]);
    }

    #[test]
    fn names_tell_parents_apart() {
        let check =
            |child: &str, parent: &str, table: &str| affinity(&path(child), &path(parent), &path(table));
        let right = check("$.orders[].customer_id", "$.customers[].customer_id", "$.customers[]");
        let wrong = check("$.orders[].customer_id", "$.products[].product_id", "$.products[]");
        assert!(right > 0.99 && wrong < 0.01, "{right} {wrong}");
        let stem = check("$.orders[].ship_via", "$.shippers[].shipper_id", "$.shippers[]");
        assert!(stem > 0.2, "{stem}");
        let topic = check("$.events.*.topicIds[]", "$.topicNames.*~", "$.topicNames.*");
        let other = check("$.events.*.topicIds[]", "$.topicSubTopics.*~", "$.topicSubTopics.*");
        assert!(topic > other, "{topic} {other}");
        assert!(check("$.x[].subject.reference", "$.subjects[].id", "$.subjects[]") > 0.99);
    }

    #[test]
    fn own_keys_are_told_from_foreign_ones() {
        assert!(sounds_like_own_key(&path("$.orders[].order_id"), &path("$.orders[]")));
        assert!(sounds_like_own_key(&path("$.orders[].id"), &path("$.orders[]")));
        assert!(!sounds_like_own_key(&path("$.orders[].customer_id"), &path("$.orders[]")));
        assert!(sounds_like_kin(&path("$.employees[].reports_to")));
    }
}
