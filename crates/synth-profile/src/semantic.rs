//! What strings and numbers mean, told by their form; words of the path decide only between equals.

use synth_privacy::PathWords;

use crate::profile::Markup;
use crate::prose;

/// Share of the values that must have a form.
const MIN_SHARE: f64 = 0.95;
/// Distinct values asked for.
const MIN_DISTINCT: usize = 3;

/// A form of strings: its name and its test.
type Form = (&'static str, fn(&str) -> bool);

/// Forms from the most to the least certain.
const FORMS: [Form; 27] = [
    ("uuid_v4", |text| is_uuid(text) && text.as_bytes()[14] == b'4'),
    ("uuid_v7", |text| is_uuid(text) && text.as_bytes()[14] == b'7'),
    ("uuid", is_uuid),
    ("guid", is_guid),
    ("ulid", is_ulid),
    ("sid", is_sid),
    ("md5", |text| is_hex(text, 32)),
    ("sha1", |text| is_hex(text, 40)),
    ("sha256", |text| is_hex(text, 64)),
    ("sha512", |text| is_hex(text, 128)),
    ("url", is_url),
    ("mac_address", is_mac),
    ("cve", is_cve),
    ("color", |text| text.strip_prefix('#').is_some_and(|rest| is_hex(rest, 6) || is_hex(rest, 3))),
    ("duration", is_duration),
    ("percentage", is_percentage),
    ("money", is_money),
    ("semver", is_semver),
    ("mime_type", is_mime_type),
    ("user_agent", |text| text.starts_with("Mozilla/") || text.starts_with("Opera/")),
    ("file_path", is_file_path),
    ("json", is_json),
    ("xml", |text| text.starts_with("<?xml")),
    ("article_number", is_article_number),
    ("boolean", is_boolean),
    ("numeric", |text| text.len() <= 40 && text.parse::<f64>().is_ok_and(f64::is_finite)),
    ("base64", is_base64),
];

/// Returns what strings mean by their form, when nearly all have it.
///
/// # Shapes and units
///
/// Distinct values, whole and not empty; the share is over distinct values. Fewer than three tell nothing, except
/// for words of yes and no.
///
/// # Cost
///
/// O(total length) time for each form that the first values have.
pub(crate) fn of_texts(values: &[&str], words: &PathWords) -> Option<&'static str> {
    let fits = |test: fn(&str) -> bool| {
        // Most forms are refused by the first few values.
        let first = &values[..values.len().min(16)];
        if first.iter().filter(|value| test(value)).count() * 2 < first.len() {
            return false;
        }
        let n = values.iter().filter(|value| test(value)).count();
        n as f64 >= MIN_SHARE * values.len() as f64
    };
    let enough = |name: &str| match name {
        "boolean" => values.len() == 2,
        "sid" => !values.is_empty(),
        "numeric" | "json" | "xml" => values.len() >= 2,
        _ => values.len() >= MIN_DISTINCT,
    };
    let form = FORMS.iter().find(|(name, test)| enough(name) && fits(*test)).map(|(name, _)| *name);
    form.or_else(|| {
        (words.own_has(&["useragent", "agent", "ua"]) && fits(is_product)).then_some("user_agent")
    })
    .or_else(|| {
        let is_elapsed =
            words.own_has(LENGTH_OF_TIME) && values.len() >= MIN_DISTINCT && fits(is_clock_length);
        is_elapsed.then_some("duration")
    })
    .or_else(|| (values.len() >= MIN_DISTINCT).then(|| markup(values)).flatten())
}

/// Markup in running text.
fn markup(values: &[&str]) -> Option<&'static str> {
    match prose::markup(values) {
        Markup::Html => Some("html"),
        Markup::Markdown => Some("markdown"),
        Markup::Plain => None,
    }
}

/// What is known of numbers for [`of_numbers`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberEvidence {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) n_distinct: u64,
    /// Digits behind the point.
    pub(crate) decimals: u8,
}

/// Words of a path and what numbers within a range mean there.
const NUMBER_WORDS: [(&str, &[&str], (f64, f64)); 8] = [
    ("latitude", &["lat", "latitude"], (-90.0, 90.0)),
    ("longitude", &["lon", "lng", "long", "longitude"], (-180.0, 180.0)),
    ("percentage", &["percent", "percentage", "pct", "share", "ratio", "proportion"], (0.0, 100.0)),
    ("year", &["year", "yr", "jahr", "annee", "ano"], (1000.0, 2999.0)),
    ("port", &["port", "ports"], (0.0, 65_535.0)),
    ("http_status", &["status", "statuscode", "httpstatus"], (100.0, 599.0)),
    (
        "money",
        &[
            "price",
            "amount",
            "cost",
            "fee",
            "fees",
            "salary",
            "revenue",
            "balance",
            "tax",
            "freight",
            "subtotal",
            "payment",
            "wage",
            "fare",
            "income",
            "discountamount",
            "gross",
            "budget",
            "turnover",
            "profit",
            "rent",
            "premium",
        ],
        (-1e12, 1e12),
    ),
    ("duration", LENGTH_OF_TIME, (0.0, 1e12)),
];

