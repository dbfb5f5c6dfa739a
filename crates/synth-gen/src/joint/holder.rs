//! Parts of objects: their codes are those of nothing where the object is not there, as they were in the fit.

use synth_core::JsonPath;
use synth_rules::model::{Code, FieldModel, ModelPart};
use synth_rules::{FieldType, RuleSet};

/// The field of the object that holds another field of the same rows.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    pub(super) field: usize,
    /// For each of its codes, whether it is that of an object.
    is_object: Box<[bool]>,
}

impl Holder {
    /// Finds the nearest object around a path among the fields that are drawn before.
    pub(super) fn of(path: &JsonPath, before: &[FieldModel], rules: &RuleSet) -> Option<Self> {
        let mut above = std::iter::successors(path.parent(), JsonPath::parent);
        let field = above.find_map(|above| {
            before.iter().position(|field| field.path == above && field.part == ModelPart::Value)
        })?;
        let kinds = rules.fields.get(&before[field].path).map(|rule| &rule.kinds[..]);
        let is_object = |code: &Code| match code {
            Code::Absent | Code::Null => false,
            Code::Value { kind, .. } => kinds
                .and_then(|kinds| kinds.get(usize::from(*kind)))
                .is_none_or(|kind| kind.field_type == FieldType::Object),
        };
        Some(Self { field, is_object: before[field].codes.iter().map(is_object).collect() })
    }

    /// Tells whether the object is there, by the code of its field.
    pub(super) fn holds(&self, code: u16) -> bool {
        self.is_object.get(usize::from(code)).copied().unwrap_or(true)
    }
}
