//! `synth schema`

use synth_rules::RuleSet;

use super::json_text;
use crate::Outcome;
use crate::args::{FileFormat, Schema};
use crate::failure::Failure;

pub(crate) fn run(args: &Schema) -> Result<Outcome, Failure> {
    match args.of {
        FileFormat::Rules => print!("{}", json_text(&RuleSet::json_schema())),
    }
    Ok(Outcome::Done)
}
