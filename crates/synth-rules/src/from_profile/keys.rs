//! Keys: fields that others refer to, or that name a row, get values that never repeat.

use indexmap::{IndexMap, IndexSet};
use synth_core::{JsonPath, Rate, Segment, cast};
use synth_profile::Profile;
use synth_profile::profile::{FieldProfile, SampleLayout, TextProfile};

use super::share::apportion;
use crate::field::{Constraints, FieldRule, FieldType, ValueKind};
use crate::generator::{Categorical, FakerMethod, Generator, Literal, Pattern};
use crate::relationship::{Operation, Relationship, Term};

/// Made-up keys in place of values that could repeat.
const PLAIN_KEY: &str = "[A-Za-z0-9]{10}";

/// Share of a field's values that name a parent, for its public literals to be taken for the parents'.
const MIN_COVERAGE: f64 = 0.9;

/// Makes the values of keys unique, and known where their children's rules name them.
///
/// A key of a document's table that refers to nothing itself takes the literals of the fields that refer to it: they
/// are public by their count there, and the shares of the children then stay with the same values. The others
/// are made by the key's own rule, or as numbers when the fields that refer to it hold numbers.
pub(super) fn settle(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    relationships: &[Relationship],
    profile: &Profile,
) {
    for path in keys(relationships) {
        let Some(field) = profile.fields.iter().find(|field| field.path == *path) else { continue };
        let is_key_of_dictionary = matches!(path.segments().last(), Some(Segment::MemberKeys));
        let is_table = profile.layout == SampleLayout::Document;
        if is_key_of_dictionary && !is_table {
            continue;
        }
        let referring = children_of(path, relationships);
        let rest =
            fields.get(path).and_then(|rule| rest(rule, field, path, (&referring, relationships, profile)));
        let Some(rest) = rest else { continue };
        let is_numbering = matches!(rest.generator, Some(Generator::Sequence(_)));
        let known = if is_table && !is_numbering { known(&referring, fields) } else { IndexSet::new() };
        if let Some(rule) = fields.get_mut(path) {
            rule.unique |= !is_own_child(path, relationships);
            rule.kinds = with_known(known, rest, n_of(field));
        }
    }
}

/// Takes back what fields that refer to others cannot promise.
///
/// Where their number is drawn there may be more of them than parents, so they repeat some. A tag of variants is
/// drawn by its own rule; only the values that stand there as literals are sure to be among the parents'.
pub(super) fn loosen(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    relationships: &mut [Relationship],
    profile: &Profile,
) {
    for relationship in relationships {
        let Relationship::ForeignKey { child, coverage, .. } = relationship else { continue };
        let Some(rule) = single(child.paths()).and_then(|path| fields.get_mut(path)) else { continue };
        let repeats = |path: &JsonPath| {
            let steps = path.segments().iter();
            steps.filter(|step| matches!(step, Segment::Elements | Segment::Members)).count()
        };
        let has_fixed_number =
            profile.layout == SampleLayout::Document && child.paths().iter().all(|path| repeats(path) <= 1);
        rule.unique &= has_fixed_number;
        let is_tag = profile.variants.iter().any(|variant| child.paths().contains(&variant.discriminator));
        if is_tag && listed_share(rule) < coverage.get() {
            *coverage = Rate::new(listed_share(rule)).unwrap_or(Rate::ZERO);
        }
    }
}

/// Share of a field's values that its rule lists.
fn listed_share(rule: &FieldRule) -> f64 {
    let is_list = |kind: &&ValueKind| {
        matches!(kind.generator, Some(Generator::Categorical(_) | Generator::Constant(_)))
    };
    rule.kinds.iter().filter(is_list).map(|kind| kind.share.get()).sum::<f64>().clamp(0.0, 1.0)
}

