//! Postal addresses.

use super::names::fold;

const STREET_WORDS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "circle",
    "cir",
    "alley",
    "crescent",
    "close",
    "grove",
    "mews",
    "trail",
    "trl",
    "turnpike",
    "loop",
    "plaza",
    "walk",
    "row",
    "quay",
    "apt",
    "suite",
    "ste",
    "unit",
    "flat",
    "floor",
    "studio",
    "po",
    "box",
    "crossing",
    "bypass",
    "causeway",
    "cove",
    "coves",
    "estate",
    "estates",
    "expressway",
    "extension",
    "fall",
    "falls",
    "field",
    "fields",
    "ford",
    "fork",
    "forks",
    "freeway",
    "gardens",
    "gateway",
    "glen",
    "glens",
    "green",
    "harbor",
    "heights",
    "hill",
    "hills",
    "hollow",
    "inlet",
    "island",
    "islands",
    "isle",
    "junction",
    "key",
    "keys",
    "knoll",
    "knolls",
    "lakes",
    "landing",
    "light",
    "locks",
    "lodge",
    "manor",
    "manors",
    "meadow",
    "meadows",
    "mill",
    "mills",
    "mission",
    "motorway",
    "mount",
    "mountain",
    "oval",
    "overpass",
    "park",
    "parks",
    "pass",
    "passage",
    "path",
    "pike",
    "pine",
    "pines",
    "plain",
    "plains",
    "point",
    "points",
    "port",
    "ports",
    "prairie",
    "ramp",
    "ranch",
    "rapid",
    "rapids",
    "rest",
    "ridge",
    "ridges",
    "river",
    "route",
    "rue",
    "run",
    "shoal",
    "shore",
    "shores",
    "skyway",
    "spring",
    "springs",
    "spur",
    "station",
    "stravenue",
    "stream",
    "streets",
    "summit",
    "throughway",
    "trace",
    "track",
    "trafficway",
    "tunnel",
    "underpass",
    "union",
    "valley",
    "via",
    "viaduct",
    "view",
    "views",
    "village",
    "ville",
    "vista",
    "ways",
    "way",
    "well",
    "wells",
    "lock",
    "divide",
    "dale",
    "dam",
    "cape",
    "canyon",
    "burg",
    "burgs",
    "brook",
    "brooks",
    "bridge",
    "branch",
    "bluff",
    "bluffs",
    "bend",
    "beach",
    "bayou",
    "arcade",
    "annex",
    "strasse",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "ring",
    "ufer",
    "damm",
    "chemin",
    "impasse",
    "allees",
    "place",
    "quai",
    "cours",
    "chaussee",
    "bd",
    "calle",
    "c",
    "cl",
    "avenida",
    "avda",
    "paseo",
    "plaza",
    "carrer",
    "camino",
    "carretera",
    "ronda",
    "urbanizacion",
    "glorieta",
    "cuesta",
    "rambla",
    "pasadizo",
    "callejon",
    "acceso",
    "alameda",
    "canada",
    "corredor",
    "privada",
    "prolongacion",
    "calzada",
    "andador",
    "cerrada",
    "circuito",
    "eje",
    "continuacion",
    "circunvalacion",
    "peatonal",
    "perif",
    "viaducto",
    "diagonal",
    "ampliacion",
    "colonia",
    "col",
    "viale",
    "piazza",
    "corso",
    "vicolo",
    "largo",
    "strada",
    "stretto",
    "contrada",
    "borgo",
    "rotonda",
    "incrocio",
    "canale",
    "rua",
    "travessa",
    "rodovia",
    "estrada",
    "praca",
    "praia",
    "vila",
    "parque",
    "trecho",
    "setor",
    "sitio",
    "quadra",
    "nucleo",
    "lagoa",
    "loteamento",
    "favela",
    "fazenda",
    "feira",
    "jardim",
    "ladeira",
    "lago",
    "morro",
    "colonia",
    "condominio",
    "conjunto",
    "chacara",
    "aeroporto",
    "passarela",
    "patio",
    "recanto",
    "residencial",
    "distrito",
    "esplanada",
    "estacao",
    "beco",
    "alameda",
    "azinhaga",
    "calcada",
    "largo",
    "ulica",
    "ul",
    "aleja",
    "al",
    "plac",
    "pl",
    "osiedle",
    "os",
    "ulice",
    "namesti",
    "trida",
    "nabrezi",
    "utca",
    "ut",
    "ter",
    "korut",
    "koz",
    "setany",
    "strada",
    "bulevardul",
    "aleea",
    "calea",
    "soseaua",
    "intrarea",
    "sokak",
    "sok",
    "sk",
    "caddesi",
    "cad",
    "cd",
    "mahallesi",
    "mah",
    "mh",
    "bulvari",
    "blv",
    "apartmani",
    "daire",
    "no",
    "nr",
    "gata",
    "gatan",
    "vagen",
    "gate",
    "vei",
    "veien",
    "vegen",
    "vej",
    "gade",
    "alle",
    "plads",
    "katu",
    "tie",
    "kuja",
    "polku",
    "ulitsa",
    "ulitza",
    "prospekt",
    "pereulok",
    "per",
    "d",
    "kv",
    "naberezhnaya",
    "jalan",
    "jl",
    "gang",
    "gg",
    "duong",
    "pho",
    "marg",
    "nagar",
    "colony",
    "sector",
    "chowk",
    "gali",
    "ganj",
    "zila",
    "h",
    "ул",
    "улица",
    "пр",
    "просп",
    "проспект",
    "пер",
    "переулок",
    "наб",
    "набережная",
    "бул",
    "бульвар",
    "пл",
    "площадь",
    "алл",
    "аллея",
    "ш",
    "шоссе",
    "проезд",
    "д",
    "дом",
    "кв",
    "стр",
    "к",
    "г",
    "п",
    "с",
    "клх",
    "ст",
    "вул",
    "вулиця",
    "провулок",
    "просп",
    "бул",
    "площа",
    "οδος",
    "λεωφορος",
    "λεωφ",
    "πλατεια",
    "τκ",
    "τθ",
    "شارع",
    "طريق",
    "حي",
    "ميدان",
    "רחוב",
    "שדרות",
    "मार्ग",
    "नगर",
    "गली",
    "रोड",
];

