//! The scanner beside `serde_json`: both accept the same texts and read the same values.
//!
//! Where the scanner is more lenient by design (lone surrogates, numbers beyond `f64`) it must say so in a note,
//! and `serde_json` must refuse.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use synth_io::{JsonWriter, NoteKind, Scanner};

/// `serde_json` refuses the 128th level.
const MAX_DEPTH: usize = 127;

fuzz_target!(|data: &[u8]| {
    let theirs = serde_json::from_slice::<Value>(data);
    let mut scanner = Scanner::new(MAX_DEPTH);
    let scanned = match scanner.scan(data) {
        Ok(scanned) => scanned,
        Err(error) => {
            assert!(error.offset_bytes <= data.len() as u64, "{error} beyond the text");
            assert!(theirs.is_err(), "refused what serde_json reads: {error}");
            return;
        }
    };
    let is_lenient = scanned.notes().iter().any(|note| note.kind != NoteKind::DuplicateKey);
    let printed = print(&scanned);
    match theirs {
        Ok(theirs) => {
            assert!(!is_lenient, "noted what serde_json reads without a word");
            let ours: Value = serde_json::from_slice(&printed).expect("the writer writes JSON");
            assert_eq!(ours, theirs);
        }
        Err(error) => assert!(is_lenient, "took what serde_json refuses: {error}"),
    }
    // What was written once reads and writes to the same bytes.
    let mut scanner = Scanner::new(MAX_DEPTH);
    let again = scanner.scan(&printed).expect("the scanner reads what the writer wrote");
    assert!(again.notes().iter().all(|note| note.kind == NoteKind::NumberBeyondF64));
    assert_eq!(print(&again), printed);
});

fn print(scanned: &synth_io::Scanned<'_>) -> Vec<u8> {
    let mut writer = JsonWriter::default();
    let Ok(()) = scanned.replay(&mut writer, 0);
    writer.into_bytes()
}
