//! Running text: in which language and script it is written, and with what markup.

use std::collections::BTreeMap;

use synth_core::Rate;
use synth_privacy::Gate;

use crate::profile::{Curve, LanguageShare, Markup, ProseProfile};

/// Texts have at least this many words on average to count as running text.
const MIN_WORDS: f64 = 3.0;
/// Letters of one text in a script other than Latin that make it one of that script.
const SCRIPT_SHARE: f64 = 0.5;
/// Function words found in a text, at least, and their share of its words.
const MIN_HITS: usize = 2;
const MIN_HIT_SHARE: f64 = 0.1;
/// Shares of texts below this are not listed.
const MIN_SHARE: f64 = 0.01;
/// Share of texts with tags, with signs of Markdown, from which the field has markup: short texts have none.
const HTML_SHARE: f64 = 0.5;
const MARKDOWN_SHARE: f64 = 0.3;

/// Function words: the most frequent articles, prepositions, pronouns and auxiliaries of each language.
///
/// Words that several of them share decide nothing when their languages are level.
#[rustfmt::skip]
const FUNCTION_WORDS: [(&str, &[&str]); 16] = [
    ("cs", &["a", "je", "na", "se", "že", "v", "to", "jsem", "není", "ale", "jako", "byl", "pro", "jsou", "které"]),
    ("da", &["og", "det", "er", "en", "at", "på", "til", "af", "ikke", "der", "som", "med", "jeg", "hvad", "blev"]),
    ("de", &["der", "die", "und", "das", "ist", "nicht", "ein", "eine", "den", "mit", "zu", "auf", "für", "ich", "von", "im", "wird"]),
    ("en", &["the", "and", "of", "to", "is", "in", "that", "it", "was", "for", "with", "this", "not", "are", "be", "from", "on", "as"]),
    ("es", &["el", "la", "de", "que", "y", "los", "las", "una", "es", "por", "con", "para", "no", "del", "se", "en", "un"]),
    ("fi", &["ja", "on", "ei", "että", "se", "hän", "oli", "mutta", "kun", "ovat", "niin", "myös", "tai", "joka"]),
    ("fr", &["le", "la", "les", "et", "des", "est", "une", "dans", "que", "pas", "pour", "du", "il", "sur", "avec", "au", "un"]),
    ("hu", &["a", "az", "és", "hogy", "nem", "egy", "is", "van", "volt", "csak", "meg", "de", "mint", "ezt"]),
    ("it", &["il", "di", "che", "è", "la", "non", "per", "una", "sono", "con", "del", "della", "gli", "le", "un", "nel"]),
    ("nl", &["de", "het", "een", "en", "van", "is", "niet", "dat", "op", "te", "zijn", "met", "voor", "ik", "aan", "wordt"]),
    ("no", &["og", "det", "er", "en", "på", "til", "av", "ikke", "som", "med", "jeg", "har", "ble", "etter", "hva"]),
    ("pl", &["i", "w", "na", "nie", "się", "z", "że", "do", "jest", "to", "jak", "ale", "po", "są", "oraz"]),
    ("pt", &["o", "a", "de", "que", "e", "do", "da", "não", "uma", "os", "para", "com", "em", "um", "no", "na", "é"]),
    ("ro", &["și", "de", "la", "în", "nu", "este", "cu", "un", "o", "care", "pentru", "din", "sunt", "mai", "pe"]),
    ("sv", &["och", "det", "att", "är", "en", "som", "på", "av", "inte", "för", "till", "med", "jag", "den", "har"]),
    ("tr", &["ve", "bir", "bu", "da", "de", "için", "ile", "çok", "ama", "olarak", "daha", "değil", "gibi", "var"]),
];

