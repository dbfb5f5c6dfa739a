use synth_core::JsonPath;
use synth_core::plugin::PluginValue;

use super::{EvaluationError, Expression, Purpose, ValueForm};
use crate::error::ErrorKind;
use crate::rule_set::RuleSet;

const RULES: &str = "
version: 2
shape: {'$.items[]': {length: {distribution: constant, params: {value: 2}}}}
fields:
  $.first: {type: string, generator: constant, params: {value: Ada}}
  $.rate: {type: number, generator: constant, params: {value: 0.5}}
  $.n: {type: integer, generator: constant, params: {value: 4}}
  $.ok: {type: boolean, generator: constant, params: {value: true}}
  $['odd key']: {type: integer, generator: constant, params: {value: 4}}
  $.address.city: {type: string, generator: constant, params: {value: Rome}}
  $.place[0]: {type: number, generator: constant, params: {value: 1.5}}
  $.place[1]: {type: number, generator: constant, params: {value: 2.5}}
  $.items[].n: {type: integer, generator: constant, params: {value: 7}}
  $.items[].price: {type: number, generator: constant, params: {value: 7.5}}
  $.mixed:
    one_of:
    - {share: 0.5, type: integer, generator: constant, params: {value: 1}}
    - {share: 0.5, type: string, generator: constant, params: {value: x}}
";

fn compile(text: &str, at: &str, purpose: Purpose) -> Result<Expression, ErrorKind> {
    let rules = RuleSet::parse(RULES, "rules.yaml").unwrap();
    Expression::compile(text, &JsonPath::parse(at).unwrap(), &rules, purpose)
}

/// Compiles an expression of a field of the record, gives its fields values and computes it.
fn value(text: &str, fields: &[PluginValue]) -> Result<PluginValue, EvaluationError> {
    let expression = compile(text, "$.target", Purpose::Value).unwrap();
    let mut evaluator = expression.evaluator();
    for (index, field) in fields.iter().enumerate() {
        evaluator.set(index, field.clone());
    }
    evaluator.evaluate()
}

fn text(text: &str) -> PluginValue {
    PluginValue::Text(text.to_owned())
}

#[test]
fn names_are_found_from_the_inside_out() {
    let paths = |text: &str, at: &str| -> Vec<String> {
        let expression = compile(text, at, Purpose::Value).unwrap();
        expression.variables().iter().map(|variable| variable.path.to_string()).collect()
    };
    assert_eq!(paths("n + this.n + record.n", "$.items[].total"), ["$.items[].n", "$.n"]);
    assert_eq!(paths("n * rate", "$.items[].total"), ["$.items[].n", "$.rate"]);
    assert_eq!(paths("n", "$.total"), ["$.n"]);
    assert_eq!(paths("address.city + city", "$.address.full"), ["$.address.city"]);
    assert_eq!(paths("record['odd key'] + 1", "$.address.full"), ["$['odd key']"]);
    assert_eq!(paths("place[0] - place[1]", "$.width"), ["$.place[0]", "$.place[1]"]);
}

/// Whole numbers stay whole among themselves and become numbers beside numbers, which CEL by itself refuses.
#[test]
fn numbers_meet() {
    assert_eq!(value("n / 3", &[PluginValue::Integer(7)]), Ok(PluginValue::Integer(2)));
    assert_eq!(value("n / 2.0", &[PluginValue::Integer(7)]), Ok(PluginValue::Number(3.5)));
    let both = [PluginValue::Integer(3), PluginValue::Integer(2)];
    assert_eq!(
        value("n * rate", &both),
        Ok(PluginValue::Number(6.0)),
        "a number that is spelled as a whole one"
    );
    assert_eq!(
        value("ok ? n : rate", &[PluginValue::Bool(true), both[0].clone(), both[1].clone()]),
        Ok(PluginValue::Number(3.0))
    );
    assert_eq!(
        value("round(n * 0.1, 1) + max(n, 0.5)", &[PluginValue::Integer(3)]),
        Ok(PluginValue::Number(3.3))
    );
    assert_eq!(value("sum([1, n]) + abs(-2)", &[PluginValue::Integer(3)]), Ok(PluginValue::Integer(6)));
    assert_eq!(value("mixed * 2.5", &[PluginValue::Integer(2)]), Ok(PluginValue::Number(5.0)));
}

#[test]
fn texts_are_joined() {
    let fields = [text("Ada"), PluginValue::Integer(7)];
    assert_eq!(value("lower(first) + '.' + string(n)", &fields), Ok(text("ada.7")));
    assert_eq!(value("first.startsWith('A') && first.size() == 3", &fields), Ok(PluginValue::Bool(true)));
    assert_eq!(value("first in ['Bob', 'Ada'] ? 'x' : 'y'", &fields), Ok(text("x")));
}

