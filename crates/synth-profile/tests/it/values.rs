//! What made-up values of every common kind are taken for.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_profile::profile::FieldProfile;

use crate::feed::profile;

/// Values of one field, each a function of its number and a random word, and what the field is.
fn learned(key: &str, value: impl Fn(u64, u64) -> Value) -> FieldProfile {
    let records: Vec<Value> = (0..240).map(|index| json!({key: value(index, mix(index + 7))})).collect();
    let profile = profile(&records);
    let path = format!("$.{key}");
    profile.fields.into_iter().find(|field| field.path.to_string() == path).expect("the field")
}

/// The time formats, the kind of personal data and the meaning, as one text.
fn meaning(field: &FieldProfile) -> String {
    let (times, personal, semantic) = match (&field.text, &field.number) {
        (Some(text), _) => {
            let times: Vec<&str> = text.times.iter().map(|time| time.format.as_str()).collect();
            (times.join("; "), &text.personal, &text.semantic_type)
        }
        (None, Some(number)) => {
            let time = number.time.as_ref().map(|time| time.format.clone());
            (time.unwrap_or_default(), &number.personal, &number.semantic_type)
        }
        (None, None) => return String::new(),
    };
    let parts = [Some(times).filter(|times| !times.is_empty()), personal.clone(), semantic.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn check(key: &str, expected: &str, value: impl Fn(u64, u64) -> Value) {
    let field = learned(key, value);
    assert_eq!(meaning(&field), expected, "{key}");
}

fn pick<'a>(word: u64, list: &[&'a str]) -> &'a str {
    list[usize::try_from(word % list.len() as u64).expect("a small number")]
}

fn hex(word: u64, n: usize) -> String {
    let digits: String = (0..n.div_ceil(16)).map(|at| format!("{:016x}", mix(word + at as u64))).collect();
    digits[..n].to_owned()
}

/// Day, month and year of a day of 2024, and the hour and minute.
fn moment(word: u64) -> (u64, u64, u64, u64) {
    (word % 28 + 1, word / 28 % 12 + 1, word / 336 % 24, word / 8064 % 60)
}

#[test]
fn money_and_percentages() {
    check("price", "money", |_, word| json!(((word % 90_000) as f64) / 100.0));
    check("gross", "money", |_, word| json!(word % 9_000_000));
    check("x", "money", |_, word| {
        json!(format!("${},{:03}.{:02}", word % 9 + 1, word % 997, word % 89 + 10))
    });
    check("x", "money", |_, word| json!(format!("{},{:02} €", word % 900, word % 89 + 10)));
    check("x", "money", |_, word| json!(format!("EUR {}.{:02}", word % 900, word % 89 + 10)));
    check("x", "percentage", |_, word| json!(format!("{}.{} %", word % 99, word % 10)));
    check("discount_percent", "percentage", |_, word| json!(word % 70));
}

#[test]
fn booleans_in_disguise() {
    check("x", "boolean", |_, word| json!(pick(word, &["Y", "N"])));
    check("x", "boolean", |_, word| json!(pick(word, &["true", "false"])));
    check("x", "boolean", |_, word| json!(pick(word, &["0", "1"])));
    check("x", "boolean", |_, word| json!(word % 2));
    check("count", "", |_, word| json!(word % 2));
}

/// Catches the first format in a list that wins although the data knows better.
#[test]
fn day_and_month_are_decided_by_the_data() {
    check("x", "%d/%m/%Y", |_, word| {
        let (day, month, ..) = moment(word);
        json!(format!("{day:02}/{month:02}/2024"))
    });
    check("x", "%m/%d/%Y", |_, word| {
        let (day, month, ..) = moment(word);
        json!(format!("{month:02}/{day:02}/2024"))
    });
}

