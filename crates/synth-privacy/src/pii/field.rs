//! The verdict on a whole field.

use synth_core::Rate;

use super::account::{is_domain_account, is_host_name, is_sid};
use super::address::{AddressShape, address_shape, is_street_line, street_of};
use super::checksum::{digits_of, is_article_number, is_card, is_iban, is_national_number};
use super::names;
use super::shape::{
    PhoneShape, date_year, ipv4_octets, is_chinese_mobile, is_email, is_epoch, is_ipv6, is_issued_ssn,
    is_mac, is_random, is_secret, is_ssn, mask, phone_shape,
};
use super::text::contains_personal;
use super::{FieldEvidence, PathWords, PiiFinding, PiiKind, ValueForm, vocabulary};

/// Finds out whether a field holds personal data, and which.
///
/// # Shapes and units
///
/// Distinct values of one path, the more the better (50 are enough for the check digits); empty values and the
/// usual words for missing ones do not count. Shares are unitless, over distinct values. A field without values
/// gives `None`.
///
/// # Method
///
/// Rules are tried from the most to the least certain and the first that fires decides: keys and tokens, e-mail,
/// hardware and IP addresses, IBAN, card, social security number, passport, national number, date of birth,
/// telephone number, street address, name, user name, text that mentions persons.
/// - Check digits count only when 90 % of the values pass: for a chance rate of 1 in 10 (Luhn) and 50 values the
///   probability of that is below 1e-38 (binomial tail), and below 1e-80 for IBANs (1 in 97).
/// - Epoch times, article numbers, versions, decimals and dates are told apart before telephone and other numbers.
/// - A date is one of birth only by its path and a spread of years, since values cannot tell it from other dates.
/// - Names need a lexicon hit in a share of values that is the smaller the more the path says.
///
/// Thresholds are this project's own; they are judged on fields with known answers, not derived.
///
/// # Cost
///
/// O(total length) time, about 4 microseconds per value; no state.
///
/// # Example
///
/// ```
/// use synth_privacy::{FieldEvidence, PathWords, PiiKind, ValueForm, detect};
///
/// let words = PathWords::new(["user", "contact"]);
/// let values = [("jo@example.org", 1), ("sam@example.net", 2)];
/// let field = FieldEvidence { words: &words, values: &values, form: ValueForm::Text, n_distinct: 2, n_rows: 3 };
/// assert_eq!(detect(&field).map(|finding| finding.kind), Some(PiiKind::Email));
/// ```
#[must_use]
pub fn detect(field: &FieldEvidence<'_>) -> Option<PiiFinding> {
    let view = View::of(field)?;
    let rules = [
        secret_by_shape,
        email,
        machine_address,
        iban,
        card,
        ssn,
        passport,
        national_id,
        birth_date,
        phone,
        address,
        name,
        username,
        account,
        host_name,
        secret_by_path,
        mixture,
        free_text,
    ];
    rules.iter().find_map(|rule| rule(&view))
}

/// The values that count, with the words of the path.
struct View<'a> {
    values: Vec<&'a str>,
    words: &'a PathWords,
    form: ValueForm,
}

impl<'a> View<'a> {
    fn of(field: &FieldEvidence<'a>) -> Option<Self> {
        const MISSING: [&str; 10] = ["", "-", "n/a", "na", "null", "none", "nil", "unknown", "?", "\\n"];
        let trimmed = field.values.iter().map(|(value, _)| value.trim());
        let values: Vec<&str> =
            trimmed.filter(|value| !MISSING.contains(&value.to_ascii_lowercase().as_str())).collect();
        (!values.is_empty()).then_some(Self { values, words: field.words, form: field.form })
    }

    fn share(&self, test: impl Fn(&str) -> bool) -> f64 {
        self.values.iter().filter(|value| test(value)).count() as f64 / self.values.len() as f64
    }

    fn is_text(&self) -> bool {
        self.form == ValueForm::Text
    }

    fn mean(&self, measure: impl Fn(&str) -> usize) -> f64 {
        self.values.iter().map(|value| measure(value)).sum::<usize>() as f64 / self.values.len() as f64
    }
}

/// Values of a check-digit type that may fail: typing errors, other content.
const CHECKED: f64 = 0.9;

