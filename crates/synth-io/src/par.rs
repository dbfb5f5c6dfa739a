//! Threads: an ordered parallel fold over pieces, and an ordered parallel map over block numbers.
//!
//! Both take their work in order and answer for it in order, so the number of threads and their timing never
//! show in a result, an error included. A panic in a thread goes on in the caller.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use synth_core::cast;

/// Folds `items` into accumulators, each on a thread of its own, and merges `others` into `first`.
///
/// Items are drawn on the calling thread and wait in a queue of twice the number of threads; without `others` all is
/// done on the calling thread. `step` also gets the item's number. `merge` must be associative and commutative, because
/// which thread takes which item is left to chance.
///
/// # Errors
///
/// Of all errors, from `items` or from `step`, the one of the lowest item number; every item before it was
/// folded.
///
/// # Panics
///
/// When `step` or `merge` does.
///
/// # Example
///
/// ```
/// let numbers = (1..=100_u64).map(Ok::<u64, ()>);
/// let sum = synth_io::par::fold(
///     numbers,
///     (1000, vec![0, 0]),
///     |sum, _, number| {
///         *sum += number;
///         Ok(())
///     },
///     |sum, other| *sum += other,
/// );
/// assert_eq!(sum, Ok(6050));
/// ```
pub fn fold<T: Send, A: Send, E: Send>(
    items: impl Iterator<Item = Result<T, E>>,
    (mut first, others): (A, Vec<A>),
    step: impl Fn(&mut A, u64, T) -> Result<(), E> + Sync,
    merge: impl Fn(&mut A, A),
) -> Result<A, E> {
    if others.is_empty() {
        for (number, item) in (0..).zip(items) {
            step(&mut first, number, item?)?;
        }
        return Ok(first);
    }
    let queue = Queue::new(2 * (1 + others.len()));
    let (queue_of_all, step) = (&queue, &step);
    let work = |mut accumulator: A| {
        move || {
            let _stop = StopOnPanic(queue_of_all);
            while let Some((number, item)) = queue_of_all.pop() {
                if let Err(error) = step(&mut accumulator, number, item) {
                    queue_of_all.fail(number, error);
                }
            }
            accumulator
        }
    };
    let (mut merged, others) = thread::scope(|scope| {
        let _stop = StopOnPanic(&queue);
        let first = scope.spawn(work(first));
        let others: Vec<_> = others.into_iter().map(|other| scope.spawn(work(other))).collect();
        feed(&queue, items);
        (join(first), others.into_iter().map(join).collect::<Vec<A>>())
    });
    if let Some((_, error)) = queue.into_failure() {
        return Err(error);
    }
    others.into_iter().for_each(|other| merge(&mut merged, other));
    Ok(merged)
}

fn feed<T, E>(queue: &Queue<T, E>, items: impl Iterator<Item = Result<T, E>>) {
    for (number, item) in (0..).zip(items) {
        match item {
            Ok(item) => {
                if !queue.push(number, item) {
                    break;
                }
            }
            Err(error) => {
                queue.fail(number, error);
                break;
            }
        }
    }
    queue.close();
}

/// Waits for a thread; its panic goes on here.
fn join<A>(worker: ScopedJoinHandle<'_, A>) -> A {
    match worker.join() {
        Ok(accumulator) => accumulator,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Items on their way to threads, and the error of the lowest number so far.
struct Queue<T, E> {
    state: Mutex<QueueState<T, E>>,
    changed: Condvar,
    capacity: usize,
}

struct QueueState<T, E> {
    items: VecDeque<(u64, T)>,
    is_closed: bool,
    failure: Option<(u64, E)>,
}

impl<T, E> Queue<T, E> {
    fn new(capacity: usize) -> Self {
        let state = QueueState { items: VecDeque::new(), is_closed: false, failure: None };
        Self { state: Mutex::new(state), changed: Condvar::new(), capacity }
    }

    /// Waits for room and adds an item; tells whether items are still wanted.
    fn push(&self, number: u64, item: T) -> bool {
        let mut state = lock(&self.state);
        while state.items.len() >= self.capacity && !state.is_closed {
            state = wait(&self.changed, state);
        }
        if state.is_closed {
            return false;
        }
        state.items.push_back((number, item));
        self.changed.notify_all();
        true
    }

    /// Waits for an item that lies before the first failure; `None` when there will be none.
    fn pop(&self) -> Option<(u64, T)> {
        let mut state = lock(&self.state);
        loop {
            match state.items.pop_front() {
                Some((number, item)) => {
                    self.changed.notify_all();
                    let is_wanted = state.failure.as_ref().is_none_or(|(failed, _)| number < *failed);
                    if is_wanted {
                        return Some((number, item));
                    }
                }
                None if state.is_closed => return None,
                None => state = wait(&self.changed, state),
            }
        }
    }

    /// Notes an error; items behind it are not wanted any more.
    fn fail(&self, number: u64, error: E) {
        let mut state = lock(&self.state);
        if state.failure.as_ref().is_none_or(|(failed, _)| number < *failed) {
            state.failure = Some((number, error));
        }
        state.is_closed = true;
        self.changed.notify_all();
    }

    /// Says that no more items come.
    fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    fn into_failure(self) -> Option<(u64, E)> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failure
    }
}

/// Something threads wait on; closed when one of them panics, so that no other waits for ever.
trait Close {
    fn close(&self);
}

impl<T, E> Close for Queue<T, E> {
    fn close(&self) {
        Self::close(self);
    }
}

struct StopOnPanic<'q, C: Close>(&'q C);

