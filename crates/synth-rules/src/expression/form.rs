//! What values are, as expressions see them.

use synth_core::JsonPath;
use synth_core::plugin::PluginValue;

/// What the values of a field or of an expression are.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueForm {
    /// Values of several types, or of a type that is not known before they are made.
    Any,
    /// Always `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Texts.
    Text,
    /// A list of values of one form.
    List(Box<ValueForm>),
    /// An object with the path whose members are those of the rules, and its members.
    Object(JsonPath, Vec<(String, ValueForm)>),
}

impl ValueForm {
    /// Returns the form in words of a rule file.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Any => "a value of any type",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Object(..) => "an object",
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Number | Self::Any)
    }

    /// The form of values of which some are of the one and some of the other form.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (Self::Null, form) | (form, Self::Null) => form,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            (Self::List(left), Self::List(right)) => Self::List(Box::new(match (*left, *right) {
                // An empty list is a list of anything.
                (Self::Any, form) | (form, Self::Any) => form,
                (left, right) => left.or(right),
            })),
            _ => Self::Any,
        }
    }

    /// Returns a value as the engine knows it: numbers as the rules have them, however they are spelled, and members that
    /// are missing as null.
    pub(super) fn admit(&self, value: PluginValue) -> cel::Value {
        match (self, value) {
            (_, PluginValue::Null) => cel::Value::Null,
            (_, PluginValue::Bool(flag)) => cel::Value::Bool(flag),
            (Self::Number, PluginValue::Integer(number)) => cel::Value::Float(number as f64),
            (Self::Integer, PluginValue::Number(number)) => match whole(number) {
                Some(number) => cel::Value::Int(number),
                None => cel::Value::Float(number),
            },
            (_, PluginValue::Integer(number)) => cel::Value::Int(number),
            (_, PluginValue::Number(number)) => cel::Value::Float(number),
            (_, PluginValue::Text(text)) => cel::Value::String(text.into()),
            (form, PluginValue::List(values)) => {
                let of = if let Self::List(of) = form { of } else { &Self::Any };
                cel::Value::List(values.into_iter().map(|value| of.admit(value)).collect::<Vec<_>>().into())
            }
            (form, PluginValue::Map(members)) => form.admit_members(members),
        }
    }

    fn admit_members(&self, members: Vec<(String, PluginValue)>) -> cel::Value {
        let known: &[(String, Self)] = if let Self::Object(_, known) = self { known } else { &[] };
        let missing: Vec<cel::objects::Key> = known
            .iter()
            .filter(|(name, _)| members.iter().all(|(member, _)| member != name))
            .map(|(name, _)| name.as_str().into())
            .collect();
        let there = members.into_iter().map(|(name, value)| {
            let form = known.iter().find(|(known, _)| *known == name).map_or(&Self::Any, |(_, form)| form);
            (cel::objects::Key::from(name), form.admit(value))
        });
        let all = there.chain(missing.into_iter().map(|name| (name, cel::Value::Null)));
        cel::Value::Map(cel::objects::Map { map: std::sync::Arc::new(all.collect()) })
    }
}

/// The number as a whole one, if it is one that 64 bits hold exactly.
pub(super) fn whole(number: f64) -> Option<i64> {
    let nearest = synth_core::math::round(number);
    let is_whole = (number - nearest).abs() < f64::MIN_POSITIVE && number.abs() < 9e15;
    is_whole.then(|| synth_core::cast::round_to_i64(number))
}