/// Nothing of this may panic, and what has no value says why.
#[test]
fn some_rows_have_no_value() {
    let n = |number| [PluginValue::Integer(number)];
    assert_eq!(value("1 / n", &n(0)), Err(EvaluationError::DivisionByZero));
    assert_eq!(value("1 % n", &n(0)), Err(EvaluationError::DivisionByZero));
    assert_eq!(value("1.0 / n", &n(0)), Err(EvaluationError::DivisionByZero));
    assert_eq!(value("n + 1", &n(i64::MAX)), Err(EvaluationError::TooLarge));
    assert_eq!(value("-n", &n(i64::MIN)), Err(EvaluationError::TooLarge));
    assert_eq!(value("abs(n)", &n(i64::MIN)), Err(EvaluationError::TooLarge));
    assert_eq!(value("int(n * 1e300)", &n(5)), Err(EvaluationError::TooLarge));
    assert_eq!(value("n * 1e300 * 1e300", &n(5)), Err(EvaluationError::TooLarge));
    assert_eq!(value("[1, 2][n]", &n(2)), Err(EvaluationError::Missing));
    assert_eq!(value("mixed + 1", &[text("x")]), Err(EvaluationError::WrongType));
    assert_eq!(value("n + 1", &[PluginValue::Null]), Err(EvaluationError::Null));
    assert_eq!(value("has(record.n) ? n + 1 : 0", &[PluginValue::Null]), Ok(PluginValue::Integer(0)));
    assert_eq!(value("n == null", &[PluginValue::Null]), Ok(PluginValue::Bool(true)));
}

#[test]
fn conditions_look_into_lists() {
    let holds = |text: &str, items: &[(Option<i64>, f64)]| {
        let expression = compile(text, "$", Purpose::Condition).unwrap();
        assert_eq!(expression.result(), &ValueForm::Bool, "{text}");
        let item = |(n, price): &(Option<i64>, f64)| {
            let n = n.map(|n| ("n".to_owned(), PluginValue::Integer(n)));
            PluginValue::Map(
                n.into_iter().chain([("price".to_owned(), PluginValue::Number(*price))]).collect(),
            )
        };
        let mut evaluator = expression.evaluator();
        evaluator.set(0, PluginValue::List(items.iter().map(item).collect()));
        evaluator.evaluate()
    };
    let two = [(Some(2), 1.5), (Some(4), 2.0)];
    assert_eq!(holds("items.all(i, i.n * i.price <= 8)", &two), Ok(PluginValue::Bool(true)));
    assert_eq!(holds("sum(items.map(i, i.n * i.price)) == 11.0", &two), Ok(PluginValue::Bool(true)));
    assert_eq!(holds("items.filter(i, i.n > 2).size() == 1", &two), Ok(PluginValue::Bool(true)));
    assert_eq!(
        holds("items.exists_one(i, !has(i.n))", &[(None, 1.0), (Some(1), 1.0)]),
        Ok(PluginValue::Bool(true))
    );
    assert_eq!(holds("size(items) > 2 && items[0].n == 2", &two), Ok(PluginValue::Bool(false)));
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let problem = |text: &str| match compile(text, "$.target", Purpose::Value) {
        Err(ErrorKind::BadExpression { at, reason }) => format!("{at}: {reason}"),
        Err(ErrorKind::UnknownName { at, name, suggestion }) => format!("{at}: {name} {suggestion:?}"),
        other => panic!("{text}: {other:?}"),
    };
    for (text, expected) in [
        ("", "1: it is empty"),
        ("n +", "4: the expression ends too early"),
        ("n ++ 1", "4: extraneous input '+'"),
        ("n + rat", "5: rat Some(\"rate\")"),
        ("address.cyti", "8: cyti Some(\"city\")"),
        ("first + n", "7: `+` does not take a text and a whole number; `string(x)` makes a text of a number"),
        ("n * first", "3: `*` does not take a whole number and a text"),
        ("ok && n", "4: `&&` does not take a whole number"),
        ("n == first", "3: `==` cannot compare a whole number with a text"),
        ("rate % 2", "6: `%` does not take a number and a whole number"),
        ("rond(rate)", "5: there is no function `rond`; did you mean `round`?"),
        ("lower(n)", "6: `lower` does not take a whole number"),
        ("now()", "4: there is no function `now`"),
        ("items", "1: `$.items` is a list, not a single value"),
        ("address", "1: `$.address` is an object, not a single value"),
        ("place", "1: `$.place` is an object or array, not a single value"),
        ("n in [first]", "3: a whole number is never in a list whose elements are a text"),
        ("1u", "1: there are no bytes and no unsigned numbers in JSON"),
        ("{'a': 1}", "1: objects cannot be made here"),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    let deep = format!("{}n{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(problem(&deep), "42: it is nested more than 40 deep");
    assert!(problem(&"n+".repeat(3000)).contains("longer than 4096 bytes"));
}
