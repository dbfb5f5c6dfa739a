//! Changing the weights of hours and weekdays.

use super::ProfileChange;

/// Names of weekdays; three letters are enough.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Hours of a day or days of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cycle {
    Hours,
    Weekdays,
}

impl Cycle {
    fn length(self) -> usize {
        match self {
            Self::Hours => 24,
            Self::Weekdays => 7,
        }
    }

    fn position(self, name: &str) -> Option<usize> {
        let name = name.trim().to_lowercase();
        match self {
            Self::Hours => name.parse().ok().filter(|hour| *hour < 24),
            Self::Weekdays => DAYS.iter().position(|day| name.len() >= 3 && day.starts_with(&name)),
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Hours => "an hour from 0 to 23, or a range such as `8..23`",
            Self::Weekdays => "a day such as `monday`, or a range such as `sat..sun`",
        }
    }

    /// The positions that a name or a range of names stands for; ranges may go over the end.
    fn positions(self, names: &str) -> Option<Vec<usize>> {
        let Some((first, last)) = names.split_once("..") else {
            return self.position(names).map(|position| vec![position]);
        };
        let (first, last) = (self.position(first)?, self.position(last)?);
        let n = (last + self.length() - first) % self.length() + 1;
        Some((0..n).map(|step| (first + step) % self.length()).collect())
    }
}

/// Changes weights; an empty list stands for equal ones.
pub(super) fn change(weights: &mut Vec<f64>, change: &ProfileChange, cycle: Cycle) -> Result<(), String> {
    let scale = match change {
        ProfileChange::Weights(new) if new.len() == cycle.length() => {
            weights.clone_from(new);
            return Ok(());
        }
        ProfileChange::Weights(new) => {
            return Err(format!("{} weights are given, expected {}", new.len(), cycle.length()));
        }
        ProfileChange::Scale(scale) => scale,
    };
    if weights.is_empty() {
        *weights = vec![1.0; cycle.length()];
    }
    for (names, factor) in scale {
        let positions = cycle.positions(names);
        let positions = positions.ok_or_else(|| format!("`{names}` is not {}", cycle.wanted()))?;
        if *factor < 0.0 || !factor.is_finite() {
            return Err(format!("the factor of `{names}` is below 0"));
        }
        positions.into_iter().for_each(|position| weights[position] *= factor);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cycle: Cycle, names: &str, expected: &[usize]) {
        let mut weights = Vec::new();
        let scale = ProfileChange::Scale([(names.to_owned(), 2.0)].into_iter().collect());
        change(&mut weights, &scale, cycle).unwrap();
        let changed: Vec<usize> = (0..cycle.length()).filter(|at| weights[*at] > 1.0).collect();
        assert_eq!(changed, expected, "{names}");
    }

    #[test]
    fn names_and_ranges_are_scaled() {
        check(Cycle::Hours, "8", &[8]);
        check(Cycle::Hours, "21..23", &[21, 22, 23]);
        check(Cycle::Hours, "23..1", &[0, 1, 23]);
        check(Cycle::Weekdays, "Sat..Sun", &[5, 6]);
        check(Cycle::Weekdays, "thursday", &[3]);
    }

    #[test]
    fn other_names_are_refused() {
        for (cycle, names) in
            [(Cycle::Hours, "24"), (Cycle::Hours, "8-23"), (Cycle::Weekdays, "t"), (Cycle::Weekdays, "1")]
        {
            let scale = ProfileChange::Scale([(names.to_owned(), 2.0)].into_iter().collect());
            assert!(change(&mut Vec::new(), &scale, cycle).is_err(), "{names}");
        }
    }
}
