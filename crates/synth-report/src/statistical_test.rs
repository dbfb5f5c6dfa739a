//! The tests and distances whose numbers a report may hold.

/// A test or distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatisticalTest {
    /// Kolmogorov–Smirnov.
    Ks,
    /// Anderson–Darling.
    AndersonDarling,
    /// Pearson's chi-squared test.
    ChiSquared,
    /// The likelihood-ratio test.
    G,
    /// Population stability index.
    Psi,
    /// Jensen–Shannon divergence.
    JensenShannon,
    /// First Wasserstein distance, by itself and over the interquartile range.
    Wasserstein,
}

impl StatisticalTest {
    /// Every test.
    pub const ALL: [Self; 7] = [
        Self::Ks,
        Self::AndersonDarling,
        Self::ChiSquared,
        Self::G,
        Self::Psi,
        Self::JensenShannon,
        Self::Wasserstein,
    ];

    /// Returns the name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ks => "ks",
            Self::AndersonDarling => "ad",
            Self::ChiSquared => "chi2",
            Self::G => "g",
            Self::Psi => "psi",
            Self::JensenShannon => "js",
            Self::Wasserstein => "wasserstein",
        }
    }

    /// Tells whether a number of a measure belongs to the test.
    pub(crate) fn owns(self, statistic: &str) -> bool {
        match self {
            Self::Ks => matches!(statistic, "ks" | "ks_p"),
            Self::AndersonDarling => statistic.starts_with("anderson_darling"),
            Self::ChiSquared => {
                matches!(statistic, "chi_squared" | "chi_squared_p" | "degrees" | "cramers_v")
            }
            Self::G => matches!(statistic, "g" | "g_p" | "g_bits"),
            Self::Psi => statistic == "psi",
            Self::JensenShannon => statistic == "jensen_shannon",
            Self::Wasserstein => statistic.starts_with("wasserstein"),
        }
    }
}
