//! Computing an expression for one row after the other.

use cel::{Context, ExecutionError, Value};
use synth_core::plugin::PluginValue;

use super::{Expression, ValueForm, functions};

/// An expression with the values of its fields in one row.
pub struct Evaluator<'e> {
    expression: &'e Expression,
    context: Context<'e, 'e>,
    names: Vec<String>,
    /// For each field, whether it is null or missing.
    nulls: Vec<bool>,
}

/// Why a row has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum EvaluationError {
    /// A field that is needed is null or missing.
    #[error("a field is null or missing")]
    Null,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A number that is too large.
    #[error("a number is too large")]
    TooLarge,
    /// A position that a list does not have.
    #[error("a list or object lacks what is asked for")]
    Missing,
    /// Values whose types the operation does not take, which the rules left open or the data do not keep.
    #[error("values are not of the types that the rules say")]
    WrongType,
}

impl<'e> Evaluator<'e> {
    pub(super) fn new(expression: &'e Expression) -> Self {
        let mut context = Context::with_env(expression.env.clone());
        functions::register(&mut context);
        let names: Vec<String> = (0..expression.variables.len()).map(variable_name).collect();
        for name in &names {
            context.add_variable_from_value(name.as_str(), Value::Null);
        }
        let nulls = vec![true; names.len()];
        Self { expression, context, names, nulls }
    }

    /// Sets the value of a field; those that are not set are null.
    pub fn set(&mut self, variable: usize, value: PluginValue) {
        let (Some(name), Some(known)) = (self.names.get(variable), self.expression.variables.get(variable))
        else {
            return;
        };
        self.nulls[variable] = value == PluginValue::Null;
        self.context.add_variable_from_value(name.as_str(), known.form.admit(value));
    }

    /// Computes the value.
    ///
    /// # Errors
    ///
    /// Why there is none. A row in which a field is null has [`EvaluationError::Null`] whatever else went wrong.
    pub fn evaluate(&self) -> Result<PluginValue, EvaluationError> {
        let made = Value::resolve(&self.expression.program, &self.context);
        made.map_err(|error| self.reason(&error)).and_then(|value| self.leave(value))
    }

    fn reason(&self, error: &ExecutionError) -> EvaluationError {
        let has_null = self.nulls.contains(&true);
        match error {
            _ if has_null => EvaluationError::Null,
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                EvaluationError::DivisionByZero
            }
            ExecutionError::Overflow(..) => EvaluationError::TooLarge,
            ExecutionError::FunctionError { message, .. } if message.contains("overflow") => {
                EvaluationError::TooLarge
            }
            ExecutionError::IndexOutOfBounds(_) | ExecutionError::NoSuchKey(_) => EvaluationError::Missing,
            _ => EvaluationError::WrongType,
        }
    }

    /// Returns a value of the engine as one of ours.
    fn leave(&self, value: Value) -> Result<PluginValue, EvaluationError> {
        Ok(match value {
            Value::Null => PluginValue::Null,
            Value::Bool(flag) => PluginValue::Bool(flag),
            Value::Int(number) => match self.expression.result {
                ValueForm::Number => PluginValue::Number(number as f64),
                _ => PluginValue::Integer(number),
            },
            Value::Float(number) if number.is_finite() => PluginValue::Number(number),
            Value::Float(_) => return Err(EvaluationError::TooLarge),
            Value::String(text) => PluginValue::Text(text.as_str().to_owned()),
            Value::List(values) => PluginValue::List(
                values.iter().map(|value| self.leave(value.clone())).collect::<Result<_, _>>()?,
            ),
            _ => return Err(EvaluationError::WrongType),
        })
    }
}

/// The name that the engine knows a field by.
pub(super) fn variable_name(index: usize) -> String {
    format!("v{index}")
}
