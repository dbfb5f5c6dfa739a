//! Elementary functions with the same bits on every platform.
//!
//! The standard library may call the platform's own `ln` or `exp`, whose last bits differ. These wrap `libm`,
//! a port of musl's implementations that is part of the build. `+ - * /`, `sqrt` and the roundings are exact by
//! IEEE 754, so they use the processor's.

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to base 10.
#[must_use]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// e to the power `x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `base` to the power `exponent`.
#[must_use]
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Ten to an integer power, correctly rounded for exponents in -22..=22.
#[must_use]
pub fn pow10(exponent: i32) -> f64 {
    const EXACT: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    match EXACT.get(exponent.unsigned_abs() as usize) {
        Some(power) if exponent >= 0 => *power,
        Some(power) => 1.0 / power,
        None => libm::pow(10.0, f64::from(exponent)),
    }
}

/// Largest integer not above `x`.
#[must_use]
pub fn floor(x: f64) -> f64 {
    x.floor()
}

/// Smallest integer not below `x`.
#[must_use]
pub fn ceil(x: f64) -> f64 {
    x.ceil()
}

/// Nearest integer, halves away from zero.
#[must_use]
pub fn round(x: f64) -> f64 {
    x.round()
}

/// Square root, correctly rounded.
#[must_use]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Complementary error function: 2 / sqrt(pi) times the integral of exp(-t²) from `x` to infinity.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Sine of an angle in radians.
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Angle in radians whose sine is `x`; NaN outside of [-1, 1].
#[must_use]
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Cosine of an angle in radians.
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Rounds to `digits` significant decimal digits towards negative infinity.
///
/// Zero, NaN and infinities come back unchanged.
#[must_use]
pub fn round_down_to_digits(x: f64, digits: i32) -> f64 {
    round_to_digits_with(x, digits, floor)
}

/// Rounds to `digits` significant decimal digits towards positive infinity.
///
/// Zero, NaN and infinities come back unchanged.
#[must_use]
pub fn round_up_to_digits(x: f64, digits: i32) -> f64 {
    round_to_digits_with(x, digits, ceil)
}

fn round_to_digits_with(x: f64, digits: i32, rounding: fn(f64) -> f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the decimal exponent of a finite f64 is within ±324"
    )]
    let exponent = floor(log10(x.abs())) as i32;
    let places = digits - 1 - exponent;
    if places >= 0 {
        rounding(x * pow10(places)) / pow10(places)
    } else {
        rounding(x / pow10(-places)) * pow10(-places)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_match_the_literals() {
        assert_eq!(pow10(0), 1.0);
        assert_eq!(pow10(22), 1e22);
        assert_eq!(pow10(-3), 1e-3);
        assert_eq!(pow10(300), 1e300);
    }

    #[test]
    fn rounds_outward_to_digits() {
        assert_eq!(round_down_to_digits(1234.0, 2), 1200.0);
        assert_eq!(round_up_to_digits(1234.0, 2), 1300.0);
        assert_eq!(round_down_to_digits(-1234.0, 2), -1300.0);
        assert_eq!(round_up_to_digits(0.01234, 2), 0.013);
        assert_eq!(round_up_to_digits(0.0, 2), 0.0);
    }
}
