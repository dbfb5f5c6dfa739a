//! The generator `pattern`.

use synth_core::{Permutation, Seed, cast};
use synth_rules::generator::Pattern;

use crate::branch::Branch;
use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, Values};
use crate::draw::{Digits, Draws};
use crate::error::ErrorKind;
use crate::language::{Language, LanguageError, MAX_LENGTH};
use crate::split::{Pool, Split};

/// Branches of all expressions together when values must be unique.
const MAX_BRANCHES: u64 = 1024;

/// Draws strings: an expression by its probability, then a string of it.
#[derive(Debug, Clone)]
pub(crate) struct Patterns {
    choice: Choice,
    languages: Vec<Language>,
    which: Seed,
    draws: Seed,
}

impl Patterns {
    pub(crate) fn compile(pattern: &Pattern, seed: Seed) -> Result<Self, ErrorKind> {
        let languages = languages(pattern)?;
        let choice = choice(pattern)?;
        Ok(Self { choice, languages, which: seed.child("pattern"), draws: seed.child("characters") })
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        if let [language] = &self.languages[..] {
            slots.fill_text(out, |slot, out| self.write(language, slot, out));
        } else {
            slots.fill_text(out, |slot, out| {
                let which = self.choice.pick(self.which.uniform(slot.address));
                self.write(&self.languages[which], slot, out);
            });
        }
    }

    fn write(&self, language: &Language, slot: Slot, out: &mut String) {
        language.sample(&mut Draws::new(self.draws.bits(slot.address)), out);
    }
}

/// Numbers strings: no two ordinals give the same one.
///
/// # Method
///
/// Every expression is split into [`Branch`]es; a branch that overlaps one that was taken before is left out,
/// so a string belongs to one branch at most. A [`Split`] deals the ordinals out to the branches by the
/// probabilities, a [`Permutation`] scatters them within the branch, and the branch writes the string of that
/// number.
#[derive(Debug, Clone)]
pub(crate) struct UniquePatterns {
    split: Split,
    branches: Vec<(Branch, Permutation)>,
    key: u64,
}

impl UniquePatterns {
    pub(crate) fn compile(pattern: &Pattern, n_needed: u64, seed: Seed) -> Result<Self, ErrorKind> {
        let languages = languages(pattern)?;
        choice(pattern)?;
        let max_branches = (MAX_BRANCHES / cast::to_u64(languages.len())).max(1);
        let mut taken: Vec<Branch> = Vec::new();
        let mut pools = Vec::new();
        for (index, language) in languages.iter().enumerate() {
            let branches = Branch::split(language, max_branches);
            let weight = pattern.probs.get(index).copied().unwrap_or(1.0) / branches.len() as f64;
            for branch in branches {
                if !taken.iter().any(|other| other.overlaps(&branch)) {
                    pools.push(Pool { weight, count: branch.count() });
                    taken.push(branch);
                }
            }
        }
        let split = Split::fit(&pools, n_needed, seed.child("split"))?;
        let permuted = |(index, branch): (usize, Branch)| {
            let seed = seed.child("branch").attempt(cast::to_u64(index) + 1);
            let permutation = Permutation::new(branch.count(), seed);
            (branch, permutation)
        };
        let branches = taken.into_iter().enumerate().map(permuted).collect();
        Ok(Self { split, branches, key: seed.child("digits").bits(0) })
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| {
            let (branch, number) = self.split.locate(slot.ordinal);
            let (branch, permutation) = &self.branches[branch];
            branch.write(&mut Digits::new(permutation.apply(number), self.key), out);
        });
    }
}

pub(crate) fn languages(pattern: &Pattern) -> Result<Vec<Language>, ErrorKind> {
    if pattern.patterns.is_empty() {
        return Err(ErrorKind::EmptyList { what: "patterns" });
    }
    let parse = |(index, text): (usize, &String)| {
        Language::parse(text).map_err(|error| match error {
            LanguageError::Unusable(reason) => ErrorKind::BadPattern { index, reason },
            LanguageError::TooLong => ErrorKind::PatternTooLong { index, limit: MAX_LENGTH },
        })
    };
    pattern.patterns.iter().enumerate().map(parse).collect()
}

fn choice(pattern: &Pattern) -> Result<Choice, ErrorKind> {
    let (n_left, n_right) = (pattern.patterns.len(), pattern.probs.len());
    if n_right != 0 && n_left != n_right {
        return Err(ErrorKind::LengthMismatch { left: "patterns", right: "probs", n_left, n_right });
    }
    Choice::fit_or_even(&pattern.probs, n_left, Sum::MustBeOne)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::memo::Memo;

    fn unique(patterns: &[&str], probs: &[f64], n: u64) -> Result<Vec<String>, ErrorKind> {
        let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let pattern = Pattern { patterns, probs: probs.to_vec() };
        let program = UniquePatterns::compile(&pattern, n, Seed::root(3))?;
        let ordinals: Vec<u64> = (0..n).collect();
        let slots = Slots {
            kinds: &vec![2; ordinals.len()],
            code: 2,
            addresses: &ordinals,
            ordinals: &ordinals,
            uniforms: &[],
            memo: &Memo::default(),
        };
        let mut values = Values::None;
        program.fill(slots, &mut values);
        let Values::Text(text) = values else { panic!("patterns make text") };
        Ok((0..ordinals.len()).map(|slot| text.get(slot).to_owned()).collect())
    }

    fn check(patterns: &[&str], probs: &[f64], n: u64) -> Vec<String> {
        let made = unique(patterns, probs, n).unwrap();
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len(), "{patterns:?}");
        made
    }

    #[test]
    fn whole_languages_are_used_up() {
        check(&[r"[A-Z]\d{2}"], &[], 2600);
        check(&["[ab]{1,9}"], &[], 1022);
        check(&["[a-c]{2}", "[a-z]{2}", "[0-9]"], &[0.3, 0.3, 0.4], 19);
        check(&["[0-9a-f]{40}", "(?:foo|bar)-[a-z]{1,30}"], &[], 20_000);
        check(&["(?:a|ab)(?:c|bc)"], &[], 2);
    }

    #[test]
    fn a_small_language_runs_over_into_the_others() {
        let made = check(&[r"A\d", r"B\d{4}"], &[0.5, 0.5], 5000);
        assert_eq!(made.iter().filter(|text| text.starts_with('A')).count(), 10);
    }

    #[test]
    fn shares_are_kept_while_they_can() {
        let made = check(&[r"A\d{6}", r"B\d{6}"], &[0.25, 0.75], 4000);
        assert_eq!(made.iter().filter(|text| text.starts_with('A')).count(), 1000);
    }

    #[test]
    fn too_few_strings_are_refused() {
        assert_eq!(unique(&[r"\d"], &[], 11), Err(ErrorKind::NotEnoughValues { have: 10, need: 11 }));
    }
}
