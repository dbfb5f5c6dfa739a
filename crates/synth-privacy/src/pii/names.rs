//! Names of persons: lexica of several scripts, the shape of a name, and what tells a company from a person.

use super::lexicon::{AMBIGUOUS, FAMILY, GIVEN};
use super::words::is_mark;

/// Lower case without diacritics, as the lexica are spelled.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // Accents, and the vowel signs of Arabic and Hebrew.
            '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{591}'..='\u{5c7}' => {}
            c => folded.push(fold_char(c)),
        }
    }
    folded
}

fn fold_char(c: char) -> char {
    const FOLDS: [(char, &str); 33] = [
        ('a', "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
        ('c', "çćĉċč"),
        ('d', "ďđð"),
        ('e', "èéêëēĕėęěẹẻẽếềểễệ"),
        ('g', "ĝğġģ"),
        ('h', "ĥħ"),
        ('i', "ìíîïĩīĭįıỉịǐ"),
        ('j', "ĵ"),
        ('k', "ķ"),
        ('l', "ĺļľŀł"),
        ('n', "ñńņňŉ"),
        ('o', "òóôõöøōŏőơọỏốồổỗộớờởỡợǒ"),
        ('r', "ŕŗř"),
        ('s', "śŝşšș"),
        ('t', "ţťŧțþ"),
        ('u', "ùúûüũūŭůűųưụủứừửữựǔ"),
        ('w', "ŵ"),
        ('y', "ýÿŷỳỵỷỹ"),
        ('z', "źżž"),
        ('α', "άἀἁ"),
        ('ε', "έ"),
        ('η', "ή"),
        ('ι', "ίϊΐ"),
        ('ο', "ό"),
        ('υ', "ύϋΰ"),
        ('ω', "ώ"),
        ('и', "й"),
        ('е', "ё"),
        ('і', "ї"),
        ('у', "ў"),
        ('ا', "أإآ"),
        ('و', "ؤ"),
        ('ي', "ئ"),
    ];
    if c.is_ascii() {
        return c;
    }
    FOLDS.iter().find(|(_, forms)| forms.contains(c)).map_or(c, |(base, _)| *base)
}

fn listed(list: &[&str], folded: &str) -> bool {
    list.binary_search(&folded).is_ok()
}

/// What a value shows of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NameEvidence {
    /// One to six words of letters, written as names are.
    pub shaped: bool,
    /// Number of words.
    pub n_words: usize,
    /// A word is a known given name.
    pub given: bool,
    /// Another word is a known family name or is built like one.
    pub family: bool,
    /// The script has no capitals or is not Latin.
    pub other_script: bool,
    /// Written in Han, Kana or Hangul.
    pub eastern: bool,
}

const TITLES: &[&str] = &[
    "dr",
    "mr",
    "mrs",
    "ms",
    "miss",
    "prof",
    "professor",
    "sir",
    "rev",
    "hon",
    "herr",
    "frau",
    "hr",
    "fr",
    "dipl",
    "ing",
    "univ",
    "mag",
    "sr",
    "sra",
    "srta",
    "don",
    "dona",
    "dott",
    "sig",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "dhr",
    "mevr",
    "pan",
    "pani",
    "mgr",
    "bc",
    "mudr",
    "phdr",
    "jr",
    "ii",
    "iii",
    "iv",
    "md",
    "phd",
    "dds",
    "dvm",
    "esq",
    "msc",
    "bsc",
    "ba",
    "ma",
    "mba",
    "cpa",
    "rn",
    "г",
    "гн",
    "госпожа",
    "господин",
    "κ",
    "δρ",
    "さん",
    "様",
    "先生",
    "السيد",
    "السيدة",
    "د",
];

const PARTICLES: &[&str] = &[
    "de", "del", "della", "di", "da", "das", "do", "dos", "du", "la", "le", "les", "van", "von", "der",
    "den", "ten", "ter", "zu", "zum", "zur", "af", "av", "al", "el", "bin", "bint", "ibn", "abu", "y", "e",
    "i", "san", "santa", "st", "mac", "mc", "o", "ap", "ben", "bar", "vom", "am", "op", "in", "thi", "van",
];

