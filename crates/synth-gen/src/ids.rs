//! The generators `uuid_v4`, `uuid_v7`, `ulid` and `sequence`.

use synth_core::{Permutation, Seed, cast};
use synth_rules::generator::Sequence;

use crate::column::{Slot, Slots, Values};
use crate::error::ErrorKind;
use crate::spelling::ascii;

/// Milliseconds from 1970 to 2024-01-01T00:00:00Z: the time of row 0 in `uuid_v7` and `ulid`; row `i` is `i`
/// milliseconds later.
const EPOCH_MILLIS: u64 = 1_704_067_200_000;

/// Identifiers of 128 bits.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    form: IdForm,
    high: Seed,
    low: Seed,
    /// Numbers the low 62 bits of random identifiers that must not repeat.
    numbers: Option<Permutation>,
}

/// Which identifiers are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdForm {
    /// Random UUIDs.
    UuidV4,
    /// UUIDs that rise with the ordinal.
    UuidV7,
    /// ULIDs that rise with the ordinal.
    Ulid,
}

impl Ids {
    pub(crate) fn compile(form: IdForm, unique: bool, seed: Seed) -> Self {
        let numbers = (unique && form == IdForm::UuidV4).then(|| Permutation::new(1 << 62, seed));
        Self { form, high: seed.child("high"), low: seed.child("low"), numbers }
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        match self.form {
            IdForm::UuidV4 => slots.fill_text(out, |slot, out| {
                let low = match &self.numbers {
                    Some(numbers) => numbers.apply(slot.ordinal),
                    None => self.low.bits(slot.address),
                };
                write_uuid(self.high.bits(slot.address), low, 4, out);
            }),
            IdForm::UuidV7 => slots.fill_text(out, |slot, out| {
                let (high, low) = self.timed_words(slot);
                write_uuid(high, low, 7, out);
            }),
            IdForm::Ulid => slots.fill_text(out, |slot, out| {
                let (high, low) = self.timed_words(slot);
                write_ulid(high, low, out);
            }),
        }
    }

    /// Returns 48 bits of time and 80 random bits.
    fn timed_words(&self, slot: Slot) -> (u64, u64) {
        let time = EPOCH_MILLIS.wrapping_add(slot.ordinal) << 16;
        (time | (self.high.bits(slot.address) & 0xffff), self.low.bits(slot.address))
    }
}

/// Appends a UUID of the given version and of the variant of RFC 9562.
fn write_uuid(high: u64, low: u64, version: u64, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let high = (high & !0xf000) | (version << 12);
    let low = (low & (u64::MAX >> 2)) | (1 << 63);
    let mut room = [b'-'; 36];
    let bytes = high.to_be_bytes().into_iter().chain(low.to_be_bytes());
    let mut at = 0;
    for byte in bytes {
        at += usize::from(matches!(at, 8 | 13 | 18 | 23));
        room[at] = DIGITS[usize::from(byte >> 4)];
        room[at + 1] = DIGITS[usize::from(byte & 0xf)];
        at += 2;
    }
    out.push_str(ascii(&room));
}

/// Appends 128 bits as 26 digits of Crockford's base 32.
fn write_ulid(high: u64, low: u64, out: &mut String) {
    let mut word = (u128::from(high) << 64) | u128::from(low);
    let mut room = [0; 26];
    for byte in room.iter_mut().rev() {
        *byte = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[cast::to_usize(cast::low_u64(word & 31))];
        word >>= 5;
    }
    out.push_str(ascii(&room));
}

/// Numbers in steps.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    start: i64,
    step: i64,
    prefix: String,
    width: usize,
    suffix: String,
}

impl Steps {
    pub(crate) fn compile(sequence: &Sequence, n_needed: u64, unique: bool) -> Result<Self, ErrorKind> {
        if unique && sequence.step == 0 && n_needed > 1 {
            return Err(ErrorKind::NotEnoughValues { have: 1, need: n_needed });
        }
        let last =
            i128::from(n_needed.saturating_sub(1)) * i128::from(sequence.step) + i128::from(sequence.start);
        i64::try_from(last).map_err(|_| ErrorKind::BadNumber { what: "sequence" })?;
        let (start, step) = (sequence.start, sequence.step);
        let (prefix, suffix) = (sequence.prefix.clone(), sequence.suffix.clone());
        Ok(Self { start, step, prefix, width: usize::from(sequence.width), suffix })
    }

    /// Tells whether every row's number is larger than the one before.
    pub(crate) fn rises(&self) -> bool {
        self.step > 0
    }

    fn number(&self, slot: Slot) -> i64 {
        self.start.wrapping_add(slot.ordinal.cast_signed().wrapping_mul(self.step))
    }

    pub(crate) fn fill_integers(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_integers(out, |slot| self.number(slot));
    }

    pub(crate) fn fill_text(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| {
            let number = self.number(slot);
            out.push_str(&self.prefix);
            if number < 0 {
                out.push('-');
            }
            crate::faker::write_number(number.unsigned_abs(), self.width, out);
            out.push_str(&self.suffix);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Memo;

    fn made(form: IdForm, unique: bool) -> Vec<String> {
        let ids = Ids::compile(form, unique, Seed::root(1));
        let ordinals: Vec<u64> = (0..500).collect();
        let slots = Slots {
            kinds: &[2; 500],
            code: 2,
            addresses: &ordinals,
            ordinals: &ordinals,
            uniforms: &[],
            memo: &Memo::default(),
        };
        let mut values = Values::None;
        ids.fill(slots, &mut values);
        let Values::Text(text) = values else { panic!("identifiers are text") };
        (0..500).map(|slot| text.get(slot).to_owned()).collect()
    }

    #[test]
    fn version_and_variant_are_right() {
        for unique in [false, true] {
            for id in made(IdForm::UuidV4, unique) {
                assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
                assert!("89ab".contains(&id[19..20]), "{id}");
                assert_eq!(id.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(), [8, 13, 18, 23]);
            }
        }
        assert!(
            made(IdForm::UuidV7, true).iter().all(|id| id.starts_with("018cc251-f") && &id[14..15] == "7")
        );
    }

    #[test]
    fn timed_identifiers_rise() {
        assert!(made(IdForm::UuidV7, false).is_sorted_by(|a, b| a < b));
        let ulids = made(IdForm::Ulid, false);
        assert!(ulids.is_sorted_by(|a, b| a < b));
        assert!(ulids.iter().all(|id| id.len() == 26 && id.starts_with("01HK153X")), "{}", ulids[0]);
    }

    #[test]
    fn sequences_that_overflow_are_refused() {
        let sequence = Sequence::numbers;
        assert!(Steps::compile(&sequence(i64::MAX - 9, 1), 10, true).is_ok());
        assert!(Steps::compile(&sequence(i64::MAX - 9, 1), 11, true).is_err());
        assert!(Steps::compile(&sequence(0, i64::MIN), u64::MAX, false).is_err());
        assert!(Steps::compile(&sequence(0, 0), 2, true).is_err());
    }
}
