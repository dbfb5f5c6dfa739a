//! Expressions over the fields of a record, such as `price * quantity`.
//!
//! The language is CEL, the Common Expression Language. [`Expression::compile`] finds the paths and types of all names before
//! the first record, [`Evaluator`] computes one value after the other.

use std::fmt;
use std::sync::Arc;

use cel::parser::Parser;
use cel::{Env, IdedExpr};
use synth_core::JsonPath;

use crate::error::ErrorKind;
use crate::rule_set::RuleSet;

mod check;
mod evaluate;
mod form;
mod functions;
mod scope;

pub use evaluate::{EvaluationError, Evaluator};
pub use form::ValueForm;
use scope::Scope;

/// Longest expression in bytes, and deepest nesting.
const MAX_BYTES: usize = 4096;
const MAX_DEPTH: u16 = 40;

/// An expression whose names are fields of a rule set and whose types fit.
///
/// # Shapes and units
///
/// A name is a member of the object that holds the field, or of an object above it: the innermost that has such a member
/// counts. `this` is the object itself, `record` the record. What is missing or null is `null`; any other operation with
/// `null` than `==`, `!=` and `has` has no value.
///
/// # Method
///
/// Types come from the rules. Where a whole number meets another number it becomes one, which CEL by itself refuses. Whole
/// numbers have 64 bits, and what leaves them has no value.
///
/// # Example
///
/// ```
/// use synth_core::{JsonPath, plugin::PluginValue};
/// use synth_rules::{Expression, RuleSet, expression::Purpose};
///
/// let rules = RuleSet::parse(
///     "{version: 2, fields: {$.n: {type: integer, generator: sequence, params: {start: 1}}}}",
///     "rules.yaml",
/// )?;
/// let at = JsonPath::parse("$.twice")?;
/// let expression = Expression::compile("n * 2.5", &at, &rules, Purpose::Value).unwrap();
/// let mut evaluator = expression.evaluator();
/// evaluator.set(0, PluginValue::Integer(3));
/// assert_eq!(evaluator.evaluate(), Ok(PluginValue::Number(7.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Expression {
    /// Every field is a variable: `v0`, `v1` and so on.
    program: Arc<IdedExpr>,
    variables: Vec<Variable>,
    result: ValueForm,
    env: Arc<Env>,
}

/// A field that an expression looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its path.
    pub path: JsonPath,
    /// The values that its rule makes.
    pub form: ValueForm,
}

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It makes the value of the field: it looks at single values only, of the field's row and of the rows above it.
    Value,
    /// It is a condition on the object: it may also look at arrays and objects.
    Condition,
}

/// Why a text is no expression over the fields of a rule set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExpressionError {
    /// It cannot be read, or types do not fit.
    Bad { at: usize, reason: String },
    /// A name that no field has.
    UnknownName { at: usize, name: String, suggestion: Option<String> },
}

impl From<ExpressionError> for ErrorKind {
    fn from(error: ExpressionError) -> Self {
        match error {
            ExpressionError::Bad { at, reason } => Self::BadExpression { at, reason },
            ExpressionError::UnknownName { at, name, suggestion } => {
                Self::UnknownName { at, name, suggestion }
            }
        }
    }
}

impl Expression {
    /// Compiles the expression that stands at a field, or of a condition at an object.
    ///
    /// # Errors
    ///
    /// The first thing that does not fit: the syntax, a name, or a type.
    pub fn compile(text: &str, at: &JsonPath, rules: &RuleSet, purpose: Purpose) -> Result<Self, ErrorKind> {
        Self::compile_known(text, at, (rules, &[]), purpose).map_err(Into::into)
    }

    /// Compiles an expression over rules of which some could not be read; those stand at the paths `unread`.
    pub(crate) fn compile_known(
        text: &str,
        at: &JsonPath,
        (rules, unread): (&RuleSet, &[JsonPath]),
        purpose: Purpose,
    ) -> Result<Self, ExpressionError> {
        let scope = Scope::new(at, (rules, unread), purpose);
        let (parsed, places) = parse(text)?;
        let (program, result, variables) = check::check(parsed, &places, scope)?;
        let env = Arc::new(Env::stdlib());
        Ok(Self { program: Arc::new(program), variables, result, env })
    }

    /// Returns what the values at a path are; `None` when no rule speaks of it.
    pub(crate) fn form_at(path: &JsonPath, rules: &RuleSet) -> Option<ValueForm> {
        let is_known = rules.fields.keys().any(|known| known.starts_with(path));
        is_known.then(|| Scope::new(path, (rules, &[]), Purpose::Condition).form(path))
    }

    /// Returns the fields it looks at; an evaluator takes their values by their position here.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Returns what it computes.
    #[must_use]
    pub fn result(&self) -> &ValueForm {
        &self.result
    }

    /// Returns something that computes it for one row after the other.
    #[must_use]
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(self)
    }
}

impl fmt::Debug for Expression {
    /// Shows the program and its fields; what the engine knows is the same for all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Expression");
        shown.field("program", &self.program).field("variables", &self.variables).finish_non_exhaustive()
    }
}

fn parse(text: &str) -> Result<(IdedExpr, check::Places), ExpressionError> {
    let bad = |at: usize, reason: String| ExpressionError::Bad { at, reason };
    if text.trim().is_empty() {
        return Err(bad(1, "it is empty".to_owned()));
    }
    if text.len() > MAX_BYTES {
        return Err(bad(1, format!("it is longer than {MAX_BYTES} bytes")));
    }
    let parser = Parser::new().max_recursion_depth(MAX_DEPTH);
    let (parsed, places) = parser.parse_with_source_info(text).map_err(|errors| {
        let first = errors.errors.first();
        let is_deep = errors.errors.iter().any(|error| error.msg.contains("Recursion limit"));
        let (line, column) = first.map_or((1, 1), |error| error.pos);
        let lines = usize::try_from(line - 1).unwrap_or(0);
        let before: usize = text.split_inclusive('\n').take(lines).map(|line| line.chars().count()).sum();
        let at = before + usize::try_from(column).unwrap_or(1).max(1);
        let reason = match first {
            _ if is_deep => format!("it is nested more than {MAX_DEPTH} deep"),
            Some(error) => in_words(&error.msg, at > text.chars().count()),
            None => "it cannot be read".to_owned(),
        };
        bad(at, reason)
    })?;
    Ok((parsed, check::Places::new(places)))
}

/// What the parser says, without its list of all that might have come instead.
fn in_words(message: &str, is_end: bool) -> String {
    if is_end {
        return "the expression ends too early".to_owned();
    }
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    match message.split_once(" expecting ") {
        Some((what, _)) => what.to_owned(),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
