//! What relationships have made of a program.

use super::{Program, Recipe, Render};
use crate::value_table::Found;

impl Recipe {
    /// Returns the program of a field whose values were found beforehand.
    pub(crate) fn found(found: Found) -> Self {
        let render = match (found.shows_literals(), found.own().is_text()) {
            (true, _) => found.own().render.clone(),
            (false, true) => Render::Text,
            (false, false) => Render::NumberText,
        };
        Self { program: Program::Found(Box::new(found)), render }
    }

    /// Says in words what decides the values, if it is not the field's own rule.
    pub(crate) fn bound_by(&self) -> Option<&'static str> {
        Some(match &self.program {
            Program::Reference(_) => "takes its values from other rows",
            Program::Renumbered(..) => "is part of a key that is dealt out",
            Program::Formula(_) | Program::Derived(_) => "is computed",
            Program::Joined(_) => "is made of other texts",
            Program::Following(_) => "follows from other fields",
            Program::Ordered(_) => "stands in an order",
            Program::Settled(_) => "is moved to where others want it",
            Program::Tabled(_) | Program::Found(_) => "comes from a table of combinations",
            Program::Person(person) if !person.sources().is_empty() => "is part of a person",
            Program::Distinct(_) => "never repeats in its array",
            Program::Chained(_) => "follows the states of a machine",
            Program::Closed(_) => "ends where it began",
            _ => return None,
        })
    }
}
