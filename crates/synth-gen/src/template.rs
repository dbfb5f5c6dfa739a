//! The generator `template`: text with slots.

use synth_core::{Seed, cast};
use synth_rules::generator::{FakerMethod, Template};

use crate::column::{Slot, Slots, Values};
use crate::draw::{Draws, Picks};
use crate::error::ErrorKind;
use crate::faker::{self, EXAMPLE_DOMAINS, FakerData};

/// Fills the slots of a template.
#[derive(Debug, Clone)]
pub(crate) struct Templates {
    parts: Vec<Part>,
    domains: Vec<String>,
    data: FakerData,
    draws: Seed,
    numbering: Numbering,
}

/// Where the slot `num` takes its number from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbering {
    /// A random number from 1 to 9999.
    Random,
    /// The ordinal, counted from 1, so that no two texts are equal.
    Ordinal,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(String),
    Number,
    Domain,
    First,
    Last,
    Faker(FakerMethod),
}

impl Templates {
    pub(crate) fn compile(template: &Template, seed: Seed) -> Result<Self, ErrorKind> {
        let domains = if template.domains.is_empty() {
            EXAMPLE_DOMAINS.map(str::to_owned).to_vec()
        } else {
            template.domains.clone()
        };
        let parts = parse(&template.template)?;
        let draws = seed.child("slots");
        Ok(Self { parts, domains, data: FakerData::new(), draws, numbering: Numbering::Random })
    }

    /// Makes every text different by its number.
    pub(crate) fn unique(mut self) -> Result<Self, ErrorKind> {
        number_is_readable(&self.parts)
            .map_err(|reason| ErrorKind::CannotBeUnique { generator: "template", reason })?;
        self.numbering = Numbering::Ordinal;
        Ok(self)
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| self.write(slot, out));
    }

    fn write(&self, slot: Slot, out: &mut String) {
        let mut draws = Draws::new(self.draws.bits(slot.address));
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Number if self.numbering == Numbering::Ordinal => {
                    faker::write_number(slot.ordinal.saturating_add(1), 1, out);
                }
                Part::Number => faker::write_number(1 + draws.pick(9999), 1, out),
                Part::Domain => {
                    let at = draws.pick(cast::to_u64(self.domains.len()));
                    out.push_str(&self.domains[cast::to_usize(at)]);
                }
                Part::First => faker::write_lower_first(&mut draws, out),
                Part::Last => faker::write_lower_last(&mut draws, out),
                Part::Faker(method) => self.data.write(*method, &mut draws, out),
            }
        }
    }
}

fn parse(template: &str) -> Result<Vec<Part>, ErrorKind> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or(ErrorKind::OpenSlot)?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(slot(name.trim())?);
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Ok(parts)
}

fn slot(name: &str) -> Result<Part, ErrorKind> {
    Ok(match name {
        "num" => Part::Number,
        "domain" => Part::Domain,
        "first" => Part::First,
        "last" => Part::Last,
        _ => {
            let found = FakerMethod::ALL.iter().find(|(known, _)| *known == name);
            let (_, method) = found.ok_or_else(|| ErrorKind::UnknownSlot { name: name.to_owned() })?;
            Part::Faker(*method)
        }
    })
}

/// Checks that the number can be read back from any text the template makes: all that stands before it is
/// free of changing digits, and no digit touches it. Then different numbers make different texts.
fn number_is_readable(parts: &[Part]) -> Result<(), &'static str> {
    let Some(at) = parts.iter().position(|part| *part == Part::Number) else {
        return Err("the template has no slot `num`");
    };
    if !parts[..at].iter().all(|part| matches!(part, Part::Literal(_)) || is_letters(part)) {
        return Err("a slot before `num` may make digits");
    }
    let digit_before = matches!(parts[..at].last(), Some(Part::Literal(text)) if text.ends_with(|c: char| c.is_ascii_digit()));
    let digit_after = match parts.get(at + 1) {
        Some(Part::Literal(text)) => text.starts_with(|c: char| c.is_ascii_digit()),
        Some(part) => !is_letters(part),
        None => false,
    };
    if digit_before || digit_after { Err("a digit may touch the slot `num`") } else { Ok(()) }
}

fn is_letters(part: &Part) -> bool {
    match part {
        Part::First | Part::Last => true,
        Part::Faker(method) => matches!(
            method,
            FakerMethod::Name
                | FakerMethod::FirstName
                | FakerMethod::LastName
                | FakerMethod::CompanyName
                | FakerMethod::City
                | FakerMethod::Region
                | FakerMethod::JobTitle
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(template: &str, ordinal: u64) -> String {
        let template = Template { template: template.to_owned(), domains: vec!["acme.example".to_owned()] };
        let mut out = String::new();
        let templates = Templates::compile(&template, Seed::root(1)).unwrap();
        let templates = templates.clone().unique().unwrap_or(templates);
        templates.write(Slot { address: ordinal, ordinal, uniform: None }, &mut out);
        out
    }

    #[test]
    fn slots_are_filled() {
        let text = made("{{first}}.{{ last }}{{num}}@{{domain}}", 41);
        assert!(
            text.ends_with("42@acme.example") && text.is_ascii() && text == text.to_lowercase(),
            "{text}"
        );
        assert_eq!(made("no slots", 0), "no slots");
        assert!(made("Order {{num}} of {{city}}", 6).starts_with("Order 7 of "));
    }

    #[test]
    fn bad_slots_are_refused() {
        assert_eq!(parse("{{nope}}"), Err(ErrorKind::UnknownSlot { name: "nope".into() }));
        assert_eq!(parse("a {{num"), Err(ErrorKind::OpenSlot));
    }

    #[test]
    fn uniqueness_needs_a_readable_number() {
        let check = |template| number_is_readable(&parse(template).unwrap()).is_ok();
        assert!(check("v2-{{first}}{{num}}@{{domain}}"));
        for bad in [
            "{{first}}",
            "{{ipv4}} {{num}}",
            "1{{num}}",
            "{{num}}2",
            "{{num}}{{postal_code}}",
            "{{num}}{{num}}",
        ] {
            assert!(!check(bad), "{bad}");
        }
    }
}
