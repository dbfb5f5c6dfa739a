//! Answers on disk, so that no question is put twice.
//!
//! The file is a redb database: a run that is killed leaves the answers it had, and a change is whole or not at all. It
//! is opened for each batch and closed again, so several processes share it; one that finds it open waits a little.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use synth_core::cast;
use synth_core::port::{ModelError, PromptStyle, TextModel, TextRequest};

use crate::audit::{keep_private, owner_only};
use crate::{Error, ErrorKind, request};

/// By the name of a question: when it was stored and last used, in seconds since 1970, and the answer.
const ANSWERS: TableDefinition<'_, &str, (u64, u64, &str)> = TableDefinition::new("answers");
/// By a server's address and the wanted model: the identity it had when it last answered, and whether it continues texts.
const SERVERS: TableDefinition<'_, &str, (&str, bool)> = TableDefinition::new("servers");

/// Longest time to wait for another process.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// Memory that the database may use.
const MEMORY_BYTES: usize = 16 << 20;
/// Bytes counted for an answer beside its text and key.
const OVERHEAD_BYTES: u64 = 64;
/// Questions that are answered between two writes: what a kill can cost.
const BATCH: usize = 16;

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// Older answers are asked for again.
    pub ttl_s: u64,
    /// Beyond this size those that were not used for the longest time go.
    pub max_bytes: u64,
}

impl Default for CacheLimits {
    /// Thirty days and a gibibyte.
    fn default() -> Self {
        Self { ttl_s: 30 * 86_400, max_bytes: 1 << 30 }
    }
}

/// What a cache holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Answers.
    pub n_answers: u64,
    /// Bytes of keys and answers.
    pub n_bytes: u64,
    /// When the oldest was stored, in seconds since 1970; 0 when there is none.
    pub oldest_s: u64,
}

/// A file of answers.
#[derive(Debug)]
pub struct AnswerCache {
    path: PathBuf,
    limits: CacheLimits,
    /// One thread of a process at a time, as the file can be open once only.
    turn: Mutex<()>,
    was_checked: AtomicBool,
}

impl AnswerCache {
    /// Names a cache; the file is made when there is something to keep.
    #[must_use]
    pub fn new(path: PathBuf, limits: CacheLimits) -> Self {
        Self { path, limits, turn: Mutex::new(()), was_checked: AtomicBool::new(false) }
    }

    /// Returns what is in it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadCache`] when the file cannot be read.
    pub fn stats(&self) -> Result<CacheStats, Error> {
        if !self.path.exists() {
            return Ok(CacheStats::default());
        }
        self.with(|database| {
            let mut stats = CacheStats::default();
            let reading = database.begin_read()?;
            let Some(table) = opened(reading.open_table(ANSWERS))? else { return Ok(stats) };
            for entry in table.iter()? {
                let (key, value) = entry?;
                let (stored, _, answer) = value.value();
                stats.n_answers += 1;
                stats.n_bytes += size(key.value(), answer);
                stats.oldest_s = if stats.oldest_s == 0 { stored } else { stats.oldest_s.min(stored) };
            }
            Ok(stats)
        })
    }

    /// Forgets all answers, or only those that are older than the limit, and returns how many went.
    ///
    /// A file that cannot be read is removed when all are to go.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadCache`] when the file cannot be changed or removed.
    pub fn purge(&self, which: Purge) -> Result<u64, Error> {
        if !self.path.exists() {
            return Ok(0);
        }
        if which == Purge::All {
            let n_answers = self.stats().map_or(0, |stats| stats.n_answers);
            return match fs::remove_file(&self.path) {
                Ok(()) => Ok(n_answers),
                Err(cause) => Err(self.bad(cause)),
            };
        }
        let oldest = now_s().saturating_sub(self.limits.ttl_s);
        self.with(|database| {
            let writing = database.begin_write()?;
            let mut n_gone = 0;
            {
                let mut table = writing.open_table(ANSWERS)?;
                table.retain(|_, (stored, _, _)| {
                    let stays = stored >= oldest;
                    n_gone += u64::from(!stays);
                    stays
                })?;
            }
            writing.commit()?;
            Ok(n_gone)
        })
    }

    /// Looks up the answers to some questions, in their order.
    fn get_all(&self, keys: &[String], age: Age) -> Result<Vec<Option<String>>, Error> {
        if !self.path.exists() {
            return Ok(vec![None; keys.len()]);
        }
        let oldest = match age {
            Age::Young => now_s().saturating_sub(self.limits.ttl_s),
            Age::Any => 0,
        };
        self.with(|database| {
            let reading = database.begin_read()?;
            let Some(table) = opened(reading.open_table(ANSWERS))? else { return Ok(vec![None; keys.len()]) };
            let find = |key: &String| {
                let found = table.get(key.as_str())?;
                let found = found.filter(|found| found.value().0 >= oldest);
                Ok(found.map(|found| found.value().2.to_owned()))
            };
            keys.iter().map(find).collect()
        })
    }