/// Words of a path that say that a value is a length of time.
const LENGTH_OF_TIME: &[&str] = &[
    "duration",
    "elapsed",
    "latency",
    "uptime",
    "downtime",
    "runtime",
    "lifetime",
    "timeout",
    "ttl",
    "rtt",
    "took",
    "ms",
    "msec",
    "millis",
    "milliseconds",
    "secs",
    "sec",
    "seconds",
    "minutes",
    "mins",
];

/// Returns what numbers mean by the words of their path, when their range agrees.
pub(crate) fn of_numbers(numbers: NumberEvidence, words: &PathWords) -> Option<&'static str> {
    let is_flag = numbers.n_distinct == 2 && numbers.min.abs() <= 0.0 && (numbers.max - 1.0).abs() <= 0.0;
    let counts = words.own_has(&["id", "count", "number", "index", "n", "size", "total", "quantity"]);
    if is_flag && numbers.decimals == 0 && !counts {
        return Some("boolean");
    }
    let fits = |(name, list, (low, high)): &(&str, &[&str], (f64, f64))| {
        let spelled = match *name {
            "money" => numbers.decimals <= 2,
            "year" | "port" | "http_status" => numbers.decimals == 0,
            _ => true,
        };
        words.own_has(list) && numbers.min >= *low && numbers.max <= *high && spelled
    };
    NUMBER_WORDS.iter().find(|entry| fits(entry)).map(|(name, ..)| *name)
}

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// A UUID in capitals or in braces.
fn is_guid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    bare.len() == 36 && is_uuid(&bare.to_ascii_lowercase())
}

fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text.starts_with(['0', '1'])
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'H' | b'J' | b'K' | b'M' | b'N' | b'P'..=b'T' | b'V'..=b'Z'))
}

/// A security identifier of Windows.
fn is_sid(text: &str) -> bool {
    text.strip_prefix("S-1-").is_some_and(|rest| rest.split('-').all(is_digits))
}

fn is_url(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && !text.contains(char::is_whitespace)
}

/// So many hexadecimal digits, of one case.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !(text.bytes().any(|byte| byte.is_ascii_uppercase())
            && text.bytes().any(|byte| byte.is_ascii_lowercase()))
}

