//! Computed fields and predicates, from the rule file to the report.

use crate::folder::Folder;

const RULES: &str = "\
version: 2
globals: {layout: LAYOUT, MAIN default_n: 300}
shape:
  $.rows[]: {length: {distribution: constant, params: {value: 300}}}
fields:
  $.rows[].price: {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}, constraints: {decimals: 2}}
  $.rows[].n: {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 3]}}
  $.rows[].total: {type: number, generator: derived, params: {expression: price * n}, constraints: {decimals: 2}}
  $.rows[].each: {type: integer, generator: derived, params: {expression: 60 / n}}
predicates:
- {expression: total <= 27.1, at: AT}
- {expression: n > 0, at: AT, severity: warning, message: nothing was sold}
";

fn document() -> Folder {
    let main = RULES.replace("LAYOUT", "document").replace("MAIN", "main_collection: '$.rows[]',");
    Folder::with("ruleset.yaml", main.replace("AT", "'$.rows[]'"))
}

fn stream() -> Folder {
    let plain = RULES.replace("LAYOUT", "json_lines").replace("MAIN", "").replace("$.rows[].", "$.");
    let lines = plain.lines().filter(|line| !line.starts_with("shape") && !line.contains("$.rows[]"));
    Folder::with("ruleset.yaml", lines.collect::<Vec<_>>().join("\n").replace("AT", "$"))
}

/// Catches a note that counts a value once for each thread or block, and predicates that only look at records.
#[test]
fn values_are_computed_and_judged() {
    for (folder, file) in [(stream(), "synthetic.jsonl"), (document(), "synthetic.json")] {
        let run = folder.done(&["generate", "-n", "300", "--parallel", "2"]);
        let text = folder.text(file);
        let n_null = text.matches("\"each\":null").count();
        assert!((20..80).contains(&n_null), "{n_null}");
        let n_null = format!("note: {n_null} values of $.");
        assert!(
            run.stderr.contains(&n_null) && run.stderr.contains("each are null: division by zero"),
            "{}",
            run.stderr
        );
        let validate =
            ["validate", "--real", file, "--synthetic", "made", "--rules", "ruleset.yaml", "--force"];
        folder.write("made", &text);
        let run = folder.synth(&validate);
        assert!(run.stderr.contains("predicates  passed (600 checked)"), "{}", run.stderr);
        assert!(run.stderr.contains("nothing was sold"), "{}", run.stderr);
        folder.write("made", text.replacen("\"total\":", "\"total\":1000.0,\"x\":", 2));
        let run = folder.synth(&validate);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("predicates  FAILED (2 of 600)"), "{}", run.stderr);
        let checks = folder.json("report.json")["checks"].to_string();
        assert!(
            checks.contains("`total <= 27.1` does not hold") && checks.contains("\"count\":2"),
            "{checks}"
        );
    }
}

#[test]
fn mistakes_have_places_and_hints() {
    let folder = stream();
    let rules = folder.text("ruleset.yaml").replace("price * n}", "prize * n}");
    folder.write("ruleset.yaml", rules);
    folder.refused(
        &["generate", "-n", "3"],
        &[
            "error[rules/unknown-name]: no field is called `prize` here (character 1 of the expression)",
            "at $.total",
            "hint: did you mean `price`?",
        ],
    );
}
