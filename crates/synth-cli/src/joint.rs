//! The joint model: fitted on several threads.

use std::convert::Infallible;

use synth_core::cast;
use synth_gen::{Plan, Unseen};
use synth_io::par;
use synth_profile::{GroupProfile, JointProfile, Profile, SampleTables};
use synth_rules::RuleSet;
use synth_rules::model::{Draft, FittedJoint, JointModel, ModelOptions, Released, release};

use crate::commands::count;
use crate::display::Screen;
use crate::samples::{Sample, threads};

/// Groups of fields that are told of; the profile knows all.
const N_TOLD: usize = 3;
/// Fields of a group that are named.
const N_NAMED: usize = 4;

/// Fits the joint model of a sample and names it in the rules, if fields depend on each other; its figures go to the profile.
pub(crate) fn fit<'r>(
    rules: &'r mut RuleSet,
    (sample, profile): (&Sample, &mut Profile),
    (file, options): (&str, ModelOptions),
    screen: &Screen,
) -> Option<&'r JointModel> {
    let tables = SampleTables::of(&sample.partial, profile);
    release(rules, &tables);
    let FittedJoint { model, profile: told, along } = fitted_to(rules, &tables, options);
    drop(tables);
    rules.along = along;
    tell(&told, screen);
    let says_something = !(told.groups.is_empty() && told.alone.is_empty() && told.left_out.is_empty());
    profile.joint = says_something.then_some(told);
    let model = model?;
    rules.model = Some(model.rule(rules, file));
    let rule = rules.model.as_mut()?;
    rule.loaded = Some(model);
    rule.loaded.as_ref()
}

/// Rules on their way to one.
pub(crate) struct Sides<'a> {
    pub(crate) old: &'a RuleSet,
    pub(crate) new: &'a RuleSet,
    pub(crate) is_old_heavier: bool,
}

/// Finds the joint model of rules that were put together: that of the old ones where they weigh more, else one that is
/// fitted to the new data; each where the other has none.
pub(crate) fn update(
    sides: &Sides<'_>,
    merged: &RuleSet,
    (sample, profile, options): (&Sample, &Profile, ModelOptions),
    screen: &Screen,
) -> Option<JointModel> {
    let kept = sides.old.model.as_ref().and_then(|rule| rule.loaded.clone());
    let keeps = sides.is_old_heavier && kept.is_some();
    let tables = SampleTables::of(&sample.partial, profile);
    let fitted = if keeps { None } else { fitted_to(sides.new, &tables, options).model };
    let (model, of, told) = match (fitted, kept) {
        (Some(model), _) => (model, sides.new, "fitted to the new data"),
        (None, Some(model)) if keeps => (model, sides.old, "kept, as the old rules weigh more"),
        (None, Some(model)) => (model, sides.old, "kept, as the new data show no dependence"),
        (None, None) => return None,
    };
    let (model, released) = model.adopted(of, merged);
    for Released { path, reason } in released {
        screen.say(&format!("joint model: {path} is drawn by itself from now on: {reason}"));
    }
    match &model {
        Some(_) => screen.say(&format!("joint model: {told}")),
        None => screen.say("joint model: left out, as it binds no two fields any more"),
    }
    model
}

/// Fits the joint model to a sample.
fn fitted_to(rules: &RuleSet, tables: &SampleTables, options: ModelOptions) -> FittedJoint {
    let draft = Draft::new(rules, tables, options);
    let measured = parts(draft.n_fields(), |field| draft.measure(field));
    let fitting = draft.plan(measured);
    let fitted = parts(fitting.n_parts(), |part| fitting.fit(part));
    fitting.finish(fitted)
}

/// Works on parts side by side; the results stand in the order of the parts.
fn parts<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut done = Vec::with_capacity(n);
    let work = |part| Ok::<_, Infallible>(work(cast::to_usize(part)));
    let Ok(()) = par::map_ordered(cast::to_u64(n), threads(None), work, |part| {
        done.push(part);
        Ok(())
    });
    done
}

/// Says how well the model predicts, group by group.
fn tell(joint: &JointProfile, screen: &Screen) {
    let mut groups: Vec<&GroupProfile> = joint.groups.iter().collect();
    groups.sort_by(|a, b| (b.floor - b.achieved).total_cmp(&(a.floor - a.achieved)));
    for group in groups.iter().take(N_TOLD) {
        let named: Vec<String> = group.fields.iter().take(N_NAMED).map(ToString::to_string).collect();
        let more = group.fields.len().saturating_sub(N_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        screen.say(&format!(
            "joint model of {}{more}: {}, {:.2} bits a held-out row; by themselves {:.2}, best of all models {:.2}",
            named.join(", "),
            group.model,
            group.achieved,
            group.floor,
            group.ceiling,
        ));
    }
    if groups.len() > N_TOLD {
        let n = cast::to_u64(groups.len() - N_TOLD);
        screen.say(&format!("joint model: {} in the profile", count(n, "more group")));
    }
    for sentence in &joint.left_out {
        screen.say(&format!("joint model: the budget of {} visits left out {sentence}", joint.budget));
    }
}

/// Says which correlations of a rule file are others than those that are asked for.
pub(crate) fn tell_contradictions(rules: &RuleSet, screen: &Screen) {
    for copula in rules.model.iter().flat_map(|model| &model.copulas) {
        let change = copula.contradiction();
        if let Some(first) = copula.fields.first().filter(|_| change > 0.0) {
            screen.say(&format!(
                "note: the correlations of {first} and others contradict each other; \
                 the nearest that do not are up to {change:.3} away"
            ));
        }
    }
}

/// Says what the joint model looked at and no longer can.
pub(crate) fn tell_unseen(plan: &Plan, screen: &Screen) {
    for Unseen { field, given } in plan.unseen() {
        screen.say(&format!(
            "note: {field} does not look at {given} any more, which is gone, has another rule or follows from it now"
        ));
    }
}
