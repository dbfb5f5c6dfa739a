//! Paths: `parse` never panics, and `parse(print(path)) == path`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use synth_core::{JsonPath, Segment};

fuzz_target!(|text: &str| {
    match JsonPath::parse(text) {
        Ok(path) => check(&path),
        Err(error) => assert!(error.offset_bytes <= text.len(), "{error}"),
    }
    check(&built(text));
});

/// Uses each line of the text as a key, whatever is in it, with other steps between.
fn built(text: &str) -> JsonPath {
    let mut path = JsonPath::root();
    for line in text.split('\n') {
        path = path.key(line);
        path = match line.len() % 5 {
            0 => path.elements(),
            1 => path.join(Segment::Index(u32::try_from(line.len()).unwrap_or(u32::MAX))),
            2 => path.join(Segment::Members),
            _ => path,
        };
    }
    path
}

fn check(path: &JsonPath) {
    let printed = path.to_string();
    let again = JsonPath::parse(&printed);
    assert_eq!(again.as_ref(), Ok(path), "printed as {printed:?}");
    assert!(path.starts_with(&JsonPath::root()) && path.starts_with(path));
    // `..` tries every split, so a path with many of them is slow to match by design.
    let n_descends = path.segments().iter().filter(|segment| **segment == Segment::Descend).count();
    if n_descends <= 3 && path.segments().len() <= 50 {
        assert!(path.matches(path), "{printed} does not match itself");
    }
    if let Some(parent) = path.parent() {
        assert!(path.starts_with(&parent) && !parent.starts_with(path));
    }
}
