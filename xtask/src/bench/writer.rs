//! The yardstick of `generate`: `serde_json` prints structs that stand ready in memory.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Bytes that are gathered before they are written.
const FLUSH_BYTES: usize = 1 << 16;

/// What a record looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Flights of a document, as in `fixtures/samples/flights_small.json`.
    Flights,
    /// Lines as `fixtures/rules/meter_readings.yaml` makes them.
    Readings,
}

impl Shape {
    /// The word for it on the command line.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Flights => "flights",
            Self::Readings => "readings",
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Document {
    flights: Vec<Flight>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Flight {
    year: u16,
    month: u8,
    day: u8,
    dep_time: Option<u16>,
    sched_dep_time: u16,
    dep_delay: Option<i32>,
    arr_time: Option<u16>,
    sched_arr_time: u16,
    arr_delay: Option<i32>,
    carrier: String,
    flight: u32,
    tailnum: Option<String>,
    origin: String,
    dest: String,
    air_time: Option<u16>,
    distance: u32,
    hour: u8,
    minute: u8,
    time_hour: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reading {
    id: u64,
    meter: String,
    at: String,
    energy_kwh: f64,
    voltage: f64,
    power_factor: f64,
    tariff: String,
    phase: u8,
    estimated: bool,
    note: Option<String>,
}

/// Prints `n_rows` records to nowhere, those of a generated file again and again; prints microseconds and bytes.
///
/// The structs are in memory before the clock starts, so this is the printer's speed alone. Each thread prints all rows.
pub(crate) fn run(shape: &str, file: &str, [n_rows, n_threads]: [&str; 2]) -> Result<(), Failure> {
    let number = |word: &str| word.parse().map_err(|_| Failure::new(format!("`{word}` is not a number")));
    let path = Path::new(file);
    let text = std::fs::read_to_string(path).map_err(Failure::at(path))?;
    let (n_rows, n_threads) = (number(n_rows)?, number(n_threads)?);
    if shape == Shape::Flights.word() {
        let document: Document = serde_json::from_str(&text).map_err(Failure::at(path))?;
        report(&document.flights, n_rows, n_threads)
    } else {
        report(&lines::<Reading>(&text).map_err(Failure::at(path))?, n_rows, n_threads)
    }
}

fn lines<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, serde_json::Error> {
    text.lines().map(serde_json::from_str).collect()
}

fn report<T: Serialize + Sync>(rows: &[T], n_rows: usize, n_threads: usize) -> Result<(), Failure> {
    let measured: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(|| print(rows, n_rows))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok((Duration::MAX, 0)))).collect()
    });
    let (mut longest, mut n_bytes) = (Duration::ZERO, 0);
    for one in measured {
        let (wall, bytes) = one.map_err(|error| Failure::new(format!("cannot print: {error}")))?;
        (longest, n_bytes) = (longest.max(wall), bytes);
    }
    println!("{} {n_bytes}", longest.as_micros());
    Ok(())
}

fn print<T: Serialize>(rows: &[T], n_rows: usize) -> Result<(Duration, usize), std::io::Error> {
    let mut nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    let mut buffer: Vec<u8> = Vec::with_capacity(2 * FLUSH_BYTES);
    let mut n_bytes = 0;
    let start = Instant::now();
    for row in rows.iter().cycle().take(n_rows) {
        serde_json::to_writer(&mut buffer, row)?;
        buffer.push(b'\n');
        if buffer.len() >= FLUSH_BYTES {
            n_bytes += buffer.len();
            nowhere.write_all(&buffer)?;
            buffer.clear();
        }
    }
    nowhere.write_all(&buffer)?;
    Ok((start.elapsed(), n_bytes + buffer.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a yardstick that prints something else than what it read: its speed would say nothing.
    #[test]
    fn rows_are_printed_as_they_were_read() {
        let line = r#"{"id":1,"meter":"M-000001","at":"2025-01-01T00:00:00Z","energy_kwh":0.5,"voltage":230.5,"power_factor":0.9,"tariff":"base","phase":1,"estimated":false,"note":null}"#;
        let rows = lines::<Reading>(line).unwrap();
        assert_eq!(serde_json::to_string(&rows[0]).unwrap(), line);
        assert_eq!(print(&rows, 3).unwrap().1, 3 * (line.len() + 1));
    }
}