const COMPANY: &[&str] = &[
    "inc",
    "ltd",
    "llc",
    "llp",
    "lp",
    "plc",
    "corp",
    "corporation",
    "co",
    "company",
    "group",
    "holding",
    "holdings",
    "sons",
    "partners",
    "associates",
    "bank",
    "gmbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "gbr",
    "ev",
    "mbh",
    "stiftung",
    "sa",
    "sas",
    "sarl",
    "eurl",
    "sl",
    "slu",
    "slne",
    "srl",
    "spa",
    "snc",
    "sapa",
    "ltda",
    "eireli",
    "bv",
    "nv",
    "vof",
    "ab",
    "hb",
    "as",
    "asa",
    "aps",
    "oy",
    "oyj",
    "ky",
    "sro",
    "zrt",
    "kft",
    "bt",
    "nyrt",
    "doo",
    "dd",
    "ooo",
    "oao",
    "zao",
    "ip",
    "ooд",
    "ao",
    "pty",
    "pte",
    "bhd",
    "sdn",
    "kk",
    "tbk",
    "pt",
    "ооо",
    "оао",
    "зао",
    "ао",
    "пао",
    "ип",
    "нко",
    "рао",
    "тов",
    "ват",
    "еоод",
    "оод",
    "ад",
    "αε",
    "επε",
    "ικε",
    "ae",
    "sp",
    "zoo",
    "spolka",
    "fundacja",
    "stowarzyszenie",
    "gabinety",
    "labs",
    "systems",
    "solutions",
    "technologies",
    "tech",
    "software",
    "services",
    "industries",
    "enterprises",
    "university",
    "institute",
    "hospital",
    "school",
    "college",
    "foundation",
    "society",
    "airlines",
    "airways",
    "media",
    "studio",
    "studios",
    "store",
    "shop",
    "market",
    "restaurant",
    "hotel",
    "cafe",
    "club",
    "team",
    "department",
    "center",
    "centre",
    "international",
    "global",
    "city",
    "county",
];

const COMPANY_PARTS: &[&str] = &[
    " & ",
    "&",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "公司",
    "集团",
    "集團",
    "科技",
    "传媒",
    "信息",
    "网络",
    "주식회사",
    "(주)",
    "(유)",
    "유한회사",
    "شركة",
    "مؤسسة",
    "مجموعة",
    "בעמ",
    "בע\"מ",
    "Α.Ε.",
    "Ε.Π.Ε.",
    " and sons",
    ", ",
];

/// Tells whether a value is named like a company: a legal form, a trade word, or names joined by `and` or `&`.
pub(super) fn is_company(text: &str) -> bool {
    let joined = text.matches(", ").count() == 1 && !text.contains(" and ") && !text.contains(" und ");
    let parts = COMPANY_PARTS.iter().any(|part| text.contains(part) && !(*part == ", " && joined));
    let word =
        |word: &str| COMPANY.contains(&fold(&word.replace(['.', ',', '(', ')', '"', '«', '»'], "")).as_str());
    parts || text.split([' ', '/']).any(word)
}

/// Last characters of cities, counties and districts in Han and Hangul.
const PLACE_ENDINGS: &[char] = &[
    '市', '县', '縣', '区', '區', '省', '州', '镇', '鎮', '町', '県', '府', '시', '군', '구', '읍', '면',
    '동', '도',
];

const PLACE_WORDS: &[&str] = &[
    "north", "south", "east", "west", "new", "lake", "port", "fort", "mount", "saint", "st", "san", "santa",
    "los", "las", "bad", "upper", "lower", "villa", "ville", "nueva", "nuevo", "nova", "novo", "nuova",
    "nord", "sud", "settimo", "borgo", "quarto", "sesto", "vecchia", "vieja", "alta", "town", "island",
    "islands", "republic", "united", "beach", "park",
];

/// Tells whether a value is named like a place: by a word for its position or kind.
pub(super) fn is_place(text: &str) -> bool {
    const ENDINGS: [&str; 6] = ["ville", "town", "burgh", "shire", "borough", "mouth"];
    let is_place_word = |word: &str| {
        PLACE_WORDS.contains(&word) || (word.len() > 6 && ENDINGS.iter().any(|ending| word.ends_with(ending)))
    };
    fold(text).split([' ', '-', ',']).any(is_place_word)
}

/// Reads a value as a name.
pub(super) fn read(text: &str) -> NameEvidence {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 60 {
        return NameEvidence::default();
    }
    if let Some(evidence) = read_east_asian(text) {
        return evidence;
    }
    let words: Vec<&str> = text
        .split([' ', ',', '\u{a0}', '\u{3000}', '・'])
        .filter(|word| !word.is_empty())
        .filter(|word| !TITLES.contains(&fold(&word.replace(['.', ')', '('], "")).as_str()))
        .collect();
    let all_shaped = words.iter().all(|word| is_name_word(word));
    if words.is_empty() || words.len() > 6 || !all_shaped {
        return NameEvidence { n_words: words.len(), ..NameEvidence::default() };
    }
    let folded: Vec<String> = words.iter().map(|word| fold(word.trim_matches(['.', '\'', '’']))).collect();
    let (given, family) = given_and_family(&folded);
    NameEvidence {
        shaped: true,
        n_words: words.len(),
        given,
        family,
        eastern: false,
        other_script: words[0].chars().any(|c| c.is_alphabetic() && !is_latin(c)),
    }
}

