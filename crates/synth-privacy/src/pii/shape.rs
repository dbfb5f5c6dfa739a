//! Shapes of single values: addresses of machines and mail, telephone numbers, dates, keys.

use super::checksum::{digits_of, is_article_number, is_card};

/// One mailbox at one domain with a top level of letters.
pub(super) fn is_email(text: &str) -> bool {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-\"".contains(c);
    let label_ok = |label: &str| {
        let ends = |c: char| c.is_alphanumeric();
        label.starts_with(ends)
            && label.ends_with(ends)
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    let top_ok =
        top.chars().count() >= 2 && (top.starts_with("xn--") || top.chars().all(char::is_alphabetic));
    !local.is_empty()
        && local.chars().all(local_ok)
        && domain.contains('.')
        && domain.split('.').all(label_ok)
        && top_ok
}

/// Four decimal octets, as they stand; a port or prefix length may follow.
pub(super) fn ipv4_octets(text: &str) -> Option<[u8; 4]> {
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (quad, tail) = text.split_at(end);
    if !tail.is_empty() && (tail.len() < 2 || !tail[1..].bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let mut octets = [0; 4];
    let mut parts = quad.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let plain = part.len() == 1 || !part.starts_with('0');
        *octet = part.parse().ok().filter(|_| plain && part.bytes().all(|byte| byte.is_ascii_digit()))?;
    }
    parts.next().is_none().then_some(octets)
}

/// An IPv6 address, with or without brackets, zone and prefix length.
pub(super) fn is_ipv6(text: &str) -> bool {
    let bare = text.trim_start_matches('[').split([']', '%', '/']).next().unwrap_or_default();
    bare.matches(':').count() >= 2 && bare.len() > 2 && bare.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Six pairs of hexadecimal digits, or three groups of four.
pub(super) fn is_mac(text: &str) -> bool {
    let groups = |separator, count, length| {
        text.split(separator).count() == count
            && text
                .split(separator)
                .all(|part: &str| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    groups(':', 6, 2) || groups('-', 6, 2) || groups('.', 3, 4)
}

/// A social security number of the United States with hyphens or spaces, of a range that is issued.
pub(super) fn is_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 11
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            3 | 6 => matches!(byte, b'-' | b' '),
            _ => byte.is_ascii_digit(),
        });
    shaped && is_issued_ssn(&digits_of(text))
}

/// Nine digits of a range that is issued.
pub(super) fn is_issued_ssn(digits: &[u32]) -> bool {
    let [a, b, c, d, e, f, g, h, i] = *digits else { return false };
    let area = a * 100 + b * 10 + c;
    area != 0 && area != 666 && area < 900 && d + e > 0 && f + g + h + i > 0
}

/// The mask of a value: digits become 9, letters A, everything else stands.
pub(super) fn mask(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_numeric() {
                '9'
            } else if c.is_alphabetic() {
                'A'
            } else {
                c
            }
        })
        .collect()
}

/// How much a value looks like a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PhoneShape {
    /// It cannot be one.
    None,
    /// A number of fitting length without structure.
    Plain,
    /// Groups of digits that could be a number of some country.
    Grouped,
    /// International prefix, area code in brackets, trunk prefix with groups, or an extension.
    Marked,
}

/// Grades a value; dates, times, decimals, addresses of machines, article and card numbers are none.
pub(super) fn phone_shape(text: &str) -> PhoneShape {
    let text = text.trim().strip_prefix("tel:").unwrap_or(text.trim());
    let lower = text.to_ascii_lowercase();
    let (body, extension) = match lower.find(['x', 'e', 'd', '#']) {
        Some(at) if at >= 7 => (lower[..at].trim_end(), lower[at..].trim()),
        _ => (lower.as_str(), ""),
    };
    let named = ["x", "ext", "ext.", "extension", "durchwahl", "#"];
    let tail = extension.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if !extension.is_empty() && (!named.contains(&tail) || tail.len() == extension.len()) {
        return PhoneShape::None;
    }
    let known = |c: char| c.is_ascii_digit() || " ()-./+\u{a0}\u{2013}\u{2010}".contains(c);
    let digits = digits_of(body);
    let not_phone = !body.chars().all(known)
        || !(6..=15).contains(&digits.len())
        || body.starts_with(['-', '.', '/', ')'])
        || body.rfind('+').is_some_and(|at| body[..at].contains(|c: char| c.is_ascii_digit()))
        || date_year(body).is_some()
        || is_ssn(body)
        || ipv4_octets(body).is_some()
        || body.bytes().filter(|byte| !byte.is_ascii_digit()).eq(*b".");
    if not_phone {
        return PhoneShape::None;
    }
    let separators = body.chars().filter(|c| !c.is_ascii_digit() && *c != '+').count();
    if separators == 0 && !body.starts_with('+') && extension.is_empty() {
        return PhoneShape::Plain;
    }
    grade_groups(body, &digits, extension.is_empty())
}

