use std::collections::BTreeSet;

use super::*;
use crate::draw::{Digits, Draws};

fn made(method: FakerMethod, n: u64) -> Vec<String> {
    let data = FakerData::new();
    (0..n)
        .map(|index| {
            let mut out = String::new();
            data.write(method, &mut Draws::new(index), &mut out);
            out
        })
        .collect()
}

#[test]
fn numbered_values_are_all_different() {
    let data = FakerData::new();
    for (name, method) in FakerMethod::ALL {
        let n = data.capacity(method).min(50_000);
        let values: BTreeSet<String> = (0..n)
            .map(|number| {
                let mut out = String::new();
                data.write(method, &mut Digits::new(number, 5), &mut out);
                out
            })
            .collect();
        assert_eq!(values.len() as u64, n, "{name}");
    }
    assert!(data.capacity(FakerMethod::Email) > 1_000_000_000);
}

/// Lower-casing and dropping apostrophes must not make two family names equal, or numbered addresses repeat.
#[test]
fn lower_case_names_stay_apart() {
    for list in [EN::NAME_FIRST_NAME, EN::NAME_LAST_NAME] {
        let lower: BTreeSet<String> = list
            .iter()
            .map(|name| {
                let mut out = String::new();
                push_lower(name, &mut out);
                out
            })
            .collect();
        assert_eq!(lower.len(), list.len());
    }
}

#[test]
fn no_value_is_anybodys() {
    assert!(made(FakerMethod::Email, 500).iter().all(|text| text.contains("@example.")));
    assert!(made(FakerMethod::Url, 500).iter().all(|text| text.contains(".example.")));
    assert!(made(FakerMethod::PhoneNumber, 500).iter().all(|text| text.contains("-555-01")));
    assert!(made(FakerMethod::Ipv4, 500).iter().all(|text| {
        ["10.", "192.0.2.", "198.51.100.", "203.0.113."].iter().any(|net| text.starts_with(net))
    }));
    assert!(made(FakerMethod::Ipv6, 50).iter().all(|text| text.starts_with("2001:db8:") && text.len() == 38));
    assert!(made(FakerMethod::MacAddress, 50).iter().all(|text| text.starts_with("02:") && text.len() == 17));
    assert!(made(FakerMethod::Ssn, 500).iter().all(|text| text.starts_with(['9', '6']) && text.len() == 11));
}

/// Catches a check digit computed from the wrong end.
#[test]
fn check_digits_are_valid() {
    for card in made(FakerMethod::CreditCard, 200) {
        let sum: u32 = card.bytes().rev().enumerate().map(|(at, byte)| luhn(byte, at % 2 == 1)).sum();
        assert_eq!((card.len(), sum % 10), (16, 0), "{card}");
    }
    assert_eq!(
        "4111111111111111".bytes().rev().enumerate().map(|(at, b)| luhn(b, at % 2 == 1)).sum::<u32>(),
        30
    );
    for iban in made(FakerMethod::Iban, 200) {
        let moved = format!("{}1314{}", &iban[4..], &iban[2..4]);
        assert_eq!(moved.parse::<u128>().unwrap() % 97, 1, "{iban}");
        assert_eq!(iban.len(), 22);
    }
}

#[test]
fn every_method_makes_something() {
    for (name, method) in FakerMethod::ALL {
        assert!(made(method, 20).iter().all(|text| !text.is_empty() && text.is_ascii()), "{name}");
    }
    let days = made(FakerMethod::DateOfBirth, 2000);
    assert!(days.iter().all(|day| ("1940-01-01".."2006-01-01").contains(&day.as_str())));
}