const STREET_ENDINGS: &[&str] = &[
    "strasse", "str", "str.", "weg", "gasse", "allee", "platz", "ring", "ufer", "damm", "steig", "straat",
    "laan", "plein", "gracht", "kade", "dreef", "singel", "pad", "baan", "hof", "dijk", "gatan", "vagen",
    "stigen", "grand", "torget", "gata", "gate", "veien", "vegen", "vej", "gade", "alle", "plads", "katu",
    "tie", "kuja", "polku", "ranta", "raitti", "utca", "iela", "tanav", "sokak", "caddesi", "dong", "ro",
    "gil", "backen", "leden", "svingen", "faret", "lia", "haugen", "bakken", "stien",
];

const EASTERN: &[char] = &[
    '路', '街', '道', '巷', '弄', '区', '區', '市', '県', '縣', '县', '都', '府', '町', '村', '丁', '番',
    '号', '號', '省', '동', '로', '길', '구', '시', '군', '읍', '座', '郡',
];

/// How much a value looks like a postal address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressShape {
    /// It does not.
    None,
    /// Several words, at least one of letters.
    Worded,
    /// Several words with a number.
    Numbered,
    /// A number and a word for a kind of street, or the parts of an East Asian address.
    Street,
}

/// Grades a value.
pub(super) fn address_shape(text: &str) -> AddressShape {
    let text = text.trim();
    let n_chars = text.chars().count();
    if !(4..=200).contains(&n_chars)
        || text.contains(['@', '{', '_', '=', '<'])
        || text.contains("://")
        || text.contains('\\')
    {
        return AddressShape::None;
    }
    let digits = text.chars().any(char::is_numeric);
    let eastern = text.chars().filter(|c| EASTERN.contains(c)).count();
    if eastern >= 2 || (eastern >= 1 && digits && text.chars().any(|c| c > '\u{3000}')) {
        let numbered = digits || text.chars().any(|c| c.is_ascii_alphabetic());
        return if numbered { AddressShape::Street } else { AddressShape::Worded };
    }
    let words: Vec<String> =
        text.split([' ', ',', '\n', '/', ';']).filter(|word| !word.is_empty()).map(fold).collect();
    if !(2..=24).contains(&words.len()) || !text.chars().any(char::is_alphabetic) {
        return AddressShape::None;
    }
    let is_street = |word: &String| {
        let bare = word.trim_matches(['.', '(', ')']);
        STREET_WORDS.contains(&bare)
            || STREET_ENDINGS
                .iter()
                .any(|ending| word.strip_suffix(ending).is_some_and(|stem| stem.chars().count() >= 3))
    };
    match (digits, words.iter().any(is_street)) {
        (true, true) => AddressShape::Street,
        (true, false) => AddressShape::Numbered,
        (false, true) if words.len() <= 6 => AddressShape::Numbered,
        _ => AddressShape::Worded,
    }
}

