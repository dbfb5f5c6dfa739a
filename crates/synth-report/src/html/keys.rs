//! The references between collections as a drawing: boxes of collections in columns, lines from those that refer to those
//! that are referred to.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, Segment};

use super::view::{count_text, shortened};
use crate::references::ReferenceOutcome;

/// Collections that are drawn; of more, those with the most references.
const MAX_NODES: usize = 30;
/// Characters of a name that fit into a box.
const MAX_CHARS: usize = 24;
/// Size of a box and of the gaps between them.
const WIDTH: usize = 180;
const HEIGHT: usize = 30;
const GAP_X: usize = 90;
const GAP_Y: usize = 16;
const MARGIN: usize = 8;

pub(super) struct GraphView {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) nodes: Vec<NodeView>,
    pub(super) edges: Vec<EdgeView>,
    pub(super) n_more: usize,
    pub(super) n_broken: usize,
}

pub(super) struct NodeView {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) text_x: usize,
    pub(super) text_y: usize,
    pub(super) name: String,
    pub(super) title: String,
}

pub(super) struct EdgeView {
    /// The curve, in the words of SVG.
    pub(super) path: String,
    pub(super) class: &'static str,
    pub(super) title: String,
    /// Where the arrow ends.
    pub(super) arrow: String,
}

impl GraphView {
    /// `None` where nothing refers to anything.
    pub(super) fn new(references: &[ReferenceOutcome]) -> Option<Self> {
        let ends: Vec<[String; 2]> =
            references.iter().map(|one| [collection(&one.child), collection(&one.parent)]).collect();
        let mut weights: BTreeMap<&str, usize> = BTreeMap::new();
        ends.iter().flatten().for_each(|name| *weights.entry(name).or_default() += 1);
        let mut names: Vec<(&str, usize)> = weights.into_iter().collect();
        names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let n_more = names.len().saturating_sub(MAX_NODES);
        let shown: BTreeSet<&str> = names.into_iter().take(MAX_NODES).map(|(name, _)| name).collect();
        if shown.is_empty() {
            return None;
        }
        let drawn: Vec<(&ReferenceOutcome, [&str; 2])> = references
            .iter()
            .zip(&ends)
            .map(|(one, [child, parent])| (one, [child.as_str(), parent.as_str()]))
            .filter(|(_, ends)| ends.iter().all(|name| shown.contains(name)))
            .collect();
        let places = places(&shown, &drawn.iter().map(|(_, ends)| *ends).collect::<Vec<_>>());
        let n_columns = places.values().map(|(column, _)| column + 1).max().unwrap_or(1);
        let n_rows = places.values().map(|(_, row)| row + 1).max().unwrap_or(1);
        Some(Self {
            width: 2 * MARGIN + n_columns * WIDTH + (n_columns - 1) * GAP_X + GAP_X / 2,
            height: 2 * MARGIN + n_rows * HEIGHT + (n_rows - 1) * GAP_Y,
            nodes: places.iter().map(|(name, place)| NodeView::new(name, *place)).collect(),
            edges: drawn
                .iter()
                .map(|(one, ends)| EdgeView::new(one, ends.map(|name| places[name])))
                .collect(),
            n_more,
            n_broken: references.iter().filter(|one| !one.holds).count(),
        })
    }
}

/// The path of the rows that a field belongs to: up to its last array or dictionary.
fn collection(field: &str) -> String {
    let first = field.split(", ").next().unwrap_or(field);
    let Ok(path) = JsonPath::parse(first) else { return first.to_owned() };
    let is_many = |segment: &Segment| matches!(segment, Segment::Elements | Segment::Members);
    let end = path.segments().iter().rposition(is_many).map_or(0, |at| at + 1);
    path.segments()[..end].iter().fold(JsonPath::root(), |path, step| path.join(step.clone())).to_string()
}

