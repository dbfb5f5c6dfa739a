//! A progress bar on standard error, only when that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::display::Screen;

/// Draws how far a long step is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over bytes; a spinner when the total is not known.
    pub(crate) fn bytes(screen: &Screen, what: &'static str, total: Option<u64>) -> Self {
        Self::new(screen, what, total, "{bytes}/{total_bytes} {bytes_per_sec}")
    }

    /// A bar over records.
    pub(crate) fn records(screen: &Screen, what: &'static str, total: u64) -> Self {
        Self::new(screen, what, Some(total), "{pos}/{len} {per_sec}")
    }

    fn new(screen: &Screen, what: &'static str, total: Option<u64>, numbers: &str) -> Self {
        if !screen.shows_progress() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let style = ProgressStyle::with_template(&format!("{{msg}} {{bar:30}} {numbers} {{eta}}"));
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    pub(crate) fn set(&self, position: u64) {
        self.bar.set_position(position);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
