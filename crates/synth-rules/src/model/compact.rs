//! From the models of all fields to the model that is written.

use std::collections::BTreeSet;

use synth_core::JsonPath;

use super::draft::number;
use super::{Column, CopulaModel, Feature, FieldModel, Given, JointModel, MODEL_VERSION, TableModel};

/// A table whose fields stand as they were coded.
#[derive(Debug)]
pub(super) struct DraftModel {
    pub(super) path: JsonPath,
    /// The table that holds its rows.
    pub(super) holder: Option<usize>,
    /// The time that its rows run along.
    pub(super) time: Option<JsonPath>,
    /// What its fields may look at and is not drawn.
    pub(super) givens: Vec<Given>,
    pub(super) fields: Vec<FieldModel>,
    pub(super) copulas: Vec<CopulaModel>,
    /// Those of its fields that run along time.
    pub(super) moving: BTreeSet<usize>,
}

/// Brings fields behind those that they look at, and leaves out those that nothing looks at and that look at nothing, and
/// tables without fields; `None` when nothing is left.
pub(super) fn compact(mut tables: Vec<DraftModel>) -> Option<JointModel> {
    for table in &mut tables {
        table.fields.iter_mut().for_each(FieldModel::forget_unused);
    }
    let used = Used::of(&tables);
    if used.fields.iter().all(BTreeSet::is_empty) {
        return None;
    }
    let places = tables.iter().zip(&used.fields).map(|(table, used)| places(table, used)).collect();
    let numbers = Numbers {
        holders: tables.iter().map(|table| table.holder).collect(),
        paths: tables.iter().map(|table| table.path.clone()).collect(),
        places,
        givens: used.givens,
    };
    let tables = tables.into_iter().enumerate().map(|(at, draft)| numbers.table(at, draft)).collect();
    Some(JointModel { version: MODEL_VERSION, tables })
}

/// The new numbers of fields and of what is given.
struct Numbers {
    holders: Vec<Option<usize>>,
    paths: Vec<JsonPath>,
    /// By table the new place of each field that stays.
    places: Vec<Vec<Option<u16>>>,
    /// By table what of the given stays.
    givens: Vec<BTreeSet<usize>>,
}

impl Numbers {
    fn field(&self, table: usize, field: u16) -> u16 {
        self.places[table].get(usize::from(field)).copied().flatten().unwrap_or(field)
    }

    fn given(&self, table: usize, given: u16) -> u16 {
        number(self.givens[table].range(..usize::from(given)).count())
    }

    fn table(&self, at: usize, draft: DraftModel) -> TableModel {
        let mut fields: Vec<(u16, FieldModel)> = Vec::new();
        for (field, mut model) in draft.fields.into_iter().enumerate() {
            let Some(own) = self.places[at][field] else { continue };
            model.features.iter_mut().for_each(|feature| self.renumber(at, feature));
            fields.push((own, model));
        }
        fields.sort_by_key(|(own, _)| *own);
        let givens = draft.givens.into_iter().enumerate();
        let givens = givens.filter(|(given, _)| self.givens[at].contains(given));
        let renumbered = |copula: CopulaModel| CopulaModel {
            fields: copula.fields.iter().map(|field| self.field(at, *field)).collect(),
            ..copula
        };
        TableModel {
            path: draft.path,
            time: draft.time,
            givens: givens.map(|(_, given)| self.renumbered(at, given)).collect(),
            fields: fields.into_iter().map(|(_, model)| model).collect(),
            copulas: draft.copulas.into_iter().map(renumbered).collect(),
        }
    }

    fn renumber(&self, table: usize, feature: &mut Feature) {
        match feature {
            Feature::Field { up, field } => {
                *field = above(&self.holders, table, *up).map_or(*field, |above| self.field(above, *field));
            }
            Feature::Previous { field } => *field = self.field(table, *field),
            Feature::Given { up, given } => {
                *given = above(&self.holders, table, *up).map_or(*given, |above| self.given(above, *given));
            }
            _ => {}
        }
    }

    fn renumbered(&self, table: usize, mut given: Given) -> Given {
        let after = given.after.iter().filter_map(|field| self.places[table][usize::from(*field)]);
        given.after = after.collect();
        given.after.sort_unstable();
        if let Some(via) = &mut given.via
            && let Some(parent) = table_of(&self.paths, &via.parent[0])
        {
            via.column = match via.column {
                Column::Field(field) => Column::Field(self.field(parent, field)),
                Column::Given(given) => Column::Given(self.given(parent, given)),
            };
        }
        given
    }
}

fn above(holders: &[Option<usize>], table: usize, up: u16) -> Option<usize> {
    (0..up).try_fold(table, |at, _| holders[at])
}

/// The table whose rows a field stands in.
fn table_of(paths: &[JsonPath], path: &JsonPath) -> Option<usize> {
    std::iter::successors(Some(path.clone()), JsonPath::parent)
        .find_map(|above| paths.iter().position(|table| *table == above))
}

/// The fields of each table that look at something, are looked at, are bound by a copula, or run along time; and what is given
/// and looked at.
struct Used {
    fields: Vec<BTreeSet<usize>>,
    givens: Vec<BTreeSet<usize>>,
}