    /// Stores new answers and notes the use of old ones; the least used go when there are too many.
    fn put_all(&self, new: &[(String, String)], used: &[String]) -> Result<(), Error> {
        if new.is_empty() && used.is_empty() {
            return Ok(());
        }
        let now = now_s();
        self.with(|database| {
            let writing = database.begin_write()?;
            {
                let mut table = writing.open_table(ANSWERS)?;
                for key in used {
                    let found = table.get(key.as_str())?.map(|found| {
                        let (stored, _, answer) = found.value();
                        (stored, answer.to_owned())
                    });
                    if let Some((stored, answer)) = found {
                        table.insert(key.as_str(), (stored, now, answer.as_str()))?;
                    }
                }
                for (key, answer) in new {
                    table.insert(key.as_str(), (now, now, answer.as_str()))?;
                }
                if !new.is_empty() {
                    make_room(&mut table, self.limits.max_bytes)?;
                }
            }
            writing.commit()?;
            Ok(())
        })
    }

    /// Notes what a server is, so that its answers are found when it does not run.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadCache`] when the file cannot be written.
    pub fn note_server(&self, address: &str, model: &dyn TextModel) -> Result<(), Error> {
        let known = self.known_server(address)?;
        let continues = model.style() == PromptStyle::Continues;
        let identity = model.identity();
        if known.is_some_and(|known| known.identity == identity) {
            return Ok(());
        }
        self.with(|database| {
            let writing = database.begin_write()?;
            writing.open_table(SERVERS)?.insert(address, (identity.as_str(), continues))?;
            writing.commit()?;
            Ok(())
        })
    }

    /// Returns what the server at an address was when it last answered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadCache`] when the file cannot be read.
    pub fn known_server(&self, address: &str) -> Result<Option<KnownServer>, Error> {
        if !self.path.exists() {
            return Ok(None);
        }
        self.with(|database| {
            let reading = database.begin_read()?;
            let Some(table) = opened(reading.open_table(SERVERS))? else { return Ok(None) };
            Ok(table.get(address)?.map(|known| {
                let (identity, continues) = known.value();
                let style = if continues { PromptStyle::Continues } else { PromptStyle::Answers };
                KnownServer { identity: identity.to_owned(), style }
            }))
        })
    }

    /// Opens the file, does something and closes it.
    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, Error> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let database = self.open()?;
        let done = work(&database).map_err(|cause| self.bad(cause));
        drop(database);
        drop(turn);
        done
    }

    fn open(&self) -> Result<Database, Error> {
        let start = Instant::now();
        loop {
            let file = owner_only().read(true).write(true).create(true).truncate(false).open(&self.path);
            let file =
                file.and_then(|file| keep_private(&file).map(|()| file)).map_err(|cause| self.bad(cause))?;
            let mut builder = Builder::new();
            // Once for each process: a file that was damaged is an error, not a panic in the middle of a run.
            let is_first = !self.was_checked.swap(true, Ordering::Relaxed);
            builder.set_cache_size(MEMORY_BYTES).set_check_integrity_on_open(is_first);
            let opened = FileBackend::new(file).and_then(|file| builder.create_with_backend(file));
            match opened {
                Ok(database) => return Ok(database),
                Err(DatabaseError::DatabaseAlreadyOpen) if start.elapsed() < MAX_WAIT => {
                    self.was_checked.store(!is_first, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(cause) => return Err(self.bad(cause)),
            }
        }
    }

    fn bad(&self, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::caused(ErrorKind::BadCache { path: self.path.display().to_string() }, cause)
    }

    /// Where the answers are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What is known of a server that does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownServer {
    /// As [`TextModel::identity`] had it.
    pub identity: String,
    /// As [`TextModel::style`] had it.
    pub style: PromptStyle,
}

/// Which answers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// All.
    All,
    /// Those that are too old to be used.
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Young,
    Any,
}

