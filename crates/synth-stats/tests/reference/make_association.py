"""Writes the reference values of association and time series: python make_association.py.

Needs scipy, numpy, scikit-learn and statsmodels. Every case holds its inputs, the expected result and the relative
tolerance of the comparison.
"""

import itertools
import json
import pathlib

import numpy as np
import pandas
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn.metrics import mutual_info_score
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.stattools import acf

HERE = pathlib.Path(__file__).parent
SOURCE = (
    f"scipy {scipy.__version__}, numpy {np.__version__}, scikit-learn {sklearn.__version__}, "
    f"statsmodels {statsmodels.__version__}, make_association.py"
)


def rank_cases(rng):
    x = rng.normal(size=60).round(4)
    pairs = [
        (x, (x + rng.normal(size=60)).round(4)),
        (x, rng.normal(size=60).round(4)),
        (rng.integers(0, 5, 80).astype(float), rng.integers(0, 4, 80).astype(float)),
        (x, (-np.exp(3 * x)).round(3)),
        (np.arange(12.0), np.array([1, 2, 2, 4, 3, 6, 8, 7, 7, 12, 10, 11.0])),
    ]
    for xs, ys in pairs:
        pearson, spearman = stats.pearsonr(xs, ys), stats.spearmanr(xs, ys)
        yield {
            "xs": xs.tolist(),
            "ys": ys.tolist(),
            "pearson": pearson.statistic,
            "pearson_p": pearson.pvalue,
            "spearman": spearman.statistic,
            "spearman_p": spearman.pvalue,
        }


def group_cases(rng):
    for sizes, shift in [((10, 20, 30), 1.0), ((5, 5), 0.0), ((40, 3, 8, 9), 0.4), ((100, 100), 0.1), ((7, 7, 7), 5.0)]:
        groups = [rng.normal(loc=shift * i, size=n).round(4) for i, n in enumerate(sizes)]
        values = np.concatenate(groups)
        codes = np.repeat(np.arange(len(sizes)), sizes)
        eta = sum(len(g) * (g.mean() - values.mean()) ** 2 for g in groups) / ((values - values.mean()) ** 2).sum()
        model = ols("v ~ C(c)", pandas.DataFrame({"v": values, "c": codes})).fit()
        yield {
            "codes": codes.tolist(),
            "values": values.tolist(),
            "eta_squared": eta,
            # Adjusted R squared of the regression on the groups.
            "epsilon_squared": max(0.0, model.rsquared_adj),
            "p_value": stats.f_oneway(*groups).pvalue,
        }


