//! Findings: dirty or surprising input, lint of rules, failed checks.

use std::collections::BTreeMap;

use crate::Place;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not intended; the run went on.
    Warning,
    /// A check that did not pass.
    Error,
}

/// One finding: what, where, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Stable code such as `io/duplicate-key`.
    pub code: &'static str,
    /// What is wrong, in lower case, without a full stop, without values of the sample.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// What to do about it, where we can guess.
    pub hint: Option<String>,
}

/// Places kept for each code; the rest is only counted.
const MAX_PLACES: usize = 20;

/// Findings grouped by code: all are counted, the first places in input order are kept.
///
/// `merge` is associative and commutative, so the result does not depend on how the input was cut.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    by_code: BTreeMap<&'static str, Group>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Group {
    count: u64,
    first: Vec<Diagnostic>,
}

impl Findings {
    /// Counts a finding and keeps it if it is among the first of its code.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let group = self.by_code.entry(diagnostic.code).or_default();
        group.count += 1;
        group.first.push(diagnostic);
        group.trim();
    }

    /// Adds the findings of another part of the input.
    pub fn merge(&mut self, other: Self) {
        for (code, theirs) in other.by_code {
            let group = self.by_code.entry(code).or_default();
            group.count += theirs.count;
            group.first.extend(theirs.first);
            group.trim();
        }
    }

    /// Changes the places that are kept, for example to hide what a path tells.
    pub fn change_places(&mut self, change: impl Fn(&mut Place)) {
        let kept = self.by_code.values_mut().flat_map(|group| &mut group.first);
        kept.for_each(|finding| change(&mut finding.place));
    }

    /// Rebuilds findings from their groups: count and first findings, all of one code.
    ///
    /// A group without findings is left out; a count below the number of its findings is raised to it.
    #[must_use]
    pub fn from_groups(groups: impl IntoIterator<Item = (u64, Vec<Diagnostic>)>) -> Self {
        let mut findings = Self::default();
        for (count, first) in groups {
            let Some(code) = first.first().map(|finding| finding.code) else { continue };
            let count = count.max(crate::cast::to_u64(first.len()));
            let mut group = Group { count, first };
            group.trim();
            findings.merge(Self { by_code: BTreeMap::from([(code, group)]) });
        }
        findings
    }

    /// Returns each code with its count and the first findings, in code order.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, u64, &[Diagnostic])> {
        self.by_code.iter().map(|(code, group)| (*code, group.count, group.first.as_slice()))
    }

    /// Returns how often a code was found.
    #[must_use]
    pub fn count(&self, code: &str) -> u64 {
        self.by_code.get(code).map_or(0, |group| group.count)
    }

    /// Tells whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }
}

impl Group {
    fn trim(&mut self) {
        self.first.sort_by(|a, b| (a.place.sort_key(), &a.message).cmp(&(b.place.sort_key(), &b.message)));
        self.first.truncate(MAX_PLACES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(offset: u64) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            code: "io/duplicate-key",
            message: "duplicate key".into(),
            place: Place { offset_bytes: Some(offset), ..Place::default() },
            hint: None,
        }
    }

    #[test]
    fn merge_order_does_not_show() {
        let mut all = Findings::default();
        (0..100).for_each(|offset| all.push(finding(offset)));
        let (mut left, mut right) = (Findings::default(), Findings::default());
        (0..100).rev().for_each(|offset| {
            if offset % 3 == 0 { left.push(finding(offset)) } else { right.push(finding(offset)) }
        });
        right.merge(left);
        assert_eq!(all, right);
        assert_eq!(all.count("io/duplicate-key"), 100);
        assert_eq!(all.groups().next().map(|(_, _, first)| first.len()), Some(MAX_PLACES));
        all.change_places(|place| place.path = Some("$".into()));
        let (_, count, first) = all.groups().next().expect("a code");
        assert_eq!(count, 100);
        assert!(first.iter().all(|finding| finding.place.path.as_deref() == Some("$")));
    }
}
