//! Real inputs, cut into pieces and merged in any order, give one profile.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use synth_core::hash::mix;
use synth_io::{Format, Input, ReadOptions, fold_records, for_each_record};
use synth_profile::profile::SampleLayout;
use synth_profile::{Origin, Partial, PartialFile, Profiler, Unit};

use crate::feed::finish_as;

/// Larger samples take too long for tests that are not optimised.
const MAX_BYTES: usize = 1 << 20;

/// The records of a file as texts, and what counts as one unit in it.
fn records(path: &Path) -> (Vec<Vec<u8>>, Unit) {
    let input = Input::open(&[path.to_owned()], &ReadOptions::default()).expect("the sample can be read");
    let unit = if input.format() == Format::Document { Unit::Element } else { Unit::Record };
    let (mut records, mut n_bytes) = (Vec::new(), 0);
    let read: Result<(), synth_io::Error> = for_each_record(input, |record| {
        if n_bytes < MAX_BYTES {
            n_bytes += record.bytes.len();
            records.push(record.bytes.to_vec());
        }
        Ok(())
    });
    read.expect("the sample can be read");
    (records, unit)
}

/// Reads records as one array, on some threads.
fn learn(records: &[Vec<u8>], unit: Unit, n_threads: usize) -> Partial {
    let text = [b"[".as_slice(), &records.join(b",".as_slice()), b"]"].concat();
    let options = ReadOptions {
        format: Some(Format::Array),
        n_threads: NonZeroUsize::new(n_threads).expect("there is a thread"),
        chunk_bytes: 1 << 14,
        ..ReadOptions::default()
    };
    let input = Input::from_bytes("piece", text, &options).expect("an array");
    fold_records(input, || Profiler::new(unit), Profiler::merge)
        .expect("good records")
        .accumulator
        .into_partial()
}

fn bytes(partial: Partial) -> Vec<u8> {
    let origin = Origin { layout: SampleLayout::JsonLines, source: None, findings: Default::default() };
    PartialFile { partial, origin }.to_bytes()
}

fn through_file(partial: Partial) -> Partial {
    PartialFile::from_bytes(&bytes(partial), "piece").expect("what was written can be read").partial
}

/// Merges the pieces as a tree: neighbours first.
fn merge_tree(mut pieces: Vec<Partial>) -> Partial {
    while pieces.len() > 1 {
        let mut rest = pieces.into_iter();
        let mut next = Vec::new();
        while let Some(mut left) = rest.next() {
            rest.next().into_iter().for_each(|right| left.merge(right));
            next.push(left);
        }
        pieces = next;
    }
    pieces.pop().unwrap_or_default()
}

fn profile(mut partial: Partial, unit: Unit) -> String {
    let layout = if unit == Unit::Element { SampleLayout::Document } else { SampleLayout::JsonLines };
    serde_json::to_string(&finish_as(&mut partial, layout)).expect("a profile has a JSON form")
}

fn check(path: &Path) {
    let (records, unit) = records(path);
    let whole = learn(&records, unit, 1);
    let expected = bytes(whole.clone());
    assert!(bytes(learn(&records, unit, 2)) == expected, "{}: two threads", path.display());
    for n_pieces in [2, 7, 64].into_iter().filter(|n| *n <= records.len()) {
        let size = records.len().div_ceil(n_pieces);
        let mut pieces: Vec<Partial> = records.chunks(size).map(|piece| learn(piece, unit, 1)).collect();
        let chain = pieces.iter().rev().cloned().map(through_file).reduce(|mut left, right| {
            left.merge(right);
            left
        });
        assert!(bytes(chain.unwrap_or_default()) == expected, "{}: {n_pieces} in a row", path.display());
        let mut order: u64 = 0;
        pieces.sort_by_cached_key(|_| {
            order += 1;
            mix(order)
        });
        let tree = merge_tree(pieces);
        assert!(bytes(tree.clone()) == expected, "{}: {n_pieces} as a tree", path.display());
        // Profiles are made of partials alone, so one comparison is enough.
        if n_pieces == 7 {
            assert!(profile(tree, unit) == profile(whole.clone(), unit), "{}: profiles", path.display());
        }
    }
}

/// The samples in a folder.
fn samples(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let is_sample = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        [".json", ".jsonl", ".jsonl.gz"].iter().any(|end| name.ends_with(end))
    };
    paths.retain(is_sample);
    paths.sort();
    paths
}

#[test]
fn fixtures_do_not_show_their_cut() {
    let paths = samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/samples"));
    assert!(!paths.is_empty());
    paths.iter().for_each(|path| check(path));
}

#[test]
fn data_sets_do_not_show_their_cut() {
    let Some(shared) = std::env::var_os("SYNTH_SHARED") else {
        eprintln!("SKIPPED: SYNTH_SHARED names no folder with data sets");
        return;
    };
    samples(&Path::new(&shared).join("data")).iter().for_each(|path| check(path));
}
