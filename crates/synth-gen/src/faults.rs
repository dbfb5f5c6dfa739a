//! Values that are made wrong on purpose.

use std::sync::Arc;

use synth_core::{Number, Scalar, Seed};
use synth_rules::{Faults, Generator, ValueKind};

use crate::choice::{Choice, Sum};
use crate::column::{FIRST_KIND, Slot, Slots, Values};
use crate::draw::{Draws, Picks};
use crate::link::Linker;
use crate::memo::Memo;
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Rooms};
use crate::tagged;

/// Earlier records among which a repeated value is found.
const REACH: u64 = 1000;

/// A program of which some values are wrong.
#[derive(Debug, Clone)]
pub(crate) struct Faulty {
    own: Recipe,
    /// Which fault a value has; the last one is none.
    choice: Choice,
    which: Seed,
    how: Seed,
    /// Smallest and largest number of the rule.
    range: (f64, f64),
}

/// In the order of [`Faults::shares`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Malformed,
    WrongType,
    OutOfRange,
    Duplicate,
    Null,
    None,
}

/// Wraps the programs of all fields whose rules ask for faults. What refers to them keeps the right values.
pub(crate) fn inject(linker: &Linker<'_>, plan: &mut Plan) {
    for (path, rule) in linker.rules.fields.iter().filter(|(_, rule)| !rule.faults.is_empty()) {
        let Some(node) = linker.node(path) else { continue };
        let seed = linker.seed.child(&path.to_string()).child("fault");
        for (kind, program) in rule.kinds.iter().zip(&mut plan.nodes[node].kinds) {
            if let Kind::Scalar(recipe) = program
                && let Some(faulty) = Faulty::new((**recipe).clone(), &rule.faults, (kind, seed))
            {
                *recipe = Arc::new(Recipe::faulty(faulty));
            }
        }
    }
}

impl Faulty {
    fn new(own: Recipe, faults: &Faults, (kind, seed): (&ValueKind, Seed)) -> Option<Self> {
        let mut shares: Vec<f64> = faults.shares().iter().map(|(_, share)| share.get()).collect();
        let rest = 1.0 - shares.iter().sum::<f64>();
        shares.push(rest.max(0.0));
        let choice = Choice::fit(&shares, Sum::Normalize).ok()?;
        Some(Self { own, choice, which: seed.child("which"), how: seed.child("how"), range: range(kind) })
    }

    /// The program without faults.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let (mut values, mut other, mut rooms) = (Values::None, Values::None, Rooms::default());
        self.own.fill(slots, &mut values);
        slots.fill_text_at(out, |at, slot, out| {
            let fault = self.fault(slot);
            match fault {
                Fault::Null => return out.push_str("null"),
                Fault::Duplicate if slot.ordinal > 0 => {
                    return tagged::write(self.earlier(slot, &mut other, &mut rooms), out);
                }
                Fault::OutOfRange => return self.write_beyond(slot, &mut rooms, out),
                _ => {}
            }
            let value = self.own.scalar(&values, at, &mut rooms);
            let mut draws = Draws::new(self.how.bits(slot.address));
            match fault {
                Fault::Malformed => write_torn(value, &mut draws, out),
                Fault::WrongType => write_other_type(value, &mut draws, out),
                _ => tagged::write(value, out),
            }
        });
    }

    fn fault(&self, slot: Slot) -> Fault {
        const ALL: [Fault; 5] =
            [Fault::Malformed, Fault::WrongType, Fault::OutOfRange, Fault::Duplicate, Fault::Null];
        let index = self.choice.pick(self.which.uniform(slot.address));
        ALL.get(index).copied().unwrap_or(Fault::None)
    }

    /// The value of one of the last records; records have their index as address.
    fn earlier<'a>(&'a self, slot: Slot, values: &'a mut Values, rooms: &'a mut Rooms) -> Scalar<'a> {
        let back = 1 + self.how.below(slot.address, slot.ordinal.min(REACH));
        let ordinal = [slot.ordinal - back];
        let one = Slots {
            kinds: &[FIRST_KIND],
            code: FIRST_KIND,
            addresses: &ordinal,
            ordinals: &ordinal,
            uniforms: &[],
            memo: &Memo::default(),
        };
        self.own.fill(one, values);
        self.own.scalar(values, 0, rooms)
    }

    /// A number above the largest or below the smallest one, by up to the width of the range.
    fn write_beyond(&self, slot: Slot, rooms: &mut Rooms, out: &mut String) {
        let (low, high) = self.range;
        let width = (high - low).max(1.0);
        let by = width * (0.1 + self.how.uniform(slot.address));
        let number = if self.how.attempt(1).uniform(slot.address) < 0.5 { high + by } else { low - by };
        out.push_str(self.own.number_text(number, rooms));
    }
}

