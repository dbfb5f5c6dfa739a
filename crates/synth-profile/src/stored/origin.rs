//! What is known of an input beside its records.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use synth_core::{Diagnostic, Findings, Place, Severity};

use super::bytes::{Corrupt, Reader, Stored, Writer, check};
use crate::profile::SampleLayout;

/// Where a partial comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// How the records stood in the sample.
    pub layout: SampleLayout,
    /// File name of the sample, without its folder.
    pub source: Option<String>,
    /// What was surprising in the input.
    pub findings: Findings,
}

/// Codes of findings in one file, at most.
const MAX_CODES: usize = 64;
/// Findings kept for one code, at most.
const MAX_FINDINGS: usize = 64;
/// Longest code.
const MAX_CODE_BYTES: usize = 64;
/// Codes of findings in all files that a program reads, at most.
const MAX_ALL_CODES: usize = 1024;

impl Origin {
    /// Adds what is known of another input: of two names and two layouts the first in order stays, so the order
    /// of merges does not show.
    pub fn merge(&mut self, other: Self) {
        self.source = match (self.source.take(), other.source) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        if rank(other.layout) < rank(self.layout) {
            self.layout = other.layout;
        }
        self.findings.merge(other.findings);
    }
}

fn rank(layout: SampleLayout) -> u8 {
    match layout {
        SampleLayout::JsonLines => 0,
        SampleLayout::Array => 1,
        SampleLayout::Document => 2,
    }
}

impl Stored for Origin {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { layout, source, findings } = self;
        out.put(&(layout, source));
        out.put(&findings.groups().count());
        for (code, count, first) in findings.groups() {
            out.put(&(code, count, first.len()));
            for Diagnostic { severity, code: _, message, place, hint } in first {
                out.put(&(severity_number(*severity), message, hint));
                let Place { source, offset_bytes, line, column, record, path } = place;
                out.put(&(source, offset_bytes, line, column, record, path));
            }
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let (layout, source) = input.take()?;
        let groups = input.list(MAX_CODES, |input| {
            let code = static_code(input.take()?)?;
            let count = input.count()?;
            let first = input.list(MAX_FINDINGS, |input| load_finding(input, code))?;
            check(!first.is_empty(), "a finding")?;
            Ok((count, first))
        })?;
        Ok(Self { layout, source, findings: Findings::from_groups(groups) })
    }
}

fn load_finding(input: &mut Reader<'_>, code: &'static str) -> Result<Diagnostic, Corrupt> {
    let (severity, message, hint): (u8, String, Option<String>) = input.take()?;
    let (source, offset_bytes, line, column, record, path) = input.take()?;
    let place = Place { source, offset_bytes, line, column, record, path };
    Ok(Diagnostic { severity: severity_of(severity)?, code, message, place, hint })
}

fn severity_number(severity: Severity) -> u8 {
    match severity {
        Severity::Note => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

fn severity_of(number: u8) -> Result<Severity, Corrupt> {
    match number {
        0 => Ok(Severity::Note),
        1 => Ok(Severity::Warning),
        2 => Ok(Severity::Error),
        _ => Err(Corrupt("a finding")),
    }
}

/// Returns a code for the life of the program: one copy of each, and a bounded number of them.
fn static_code(code: &str) -> Result<&'static str, Corrupt> {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = codes.get(code) {
        return Ok(known);
    }
    let is_code =
        code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/-".contains(&byte));
    check(is_code && code.len() <= MAX_CODE_BYTES && codes.len() < MAX_ALL_CODES, "the code of a finding")?;
    let kept: &'static str = Box::leak(code.into());
    codes.insert(kept);
    Ok(kept)
}
