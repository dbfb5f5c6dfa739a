//! Which field running text follows from.

use serde_json::{Value, json};
use synth_core::JsonPath;
use synth_profile::SampleTables;
use synth_profile::text_cues::{TextCues, text_cues};

use crate::feed;

fn cues(records: &[Value]) -> Vec<TextCues> {
    let mut partial = feed::partial(records);
    let profile = feed::finish_stream(&mut partial);
    text_cues(&profile, &SampleTables::of(&partial, &profile))
}

/// Reviews whose words follow from the stars, in a list of goods that says nothing.
fn reviews(follows: bool) -> Vec<Value> {
    let things = ["lamp", "chair", "table", "kettle", "carpet", "mirror", "cupboard"];
    let good = ["lovely", "sturdy", "splendid"];
    let bad = ["broken", "late", "scratched"];
    (0..400_u64)
        .map(|n| {
            let draw = |of: u64, use_of: u64| {
                let hash = synth_core::hash::hash_bytes(format!("{n} {use_of}").as_bytes());
                usize::try_from((hash >> 20) % of).unwrap_or(0)
            };
            let stars = [1, 5][draw(2, 1)];
            let word = if (stars == 5) == (follows || draw(2, 5) == 0) { good } else { bad }[draw(3, 2)];
            let text = format!("The {} of order {n} was {word} and that is what I think", things[draw(7, 3)]);
            let shop = ["north", "south", "east"][draw(3, 4)];
            json!({"stars": stars, "shop": shop, "text": text, "n": n})
        })
        .collect()
}

/// Catches a search that takes the first field with few values, and one that reads the texts it guesses.
#[test]
fn the_field_that_words_tell_is_found() {
    let found = cues(&reviews(true));
    let [TextCues { by: Some(cue), .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!(cue.by, JsonPath::parse("$.stars").expect("a path"));
    assert!(cue.right.get() > 0.95 && cue.usual.get() < 0.6, "{found:?}");
}

#[test]
fn texts_that_follow_from_nothing_have_no_cue() {
    assert!(matches!(&cues(&reviews(false))[..], [TextCues { by: None, .. }]));
}

/// Catches words of single texts, names among the words of texts that hold personal data, and words of the language.
#[test]
fn words_are_those_of_many_texts() {
    let words = |records: &[Value]| -> Vec<String> {
        let found = cues(records);
        found.iter().flat_map(|cues| cues.words.iter().map(ToString::to_string)).collect()
    };
    let found = words(&reviews(true));
    for word in ["order", "think", "scratched", "chair"] {
        assert!(found.contains(&word.to_owned()), "{word}: {found:?}");
    }
    assert!(!found.iter().any(|word| ["that", "the", "was"].contains(&word.as_str())), "{found:?}");
    let names = ["Ottokar Weidenfeller", "Philippa Mountjoy", "Kasimir Abendroth"];
    let letters: Vec<Value> = (0..120)
        .map(|n: usize| {
            let text = format!(
                "Please call {} about parcel {n}, write to {n}@mail.example or +49 151 2345{n:04}",
                names[n % 3]
            );
            json!({"text": text})
        })
        .collect();
    let found = words(&letters);
    assert!(found.contains(&"parcel".to_owned()), "{found:?}");
    assert!(!found.iter().any(|word| word.starts_with("otto") || word == "mountjoy"), "{found:?}");
    // A word of two texts is not public.
    let mut rare = letters;
    for (n, record) in rare.iter_mut().enumerate().take(4) {
        *record = json!({"text": format!("Please call about the heliotrope parcel {n} or write to {n}@mail.example")});
    }
    assert!(!words(&rare).contains(&"heliotrope".to_owned()));
}

/// Each value needs texts enough in both halves: two of a kind tell nothing.
#[test]
fn few_texts_tell_nothing() {
    assert!(cues(&reviews(true)[..12]).iter().all(|cues| cues.by.is_none()));
}

#[test]
fn the_order_of_records_does_not_show() {
    let mut records = reviews(true);
    let found = cues(&records);
    records.reverse();
    assert_eq!(cues(&records), found);
}
