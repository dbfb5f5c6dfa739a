//! One path: its measures, its score, its charts.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::{JsonPath, JsonType, Segment};

use crate::chart::{self, Chart, Subject};
use crate::compare::CompareContext;
use crate::measure::{Aspect, Measure, Part, Share, ValueKind, compare_counts, compare_shares};
use crate::side::{PathPair, Side};
use crate::verdict::{Verdict, rounded};

pub(crate) mod explain;
mod text;
mod values;

/// One path compared.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldComparison {
    /// Where.
    #[schemars(with = "String")]
    pub path: JsonPath,
    /// What the path mostly holds.
    pub kind: FieldKind,
    /// Real values, nulls included.
    pub n_real: u64,
    /// Synthetic values, nulls included.
    pub n_synthetic: u64,
    /// How alike they are; `None` for an object that is always there, whose members have scores of their own.
    pub score: Option<FieldScore>,
    /// The worst verdict of the measures.
    pub verdict: Verdict,
    /// The largest difference in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The comparisons.
    pub measures: Vec<Measure>,
    /// What the charts show.
    pub charts: Vec<Chart>,
}

/// What a path mostly holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Numbers.
    Number,
    /// Strings that are times.
    Time,
    /// Strings of few kinds.
    Category,
    /// Other strings.
    Text,
    /// `true` and `false`.
    Boolean,
    /// Arrays.
    Array,
    /// Objects whose keys are data.
    Dictionary,
    /// Other objects.
    Object,
    /// Nothing but nulls.
    Null,
}

/// How alike the two sides of a field are; 1 is alike, 0 has nothing in common.
///
/// # Method
///
/// Each part is 1 minus its effect size: `presence` and `nulls` the difference of the shares, `types` the total
/// variation of the types of the values that are not null, `values` the mean over the kinds of value (booleans,
/// numbers, strings, arrays, dictionaries), weighted by how many real ones there are, of the kind's largest effect.
/// The total is the product of the parts. Were every effect the total variation of its part, then the product would
/// be the chance that a real and a synthetic value, coupled as well as possible part by part, agree in all parts
/// (Levin and Peres 2017, Markov Chains and Mixing Times, proposition 4.7), so one part that is all wrong makes
/// the field wrong. For numbers the Kolmogorov–Smirnov distance, a lower bound of the total variation, stands in.
/// Sampling noise is not taken out: two samples of 1000 numbers from one distribution reach about 0.96.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct FieldScore {
    /// Product of the parts.
    pub total: f64,
    /// How often it is there.
    pub presence: f64,
    /// How often it is null.
    pub nulls: f64,
    /// What types it has.
    pub types: f64,
    /// How the values are distributed.
    pub values: f64,
}

/// Measures and charts in the making.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Independent observations behind the values of both sides.
    pub(crate) units: [u64; 2],
    pub(crate) measures: Vec<Measure>,
    pub(crate) charts: Vec<Chart>,
}

impl Outcome {
    pub(crate) fn measure(&mut self, measure: Option<Measure>) {
        self.measures.extend(measure);
    }

    pub(crate) fn chart(&mut self, chart: Option<Chart>) {
        self.charts.extend(chart);
    }
}

/// Dominance from which numbers lie elsewhere as a whole; cutting the outer tenth off a side moves it by 0.01.
const MIN_SHIFT: f64 = 0.05;

