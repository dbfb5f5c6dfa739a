//! Scripts that a rule file names.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use synth_core::plugin::PluginValue;

/// Scripts by name. They run only when the user allows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
    /// Scripts that make values, for the generator `plugin`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, PluginScript>")]
    pub generators: IndexMap<String, PluginScript>,
    /// Scripts that look at whole records.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, PluginScript>")]
    pub validators: IndexMap<String, PluginScript>,
}

/// Where a script is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginScript {
    /// A path inside of the rule file's folder, with `/` between its parts.
    pub path: String,
}

/// Params of `plugin`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginCall {
    /// A name under `plugins: generators`, or one that the program registered.
    pub name: String,
    /// What the plugin gets beside the randomness.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Value>,
}

impl Plugins {
    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.generators.is_empty() && self.validators.is_empty()
    }
}

impl PluginScript {
    /// Returns why the path cannot be followed, if it cannot: it leads out of the folder, or to no script.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        let path = &self.path;
        let is_absolute = path.starts_with(['/', '\\', '~']) || path.contains(':');
        if path.is_empty() {
            Some("the path is empty")
        } else if is_absolute || path.split(['/', '\\']).any(|part| part == "..") {
            Some("the path leads out of the rule file's folder")
        } else if path.rsplit_once('.').map(|(_, extension)| extension) != Some("rhai") {
            Some("scripts are files whose names end in .rhai")
        } else {
            None
        }
    }
}

impl PluginCall {
    /// Returns the `config` as the plugin sees it.
    #[must_use]
    pub fn plugin_config(&self) -> PluginValue {
        let entry = |(key, value): (&String, &Value)| (key.clone(), plugin_value(value));
        PluginValue::Map(self.config.iter().map(entry).collect())
    }
}

/// Returns a JSON value as plugins see it.
#[must_use]
pub fn plugin_value(value: &Value) -> PluginValue {
    match value {
        Value::Null => PluginValue::Null,
        Value::Bool(flag) => PluginValue::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => PluginValue::Integer(whole),
            None => PluginValue::Number(number.as_f64().unwrap_or(0.0)),
        },
        Value::String(text) => PluginValue::Text(text.clone()),
        Value::Array(list) => PluginValue::List(list.iter().map(plugin_value).collect()),
        Value::Object(map) => {
            PluginValue::Map(map.iter().map(|(key, value)| (key.clone(), plugin_value(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_lie_in_the_folder() {
        for path in ["a.rhai", "plugins/a.rhai", "./a.rhai", "a..b/c.rhai"] {
            assert_eq!(PluginScript { path: path.to_owned() }.problem(), None, "{path}");
        }
        for path in [
            "",
            "/a.rhai",
            "../a.rhai",
            "a/../../b.rhai",
            "~/a.rhai",
            "C:\\a.rhai",
            "..\\a.rhai",
            "a.py",
            "rhai",
        ] {
            assert!(PluginScript { path: path.to_owned() }.problem().is_some(), "{path}");
        }
    }
}