pub(super) fn found(kind: PiiKind, share: f64, confidence: f64, reason: &'static str) -> PiiFinding {
    let rate = |x: f64| Rate::new(x).unwrap_or(Rate::ZERO);
    PiiFinding { kind, share: rate(share), confidence: rate(confidence), reason }
}

fn secret_by_shape(view: &View<'_>) -> Option<PiiFinding> {
    let share = view.share(is_secret);
    (view.is_text() && share >= 0.5)
        .then(|| found(PiiKind::Secret, share, 0.98, "tokens or keys of known issuers"))
}

fn email(view: &View<'_>) -> Option<PiiFinding> {
    let holds = |value: &str| {
        let words = value.split([' ', '<', '>', ',', ';', '(', ')']);
        is_email(value)
            || (value.split_whitespace().count() <= 5
                && value.contains('@')
                && words.into_iter().any(is_email))
    };
    let share = view.share(holds);
    let least = if view.words.own_has(vocabulary::EMAIL) { 0.3 } else { 0.5 };
    (view.is_text() && share >= least)
        .then(|| found(PiiKind::Email, share, 0.99, "values are e-mail addresses"))
}

fn machine_address(view: &View<'_>) -> Option<PiiFinding> {
    let mac = view.share(is_mac);
    if mac >= CHECKED {
        return Some(found(PiiKind::MacAddress, mac, 0.95, "values are hardware addresses"));
    }
    let octets: Vec<[u8; 4]> = view.values.iter().filter_map(|value| ipv4_octets(value)).collect();
    let share = view.share(|value| ipv4_octets(value).is_some() || is_ipv6(value));
    if share < 0.7 || view.words.own_has(vocabulary::VERSION) {
        return None;
    }
    let count = |test: &dyn Fn(&[u8; 4]) -> bool| octets.iter().filter(|quad| test(quad)).count();
    let low = count(&|quad| quad[0] < 10) * 2 > octets.len();
    let tiny = |quad: &[u8; 4]| quad[0] != 10 && quad.iter().filter(|&&octet| octet < 20).count() >= 3;
    let small = count(&tiny) * 2 > octets.len();
    let is_version =
        !octets.is_empty() && (low || small) && !view.words.own_has(&["ip", "ipaddress", "ipaddr", "ipv"]);
    (!is_version).then(|| found(PiiKind::IpAddress, share, 0.95, "values are IP addresses and not versions"))
}

fn iban(view: &View<'_>) -> Option<PiiFinding> {
    let share = view.share(is_iban);
    (share >= CHECKED).then(|| found(PiiKind::Iban, share, 1.0, "values pass the check of ISO 13616"))
}

fn card(view: &View<'_>) -> Option<PiiFinding> {
    let share = view.share(is_card);
    let epochs = view.share(is_epoch) >= CHECKED;
    (share >= CHECKED && !epochs)
        .then(|| found(PiiKind::CreditCard, share, 0.99, "values pass issuer prefix and Luhn check"))
}

fn ssn(view: &View<'_>) -> Option<PiiFinding> {
    let named = view.words.near_has(vocabulary::SSN);
    let share =
        view.share(|value| is_ssn(value) || (named && value.len() == 9 && is_issued_ssn(&digits_of(value))));
    if named && share >= 0.6 {
        return Some(found(PiiKind::Ssn, share, 0.99, "path and issued ranges"));
    }
    (share >= 0.95).then(|| found(PiiKind::Ssn, share, 0.85, "all values lie in issued ranges"))
}

/// Letters and digits of a document number, without the look of a date, decimal or word.
fn is_document_number(value: &str) -> bool {
    let solid = value.chars().filter(|c| c.is_alphanumeric()).count();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_alphanumeric() || " -./+<".contains(c);
    (6..=22).contains(&solid) && digits >= 4 && digits * 3 >= solid && value.chars().all(known)
}

fn passport(view: &View<'_>) -> Option<PiiFinding> {
    let named = view.words.own_starts(vocabulary::PASSPORT_STEMS)
        || view.words.own().concat().contains("passport")
        || (view.words.parent().concat().starts_with("pas")
            && view.words.own_has(&["number", "no", "num", "nr", "numero", "nummer", "id"])
            && view.words.near_has(vocabulary::PASSPORT_STEMS));
    let share =
        view.share(|value| is_document_number(value) && value.len() <= 16 && date_year(value).is_none());
    (named && share >= 0.7).then(|| found(PiiKind::Passport, share, 0.95, "path and document number"))
}