/// Whether a word is a given name, and whether another one is a family name; a lone word may be both.
fn given_and_family(folded: &[String]) -> (bool, bool) {
    let given: Vec<usize> = (0..folded.len()).filter(|&at| is_given(&folded[at])).collect();
    let family: Vec<usize> = (0..folded.len()).filter(|&at| is_family(&folded[at])).collect();
    let apart = given.len() != 1 || family != given || folded.len() == 1;
    (!given.is_empty(), !family.is_empty() && apart)
}

/// Names in Han, Kana or Hangul, with or without a space: family name first.
fn read_east_asian(text: &str) -> Option<NameEvidence> {
    let is_eastern = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '々' | '\u{f900}'..='\u{faff}');
    let bare: Vec<char> = text.chars().filter(|c| *c != ' ' && *c != '\u{3000}' && *c != '・').collect();
    if !bare.iter().all(|c| is_eastern(*c)) {
        return None;
    }
    let kana_only = bare.iter().all(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    let n_words = text.split([' ', '\u{3000}', '・']).filter(|word| !word.is_empty()).count();
    let shaped = n_words <= 3 && (2..=if n_words > 1 || kana_only { 12 } else { 5 }).contains(&bare.len());
    let shaped = shaped && !bare.last().is_some_and(|last| PLACE_ENDINGS.contains(last));
    let head = |n: usize| bare.iter().take(n).collect::<String>();
    let tail = |n: usize| bare.iter().skip(n).collect::<String>();
    let whole: String = bare.iter().collect();
    let (surname, alone) =
        ((1..=3).rev().find(|&n| n < bare.len() && listed(FAMILY, &head(n))), listed(FAMILY, &whole));
    let given = listed(GIVEN, &whole)
        || surname.is_some_and(|n| {
            listed(GIVEN, &tail(n)) || (n_words > 1 && bare.len() <= 6) || bare.len() - n <= 2
        });
    Some(NameEvidence {
        shaped,
        n_words: n_words.max(1),
        given: shaped && given,
        family: shaped && (surname.is_some() || alone),
        other_script: true,
        eastern: true,
    })
}

/// Letters with inner hyphens, apostrophes and dots; capitalised where the script has capitals.
fn is_name_word(word: &str) -> bool {
    let letter = |c: char| c.is_alphabetic() || is_mark(c);
    let body = word.chars().all(|c| {
        letter(c) || matches!(c, '-' | '\'' | '’' | '.' | '`' | '\u{2010}' | '\u{200c}' | '\u{200d}')
    });
    let Some(first) = word.chars().find(|c| c.is_alphabetic()) else { return false };
    let tail_caps = word.chars().skip(1).filter(|c| c.is_uppercase()).count();
    let inner_ok = tail_caps <= 1 || !word.chars().any(char::is_lowercase) || word.contains('-');
    body && (!first.is_lowercase()
        || PARTICLES.contains(&fold(word).as_str())
        || word.contains('\'')
        || word.contains('’'))
        && inner_ok
}

fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn is_given(folded: &str) -> bool {
    listed(GIVEN, folded)
        || folded.split('-').filter(|part| part.chars().count() > 2).any(|part| listed(GIVEN, part))
}

/// Endings of family names (and patronymics) and the letters that must stand before them.
const ENDINGS: &[(&str, usize)] = &[
    ("sson", 3),
    ("sen", 4),
    ("sdotter", 3),
    ("dottir", 3),
    ("ovic", 3),
    ("evic", 3),
    ("kovic", 2),
    ("enko", 3),
    ("chuk", 3),
    ("czyk", 3),
    ("ski", 4),
    ("ska", 4),
    ("cki", 3),
    ("cka", 3),
    ("wicz", 3),
    ("ova", 4),
    ("eva", 4),
    ("ov", 4),
    ("ev", 4),
    ("escu", 3),
    ("eanu", 3),
    ("oglu", 3),
    ("opoulos", 2),
    ("opoulou", 2),
    ("idis", 3),
    ("akis", 3),
    ("adis", 3),
    ("iadis", 2),
    ("shvili", 3),
    ("adze", 3),
    ("yan", 4),
    ("nen", 4),
    ("mann", 3),
    ("stein", 3),
    ("ez", 5),
    ("berg", 4),
    ("stra", 4),
    ("ini", 5),
    ("elli", 4),
    ("etti", 4),
    ("ов", 3),
    ("ова", 3),
    ("ев", 3),
    ("ева", 3),
    ("ин", 4),
    ("ина", 4),
    ("ский", 2),
    ("скии", 2),
    ("ская", 2),
    ("енко", 2),
    ("чук", 2),
    ("ович", 2),
    ("евич", 2),
    ("овна", 2),
    ("евна", 2),
    ("ич", 4),
    ("ська", 2),
    ("ськии", 2),
    ("юк", 3),
    ("ян", 4),
    ("ски", 3),
    ("ска", 3),
    ("οπουλος", 1),
    ("οπουλου", 1),
    ("ιδης", 2),
    ("ιδου", 2),
    ("ακης", 2),
    ("ακη", 3),
    ("αδης", 2),
    ("αδου", 2),
    ("ατος", 3),
    ("ιου", 3),
    ("ογλου", 2),
];

