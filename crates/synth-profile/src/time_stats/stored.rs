//! Times in files. A layout stands in full, so a program with another list of layouts notices.

use std::collections::BTreeMap;

use synth_core::cast;

use super::{LAYOUTS, MAX_FRACTION, TimeAccumulator, TimeStats};
use crate::number_stats::MAX_CELLS;
use crate::stored::sketches::{load_histogram, store_histogram};
use crate::stored::{Corrupt, Reader, Stored, Writer, check};
use crate::time_grid::TimeGrid;

impl Stored for TimeStats {
    fn store(&self, out: &mut Writer) {
        let Self { formats, compiled: _ } = self;
        out.put(&formats.len());
        for ((layout, digits), times) in formats {
            out.put(&(LAYOUTS[*layout], cast::to_u64(*digits)));
            times.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let formats = input.list(LAYOUTS.len() * (MAX_FRACTION + 1), |input| {
            let (layout, digits): (&str, u64) = input.take()?;
            let layout = LAYOUTS.iter().position(|known| *known == layout);
            let layout = layout.ok_or(Corrupt("a format of times"))?;
            check(digits <= cast::to_u64(MAX_FRACTION), "the digits of the second")?;
            Ok(((layout, cast::to_usize(digits)), Box::new(TimeAccumulator::load(input)?)))
        })?;
        Ok(Self { formats: formats.into_iter().collect(), compiled: BTreeMap::new() })
    }
}

impl Stored for TimeAccumulator {
    fn store(&self, out: &mut Writer) {
        let Self { histogram, weekdays, hours, grid } = self;
        store_histogram(histogram, out);
        out.put(weekdays);
        out.put(hours);
        out.put(&grid.counts);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let times = Self {
            histogram: load_histogram(input, MAX_CELLS)?,
            weekdays: input.counts()?,
            hours: input.counts()?,
            grid: TimeGrid { counts: input.counts()? },
        };
        let n = times.histogram.count();
        let holds = times.weekdays.iter().sum::<u64>() == n && times.hours.iter().sum::<u64>() == n;
        check(holds && times.grid.counts.iter().all(|count| *count <= n), "the counts of times")?;
        Ok(times)
    }
}
