//! Tagged unions: a field whose value decides which members of an object are present.

use std::collections::BTreeMap;
use std::convert::Infallible;

use synth_core::{Event, EventSink, JsonType, PathId, PathTree, Rate, Scalar, Segment, cast, math};

use crate::partial::Partial;
use crate::profile::{FieldProfile, TagValue, VariantCaseProfile, VariantProfile};

/// A tag has at most this many values.
const MAX_TAG_VALUES: usize = 64;
/// Objects of the sample that a union is learned from, at least.
const MIN_OBJECTS: u64 = 20;
/// A tag removes at least this share of the uncertainty about which members are present.
const MIN_EXPLAINED: f64 = 0.3;

/// Finds, for each object with optional members, the tag that best tells which of them are present.
///
/// # Method
///
/// Candidates are fields of the object, or of objects around it, that are always present and have 2 to 64 public
/// values. For each, the sum over the optional members of the binary entropy of their presence is compared with
/// the same sum given the tag; the saving must pay for the extra parameters (minimum description length,
/// Rissanen 1978, Automatica 14: half a logarithm of n for each) and be at least 30 % of the whole.
///
/// # Cost
///
/// One replay of the record sample; memory of the order of candidates × tag values × optional members.
#[must_use]
pub fn find_variants(partial: &Partial, fields: &[FieldProfile]) -> Vec<VariantProfile> {
    let mut counter = Counter::new(fields);
    // Where all members are always there no tag tells which of them are.
    if counter.roles.iter().all(|role| role.optionals.is_empty()) {
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
    /// Index among the optional members of the object above, when the path is one.
    optional: Option<usize>,
    /// Optional members, when the path is an object that has some.
    optionals: Vec<PathId>,
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

/// Presence counts of an object's optional members by the value of one tag; the last row is for rare values.
#[derive(Debug)]
struct Table {
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    n: u64,
    present: Vec<u64>,
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
            if is_member && field.n_values < field.n_slots {
                let object = tree.parent(id);
                roles[id.index()].optional = Some(roles[object.index()].optionals.len());
                roles[object.index()].optionals.push(id);
            } else if is_member {
                let values = public_values(field);
                let codes = values.iter().map(TagKey::of).zip(0..).collect();
                if (2..=MAX_TAG_VALUES).contains(&values.len()) {
                    roles[id.index()].tag_codes = Some(codes);
                    roles[id.index()].tag_values = values;
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
        let optional = self.member.and_then(|member| self.role(member).optional);
        if let (Some(object), Some(optional)) = (object, optional) {
            self.objects[object].present.push(optional);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) {
        let Some(&Open { object: Some(object), is_array: false, .. }) = self.stack.last() else { return };
        let Some(member) = self.member else { return };
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
            let n_optional = self.role(object.path).optionals.len();
            let mut holder = Some(object);
            while let Some(ancestor) = holder.filter(|_| n_optional > 0) {
                for &(tag, code) in &ancestor.tags {
                    let n_codes = self.role(tag).tag_values.len();
                    let table = self.tables.entry((object.path, tag)).or_insert_with(|| Table {
                        rows: vec![Row { n: 0, present: vec![0; n_optional] }; n_codes + 1],
                    });
                    let row = &mut table.rows[code];
                    row.n += self.weight;
                    object.present.iter().for_each(|&optional| row.present[optional] += self.weight);
                }
                holder = ancestor.parent.map(|parent| &objects[parent]);
            }
        }
        self.objects = objects;
        self.objects.clear();
        self.stack.clear();
    }

    /// The best tag of each object.
    fn variants(&self) -> Vec<VariantProfile> {
        let mut best: BTreeMap<PathId, (f64, PathId, f64)> = BTreeMap::new();
        for (&(object, tag), table) in &self.tables {
            let Some((gain, explained)) = table.gain() else { continue };
            if best.get(&object).is_none_or(|(known, ..)| gain > *known) {
                best.insert(object, (gain, tag, explained));
            }
        }
        best.into_iter()
            .map(|(object, (_, tag, explained))| VariantProfile {
                path: self.tree.path(object),
                discriminator: self.tree.path(tag),
                explained: Rate::new(explained).unwrap_or(Rate::ONE),
                cases: self.cases(object, tag),
            })
            .collect()
    }

    fn cases(&self, object: PathId, tag: PathId) -> Vec<VariantCaseProfile> {
        let rows = &self.tables[&(object, tag)].rows;
        let values = &self.role(tag).tag_values;
        let optionals = &self.role(object).optionals;
        let case = |(value, row): (&TagValue, &Row)| VariantCaseProfile {
            when: value.clone(),
            count: row.n,
            presence: optionals
                .iter()
                .zip(&row.present)
                .map(|(id, present)| (self.tree.path(*id), Rate::of(*present, row.n)))
                .collect(),
        };
        values.iter().zip(rows).filter(|(_, row)| row.n > 0).map(case).collect()
    }
}

impl Table {
    /// Bits saved by knowing the tag, and the share of all bits; `None` when it does not pay.
    fn gain(&self) -> Option<(f64, f64)> {
        let n: u64 = self.rows.iter().map(|row| row.n).sum();
        let n_optional = self.rows.first()?.present.len();
        let column = |optional: usize| self.rows.iter().map(move |row| row.present[optional]).sum::<u64>();
        let before: f64 = (0..n_optional).map(|optional| bits(column(optional), n)).sum();
        let after: f64 =
            self.rows.iter().flat_map(|row| row.present.iter().map(|present| bits(*present, row.n))).sum();
        let used = self.rows.iter().filter(|row| row.n > 0).count().saturating_sub(1);
        let price = 0.5 * math::ln(n.max(1) as f64) / math::ln(2.0) * (used * n_optional) as f64;
        let explained = if before > 0.0 { (before - after) / before } else { 0.0 };
        let gain = before - after - price;
        (n >= MIN_OBJECTS && gain > 0.0 && explained >= MIN_EXPLAINED).then_some((gain, explained.min(1.0)))
    }
}

/// Bits to tell which `present` of `n` objects have a member: n times the binary entropy.
fn bits(present: u64, n: u64) -> f64 {
    let part = |count: u64| {
        if count == 0 { 0.0 } else { count as f64 * math::ln(n as f64 / count as f64) / math::ln(2.0) }
    };
    part(present) + part(n - present.min(n))
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
            Event::ObjectStart => self.open(false),
            Event::ArrayStart => self.open(true),
            Event::ObjectEnd | Event::ArrayEnd => _ = self.stack.pop(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Ok(())
    }
}
