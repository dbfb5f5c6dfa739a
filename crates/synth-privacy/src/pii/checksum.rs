//! Check digits: what separates real numbers from look-alikes.

/// The digits of a text, as numbers.
pub(super) fn digits_of(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// Luhn check (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &digit)| match index % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Remainder of an alphanumeric text by 97, letters counting 10 to 35 (ISO 7064); `None` for other characters.
pub(super) fn remainder_97(chars: impl Iterator<Item = char>) -> Option<u32> {
    chars.into_iter().try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

/// Payment card: length and leading digits of an issuer, and Luhn.
pub(super) fn is_card(text: &str) -> bool {
    let digits = digits_of(text);
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    let head = |n: usize| digits.iter().take(n).fold(0, |value, digit| value * 10 + digit);
    let issued = match digits.len() {
        12 => matches!(head(2), 50 | 56..=59 | 63 | 67),
        13 => head(1) == 4,
        14 => matches!(head(3), 300..=305 | 309) || matches!(head(2), 36 | 38 | 39),
        15 => matches!(head(2), 34 | 37) || matches!(head(4), 2131 | 1800),
        16 => {
            matches!(head(1), 4)
                || matches!(head(2), 35 | 50..=55 | 56..=58 | 60 | 62 | 63 | 64 | 65 | 67 | 81)
                || matches!(head(4), 2200..=2720)
        }
        17..=19 => matches!(head(1), 4 | 6) || head(2) == 50 || matches!(head(2), 56..=58),
        _ => false,
    };
    plain
        && text.starts_with(|c: char| c.is_ascii_digit())
        && issued
        && luhn(&digits)
        && digits.iter().any(|&d| d != digits[0])
}

/// IBAN (ISO 13616): country, check digits, 15 to 34 characters, remainder 1.
pub(super) fn is_iban(text: &str) -> bool {
    let chars: Vec<char> =
        text.chars().filter(|c| *c != ' ' && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let shaped = (15..=34).contains(&chars.len())
        && chars[..2].iter().all(char::is_ascii_uppercase)
        && chars[2..4].iter().all(char::is_ascii_digit)
        && chars.iter().all(char::is_ascii_alphanumeric);
    shaped && remainder_97(chars[4..].iter().chain(&chars[..4]).copied()) == Some(1)
}

/// EAN-8, UPC-A, EAN-13, GTIN-14 or ISBN-10 by its check digit.
pub(super) fn is_article_number(text: &str) -> bool {
    let body: Vec<char> = text.chars().filter(|c| *c != '-' && *c != ' ').collect();
    if body.len() == 10 {
        let value = |(index, c): (usize, &char)| match c {
            'X' | 'x' if index == 9 => Some(10),
            c => c.to_digit(10),
        };
        let digits: Option<Vec<u32>> = body.iter().enumerate().map(value).collect();
        return digits.is_some_and(|digits| {
            digits.iter().zip((1..=10).rev()).map(|(d, w)| d * w).sum::<u32>() % 11 == 0
        });
    }
    let digits = digits_of(text);
    let weighted =
        digits.iter().rev().enumerate().map(|(index, digit)| digit * if index % 2 == 1 { 3 } else { 1 });
    matches!(body.len(), 8 | 12 | 13 | 14) && digits.len() == body.len() && weighted.sum::<u32>() % 10 == 0
}

/// National numbers that carry check digits: of these lengths and letters, with a chance pass rate below 1 in 9.
///
/// Brazil (CPF), Spain (DNI, NIE), Italy, China, Poland, Turkey, France, Belgium, Romania, Bulgaria, Sweden,
/// Finland, Norway, Hungary, the Netherlands, Portugal, Mexico (shape), India (Verhoeff); and numbers that begin
/// with a date of birth and a separator (Denmark, Czechia, Korea).
pub(super) fn is_national_number(text: &str) -> bool {
    let compact: String =
        text.chars().filter(|c| c.is_alphanumeric() || *c == '+').collect::<String>().to_uppercase();
    let digits = digits_of(&compact);
    if !compact.is_ascii() {
        return false;
    }
    if is_finnish(text) || is_dated_number(text, &digits) {
        return true;
    }
    if digits.len() == compact.len() {
        return is_national_digits(&digits);
    }
    let bytes = compact.as_bytes();
    is_spanish(bytes) || is_italian(bytes) || is_mexican(bytes) || is_chinese(bytes)
}

fn is_national_digits(digits: &[u32]) -> bool {
    match digits.len() {
        9 => dutch(digits) || portuguese(digits),
        10 => is_dated(&digits[..6]) && luhn(digits) || bulgarian(digits),
        11 => {
            cpf(digits)
                || pesel(digits)
                || turkish(digits)
                || norwegian(digits)
                || belgian(digits)
                || hungarian(digits)
        }
        12 => is_dated(&digits[2..8]) && luhn(&digits[2..]) || (digits[0] > 1 && verhoeff(digits)),
        13 => romanian(digits),
        15 => matches!(digits[0], 1 | 2) && (1..=12).contains(&two(digits, 3)) && french(digits),
        18 => is_chinese(
            digits.iter().map(|&d| char::from_digit(d, 10).unwrap_or('0')).collect::<String>().as_bytes(),
        ),
        _ => false,
    }
}

/// A date of birth, a separator and four digits (Denmark, Sweden, Czechia) or seven (Korea, with the century).
fn is_dated_number(text: &str, digits: &[u32]) -> bool {
    let shape = text.trim().as_bytes();
    let separated = shape.len() == digits.len() + 1 && matches!(shape.get(6), Some(b'-' | b'/' | b'+'));
    if !separated || !matches!(digits.len(), 10 | 13) {
        return false;
    }
    let (a, month, b) = (two(digits, 0), two(digits, 2), two(digits, 4));
    let is_day = |day: u32| (1..=31).contains(&day);
    match digits.len() {
        // Czechia adds 50 to the month of women.
        10 => matches!(month, 1..=12 | 51..=62) && (is_day(a) || is_day(b)),
        _ => matches!(month, 1..=12) && is_day(b) && (1..=8).contains(&digits[6]),
    }
}

fn dutch(digits: &[u32]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == digits[8]
}

fn portuguese(digits: &[u32]) -> bool {
    let check = (11 - weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    digits[0] > 0 && (if check == 10 { 0 } else { check }) == digits[8]
}

fn hungarian(digits: &[u32]) -> bool {
    let sum = weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    (1..=8).contains(&digits[0]) && is_dated(&digits[1..7]) && sum % 11 == digits[10]
}

fn two(digits: &[u32], at: usize) -> u32 {
    digits[at] * 10 + digits[at + 1]
}

/// Year, month and day, or day, month and year, in six digits.
fn is_dated(digits: &[u32]) -> bool {
    let (a, month, b) = (two(digits, 0), two(digits, 2), two(digits, 4));
    (1..=12).contains(&month) && ((1..=31).contains(&a) || (1..=31).contains(&b))
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

fn cpf(digits: &[u32]) -> bool {
    let first = weighted(&digits[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let second = weighted(&digits[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    digits[9..] == [first, second] && digits.iter().any(|&digit| digit != digits[0])
}

fn pesel(digits: &[u32]) -> bool {
    weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
        && (1..=31).contains(&two(digits, 4))
        && two(digits, 2) % 20 <= 12
}

fn turkish(digits: &[u32]) -> bool {
    let (odd, even): (u32, u32) =
        (weighted(digits, &[1, 0, 1, 0, 1, 0, 1, 0, 1]), weighted(digits, &[0, 1, 0, 1, 0, 1, 0, 1]));
    digits[0] > 0
        && (odd * 7 + 90 - even) % 10 == digits[9]
        && digits[..10].iter().sum::<u32>() % 10 == digits[10]
}

fn norwegian(digits: &[u32]) -> bool {
    is_dated(&digits[..6])
        && weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn belgian(digits: &[u32]) -> bool {
    let number = |digits: &[u32]| digits.iter().fold(0_u64, |value, &digit| value * 10 + u64::from(digit));
    let (body, check) = (number(&digits[..9]), number(&digits[9..]));
    is_dated(&digits[..6]) && (97 - body % 97 == check || 97 - (body + 2_000_000_000) % 97 == check)
}

fn bulgarian(digits: &[u32]) -> bool {
    let check = weighted(&digits[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    (1..=31).contains(&two(digits, 4)) && two(digits, 2) % 20 <= 12 && check == digits[9]
}

fn romanian(digits: &[u32]) -> bool {
    let check = weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    (1..=8).contains(&digits[0])
        && is_dated(&digits[1..7])
        && (if check == 10 { 1 } else { check }) == digits[12]
}

fn french(digits: &[u32]) -> bool {
    let number = |digits: &[u32]| digits.iter().fold(0_u64, |value, &digit| value * 10 + u64::from(digit));
    97 - number(&digits[..13]) % 97 == number(&digits[13..])
}

/// Verhoeff's scheme over the dihedral group of order 10, as used for Aadhaar.
fn verhoeff(digits: &[u32]) -> bool {
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const STEP: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let check = digits.iter().rev().enumerate().fold(0, |check, (index, &digit)| {
        product(check, (0..index % 8).fold(digit, |digit, _| STEP[digit as usize]))
    });
    check == 0
}

fn is_spanish(bytes: &[u8]) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let [first, middle @ .., last] = bytes else { return false };
    let head = match first {
        b'X' => 0,
        b'Y' => 1,
        b'Z' => 2,
        digit @ b'0'..=b'9' => usize::from(digit - b'0'),
        _ => return false,
    };
    bytes.len() == 9
        && middle.iter().all(u8::is_ascii_digit)
        && LETTERS[middle.iter().fold(head, |value, digit| value * 10 + usize::from(digit - b'0')) % 23]
            == *last
}

fn matches_mask(bytes: &[u8], mask: &[u8]) -> bool {
    bytes.len() == mask.len()
        && bytes.iter().zip(mask).all(|(byte, class)| match class {
            b'A' => byte.is_ascii_uppercase(),
            b'9' => byte.is_ascii_digit(),
            _ => byte.is_ascii_alphanumeric(),
        })
}

fn is_italian(bytes: &[u8]) -> bool {
    matches_mask(bytes, b"AAAAAA**A**A***A") && b"ABCDEHLMPRST".contains(&bytes[8])
}

fn is_mexican(bytes: &[u8]) -> bool {
    matches_mask(bytes, b"AAAA999999AAAAAA*9") && b"HM".contains(&bytes[10])
}

fn is_chinese(bytes: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if !matches_mask(bytes, b"99999999999999999*") || !matches!(&bytes[6..8], b"18" | b"19" | b"20") {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize] == bytes[17]
}

fn is_finnish(text: &str) -> bool {
    const LETTERS: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let bytes = text.trim().as_bytes();
    if bytes.len() != 11 || !b"-+ABCDEFYXWVU".contains(&bytes[6]) {
        return false;
    }
    let number = bytes[..6].iter().chain(&bytes[7..10]).try_fold(0_usize, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + usize::from(byte - b'0'))
    });
    number.is_some_and(|number| LETTERS[number % 31] == bytes[10].to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published examples of the standards and of the issuers' test numbers.
    #[test]
    fn published_examples_pass_and_neighbours_fail() {
        assert!(is_card("4111 1111 1111 1111") && is_card("378282246310005") && is_card("30569309025904"));
        assert!(!is_card("4111111111111112") && !is_card("0000000000000000") && !is_card("1700000000000"));
        assert!(is_iban("GB82 WEST 1234 5698 7654 32") && !is_iban("GB82WEST12345698765433"));
        assert!(is_article_number("978-3-16-148410-0") && is_article_number("4006381333931"));
        assert!(is_article_number("0-306-40615-2") && !is_article_number("0-306-40615-3"));
    }

    #[test]
    fn national_examples_pass() {
        for text in [
            "529.982.247-25",
            "12345678Z",
            "X1234567L",
            "11010519491231002X",
            "44051401359",
            "10000000146",
            "131052-308T",
            "19811218-9876",
            "85.07.30-033.28",
            "RSSMRA85T10A562S",
            "2 55 08 14 168 025 38",
            "1800101221144",
        ] {
            assert!(is_national_number(text), "{text}");
        }
        assert!(!is_national_number("529.982.247-26") && !is_national_number("12345678A"));
    }
}
