//! Values of several JSON types in one column of texts: a string stands behind a quote, all else as it is written.

use synth_core::{Number, Scalar};

/// Appends a value.
pub(crate) fn write(scalar: Scalar<'_>, out: &mut String) {
    match scalar {
        Scalar::Null => out.push_str("null"),
        Scalar::Bool(true) => out.push_str("true"),
        Scalar::Bool(false) => out.push_str("false"),
        Scalar::Number(number) => out.push_str(number.as_str()),
        Scalar::String(text) => {
            out.push('"');
            out.push_str(text);
        }
    }
}

/// Returns a value that was written.
pub(crate) fn read(text: &str) -> Scalar<'_> {
    match text.strip_prefix('"') {
        Some(text) => Scalar::String(text),
        None => match text {
            "null" | "" => Scalar::Null,
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            number => Scalar::Number(Number::from_literal(number)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back() {
        let number = Scalar::Number(Number::from_literal("-1.50"));
        for scalar in [
            Scalar::Null,
            Scalar::Bool(true),
            Scalar::Bool(false),
            number,
            Scalar::String(""),
            Scalar::String("\"1"),
        ] {
            let mut text = String::new();
            write(scalar, &mut text);
            assert_eq!(read(&text), scalar);
        }
    }
}
