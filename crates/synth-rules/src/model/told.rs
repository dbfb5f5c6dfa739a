//! The model of one field in words.

use synth_core::{JsonPath, math};
use synth_stats::joint::{Node, Tree};

use super::words::Words;
use super::{FieldModel, JointModel, ModelKind, ModelPart, TableModel};
use crate::rule_set::RuleSet;

/// Levels of a tree that are told.
const MAX_LEVELS: usize = 4;
/// Nodes with fewer rows than this share of all are not split further in words.
const MIN_SHARE: f64 = 0.01;
/// Correlations below this are not told.
const MIN_CORRELATION: f64 = 0.1;
/// Leaves of a tree that is told in one line each.
const MAX_LEAVES: usize = 6;
/// Fields that follow from a field and are named.
const N_NAMED: usize = 5;

impl JointModel {
    /// Says in sentences how the joint model makes the field at a path, or the length of what stands there; none when it does
    /// not. Lines of a tree are indented by what they stand below.
    #[must_use]
    pub fn explain(&self, rules: &RuleSet, path: &JsonPath) -> Vec<String> {
        let mut lines = Vec::new();
        let is_drawn = |table: &TableModel| table.fields.iter().any(|field| field.path == *path);
        if !self.tables.iter().any(is_drawn) {
            self.tell_followers(path, &mut lines);
        }
        for (at, table) in self.tables.iter().enumerate() {
            for (place, field) in table.fields.iter().enumerate() {
                let is_length =
                    field.part == ModelPart::Length && path.parent().as_ref() == Some(&field.path);
                if field.path == *path || is_length {
                    self.tell((at, place), &Words { rules, model: self }, &mut lines);
                }
            }
        }
        lines
    }

    fn tell(&self, (table, place): (usize, usize), words: &Words<'_>, lines: &mut Vec<String>) {
        let field = &self.tables[table].fields[place];
        let what = match field.part {
            ModelPart::Value => "it",
            ModelPart::Length => "the length",
            ModelPart::Gap => "the distance from the field below it",
        };
        self.correlated(table, place, lines);
        if let Some(walk) = &field.walk {
            lines.push(format!("joint model: {}", walk.words(&self.tables[table].path)));
        }
        let looked_at = self.looked_at(table, field);
        if !looked_at.is_empty() {
            let named: Vec<String> = looked_at
                .iter()
                .filter(|(_, share)| *share >= MIN_SHARE)
                .map(|(path, share)| format!("{path} ({})", percent(*share)))
                .collect();
            let kind = if field.model == ModelKind::BayesNet { "table" } else { "tree" };
            lines.push(format!("joint model: {what} follows from {}", named.join(", ")));
            lines.push(format!(
                "together they take away {} of its uncertainty; its {kind} has {} leaves:",
                percent(field.explained().get()),
                field.tree.n_leaves()
            ));
            let telling = Telling { words, table, field, counts: field.tree.node_counts() };
            telling.node((0, 0), "", lines);
        }
        self.tell_followers(&field.path, lines);
    }

