//! Formats, limits, places and compressions.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use synth_io::{Error, Format, Input, ReadOptions, for_each_record};

use crate::{fold, read, read_with};

fn check(text: &str, format: Format, lines: &[&str]) {
    let folded = read(text).unwrap();
    assert_eq!((folded.format, folded.accumulator.lines().as_slice()), (format, lines), "{text}");
    assert_eq!(folded.n_records, lines.len() as u64);
    assert_eq!(folded.n_bytes, text.len() as u64);
}

#[test]
fn every_format_is_cut_into_records() {
    check("{\"a\":1}\n{\"a\":2}\n", Format::JsonLines, &[r#"{"a":1}"#, r#"{"a":2}"#]);
    check("\n\n[1]\r\n \r\n[2]", Format::JsonLines, &["[1]", "[2]"]);
    check("[1]\n[2]", Format::JsonLines, &["[1]", "[2]"]);
    check("1\n\"x\"\nnull\n", Format::JsonLines, &["1", r#""x""#, "null"]);
    check("[]", Format::Array, &[]);
    check(" [ 1 , {\"a\":\"],}\\\"\"} , [[]] ] \n", Format::Array, &["1", r#"{"a":"],}\""}"#, "[[]]"]);
    check("{\"a\":1}\n", Format::Document, &[r#"{"a":1}"#]);
    check("{\n  \"a\": [1]\n}\n", Format::Document, &[r#"{"a":[1]}"#]);
    check("  42\n", Format::Document, &["42"]);
}

fn check_error(text: impl AsRef<[u8]>, code: &str, place: &str) {
    let error = read(text.as_ref()).unwrap_err();
    let shown = String::from_utf8_lossy(text.as_ref()).into_owned();
    assert_eq!((error.code(), error.place.to_string().as_str()), (code, place), "{shown}: {error}");
}

#[test]
fn errors_have_a_code_and_a_place() {
    check_error("", "io/empty-input", "test");
    check_error(" \n\t\r\n", "io/empty-input", "test");
    check_error("\u{feff}\n", "io/empty-input", "test");
    check_error("{\"a\":1}\n{\"a\":x}\n", "io/bad-json", "test:2:6 (byte 13, record 1) at $.a");
    check_error("[1,\n {\"a\":[1,]}]", "io/bad-json", "test:2:10 (byte 13, record 1) at $.a[1]");
    check_error("{\"a\":\n tru}", "io/bad-json", "test:2:5 (byte 10, record 0) at $.a");
    check_error("[1,,2]", "io/bad-json", "test:1:4 (byte 3) at $");
    check_error("[1 2]", "io/bad-json", "test:1:4 (byte 3) at $");
    check_error("[1,]", "io/bad-json", "test:1:4 (byte 3) at $");
    check_error("[1", "io/bad-json", "test:1:3 (byte 2) at $");
    check_error("[{\"a\":1", "io/bad-json", "test:1:8 (byte 7, record 0) at $.a");
    check_error("[1}", "io/bad-json", "test:1:3 (byte 2) at $");
    check_error("[1\u{c}]", "io/bad-json", "test:1:3 (byte 2, record 0) at $");
    check_error("{}\u{c}", "io/bad-json", "test:1:3 (byte 2, record 0) at $");
    check_error("[1]]", "io/bad-json", "test:1:4 (byte 3) at $");
    check_error("[\n1]\n[2]", "io/bad-json", "test:3:1 (byte 5) at $");
    check_error("[{\"a\":\"b},\n{\"a\":1}]", "io/bad-json", "test:1:11 (byte 10, record 0) at $.a");
    check_error(b"{\"a\":1}\n{\"a\":\"\xff\"}", "io/bad-utf8", "test:2:7 (byte 14, record 1) at $.a");
    check_error(
        "[".repeat(100_000),
        "io/too-deep",
        &format!("test:1:514 (byte 513, record 0) at ${}", "[0]".repeat(512)),
    );
}

#[test]
fn limits_are_errors() {
    let options = ReadOptions { max_line_bytes: 10, ..ReadOptions::default() };
    let check = |text: &str, code: &str, offset: u64| {
        let error = read_with(text.as_bytes(), &options).unwrap_err();
        assert_eq!((error.code(), error.place.offset_bytes), (code, Some(offset)), "{text}");
    };
    check("1\n\"123456789\"\n2", "io/line-too-long", 2);
    check("[1,\"123456789\",2]", "io/line-too-long", 3);
    check("[1,\"1234567890", "io/line-too-long", 3);
    check("[1,[x,\"123456789\"]]", "io/bad-json", 4);
    let streamed = ReadOptions { max_document_bytes: 4, chunk_bytes: 3, ..options };
    let error = read_with(b"{\"a\":\"1234567890123456789\"}", &streamed).unwrap_err();
    assert_eq!((error.code(), error.place.offset_bytes), ("io/line-too-long", Some(5)));
}

#[test]
fn bad_records_are_skipped_up_to_a_limit() {
    let text = b"{\"a\":1}\nx\n\n{\"a\":}\n{\"a\":2}\ny\n";
    let options = |max_bad| ReadOptions { max_bad, ..ReadOptions::default() };
    let folded = read_with(text, &options(3)).unwrap();
    assert_eq!(folded.accumulator.lines(), [r#"{"a":1}"#, r#"{"a":2}"#]);
    assert_eq!((folded.n_records, folded.n_bad, folded.findings.count("io/bad-record")), (2, 3, 3));
    let error = read_with(text, &options(2)).unwrap_err();
    assert_eq!((error.code(), error.place.line), ("io/too-many-bad", Some(6)));
    let error = read_with(text, &options(0)).unwrap_err();
    assert_eq!((error.code(), error.place.line), ("io/bad-json", Some(2)));
    assert!(error.hint().unwrap().contains("--max-bad"));
    let error = read_with(b"[1,x]", &options(9)).unwrap_err();
    assert_eq!(error.code(), "io/bad-json", "an array has no bad records");
}

#[test]
fn oddities_are_findings_with_places() {
    let folded = read("{\"a\":1,\"a\":2}\n{\"b\":[\"\\ud800\",1e999]}\n").unwrap();
    assert_eq!(folded.accumulator.lines(), [r#"{"a":2}"#, "{\"b\":[\"\u{fffd}\",1e999]}"]);
    let found: Vec<String> =
        folded.findings.groups().map(|(code, n, first)| format!("{code} {n} {}", first[0].place)).collect();
    assert_eq!(
        found,
        [
            "io/duplicate-key 1 test:1:8 (byte 7, record 0) at $.a",
            "io/lone-surrogate 1 test:2:8 (byte 21, record 1) at $.b[0]",
            "io/number-beyond-f64 1 test:2:16 (byte 29, record 1) at $.b[1]",
        ]
    );
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let folded = read("\u{feff}{\"a\":1}\n{\"a\":2}").unwrap();
    assert_eq!(folded.n_records, 2);
    let error = read("\u{feff}[x]").unwrap_err();
    assert_eq!(error.place.to_string(), "test:1:2 (byte 4, record 0) at $");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressions_are_found_by_their_first_bytes() {
    let lines = ["1", "2", "3", "4"];
    let members = [gzip("1\n2\n"), gzip("3\n4\n")].concat();
    assert_eq!(read(&members).unwrap().accumulator.lines(), lines);
    let frames = [zstd::encode_all(&b"1\n2\n"[..], 1).unwrap(), zstd::encode_all(&b"3\n4\n"[..], 1).unwrap()];
    assert_eq!(read(frames.concat()).unwrap().accumulator.lines(), lines);
    assert_eq!(read(gzip("")).unwrap_err().code(), "io/empty-input");
    assert_eq!(read(zstd::encode_all(&b" "[..], 1).unwrap()).unwrap_err().code(), "io/empty-input");
}

#[test]
fn damaged_compressions_are_told_from_truncated_ones() {
    let text: String = (0..5000).map(|index| format!("{{\"id\":{}}}\n", index * 7919 % 5000)).collect();
    let code = |bytes: Vec<u8>| read(bytes).map(|_| ()).map_err(|error| error.code());
    let (gzipped, zipped) = (gzip(&text), zstd::encode_all(text.as_bytes(), 3).unwrap());
    for length in [2, 5, 12, gzipped.len() / 2, gzipped.len() - 1] {
        assert_eq!(code(gzipped[..length].to_vec()), Err("io/truncated-gzip"), "{length}");
    }
    for length in [4, 6, zipped.len() / 2, zipped.len() - 1] {
        assert_eq!(code(zipped[..length].to_vec()), Err("io/truncated-zstd"), "{length}");
    }
    let mut damaged = gzipped.clone();
    let end = damaged.len() - 5;
    damaged[end] ^= 0xff;
    assert_eq!(code(damaged), Err("io/bad-gzip"));
    let mut damaged = zipped.clone();
    damaged[8] ^= 0xff;
    assert_eq!(code(damaged), Err("io/bad-zstd"));
}

fn folder_with(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        let mut file = synth_io::OutputFile::create(&path, synth_io::Overwrite::Refuse).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
        path
    };
    let paths = files.iter().map(write).collect();
    (folder, paths)
}

fn open(files: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let (_folder, paths) = folder_with(files);
    let mut lines = Vec::new();
    for_each_record(Input::open(&paths, &ReadOptions::default())?, |record| {
        lines.push(format!("{}:{}", record.record, String::from_utf8_lossy(record.bytes)));
        Ok::<(), Error>(())
    })?;
    Ok(lines)
}

#[test]
fn several_files_are_one_input() {
    let lines = open(&[("a", "1\n2\n"), ("b.gz", "[3, 4]"), ("c", ""), ("d", "{\"x\":5}\n")]).unwrap();
    assert_eq!(lines, ["0:1", "1:2", "0:3", "1:4", "0:{\"x\":5}"]);
    assert_eq!(open(&[("a", "{\"x\":1}"), ("b", "{\n}")]).unwrap(), ["0:{\"x\":1}", "0:{\n}"]);
    assert_eq!(open(&[("a", "1\n2\n"), ("b", "{\n}")]).unwrap_err().code(), "io/mixed-formats");
    assert_eq!(open(&[("a", ""), ("b", " ")]).unwrap_err().code(), "io/empty-input");
    let (_folder, paths) = folder_with(&[("a", "1\n2\n"), ("b", "")]);
    let folded = fold(Input::open(&paths, &ReadOptions::default()).unwrap()).unwrap();
    assert_eq!((folded.n_records, folded.findings.count("io/empty-input")), (2, 1));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let (folder, _) = folder_with(&[]);
    let code = |path: PathBuf| {
        let error = Input::open(std::slice::from_ref(&path), &ReadOptions::default()).unwrap_err();
        assert_eq!(error.place.source, Some(path.display().to_string()));
        error.code()
    };
    assert_eq!(code(folder.path().join("none")), "io/not-found");
    assert_eq!(code(folder.path().to_owned()), "io/is-a-directory");
}

#[test]
fn progress_ends_at_the_size_as_stored() {
    let (_folder, paths) = folder_with(&[("a", "1\n2\n"), ("b.gz", "3\n4\n"), ("c", "5\n6")]);
    let input = Input::open(&paths, &ReadOptions::default()).unwrap();
    let total = input.total_bytes().unwrap();
    let seen = Arc::new(AtomicU64::new(0));
    let last = Arc::clone(&seen);
    let input = input.on_progress(move |n_bytes| last.store(n_bytes, Ordering::Relaxed));
    fold(input).unwrap();
    assert_eq!(seen.load(Ordering::Relaxed), total);
}

#[test]
fn a_large_document_is_streamed() {
    let items: Vec<String> =
        (0..500).map(|index| format!("{{\"id\":{index},\"name\":\"n{index}\"}}")).collect();
    let text = format!("{{\n\"items\":[{}],\n\"x\":1,\"x\":2}}\n", items.join(",\n"));
    let options = ReadOptions { max_document_bytes: 100, chunk_bytes: 64, ..ReadOptions::default() };
    let folded = read_with(text.as_bytes(), &options).unwrap();
    let expected = format!("{{\"items\":[{}],\"x\":1,\"x\":2}}", items.join(","));
    assert!(folded.accumulator.lines() == [expected.as_str()], "both members are seen");
    assert_eq!((folded.n_records, folded.n_bytes), (1, text.len() as u64));
    assert_eq!(folded.findings.count("io/duplicate-key"), 1);
    let broken = text.replace("\"id\":400,", "\"id\":4 00,");
    let error = read_with(broken.as_bytes(), &options).unwrap_err();
    assert_eq!(error.place.line, Some(402));
    assert_eq!(error.place.path.as_deref(), Some("$.items[400].id"));
}