/// Short words that mean a national number only when the key is nothing else.
const SHORT_NATIONAL: &[&str] = &[
    "rg", "run", "pan", "fin", "rc", "cf", "sin", "nik", "inn", "nie", "tin", "permis", "dni", "ssid",
    "secu", "avs", "run",
];

fn national_id(view: &View<'_>) -> Option<PiiFinding> {
    let joined = view.words.own().concat();
    let is_short = SHORT_NATIONAL.contains(&joined.as_str());
    let long: Vec<&str> =
        vocabulary::NATIONAL.iter().copied().filter(|word| !SHORT_NATIONAL.contains(word)).collect();
    let named = is_short
        || view.words.own_has(&long)
        || (view.words.own_has(&["id", "number", "no", "nr", "value"])
            && view.words.near_has(&["national", "citizen", "ssn", "identity", "taxpayer"]));
    let ssn_named = view.words.near_has(vocabulary::SSN);
    let shaped = view.share(|value| is_document_number(value) && date_year(value).is_none());
    if (named || ssn_named) && shaped >= 0.7 {
        return Some(found(PiiKind::NationalId, shaped, 0.9, "path and number of a fitting length"));
    }
    let checked = view.share(is_national_number);
    let other = view.share(is_epoch) >= CHECKED || view.share(is_article_number) >= CHECKED;
    let many = view.values.len() >= 10;
    (checked >= CHECKED && many && !other).then(|| {
        found(PiiKind::NationalId, checked, 0.95, "values pass the check digits of a national number")
    })
}

fn birth_date(view: &View<'_>) -> Option<PiiFinding> {
    let named = view.words.own_has(vocabulary::BIRTH) || view.words.own_starts(vocabulary::BIRTH_STEMS);
    if !named
        || view.words.own_has(&[
            "place", "city", "country", "ort", "lieu", "lugar", "luogo", "weight", "rate", "order",
        ])
    {
        return None;
    }
    let year_of = |value: &str| date_year(value).or_else(|| year_of_epoch(value));
    let years: Vec<u32> = view
        .values
        .iter()
        .filter_map(|value| year_of(value))
        .filter(|year| (1880..=2040).contains(year))
        .collect();
    let share = years.len() as f64 / view.values.len() as f64;
    let spread = years.iter().max()?.abs_diff(*years.iter().min()?);
    // A hundred and ten years at most; recent dates only would be something else than births of grown people.
    let plausible = spread <= 130 && (spread >= 3 || years.len() < 5);
    (share >= 0.7 && plausible)
        .then(|| found(PiiKind::DateOfBirth, share, 0.97, "path and spread of the years"))
}

/// The year of an epoch time of seconds, milliseconds or days, which may be negative.
fn year_of_epoch(value: &str) -> Option<u32> {
    let number: i64 = value.parse().ok()?;
    let seconds = match value.trim_start_matches('-').len() {
        8..=10 => number,
        11..=13 => number / 1000,
        _ => return None,
    };
    u32::try_from(synth_core::Timestamp::from_seconds(seconds).civil().year).ok()
}

