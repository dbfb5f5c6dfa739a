//! What a model looks at and does not draw: values that relationships decide, and fields of rows that are referred to.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate};
use synth_stats::joint::{Node, Tree};

use super::{Code, FieldModel, JointModel, ModelKind, ModelPart};

/// A value that a model looks at and does not draw.
///
/// It is coded as fields are: each code is a part of the draws of the rule of its path, so the value is put where the rule,
/// as it is now, would draw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The field that has the value.
    pub path: JsonPath,
    /// What of it is looked at.
    pub part: ModelPart,
    /// The reference that leads to the row that has it; none for the row itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// The codes do not fit the rule any more: nothing is known of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub released: bool,
    /// What each code stands for; the first is that of nothing, or of no row that is referred to.
    pub codes: Vec<Code>,
    /// Positions of fields of the same table that have a say in it, and are drawn before whatever looks at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<u16>,
}

/// A reference to a row of another table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Via {
    /// The fields that refer.
    pub child: Vec<JsonPath>,
    /// The fields that are referred to.
    pub parent: Vec<JsonPath>,
    /// Where that table has the value.
    pub column: Column,
}

/// A column of codes of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// A field, by its position.
    Field(u16),
    /// Something given, by its position.
    Given(u16),
}

impl Given {
    /// The same as a field whose codes may all come, to be told by.
    pub(super) fn as_field(&self) -> FieldModel {
        let counts = (0..).zip(&self.codes).map(|(code, _)| (code, 1)).collect();
        FieldModel {
            path: self.path.clone(),
            part: self.part,
            model: ModelKind::Independent,
            released: self.released,
            presence: Rate::ONE,
            null_rate: Rate::ZERO,
            cases: Vec::new(),
            shares: Vec::new(),
            codes: self.codes.clone(),
            features: Vec::new(),
            tree: Tree { nodes: vec![Node::Leaf(counts)], backoff: 0.0 },
            order: Vec::new(),
            ends: Vec::new(),
            walk: None,
            floor: 0.0,
            achieved: 0.0,
        }
    }
}

impl JointModel {
    /// Returns the table that has a field, or the row that a field stands in.
    #[must_use]
    pub fn table_of(&self, path: &JsonPath) -> Option<usize> {
        std::iter::successors(Some(path.clone()), JsonPath::parent)
            .find_map(|above| self.tables.iter().position(|table| table.path == above))
    }

    /// Returns what is given to a table.
    pub(super) fn given(&self, table: usize, given: u16) -> Option<&Given> {
        self.tables[table].givens.get(usize::from(given))
    }

    /// Says what is wrong with something given.
    pub(super) fn check_given(&self, table: usize, given: &Given) -> Result<(), String> {
        let n_fields = self.tables[table].fields.len();
        if given.after.iter().any(|field| usize::from(*field) >= n_fields) {
            return Err("it is given behind a field that is not there".into());
        }
        let Some(via) = &given.via else { return Ok(()) };
        if via.child.is_empty() || via.child.len() != via.parent.len() {
            return Err("it is given by a reference of no fields".into());
        }
        let parent = self.table_of(&via.parent[0]).ok_or("it is given by a row of no table")?;
        let n_codes = match via.column {
            Column::Field(field) => {
                self.tables[parent].fields.get(usize::from(field)).map(|field| field.codes.len())
            }
            Column::Given(given) => self.given(parent, given).map(|given| given.codes.len()),
        };
        if n_codes != Some(given.codes.len()) {
            return Err("it is given by a field that is not there".into());
        }
        Ok(())
    }
}
