//! The generators `derived` and `copy`: values that follow from other fields of the row.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use synth_core::plugin::PluginValue;
use synth_core::{JsonPath, Scalar, Seed, cast};
use synth_rules::expression::Purpose;
use synth_rules::{EvaluationError, Expression, FieldType, Generator, RuleSet, ValueKind};

use crate::column::{FIRST_KIND, Slots, Values};
use crate::error::ErrorKind;
use crate::recipe::{Recipe, Rooms};
use crate::reference::text_of;
use crate::shelf::Programs;
use crate::site::{Row, Site};
use crate::spelling::MAX_DECIMALS;
use crate::tagged;
use crate::written::{self, Written, WrittenTexts};

/// Whole numbers below this have a neighbour 1 apart as `f64`.
const EXACT: f64 = 9e15;

/// Computes the values of a field; the fields it needs are bound when the relationships are.
#[derive(Debug, Clone)]
pub(crate) struct Derived {
    formula: Formula,
    /// `None` until the fields are bound; such a program makes nulls.
    terms: Option<Arc<[Term]>>,
    field_type: FieldType,
    limits: [f64; 2],
    /// Steps in one unit of the numbers that are spelled.
    steps: f64,
    /// Spells numbers as the field's rule says.
    speller: Recipe,
    path: Arc<str>,
    /// Where values that could not be computed are counted; not when another field asks for the value.
    notes: Option<EvaluationNotes>,
}

#[derive(Debug, Clone)]
enum Formula {
    Computed(Expression),
    Copied(JsonPath),
    Written(Written),
}

/// A field that the value follows from.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) site: Site,
    /// Ordinals of the target's scope in one of the term's.
    pub(crate) divisor: u64,
    pub(crate) programs: Arc<Programs>,
}

/// How many values of which field could not be computed, and why; shared by the threads of a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct EvaluationNotes(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(Arc<str>, EvaluationError), u64>;

/// Values of a `derived` field that are null because they could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncomputed {
    /// The field.
    pub path: String,
    /// What went wrong.
    pub reason: EvaluationError,
    /// How many values.
    pub count: u64,
}

impl EvaluationNotes {
    fn add(&self, path: &Arc<str>, counts: BTreeMap<EvaluationError, u64>) {
        if counts.is_empty() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (reason, count) in counts {
            *all.entry((Arc::clone(path), reason)).or_insert(0) += count;
        }
    }

    pub(crate) fn list(&self) -> Vec<Uncomputed> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let note = |((path, reason), count): (&(Arc<str>, EvaluationError), &u64)| Uncomputed {
            path: path.to_string(),
            reason: *reason,
            count: *count,
        };
        all.iter().map(note).collect()
    }
}

impl Derived {
    /// Compiles a kind of a field whose generator is `derived` or `copy`; `None` for other generators.
    pub(crate) fn compile(
        kind: &ValueKind,
        path: &JsonPath,
        rules: &RuleSet,
        notes: &EvaluationNotes,
    ) -> Option<Result<Self, ErrorKind>> {
        let formula = match kind.generator.as_ref()? {
            Generator::Derived(derived) => {
                let compiled = Expression::compile(&derived.expression, path, rules, Purpose::Value);
                match compiled {
                    Ok(expression) => Formula::Computed(expression),
                    Err(error) => return Some(Err(ErrorKind::BadExpression { reason: error.to_string() })),
                }
            }
            Generator::Copy(copy) => Formula::Copied(copy.path.clone()),
            _ => return None,
        };
        let constraints = &kind.constraints;
        let low = constraints.min.unwrap_or(f64::NEG_INFINITY);
        let high = constraints.max.unwrap_or(f64::INFINITY);
        let limits = if low <= high {
            [low, high]
        } else {
            return Some(Err(ErrorKind::BadNumber { what: "constraints" }));
        };
        Some(Ok(Self {
            formula,
            terms: None,
            field_type: kind.field_type,
            limits,
            steps: synth_core::math::pow10(i32::from(constraints.decimals.unwrap_or(0).min(MAX_DECIMALS))),
            speller: Recipe::speller(kind),
            path: path.to_string().into(),
            notes: Some(notes.clone()),
        }))
    }

