use std::collections::BTreeSet;

use super::*;
use crate::draw::Draws;

fn samples(pattern: &str, n: u64) -> Vec<String> {
    let language = Language::parse(pattern).unwrap();
    (0..n)
        .map(|index| {
            let mut out = String::new();
            language.sample(&mut Draws::new(index), &mut out);
            out
        })
        .collect()
}

#[test]
fn samples_have_the_form() {
    let all = samples(r"^ORD-\d{4}[A-F]?$", 2000);
    assert!(all.iter().all(|text| text.starts_with("ORD-") && (8..=9).contains(&text.len())));
    assert!(all.iter().all(|text| text[4..8].bytes().all(|byte| byte.is_ascii_digit())));
    assert!(all.iter().any(|text| text.len() == 8) && all.iter().any(|text| text.len() == 9));
}

/// Catches sampling that is uniform over strings, which would make nearly all of them the longest.
#[test]
fn lengths_are_even() {
    let all = samples("[a-z]{1,4}", 4000);
    for length in 1..=4 {
        let share = all.iter().filter(|text| text.len() == length).count() as f64 / 4000.0;
        assert!((share - 0.25).abs() < 0.03, "length {length}: {share}");
    }
}

#[test]
fn classes_are_ascii_and_literals_are_not() {
    assert!(samples(r"\w\d\s", 500).iter().all(|text| text.is_ascii() && text.ends_with(' ')));
    assert!(samples(r"é\d+", 50).iter().all(|text| text.starts_with('é') && text[2..].is_ascii()));
    assert!(samples("[^a]", 200).iter().all(|text| text.is_ascii() && text != "a"));
    assert!(samples(".", 200).iter().all(|text| text.chars().all(|c| (' '..='~').contains(&c))));
    let accents: BTreeSet<String> = samples("[àéè]", 100).into_iter().collect();
    assert_eq!(accents.len(), 3);
    assert_eq!(samples(r"\t", 1), ["\t"]);
}

#[test]
fn surrogates_are_stepped_over() {
    let class = CharClass::new(vec![('\u{d7ff}', '\u{e001}')]);
    assert_eq!(class.n_chars(), 3);
    assert_eq!((0..3).map(|at| class.character(at)).collect::<String>(), "\u{d7ff}\u{e000}\u{e001}");
}

#[test]
fn odd_expressions_do_not_panic() {
    for pattern in
        ["", "()", "a|", r"\b", "(?i)ab", "[[:alpha:]]*", "(a*)*", "(?:|x){3}", r"\x{1F600}", r"\p{Lu}"]
    {
        assert_eq!(samples(pattern, 100).len(), 100, "{pattern}");
    }
    for pattern in ["(", "[z-a]", "a{2,1}", r"\1", "(?=x)", r"[^\x00-\x{10FFFF}]", r"(?-u)\xff"] {
        assert!(matches!(Language::parse(pattern), Err(LanguageError::Unusable(_))), "{pattern}");
    }
    assert_eq!(Language::parse("((a{1000}){1000}){1000}"), Err(LanguageError::TooLong));
}