/// Column and row of each box: what refers to nothing stands first, what refers to it one column later; circles are cut.
fn places<'n>(names: &BTreeSet<&'n str>, ends: &[[&'n str; 2]]) -> BTreeMap<&'n str, (usize, usize)> {
    let mut columns: BTreeMap<&str, usize> = names.iter().map(|name| (*name, 0)).collect();
    for _ in 0..names.len() {
        for [child, parent] in ends.iter().filter(|[child, parent]| child != parent) {
            let wanted = (columns[parent] + 1).min(names.len() - 1).min(5);
            if columns[child] < wanted {
                columns.insert(child, wanted);
            }
        }
    }
    let mut filled: BTreeMap<usize, usize> = BTreeMap::new();
    let mut place = |column: usize| {
        let row = filled.entry(column).or_default();
        *row += 1;
        (column, *row - 1)
    };
    columns.into_iter().map(|(name, column)| (name, place(column))).collect()
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (MARGIN + column * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y))
}

impl NodeView {
    fn new(name: &str, place: (usize, usize)) -> Self {
        let (x, y) = corner(place);
        let shown = name.strip_prefix("$.").unwrap_or(name);
        let n_chars = shown.chars().count();
        let short: String = shown.chars().skip(n_chars.saturating_sub(MAX_CHARS - 1)).collect();
        Self {
            x,
            y,
            width: WIDTH,
            height: HEIGHT,
            text_x: x + 10,
            text_y: y + HEIGHT / 2 + 4,
            name: if n_chars > MAX_CHARS { format!("…{short}") } else { shown.to_owned() },
            title: shortened(name),
        }
    }
}

impl EdgeView {
    /// From the left side of the box that refers to the right side of the one referred to.
    fn new(one: &ReferenceOutcome, [child, parent]: [(usize, usize); 2]) -> Self {
        let ((from_x, from_y), (to_x, to_y)) = (corner(child), corner(parent));
        let (from_y, to_y, end) = (from_y + HEIGHT / 2, to_y + HEIGHT / 2, to_x + WIDTH);
        let path = if child.0 > parent.0 {
            let bend = GAP_X / 2;
            format!("M{from_x} {from_y}C{} {from_y} {} {to_y} {} {to_y}", from_x - bend, end + bend, end + 6)
        } else {
            // A reference to itself, or against the order: around the right side.
            let (start, out) = (from_x + WIDTH, end.max(from_x + WIDTH) + GAP_X / 3);
            format!("M{start} {}C{out} {} {out} {to_y} {} {to_y}", from_y - 10, from_y - 16, end + 6)
        };
        let orphans = match one.n_orphans {
            0 => "all name something".to_owned(),
            n => format!("{} name nothing", count_text(n)),
        };
        Self {
            path,
            class: if one.holds { "kept" } else { "broken" },
            title: format!(
                "{} refers to {}: of {} values {orphans}",
                shortened(&one.child),
                shortened(&one.parent),
                count_text(one.n_values)
            ),
            arrow: format!("{},{to_y} {},{} {},{}", end, end + 8, to_y - 4, end + 8, to_y + 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(child: &str, parent: &str, holds: bool) -> ReferenceOutcome {
        let (child, parent) = (child.to_owned(), parent.to_owned());
        ReferenceOutcome { child, parent, n_values: 10, n_orphans: u64::from(!holds), allowed: 0.0, holds }
    }

    /// Catches a drawing that never ends on circles, and one that loses what is broken.
    #[test]
    fn circles_and_references_to_oneself_are_drawn() {
        let graph = GraphView::new(&[
            reference("$.a[].b", "$.b[].id", true),
            reference("$.b[].a", "$.a[].id", false),
            reference("$.a[].parent", "$.a[].id", true),
            reference("$.c[].x.a, $.c[].x.n", "$.a[].id, $.a[].n", true),
        ])
        .unwrap();
        assert_eq!((graph.nodes.len(), graph.edges.len(), graph.n_broken), (3, 4, 1));
        assert_eq!(graph.edges.iter().filter(|edge| edge.class == "broken").count(), 1);
        let inside =
            |node: &NodeView| node.x + node.width <= graph.width && node.y + node.height <= graph.height;
        assert!(graph.nodes.iter().all(inside));
    }

    #[test]
    fn those_that_refer_stand_behind() {
        let graph = GraphView::new(&[
            reference("$.lines[].order", "$.orders[].id", true),
            reference("$.orders[].customer", "$.customers[].id", true),
        ])
        .unwrap();
        let x = |name: &str| graph.nodes.iter().find(|node| node.name == name).unwrap().x;
        assert!(x("customers[]") < x("orders[]") && x("orders[]") < x("lines[]"));
        assert!(GraphView::new(&[]).is_none());
    }
}
