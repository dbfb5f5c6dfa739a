//! The generator `plugin`: values that the user's own code makes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use synth_core::plugin::{GeneratorPlugin, PluginDraw, PluginError, PluginValue};
use synth_core::{JsonPath, Seed};
use synth_rules::{FieldType, PluginCall, suggest};

use crate::column::{Slot, Slots, Values};
use crate::error::ErrorKind;
use crate::written::WrittenTexts;

/// Failures that are kept; those of later records make room.
const MAX_FAILURES: usize = 1 << 16;

/// What a caller brings beside the rules: plugins by the name that rules call them by, and texts of a model.
#[derive(Debug, Clone, Default)]
pub struct GeneratorPlugins {
    by_name: BTreeMap<String, Arc<dyn GeneratorPlugin>>,
    texts: WrittenTexts,
}

/// What went wrong, by the index of the record; shared by the threads of a plan.
///
/// A record's failure depends on the record alone, so the first one of a range does not depend on threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failures(Arc<Mutex<BTreeMap<u64, PluginError>>>);

/// A plugin with what it needs for one field.
#[derive(Debug, Clone)]
pub(crate) struct PluginProgram {
    plugin: Arc<dyn GeneratorPlugin>,
    config: Arc<PluginValue>,
    field_type: FieldType,
    seed: Seed,
    path: Arc<str>,
    failures: Failures,
    /// Ordinals that one record has.
    per_record: u64,
}

impl GeneratorPlugins {
    /// Adds a plugin; one of the same name is replaced.
    pub fn register(&mut self, name: impl Into<String>, plugin: Arc<dyn GeneratorPlugin>) {
        self.by_name.insert(name.into(), plugin);
    }

    /// Adds the texts that a model wrote for the fields of the rules; those of fields without any are made by the rules.
    pub fn provide_texts(&mut self, texts: WrittenTexts) {
        self.texts = texts;
    }

    pub(crate) fn texts(&self) -> &WrittenTexts {
        &self.texts
    }

    pub(crate) fn program(
        &self,
        call: &PluginCall,
        field_type: FieldType,
        (seed, path): (Seed, &JsonPath),
        failures: &Failures,
    ) -> Result<PluginProgram, ErrorKind> {
        let unknown = || ErrorKind::UnknownPlugin {
            name: call.name.clone(),
            suggestion: suggest(&call.name, self.by_name.keys().map(String::as_str)),
        };
        let plugin = Arc::clone(self.by_name.get(&call.name).ok_or_else(unknown)?);
        Ok(PluginProgram {
            plugin,
            config: Arc::new(call.plugin_config()),
            field_type,
            seed: seed.child("plugin"),
            path: path.to_string().into(),
            failures: failures.clone(),
            per_record: 1,
        })
    }
}

impl Failures {
    pub(crate) fn first(&self, rows: Range<u64>) -> Option<PluginError> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.range(rows).next().map(|(_, error)| error.clone())
    }

    fn push(&self, record: u64, error: PluginError) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.entry(record).or_insert(error);
        if failures.len() > MAX_FAILURES {
            failures.pop_last();
        }
    }
}

impl PluginProgram {
    /// Says how many ordinals one record has.
    pub(crate) fn per_record(self, per_record: u64) -> Self {
        Self { per_record: per_record.max(1), ..self }
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| {
            if let Err(mut error) = self.write(slot, out) {
                let record = slot.ordinal / self.per_record;
                error.place.path = Some(self.path.to_string());
                error.place.record = Some(record);
                self.failures.push(record, error);
                out.push_str("null");
            }
        });
    }

    fn write(&self, slot: Slot, out: &mut String) -> Result<(), PluginError> {
        let mut draw = PluginDraw::new(self.seed, slot.address, slot.ordinal);
        let made = self.plugin.generate(&mut draw, &self.config)?;
        let wrong = |what: &str| {
            Err(PluginError::new(format!(
                "the plugin made {what} for a field of type `{}`",
                self.field_type.name()
            )))
        };
        let takes = |types: &[FieldType]| types.contains(&self.field_type);
        match made {
            PluginValue::Text(text) if takes(&[FieldType::String, FieldType::Enum, FieldType::Datetime]) => {
                out.push('"');
                out.push_str(&text);
                Ok(())
            }
            PluginValue::Bool(flag) if takes(&[FieldType::Boolean, FieldType::Enum]) => {
                out.push_str(if flag { "true" } else { "false" });
                Ok(())
            }
            PluginValue::Integer(number)
                if takes(&[FieldType::Integer, FieldType::Enum, FieldType::Datetime]) =>
            {
                out.push_str(itoa::Buffer::new().format(number));
                Ok(())
            }
            PluginValue::Integer(number) if takes(&[FieldType::Number]) => {
                out.push_str(zmij::Buffer::new().format(number as f64));
                Ok(())
            }
            PluginValue::Number(number)
                if takes(&[FieldType::Number, FieldType::Enum]) && number.is_finite() =>
            {
                out.push_str(zmij::Buffer::new().format(number));
                Ok(())
            }
            PluginValue::Null => wrong("null"),
            PluginValue::Bool(_) => wrong("a boolean"),
            PluginValue::Integer(_) => wrong("a whole number"),
            PluginValue::Number(_) => wrong("a number with a fraction"),
            PluginValue::Text(_) => wrong("a text"),
            PluginValue::List(_) => wrong("a list"),
            PluginValue::Map(_) => wrong("a map"),
        }
    }
}