    /// Returns the program of texts that a model wrote; `None` for other kinds, and for those that nothing was written for.
    pub(crate) fn written(
        kind: &ValueKind,
        (path, index): (&JsonPath, usize),
        texts: &WrittenTexts,
        seed: Seed,
    ) -> Option<Self> {
        let Some(Generator::LlmText(params)) = &kind.generator else { return None };
        let written = texts.program((path, index), &params.by, seed)?;
        Some(Self {
            formula: Formula::Written(written),
            terms: None,
            field_type: kind.field_type,
            limits: [f64::NEG_INFINITY, f64::INFINITY],
            steps: 1.0,
            speller: Recipe::speller(kind),
            path: path.to_string().into(),
            notes: None,
        })
    }

    pub(crate) fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// Returns the paths of the fields it follows from.
    pub(crate) fn paths(&self) -> Vec<&JsonPath> {
        match &self.formula {
            Formula::Computed(expression) => {
                expression.variables().iter().map(|variable| &variable.path).collect()
            }
            Formula::Copied(path) => vec![path],
            Formula::Written(written) => written.paths().iter().collect(),
        }
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.terms.is_some()
    }

    /// Gives it the fields, in the order of [`Derived::paths`].
    pub(crate) fn bind(&mut self, terms: Arc<[Term]>) {
        self.terms = Some(terms);
    }

    /// Returns the same program for another field that asks for its values, which are counted where they are written.
    pub(crate) fn silenced(mut self) -> Self {
        self.notes = None;
        self
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let Some(terms) = &self.terms else {
            slots.fill_text(out, |_, text| text.push_str("null"));
            return;
        };
        match &self.formula {
            Formula::Computed(expression) => self.compute((expression, terms), slots, out),
            Formula::Copied(_) => self.copy(terms, slots, out),
            Formula::Written(written) => choose((written, terms), slots, out),
        }
    }

    fn compute(&self, (expression, terms): (&Expression, &[Term]), slots: Slots<'_>, out: &mut Values) {
        let mut columns: Vec<Vec<PluginValue>> = terms.iter().map(|term| term.values(slots)).collect();
        let mut evaluator = expression.evaluator();
        let mut failed: BTreeMap<EvaluationError, u64> = BTreeMap::new();
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, _, text| {
            for (variable, column) in columns.iter_mut().enumerate() {
                evaluator.set(variable, std::mem::take(&mut column[at]));
            }
            let written = evaluator.evaluate().and_then(|value| self.write(value, &mut rooms, text));
            if let Err(reason) = written {
                text.push_str("null");
                if reason != EvaluationError::Null {
                    *failed.entry(reason).or_insert(0) += 1;
                }
            }
        });
        if let Some(notes) = &self.notes {
            notes.add(&self.path, failed);
        }
    }

    fn copy(&self, terms: &[Term], slots: Slots<'_>, out: &mut Values) {
        let mut copies: Vec<String> = vec![String::new(); slots.ordinals.len()];
        let is_text = self.field_type == FieldType::String;
        for term in terms {
            term.each(slots, |at, scalar| match scalar {
                Scalar::Null => {}
                Scalar::Number(_) | Scalar::Bool(_) if is_text => {
                    tagged::write(Scalar::String(text_of(scalar)), &mut copies[at]);
                }
                Scalar::Number(number) if self.field_type == FieldType::Integer => {
                    let mut rooms = Rooms::default();
                    match number.as_i64() {
                        Some(_) => copies[at].push_str(number.as_str()),
                        None => copies[at].push_str(self.speller.number_text(number.as_f64(), &mut rooms)),
                    }
                }
                scalar => tagged::write(scalar, &mut copies[at]),
            });
        }
        slots.fill_text_at(out, |at, _, text| {
            text.push_str(if copies[at].is_empty() { "null" } else { &copies[at] });
        });
    }

    /// Appends a value as the field's type asks for it.
    fn write(&self, value: PluginValue, rooms: &mut Rooms, out: &mut String) -> Result<(), EvaluationError> {
        use FieldType::{Boolean, Datetime, Enum, Integer, Number, String};
        let start = out.len();
        if self.field_type == String && !matches!(value, PluginValue::Null) {
            out.push('"');
        }
        match (value, self.field_type) {
            (PluginValue::Null, _) => return Err(EvaluationError::Null),
            (PluginValue::Text(text), String | Enum | Datetime) => {
                if self.field_type != String {
                    out.push('"');
                }
                out.push_str(&text);
            }
            (PluginValue::Bool(flag), Boolean | Enum | String) => {
                out.push_str(if flag { "true" } else { "false" });
            }
            (PluginValue::Integer(number), Integer | Enum | Datetime | String) => {
                out.push_str(itoa::Buffer::new().format(self.limited(number)));
            }
            (PluginValue::Integer(number), Number) => self.write_number(number as f64, rooms, out)?,
            (PluginValue::Number(number), Integer | Number | Enum | Datetime | String) => {
                self.write_number(number, rooms, out)?;
            }
            _ => {
                out.truncate(start);
                return Err(EvaluationError::WrongType);
            }
        }
        Ok(())
    }

    fn limited(&self, number: i64) -> i64 {
        let [low, high] = self.limits;
        match number as f64 {
            at if at < low => cast::round_to_i64(synth_core::math::ceil(low)),
            at if at > high => cast::round_to_i64(synth_core::math::floor(high)),
            _ => number,
        }
    }

    fn write_number(&self, number: f64, rooms: &mut Rooms, out: &mut String) -> Result<(), EvaluationError> {
        let number = number.clamp(self.limits[0], self.limits[1]);
        if self.field_type == FieldType::Integer && number.abs() >= EXACT {
            return Err(EvaluationError::TooLarge);
        }
        if number.abs() * self.steps >= EXACT {
            // So many digits cannot be counted in steps.
            out.push_str(zmij::Buffer::new().format(number));
        } else {
            out.push_str(self.speller.number_text(number, rooms));
        }
        Ok(())
    }
}