/// Compares one path.
pub(crate) fn compare(pair: &PathPair<'_>, context: &CompareContext<'_>) -> FieldComparison {
    let (real, synthetic) = (&pair.real, &pair.synthetic);
    let mut out = Outcome { units: pair.units(), measures: Vec::new(), charts: Vec::new() };
    out.measure(presence(pair));
    out.measure(nulls(real, synthetic, out.units));
    out.measure(types(real, synthetic, out.units));
    out.chart(type_chart(pair));
    let k = context.gate.k();
    values::booleans(real, synthetic, &mut out);
    values::numbers(real, synthetic, k, &mut out);
    let text_kind = text::strings(pair, context, &mut out);
    values::lengths(real, synthetic, k, &mut out);
    let kind = kind_of(if real.n_values() > 0 { real } else { synthetic }, text_kind);
    FieldComparison {
        path: pair.path.clone(),
        kind,
        n_real: real.n_values(),
        n_synthetic: synthetic.n_values(),
        score: is_scored(pair, kind).then(|| FieldScore::of(&out.measures, real)),
        verdict: Verdict::Matches,
        problem: None,
        measures: out.measures,
        charts: out.charts,
    }
}

/// Nothing can be wrong with an object that is always there and never anything else; its members are judged.
fn is_scored(pair: &PathPair<'_>, kind: FieldKind) -> bool {
    let always_object = |side: &Side<'_>| {
        side.stats.n_of(JsonType::Object) == side.n_values() && side.n_holding >= side.n_holders
    };
    kind != FieldKind::Object || !always_object(&pair.real) || !always_object(&pair.synthetic)
}

fn kind_of(side: &Side<'_>, text_kind: FieldKind) -> FieldKind {
    let object = if side.is_dictionary { FieldKind::Dictionary } else { FieldKind::Object };
    let counts = [
        (side.n_numbers(), FieldKind::Number),
        (side.stats.n_of(JsonType::String), text_kind),
        (side.stats.n_of(JsonType::Boolean), FieldKind::Boolean),
        (side.stats.n_of(JsonType::Array), FieldKind::Array),
        (side.stats.n_of(JsonType::Object), object),
    ];
    // Of equal counts the last one wins: a container says more of a mixed path.
    counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map_or(FieldKind::Null, |(_, kind)| kind)
}

/// How often the member is there; for other steps, only whether one side lacks them.
fn presence(pair: &PathPair<'_>) -> Option<Measure> {
    let (real, synthetic) = (&pair.real, &pair.synthetic);
    let share = |side: &Side<'_>| Share { part: side.n_holding, whole: side.n_holders };
    let is_member = matches!(pair.path.segments().last(), Some(Segment::Key(_)));
    if is_member && real.n_holders > 0 && synthetic.n_holders > 0 {
        return compare_shares(Aspect::Presence, share(real), share(synthetic), pair.units());
    }
    let there = if real.n_values() > 0 { real } else { synthetic };
    let one_sided = (real.n_values() == 0) != (synthetic.n_values() == 0);
    // Below a path that one side lacks there is nothing to compare.
    let effect = if real.n_holders.min(synthetic.n_holders) == 0 { 1.0 } else { share(there).get() };
    one_sided.then(|| Measure::one_sided(Aspect::Presence, effect))
}

fn nulls(real: &Side<'_>, synthetic: &Side<'_>, units: [u64; 2]) -> Option<Measure> {
    let share = |side: &Side<'_>| Share { part: side.stats.n_of(JsonType::Null), whole: side.n_values() };
    let (ours, theirs) = (share(real), share(synthetic));
    (ours.part + theirs.part > 0).then(|| compare_shares(Aspect::Nulls, ours, theirs, units)).flatten()
}

/// The types of the values that are not null.
fn types(real: &Side<'_>, synthetic: &Side<'_>, units: [u64; 2]) -> Option<Measure> {
    let counts = |side: &Side<'_>| -> Vec<u64> {
        let types = JsonType::ALL.into_iter().filter(|json_type| *json_type != JsonType::Null);
        types.map(|json_type| side.stats.n_of(json_type)).collect()
    };
    compare_counts(Aspect::Types, &counts(real), &counts(synthetic), units)
}