impl Used {
    fn of(tables: &[DraftModel]) -> Self {
        let holders: Vec<Option<usize>> = tables.iter().map(|table| table.holder).collect();
        let paths: Vec<JsonPath> = tables.iter().map(|table| table.path.clone()).collect();
        let none = vec![BTreeSet::new(); tables.len()];
        let mut used = Self { fields: none.clone(), givens: none };
        // Tables and what of them is given to others.
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (table, draft) in tables.iter().enumerate() {
            used.fields[table].extend(&draft.moving);
            let copulas = draft.copulas.iter().flat_map(|copula| &copula.fields);
            used.fields[table].extend(copulas.copied().map(usize::from));
            for (at, field) in draft.fields.iter().enumerate() {
                if !field.features.is_empty() {
                    used.fields[table].insert(at);
                }
                for feature in &field.features {
                    match *feature {
                        Feature::Field { up, field } => {
                            if let Some(above) = above(&holders, table, up) {
                                used.fields[above].insert(usize::from(field));
                            }
                        }
                        Feature::Previous { field } => _ = used.fields[table].insert(usize::from(field)),
                        Feature::Given { up, given } => {
                            open.extend(above(&holders, table, up).map(|above| (above, usize::from(given))));
                        }
                        _ => {}
                    }
                }
            }
        }
        while let Some((table, given)) = open.pop() {
            if !used.givens[table].insert(given) {
                continue;
            }
            let Some(via) = &tables[table].givens[given].via else { continue };
            let Some(parent) = table_of(&paths, &via.parent[0]) else { continue };
            match via.column {
                Column::Field(field) => _ = used.fields[parent].insert(usize::from(field)),
                Column::Given(given) => open.push((parent, usize::from(given))),
            }
        }
        used
    }
}

/// The new place of each field: the first that looks at nothing without a place is next. Models look at each other without
/// circles.
fn places(table: &DraftModel, used: &BTreeSet<usize>) -> Vec<Option<u16>> {
    let mut places: Vec<Option<u16>> = vec![None; table.fields.len()];
    let mut waiting: Vec<usize> = used.iter().copied().collect();
    for next in 0..used.len() {
        let is_ready = |at: &usize| {
            table.fields[*at].features.iter().all(|feature| match feature {
                Feature::Field { up: 0, field } => places[usize::from(*field)].is_some(),
                Feature::Given { up: 0, given } => {
                    let after = &table.givens[usize::from(*given)].after;
                    let is_placed = |field: &u16| places[usize::from(*field)].is_some();
                    after.iter().all(|field| is_placed(field) || !used.contains(&usize::from(*field)))
                }
                _ => true,
            })
        };
        let ready = waiting.iter().position(is_ready).unwrap_or(0);
        places[waiting.remove(ready)] = Some(number(next));
    }
    places
}

#[cfg(test)]
mod tests {
    use synth_core::Rate;
    use synth_stats::joint::{Node, Split, Tree};

    use super::*;
    use crate::model::{ModelKind, ModelPart};

    fn field(name: &str, looked_at: &[u16]) -> FieldModel {
        let mut nodes: Vec<Node> = Vec::new();
        for at in 0..looked_at.len() {
            let own = u32::try_from(2 * at).unwrap();
            let feature = u16::try_from(at).unwrap();
            nodes.push(Node::Split { feature, split: Split::Below(1), then: own + 1, otherwise: own + 2 });
            nodes.push(Node::Leaf(vec![(0, 1)]));
        }
        nodes.push(Node::Leaf(vec![(0, 1)]));
        FieldModel {
            path: JsonPath::parse(name).unwrap(),
            part: ModelPart::Value,
            model: ModelKind::BayesNet,
            released: false,
            presence: Rate::ONE,
            null_rate: Rate::ZERO,
            cases: Vec::new(),
            shares: Vec::new(),
            codes: Vec::new(),
            features: looked_at.iter().map(|field| Feature::Field { up: 0, field: *field }).collect(),
            tree: Tree { nodes, backoff: 0.0 },
            order: Vec::new(),
            ends: Vec::new(),
            walk: None,
            floor: -1.0,
            achieved: -0.5,
        }
    }

    /// Each field stands behind those that it looks at, however they are entangled, and looks at the same ones as before.
    /// Catches an order by one round of visits: $.a and $.c both wait for $.d, and $.c for $.a too.
    #[test]
    fn fields_stand_behind_what_they_look_at() {
        let looks: [&[u16]; 5] = [&[3], &[], &[0, 3], &[4], &[]];
        let names = ["$.a", "$.alone", "$.c", "$.d", "$.e"];
        let fields = names.iter().zip(looks).map(|(name, looked_at)| field(name, looked_at)).collect();
        let path = JsonPath::parse("$").unwrap();
        let model = compact(vec![DraftModel {
            path,
            holder: None,
            time: None,
            givens: Vec::new(),
            fields,
            copulas: Vec::new(),
            moving: BTreeSet::new(),
        }])
        .unwrap();
        let fields = &model.tables[0].fields;
        let name = |at: usize| fields[at].path.to_string();
        assert_eq!((0..fields.len()).map(name).collect::<Vec<_>>(), ["$.e", "$.d", "$.a", "$.c"]);
        let looked_at = |at: usize| {
            let path = |feature: &Feature| match feature {
                Feature::Field { field, .. } => name(usize::from(*field)),
                _ => unreachable!(),
            };
            fields[at].features.iter().map(path).collect::<Vec<_>>()
        };
        assert_eq!(looked_at(3), ["$.a", "$.d"]);
        assert_eq!(looked_at(2), ["$.d"]);
        assert_eq!(looked_at(1), ["$.e"]);
    }
}
