//! Where the quality stands between shuffled fields and fresh real data, as a scale.

use super::view::score_text;
use crate::bounds::Bounds;

/// Room on the scale below the smallest number, as a share.
const ROOM: f64 = 0.02;

/// The scale, whose places are from 0 to 100.
pub(super) struct StandView {
    pub(super) at: String,
    /// Where the interval begins, and how wide it is.
    pub(super) from: String,
    pub(super) width: String,
    pub(super) floor_at: String,
    pub(super) ceiling_at: String,
    pub(super) floor: String,
    pub(super) ceiling: String,
    pub(super) interval: [String; 2],
    /// What stands for fresh real data.
    pub(super) fresh: &'static str,
    /// How much of the way from the floor to the ceiling is gone.
    pub(super) way: Option<String>,
}

impl StandView {
    pub(super) fn new(bounds: &Bounds, score: f64) -> Self {
        let least = bounds.floor.min(bounds.ceiling).min(bounds.interval[0]).min(score) - ROOM;
        let least = least.max(0.0);
        let place = |score: f64| ((score - least) / (1.0 - least) * 100.0).clamp(0.0, 99.2);
        let [low, high] = bounds.interval.map(place);
        let way = |share: f64| match share {
            share if share < 0.0 => "Below what shuffled fields have".to_owned(),
            share => {
                let percent = synth_core::math::floor(share * 100.0);
                format!("{percent:.0} % of the way from shuffled fields to fresh real data")
            }
        };
        Self {
            at: format!("{:.1}", place(score)),
            from: format!("{low:.1}"),
            width: format!("{:.1}", (high - low).max(0.6)),
            floor_at: format!("{:.1}", place(bounds.floor)),
            ceiling_at: format!("{:.1}", place(bounds.ceiling)),
            floor: score_text(bounds.floor),
            ceiling: score_text(bounds.ceiling),
            interval: bounds.interval.map(score_text),
            fresh: if bounds.has_holdout {
                "fresh real data"
            } else {
                "one half of the real data against the other"
            },
            way: bounds.place(score).map(way),
        }
    }
}
