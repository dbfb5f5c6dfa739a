//! Which model each group of fields gets, and the figures that say why.

use synth_core::{JsonPath, cast, math};
use synth_profile::{GroupProfile, JointProfile, ModelBits};
use synth_stats::joint::{Fitted, FittedCopula};

use super::ModelKind;
use super::fitting::{FieldFits, Fitting, Group};
use super::leaves::LeafSize;

/// A simpler model is taken when it has at least this share of what a richer one gains.
const TIE_SHARE: f64 = 0.98;
/// A model that leaves out no links is taken when it has at least this share of what the best model gains.
const FULL_SHARE: f64 = 0.9;
/// Trees stand in the order of the network when that gains so much more than the order by numbers of values.
const ORDER_SHARE: f64 = 0.02;
/// Models that are so few nats a row apart are as good as each other.
const TIE_NATS: f64 = 0.005;
/// Fields that a message names.
const N_NAMED: usize = 5;

/// The model of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) kind: ModelKind,
    /// Trees stand in the order of the network.
    pub(super) along: bool,
}

/// Log-likelihood of a held-out row, in nats.
#[derive(Debug, Clone, Copy)]
struct Score {
    kind: ModelKind,
    /// Trees stand in the order of the network.
    along: bool,
    /// Under the model as it would be written.
    achieved: f64,
    /// Under the likeliest of its kind that was tried.
    likeliest: f64,
}

/// Chooses a model for each group.
///
/// # Method
///
/// Each kind of model counts by the likeliest of its kind: how closely a tree should follow its rows is another question
/// (see `fit_tree`). What counts is the gain over fields by themselves, which are taken when no model gains 0.005 nats. A
/// copula and trees leave out no link between fields; the better of them is taken when it has 90 % of the best gain, and the
/// copula, which is simpler, when it has 98 % of what trees have. A network is taken when neither comes near it, or when it has
/// exactly what trees have.
///
/// Likelihood counts two kinds of error alike. A network leaves out many weak links, each of little likelihood, and does so in
/// every row it makes; what trees get wrong for want of rows is wrong at random. Hence their head start.
pub(super) fn choose(
    fitting: &Fitting,
    (fields, leaves): (&[FieldFits], &[LeafSize]),
    copulas: &[FittedCopula],
) -> (Vec<Chosen>, JointProfile) {
    let mut first = vec![0; fitting.draft.tables.len()];
    for (table, _) in &fitting.draft.fields {
        first.iter_mut().skip(table + 1).for_each(|first| *first += 1);
    }
    let mut profile = JointProfile {
        budget: fitting.draft.options.budget,
        left_out: left_out(fitting, fields),
        groups: Vec::new(),
        alone: Vec::new(),
    };
    let mut chosen = Vec::new();
    for (group, copula) in fitting.groups.iter().zip(copulas) {
        let fits: Vec<&FieldFits> =
            group.fields.iter().map(|field| &fields[first[group.table] + field]).collect();
        let scores = scores(fitting, (group, copula), &fits);
        let walks = fits.iter().any(|fits| fits.walk.is_some());
        let (score, reason) = match along_time((fitting, walks), group, &scores) {
            Some(score) if walks => {
                (score, "its numbers move along arrays, which trees alone can look at".to_owned())
            }
            Some(score) => (score, "its rows run along a time, which trees alone can look at".to_owned()),
            None => pick(fitting.draft.options.kind, &scores),
        };
        chosen.push(Chosen { kind: score.kind, along: score.along });
        let draft = &fitting.draft.tables[group.table];
        let paths: Vec<JsonPath> =
            group.fields.iter().map(|field| draft.fields[*field].path.clone()).collect();
        let has_time = draft.times.is_some();
        if score.kind == ModelKind::Independent && (paths.len() < 2 || scores.len() < 2 || has_time) {
            profile.alone.extend(paths);
            continue;
        }
        let likeliest = scores.iter().map(|score| score.likeliest).fold(f64::NEG_INFINITY, f64::max);
        let model =
            |score: &Score| ModelBits { model: score.kind.name().to_owned(), bits: bits(score.likeliest) };
        profile.groups.push(GroupProfile {
            path: draft.path.clone(),
            fields: paths,
            model: score.kind.name().to_owned(),
            reason: reason + &of_leaves(score.kind, leaves[group.table]),
            n_held_out: cast::to_u64(draft.is_held_out.iter().filter(|is_held_out| **is_held_out).count()),
            floor: bits(scores[0].achieved),
            achieved: bits(score.achieved),
            ceiling: bits(likeliest),
            models: scores.iter().map(model).collect(),
        });
    }
    (chosen, profile)
}

