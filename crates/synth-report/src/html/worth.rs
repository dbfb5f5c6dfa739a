//! What a language model is worth, as a table.

use super::view::{score_text, shortened};
use crate::worth::Worth;

/// Fields that the page lists; `report.json` has more.
const MAX_FIELDS: usize = 30;

pub(super) struct WorthView<'a> {
    pub(super) summary: &'a str,
    pub(super) fields: Vec<FieldView>,
}

pub(super) struct FieldView {
    pub(super) path: String,
    /// The scores with the model and without it, then how alike the words are.
    pub(super) cells: Vec<String>,
}

impl<'a> WorthView<'a> {
    pub(super) fn new(worth: &'a Worth) -> Self {
        let fields = worth.fields.iter().take(MAX_FIELDS).map(|field| {
            let words = field.words.map(|words| words.map(|alike| format!("{alike:.2}")));
            let words = words.unwrap_or_else(|| ["–".to_owned(), "–".to_owned()]);
            FieldView {
                path: shortened(&field.path),
                cells: field.score.map(score_text).into_iter().chain(words).collect(),
            }
        });
        Self { summary: &worth.summary, fields: fields.collect() }
    }
}
