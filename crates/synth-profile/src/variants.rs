//! Tagged unions: a field whose value decides which members of an object are present, and of which types they are.

use std::collections::BTreeMap;
use std::convert::Infallible;

use synth_core::{Event, EventSink, JsonType, PathId, PathTree, Scalar, Segment, cast};

mod choice;
mod table;

use table::{Table, Trait};

use crate::partial::Partial;
use crate::profile::{FieldProfile, TagValue, VariantProfile};

/// A tag has at most this many values.
const MAX_TAG_VALUES: usize = 64;

/// Finds, for each object with optional members, the tag that best tells which of them are present, and for each member
/// of several types, null among them, the tag that best tells of which type it is.
///
/// # Method
///
/// Candidates are fields of the object, or of objects around it, that are always present and have 2 to 64 public
/// values. For each, the sum over the optional members of the binary entropy of their presence is compared with
/// the same sum given the tag; the saving must pay for the extra parameters (minimum description length,
/// Rissanen 1978, Automatica 14: half a logarithm of n for each) and be at least 30 % of the whole. The same is done
/// with the entropy of the types of each member's values, of which a tag must save 60 %, and with that of its being null,
/// of which it must save 90 %; a tag that is null now and then tells of no other's type. Types that follow the tag that tells
/// of the object's presence, or that of most members where none does, stand in the union of the object, others in one of
/// their own.
///
/// # Cost
///
/// One replay of the record sample; memory of the order of candidates × tag values × optional members.
#[must_use]
pub fn find_variants(partial: &Partial, fields: &[FieldProfile]) -> Vec<VariantProfile> {
    let mut counter = Counter::new(fields);
    // Where all members are always there, of one type, no tag tells which of them are.
    if counter.roles.iter().all(|role| role.traits.is_empty()) {
        return Vec::new();
    }
    let Ok(()) = partial.replay_sample(&mut counter, |counter, count| {
        counter.weight = count;
        counter.count_record();
    });
    counter.variants()
}

/// What a path is to the search.
#[derive(Debug, Default, Clone)]
struct Role {
    /// Tag values with their codes, when the path may be a tag.
    tag_codes: Option<BTreeMap<TagKey, usize>>,
    tag_values: Vec<TagValue>,
    /// The tag is never null.
    is_certain: bool,
    /// Where among the traits of the object above its presence stands, if it is optional, and its types.
    presence: Option<usize>,
    types: BTreeMap<JsonType, usize>,
    /// What varies of the members, when the path is an object.
    traits: Vec<Trait>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum TagKey {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
}

/// One object of the record that is being read.
#[derive(Debug)]
struct Object {
    path: PathId,
    parent: Option<usize>,
    tags: Vec<(PathId, usize)>,
    present: Vec<usize>,
}

struct Counter {
    tree: PathTree,
    roles: Vec<Role>,
    tables: BTreeMap<(PathId, PathId), Table>,
    weight: u64,
    objects: Vec<Object>,
    stack: Vec<Open>,
    member: Option<PathId>,
}

/// A container that is open: its path, if the profile has it, and its object.
#[derive(Debug, Clone, Copy)]
struct Open {
    path: Option<PathId>,
    object: Option<usize>,
    is_array: bool,
    /// The last member that is a path of the profile.
    last_member: Option<PathId>,
}

impl Counter {
    fn new(fields: &[FieldProfile]) -> Self {
        let mut tree = PathTree::default();
        let ids: Vec<PathId> = fields.iter().map(|field| tree.insert(&field.path)).collect();
        let mut roles = vec![Role::default(); tree.len()];
        for (field, id) in fields.iter().zip(ids) {
            let is_member = matches!(field.path.segments().last(), Some(Segment::Key(_)));
            if !is_member {
                continue;
            }
            let object = tree.parent(id).index();
            let mut add = |of_type| {
                roles[object].traits.push(Trait { member: id, of_type });
                roles[object].traits.len() - 1
            };
            let is_optional = field.n_values < field.n_slots;
            let presence = is_optional.then(|| add(None));
            let types = types(field);
            let types: BTreeMap<JsonType, usize> = match types.len() {
                0 | 1 => BTreeMap::new(),
                _ => types.into_iter().map(|of_type| (of_type, add(Some(of_type)))).collect(),
            };
            let role = &mut roles[id.index()];
            (role.presence, role.types) = (presence, types);
            if !is_optional {
                let values = public_values(field);
                if (2..=MAX_TAG_VALUES).contains(&values.len()) {
                    role.tag_codes = Some(values.iter().map(TagKey::of).zip(0..).collect());
                    role.tag_values = values;
                    role.is_certain = field.n_of(JsonType::Null) == 0;
                }
            }
        }
        Self {
            tree,
            roles,
            tables: BTreeMap::new(),
            weight: 1,
            objects: Vec::new(),
            stack: Vec::new(),
            member: None,
        }
    }

    fn role(&self, id: PathId) -> &Role {
        &self.roles[id.index()]
    }

    /// The path of the value that starts now.
    fn target(&self) -> Option<PathId> {
        match self.stack.last() {
            None => Some(PathId::ROOT),
            Some(open) if open.is_array => self.tree.find_child(open.path?, &Segment::Elements),
            Some(_) => self.member,
        }
    }

