//! What is rare, large or deep: learned, made again, and judged.
//!
//! The real file is also judged against its own rules: a rule or a schema that forgets the rare record refuses it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use synth_core::hash::mix;

use crate::folder::Folder;

/// What a run on one sample left behind.
pub(crate) struct Learned {
    folder: Folder,
    made: &'static str,
}

impl Learned {
    /// Learns a sample, makes as many records, and lets both the sample and what was made be judged.
    pub(crate) fn of(name: &str, content: impl AsRef<[u8]>) -> Self {
        let made = if name.ends_with(".jsonl") { "made.jsonl" } else { "made.json" };
        let folder = Folder::with(name, content);
        folder.done(&["profile", name]);
        folder.done(&["generate", "--out", made]);
        for synthetic in [made, name] {
            let args =
                ["validate", "--real", name, "--synthetic", synthetic, "--rules", "ruleset.yaml", "--force"];
            let run = folder.done(&args);
            assert!(run.stderr.contains("schema      passed"), "{synthetic}: {}", run.stderr);
        }
        Self { folder, made }
    }

    pub(crate) fn field(&self, path: &str) -> Value {
        let profile = self.folder.json("profile.json");
        let fields = profile["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["path"] == path);
        field.unwrap_or_else(|| panic!("{path} is not in the profile")).clone()
    }

    fn n_fields(&self) -> usize {
        self.folder.json("profile.json")["fields"].as_array().unwrap().len()
    }

    pub(crate) fn rules(&self) -> String {
        self.folder.text("ruleset.yaml")
    }

    fn made_lines(&self) -> Vec<Value> {
        let text = self.folder.text(self.made);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Lines made from their numbers; a number comes with a random word that is a function of it.
pub(crate) fn lines(n: u64, record: impl Fn(u64, u64) -> Value) -> String {
    (0..n).fold(String::new(), |mut text, index| {
        writeln!(text, "{}", record(index, mix(index + 1))).unwrap();
        text
    })
}

/// Catches rates that round to 0, rare members lost in a sample of records, and values of one record in the rules.
#[test]
fn a_record_type_seen_in_1_of_100_000_records() {
    let learned = Learned::of(
        "events.jsonl",
        lines(100_000, |index, word| match index {
            70_001 => json!({"kind": "audit", "id": index, "by": {"who": "Marlowe-7"}}),
            _ => json!({"kind": "order", "id": index, "n": word % 50}),
        }),
    );
    assert_eq!(learned.field("$.by.who")["n_values"], 1);
    assert_eq!(learned.field("$.n")["n_values"], 99_999);
    let rules = learned.rules();
    assert!(rules.contains("$.by: {type: object, presence: 0.00001}"), "{rules}");
    assert!(!rules.contains("Marlowe") && !rules.contains("audit"), "{rules}");
    let schema = learned.folder.text("schema.json");
    assert!(!schema.contains("Marlowe") && !schema.contains("audit"), "{schema}");
}

/// A field in 3 of `n` records.
pub(crate) fn check_rare_field(n: u64, presence: &str) {
    let learned = Learned::of(
        "wide.jsonl",
        lines(n, |index, word| match index {
            _ if index == 5 || index == n / 3 || index == n - 2 => {
                json!({"id": index, "n": word % 7, "odd": {"x": index % 3}})
            }
            _ => json!({"id": index, "n": word % 7}),
        }),
    );
    assert_eq!(learned.field("$.odd")["n_values"], 3);
    assert_eq!(learned.field("$.odd")["n_slots"], n);
    let rules = learned.rules();
    assert!(rules.contains(&format!("$.odd: {{type: object, presence: {presence}}}")), "{rules}");
}

/// The million itself is among the slow tests.
#[test]
fn a_field_in_3_of_50_000() {
    check_rare_field(50_000, "0.00006");
}

/// Catches keys that become fields, a table of the first keys to come, and values that a cap leaves out.
#[test]
fn a_10_000_key_dictionary() {
    let items = (0..10_000_u64).map(|index| {
        let word = mix(index + 1);
        (
            format!("sku-{index:05}"),
            json!({"price": word % 900, "parts": vec!["x"; usize::try_from(word % 3).unwrap()]}),
        )
    });
    let document = json!({"items": items.collect::<serde_json::Map<_, _>>()});
    let learned = Learned::of("stock.json", document.to_string());
    assert_eq!(learned.field("$.items")["is_dictionary"], true);
    assert_eq!(learned.field("$.items.*.price")["n_values"], 10_000);
    let keys = learned.field("$.items.*~");
    let distinct = keys["text"]["n_distinct"].as_f64().unwrap();
    assert!((distinct - 10_000.0).abs() < 5.0 * 0.0163 * 10_000.0, "{distinct}");
    assert!(learned.n_fields() < 8);
    let made: Value = serde_json::from_slice(&learned.folder.bytes("made.json")).unwrap();
    let made = made["items"].as_object().unwrap();
    assert_eq!(made.len(), 10_000);
    assert!(made.keys().all(|key| key.len() == 9 && key.starts_with("sku-")));
}

/// Catches a limit on members and columns that lose their order or their presence.
#[test]
fn a_200_column_wide_record() {
    let record = |index: u64, word: u64| {
        let members =
            (0..200_u64).filter(|column| column % 10 != 0 || mix(word + column) % 10 < 7).map(|column| {
                let word = mix(word ^ column);
                let value = match column % 4 {
                    0 => json!(((word % 100_000) as f64) / 100.0),
                    1 => json!(["x", "y", "z"][usize::try_from(word % 3).unwrap()]),
                    2 => json!(index * 200 + column),
                    _ => json!(word.is_multiple_of(2)),
                };
                (format!("c{column:03}"), value)
            });
        Value::Object(members.collect())
    };
    let learned = Learned::of("wide.jsonl", lines(300, record));
    assert_eq!(learned.n_fields(), 201);
    assert_eq!(learned.field("$.c199")["n_values"], 300);
    let n_optional = learned.field("$.c190")["n_values"].as_u64().unwrap();
    assert!((150..270).contains(&n_optional), "{n_optional}");
    let made = learned.made_lines();
    assert!(made.iter().all(|record| record["c001"].is_string() && record["c003"].is_boolean()));
    let n_made = made.iter().filter(|record| record.get("c190").is_some()).count();
    assert!((150..270).contains(&n_made), "{n_made}");
}

/// Catches recursion with a limit, lengths of inner arrays that are lost, and paths that are cut.
#[test]
fn a_12_level_nest() {
    fn objects(depth: u64, leaf: &Value) -> Value {
        if depth == 0 { leaf.clone() } else { json!({"n": objects(depth - 1, leaf), "k": depth}) }
    }
    fn arrays(depth: u64, leaf: &Value) -> Value {
        if depth == 0 { leaf.clone() } else { json!([arrays(depth - 1, leaf)]) }
    }
    let record = |index: u64, word: u64| {
        let leaf = json!({"v": word % 5, "list": vec![index; usize::try_from(word % 4).unwrap()]});
        json!({"o": objects(12, &leaf), "a": arrays(12, &json!(word % 3))})
    };
    let learned = Learned::of("deep.jsonl", lines(200, record));
    let objects = format!("$.o{}", ".n".repeat(12));
    let arrays = format!("$.a{}", "[]".repeat(12));
    assert_eq!(learned.field(&format!("{objects}.v"))["number"]["n_distinct"], 5);
    assert_eq!(learned.field(&format!("{objects}.list"))["length"]["max"], 3);
    assert_eq!(learned.field(&arrays)["n_values"], 200);
    for record in learned.made_lines() {
        let leaf = (0..12).fold(&record["o"], |value, _| &value["n"]);
        assert!(leaf["v"].as_u64().is_some_and(|v| v < 5), "{record}");
        let element = (0..12).fold(&record["a"], |value, _| &value[0]);
        assert!(element.as_u64().is_some_and(|v| v < 3), "{record}");
    }
}

/// Catches one type that swallows the other, and numbers that are made of words.
#[test]
fn a_column_of_5_percent_other_type() {
    let record = |index: u64, word: u64| match word % 20 {
        0 if (word / 20).is_multiple_of(2) => json!({"id": index, "amount": "unknown"}),
        0 => {
            let texts = ["3", "12.50", "see note"];
            json!({"id": index, "amount": texts[usize::try_from(word / 40 % 3).unwrap()]})
        }
        _ => json!({"id": index, "amount": ((word / 20 % 10_000) as f64) / 100.0 + 0.25}),
    };
    let learned = Learned::of("mixed.jsonl", lines(4000, record));
    let field = learned.field("$.amount");
    let n_texts = field["types"]["string"].as_u64().unwrap();
    assert!((150..250).contains(&n_texts), "{n_texts}");
    assert_eq!(field["number"]["count"].as_u64(), Some(4000 - n_texts));
    assert_eq!(field["text"]["n_distinct"], 4);
    let made = learned.made_lines();
    let (texts, numbers): (Vec<&Value>, Vec<&Value>) =
        made.iter().map(|record| &record["amount"]).partition(|value| value.is_string());
    assert!(texts.len().abs_diff(usize::try_from(n_texts).unwrap()) < 60, "{}", texts.len());
    assert!(numbers.iter().all(|value| value.as_f64().is_some_and(|x| (0.0..=101.0).contains(&x))));
    let warned = learned.folder.json("profile.json")["findings"]["profile/mixed-types"].as_u64();
    assert_eq!(warned, Some(1));
}
