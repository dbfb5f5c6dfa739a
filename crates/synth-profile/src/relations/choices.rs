//! Choices of some of many things.

/// All choices of so many of `n` things, in order, each written over the one before it.
#[derive(Debug)]
pub(crate) struct Choices {
    n: usize,
    chosen: Vec<usize>,
    is_begun: bool,
}

impl Choices {
    /// Returns the choices of `size` of `n` things.
    pub(crate) fn new(n: usize, size: usize) -> Self {
        Self { n, chosen: (0..size).collect(), is_begun: false }
    }

    /// Returns the next choice, ascending; `None` behind the last.
    pub(crate) fn advance(&mut self) -> Option<&[usize]> {
        let size = self.chosen.len();
        if !self.is_begun {
            self.is_begun = true;
            return (size <= self.n).then_some(&self.chosen);
        }
        // The last place that has room above it moves on, and those behind it follow.
        let place = (0..size).rev().find(|place| self.chosen[*place] + size < self.n + place)?;
        let first = self.chosen[place] + 1;
        self.chosen[place..].iter_mut().zip(first..).for_each(|(chosen, next)| *chosen = next);
        Some(&self.chosen)
    }

    /// Returns how many choices there are of `size` of `n` things.
    pub(crate) fn count(n: usize, size: usize) -> usize {
        if size > n {
            return 0;
        }
        (0..size).fold(1, |count, place| count * (n - place) / (place + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(n: usize, size: usize) -> Vec<Vec<usize>> {
        let mut choices = Choices::new(n, size);
        let mut all = Vec::new();
        while let Some(choice) = choices.advance() {
            all.push(choice.to_vec());
        }
        all
    }

    /// Catches a choice that is left out or made twice, and a wrong order.
    #[test]
    fn every_subset_comes_once_in_order() {
        assert_eq!(all(4, 2), [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(all(3, 3), [[0, 1, 2]]);
        assert_eq!(all(5, 0), [[0; 0]]);
        assert!(all(2, 3).is_empty());
        for (n, size) in [(7, 3), (9, 4), (6, 1), (0, 1), (1, 0)] {
            let found = all(n, size);
            assert_eq!(found.len(), Choices::count(n, size), "{size} of {n}");
            assert!(found.is_sorted() && found.iter().all(|choice| choice.is_sorted()));
        }
    }
}