    fn open(&mut self, is_array: bool) {
        let path = self.target();
        let parent = self.stack.iter().rev().find_map(|open| open.object);
        let object = path.filter(|_| !is_array).map(|path| {
            self.objects.push(Object { path, parent, tags: Vec::new(), present: Vec::new() });
            self.objects.len() - 1
        });
        self.stack.push(Open { path, object, is_array, last_member: None });
    }

    fn key(&mut self, key: &str) {
        let Some(&Open { path: Some(path), object, last_member, .. }) = self.stack.last() else {
            self.member = None;
            return;
        };
        let known = self.tree.follow_key(path, key, last_member);
        if let Some(open) = self.stack.last_mut().filter(|_| known.is_some()) {
            open.last_member = known;
        }
        self.member = known.or_else(|| self.tree.find_child(path, &Segment::Members));
        let presence = self.member.and_then(|member| self.role(member).presence);
        if let (Some(object), Some(presence)) = (object, presence) {
            self.objects[object].present.push(presence);
        }
    }

    /// Notes of which type the value of a member is.
    fn of_type(&mut self, of_type: JsonType) {
        let Some(&Open { object: Some(object), is_array: false, .. }) = self.stack.last() else { return };
        let found = self.member.and_then(|member| self.role(member).types.get(&of_type).copied());
        self.objects[object].present.extend(found);
    }

    fn scalar(&mut self, scalar: Scalar<'_>) {
        let Some(&Open { object: Some(object), is_array: false, .. }) = self.stack.last() else { return };
        let Some(member) = self.member else { return };
        let own = scalar.json_type();
        let is_known = self.role(member).types.contains_key(&own);
        self.of_type(if own == JsonType::Integer && !is_known { JsonType::Number } else { own });
        let role = self.role(member);
        if let (Some(codes), Some(key)) = (&role.tag_codes, TagKey::of_scalar(scalar)) {
            let code = codes.get(&key).copied().unwrap_or(codes.len());
            self.objects[object].tags.push((member, code));
        }
    }

    /// Adds the objects of a finished record to the tables.
    fn count_record(&mut self) {
        let objects = std::mem::take(&mut self.objects);
        for object in &objects {
            let n_traits = self.role(object.path).traits.len();
            let mut holder = Some(object);
            while let Some(ancestor) = holder.filter(|_| n_traits > 0) {
                for &(tag, code) in &ancestor.tags {
                    let n_codes = self.role(tag).tag_values.len();
                    let table = self.tables.entry((object.path, tag));
                    let table = table.or_insert_with(|| Table::new(n_codes + 1, n_traits));
                    table.count(code, &object.present, self.weight);
                }
                holder = ancestor.parent.map(|parent| &objects[parent]);
            }
        }
        self.objects = objects;
        self.objects.clear();
        self.stack.clear();
    }
}

/// The types of the values of a field, null among them, in the order of their names' list; whole numbers beside others
/// are numbers.
fn types(field: &FieldProfile) -> Vec<JsonType> {
    let is_mixed = field.n_of(JsonType::Number) > 0;
    let is_there =
        |of_type: &JsonType| field.n_of(*of_type) > 0 && !(is_mixed && *of_type == JsonType::Integer);
    JsonType::ALL.into_iter().filter(is_there).collect()
}

impl TagKey {
    fn of(value: &TagValue) -> Self {
        match value {
            TagValue::Null => Self::Null,
            TagValue::Bool(value) => Self::Bool(*value),
            TagValue::Integer(value) => Self::Integer(*value),
            TagValue::Text(text) => Self::Text(text.as_str().to_owned()),
        }
    }

    fn of_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Null => Some(Self::Null),
            Scalar::Bool(value) => Some(Self::Bool(value)),
            Scalar::Number(number) => number.as_i64().map(Self::Integer),
            Scalar::String(text) => Some(Self::Text(text.to_owned())),
        }
    }
}

/// The public values of a field that has few and is of one type, and null where it may be that.
pub(crate) fn public_values(field: &FieldProfile) -> Vec<TagValue> {
    let n_null = field.n_of(JsonType::Null);
    let is_only = |json_type: JsonType| field.n_of(json_type) + n_null == field.n_values;
    let mut values: Vec<TagValue> = match (&field.text, &field.number) {
        (Some(text), None)
            if is_only(JsonType::String) && text.n_distinct <= cast::to_u64(MAX_TAG_VALUES) =>
        {
            text.categories.iter().map(|category| TagValue::Text(category.value.clone())).collect()
        }
        (None, Some(number)) if is_only(JsonType::Integer) => number
            .categories
            .iter()
            .filter_map(|category| category.value.as_i64().map(TagValue::Integer))
            .collect(),
        (None, None) if is_only(JsonType::Boolean) => vec![TagValue::Bool(false), TagValue::Bool(true)],
        _ => Vec::new(),
    };
    if n_null > 0 && !values.is_empty() {
        values.push(TagValue::Null);
    }
    values
}

impl EventSink for Counter {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        match event {
            Event::ObjectStart => {
                self.of_type(JsonType::Object);
                self.open(false);
            }
            Event::ArrayStart => {
                self.of_type(JsonType::Array);
                self.open(true);
            }
            Event::ObjectEnd | Event::ArrayEnd => _ = self.stack.pop(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Ok(())
    }
}
