//! `llm_text`: texts of a model, of models that misbehave, and of none.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use synth_core::port::{ModelError, PromptStyle, TextModel, TextRequest};
use synth_gen::{CompileOptions, Fault, GeneratorPlugins, Plan, RealTexts, Writing, WrittenTexts};
use synth_rules::RuleSet;

use crate::collect::lines;

/// The example of the first design, with a pool of eight texts.
const NOTES: &str = "version: 2
fields:
  $.id: {type: integer, generator: sequence, params: {start: 1}}
  $.customer.notes:
    type: string
    generator: llm_text
    params:
      constraints: {min_length: 10, max_length: 60, style: customer_feedback, forbidden_words: [acme]}
      pool_size: 8
    fallback: {generator: template, params: {template: 'Order notes for reference #{{num}}'}}
";

/// The same with one pool for each rating.
const BY_RATING: &str = "version: 2
fields:
  $.rating: {type: integer, generator: categorical, params: {values: [1, 5], probs: [0.5, 0.5]}}
  $.text:
    type: string
    generator: llm_text
    params: {by: [$.rating], pool_size: 6, constraints: {min_length: 5, max_length: 60}}
";

/// A model that says what a function of the question and the number of the call says.
struct Mock<F> {
    says: F,
    style: PromptStyle,
    n_asked: AtomicU32,
}

impl<F: Fn(&TextRequest, u32) -> Result<String, ModelError> + Send + Sync> TextModel for Mock<F> {
    fn identity(&self) -> String {
        "mock".to_owned()
    }

    fn style(&self) -> PromptStyle {
        self.style
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        (self.says)(request, self.n_asked.fetch_add(1, Ordering::SeqCst))
    }
}

type Said = Result<String, ModelError>;

fn write(
    yaml: &str,
    says: impl Fn(&TextRequest, u32) -> Said + Send + Sync,
) -> (WrittenTexts, Vec<Writing>, u32) {
    write_as(yaml, PromptStyle::Continues, says)
}

fn write_as(
    yaml: &str,
    style: PromptStyle,
    says: impl Fn(&TextRequest, u32) -> Said + Send + Sync,
) -> (WrittenTexts, Vec<Writing>, u32) {
    let rules = RuleSet::parse(yaml, "rules.yaml").expect("rules");
    let model = Mock { says, style, n_asked: AtomicU32::new(0) };
    let (texts, writings) = WrittenTexts::write(&rules, 42, &model, &RealTexts::default());
    (texts, writings, model.n_asked.load(Ordering::SeqCst))
}

