//! Laws: the scanner agrees with `serde_json`; chunks, threads and the sizes of reads never show.

use std::io::Read;

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;
use synth_io::{Format, Input, JsonWriter, ReadOptions, Scanner};

use crate::{Outcome, Records, fold, read_with, threads};

/// JSON texts with odd spellings.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
        string(),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            (vec(inner.clone(), 0..6), space())
                .prop_map(|(items, gap)| { format!("[{gap}{}{gap}]", items.join(&format!("{gap},"))) }),
            (vec((string(), inner), 0..6), space()).prop_map(|(members, gap)| {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("{key}{gap}:{gap}{value}")).collect();
                format!("{{{gap}{}{gap}}}", members.join(&format!(",{gap}")))
            }),
        ]
    })
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-c]{0,12}",
        2 => any::<char>().prop_map(|c| serde_json::to_string(&c).unwrap().trim_matches('"').to_owned())
            .prop_filter("a whole escape", |text| text != "\\"),
        1 => Just("\\/".to_owned()),
        1 => Just("\\ud83d\\ude00".to_owned()),
        1 => "\\\\u[0-9a-fA-F]{4}",
    ];
    vec(piece, 0..3).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\t \r")]
}

/// One change of one byte: position, what to do, and with which byte.
type Mutation = (prop::sample::Index, u8, u8);

fn mutation() -> impl Strategy<Value = Mutation> {
    let byte = prop_oneof![prop::sample::select(b"{}[]:,\"\\ue0.-+1tfn \n\r".to_vec()), any::<u8>(),];
    (any::<prop::sample::Index>(), 0..3_u8, byte)
}

fn mutate(text: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for (index, what, byte) in mutations {
        let at = index.index(bytes.len() + 1);
        match what {
            0 => bytes.insert(at, *byte),
            1 if at < bytes.len() => _ = bytes.remove(at),
            _ if at < bytes.len() => bytes[at] = *byte,
            _ => {}
        }
    }
    bytes
}

/// `serde_json` skips strings without decoding them, so UTF-8 is asked for separately.
fn serde_accepts(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// Sources of every format: records with blank lines and odd line ends, some broken.
fn source() -> impl Strategy<Value = Vec<u8>> {
    let separator = prop::sample::select(vec!["\n", "\r\n", "\n\n", " \n\t"]);
    let lines = (vec(json(), 1..12), separator.clone()).prop_map(|(records, end)| records.join(end));
    let array = (vec(json(), 0..12), separator, space()).prop_map(|(records, end, gap)| {
        format!("{gap}[{end}{}{end}]{end}", records.join(&format!("{gap},{end}")))
    });
    let text = prop_oneof![lines, array, json()];
    (text, vec(mutation(), 0..3), prop::bool::weighted(0.7)).prop_map(|(text, mutations, is_good)| {
        if is_good { text.into_bytes() } else { mutate(text.as_bytes(), &mutations) }
    })
}

/// A stream that hands out a few bytes at a time.
struct Slow(std::io::Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 5 + 1;
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_good_and_mutated_texts(text in json(), mutations in vec(mutation(), 0..4)) {
        let bytes = mutate(text.as_bytes(), &mutations);
        let mut scanner = Scanner::new(usize::MAX);
        match scanner.scan(&bytes) {
            Ok(_) => prop_assert!(serde_accepts(&bytes)),
            Err(error) => {
                prop_assert!(!serde_accepts(&bytes), "{error}");
                prop_assert!(error.offset_bytes <= bytes.len() as u64);
            }
        }
    }

    #[test]
    fn events_carry_the_values_that_serde_json_sees(text in json()) {
        let Ok(expected) = serde_json::from_str::<Value>(&text) else {
            // A lone surrogate or a number beyond `f64`.
            return Ok(());
        };
        let (mut scanner, mut writer) = (Scanner::new(512), JsonWriter::default());
        let Ok(()) = scanner.scan(text.as_bytes()).unwrap().replay(&mut writer, 0);
        prop_assert_eq!(serde_json::from_slice::<Value>(writer.as_bytes()).unwrap(), expected);
        let once = writer.as_bytes().to_vec();
        writer.clear();
        let Ok(()) = scanner.scan(&once).unwrap().replay(&mut writer, 0);
        prop_assert_eq!(writer.as_bytes(), once, "print(parse(x)) == x for what was printed");
    }

    #[test]
    fn chunks_and_threads_do_not_show(
        text in source(),
        max_bad in 0..4_u64,
        format in prop::option::of(prop::sample::select(vec![Format::JsonLines, Format::Array])),
    ) {
        let options = ReadOptions { max_bad, format, max_depth: 4, max_line_bytes: 60, ..ReadOptions::default() };
        let expected = Outcome::from(read_with(&text, &options));
        for chunk_bytes in [1, 7, 50, 300] {
            for n_threads in [1, 3] {
                let options = ReadOptions { chunk_bytes, n_threads: threads(n_threads), ..options };
                let found = Outcome::from(read_with(&text, &options));
                prop_assert_eq!(&found, &expected, "chunks of {}, {} threads", chunk_bytes, n_threads);
            }
            let options = ReadOptions { chunk_bytes, ..options };
            let slow = Slow(std::io::Cursor::new(text.clone()), 0);
            let found = Outcome::from(Input::from_reader("test", slow, &options).and_then(fold));
            prop_assert_eq!(found, expected.clone(), "slow, chunks of {}", chunk_bytes);
        }
    }

    #[test]
    fn the_sequential_reader_sees_the_same(text in source(), max_bad in 0..4_u64) {
        let options = ReadOptions { max_bad, chunk_bytes: 40, ..ReadOptions::default() };
        let expected = Outcome::from(read_with(&text, &options));
        let mut records = Records::default();
        let found = Input::from_bytes("test", text, &options)
            .and_then(|input| synth_io::read_records(input, &mut records));
        let found = found.map(|folded| synth_io::Folded {
            accumulator: records,
            n_records: folded.n_records,
            n_bad: folded.n_bad,
            n_bytes: folded.n_bytes,
            format: folded.format,
            findings: folded.findings,
        });
        prop_assert_eq!(Outcome::from(found), expected);
    }

    #[test]
    fn a_streamed_document_sends_the_events_of_a_held_one(text in json(), mutations in vec(mutation(), 0..2)) {
        // A held document ends with its content, a streamed one with the file, and so do texts that end too early.
        let text = mutate(text.as_bytes(), &mutations).trim_ascii_end().to_vec();
        let options = ReadOptions { format: Some(Format::Document), ..ReadOptions::default() };
        let held = read_with(&text, &options);
        if held.as_ref().is_ok_and(|folded| folded.findings.count("io/duplicate-key") > 0) {
            return Ok(());
        }
        for chunk_bytes in [1, 9, 64] {
            let options = ReadOptions { max_document_bytes: 0, chunk_bytes, ..options };
            match (&held, read_with(&text, &options)) {
                (Ok(held), Ok(streamed)) => {
                    prop_assert_eq!(streamed.accumulator.lines(), held.accumulator.lines());
                    prop_assert_eq!(&streamed.findings, &held.findings);
                    prop_assert_eq!(streamed.n_bytes, held.n_bytes);
                }
                (Err(held), Err(streamed)) => {
                    prop_assert_eq!(streamed.to_string(), held.to_string());
                    prop_assert_eq!(&streamed.place, &held.place);
                }
                (held, streamed) => prop_assert!(false, "held {held:?}, streamed {streamed:?}"),
            }
        }
    }
}
