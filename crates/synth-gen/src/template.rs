//! The generator `template`: text with slots.

use synth_core::{Seed, cast};
use synth_rules::generator::{FakerMethod, Pattern, Template};

use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, Values};
use crate::draw::{Draws, Picks};
use crate::error::ErrorKind;
use crate::faker::{self, EXAMPLE_DOMAINS, FakerData};
use crate::language::Language;
use crate::pattern::languages;

/// Fills the slots of a template.
#[derive(Debug, Clone)]
pub(crate) struct Templates {
    /// The parts of each text.
    texts: Vec<Vec<Part>>,
    choice: Choice,
    slots: Vec<SlotProgram>,
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

/// How a slot of the rules is filled.
#[derive(Debug, Clone)]
enum SlotProgram {
    Listed(Vec<String>, Choice),
    Language(Box<Language>),
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(String),
    Number,
    Domain,
    First,
    Last,
    Faker(FakerMethod),
    /// One of the rules' own slots.
    Own(usize),
}

impl Templates {
    pub(crate) fn compile(template: &Template, seed: Seed) -> Result<Self, ErrorKind> {
        let template = template.resolved();
        if let Some(file) = template.file() {
            return Err(ErrorKind::MissingLibrary { file: file.to_owned() });
        }
        let domains = if template.domains.is_empty() {
            EXAMPLE_DOMAINS.map(str::to_owned).to_vec()
        } else {
            template.domains.clone()
        };
        let own: Vec<&str> = template.slots.keys().map(String::as_str).collect();
        let texts: Vec<Vec<Part>> =
            template.texts().map(|text| parse(text, &own)).collect::<Result<_, _>>()?;
        if texts.is_empty() {
            return Err(ErrorKind::EmptyList { what: "templates" });
        }
        if !template.probs.is_empty() && template.probs.len() != texts.len() {
            let (n_left, n_right) = (texts.len(), template.probs.len());
            return Err(ErrorKind::LengthMismatch { left: "templates", right: "probs", n_left, n_right });
        }
        let choice = Choice::fit_or_even(&template.probs, texts.len(), Sum::MustBeOne)?;
        let slots = template.slots.values().map(slot_program).collect::<Result<_, _>>()?;
        let (data, draws) = (FakerData::new(), seed.child("slots"));
        Ok(Self { texts, choice, slots, domains, data, draws, numbering: Numbering::Random })
    }

    /// Makes every text different by its number.
    pub(crate) fn unique(mut self) -> Result<Self, ErrorKind> {
        let readable = match &self.texts[..] {
            [parts] => number_is_readable(parts),
            _ => Err("several templates may make the same text"),
        };
        readable.map_err(|reason| ErrorKind::CannotBeUnique { generator: "template", reason })?;
        self.numbering = Numbering::Ordinal;
        Ok(self)
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_text(out, |slot, out| self.write(slot, out));
    }

    fn write(&self, slot: Slot, out: &mut String) {
        let mut draws = Draws::new(self.draws.bits(slot.address));
        let parts = match &self.texts[..] {
            [parts] => parts,
            texts => &texts[self.choice.pick(self.draws.child("which").uniform(slot.address))],
        };
        for part in parts {
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
                Part::Own(at) => match &self.slots[*at] {
                    SlotProgram::Listed(values, choice) => {
                        out.push_str(&values[choice.pick(draws.uniform())]);
                    }
                    SlotProgram::Language(language) => language.sample(&mut draws, out),
                },
                Part::Faker(method) => self.data.write(*method, &mut draws, out),
            }
        }
    }
}

fn slot_program(slot: &synth_rules::generator::Slot) -> Result<SlotProgram, ErrorKind> {
    if let Some(pattern) = &slot.pattern {
        let pattern = Pattern { patterns: vec![pattern.clone()], probs: Vec::new() };
        let language =
            languages(&pattern)?.into_iter().next().ok_or(ErrorKind::EmptyList { what: "pattern" })?;
        return Ok(SlotProgram::Language(Box::new(language)));
    }
    if slot.values.is_empty() {
        return Err(ErrorKind::EmptyList { what: "values" });
    }
    if !slot.probs.is_empty() && slot.probs.len() != slot.values.len() {
        let (n_left, n_right) = (slot.values.len(), slot.probs.len());
        return Err(ErrorKind::LengthMismatch { left: "values", right: "probs", n_left, n_right });
    }
    let choice = Choice::fit_or_even(&slot.probs, slot.values.len(), Sum::MustBeOne)?;
    Ok(SlotProgram::Listed(slot.values.clone(), choice))
}

fn parse(template: &str, own: &[&str]) -> Result<Vec<Part>, ErrorKind> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or(ErrorKind::OpenSlot)?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(slot(name.trim(), own)?);
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Ok(parts)
}

fn slot(name: &str, own: &[&str]) -> Result<Part, ErrorKind> {
    if let Some(at) = own.iter().position(|known| *known == name) {
        return Ok(Part::Own(at));
    }
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
        let template = Template {
            template: template.to_owned(),
            domains: vec!["acme.example".to_owned()],
            ..Template::default()
        };
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
        assert_eq!(parse("{{nope}}", &[]), Err(ErrorKind::UnknownSlot { name: "nope".into() }));
        assert_eq!(parse("a {{num", &[]), Err(ErrorKind::OpenSlot));
    }

    #[test]
    fn uniqueness_needs_a_readable_number() {
        let check = |template| number_is_readable(&parse(template, &[]).unwrap()).is_ok();
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
