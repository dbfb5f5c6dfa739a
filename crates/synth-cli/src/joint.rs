//! The joint model: fitted on several threads.

use synth_core::cast;
use synth_io::par;
use synth_profile::{Profile, SampleTables};
use synth_rules::RuleSet;
use synth_rules::model::{Draft, FieldModel, JointModel, release};

use crate::commands::count;
use crate::display::Screen;
use crate::samples::{Sample, threads};

/// Fits the joint model of a sample and names it in the rules, if fields depend on each other.
pub(crate) fn fit<'r>(
    rules: &'r mut RuleSet,
    (sample, profile): (&Sample, &Profile),
    file: &str,
    screen: &Screen,
) -> Option<&'r JointModel> {
    let tables = SampleTables::of(&sample.partial, profile);
    release(rules, &tables);
    let draft = Draft::new(rules, &tables);
    drop(tables);
    let mut fitted = Vec::new();
    let fit = |tree| Ok::<_, std::convert::Infallible>(draft.fit(cast::to_usize(tree)));
    let Ok(()) = par::map_ordered(cast::to_u64(draft.n_trees()), threads(None), fit, |field| {
        fitted.push(field);
        Ok(())
    });
    rules.along = draft.along(&fitted);
    let model = draft.finish(fitted)?;
    let sum = |likelihood: fn(&FieldModel) -> f64| -> f64 {
        model.tables.iter().flat_map(|table| &table.fields).map(likelihood).sum()
    };
    let rule = model.rule(file);
    screen.say(&format!(
        "joint model: {}; log-likelihood of held-out rows {:.2}, of fields by themselves {:.2}",
        count(cast::to_u64(rule.depends.len()), "dependent field"),
        sum(|field| field.achieved),
        sum(|field| field.floor),
    ));
    rules.model = Some(rule);
    let rule = rules.model.as_mut()?;
    rule.loaded = Some(model);
    rule.loaded.as_ref()
}