/// Tells whether a value begins or ends as the street line of an address does: a house number beside the street.
pub(super) fn is_street_line(text: &str) -> bool {
    let is_number = |word: &str| {
        let bare = word.trim_matches([',', '.', '#']);
        bare.len() <= 7
            && bare.starts_with(|c: char| c.is_ascii_digit())
            && bare.chars().filter(|c| c.is_alphabetic()).count() <= 1
    };
    let eastern = text.chars().any(|c| c > '\u{3000}');
    let line = text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty());
    let housed = line.clone().take(4).any(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        words.first().is_some_and(|word| is_number(word))
            || words.last().is_some_and(|word| is_number(word))
            || words.iter().any(|word| word.starts_with("nº") || fold(word) == "no" || fold(word) == "nr")
    });
    let shape = address_shape(text);
    let is_line = (shape == AddressShape::Street && (eastern || housed))
        || (shape == AddressShape::Numbered && has_postal_part(text));
    is_line && text.split_whitespace().count() <= 20
}

/// Tells whether a first part ends or begins with a house number and a later one holds a postal code and a place.
fn has_postal_part(text: &str) -> bool {
    let mut parts = text.split([',', '\n', ';']).map(str::trim).filter(|part| !part.is_empty());
    let is_postal = |part: &str| {
        let n_digits = part.chars().filter(char::is_ascii_digit).count();
        let n_letters = part.chars().filter(|c| c.is_alphabetic()).count();
        (4..=9).contains(&n_digits) && n_letters >= 3
    };
    parts.next().is_some_and(|first| street_of(first).is_some()) && parts.any(is_postal)
}

/// The words beside a house number of up to four digits, when a value is nothing else.
pub(super) fn street_of(text: &str) -> Option<&str> {
    let is_house = |word: &str| {
        let n_digits = word.chars().filter(char::is_ascii_digit).count();
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-');
        let starts = word.starts_with(|c: char| c.is_ascii_digit());
        starts && (1..=7).contains(&n_digits) && word.len() <= 8 && word.chars().all(known)
    };
    let text = text.trim();
    let last = text.rsplit_once(' ').filter(|(_, house)| is_house(house)).map(|(street, _)| street);
    let first = text.split_once(' ').filter(|(house, _)| is_house(house)).map(|(_, street)| street);
    let street = last.or(first)?.trim();
    let letters = street.chars().filter(|c| c.is_alphabetic()).count();
    let plain = street.chars().all(|c| !c.is_numeric() && !matches!(c, '_' | '@' | ':' | '='));
    (letters >= 3 && plain && !street.starts_with(char::is_lowercase)).then_some(street)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_of_many_countries() {
        for text in [
            "12 Main Street",
            "Hauptstr. 5, 10115 Berlin",
            "Lindenallee 7",
            "18, rue de la Paix",
            "Via Roma 12",
            "ул. Ленина, д. 5",
            "東京都千代田区丸の内1丁目",
            "Kungsgatan 12",
            "Calle Mayor 3",
        ] {
            assert!(is_street_line(text), "{text}");
        }
        for text in ["A1-B2-C3", "Berlin", "order shipped", "a@b.de 12 Road", "1.2.3.4"] {
            assert!(!is_street_line(text), "{text}");
        }
    }
}
