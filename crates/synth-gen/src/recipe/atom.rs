//! Literals of the rules, ready to be written.

use std::ops::Deref;

use synth_core::{JsonText, Number, Scalar, cast};
use synth_rules::{FieldType, Literal, NumberSpelling, ValueKind};

use crate::error::ErrorKind;
use crate::spelling::{DecimalSpelling, FloatSpelling, MAX_DECIMALS};

/// A literal, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Atom {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
}

/// The literals that the values of a field are chosen from, with their JSON.
#[derive(Debug, Clone)]
pub(super) struct Atoms {
    atoms: Vec<Atom>,
    texts: Vec<JsonText>,
}

impl Atoms {
    /// Returns the JSON of a literal.
    #[inline]
    pub(super) fn text(&self, at: usize) -> &JsonText {
        &self.texts[at]
    }
}

impl From<Vec<Atom>> for Atoms {
    fn from(atoms: Vec<Atom>) -> Self {
        Self { texts: atoms.iter().map(|atom| JsonText::literal(atom.scalar())).collect(), atoms }
    }
}

impl Deref for Atoms {
    type Target = [Atom];

    fn deref(&self) -> &[Atom] {
        &self.atoms
    }
}

/// Prepares a literal: strings in fields of type string, numbers as the field spells them.
pub(super) fn atom(literal: &Literal, kind: &ValueKind) -> Result<Atom, ErrorKind> {
    let spelled = |number: f64| {
        if !number.is_finite() {
            return Err(ErrorKind::BadNumber { what: "values" });
        }
        Ok(spell(number, kind))
    };
    let atom = match literal {
        Literal::Null => Atom::Null,
        Literal::Bool(flag) => Atom::Bool(*flag),
        Literal::Integer(number)
            if kind.field_type != FieldType::Number || number.unsigned_abs() > 1 << 53 =>
        {
            Atom::Number(number.to_string())
        }
        Literal::Integer(number) => Atom::Number(spelled(*number as f64)?),
        Literal::Number(number) => Atom::Number(spelled(*number)?),
        Literal::Text(text) => Atom::Text(text.clone()),
    };
    Ok(match atom {
        Atom::Number(text) if kind.field_type == FieldType::String => Atom::Text(text),
        Atom::Bool(flag) if kind.field_type == FieldType::String => Atom::Text(flag.to_string()),
        other => other,
    })
}

fn spell(number: f64, kind: &ValueKind) -> String {
    let spelling = kind.constraints.spelling;
    let bare = kind.field_type == FieldType::Integer;
    let decimals = kind.constraints.decimals.unwrap_or(0).min(MAX_DECIMALS);
    let scaled = number * synth_core::math::pow10(i32::from(decimals));
    if spelling == NumberSpelling::Fixed && scaled.abs() < 9e15 && kind.field_type == FieldType::Number {
        let mut room = [0; 48];
        let spelling = DecimalSpelling::new(decimals, spelling);
        return spelling.write(cast::round_to_i64(scaled), &mut room).to_owned();
    }
    let mut float = zmij::Buffer::new();
    FloatSpelling { bare: bare || spelling == NumberSpelling::Shortest }.write(number, &mut float).to_owned()
}

impl Atom {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn scalar(&self) -> Scalar<'_> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(flag) => Scalar::Bool(*flag),
            Self::Number(text) => Scalar::Number(Number::from_literal(text)),
            Self::Text(text) => Scalar::String(text),
        }
    }

    /// Tells whether a literal of the rules names this value, however it is spelled.
    pub(super) fn equals(&self, literal: &Literal) -> bool {
        match (self, literal) {
            (Self::Null, Literal::Null) => true,
            (Self::Bool(flag), Literal::Bool(wanted)) => flag == wanted,
            (Self::Bool(flag), Literal::Text(wanted)) => wanted == if *flag { "true" } else { "false" },
            (Self::Text(text), Literal::Text(wanted)) => text == wanted,
            (Self::Text(text), Literal::Integer(wanted)) => *text == wanted.to_string(),
            (Self::Text(text), Literal::Bool(wanted)) => text == if *wanted { "true" } else { "false" },
            (Self::Number(text), Literal::Integer(wanted)) => {
                text.parse() == Ok(*wanted) || text.parse::<f64>().is_ok_and(|x| same(x, *wanted as f64))
            }
            (Self::Number(text), Literal::Number(wanted)) => {
                text.parse::<f64>().is_ok_and(|number| same(number, *wanted))
            }
            _ => false,
        }
    }
}

fn same(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
}