impl<C: Close> Drop for StopOnPanic<'_, C> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}

/// A thread that panicked left nothing half done under the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'m, T>(condition: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

/// Makes blocks `0..n_blocks` on several threads and hands them to `consume` in order, on the calling thread:
/// [`map_ordered_with`] for blocks that need nothing to be kept between them.
///
/// # Errors
///
/// The error of the lowest block, from `make` or from `consume`; every block before it was consumed, none
/// behind it.
///
/// # Panics
///
/// When `make` or `consume` does.
///
/// # Example
///
/// ```
/// use std::num::NonZeroUsize;
/// let mut squares = Vec::new();
/// let two = NonZeroUsize::MIN.saturating_add(1);
/// synth_io::par::map_ordered(4, two, |block| Ok::<u64, ()>(block * block), |square| {
///     squares.push(square);
///     Ok(())
/// })?;
/// assert_eq!(squares, [0, 1, 4, 9]);
/// # Ok::<(), ()>(())
/// ```
pub fn map_ordered<T: Send, E: Send>(
    n_blocks: u64,
    n_threads: NonZeroUsize,
    make: impl Fn(u64) -> Result<T, E> + Sync,
    consume: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    map_ordered_with((n_blocks, n_threads), || (), |(), block| make(block), consume)
}

/// Makes blocks `0..n_blocks` on several threads and hands them to `consume` in order, on the calling thread; each thread
/// has a state of its own, which `start` makes, and in which it keeps its buffers.
///
/// A block must not depend on which blocks the same thread made before. At most twice as many blocks as threads are made or
/// waiting at any time.
///
/// # Errors
///
/// As [`map_ordered`].
///
/// # Panics
///
/// When `start`, `make` or `consume` does.
pub fn map_ordered_with<W, T: Send, E: Send>(
    (n_blocks, n_threads): (u64, NonZeroUsize),
    start: impl Fn() -> W + Sync,
    make: impl Fn(&mut W, u64) -> Result<T, E> + Sync,
    mut consume: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    if n_threads == NonZeroUsize::MIN {
        let mut state = start();
        return (0..n_blocks).try_for_each(|block| consume(make(&mut state, block)?));
    }
    let window = Blocks::new(n_blocks, cast::to_u64(2 * n_threads.get()));
    let work = || {
        let _stop = StopOnPanic(&window);
        let mut state = start();
        while let Some(block) = window.begin() {
            window.end(block, make(&mut state, block));
        }
    };
    thread::scope(|scope| {
        let _stop = StopOnPanic(&window);
        let workers: Vec<_> = (0..n_threads.get()).map(|_| scope.spawn(work)).collect();
        let result = std::iter::from_fn(|| window.take()).try_for_each(|block| consume(block?));
        window.close();
        workers.into_iter().for_each(join);
        result
    })
}

/// Buffers that were consumed and can be filled again, by whichever thread comes next.
///
/// There are never more than blocks made or waiting at one time, and the one that is consumed.
#[derive(Debug, Default)]
pub struct Spares<T>(Mutex<Vec<T>>);

impl<T: Default> Spares<T> {
    /// Returns a buffer that was given back, as it was left, or a new one.
    pub fn take(&self) -> T {
        lock(&self.0).pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub fn put(&self, spare: T) {
        lock(&self.0).push(spare);
    }
}

/// Blocks that are being made or wait to be consumed.
struct Blocks<T, E> {
    state: Mutex<BlocksState<T, E>>,
    changed: Condvar,
    n_blocks: u64,
    capacity: u64,
}

struct BlocksState<T, E> {
    next_to_begin: u64,
    next_to_take: u64,
    made: BTreeMap<u64, Result<T, E>>,
    is_closed: bool,
}

impl<T, E> Blocks<T, E> {
    fn new(n_blocks: u64, capacity: u64) -> Self {
        let state =
            BlocksState { next_to_begin: 0, next_to_take: 0, made: BTreeMap::new(), is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), n_blocks, capacity }
    }

    /// Waits until a block may be made; `None` when there is none left.
    fn begin(&self) -> Option<u64> {
        let mut state = lock(&self.state);
        loop {
            if state.is_closed || state.next_to_begin >= self.n_blocks {
                return None;
            }
            if state.next_to_begin - state.next_to_take < self.capacity {
                state.next_to_begin += 1;
                return Some(state.next_to_begin - 1);
            }
            state = wait(&self.changed, state);
        }
    }

