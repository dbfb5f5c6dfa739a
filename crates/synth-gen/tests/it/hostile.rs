//! Rule sets that nobody should write: compiled or refused, never a panic.

use proptest::prelude::*;
use synth_core::{JsonPath, Rate, Segment, cast};
use synth_gen::{CompileOptions, Plan};
use synth_rules::generator::{
    Categorical, CopyOf, Derived, Faker, FakerMethod, Interpolation, Pattern, QuantileSample, Sequence,
    Spike, Template, TemporalRhythmic, TimeSpike, WrittenAs, ZoneShare,
};
use synth_rules::kde::{Kde, Kernel};
use synth_rules::series::{Noise, Season, SeasonKind, Series, Trend, TrendKind};
use synth_rules::{
    Constraints, FieldRule, FieldType, Generator, Layout, LengthRule, Literal, NumberSpelling, Recurrence,
    Resolution, RuleSet, ShapeRule, ValueKind,
};

use crate::collect::{codes, compile, lines, rules};

/// Each problem has its code and its place, and all come at once.
#[test]
fn all_problems_come_together() {
    let yaml = r#"
version: 2
shape:
  "$.b[]": {length: {distribution: empirical, params: {quantiles: [0, 100], values: [3, 1]}}}
  "$.h[]": {length: {distribution: constant, params: {value: 18446744073709551615}}}
fields:
  "$.a[]": {type: string, generator: uuid_v4}
  "$.b[]": {type: string, generator: uuid_v4}
  "$.c.*": {type: string, generator: uuid_v4}
  "$.d.*~": {type: string, generator: uuid_v4}
  "$.e": {type: string}
  "$.f": {type: string, generator: pattern, params: {patterns: ["("]}}
  "$.f.g": {type: string, generator: uuid_v4}
  "$.h[]": {type: string, generator: uuid_v4}
  "$.i..j": {type: string, generator: uuid_v4}
  "$.k": {type: enum, generator: categorical, params: {values: [a, b], probs: [0.6, 0.6]}}
  "$.l": {type: enum, generator: categorical, params: {values: [a, b], probs: [1]}}
  "$.m": {type: datetime, generator: temporal_rhythmic, params: {format: "%Q", quantiles: [0], values: ["2024-01-01"]}}
  "$.n": {type: string, generator: template, params: {template: "{{nope}}"}}
  "$.o[1]": {type: string, generator: uuid_v4}
  "$.p.q": {type: string, generator: uuid_v4}
  "$.p[0]": {type: string, generator: uuid_v4}
  "$.r": {type: number, generator: quantile_sample, params: {quantiles: [0, 200], values: [0, 1]}}
  "$.s": {one_of: [{share: 0.5, type: "null"}, {share: 0.4, type: "null"}]}
"#;
    let mut found = codes(yaml);
    found.sort_unstable();
    let mut expected = vec![
        "gen/missing-length",
        "gen/not-sorted",
        "gen/missing-keys",
        "gen/missing-members",
        "gen/missing-generator",
        "gen/bad-pattern",
        "gen/length-too-large",
        "gen/bad-path",
        "gen/bad-probabilities",
        "gen/length-mismatch",
        "gen/bad-time-format",
        "gen/unknown-slot",
        "gen/bad-path",
        "gen/ambiguous-shape",
        "gen/bad-number",
        "gen/bad-probabilities",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
    let errors = Plan::compile(&rules(yaml), &CompileOptions { seed: 1, n_rows: 1 }).unwrap_err();
    let missing = errors.0.iter().find(|error| error.kind.code() == "gen/missing-length").unwrap();
    assert_eq!(missing.place.path.as_deref(), Some("$.a[]"));
    assert!(errors.to_string().contains("[gen/missing-length] no length is given in `shape` at $.a[]"));
}

#[test]
fn deep_paths_are_refused_or_walked() {
    let path = |depth: usize| (0..depth).fold(JsonPath::root(), |path, _| path.key("a"));
    let deep = |depth| {
        let mut rules = rules("version: 2\nfields: {}");
        rules.fields.insert(path(depth), FieldRule::new(FieldType::String, Some(Generator::UuidV4)));
        Plan::compile(&rules, &CompileOptions { seed: 1, n_rows: 2 })
    };
    assert_eq!(lines(&deep(512).unwrap(), 0..2).matches("{\"a\":").count(), 1024);
    assert_eq!(deep(513).unwrap_err().0[0].kind.code(), "gen/bad-path");
}

#[test]
fn too_many_ordinals_are_refused_only_where_they_are_needed() {
    let nested = |field: &str| {
        let mut yaml = String::from("version: 2\nshape:\n");
        for depth in 1..=4 {
            yaml.push_str(&format!("  \"$.a{}\": {{length: {{distribution: categorical, params: {{values: [0, 16000000], probs: [1, 0]}}}}}}\n", "[]".repeat(depth)));
        }
        yaml.push_str(&format!("fields:\n  \"$.a[][][][]\": {field}\n"));
        codes(&yaml)
    };
    assert_eq!(nested("{type: string, generator: uuid_v4}"), [""; 0]);
    assert_eq!(nested("{type: string, unique: true, generator: uuid_v4}"), ["gen/too-many-ordinals"]);
    assert_eq!(nested("{type: string, generator: ulid}"), ["gen/too-many-ordinals"]);
}

#[test]
fn no_rows_are_no_problem() {
    assert_eq!(lines(&compile(crate::collect::EVERYTHING, 0).unwrap(), 0..9), "");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e3..1e3,
        Just(0.0),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(9.3e18),
        Just(1e-300),
        Just(50.0),
        Just(100.0)
    ]
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![prop::collection::vec(number(), 0..4), Just(vec![0.0, 100.0]), Just(vec![0.0, 50.0, 100.0])]
}

