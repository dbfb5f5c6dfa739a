//! Columns of both sides as small numbers.

use std::collections::BTreeMap;

use synth_core::cast;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SampleValue};
use synth_stats::association::Contingency;

/// How finely a column is coded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fineness {
    /// Parts that numbers are cut into.
    pub(crate) n_parts: u64,
    /// Texts that have codes of their own.
    pub(crate) n_texts: usize,
}

/// For pairs: every cell of a table of two columns should be met.
pub(crate) const COARSE: Fineness = Fineness { n_parts: 8, n_texts: 12 };

/// Codes that every column has.
pub(crate) const MISSING: u8 = 0;
pub(crate) const NULL: u8 = 1;
const OTHER: u8 = 2;
const FIRST: u8 = 3;

/// A column, coded by what the real rows hold.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    /// The real rows, then the synthetic ones.
    pub(crate) rows: [Vec<u8>; 2],
    /// The synthetic rows, coded by what they hold themselves, where that makes as many codes: what is left when one
    /// distribution is only a shifted or stretched other one.
    own: Option<Vec<u8>>,
    /// Codes are below this.
    pub(crate) n_codes: usize,
    /// Whether the codes rise with numbers.
    pub(crate) is_ordered: bool,
}

impl Codes {
    /// Counts the pairs of codes of one side: 0 for the real rows, 1 for the synthetic ones.
    pub(super) fn table(&self, other: &Self, side: usize) -> Contingency {
        self.count((&self.rows[side], &other.rows[side]), other)
    }

    /// The same for synthetic rows that are coded by what they hold themselves.
    pub(super) fn own_table(&self, other: &Self) -> Contingency {
        let rows = |codes: &'_ Self| codes.own.clone().unwrap_or_else(|| codes.rows[1].clone());
        self.count((&rows(self), &rows(other)), other)
    }

    /// The codes that other rows get from these, each from the row it leads to.
    pub(super) fn spread(self, rows: [&[Option<u32>]; 2]) -> Self {
        let along = |codes: &[u8], rows: &[Option<u32>]| -> Vec<u8> {
            let code = |row: &Option<u32>| row.and_then(|row| codes.get(cast::to_usize(row.into())));
            rows.iter().map(|row| code(row).copied().unwrap_or(MISSING)).collect()
        };
        Self {
            rows: [along(&self.rows[0], rows[0]), along(&self.rows[1], rows[1])],
            own: self.own.map(|own| along(&own, rows[1])),
            ..self
        }
    }

    fn count(&self, (rows, other_rows): (&[u8], &[u8]), other: &Self) -> Contingency {
        let mut table = Contingency::new(self.n_codes, other.n_codes);
        for (own, other) in rows.iter().zip(other_rows) {
            table.push(usize::from(*own), usize::from(*other));
        }
        table
    }
}

