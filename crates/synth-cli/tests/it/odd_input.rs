//! Unusual but valid samples go the whole way.

use serde_json::{Value, json};

use crate::folder::Folder;

/// Learns, makes as many records and judges them; all checks must pass.
fn check_text(what: &str, name: &str, text: &str) {
    let folder = Folder::with(name, text);
    folder.done(&["profile", name]);
    folder.done(&["generate", "--out", "made"]);
    let judge = ["validate", "--real", name, "--synthetic", "made", "--force"];
    for args in [&judge[..], &[&judge[..], &["--rules", "ruleset.yaml"]].concat()] {
        let run = folder.synth(args);
        assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
    }
}

fn check(what: &str, record: impl Fn(usize) -> Value) {
    let lines: String = (0..60).map(|index| format!("{}\n", record(index))).collect();
    check_text(what, "a.jsonl", &lines);
}

#[test]
fn odd_keys() {
    check("empty", |i| json!({"": i, "a": {"": {"": i % 3}}}));
    check("other scripts", |i| json!({"ключ": i, "日本": {"ß": i % 3}, "e\u{301}": 1, "é": 2}));
    let marks =
        ["a.b", "a\"b", "a'b", "a\\", "a\nb", "a[0]", "[]", "*", "$", "..", "~", "*~", " ", "# x", ": "];
    check("marks", |i| marks.iter().map(|key| ((*key).to_owned(), json!(i % 4))).collect());
    let words =
        ["- ", "null", "true", "1", "no", "~", "<script>", "{{", "{}", "%", "@", "`", "!a", "&a", "|", "?"];
    check("words", |i| words.iter().map(|key| ((*key).to_owned(), json!(i % 4))).collect());
    let hidden = ["\0", "\u{7f}", "\u{85}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{200b}"];
    check("hidden", |i| {
        hidden.iter().map(|key| (format!("a{key}b"), json!(format!("x{key}{}", i % 3)))).collect()
    });
    check("long", |i| json!({"k".repeat(3000): i % 4}));
    check("same names", |i| json!({"a": {"a": {"a": i}}, "b": [{"b": [{"b": i}]}]}));
}

#[test]
fn odd_numbers() {
    check_text("negative zero", "a.jsonl", &"{\"a\":-0.0,\"b\":-0}\n{\"a\":0.0,\"b\":0}\n".repeat(30));
    check_text("exponents", "a.jsonl", &"{\"a\":1e5,\"b\":5e-324}\n{\"a\":1E-7,\"b\":-1e308}\n".repeat(30));
    check_text("many digits", "a.jsonl", &"{\"a\":3.141592653589793238462643}\n{\"a\":1e-21}\n".repeat(30));
    check("small with exponents", |i| json!({"a": 1e-9 * (i / 3) as f64}));
    let spelled = |i: usize| if i.is_multiple_of(3) { json!(2.0) } else { json!(1) };
    check("integers and numbers of a few values", |i| json!({"a": spelled(i)}));
    let mixed = |i: usize| [json!(17 * i), json!(17.0 * i as f64), json!(i as f64 / 7.0)][i % 3].clone();
    check("integers and numbers of many values", |i| json!({"a": mixed(i), "b": mixed(i / 2)}));
    check_text("all beyond doubles", "a.jsonl", &"{\"a\":1e400}\n".repeat(30));
}

#[test]
fn keys_and_numbered_texts() {
    check("a date for each day", |i| json!({"d": day(i)}));
    check("epochs in equal steps", |i| json!({"ts": 1_700_000_000_000_u64 + 5000 * i as u64}));
    check(
        "numbered",
        |i| json!({"a": format!("v{i}"), "b": format!("/var/log/{i}.log"), "c": format!("{i:04}")}),
    );
    check("numbered with gaps", |i| json!({"a": format!("user_{}", 17 + i * i / 20), "b": 3 * i + 40}));
    check("codes", |i| json!({"a": format!("INV-2024-{:04}", i * 7919 % 10_000)}));
    check("sparse", |i| json!({"id": i * 7_919_333 % 100_000_007, "x": (i * 7919 % 10_007) as f64 / 7.0}));
}

/// Catches letters that become Latin, and kana that are lost among the many Han characters.
#[test]
fn texts_keep_their_script() {
    let texts = ["東京タワー", "大阪", "札幌ドーム", "名古屋城", "ナゴヤ"];
    let lines: String = (0..60)
        .map(|i| {
            let cyrillic: String =
                (0..5 + i % 7).map(|at| ["мир ", "слово ", "дом "][(i + at) % 3]).collect();
            json!({"a": format!("{}{i}", texts[i % 5]), "b": cyrillic.trim(), "unit": "EUR"}).to_string()
                + "\n"
        })
        .collect();
    let folder = Folder::with("a.jsonl", lines);
    folder.done(&["profile", "a.jsonl"]);
    folder.done(&["generate", "-n", "50", "--out", "made"]);
    let made = folder.text("made");
    assert!(!made.lines().any(|line| line.replace("EUR", "").contains(char::is_uppercase)), "{made}");
    assert!(made.contains(|c| ('ァ'..='ヶ').contains(&c)) && made.contains(|c| ('一'..='龥').contains(&c)));
    assert!(made.contains(|c| ('а'..='я').contains(&c)));
}

