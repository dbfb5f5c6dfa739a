//! Conditional trees on codes: the joint distribution of fields, one field at a time.
//!
//! Every field is coded within its own marginal distribution first, so that what is learned here holds no value.
//! The fields stand in an order, and each has a [`Tree`] that looks at the codes of what comes before it: sequential
//! conditional trees (Reiter 2005, Using CART to generate partially synthetic public use microdata, J. Off. Stat.
//! 21(3); Nowok, Raab and Dibben 2016, synthpop, J. Stat. Softw. 74(11)). Trees are fitted one by one from the same
//! codes, so they may be fitted side by side.
//!
//! Modules in reading order: `codes` is what is fitted to, `group` makes codes coarse for the search of splits,
//! `grow` finds splits, `held_out` judges them by rows that were held out, `tree` is the result and how it is drawn from.

mod codes;
mod fit;
mod group;
mod grow;
mod held_out;
mod prune;
mod tree;

pub use codes::{CodeColumn, CodeOrder};
pub use fit::{FitConfig, Fitted, fit_tree, screened};
pub use tree::{BadTree, Node, Sampler, Split, Tree};

#[cfg(test)]
mod tests;