fn is_mac(text: &str) -> bool {
    [':', '-'].iter().any(|separator| {
        text.len() == 17
            && text.split(*separator).count() == 6
            && text.split(*separator).all(|pair| is_hex(pair, 2))
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_cve(text: &str) -> bool {
    let number = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    number.is_some_and(|(year, number)| {
        year.len() == 4 && is_digits(year) && number.len() >= 4 && is_digits(number)
    })
}

/// `P1DT2H` of ISO 8601, or `1d 2h 3m`.
fn is_duration(text: &str) -> bool {
    let (body, units) = match text.strip_prefix('P') {
        Some(body) => (body, "YMWDTHS"),
        None => (text, "ywdhms "),
    };
    let mut pending = false;
    let mut n_numbers = 0;
    for c in body.chars() {
        match c {
            '0'..='9' => pending = true,
            '.' if pending => {}
            'T' | ' ' if !pending && units.contains(c) => {}
            unit if pending && unit != 'T' && unit != ' ' && units.contains(unit) => {
                pending = false;
                n_numbers += 1;
            }
            _ => return false,
        }
    }
    !pending && n_numbers > 0
}

/// Hours, minutes and seconds, or minutes and seconds, as a length of time is written.
fn is_clock_length(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').map_or((text, "0"), |(clock, fraction)| (clock, fraction));
    let mut parts = clock.split(':');
    let is_first = parts.next().is_some_and(|part| is_digits(part) && part.len() <= 5);
    let rest: Vec<&str> = parts.collect();
    let is_sixtieth = |part: &&str| part.len() == 2 && is_digits(part) && **part < *"60";
    is_first && is_digits(fraction) && matches!(rest.len(), 1 | 2) && rest.iter().all(is_sixtieth)
}

/// A number and a percent sign.
fn is_percentage(text: &str) -> bool {
    text.strip_suffix('%').is_some_and(|number| is_amount(number.trim_end_matches([' ', '\u{a0}'])))
}

/// A number with the sign or the three letters of a currency before or behind it.
fn is_money(text: &str) -> bool {
    const SIGNS: [char; 8] = ['$', '€', '£', '¥', '₹', '₽', '₩', '₺'];
    let bare = text.strip_prefix('-').unwrap_or(text);
    let is_letter = |c: char| c.is_ascii_uppercase();
    let (front, back) = (bare.trim_start_matches(is_letter), bare.trim_end_matches(is_letter));
    let number = match (bare.len() - front.len(), bare.len() - back.len()) {
        (3, 0) => front,
        (0, 3) => back,
        (0, 0) => match (bare.strip_prefix(SIGNS), bare.strip_suffix(SIGNS)) {
            (Some(rest), None) | (None, Some(rest)) => rest,
            _ => return false,
        },
        _ => return false,
    };
    is_amount(number.trim_matches([' ', '\u{a0}']))
}

/// Digits, with marks between groups of three and a part behind a point or comma.
fn is_amount(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    text.len() <= 24
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.split(['.', ',', '\'', ' ', '\u{a0}']).all(is_digits)
}

fn is_semver(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let tail = &text[core.len()..];
    core.split('.').count() == 3
        && core.split('.').all(|part| is_digits(part) && part.len() <= 9)
        && tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
}

fn is_mime_type(text: &str) -> bool {
    const TOPS: [&str; 8] =
        ["application", "audio", "font", "image", "message", "multipart", "text", "video"];
    text.split_once('/')
        .is_some_and(|(top, rest)| TOPS.contains(&top) && !rest.is_empty() && !rest.contains('/'))
}

/// A product and its version, as programs call themselves.
fn is_product(text: &str) -> bool {
    text.split_once('/').is_some_and(|(name, rest)| {
        !name.is_empty()
            && !name.contains(char::is_whitespace)
            && rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn is_file_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_drive = matches!(bytes, [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\' | b'/', ..]);
    let is_absolute = text.starts_with('/') && !text.starts_with("//") && text.matches('/').count() >= 2;
    has_drive || is_absolute || text.starts_with("\\\\") || text.starts_with("./") || text.starts_with("~/")
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// EAN, UPC or ISBN-13 with its check digit.
fn is_article_number(text: &str) -> bool {
    if !matches!(text.len(), 8 | 12 | 13) || !is_digits(text) {
        return false;
    }
    let weigh = |(at, byte): (usize, u8)| u32::from(byte - b'0') * if at % 2 == 0 { 1 } else { 3 };
    text.bytes().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

fn is_boolean(text: &str) -> bool {
    const WORDS: [&str; 14] =
        ["yes", "no", "y", "n", "true", "false", "t", "f", "on", "off", "0", "1", "enabled", "disabled"];
    text.len() <= 8 && WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let has = |test: fn(&u8) -> bool| body.as_bytes().iter().any(test);
    text.len() >= 16
        && text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let check = |values: &[&str], expected: Option<&str>| {
            assert_eq!(of_texts(values, &PathWords::new(["x"])), expected, "{values:?}");
        };
        check(
            &[
                "9f86d081884c7d659a2feaa0c55ad015",
                "2c26b46b68ffc68ff99b453c1d304134",
                "fcde2b2edba56bf408601fb721fe9b5c",
            ],
            Some("md5"),
        );
        check(&["1.0.0", "v2.13.4-rc.1", "10.4.1+build"], Some("semver"));
        check(&["PT1H", "P1DT30M", "PT4.5S"], Some("duration"));
        check(&["1d 2h", "30m", "4h 5m 6s"], Some("duration"));
        check(&["yes", "no"], Some("boolean"));
        check(&["0", "1"], Some("boolean"));
        check(&["0", "1", "17"], Some("numeric"));
        check(&["4006381333931", "9783161484100", "96385074"], Some("article_number"));
        check(&["/var/log/a", "/etc/b", "C:\\x\\y"], Some("file_path"));
        check(&["image/png", "text/html", "application/json"], Some("mime_type"));
        check(&["{\"a\":1}", "[1,2]", "{}"], Some("json"));
        check(&["<p>Hi</p>", "<b>x</b> y", "plain"], Some("html"));
        check(&["see [this](http://x.example)", "# Title", "plain"], Some("markdown"));
        check(&["CVE-2024-12345", "CVE-1999-0001", "CVE-2010-1234"], Some("cve"));
        check(
            &[
                "{0A1B2C3D-0000-4000-8000-000000000001}",
                "{0A1B2C3D-0000-4000-8000-000000000002}",
                "{0A1B2C3D-0000-4000-8000-000000000003}",
            ],
            Some("guid"),
        );
        check(&["red", "green", "blue"], None);
        check(&["P", "Paris", "1x"], None);
        check(
            &["TWFuIGlzIGRpc3Rpbmd1aXNo", "ZWQsIG5vdCBvbmx5IGJ5IGhpcw==", "cmVhc29uLCBidXQgYnkgdGhpcyBz0"],
            None,
        );
    }

    #[test]
    fn numbers_need_word_and_range() {
        let check = |key: &str, min, max, decimals, expected: Option<&str>| {
            let numbers = NumberEvidence { min, max, n_distinct: 50, decimals };
            assert_eq!(of_numbers(numbers, &PathWords::new([key])), expected, "{key}");
        };
        check("latitude", -47.5, 60.1, 6, Some("latitude"));
        check("latitude", -470.5, 60.1, 6, None);
        check("unitPrice", 0.5, 900.25, 2, Some("money"));
        check("unitPrice", 0.5, 900.25, 7, None);
        check("discount_percent", 0.0, 100.0, 0, Some("percentage"));
        check("year", 1956.0, 2013.0, 0, Some("year"));
        check("depth", -47.5, 60.1, 6, None);
    }
}
