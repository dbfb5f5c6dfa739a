//! What could be done about a finding: an edit of the rule file.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::{JsonPath, Segment};
use synth_rules::{Relationship, RuleSet};

use crate::finding::{Finding, FindingKind};
use crate::measure::Aspect;

/// Longer snippets say less than the rule file that `synth profile` writes.
const MAX_BYTES: usize = 4000;
/// Findings that get advice.
pub(crate) const MAX_ADVISED: usize = 20;

/// An edit of the rule file that would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Advice {
    /// What to do, in words.
    pub text: String,
    /// The part of the rule file to put in place of what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yaml: Option<String>,
}

/// Finds what would help against a finding, given the rules that the real data themselves suggest, and those that the
/// synthetic data were made by, if known. `None` where no edit of rules helps.
///
/// # Method
///
/// The rule that was learned for the path stands against the one in force. Where they differ, the learned one is the advice:
/// it is made from the real data, so the field will be as there. Where they are equal the rules cannot say more, and
/// the advice is in words.
pub(crate) fn of(finding: &Finding, learned: &RuleSet, current: Option<&RuleSet>) -> Option<Advice> {
    let path = JsonPath::parse(&finding.path).ok();
    match finding.kind {
        FindingKind::CopiedValues => path.map(|path| personal(&path, learned, current)),
        FindingKind::CopiedRows => Some(words(
            "Look for literals of the real data in the rule file, and generate anew with rules that hold public categories only.",
        )),
        FindingKind::NearRows => Some(words(
            "Profile with a larger `--k` or without `--model trees`, so that what is learned stands for more rows, and generate anew.",
        )),
        FindingKind::Field(Aspect::ArrayLengths | Aspect::DictionarySizes) => {
            path.and_then(|path| shape(&path, learned, current))
        }
        FindingKind::Uniqueness | FindingKind::Keys | FindingKind::References | FindingKind::RowRules => {
            relationship(finding, learned, current)
        }
        FindingKind::Dependence | FindingKind::Autocorrelation => Some(dependence(finding, learned, current)),
        FindingKind::Field(_) | FindingKind::Structure | FindingKind::Schema => {
            path.and_then(|path| field(&path, learned, current))
        }
        FindingKind::Predicates | FindingKind::Plugins | FindingKind::ModelTexts => None,
    }
}

fn words(text: &str) -> Advice {
    Advice { text: text.to_owned(), yaml: None }
}

const UNDER_FIELDS: &str =
    "Put this rule, which was learned from the real data, in place of the one for the path:";

fn field(path: &JsonPath, learned: &RuleSet, current: Option<&RuleSet>) -> Option<Advice> {
    let rule = learned.fields.get(path)?;
    if current.is_some_and(|current| current.fields.get(path) == Some(rule)) {
        return Some(words(
            "The rule for the path is the one that was learned. If the values matter, write a generator that makes them, such as \
             `pattern`, `template` or `categorical`, or a plugin.",
        ));
    }
    let mut part = empty()?;
    part.fields.insert(path.clone(), rule.clone());
    snippet(&part, "fields").map(|yaml| Advice { text: UNDER_FIELDS.to_owned(), yaml: Some(yaml) })
}

fn shape(path: &JsonPath, learned: &RuleSet, current: Option<&RuleSet>) -> Option<Advice> {
    let places = [path.join(Segment::Elements), path.join(Segment::Members)];
    let (place, rule) = places.iter().find_map(|place| Some((place, learned.shape.get(place)?)))?;
    if current.is_some_and(|current| current.shape.get(place) == Some(rule)) {
        return Some(words(
            "The lengths are those that were learned; look for a scenario or a `where` that changes them.",
        ));
    }
    let mut part = empty()?;
    part.shape.insert(place.clone(), rule.clone());
    let text = "Put these lengths, which were learned from the real data, in place of those for the path:";
    snippet(&part, "shape").map(|yaml| Advice { text: text.to_owned(), yaml: Some(yaml) })
}

fn relationship(finding: &Finding, learned: &RuleSet, current: Option<&RuleSet>) -> Option<Advice> {
    let names: Vec<&str> = finding.path.split(", ").collect();
    let wants_reference = finding.kind == FindingKind::References;
    let fits = |relationship: &&Relationship| match relationship {
        Relationship::ForeignKey { child, .. } => wants_reference && named(child.paths(), &names),
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
            !wants_reference && named(paths, &names)
        }
        _ => false,
    };
    let found = learned.relationships.iter().find(fits)?;
    if current.is_some_and(|current| current.relationships.contains(found)) {
        return Some(words(
            "The rule file asks for this already, so the data were made or changed in another way; generate them anew.",
        ));
    }
    let mut part = empty()?;
    part.relationships.push(found.clone());
    let text = "Add this, which holds in the real data, to the rule file:";
    snippet(&part, "relationships").map(|yaml| Advice { text: text.to_owned(), yaml: Some(yaml) })
}

fn named(paths: &[JsonPath], names: &[&str]) -> bool {
    paths.len() == names.len() && paths.iter().zip(names).all(|(path, name)| path.to_string() == *name)
}

fn personal(path: &JsonPath, learned: &RuleSet, current: Option<&RuleSet>) -> Advice {
    let is_marked = |rules: &RuleSet| rules.fields.get(path).is_some_and(|rule| rule.personal);
    if is_marked(learned) || current.is_some_and(is_marked) {
        return field(path, learned, current.filter(|current| is_marked(current))).unwrap_or_else(|| {
            words(
                "The field is marked as personal, so the values were put in by hand; generate the data anew.",
            )
        });
    }
    Advice {
        text: "Mark the field as personal, so that no value of it enters the rule file, and profile and generate anew:".to_owned(),
        yaml: Some(format!("fields:\n  {path}:\n    personal: true\n")),
    }
}

fn dependence(finding: &Finding, learned: &RuleSet, current: Option<&RuleSet>) -> Advice {
    if current.is_some_and(|current| current.model.is_none()) {
        return words(
            "The rule file has no `model`, so every field is drawn by itself. Profile the real data with `--model trees` and keep \
             the `model` of the new rule file, and the file it names.",
        );
    }
    let by_field = JsonPath::parse(&finding.path).ok().and_then(|path| {
        let advice = field(&path, learned, current)?;
        advice.yaml.is_some().then_some(advice)
    });
    by_field.unwrap_or_else(|| words(
        "Profile the real data with `--model trees` and a larger `--model-budget`, and keep the `model` of the new rule file.",
    ))
}

/// A rule file that says nothing.
fn empty() -> Option<RuleSet> {
    serde_json::from_value(serde_json::json!({"version": 2})).ok()
}

/// The lines of one section of a rule file.
fn snippet(part: &RuleSet, section: &str) -> Option<String> {
    let text = part.to_yaml();
    let head = format!("{section}:");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&head));
    let first = lines.next()?;
    let rest = lines.take_while(|line| line.starts_with([' ', '-', '#']));
    let snippet = std::iter::once(first).chain(rest).flat_map(|line| [line, "\n"]).collect::<String>();
    (snippet.len() <= MAX_BYTES).then_some(snippet)
}
