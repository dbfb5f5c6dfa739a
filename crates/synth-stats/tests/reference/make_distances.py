"""Writes the reference values of distances of tables, areas under curves, dominance and scaled distances: python make_distances.py.

Needs scipy, scikit-learn and numpy. `distances.json` is read by the tests of synth-stats, `numbers.json` by those of synth-report,
whose statistics are rounded to six digits.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).parent
REPORT = HERE.parents[2] / "synth-report" / "tests" / "reference"
SOURCE = f"scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}, make_distances.py"


def counted(rng, size, p, shift):
    """Codes of two columns; the second is the first with probability p."""
    left = rng.integers(0, 4, size)
    right = np.where(rng.random(size) < p, (left + shift) % 4, rng.integers(0, 4, size))
    table = np.zeros((4, 4))
    np.add.at(table, (left, right), 1)
    return left, right, table


def table_cases(rng):
    for size, other, p, q, shift in [(200, 300, .9, .9, 0), (500, 100, .9, .1, 0), (400, 400, .5, .5, 1), (50, 60, 0, 1, 2), (1000, 900, .3, .2, 0)]:
        left, right, table = counted(rng, size, p, 0)
        left2, right2, table2 = counted(rng, other, q, shift)
        a, b = table / size, table2 / other
        half = lambda x, y: np.abs(x - y).sum() / 2
        joint = half(a, b)
        marginal = max(half(a.sum(1), b.sum(1)), half(a.sum(0), b.sum(0)))
        pooled = (table + table2) / (size + other)
        # The mean of |X| for a normal X of mean 0, cell by cell.
        chance = sum(stats.halfnorm(scale=np.sqrt(x * (1 - x) * (1 / size + 1 / other))).mean() if x > 0 else 0 for x in pooled.ravel()) / 2
        scores, labels = rng.normal(size=size).round(1) + (left > 1), left > 1
        z = float(rng.normal() * 2)
        yield {
            "left": left.tolist(), "right": right.tolist(), "left2": left2.tolist(), "right2": right2.tolist(),
            "joint_distance": max(0, joint - chance), "excess_distance": max(0, joint - marginal - chance),
            "scores": scores.tolist(), "labels": labels.tolist(), "auc": roc_auc_score(labels, scores),
            "z": z, "share_below": stats.norm.cdf(z), "share": float(stats.norm.cdf(z)), "quantile": float(stats.norm.ppf(stats.norm.cdf(z))),
        }


def number_cases(rng):
    for xs, ys in [
        (rng.normal(size=200).round(3), rng.normal(1, size=300).round(3)),
        (rng.exponential(size=500).round(2), rng.exponential(2, size=400).round(2)),
        (rng.integers(0, 9, 300).astype(float), rng.integers(2, 12, 100).astype(float)),
        (rng.gamma(2, size=1000).round(3), rng.gamma(2, size=1000).round(3)),
        (rng.uniform(size=77).round(3), rng.uniform(.2, .9, size=99).round(3)),
    ]:
        n = len(xs)
        ranked = np.sort(xs)
        quartiles = ranked[n // 4], ranked[min(3 * n // 4, n - 1)]
        u = stats.mannwhitneyu(ys, xs).statistic
        anderson = stats.anderson_ksamp([xs, ys], midrank=True)
        yield {
            "xs": xs.tolist(), "ys": ys.tolist(),
            "wasserstein": stats.wasserstein_distance(xs, ys),
            "wasserstein_iqr": stats.wasserstein_distance(xs, ys) / (quartiles[1] - quartiles[0]),
            "shift": 2 * u / (n * len(ys)) - 1,
            "ks": stats.ks_2samp(xs, ys).statistic,
            "anderson_darling": anderson.statistic,
            "out_of_range": float(np.mean((ys < xs.min()) | (ys > xs.max()))),
        }


def write(path, cases, tolerance):
    rows = ",\n    ".join(json.dumps(case, default=float) for case in cases)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{{"source": "{SOURCE}", "relative_tolerance": {tolerance}, "cases": [\n    {rows}\n]}}\n')


write(HERE / "distances.json", table_cases(np.random.default_rng(20240229)), 1e-9)
write(REPORT / "numbers.json", number_cases(np.random.default_rng(20240301)), 5e-6)
