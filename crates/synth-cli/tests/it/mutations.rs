//! A hundred mistakes in one good rule file: each is refused before the first record, with its place, code and hint.

use std::fmt::Write as _;
use std::path::Path;

use crate::folder::Folder;

const RULES: &str = "\
version: 2
globals: {seed: 3, default_n: 50, layout: json_lines}
shape:
  $.items[]: {length: {distribution: categorical, params: {values: [1, 2], probs: [0.4, 0.6]}}}
  $.stock.*: {length: {distribution: constant, params: {value: 2}}}
  $.notes[]: {length: {distribution: empirical, params: {quantiles: [0, 50, 100], values: [0, 1, 4]}}}
fields:
  $.id: {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{3}-\\d{4}'], probs: [1]}}
  $.row: {type: integer, generator: sequence, params: {start: 1, step: 2}}
  $.kind: {type: enum, generator: categorical, params: {values: [card, cash], probs: [0.7, 0.3]}}
  $.last4: {type: string, generator: pattern, params: {patterns: ['[0-9]{4}']}}
  $.price:
    type: number
    presence: 0.9
    null_rate: 0.1
    generator: quantile_sample
    params: {quantiles: [0, 50, 100], values: [1, 20, 300], spikes: [{value: 9.99, prob: 0.2}]}
    constraints: {min: 0, max: 250, decimals: 2, decimal_probs: [0.5, 0.25, 0.25]}
  $.at:
    type: datetime
    generator: temporal_rhythmic
    params:
      format: '%Y-%m-%dT%H:%M:%SZ'
      resolution: 5min
      quantiles: [0, 100]
      values: ['2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z']
      weekday_profile: [1, 1, 1, 1, 1, 2, 2]
      zones: [{minutes: 0, prob: 1}]
  $.mail: {type: string, generator: template, params: {template: '{{first}}{{num}}@{{domain}}', domains: [a.example]}}
  $.note: {type: string, generator: faker, params: {method: words, quantiles: [0, 100], lengths: [5, 20]}}
  $.ref:
    one_of:
    - {share: 0.5, type: integer, generator: constant, params: {value: 1}}
    - {share: 0.5, type: string, generator: uuid_v4}
  $.items[].sku: {type: string, generator: constant, params: {value: x}}
  $.items[].qty: {type: integer, generator: categorical, params: {values: [1, 2]}, faults: {wrong_type: 0.1}}
  $.stock.*~: {type: string, generator: pattern, params: {patterns: ['[a-z]{8}']}}
  $.stock.*: {type: integer, generator: constant, params: {value: 5}}
  $.notes[]: {type: string, generator: faker, params: {method: text}}
  $.code: {type: string, generator: plugin, params: {name: code}}
relationships:
- {type: primary_key, paths: [$.id]}
- {type: conditional_presence, rule: requires, paths: [$.price, $.at]}
variants:
  $:
    discriminator: $.kind
    cases:
    - {when: card, always: [$.last4]}
    - {when: cash}
plugins:
  generators:
    code: {path: code.rhai}
scenarios:
  rush:
    temporal_range: ['2025-01-05', '2025-01-06']
    modifications:
      $.at: {hour_profile: {scale: {8..20: 2}}}
      $.price: {distribution: shift, params: {mean: +10%}}
      $.kind: {probs: {cash: 0.6}}
      $.items[]: {length: {distribution: constant, params: {value: 3}}}
privacy: {k: 5}
";

/// What is replaced by what.
const MUTATIONS: [(&str, &str); 104] = [
    // The file.
    ("version: 2", "version: 3"),
    ("version: 2\n", ""),
    ("version: 2", "version: two"),
    ("seed: 3", "seed: -3"),
    ("default_n: 50", "default_n: many"),
    ("layout: json_lines", "layout: lines"),
    ("globals: {", "globals: {sead: 4, "),
    ("globals: {", "globals: {main_collection: $.nothing, "),
    ("privacy: {k: 5}", "privacy: {}"),
    ("privacy: {k: 5}", "privcy: {k: 5}"),
    ("fields:\n", "fields: []\nfelds:\n"),
    ("params: {start: 1, step: 2}", "params: {start: 1, step: 2"),
    ("  $.row:", "  $.id:"),
    ("  $.row:", "\t$.row:"),
    // Paths.
    ("  $.row:", "  row:"),
    ("  $.row:", "  $..row:"),
    ("  $.row:", "  $.row[:"),
    ("  $.row:", "  $.row[]:"),
    ("  $.notes[]: {length", "  $.note[]: {length"),
    ("  $.stock.*~:", "  $.stok.*~:"),
    ("  $.stock.*: {type", "  $.stok.*: {type"),
    // Types and keys of fields.
    ("type: integer, generator: sequence", "type: int, generator: sequence"),
    ("type: integer, generator: sequence", "type: null, generator: sequence"),
    ("type: integer, generator: sequence", "generator: sequence"),
    ("type: integer, generator: sequence", "type: boolean, generator: sequence"),
    ("type: integer, generator: sequence", "type: object, generator: sequence"),
    ("type: integer, generator: sequence, params: {start: 1, step: 2}", "type: integer"),
    ("presence: 0.9", "presence: 1.9"),
    ("presence: 0.9", "presence: always"),
    ("presence: 0.9", "presense: 0.9"),
    ("null_rate: 0.1", "null_rate: -0.1"),
    ("unique: true", "unique: 1"),
    ("unique: true", "unique: true, unique: true"),
    // Generators and their params.
    ("generator: sequence", "generator: sequense"),
    ("generator: sequence", "generator: my_own"),
    ("params: {start: 1, step: 2}", "params: {step: 2}"),
    ("params: {start: 1, step: 2}", "params: {start: 1, stop: 2}"),
    ("params: {start: 1, step: 2}", "params: {start: one}"),
    (", params: {start: 1, step: 2}", ""),
    ("generator: uuid_v4", "generator: uuid_v4, params: {version: 4}"),
    ("generator: constant, params: {value: 5}", "params: {value: 5}"),
    ("'[A-Z]{3}-\\d{4}'", "'[A-Z{3}-\\d{4}'"),
    ("'[A-Z]{3}-\\d{4}'", "'[A-Z]{3}-\\y{4}'"),
    ("'[A-Z]{3}-\\d{4}'", "'(a'"),
    ("'[A-Z]{3}-\\d{4}'", "'[ABC]'"),
    ("'[A-Z]{3}-\\d{4}'", "'[0-9]'"),
    ("'[A-Z]{3}-\\d{4}'", "'x{4}'"),
    ("'[A-Z]{3}-\\d{4}'", "'[a-z&&[0-9]]'"),
    ("['[A-Z]{3}-\\d{4}']", "[]"),
    ("probs: [1]}}", "probs: [0.5, 0.5]}}"),
    ("probs: [0.7, 0.3]", "probs: [0.7, 0.2]"),
    ("probs: [0.7, 0.3]", "probs: [0.7]"),
    ("probs: [0.7, 0.3]", "probs: [1.3, -0.3]"),
    ("probs: [0.7, 0.3]", "probs: [seventy, thirty]"),
    ("probs: [0.7, 0.3]", "prob: [0.7, 0.3]"),
    ("values: [card, cash]", "values: []"),
    ("values: [card, cash]", "values: card"),
    ("values: [1, 20, 300]", "values: [1, 300, 20]"),
    ("values: [1, 20, 300]", "values: [1, 20]"),
    ("values: [1, 20, 300]", "values: [1, 20, .inf]"),
    ("quantiles: [0, 50, 100], values: [1, 20", "quantiles: [0, 50, 90], values: [1, 20"),
    ("quantiles: [0, 50, 100], values: [1, 20", "quantiles: [0, 0.5, 1], values: [1, 20"),
    ("prob: 0.2}]", "prob: 1.2}]"),
    ("method: words", "method: wrods"),
    ("lengths: [5, 20]", "lengths: [20, 5]"),
    ("{method: text}", "{method: email, quantiles: [0, 100], lengths: [5, 20]}"),
    ("{{first}}", "{{frist}}"),
    ("{{domain}}", "{{domain"),
    ("'{{first}}{{num}}@{{domain}}'", "'{{first}}{{num}}'"),
    // Times.
    ("'%Y-%m-%dT%H:%M:%SZ'", "'%Y-%q-%d'"),
    ("'%Y-%m-%dT%H:%M:%SZ'", "'epoch_days'"),
    ("resolution: 5min", "resolution: 5 minutes"),
    ("resolution: 5min", "resolution: 500ms"),
    ("'2025-02-01T00:00:00Z'", "'2025-02-30T00:00:00Z'"),
    ("'2025-02-01T00:00:00Z'", "'yesterday'"),
    ("'2025-02-01T00:00:00Z'", "'2024-02-01T00:00:00Z'"),
    ("weekday_profile: [1, 1, 1, 1, 1, 2, 2]", "weekday_profile: [1, 1, 1, 1, 1, 2]"),
    ("weekday_profile: [1, 1, 1, 1, 1, 2, 2]", "weekday_profile: [1, 1, 1, 1, 1, 2, -2]"),
    ("minutes: 0, prob: 1}", "minutes: 9000, prob: 1}"),
    ("minutes: 0, prob: 1}", "minutes: 0, prob: 0.5}"),
    // Constraints, kinds and faults.
    ("min: 0, max: 250", "min: 300, max: 250"),
    ("decimal_probs: [0.5, 0.25, 0.25]", "decimal_probs: [0.5, 0.5]"),
    ("decimals: 2", "decimals: -2"),
    ("params: {value: x}}", "params: {value: x}, constraints: {min: 1}}"),
    ("share: 0.5, type: integer", "share: 0.6, type: integer"),
    ("share: 0.5, type: integer", "type: integer"),
    ("faults: {wrong_type: 0.1}", "faults: {wrong_type: 1.1}"),
    ("faults: {wrong_type: 0.1}", "faults: {wrong_type: 0.6, 'null': 0.6}"),
    ("faults: {wrong_type: 0.1}", "faults: {out_of_range: 0.1}"),
    ("faults: {wrong_type: 0.1}", "faults: {duplicate: 0.1}"),
    // Shape, relationships and variants.
    ("probs: [0.4, 0.6]", "probs: [0.4, 0.5]"),
    ("params: {value: 2}}}", "params: {value: -2}}}"),
    ("{distribution: empirical", "{distribution: poison"),
    ("values: [0, 1, 4]", "values: [0, 4, 1]"),
    ("type: primary_key, paths: [$.id]", "type: primary_key, paths: [$.ident]"),
    ("type: primary_key, paths: [$.id]", "type: foreign_key, child: $.row, parent: [$.id, $.row]"),
    ("rule: requires", "rule: require"),
    ("discriminator: $.kind", "discriminator: $.price"),
    ("always: [$.last4]", "always: [$.kind]"),
    // Plugins and scenarios.
    ("{path: code.rhai}", "{path: ../code.rhai}"),
    ("{path: code.rhai}", "{path: /code.rhai}"),
    ("{8..20: 2}", "{8..24: 2}"),
    ("{cash: 0.6}", "{cheque: 0.6}"),
    ("{distribution: shift, params: {mean: +10%}}", "{distribution: shift}"),
];

#[test]
fn a_hundred_mistakes_are_refused_with_place_code_and_hint() {
    let folder = Folder::with("code.rhai", "fn generate(rng, config) { rng.integer(1, 9).to_string() }");
    folder.write("ruleset.yaml", RULES);
    folder.done(&["generate", "--allow-plugins", "-o", "-"]);
    let mut told = String::new();
    for (from, to) in MUTATIONS {
        assert!(RULES.contains(from), "{from}");
        folder.write("ruleset.yaml", RULES.replacen(from, to, 1));
        let run =
            folder.refused(&["generate", "--allow-plugins"], &["error[", "--> ruleset.yaml:", "hint: "]);
        let first = run.stderr.lines().next().unwrap_or_default();
        let place = run.stderr.lines().find(|line| line.starts_with("  --> ")).unwrap();
        let numbers: Vec<&str> = place.trim_start_matches("  --> ruleset.yaml:").split([':', ' ']).collect();
        assert!(
            numbers[0].parse::<u32>().is_ok() && numbers[1].parse::<u32>().is_ok(),
            "{from} -> {to}: {place}"
        );
        let n_errors = run.stderr.matches("error[").count();
        let n_hints = run.stderr.matches("  hint: ").count();
        assert_eq!(n_hints, n_errors, "{from} -> {to}: {}", run.stderr);
        let hint = run.stderr.lines().find(|line| line.starts_with("  hint: ")).unwrap();
        writeln!(told, "{} -> {}\n  {first}\n{place}\n{hint}", from.escape_debug(), to.escape_debug())
            .unwrap();
    }
    check_told(&told);
}

/// Compares with what was told before; `SYNTH_BLESS` keeps what is told now.
fn check_told(told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mutations.txt");
    if std::env::var_os("SYNTH_BLESS").is_some() {
        std::fs::write(&path, told).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap();
    for (told, known) in told.lines().zip(known.lines()) {
        assert_eq!(told, known);
    }
    assert_eq!(told.lines().count(), known.lines().count());
}
