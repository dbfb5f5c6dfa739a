use std::convert::Infallible;

use synth_core::Event;

use super::*;

/// Writes events as text that differs whenever the events differ.
#[derive(Default)]
struct Log(String);

impl EventSink for Log {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        self.0.push_str(&format!("{event:?}\n"));
        Ok(())
    }
}

const RULES: &str = r#"
version: 2
globals: {layout: LAYOUT, main_collection: MAIN}
shape:
  "$.rows[]": {length: {distribution: constant, params: {value: 37}}}
  "$.rows[].tags[]": {length: {distribution: empirical, params: {quantiles: [0, 100], values: [0, 5]}}}
  "$.by_name.*": {length: {distribution: constant, params: {value: 23}}}
fields:
  "$.rows[].id": {type: integer, unique: true, generator: sequence, params: {start: 1}}
  "$.rows[].tags[]": {type: string, generator: pattern, params: {patterns: ["[a-z]{1,6}"]}}
  "$.by_name.*~": {type: string, generator: pattern, params: {patterns: ["[ab]{1,2}"]}}
  "$.by_name.*": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1]}}
"#;

fn log(layout: &str, main: &str, n_block: Option<u64>) -> String {
    let text = RULES.replace("LAYOUT", layout).replace("MAIN", main);
    let rules: RuleSet = serde_yaml::from_str(&text).unwrap();
    let mut plan = Plan::compile(&rules, &CompileOptions { seed: 1, n_rows: 50 }).unwrap();
    if let Some(n_block) = n_block {
        plan.scopes.iter_mut().for_each(|scope| scope.n_block = n_block);
    }
    let mut log = Log::default();
    plan.emit(0..50, &mut log, |log| {
        log.0.push_str("end\n");
        Ok(())
    })
    .unwrap();
    log.0
}

/// Catches state that is carried from block to block, in a stream and within the collections of a document.
#[test]
fn block_size_does_not_show() {
    for (layout, main) in [("json_lines", "null"), ("document", "\"$.rows[]\"")] {
        let whole = log(layout, main, None);
        assert!(whole.lines().count() > 200);
        for n_block in [1, 2, 7, 49, 50, 4096] {
            assert!(log(layout, main, Some(n_block)) == whole, "{layout} {n_block}");
        }
    }
}
