//! Persons and places whose parts agree: names, addresses and numbers of one object.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::{Permutation, Seed, cast, hash};
use synth_rules::EntityPart;
use synth_rules::generator::FakerMethod;

use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, TextBuffer, Values};
use crate::draw::{Draws, Picks};
use crate::faker::{EXAMPLE_DOMAINS, FakerData, write_number};
use crate::reference::texts_of;
use crate::site::{Rows, Site};

pub(crate) mod bind;
mod names;
mod places;
mod world;

use world::{City, Land, Name, World, latin};

/// The program of a field that shows one part of a person or place.
///
/// # Method
///
/// Nothing of a person is stored. All its parts are functions of the entity's seed and the address of the object that
/// has it, so fields that know both show the same person, whichever of them is looked at. What other fields say of it
/// (country, city, gender, name) comes first; the rest is drawn so that it agrees.
#[derive(Debug, Clone)]
pub(crate) struct PersonField {
    world: Arc<World>,
    data: Box<FakerData>,
    method: FakerMethod,
    who: Who,
    /// What two fields of the same method do not share, such as the digits of two telephone numbers.
    own: Seed,
    /// Where the object stands that has the person, when the field stands in an array below it.
    above: Option<Above>,
    known: Vec<Known>,
    /// Nodes that say, or may say, something of the person.
    sources: Vec<(EntityPart, usize)>,
    unique: Option<Permutation>,
}

/// What makes one entity differ from another.
#[derive(Debug, Clone)]
struct Who {
    seed: Seed,
    /// Positions of countries, and how they are chosen.
    lands: Vec<usize>,
    choice: Choice,
}

#[derive(Debug, Clone)]
struct Above {
    site: Site,
    divisor: u64,
}

/// A field that says something of the person.
#[derive(Debug, Clone)]
struct Known {
    part: EntityPart,
    site: Site,
    /// Ordinals of the field's scope in one of the scope of the field that says it.
    divisor: u64,
    programs: Arc<crate::shelf::Programs>,
}

/// Unique values are numbered in periods of this many rows, so that a row's number does not depend on how many there are.
const PERIOD: u64 = 1000;

/// One person at one place.
struct Person<'a> {
    land: &'a Land,
    /// The country as a field calls it, when it is none of those that are known.
    foreign: Option<&'a str>,
    city: Place<'a>,
    woman: bool,
    given: Spelled<'a>,
    family: Spelled<'a>,
    /// Free bits, the same for all fields of the person, and of the address.
    style: u64,
    house: u64,
}

/// A city of the table, or one that is made up for a region that is not there.
enum Place<'a> {
    Listed(&'a City),
    MadeUp { name: String, region: Option<&'a str> },
}

/// A name as it is written and in Latin letters.
#[derive(Clone, Copy)]
struct Spelled<'a> {
    native: &'a str,
    latin: &'a str,
}

impl From<Name> for Spelled<'_> {
    fn from(name: Name) -> Self {
        Self { native: name.native, latin: name.latin }
    }
}

/// What is known of a person, as the fields write it.
#[derive(Clone, Copy, Default)]
struct Facts<'a> {
    country: Option<&'a str>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    locale: Option<&'a str>,
    gender: Option<&'a str>,
    title: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    name: Option<&'a str>,
}

impl PersonField {
    /// Compiles a field without an entity: every value is of another person of a locale.
    pub(crate) fn new(
        method: FakerMethod,
        locale: Option<&str>,
        own: Seed,
    ) -> Result<Self, crate::error::ErrorKind> {
        let world = Arc::new(World::new());
        let lands = vec![locale.and_then(|locale| world.land_of_locale(locale)).unwrap_or(0)];
        let who = Who { seed: own.child("person"), lands, choice: Choice::fit(&[1.0], Sum::Normalize)? };
        let data = Box::new(FakerData::new());
        let (known, sources) = (Vec::new(), Vec::new());
        Ok(Self { world, data, method, who, own, above: None, known, sources, unique: None })
    }

    /// Makes every value different by a number in it; false where the method has no number.
    pub(crate) fn unique(mut self) -> Option<Self> {
        let is_numbered = matches!(self.method, FakerMethod::Email | FakerMethod::UserName);
        self.unique = Some(Permutation::new(PERIOD, Seed::root(PERIOD)));
        is_numbered.then_some(self)
    }

    pub(crate) fn method(&self) -> FakerMethod {
        self.method
    }

    /// The nodes that may say something of the person, and what.
    pub(crate) fn sources(&self) -> &[(EntityPart, usize)] {
        &self.sources
    }

