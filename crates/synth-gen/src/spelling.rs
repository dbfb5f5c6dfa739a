//! How numbers are spelled.

use synth_core::cast;
use synth_rules::NumberSpelling;

/// Largest number of digits behind the point that is kept exactly; more are treated as this many.
pub(crate) const MAX_DECIMALS: u8 = 15;

/// Spells `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecimalSpelling {
    scale: u8,
    /// Digits behind the point that stay even when they are zeros.
    keep: u8,
}

/// Room for one number: a sign, twenty digits, a point and the zeros of the largest scale.
pub(crate) type NumberRoom = [u8; 48];

impl DecimalSpelling {
    pub(crate) fn new(scale: u8, spelling: NumberSpelling) -> Self {
        let keep = match spelling {
            NumberSpelling::Decimal => 1,
            NumberSpelling::Shortest => 0,
            NumberSpelling::Fixed => scale,
        };
        Self { scale, keep }
    }

    /// Returns the steps of its scale in one unit.
    pub(crate) fn steps(self) -> f64 {
        synth_core::math::pow10(i32::from(self.scale))
    }

    /// Writes the number of its scale that is nearest to `number`.
    pub(crate) fn write_nearest(self, number: f64, room: &mut NumberRoom) -> &str {
        let steps = number * self.steps();
        self.write(cast::round_to_i64(steps), room)
    }

    /// Writes a number to the end of `room` and returns it.
    pub(crate) fn write(self, mantissa: i64, room: &mut NumberRoom) -> &str {
        let mut digits = mantissa.unsigned_abs();
        let mut scale = self.scale;
        while scale > self.keep && digits.is_multiple_of(10) {
            digits /= 10;
            scale -= 1;
        }
        let mut at = room.len();
        let mut push = |byte| {
            at -= 1;
            room[at] = byte;
        };
        for _ in scale..self.keep {
            push(b'0');
        }
        for _ in 0..scale {
            push(digit(digits));
            digits /= 10;
        }
        if scale.max(self.keep) > 0 {
            push(b'.');
        }
        loop {
            push(digit(digits));
            digits /= 10;
            if digits == 0 {
                break;
            }
        }
        if mantissa < 0 {
            push(b'-');
        }
        ascii(&room[at..])
    }
}

fn digit(digits: u64) -> u8 {
    b"0123456789"[cast::to_usize(digits % 10)]
}

/// Spells numbers whose decimals are not limited, as short as reads back equal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloatSpelling {
    /// Whole numbers are written without a point.
    pub(crate) bare: bool,
}

impl FloatSpelling {
    pub(crate) fn new(spelling: NumberSpelling) -> Self {
        Self { bare: spelling == NumberSpelling::Shortest }
    }

    /// Returns the text of a finite number.
    pub(crate) fn write(self, number: f64, buffer: &mut zmij::Buffer) -> &str {
        // Minus zero would be a value that no quantile names.
        let text = buffer.format_finite(if number == 0.0 { 0.0 } else { number });
        if self.bare { text.strip_suffix(".0").unwrap_or(text) } else { text }
    }
}

/// Returns bytes that are ASCII by construction as text.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("only ASCII was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mantissa: i64, scale: u8, spellings: [&str; 3]) {
        let kinds = [NumberSpelling::Decimal, NumberSpelling::Shortest, NumberSpelling::Fixed];
        for (kind, expected) in kinds.into_iter().zip(spellings) {
            let mut room = [0; 48];
            assert_eq!(DecimalSpelling::new(scale, kind).write(mantissa, &mut room), expected, "{kind:?}");
        }
    }

    #[test]
    fn decimals_are_spelled_as_asked() {
        check(2800, 2, ["28.0", "28", "28.00"]);
        check(2850, 2, ["28.5", "28.5", "28.50"]);
        check(-5, 3, ["-0.005", "-0.005", "-0.005"]);
        check(0, 2, ["0.0", "0", "0.00"]);
        check(28, 0, ["28.0", "28", "28"]);
        check(i64::MIN, 15, ["-9223.372036854775808", "-9223.372036854775808", "-9223.372036854775808"]);
        check(i64::MAX, 0, ["9223372036854775807.0", "9223372036854775807", "9223372036854775807"]);
    }

    #[test]
    fn floats_are_valid_json() {
        let mut buffer = zmij::Buffer::new();
        for number in [0.1 + 0.2, 1e300, -1e-300, 5e-324, 28.0, -0.0, 1e15, 1e16, 1e17, 123_456_789.0] {
            for spelling in [NumberSpelling::Decimal, NumberSpelling::Shortest] {
                let text = FloatSpelling::new(spelling).write(number, &mut buffer);
                let back: serde_json::Number = serde_json::from_str(text).unwrap();
                assert!((back.as_f64().unwrap() - number).abs() <= 0.0, "{text}");
            }
        }
        assert_eq!(FloatSpelling { bare: true }.write(28.0, &mut buffer), "28");
        assert_eq!(FloatSpelling { bare: false }.write(-0.0, &mut buffer), "0.0");
    }
}
