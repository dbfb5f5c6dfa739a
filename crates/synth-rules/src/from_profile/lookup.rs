//! Collections of a document that keep their size when the others grow.

use synth_core::{JsonPath, JsonType, Segment};
use synth_profile::Profile;
use synth_profile::profile::{FieldProfile, TextProfile};

/// The main collection has at least this many times as many elements.
const MIN_RATIO: u64 = 10;
/// A collection of at most this many elements is small.
const MAX_ROWS: u64 = 500;
/// Codes are dense when at least one in this many possible codes is used.
const MAX_ROOM: f64 = 100.0;

/// Tells whether an outermost collection of a document is a look-up collection: one that the others refer to, and that
/// does not get longer when there is more to tell.
///
/// # Method
///
/// The collection is a dictionary or holds objects, the main collection is at least ten times as long, and the collection is either small
/// (at most 500 elements in a document) or a list of codes: it has a member whose strings never repeat, and at least one
/// in a hundred strings of that member's patterns is in use. Ten times as many codes would then leave few unused, so
/// such a list is closed by its nature, like airports by their three letters. The thresholds are conventions: a
/// collection that grows with the data keeps its ratio to the main one, and is about as long in all but short samples.
pub(super) fn is_lookup(path: &JsonPath, profile: &Profile) -> bool {
    let Some(main) = profile.main_collection.as_ref().filter(|main| *main != path) else { return false };
    let is_outermost = path
        .segments()
        .split_last()
        .is_some_and(|(_, above)| above.iter().all(|segment| matches!(segment, Segment::Key(_))));
    let n_main = find(main, profile).map_or(0, |field| field.n_values);
    let Some(items) = find(path, profile).filter(|_| is_outermost) else { return false };
    let is_table = items.n_of(JsonType::Object) > 0 || path.segments().last() == Some(&Segment::Members);
    let is_small = items.n_values <= MAX_ROWS.saturating_mul(profile.n_records);
    is_table
        && items.n_values.saturating_mul(MIN_RATIO) <= n_main
        && (is_small || has_dense_codes(path, items.n_values, profile))
}

fn find<'a>(path: &JsonPath, profile: &'a Profile) -> Option<&'a FieldProfile> {
    profile.fields.iter().find(|field| field.path == *path)
}

fn has_dense_codes(path: &JsonPath, n_items: u64, profile: &Profile) -> bool {
    let is_dense = |text: &TextProfile| {
        let n_strings: f64 = text.patterns.iter().map(|pattern| pattern.n_strings).sum();
        text.is_unique && !text.patterns.is_empty() && n_strings < MAX_ROOM * n_items as f64
    };
    let members = profile.fields.iter().filter(|field| field.path.parent().as_ref() == Some(path));
    members.filter_map(|field| field.text.as_ref()).any(is_dense)
}
