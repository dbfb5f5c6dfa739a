//! Where persons are from, when no field says so.

use indexmap::IndexMap;
use synth_core::{JsonPath, Segment};
use synth_profile::Profile;
use synth_profile::profile::{FieldProfile, TextProfile};

/// Languages of running text and the locale that stands for them.
const LANGUAGES: [(&str, &str); 13] = [
    ("en", "en_US"),
    ("de", "de_DE"),
    ("fr", "fr_FR"),
    ("es", "es_ES"),
    ("it", "it_IT"),
    ("nl", "nl_NL"),
    ("pt", "pt_PT"),
    ("sv", "sv_SE"),
    ("da", "da_DK"),
    ("no", "nb_NO"),
    ("fi", "fi_FI"),
    ("pl", "pl_PL"),
    ("tr", "tr_TR"),
];
/// Beginnings of telephone numbers, as expressions have them.
const DIALLING: [(&str, &str); 14] = [
    (r"\+1", "en_US"),
    (r"\+44", "en_GB"),
    (r"\+49", "de_DE"),
    (r"\+33", "fr_FR"),
    (r"\+34", "es_ES"),
    (r"\+39", "it_IT"),
    (r"\+31", "nl_NL"),
    (r"\+55", "pt_BR"),
    (r"\+46", "sv_SE"),
    (r"\+48", "pl_PL"),
    (r"\+61", "en_AU"),
    (r"\+81", "ja_JP"),
    (r"\+86", "zh_CN"),
    (r"\+91", "en_IN"),
];
/// Postal codes that only one country has.
const POSTAL_CODES: [(&str, &str); 4] = [
    (r"[A-Z]{1,2}[0-9]{1,2} [0-9][A-Z]{2}", "en_GB"),
    (r"[0-9]{4} [A-Z]{2}", "nl_NL"),
    (r"[A-Z][0-9][A-Z] [0-9][A-Z][0-9]", "en_CA"),
    (r"[0-9]{5}\-[0-9]{3}", "pt_BR"),
];

/// The locales of persons with their weights, by the first of these that tells: the beginnings of their telephone
/// numbers, the form of their postal codes, the script of their names, the languages of the texts of their records.
///
/// None when nothing tells; persons are then from where most software is.
pub(super) fn evidence(members: &[&JsonPath], profile: &Profile) -> IndexMap<String, f64> {
    let own: Vec<&FieldProfile> =
        profile.fields.iter().filter(|field| members.contains(&&field.path)).collect();
    let texts: Vec<&TextProfile> = own.iter().filter_map(|field| field.text.as_ref()).collect();
    for evidence in [by_pattern(&texts, &DIALLING), by_pattern(&texts, &POSTAL_CODES), by_script(&texts)] {
        if !evidence.is_empty() {
            return evidence;
        }
    }
    let found = members.first().map(|path| by_language(path, profile)).unwrap_or_default();
    // English alone says nothing: it is the language of those who have no other in common.
    if found.keys().all(|locale| locale == "en_US") { IndexMap::new() } else { found }
}

/// Locales of persons whose countries differ, when no more is known.
pub(super) fn anywhere() -> IndexMap<String, f64> {
    let locales = [
        ("en_US", 0.2),
        ("en_GB", 0.1),
        ("de_DE", 0.1),
        ("fr_FR", 0.1),
        ("es_ES", 0.08),
        ("it_IT", 0.08),
        ("nl_NL", 0.06),
        ("sv_SE", 0.06),
        ("pt_BR", 0.06),
        ("en_CA", 0.06),
        ("en_AU", 0.05),
        ("da_DK", 0.05),
    ];
    locales.into_iter().map(|(locale, weight)| (locale.to_owned(), weight)).collect()
}

fn by_pattern(texts: &[&TextProfile], known: &[(&str, &str)]) -> IndexMap<String, f64> {
    let mut found = IndexMap::new();
    for pattern in texts.iter().flat_map(|text| &text.patterns) {
        let regex = pattern.regex.as_str();
        // What follows the dialling code must not go on with a digit of another.
        let begins = |start: &str| {
            regex.strip_prefix(start).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        if let Some((_, locale)) = known.iter().find(|(start, _)| begins(start)) {
            *found.entry((*locale).to_owned()).or_insert(0.0) += pattern.share.get();
        }
    }
    rounded(found)
}

fn by_script(texts: &[&TextProfile]) -> IndexMap<String, f64> {
    let letters = texts.iter().find_map(|text| text.letters.as_deref());
    let locale = match letters {
        Some(letters) if letters.contains('ぁ') || letters.contains('ァ') => "ja_JP",
        Some(letters) if letters.contains('一') => "zh_CN",
        _ => return IndexMap::new(),
    };
    IndexMap::from([(locale.to_owned(), 1.0)])
}

/// The languages of the running texts in the same records.
fn by_language(path: &JsonPath, profile: &Profile) -> IndexMap<String, f64> {
    let scope = |path: &JsonPath| {
        let is_step = |segment: &Segment| matches!(segment, Segment::Elements | Segment::Members);
        path.segments().iter().position(is_step).map_or(0, |at| at + 1)
    };
    let own = &path.segments()[..scope(path)];
    let mut found = IndexMap::new();
    let beside = profile.fields.iter().filter(|field| field.path.segments().starts_with(own));
    for prose in beside.filter_map(|field| field.text.as_ref()?.prose.as_ref()) {
        for language in &prose.languages {
            if let Some((_, locale)) = LANGUAGES.iter().find(|(code, _)| *code == language.language) {
                *found.entry((*locale).to_owned()).or_insert(0.0) += language.share.get();
            }
        }
    }
    rounded(found)
}

/// Weights that sum to 1, with two digits; the rarest are left out.
fn rounded(found: IndexMap<String, f64>) -> IndexMap<String, f64> {
    let total: f64 = found.values().sum();
    let share = |weight: f64| (100.0 * weight / total).round() / 100.0;
    found
        .into_iter()
        .map(|(locale, weight)| (locale, share(weight)))
        .filter(|(_, share)| *share >= 0.05)
        .collect()
}