#[test]
fn clocks_and_dates() {
    check("dep_time", "%H%M", |_, word| {
        let (.., hour, minute) = moment(word);
        json!(hour * 100 + minute)
    });
    check("arrival", "%[H]:%M:%S", |_, word| {
        let (.., hour, minute) = moment(word);
        json!(format!("{:02}:{minute:02}:00", hour + 4))
    });
    check("x", "%a, %d %b %Y %H:%M:%S %z", |_, word| {
        let (day, _, hour, minute) = moment(word);
        let weekday = pick(day - 1, &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
        json!(format!("{weekday}, {day:02} Jan 2024 {hour:02}:{minute:02}:07 +0100"))
    });
    check("born_on", "%Y%m%d", |_, word| {
        let (day, month, ..) = moment(word);
        json!(20_240_000 + month * 100 + day)
    });
}

#[test]
fn epochs_of_every_unit() {
    let seconds = |word: u64| 1_650_000_000 + word % 90_000_000;
    check("created_at", "epoch_seconds", |_, word| json!(seconds(word)));
    check("created_at", "epoch_millis", |_, word| json!(seconds(word) * 1000 + word % 1000));
    check("created_at", "epoch_micros", |_, word| json!(seconds(word) * 1_000_000 + word % 999_983));
    check("created_at", "epoch_nanos", |_, word| json!(seconds(word) * 1_000_000_000 + word % 999_999_937));
}

/// Catches a duration that is read as a moment, and a moment as a duration.
#[test]
fn durations() {
    check("x", "duration", |_, word| json!(format!("PT{}H{}M", word % 40, word % 59)));
    check("x", "duration", |_, word| json!(format!("{}h {}m", word % 40, word % 59)));
    check("duration", "duration", |_, word| {
        json!(format!("{}:{:02}:{:02}", word % 70, word % 59, word % 57))
    });
    check("response_ms", "duration", |_, word| json!(word % 4000));
    check("uptime_seconds", "duration", |_, word| json!(((word % 90_000) as f64) / 10.0));
    check("updated_ms", "epoch_millis", |_, word| json!(1_650_000_000_000 + word % 90_000_000_000));
}

#[test]
fn identifiers_and_hashes() {
    let uuid = |word: u64, version: char| {
        let hex = hex(word, 32);
        format!("{}-{}-{version}{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    };
    check("x", "uuid_v4", |_, word| json!(uuid(word, '4')));
    check("x", "uuid_v7", |_, word| json!(uuid(word, '7')));
    check("x", "uuid", |_, word| json!(uuid(word, '1')));
    check("x", "ulid", |_, word| json!(format!("01{}", hex(word, 24).to_uppercase())));
    check("x", "md5", |_, word| json!(hex(word, 32)));
    check("x", "sha1", |_, word| json!(hex(word, 40)));
    check("x", "sha256", |_, word| json!(hex(word, 64)));
    check("x", "semver", |_, word| json!(format!("{}.{}.{}", word % 4, word / 4 % 20, word % 31)));
    let pairs = |word: u64| {
        let hex = hex(word, 12);
        (0..6).map(|at| hex[2 * at..2 * at + 2].to_owned()).collect::<Vec<_>>().join(":")
    };
    check("x", "mac_address mac_address", |_, word| json!(pairs(word)));
}

#[test]
fn public_codes() {
    check("country", "country_code", |_, word| {
        json!(pick(word, &["DE", "FR", "US", "JP", "BR", "IN", "NO", "IT", "PL", "KE", "CN", "MX"]))
    });
    check("currency", "currency_code", |_, word| {
        json!(pick(word, &["EUR", "USD", "JPY", "GBP", "CHF", "SEK"]))
    });
    check("language", "language_code", |_, word| json!(pick(word, &["de", "en", "fr", "es", "it", "nl"])));
}

/// Digits with the check digit that makes them valid.
fn with_check_digit(body: &str, is_valid: impl Fn(&str) -> bool) -> String {
    let all = (0..10).map(|digit| format!("{body}{digit}"));
    all.into_iter().find(|text| is_valid(text)).expect("one of ten digits fits")
}

/// Luhn's sum: every second digit from the right is doubled.
fn is_luhn(text: &str) -> bool {
    let digits = text.bytes().rev().enumerate().map(|(at, byte)| {
        let digit = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    digits.sum::<u32>() % 10 == 0
}

/// The sum of article numbers: every second digit from the right counts three times.
fn is_article(text: &str) -> bool {
    let weigh = |(at, byte): (usize, u8)| u32::from(byte - b'0') * if at % 2 == 1 { 3 } else { 1 };
    text.bytes().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// An IBAN of Germany: the check digits are 98 less the rest of the account, `DE00` behind it, over 97.
fn iban(word: u64) -> String {
    let account = format!("{:018}", word % 10_u64.pow(18));
    let rest = format!("{account}131400")
        .bytes()
        .fold(0_u64, |rest, byte| (rest * 10 + u64::from(byte - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

#[test]
fn numbers_with_check_digits_and_phones() {
    check("x", "credit_card numeric", |_, word| {
        json!(with_check_digit(&format!("4{:014}", word % 10_u64.pow(14)), is_luhn))
    });
    check("x", "iban", |_, word| json!(iban(word)));
    check("ean", "article_number", |_, word| {
        json!(with_check_digit(&format!("40{:010}", word % 10_u64.pow(10)), is_article))
    });
    check("phone", "phone", |_, word| json!(format!("+49 30 {:07}", word % 10_000_000)));
    check("phone", "phone", |_, word| json!(format!("(555) {:03}-{:04}", word % 800 + 200, word % 10_000)));
}

/// Catches a language that depends on the order of texts, and one text that shows in the shares.
#[test]
fn running_text_has_language_and_markup() {
    let german = [
        "Das Paket ist nicht da",
        "Der Bote war mit dem Rad hier und ist weg",
        "Es ist ein Fehler auf der Seite",
    ];
    let english = ["The parcel is not in the house", "It was left at the door and this is not good"];
    let field = learned("comment", |index, word| {
        let list = if index % 3 == 0 { &english[..] } else { &german[..] };
        json!(format!("{} ({})", pick(word, list), index))
    });
    let prose = field.text.and_then(|text| text.prose).expect("running text");
    let languages: Vec<(&str, f64)> =
        prose.languages.iter().map(|share| (share.language.as_str(), share.share.get())).collect();
    assert_eq!(languages.iter().map(|(language, _)| *language).collect::<Vec<_>>(), ["de", "en"]);
    assert!((languages[0].1 - 2.0 / 3.0).abs() < 0.02, "{languages:?}");
    assert_eq!((prose.script.as_str(), prose.words.values.first().copied()), ("Latn", Some(6.0)));

    let field = learned("body", |index, _| json!(format!("<p>The number {index} is in the list</p>")));
    let text = field.text.expect("strings");
    assert_eq!(text.semantic_type.as_deref(), Some("html"));
    let field = learned("title", |index, _| json!(format!("{index}番目の荷物はまだ届いていません")));
    let prose = field.text.and_then(|text| text.prose).expect("running text without spaces");
    assert_eq!((prose.script.as_str(), prose.languages[0].language.as_str()), ("Hira", "ja"));
}

/// Catches identifiers of single things that are told because many rows name them, and rows that never name one again.
#[test]
fn tokens_are_not_told_but_recur() {
    // 60 users, of whom the first 6 have 50 rows each and the others 5.
    let user = |row: u64| if row < 300 { row / 50 } else { 6 + (row - 300) / 5 };
    let records: Vec<Value> = (0..570)
        .map(|row| {
            let bits = synth_core::hash::combine(7, user(row));
            let token = format!("usr_{bits:016x}");
            json!({"user": token, "row": row})
        })
        .collect();
    let profile = profile(&records);
    let field = profile.fields.iter().find(|field| field.path.to_string() == "$.user").unwrap();
    let text = field.text.as_ref().unwrap();
    assert!(text.categories.is_empty());
    let recurrence = text.recurrence.as_ref().unwrap();
    assert_eq!(recurrence.distinct, 60);
    // The first knot stands for a tenth of the users, who have 300 of 570 rows.
    assert_eq!((recurrence.rows[1], recurrence.values[1]), (52.6, 10.0));
}

/// Catches amounts in strings that are taken for texts of digits, codes that are taken for amounts, and words beside amounts
/// that hide them.
#[test]
fn amounts_in_strings_are_numbers() {
    let records: Vec<Value> = (0..400_u64)
        .map(|row| {
            let bits = mix(row);
            let cents = bits % 90_000;
            let euros = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
            let share = format!("{}.{}%", bits % 100, bits / 128 % 10);
            let price = if row % 10 == 0 { "n/a".to_owned() } else { format!("${}", euros(cents)) };
            json!({"net": euros(cents), "tax": euros(cents / 7), "total": euros(cents + cents / 7),
                "share": share, "price": price, "zip": format!("{:05}", 10_000 + bits % 80_000),
                "count": (bits % 5000).to_string(), "version": format!("{}.{}", bits % 9, bits / 64 % 99)})
        })
        .collect();
    let profile = profile(&records);
    let text = |path: &str| {
        let field = profile.fields.iter().find(|field| field.path.to_string() == path);
        field.and_then(|field| field.text.as_ref()).unwrap()
    };
    let net = text("$.net").as_numbers().unwrap();
    assert_eq!((net.decimals, net.padded), (2, true));
    let around = |path: &str| {
        let quoted = &text(path).quoted;
        quoted.iter().map(|one| (one.prefix.as_str(), one.suffix.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(around("$.share"), [("", "%")]);
    assert_eq!(around("$.price"), [("$", "")]);
    assert_eq!(text("$.price").categories.len(), 1);
    for code in ["$.zip", "$.count", "$.version"] {
        assert!(around(code).is_empty(), "{code}");
    }
    let total = profile.relations.arithmetic.iter().find(|formula| formula.target.to_string() == "$.total");
    assert_eq!(total.unwrap().terms.len(), 2);
}
