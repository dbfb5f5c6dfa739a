//! Asking a model for the texts of all fields.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use indexmap::IndexMap;
use synth_core::port::{ModelError, TextModel};
use synth_core::{Event, EventSink, JsonPath, Rate, Scalar, Seed, cast};
use synth_rules::{FieldRule, FieldType, Generator, Literal, LlmText, RuleSet, ValueKind};

use super::judge::{Fault, Judge};
use super::prompt::{Asked, OTHER_LIST, texts};
use super::real::RealTexts;
use super::{Pool, WrittenTexts, case_name};
use crate::plan::{CompileOptions, Plan};

/// Questions for one text: the first, and those that mend it.
const MAX_TRIES: u64 = 4;
/// Examples that are made where the rule has none.
const N_EXAMPLES: usize = 24;
/// Combinations of values that texts are written for.
const MAX_CASES: usize = 100;

/// What became of the texts of one field, in one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// The field.
    pub path: JsonPath,
    /// The fields that the texts follow from, and their values.
    pub case: Vec<(JsonPath, String)>,
    /// Texts that were wanted.
    pub n_wanted: usize,
    /// Those that the model wrote; the others are made as the rule's fallback says.
    pub n_written: usize,
    /// Texts that were not taken, by reason.
    pub rejected: BTreeMap<Fault, u64>,
    /// Questions without a usable answer, and why the last of them had none.
    pub failed: Option<(u64, ModelError)>,
    /// Mean score of the texts, from 0 to 1.
    pub score: f64,
}

impl WrittenTexts {
    /// Has a model write texts for every field with `llm_text`, and tells what became of each.
    ///
    /// Every text is judged before it is taken: by the rule's limits, by what was taken before, by the examples, of
    /// which it must not repeat six words in a row, and by `real` texts in the same way. A text that is not taken is asked for three times more, with other
    /// examples; then it is made as the fallback says. The same model answers give the same texts.
    ///
    /// # Errors
    ///
    /// None: a model that fails leaves texts to the fallback.
    #[must_use]
    pub fn write(
        rules: &RuleSet,
        seed: u64,
        model: &dyn TextModel,
        real: &RealTexts,
    ) -> (Self, Vec<Writing>) {
        let (mut written, mut writings) = (Self::default(), Vec::new());
        for (path, rule) in &rules.fields {
            for (at, kind) in rule.kinds.iter().enumerate() {
                let Some(Generator::LlmText(text)) = &kind.generator else { continue };
                let seed =
                    Seed::root(seed).child(&path.to_string()).child("llm_text").child_at(cast::to_u64(at));
                let field = Field { rules, path, kind, text, seed, real };
                let (pool, of_field) = field.write(model);
                if of_field.iter().any(|writing| writing.n_written > 0) {
                    written.by_kind.insert((path.clone(), at), Arc::new(pool));
                }
                writings.extend(of_field);
            }
        }
        (written, writings)
    }
}

/// A field that texts are written for.
struct Field<'a> {
    rules: &'a RuleSet,
    path: &'a JsonPath,
    kind: &'a ValueKind,
    text: &'a LlmText,
    seed: Seed,
    real: &'a RealTexts,
}

impl Field<'_> {
    fn write(&self, model: &dyn TextModel) -> (Pool, Vec<Writing>) {
        let n_wanted = cast::to_usize(u64::from(self.text.pool_size()));
        let spare = made_without_model(self.text, self.kind, n_wanted + N_EXAMPLES);
        let (spare, made) = spare.split_at(n_wanted.min(spare.len()));
        let examples = match (self.text.examples.is_empty(), is_telling(&self.text.fallback())) {
            (false, _) => &self.text.examples[..],
            (true, true) => made,
            (true, false) => &[],
        };
        let (mut pool, mut writings) = (Pool::default(), Vec::new());
        // One judge for all cases: a text that fits several comes once.
        let mut judge = Judge::new(&self.text.constraints, examples, self.real);
        for case in self.cases() {
            let asked = Asked {
                path: self.path,
                text: self.text,
                case: &case,
                examples,
                max_length: judge.max_length(),
            };
            judge.note_question(&asked.described());
            judge.note_question(OTHER_LIST);
            let name = case_name(case.iter().map(|(_, value)| value.as_str()));
            let (texts, writing) = fill(asked, &mut judge, (self.seed.child(&name), n_wanted), model);
            let start = pool.texts.len();
            for (at, text) in texts.into_iter().enumerate() {
                pool.texts.extend(text.or_else(|| spare.get(at).cloned()).map(String::into_boxed_str));
            }
            pool.cases.insert(name, start..pool.texts.len());
            writings.push(writing);
        }
        (pool, writings)
    }

    /// All combinations of the values of the fields that texts follow from; one without any where there are none.
    fn cases(&self) -> Vec<Vec<(JsonPath, String)>> {
        let mut cases = vec![Vec::new()];
        for path in &self.text.by {
            let values = LlmText::listed(self.rules, path).unwrap_or_default();
            let with = |case: &Vec<(JsonPath, String)>, value: &Literal| {
                case.iter().cloned().chain([(path.clone(), value.text())]).collect()
            };
            cases = cases
                .iter()
                .flat_map(|case| values.iter().map(|value| with(case, value)).collect::<Vec<_>>())
                .collect();
        }
        cases.truncate(MAX_CASES);
        cases
    }
}