/// The numbers a rule makes.
fn range(kind: &ValueKind) -> (f64, f64) {
    let sample = match &kind.generator {
        Some(Generator::QuantileSample(sample)) => sample.clone(),
        Some(Generator::Parametric(params)) if params.problem().is_none() => params.sample(),
        Some(Generator::Kde(kde)) if kde.problem().is_none() => kde.sample(),
        _ => return (0.0, 0.0),
    };
    let all = sample.values.iter().copied().chain(sample.spikes.iter().map(|spike| spike.value));
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    (kind.constraints.min.unwrap_or(low), kind.constraints.max.unwrap_or(high))
}

/// Appends a value whose spelling is broken: a text that never equals its own, whatever it was.
fn write_torn(value: Scalar<'_>, draws: &mut Draws, out: &mut String) {
    let text = match value {
        Scalar::String(text) => text,
        Scalar::Number(number) => number.as_str(),
        Scalar::Bool(true) => "true",
        Scalar::Bool(false) => "false",
        Scalar::Null => "null",
    };
    out.push('"');
    if let Some((user, domain)) = text.split_once('@') {
        let parts = match draws.pick(4) {
            0 => [user, "", domain],
            1 => [user, "@@", domain],
            2 => [user, "@", ""],
            _ => ["", "@", domain],
        };
        return parts.iter().for_each(|part| out.push_str(part));
    }
    let n_chars = text.chars().count();
    let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let index = usize::try_from(draws.pick(u64::try_from(n_chars).unwrap_or(0))).unwrap_or(0);
    let (before, behind) = text.split_at(at(index));
    match draws.pick(3) {
        0 if index > 0 => out.push_str(before),
        1 => [before, "\u{fffd}", behind].iter().for_each(|part| out.push_str(part)),
        _ => [before, "#", behind].iter().for_each(|part| out.push_str(part)),
    }
}

/// Appends a value of another JSON type.
fn write_other_type(value: Scalar<'_>, draws: &mut Draws, out: &mut String) {
    match value {
        Scalar::String(_) => {
            let number = draws.pick(10_000).to_string();
            tagged::write(Scalar::Number(Number::from_literal(&number)), out);
        }
        Scalar::Number(number) => tagged::write(Scalar::String(number.as_str()), out),
        Scalar::Bool(flag) => tagged::write(Scalar::String(if flag { "true" } else { "false" }), out),
        Scalar::Null => tagged::write(Scalar::String("null"), out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a torn text that is still well formed.
    #[test]
    fn torn_texts_never_equal_their_own() {
        for text in ["ann@shop.example", "2025-01-01", "x", "", "größe"] {
            for word in 0..200 {
                let mut out = String::new();
                write_torn(Scalar::String(text), &mut Draws::new(word), &mut out);
                assert_ne!(out, format!("\"{text}"));
            }
        }
        let mut out = String::new();
        let mut torn = |word| {
            out.clear();
            write_torn(Scalar::String("ann@shop.example"), &mut Draws::new(word), &mut out);
            let (user, domain) = out[1..].split_once('@').unwrap_or(("", ""));
            user.is_empty() || domain.is_empty() || domain.starts_with('@')
        };
        assert!((0..200).all(&mut torn), "an address without a part or with two signs");
    }
}
