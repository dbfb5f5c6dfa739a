//! What the rule file says of the model in short.

use indexmap::IndexMap;
use synth_core::{JsonPath, Rate, cast};

use super::{Feature, FieldModel, JointModel, file_hash};
use crate::rule_set::{CopulaRule, Dependence, ModelRule, RuleSet};

/// Fields that give less than this share of what all give are not named.
pub(super) const NAMED_SHARE: f64 = 0.05;

impl JointModel {
    /// Returns the section of the rule file that names this model.
    #[must_use]
    pub fn rule(&self, rules: &RuleSet, file: &str) -> ModelRule {
        let mut depends = IndexMap::new();
        for table in 0..self.tables.len() {
            for field in self.tables[table].fields.iter().filter(|field| !field.released) {
                let fields = self.looked_at(table, field);
                let named = fields
                    .iter()
                    .enumerate()
                    .take_while(|(at, (_, share))| *at == 0 || *share >= NAMED_SHARE);
                let fields: Vec<JsonPath> = named.map(|(_, (path, _))| path.clone()).collect();
                if !fields.is_empty() {
                    let table = self.small_tree(rules, (table, field));
                    depends
                        .insert(field.path.clone(), Dependence { fields, share: field.explained(), table });
                }
            }
        }
        let copulas = self.tables.iter().flat_map(|table| {
            table.copulas.iter().map(|copula| CopulaRule {
                fields: copula.fields.iter().map(|at| table.fields[usize::from(*at)].path.clone()).collect(),
                correlations: copula.correlations.clone(),
            })
        });
        ModelRule {
            file: file.to_owned(),
            hash: file_hash(&self.to_json()),
            copulas: copulas.collect(),
            depends,
            loaded: None,
        }
    }

    /// The fields that a tree looks at with the share of what they say that each says, the most telling first; an object
    /// that holds the field goes without saying.
    pub(crate) fn looked_at(&self, table: usize, field: &FieldModel) -> Vec<(JsonPath, f64)> {
        let mut paths: Vec<(JsonPath, f64)> = Vec::new();
        for (feature, share) in field.tree.shares() {
            let Some(path) = self.feature_path(table, field.features[usize::from(feature)]) else { continue };
            let is_table = path == self.tables[table].path;
            if field.path != path && field.path.starts_with(&path) && !is_table {
                continue;
            }
            match paths.iter_mut().find(|(known, _)| *known == path) {
                Some((_, sum)) => *sum += share,
                None => paths.push((path, share)),
            }
        }
        paths.sort_by(|a, b| b.1.total_cmp(&a.1));
        paths
    }

    /// The path of what a tree looks at; that of the elements for their position.
    pub(crate) fn feature_path(&self, table: usize, feature: Feature) -> Option<JsonPath> {
        let path = |table: usize, field: u16| {
            self.tables[table].fields.get(usize::from(field)).map(|field| field.path.clone())
        };
        match feature {
            Feature::Field { up, field } => path(self.above(table, up)?, field),
            Feature::Previous { field } => path(table, field),
            Feature::Given { up, given } => Some(self.given(self.above(table, up)?, given)?.path.clone()),
            Feature::Position => Some(self.tables[table].path.clone()),
            Feature::PositionAbove { up } => Some(self.tables[self.above(table, up)?].path.clone()),
            Feature::Time { .. } | Feature::Hour | Feature::Weekday => self.tables[table].time.clone(),
        }
    }
}

impl FieldModel {
    /// The share of the field's uncertainty that its tree takes away on held-out records, in hundredths.
    pub(crate) fn explained(&self) -> Rate {
        let share = if self.floor < 0.0 { 1.0 - self.achieved / self.floor } else { 0.0 };
        Rate::of(cast::round_to_u64(share.clamp(0.0, 1.0) * 100.0), 100)
    }
}
