"""Writes the reference values of the two-sample tests: python make.py (needs scipy, statsmodels and numpy).

Every case holds its inputs, the expected result and the relative tolerance of the comparison.
"""

import json
import pathlib
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from scipy.spatial import distance
from statsmodels.stats.proportion import confint_proportions_2indep

HERE = pathlib.Path(__file__).parent
MIN_EXPECTED, MIN_SHARE = 5.0, 1e-4


def pairs(values):
    distinct, counts = np.unique(values, return_counts=True)
    return [[float(x), int(n)] for x, n in zip(distinct, counts)]


def samples():
    rng = np.random.default_rng(20240229)
    yield rng.normal(size=200).round(6), rng.normal(size=300).round(6)
    yield rng.normal(size=50).round(6), rng.normal(loc=1, size=70).round(6)
    yield rng.poisson(3, 500).astype(float), rng.poisson(3.4, 400).astype(float)
    yield rng.exponential(size=1000).round(4), rng.exponential(1.1, size=1200).round(4)
    yield np.zeros(40), np.array([0.0] * 20 + [1.0] * 25)
    yield rng.integers(-5, 5, 80).astype(float), rng.integers(10, 12, 60).astype(float)


def psi_shares(reference, other):
    r, o = np.maximum(reference, MIN_SHARE), np.maximum(other, MIN_SHARE)
    return float(np.sum((o - r) * np.log(o / r)))


def psi(reference, other):
    deciles = np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf")
    edges = np.concatenate([[-np.inf], np.unique(deciles), [np.inf]])
    share = lambda xs: np.bincount(np.searchsorted(edges[1:-1], xs), minlength=len(edges) - 1) / len(xs)
    return psi_shares(share(reference), share(other))


def numeric():
    for xs, ys in samples():
        d = stats.ks_2samp(xs, ys, method="asymp").statistic
        root = np.sqrt(len(xs) * len(ys) / (len(xs) + len(ys)))
        yield {
            "xs": pairs(xs),
            "ys": pairs(ys),
            "ks_distance": float(d),
            "ks_p_value": float(special.kolmogorov((root + 0.12 + 0.11 / root) * d)),
            "wasserstein_1": float(stats.wasserstein_distance(xs, ys)),
            "psi": psi(xs, ys),
            **anderson(xs, ys),
            **ks_interval(float(d), root),
        }


def anderson(xs, ys):
    """Scholz and Stephens as scipy has them; the p-value is inside of scipy's table or at its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = stats.anderson_ksamp([xs, ys], midrank=True)
        p_value = float(test.pvalue)
    n, m = len(xs), len(ys)
    return {"anderson": float(test.statistic), "anderson_p": p_value, "anderson_effect": anderson_effect(xs, ys)}


def anderson_effect(xs, ys):
    """From the definition: the sum over all values, ties at their middle ranks."""
    n, m = len(xs), len(ys)
    pool = np.sort(np.concatenate([xs, ys]))
    total, values = n + m, np.unique(pool)
    middle = lambda s: (np.searchsorted(np.sort(s), values, "left") + np.searchsorted(np.sort(s), values, "right")) / 2
    ties = np.searchsorted(pool, values, "right") - np.searchsorted(pool, values, "left")
    b, mx = middle(pool), middle(xs)
    weight = b * (total - b) - total * ties / 4
    keep = weight > 0
    squared = np.sum(ties[keep] / total * (total * mx[keep] - b[keep] * n) ** 2 / weight[keep])
    squared *= (1 / n + 1 / m) * (total - 1) / total
    return float(np.sqrt(squared * total / (n * m)))


def ks_interval(distance, root):
    reach = float(special.kolmogi(0.01)) / root
    return {"ks_low": max(0.0, distance - reach), "ks_high": min(1.0, distance + reach)}


def tables():
    rng = np.random.default_rng(7)
    yield [30, 20], [20, 30]
    yield [120, 80, 40, 3, 1], [100, 95, 50, 2, 4]
    yield [5, 0, 900], [0, 7, 1100]
    yield rng.poisson(40, 30).tolist(), rng.poisson(42, 30).tolist()
    yield [1000, 10, 10, 10, 0], [500, 200, 100, 50, 0]
    yield [10, 10, 0, 0], [0, 0, 10, 10]


def pooled(left, right):
    left, right = np.array(left), np.array(right)
    keep = left + right > 0
    left, right = left[keep], right[keep]
    share = min(left.sum(), right.sum()) / (left.sum() + right.sum())
    small = (left + right) * share < MIN_EXPECTED
    table = np.array([left[~small], right[~small]])
    if small.any():
        table = np.column_stack([table, [left[small].sum(), right[small].sum()]])
    return table, int(small.sum())


def categorical():
    for left, right in tables():
        table, n_pooled = pooled(left, right)
        test = stats.chi2_contingency(table, correction=False)
        whole = np.array([left, right])
        whole = whole[:, whole.sum(axis=0) > 0]
        p, q = np.array(left) / sum(left), np.array(right) / sum(right)
        yield {
            "left": left,
            "right": right,
            "chi_squared": float(test.statistic),
            "degrees": int(test.dof),
            "p_value": float(test.pvalue),
            "n_pooled": n_pooled,
            "cramers_v": float(stats.contingency.association(whole, method="cramer", correction=False)),
            "total_variation": float(np.abs(p - q).sum() / 2),
            "jensen_shannon": float(distance.jensenshannon(p, q, base=2) ** 2),
            "psi": psi_shares(p, q),
            **g_test(table),
            **counts_interval(left, right),
        }


def g_test(table):
    test = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    shares = table / table.sum()
    outer = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    keep = shares > 0
    bits = np.sum(shares[keep] * np.log2(shares[keep] / outer[keep]))
    return {"g": float(test.statistic), "g_p": float(test.pvalue), "g_effect": float(bits)}


def counts_interval(left, right):
    """The formula of the docs; no library has it."""
    left, right = np.array(left), np.array(right)
    n, m = left.sum(), right.sum()
    tv = np.abs(left / n - right / m).sum() / 2
    p = (left + right) / (n + m)
    spread = np.sqrt(1 / n + 1 / m)
    bias = np.sqrt(2 * p * (1 - p) / np.pi).sum() * spread / 2
    reach = stats.norm.ppf(1 - 0.01 / 2) * spread / 2
    return {"tv_low": float(max(0, tv - bias - reach)), "tv_high": float(min(1, tv + reach))}


def shares():
    for first, second in [((48, 80), (56, 70)), ((0, 20), (3, 50)), ((10, 1000), (30, 900)), ((5, 5), (9, 9)),
                          ((500, 1000), (530, 1000)), ((1, 10), (9, 10))]:
        low, high = confint_proportions_2indep(*second, *first, method="newcomb", compare="diff", alpha=0.01)
        yield {"first": list(first), "second": list(second), "low": float(low), "high": float(high)}


def write(name, cases, tolerance=1e-9):
    versions = f"scipy {scipy.__version__}, numpy {np.__version__}, statsmodels {statsmodels.__version__}"
    head = {"source": f"{versions}, make.py", "relative_tolerance": tolerance}
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    body = json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n"
    (HERE / f"{name}.json").write_text(body)


write("numeric", numeric())
write("categorical", categorical())
write("shares", shares())
