//! The page.

use serde_json::{Value, json};
use synth_core::Place;
use synth_report::{Report, SchemaCheck, html};

use crate::feed::{customers, edited, judge, report};

/// A report with every kind of fault.
fn faulty() -> Report {
    let mut synthetic =
        edited(customers(50_000, 900), "age", |_, age| *age = json!(age.as_u64().unwrap() + 9));
    synthetic = edited(synthetic, "created", |_, created| {
        let text = created.as_str().unwrap().to_owned();
        *created = json!(format!("{}0{}{}", &text[..11], text.as_bytes()[12] % 8, &text[13..]));
    });
    synthetic = edited(synthetic, "id", |index, id| {
        if index % 100 == 7 {
            *id = json!(1);
        }
    });
    synthetic[3]["<b>odd</b> & key"] = json!(1);
    let schema = json!({"properties": {"age": {"maximum": 80}}});
    let mut check = SchemaCheck::new(&schema).unwrap();
    for (index, record) in (0..).zip(&synthetic) {
        let place =
            Place { record: Some(index), line: Some(index + 1), ..Place::in_source("synthetic.jsonl") };
        check.check_record(place, record);
    }
    let mut report = report(judge(&customers(0, 1200), &synthetic));
    report.checks[0] = check.finish();
    report.passed = false;
    report.real.n_records = 1200;
    report.synthetic.n_records = 900;
    report
}

#[test]
fn the_page_is_one_file_and_says_what_is_wrong() {
    let page = html(&faulty()).unwrap();
    for expected in
        ["$.age", "mostly higher", "hours of the day", "breaks `maximum`", "values repeat another"]
    {
        assert!(page.contains(expected), "{expected}");
    }
    let own = page.split("<script>").next().unwrap();
    assert!(!own.contains("src=") && !own.contains("http:") && !own.contains("https:"), "nothing is loaded");
    assert!(own.contains("default-src &#39;none&#39;; script-src &#39;sha256-") && !own.contains("unsafe"));
}

#[test]
fn text_of_the_data_stays_text() {
    let page = html(&faulty()).unwrap();
    assert!(!page.contains("<b>odd"), "escaped in HTML and in the chart data");
    assert!(page.contains("&#60;b&#62;odd") || page.contains("&lt;b&gt;odd"));
}

/// Catches sections that are lost, and advice that is not shown.
#[test]
fn the_page_answers_a_newcomers_questions() {
    let mut report = faulty();
    let learned = serde_json::from_value(json!({
        "version": 2, "fields": {"$.age": {"type": "integer", "generator": "constant", "params": {"value": 40}}},
    }))
    .unwrap();
    report.advise(&learned, None);
    let page = html(&report).unwrap();
    let own = page.split("<script>").next().unwrap();
    for expected in [
        "What is wrong, worst first",
        "Repeated values",
        "does real data stand in it?",
        "What to do",
        "generator: constant",
    ] {
        assert!(own.contains(expected), "{expected}");
    }
    let first = report.findings.first().unwrap();
    assert_eq!(first.path, "$.id", "a repeated key is worse than a difference: {first:?}");
}

#[test]
fn report_json_is_read_back() {
    let json: Value = serde_json::from_str(&faulty().to_json()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["passed"], false);
    let status = |name: &str| {
        let checks = json["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["status"].clone()
    };
    assert_eq!([status("schema"), status("structure"), status("uniqueness")], ["failed", "failed", "failed"]);
}