/// The model of a group whose rows have a time or whose numbers move along arrays: trees in the order of numbers of values, by which it was found how fields run
/// along the time, or fields by themselves where these gain nothing.
fn along_time((fitting, walks): (&Fitting, bool), group: &Group, scores: &[Score]) -> Option<Score> {
    let is_asked = fitting.draft.options.kind.is_none_or(|kind| kind == ModelKind::Trees);
    if fitting.draft.tables[group.table].times.is_none() && !(walks && is_asked) {
        return None;
    }
    let trees = scores.iter().find(|score| score.kind == ModelKind::Trees)?;
    let alone = scores[0];
    let gains = trees.likeliest > alone.likeliest + TIE_NATS;
    Some(if gains || fitting.draft.options.kind.is_some() { Score { along: false, ..*trees } } else { alone })
}

/// Nats of log-likelihood as bits, to four digits.
fn bits(nats: f64) -> f64 {
    // An empty hold-out has a likelihood of 1.
    let bits = (0.0 - nats) / std::f64::consts::LN_2;
    math::round(bits * 1e4) / 1e4
}

/// The models that were fitted, from the simplest on; the first is that of fields by themselves.
fn scores(fitting: &Fitting, (group, copula): (&Group, &FittedCopula), fits: &[&FieldFits]) -> Vec<Score> {
    let draft = &fitting.draft.tables[group.table];
    let held: Vec<f64> = group.fields.iter().map(|field| draft.fields[*field].share_held()).collect();
    let sum = |nats: &dyn Fn(&FieldFits) -> f64| -> f64 {
        fits.iter().zip(&held).map(|(fits, held)| held * nats(fits)).sum()
    };
    let floor = sum(&|fits| fits.alone.floor);
    let mut scores = vec![Score::of(ModelKind::Independent, (floor, floor))];
    if !group.members.is_empty() {
        let place = |member: &usize| group.fields.iter().position(|field| field == member);
        let gain = |(member, gain): (&usize, &f64)| place(member).map_or(0.0, |at| held[at] * gain);
        let gained = floor + group.members.iter().zip(&copula.gains).map(gain).sum::<f64>();
        scores.push(Score::of(ModelKind::GaussianCopula, (gained, gained)));
    }
    if fits.iter().any(|fits| fits.net.is_some()) {
        let of = |fits: &FieldFits, nats: fn(&Fitted) -> f64| {
            nats(fits.net.as_ref().map_or(&fits.alone, |(_, fitted)| fitted))
        };
        let achieved = sum(&|fits| of(fits, |fitted| fitted.achieved));
        let likeliest = sum(&|fits| of(fits, |fitted| fitted.likeliest));
        scores.push(Score::of(ModelKind::BayesNet, (achieved, likeliest)));
    }
    let trees = |tree: fn(&FieldFits) -> Option<&Fitted>| {
        let of = |fits: &FieldFits, nats: fn(&Fitted) -> f64| tree(fits).map_or(0.0, nats);
        let achieved = sum(&|fits| of(fits, |fitted| fitted.achieved));
        let likeliest = sum(&|fits| of(fits, |fitted| fitted.likeliest));
        let is_fitted = fits.iter().all(|fits| tree(fits).is_some());
        is_fitted.then(|| Score::of(ModelKind::Trees, (achieved, likeliest)))
    };
    if let Some(by_values) = trees(|fits| fits.tree.as_ref().map(|(_, fitted)| fitted)) {
        let along = trees(|fits| fits.tree_along.as_ref().map(|(_, fitted)| fitted));
        let along = along.map(|along| Score { along: true, ..along });
        let least = by_values.likeliest + ORDER_SHARE * (by_values.likeliest - floor).max(0.0);
        scores.push(along.filter(|along| along.likeliest > least).unwrap_or(by_values));
    }
    scores
}