    /// Appends the value of one address, given what is said of the person.
    pub(crate) fn write_at(
        &self,
        [address, ordinal]: [u64; 2],
        said: &[(EntityPart, &str)],
        out: &mut String,
    ) {
        let mut facts = Facts::default();
        said.iter().for_each(|(part, text)| facts.set(*part, text));
        self.write_of([address, 0], Slot { address, ordinal, uniform: None }, facts, out);
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let (memo, list) = (slots.memo, slots.memo.list(slots.ordinals));
        let said = self.known.iter().map(|known| {
            let rows = known.site.rows_of(&memo.above(&list, known.divisor), memo);
            let made = texts_of(&rows, &known.programs, memo);
            (known.part, rows, made)
        });
        let said: Vec<(EntityPart, Rc<Rows>, Rc<TextBuffer>)> = said.collect();
        let above = self.above.as_ref().map(|above| {
            let divisor = above.divisor.max(1);
            (above.site.addresses(&memo.above(&list, divisor), memo), divisor)
        });
        slots.fill_text_at(out, |at, slot, out| {
            let mut facts = Facts::default();
            for (part, rows, made) in &said {
                if rows.rows[at].is_some() {
                    facts.set(*part, made.get(at));
                }
            }
            let place = match &above {
                Some((addresses, divisor)) => [addresses[at], slot.ordinal % divisor],
                None => [slot.address, 0],
            };
            self.write_of(place, slot, facts, out);
        });
    }

    /// Appends the part of the person at an address; the `place`-th given name, address or number where there are more.
    fn write_of(&self, [address, place]: [u64; 2], slot: Slot, facts: Facts<'_>, out: &mut String) {
        let person = Person::new(&self.world, &self.who, [address, place], facts);
        let mut own = Draws::new(self.own.bits(slot.address));
        match self.method {
            FakerMethod::Email | FakerMethod::UserName => {
                self.write_handle(&person, slot.ordinal, out);
            }
            FakerMethod::CompanyName => person.write_company(&mut own, out),
            _ => person.write(self.method, (&self.data, &mut own), out),
        }
    }

    /// Appends a mail address or the name of an account: that of the person, the same in both.
    fn write_handle(&self, person: &Person<'_>, ordinal: u64, out: &mut String) {
        let is_mail = self.method == FakerMethod::Email;
        person.write_login(out);
        match &self.unique {
            Some(order) => {
                let number = ordinal / PERIOD * PERIOD + order.apply(ordinal % PERIOD);
                write_number(number.saturating_add(1), 1, out);
            }
            None if person.style >> 32 & 3 != 0 => write_number(person.style >> 40 & 0x3ff, 1, out),
            None => {}
        }
        if is_mail {
            out.push('@');
            let at = cast::to_usize((person.style >> 8) % cast::to_u64(EXAMPLE_DOMAINS.len()));
            out.push_str(EXAMPLE_DOMAINS[at]);
        }
    }
}

impl<'a> Facts<'a> {
    fn set(&mut self, part: EntityPart, text: &'a str) {
        let own = match part {
            EntityPart::Country => &mut self.country,
            EntityPart::Region => &mut self.region,
            EntityPart::City => &mut self.city,
            EntityPart::Locale => &mut self.locale,
            EntityPart::Gender => &mut self.gender,
            EntityPart::Title => &mut self.title,
            EntityPart::FirstName => &mut self.first_name,
            EntityPart::LastName => &mut self.last_name,
            EntityPart::Name => &mut self.name,
        };
        *own = Some(text).filter(|text| !text.trim().is_empty());
    }

    /// Whether the person is a woman, as far as a gender or form of address says so.
    fn woman(&self) -> Option<bool> {
        let word = |text: &str| text.trim_end_matches('.').to_lowercase();
        let gender = self.gender.and_then(|text| match word(text).chars().next()? {
            'f' | 'w' | 'v' | 'k' => Some(true),
            'm' => Some(false),
            _ => None,
        });
        gender.or_else(|| match word(self.title?).as_str() {
            "ms" | "mrs" | "miss" | "frau" | "mme" | "mlle" | "madame" | "sra" | "srta" | "sig.ra"
            | "mevr" => Some(true),
            "mr" | "sir" | "herr" | "m" | "monsieur" | "sr" | "sig" | "dhr" => Some(false),
            _ => None,
        })
    }
}

