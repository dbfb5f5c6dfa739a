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
    #[inline]
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
    #[inline]
    pub(crate) fn write(self, number: f64, buffer: &mut zmij::Buffer) -> &str {
        // Minus zero would be a value that no quantile names.
        let text = buffer.format_finite(if number == 0.0 { 0.0 } else { number });
        if self.bare { text.strip_suffix(".0").unwrap_or(text) } else { text }
    }
}

/// Reads a number; `None` when the text is none.
///
/// # Method
///
/// Digits that make a whole number below 10^15 are exact, and so is the power of ten of the digits behind the point, so one
/// division rounds as reading does (Clinger 1990, How to read floating point numbers accurately, PLDI, section 4). All
/// others are read by the standard library.
pub(crate) fn read_number(text: &str) -> Option<f64> {
    /// Powers of ten that `f64` holds exactly and that short texts need.
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let (mut whole, mut n_digits, mut n_behind) = (0_u64, 0_usize, None);
    for byte in digits {
        match (byte, &mut n_behind) {
            (b'0'..=b'9', n_behind) => {
                whole = whole.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                n_digits += 1;
                if let Some(n) = n_behind {
                    *n += 1;
                }
            }
            (b'.', None) => n_behind = Some(0_usize),
            _ => return text.parse().ok(),
        }
    }
    if n_digits == 0 || n_digits >= POWERS.len() {
        return text.parse().ok();
    }
    let number = whole as f64 / POWERS[n_behind.unwrap_or(0)];
    Some(if digits.len() < text.len() { -number } else { number })
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

    /// Catches a division that rounds otherwise than reading, lost signs, and texts that are no numbers.
    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        let mut texts: Vec<String> =
            ["", "-", ".", "-.5", "7.", "1.2.3", "0", "-0", "-0.0", "00012", "1e5", "inf", "+3"]
                .map(str::to_owned)
                .into();
        texts.extend(
            ["999999999999999", "9999999999999999", "123456789012345678901234567890"].map(str::to_owned),
        );
        let spelled = (0..20_000_u64).map(|index| {
            let (digits, scale) = (synth_core::hash::mix(index) % 1_000_000_000_000_000, index % 15);
            let steps = 10_u64.pow(u32::try_from(scale).unwrap());
            format!("-{}.{:0width$}", digits / steps, digits % steps, width = usize::try_from(scale).unwrap())
        });
        for text in texts.into_iter().chain(spelled) {
            let expected = text.parse::<f64>().ok().map(f64::to_bits);
            assert_eq!(read_number(&text).map(f64::to_bits), expected, "{text}");
        }
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
