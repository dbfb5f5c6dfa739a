//! One path as both data sets see it.

use std::collections::BTreeMap;

use synth_core::{JsonPath, JsonType, Segment};
use synth_profile::path_stats::PathStats;
use synth_profile::{NodeId, Partial, Unit};
use synth_stats::LengthHistogram;

/// A path with what was seen of it in the real and in the synthetic data.
#[derive(Debug)]
pub(crate) struct PathPair<'a> {
    pub(crate) path: JsonPath,
    pub(crate) real: Side<'a>,
    pub(crate) synthetic: Side<'a>,
}

/// What one data set knows of a path; all counts are 0 where the path does not occur.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) stats: &'a PathStats,
    /// Objects or arrays that could hold the value; records for `$`.
    pub(crate) n_holders: u64,
    /// Those of them that hold at least one such value; for members, those that have the member.
    pub(crate) n_holding: u64,
    pub(crate) is_dictionary: bool,
    /// Records, or in a document elements of the outermost arrays, that could hold such values: those of one record hang
    /// together, so they are no more than this many independent observations.
    pub(crate) n_units: u64,
}

impl PathPair<'_> {
    /// Independent observations behind the values of each side.
    pub(crate) fn units(&self) -> [u64; 2] {
        [self.real.n_units, self.synthetic.n_units]
    }
}

impl Side<'_> {
    pub(crate) fn n_values(&self) -> u64 {
        self.stats.n_values
    }

    /// Chance that a holder has a value of this type.
    pub(crate) fn share_of(&self, json_type: JsonType) -> f64 {
        if self.n_holders == 0 || self.n_values() == 0 {
            return 0.0;
        }
        let of_type = self.stats.n_of(json_type) as f64 / self.n_values() as f64;
        of_type * (self.n_holding as f64 / self.n_holders as f64).min(1.0)
    }

    /// Integers and other numbers are one kind here.
    pub(crate) fn n_numbers(&self) -> u64 {
        self.stats.n_of(JsonType::Integer) + self.stats.n_of(JsonType::Number)
    }
}

/// Returns every path of either data set, parents first: the real ones in their order, then the others.
///
/// The elements of a tuple are left out: its positions say the same more exactly.
pub(crate) fn path_pairs<'a>(
    real: &'a Partial,
    synthetic: &'a Partial,
    nothing: &'a PathStats,
) -> Vec<PathPair<'a>> {
    let walk = real.walk();
    let mut others: BTreeMap<JsonPath, NodeId> = synthetic.walk().into_iter().collect();
    let mut pairs = Vec::with_capacity(walk.len());
    for (path, id) in walk {
        let theirs = others.remove(&path);
        pairs.push(pair(path, (real, Some(id)), (synthetic, theirs), nothing));
    }
    pairs.extend(
        others.into_iter().map(|(path, id)| pair(path, (real, None), (synthetic, Some(id)), nothing)),
    );
    pairs.retain(|pair| {
        let is_there = pair.real.n_values() + pair.synthetic.n_values() > 0 || pair.path == JsonPath::root();
        is_there && !is_tuple_element(real, &pair.path)
    });
    pairs
}

type Place<'a> = (&'a Partial, Option<NodeId>);

fn pair<'a>(path: JsonPath, real: Place<'a>, synthetic: Place<'a>, nothing: &'a PathStats) -> PathPair<'a> {
    let (real, synthetic) = (side(&path, real, nothing), side(&path, synthetic, nothing));
    PathPair { path, real, synthetic }
}

fn side<'a>(path: &JsonPath, (partial, id): Place<'a>, nothing: &'a PathStats) -> Side<'a> {
    let node = id.map(|id| partial.node(id));
    let stats = node.map_or(nothing, |node| &node.stats);
    let (n_holders, n_holding) = holders(partial, path, stats.n_values);
    let is_dictionary = node.is_some_and(|node| node.is_dictionary());
    Side { stats, n_holders, n_holding, is_dictionary, n_units: n_units(partial, path) }
}

fn n_units(partial: &Partial, path: &JsonPath) -> u64 {
    let is_outermost = |segment: &Segment| matches!(segment, Segment::Elements | Segment::Members);
    let outermost = path.segments().iter().position(is_outermost);
    match (partial.unit(), outermost) {
        (Unit::Record, _) | (_, None) => partial.n_records,
        (Unit::Element, Some(at)) => {
            let prefix =
                path.segments()[..=at].iter().fold(JsonPath::root(), |path, step| path.join(step.clone()));
            partial.find(&prefix).map_or(0, |id| partial.node(id).stats.n_values)
        }
    }
}

fn holders(partial: &Partial, path: &JsonPath, n_values: u64) -> (u64, u64) {
    let (Some(last), Some(parent)) = (path.segments().last(), path.parent()) else {
        return (partial.n_records, n_values);
    };
    let Some(parent) = partial.find(&parent).map(|id| &partial.node(id).stats) else { return (0, 0) };
    match last {
        Segment::Key(_) => (parent.n_of(JsonType::Object), n_values),
        Segment::Elements | Segment::Index(_) => {
            (parent.n_of(JsonType::Array), parent.lengths().map_or(0, n_not_zero))
        }
        _ => (parent.n_of(JsonType::Object), parent.n_members().map_or(0, n_not_zero)),
    }
}

fn n_not_zero(lengths: &LengthHistogram) -> u64 {
    lengths.buckets().filter(|bucket| bucket.high > 0).map(|bucket| bucket.count).sum()
}

fn is_tuple_element(real: &Partial, path: &JsonPath) -> bool {
    matches!(path.segments().last(), Some(Segment::Elements))
        && path.parent().and_then(|parent| real.find(&parent)).is_some_and(|id| real.node(id).may_be_tuple())
}