impl<'a> Person<'a> {
    fn new(world: &'a World, who: &Who, [address, place]: [u64; 2], facts: Facts<'a>) -> Self {
        let bits = |part: u64| who.seed.child_at(part).bits(address);
        // Another address or given name of the same person.
        let more =
            |part: u64| if place == 0 { bits(part) } else { hash::mix(hash::combine(bits(part), place)) };
        let drawn = who.lands[who.choice.pick(who.seed.child_at(0).uniform(address))];
        let named = facts.country.map(|text| world.land_of_name(text));
        let by_locale = || facts.locale.and_then(|text| world.land_of_locale(text));
        let spoken = by_locale().unwrap_or(drawn);
        let by_place = || {
            let region = facts.region.and_then(|text| world.land_of_region(text, spoken));
            region.or_else(|| facts.city.and_then(|text| world.land_of_city(text, spoken)))
        };
        let land = match named {
            Some(named) => named.unwrap_or(spoken),
            None => by_place().unwrap_or(spoken),
        };
        let land = &world.lands[land];
        let foreign = facts.country.filter(|_| named == Some(None));
        let culture = &world.cultures[land.culture];
        let woman = facts.woman().unwrap_or(bits(1) & 1 == 0);
        let given: Spelled<'a> = one(if woman { &culture.women } else { &culture.men }, more(2)).into();
        let family: Spelled<'a> = one(&culture.families, bits(3)).into();
        let whole = facts.name.and_then(|name| name.trim().rsplit_once(' '));
        let plain = |text: &'a str| Spelled { native: text, latin: text };
        Self {
            land,
            foreign,
            city: Place::new(land, foreign, facts, more(4)),
            woman,
            given: facts.first_name.or(whole.map(|(given, _)| given)).map_or(given, plain),
            family: facts.last_name.or(whole.map(|(_, family)| family)).map_or(family, plain),
            style: bits(5),
            house: more(6),
        }
    }

    fn write(&self, method: FakerMethod, (data, own): (&FakerData, &mut Draws), out: &mut String) {
        match method {
            FakerMethod::Name => self.write_name(out),
            FakerMethod::FirstName => out.push_str(self.given.native),
            FakerMethod::LastName => out.push_str(self.family.native),
            FakerMethod::Title => out.push_str(self.land.titles(self.woman)),
            FakerMethod::Gender => out.push_str(if self.woman { "female" } else { "male" }),
            FakerMethod::Locale => out.push_str(self.land.country.locale),
            FakerMethod::Country => out.push_str(self.foreign.unwrap_or(self.land.names[0])),
            FakerMethod::CountryCode => out.push_str(self.land.country.codes[0]),
            FakerMethod::City => out.push_str(match &self.city {
                Place::Listed(city) => city.name,
                Place::MadeUp { name, .. } => name,
            }),
            FakerMethod::Region => self.write_region(out, |city| city.region),
            FakerMethod::RegionCode => self.write_region(out, |city| city.code),
            FakerMethod::PostalCode => self.write_postal_code(out),
            FakerMethod::PhoneNumber => match self.foreign {
                // A country that is not known has no form; a local number is right everywhere.
                Some(_) => write_form("555-01##", own, out),
                None => write_form(one(&self.land.phones, own.word()), own, out),
            },
            FakerMethod::StreetAddress => self.write_street(out),
            _ => data.write(method, own, out),
        }
    }

    fn write_name(&self, out: &mut String) {
        match self.land.family_first {
            Some(between) => {
                out.push_str(self.family.native);
                out.push_str(between);
                out.push_str(self.given.native);
            }
            None => {
                out.push_str(self.given.native);
                out.push(' ');
                out.push_str(self.family.native);
            }
        }
    }

    /// Appends the person's name as accounts are called: letters, dots and underscores.
    fn write_login(&self, out: &mut String) {
        let initial = |out: &mut String| {
            let mut whole = String::new();
            latin(self.given.latin, &mut whole);
            out.extend(whole.chars().next());
        };
        match self.style % 5 {
            0 | 1 => {
                latin(self.given.latin, out);
                out.push('.');
            }
            2 => initial(out),
            3 => {
                latin(self.given.latin, out);
                out.push('_');
            }
            _ => {
                initial(out);
                out.push('.');
            }
        }
        latin(self.family.latin, out);
    }

    fn write_region(&self, out: &mut String, part: impl Fn(&City) -> &str) {
        match &self.city {
            Place::Listed(city) => out.push_str(part(city)),
            Place::MadeUp { region: Some(region), .. } => out.push_str(region),
            Place::MadeUp { name, region: None } => {
                out.push_str(name);
                out.push_str(" County");
            }
        }
    }

