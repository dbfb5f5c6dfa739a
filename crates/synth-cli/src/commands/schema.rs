//! `synth schema`

use std::path::Path;

use synth_io::{OutputFile, Overwrite};
use synth_report::Report;
use synth_rules::RuleSet;

use super::json_text;
use crate::Outcome;
use crate::args::{FileFormat, Schema};
use crate::failure::Failure;

pub(crate) fn run(args: &Schema) -> Result<Outcome, Failure> {
    let text = match args.of {
        FileFormat::Rules => json_text(&RuleSet::json_schema()),
        FileFormat::Report => json_text(&Report::json_schema()),
    };
    let mut out = OutputFile::create(Path::new("-"), Overwrite::Refuse)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Outcome::Done)
}
