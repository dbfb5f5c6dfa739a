//! The cache of answers, alone and with a model behind it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use synth_core::port::{ModelError, PromptStyle, TextModel, TextRequest};
use synth_llm::cache::{Hits, Purge};
use synth_llm::{AnswerCache, CacheLimits, Cached};

use crate::text_request;

/// Says how often it was asked; cannot answer seeds that divide by 100, and is gone for seed 5000.
#[derive(Default)]
struct Counts {
    n_asked: AtomicU64,
    name: &'static str,
}

impl TextModel for Counts {
    fn identity(&self) -> String {
        self.name.to_owned()
    }

    fn style(&self) -> PromptStyle {
        PromptStyle::Answers
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let n_asked = self.n_asked.fetch_add(1, Ordering::SeqCst) + 1;
        if request.seed == 5000 {
            return Err(ModelError::Unavailable { reason: "gone".to_owned() });
        }
        if request.seed.is_multiple_of(100) {
            return Err(ModelError::BadAnswer { reason: "no".to_owned() });
        }
        Ok(format!("{} {n_asked} {}", request.seed, "x".repeat(200)))
    }
}

fn requests(seeds: std::ops::Range<u32>) -> Vec<TextRequest> {
    seeds.map(|seed| TextRequest { seed, ..text_request() }).collect()
}

fn cache(folder: &Path, limits: CacheLimits) -> AnswerCache {
    AnswerCache::new(folder.join("answers.redb"), limits)
}

#[test]
fn second_run_finds_everything_and_the_third_needs_no_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Counts { name: "m", ..Counts::default() };
    let run = |seeds: std::ops::Range<u32>| {
        let (cache, hits) = (cache(folder.path(), CacheLimits::default()), Hits::default());
        cache.note_server("http://127.0.0.1:8080", &model).expect("a cache");
        let answers = Cached::new(&cache, &model, &hits).complete_all(&requests(seeds));
        (answers, hits.n_found(), hits.n_missed())
    };
    let (first, n_found, n_missed) = run(1..40);
    assert_eq!((n_found, n_missed, model.n_asked.load(Ordering::SeqCst)), (0, 39, 39));
    let (second, n_found, n_missed) = run(1..40);
    assert_eq!((n_found, n_missed, model.n_asked.load(Ordering::SeqCst)), (39, 0, 39));
    assert_eq!(first, second);
    let (cache, hits) = (cache(folder.path(), CacheLimits { ttl_s: 0, max_bytes: 1 << 20 }), Hits::default());
    let known = cache.known_server("http://127.0.0.1:8080").expect("a cache").expect("a server");
    let replay = Cached::replay(&cache, &known, &hits);
    assert_eq!((replay.identity().as_str(), replay.style()), ("m", PromptStyle::Answers));
    assert_eq!(replay.complete_all(&requests(1..40)), first);
    assert!(replay.complete(&requests(50..51)[0]).is_err());
    assert_eq!(cache.known_server("http://127.0.0.1:9999").expect("a cache"), None);
}

/// Another model, prompt, schema, seed or setting is another question. What has no usable answer is not asked again, what
/// the server failed at is.
#[test]
fn what_differs_is_asked_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cache, hits) = (cache(folder.path(), CacheLimits::default()), Hits::default());
    let model = Counts { name: "m", ..Counts::default() };
    let other = Counts { name: "n", ..Counts::default() };
    let request = text_request();
    let changed = [
        request.clone(),
        TextRequest { prompt: "p".to_owned(), ..request.clone() },
        TextRequest { json_schema: "{}".to_owned(), ..request.clone() },
        TextRequest { seed: 8, ..request.clone() },
        TextRequest { temperature: 0.0, ..request.clone() },
        TextRequest { max_tokens: 1, ..request.clone() },
        TextRequest { stop: String::new(), ..request.clone() },
    ];
    for _ in 0..2 {
        drop(Cached::new(&cache, &model, &hits).complete_all(&changed));
    }
    assert_eq!(model.n_asked.load(Ordering::SeqCst), 7);
    drop(Cached::new(&cache, &other, &hits).complete(&request));
    assert_eq!(other.n_asked.load(Ordering::SeqCst), 1);
    for (seed, n_expected) in [(100, 8), (5000, 10)] {
        let failing = TextRequest { seed, ..request.clone() };
        let twice = [(); 2].map(|()| Cached::new(&cache, &model, &hits).complete(&failing));
        assert!(twice[0].is_err() && twice[0] == twice[1]);
        assert_eq!(model.n_asked.load(Ordering::SeqCst), n_expected);
    }
}

