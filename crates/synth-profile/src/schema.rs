//! JSON Schema (draft-07) of a sample, which every record of the sample keeps.

use serde_json::{Map, Value, json};
use synth_core::{JsonPath, JsonType, PathId, PathTree, Segment, cast};

use crate::profile::{FieldProfile, Profile};

/// Returns the schema of one record.
///
/// It says nothing that is not certain of every record seen: types, required members, and values only where all
/// of them are public. What the values mean stands in annotations (`x-semantic-type`), which no validator checks.
#[must_use]
pub fn schema(profile: &Profile) -> Value {
    let mut tree = PathTree::default();
    let ids: Vec<PathId> = profile.fields.iter().map(|field| tree.insert(&field.path)).collect();
    let mut by_id: Vec<Option<&FieldProfile>> = vec![None; tree.len()];
    for (field, id) in profile.fields.iter().zip(ids) {
        by_id[id.index()] = Some(field);
    }
    let references = profile.relations.references.iter().flat_map(|reference| &reference.child).collect();
    let writer = Writer { tree: &tree, by_id: &by_id, references };
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    if let Some(source) = &profile.source {
        schema.insert("title".into(), json!(source));
    }
    schema.extend(writer.node(PathId::ROOT));
    Value::Object(schema)
}

struct Writer<'a> {
    tree: &'a PathTree,
    by_id: &'a [Option<&'a FieldProfile>],
    /// Fields whose values are those of other rows, so that a list of them says nothing of other data.
    references: Vec<&'a JsonPath>,
}

impl Writer<'_> {
    fn node(&self, id: PathId) -> Map<String, Value> {
        let mut out = Map::new();
        let Some(field) = self.by_id[id.index()] else { return out };
        let types = type_names(field);
        match types.as_slice() {
            [] => return out,
            [one] => out.insert("type".into(), json!(one)),
            several => out.insert("type".into(), json!(several)),
        };
        annotate(field, &mut out);
        if self.references.contains(&&field.path) {
            out.remove("enum");
        }
        if field.n_of(JsonType::Object) > 0 {
            self.object(id, field, &mut out);
        }
        if field.n_of(JsonType::Array) > 0 {
            self.array(id, field, &mut out);
        }
        out
    }

    fn object(&self, id: PathId, field: &FieldProfile, out: &mut Map<String, Value>) {
        if let Some(members) = self.tree.find_child(id, &Segment::Members).filter(|_| field.is_dictionary) {
            out.insert("additionalProperties".into(), Value::Object(self.node(members)));
            return;
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        // Ids were given in the order of the data.
        let mut children: Vec<PathId> = self.tree.children(id).collect();
        children.sort_unstable();
        for child in children {
            let (Some(Segment::Key(key)), Some(member)) =
                (self.tree.segment(child), self.by_id[child.index()])
            else {
                continue;
            };
            properties.insert(key.to_string(), Value::Object(self.node(child)));
            if member.n_values == member.n_slots {
                required.push(json!(key));
            }
        }
        out.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            out.insert("required".into(), Value::Array(required));
        }
    }

    fn array(&self, id: PathId, field: &FieldProfile, out: &mut Map<String, Value>) {
        let positions: Vec<Value> = (0..)
            .map_while(|index| self.tree.find_child(id, &Segment::Index(index)))
            .map(|position| Value::Object(self.node(position)))
            .collect();
        if field.is_tuple {
            let length = cast::to_u64(positions.len());
            out.insert("items".into(), Value::Array(positions));
            out.insert("minItems".into(), json!(length));
            out.insert("additionalItems".into(), json!(false));
        } else if let Some(elements) = self.tree.find_child(id, &Segment::Elements) {
            out.insert("items".into(), Value::Object(self.node(elements)));
        }
    }
}

/// The types seen; `number` covers `integer`.
fn type_names(field: &FieldProfile) -> Vec<&'static str> {
    let seen = |json_type: &JsonType| field.n_of(*json_type) > 0;
    let covered = |json_type: &JsonType| *json_type != JsonType::Integer || !seen(&JsonType::Number);
    JsonType::ALL.into_iter().filter(seen).filter(covered).map(JsonType::name).collect()
}

fn annotate(field: &FieldProfile, out: &mut Map<String, Value>) {
    if let Some(number) = &field.number
        && number.curve.values.first().is_some_and(|low| *low >= 0.0)
        && number.spikes.iter().chain(&number.categories).all(|category| category.value.as_f64() >= Some(0.0))
    {
        out.insert("minimum".into(), json!(0));
    }
    let Some(text) = &field.text else { return };
    if let Some(kind) = text.personal.as_ref().or(text.semantic_type.as_ref()) {
        out.insert("x-semantic-type".into(), json!(kind));
    }
    let only_strings = field.n_of(JsonType::String) == field.n_values;
    let all_public = text.categories.iter().map(|category| category.count).sum::<u64>() == text.count;
    if only_strings && all_public && !text.categories.is_empty() {
        let values: Vec<&str> = text.categories.iter().map(|category| category.value.as_str()).collect();
        out.insert("enum".into(), json!(values));
    }
    if let [time] = text.times.as_slice()
        && only_strings
        && time.count == text.count
    {
        match time.format.as_str() {
            "%Y-%m-%d" => _ = out.insert("format".into(), json!("date")),
            format
                if format.starts_with("%Y-%m-%dT%H:%M:%S")
                    && format.ends_with(['Z', 'z'])
                    && !format.ends_with("S%z") =>
            {
                out.insert("format".into(), json!("date-time"));
            }
            _ => {}
        }
    }
}
