use std::collections::BTreeSet;

use synth_rules::entity::LOCALES;

use super::world::World;
use super::*;
use crate::column::Slots;
use crate::memo::Memo;

fn part(method: FakerMethod, locale: &str, said: &[(EntityPart, &str)], address: u64) -> String {
    let mut field = PersonField::new(method, Some(locale), Seed::root(7)).unwrap();
    field.who.seed = Seed::root(8);
    let mut out = String::new();
    field.write_at([address, address], said, &mut out);
    out
}

/// Catches a locale that lint knows and the tables do not, or the other way round.
#[test]
fn the_rules_know_every_locale() {
    let made: BTreeSet<&str> = World::new().lands.iter().map(|land| land.country.locale).collect();
    assert_eq!(made, LOCALES.into_iter().collect());
}

/// Catches lists that were written with a gap, and cities that lie in two regions of a country.
#[test]
fn tables_are_whole() {
    for land in &World::new().lands {
        let mut regions = std::collections::BTreeMap::new();
        for city in &land.cities {
            assert!(
                !city.name.is_empty() && !city.region.is_empty() && !city.postal_code.is_empty(),
                "{city:?}"
            );
            assert_eq!(*regions.entry(city.name).or_insert(city.region), city.region, "{city:?}");
        }
        assert!(land.cities.len() > 1 && !land.phones.is_empty() && land.streets.len() > 5);
        assert!(land.street_line.contains("{n}") && land.street_line.contains("{street}"));
    }
}

/// Catches fields that draw another person than their neighbours.
#[test]
fn parts_of_one_person_agree() {
    let world = World::new();
    for locale in LOCALES {
        for address in 0..40 {
            let made = |method| part(method, locale, &[], address);
            let (city, region) = (made(FakerMethod::City), made(FakerMethod::Region));
            let land = &world.lands[world.land_of_locale(locale).unwrap()];
            assert!(
                land.cities.iter().any(|known| known.name == city && known.region == region),
                "{city} {region}"
            );
            assert_eq!(made(FakerMethod::CountryCode), land.country.codes[0]);
            let (first, last) = (made(FakerMethod::FirstName), made(FakerMethod::LastName));
            let name = made(FakerMethod::Name);
            assert!(name.contains(&first) && name.contains(&last), "{name}");
            let email = made(FakerMethod::Email);
            let login = made(FakerMethod::UserName);
            assert!(email.starts_with(&login), "{email} {login}");
            if last.is_ascii() && locale != "ja_JP" && locale != "zh_CN" {
                let letters: String = last.to_lowercase().chars().filter(char::is_ascii_lowercase).collect();
                assert!(email.contains(&letters), "{name} {email}");
            }
            assert!(email.is_ascii());
        }
    }
}

#[test]
fn what_is_known_comes_first() {
    use EntityPart::{City, Country, Gender, LastName, Name, Region};
    for address in 0..50 {
        let german = [(Country, "Germany")];
        assert!(part(FakerMethod::PhoneNumber, "en_US", &german, address).starts_with("+49"));
        let place = [(Country, "us"), (Region, "CA")];
        let city = part(FakerMethod::City, "de_DE", &place, address);
        assert!(
            ["Los Angeles", "San Diego", "San Francisco", "Sacramento"].contains(&city.as_str()),
            "{city}"
        );
        assert!(part(FakerMethod::PostalCode, "de_DE", &place, address).starts_with('9'));
        assert_eq!(part(FakerMethod::Region, "en_US", &[(City, "Graz")], address), "Steiermark");
        assert_eq!(part(FakerMethod::Title, "en_US", &[(Gender, "F")], address), "Ms.");
        let email = part(FakerMethod::Email, "en_US", &[(LastName, "O'Neill")], address);
        assert!(email.contains("oneill"), "{email}");
        let email = part(FakerMethod::Email, "en_US", &[(Name, "Zoë Ångström")], address);
        assert!(email.contains("aangstroem"), "{email}");
        // A region that no table has keeps its cities to itself.
        let nowhere = part(FakerMethod::City, "en_US", &[(Region, "Nowhere")], address);
        assert!(world_has_no(&nowhere), "{nowhere}");
        assert_ne!(nowhere, part(FakerMethod::City, "en_US", &[(Region, "Elsewhere")], address));
        assert_eq!(part(FakerMethod::Country, "en_US", &[(Country, "Ruritania")], address), "Ruritania");
        assert!(
            !part(FakerMethod::PhoneNumber, "en_US", &[(Country, "Ruritania")], address).starts_with('+')
        );
    }
}

fn world_has_no(city: &str) -> bool {
    World::new().lands.iter().all(|land| land.cities.iter().all(|known| known.name != city))
}

/// Catches numbers that repeat across periods, and those that depend on how many rows there are.
#[test]
fn unique_addresses_differ() {
    let field = PersonField::new(FakerMethod::Email, None, Seed::root(1)).unwrap().unique().unwrap();
    let n = 5000_u64;
    let ordinals: Vec<u64> = (0..n).collect();
    let kinds = vec![2; ordinals.len()];
    let mut values = Values::None;
    // The same address everywhere: only the number can tell them apart.
    let addresses = vec![3; ordinals.len()];
    let memo = Memo::default();
    let slots = Slots {
        kinds: &kinds,
        code: 2,
        addresses: &addresses,
        ordinals: &ordinals,
        uniforms: &[],
        memo: &memo,
    };
    field.fill(slots, &mut values);
    let Values::Text(text) = &values else { panic!("text was asked for") };
    let made: BTreeSet<&str> = (0..ordinals.len()).map(|slot| text.get(slot)).collect();
    assert_eq!(made.len(), ordinals.len());
    assert!(PersonField::new(FakerMethod::Name, None, Seed::root(1)).unwrap().unique().is_none());
}
