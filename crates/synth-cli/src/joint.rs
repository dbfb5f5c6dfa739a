//! The joint model: fitted on several threads.

use synth_core::cast;
use synth_io::par;
use synth_profile::{Profile, SampleTables};
use synth_rules::RuleSet;
use synth_rules::model::{Draft, JointModel};

use crate::display::Screen;
use crate::samples::{Sample, threads};

/// Fits the joint model of a sample, if its fields depend on each other.
pub(crate) fn fit(
    rules: &RuleSet,
    sample: &Sample,
    profile: &Profile,
    screen: &Screen,
) -> Option<JointModel> {
    let tables = SampleTables::of(&sample.partial, profile);
    let draft = Draft::new(rules, &tables);
    drop(tables);
    let mut fitted = Vec::new();
    let fit = |tree| Ok::<_, std::convert::Infallible>(draft.fit(cast::to_usize(tree)));
    let Ok(()) = par::map_ordered(cast::to_u64(draft.n_trees()), threads(None), fit, |field| {
        fitted.push(field);
        Ok(())
    });
    let model = draft.finish(fitted)?;
    let sum = |likelihood: fn(&synth_rules::model::FieldModel) -> f64| -> f64 {
        model.tables.iter().flat_map(|table| &table.fields).map(likelihood).sum()
    };
    screen.say(&format!(
        "model: floor {:.3}, achieved {:.3}",
        sum(|field| field.floor),
        sum(|field| field.achieved)
    ));
    Some(model)
}
