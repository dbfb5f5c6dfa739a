//! Joint distributions of coded fields.
//!
//! Every field is coded within its own marginal distribution first, so that what is learned here holds no value. Models,
//! from the simplest on: none at all; a Gaussian copula, which is one table of correlations; a Bayesian network, in which
//! each field looks at one or two others; and sequential conditional trees, in which each may look at all that come before it (Reiter 2005,
//! Using CART to generate partially synthetic public use microdata, J. Off. Stat. 21(3); Nowok, Raab and Dibben 2016,
//! synthpop, J. Stat. Softw. 74(11)). The conditional tables of a network are trees too, of one or two features (Friedman and Goldszmidt
//! 1996, Learning Bayesian networks with local structure, UAI). All are judged by the likelihood of the same held-out rows.
//!
//! Modules in reading order: `codes` is what is fitted to, `group` makes codes coarse, `links` says which fields have to do with each
//! other; `grow` finds splits, `prune` leaves some out, `held_out` judges them, `fit` makes one tree, `tree` is the result and how
//! it is drawn from, `rake` brings its draws back to their marginal distribution; `network` chooses the features of a Bayesian network; `copula` fits correlations, `simulate`
//! judges them, `matrix` and `normal` are what they need.

mod codes;
mod copula;
mod fit;
mod group;
mod grow;
mod held_out;
mod links;
mod matrix;
mod network;
mod normal;
mod prune;
mod rake;
mod simulate;
mod tree;

pub use codes::{CodeColumn, CodeOrder};
pub use copula::{FittedCopula, Latent, Member, copula_visits, fit_copula};
pub use fit::{FitConfig, Fitted, fit_tree};
pub use links::{Link, link_visits, links, screened};
pub use matrix::{BadTriangle, Triangle, check_triangle, factor};
pub use network::{Network, dependence_tree, second_parent};
pub use normal::{normal_cdf, normal_quantile};
pub use rake::raking_weights;
pub use tree::{BadTree, Node, Sampler, Split, Tree};

#[cfg(test)]
mod copula_tests;
#[cfg(test)]
mod tests;
