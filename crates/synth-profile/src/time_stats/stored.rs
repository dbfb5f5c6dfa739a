//! Times in files. A layout stands in full, so a program with another list of layouts notices.

use std::collections::BTreeMap;

use synth_core::cast;

use super::{MAX_FRACTION, N_LAYOUTS, TimeAccumulator, TimeStats, layout_of};
use crate::number_stats::MAX_CELLS;
use crate::stored::sketches::{load_histogram, store_histogram};
use crate::stored::{Corrupt, Reader, Stored, Writer, check, is_ascending};
use crate::time_grid::TimeGrid;

/// The zone farthest from UTC that a format reads, in minutes.
const MAX_ZONE: usize = 24 * 60 - 1;

impl Stored for TimeStats {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { formats, compiled: _ } = self;
        out.put(&formats.len());
        for ((layout, digits), times) in formats {
            out.put(&(layout_of(*layout), cast::to_u64(*digits)));
            times.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let formats = input.list(N_LAYOUTS * (MAX_FRACTION + 1), |input| {
            let (layout, digits): (&str, u64) = input.take()?;
            let layout = (0..N_LAYOUTS).find(|known| layout_of(*known) == layout);
            let layout = layout.ok_or(Corrupt("a format of times"))?;
            check(digits <= cast::to_u64(MAX_FRACTION), "the digits of the second")?;
            Ok(((layout, cast::to_usize(digits)), Box::new(TimeAccumulator::load(input)?)))
        })?;
        Ok(Self { formats: formats.into_iter().collect(), compiled: BTreeMap::new() })
    }
}

impl Stored for TimeAccumulator {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { histogram, weekdays, hours, zones, grid } = self;
        store_histogram(histogram, out);
        out.put(weekdays);
        out.put(hours);
        out.put(zones);
        out.put(&grid.counts);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let times = Self {
            histogram: load_histogram(input, MAX_CELLS)?,
            weekdays: input.counts()?,
            hours: input.counts()?,
            zones: load_zones(input)?,
            grid: TimeGrid { counts: input.counts()? },
        };
        let n = times.histogram.count();
        let holds = times.weekdays.iter().sum::<u64>() == n && times.hours.iter().sum::<u64>() == n;
        check(times.zones.values().sum::<u64>() <= n, "the zones of times")?;
        check(holds && times.grid.counts.iter().all(|count| *count <= n), "the counts of times")?;
        Ok(times)
    }
}

/// The zones of one format, each less than a day from UTC.
fn load_zones(input: &mut Reader<'_>) -> Result<BTreeMap<i32, u64>, Corrupt> {
    let zones = input.list(2 * MAX_ZONE + 1, |input| {
        let zone: i32 = input.take()?;
        check(zone.unsigned_abs() as usize <= MAX_ZONE, "a zone")?;
        Ok((zone, input.count()?))
    })?;
    check(is_ascending(zones.iter().map(|(zone, _)| *zone)), "the order of zones")?;
    Ok(zones.into_iter().collect())
}
