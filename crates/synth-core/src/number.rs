//! JSON numbers in their own spelling.

use crate::math;

/// A number literal that follows the JSON grammar.
///
/// The text is kept, so `1.0`, `1` and `1e0` stay apart and no digit is lost beyond 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(&'a str);

/// An exact decimal: `mantissa` / 10^`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, with sign.
    pub mantissa: i128,
    /// Number of digits behind the point.
    pub scale: u8,
}

impl<'a> Number<'a> {
    /// Wraps a literal that the caller has checked against the JSON grammar.
    #[must_use]
    pub const fn from_literal(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns the literal as it was spelled.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Tells whether the literal has neither fraction nor exponent.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        !self.0.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }

    /// Returns the value when the literal is an integer that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// Returns the nearest `f64`; infinite when the literal is beyond its range.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        // The grammar of JSON numbers is a subset of what `f64::from_str` reads.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Returns the number of digits behind the point; 0 for integers and for literals with an exponent.
    #[must_use]
    pub fn decimals(&self) -> usize {
        match self.0.split_once('.') {
            Some((_, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => fraction.len(),
            _ => 0,
        }
    }

    /// Returns the exact value when the literal has no exponent and at most 36 digits.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        let (negative, digits) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0),
        };
        if digits.len() > 37 {
            return None;
        }
        let mut mantissa = 0_i128;
        let mut scale = 0_u8;
        let mut behind_point = false;
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa * 10 + i128::from(byte - b'0');
                    scale += u8::from(behind_point);
                }
                b'.' => behind_point = true,
                _ => return None,
            }
        }
        Some(Decimal { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }
}

impl Decimal {
    /// Returns the nearest `f64`, up to one rounding of the mantissa and one of the division.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.mantissa as f64 / math::pow10(i32::from(self.scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, integer: bool, decimals: usize, decimal: Option<(i128, u8)>) {
        let number = Number::from_literal(text);
        assert_eq!(number.is_integer(), integer, "{text}");
        assert_eq!(number.decimals(), decimals, "{text}");
        assert_eq!(number.to_decimal().map(|d| (d.mantissa, d.scale)), decimal, "{text}");
    }

    #[test]
    fn spellings_are_told_apart() {
        check("1", true, 0, Some((1, 0)));
        check("1.0", false, 1, Some((10, 1)));
        check("-0.250", false, 3, Some((-250, 3)));
        check("1e2", false, 0, None);
        check("18446744073709551616", true, 0, Some((18_446_744_073_709_551_616, 0)));
        check("1.5e400", false, 0, None);
    }

    #[test]
    fn beyond_f64_is_infinite() {
        assert!(Number::from_literal("1e400").as_f64().is_infinite());
        assert_eq!(Number::from_literal("-9223372036854775808").as_i64(), Some(i64::MIN));
    }
}
