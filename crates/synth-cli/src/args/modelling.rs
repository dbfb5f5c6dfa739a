//! Arguments of how fields may depend on each other.

use clap::{Args, ValueEnum};
use synth_rules::model::{DEFAULT_BUDGET, ModelKind, ModelOptions};

/// How the joint model is fitted.
#[derive(Debug, Args)]
pub(crate) struct Modelling {
    /// How fields may depend on each other; `auto` chooses for each group of related fields
    #[arg(long, value_enum, value_name = "MODEL", default_value = "auto")]
    model: ModelName,
    /// Let the fit of the joint model visit a row for a field at most N times; the same data gives the same model on any machine
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BUDGET)]
    model_budget: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModelName {
    /// One of the others for each group, by how well it predicts held-out records
    Auto,
    /// Each field by itself
    Independent,
    /// One table of correlations, to be read and edited in the rule file
    #[value(name = "gaussian_copula")]
    GaussianCopula,
    /// Each field on one or two others
    #[value(name = "bayes_net")]
    BayesNet,
    /// Each field on all before it, by a tree
    Trees,
}

impl Modelling {
    pub(crate) fn options(&self) -> ModelOptions {
        let kind = match self.model {
            ModelName::Auto => None,
            ModelName::Independent => Some(ModelKind::Independent),
            ModelName::GaussianCopula => Some(ModelKind::GaussianCopula),
            ModelName::BayesNet => Some(ModelKind::BayesNet),
            ModelName::Trees => Some(ModelKind::Trees),
        };
        ModelOptions { kind, budget: self.model_budget }
    }
}
