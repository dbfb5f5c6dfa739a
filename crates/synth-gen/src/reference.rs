//! Values that are those of other rows: references.

use std::sync::Arc;

use synth_core::{Scalar, Seed};

use crate::column::{FIRST_KIND, Slot, Slots, TextBuffer, Values};
use crate::parents::{Parents, Picker};
use crate::recipe::{Recipe, Rooms};
use crate::site::{Row, Site};

/// Makes the values of a child by drawing the parent's row and computing the parent's value for it.
///
/// Nothing is remembered: the parent's program makes the same value for the same row anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) source: Source,
    /// The program of each kind of the parent that is a value without parts.
    pub(crate) keys: Arc<[Option<Recipe>]>,
    pub(crate) prefix: Box<str>,
    /// Share of the values that name a parent.
    pub(crate) coverage: f64,
    pub(crate) seed: Seed,
    /// Makes the other values.
    pub(crate) own: Recipe,
    /// The values are numbers, so a parent whose value is none is not referred to.
    pub(crate) is_number: bool,
    /// Rows that are parents in the same column keep their own values.
    pub(crate) spared: Option<Arc<Parents>>,
}

/// Which row a value is taken from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A row that is drawn.
    Drawn(Arc<Picker>),
    /// The own row, or the one above it in which so many ordinals stand.
    Same(Site, u64),
}

impl Source {
    /// Returns the choice of a row that is drawn.
    pub(crate) fn picker(&self) -> Option<&Arc<Picker>> {
        match self {
            Self::Drawn(picker) => Some(picker),
            Self::Same(..) => None,
        }
    }

    fn row(&self, slot: Slot) -> Option<Row> {
        match self {
            Self::Drawn(picker) => picker.pick(slot),
            Self::Same(site, divisor) => site.row(slot.ordinal / divisor.max(&1)),
        }
    }
}

impl Reference {
    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let picks: Vec<Option<Row>> = slots.iter().flatten().map(|slot| self.parent(slot)).collect();
        let made = self.parent_texts(&picks);
        let mut own = Values::None;
        let is_number = |at: usize| !self.is_number || is_json_number(made.get(at));
        let needs_own = picks.iter().enumerate().any(|(at, pick)| pick.is_none() || !is_number(at));
        if needs_own {
            self.own.fill(slots, &mut own);
        }
        let (mut at, mut rooms) = (0, Rooms::default());
        let slot_of: Vec<usize> =
            slots.iter().enumerate().filter_map(|(index, slot)| slot.map(|_| index)).collect();
        slots.fill_text(out, |_, text| {
            if picks[at].is_some() && is_number(at) {
                text.push_str(&self.prefix);
                text.push_str(made.get(at));
            } else {
                text.push_str(text_of(self.own.scalar(&own, slot_of[at], &mut rooms)));
            }
            at += 1;
        });
    }

    fn parent(&self, slot: Slot) -> Option<Row> {
        let is_orphan = self.coverage < 1.0 && self.seed.uniform(slot.address) >= self.coverage;
        let is_spared = || self.spared.as_ref().is_some_and(|parents| parents.has(slot.ordinal));
        if is_orphan || is_spared() { None } else { self.source.row(slot) }
    }

    /// The parents' values; empty where there is no parent.
    fn parent_texts(&self, picks: &[Option<Row>]) -> TextBuffer {
        texts(picks, &self.keys)
    }
}

/// Returns the values of rows of a path with these programs, as text.
pub(crate) fn texts(rows: &[Option<Row>], programs: &[Option<Recipe>]) -> TextBuffer {
    let codes: Vec<u8> = rows.iter().map(|row| row.map_or(0, |row| row.code)).collect();
    let addresses: Vec<u64> = rows.iter().map(|row| row.map_or(0, |row| row.address)).collect();
    let ordinals: Vec<u64> = rows.iter().map(|row| row.map_or(0, |row| row.ordinal)).collect();
    let uniforms: Vec<f64> = rows.iter().map(|row| row.map_or(f64::NAN, |row| row.uniform)).collect();
    let fill = |(code, program): (u8, &Option<Recipe>)| {
        let mut values = Values::None;
        if let Some(program) = program {
            let slots = Slots {
                kinds: &codes,
                code,
                addresses: &addresses,
                ordinals: &ordinals,
                uniforms: &uniforms,
            };
            program.fill(slots, &mut values);
        }
        values
    };
    let columns: Vec<Values> = (FIRST_KIND..).zip(programs).map(fill).collect();
    let (mut made, mut rooms) = (TextBuffer::default(), Rooms::default());
    for (slot, code) in codes.iter().enumerate() {
        let kind = code.checked_sub(FIRST_KIND).map(usize::from);
        if let Some((program, values)) =
            kind.and_then(|kind| programs.get(kind)?.as_ref().zip(columns.get(kind)))
        {
            made.arena().push_str(text_of(program.scalar(values, slot, &mut rooms)));
        }
        made.end();
    }
    made
}

/// Returns a value as text, without quotes.
pub(crate) fn text_of(scalar: Scalar<'_>) -> &str {
    match scalar {
        Scalar::String(text) => text,
        Scalar::Number(number) => number.as_str(),
        Scalar::Bool(true) => "true",
        Scalar::Bool(false) => "false",
        Scalar::Null => "null",
    }
}

/// Tells whether a text is a number as JSON writes whole numbers and decimals.
fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_texts() {
        for text in ["0", "-1", "10.5", "907"] {
            assert!(is_json_number(text), "{text}");
        }
        for text in ["", "-", "007", "1.", ".5", "1e3", "a1"] {
            assert!(!is_json_number(text), "{text}");
        }
    }
}