fn grade_groups(body: &str, digits: &[u32], no_extension: bool) -> PhoneShape {
    let trunk = digits[0] == 0 && (9..=12).contains(&digits.len());
    let international = digits.len() >= 8 && (body.starts_with('+') || body.starts_with("00"));
    let brackets = body.find('(').zip(body.find(')')).is_some_and(|(open, close)| open < close && open <= 5);
    let tail = if digits.len() == 11 && digits[0] == 1 { &digits[1..] } else { digits };
    let groups: Vec<usize> =
        body.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|&n| n > 0).collect();
    let american = tail.len() == 10 && tail[0] > 1 && tail[3] > 1 && groups.ends_with(&[3, 3, 4]);
    if is_article_number(body) && body.starts_with("97") || is_card(body) {
        PhoneShape::None
    } else if international || brackets || (trunk && groups.len() > 1) || american || !no_extension {
        PhoneShape::Marked
    } else {
        PhoneShape::Grouped
    }
}

/// A mobile number of mainland China without prefix: 11 digits in the ranges that are issued.
pub(super) fn is_chinese_mobile(text: &str) -> bool {
    let digits = digits_of(text);
    text.len() == 11 && digits.len() == 11 && digits[0] == 1 && digits[1] >= 3
}

/// Seconds or milliseconds since 1970 between the years 2000 and 2040.
pub(super) fn is_epoch(text: &str) -> bool {
    let value = text.parse::<u64>().unwrap_or(0);
    let seconds = match text.len() {
        10 => value,
        13 => value / 1000,
        16 => value / 1_000_000,
        _ => 0,
    };
    (946_684_800..2_208_988_800).contains(&seconds)
}

/// The year of a calendar date in one of the usual spellings.
pub(super) fn date_year(text: &str) -> Option<u32> {
    let date = text.split(['T', ',']).next().filter(|head| head.len() >= 8).unwrap_or(text).trim();
    let numbers: Vec<&str> =
        date.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().ok();
    let is_plain = text.len() == 8 && numbers == [text];
    if is_plain {
        let (year, month, day) = (number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?);
        return plausible(year, month, day);
    }
    if !text.contains(['-', '/', '.', ' ', '年']) {
        return None;
    }
    match (numbers.as_slice(), text.chars().any(char::is_alphabetic)) {
        ([year, month, day, ..], _) if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            plausible(number(year)?, number(month)?, number(day)?)
        }
        ([a, b, year], _) if year.len() == 4 && a.len() <= 2 && b.len() <= 2 => {
            let (a, b, year) = (number(a)?, number(b)?, number(year)?);
            plausible(year, b, a).or_else(|| plausible(year, a, b))
        }
        _ => written_year(text),
    }
}

