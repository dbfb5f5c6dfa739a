use synth_core::Seed;

use super::*;

const N: usize = 8000;

fn uniform(name: &str, row: usize) -> f64 {
    Seed::root(4).child(name).uniform(row as u64)
}

/// A column of `n_codes` equal parts of a normal number.
fn cut(n_codes: u16, number: impl Fn(usize) -> f64) -> CodeColumn {
    let code = |row| {
        let share = normal_cdf(number(row)) * f64::from(n_codes);
        (0..n_codes).rev().find(|code| f64::from(*code) <= share).unwrap_or(0)
    };
    CodeColumn { codes: (0..N).map(code).collect(), n_codes, order: CodeOrder::Ordered }
}

fn normal(name: &str, row: usize) -> f64 {
    normal_quantile(uniform(name, row))
}

fn fitted(columns: &[&CodeColumn]) -> FittedCopula {
    let is_there = vec![true; N];
    let members: Vec<Member<'_>> =
        columns.iter().map(|column| Member { column, order: column.order, is_there: &is_there }).collect();
    let is_held_out: Vec<bool> = (0..N).map(|row| uniform("held out", row) < 0.2).collect();
    fit_copula(&members, &is_held_out)
}

/// The correlation behind the codes is found however coarse they are: the plain correlation of a field with two codes and
/// one with three would be 0.45 in place of 0.6. Three standard errors of 6400 rows are 0.04.
#[test]
fn correlations_are_those_behind_the_codes() {
    let first = |row| normal("a", row);
    let second = |row| 0.6 * normal("a", row) + 0.8 * normal("b", row);
    let third = |row| -0.8 * normal("b", row) + 0.6 * normal("c", row);
    let fitted = fitted(&[&cut(40, first), &cut(2, second), &cut(3, third)]);
    let close = |i: usize, j: usize, expected: f64| {
        let found = fitted.correlations[i][j];
        assert!((found - expected).abs() < 0.05, "{i} {j}: {found}");
    };
    close(1, 0, 0.6);
    close(2, 0, 0.0);
    close(2, 1, -0.64);
    // Of two normal numbers with correlation 0.6 one says 0.223 nats of the other; two codes keep less of it.
    assert!(fitted.gains[0].abs() < 0.02 && (0.08..0.223).contains(&fitted.gains[1]), "{:?}", fitted.gains);
}

/// Catches a likelihood that is not that of the drawn codes: known exactly for two fields of two codes each, which agree
/// with probability 1/2 + asin(0.8)/pi = 0.795 (Sheppard 1899).
#[test]
fn the_gain_of_two_halves_is_the_exact_one() {
    let second = |row| 0.8 * normal("a", row) + 0.6 * normal("b", row);
    let fitted = fitted(&[&cut(2, |row| normal("a", row)), &cut(2, second)]);
    let agree: f64 = 0.795;
    let exact =
        agree * synth_core::math::ln(2.0 * agree) + (1.0 - agree) * synth_core::math::ln(2.0 * (1.0 - agree));
    assert!((fitted.gains[1] - exact).abs() < 0.03, "{} {exact}", fitted.gains[1]);
}

/// Names are put in the order of what goes with them. Catches ranks and orders that are mixed up.
#[test]
fn names_are_ordered_by_what_goes_with_them() {
    let level = cut(30, |row| normal("a", row));
    let names = [3_u16, 0, 4, 1, 2];
    let codes = level.codes.iter().map(|code| names[usize::from(code / 6)]).collect();
    let named = CodeColumn { codes, n_codes: 5, order: CodeOrder::Nominal };
    let fitted = fitted(&[&named, &level]);
    assert_eq!(fitted.orders, [names.to_vec(), Vec::new()]);
    assert!(fitted.correlations[1][0] > 0.95);
}

/// What is drawn has the distribution of the codes and the correlation that was asked for.
#[test]
fn draws_keep_the_codes_and_the_correlation() {
    let (factor, _) = factor(&[vec![1.0], vec![-0.7, 1.0]]);
    let counts = [(0, 500), (1, 300), (2, 200)];
    let left = Latent::new(&counts, &[], factor[0].clone());
    let right = Latent::new(&counts, &[2, 0, 1], factor[1].clone());
    let mut table = [[0_u32; 3]; 3];
    for row in 0..20_000 {
        let normals = ["a", "b"].map(|name| Latent::normal(uniform(name, row)));
        table[usize::from(left.code(&normals[..1]))][usize::from(right.code(&normals))] += 1;
    }
    let column = |at: usize| f64::from(table.iter().map(|row| row[at]).sum::<u32>()) / 20_000.0;
    for (at, share) in [(0, 0.5), (1, 0.3), (2, 0.2)] {
        assert!((column(at) - share).abs() < 0.015);
        assert!((f64::from(table[at].iter().sum::<u32>()) / 20_000.0 - share).abs() < 0.015);
    }
    // From low to high the codes on the right are 2, 0, 1; the highest on the left goes with the lowest on the right.
    assert!(table[2][2] > 8 * table[2][1], "{table:?}");
}

/// The second parent is what says most beside the first, and chance is none. Catches a choice by information alone: a copy
/// of the first parent says as much of the field, and nothing beside it.
#[test]
fn a_second_parent_says_what_the_first_does_not() {
    let column = |code: &dyn Fn(usize) -> u16| CodeColumn {
        codes: (0..N).map(code).collect(),
        n_codes: 4,
        order: CodeOrder::Nominal,
    };
    let two = |name: &'static str| move |row: usize| u16::from(uniform(name, row) < 0.5);
    let (a, b) = (two("a"), two("b"));
    let target = column(&|row| 2 * a(row) + b(row));
    let (first, copy, other, noise) = (column(&a), column(&a), column(&b), column(&two("noise")));
    let candidates = [&copy, &other, &noise];
    let links = links(&target, &candidates);
    let candidates: Vec<(&CodeColumn, Link)> = candidates.into_iter().zip(links).collect();
    assert_eq!(second_parent(&target, &first, &candidates), Some(1));
    assert_eq!(second_parent(&target, &first, &[candidates[0], candidates[2]]), None);
}
