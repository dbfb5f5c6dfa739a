//! Generators that do not make the field's type, and limits that they do not keep.

use super::Report;
use crate::error::ErrorKind;
use crate::field::{Constraints, FieldType, NumberSpelling, ValueKind};
use crate::generator::{FakerMethod, Generator, Literal, WrittenAs};

/// What the values of a generator are in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Text,
    Integers,
    Numbers,
    Booleans,
    /// Literals of several types.
    Mixed,
}

pub(super) fn problems(kind: &ValueKind, report: Report<'_>) {
    let field_type = kind.field_type.name();
    let Some(generator) = &kind.generator else {
        if !kind.field_type.is_bare() {
            report(&["type"], ErrorKind::MissingGenerator { field_type: field_type.to_owned() });
        }
        ignored_constraints(kind, "a field without generator", report);
        return;
    };
    let name = generator.name();
    if kind.field_type.is_bare() {
        let because = format!("values of type `{field_type}` need none");
        report(&["generator"], ErrorKind::IgnoredKey { key: "generator".to_owned(), because });
    } else if !(is_open(generator) || fits(kind.field_type, made(generator))) {
        let (generator, field_type) = (name.to_owned(), field_type.to_owned());
        report(&["generator"], ErrorKind::WrongGenerator { generator, field_type });
    }
    ignored_constraints(kind, &format!("the generator `{name}`"), report);
}

/// Tells whether the generator alone does not say what it makes.
fn is_open(generator: &Generator) -> bool {
    matches!(generator, Generator::Plugin(_) | Generator::Derived(_) | Generator::Copy(_))
}

fn made(generator: &Generator) -> Made {
    match generator {
        Generator::Sequence(sequence) if !sequence.is_text() => Made::Integers,
        Generator::QuantileSample(_) | Generator::Kde(_) | Generator::Series(_) => Made::Numbers,
        Generator::Parametric(params) if params.is_whole() => Made::Integers,
        Generator::Parametric(_) => Made::Numbers,
        Generator::TemporalRhythmic(times) if times.format.starts_with("epoch_") => Made::Numbers,
        Generator::TemporalRhythmic(times) if times.written_as == WrittenAs::Number => Made::Integers,
        Generator::Categorical(categorical) => made_of(&categorical.values),
        Generator::Constant(constant) => made_of(std::slice::from_ref(&constant.value)),
        _ => Made::Text,
    }
}

fn made_of(literals: &[Literal]) -> Made {
    let all = |test: fn(&Literal) -> bool| literals.iter().all(test);
    match () {
        () if all(|literal| matches!(literal, Literal::Text(_))) => Made::Text,
        () if all(|literal| matches!(literal, Literal::Bool(_))) => Made::Booleans,
        () if all(|literal| matches!(literal, Literal::Integer(_))) => Made::Integers,
        () if all(|literal| matches!(literal, Literal::Integer(_) | Literal::Number(_))) => Made::Numbers,
        () => Made::Mixed,
    }
}

/// Strings take anything, as numbers get quotes; numbers of an integer field are rounded.
fn fits(field_type: FieldType, made: Made) -> bool {
    match field_type {
        FieldType::Integer | FieldType::Number => matches!(made, Made::Integers | Made::Numbers),
        FieldType::Boolean => made == Made::Booleans,
        FieldType::Datetime => made != Made::Booleans,
        FieldType::String | FieldType::Enum => true,
        FieldType::Object | FieldType::Array | FieldType::Null => false,
    }
}

/// Reports every limit that is set and not kept.
fn ignored_constraints(kind: &ValueKind, who: &str, report: Report<'_>) {
    let kept = kept(kind);
    for key in set_keys(&kind.constraints) {
        let is_kept = kept.contains(&key) || key == "recurrence" && may_recur(kind);
        if !is_kept {
            let because = format!("{who} does not keep it");
            report(&["constraints", key], ErrorKind::IgnoredKey { key: key.to_owned(), because });
        }
    }
}

/// Tells whether the values of a kind are drawn one by one from many, so that some may be drawn again.
fn may_recur(kind: &ValueKind) -> bool {
    match &kind.generator {
        Some(Generator::Faker(faker)) => faker.entity.is_none(),
        Some(
            Generator::Pattern(_) | Generator::Template(_) | Generator::MarkovText(_) | Generator::UuidV4,
        ) => true,
        Some(generator) => generator.makes_numbers(),
        None => false,
    }
}

/// The limits that the values of a kind keep.
fn kept(kind: &ValueKind) -> &'static [&'static str] {
    match &kind.generator {
        Some(generator) if generator.makes_numbers() && kind.field_type == FieldType::String => {
            &["min", "max", "decimals", "decimal_probs", "spelling", "integer_share", "prefix", "suffix"]
        }
        Some(generator) if generator.makes_numbers() => {
            &["min", "max", "decimals", "decimal_probs", "spelling", "integer_share"]
        }
        Some(Generator::Series(_)) => &["min", "max", "decimals", "spelling"],
        Some(Generator::Derived(_)) if matches!(kind.field_type, FieldType::Integer | FieldType::Number) => {
            &["min", "max", "decimals", "spelling"]
        }
        Some(Generator::TemporalRhythmic(times)) if times.format.starts_with("epoch_") => {
            &["decimals", "spelling", "integer_share"]
        }
        Some(Generator::Faker(faker)) if matches!(faker.method, FakerMethod::Words | FakerMethod::Text) => {
            &["min_length", "max_length"]
        }
        Some(Generator::Categorical(_) | Generator::Constant(_)) if kind.field_type == FieldType::Number => {
            &["decimals", "spelling"]
        }
        _ => &[],
    }
}

fn set_keys(limits: &Constraints) -> impl Iterator<Item = &'static str> + use<> {
    let set = [
        ("min", limits.min.is_some()),
        ("max", limits.max.is_some()),
        ("decimals", limits.decimals.is_some()),
        ("decimal_probs", !limits.decimal_probs.is_empty()),
        ("spelling", limits.spelling != NumberSpelling::default()),
        ("integer_share", limits.integer_share.is_some()),
        ("min_length", limits.min_length.is_some()),
        ("max_length", limits.max_length.is_some()),
        ("prefix", !limits.prefix.is_empty()),
        ("suffix", !limits.suffix.is_empty()),
        ("recurrence", limits.recurrence.is_some()),
    ];
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key)
}