#[test]
fn old_answers_are_asked_for_again_and_purged() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Counts { name: "m", ..Counts::default() };
    let hits = Hits::default();
    let young = cache(folder.path(), CacheLimits::default());
    drop(Cached::new(&young, &model, &hits).complete_all(&requests(1..5)));
    assert_eq!(young.purge(Purge::Expired).expect("a cache"), 0);
    // Seconds are what is counted, so an answer is too old one second later.
    let old = cache(folder.path(), CacheLimits { ttl_s: 0, max_bytes: 1 << 20 });
    std::thread::sleep(std::time::Duration::from_millis(1100));
    drop(Cached::new(&old, &model, &hits).complete_all(&requests(1..2)));
    assert_eq!(model.n_asked.load(Ordering::SeqCst), 5);
    assert_eq!(old.purge(Purge::Expired).expect("a cache"), 3);
    assert_eq!(old.stats().expect("a cache").n_answers, 1);
    assert_eq!(old.purge(Purge::All).expect("a cache"), 1);
    assert!(!old.path().exists());
    assert_eq!(old.stats().expect("no cache").n_answers, 0);
}

/// Catches a cache that drops the newest, or that never shrinks: 300 answers of some 300 bytes do not fit into 20,000.
#[test]
fn least_used_answers_make_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Counts { name: "m", ..Counts::default() };
    let (cache, hits) =
        (cache(folder.path(), CacheLimits { max_bytes: 20_000, ..CacheLimits::default() }), Hits::default());
    let cached = Cached::new(&cache, &model, &hits);
    drop(cached.complete_all(&requests(1..30)));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    // The first one is used again, so it is not among the least used.
    drop(cached.complete_all(&requests(1..2)));
    drop(cached.complete_all(&requests(30..99)));
    let stats = cache.stats().expect("a cache");
    assert!(stats.n_bytes <= 20_000 && stats.n_answers > 30, "{stats:?}");
    let before = model.n_asked.load(Ordering::SeqCst);
    drop(cached.complete_all(&requests(98..99)));
    assert_eq!(model.n_asked.load(Ordering::SeqCst), before);
    drop(cached.complete_all(&requests(29..30)));
    assert_eq!(model.n_asked.load(Ordering::SeqCst), before + 1);
}

/// A file that is no cache: the questions are put, nothing is lost, and it is told.
#[test]
fn broken_cache_is_told_and_done_without() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("answers.redb"), "x".repeat(10_000)).expect("a file");
    let model = Counts { name: "m", ..Counts::default() };
    let (cache, hits) = (cache(folder.path(), CacheLimits::default()), Hits::default());
    assert!(Cached::new(&cache, &model, &hits).complete(&text_request()).is_ok());
    assert!(hits.is_broken());
    assert_eq!(cache.stats().expect_err("an error").kind.code(), "llm/bad-cache");
    cache.purge(Purge::All).expect("a removed file");
    assert!(cache.stats().is_ok());
}

#[test]
fn cache_holds_no_question_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Counts { name: "m", ..Counts::default() };
    let (cache, hits) = (cache(folder.path(), CacheLimits::default()), Hits::default());
    drop(Cached::new(&cache, &model, &hits).complete(&text_request()));
    let bytes = std::fs::read(cache.path()).expect("the file");
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(has(b"xxxxxxxx") && !has(b"secret"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(cache.path()).expect("the file").permissions().mode() & 0o077, 0);
    }
}

/// Several users of one file, as processes are: each opens it for itself. All answers are kept.
#[test]
fn several_share_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::thread::scope(|scope| {
        for user in 0..4_u32 {
            let folder = folder.path();
            scope.spawn(move || {
                let model = Counts { name: "m", ..Counts::default() };
                let (cache, hits) = (cache(folder, CacheLimits::default()), Hits::default());
                let seeds = user * 1000 + 1..user * 1000 + 40;
                drop(Cached::new(&cache, &model, &hits).complete_all(&requests(seeds)));
                assert!(!hits.is_broken());
            });
        }
    });
    assert_eq!(cache(folder.path(), CacheLimits::default()).stats().expect("a cache").n_answers, 4 * 39);
}
