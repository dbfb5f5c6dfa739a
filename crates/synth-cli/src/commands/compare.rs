//! `synth compare`

use synth_report::Purpose;

use super::name;
use crate::Outcome;
use crate::args::Compare;
use crate::display::Screen;
use crate::failure::Failure;
use crate::judge::{Clock, ReportFiles, Sides, judge};
use crate::samples;

pub(crate) fn run(args: &Compare, screen: &Screen) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let files = ReportFiles::create(&args.reporting)?;
    let options = args.reading.options();
    let gate = args.reading.gate();
    let mut first = samples::read_or_known(std::slice::from_ref(&args.first), &options, screen)?;
    let (profile, structure) = samples::profile(&mut first, std::slice::from_ref(&args.first), gate);
    samples::tell(&mut first, &profile, screen);
    clock.lap("read A");
    let mut second = samples::read_or_known(std::slice::from_ref(&args.second), &options, screen)?;
    samples::tell(&mut second, &profile, screen);
    clock.lap("read B");
    let sides = Sides {
        real: &first.partial,
        synthetic: &mut second.partial,
        structure: &structure,
        profile: &profile,
        records: None,
        holdout: None,
        without: None,
        purpose: Purpose::Compare,
        generation: None,
        rules: None,
        gate,
        names: [(&name(&args.first), &first.findings), (&name(&args.second), &second.findings)],
    };
    judge(sides, files, &args.reporting, clock, screen)
}
