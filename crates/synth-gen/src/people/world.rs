//! The tables of names and places, ready to be drawn from.

use fake::locales::{DE_DE, Data, EN, FR_FR};

use super::names::{CULTURES, Culture};
use super::places::{COUNTRIES, Country};

/// All that persons and places are made of.
#[derive(Debug)]
pub(super) struct World {
    pub(super) cultures: Vec<People>,
    pub(super) lands: Vec<Land>,
}

/// The names of one culture.
#[derive(Debug)]
pub(super) struct People {
    pub(super) women: Vec<Name>,
    pub(super) men: Vec<Name>,
    pub(super) families: Vec<Name>,
}

/// A name as it is written, and in Latin letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub(super) native: &'static str,
    pub(super) latin: &'static str,
}

/// A country with its lists.
#[derive(Debug)]
pub(super) struct Land {
    pub(super) country: &'static Country,
    /// Position of its culture.
    pub(super) culture: usize,
    pub(super) names: Vec<&'static str>,
    pub(super) phones: Vec<&'static str>,
    pub(super) cities: Vec<City>,
    pub(super) streets: Vec<&'static str>,
    pub(super) street_line: &'static str,
    pub(super) family_first: Option<&'static str>,
    pub(super) families: Vec<&'static str>,
    pub(super) companies: Vec<&'static str>,
    titles: [&'static str; 2],
}

/// A city.
#[derive(Debug)]
pub(super) struct City {
    pub(super) region: &'static str,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) postal_code: &'static str,
}

impl Land {
    pub(super) fn titles(&self, woman: bool) -> &'static str {
        self.titles[usize::from(!woman)]
    }
}

impl World {
    pub(super) fn new() -> Self {
        let cultures: Vec<People> = CULTURES.iter().map(|(name, culture)| people(name, culture)).collect();
        let lands = COUNTRIES.iter().map(|country| land(country, &cultures)).collect();
        Self { cultures, lands }
    }

    /// The country of a locale, or the first one of its language.
    pub(super) fn land_of_locale(&self, locale: &str) -> Option<usize> {
        let locale = locale.trim().replace('-', "_").to_lowercase();
        let whole = self.lands.iter().position(|land| land.country.locale.to_lowercase() == locale);
        let language = locale.split('_').next().filter(|language| language.len() == 2)?;
        let of_language = |land: &Land| land.country.locale.starts_with(language);
        whole.or_else(|| self.lands.iter().position(of_language))
    }

    /// The country of a name or code, in whatever case.
    pub(super) fn land_of_name(&self, name: &str) -> Option<usize> {
        let name = name.trim().to_lowercase();
        self.lands.iter().position(|land| {
            let mut known = land.country.codes.iter().chain(&land.names);
            known.any(|known| known.to_lowercase() == name)
        })
    }

    /// The country of a region, the given one first.
    pub(super) fn land_of_region(&self, region: &str, first: usize) -> Option<usize> {
        let region = region.trim().to_lowercase();
        self.find(first, |city| city.region.to_lowercase() == region || city.code.to_lowercase() == region)
    }

    /// The country of a city, the given one first.
    pub(super) fn land_of_city(&self, name: &str, first: usize) -> Option<usize> {
        let name = name.trim().to_lowercase();
        self.find(first, |city| city.name.to_lowercase() == name)
    }

    fn find(&self, first: usize, is_it: impl Fn(&City) -> bool) -> Option<usize> {
        std::iter::once(first)
            .chain(0..self.lands.len())
            .find(|land| self.lands[*land].cities.iter().any(&is_it))
    }
}

fn list(text: &'static str) -> Vec<&'static str> {
    text.split(',').collect()
}

fn names(text: &'static str) -> Vec<Name> {
    let name = |entry: &'static str| {
        let (native, latin) = entry.split_once('|').unwrap_or((entry, entry));
        Name { native, latin }
    };
    text.split(',').map(name).collect()
}

fn people(name: &str, culture: &'static Culture) -> People {
    let more: &[&'static str] = match name {
        "en" => EN::NAME_LAST_NAME,
        "de" => &DE_DE::NAME_LAST_NAME[11..],
        "fr" => FR_FR::NAME_LAST_NAME,
        _ => &[],
    };
    let mut families = names(culture.families);
    // The own names stand for half of the people; they are the common ones.
    families.extend(more.iter().map(|name| Name { native: name, latin: name }));
    People { women: names(culture.women), men: names(culture.men), families }
}

fn land(country: &'static Country, cultures: &[People]) -> Land {
    let culture = CULTURES.iter().position(|(name, _)| *name == country.culture).unwrap_or(0);
    let (name, lists) = &CULTURES[culture];
    let city = |line: &'static str| {
        let mut parts = line.split('|');
        let mut next = || parts.next().unwrap_or_default();
        City { region: next(), code: next(), name: next(), postal_code: next() }
    };
    Land {
        country,
        culture,
        names: list(country.names),
        phones: list(country.phones),
        cities: country.cities.lines().map(city).collect(),
        streets: list(lists.streets),
        street_line: lists.street_line,
        family_first: lists.family_first,
        families: cultures[culture].families.iter().map(|name| name.native).collect(),
        companies: companies(name),
        titles: lists.titles,
    }
}

/// Legal forms, as companies write them behind their name.
fn companies(culture: &str) -> Vec<&'static str> {
    list(match culture {
        "de" => "GmbH,AG,GmbH & Co. KG,KG,Söhne",
        "fr" => "SARL,SA,SAS,et Fils",
        "it" => "S.r.l.,S.p.A.,e Figli",
        "es" => "S.L.,S.A.,e Hijos",
        "pt" => "Lda.,S.A.,e Filhos",
        "nl" => "B.V.,N.V.,en Zonen",
        "sv" => "AB,Handel AB",
        "da" => "A/S,AS,ApS",
        "fi" => "Oy,Oyj",
        "pl" => "Sp. z o.o.,S.A.",
        "tr" => "A.Ş.,Ltd. Şti.",
        "ja" => "株式会社,商事,工業",
        "zh" => "有限公司,集团",
        "in" => "Pvt. Ltd.,Industries,Traders",
        _ => "Inc.,LLC,Group,Ltd.,Partners",
    })
}

/// Appends the letters of a name in lower case, without accents and without what is no letter.
pub(super) fn latin(name: &str, out: &mut String) {
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' => out.push(c),
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' | 'œ' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'å' => out.push_str("aa"),
            'ß' => out.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'ą' | 'ă' => out.push('a'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ď' | 'đ' => out.push('d'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => out.push('e'),
            'ğ' => out.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' => out.push('o'),
            'ř' => out.push('r'),
            'ś' | 'š' | 'ş' => out.push('s'),
            'ť' => out.push('t'),
            'ù' | 'ú' | 'û' | 'ů' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            _ => {}
        }
    }
}
