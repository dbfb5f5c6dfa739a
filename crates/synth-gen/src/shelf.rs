//! Values of all listed parents of a reference, made once and then looked up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::memo::Memo;
use crate::recipe::Recipe;
use crate::site::Row;

/// The program of each kind of a path.
pub(crate) type Programs = [Option<Arc<Recipe>>];

/// Rows whose values are made together.
const N_TOGETHER: usize = 4096;

/// What was made for all rows of a list, for each path that was asked for.
///
/// # Cost
///
/// A path is made for all rows once as many of its values were asked for as there are rows, so never more than
/// twice the work of making each value when it is needed; memory for one value of each row and path.
#[derive(Debug)]
pub(crate) struct Shelves<T> {
    /// By where the programs stand in memory; the weak pointer keeps that place from being used again.
    shelves: Mutex<BTreeMap<usize, Shelf<T>>>,
}

#[derive(Debug)]
struct Shelf<T> {
    _programs: Weak<Programs>,
    n_asked: usize,
    made: Option<Arc<T>>,
}

impl<T> Default for Shelves<T> {
    fn default() -> Self {
        Self { shelves: Mutex::default() }
    }
}

/// Values of several rows, to which those of others are added.
pub(crate) trait Append: Default {
    /// Adds the values of more rows.
    fn append(&mut self, more: &Self);

    /// Tells whether there is too much of it to keep.
    fn is_large(&self) -> bool;
}

impl<T: Append> Shelves<T> {
    /// Returns the values of all rows when they are made, or worth making for `n_asked` more of them.
    pub(crate) fn get(
        &self,
        programs: &Arc<Programs>,
        (rows, n_asked): (&[Row], usize),
        make: impl Fn(&[Option<Row>], &Memo) -> T,
    ) -> Option<Arc<T>> {
        let place = Arc::as_ptr(programs).addr();
        {
            let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
            let shelf = shelves.entry(place).or_insert_with(|| Shelf {
                _programs: Arc::downgrade(programs),
                n_asked: 0,
                made: None,
            });
            shelf.n_asked = shelf.n_asked.saturating_add(n_asked);
            if shelf.made.is_some() || shelf.n_asked < rows.len() {
                return shelf.made.clone();
            }
            // What is too large is not tried again.
            shelf.n_asked = 0;
        }
        // Programs may look up these rows themselves, so they run without the lock.
        let made = Arc::new(make_all(rows, make)?);
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelf) = shelves.get_mut(&place) {
            shelf.made = Some(Arc::clone(&made));
        }
        Some(made)
    }
}

/// Makes the values of all rows; `None` when they are too large to keep.
fn make_all<T: Append>(rows: &[Row], make: impl Fn(&[Option<Row>], &Memo) -> T) -> Option<T> {
    let mut all = T::default();
    for part in rows.chunks(N_TOGETHER) {
        let part: Vec<Option<Row>> = part.iter().copied().map(Some).collect();
        all.append(&make(&part, &Memo::default()));
        if all.is_large() {
            return None;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    impl Append for Vec<u64> {
        fn append(&mut self, more: &Self) {
            self.extend(more);
        }

        fn is_large(&self) -> bool {
            self.len() > 2 * N_TOGETHER
        }
    }

    fn rows(n: u64) -> Vec<Row> {
        (0..n).map(|ordinal| Row { address: ordinal, ordinal, code: 2, uniform: f64::NAN }).collect()
    }

    fn ordinals(rows: &[Option<Row>]) -> Vec<u64> {
        rows.iter().flatten().map(|row| row.ordinal).collect()
    }

    /// Catches values that are made before they are worth it, again and again, or in another order.
    #[test]
    fn values_are_made_once_when_enough_were_asked_for() {
        let (shelves, programs) = (Shelves::<Vec<u64>>::default(), Arc::<Programs>::from(vec![]));
        let (rows, n_made) = (rows(5000), Cell::new(0));
        let ask = |n_asked| {
            shelves.get(&programs, (&rows, n_asked), |rows, _| {
                n_made.set(n_made.get() + rows.len());
                ordinals(rows)
            })
        };
        assert_eq!((ask(4000), n_made.get()), (None, 0));
        assert_eq!(ask(1000).as_deref(), Some(&(0..5000).collect()));
        assert!(ask(1).is_some());
        assert_eq!(n_made.get(), 5000);
    }

    /// Catches large values that are kept, and programs whose place in memory is taken by others.
    #[test]
    fn what_is_too_large_is_left_and_programs_are_told_apart() {
        let shelves = Shelves::<Vec<u64>>::default();
        let many = rows(3 * 4096);
        let programs = Arc::<Programs>::from(vec![]);
        assert_eq!(shelves.get(&programs, (&many, many.len()), |rows, _| ordinals(rows)), None);
        drop(programs);
        let few = rows(2);
        let others = Arc::<Programs>::from(vec![]);
        assert_eq!(shelves.get(&others, (&few, 2), |_, _| vec![7]).as_deref(), Some(&vec![7]));
    }
}
