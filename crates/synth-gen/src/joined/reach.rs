//! Texts that are long enough for the slices that other fields take of them.

use synth_core::{cast, hash};

use super::TextTerm;
use crate::column::{Slots, Values};
use crate::memo::{List, Memo};
use crate::recipe::{Recipe, Rooms};
use crate::reference::text_of;

/// Longest text that is made for a slice, in characters.
const MAX_LENGTH: usize = 1 << 16;
/// Texts that are drawn before one is gone on with: the first that is long enough is taken.
const MAX_DRAWS: u64 = 24;
/// Texts that are put one behind the other, at most.
const MAX_PARTS: u64 = 256;

/// Makes texts by their own rule that are as long as the slices ask for.
///
/// # Method
///
/// Texts are drawn until one is long enough, so that lengths are those of the field's rule among those that may be; a text
/// for which no draw is goes on with more of the kind.
pub(super) fn fill(own: &Recipe, (end, is_below): (&TextTerm, bool), slots: Slots<'_>, out: &mut Values) {
    let list = slots.memo.list(slots.ordinals);
    let lengths = lengths(end, is_below, &list, slots.memo);
    let mut texts: Vec<String> = vec![String::new(); lengths.len()];
    for part in 0..MAX_DRAWS + MAX_PARTS {
        let is_short = |(text, length): (&String, &usize)| part == 0 || text.chars().count() < *length;
        let short: Vec<bool> = texts.iter().zip(&lengths).map(is_short).collect();
        if !short.contains(&true) {
            break;
        }
        draw(own, part, (slots, &short), |at, made| {
            let is_enough = made.chars().count() >= lengths[at];
            if part == 0 || part < MAX_DRAWS && is_enough {
                made.clone_into(&mut texts[at]);
            } else if part >= MAX_DRAWS {
                texts[at].push(' ');
                texts[at].push_str(made);
            }
        });
    }
    slots.fill_text_at(out, |at, _, text| {
        text.push_str(&texts[at]);
        let missing = lengths[at].saturating_sub(texts[at].chars().count());
        text.extend(std::iter::repeat_n('.', missing));
    });
}

/// Draws another text for the rows whose text is short.
fn draw(own: &Recipe, part: u64, (slots, short): (Slots<'_>, &[bool]), mut see: impl FnMut(usize, &str)) {
    let address = |address: &u64| if part == 0 { *address } else { hash::combine(*address, part) };
    let addresses: Vec<u64> = slots.addresses.iter().map(address).collect();
    // The joint model decides the first draw only.
    let uniforms = if part == 0 { slots.uniforms } else { &[] };
    let (mut values, mut rooms) = (Values::None, Rooms::default());
    own.fill(Slots { addresses: &addresses, uniforms, ..slots }, &mut values);
    for (at, _) in slots.iter().enumerate().filter(|(at, slot)| short[*at] && slot.is_some()) {
        see(at, text_of(own.scalar(&values, at, &mut rooms)));
    }
}

/// How many characters each row's text must have.
fn lengths(end: &TextTerm, is_below: bool, list: &List, memo: &Memo) -> Vec<usize> {
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0).min(MAX_LENGTH);
    if !is_below {
        let ends = end.of_rows(list, memo);
        return (0..list.len()).map(|at| number(ends.get(at))).collect();
    }
    let counts = end.site.n_elements(list, memo);
    let of_owner = |(owner, n): (&u64, &Option<u64>)| end.site.elements(*owner, n.unwrap_or(0));
    let all: Vec<u64> = list.iter().zip(&counts).flat_map(of_owner).collect();
    let ends = end.of_rows(&memo.list(&all), memo);
    let mut at = 0..all.len();
    let furthest = |n: &Option<u64>| {
        let own = at.by_ref().take(cast::to_usize(n.unwrap_or(0)));
        own.map(|at| number(ends.get(at))).max().unwrap_or(0)
    };
    counts.iter().map(furthest).collect()
}
