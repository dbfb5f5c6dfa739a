//! A relation between strings tested on rows that come in batches.

use super::{TextOperation, contains, is_slice, separator};
use crate::relations::table::Table;
use crate::relations::verify::At;

/// A relation between strings with the columns it is made of.
#[derive(Debug, Clone)]
pub(crate) struct TextRule {
    /// The column that follows.
    pub(crate) target: At,
    pub(crate) operation: TextOperation,
    /// The columns it is made of.
    pub(crate) terms: Vec<At>,
    /// What stands between joined strings.
    pub(crate) separator: String,
}

impl TextRule {
    /// Tells whether a row of the target's table keeps the rule; `None` when it lacks a value.
    pub(crate) fn test(&self, row: usize, tables: &[Table]) -> Option<bool> {
        let text = |at: &At| {
            let column = at.column(tables);
            column.text_of(column.cell(at.row_of(row, tables, self.target.table)?))
        };
        let number = |at: &At| at.number(row, tables, self.target.table);
        let target = text(&self.target)?;
        match (self.operation, &self.terms[..]) {
            (TextOperation::Contains, [part]) => contains(target, text(part)?),
            (TextOperation::Join, [first, last]) => {
                Some(separator(target, (text(first)?, text(last)?)) == Some(&self.separator))
            }
            (TextOperation::Slice, [whole, start, end]) => {
                Some(is_slice(text(whole)?, (number(start)?, number(end)?), target))
            }
            _ => None,
        }
    }
}