    fn end(&self, block: u64, made: Result<T, E>) {
        lock(&self.state).made.insert(block, made);
        self.changed.notify_all();
    }

    /// Waits for the next block in order; `None` behind the last one, or after a panic.
    fn take(&self) -> Option<Result<T, E>> {
        let mut state = lock(&self.state);
        loop {
            let next = state.next_to_take;
            if let Some(made) = state.made.remove(&next) {
                state.next_to_take += 1;
                self.changed.notify_all();
                return Some(made);
            }
            if state.is_closed || next >= self.n_blocks {
                return None;
            }
            state = wait(&self.changed, state);
        }
    }
}

impl<T, E> Close for Blocks<T, E> {
    fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn threads(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    /// Folds 0..100 with errors at some items; returns the sum or the first error.
    fn fold_with_errors(n_threads: usize, bad: &[u64]) -> Result<u64, u64> {
        let items = (0..100_u64).map(|number| if bad.contains(&number) { Err(number) } else { Ok(number) });
        fold(
            items,
            (0, vec![0; n_threads - 1]),
            |sum, number, item| {
                assert_eq!(number, item);
                // Odd failures behind each other: the later one is often noticed first.
                if item % 2 == 1 && item > 40 && !bad.is_empty() {
                    return Err(item);
                }
                *sum += item;
                Ok(())
            },
            |sum, other| *sum += other,
        )
    }

    #[test]
    fn a_fold_does_not_show_its_threads() {
        for n_threads in 1..=8 {
            assert_eq!(fold_with_errors(n_threads, &[]), Ok(4950));
            for _ in 0..50 {
                assert_eq!(fold_with_errors(n_threads, &[7]), Err(7));
                assert_eq!(fold_with_errors(n_threads, &[90]), Err(41));
                assert_eq!(fold_with_errors(n_threads, &[42]), Err(41));
            }
        }
    }

    #[test]
    fn blocks_come_in_order_whatever_the_threads() {
        for n_threads in [1, 2, 3, 8] {
            let mut blocks = Vec::new();
            let result = map_ordered(
                100,
                threads(n_threads),
                |block| if block == 60 { Err(block) } else { Ok(block) },
                |block| {
                    blocks.push(block);
                    Ok(())
                },
            );
            assert_eq!(result, Err(60));
            assert_eq!(blocks, (0..60).collect::<Vec<_>>());
            let stopped =
                map_ordered(
                    u64::MAX,
                    threads(n_threads),
                    Ok,
                    |block| {
                        if block == 9 { Err(block) } else { Ok(()) }
                    },
                );
            assert_eq!(stopped, Err(9));
        }
        assert_eq!(map_ordered(0, threads(4), |_| Ok(()), |()| Err(())), Ok(()));
    }

    /// Catches a state that is made for each block, and a buffer that is lost once it was consumed.
    #[test]
    fn states_and_buffers_are_kept() {
        for n_threads in [1, 2, 3] {
            let (n_states, spares) = (AtomicUsize::new(0), Spares::<Vec<u64>>::default());
            let (mut blocks, mut n_new) = (Vec::new(), 0);
            let result = map_ordered_with(
                (100, threads(n_threads)),
                || n_states.fetch_add(1, Ordering::Relaxed),
                |_, block| {
                    let mut buffer = spares.take();
                    let is_new = buffer.capacity() == 0;
                    buffer.clear();
                    buffer.push(block);
                    Ok::<_, ()>((buffer, is_new))
                },
                |(buffer, is_new)| {
                    blocks.push(buffer[0]);
                    n_new += usize::from(is_new);
                    spares.put(buffer);
                    Ok(())
                },
            );
            assert_eq!(result, Ok(()));
            assert_eq!(blocks, (0..100).collect::<Vec<_>>());
            assert!(n_states.into_inner() <= n_threads && n_new <= 2 * n_threads + 1, "{n_new} new buffers");
        }
    }

    fn panics(run: impl FnOnce() + std::panic::UnwindSafe) {
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"as planned"));
    }

    #[test]
    fn panics_reach_the_caller() {
        let endless = || std::iter::repeat_with(|| Ok::<u64, ()>(1));
        panics(|| {
            let step = |_: &mut u64, _, _| panic!("as planned");
            _ = fold(endless(), (0, vec![0, 0]), step, |_, _| ());
        });
        panics(|| {
            let items =
                (0..50).map(|number| if number == 30 { panic!("as planned") } else { Ok::<_, ()>(number) });
            _ = fold(items, (0, vec![0, 0]), |_, _, _: i32| Ok(()), |_, _| ());
        });
        panics(|| {
            let make = |block| if block == 5 { panic!("as planned") } else { Ok::<u64, ()>(block) };
            _ = map_ordered(u64::MAX, threads(3), make, |_| Ok(()));
        });
        panics(|| {
            let consume = |block| if block == 5 { panic!("as planned") } else { Ok::<(), ()>(()) };
            _ = map_ordered(u64::MAX, threads(3), Ok, consume);
        });
    }
}
