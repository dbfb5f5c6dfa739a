//! What must not stand in a report.

use serde_json::{Value, json};
use synth_report::html;

use crate::feed::{K, RARE, customers, edited, field, judge, report};

#[test]
fn no_rare_value_is_shown() {
    let real = customers(0, 600);
    assert!(real.iter().any(|record| record["plan"] == RARE));
    let report = report(judge(&real, &customers(5_000, 600)));
    let json = report.to_json();
    let page = html(&report).unwrap();
    // What follows is plotly.js.
    let page = page.split("<script>").next().unwrap();
    assert!(json.contains("\"free\"") && page.contains("Bergen"), "public categories are named");
    let rare: Vec<String> = real
        .iter()
        .flat_map(|record| {
            [&record["plan"], &record["email"], &record["note"], &record["nickname"], &record["created"]]
        })
        .filter_map(Value::as_str)
        .filter(|text| !["free", "pro", "team"].contains(text))
        .map(str::to_owned)
        .collect();
    assert!(rare.len() > 1000);
    for text in rare {
        assert!(!json.contains(&text) && !page.contains(&text), "{text}");
    }
}

#[test]
fn bins_hold_nothing_or_enough() {
    let comparison = judge(&customers(0, 600), &customers(5_000, 600));
    let charts = ["$.age", "$.spent", "$.created", "$.tags", "$.note", "$.id"]
        .into_iter()
        .flat_map(|path| field(&comparison, path).charts.clone())
        .filter(|chart| chart.bins.iter().all(|bin| bin.low.is_some()));
    let mut n = 0;
    for chart in charts {
        n += 1;
        assert!(chart.bins.iter().all(|bin| bin.real == 0 || bin.real >= K), "{chart:?}");
    }
    assert_eq!(n, 6);
}

/// The largest value is 9,876,543.21; nothing may tell it.
#[test]
fn extremes_are_not_shown() {
    let outlier = |index: usize, spent: &mut Value| {
        if index == 40 {
            *spent = json!(9_876_543.21);
        }
    };
    let real = edited(customers(0, 600), "spent", outlier);
    let json = report(judge(&real, &customers(0, 600))).to_json();
    assert!(!json.contains("98765") && !json.contains("9.8"), "{json}");
}

#[test]
fn equal_arguments_give_equal_bytes() {
    let make = || report(judge(&customers(0, 300), &customers(9_000, 300)));
    assert_eq!(make().to_json(), make().to_json());
    assert_eq!(html(&make()).unwrap(), html(&make()).unwrap());
}
