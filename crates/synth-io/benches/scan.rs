//! Scanner and replay against `serde_json`'s fastest reader, on the lines of the files named as arguments.
//!
//! `cargo bench -p synth-io --bench scan -- FILE...`; a generated sample without arguments.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads a clock and prints"
)]

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

use synth_core::{Event, EventSink};
use synth_io::Scanner;

/// Does next to nothing with an event.
#[derive(Default)]
struct Tally {
    n_events: u64,
    n_key_bytes: usize,
}

impl EventSink for Tally {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        self.n_events += 1;
        if let Event::Key(key) = event {
            self.n_key_bytes += key.len();
        }
        Ok(())
    }
}

fn main() {
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if files.is_empty() {
        measure("generated", &generated());
    }
    for file in files {
        match std::fs::read(&file) {
            Ok(bytes) => measure(&file, &bytes),
            Err(error) => println!("{file}: {error}"),
        }
    }
}

fn generated() -> Vec<u8> {
    let line = |index: u64| {
        format!(
            "{{\"id\":{index},\"name\":\"customer {index}\",\"tags\":[\"a\",\"b\\n\"],\
             \"address\":{{\"street\":\"Long Street {index}\",\"zip\":\"{:05}\"}},\"total\":{}.25,\"ok\":true}}\n",
            index % 100_000,
            index * 7
        )
    };
    (0..20_000).map(line).collect::<String>().into_bytes()
}

fn measure(name: &str, bytes: &[u8]) {
    let lines = lines(bytes);
    let mut scanner = Scanner::new(512);
    let scan_only = best_of(|| {
        for line in &lines {
            black_box(scanner.scan(line).is_ok());
        }
    });
    let mut scanner = Scanner::new(512);
    let scan = best_of(|| {
        let mut tally = Tally::default();
        for line in &lines {
            if let Ok(scanned) = scanner.scan(line) {
                let Ok(()) = scanned.replay(&mut tally, 0);
            }
        }
        black_box((tally.n_events, tally.n_key_bytes));
    });
    let ignored = best_of(|| {
        for line in &lines {
            black_box(serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok());
        }
    });
    let megabytes = bytes.len() as f64 / 1e6;
    println!(
        "{name}: {:.0} MB/s, scan only {:.0}, serde_json IgnoredAny {:.0}, ratio {:.2}",
        megabytes / scan,
        megabytes / scan_only,
        megabytes / ignored,
        ignored / scan
    );
}

/// One JSON text per slice: the lines, or the whole if the first line is not a JSON text.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let lines: Vec<&[u8]> =
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    if lines.first().is_some_and(|line| Scanner::new(512).scan(line).is_ok()) { lines } else { vec![bytes] }
}

/// Seconds of the fastest of several runs.
fn best_of(mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..15).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min)
}
