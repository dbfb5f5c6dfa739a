//! The order of pushes, the cut into parts and the order of merges do not show.

use proptest::prelude::*;
use synth_core::Decimal;
use synth_core::hash::mix;
use synth_stats::{BottomK, ExactSum, FloatSum, HyperLogLog, LengthHistogram, OrderHistogram};

/// Items, each with the part it goes to, and the order in which parts are merged.
#[derive(Debug, Clone)]
struct Split<T> {
    items: Vec<T>,
    part_of: Vec<usize>,
    order: Vec<usize>,
}

const PARTS: usize = 5;

fn split<T: std::fmt::Debug + Clone>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Split<T>> {
    let order = Just((0..PARTS).collect::<Vec<_>>()).prop_shuffle();
    (prop::collection::vec((item, 0..PARTS), 0..400), order).prop_map(|(pairs, order)| {
        let (items, part_of) = pairs.into_iter().unzip();
        Split { items, part_of, order }
    })
}

/// Builds a state from all items in order, and one from shuffled parts merged as a chain and as a tree.
fn check<T, S: Clone + PartialEq + std::fmt::Debug>(
    split: &Split<T>,
    empty: &S,
    push: impl Fn(&mut S, usize, &T),
    merge: impl Fn(&mut S, &S),
) {
    let mut whole = empty.clone();
    split.items.iter().enumerate().for_each(|(index, item)| push(&mut whole, index, item));
    let parts: Vec<S> = (0..PARTS)
        .map(|part| {
            let mut state = empty.clone();
            let mine = split.items.iter().enumerate().filter(|(index, _)| split.part_of[*index] == part);
            mine.rev().for_each(|(index, item)| push(&mut state, index, item));
            state
        })
        .collect();
    let mut chain = empty.clone();
    split.order.iter().for_each(|&part| merge(&mut chain, &parts[part]));
    assert_eq!(whole, chain);
    let (mut left, mut right) = (parts[split.order[0]].clone(), parts[split.order[2]].clone());
    merge(&mut left, &parts[split.order[1]]);
    merge(&mut right, &parts[split.order[3]]);
    merge(&mut right, &parts[split.order[4]]);
    merge(&mut right, &left);
    assert_eq!(whole, right);
}

proptest! {
    #[test]
    fn bottom_k_merge_order_does_not_matter(split in split(0_u64..60), capacity in 1_usize..40) {
        check(
            &split,
            &BottomK::new(capacity),
            |table, index, &value| {
                // Some records hold their value twice.
                (0..=value % 2).for_each(|_| table.push(mix(value + 1), index as u64, || value));
            },
            |table, other| table.merge(other.clone()),
        );
    }

    #[test]
    fn bottom_k_counts_what_it_keeps(values in prop::collection::vec(0_u64..200, 0..600), capacity in 1_usize..50) {
        let mut table = BottomK::new(capacity);
        for (unit, &value) in values.iter().enumerate() {
            table.push(mix(value + 1), unit as u64, || value);
        }
        let mut distinct: Vec<u64> = values.iter().map(|value| mix(value + 1)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(table.is_complete(), distinct.len() <= capacity);
        prop_assert_eq!(table.total(), values.len() as u64);
        distinct.truncate(capacity);
        prop_assert!(table.entries().map(|entry| entry.hash).eq(distinct));
        for entry in table.entries() {
            let count = values.iter().filter(|&&value| value == entry.value).count() as u64;
            prop_assert_eq!((entry.count, entry.n_units), (count, count));
        }
    }

    #[test]
    fn histogram_merge_order_does_not_matter(
        split in split(prop_oneof![any::<f64>(), -50.0..50.0, (0_i32..20).prop_map(f64::from)]),
        capacity in 2_usize..64,
    ) {
        check(
            &split,
            &OrderHistogram::new(capacity),
            |histogram, _, &x| histogram.push(x),
            |histogram, other| histogram.merge(other.clone()),
        );
    }

    #[test]
    fn histogram_buffer_does_not_show(values in prop::collection::vec(-1e3..1e3, 0..3000), capacity in 2_usize..300) {
        let (mut buffered, mut direct) = (OrderHistogram::new(capacity), OrderHistogram::new(capacity));
        values.iter().for_each(|&x| buffered.push(x));
        values.iter().rev().for_each(|&x| direct.push_n(x, 1));
        prop_assert_eq!(&buffered, &direct);
        prop_assert_eq!(buffered.count(), values.len() as u64);
        prop_assert!(buffered.cells().count() <= capacity);
    }

    #[test]
    fn histogram_quantile_and_cdf_are_monotone(values in prop::collection::vec(any::<f64>(), 1..300)) {
        let mut histogram = OrderHistogram::new(32);
        values.iter().for_each(|&x| histogram.push(x));
        let quantiles: Vec<f64> = (0..=64).filter_map(|i| histogram.quantile(f64::from(i) / 64.0)).collect();
        prop_assert!(quantiles.windows(2).all(|pair| pair[0] <= pair[1]));
        let shares: Vec<f64> = quantiles.iter().map(|&x| histogram.cdf(x)).collect();
        prop_assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert_eq!(quantiles.first().copied(), histogram.min());
        prop_assert_eq!(quantiles.last().copied(), histogram.max());
    }

    #[test]
    fn sum_merge_order_does_not_matter(split in split((any::<i128>(), 0_u8..20))) {
        check(
            &split,
            &ExactSum::default(),
            |sum, index, &(mantissa, scale)| {
                sum.push(Decimal { mantissa, scale });
                // Every number of the whole range of `f64` in turn, infinities too.
                sum.push_f64(f64::from_bits(mix(index as u64)));
            },
            |sum, other| sum.merge(other.clone()),
        );
    }

    #[test]
    fn float_sum_merge_order_does_not_matter(split in split(any::<f64>())) {
        check(
            &split,
            &FloatSum::default(),
            |sum, _, &x| _ = sum.push(x),
            |sum, other| sum.merge(other.clone()),
        );
    }

    /// Catches a carry that stops too early: whole numbers of one unit have a sum that 128 bits hold.
    #[test]
    fn float_sum_is_that_of_integers(values in prop::collection::vec(any::<i64>(), 1..200), exponent in -900_i32..900) {
        let mut sum = FloatSum::default();
        let unit = (0..exponent.abs()).fold(1.0, |unit, _| if exponent < 0 { unit / 2.0 } else { unit * 2.0 });
        let rounded: Vec<i64> = values.iter().map(|value| value >> 12).collect();
        rounded.iter().for_each(|&value| _ = sum.push(value as f64 * unit));
        let total: i128 = rounded.iter().map(|&value| i128::from(value)).sum();
        prop_assert_eq!(sum.over(1).to_bits(), (total as f64 * unit + 0.0).to_bits());
    }

    #[test]
    fn hyperloglog_merge_order_does_not_matter(split in split(any::<u64>())) {
        check(
            &split,
            &HyperLogLog::default(),
            |sketch, _, &hash| sketch.push(hash),
            |sketch, other| sketch.merge(other),
        );
    }

    #[test]
    fn length_merge_order_does_not_matter(split in split(prop_oneof![any::<u64>(), 0_u64..300])) {
        check(
            &split,
            &LengthHistogram::default(),
            |lengths, _, &length| lengths.push(length),
            |lengths, other| lengths.merge(other.clone()),
        );
    }
}
