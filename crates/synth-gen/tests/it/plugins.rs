//! Values of plugins that the program itself registers.

use std::sync::Arc;

use synth_core::plugin::{GeneratorPlugin, PluginDraw, PluginError, PluginValue};
use synth_gen::{CompileOptions, GeneratorPlugins, Plan};

use crate::collect::{lines, rules};

/// Numbers from the configuration on; every hundredth row fails when `bad` is set.
#[derive(Debug)]
struct Above;

impl GeneratorPlugin for Above {
    fn generate(&self, draw: &mut PluginDraw, config: &PluginValue) -> Result<PluginValue, PluginError> {
        let PluginValue::Map(config) = config else { return Err(PluginError::new("no map")) };
        let from = match &config[0].1 {
            PluginValue::Integer(from) => *from,
            _ => return Ok(PluginValue::Text("no number".to_owned())),
        };
        if config.len() > 1 && draw.index() % 100 == 77 {
            return Err(PluginError::new("as planned"));
        }
        Ok(PluginValue::Integer(draw.integer(from, from + 9)))
    }
}

fn plan(config: &str, field: &str) -> Result<Plan, synth_gen::Errors> {
    let yaml = format!(
        "{{version: 2, shape: {{'$.a[]': {{length: {{distribution: constant, params: {{value: 3}}}}}}}}, \
         fields: {{'{field}': {{type: integer, generator: plugin, params: {{name: above, config: {config}}}}}}}}}"
    );
    let yaml = if field.contains("[]") {
        yaml
    } else {
        yaml.replace("shape: {'$.a[]': {length: {distribution: constant, params: {value: 3}}}}, ", "")
    };
    let mut plugins = GeneratorPlugins::default();
    plugins.register("above", Arc::new(Above));
    Plan::compile_with_plugins(&rules(&yaml), &CompileOptions { seed: 7, n_rows: 5000 }, &[], &plugins)
}

#[test]
fn plugins_make_values_by_row() {
    let plan = plan("{from: 100}", "$.a").unwrap();
    let whole = lines(&plan, 0..5000);
    assert_eq!(lines(&plan, 0..4097) + &lines(&plan, 4097..5000), whole);
    assert_eq!(plan.plugin_failure(0..5000), None);
    for digit in 100..110 {
        let n = whole.matches(&format!(":{digit}}}")).count();
        assert!((400..600).contains(&n), "{digit}: {n}");
    }
}

/// Catches a failure that is told of the element's number instead of the record's, or of another range.
#[test]
fn failures_name_field_and_record() {
    for (field, record) in [("$.a", 77), ("$.a[]", 25)] {
        let plan = plan("{from: 100, bad: true}", field).unwrap();
        let made = lines(&plan, 0..200);
        assert!(made.contains("null"));
        let failure = plan.plugin_failure(0..200).unwrap();
        assert_eq!((failure.place.record, failure.place.path.as_deref()), (Some(record), Some(field)));
        assert_eq!(plan.plugin_failure(0..record), None);
    }
}

#[test]
fn values_of_other_types_are_failures() {
    let plan = plan("{from: x}", "$.a").unwrap();
    lines(&plan, 3..4);
    let failure = plan.plugin_failure(0..10).unwrap();
    assert_eq!(failure.to_string(), "the plugin made a text for a field of type `integer`");
}

#[test]
fn unknown_plugins_are_refused() {
    let yaml = "{version: 2, fields: {$.a: {type: integer, generator: plugin, params: {name: abov}}}}";
    let mut plugins = GeneratorPlugins::default();
    plugins.register("above", Arc::new(Above));
    let options = CompileOptions { seed: 7, n_rows: 1 };
    let errors = Plan::compile_with_plugins(&rules(yaml), &options, &[], &plugins).unwrap_err();
    assert_eq!(errors.to_string(), "[gen/unknown-plugin] there is no plugin `abov` at $.a");
    assert!(Plan::compile(&rules(yaml), &options).is_err());
    let unique = yaml.replace("abov", "above").replace("type: integer", "type: integer, unique: true");
    let options = CompileOptions { seed: 7, n_rows: 2 };
    let errors = Plan::compile_with_plugins(&rules(&unique), &options, &[], &plugins).unwrap_err();
    assert_eq!(errors.0[0].kind.code(), "gen/cannot-be-unique");
}
