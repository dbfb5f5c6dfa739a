//! Values and events in order of time.
//!
//! [`mod@autocorrelation`] compares a series with itself some steps later, [`trend`] says whether it rises or falls,
//! [`mod@season`] whether it goes in cycles, [`mod@memory`] how correlation
//! fades with time, [`mod@arrivals`] how events follow each other.
//!
//! All of these are defined along an order, which the caller gives.

pub mod arrivals;
pub mod autocorrelation;
pub mod memory;
pub mod season;
pub mod trend;

pub use arrivals::{Arrivals, arrivals};
pub use autocorrelation::{autocorrelation, dominant_lag, ljung_box_p_value};
pub use memory::{Memory, memory};
pub use season::{PhaseCell, Season, season};
pub use trend::{Trend, kendall_trend, theil_sen};