/// Types, nulls and absence in one chart, when there is more than one of them.
fn type_chart(pair: &PathPair<'_>) -> Option<Chart> {
    let absent = |side: &Side<'_>| match pair.path.segments().last() {
        Some(Segment::Key(_)) => side.n_holders.saturating_sub(side.n_holding),
        _ => 0,
    };
    let types = JsonType::ALL.into_iter().map(|json_type| {
        let count = |side: &Side<'_>| side.stats.n_of(json_type);
        (json_type.name().to_owned(), count(&pair.real), count(&pair.synthetic))
    });
    let missing = ("absent".to_owned(), absent(&pair.real), absent(&pair.synthetic));
    let bars: Vec<_> = types.chain([missing]).filter(|(_, real, synthetic)| real + synthetic > 0).collect();
    (bars.len() > 1).then(|| chart::bars(Subject::Types, bars))
}

impl FieldComparison {
    /// Makes the intervals of the measures, which miss with chance `alpha`, and what follows from them.
    pub(crate) fn settle(&mut self, alpha: f64) {
        self.measures.iter_mut().for_each(|measure| measure.settle(alpha));
        self.verdict = self.measures.iter().map(|measure| measure.verdict).max().unwrap_or(Verdict::Matches);
        self.problem = self.worst().map(explain::sentence);
    }

    /// Takes the numbers for `factor` times as few independent ones, because they follow each other.
    pub(crate) fn thin(&mut self, factor: f64, alpha: f64) {
        let of_numbers = |measure: &&mut Measure| matches!(measure.aspect, Aspect::Numbers | Aspect::Tails);
        self.measures.iter_mut().filter(of_numbers).for_each(|measure| measure.gauge.thinned(factor));
        self.settle(alpha);
    }

    /// The measure with the worst verdict, and the surest of those; `None` when all match.
    pub(crate) fn worst(&self) -> Option<&Measure> {
        let differs = |measure: &&Measure| measure.verdict > Verdict::Matches;
        // Numbers that lie elsewhere as a whole have other tails, too.
        let is_shifted = self.measures.iter().filter(differs).any(|measure| {
            measure.aspect == Aspect::Numbers
                && measure.statistics.get("shift").is_some_and(|shift| shift.abs() >= MIN_SHIFT)
        });
        let differing = self.measures.iter().filter(differs);
        let differing = differing.filter(|measure| !is_shifted || measure.aspect != Aspect::Tails);
        differing.max_by(|a, b| a.verdict.cmp(&b.verdict).then(a.severity.total_cmp(&b.severity)))
    }
}

impl FieldScore {
    fn of(measures: &[Measure], real: &Side<'_>) -> Self {
        let part = |wanted: Part| 1.0 - largest_effect(measures, wanted).unwrap_or(0.0);
        let (presence, nulls, types) = (part(Part::Presence), part(Part::Nulls), part(Part::Types));
        let values = 1.0 - values_effect(measures, real);
        Self {
            total: rounded(presence * nulls * types * values),
            presence: rounded(presence),
            nulls: rounded(nulls),
            types: rounded(types),
            values: rounded(values),
        }
    }
}

fn largest_effect(measures: &[Measure], part: Part) -> Option<f64> {
    let effects = measures.iter().filter(|measure| measure.aspect.part() == Some(part));
    effects.map(|measure| measure.effect).reduce(f64::max)
}

/// Mean over the kinds that both sides have, by the number of real values; a kind that one side lacks is an
/// effect on the types.
fn values_effect(measures: &[Measure], real: &Side<'_>) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for kind in ValueKind::ALL {
        let Some(effect) = largest_effect(measures, Part::Values(kind)) else { continue };
        let n = n_of_kind(real, kind) as f64;
        sum += n * effect;
        weight += n;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

fn n_of_kind(side: &Side<'_>, kind: ValueKind) -> u64 {
    match kind {
        ValueKind::Boolean => side.stats.n_of(JsonType::Boolean),
        ValueKind::Number => side.n_numbers(),
        ValueKind::String => side.stats.n_of(JsonType::String),
        ValueKind::Array => side.stats.n_of(JsonType::Array),
        ValueKind::Object => side.stats.n_of(JsonType::Object),
    }
}
