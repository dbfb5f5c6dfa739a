//! Rules for texts that share phrases.

use indexmap::IndexMap;
use synth_core::Rate;
use synth_profile::profile::{ChainProfile, PhrasingProfile, TemplatePart, TemplateProfile, TextProfile};

use super::apportion;
use crate::generator::{Generator, MarkovText, Slot, Template};

/// The generator of phrased texts: templates, or a chain of words.
pub(super) fn generator(phrasing: &PhrasingProfile, text: &TextProfile) -> Option<Generator> {
    let evidence = Some(phrasing.reason.clone());
    match (&phrasing.chain, phrasing.templates.is_empty()) {
        (Some(chain), _) => Some(Generator::MarkovText(markov(chain, text, evidence))),
        (None, false) => Some(Generator::Template(template(&phrasing.templates, evidence))),
        (None, true) => None,
    }
}

fn markov(chain: &ChainProfile, text: &TextProfile, evidence: Option<String>) -> MarkovText {
    let mut next: IndexMap<String, IndexMap<String, f64>> = IndexMap::new();
    for row in &chain.rows {
        let after: Vec<&str> = row.after.iter().map(|word| word.as_str()).collect();
        let followers = row.next.iter().map(|(word, n)| (word.as_str().to_owned(), *n as f64));
        next.insert(after.join(" "), followers.collect());
    }
    MarkovText {
        order: chain.order,
        quantiles: text.lengths.percent.clone(),
        lengths: text.lengths.values.clone(),
        next,
        evidence,
    }
}

fn template(templates: &[TemplateProfile], evidence: Option<String>) -> Template {
    let mut all = Template { evidence, ..Template::default() };
    for template in templates {
        let text: String = template.parts.iter().map(|part| part_text(part, &mut all.slots)).collect();
        all.templates.push(text);
    }
    let weights: Vec<u64> =
        templates.iter().map(|template| synth_core::cast::round_to_u64(template.share.get() * 1e6)).collect();
    if let [_] = &all.templates[..] {
        all.template = all.templates.remove(0);
    } else {
        all.probs = apportion(&weights).into_iter().map(Rate::get).collect();
    }
    all
}

fn part_text(part: &TemplatePart, slots: &mut IndexMap<String, Slot>) -> String {
    let slot = match part {
        // A text that looks like a slot would be read as one.
        TemplatePart::Text(text) => return text.as_str().replace("{{", "{ {"),
        TemplatePart::Made(name) => return format!("{{{{{name}}}}}"),
        TemplatePart::Pattern(regex) => Slot { pattern: Some(regex.as_str().to_owned()), ..Slot::default() },
        TemplatePart::Words(words) => {
            let counts: Vec<u64> = words.iter().map(|(_, n)| *n).collect();
            Slot {
                values: words.iter().map(|(word, _)| word.as_str().to_owned()).collect(),
                probs: apportion(&counts).into_iter().map(Rate::get).collect(),
                pattern: None,
            }
        }
    };
    let kind = if slot.pattern.is_some() { "code" } else { "word" };
    let known = slots.iter().find(|(_, known)| **known == slot).map(|(name, _)| name.clone());
    let name = known.unwrap_or_else(|| {
        let n = slots.keys().filter(|name| name.starts_with(kind)).count();
        let name = format!("{kind}_{}", n + 1);
        slots.insert(name.clone(), slot);
        name
    });
    format!("{{{{{name}}}}}")
}