fn any_pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z\\[\\](){}|*+?.^$0-9,\\\\-]{0,8}",
        Just("(?:a{0,900}){0,900}".to_owned()),
        Just("[a-z]{3}|\\d*|".to_owned()),
        Just("\\P{L}\\p{L}{0,3}é".to_owned()),
    ]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Integer),
        number().prop_map(Literal::Number),
        ".{0,4}".prop_map(Literal::Text)
    ]
}

fn times() -> impl Strategy<Value = Generator> {
    let times = (
        prop::sample::select(vec![
            "%Y-%m-%d",
            "%H:%M",
            "epoch_seconds",
            "epoch_micros",
            "%",
            "%I%.9f",
            "epoch_nanos",
            "%H%M",
            "%z%[H]%j%G%V%s",
        ]),
        numbers(),
        numbers(),
    );
    times.prop_map(|(format, quantiles, weights)| {
        let values = ["0000-01-01", "2024-02-29T12:00:00Z", "9999-12-31T23:59:59.999999Z"];
        let n = quantiles.len();
        Generator::TemporalRhythmic(TemporalRhythmic {
            format: format.to_owned(),
            written_as: if weights.len() == 1 { WrittenAs::Number } else { WrittenAs::Text },
            quantiles,
            values: values.iter().take(n).map(|&value| value.to_owned()).collect(),
            spikes: weights
                .iter()
                .zip(values)
                .map(|(prob, value)| TimeSpike { value: value.to_owned(), prob: *prob })
                .collect(),
            resolution: Resolution::from_micros(i64::try_from(weights.len()).unwrap_or(0) * 43_200_000_000),
            zones: weights
                .iter()
                .map(|prob| ZoneShare {
                    minutes: i32::try_from(cast::round_to_i64(*prob)).unwrap_or(i32::MIN),
                    prob: *prob,
                })
                .collect(),
            weekday_profile: weights.clone().repeat(2).into_iter().chain(weights.first().copied()).collect(),
            hour_profile: weights.repeat(8),
        })
    })
}