/// The fields that are keys by themselves, and refer to nothing.
fn keys(relationships: &[Relationship]) -> IndexSet<&JsonPath> {
    let mut keys = IndexSet::new();
    for relationship in relationships {
        match relationship {
            Relationship::PrimaryKey { paths, .. } => keys.extend(single(paths)),
            Relationship::ForeignKey { parent, .. } => keys.extend(single(parent.paths())),
            _ => {}
        }
    }
    let refers = |path: &JsonPath| {
        relationships.iter().any(|relationship| match relationship {
            Relationship::ForeignKey { child, parent, .. } => child != parent && child.paths().contains(path),
            Relationship::Arithmetic { target, .. } => target == path,
            _ => false,
        })
    };
    keys.retain(|path| !refers(path));
    keys
}

/// Tells whether some rows of a key refer to others by the same field.
fn is_own_child(path: &JsonPath, relationships: &[Relationship]) -> bool {
    relationships.iter().any(|relationship| match relationship {
        Relationship::ForeignKey { child, .. } => child.paths().contains(path),
        _ => false,
    })
}

fn single(paths: &[JsonPath]) -> Option<&JsonPath> {
    if let [path] = paths { Some(path) } else { None }
}

/// The fields whose values are those of the key, nearly all of them, without a prefix.
fn children_of<'a>(parent: &JsonPath, relationships: &'a [Relationship]) -> Vec<&'a JsonPath> {
    let child = |relationship: &'a Relationship| match relationship {
        Relationship::ForeignKey { child, parent: of, prefix: None, coverage, .. }
            if coverage.get() >= MIN_COVERAGE && single(of.paths()) == Some(parent) =>
        {
            single(child.paths())
        }
        _ => None,
    };
    relationships.iter().filter_map(child).filter(|child| *child != parent).collect()
}

/// The fields that repeat the key in its own row.
fn copies_of<'a>(key: &JsonPath, relationships: &'a [Relationship]) -> Vec<&'a JsonPath> {
    let copy = |relationship: &'a Relationship| match relationship {
        Relationship::Arithmetic { target, operation: Operation::Copy, terms, .. } => match &terms[..] {
            [Term::Plain(path)] if path == key => Some(target),
            _ => None,
        },
        _ => None,
    };
    relationships.iter().filter_map(copy).collect()
}

fn n_of(field: &FieldProfile) -> u64 {
    field.text.as_ref().map_or(0, |text| text.count) + field.number.as_ref().map_or(0, |number| number.count)
}

/// How the values that no child names are made.
fn rest(
    rule: &FieldRule,
    field: &FieldProfile,
    path: &JsonPath,
    (children, relationships, profile): (&[&JsonPath], &[Relationship], &Profile),
) -> Option<ValueKind> {
    let own = rule.kinds.iter().rev().find(|kind| kind.generator.is_some())?;
    if let Some(text) = field.text.as_ref().filter(|_| field.number.is_none()) {
        let mut copies = copies_of(path, relationships);
        copies.extend(children);
        let fields =
            || copies.iter().filter_map(|path| profile.fields.iter().find(|field| field.path == **path));
        if fields().any(|field| field.number.is_some() && field.text.is_none()) {
            let numbers = fields().filter_map(|field| field.number.as_ref());
            let curve = numbers.map(|number| &number.curve).find(|curve| curve.percent.len() > 1);
            let generator = match curve {
                Some(curve) => super::number::by_curve(curve),
                None => digits(&text.lengths.values),
            };
            return Some(kind(FieldType::String, generator));
        }
    }
    match can_be_unique(own, field) {
        true => Some(ValueKind { share: Rate::ONE, ..own.clone() }),
        // Of numbers that have no distribution nothing is known that could be unique.
        false => field.text.is_some().then(|| kind(FieldType::String, plain_key())),
    }
}

fn kind(field_type: FieldType, generator: Generator) -> ValueKind {
    ValueKind {
        share: Rate::ONE,
        field_type,
        generator: Some(generator),
        constraints: Constraints::default(),
    }
}

