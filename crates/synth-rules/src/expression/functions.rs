//! Functions of expressions beside those of CEL.

use cel::objects::Value;
use cel::{Context, ExecutionError};
use synth_core::math;

use super::ValueForm;

/// A function: its name in expressions, what it takes, its name in the engine, what it returns.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: &'static [ValueForm],
    pub(super) engine: &'static str,
    pub(super) returns: ValueForm,
}

use ValueForm::{Bool, Integer, Number, Text};

const fn function(
    name: &'static str,
    takes: &'static [ValueForm],
    engine: &'static str,
    returns: ValueForm,
) -> Function {
    Function { name, takes, engine, returns }
}

/// Of functions with one name, the first that takes the arguments counts; a whole number is taken as a number.
pub(super) static FUNCTIONS: [Function; 22] = [
    function("size", &[Text], "size", Integer),
    function("int", &[Integer], "int", Integer),
    function("int", &[Number], "int", Integer),
    function("int", &[Text], "int", Integer),
    function("double", &[Number], "double", Number),
    function("double", &[Text], "double", Number),
    function("string", &[Integer], "string", Text),
    function("string", &[Number], "string", Text),
    function("string", &[Bool], "string", Text),
    function("string", &[Text], "string", Text),
    function("round", &[Number], "round", Number),
    function("round", &[Number, Integer], "round_to", Number),
    function("floor", &[Number], "floor", Number),
    function("ceil", &[Number], "ceil", Number),
    function("abs", &[Integer], "abs_integer", Integer),
    function("abs", &[Number], "abs_number", Number),
    function("min", &[Integer, Integer], "min_integer", Integer),
    function("min", &[Number, Number], "min_number", Number),
    function("max", &[Integer, Integer], "max_integer", Integer),
    function("max", &[Number, Number], "max_number", Number),
    function("lower", &[Text], "lower", Text),
    function("upper", &[Text], "upper", Text),
];

/// Functions that are called on a text, and what they take and return.
pub(super) static METHODS: [Function; 5] = [
    function("size", &[], "size", Integer),
    function("contains", &[Text], "contains", Bool),
    function("startsWith", &[Text], "startsWith", Bool),
    function("endsWith", &[Text], "endsWith", Bool),
    function("matches", &[Text], "matches", Bool),
];

/// Most digits that `round` keeps.
const MAX_DIGITS: i64 = 15;

/// Makes the functions known; those that CEL has are there already.
pub(super) fn register(context: &mut Context<'_, '_>) {
    let known = "none of the names is one of CEL's own";
    context.add_function("round", math::round).expect(known);
    context.add_function("round_to", round_to).expect(known);
    context.add_function("floor", math::floor).expect(known);
    context.add_function("ceil", math::ceil).expect(known);
    context.add_function("abs_number", f64::abs).expect(known);
    context.add_function("abs_integer", |number: i64| number.checked_abs().ok_or_else(beyond)).expect(known);
    context.add_function("min_integer", |left: i64, right: i64| left.min(right)).expect(known);
    context.add_function("min_number", f64::min).expect(known);
    context.add_function("max_integer", |left: i64, right: i64| left.max(right)).expect(known);
    context.add_function("max_number", f64::max).expect(known);
    context.add_function("lower", |text: std::sync::Arc<String>| text.to_lowercase()).expect(known);
    context.add_function("upper", |text: std::sync::Arc<String>| text.to_uppercase()).expect(known);
    context.add_function("sum", sum).expect(known);
    context.add_function("divide", divide).expect(known);
    context.add_function("as_number", as_number).expect(known);
}

fn beyond() -> ExecutionError {
    ExecutionError::Overflow("add", Value::Null, Value::Null)
}

/// Numbers with a fraction refuse zero as whole numbers do.
fn divide(left: f64, right: f64) -> Result<f64, ExecutionError> {
    if right.abs() > 0.0 { Ok(left / right) } else { Err(ExecutionError::DivisionByZero(Value::Null)) }
}

fn round_to(number: f64, digits: i64) -> f64 {
    let digits = i32::try_from(digits.clamp(-MAX_DIGITS, MAX_DIGITS)).unwrap_or(0);
    let unit = math::pow10(digits.abs());
    let rounded =
        if digits >= 0 { math::round(number * unit) / unit } else { math::round(number / unit) * unit };
    if rounded.is_finite() { rounded } else { number }
}

/// Adds up a list: whole numbers stay whole.
fn sum(list: std::sync::Arc<Vec<Value>>) -> Result<Value, ExecutionError> {
    let mut whole: Option<i64> = Some(0);
    let mut total = 0.0;
    for value in list.iter() {
        match value {
            Value::Int(number) => {
                whole = match whole {
                    Some(sum) => Some(sum.checked_add(*number).ok_or_else(beyond)?),
                    None => None,
                };
                total += *number as f64;
            }
            Value::Float(number) => {
                whole = None;
                total += number;
            }
            _ => return Err(ExecutionError::function_error("sum", "not a number")),
        }
    }
    Ok(whole.map_or(Value::Float(total), Value::Int))
}

/// A whole number as a number; anything else as it is.
fn as_number(value: Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(number as f64),
        other => other,
    }
}