fn phone(view: &View<'_>) -> Option<PiiFinding> {
    let is_plain_number =
        view.share(|value| value.contains(['.', ',']) && value.parse::<f64>().is_ok()) > 0.3;
    let is_other = view.share(is_epoch) >= CHECKED
        || (view.share(is_article_number) >= CHECKED && view.mean(str::len) > 11.5);
    if is_plain_number || is_other {
        return None;
    }
    let holds_number = view.words.own_has(&["value", "number", "no", "nr"])
        && view.words.parent_has(&[
            "telecom",
            "telecoms",
            "phone",
            "phones",
            "telephone",
            "telephones",
            "fax",
        ]);
    let named = view.words.own_has(vocabulary::PHONE) || holds_number;
    let share = view.share(|value| phone_shape(value) > PhoneShape::None);
    let marked = view.share(|value| phone_shape(value) == PhoneShape::Marked);
    if named && share >= 0.6 {
        return Some(found(PiiKind::Phone, share, 0.97, "path and digits of a telephone number"));
    }
    if !view.is_text()
        || view.words.own_has(&[
            "id", "ids", "sku", "ref", "invoice", "order", "code", "serial", "isbn", "ean", "part",
        ])
    {
        return None;
    }
    let mut masks: Vec<String> = view
        .values
        .iter()
        .filter(|value| phone_shape(value) >= PhoneShape::Grouped)
        .map(|value| mask(value))
        .collect();
    let grouped = masks.len() as f64 / view.values.len() as f64;
    masks.sort_unstable();
    masks.dedup();
    let prefixed = view.share(|value| value.starts_with('+'));
    let is_prefixed = share >= 0.9 && prefixed >= 0.2;
    if is_prefixed || marked >= 0.6 || (share >= 0.9 && grouped >= 0.5 && marked >= 0.15 && masks.len() >= 3)
    {
        return Some(found(PiiKind::Phone, share, 0.9, "telephone numbers by prefix and grouping"));
    }
    let chinese = view.share(is_chinese_mobile);
    (chinese >= 0.95 && view.values.len() >= 10)
        .then(|| found(PiiKind::Phone, chinese, 0.8, "mobile numbers of one country"))
}

/// Tells whether a key around the innermost one is an address.
pub(super) fn housing(words: &PathWords) -> bool {
    const VAGUE: [&str; 8] = ["line", "via", "gate", "location", "office", "str", "cim", "residence"];
    let clear: Vec<&str> = vocabulary::ADDRESS.iter().copied().filter(|word| !VAGUE.contains(word)).collect();
    words.outer_has(&clear)
}

fn address(view: &View<'_>) -> Option<PiiFinding> {
    if !view.is_text()
        || view.share(|value| ipv4_octets(value).is_some() || is_ipv6(value) || date_year(value).is_some())
            > 0.3
    {
        return None;
    }
    let street = view.share(is_street_line);
    let worded = view.share(|value| address_shape(value) >= AddressShape::Worded);
    let numbered = view.share(|value| address_shape(value) >= AddressShape::Numbered);
    let vague =
        ["line", "via", "gate", "location", "office", "str", "cim", "residence", "domicile", "wohnort"];
    let named = view.words.own_has(
        &vocabulary::ADDRESS.iter().copied().filter(|word| !vague.contains(word)).collect::<Vec<_>>(),
    );
    let in_address = view
        .words
        .parent()
        .iter()
        .any(|word| vocabulary::ADDRESS.contains(&word.as_str()) && !vague.contains(&word.as_str()));
    let hinted = view.words.own_has(&vague) || (in_address && !view.words.own_has(vocabulary::THING));
    let short = view.mean(|value| value.split_whitespace().count()) <= 16.0;
    if named
        && worded >= 0.5
        && short
        && !view.words.own_has(&["code", "type", "kind", "status", "id", "name"])
    {
        return Some(found(PiiKind::Address, worded, 0.95, "path and words of an address"));
    }
    if hinted && short && (numbered >= 0.5 || street >= 0.3) {
        return Some(found(PiiKind::Address, numbered, 0.9, "path and numbered lines"));
    }
    if view.words.own_has(vocabulary::THING) || !short {
        return None;
    }
    if street >= 0.5 {
        return Some(found(PiiKind::Address, street, 0.85, "house numbers and words for streets"));
    }
    let housed = housed_share(&view.values);
    (housed >= 0.85).then(|| found(PiiKind::Address, housed, 0.6, "varied words, each with a small number"))
}

/// Share of values that are a capitalised name with a house number, when the names vary as those of streets do
/// and those of product lines do not.
fn housed_share(values: &[&str]) -> f64 {
    let mut streets: Vec<&str> = values.iter().filter_map(|value| street_of(value)).collect();
    let n_housed = streets.len();
    streets.sort_unstable();
    streets.dedup();
    if values.len() < 20 || streets.len() * 10 < values.len() * 8 {
        return 0.0;
    }
    n_housed as f64 / values.len() as f64
}

/// Shares of the values that look like names and that the lexica know.
struct NameShares {
    shaped: f64,
    known: f64,
    both: f64,
    given: f64,
    other_script: f64,
    eastern: f64,
    words: f64,
}

