//! Tagged unions: which fields are there, and of which types, follows from the value of a discriminator.

use std::collections::BTreeMap;

use synth_core::{JsonPath, PathId, cast};
use synth_rules::{Literal, RuleSet, TypeShares, ValueKind, ValueType, Variants};

use crate::choice::{Choice, Sum};
use crate::error::{ErrorKind, Errors};
use crate::outline::Outline;
use crate::plan::{CaseColumn, Form, Forms, Kind, Plan};

/// Adds the case columns of all variants to the plan, and the presence tables that read them.
pub(crate) fn compile(
    rules: &RuleSet,
    outline: &Outline<'_>,
    (plan, node_of): (&mut Plan, &BTreeMap<PathId, usize>),
    errors: &mut Errors,
) {
    // The innermost object's word is heard first.
    let mut all: Vec<(&JsonPath, &Variants)> = rules.variants.iter().collect();
    all.sort_by_key(|(object, _)| std::cmp::Reverse(object.segments().len()));
    let find = |path: &JsonPath| outline.tree.find(path).and_then(|id| node_of.get(&id).copied());
    for (object, variants) in all {
        let Some(above) = find(object) else {
            errors.push(ErrorKind::UnknownPath { path: object.to_string() }, object);
            continue;
        };
        let tables = discriminator(plan, variants, (above, find(&variants.discriminator)));
        let Some((discriminator, tables)) = errors.keep(tables, object) else { continue };
        let null_case = variants.cases.iter().position(|case| case.when == Literal::Null);
        let null_case = null_case.map_or(0, |case| cast::to_u32(case) + 1);
        let columns = BTreeMap::new();
        let mut union = Union { plan: &mut *plan, discriminator, tables, null_case, columns };
        for (path, rates) in presence_by_path(variants) {
            let node = find(path).filter(|_| path.starts_with(object) && path != object);
            match node {
                Some(node) => union.bind(node, rates),
                None => errors.push(ErrorKind::UnknownPath { path: path.to_string() }, object),
            }
        }
        for path in variants.typed() {
            let node = find(path).filter(|_| path.starts_with(object));
            let forms = node.map(|node| forms(rules, (path, variants), union.plan.nodes[node].kinds.len()));
            match (node, forms) {
                (Some(node), Some(forms)) => union.bind_forms(node, forms),
                _ => errors.push(ErrorKind::UnknownPath { path: path.to_string() }, object),
            }
        }
    }
}

/// Returns what the values of a path are for no case and for each case; kinds of one type keep their shares of it.
fn forms(rules: &RuleSet, (path, variants): (&JsonPath, &Variants), n_kinds: usize) -> Vec<Option<Form>> {
    let decides_null = variants.decide_null(path);
    let kinds = rules.fields.get(path).map(|rule| &rule.kinds[..]).filter(|kinds| kinds.len() == n_kinds);
    let form = |shares: &TypeShares| {
        let share = |kind: &ValueKind| {
            let of_type = ValueType::of(kind);
            let alike = kinds.into_iter().flatten().filter(|other| ValueType::of(other) == of_type);
            let total: f64 = alike.map(|other| other.share.get()).sum();
            if total > 0.0 { shares.share(of_type).get() * kind.share.get() / total } else { 0.0 }
        };
        let weights: Vec<f64> = kinds.into_iter().flatten().map(share).collect();
        Form {
            null_rate: decides_null.then(|| shares.share(ValueType::Null).get()),
            kinds: Choice::fit(&weights, Sum::Normalize).ok().filter(|_| weights.len() > 1),
        }
    };
    let cases = variants.cases.iter().map(|case| case.types.get(path).map(form));
    std::iter::once(None).chain(cases).collect()
}

/// Returns the presence of each governed path for no case, which is NaN, and for each case.
fn presence_by_path(variants: &Variants) -> BTreeMap<&JsonPath, Vec<f64>> {
    let rates = |path: &JsonPath| {
        let cases = variants.cases.iter().map(|case| case.presence(path).get());
        std::iter::once(f64::NAN).chain(cases).collect()
    };
    variants.fields().into_iter().map(|path| (path, rates(path))).collect()
}

/// Returns the node of the discriminator and, for each of its kinds, the case of each literal.
fn discriminator(
    plan: &Plan,
    variants: &Variants,
    (object, node): (usize, Option<usize>),
) -> Result<(usize, Vec<Vec<u32>>), ErrorKind> {
    let path = || variants.discriminator.to_string();
    let node = node.ok_or_else(|| ErrorKind::UnknownPath { path: path() })?;
    if levels_between(plan, plan.nodes[object].scope, plan.nodes[node].scope).is_none() {
        return Err(ErrorKind::DiscriminatorNotAbove { path: path() });
    }
    let wanted: Vec<Literal> = variants.cases.iter().map(|case| case.when.clone()).collect();
    let table = |kind: &Kind| match kind {
        Kind::Scalar(recipe) => recipe.cases(&wanted).map(|cases| {
            cases.into_iter().map(|case| case.map_or(0, |case| cast::to_u32(case) + 1)).collect::<Vec<u32>>()
        }),
        Kind::Object | Kind::Array => None,
    };
    let tables: Vec<Option<Vec<u32>>> = plan.nodes[node].kinds.iter().map(table).collect();
    if tables.iter().all(Option::is_none) && !tables.is_empty() {
        return Err(ErrorKind::BadDiscriminator { path: path() });
    }
    Ok((node, tables.into_iter().map(Option::unwrap_or_default).collect()))
}

/// One union while its fields are bound to it.
struct Union<'a> {
    plan: &'a mut Plan,
    discriminator: usize,
    tables: Vec<Vec<u32>>,
    /// The case of null.
    null_case: u32,
    /// Its case column in each scope that needs one.
    columns: BTreeMap<usize, usize>,
}

impl Union<'_> {
    /// Makes the presence of a node follow the discriminator.
    fn bind(&mut self, node: usize, rates: Vec<f64>) {
        let scope = self.plan.nodes[node].scope;
        let column = self.columns.get(&scope).copied().unwrap_or_else(|| self.add_column(scope));
        self.plan.nodes[node].presence.by_case.push((column, rates));
    }

    /// Makes the kind of a node, or whether it is null, follow the discriminator.
    fn bind_forms(&mut self, node: usize, cases: Vec<Option<Form>>) {
        let scope = self.plan.nodes[node].scope;
        let column = self.columns.get(&scope).copied().unwrap_or_else(|| self.add_column(scope));
        self.plan.nodes[node].forms.push(Forms { column, cases, parts: None });
    }

    fn add_column(&mut self, scope: usize) -> usize {
        let target = self.plan.nodes[self.discriminator].scope;
        let levels = levels_between(self.plan, scope, target)
            .expect("the scope is that of the object or below it, and the discriminator's is above");
        let (discriminator, tables, null_case) = (self.discriminator, self.tables.clone(), self.null_case);
        let new = CaseColumn { scope, discriminator, levels, tables, null_case };
        // Unions that tell the same cases apart share a column.
        let known = self.plan.case_columns.iter().position(|column| *column == new);
        let column = known.unwrap_or(self.plan.case_columns.len());
        if known.is_none() {
            self.plan.case_columns.push(new);
        }
        self.columns.insert(scope, column);
        column
    }
}

/// Returns how many scopes `target` is above `scope`, if it is.
fn levels_between(plan: &Plan, scope: usize, target: usize) -> Option<usize> {
    let chain = std::iter::successors(Some(scope), |scope| plan.scopes[*scope].above);
    chain.into_iter().position(|scope| scope == target)
}