def table_cases(rng):
    for p, size in [(0.0, 200), (0.3, 200), (1.0, 60), (0.15, 1000), (0.0, 40)]:
        left = rng.integers(0, 4, size)
        right = np.where(rng.random(size) < p, left, rng.integers(0, 3 if p < 1 else 4, size))
        table = np.zeros((4, 4), dtype=int)
        np.add.at(table, (left, right), 1)
        kept = table[table.sum(1) > 0][:, table.sum(0) > 0]
        chi2 = stats.chi2_contingency(kept, correction=False).statistic
        g = stats.chi2_contingency(kept, correction=False, lambda_="log-likelihood")
        n, (r, c) = size, kept.shape
        phi2 = max(0.0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
        rt, ct = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
        nats = mutual_info_score(left, right)
        correction = ((table > 0).sum() - r - c + 1) / (2 * n)
        yield {
            "left": left.tolist(),
            "right": right.tolist(),
            "chi_squared": chi2,
            "cramers_v": (phi2 / (min(rt, ct) - 1)) ** 0.5,
            "mutual_information": max(0.0, nats - correction),
            "likelihood_p": g.pvalue,
        }


def permutation_cases(_rng):
    """Mean and variance of chi-squared over every permutation of a small column."""
    columns = [
        ([0, 0, 1, 1], [0, 0, 1, 1]),
        ([0, 0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 0, 0, 2]),
        ([0, 0, 0, 0, 0, 1, 1, 2], [0, 1, 2, 3, 0, 1, 2, 3]),
        ([0, 1, 0, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0, 1]),
        ([0, 0, 0, 1, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1, 1, 1]),
    ]
    for left, right in columns:
        left, n = np.array(left), len(left)
        statistics = []
        for permuted in itertools.permutations(right):
            table = np.zeros((left.max() + 1, max(right) + 1))
            np.add.at(table, (left, np.array(permuted)), 1)
            statistics.append(n * ((table**2 / np.outer(table.sum(1), table.sum(0))).sum() - 1))
        yield {"left": left.tolist(), "right": right, "mean": np.mean(statistics), "variance": np.var(statistics)}


def series_cases(rng):
    noise = rng.normal(size=200)
    walk = np.cumsum(rng.normal(size=150))
    kinds = [
        noise,
        walk,
        np.sin(np.arange(120) * 2 * np.pi / 12) + 0.3 * rng.normal(size=120),
        rng.integers(0, 3, 90).astype(float),
        0.02 * np.arange(100) + rng.normal(size=100),
    ]
    for values in kinds:
        values = values.round(4)
        # Times with ties, as of several rows of one second.
        times = np.sort(rng.integers(0, len(values), len(values))).astype(float)
        kendall = stats.kendalltau(times, values, method="asymptotic")
        points = values[:100]
        yield {
            "values": values.tolist(),
            "times": times.tolist(),
            "acf": acf(values, nlags=10, fft=False)[1:].tolist(),
            "ljung_box_p": float(acorr_ljungbox(values, lags=[10])["lb_pvalue"].iloc[0]),
            "tau": kendall.statistic,
            "tau_p": kendall.pvalue,
            "slope": stats.theilslopes(points, np.arange(len(points))).slope,
        }


def season_cases(rng):
    for n_cycles, n_phases, size in [(10, 7, 1.0), (30, 24, 0.2), (5, 12, 3.0), (4, 2, 0.5), (20, 7, 0.0)]:
        cycle, phase = np.divmod(np.arange(n_cycles * n_phases), n_phases)
        noise = rng.normal(size=len(cycle))
        noise[1:] += 0.8 * noise[:-1]
        value = (size * np.cos(phase) + 0.3 * cycle + noise).round(4)
        model = ols("v ~ C(c) + C(p)", pandas.DataFrame({"v": value, "c": cycle, "p": phase})).fit()
        table = anova_lm(model)
        # The grid is full and in order, so neighbouring phases are neighbours in a row of this matrix.
        rest = model.resid.to_numpy().reshape(n_cycles, n_phases)
        x, y = rest[:, :-1].ravel(), rest[:, 1:].ravel()
        memory = min(1.0, max(0.0, (x @ y) / np.sqrt((x @ x) * (y @ y))))
        epsilon = max((1 - memory) / (1 + memory), 1 / (n_phases - 1))
        between, left = table.loc["C(p)", "sum_sq"], table.loc["Residual", "sum_sq"]
        residual_df = table.loc["Residual", "df"]
        total = (between + left) / (residual_df + n_phases - 1)
        yield {
            "cycles": cycle.tolist(),
            "phases": phase.tolist(),
            "values": value.tolist(),
            "strength": max(0.0, 1 - left / residual_df / total),
            "p_value": stats.f.sf(table.loc["C(p)", "F"], epsilon * (n_phases - 1), epsilon * residual_df),
        }


def adjusted_cases(rng):
    for size in (3, 10, 10, 40, 100):
        p_values = (rng.random(size) ** 3).round(6)
        yield {"p_values": p_values.tolist(), "adjusted": stats.false_discovery_control(p_values).tolist()}


KINDS = {
    "rank": rank_cases,
    "groups": group_cases,
    "tables": table_cases,
    "permutations": permutation_cases,
    "series": series_cases,
    "seasons": season_cases,
    "adjusted": adjusted_cases,
}

for name, cases in KINDS.items():
    rows = ",\n    ".join(json.dumps(case, default=float) for case in cases(np.random.default_rng(20240229)))
    head = f'{{"source": "{SOURCE}", "relative_tolerance": 1e-09, "cases": [\n    '
    (HERE / f"association_{name}.json").write_text(head + rows + "\n]}\n")