impl NameShares {
    fn of(view: &View<'_>) -> Self {
        let read: Vec<names::NameEvidence> = view.values.iter().map(|value| names::read(value)).collect();
        let share = |test: &dyn Fn(&names::NameEvidence) -> bool| {
            read.iter().filter(|name| test(name)).count() as f64 / read.len() as f64
        };
        Self {
            shaped: share(&|name| name.shaped),
            known: share(&|name| name.given || name.family),
            both: share(&|name| name.given && name.family),
            given: share(&|name| name.given),
            other_script: share(&|name| name.other_script),
            eastern: share(&|name| name.eastern),
            words: read.iter().map(|name| name.n_words).sum::<usize>() as f64 / read.len() as f64,
        }
    }
}

fn name(view: &View<'_>) -> Option<PiiFinding> {
    let words = view.words;
    let (given, family, full) = (
        words.own_has(vocabulary::GIVEN),
        words.own_has(vocabulary::FAMILY),
        words.own_has(vocabulary::FULL),
    );
    let shares = NameShares::of(view);
    if !view.is_text() || shares.shaped < 0.6 || view.share(names::is_company) >= 0.15 {
        return None;
    }
    let kind = match (given, family) {
        (true, false) => PiiKind::GivenName,
        (false, true) => PiiKind::FamilyName,
        _ => PiiKind::PersonName,
    };
    let generic = ["name", "names", "displayname", "display", "value", "label", "title", "text"];
    let is_thing = words.own_has(vocabulary::THING)
        || (words.own_has(&generic)
            && words.parent().iter().any(|word| vocabulary::THING.contains(&word.as_str())));
    let is_role = words.near_has(vocabulary::ROLE);
    let least = match (given || family || full, is_role, is_thing) {
        (true, _, false) if shares.other_script >= 0.5 => 0.05,
        (true, true, _) => 0.1,
        (true, false, false) => 0.12,
        (_, true, false) => 0.3,
        (_, _, true) => {
            return (shares.both >= 0.75 && !words.own_has(vocabulary::THING))
                .then(|| found(kind, shares.both, 0.7, "given and family names"));
        }
        _ => return unnamed(view, &shares, kind),
    };
    (shares.known >= least).then(|| found(kind, shares.known, 0.95, "path and known names"))
}

/// Names under a path that says nothing: enough values, and lexicon hits in many of them.
fn unnamed(view: &View<'_>, shares: &NameShares, kind: PiiKind) -> Option<PiiFinding> {
    if view.values.len() < 8 || shares.shaped < 0.8 || view.share(names::is_place) >= 0.15 {
        return None;
    }
    // A vocabulary repeats its words, names hardly do.
    let mut firsts: Vec<&str> =
        view.values.iter().filter_map(|value| value.split_whitespace().next()).collect();
    firsts.sort_unstable();
    firsts.dedup();
    let varied = firsts.len() * 4 >= view.values.len();
    let sure = match (shares.words >= 1.5, shares.eastern >= 0.5, shares.other_script >= 0.5) {
        (_, true, _) => shares.both >= 0.5,
        (true, _, true) => shares.known >= 0.4,
        (false, _, true) => shares.given >= 0.3,
        (true, _, false) => {
            shares.both >= 0.3 || shares.given >= 0.5 || (shares.known >= 0.5 && shares.given >= 0.2)
        }
        (false, _, false) => shares.given >= 0.4 && shares.known >= 0.5,
    };
    (sure && varied).then(|| found(kind, shares.known, 0.8, "known given and family names"))
}

fn username(view: &View<'_>) -> Option<PiiFinding> {
    let shaped = view.share(|value| {
        value.len() <= 64 && !value.contains(char::is_whitespace) && value.chars().any(char::is_alphabetic)
    });
    (view.is_text() && view.words.own_has(vocabulary::USERNAME) && shaped >= 0.8)
        .then(|| found(PiiKind::Username, shaped, 0.8, "path and single words"))
}

