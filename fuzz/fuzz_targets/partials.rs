//! Partials in files: whatever the payload is, it is refused or it is a partial that can be used.

#![no_main]

use libfuzzer_sys::fuzz_target;
use synth_core::{SealedKind, sealed};
use synth_privacy::Gate;
use synth_profile::{FinishConfig, PartialFile, finish, schema};

const KIND: SealedKind = SealedKind { magic: *b"synthPRT", version: 5 };

fuzz_target!(|data: &[u8]| {
    // As it stands, which is all but never a whole file, and as the payload of one.
    drop(PartialFile::from_bytes(data, "fuzz"));
    let Ok(mut file) = PartialFile::from_bytes(&sealed::seal(KIND, data), "fuzz") else { return };
    let bytes = file.to_bytes();
    let again = PartialFile::from_bytes(&bytes, "fuzz").expect("what was written can be read");
    assert_eq!(again.to_bytes(), bytes, "equal states have equal bytes");
    file.merge(again).expect("both count the same units");
    let config = FinishConfig { source: None, layout: file.origin.layout, gate: Gate::new(5) };
    let (profile, _) = finish(&mut file.partial, &file.origin.findings, &config);
    drop(schema::schema(&profile));
});