/// Asks until every place has a text, or no more tries are left.
fn fill(
    asked: Asked<'_>,
    judge: &mut Judge<'_>,
    (seed, n_wanted): (Seed, usize),
    model: &dyn TextModel,
) -> (Vec<Option<String>>, Writing) {
    let style = model.style();
    let mut found: Vec<Option<String>> = vec![None; n_wanted];
    let mut writing = Writing {
        path: asked.path.clone(),
        case: asked.case.to_vec(),
        n_wanted,
        n_written: 0,
        rejected: BTreeMap::new(),
        failed: None,
        score: 0.0,
    };
    for n_tried in 0..MAX_TRIES {
        let open: Vec<usize> = (0..n_wanted).filter(|at| found[*at].is_none()).collect();
        let batches: Vec<&[usize]> = open.chunks(asked.batch(style).max(1)).collect();
        let question = |batch: &&[usize]| {
            let first = batch.first().copied().unwrap_or(0);
            asked.request(style, batch.len(), seed.attempt(n_tried).child_at(cast::to_u64(first)))
        };
        let requests: Vec<_> = batches.iter().map(question).collect();
        let mut is_over = open.is_empty();
        for (batch, answer) in batches.iter().zip(model.complete_all(&requests)) {
            let texts = match answer {
                Ok(answer) => texts(style, &answer),
                Err(error) => {
                    is_over |= !matches!(error, ModelError::BadAnswer { .. });
                    let n_failed = writing.failed.take().map_or(0, |(n_failed, _)| n_failed) + 1;
                    writing.failed = Some((n_failed, error));
                    continue;
                }
            };
            for (at, text) in batch.iter().zip(texts) {
                match judge.take(&text) {
                    Ok((text, score)) => {
                        writing.score += score;
                        writing.n_written += 1;
                        found[*at] = Some(text);
                    }
                    Err(fault) => *writing.rejected.entry(fault).or_insert(0) += 1,
                }
            }
        }
        // A server that is gone, late or has cost enough is not asked again.
        if is_over {
            break;
        }
    }
    writing.score /= cast::to_u64(writing.n_written.max(1)) as f64;
    (found, writing)
}

/// Tells whether texts of a fallback show how texts of the field read: those of one template, or filler words, do not.
fn is_telling(fallback: &Generator) -> bool {
    const N_TEMPLATES: usize = 3;
    match fallback {
        Generator::MarkovText(_) => true,
        Generator::Template(template) => template.resolved().texts().count() >= N_TEMPLATES,
        _ => false,
    }
}

/// Texts of the fallback, by themselves; they are made up, so a model may see them.
fn made_without_model(text: &LlmText, kind: &ValueKind, n_texts: usize) -> Vec<String> {
    let path = JsonPath::parse("$.text").unwrap_or_default();
    let kind = ValueKind { share: Rate::ONE, ..text.fallback_kind(kind) };
    let rule = FieldRule { kinds: vec![kind], ..FieldRule::new(FieldType::String, None) };
    let rules = RuleSet::of_fields(IndexMap::from([(path, rule)]));
    let mut texts = Texts(Vec::new());
    let options = CompileOptions { seed: 0, n_rows: cast::to_u64(n_texts) };
    // A fallback that does not compile is told when the rules are compiled.
    if let Ok(plan) = Plan::compile(&rules, &options) {
        let done: Result<(), Infallible> = plan.emit(0..options.n_rows, &mut texts, |_| Ok(()));
        match done {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
    texts.0
}

/// Takes the strings of records of one field.
struct Texts(Vec<String>);

impl EventSink for Texts {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _: u64) -> Result<(), Infallible> {
        if let Event::Scalar(Scalar::String(text)) = event {
            self.0.push(text.to_owned());
        }
        Ok(())
    }
}