fn plain_key() -> Generator {
    Generator::Pattern(Pattern { patterns: vec![PLAIN_KEY.to_owned()], probs: Vec::new() })
}

/// Whole numbers as long as the keys are.
fn digits(lengths: &[f64]) -> Generator {
    let longest = cast::round_to_u64(lengths.iter().copied().fold(1.0, f64::max)).clamp(1, 18);
    let shortest =
        cast::round_to_u64(lengths.iter().copied().fold(f64::INFINITY, f64::min)).clamp(1, longest);
    let pattern = format!("[1-9][0-9]{{{},{}}}", shortest - 1, longest - 1);
    Generator::Pattern(Pattern { patterns: vec![pattern], probs: Vec::new() })
}

/// Tells whether a generator has values enough for as many rows as were seen, and more.
fn can_be_unique(kind: &ValueKind, field: &FieldProfile) -> bool {
    match &kind.generator {
        Some(Generator::Categorical(_) | Generator::Constant(_)) | None => false,
        Some(Generator::Pattern(_)) => field.text.as_ref().is_some_and(has_room),
        Some(Generator::Faker(faker)) => !matches!(
            faker.method,
            FakerMethod::City
                | FakerMethod::Region
                | FakerMethod::Country
                | FakerMethod::JobTitle
                | FakerMethod::FirstName
                | FakerMethod::LastName
        ),
        Some(_) => true,
    }
}

/// Tells whether the patterns of a field describe at least twice as many strings as were seen.
fn has_room(text: &TextProfile) -> bool {
    let n_strings: f64 = text.patterns.iter().map(|pattern| pattern.n_strings).sum();
    n_strings >= 2.0 * text.count as f64
}

/// The literals in the rules of the fields that refer to a key, each once.
fn known(children: &[&JsonPath], fields: &IndexMap<JsonPath, FieldRule>) -> IndexSet<String> {
    let rules = children.iter().filter_map(|path| fields.get(*path)).filter(|rule| !rule.personal);
    let mut known = IndexSet::new();
    for kind in rules.flat_map(|rule| &rule.kinds) {
        match &kind.generator {
            Some(Generator::Categorical(list)) => known.extend(list.values.iter().filter_map(literal_text)),
            Some(Generator::QuantileSample(sample)) => {
                known.extend(
                    sample.spikes.iter().filter_map(|spike| literal_text(&Literal::Number(spike.value))),
                );
            }
            _ => {}
        }
    }
    known
}

fn literal_text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Null | Literal::Bool(_) => None,
        Literal::Integer(value) => Some(value.to_string()),
        Literal::Number(value) => {
            let whole = cast::round_to_i64(*value);
            let is_whole = (whole as f64 - value).abs() < f64::MIN_POSITIVE && whole.unsigned_abs() < 1 << 53;
            is_whole.then(|| whole.to_string())
        }
        Literal::Text(text) => Some(text.clone()),
    }
}

/// The known values first, then the others.
fn with_known(known: IndexSet<String>, rest: ValueKind, n_values: u64) -> Vec<ValueKind> {
    if known.is_empty() {
        return vec![rest];
    }
    let is_text = rest.field_type == FieldType::String || rest.field_type == FieldType::Datetime;
    let literal = |text: String| match text.parse::<i64>() {
        Ok(value) if !is_text => Literal::Integer(value),
        _ => Literal::Text(text),
    };
    let n_known = cast::to_u64(known.len());
    let values = known.into_iter().map(literal).collect();
    let list = Generator::Categorical(Categorical { values, probs: Vec::new(), normalize: false });
    let field_type = if is_text { FieldType::String } else { FieldType::Enum };
    let shares = apportion(&[n_known, n_values.saturating_sub(n_known)]);
    vec![ValueKind { share: shares[0], ..kind(field_type, list) }, ValueKind { share: shares[1], ..rest }]
}