/// A table that was never written to is none.
fn opened<T>(table: Result<T, redb::TableError>) -> Result<Option<T>, redb::Error> {
    match table {
        Ok(table) => Ok(Some(table)),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn size(key: &str, answer: &str) -> u64 {
    cast::to_u64(key.len() + answer.len()) + OVERHEAD_BYTES
}

/// Removes answers that were not used for the longest time until nine tenths of the room are taken.
fn make_room(table: &mut redb::Table<'_, &str, (u64, u64, &str)>, max_bytes: u64) -> Result<(), redb::Error> {
    let mut all: Vec<(u64, String, u64)> = Vec::new();
    let mut n_bytes = 0;
    for entry in table.iter()? {
        let (key, value) = entry?;
        let (_, used, answer) = value.value();
        let size = size(key.value(), answer);
        n_bytes += size;
        all.push((used, key.value().to_owned(), size));
    }
    if n_bytes <= max_bytes {
        return Ok(());
    }
    all.sort_unstable();
    for (_, key, size) in all {
        if n_bytes <= max_bytes / 10 * 9 {
            break;
        }
        table.remove(key.as_str())?;
        n_bytes -= size;
    }
    Ok(())
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A model whose answers are kept; without a model, one that knows the kept answers only.
#[derive(Clone, Copy)]
pub struct Cached<'a> {
    cache: &'a AnswerCache,
    model: Option<&'a dyn TextModel>,
    known: Option<&'a KnownServer>,
    hits: &'a Hits,
}

/// How often the cache had an answer.
#[derive(Debug, Default)]
pub struct Hits {
    n_found: AtomicU64,
    n_missed: AtomicU64,
    is_broken: AtomicBool,
}

impl Hits {
    /// Questions whose answers were there.
    #[must_use]
    pub fn n_found(&self) -> u64 {
        self.n_found.load(Ordering::Relaxed)
    }

    /// Questions whose answers were not.
    #[must_use]
    pub fn n_missed(&self) -> u64 {
        self.n_missed.load(Ordering::Relaxed)
    }

    /// Tells whether the cache could not be read or written, so that answers were not kept.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }
}

impl<'a> Cached<'a> {
    /// Puts a cache in front of a model.
    #[must_use]
    pub fn new(cache: &'a AnswerCache, model: &'a dyn TextModel, hits: &'a Hits) -> Self {
        Self { cache, model: Some(model), known: None, hits }
    }

    /// Answers from the cache alone, however old it is, as the server would that is known.
    #[must_use]
    pub fn replay(cache: &'a AnswerCache, known: &'a KnownServer, hits: &'a Hits) -> Self {
        Self { cache, model: None, known: Some(known), hits }
    }

    fn key(&self, request: &TextRequest) -> String {
        format!("{} {}", request::key(request), self.identity())
    }

    /// A cache that fails is no reason to stop: the questions are put, and their answers not kept.
    fn look_up(&self, keys: &[String]) -> Vec<Option<String>> {
        let age = if self.model.is_some() { Age::Young } else { Age::Any };
        let found = self.cache.get_all(keys, age).unwrap_or_else(|_| {
            self.hits.is_broken.store(true, Ordering::Relaxed);
            vec![None; keys.len()]
        });
        let n_found = cast::to_u64(found.iter().flatten().count());
        self.hits.n_found.fetch_add(n_found, Ordering::Relaxed);
        self.hits.n_missed.fetch_add(cast::to_u64(keys.len()) - n_found, Ordering::Relaxed);
        found
    }

    fn keep(&self, new: &[(String, String)], used: &[String]) {
        if self.cache.put_all(new, used).is_err() {
            self.hits.is_broken.store(true, Ordering::Relaxed);
        }
    }
}

impl TextModel for Cached<'_> {
    fn identity(&self) -> String {
        let known = || self.known.map(|known| known.identity.clone()).unwrap_or_default();
        self.model.map_or_else(known, TextModel::identity)
    }

    fn style(&self) -> PromptStyle {
        let known = || self.known.map_or(PromptStyle::Continues, |known| known.style);
        self.model.map_or_else(known, TextModel::style)
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let mut answers = self.complete_all(std::slice::from_ref(request));
        answers.pop().unwrap_or_else(|| Err(missing()))
    }

    fn complete_all(&self, requests: &[TextRequest]) -> Vec<Result<String, ModelError>> {
        let keys: Vec<String> = requests.iter().map(|request| self.key(request)).collect();
        let found = self.look_up(&keys);
        let used: Vec<String> = keys
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_some())
            .map(|(key, _)| key.clone())
            .collect();
        if self.model.is_some() {
            self.keep(&[], &used);
        }
        let mut answers: Vec<Result<String, ModelError>> =
            found.iter().map(|found| found.as_deref().map_or_else(|| Err(missing()), answer_of)).collect();
        let Some(model) = self.model else { return answers };
        let open: Vec<usize> = (0..requests.len()).filter(|at| found[*at].is_none()).collect();
        for batch in open.chunks(BATCH) {
            let questions: Vec<TextRequest> = batch.iter().map(|at| requests[*at].clone()).collect();
            let mut new = Vec::new();
            for (at, answer) in batch.iter().zip(model.complete_all(&questions)) {
                if let Some(stored) = stored(&answer) {
                    new.push((keys[*at].clone(), stored));
                }
                answers[*at] = answer;
            }
            self.keep(&new, &[]);
        }
        answers
    }
}

/// An answer as it is stored, behind a sign. That a question has no usable answer, for all its tries, is kept as well: the
/// next run would be told the same, or something else, and make other data. What a server had to do with is not kept.
fn stored(answer: &Result<String, ModelError>) -> Option<String> {
    match answer {
        Ok(text) => Some(format!("+{text}")),
        Err(ModelError::BadAnswer { reason }) => Some(format!("-{reason}")),
        Err(_) => None,
    }
}

fn answer_of(stored: &str) -> Result<String, ModelError> {
    match (stored.strip_prefix('+'), stored.strip_prefix('-')) {
        (Some(text), _) => Ok(text.to_owned()),
        (None, Some(reason)) => Err(ModelError::BadAnswer { reason: reason.to_owned() }),
        (None, None) => Err(missing()),
    }
}

fn missing() -> ModelError {
    ModelError::Unavailable { reason: "the answer is not in the cache".to_owned() }
}
