//! Paths as numbers: an arena that gives each path a dense id.

use std::collections::BTreeMap;

use crate::{JsonPath, Segment, cast};

/// Dense number of a path in one [`PathTree`]; meaningless in another tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(u32);

impl PathId {
    /// The root `$` of every tree.
    pub const ROOT: Self = Self(0);

    /// Returns the id as an index into arrays kept beside the tree.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All paths seen so far; a path's id never changes and parents come before their children.
#[derive(Debug, Clone)]
pub struct PathTree {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
struct Node {
    parent: PathId,
    segment: Segment,
    keys: BTreeMap<Box<str>, PathId>,
    others: Vec<(Segment, PathId)>,
    /// The member that was looked for next to this one, or first in this object; only a shortcut.
    next: Option<PathId>,
    first: Option<PathId>,
}

impl Default for PathTree {
    fn default() -> Self {
        Self { nodes: vec![Node::new(PathId::ROOT, Segment::Descend)] }
    }
}

impl Node {
    fn new(parent: PathId, segment: Segment) -> Self {
        Self { parent, segment, keys: BTreeMap::new(), others: Vec::new(), next: None, first: None }
    }
}

impl PathTree {
    /// Returns the number of paths, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Tells whether only the root is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Returns the id of the member `key` of `parent`, if it was seen.
    #[must_use]
    pub fn find_key(&self, parent: PathId, key: &str) -> Option<PathId> {
        self.nodes[parent.index()].keys.get(key).copied()
    }

    /// Returns the id of the member `key` of `parent`, as [`find_key`](Self::find_key) does, when members are looked for
    /// one after the other: `after` is the one before it in its object, if the tree knows that.
    ///
    /// # Cost
    ///
    /// One comparison where members come in the order of the object before, else a search among all.
    pub fn follow_key(&mut self, parent: PathId, key: &str, after: Option<PathId>) -> Option<PathId> {
        let known = match after {
            Some(after) => self.nodes[after.index()].next,
            None => self.nodes[parent.index()].first,
        };
        if let Some(id) = known
            && let Node { parent: of, segment: Segment::Key(name), .. } = &self.nodes[id.index()]
            && *of == parent
            && **name == *key
        {
            return known;
        }
        let found = self.find_key(parent, key)?;
        match after {
            Some(after) => self.nodes[after.index()].next = Some(found),
            None => self.nodes[parent.index()].first = Some(found),
        }
        Some(found)
    }

    /// Returns the id one step below `parent`, if it was seen.
    #[must_use]
    pub fn find_child(&self, parent: PathId, segment: &Segment) -> Option<PathId> {
        let node = &self.nodes[parent.index()];
        match segment {
            Segment::Key(key) => node.keys.get(key).copied(),
            other => node.others.iter().find(|(known, _)| known == other).map(|(_, id)| *id),
        }
    }

    /// Returns the id of `path`, if it was seen.
    #[must_use]
    pub fn find(&self, path: &JsonPath) -> Option<PathId> {
        path.segments().iter().try_fold(PathId::ROOT, |id, segment| self.find_child(id, segment))
    }

    /// Returns the id one step below `parent`, new if need be.
    pub fn child(&mut self, parent: PathId, segment: &Segment) -> PathId {
        if let Some(id) = self.find_child(parent, segment) {
            return id;
        }
        let id = PathId(cast::to_u32(self.nodes.len()));
        self.nodes.push(Node::new(parent, segment.clone()));
        let node = &mut self.nodes[parent.index()];
        match segment {
            Segment::Key(key) => {
                node.keys.insert(key.clone(), id);
            }
            other => node.others.push((other.clone(), id)),
        }
        id
    }

    /// Returns the id of `path`, new if need be.
    pub fn insert(&mut self, path: &JsonPath) -> PathId {
        path.segments().iter().fold(PathId::ROOT, |id, segment| self.child(id, segment))
    }

    /// Returns the parent; the root is its own.
    #[must_use]
    pub fn parent(&self, id: PathId) -> PathId {
        self.nodes[id.index()].parent
    }

    /// Returns the last step of a path; `None` for the root.
    #[must_use]
    pub fn segment(&self, id: PathId) -> Option<&Segment> {
        (id != PathId::ROOT).then(|| &self.nodes[id.index()].segment)
    }

    /// Returns the number of named members known below `id`.
    #[must_use]
    pub fn n_keys(&self, id: PathId) -> usize {
        self.nodes[id.index()].keys.len()
    }

    /// Returns the children: named members in key order, then the others in order of appearance.
    pub fn children(&self, id: PathId) -> impl Iterator<Item = PathId> {
        let node = &self.nodes[id.index()];
        node.keys.values().copied().chain(node.others.iter().map(|(_, child)| *child))
    }

    /// Returns the whole path.
    #[must_use]
    pub fn path(&self, id: PathId) -> JsonPath {
        let mut segments = Vec::new();
        let mut at = id;
        while let Some(segment) = self.segment(at) {
            segments.push(segment.clone());
            at = self.parent(at);
        }
        segments.into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a shortcut that leads to a member of the same name in another object.
    #[test]
    fn followed_keys_are_those_that_are_found() {
        let mut tree = PathTree::default();
        for path in ["$.a", "$.b", "$.c", "$.a.a", "$.a.b", "$.b.b"] {
            tree.insert(&JsonPath::parse(path).unwrap());
        }
        let inner = tree.find_key(PathId::ROOT, "a").unwrap();
        let keys = ["a", "b", "c", "c", "a", "missing", "b", "a", "b", "a"];
        for parent in [PathId::ROOT, inner, PathId::ROOT] {
            let mut after = None;
            for key in keys.iter().chain(&keys) {
                let found = tree.follow_key(parent, key, after);
                assert_eq!(found, tree.find_key(parent, key), "{key}");
                after = found;
            }
            // One that belongs to another object leads nowhere.
            assert_eq!(tree.follow_key(parent, "b", Some(inner)), tree.find_key(parent, "b"));
        }
    }

    #[test]
    fn ids_are_stable_and_lead_back() {
        let mut tree = PathTree::default();
        let path = JsonPath::parse("$.orders[].id").unwrap();
        let id = tree.insert(&path);
        assert_eq!(tree.insert(&path), id);
        assert_eq!(tree.find(&path), Some(id));
        assert_eq!(tree.path(id), path);
        assert_eq!(tree.path(PathId::ROOT), JsonPath::root());
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.children(PathId::ROOT).count(), 1);
        assert_eq!(tree.find(&JsonPath::parse("$.orders").unwrap()), Some(tree.parent(tree.parent(id))));
    }
}