/// Month as a word: `3 March 1984`, `Mar 3, 1984`, `3. März 1984`.
fn written_year(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split([' ', ',', '.', '-']).filter(|part| !part.is_empty()).collect();
    let of_length = |range: std::ops::RangeInclusive<usize>| {
        parts
            .iter()
            .filter(move |part| range.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let words = parts
        .iter()
        .filter(|part| part.chars().all(char::is_alphabetic) && part.chars().count() >= 3)
        .count();
    let [year] = of_length(4..=4).collect::<Vec<_>>()[..] else { return None };
    let fits = (3..=5).contains(&parts.len()) && words == 1 && of_length(1..=2).count() == 1;
    fits.then(|| year.parse().ok()).flatten().filter(|year| (1000..=2999).contains(year))
}

fn plausible(year: u32, month: u32, day: u32) -> Option<u32> {
    ((1000..=2999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some(year)
}

/// Beginnings of keys and tokens as their issuers publish them, and the least length of the rest.
const KEY_PREFIXES: &[(&str, usize)] = &[
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("rk_test_", 10),
    ("pk_live_", 10),
    ("pk_test_", 10),
    ("whsec_", 16),
    ("sk-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("xoxr-", 10),
    ("xapp-", 10),
    ("AIza", 30),
    ("ya29.", 20),
    ("SG.", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("hf_", 20),
    ("dop_v1_", 30),
    ("shpat_", 20),
    ("shpss_", 20),
    ("EAACEdEose0cBA", 10),
    ("-----BEGIN ", 5),
    ("$2a$", 50),
    ("$2b$", 50),
    ("$2y$", 50),
    ("$argon2", 20),
    ("$6$", 40),
    ("Bearer ", 16),
    ("Basic ", 12),
    ("key-", 28),
    ("nvapi-", 30),
    ("AGE-SECRET-KEY-1", 40),
    ("dckr_pat_", 20),
    ("sq0atp-", 20),
    ("sq0csp-", 20),
    ("SK", 32),
    ("tok_live_", 10),
    ("tok_test_", 10),
    ("api_key_", 12),
    ("secret_", 16),
    ("vault:v", 10),
    ("hvs.", 20),
    ("lin_api_", 20),
    ("ATATT3x", 20),
    ("figd_", 20),
];

/// A web token, or a key with the prefix of a known issuer.
pub(super) fn is_secret(text: &str) -> bool {
    is_web_token(text)
        || KEY_PREFIXES.iter().any(|(prefix, rest)| {
            let body = text.strip_prefix(prefix).unwrap_or_default();
            body.len() >= *rest
                && (prefix.starts_with("-----")
                    || body.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./+=$:,".contains(&b)))
                && (prefix.len() > 3 || *prefix == "$6$" || body.bytes().any(|b| b.is_ascii_digit()))
        })
}

/// Three parts in base64url, the first of which is a JSON object.
fn is_web_token(text: &str) -> bool {
    let token =
        |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'=');
    text.starts_with("eyJ")
        && text.len() >= 30
        && matches!(text.split('.').count(), 2..=5)
        && text.split('.').all(token)
}

/// Characters that look drawn at random: long, without spaces, with digits and letters.
pub(super) fn is_random(text: &str) -> bool {
    let kinds = [
        text.bytes().any(|b| b.is_ascii_digit()),
        text.bytes().any(|b| b.is_ascii_uppercase()),
        text.bytes().any(|b| b.is_ascii_lowercase()),
        text.bytes().any(|b| b.is_ascii_punctuation()),
    ];
    let mut distinct: Vec<u8> = text.bytes().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let varied =
        kinds.into_iter().filter(|&kind| kind).count() >= 2 && distinct.len() * 3 >= text.len().min(30);
    text.len() >= 12 && varied && !text.contains(char::is_whitespace) && !text.contains("://") && kinds[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_and_machine_addresses() {
        assert!(
            is_email("a.b+c@mail.example.org")
                && is_email("josé@пример.рф")
                && !is_email("a@b")
                && !is_email("@x.org")
        );
        assert!(!is_email("two words@example.org") && !is_email("git@example"));
        assert_eq!(ipv4_octets("192.0.2.7:8080"), Some([192, 0, 2, 7]));
        assert_eq!(
            (ipv4_octets("1.2.3"), ipv4_octets("1.2.3.256"), ipv4_octets("01.2.3.4")),
            (None, None, None)
        );
        assert!(is_ipv6("2001:db8::1") && is_ipv6("[fe80::1%eth0]") && !is_ipv6("12:30:45"));
        assert!(is_mac("00:1A:2b:3c:4d:5e") && is_mac("001a.2b3c.4d5e") && !is_mac("00:1A:2b"));
    }

    #[test]
    fn telephone_numbers_are_graded() {
        use PhoneShape::{Grouped, Marked, None, Plain};
        let check = |text: &str, shape| assert_eq!(phone_shape(text), shape, "{text}");
        check("+49 30 1234567", Marked);
        check("(555) 010-9999", Marked);
        check("555-234-0199 x12", Marked);
        check("020 7946 0018", Marked);
        check("2125550123", Plain);
        check("55-12-345", Grouped);
        check("2024-03-01", None);
        check("123-45-6789", None);
        check("978-3-16-148410-0", None);
        check("12.50", None);
        check("192.0.2.77", None);
        check("Model 5 555 1234", None);
    }

    #[test]
    fn dates_and_keys() {
        for text in [
            "1984-03-01",
            "01/03/1984",
            "1.3.1984",
            "19840301",
            "1984-03-01T00:00:00Z",
            "3 March 1984",
            "Mar 3, 1984",
            "1984年3月1日",
        ] {
            assert_eq!(date_year(text), Some(1984), "{text}");
        }
        assert_eq!(
            (date_year("1984"), date_year("99-99-1984"), date_year("room 12 1984 3")),
            (None, None, None)
        );
        assert!(is_secret("AKIAIOSFODNN7EXAMPLE") && is_secret("ghp_0123456789abcdefghijklmnopqrstuvwxyz"));
        assert!(!is_secret("sk_live") && !is_secret("SKU-1234") && !is_secret("key-note"));
        assert!(
            is_random("x8Kq2LmZ90aPw3") && !is_random("order shipped 12") && !is_random("aaaaaaaaaaaaaaaa")
        );
        assert!(is_epoch("1700000000") && is_epoch("1700000000000") && !is_epoch("4900000000"));
    }
}