/// Security identifiers, and names of users in their domains.
fn account(view: &View<'_>) -> Option<PiiFinding> {
    let sids = view.share(is_sid);
    if !view.is_text() || sids >= CHECKED {
        return view.is_text().then(|| found(PiiKind::PersonId, sids, 0.95, "security identifiers"));
    }
    let share = view.share(is_domain_account);
    (view.words.own_has(vocabulary::ACCOUNT) && share >= 0.8)
        .then(|| found(PiiKind::Username, share, 0.85, "path and users of a domain"))
}

fn host_name(view: &View<'_>) -> Option<PiiFinding> {
    let share = view.share(is_host_name);
    (view.is_text() && view.words.own_has(vocabulary::HOST) && share >= 0.5)
        .then(|| found(PiiKind::HostName, share, 0.9, "path and names of hosts"))
}

/// Values that are one kind of personal data or another, such as what was found in texts.
fn mixture(view: &View<'_>) -> Option<PiiFinding> {
    if !view.is_text() || view.values.len() < 20 {
        return None;
    }
    let is_name = |value: &str| {
        let name = names::read(value);
        name.given && name.family
    };
    let shares = [
        view.share(is_email),
        view.share(|value| phone_shape(value) == PhoneShape::Marked),
        view.share(|value| is_card(value) || is_iban(value)),
        view.share(is_ssn),
        view.share(|value| ipv4_octets(value).is_some() || is_ipv6(value)),
        view.share(is_street_line),
        view.share(is_name),
    ];
    let n_kinds = shares.iter().filter(|share| **share >= 0.005).count();
    let sum: f64 = shares.iter().sum();
    (n_kinds >= 4 && sum >= 0.2)
        .then(|| found(PiiKind::FreeText, sum.min(1.0), 0.8, "several kinds of personal data in one field"))
}

fn secret_by_path(view: &View<'_>) -> Option<PiiFinding> {
    let vague = view.words.own_has(&[
        "count", "type", "kind", "name", "limit", "usage", "used", "max", "total", "length", "status",
        "expires", "expiry", "at", "page", "next", "cursor", "method", "mode", "enabled", "provider", "url",
        "policy",
    ]);
    if !view.words.own_has(vocabulary::SECRET) || vague {
        return None;
    }
    let strict = view.words.own_has(&[
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "kennwort",
        "passwort",
        "motdepasse",
        "mdp",
        "contrasena",
        "senha",
        "wachtwoord",
        "losenord",
        "passord",
        "salasana",
        "haslo",
        "heslo",
        "jelszo",
        "sifre",
        "пароль",
        "密码",
        "パスワード",
        "비밀번호",
    ]);
    let odd = |value: &str| {
        let kinds = [
            char::is_uppercase as fn(char) -> bool,
            char::is_lowercase,
            |c| c.is_ascii_digit(),
            |c| c.is_ascii_punctuation(),
        ];
        (6..=256).contains(&value.len())
            && !value.contains(' ')
            && kinds.iter().filter(|kind| value.chars().any(**kind)).count() >= 2
    };
    let share = view.share(|value| if strict { odd(value) } else { is_random(value) });
    (view.is_text() && share >= 0.6).then(|| found(PiiKind::Secret, share, 0.9, "path and random characters"))
}

