//! The generator `faker`: made-up people, places and numbers that belong to nobody.

use fake::locales::{Data, EN};
use synth_core::cast;
use synth_core::time::CivilTime;
use synth_rules::generator::FakerMethod;

use crate::draw::{Capacity, Picks};
use crate::spelling::ascii;
use crate::words::Lexicon;

/// Domains reserved for examples (RFC 2606).
pub(crate) const EXAMPLE_DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];

/// Word lists that are prepared once.
#[derive(Debug, Clone)]
pub(crate) struct FakerData {
    lexicon: Lexicon,
    street_suffixes: Vec<&'static str>,
    city_suffixes: Vec<&'static str>,
}

impl FakerData {
    pub(crate) fn new() -> Self {
        let distinct = |words: &[&'static str]| {
            let mut words = words.to_vec();
            words.sort_unstable();
            words.dedup();
            words
        };
        Self {
            lexicon: Lexicon::new(),
            street_suffixes: distinct(EN::ADDRESS_STREET_SUFFIX),
            city_suffixes: distinct(EN::ADDRESS_CITY_SUFFIX),
        }
    }

    /// Returns how many different values a method can make; 0 when it cannot promise different ones.
    pub(crate) fn capacity(&self, method: FakerMethod) -> u64 {
        // A made-up city may be spelled in two ways from its parts.
        if matches!(method, FakerMethod::City | FakerMethod::Words | FakerMethod::Text) {
            return 0;
        }
        let mut capacity = Capacity(1);
        self.write(method, &mut capacity, &mut String::new());
        capacity.0
    }

    /// Appends one value; different picks give different values, except for cities and free text.
    pub(crate) fn write(&self, method: FakerMethod, picks: &mut impl Picks, out: &mut String) {
        match method {
            FakerMethod::Name => {
                out.push_str(one(EN::NAME_FIRST_NAME, picks));
                out.push(' ');
                out.push_str(one(EN::NAME_LAST_NAME, picks));
            }
            FakerMethod::FirstName => out.push_str(one(EN::NAME_FIRST_NAME, picks)),
            FakerMethod::LastName => out.push_str(one(EN::NAME_LAST_NAME, picks)),
            FakerMethod::CompanyName => write_company(picks, out),
            FakerMethod::Email => {
                write_handle('.', picks, out);
                out.push('@');
                out.push_str(one(&EXAMPLE_DOMAINS, picks));
            }
            FakerMethod::UserName => write_handle('_', picks, out),
            FakerMethod::PhoneNumber => write_phone(picks, out),
            FakerMethod::Ipv4 => write_ipv4(picks, out),
            FakerMethod::Ipv6 => write_ipv6(picks, out),
            FakerMethod::MacAddress => write_mac(picks, out),
            FakerMethod::Url => {
                out.push_str("https://");
                self.write_host(picks, out);
                out.push('/');
                out.push_str(one(self.lexicon.words(), picks));
                out.push('/');
                write_number(picks.pick(100_000), 1, out);
            }
            FakerMethod::DomainName => self.write_host(picks, out),
            FakerMethod::StreetAddress => {
                write_number(1 + picks.pick(9999), 1, out);
                out.push(' ');
                out.push_str(one(EN::NAME_LAST_NAME, picks));
                out.push(' ');
                out.push_str(one(&self.street_suffixes, picks));
            }
            FakerMethod::City => {
                out.push_str(one(EN::NAME_LAST_NAME, picks));
                out.push_str(one(&self.city_suffixes, picks));
            }
            FakerMethod::Region => out.push_str(one(EN::ADDRESS_STATE, picks)),
            FakerMethod::Country => out.push_str(one(EN::ADDRESS_COUNTRY, picks)),
            FakerMethod::PostalCode => write_number(picks.pick(100_000), 5, out),
            FakerMethod::CreditCard => write_card(picks, out),
            FakerMethod::Iban => write_iban(picks, out),
            FakerMethod::Ssn => write_ssn(picks, out),
            FakerMethod::DateOfBirth => write_birthday(picks, out),
            FakerMethod::JobTitle => {
                out.push_str(one(EN::JOB_SENIORITY, picks));
                out.push(' ');
                out.push_str(one(EN::JOB_FIELD, picks));
                out.push(' ');
                out.push_str(one(EN::JOB_POSITION, picks));
            }
            _ => out.push_str(one(self.lexicon.words(), picks)),
        }
    }

    fn write_host(&self, picks: &mut impl Picks, out: &mut String) {
        out.push_str(one(self.lexicon.words(), picks));
        out.push('-');
        out.push_str(one(self.lexicon.words(), picks));
        out.push('.');
        out.push_str(one(&EXAMPLE_DOMAINS, picks));
    }
}

/// Returns one entry of a list.
fn one<'a>(list: &[&'a str], picks: &mut impl Picks) -> &'a str {
    list[cast::to_usize(picks.pick(cast::to_u64(list.len())))]
}

/// Appends the ASCII letters of a name in lower case.
fn push_lower(name: &str, out: &mut String) {
    out.extend(
        name.bytes().filter(u8::is_ascii_alphabetic).map(|byte| char::from(byte.to_ascii_lowercase())),
    );
}

/// Appends a given name, in lower case.
pub(crate) fn write_lower_first(picks: &mut impl Picks, out: &mut String) {
    push_lower(one(EN::NAME_FIRST_NAME, picks), out);
}

