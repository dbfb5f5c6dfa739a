//! Printing times fast.

use synth_core::{CivilTime, Seed, TimeFormat, Timestamp};

use crate::choice::Choice;

/// A time format; the common letters are printed without the formatting machinery.
#[derive(Debug, Clone)]
pub(crate) struct TimeText {
    format: TimeFormat,
    /// `None` when the format has a letter that only [`TimeFormat`] prints.
    form: Option<Form>,
    zones: Option<Zones>,
}

/// Longest text of a [`Form`], in bytes.
const MAX_FORM: usize = 64;

/// A text of fixed length whose numbers are filled in.
#[derive(Debug, Clone)]
struct Form {
    text: [u8; MAX_FORM],
    length: usize,
    /// What stands where.
    parts: Vec<(usize, Part)>,
}

/// The zones in which times are written.
#[derive(Debug, Clone)]
pub(crate) struct Zones {
    pub(crate) choice: Choice,
    /// Minutes ahead of UTC.
    pub(crate) minutes: Vec<i32>,
    pub(crate) seed: Seed,
}

/// A number of fixed length.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
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
        Self { form: Form::read(format.as_str()), format, zones: None }
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
        match &self.form {
            Some(form) if (0..=9999).contains(&civil.year) => form.write(civil, out),
            _ => self.format.write(moment, out).expect("writing to a string does not fail"),
        }
    }
}

impl Form {
    /// Reads a format, if all its letters have a fixed length.
    fn read(spec: &str) -> Option<Self> {
        let (mut text, mut parts) = (String::new(), Vec::new());
        let mut rest = spec;
        while let Some((literal, behind)) = rest.split_once('%') {
            text.push_str(literal);
            let (part, n_bytes) = match behind.as_bytes() {
                [b'Y', ..] => (Part::Year, 1),
                [b'm', ..] => (Part::Month, 1),
                [b'd', ..] => (Part::Day, 1),
                [b'H', ..] => (Part::Hour, 1),
                [b'M', ..] => (Part::Minute, 1),
                [b'S', ..] => (Part::Second, 1),
                [b'.', digit @ b'1'..=b'6', b'f', ..] => {
                    text.push('.');
                    (Part::Fraction(digit - b'0'), 3)
                }
                [b':', b'z', ..] | [b'z', ..] => {
                    let (zone, n_bytes) = if behind.starts_with(':') { ("+00:00", 2) } else { ("+0000", 1) };
                    text.push_str(zone);
                    rest = &behind[n_bytes..];
                    continue;
                }
                _ => return None,
            };
            parts.push((text.len(), part));
            text.extend(std::iter::repeat_n('0', part.length()));
            rest = &behind[n_bytes..];
        }
        text.push_str(rest);
        let mut form = Self { text: [0; MAX_FORM], length: text.len(), parts };
        form.text.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(form)
    }

    fn write(&self, civil: CivilTime, out: &mut String) {
        let mut text = self.text;
        for (at, part) in &self.parts {
            part.write(civil, &mut text[*at..]);
        }
        out.push_str(
            std::str::from_utf8(&text[..self.length]).expect("digits stand between whole characters"),
        );
    }
}

impl Part {
    fn length(self) -> usize {
        match self {
            Self::Year => 4,
            Self::Fraction(digits) => usize::from(digits),
            _ => 2,
        }
    }

    /// Writes the number to the front of `text`.
    fn write(self, civil: CivilTime, text: &mut [u8]) {
        match self {
            Self::Year => {
                let year = civil.year.unsigned_abs();
                put_two(year / 100, text);
                put_two(year % 100, &mut text[2..]);
            }
            Self::Month => put_two(civil.month, text),
            Self::Day => put_two(civil.day, text),
            Self::Hour => put_two(civil.hour, text),
            Self::Minute => put_two(civil.minute, text),
            Self::Second => put_two(civil.second, text),
            Self::Fraction(digits) => {
                let mut fraction = civil.micros / 10_u32.pow(6 - u32::from(digits));
                for byte in text[..usize::from(digits)].iter_mut().rev() {
                    *byte = DIGITS[(fraction % 10) as usize];
                    fraction /= 10;
                }
            }
        }
    }
}

const DIGITS: &[u8; 10] = b"0123456789";

/// Writes two digits of a number below 100.
fn put_two(number: u32, text: &mut [u8]) {
    let number = number as usize;
    text[..2].copy_from_slice(&[DIGITS[number / 10 % 10], DIGITS[number % 10]]);
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
            "%Y-%m-%dT%H:%M:%S.%6f and more text than a form of fixed length has room for %H",
            "%.6f%.1f",
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
