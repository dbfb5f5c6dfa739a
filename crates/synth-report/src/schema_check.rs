//! JSON Schema (draft-07), record by record.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;
use synth_core::{JsonPath, Place, Segment, cast, math};

use crate::check::{Check, CheckName, MAX_VIOLATIONS, PlaceNote, Status, Violation};
use crate::error::{Error, ErrorKind};

/// Checks records against one schema and remembers the first violations.
///
/// Clones of an unused check share the compiled schema, so parts of the input can be checked apart and merged;
/// the result does not depend on how the input was cut.
///
/// Memory: the compiled schema, and the first [`MAX_VIOLATIONS`] violations.
#[derive(Debug, Clone)]
pub struct SchemaCheck {
    schema: Arc<(Value, Validator)>,
    n_checked: u64,
    n_failed: u64,
    first: Vec<Violation>,
    /// Records that the schema was learned from, if it was.
    n_learned: Option<u64>,
    /// Records that break nothing but limits of values, and the first violations.
    n_unseen: u64,
    unseen: Vec<Violation>,
}

/// Fewer records than this say little of the values that they lack.
const MIN_LEARNED: u64 = 100;

impl SchemaCheck {
    /// Compiles a draft-07 schema. References to other files or hosts are refused.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSchema`] with the place in the schema.
    pub fn new(schema: &Value) -> Result<Self, Error> {
        let validator = jsonschema::options().with_draft(Draft::Draft7).build(schema).map_err(|error| {
            Error::new(ErrorKind::BadSchema {
                keyword: error.kind().keyword().to_owned(),
                schema_path: format!("`{}`", error.instance_path()),
            })
        })?;
        Ok(Self {
            schema: Arc::new((schema.clone(), validator)),
            n_checked: 0,
            n_failed: 0,
            first: Vec::new(),
            n_learned: None,
            n_unseen: 0,
            unseen: Vec::new(),
        })
    }

    /// Says that the schema was learned from so many records, so that a few records may hold values that those lacked.
    ///
    /// # Method
    ///
    /// A value that none of n records holds is in at most 3 / n of all with a certainty of 95 %: Hanley, J. A. and
    /// Lippman-Hand, A. (1983), If nothing goes wrong, is everything all right?, JAMA 249(13). Of m records t = 3 m / n may
    /// hold one, and by chance t + 2 √t. It goes for `enum`, `pattern` and the limits of numbers and lengths only, and with at least 100 records.
    #[must_use]
    pub fn learned_from(self, n_records: u64) -> Self {
        Self { n_learned: Some(n_records).filter(|n| *n >= MIN_LEARNED), ..self }
    }

    /// Checks one record, which stands at `place`.
    pub fn check_record(&mut self, place: Place, record: &Value) {
        self.n_checked += 1;
        let schema = Arc::clone(&self.schema);
        let (schema, validator) = &*schema;
        if validator.is_valid(record) {
            return;
        }
        let is_unseen =
            self.n_learned.is_some() && validator.iter_errors(record).all(|error| limits_values(&error));
        let place = PlaceNote::from(place);
        let found = validator.iter_errors(record).take(MAX_VIOLATIONS);
        let (count, list) = match is_unseen {
            true => (&mut self.n_unseen, &mut self.unseen),
            false => (&mut self.n_failed, &mut self.first),
        };
        *count += 1;
        list.extend(found.map(|error| violation(&error, path_of(&error, record, schema), place.clone())));
        self.trim();
    }

    /// Adds what another clone found in other records.
    pub fn merge(&mut self, other: Self) {
        self.n_checked += other.n_checked;
        self.n_failed += other.n_failed;
        self.first.extend(other.first);
        self.n_unseen += other.n_unseen;
        self.unseen.extend(other.unseen);
        self.trim();
    }

    /// Returns the outcome: a failed record is one violation, the first violations are listed.
    #[must_use]
    pub fn finish(mut self) -> Check {
        let mut notes = Vec::new();
        if self.n_unseen > 0 && self.n_unseen as f64 <= self.n_excused() {
            let n = self.n_unseen;
            notes.push(format!(
                "{n} records hold values that the real data lack; of fresh real data as many may"
            ));
        } else {
            self.n_failed += self.n_unseen;
            self.first.append(&mut self.unseen);
            self.trim();
        }
        Check {
            name: CheckName::Schema,
            status: if self.n_failed == 0 { Status::Passed } else { Status::Failed },
            n_checked: self.n_checked,
            n_violations: self.n_failed,
            violations: self.first,
            notes,
        }
    }

    /// Records that may hold values that those lacked from which the schema was learned.
    fn n_excused(&self) -> f64 {
        self.n_learned.map_or(0.0, |n| {
            let expected = 3.0 * self.n_checked as f64 / n as f64;
            expected + 2.0 * math::sqrt(expected)
        })
    }

    fn trim(&mut self) {
        for list in [&mut self.first, &mut self.unseen] {
            list.sort_by(|a, b| (&a.place, &a.path, &a.reason).cmp(&(&b.place, &b.path, &b.reason)));
            list.truncate(MAX_VIOLATIONS);
        }
    }
}

/// Whether a keyword limits values, and not the shape of the record.
fn limits_values(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind().keyword(),
        "enum"
            | "pattern"
            | "minimum"
            | "maximum"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "format"
    )
}

/// The keyword that does not hold and where; the message of the validator would show the value.
fn violation(error: &ValidationError<'_>, mut path: JsonPath, place: PlaceNote) -> Violation {
    if let ValidationErrorKind::Required { property: Value::String(name) } = error.kind() {
        path = path.key(name);
    }
    let reason = format!("breaks `{}`", error.kind().keyword());
    Violation { path: path.to_string(), reason, count: 1, place: Some(place) }
}