/// Appends a family name, in lower case.
pub(crate) fn write_lower_last(picks: &mut impl Picks, out: &mut String) {
    push_lower(one(EN::NAME_LAST_NAME, picks), out);
}

/// Appends a number, padded with zeros to `width` digits.
pub(crate) fn write_number(number: u64, width: usize, out: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_str(digits);
}

fn write_handle(separator: char, picks: &mut impl Picks, out: &mut String) {
    write_lower_first(picks, out);
    out.push(separator);
    write_lower_last(picks, out);
    write_number(1 + picks.pick(999), 1, out);
}

fn write_company(picks: &mut impl Picks, out: &mut String) {
    out.push_str(one(EN::NAME_LAST_NAME, picks));
    out.push_str(", ");
    out.push_str(one(EN::NAME_LAST_NAME, picks));
    out.push(' ');
    out.push_str(one(EN::COMPANY_SUFFIX, picks));
}

/// Numbers 555-0100 to 555-0199 of any North American area are reserved for fiction.
fn write_phone(picks: &mut impl Picks, out: &mut String) {
    out.push_str("+1-");
    write_number(201 + picks.pick(789), 3, out);
    out.push_str("-555-01");
    write_number(picks.pick(100), 2, out);
}

/// The three documentation nets of RFC 5737 and the private net 10.0.0.0/8.
fn write_ipv4(picks: &mut impl Picks, out: &mut String) {
    const NETS: [&str; 3] = ["192.0.2.", "198.51.100.", "203.0.113."];
    const PRIVATE: u64 = 1 << 24;
    let number = picks.pick(PRIVATE + 3 * 256);
    if number >= PRIVATE {
        let number = number - PRIVATE;
        out.push_str(NETS[cast::to_usize(number / 256)]);
        write_number(number % 256, 1, out);
        return;
    }
    out.push_str("10");
    for shift in [16, 8, 0] {
        out.push('.');
        write_number((number >> shift) & 0xff, 1, out);
    }
}

/// RFC 3849 reserves `2001:db8::/32` for documentation.
fn write_ipv6(picks: &mut impl Picks, out: &mut String) {
    out.push_str("2001:db8");
    for _ in 0..6 {
        out.push(':');
        write_hex(picks.pick(1 << 16), 4, out);
    }
}

fn write_mac(picks: &mut impl Picks, out: &mut String) {
    out.push_str("02");
    for _ in 0..5 {
        out.push(':');
        write_hex(picks.pick(256), 2, out);
    }
}

/// Appends the last `n_digits` hexadecimal digits of a number.
pub(crate) fn write_hex(number: u64, n_digits: u32, out: &mut String) {
    let mut room = [0; 16];
    for (place, byte) in (0..n_digits).rev().zip(&mut room) {
        *byte = b"0123456789abcdef"[cast::to_usize((number >> (4 * place)) & 0xf)];
    }
    out.push_str(ascii(&room[..n_digits.min(16) as usize]));
}

/// Prefixes under which card networks and payment providers publish test numbers.
fn write_card(picks: &mut impl Picks, out: &mut String) {
    const PREFIXES: [&str; 4] = ["411111", "424242", "400000", "555555"];
    let start = out.len();
    out.push_str(one(&PREFIXES, picks));
    write_number(picks.pick(1_000_000_000), 9, out);
    let sum: u32 = out[start..].bytes().rev().enumerate().map(|(at, byte)| luhn(byte, at % 2 == 0)).sum();
    write_number(u64::from((10 - sum % 10) % 10), 1, out);
}

/// Weight of one digit in ISO/IEC 7812 check digits.
fn luhn(byte: u8, doubled: bool) -> u32 {
    let digit = u32::from(byte - b'0') << u32::from(doubled);
    if digit > 9 { digit - 9 } else { digit }
}

/// A German IBAN; bank codes do not start with 0, so the account exists nowhere.
fn write_iban(picks: &mut impl Picks, out: &mut String) {
    let (bank, account) = (picks.pick(10_000_000), picks.pick(10_000_000_000));
    // ISO 13616: the check digits make the number modulo 97 be 1; `DE00` moved to the end reads 131400.
    let number = (u128::from(bank) * 10_000_000_000 + u128::from(account)) * 1_000_000 + 131_400;
    out.push_str("DE");
    write_number(98 - cast::low_u64(number % 97), 2, out);
    write_number(bank, 8, out);
    write_number(account, 10, out);
}

/// Areas 666 and 900 to 999 are not issued; groups below 50 keep clear of taxpayer numbers.
fn write_ssn(picks: &mut impl Picks, out: &mut String) {
    let area = picks.pick(101);
    write_number(if area == 100 { 666 } else { 900 + area }, 3, out);
    out.push('-');
    write_number(1 + picks.pick(49), 2, out);
    out.push('-');
    write_number(1 + picks.pick(9999), 4, out);
}

/// A day of the years 1940 to 2005.
fn write_birthday(picks: &mut impl Picks, out: &mut String) {
    let first = CivilTime { year: 1940, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
    let start = first.to_timestamp().map_or(0, |timestamp| timestamp.seconds());
    let day = i64::try_from(picks.pick(24_107)).unwrap_or(0);
    let civil = synth_core::Timestamp::from_seconds(start + day * 86_400).civil();
    write_number(u64::from(civil.year.unsigned_abs()), 4, out);
    out.push('-');
    write_number(u64::from(civil.month), 2, out);
    out.push('-');
    write_number(u64::from(civil.day), 2, out);
}

#[cfg(test)]
mod tests;
