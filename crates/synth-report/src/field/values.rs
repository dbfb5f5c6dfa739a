//! Booleans, numbers and lengths.

use synth_core::JsonType;
use synth_profile::number_stats::NumberStats;
use synth_stats::LengthHistogram;

use super::Outcome;
use crate::aligned::Aligned;
use crate::chart::edges::Scale;
use crate::chart::{self, Subject};
use crate::measure::{Aspect, compare_counts};
use crate::side::Side;
use crate::tails;

pub(super) fn booleans(real: &Side<'_>, synthetic: &Side<'_>, out: &mut Outcome) {
    let counts = |side: &Side<'_>| {
        let n_true = side.stats.n_true();
        [n_true, side.stats.n_of(JsonType::Boolean).saturating_sub(n_true)]
    };
    let (ours, theirs) = (counts(real), counts(synthetic));
    let Some(mut measure) = compare_counts(Aspect::Booleans, &ours, &theirs, out.units) else { return };
    let share = |counts: [u64; 2]| counts[0] as f64 / (counts[0] + counts[1]) as f64;
    measure.real = Some(crate::verdict::rounded(share(ours)));
    measure.synthetic = Some(crate::verdict::rounded(share(theirs)));
    out.measure(Some(measure));
    let bars = [("true".to_owned(), ours[0], theirs[0]), ("false".to_owned(), ours[1], theirs[1])];
    out.chart(Some(chart::bars(Subject::Booleans, bars)));
}

/// Numbers that number the rows are shown but not measured: with twice the rows they reach twice as far, and that is
/// right. Whether they repeat is the business of the uniqueness check.
pub(super) fn numbers(real: &Side<'_>, synthetic: &Side<'_>, k: u64, out: &mut Outcome) {
    let (Some(ours), Some(theirs)) = (real.stats.number(), synthetic.stats.number()) else { return };
    let aligned = Aligned::of_numbers(&ours.histogram, &theirs.histogram);
    if !synth_profile::is_numbering(ours) {
        out.measure(aligned.compare(Aspect::Numbers, out.units));
        out.measure(tails::compare(&aligned, out.units));
    }
    if let (Some(ours), Some(theirs)) = (ours.hours_and_weekdays(), theirs.hours_and_weekdays()) {
        out.measure(compare_counts(Aspect::Hours, &ours.0, &theirs.0, out.units));
        out.measure(compare_counts(Aspect::Weekdays, &ours.1, &theirs.1, out.units));
    }
    let whole = [ours, theirs].into_iter().all(is_whole);
    let scale = if whole { Scale::whole_numbers() } else { Scale::Numbers { min_step: 0.0 } };
    out.chart(chart::histogram(Subject::Numbers, &aligned, scale, k));
}

/// All numbers are whole, though perhaps spelled `28.0`.
fn is_whole(numbers: &NumberStats) -> bool {
    let with_decimals: u64 = numbers.decimals.iter().skip(1).sum();
    with_decimals == numbers.n_zero_fraction && numbers.n_exponent == 0
}

/// Lengths of arrays, sizes of dictionaries.
pub(super) fn lengths(real: &Side<'_>, synthetic: &Side<'_>, k: u64, out: &mut Outcome) {
    if let (Some(ours), Some(theirs)) = (real.stats.lengths(), synthetic.stats.lengths()) {
        compare_lengths((Aspect::ArrayLengths, Subject::ArrayLengths), (ours, theirs), k, out);
    }
    if let (true, Some(ours), Some(theirs)) =
        (real.is_dictionary, real.stats.n_members(), synthetic.stats.n_members())
    {
        compare_lengths((Aspect::DictionarySizes, Subject::DictionarySizes), (ours, theirs), k, out);
    }
}

pub(super) fn compare_lengths(
    (aspect, subject): (Aspect, Subject),
    (real, synthetic): (&LengthHistogram, &LengthHistogram),
    k: u64,
    out: &mut Outcome,
) {
    let aligned = Aligned::of_lengths(real, synthetic);
    out.measure(aligned.compare(aspect, out.units));
    out.chart(chart::histogram(subject, &aligned, Scale::whole_numbers(), k));
}
