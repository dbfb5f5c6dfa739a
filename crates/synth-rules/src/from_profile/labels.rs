//! Labels: the names of the rows of a table, which never repeat.

use indexmap::IndexMap;
use synth_core::JsonPath;
use synth_profile::Profile;
use synth_profile::profile::{FieldProfile, SampleLayout};
use synth_profile::relations::Key;

use crate::field::FieldRule;
use crate::generator::Generator;

/// Words for what a row is called.
const LABEL_WORDS: [&str; 10] =
    ["name", "title", "label", "code", "abbr", "abbreviation", "symbol", "slug", "sku", "caption"];
/// Rows that prove it: of eight labels drawn from few, some would be alike.
const MIN_ROWS: u64 = 8;
/// Strings that the patterns have for each label, so that many more rows can be told apart.
const MIN_ROOM: f64 = 1000.0;

/// Promises that the labels of a table never repeat.
///
/// A label is what names the rows beside their key: a text that is called a name, title or code, differs in all rows of
/// a collection that has a key of its own, and is nobody's name. Where its patterns have no room for many more rows,
/// nothing is promised.
pub(super) fn promise(fields: &mut IndexMap<JsonPath, FieldRule>, profile: &Profile) {
    if profile.layout != SampleLayout::Document || !profile.relations.covers_all_records {
        return;
    }
    let keys = &profile.relations.keys;
    let has_own_key = |path: &JsonPath| {
        let is_own = |key: &Key| {
            key.is_primary
                && key.paths.len() == 1
                && key.when.is_none()
                && key.paths[0].parent() == path.parent()
        };
        keys.iter().any(is_own)
    };
    for key in keys.iter().filter(|key| !key.is_primary && key.when.is_none() && key.n_rows >= MIN_ROWS) {
        let [path] = &key.paths[..] else { continue };
        let Some(field) = profile.fields.iter().find(|field| field.path == *path) else { continue };
        let is_everywhere = field.n_values == field.n_slots && key.n_rows == field.n_values;
        if is_label(path)
            && is_everywhere
            && has_own_key(path)
            && has_room(field)
            && let Some(rule) = fields.get_mut(path)
        {
            let is_kept =
                matches!(&rule.kinds[..], [kind] if matches!(kind.generator, Some(Generator::Pattern(_))));
            rule.unique |= is_kept && !rule.personal;
        }
    }
}

/// Promises that a number which never repeats, and counts within the other fields of a key, does not repeat: that keeps
/// the key.
pub(super) fn promise_numbers(fields: &mut IndexMap<JsonPath, FieldRule>, profile: &Profile) {
    let is_key = |key: &&Key| key.is_primary && key.paths.len() > 1 && key.when.is_none();
    for path in profile.relations.keys.iter().filter(is_key).flat_map(|key| &key.paths) {
        let field = profile.fields.iter().find(|field| field.path == *path);
        let never_repeats =
            field.and_then(|field| field.number.as_ref()).is_some_and(|number| number.is_unique);
        if let Some(rule) = fields.get_mut(path).filter(|_| never_repeats) {
            rule.unique |= matches!(&rule.kinds[..], [kind] if super::can_keep(kind));
        }
    }
}

/// The last word of the name says that it is a label.
fn is_label(path: &JsonPath) -> bool {
    let name = path.last_key().unwrap_or_default();
    let lower = name.to_lowercase();
    let word = lower.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let camel = name.rfind(char::is_uppercase).map_or("", |at| &lower[at..]);
    LABEL_WORDS.iter().any(|label| *label == word || *label == camel)
}

fn has_room(field: &FieldProfile) -> bool {
    field.number.is_none()
        && field.text.as_ref().is_some_and(|text| {
            let n_strings: f64 = text.patterns.iter().map(|pattern| pattern.n_strings).sum();
            text.personal.is_none() && n_strings >= MIN_ROOM * text.count as f64
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_by_their_last_word() {
        let check = |path: &str| is_label(&JsonPath::parse(path).unwrap());
        assert!(check("$.shops[].name") && check("$.shops[].shop_name") && check("$.shops[].shopName"));
        assert!(!check("$.shops[].city") && !check("$.shops[].name_of_owner") && !check("$.shops[].codec"));
    }
}
