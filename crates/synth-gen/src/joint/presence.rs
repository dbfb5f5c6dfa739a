//! Codes of the joint model decide presence where unions and rules of presence have a say too.
//!
//! The tag of a union says how often a field is there in each case, and fields that come together share a draw. Both leave open which
//! rows of a case they are, and the codes know more of that. So the share of the rules is kept, and the rows are those of the
//! codes; where the share is another than when the model was fitted, as many rows as needed are added or left out.

use synth_rules::model::Code;
use synth_rules::{JointModel, model::FieldModel};

use super::{ABSENT, Draw, Joint, Look, Modelled};
use crate::plan::{Node, Plan};

/// Shares that are less far apart are the same: they are written with six digits.
const SAME: f64 = 1e-4;

/// A field whose codes stand for the draw that several fields share.
#[derive(Debug, Clone)]
pub(crate) struct Lead {
    pub(crate) node: usize,
    pub(crate) modelled: Modelled,
    /// The part of the shared draw in which it is there: by case, or one for all.
    pub(crate) ranges: Vec<(f64, f64)>,
    /// Its presence when the model was fitted, likewise.
    pub(crate) fitted: Vec<f64>,
}

impl Draw<'_> {
    /// Tells whether the field is there, by its code, where its share is now `now` and was `fitted`.
    pub(crate) fn is_there(&self, now: f64, fitted: f64) -> bool {
        let is_there = self.code != ABSENT;
        let uniform = || self.field.within[0].uniform(self.address);
        if (now - fitted).abs() < SAME {
            is_there
        } else if now > fitted {
            is_there || uniform() * (1.0 - fitted) < now - fitted
        } else {
            is_there && uniform() * fitted < now
        }
    }
}

impl Lead {
    /// The draw that all share in a case: within the lead's part if its code is there, else outside of it.
    pub(crate) fn shared(&self, draw: Draw<'_>, case: usize, uniform: f64) -> f64 {
        let of = |n: usize| if n == 1 { 0 } else { case };
        let range = self.ranges.get(of(self.ranges.len()));
        let fitted = self.fitted.get(of(self.fitted.len()));
        let (Some((low, high)), Some(fitted)) = (range, fitted.filter(|fitted| !fitted.is_nan())) else {
            return uniform;
        };
        let width = high - low;
        if width <= 0.0 || width >= 1.0 {
            return uniform;
        }
        if draw.is_there(width, *fitted) {
            return low + width * uniform;
        }
        let outside = uniform * (1.0 - width);
        if outside < *low { outside } else { outside + width }
    }
}

/// Puts down the presence that fields had when the model was fitted, where it knows more of them than their tags do.
pub(super) fn bind(model: &JointModel, table: usize, scope: usize, joint: &Joint, plan: &mut Plan) {
    for (at, field) in model.tables[table].fields.iter().enumerate() {
        let own = &joint.scopes[scope].fields[at];
        let Some(node) = own.node.filter(|_| own.latent.is_none() && knows(joint, scope, at)) else {
            continue;
        };
        let Some(fitted) = fitted(field, plan, &plan.nodes[node]) else { continue };
        plan.nodes[node].presence.fitted = fitted;
    }
}

/// Tells whether a field depends on others, or others on it, and none waits for what is given.
fn knows(joint: &Joint, scope: usize, at: usize) -> bool {
    let fields = &joint.scopes[scope].fields;
    let looks = || fields.iter().flat_map(|field| &field.looks);
    let is_looked_at = looks().any(|look| matches!(look, Look::Field { up: 0, field } if *field == at));
    let waits = looks().any(|look| matches!(look, Look::Given { .. }));
    !waits && (is_looked_at || !fields[at].looks.is_empty())
}

/// The presence of a field when the model was fitted, by case of its one tag; `None` where the codes do not tell of the tag or of
/// absence.
fn fitted(field: &FieldModel, plan: &Plan, node: &Node) -> Option<Vec<f64>> {
    if field.codes.first() != Some(&Code::Absent) {
        return None;
    }
    match &node.presence.by_case[..] {
        [] => Some(vec![field.presence.get()]),
        [(column, rates)] => {
            let tag = &plan.nodes[plan.case_columns[*column].discriminator];
            let is_told = tag.modelled.is_some_and(|modelled| modelled.of_value);
            let cases = std::iter::once(f64::NAN).chain(field.cases.iter().map(|rate| rate.get()));
            (is_told && rates.len() == field.cases.len() + 1).then(|| cases.collect())
        }
        _ => None,
    }
}

/// Lets the codes of one of some fields that share a draw stand for it: those of the field that is there most often, which the others
/// require if any do. Nothing happens where the draw decides over nulls as well.
pub(crate) fn lead(plan: &mut Plan, group: &[usize]) {
    let is_plain = |node: &usize| {
        let node = &plan.nodes[*node];
        let shares_presence = node.presence.coupling.is_some()
            || node.presence.parts.is_some()
            || !node.presence.by_case.is_empty();
        shares_presence
            && node.null_coupling.is_none()
            && node.forms.iter().all(|forms| forms.parts.is_none())
    };
    if group.len() < 2 || !group.iter().all(is_plain) {
        return;
    }
    let candidates = group.iter().filter_map(|node| {
        let Node { presence, modelled, .. } = &plan.nodes[*node];
        let modelled = (*modelled).filter(|_| !presence.fitted.is_empty())?;
        let ranges = match (&presence.parts, &presence.coupling, &presence.by_case[..]) {
            (Some(parts), ..) => parts.ranges.clone(),
            (None, Some(coupling), []) => vec![(coupling.low, coupling.high)],
            (None, _, [(_, rates)]) => {
                let rate = |rate: &f64| if rate.is_nan() { presence.own } else { *rate };
                rates.iter().map(|own| (0.0, rate(own))).collect()
            }
            _ => return None,
        };
        let fits = ranges.len() == presence.fitted.len();
        let lead = Lead { node: *node, modelled, ranges, fitted: presence.fitted.clone() };
        fits.then_some((presence.own, lead))
    });
    let better = |best: (f64, Lead), next: (f64, Lead)| if next.0 > best.0 { next } else { best };
    let Some((_, lead)) = candidates.reduce(better) else { return };
    for node in group {
        plan.nodes[*node].presence.lead = Some(lead.clone());
    }
}