fn is_family(folded: &str) -> bool {
    let ends = |(ending, least): &(&str, usize)| {
        folded.strip_suffix(ending).is_some_and(|stem| stem.chars().count() >= *least)
    };
    let known = |word: &str| listed(FAMILY, word);
    known(folded)
        || ENDINGS.iter().any(ends)
        || folded.split('-').filter(|part| part.chars().count() > 2).any(known)
        || ["mc", "mac", "o'", "o’", "d'", "al-", "el-", "bin", "ال"].iter().any(|head| {
            folded.strip_prefix(head).is_some_and(|rest| {
                rest.chars().count() >= 4 && folded.len() >= 6 && (*head != "mac" || known(rest))
            })
        })
}

/// Tells whether a running text names somebody: a given name followed by another capitalised word that is a
/// known family name, or an unambiguous given name in the middle of a sentence.
pub(super) fn mentions_person(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let clean = |word: &str| {
        fold(word.trim_end_matches("'s").trim_end_matches("’s").trim_matches(|c: char| !c.is_alphabetic()))
    };
    let capital = |word: &str| {
        let letters = word.trim_matches(|c: char| !c.is_alphabetic());
        letters.starts_with(char::is_uppercase)
            && letters.chars().skip(1).all(|c| !c.is_uppercase())
            && letters.chars().count() > 2
    };
    words.iter().enumerate().any(|(at, word)| {
        if !capital(word) || !is_name_word(word.trim_matches(|c: char| !c.is_alphabetic())) {
            return false;
        }
        let name = clean(word);
        let next = words.get(at + 1).filter(|next| capital(next)).map(|next| clean(next));
        let ends_here = word.ends_with([',', '.', ':', ';', '!', '?']);
        let pair = !ends_here
            && next.is_some_and(|next| listed(FAMILY, &next) || (is_family(&next) && next.len() > 5));
        listed(GIVEN, &name)
            && (pair
                || (at > 0 && !listed(AMBIGUOUS, &name) && !words[at - 1].ends_with(['.', '!', '?', ':'])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexica_are_sorted_and_folded() {
        for list in [GIVEN, FAMILY, AMBIGUOUS] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(
                list.iter().all(|name| fold(name) == *name),
                "{:?}",
                list.iter().find(|name| fold(name) != **name)
            );
        }
        assert!(GIVEN.len() > 1500 && FAMILY.len() > 1500);
    }

    #[test]
    fn names_of_many_scripts_are_read() {
        for text in [
            "Dr. Peter Müller",
            "MARTIN, Claire",
            "José García López",
            "Иванова Анна Сергеевна",
            "Γεώργιος Παπαδόπουλος",
            "田中 太郎",
            "王伟",
            "김민준",
            "محمد العلي",
            "Jan van den Berg",
        ] {
            let evidence = read(text);
            assert!(evidence.shaped && evidence.given && evidence.family, "{text}: {evidence:?}");
        }
        for text in ["order_shipped", "Pixel 5", "hello world", "a@b.de", "GBP/USD"] {
            assert!(!read(text).shaped, "{text}");
        }
    }

    #[test]
    fn companies_and_mentions() {
        for text in [
            "Müller GmbH",
            "Smith, Jones and Brown",
            "Baker & Sons",
            "株式会社山本",
            "ООО Иванов",
            "Rossi S.p.A.",
        ] {
            assert!(is_company(text), "{text}");
        }
        assert!(!is_company("Martin, Claire") && !is_company("Peter Müller"));
        assert!(
            mentions_person("I met Peter Weber yesterday") && mentions_person("Yesterday Claudia called")
        );
        assert!(!mentions_person("A package for fast parsing") && !mentions_person("Will it run on Julia"));
    }
}
