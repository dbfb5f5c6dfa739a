//! What making and judging the data took, as lines of a table.

use super::view::count_text;
use crate::performance::{Generation, ModelUse, Performance};

/// What, and how much.
pub(super) type Line = (String, String);

/// The lines on judging, and those on making.
pub(super) fn lines(performance: &Performance, n_records: [u64; 2]) -> Vec<Line> {
    let timings = &performance.timings;
    let mut lines: Vec<Line> = Vec::new();
    if let Some(made) = &performance.generation {
        lines.extend(generation(made));
    }
    lines
        .extend(timings.iter().map(|timing| (format!("Judging: {}", timing.stage), seconds(timing.seconds))));
    let total: f64 = timings.iter().map(|timing| timing.seconds).sum();
    if total > 0.0 {
        let rate = (n_records[0] + n_records[1]) as f64 / total;
        lines.push(("Judging: all".to_owned(), format!("{}, {}", seconds(total), per_second(rate))));
    }
    let memory =
        performance.peak_memory_bytes.map(|bytes| ("Judging: largest memory".to_owned(), size(bytes)));
    lines.extend(memory);
    lines
}

fn generation(made: &Generation) -> Vec<Line> {
    let rate = if made.seconds > 0.0 { made.n_records as f64 / made.seconds } else { 0.0 };
    let all = format!(
        "{} for {} records ({}), {}",
        seconds(made.seconds),
        count_text(made.n_records),
        size(made.n_bytes),
        per_second(rate)
    );
    let mut lines = vec![("Making".to_owned(), all)];
    lines.extend(made.model.map(|model| ("Making: language model".to_owned(), model_use(model))));
    let texts = made.texts.iter().map(|text| {
        let score = if text.n_written > 0 { format!(", score {:.2}", text.score) } else { String::new() };
        let told = format!("{} of {} written by the model{score}", text.n_written, text.n_wanted);
        (format!("Making: texts of {}", text.path), told)
    });
    lines.extend(texts);
    lines
}

fn model_use(model: ModelUse) -> String {
    let asked = model.n_kept + model.n_not_kept;
    let kept = (100 * model.n_kept).checked_div(asked).unwrap_or(0);
    format!(
        "{} questions, {} without answer; {} tokens read, {} written; {kept} % of the answers were kept from before",
        count_text(model.n_questions),
        count_text(model.n_failed),
        count_text(model.tokens_read),
        count_text(model.tokens_written)
    )
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

fn per_second(rate: f64) -> String {
    format!("{} records a second", count_text(synth_core::cast::round_to_u64(rate)))
}

/// Bytes in the largest unit of which there is one.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut name = "bytes";
    for unit in UNITS {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        name = unit;
    }
    if name == "bytes" { format!("{bytes} bytes") } else { format!("{size:.1} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::Timing;

    #[test]
    fn sizes_have_units() {
        assert_eq!([999, 1500, 2_000_000_000].map(size), ["999 bytes", "1.5 kB", "2.0 GB"]);
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        assert!(lines(&Performance::default(), [5, 5]).is_empty());
        let model = ModelUse { n_questions: 3, n_kept: 1, n_not_kept: 3, ..ModelUse::default() };
        let made =
            Generation { seconds: 2.0, n_records: 100, n_bytes: 10, model: Some(model), texts: Vec::new() };
        let timings = vec![Timing { stage: "compare".to_owned(), seconds: 0.5 }];
        let all = Performance { timings, peak_memory_bytes: Some(5000), generation: Some(made) };
        let found = lines(&all, [10, 10]);
        assert_eq!(found[0].1, "2.00 s for 100 records (10 bytes), 50 records a second");
        assert!(found[1].1.ends_with("25 % of the answers were kept from before"));
        assert_eq!(found[3].1, "0.50 s, 40 records a second");
        assert_eq!(found.len(), 5);
    }
}