impl Score {
    fn of(kind: ModelKind, (achieved, likeliest): (f64, f64)) -> Self {
        Self { kind, along: false, achieved, likeliest }
    }
}

/// The model to take, and why.
fn pick(asked: Option<ModelKind>, scores: &[Score]) -> (Score, String) {
    let alone = scores[0];
    if let Some(kind) = asked {
        return match scores.iter().find(|score| score.kind == kind) {
            Some(score) => (*score, "it was asked for".to_owned()),
            None => (alone, format!("{} was asked for, but has nothing to bind here", kind.name())),
        };
    }
    let chosen = best_of(scores);
    (chosen, reason(scores, &chosen))
}

/// The most likely of some models.
fn likeliest(scores: &[Score]) -> Score {
    let better = |best: Score, next: &Score| if next.likeliest > best.likeliest { *next } else { best };
    scores.iter().fold(scores[0], better)
}

/// The model that fits best for what it costs to read.
fn best_of(scores: &[Score]) -> Score {
    let (alone, best) = (scores[0], likeliest(scores));
    let gain = |score: &Score| score.likeliest - alone.likeliest;
    let has = |score: &Score, share: f64, of: &Score| {
        gain(score) >= f64::min(share * gain(of), gain(of) - TIE_NATS)
    };
    if has(&alone, TIE_SHARE, &best) {
        return alone;
    }
    let full = |kind| scores.iter().find(|score| score.kind == kind && has(score, FULL_SHARE, &best));
    let net = scores.iter().find(|score| score.kind == ModelKind::BayesNet);
    match (full(ModelKind::GaussianCopula), full(ModelKind::Trees)) {
        (Some(copula), trees) if trees.is_none_or(|trees| has(copula, TIE_SHARE, trees)) => *copula,
        (_, Some(trees)) => match net {
            Some(net) if (gain(net) - gain(trees)).abs() <= TIE_NATS => *net,
            _ => *trees,
        },
        _ => best,
    }
}

/// Why a model was chosen.
fn reason(scores: &[Score], chosen: &Score) -> String {
    let best = likeliest(scores);
    let rounded = |bits: f64| math::round(bits * 1e3) / 1e3;
    if scores.len() == 1 {
        "no other model was fitted".to_owned()
    } else if chosen.kind != best.kind {
        let behind = rounded(bits(chosen.likeliest) - bits(best.likeliest));
        let why = if chosen.kind < best.kind { "is simpler" } else { "leaves out no weak links" };
        format!("it {why} and takes only {behind} bits more than {}", best.kind.name())
    } else if chosen.kind == ModelKind::Independent {
        "no model predicts held-out rows better".to_owned()
    } else {
        let saved = rounded(bits(scores[0].likeliest) - bits(chosen.likeliest));
        format!("it predicts held-out rows best: {saved} bits less than fields by themselves")
    }
}

/// How large leaves are, where that was a choice.
fn of_leaves(kind: ModelKind, leaves: LeafSize) -> String {
    if kind == ModelKind::Trees && leaves.is_guarded {
        format!("; leaves have {} rows or more, as smaller ones follow their rows too closely", leaves.n_rows)
    } else {
        String::new()
    }
}

