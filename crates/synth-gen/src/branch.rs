//! Languages as sets of character sequences that can be numbered.

use synth_core::cast;

use crate::draw::{Capacity, Digits, Picks};
use crate::language::{CharClass, Language};

/// A part of a language in which every string has the same length and every position its own class.
///
/// Its strings can be numbered without repeats: the characters are the digits of the number.
#[derive(Debug, Clone)]
pub(crate) struct Branch(Vec<CharClass>);

/// Positions of all branches of a language together; more options are thinned out.
const MAX_POSITIONS: u64 = 200_000;

impl Branch {
    /// Splits a language into at most `max_branches` branches.
    ///
    /// # Method
    ///
    /// Every choice of the expression (an alternative, a number of repeats) opens branches. When there are too
    /// many, each choice keeps only some options, evenly spread and with the last one: the branches then cover
    /// a part of the language.
    pub(crate) fn split(language: &Language, max_branches: u64) -> Vec<Self> {
        let mut options = max_branches.max(1);
        while options > 1 {
            let (branches, positions) = size(language, options);
            if branches <= max_branches && positions <= MAX_POSITIONS {
                break;
            }
            options /= 2;
        }
        expand(language, options).into_iter().map(Self).collect()
    }

    /// Returns the number of strings; saturates.
    pub(crate) fn count(&self) -> u64 {
        let mut capacity = Capacity(1);
        self.0.iter().for_each(|class| _ = capacity.pick(class.n_chars()));
        capacity.0
    }

    /// Tells whether a string may be in both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| a.overlaps(b))
    }

    /// Appends the string of a number below [`Branch::count`].
    pub(crate) fn write(&self, digits: &mut Digits, out: &mut String) {
        self.0.iter().for_each(|class| out.push(class.character(digits.pick(class.n_chars()))));
    }
}

/// Returns the kept options of a choice with `n` options.
fn kept(n: u64, options: u64) -> impl Iterator<Item = u64> {
    let n_kept = n.min(options);
    (1..=n_kept).map(move |rank| cast::low_u64(u128::from(rank) * u128::from(n) / u128::from(n_kept)) - 1)
}

/// Returns how many branches `expand` would make and how many positions they have together; saturates.
fn size(language: &Language, options: u64) -> (u64, u64) {
    let product = |left: (u64, u64), right: (u64, u64)| {
        let positions = left.0.saturating_mul(right.1).saturating_add(right.0.saturating_mul(left.1));
        (left.0.saturating_mul(right.0), positions)
    };
    let sum = |left: (u64, u64), right: (u64, u64)| {
        (left.0.saturating_add(right.0), left.1.saturating_add(right.1))
    };
    match language {
        Language::Literal(text) => (1, cast::to_u64(text.chars().count())),
        Language::Class(_) => (1, 1),
        Language::Concat(parts) => parts.iter().map(|part| size(part, options)).fold((1, 0), product),
        Language::Alternation(parts) => kept(cast::to_u64(parts.len()), options)
            .map(|at| size(&parts[cast::to_usize(at)], options))
            .fold((0, 0), sum),
        Language::Repeat { min, max, of } => {
            let one = size(of, options);
            let power = |n: u64| (0..n).map(|_| one).fold((1, 0), product);
            kept(u64::from(max - min) + 1, options)
                .map(|extra| power(u64::from(*min) + extra))
                .fold((0, 0), sum)
        }
    }
}

fn expand(language: &Language, options: u64) -> Vec<Vec<CharClass>> {
    match language {
        Language::Literal(text) => vec![text.chars().map(|c| CharClass::new(vec![(c, c)])).collect()],
        Language::Class(class) => vec![vec![class.clone()]],
        Language::Concat(parts) => parts
            .iter()
            .map(|part| expand(part, options))
            .fold(vec![Vec::new()], |all, next| join(all, &next)),
        Language::Alternation(parts) => kept(cast::to_u64(parts.len()), options)
            .flat_map(|at| expand(&parts[cast::to_usize(at)], options))
            .collect(),
        Language::Repeat { min, max, of } => {
            let one = expand(of, options);
            let power = |n: u64| (0..n).fold(vec![Vec::new()], |all, _| join(all, &one));
            kept(u64::from(max - min) + 1, options).flat_map(|extra| power(u64::from(*min) + extra)).collect()
        }
    }
}

/// Returns every sequence of `all` followed by every sequence of `next`.
fn join(mut all: Vec<Vec<CharClass>>, next: &[Vec<CharClass>]) -> Vec<Vec<CharClass>> {
    if let [only] = next {
        all.iter_mut().for_each(|left| left.extend_from_slice(only));
        return all;
    }
    let both = |left: &Vec<CharClass>, right: &Vec<CharClass>| [&left[..], &right[..]].concat();
    all.iter().flat_map(|left| next.iter().map(move |right| both(left, right))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all_strings(pattern: &str) -> (u64, BTreeSet<String>) {
        let branches = Branch::split(&Language::parse(pattern).unwrap(), 1024);
        let mut made = BTreeSet::new();
        for branch in &branches {
            for number in 0..branch.count() {
                let mut out = String::new();
                branch.write(&mut Digits::new(number, 7), &mut out);
                made.insert(out);
            }
        }
        (branches.iter().map(Branch::count).sum(), made)
    }

    #[test]
    fn numbers_and_strings_are_one_to_one() {
        for (pattern, n) in [("[ab]{1,3}", 14), ("x|yz|[0-4]", 7), (r"\d-(?:foo|bar)?", 30), ("", 1)] {
            let (count, made) = all_strings(pattern);
            assert_eq!((count, made.len()), (n, usize::try_from(n).unwrap()), "{pattern}");
        }
    }

    #[test]
    fn many_options_are_thinned_out() {
        let branches = Branch::split(&Language::parse("[a-z]{1,60000}").unwrap(), 64);
        assert!(branches.len() <= 64);
        assert_eq!(branches.iter().map(|branch| branch.0.len()).max(), Some(60_000));
        let deep = Branch::split(&Language::parse("(?:(?:aa|b[cd]?){0,20}){0,20}").unwrap(), 64);
        assert!((1..=64).contains(&deep.len()));
    }

    #[test]
    fn overlaps_are_seen() {
        let branch = |pattern| Branch::split(&Language::parse(pattern).unwrap(), 1).remove(0);
        assert!(branch("[a-f]{3}").overlaps(&branch("[f-z][a-z][a-z]")));
        assert!(!branch("[a-f]{3}").overlaps(&branch("[g-z][a-z][a-z]")));
        assert!(!branch("[a-f]{3}").overlaps(&branch("[a-f]{4}")));
    }
}