/// The place in our notation: any element of an array reads `[]`, a position of a tuple `[0]`, and a member that
/// the schema does not name but describes (`additionalProperties`) reads `.*`, since its name is data.
fn path_of(error: &ValidationError<'_>, record: &Value, schema: &Value) -> JsonPath {
    let mut at = Some(record);
    let mut schema = Some(schema);
    let mut path = JsonPath::root();
    for segment in error.instance_path() {
        let name = match segment {
            LocationSegment::Property(name) => name.into_owned(),
            LocationSegment::Index(index) => index.to_string(),
        };
        let step;
        (step, schema) = match at {
            Some(Value::Array(_)) => element_step(&name, schema),
            _ => member_step(&name, schema),
        };
        at = at.and_then(|value| match value {
            Value::Array(elements) => name.parse::<usize>().ok().and_then(|index| elements.get(index)),
            other => other.get(&name),
        });
        path = path.join(step);
    }
    path
}

fn member_step<'a>(name: &str, schema: Option<&'a Value>) -> (Segment, Option<&'a Value>) {
    let named = schema.and_then(|schema| schema.get("properties")?.get(name));
    let any = schema.and_then(|schema| schema.get("additionalProperties")).filter(|any| any.is_object());
    match (named, any) {
        (None, Some(any)) => (Segment::Members, Some(any)),
        (named, _) => (Segment::Key(name.into()), named),
    }
}

fn element_step<'a>(name: &str, schema: Option<&'a Value>) -> (Segment, Option<&'a Value>) {
    match schema.and_then(|schema| schema.get("items")) {
        Some(Value::Array(positions)) => {
            let position = name.parse::<u32>().ok();
            let described = position.and_then(|index| positions.get(cast::to_usize(index.into())));
            (position.map_or(Segment::Elements, Segment::Index), described)
        }
        items => (Segment::Elements, items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checker() -> SchemaCheck {
        let item = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}});
        SchemaCheck::new(&json!({
            "type": "object",
            "properties": {"items": {"type": "array", "items": item}, "name": {"maxLength": 3}},
        }))
        .unwrap()
    }

    fn at(record: u64) -> Place {
        Place { record: Some(record), ..Place::default() }
    }

    #[test]
    fn violations_have_our_paths_and_no_values() {
        let mut check = checker();
        check.check_record(at(0), &json!({"items": [{"id": 1}]}));
        check.check_record(at(1), &json!({"items": [{"id": 1}, {"id": "secret"}, {}]}));
        check.check_record(at(2), &json!({"name": "secret"}));
        let check = check.finish();
        assert_eq!((check.status, check.n_checked, check.n_violations), (Status::Failed, 3, 2));
        let found: Vec<(&str, &str)> =
            check.violations.iter().map(|found| (found.path.as_str(), found.reason.as_str())).collect();
        let type_and_required = [("$.items[].id", "breaks `required`"), ("$.items[].id", "breaks `type`")];
        assert_eq!(found, [&type_and_required[..], &[("$.name", "breaks `maxLength`")]].concat());
        assert!(!format!("{check:?}").contains("secret"));
    }

    #[test]
    fn names_that_are_data_are_not_shown() {
        let of = |keyword: &str, schema: Value| json!({"properties": {"a": {keyword: schema}}});
        let path = |schema: &Value, record: &Value| {
            let mut check = SchemaCheck::new(schema).unwrap();
            check.check_record(at(0), record);
            check.finish().violations[0].path.clone()
        };
        let members = of("additionalProperties", json!({"type": "integer"}));
        assert_eq!(path(&members, &json!({"a": {"secret@x.example": "no"}})), "$.a.*");
        let tuple = of("items", json!([{}, {"type": "integer"}]));
        assert_eq!(path(&tuple, &json!({"a": [1, "no"]})), "$.a[1]");
    }

    #[test]
    fn cuts_do_not_show() {
        let records: Vec<Value> = (0..60).map(|i| json!({"name": "x".repeat(i % 6)})).collect();
        let mut whole = checker();
        let (mut left, mut right) = (checker(), checker());
        for (index, record) in (0..).zip(&records) {
            whole.check_record(at(index), record);
            if index % 3 == 0 {
                left.check_record(at(index), record)
            } else {
                right.check_record(at(index), record)
            }
        }
        right.merge(left);
        assert_eq!(right.finish(), whole.finish());
    }

    /// Catches limits that one unseen value breaks, and excuses for missing members or for many records.
    #[test]
    fn a_few_unseen_values_are_excused_where_the_schema_was_learned() {
        let check = |n_learned: u64, n_long: usize, record: &Value| {
            let mut check = checker().learned_from(n_learned);
            (0..1000).for_each(|i| check.check_record(at(i), &json!({"name": "abc"})));
            (0..n_long).for_each(|_| check.check_record(at(7), record));
            check.finish()
        };
        let (long, lacking) = (json!({"name": "abcd"}), json!({"items": [{}]}));
        let excused = check(1000, 5, &long);
        assert_eq!((excused.status, excused.notes.len()), (Status::Passed, 1));
        assert_eq!(check(1000, 40, &long).n_violations, 40);
        assert_eq!(check(50, 1, &long).status, Status::Failed);
        assert_eq!(check(1000, 1, &lacking).status, Status::Failed);
    }

    #[test]
    fn a_bad_schema_is_an_error() {
        let error = SchemaCheck::new(&json!({"type": "strange"})).unwrap_err();
        assert_eq!(error.kind.code(), "report/bad-schema");
    }
}