    /// Names the fields that follow from a field, which the model may not draw itself.
    fn tell_followers(&self, path: &JsonPath, lines: &mut Vec<String>) {
        let followers = self.followers(path);
        if !followers.is_empty() {
            let more = followers.len().saturating_sub(N_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named: Vec<String> = followers.iter().take(N_NAMED).map(ToString::to_string).collect();
            lines.push(format!("joint model: {} follow from it{more}", named.join(", ")));
        }
    }

    /// Says which fields of a copula go with a field.
    fn correlated(&self, table: usize, place: usize, lines: &mut Vec<String>) {
        let TableModel { fields, copulas, .. } = &self.tables[table];
        for copula in copulas {
            let Some(own) = copula.fields.iter().position(|field| usize::from(*field) == place) else {
                continue;
            };
            let correlation = |other: usize| {
                let row = copula.correlations.get(own.max(other));
                row.and_then(|row| row.get(own.min(other))).copied().unwrap_or(0.0)
            };
            let mut others: Vec<(f64, &JsonPath)> = (0..copula.fields.len())
                .filter(|other| *other != own)
                .map(|other| (correlation(other), &fields[usize::from(copula.fields[other])].path))
                .collect();
            others.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
            let told = others.iter().filter(|(correlation, _)| correlation.abs() >= MIN_CORRELATION);
            let told: Vec<String> =
                told.map(|(correlation, path)| format!("{path} ({correlation})")).collect();
            if told.is_empty() {
                lines.push("joint model: a copula binds it, but hardly to any field".to_owned());
            } else {
                lines.push(format!("joint model: it goes, by rank, with {}", told.join(", ")));
            }
        }
    }

    /// The fields whose trees look at a field first.
    fn followers(&self, path: &JsonPath) -> Vec<&JsonPath> {
        let mut followers = Vec::new();
        for (at, other) in self.tables.iter().enumerate() {
            for field in &other.fields {
                let names =
                    |named: &(JsonPath, f64)| named.0 == *path && named.1 >= super::depends::NAMED_SHARE;
                if field.path != *path && self.looked_at(at, field).iter().any(names) {
                    followers.push(&field.path);
                }
            }
        }
        followers
    }

    /// Says a small tree in one line for each leaf: its conditions, and what it makes likely; none for a large one.
    pub(crate) fn small_tree(&self, rules: &RuleSet, (table, field): (usize, &FieldModel)) -> Vec<String> {
        if field.tree.n_leaves() > MAX_LEAVES || field.tree.n_leaves() < 2 {
            return Vec::new();
        }
        let words = Words { rules, model: self };
        let telling = Telling { words: &words, table, field, counts: field.tree.node_counts() };
        let mut lines = Vec::new();
        telling.leaves(0, &mut Vec::new(), &mut lines);
        lines
    }
}

/// A tree on its way into words.
struct Telling<'t> {
    words: &'t Words<'t>,
    table: usize,
    field: &'t FieldModel,
    /// Rows below each node by code.
    counts: Vec<Vec<(u16, u32)>>,
}

impl Telling<'_> {
    fn tree(&self) -> &Tree {
        &self.field.tree
    }

    fn n_rows(&self, node: usize) -> u32 {
        self.counts[node].iter().map(|(_, count)| *count).sum()
    }

    fn outcomes(&self, node: usize) -> String {
        self.words.outcomes(self.field, &self.counts[node])
    }

    /// A node and what stands below it, `head` being the condition that leads to it.
    fn node(&self, (node, level): (usize, usize), head: &str, lines: &mut Vec<String>) {
        let indent = "  ".repeat(level);
        let is_small = f64::from(self.n_rows(node)) < MIN_SHARE * f64::from(self.n_rows(0));
        match &self.tree().nodes[node] {
            Node::Split { feature, split, then, otherwise } if level < MAX_LEVELS && !is_small => {
                if !head.is_empty() {
                    lines.push(format!("{indent}{head}:"));
                }
                let looked_at = self.field.features[usize::from(*feature)];
                let condition = self.words.condition(self.table, looked_at, |code| split.takes(code));
                self.node((*then as usize, level + 1), &format!("if {condition}"), lines);
                self.node((*otherwise as usize, level + 1), "otherwise", lines);
            }
            Node::Split { .. } => {
                let more = self.n_leaves(node);
                lines.push(format!("{indent}{head}: {}; {more} leaves tell more", self.outcomes(node)));
            }
            Node::Leaf(_) => lines.push(format!("{indent}{head}: {}", self.outcomes(node))),
        }
    }

    fn n_leaves(&self, node: usize) -> usize {
        match &self.tree().nodes[node] {
            Node::Split { then, otherwise, .. } => {
                self.n_leaves(*then as usize) + self.n_leaves(*otherwise as usize)
            }
            Node::Leaf(_) => 1,
        }
    }

    fn leaves(&self, node: usize, conditions: &mut Vec<String>, lines: &mut Vec<String>) {
        match &self.tree().nodes[node] {
            Node::Split { feature, split, then, otherwise } => {
                let looked_at = self.field.features[usize::from(*feature)];
                for (child, is_first) in [(*then, true), (*otherwise, false)] {
                    let takes = |code: u16| split.takes(code) == is_first;
                    conditions.push(self.words.condition(self.table, looked_at, takes));
                    self.leaves(child as usize, conditions, lines);
                    conditions.pop();
                }
            }
            Node::Leaf(_) => lines.push(format!("{}: {}", conditions.join(" and "), self.outcomes(node))),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", math::round(100.0 * share))
}