/// Generators that follow from other fields, from points or along the rows.
fn computed() -> impl Strategy<Value = Generator> {
    let derived = prop::sample::select(vec![
        "a",
        "b + 1",
        "1 / b",
        "1.0 / a",
        "a + b",
        "a[0]",
        "record",
        "this.a",
        "b[a]",
        "[1, 2][b]",
        "-b",
        "a % b",
        "string(b) + a",
        "has(this.a) ? a : b",
        "b * 9223372036854775807",
        "a ==",
        "int(a)",
        "a.matches('(')",
    ])
    .prop_map(|text| Generator::Derived(Derived { expression: text.to_owned() }));
    let copied = path().prop_map(|path| Generator::Copy(CopyOf { path }));
    let kde = (numbers(), numbers(), numbers(), prop::option::of(number())).prop_map(
        |(points, quantiles, values, bandwidth)| {
            Generator::Kde(Kde {
                kernel: Kernel::Epanechnikov,
                points: points.into_iter().take(values.len() % 2 * 4).collect(),
                bandwidth,
                quantiles,
                values,
                spikes: Vec::new(),
            })
        },
    );
    let series = (number(), number(), number(), any::<u64>()).prop_map(|(level, per_row, std, period)| {
        Generator::Series(Series {
            level,
            trend: Some(Trend { kind: TrendKind::Exponential, per_row }),
            seasons: vec![Season {
                period,
                kind: SeasonKind::Multiplicative,
                amplitude: None,
                profile: vec![level, std],
                offset: period,
            }],
            noise: Some(Noise { std, autocorrelation: per_row }),
        })
    });
    prop_oneof![derived, copied, kde, series]
}

fn generator() -> impl Strategy<Value = Option<Generator>> {
    let sample = (numbers(), numbers(), numbers()).prop_map(|(quantiles, values, spikes)| {
        let spikes = spikes.into_iter().map(|value| Spike { value, prob: (value / 1000.0).abs() }).collect();
        Generator::QuantileSample(QuantileSample {
            quantiles,
            values,
            spikes,
            interpolation: Interpolation::MonotoneCubic,
        })
    });
    let times = times();
    let patterns = (prop::collection::vec(any_pattern(), 0..3), numbers())
        .prop_map(|(patterns, probs)| Generator::Pattern(Pattern { patterns, probs }));
    let categorical = (prop::collection::vec(literal(), 0..4), numbers(), any::<bool>()).prop_map(
        |(values, probs, normalize)| Generator::Categorical(Categorical { values, probs, normalize }),
    );
    let faker = (
        numbers(),
        numbers(),
        prop::sample::select(vec![FakerMethod::Text, FakerMethod::Words, FakerMethod::Iban]),
    )
        .prop_map(|(quantiles, lengths, method)| {
            Generator::Faker(Faker { quantiles, lengths, ..Faker::of(method) })
        });
    let sequence = (any::<i64>(), any::<i64>(), any::<u8>()).prop_map(|(start, step, width)| {
        Generator::Sequence(Sequence { step, width, ..Sequence::numbers(start, 1) })
    });
    let template = "[{}a-z0-9]{0,12}|\\{\\{num\\}\\}[a-z0-9]?"
        .prop_map(|template| Generator::Template(Template { template, ..Template::default() }));
    let fixed = prop::sample::select(vec![None, Some(Generator::UuidV4), Some(Generator::Ulid)]);
    prop_oneof![
        fixed,
        prop_oneof![sample, times, patterns, categorical, faker, sequence, template].prop_map(Some),
        computed().prop_map(Some)
    ]
}

