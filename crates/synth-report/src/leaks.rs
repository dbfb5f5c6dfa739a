//! Values of the real data that stand in the synthetic data again.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::{JsonPath, math};
use synth_privacy::{FieldEvidence, PathWords, PiiKind, ValueForm};
use synth_profile::string_stats::{KeptText, StringStats};
use synth_stats::BottomK;
use synth_stats::bottom_k::Entry;
use synth_stats::tests2::interval;

use crate::compare::CompareContext;
use crate::side::PathPair;
use crate::verdict::{Verdict, rounded};

/// Values that recur beyond what chance gives, as a share of all, from which they are worth a look, and from which they
/// are many.
const LEAK_BANDS: (f64, f64) = (0.005, 0.05);
/// Fewer values than this are no pattern.
const MIN_LEAKS: u64 = 3;
/// Bits by which the values must be rarer than it takes to meet one of the real ones by accident: one in a thousand.
const SPARE_BITS: f64 = 10.0;
/// Characters of a value that are looked at.
const MAX_CHARS: usize = 64;

/// How many synthetic values of a field are rare real ones.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ValueCopies {
    /// The field.
    #[schemars(with = "String")]
    pub path: JsonPath,
    /// The kind of personal data it holds, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
    /// Synthetic values that were looked at.
    pub n_values: u64,
    /// Those that equal a real value that is not public.
    pub n_copies: u64,
    /// Share of the values that are copies.
    pub share: f64,
    /// Share that chance gives: how many values of fresh real data would equal one of those.
    pub expected: f64,
    /// What is surely beyond chance.
    pub excess_low: f64,
    /// How much that matters.
    pub verdict: Verdict,
}

/// Looks at every field of texts that are no public categories and no times.
///
/// # Method
///
/// Either side keeps the distinct texts with the smallest hashes, so below the smaller of the two limits both know all of
/// theirs, and the share of the copies among them is that of all. Texts of at least k records, in this or another field,
/// are public and do not count. Of fresh real values a share Σ (r + 1) N(r + 1) / n over r below k would equal a real one
/// that occurs r times: Good, I. J. (1953), The population frequencies of species, Biometrika 40(3-4), equation 2. Fields
/// whose texts are so short or so alike that others would meet them by accident are left out, unless they are personal.
pub(crate) fn values(pairs: &[PathPair<'_>], context: &CompareContext<'_>, alpha: f64) -> Vec<ValueCopies> {
    let k = context.gate.k();
    let public: BTreeSet<u64> = pairs
        .iter()
        .filter_map(|pair| pair.real.stats.string())
        .flat_map(|strings| strings.distinct.entries())
        .filter(|entry| entry.n_units >= k)
        .map(|entry| entry.hash)
        .collect();
    pairs.iter().filter_map(|pair| of_field(pair, context, (&public, k), alpha)).collect()
}

fn of_field(
    pair: &PathPair<'_>,
    context: &CompareContext<'_>,
    (public, k): (&BTreeSet<u64>, u64),
    alpha: f64,
) -> Option<ValueCopies> {
    let (real, synthetic) = (pair.real.stats.string()?, pair.synthetic.stats.string()?);
    let personal = personal_kind(real, pair)
        .or_else(|| context.is_personal(&pair.path).then(|| "personal data".to_owned()));
    if is_time(real) || (personal.is_none() && !is_telling(&real.distinct)) {
        return None;
    }
    let limit = limit(&real.distinct).min(limit(&synthetic.distinct));
    let within = |table: &'_ BottomK<KeptText>| -> Vec<(u64, u64)> {
        let known = table.entries().filter(|entry| entry.hash <= limit);
        known.map(|entry| (entry.hash, entry.count)).collect()
    };
    let (ours, theirs) = (within(&real.distinct), within(&synthetic.distinct));
    let total = |list: &[(u64, u64)]| list.iter().map(|(_, count)| count).sum::<u64>();
    let is_private = |hash: &u64| !public.contains(hash);
    let n_expected: u64 = ours
        .iter()
        .filter(|(hash, count)| *count > 1 && *count <= k && is_private(hash))
        .map(|(_, n)| n)
        .sum();
    let copied = theirs.iter().filter(|(hash, _)| is_private(hash) && real.distinct.get(*hash).is_some());
    let n_copies: u64 = copied.map(|(_, count)| count).sum();
    let (n_real, n_synthetic) = (total(&ours), total(&theirs));
    let interval = interval::of_shares((n_expected, n_real), (n_copies, n_synthetic), alpha).ok()?;
    let excess = interval.low.max(0.0);
    let verdict = match excess {
        _ if n_copies < MIN_LEAKS || excess < LEAK_BANDS.0 => Verdict::Matches,
        _ if excess < LEAK_BANDS.1 => Verdict::Close,
        _ => Verdict::Differs,
    };
    Some(ValueCopies {
        path: pair.path.clone(),
        personal,
        n_values: n_synthetic,
        n_copies,
        share: rounded(n_copies as f64 / n_synthetic.max(1) as f64),
        expected: rounded(n_expected as f64 / n_real.max(1) as f64),
        excess_low: rounded(excess),
        verdict,
    })
}

