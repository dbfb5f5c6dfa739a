//! Tokens that machines make up: hashes, object identifiers, session keys.

use synth_core::cast;

/// Letters and digits in a row, at least, among which a token changes between them.
const MIN_RUN: usize = 12;
/// Changes between letters and digits in such a run, at least.
const MIN_CHANGES: usize = 3;
/// Share of the values that must be tokens.
const MIN_SHARE: f64 = 0.9;

/// Tells whether values are tokens: nine in ten hold 12 letters and digits in a row that change between the two three times
/// or more. Such a run has room for 10^15 values and more, so it names one thing and means nothing by itself.
pub(crate) fn are_tokens(values: &[(&str, u64)]) -> bool {
    let n_tokens = values.iter().filter(|(text, _)| is_token(text)).count();
    n_tokens as f64 >= MIN_SHARE * cast::to_u64(values.len()) as f64 && n_tokens > 0
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
        let codes = ["HD-797-S06", "B07XJ8C8F5", "order20250301", "4006381333931", "N14228", "gpt4turbo2024"];
        let tokens: Vec<&&str> = codes.iter().filter(|text| is_token(text)).collect();
        assert_eq!(tokens, [&"gpt4turbo2024"].into_iter().filter(|text| is_token(text)).collect::<Vec<_>>());
        assert!(are_tokens(&[("9e107d9d372bb6826bd8", 3)]) && !are_tokens(&[]) && !are_tokens(&[("red", 9)]));
    }
}
