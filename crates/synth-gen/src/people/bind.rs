//! From the rules' entities to the fields that show parts of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use synth_core::JsonPath;
use synth_rules::{Entity, EntityPart, Generator};

use super::{Above, Known, PersonField, Who};
use crate::choice::{Choice, Sum};
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::plan::{Kind, Plan};

/// One field of an entity that other fields say something of.
#[derive(Debug)]
pub(crate) struct PersonBond {
    pub(crate) target: usize,
    known: Vec<(EntityPart, usize, u64)>,
}

impl PersonBond {
    /// The nodes whose programs must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.known.iter().map(|(_, node, _)| *node).collect()
    }

    /// Makes the field's values agree with what the others say.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let known = self.known.iter().map(|(part, node, divisor)| Known {
            part: *part,
            site: linker.site(before, *node, None),
            divisor: *divisor,
            programs: programs(plan, *node).into(),
        });
        let known: Vec<Known> = known.collect();
        for field in persons(plan, self.target) {
            field.known.clone_from(&known);
        }
    }
}

/// The programs of a node that show parts of persons.
fn persons(plan: &mut Plan, node: usize) -> impl Iterator<Item = &mut PersonField> {
    plan.nodes[node].kinds.iter_mut().filter_map(|kind| match kind {
        Kind::Scalar(recipe) => Arc::make_mut(recipe).person_mut(),
        Kind::Object | Kind::Array => None,
    })
}

/// How many of a field's values are parts of a person that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Nothing,
    Sometimes,
    Always,
}

impl Shows {
    fn of(kinds: &[Kind]) -> Self {
        let is_part = |kind: &&Kind| matches!(kind, Kind::Scalar(recipe) if recipe.as_person().is_some());
        match kinds.iter().filter(is_part).count() {
            0 => Self::Nothing,
            n if n == kinds.len() => Self::Always,
            _ => Self::Sometimes,
        }
    }
}

impl Linker<'_> {
    /// Tells the fields of every entity which person is theirs.
    pub(crate) fn introduce(&self, plan: &mut Plan) {
        if self.rules.entities.is_empty() {
            return;
        }
        let before = Arc::new(plan.clone());
        for (name, entity) in &self.rules.entities {
            let fields: Vec<(usize, &JsonPath)> = self.shown(name).collect();
            let sources = self.sources(plan, entity, &fields);
            for (node, _) in &fields {
                let above = self.above(&before, entity, *node);
                for field in persons(plan, *node) {
                    if let Some(who) = self.who(name, entity, field) {
                        field.who = who;
                    }
                    field.above.clone_from(&above);
                    field.sources = sources.iter().copied().filter(|(_, source)| source != node).collect();
                }
            }
        }
    }

    /// The fields that show parts of an entity.
    fn shown<'l>(&'l self, name: &'l str) -> impl Iterator<Item = (usize, &'l JsonPath)> {
        self.rules.fields.iter().filter_map(move |(path, rule)| {
            let shows = rule.kinds.iter().any(|kind| match &kind.generator {
                Some(Generator::Faker(faker)) => faker.entity.as_deref() == Some(name),
                _ => false,
            });
            Some((self.node(path).filter(|_| shows)?, path))
        })
    }

    fn who(&self, name: &str, entity: &Entity, field: &PersonField) -> Option<Who> {
        let known = entity
            .locales
            .iter()
            .filter_map(|(locale, weight)| Some((field.world.land_of_locale(locale)?, *weight)));
        let (mut lands, mut weights): (Vec<usize>, Vec<f64>) = known.unzip();
        if lands.is_empty() {
            (lands, weights) = (vec![0], vec![1.0]);
        }
        let choice = Choice::fit(&weights, Sum::Normalize).ok()?;
        Some(Who { seed: self.seed.child("entity").child(name), lands, choice })
    }

    /// The fields that say something of an entity: those it follows, and its own parts.
    fn sources(
        &self,
        plan: &Plan,
        entity: &Entity,
        fields: &[(usize, &JsonPath)],
    ) -> Vec<(EntityPart, usize)> {
        let followed = entity.follows.iter().filter_map(|(part, _, path)| Some((part, self.node(path)?)));
        let followed: Vec<(EntityPart, usize)> = followed.collect();
        let own = fields.iter().filter_map(|(node, _)| {
            let mut recipes = plan.nodes[*node].kinds.iter().filter_map(|kind| match kind {
                Kind::Scalar(recipe) => recipe.as_person(),
                Kind::Object | Kind::Array => None,
            });
            Some((EntityPart::of_method(recipes.next()?.method())?, *node))
        });
        let is_new = |(part, _): &(EntityPart, usize)| !followed.iter().any(|(known, _)| known == part);
        let own: Vec<(EntityPart, usize)> = own.filter(is_new).collect();
        [followed, own].concat()
    }

    /// Where the object stands that has the person, when the field stands in an array below it.
    fn above(&self, before: &Arc<Plan>, entity: &Entity, node: usize) -> Option<Above> {
        let object = self.node(&entity.at)?;
        let scopes = (before.nodes[node].scope, before.nodes[object].scope);
        let divisor = divisor(before, scopes.0, scopes.1).filter(|_| scopes.0 != scopes.1)?;
        self.ordinals[scopes.0]?;
        Some(Above { site: self.site(before, object, None), divisor })
    }

    /// The fields of entities that nothing else decides, with the fields they follow: those that are no part of the
    /// entity by themselves, and those that something else decides.
    pub(crate) fn persons(&self, plan: &Plan, bound: &BTreeSet<usize>) -> Vec<PersonBond> {
        let mut bonds = Vec::new();
        for (at, node) in plan.nodes.iter().enumerate() {
            let mut recipes = node.kinds.iter().filter_map(|kind| match kind {
                Kind::Scalar(recipe) => recipe.as_person(),
                Kind::Object | Kind::Array => None,
            });
            let Some(person) = recipes.next().filter(|person| !person.sources.is_empty()) else { continue };
            let kind_of = |node: usize| Shows::of(&plan.nodes[node].kinds);
            let own_part = EntityPart::of_method(person.method());
            // A field that is partly a list comes before what is smaller than it: a country, its region, its city.
            let is_led = |(part, source): &&(EntityPart, usize)| match kind_of(*source) {
                _ if bound.contains(source) => true,
                Shows::Nothing | Shows::Sometimes => {
                    own_part.is_none_or(|own| kind_of(at) == Shows::Always || *part < own)
                }
                Shows::Always => false,
            };
            let known: Vec<(EntityPart, usize, u64)> = person
                .sources
                .iter()
                .filter(is_led)
                .filter_map(|(part, source)| {
                    let of = plan.nodes[*source].scope;
                    self.ordinals[of].and(self.ordinals[node.scope])?;
                    Some((*part, *source, divisor(plan, node.scope, of)?))
                })
                .collect();
            if !known.is_empty() && !bound.contains(&at) {
                bonds.push(PersonBond { target: at, known });
            }
        }
        bonds
    }
}
