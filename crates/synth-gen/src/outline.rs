//! The tree of all paths that a rule set mentions.

use synth_core::{JsonPath, PathId, PathTree, Segment};
use synth_rules::{FieldRule, FieldType, RuleSet};

use crate::error::{ErrorKind, Errors};

/// Steps of the longest path, which is also how deep made values may be nested.
const MAX_DEPTH: usize = 512;

/// All paths of a rule set, with the rule of each that has one. Ids rise in the order of first mention.
pub(crate) struct Outline<'a> {
    pub(crate) tree: PathTree,
    rules: Vec<Option<&'a FieldRule>>,
}

/// What stands directly below a path.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Named members of an object, in the order of first mention.
    pub(crate) members: Vec<(Box<str>, PathId)>,
    /// Fixed positions of an array, from 0.
    pub(crate) tuple: Vec<PathId>,
    /// Any element of an array.
    pub(crate) elements: Option<PathId>,
    /// The values of a dictionary.
    pub(crate) values: Option<PathId>,
    /// The keys of a dictionary.
    pub(crate) keys: Option<PathId>,
}

impl Parts {
    pub(crate) fn of_object(&self) -> bool {
        !self.members.is_empty() || self.values.is_some() || self.keys.is_some()
    }

    pub(crate) fn of_array(&self) -> bool {
        !self.tuple.is_empty() || self.elements.is_some()
    }
}

impl<'a> Outline<'a> {
    /// Collects the paths of the fields; paths that cannot stand in a rule become errors.
    pub(crate) fn of(rules: &'a RuleSet, errors: &mut Errors) -> Self {
        let mut outline = Self { tree: PathTree::default(), rules: vec![None] };
        for (path, rule) in &rules.fields {
            if !path.is_rule_path() {
                errors.push(ErrorKind::BadPath { reason: "is a query, not one place" }, path);
            } else if path.segments().len() > MAX_DEPTH {
                errors.push(ErrorKind::BadPath { reason: "has more than 512 steps" }, path);
            } else {
                let id = outline.tree.insert(path);
                outline.rules.resize(outline.tree.len(), None);
                outline.rules[id.index()] = Some(rule);
            }
        }
        outline
    }

    pub(crate) fn rule(&self, id: PathId) -> Option<&'a FieldRule> {
        self.rules[id.index()]
    }

    pub(crate) fn path(&self, id: PathId) -> JsonPath {
        self.tree.path(id)
    }

    /// Returns what stands directly below a path.
    pub(crate) fn parts(&self, id: PathId, errors: &mut Errors) -> Parts {
        let mut children: Vec<PathId> = self.tree.children(id).collect();
        children.sort_unstable();
        let mut parts = Parts::default();
        let mut positions: Vec<(u32, PathId)> = Vec::new();
        for child in children {
            match self.tree.segment(child) {
                Some(Segment::Key(key)) => parts.members.push((key.clone(), child)),
                Some(Segment::Index(index)) => positions.push((*index, child)),
                Some(Segment::Elements) => parts.elements = Some(child),
                Some(Segment::Members) => parts.values = Some(child),
                Some(Segment::MemberKeys) => parts.keys = Some(child),
                Some(Segment::Descend) | None => {}
            }
        }
        positions.sort_unstable();
        if let Some((_, (_, child))) = (0_u32..).zip(&positions).find(|(at, (index, _))| at != index) {
            errors.push(ErrorKind::BadPath { reason: "skips a position of the tuple" }, &self.path(*child));
        }
        parts.tuple = positions.into_iter().map(|(_, child)| child).collect();
        parts
    }

    /// Tells whether the values of a path may be objects.
    pub(crate) fn may_be_object(&self, id: PathId) -> bool {
        match self.rule(id) {
            Some(rule) => rule.kinds.iter().any(|kind| kind.field_type == FieldType::Object),
            None => self.tree.children(id).any(|child| {
                !matches!(self.tree.segment(child), Some(Segment::Elements | Segment::Index(_)))
            }),
        }
    }
}