/// A script: its name, its language, and the ranges of its letters.
type Script = (&'static str, Option<&'static str>, &'static [(char, char)]);

/// Scripts by the ranges of their letters, and the language that most texts of them are in, where there is one.
const SCRIPTS: [Script; 12] = [
    ("Hira", Some("ja"), &[('ぁ', 'ゖ'), ('ァ', 'ヺ')]),
    ("Hani", Some("zh"), &[('一', '鿿'), ('㐀', '䶿')]),
    ("Hang", Some("ko"), &[('가', '힣'), ('ᄀ', 'ᇿ')]),
    ("Cyrl", None, &[('Ѐ', 'ӿ')]),
    ("Grek", Some("el"), &[('Ͱ', 'Ͽ')]),
    ("Arab", None, &[('ؠ', 'ۿ')]),
    ("Hebr", Some("he"), &[('א', 'ת')]),
    ("Deva", Some("hi"), &[('ऀ', 'ॿ')]),
    ("Thai", Some("th"), &[('ก', '๎')]),
    ("Beng", Some("bn"), &[('ঀ', '৿')]),
    ("Taml", Some("ta"), &[('஀', '௿')]),
    ("Geor", Some("ka"), &[('ა', 'ჿ')]),
];

/// Letters that tell the languages of one script apart: the first list with a letter in the text decides.
const TELLING_LETTERS: [(&str, &str, &str); 4] = [
    ("Cyrl", "uk", "іїєґІЇЄҐ"),
    ("Cyrl", "ru", "ыэёЫЭЁ"),
    ("Cyrl", "sr", "ђјљњћџЂЈЉЊЋЏ"),
    ("Arab", "fa", "پچژگ"),
];

/// Describes running text; `None` when the strings are too short to be that.
///
/// # Shapes and units
///
/// Distinct texts, which may be cut at their end, and the numbers of words of all texts. Shares are of the distinct
/// texts; those held by fewer than k texts are left out, so that no single text shows.
///
/// # Method
///
/// A text in another script than Latin is told by its letters. The language of the others is the one with most
/// function words among its words, if there are two and a tenth of all: G. Grefenstette (1995), Comparing two
/// language identification schemes, JADT, section 3 (small words); the lists are our own and short. A text in which
/// two languages are level has none. Every text is judged alone, so order and cut of the data do not show.
///
/// # Cost
///
/// O(total length × languages).
pub(crate) fn prose(texts: &[&str], mean_words: f64, words: Curve, gate: Gate) -> Option<ProseProfile> {
    let mut scripts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut languages: BTreeMap<&str, u64> = BTreeMap::new();
    for text in texts {
        let script = script_of(text);
        *scripts.entry(script.unwrap_or("Latn")).or_default() += 1;
        if let Some(language) = language_of(text, script) {
            *languages.entry(language).or_default() += 1;
        }
    }
    // Words of these are not set apart by spaces.
    let is_dense = |script: &str| matches!(script, "Hira" | "Hani" | "Thai");
    let n_dense: u64 = scripts.iter().filter(|(script, _)| is_dense(script)).map(|(_, n)| n).sum();
    let n_texts = synth_core::cast::to_u64(texts.len());
    let is_prose = gate.is_enough(n_texts) && (mean_words >= MIN_WORDS || 2 * n_dense > n_texts);
    if !is_prose {
        return None;
    }
    let script = scripts.iter().max_by_key(|(_, n)| **n).map_or("Latn", |(script, _)| *script);
    Some(ProseProfile {
        words,
        script: script.to_owned(),
        languages: shares(&languages, n_texts, gate),
        markup: markup(texts),
    })
}

fn shares(languages: &BTreeMap<&str, u64>, n_texts: u64, gate: Gate) -> Vec<LanguageShare> {
    let mut shares: Vec<LanguageShare> = languages
        .iter()
        .filter(|(_, n)| gate.is_enough(**n) && **n as f64 >= MIN_SHARE * n_texts as f64)
        .map(|(language, n)| LanguageShare { language: (*language).to_owned(), share: Rate::of(*n, n_texts) })
        .collect();
    // The sort is stable, and the map is in order of the names.
    shares.sort_by(|a, b| b.share.get().total_cmp(&a.share.get()));
    shares
}

/// The script other than Latin that most letters are of. Kana beside Chinese characters makes Japanese.
fn script_of(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; SCRIPTS.len()];
    let mut n_letters = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        n_letters += 1;
        if !c.is_ascii() {
            let holds =
                |ranges: &[(char, char)]| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
            let script = SCRIPTS.iter().position(|(_, _, ranges)| holds(ranges));
            script.into_iter().for_each(|script| counts[script] += 1);
        }
    }
    if counts[0] > 0 {
        counts[0] += std::mem::take(&mut counts[1]);
    }
    let most = (0..SCRIPTS.len()).max_by_key(|script| (counts[*script], std::cmp::Reverse(*script)))?;
    let is_most = counts[most] > 0 && counts[most] as f64 >= SCRIPT_SHARE * f64::from(n_letters);
    is_most.then_some(SCRIPTS[most].0)
}

/// Tells whether a word, in small letters, is a function word of one of the languages.
pub(crate) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.iter().any(|(_, list)| list.contains(&word))
}