#[test]
fn a_single_value_keeps_its_form() {
    let folder =
        Folder::with("a.json", r#"{"version": "2.1", "unit": "EUR", "items": [{"a": 1}, {"a": 2}]}"#);
    folder.done(&["profile", "a.json"]);
    let rules = folder.text("ruleset.yaml");
    assert!(
        rules.contains(r"'[0-9]\.[0-9]'") && rules.contains("'[A-Z]{3}'") && !rules.contains("EUR"),
        "{rules}"
    );
}

/// A day of the year 2024 and the years after, all of them with months of 28 days.
fn day(n: usize) -> String {
    format!("{}-{:02}-{:02}", 2024 + n / 336, n / 28 % 12 + 1, n % 28 + 1)
}

#[test]
fn times_on_a_grid() {
    check("hours", |i| json!({"t": format!("{}T{:02}:00:00Z", day(i / 2), i * 7 % 24)}));
    check("half hours", |i| json!({"t": format!("{} {:02}:{}0:00", day(i), i * 7 % 24, i % 2 * 3)}));
    let folder = Folder::with(
        "a.jsonl",
        (0..60).map(|i| format!("{{\"t\":\"{}T{:02}:00:00Z\"}}\n", day(i), i * 7 % 24)).collect::<String>(),
    );
    folder.done(&["profile", "a.jsonl"]);
    assert!(folder.text("ruleset.yaml").contains("resolution: 1h"));
    folder.done(&["generate", "-n", "500", "--out", "made"]);
    assert!(folder.text("made").lines().all(|line| line.ends_with(":00:00Z\"}")));
}

#[test]
fn tags_may_be_null_and_decide() {
    let tagged = |i: usize| match i % 3 {
        0 => json!({"type": "a", "x": 1}),
        1 => json!({"type": "b", "y": 1}),
        _ => json!({"type": null, "z": 1}),
    };
    check("a tag that may be null", tagged);
    let lines: String = (0..60).map(|index| format!("{}\n", tagged(index))).collect();
    let folder = Folder::with("a.jsonl", lines);
    folder.done(&["profile", "a.jsonl"]);
    folder.done(&["generate", "--out", "made"]);
    for line in folder.text("made").lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let expected = match record["type"].as_str() {
            Some("a") => "x",
            Some(_) => "y",
            None => "z",
        };
        assert!(record.get(expected).is_some() && record.as_object().unwrap().len() == 2, "{line}");
    }
}

#[test]
fn odd_shapes() {
    check("nested arrays", |i| json!({"m": [[[i, i + 1], [i]], []], "t": [[[[[["x"]]]]]]}));
    check("mixed elements", |i| json!({"m": [{"a": i}, i, "s", null, [1], true]}));
    check("mixed kinds", |i| {
        [json!({"a": i}), json!([i]), json!("s"), json!(null), json!(true)][i % 5].clone()
    });
    check("nothing inside", |_| json!({"a": [], "b": {}}));
    check("no members", |_| json!({}));
    check("no elements", |_| json!([]));
    check("nulls", |_| json!({"a": null, "b": null}));
    check("only null", |_| json!(null));
    check("arrays as records", |i| json!([i, "x", i % 2 == 0]));
    check("scalars as records", |i| [json!(i % 4), json!("x"), json!(null), json!(true)][i % 4].clone());
    check("300 members", |i| (0..300).map(|c| (format!("c{c}"), json!(i * c % 7))).collect());
    check("many keys", |i| {
        let members =
            (0..250_usize).map(|k| (format!("k{:010x}", (i * 250 + k).wrapping_mul(0x9E37_79B9)), json!(k)));
        json!({"d": members.collect::<Value>()})
    });
}

/// Catches numbers that are counted in 64 bits with a sign.
#[test]
fn large_integers() {
    check("hashes", |i| json!({"h": (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15), "n": i % 3}));
}

#[test]
fn small_samples() {
    check_text(
        "one record",
        "a.jsonl",
        "{\"id\":1,\"name\":\"Ann Smith\",\"at\":\"2026-01-02T03:04:05Z\",\"x\":[1,2]}\n",
    );
    check_text("two records", "a.jsonl", "{\"id\":1,\"x\":[1,2,3]}\n{\"id\":2,\"x\":[]}");
    for text in ["42", "\"hello\"", "null", "true", "[]", "{}", "[1,2,3.5]", "[[],[[]]]", "{\"a\":[1,2]}"] {
        check_text(text, "a.json", text);
    }
}

