//! A record as a tree, for the schema validator.

use std::convert::Infallible;

use serde_json::{Map, Number, Value};
use synth_core::{Event, EventSink, Scalar};

/// Builds a [`serde_json::Value`] from the tokens of one record.
///
/// Numbers beyond `f64` become the largest one of their sign, which keeps their type.
#[derive(Debug, Default)]
pub struct RecordValue {
    /// Containers that are open, each with the key that the next value of an object gets.
    stack: Vec<(Value, String)>,
    finished: Option<Value>,
}

impl RecordValue {
    /// Returns the record whose last token has come, and starts anew; null when there was none.
    pub fn take(&mut self) -> Value {
        self.stack.clear();
        self.finished.take().unwrap_or_default()
    }

    fn push(&mut self, value: Value) {
        match self.stack.last_mut() {
            None => self.finished = Some(value),
            Some((Value::Array(elements), _)) => elements.push(value),
            Some((Value::Object(members), key)) => _ = members.insert(std::mem::take(key), value),
            Some(_) => {}
        }
    }

    fn close(&mut self) {
        if let Some((container, _)) = self.stack.pop() {
            self.push(container);
        }
    }
}

impl EventSink for RecordValue {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        match event {
            Event::ObjectStart => self.stack.push((Value::Object(Map::new()), String::new())),
            Event::ArrayStart => self.stack.push((Value::Array(Vec::new()), String::new())),
            Event::ObjectEnd | Event::ArrayEnd => self.close(),
            Event::Key(key) => {
                if let Some((_, slot)) = self.stack.last_mut() {
                    key.clone_into(slot);
                }
            }
            Event::Scalar(scalar) => self.push(value_of(scalar)),
        }
        Ok(())
    }
}

fn value_of(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::String(text) => Value::String(text.to_owned()),
        Scalar::Number(number) => match (number.as_i64(), number.as_str().parse::<u64>()) {
            (Some(value), _) => Value::from(value),
            (None, Ok(value)) => Value::from(value),
            (None, Err(_)) => {
                let value = number.as_f64().clamp(f64::MIN, f64::MAX);
                Number::from_f64(value).map_or(Value::Null, Value::Number)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::Number as Literal;

    #[test]
    fn tokens_become_a_tree() {
        let mut record = RecordValue::default();
        let number = |text| Event::Scalar(Scalar::Number(Literal::from_literal(text)));
        let tokens = [
            Event::ObjectStart,
            Event::Key("a"),
            Event::ArrayStart,
            number("1"),
            number("-1e400"),
            Event::Scalar(Scalar::Null),
            Event::ArrayEnd,
            Event::Key("b"),
            Event::Scalar(Scalar::String("x")),
            Event::ObjectEnd,
        ];
        for token in tokens {
            let Ok(()) = record.event(token, 0);
        }
        assert_eq!(record.take(), serde_json::json!({"a": [1, f64::MIN, null], "b": "x"}));
        assert_eq!(record.take(), Value::Null);
    }
}
