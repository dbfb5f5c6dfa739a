//! Fields of one entity show one person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::collect::records;

const RULES: &str = "version: 2
shape:
  $.phones[]: {length: {distribution: constant, params: {value: 2}}}
fields:
  $.name: {type: string, generator: faker, params: {method: name, entity: customer}}
  $.email: {type: string, unique: true, generator: faker, params: {method: email, entity: customer}}
  $.address.country: {type: enum, generator: categorical, params: {values: [DE, FR, US]}}
  $.address.city: {type: string, generator: faker, params: {method: city, entity: customer}}
  $.address.code: {type: string, generator: faker, params: {method: country_code, entity: customer}}
  $.phones[].number: {type: string, generator: faker, params: {method: phone_number, entity: customer}}
entities:
  customer: {at: $, follows: {country: $.address.country}}
";

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap()
}

/// Catches fields below arrays that draw a person of their own, and a country that is not looked at.
#[test]
fn fields_of_an_entity_show_one_person() {
    let made = records(RULES, 300);
    for record in &made {
        let country = text(record, "/address/country");
        assert_eq!(country, text(record, "/address/code"), "{record}");
        let dialling = match country {
            "DE" => "+49",
            "FR" => "+33",
            _ => "+1-",
        };
        let phones = ["/phones/0/number", "/phones/1/number"].map(|phone| text(record, phone));
        assert!(phones.iter().all(|phone| phone.starts_with(dialling)), "{record}");
        let family = text(record, "/name").rsplit(' ').next().unwrap().to_lowercase();
        if family.is_ascii() {
            let letters: String = family.chars().filter(char::is_ascii_lowercase).collect();
            assert!(text(record, "/email").contains(&letters), "{record}");
        }
    }
    let emails: BTreeSet<&str> = made.iter().map(|record| text(record, "/email")).collect();
    assert_eq!(emails.len(), made.len());
    let names: BTreeSet<&str> = made.iter().map(|record| text(record, "/name")).collect();
    assert!(names.len() > 250, "only {} names", names.len());
}

/// Catches a table of dependencies whose columns draw persons of their own: the same mail address has the same name.
#[test]
fn dependencies_and_persons_hold_together() {
    let rules = RULES.replace(", unique: true", "")
        + "relationships:
- {type: functional_dep, lhs: [$.email], rhs: [$.name, $.address.city], distinct: 40}
";
    let made = records(&rules, 400);
    let mut names = std::collections::BTreeMap::new();
    let mut n_fitting = 0;
    for record in &made {
        let (email, name) = (text(record, "/email"), text(record, "/name"));
        assert_eq!(*names.entry(email).or_insert(name), name);
        let family = name.rsplit(' ').next().unwrap().to_lowercase();
        n_fitting += usize::from(!family.is_ascii() || email.contains(family.trim_matches('\'')));
    }
    assert!(names.len() < made.len() && n_fitting > 380, "{} addresses, {n_fitting}", names.len());
}

/// Catches persons that depend on the other fields of the rules or on the number of rows.
#[test]
fn a_person_is_a_function_of_the_row() {
    let few = records(RULES, 5);
    assert_eq!(few[..], records(RULES, 50)[..5]);
    let other = RULES.replace("  $.name:", "  $.note: {type: string, generator: uuid_v4}\n  $.name:");
    assert_eq!(text(&records(&other, 3)[2], "/name"), text(&few[2], "/name"));
}