fn made(yaml: &str, texts: WrittenTexts, n_rows: u64) -> Vec<serde_json::Value> {
    let rules = RuleSet::parse(yaml, "rules.yaml").expect("rules");
    let mut plugins = GeneratorPlugins::default();
    plugins.provide_texts(texts);
    let plan = Plan::compile_with_plugins(&rules, &CompileOptions { seed: 42, n_rows }, &[], &plugins)
        .expect("a plan");
    let text = lines(&plan, 0..n_rows);
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn notes(records: &[serde_json::Value]) -> Vec<&str> {
    records.iter().map(|record| record["customer"]["notes"].as_str().expect("a text")).collect()
}

/// A different sentence for each number.
fn sentence(n: u32) -> String {
    let words = ["amber", "bread", "cloud", "dusty", "eager", "frost", "grape", "honey", "ivory", "jolly"];
    let word = |at: u32| words[(n / 10_u32.pow(at) % 10) as usize];
    format!("{} {n} {} x{} {}", word(0), word(1), n * 7, word(2))
}

#[test]
fn texts_of_the_model_are_drawn_evenly() {
    let (texts, writings, n_asked) = write(NOTES, |_, n| Ok(format!(" {}", sentence(n))));
    assert_eq!((writings.len(), writings[0].n_written, n_asked), (1, 8, 8));
    assert!(writings[0].score > 0.5 && writings[0].rejected.is_empty());
    let made = made(NOTES, texts, 16);
    let notes = notes(&made);
    // Each of the eight stands once in the first eight rows and once in the next, in another order.
    assert_eq!(notes[..8].iter().collect::<BTreeSet<_>>().len(), 8);
    assert_eq!(notes[..8].iter().collect::<BTreeSet<_>>(), notes[8..].iter().collect());
    assert_ne!(notes[..8], notes[8..]);
}

#[test]
fn the_same_answers_make_the_same_texts() {
    let run = || write(NOTES, |request, _| Ok(sentence(request.seed % 1000))).0;
    assert_eq!(run().digest(), run().digest());
    assert_ne!(run().digest(), write(NOTES, |request, _| Ok(sentence(request.seed % 999))).0.digest());
}

/// Rules with `llm_text` and no texts make what the same rules with the fallback in its place make.
#[test]
fn without_a_model_the_fallback_makes_all() {
    let plain = "version: 2
fields:
  $.id: {type: integer, generator: sequence, params: {start: 1}}
  $.customer.notes: {type: string, generator: template, params: {template: 'Order notes for reference #{{num}}'}}
";
    let expected = made(plain, WrittenTexts::default(), 20);
    assert_eq!(made(NOTES, WrittenTexts::default(), 20), expected);
    let gone = |_: &TextRequest, _| Err(ModelError::Unavailable { reason: "gone".to_owned() });
    let (texts, writings, n_asked) = write(NOTES, gone);
    // One round, and no repairs: what is gone stays gone.
    assert_eq!((texts.is_empty(), writings[0].n_written, n_asked), (true, 0, 8));
    assert!(matches!(&writings[0].failed, Some((8, ModelError::Unavailable { .. }))));
    assert_eq!(made(NOTES, texts, 20), expected);
}

/// A fault that never ends: every row is right all the same, and the reason is counted.
#[track_caller]
fn check_fault(fault: Fault, says: impl Fn(u32) -> String + Send + Sync) {
    // Every second answer is good, until half of the places are taken.
    let (texts, writings, _) =
        write(NOTES, |_, n| Ok(if n % 2 == 0 && n < 8 { sentence(n) } else { says(n) }));
    let writing = &writings[0];
    assert_eq!((writing.n_written, writing.n_wanted), (4, 8), "{writing:?}");
    assert_eq!(writing.rejected.keys().copied().collect::<Vec<_>>(), [fault]);
    // Four places, four tries each.
    assert_eq!(writing.rejected[&fault], 16);
    let made = made(NOTES, texts, 8);
    let (own, fallback): (Vec<&str>, Vec<&str>) =
        notes(&made).into_iter().partition(|text| !text.starts_with("Order notes"));
    assert_eq!((own.len(), fallback.len()), (4, 4));
    assert!(own.iter().all(|text| (10..=60).contains(&text.len())), "{own:?}");
}

#[test]
fn duplicates_are_not_taken() {
    check_fault(Fault::Repeated, |_| sentence(0));
}

#[test]
fn short_and_long_answers_are_not_taken() {
    check_fault(Fault::TooShort, |_| "Fine".to_owned());
    check_fault(Fault::TooLong, |n| format!("{n} {}", "on and on ".repeat(30)));
}

#[test]
fn forbidden_words_are_not_taken() {
    check_fault(Fault::ForbiddenWord, |n| format!("Acme sold me {}", sentence(n)));
}

#[test]
fn chat_markers_are_not_taken() {
    check_fault(Fault::Markup, |n| format!("<|im_end|> {}", sentence(n)));
}

#[test]
fn copies_of_examples_are_not_taken() {
    let with_examples = NOTES.replace(
        "pool_size: 8",
        "pool_size: 8\n      examples: ['The soup was cold and the bread was hard as stone']",
    );
    let (_, writings, _) = write(&with_examples, |_, n| {
        Ok(match n % 3 {
            0 => "the soup was cold and the bread was hard as stone".to_owned(),
            1 => format!("Sadly the soup was cold and the bread {n}"),
            _ => sentence(n),
        })
    });
    assert_eq!(writings[0].n_written, 6);
    let found: Vec<Fault> = writings[0].rejected.keys().copied().collect();
    assert_eq!(found, [Fault::LikeExample, Fault::SharesWords]);
}

#[test]
fn texts_out_of_the_expression_are_not_taken() {
    let codes = "version: 2
fields:
  $.code: {type: string, generator: llm_text, params: {pool_size: 5, constraints: {regex: '[A-Z]{3}-[0-9]{2}'}}}
";
    let (texts, writings, _) =
        write(codes, |_, n| Ok(if n == 0 { "ABC-12".to_owned() } else { format!("abc-{n}") }));
    assert_eq!((writings[0].n_written, writings[0].rejected[&Fault::Pattern]), (1, 16));
    let is_code = |text: &str| {
        text.len() == 6 && text[..3].bytes().all(|b| b.is_ascii_uppercase()) && text.as_bytes()[3] == b'-'
    };
    let made = made(codes, texts, 40);
    assert!(made.iter().all(|record| is_code(record["code"].as_str().expect("a text"))), "{made:?}");
}

#[test]
fn budget_that_ends_ends_the_asking() {
    let (_, writings, n_asked) = write(NOTES, |_, n| {
        if n < 3 { Ok(sentence(n)) } else { Err(ModelError::OutOfBudget { reason: "no tokens".to_owned() }) }
    });
    assert_eq!((writings[0].n_written, n_asked), (3, 8));
}

/// The prompt carries the values of other fields, and a row's text is one that was written for its values.
#[test]
fn texts_follow_other_fields() {
    let (texts, writings, _) = write(BY_RATING, |request, n| {
        let mood = match request.prompt {
            ref prompt if prompt.contains("\"rating\" is \"1\"") => "bad",
            ref prompt if prompt.contains("\"rating\" is \"5\"") => "good",
            _ => "lost",
        };
        Ok(format!("{mood} {}", sentence(n)))
    });
    assert_eq!(writings.iter().map(|writing| writing.n_written).collect::<Vec<_>>(), [6, 6]);
    let made = made(BY_RATING, texts, 200);
    for record in &made {
        let mood = if record["rating"] == 1 { "bad" } else { "good" };
        assert!(record["text"].as_str().expect("a text").starts_with(mood), "{record}");
    }
    let distinct: BTreeSet<&str> = made.iter().filter_map(|record| record["text"].as_str()).collect();
    assert_eq!(distinct.len(), 12);
}

/// A range of rows is that range of the whole, also where texts follow from other fields.
#[test]
fn rows_do_not_depend_on_each_other() {
    for yaml in [NOTES, BY_RATING] {
        let (texts, ..) = write(yaml, |_, n| Ok(sentence(n)));
        let rules = RuleSet::parse(yaml, "rules.yaml").expect("rules");
        let mut plugins = GeneratorPlugins::default();
        plugins.provide_texts(texts);
        let options = CompileOptions { seed: 42, n_rows: 100 };
        let plan = Plan::compile_with_plugins(&rules, &options, &[], &plugins).expect("a plan");
        let all = lines(&plan, 0..100);
        let part: String = all.split_inclusive('\n').skip(37).take(24).collect();
        assert_eq!(part, lines(&plan, 37..61));
    }
}

/// A server that answers messages is asked for a few texts at once, and whatever comes is counted.
#[test]
fn servers_that_answer_are_asked_in_batches() {
    let (_, writings, n_asked) = write_as(NOTES, PromptStyle::Answers, |request, n| {
        assert!(request.json_schema.contains("\"minItems\":4") || n >= 2, "{}", request.json_schema);
        let items: Vec<String> = (0..4).map(|at| sentence(n * 4 + at)).collect();
        Ok(serde_json::json!({"items": items}).to_string())
    });
    assert_eq!((writings[0].n_written, n_asked), (8, 2));
    let (_, writings, _) = write_as(NOTES, PromptStyle::Answers, |_, _| Ok("{\"items\": [1, 2]}".to_owned()));
    assert_eq!(writings[0].n_written, 0);
}
