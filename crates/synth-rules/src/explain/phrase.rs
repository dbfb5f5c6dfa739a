//! How texts are written, in words.

use super::some;
use crate::generator::{MarkovText, Template};

pub(super) fn template(template: &Template) -> String {
    let evidence = template.evidence.as_ref().map(|evidence| format!("; {evidence}")).unwrap_or_default();
    if let Some(library) = &template.library {
        return format!("texts of the collection `{library}` with their slots filled{evidence}");
    }
    let texts: Vec<String> = template.texts().map(|text| format!("`{text}`")).collect();
    let what = if texts.len() == 1 { "the text" } else { "one of the texts" };
    format!("{what} {} with its slots filled{evidence}", some(texts.into_iter()))
}

pub(super) fn chain(chain: &MarkovText) -> String {
    let evidence = chain.evidence.as_ref().map(|evidence| format!("; {evidence}")).unwrap_or_default();
    let n_steps: usize = chain.next.values().map(|next| next.len()).sum();
    format!("texts along a chain of {n_steps} steps from one word to the next{evidence}")
}