    fn write_postal_code(&self, out: &mut String) {
        let mut draws = Draws::new(hash::mix(self.house ^ 1));
        match &self.city {
            Place::Listed(city) => write_form(city.postal_code, &mut draws, out),
            // A place that is not listed has the form of its country.
            Place::MadeUp { .. } => {
                let form = self.land.cities.first().map_or("#####", |city| city.postal_code);
                let form: String = form.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
                write_form(if self.foreign.is_some() { "#####" } else { &form }, &mut draws, out);
            }
        }
    }

    fn write_street(&self, out: &mut String) {
        let mut draws = Draws::new(hash::mix(self.house ^ 2));
        let street = one(&self.land.streets, draws.word());
        // Most houses have small numbers.
        let number = 1 + draws.pick(1 + draws.clone().pick(250));
        let (before, behind) = self.land.street_line.split_once("{n}").unwrap_or((self.land.street_line, ""));
        let part = |text: &str, out: &mut String| match text.split_once("{street}") {
            Some((left, right)) => out.extend([left, street, right]),
            None => out.push_str(text),
        };
        part(before, out);
        write_number(number, 1, out);
        part(behind, out);
    }

    fn write_company(&self, own: &mut Draws, out: &mut String) {
        let families = &self.land.families;
        let suffix = one(&self.land.companies, own.word());
        let (left, right) = (one(families, own.word()), one(families, own.word()));
        match own.pick(3) {
            0 => out.extend([left, " & ", right]),
            _ => out.extend([left, " ", suffix]),
        }
    }
}

impl<'a> Place<'a> {
    fn new(land: &'a Land, foreign: Option<&str>, facts: Facts<'a>, bits: u64) -> Self {
        let key = |text: &str| text.trim().to_lowercase();
        let wanted_city = facts.city.map(key);
        let named = wanted_city.and_then(|wanted| land.cities.iter().find(|city| key(city.name) == wanted));
        if let (Some(city), None) = (named, foreign) {
            return Self::Listed(city);
        }
        let of_region = facts.region.map(|region| {
            let region = key(region);
            let is_in = |city: &&City| key(city.region) == region || key(city.code) == region;
            land.cities.iter().filter(is_in).collect::<Vec<_>>()
        });
        if let (Some(city), _) | (None, Some(city)) = (facts.city, foreign.filter(|_| facts.region.is_none()))
        {
            let name = if facts.city.is_some() { city.to_owned() } else { made_up(bits, city) };
            return Self::MadeUp { name, region: facts.region };
        }
        match of_region {
            Some(cities) if !cities.is_empty() && foreign.is_none() => Self::Listed(one(&cities, bits)),
            Some(_) => {
                let region = facts.region.unwrap_or_default();
                Self::MadeUp { name: made_up(bits, region), region: Some(region) }
            }
            None => {
                let at = cast::to_usize(cast::low_u64((u128::from(bits) * land.cities.len() as u128) >> 64));
                Self::Listed(&land.cities[at])
            }
        }
    }
}

/// A made-up city that no other region has: one of eight of its region.
fn made_up(bits: u64, region: &str) -> String {
    const BEGINNINGS: [&str; 24] = [
        "Ash", "Bel", "Cald", "Dun", "East", "Fair", "Glen", "Hart", "Inver", "Kirk", "Lang", "Mar", "New",
        "Oak", "Port", "Quar", "Ros", "Sand", "Thorn", "Under", "Val", "West", "Yar", "Zel",
    ];
    const MIDDLES: [&str; 16] = [
        "a", "en", "er", "i", "in", "mond", "o", "or", "stow", "ton", "u", "vel", "wick", "y", "brook",
        "haven",
    ];
    const ENDS: [&str; 12] =
        ["ford", "burg", "ville", "dale", "mouth", "port", "stad", "field", "ham", "bridge", "wood", "more"];
    let word = hash::mix(hash::combine(hash::hash_bytes(region.to_lowercase().as_bytes()), bits & 7));
    [one(&BEGINNINGS, word), one(&MIDDLES, hash::mix(word ^ 1)), one(&ENDS, hash::mix(word ^ 2))].concat()
}

/// Returns the entry of a list at a share of 2^64.
fn one<T: Copy>(list: &[T], bits: u64) -> T {
    list[cast::to_usize(cast::low_u64((u128::from(bits) * list.len() as u128) >> 64))]
}

/// Appends a form: `#` becomes a digit and `A` a capital letter.
fn write_form(form: &str, draws: &mut Draws, out: &mut String) {
    for c in form.chars() {
        match c {
            '#' => write_number(draws.pick(10), 1, out),
            // Postal codes do without letters that look like digits.
            'A' => out.push(char::from(b"ABDEFGHJLNPQRSTUWXYZ"[cast::to_usize(draws.pick(20))])),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
