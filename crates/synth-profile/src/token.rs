//! Tokens that machines make up: hashes, object identifiers, session keys.

use synth_core::cast;

/// Letters and digits in a row, at least, among which a token changes between them.
const MIN_RUN: usize = 12;
/// Changes between letters and digits in such a run, at least.
const MIN_CHANGES: usize = 3;
/// Up to so many values may be names of a few things, whatever they look like.
const MAX_NAMES: usize = 32;
/// Share of the values that must be tokens.
const MIN_SHARE: f64 = 0.9;

/// Tells whether distinct values, with their counts, are tokens: more than 32, of which nine in ten hold 12 letters and digits in a
/// row that change between the two three times or more. Such a run has room for 10^15 values and more, so it names one thing and means nothing by itself.
#[must_use]
pub fn are_tokens(values: &[(&str, u64)]) -> bool {
    let n_tokens = values.iter().filter(|(text, _)| is_token(text)).count();
    values.len() > MAX_NAMES && n_tokens as f64 >= MIN_SHARE * cast::to_u64(values.len()) as f64
}

fn is_token(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    runs.filter(|run| run.len() >= MIN_RUN).any(|run| {
        let is_digit: Vec<bool> = run.chars().map(|c| c.is_ascii_digit()).collect();
        is_digit.windows(2).filter(|pair| pair[0] != pair[1]).count() >= MIN_CHANGES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches codes with a meaning that count as tokens, and tokens behind a prefix that do not.
    #[test]
    fn tokens_change_between_letters_and_digits() {
        let tokens = ["cus_16b529e37ad18c", "5f3a2b9c1d00ab34cd56ef78", "Bearer a8F3kL0pQ2xZ9"];
        assert!(tokens.iter().all(|text| is_token(text)));
        let codes =
            ["HD-797-S06", "B07XJ8C8F5", "order20250301", "4006381333931", "N14228", "gpt4turbo2024b"];
        assert!(!codes[..5].iter().any(|text| is_token(text)));
        // Four changes in a row of 14 could be either.
        assert!(is_token(codes[5]));
        let many: Vec<String> = (0..33).map(|number| format!("9e107d9d372bb68{number:02}")).collect();
        let values: Vec<(&str, u64)> = many.iter().map(|text| (text.as_str(), 3)).collect();
        assert!(are_tokens(&values) && !are_tokens(&values[..32]) && !are_tokens(&[]));
    }
}
