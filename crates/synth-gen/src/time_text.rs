//! Printing times fast.

use synth_core::{CivilTime, Seed, TimeFormat, Timestamp};

use crate::choice::Choice;
use crate::faker::write_number;

/// A time format; the common letters are printed without the formatting machinery.
#[derive(Debug, Clone)]
pub(crate) struct TimeText {
    format: TimeFormat,
    /// `None` when the format has a letter that only [`TimeFormat`] prints.
    parts: Option<Vec<Part>>,
    zones: Option<Zones>,
}

/// The zones in which times are written.
#[derive(Debug, Clone)]
pub(crate) struct Zones {
    pub(crate) choice: Choice,
    /// Minutes ahead of UTC.
    pub(crate) minutes: Vec<i32>,
    pub(crate) seed: Seed,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(String),
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction(u8),
}

impl TimeText {
    pub(crate) fn new(format: TimeFormat) -> Self {
        Self { parts: parts(format.as_str()), format, zones: None }
    }

    pub(crate) fn format(&self) -> &TimeFormat {
        &self.format
    }

    /// Writes each time in one of the zones, drawn by its address.
    pub(crate) fn in_zones(self, zones: Option<Zones>) -> Self {
        Self { zones: zones.filter(|_| self.format.has_zone()), ..self }
    }

    /// Appends the text of a moment, the same that [`TimeFormat::write_zoned`] prints.
    pub(crate) fn write(&self, moment: Timestamp, address: u64, out: &mut String) {
        if let Some(zones) = &self.zones {
            let minutes = zones.minutes[zones.choice.pick(zones.seed.uniform(address))];
            let written = self.format.write_zoned(moment, minutes, out);
            return written.expect("writing to a string does not fail");
        }
        let civil = moment.civil();
        match &self.parts {
            Some(parts) if (0..=9999).contains(&civil.year) => {
                parts.iter().for_each(|part| part.write(civil, out));
            }
            _ => self.format.write(moment, out).expect("writing to a string does not fail"),
        }
    }
}

fn parts(spec: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = spec;
    while let Some((literal, behind)) = rest.split_once('%') {
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let (part, n_bytes) = match behind.as_bytes() {
            [b'Y', ..] => (Part::Year, 1),
            [b'm', ..] => (Part::Month, 1),
            [b'd', ..] => (Part::Day, 1),
            [b'H', ..] => (Part::Hour, 1),
            [b'M', ..] => (Part::Minute, 1),
            [b'S', ..] => (Part::Second, 1),
            [b'.', digit @ b'1'..=b'6', b'f', ..] => (Part::Fraction(digit - b'0'), 3),
            [b':', b'z', ..] => (Part::Literal("+00:00".to_owned()), 2),
            [b'z', ..] => (Part::Literal("+0000".to_owned()), 1),
            _ => return None,
        };
        parts.push(part);
        rest = &behind[n_bytes..];
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Some(parts)
}

impl Part {
    fn write(&self, civil: CivilTime, out: &mut String) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Year => {
                let year = civil.year.unsigned_abs();
                push_two(year / 100, out);
                push_two(year % 100, out);
            }
            Self::Month => push_two(civil.month, out),
            Self::Day => push_two(civil.day, out),
            Self::Hour => push_two(civil.hour, out),
            Self::Minute => push_two(civil.minute, out),
            Self::Second => push_two(civil.second, out),
            Self::Fraction(digits) => {
                out.push('.');
                let fraction = civil.micros / 10_u32.pow(6 - u32::from(*digits));
                write_number(u64::from(fraction), usize::from(*digits), out);
            }
        }
    }
}

/// Appends two digits of a number below 100.
fn push_two(number: u32, out: &mut String) {
    const PAIRS: &str = "0001020304050607080910111213141516171819\
        2021222324252627282930313233343536373839\
        4041424344454647484950515253545556575859\
        6061626364656667686970717273747576777879\
        8081828384858687888990919293949596979899";
    let at = number as usize % 100 * 2;
    out.push_str(&PAIRS[at..at + 2]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_the_format_prints() {
        for spec in [
            "%Y-%m-%dT%H:%M:%S%.3fZ",
            "%d/%m/%Y %H:%M:%S %z",
            "%Y%m%d",
            "é%S%:z",
            "%B %-d, %Y",
            "100%%",
            "%G-W%V-%u",
            "%s%3f",
        ] {
            let format = TimeFormat::parse(spec).unwrap();
            let text = TimeText::new(format.clone());
            for step in 0..2000_i64 {
                let moment = Timestamp(step * 158_932_345_678_901 - 60_000_000_000_000_000);
                let (mut ours, mut expected) = (String::new(), String::new());
                text.write(moment, 0, &mut ours);
                format.write(moment, &mut expected).unwrap();
                assert_eq!(ours, expected, "{spec}");
            }
        }
    }
}