fn field() -> impl Strategy<Value = FieldRule> {
    let field_type = prop::sample::select(vec![
        FieldType::String,
        FieldType::Integer,
        FieldType::Number,
        FieldType::Object,
        FieldType::Array,
        FieldType::Null,
        FieldType::Datetime,
    ]);
    let constraints = (prop::option::of(number()), prop::option::of(number()), prop::option::of(any::<u8>()));
    let constraints = constraints.prop_map(|(min, max, decimals)| Constraints {
        min,
        max,
        decimals,
        decimal_probs: Vec::new(),
        spelling: NumberSpelling::Fixed,
        integer_share: decimals.filter(|n| n % 2 == 0).map(|_| Rate::ONE),
        min_length: decimals.map(u64::from),
        max_length: decimals.map(|n| u64::from(n) / 2),
        prefix: if decimals.is_some_and(|n| n % 5 == 0) { "$".to_owned() } else { String::new() },
        suffix: if decimals.is_some_and(|n| n % 7 == 0) { " %".to_owned() } else { String::new() },
        recurrence: decimals.map(|n| Recurrence {
            distinct: u64::from(n / 2),
            rows: if n % 3 == 0 { Vec::new() } else { vec![0.0, f64::from(n), 100.0] },
            values: if n % 3 == 0 { Vec::new() } else { vec![0.0, 50.0, 100.0] },
        }),
    });
    let kind = (field_type, generator(), constraints).prop_map(|(field_type, generator, constraints)| {
        ValueKind { share: Rate::ONE, field_type, generator, constraints }
    });
    (prop::collection::vec(kind, 0..3), any::<bool>(), 0.0..1.0).prop_map(|(mut kinds, unique, null_rate)| {
        let n = kinds.len() as u64;
        kinds.iter_mut().for_each(|kind| kind.share = Rate::of(1, n));
        let rate = Rate::new(null_rate).unwrap_or(Rate::ZERO);
        FieldRule { unique, kinds, null_rate: rate, presence: rate, ..FieldRule::new(FieldType::Null, None) }
    })
}

fn path() -> impl Strategy<Value = JsonPath> {
    let segment = prop::sample::select(vec![
        Segment::Key("a".into()),
        Segment::Key("b".into()),
        Segment::Elements,
        Segment::Index(0),
        Segment::Index(3),
        Segment::Members,
        Segment::MemberKeys,
        Segment::Descend,
    ]);
    prop::collection::vec(segment, 0..4).prop_map(|segments| segments.into_iter().collect())
}

fn length() -> impl Strategy<Value = ShapeRule> {
    let length = prop_oneof![
        prop::sample::select(vec![0, 1, 3, u64::MAX]).prop_map(|value| LengthRule::Constant { value }),
        (numbers(), numbers()).prop_map(|(quantiles, values)| LengthRule::Empirical { quantiles, values }),
        Just(LengthRule::Categorical { values: vec![1, 2], probs: vec![Rate::ZERO] }),
        number().prop_map(|mean| LengthRule::Poisson { mean, min: 1, max: Some(0) }),
        (number(), number()).prop_map(|(mean, dispersion)| LengthRule::NegativeBinomial {
            mean,
            dispersion,
            min: u64::MAX,
            max: None,
        }),
    ];
    (length, any::<bool>()).prop_map(|(length, grows)| ShapeRule { length, grows, distinct: grows })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn compile_never_panics(
        fields in prop::collection::vec((path(), field()), 0..6),
        shape in prop::collection::vec((path(), length()), 0..4),
        layout in prop::sample::select(vec![Layout::JsonLines, Layout::Document]),
        main in prop::option::of(path()),
        n_rows in prop::sample::select(vec![0, 1, 5, u64::MAX]),
    ) {
        let mut rules: RuleSet = rules("version: 2");
        rules.fields = fields.into_iter().collect();
        rules.shape = shape.into_iter().collect();
        rules.globals.layout = layout;
        rules.globals.main_collection = main;
        if let Ok(plan) = Plan::compile(&rules, &CompileOptions { seed: 1, n_rows })
            && n_rows < 10
        {
            for line in lines(&plan, 0..2).lines() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            }
        }
    }

    /// Single fields reach the generators more often than whole files do.
    #[test]
    fn one_field_never_panics(rule in field(), n_rows in 0..50_u64) {
        let mut rules: RuleSet = rules("version: 2");
        rules.fields.insert(JsonPath::root().key("x"), rule);
        if let Ok(plan) = Plan::compile(&rules, &CompileOptions { seed: 1, n_rows }) {
            for line in lines(&plan, 0..n_rows).lines() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            }
        }
    }
}
