//! From accumulators to a profile that may be written down.

use synth_core::{Findings, JsonPath, JsonType, Segment, cast};
use synth_privacy::Gate;
use synth_stats::LengthHistogram;

use crate::partial::{NodeId, Partial};
use crate::profile::{Curve, FieldProfile, LengthProfile, Profile, SampleLayout, VERSION};
use crate::structure::Structure;
use crate::{phrasing, relations, variants};

mod company;
mod keys;
mod number;
mod quoted;
mod recurrence;
mod text;
mod time;

pub use keys::{is_key, is_numbering};

/// What the profile is made with.
#[derive(Debug, Clone)]
pub struct FinishConfig {
    /// File name of the sample, without its folder.
    pub source: Option<String>,
    /// How the records stood in the sample.
    pub layout: SampleLayout,
    /// Lets literals through.
    pub gate: Gate,
}

/// Code of the finding that members were dropped for their names.
pub const WITHHELD_KEY: &str = "profile/withheld-key";

/// Lengths that are listed one by one.
const MAX_LISTED_LENGTHS: usize = 24;

/// Returns the profile and the decisions about structure that stand behind it.
///
/// The partial is changed: objects found to be dictionaries become one path.
///
/// # Cost
///
/// O(paths × table size); one replay of the record sample.
pub fn finish(partial: &mut Partial, findings: &Findings, config: &FinishConfig) -> (Profile, Structure) {
    let structure = Structure::decide(partial, config.gate);
    let walk = partial.walk();
    let mut fields: Vec<FieldProfile> =
        walk.iter().map(|(path, id)| field_profile(partial, path, *id, config.gate)).collect();
    company::apply(partial, &walk, &mut fields, config.gate);
    let strings_of = |at: usize| partial.node(walk[at].1).stats.string();
    phrasing::apply(&mut fields, strings_of, (config.layout == SampleLayout::Document, config.gate));
    let main_collection = match config.layout {
        SampleLayout::Document => main_collection(partial, &walk),
        SampleLayout::JsonLines | SampleLayout::Array => None,
    };
    let variants = variants::find_variants(partial, &fields);
    let mut profile = Profile {
        version: VERSION,
        source: config.source.clone(),
        layout: config.layout,
        n_records: partial.n_records,
        k: config.gate.k(),
        main_collection,
        relations: relations::mine(partial, &fields, &variants, config.gate),
        variants,
        fields,
        joint: None,
        assisted: None,
        findings: findings
            .groups()
            .map(|(code, count, _)| (code.to_owned(), count))
            .chain((structure.n_withheld() > 0).then(|| (WITHHELD_KEY.to_owned(), structure.n_withheld())))
            .collect(),
    };
    let mixed =
        profile.mixed_types().groups().map(|(code, count, _)| (code.to_owned(), count)).collect::<Vec<_>>();
    profile.findings.extend(mixed);
    (profile, structure)
}

fn field_profile(partial: &Partial, path: &JsonPath, id: NodeId, gate: Gate) -> FieldProfile {
    let node = partial.node(id);
    let stats = &node.stats;
    let is_tuple = node.may_be_tuple();
    let length = if node.is_dictionary() { stats.n_members() } else { stats.lengths() };
    FieldProfile {
        path: path.clone(),
        n_slots: n_slots(partial, path, id),
        n_values: stats.n_values,
        types: JsonType::ALL
            .into_iter()
            .map(|json_type| (json_type.name().to_owned(), stats.n_of(json_type)))
            .filter(|(_, count)| *count > 0)
            .collect(),
        n_true: stats.n_true(),
        is_dictionary: node.is_dictionary(),
        is_tuple,
        number: stats.number().map(|numbers| number::profile(numbers, path, gate, None)),
        text: stats.string().map(|strings| text::profile(strings, path, gate, None)),
        length: length.map(length_profile),
    }
}

/// Objects that could hold a member; all other paths have as many places as values.
fn n_slots(partial: &Partial, path: &JsonPath, id: NodeId) -> u64 {
    let n_values = partial.node(id).stats.n_values;
    match (path.segments().last(), path.parent()) {
        (Some(Segment::Key(_)), Some(parent)) => {
            let holder = partial.find(&parent).map(|id| partial.node(id).stats.n_of(JsonType::Object));
            holder.unwrap_or(n_values)
        }
        _ => n_values,
    }
}

pub(crate) fn length_profile(lengths: &LengthHistogram) -> LengthProfile {
    let (min, max) = (lengths.min().unwrap_or(0), lengths.max().unwrap_or(0));
    let counts: Vec<(u64, u64)> = lengths
        .buckets()
        .filter(|bucket| bucket.low == bucket.high)
        .map(|bucket| (bucket.low, bucket.count))
        .collect();
    let all_listed = counts.iter().map(|(_, count)| count).sum::<u64>() == lengths.count();
    if all_listed && counts.len() <= MAX_LISTED_LENGTHS {
        LengthProfile { min, max, counts, curve: None }
    } else {
        LengthProfile { min, max, counts: Vec::new(), curve: Some(length_curve(lengths)) }
    }
}

/// Quantiles of lengths at fixed percentages.
fn length_curve(lengths: &LengthHistogram) -> Curve {
    let percent =
        vec![0.0, 1.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 99.0, 100.0];
    let values =
        percent.iter().map(|percent| lengths.quantile(percent / 100.0).unwrap_or(0) as f64).collect();
    Curve { percent, values }
}

/// The outermost array of objects with most elements.
fn main_collection(partial: &Partial, walk: &[(JsonPath, NodeId)]) -> Option<JsonPath> {
    let is_outermost = |path: &JsonPath| {
        let (last, before) = path.segments().split_last()?;
        let keys_only = before.iter().all(|segment| matches!(segment, Segment::Key(_)));
        (matches!(last, Segment::Elements | Segment::Members) && keys_only).then_some(())
    };
    walk.iter()
        .filter(|(path, id)| {
            is_outermost(path).is_some() && partial.node(*id).stats.n_of(JsonType::Object) > 0
        })
        .max_by_key(|(path, id)| (partial.node(*id).stats.n_values, std::cmp::Reverse(path.clone())))
        .map(|(path, _)| path.clone())
}

/// Rounds a percentage so that it reads well; the ends stay 0 and 100.
fn percent(probability: f64) -> f64 {
    cast::round_to_i64(probability * 1e6) as f64 / 1e4
}

impl Curve {
    fn of(function: &synth_stats::QuantileFunction) -> Self {
        Self {
            percent: function.probabilities().iter().map(|probability| percent(*probability)).collect(),
            values: function.values().to_vec(),
        }
    }
}