#[test]
fn odd_times() {
    let text = "{\"a\":\"0000-00-00\",\"b\":\"9999-12-31T23:59:59Z\",\"c\":\"0001-01-01T00:00:00Z\",\"d\":\"2026-02-30\"}\n";
    check_text("at the ends", "a.jsonl", &text.repeat(30));
    check("odd formats", |i| {
        let (day, hour) = (i % 28 + 1, i % 12 + 1);
        json!({
            "a": format!("{day:02}/03/2024"), "b": format!("2024-W{day:02}-3"), "c": format!("{hour}:05 PM"),
            "d": format!("Mar {day}, 2024"), "e": format!("202403{day:02}"), "f": 1_700_000_000_000_usize + i * 86_400_000,
        })
    });
}

#[test]
fn odd_texts() {
    let traps = [
        "no", "on", "~", "null", "1e3", "0x1F", "012", "1_000", "- x", "# c", "a: b", "a #b", " lead",
        "trail ", "{x}", "[y]", "*z", "&w", "!t", "|", ">", "%", "@", "`", "'s'", "\"q\"", "\t", "\n",
        "a\nb", "\\", "",
    ];
    check("yaml", |i| json!({"a": (0..31).map(|k| traps[(i + k) % traps.len()]).collect::<Vec<_>>()}));
    check("emoji", |i| json!({"a": format!("👩‍👩‍👧‍👦 {}", i % 5), "b": "z̸͎a͜l", "c": "שלום"}));
    check("control", |_| json!({"a": "\0\u{1}\u{1f}\u{7f}"}));
    check_text("a long one", "a.jsonl", &format!("{{\"a\":\"{}\"}}\n", "word ".repeat(200_000)).repeat(6));
}

#[test]
fn odd_files() {
    let lines =
        |end: &str| (0..40).map(|i| format!("{{\"a\":{i},\"s\":\"x{}\"}}{end}", i % 3)).collect::<String>();
    check_text("carriage returns", "a.jsonl", &lines("\r\n"));
    check_text("empty lines", "a.jsonl", &lines("\n\n  \n"));
    check_text("byte order mark", "a.jsonl", &format!("\u{feff}{}", lines("\n")));
    check_text("no last line feed", "a.jsonl", lines("\n").trim_end());
    check_text("another ending", "a.txt", &lines("\n"));
}

/// Numbers far below one keep their size.
#[test]
fn small_numbers_do_not_become_zero() {
    let lines: String = (1..100).map(|i| format!("{{\"a\":{i}.5e-12}}\n")).collect();
    let folder = Folder::with("a.jsonl", lines);
    folder.done(&["profile", "a.jsonl"]);
    folder.done(&["generate"]);
    let is_small = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["a"].as_f64().is_some_and(|number| number > 1e-13 && number < 1e-9)
    };
    let made = folder.text("synthetic.jsonl");
    assert!(made.lines().filter(|line| is_small(line)).count() > 90, "{made}");
}

#[test]
fn one_line_of_json_lines_is_a_record() {
    let one = "{\"a\":[1,2,3]}\n";
    for (name, format) in [("a.jsonl", "JSON lines"), ("a.ndjson", "JSON lines"), ("a.json", "JSON document")]
    {
        let folder = Folder::with(name, one);
        let said = folder.done(&["profile", name]).stderr;
        assert!(said.starts_with(&format!("{name}: {format}, 1 record")), "{said}");
    }
}

/// Catches promises that fields which refer to others cannot keep: more of them than parents, and tags.
#[test]
fn fields_that_refer_to_others() {
    let codes: Vec<String> = (0..24).map(|i| format!("K{}x", 40_503 * i)).collect();
    let in_arrays = |i: usize| {
        let parts: Vec<Value> =
            (i..i + usize::from(i < 10)).map(|part| json!({"code": codes[part]})).collect();
        let others: Vec<Value> =
            (0..usize::from(i < 24)).map(|_| json!({"code": codes[i % 24], "n": i})).collect();
        json!({"left": others, "right": parts})
    };
    check("unique within arrays", in_arrays);
    let shapes: serde_json::Map<String, Value> = (0..90)
        .map(|i| {
            // Few values of the tag are frequent, the others stand once.
            let target = if i % 3 == 0 { 1000 + i } else { 1000 + i % 2 };
            let mut member = json!({"shape": (7919 * target).to_string()});
            if i % 3 != 0 && i % 2 == 0 {
                member["max"] = json!(i);
            }
            ((7919 * (1000 + i)).to_string(), json!({"member": member}))
        })
        .collect();
    check_text("a tag that refers", "a.json", &json!({"shapes": shapes}).to_string());
}