fn free_text(view: &View<'_>) -> Option<PiiFinding> {
    let n_words = view.mean(|value| value.split_whitespace().count());
    let by_length =
        view.mean(str::len) >= 15.0 && view.share(|value| value.chars().any(|c| c > '\u{3000}')) > 0.5;
    if !view.is_text() || (n_words < 4.0 && !by_length) {
        return None;
    }
    let direct = view.share(|value| contains_personal(value).is_some());
    let mentioned = view.share(names::mentions_person);
    let either = view.share(|value| contains_personal(value).is_some() || names::mentions_person(value));
    let many = view.values.len() >= 5;
    (direct >= 0.1 || (many && (mentioned >= 0.25 || either >= 0.25)))
        .then(|| found(PiiKind::FreeText, either, 0.8, "text that mentions persons or their data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(keys: &[&str], values: &[&str]) -> Option<PiiKind> {
        let words = PathWords::new(keys.iter().copied());
        let counted: Vec<(&str, u64)> = values.iter().map(|value| (*value, 1)).collect();
        let n = values.len() as u64;
        let field = FieldEvidence {
            words: &words,
            values: &counted,
            form: ValueForm::Text,
            n_distinct: n,
            n_rows: n,
        };
        detect(&field).map(|finding| finding.kind)
    }

    #[test]
    fn versions_epochs_and_article_numbers_are_nothing() {
        assert_eq!(kind_of(&["app", "version"], &["1.2.3.4", "10.0.0.1"]), None);
        assert_eq!(kind_of(&["x"], &["1.0.0.3", "2.1.0.4", "1.4.0.0"]), None);
        assert_eq!(kind_of(&["phone"], &["1700000000", "1710000000"]), None);
        assert_eq!(kind_of(&["tel"], &["4006381333931", "9783161484100"]), None);
        assert_eq!(kind_of(&["client_ip"], &["192.0.2.1", "198.51.100.7"]), Some(PiiKind::IpAddress));
    }

    #[test]
    fn birth_needs_path_and_spread() {
        let dates = ["1950-01-02", "1984-11-30", "1999-06-06", "2001-02-03", "1975-05-05"];
        assert_eq!(kind_of(&["birth_date"], &dates), Some(PiiKind::DateOfBirth));
        assert_eq!(kind_of(&["released"], &dates), None);
    }

    #[test]
    fn things_are_no_persons() {
        assert_eq!(kind_of(&["company", "name"], &["Weber GmbH", "Martin & Sons", "Acme Inc"]), None);
        assert_eq!(kind_of(&["city"], &["Paris", "Madison", "Berlin"]), None);
        assert_eq!(kind_of(&["status"], &["order_shipped", "delivered"]), None);
        assert_eq!(
            kind_of(&["customer", "name"], &["Peter Weber", "Anna Schmidt"]),
            Some(PiiKind::PersonName)
        );
        let people = [
            "Peter Weber",
            "Anna Schmidt",
            "Jean Martin",
            "Luis Romero",
            "Marta Greco",
            "Paul Fischer",
            "Sara Costa",
            "Hugo Blanc",
        ];
        assert_eq!(kind_of(&["c1"], &people), Some(PiiKind::PersonName));
        assert_eq!(kind_of(&["c1"], &people[..2]), None);
    }

    #[test]
    fn accounts_and_hosts_need_form_and_path() {
        assert_eq!(
            kind_of(&["event", "ownerSid"], &["S-1-5-18", "S-1-5-21-1-2-3-500"]),
            Some(PiiKind::PersonId)
        );
        assert_eq!(
            kind_of(&["event", "user"], &["NT AUTHORITY\\SYSTEM", "CORP\\jdoe"]),
            Some(PiiKind::Username)
        );
        assert_eq!(
            kind_of(&["ticket", "client"], &["jdoe/CORP.EXAMPLE", "asmith/corp"]),
            Some(PiiKind::Username)
        );
        assert_eq!(kind_of(&["event", "path"], &["home/jdoe", "etc/hosts"]), None);
        assert_eq!(kind_of(&["computer_name"], &["ws5.corp.example", "DC1"]), Some(PiiKind::HostName));
        assert_eq!(kind_of(&["query"], &["select 1", "a b.c"]), None);
        assert_eq!(kind_of(&["telecom", "value"], &["5552340199", "5552340123"]), Some(PiiKind::Phone));
        assert_eq!(kind_of(&["sensor", "value"], &["5552340199", "5552340123"]), None);
    }

    #[test]
    fn several_kinds_in_one_field_are_found_together() {
        let texts: Vec<String> = (0..10)
            .flat_map(|n| {
                [
                    format!("user{n}@example.org"),
                    format!("+49 30 12345{n}"),
                    format!("192.0.2.{n}"),
                    format!("{n}1 Main Street"),
                ]
            })
            .collect();
        let values: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(kind_of(&["found", "entity"], &values), Some(PiiKind::FreeText));
        assert_eq!(kind_of(&["found", "entity"], &["red", "green"].repeat(10)), None);
    }

    #[test]
    fn secrets_by_path_and_shape() {
        assert_eq!(kind_of(&["api_key"], &["x8Kq2LmZ90aPw3rT", "Pq81LxZZ0a7dMw2c"]), Some(PiiKind::Secret));
        assert_eq!(kind_of(&["commit"], &["x8Kq2LmZ90aPw3rT", "Pq81LxZZ0a7dMw2c"]), None);
    }
}
