//! Codes made coarse, so that tables of two fields stay small.

use super::codes::{CodeColumn, CodeOrder};

/// Which group each code is in.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    /// By code.
    pub(super) group_of: Vec<u16>,
    pub(super) n_groups: usize,
}

impl Grouping {
    /// Groups the codes of a column: neighbours with about equally many rows together where codes are ordered, the rare
    /// ones together where they are names.
    pub(super) fn of(column: &CodeColumn, counts: &[u32], max_groups: usize) -> Self {
        if counts.len() <= max_groups {
            return Self { group_of: (0..column.n_codes).collect(), n_groups: counts.len() };
        }
        match column.order {
            CodeOrder::Ordered => Self::of_neighbours(counts, max_groups),
            CodeOrder::Nominal => Self::of_names(counts, max_groups),
        }
    }

    fn of_neighbours(counts: &[u32], max_groups: usize) -> Self {
        let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let room = (2 * total).div_ceil(max_groups as u64 - 1).max(1);
        let (mut group_of, mut group, mut filled) = (Vec::with_capacity(counts.len()), 0_u16, 0_u64);
        for count in counts.iter().map(|count| u64::from(*count)) {
            // Two neighbouring groups hold more than the room of one, so at most `max_groups` are made.
            if filled > 0 && filled + count > room {
                (group, filled) = (group + 1, 0);
            }
            filled += count;
            group_of.push(group);
        }
        Self { group_of, n_groups: usize::from(group) + 1 }
    }

    fn of_names(counts: &[u32], max_groups: usize) -> Self {
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|code| (std::cmp::Reverse(counts[*code]), *code));
        let mut group_of = vec![0; counts.len()];
        for (group, code) in (0..).zip(order) {
            group_of[code] = u16::try_from(max_groups - 1).map_or(group, |last| group.min(last));
        }
        Self { group_of, n_groups: max_groups }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches groups that take in a heavy neighbour, and more groups than were allowed.
    #[test]
    fn groups_hold_about_equally_many_rows() {
        let counts: Vec<u32> = (0..200).map(|code| if code == 70 { 5000 } else { 10 }).collect();
        let column = CodeColumn { codes: Vec::new(), n_codes: 200, order: CodeOrder::Ordered };
        let grouping = Grouping::of(&column, &counts, 16);
        assert!(grouping.n_groups <= 16);
        assert!(grouping.group_of.is_sorted());
        let heavy = grouping.group_of[70];
        assert_eq!(grouping.group_of.iter().filter(|group| **group == heavy).count(), 1);
    }

    #[test]
    fn rare_names_share_a_group() {
        let counts = [1, 50, 2, 40, 3];
        let column = CodeColumn { codes: Vec::new(), n_codes: 5, order: CodeOrder::Nominal };
        let grouping = Grouping::of(&column, &counts, 3);
        assert_eq!(grouping.group_of, [2, 0, 2, 1, 2]);
    }
}