/// Codes a real column and its synthetic fellow; `None` when nothing varies, or every value is another one.
pub(crate) fn code(columns: [SampleColumn<'_>; 2], n_rows: [usize; 2], fineness: Fineness) -> Option<Codes> {
    let values: [Vec<SampleValue<'_>>; 2] = columns.map(|column| column.values().collect());
    let counts_of = |side: usize| {
        let mut counts = vec![0_u64; values[side].len()];
        for row in 0..n_rows[side] {
            if let SampleCell::Value(value) = columns[side].cell(row) {
                counts[value] += 1;
            }
        }
        counts
    };
    let counts = counts_of(0);
    let n_numbers: u64 =
        values[0].iter().zip(&counts).filter(|(value, _)| value.number.is_some()).map(|(_, n)| n).sum();
    let are_numbers = 2 * n_numbers > counts.iter().sum();
    let scale = if are_numbers {
        Scale::of_numbers(&values[0], &counts, fineness)
    } else {
        Scale::of_texts(&values[0], &counts, fineness)
    };
    let code_of: [Vec<u8>; 2] =
        values.each_ref().map(|values| values.iter().map(|value| scale.code(value)).collect());
    let code_rows = |side: usize, code_of: &[u8]| {
        let code = |row| match columns[side].cell(row) {
            SampleCell::Missing => MISSING,
            SampleCell::Null => NULL,
            SampleCell::Value(value) => code_of[value],
        };
        (0..n_rows[side]).map(code).collect::<Vec<u8>>()
    };
    let rows = [0, 1].map(|side| code_rows(side, &code_of[side]));
    let own = are_numbers.then(|| Scale::of_numbers(&values[1], &counts_of(1), fineness));
    let own = own.filter(|own| own.n_codes() == scale.n_codes()).map(|own| {
        let code_of: Vec<u8> = values[1].iter().map(|value| own.code(value)).collect();
        code_rows(1, &code_of)
    });
    let varies = rows.iter().any(|rows| rows.iter().any(|code| *code != rows[0]));
    varies.then(|| Codes { rows, own, n_codes: scale.n_codes(), is_ordered: are_numbers })
}

/// How values become codes.
enum Scale<'v> {
    /// Numbers from which the next part begins, rising.
    Numbers(Vec<f64>),
    Texts(BTreeMap<&'v str, u8>),
}

impl<'v> Scale<'v> {
    fn of_numbers(values: &[SampleValue<'_>], counts: &[u64], fineness: Fineness) -> Self {
        let n_parts = fineness.n_parts;
        let mut sorted: Vec<(f64, u64)> =
            values.iter().zip(counts).filter_map(|(value, count)| Some((value.number?, *count))).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n: u64 = sorted.iter().map(|(_, count)| count).sum();
        let (mut edges, mut before, mut last_part) = (Vec::new(), 0, 0);
        for (number, count) in sorted {
            let part = before * n_parts / n.max(1);
            // A frequent number does not share its part with smaller ones.
            if before > 0 && (part > last_part || count * n_parts >= n) {
                edges.push(number);
                last_part = part;
            }
            before += count;
        }
        Self::Numbers(edges)
    }

    fn of_texts(values: &[SampleValue<'v>], counts: &[u64], fineness: Fineness) -> Self {
        let mut texts: Vec<(&str, u64)> =
            values.iter().zip(counts).filter_map(|(value, count)| Some((value.text?, *count))).collect();
        texts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let frequent = texts.into_iter().filter(|(_, count)| *count > 1).take(fineness.n_texts);
        Self::Texts(frequent.map(|(text, _)| text).zip(FIRST..).collect())
    }

    fn code(&self, value: &SampleValue<'_>) -> u8 {
        match self {
            Self::Numbers(edges) => value.number.map_or(OTHER, |number| {
                let part = edges.partition_point(|edge| *edge <= number);
                FIRST.saturating_add(u8::try_from(part).unwrap_or(u8::MAX))
            }),
            Self::Texts(codes) => value.text.and_then(|text| codes.get(text)).copied().unwrap_or(OTHER),
        }
    }

    fn n_codes(&self) -> usize {
        let own = match self {
            Self::Numbers(edges) => edges.len() + 1,
            Self::Texts(codes) => codes.len(),
        };
        usize::from(FIRST) + own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: f64) -> SampleValue<'static> {
        SampleValue { number: Some(number), text: None }
    }

    #[test]
    fn numbers_fall_into_parts_of_like_size() {
        let values: Vec<_> = (0..800).map(|n| number(f64::from(n))).collect();
        let scale = Scale::of_numbers(&values, &vec![1; 800], COARSE);
        let mut counts = [0; 8];
        values.iter().for_each(|value| counts[usize::from(scale.code(value) - FIRST)] += 1);
        assert!(counts.iter().all(|count| (95..=105).contains(count)), "{counts:?}");
        assert_eq!(scale.n_codes(), 11);
    }

    /// Catches a frequent number that shares its part with all that is above it.
    #[test]
    fn a_frequent_number_has_a_part_of_its_own() {
        let values = [number(0.0), number(1.0), number(2.0), number(3.0)];
        let scale = Scale::of_numbers(&values, &[700, 100, 100, 100], COARSE);
        assert_ne!(scale.code(&values[0]), scale.code(&values[1]));
        assert_eq!(scale.code(&number(-5.0)), scale.code(&values[0]));
    }

    #[test]
    fn rare_texts_are_others() {
        let text = |text| SampleValue { number: None, text: Some(text) };
        let values = [text("a"), text("b"), text("c")];
        let scale = Scale::of_texts(&values, &[5, 1, 9], COARSE);
        assert_eq!(
            [scale.code(&values[2]), scale.code(&values[0]), scale.code(&values[1])],
            [FIRST, FIRST + 1, OTHER]
        );
    }

    fn codes(real: Vec<u8>, synthetic: Vec<u8>, n_codes: usize) -> Codes {
        Codes { rows: [real, synthetic], own: None, n_codes, is_ordered: false }
    }

    /// Catches effects that a shifted marginal distribution, or chance, makes by itself.
    #[test]
    fn only_dependence_counts() {
        let alternate: Vec<u8> =
            (0..4000).map(|row| row % 2).map(|code| u8::try_from(code).unwrap()).collect();
        let halves: Vec<u8> = (0..4000).map(|row| u8::from(row < 2000)).collect();
        let quarter: Vec<u8> = (0..4000).map(|row| u8::from(row < 1000)).collect();
        let excess =
            |left: &Codes, right: &Codes| left.table(right, 0).excess_distance(&left.table(right, 1));
        let same = codes(alternate.clone(), alternate.clone(), 2);
        // Independent on both sides, with another marginal distribution.
        assert!(excess(&same, &codes(halves.clone(), quarter, 2)) < 1e-9);
        // A copy on the real side, independent on the synthetic one: half of the rows would have to change.
        let lost = excess(&same, &codes(alternate.clone(), halves, 2));
        assert!((0.45..0.5).contains(&lost), "{lost}");
        // The same strength, upside down.
        let turned: Vec<u8> = alternate.iter().map(|code| 1 - code).collect();
        assert!(excess(&same, &codes(alternate, turned, 2)) > 0.9);
    }
}