/// Draws a text for each slot: one of those that were written for the values of the fields it follows from.
fn choose((written, terms): (&Written, &[Term]), slots: Slots<'_>, out: &mut Values) {
    let mut cases: Vec<String> = vec![String::new(); slots.ordinals.len()];
    for (at, term) in terms.iter().enumerate() {
        term.each(slots, |slot, scalar| written::extend_case(&mut cases[slot], at, text_of(scalar)));
    }
    slots.fill_text_at(out, |at, slot, text| {
        text.push('"');
        text.push_str(written.text(&cases[at], slot));
    });
}

impl Term {
    /// Shows the value of each slot's row that has one.
    fn each(&self, slots: Slots<'_>, mut see: impl FnMut(usize, Scalar<'_>)) {
        let memo = slots.memo;
        let rows = self.site.rows_of(&memo.above(&memo.list(slots.ordinals), self.divisor), memo);
        let rows = &rows.rows;
        let of = |take: fn(Row) -> u64| -> Vec<u64> { rows.iter().map(|row| row.map_or(0, take)).collect() };
        let (addresses, row_ordinals) = (of(|row| row.address), of(|row| row.ordinal));
        let kinds: Vec<u8> = rows.iter().map(|row| row.map_or(0, |row| row.code)).collect();
        let uniforms: Vec<f64> = rows.iter().map(|row| row.map_or(f64::NAN, |row| row.uniform)).collect();
        let (mut values, mut rooms) = (Values::None, Rooms::default());
        for (code, program) in (FIRST_KIND..).zip(self.programs.iter()) {
            let Some(program) = program.as_ref().filter(|_| kinds.contains(&code)) else { continue };
            let (addresses, ordinals) = (&addresses, &row_ordinals);
            program.fill(
                Slots { kinds: &kinds, code, addresses, ordinals, uniforms: &uniforms, memo },
                &mut values,
            );
            for (at, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind == code) {
                see(at, program.scalar(&values, at, &mut rooms));
            }
        }
    }

    fn values(&self, slots: Slots<'_>) -> Vec<PluginValue> {
        let mut made = vec![PluginValue::Null; slots.ordinals.len()];
        self.each(slots, |at, scalar| made[at] = value_of(scalar));
        made
    }
}

fn value_of(scalar: Scalar<'_>) -> PluginValue {
    match scalar {
        Scalar::Null => PluginValue::Null,
        Scalar::Bool(flag) => PluginValue::Bool(flag),
        Scalar::String(text) => PluginValue::Text(text.to_owned()),
        Scalar::Number(number) => {
            number.as_i64().map_or_else(|| PluginValue::Number(number.as_f64()), PluginValue::Integer)
        }
    }
}
