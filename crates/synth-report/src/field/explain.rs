//! The largest difference of a field in words.

use crate::measure::{Aspect, Measure};

/// Dominance from which a shift is named: below it one cannot say that values are mostly higher.
///
/// "Small" in Romano, J. and others (2006), Appropriate statistics for ordinal level data, FAIR.
const NAMED_SHIFT: f64 = 0.147;

/// A difference in words.
pub(crate) fn sentence(measure: &Measure) -> String {
    let percent = percent(measure.effect);
    match measure.aspect {
        Aspect::Presence => match (measure.real, measure.synthetic) {
            (Some(_), Some(_)) => format!("present in {}", instead(measure)),
            _ => "there on one side only".to_owned(),
        },
        Aspect::Nulls => format!("null in {}", instead(measure)),
        Aspect::Types => format!("types differ for {percent} of the values"),
        Aspect::Booleans => format!("true in {}", instead(measure)),
        Aspect::Numbers => format!("numbers differ{}", shift(measure, "higher", "lower")),
        Aspect::Tails => tails(measure),
        Aspect::Categories => format!("categories differ for {percent} of the values"),
        Aspect::TextLengths => format!("lengths differ{}", shift(measure, "longer", "shorter")),
        Aspect::Times => format!("times differ{}", shift(measure, "later", "earlier")),
        Aspect::Hours => format!("hours of the day differ for {percent} of the times"),
        Aspect::Weekdays => format!("days of the week differ for {percent} of the times"),
        Aspect::TimeFormat => format!("in the main time format in {}", instead(measure)),
        Aspect::ArrayLengths => format!("array lengths differ{}", shift(measure, "longer", "shorter")),
        Aspect::DictionarySizes => format!("sizes differ{}", shift(measure, "larger", "smaller")),
    }
}

/// Which end is cut short or too long.
fn tails(measure: &Measure) -> String {
    let end = if measure.statistics.contains_key("upper_tail") { "largest" } else { "smallest" };
    let of_real = percent(measure.real.unwrap_or(0.0));
    format!(
        "{} of the values lie among the {end} {of_real} of the real ones",
        percent(measure.synthetic.unwrap_or(0.0))
    )
}

fn instead(measure: &Measure) -> String {
    let share = |value: Option<f64>| percent(value.unwrap_or(0.0));
    format!("{} instead of {}", share(measure.synthetic), share(measure.real))
}

fn shift(measure: &Measure, up: &str, down: &str) -> String {
    let distance = format!("distance {:.2}", measure.effect);
    match measure.statistics.get("shift") {
        Some(shift) if *shift >= NAMED_SHIFT => format!(", mostly {up} ({distance})"),
        Some(shift) if *shift <= -NAMED_SHIFT => format!(", mostly {down} ({distance})"),
        _ => format!(" ({distance})"),
    }
}

/// `12.3 %`; more digits where a whole percent would read as nothing or all.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let near_end = (percent > 0.0 && percent < 0.1) || (percent < 100.0 && percent > 99.9);
    if near_end { format!("{percent:.3} %") } else { format!("{percent:.1} %") }
}
