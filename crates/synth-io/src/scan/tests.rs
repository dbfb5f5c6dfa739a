use super::*;
use crate::JsonWriter;

fn printed(text: &str) -> String {
    let mut scanner = Scanner::new(16);
    let mut writer = JsonWriter::default();
    let Ok(()) = scanner.scan(text.as_bytes()).unwrap().replay(&mut writer, 0);
    String::from_utf8(writer.into_bytes()).unwrap()
}

fn check_error(text: impl AsRef<[u8]>, fault: Fault, offset_bytes: u64, path: &str) {
    let error = Scanner::new(16).scan(text.as_ref()).unwrap_err();
    let shown = String::from_utf8_lossy(text.as_ref());
    assert_eq!((error.fault, error.offset_bytes), (fault, offset_bytes), "{shown}");
    assert_eq!(error.path.to_string(), path, "{shown}");
}

fn check_notes(text: &str, expected: &[(NoteKind, u64, &str)]) {
    let mut scanner = Scanner::new(16);
    let notes = scanner.scan(text.as_bytes()).unwrap().notes();
    let found: Vec<_> = notes
        .iter()
        .map(|note| (note.kind, note.offset_bytes, note.path.as_ref().unwrap().to_string()))
        .collect();
    let expected: Vec<_> = expected.iter().map(|&(kind, at, path)| (kind, at, path.to_owned())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn events_say_what_the_text_says() {
    assert_eq!(printed(" [ ] "), "[]");
    assert_eq!(
        printed(r#"{"a":{"b":[true,false,null,"x",-1.50e2]}}"#),
        r#"{"a":{"b":[true,false,null,"x",-1.50e2]}}"#
    );
    assert_eq!(printed(r#""\u0041\/\ud83d\ude00""#), "\"A/😀\"");
    assert_eq!(printed("0"), "0");
}

#[test]
fn faults_have_a_place_and_a_path() {
    check_error("", Fault::UnexpectedEnd, 0, "$");
    check_error(r#"{"a":[1,{"b":tru}]}"#, Fault::BadLiteral, 16, "$.a[1].b");
    check_error("[1,]", Fault::TrailingComma, 3, "$[1]");
    check_error(r#"{"a":1,}"#, Fault::TrailingComma, 7, "$");
    check_error(r#"{"a" 1}"#, Fault::ExpectedColon, 5, "$.a");
    check_error(r#"{"a":}"#, Fault::ExpectedValue, 5, "$.a");
    check_error("{1:2}", Fault::ExpectedKey, 1, "$");
    check_error("[1 2]", Fault::ExpectedArrayEnd, 3, "$[0]");
    check_error("[,1]", Fault::ExpectedValue, 1, "$[0]");
    check_error(r#"{"a":1 "b":2}"#, Fault::ExpectedObjectEnd, 7, "$.a");
    check_error("[1}", Fault::ExpectedArrayEnd, 2, "$[0]");
    check_error("1 2", Fault::TrailingText, 2, "$");
    check_error("[01]", Fault::LeadingZero, 1, "$[0]");
    check_error("NaN", Fault::ExpectedValue, 0, "$");
    check_error("[\"a\tb\"]", Fault::ControlCharacter, 3, "$[0]");
    check_error(r#"{"k":"\x"}"#, Fault::BadEscape, 6, "$.k");
    check_error(b"{\"k\":\"ab\xff\"}", Fault::BadUtf8, 8, "$.k");
    check_error(b"[x,\"\xff\"]", Fault::ExpectedValue, 1, "$[0]");
    check_error(b"\xef\xbb\xbf{}", Fault::ExpectedValue, 0, "$");
    check_error(r#"{"a":[1,"#, Fault::UnexpectedEnd, 8, "$.a[1]");
}

#[test]
fn deep_nesting_is_an_error_and_not_an_overflow() {
    check_error("[".repeat(100_000), Fault::TooDeep, 16, &format!("${}", "[0]".repeat(16)));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Scanner::new(100_000).scan(deep.as_bytes()).is_ok());
    assert!(Scanner::new(16).scan(format!("{}{}", "[".repeat(16), "]".repeat(16)).as_bytes()).is_ok());
    let objects = r#"{"a":"#.repeat(100_000);
    assert_eq!(Scanner::new(1000).scan(objects.as_bytes()).unwrap_err().fault, Fault::TooDeep);
}

#[test]
fn the_last_of_repeated_members_counts() {
    assert_eq!(printed(r#"{"a":1,"b":[{"c":1}],"a":{"x":2},"b":3,"\u0061":4}"#), r#"{"b":3,"a":4}"#);
    assert_eq!(printed(r#"{"a":{"b":1,"b":2},"a":{"b":3,"b":4}}"#), r#"{"a":{"b":4}}"#);
    check_notes(
        r#"{"a":{"b":1,"b":2},"c":[{"d":0,"d":0}],"c":0,"c":1}"#,
        &[
            (NoteKind::DuplicateKey, 12, "$.a.b"),
            (NoteKind::DuplicateKey, 31, "$.c[0].d"),
            (NoteKind::DuplicateKey, 39, "$.c"),
            (NoteKind::DuplicateKey, 45, "$.c"),
        ],
    );
}

#[test]
fn a_wide_object_is_not_quadratic() {
    let members = |n: usize| (0..n).map(|index| format!(r#""key{index}":{index}"#)).collect::<Vec<_>>();
    let unique = format!("{{{}}}", members(100_000).join(","));
    let mut scanner = Scanner::new(16);
    assert!(scanner.scan(unique.as_bytes()).unwrap().notes().is_empty());
    let twice = format!("{{{},{}}}", members(100_000).join(","), members(100_000).join(","));
    assert_eq!(scanner.scan(twice.as_bytes()).unwrap().notes().len(), 100_000);
    let same = format!("{{{}}}", vec![r#""a":0"#; 100_000].join(","));
    assert_eq!(scanner.scan(same.as_bytes()).unwrap().notes().len(), 99_999);
    assert_eq!(printed(&same), r#"{"a":0}"#);
}

#[test]
fn odd_values_pass_with_a_note() {
    assert_eq!(printed(r#"["\ud800",1e400,"\udc00\ud800x"]"#), "[\"\u{fffd}\",1e400,\"\u{fffd}\u{fffd}x\"]");
    check_notes(
        r#"["\ud800",-1e400,{"a\udc00":"\ud800x"},1e-400]"#,
        &[
            (NoteKind::LoneSurrogate, 2, "$[0]"),
            (NoteKind::NumberBeyondF64, 10, "$[1]"),
            (NoteKind::LoneSurrogate, 20, "$[2]['a\u{fffd}']"),
            (NoteKind::LoneSurrogate, 29, "$[2]['a\u{fffd}']"),
        ],
    );
    check_notes(&"9".repeat(310), &[(NoteKind::NumberBeyondF64, 0, "$")]);
}

#[test]
fn a_scanner_forgets_the_record_before() {
    let mut scanner = Scanner::new(16);
    assert!(scanner.scan(br#"{"a":[{"b\n":1e999"#).is_err());
    let scanned = scanner.scan(br#"{"a":1}"#).unwrap();
    assert!(scanned.notes().is_empty());
    let mut writer = JsonWriter::default();
    let Ok(()) = scanned.replay(&mut writer, 0);
    assert_eq!(writer.as_bytes(), br#"{"a":1}"#);
}