/// What the budget left out, in sentences.
fn left_out(fitting: &Fitting, fields: &[FieldFits]) -> Vec<String> {
    let budget = &fitting.budget;
    let mut sentences = Vec::new();
    if !budget.is_enough_to_measure {
        sentences.push(format!(
            "everything: to look for fields that have to do with each other takes {} visits",
            fitting.draft.measuring_visits()
        ));
    }
    if budget.n_copulas_left_out > 0 {
        sentences.push(format!("gaussian_copula of {} groups of fields", budget.n_copulas_left_out));
    }
    let path = |at: usize| {
        let (table, field) = fitting.draft.fields[at];
        fitting.draft.tables[table].fields[field].path.to_string()
    };
    let mut stopped = |name: &str, is_stopped: &dyn Fn(&FieldFits) -> bool| {
        let paths: Vec<String> =
            fields.iter().enumerate().filter(|(_, fits)| is_stopped(fits)).map(|(at, _)| path(at)).collect();
        if !paths.is_empty() {
            let more = paths.len().saturating_sub(N_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = paths[..paths.len().min(N_NAMED)].join(", ");
            sentences.push(format!("splits further down in {name} of {named}{more}"));
        }
    };
    let is_short = |fit: &Option<(Vec<super::Feature>, Fitted)>| {
        fit.as_ref().is_some_and(|(_, fitted)| fitted.n_unsplit > 0)
    };
    stopped("bayes_net", &|fits| is_short(&fits.net));
    stopped("trees", &|fits| is_short(&fits.tree) || is_short(&fits.tree_along));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gains: &[(ModelKind, f64)], expected: ModelKind) {
        let score = |(kind, gain): &(ModelKind, f64)| Score::of(*kind, (gain - 9.0, gain - 9.0));
        let scores: Vec<Score> = [(ModelKind::Independent, 0.0)].iter().chain(gains).map(score).collect();
        let (chosen, reason) = pick(None, &scores);
        assert_eq!(chosen.kind, expected, "{reason}");
        assert_eq!(reason.contains("more than"), likeliest(&scores).kind != expected, "{reason}");
    }

    /// Catches a choice by likelihood alone, one that always takes the richest model, and margins that are mixed up.
    #[test]
    fn the_simplest_model_that_says_as_much_is_taken() {
        use ModelKind::{BayesNet, GaussianCopula, Independent, Trees};
        check(&[(GaussianCopula, -0.4), (BayesNet, 0.004), (Trees, 0.0)], Independent);
        check(&[(GaussianCopula, 0.99), (BayesNet, 0.8), (Trees, 1.0)], GaussianCopula);
        check(&[(GaussianCopula, 0.96), (BayesNet, 0.8), (Trees, 1.0)], Trees);
        check(&[(GaussianCopula, 0.5), (BayesNet, 0.98), (Trees, 1.0)], Trees);
        check(&[(GaussianCopula, 0.5), (BayesNet, 0.996), (Trees, 1.0)], BayesNet);
        check(&[(GaussianCopula, 0.95), (BayesNet, 1.0), (Trees, 0.96)], GaussianCopula);
        check(&[(GaussianCopula, 0.85), (BayesNet, 1.0), (Trees, 0.8)], BayesNet);
        check(&[(GaussianCopula, 0.5), (BayesNet, 1.0), (Trees, 0.93)], Trees);
        check(&[(GaussianCopula, 0.5), (BayesNet, 1.0), (Trees, 0.85)], BayesNet);
        check(&[(GaussianCopula, 0.5), (BayesNet, 0.4), (Trees, 0.4)], GaussianCopula);
        check(&[(BayesNet, 1.0), (Trees, 1.0)], BayesNet);
        check(&[(Trees, 1.0)], Trees);
    }

    #[test]
    fn what_was_asked_for_is_taken() {
        let score = |kind, likeliest| Score::of(kind, (likeliest, likeliest));
        let scores = [score(ModelKind::Independent, -2.0), score(ModelKind::BayesNet, -3.0)];
        assert_eq!(pick(Some(ModelKind::BayesNet), &scores).0.kind, ModelKind::BayesNet);
        assert_eq!(pick(Some(ModelKind::Trees), &scores).0.kind, ModelKind::Independent);
    }
}