fn language_of(text: &str, script: Option<&'static str>) -> Option<&'static str> {
    let Some(script) = script else { return language_of_words(text) };
    let telling = TELLING_LETTERS
        .iter()
        .find(|(of, _, letters)| *of == script && text.contains(|c: char| letters.contains(c)));
    let usual = SCRIPTS.iter().find(|(name, ..)| *name == script).and_then(|(_, language, _)| *language);
    telling.map(|(_, language, _)| *language).or(usual)
}

/// The language with most function words in a text; `None` when two are level or the words are few.
fn language_of_words(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let mut counts = [0_usize; FUNCTION_WORDS.len()];
    let mut n_words = 0_usize;
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        n_words += 1;
        for ((_, list), count) in FUNCTION_WORDS.iter().zip(&mut counts) {
            *count += usize::from(list.contains(&word));
        }
    }
    let most = *counts.iter().max()?;
    let mut best = counts.iter().zip(FUNCTION_WORDS).filter(|(count, _)| **count == most);
    let (_, (language, _)) = best.next()?;
    let is_clear = best.next().is_none() && most >= MIN_HITS && most as f64 >= MIN_HIT_SHARE * n_words as f64;
    is_clear.then_some(language)
}

/// Returns the markup that texts hold: in some of them, since short ones have none.
pub(crate) fn markup(texts: &[&str]) -> Markup {
    let share = |test: fn(&str) -> bool| {
        texts.iter().filter(|text| test(text)).count() as f64 / texts.len().max(1) as f64
    };
    let html = |text: &str| text.contains("</") && text.contains('>');
    let markdown = |text: &str| {
        text.contains("](http")
            || text.contains("```")
            || text.starts_with("# ")
            || text.contains("\n## ")
            || text.contains("\n* ")
            || text.contains("\n- ")
    };
    match () {
        () if share(html) >= HTML_SHARE => Markup::Html,
        () if share(markdown) >= MARKDOWN_SHARE => Markup::Markdown,
        () => Markup::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(language_of(text, script_of(text)), expected, "{text}");
    }

    /// Catches a list that takes another language's words for its own.
    #[test]
    fn languages_are_told_by_their_small_words() {
        check("The parcel was left at the door and it is not mine", Some("en"));
        check("Das Paket ist nicht angekommen und der Bote war nicht da", Some("de"));
        check("Le colis est arrivé avec du retard et il est abîmé", Some("fr"));
        check("El paquete no llegó y la tienda no contesta por teléfono", Some("es"));
        check("Il pacco non è arrivato e la ditta non risponde per niente", Some("it"));
        check("O pacote não chegou e a loja não responde para uma cliente", Some("pt"));
        check("Het pakket is niet aangekomen en de winkel belt niet terug", Some("nl"));
        check("Paketet har inte kommit och det är för sent att vänta", Some("sv"));
        check("Paczka nie doszła i nie wiem, co się z nią stało, ale jest późno", Some("pl"));
        check("Paketti ei tullut ja se on myös rikki", Some("fi"));
        check("Balík není doma, ale je na poště a to se mi nelíbí", Some("cs"));
        check("Paket gelmedi ve bu çok kötü bir durum", Some("tr"));
    }

    #[test]
    fn scripts_are_told_by_their_letters() {
        check("小包はまだ届いていません", Some("ja"));
        check("包裹还没有到", Some("zh"));
        check("소포가 아직 도착하지 않았습니다", Some("ko"));
        check("Посылка ещё не пришла, и это вы знаете", Some("ru"));
        check("Посилка ще не прийшла, її немає", Some("uk"));
        check("Το δέμα δεν έφτασε", Some("el"));
        check("الطرد لم يصل بعد", None);
        check("بسته هنوز نرسیده و گم شده", Some("fa"));
        assert_eq!(script_of("الطرد لم يصل بعد"), Some("Arab"));
        assert_eq!(script_of("Order 42 für 日本"), None);
    }

    #[test]
    fn codes_and_lists_of_names_have_no_language() {
        check("AX-100 red 4x4 steel bolt", None);
        check("Anna Maria Lopez", None);
        check("de", None);
        check("", None);
    }

    /// Catches shares that tell of single texts.
    #[test]
    fn rare_languages_are_not_listed() {
        let german = "Das Paket ist nicht da und der Bote auch nicht";
        let texts: Vec<&str> = [german; 9].into_iter().chain(["The parcel is not in the house"; 2]).collect();
        let found = prose(&texts, 9.0, Curve::default(), Gate::new(5)).expect("running text");
        assert_eq!(found.languages.len(), 1);
        assert_eq!(found.languages[0].language, "de");
        assert_eq!(found.languages[0].share, Rate::of(9, 11));
        assert_eq!((found.script.as_str(), found.markup), ("Latn", Markup::Plain));
        assert_eq!(prose(&texts[..4], 9.0, Curve::default(), Gate::new(5)), None);
        assert_eq!(prose(&texts, 1.2, Curve::default(), Gate::new(5)), None);
    }
}
