//! `synth cache`

use synth_llm::cache::Purge;
use synth_llm::{AnswerCache, CacheLimits};

use super::{count, name};
use crate::Outcome;
use crate::args::asking::CacheAction;
use crate::asking::cache_file;
use crate::display::Screen;
use crate::failure::Failure;

pub(crate) fn run(action: &CacheAction, screen: &Screen) -> Result<Outcome, Failure> {
    match action {
        CacheAction::Stats(place) => {
            let cache = AnswerCache::new(cache_file(place.cache_dir.as_deref())?, CacheLimits::default());
            let stats = cache.stats()?;
            let answers = count(stats.n_answers, "answer");
            screen.say(&format!("{answers}, {} bytes: {}", stats.n_bytes, name(cache.path())));
        }
        CacheAction::Purge(purging) => {
            let limits = CacheLimits { ttl_s: purging.expired.unwrap_or(0), ..CacheLimits::default() };
            let which = if purging.expired.is_some() { Purge::Expired } else { Purge::All };
            let cache = AnswerCache::new(cache_file(purging.place.cache_dir.as_deref())?, limits);
            let n_gone = cache.purge(which)?;
            screen.say(&format!("{} forgotten: {}", count(n_gone, "answer"), name(cache.path())));
        }
    }
    Ok(Outcome::Done)
}