/// The largest hash that a table knows all about.
fn limit(table: &BottomK<KeptText>) -> u64 {
    if table.is_complete() { u64::MAX } else { table.entries().map(|entry| entry.hash).max().unwrap_or(0) }
}

fn is_time(strings: &StringStats) -> bool {
    let most = strings.times.formats().map(|(_, times)| times.histogram.count()).max().unwrap_or(0);
    most as f64 >= 0.9 * strings.distinct.total() as f64
}

fn personal_kind(strings: &StringStats, pair: &PathPair<'_>) -> Option<String> {
    let values: Vec<(&str, u64)> =
        strings.distinct.entries().map(|entry| (&*entry.value.text, entry.count)).collect();
    let evidence = FieldEvidence {
        words: &PathWords::of(&pair.path),
        values: &values,
        form: ValueForm::Text,
        n_distinct: strings.n_distinct(),
        n_rows: strings.distinct.total(),
    };
    let kind = synth_privacy::detect(&evidence)?.kind;
    // Of these there are so few that made ones meet real ones by accident.
    let is_common =
        matches!(kind, PiiKind::GivenName | PiiKind::FamilyName | PiiKind::DateOfBirth) || kind.is_shared();
    (!is_common).then(|| kind.to_string())
}

/// Whether two texts made alike would hardly be equal by accident: the sum of the entropies of their characters, place by
/// place, exceeds that of the number of distinct texts.
fn is_telling(table: &BottomK<KeptText>) -> bool {
    let texts: Vec<&str> = table
        .entries()
        .map(|entry: &Entry<KeptText>| &*entry.value.text)
        .filter(|text| !text.is_empty())
        .collect();
    if texts.len() < 20 {
        return false;
    }
    let mut places: Vec<BTreeMap<char, f64>> = Vec::new();
    for text in &texts {
        for (at, c) in text.chars().take(MAX_CHARS).enumerate() {
            if places.len() <= at {
                places.push(BTreeMap::new());
            }
            *places[at].entry(c).or_default() += 1.0;
        }
    }
    let n = texts.len() as f64;
    // Texts that end earlier count as one more character.
    let entropy = |place: &BTreeMap<char, f64>| -> f64 {
        let ended = n - place.values().sum::<f64>();
        let part = |count: f64| if count > 0.0 { -count / n * math::ln(count / n) } else { 0.0 };
        (place.values().map(|count| part(*count)).sum::<f64>() + part(ended)) / std::f64::consts::LN_2
    };
    let bits: f64 = places.iter().map(entropy).sum();
    bits > math::ln(n) / std::f64::consts::LN_2 + SPARE_BITS
}
