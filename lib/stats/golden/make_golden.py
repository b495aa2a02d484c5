"""Rewrites fixtures/golden.json: statistics of small made-up data by numpy, scipy, statsmodels and scikit-learn.

Used with Python 3.11, numpy 2.4.6, scipy, statsmodels and scikit-learn:
    python lib/stats/golden/make_golden.py
"""

import json
import math
from pathlib import Path

import numpy as np
import scipy
import scipy.special
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import SquareTable
from statsmodels.stats.multitest import multipletests

MASK = 0xFFFFFFFF


class Xoshiro:
    """The generator of lib/stats/random.ts, so that both sides draw the same resamples."""

    def __init__(self, seed):
        def mix(word):
            z = ((word ^ (word >> 16)) * 0x21F0AAAD) & MASK
            z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
            return z ^ (z >> 15)

        low, high, golden = seed & MASK, (seed >> 32) & MASK, 0x9E3779B9
        a = mix((low + golden) & MASK)
        b = mix(((a ^ high) + golden * 3) & MASK)
        self.s = [a, b, mix(b ^ (golden * 5 & MASK)), mix((a + b) & MASK) | 1]

    def bits(self):
        def rotl(x, k):
            return ((x << k) | (x >> (32 - k))) & MASK

        s = self.s
        result = (rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)
        return result

    def below(self, n):
        limit = 2**32 - 2**32 % n
        value = self.bits()
        while value >= limit:
            value = self.bits()
        return value % n


def multinomial(strata, resamples, seed):
    """Weights of all clusters in each resample, drawn with replacement in each stratum."""
    random = Xoshiro(seed)
    weights = np.zeros((resamples, sum(strata)))
    for b in range(resamples):
        first = 0
        for size in strata:
            for _ in range(size):
                weights[b, first + random.below(size)] += 1
            first += size
    return weights


def two_point(strata, resamples, seed):
    """Independent high (9/32) and low weights, a word of 32 clusters at a time."""
    random = Xoshiro(seed)
    p = 9 / 32
    high, low = 1 + math.sqrt((1 - p) / p), 1 - math.sqrt(p / (1 - p))
    weights = np.zeros((resamples, sum(strata)))
    first = 0
    for size in strata:
        for start in range(first, first + size, 32):
            for b in range(resamples):
                word = random.bits()
                word &= random.bits()
                word &= random.bits()
                word |= random.bits()
                word &= random.bits()
                for i in range(start, min(start + 32, first + size)):
                    weights[b, i] = high if word >> (i - start) & 1 else low
        first += size
    return weights


def interval(weights, strata, sums, counts):
    total = np.zeros(len(weights))
    first = 0
    for size in strata:
        own = slice(first, first + size)
        if counts[own].sum() > 0:
            with np.errstate(invalid="ignore"):
                mean = (weights[:, own] @ sums[own]) / (weights[:, own] @ counts[own])
            total += counts[own].sum() * mean
        first += size
    means = total[np.isfinite(total)] / counts.sum()
    return [float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975)), len(means)]


def bootstrap(rng):
    strata = [40, 30]
    counts = rng.integers(0, 4, 70).astype(float)
    sums = np.where(counts > 0, np.round(rng.normal(0.4, 2, 70), 3), 0)
    ones = np.ones(70)
    single = np.round(rng.normal(0.1, 1, 70), 3)
    result = {"strata": strata, "resamples": 400, "seed": 20241211}
    columns = {"several": (sums, counts), "one": (single, ones)}
    for method, draw in (("multinomial", multinomial), ("weights", two_point)):
        weights = draw(strata, 400, 20241211)
        result[method] = {
            name: {
                "weighted": [float(x) for x in (weights @ s)[:3]],
                "interval": interval(weights, strata, s, c),
            }
            for name, (s, c) in columns.items()
        }
    result["columns"] = {n: {"sums": s.tolist(), "counts": c.tolist()} for n, (s, c) in columns.items()}
    return result


def ranks(rng):
    cases = {
        "ties": (rng.integers(1, 6, 300), rng.integers(1, 7, 300)),
        "continuous": (rng.normal(0.2, 1, 500), rng.normal(0, 1, 500)),
        "heavy": (rng.standard_cauchy(200), rng.standard_cauchy(200)),
        "two": (np.array([1.0, 4.0]), np.array([2.0, 2.0])),
    }
    out = {}
    for name, (a, b) in cases.items():
        d = a - b
        w = stats.wilcoxon(d, zero_method="wilcox", correction=False, method="asymptotic")
        u = stats.mannwhitneyu(a, b, method="asymptotic")
        plus, minus = int((d > 0).sum()), int((d < 0).sum())
        out[name] = {
            "a": a.tolist(),
            "b": b.tolist(),
            "wilcoxonP": w.pvalue,
            "wilcoxonMin": w.statistic,
            "signP": stats.binomtest(plus, plus + minus).pvalue,
            "u": u.statistic,
            "uP": u.pvalue,
            "cliff": 2 * u.statistic / (len(a) * len(b)) - 1,
            "ksD": stats.ks_2samp(a, b).statistic,
        }
    return out


def levels(rng):
    first, second = rng.integers(1, 5, 240), rng.integers(1, 5, 240)
    second = np.clip(second + (rng.random(240) < 0.3), 1, 4)
    seeds = np.sort(rng.integers(0, 90, 240))
    table = np.zeros((4, 4), int)
    for i, j in zip(first, second):
        table[i - 1, j - 1] += 1
    plain = SquareTable(table, shift_zeros=False).homogeneity("stuart_maxwell")
    # The unit is the seed: excess e and the sum over seeds of d d'.
    d = np.array([
        np.bincount(first[seeds == s] - 1, minlength=4) - np.bincount(second[seeds == s] - 1, minlength=4)
        for s in np.unique(seeds)
    ])
    e = d.sum(0)[:3]
    chi2 = float(e @ np.linalg.solve((d.T @ d)[:3, :3], e))
    shifts = np.array([(second - first)[seeds == s].sum() for s in np.unique(seeds)])
    return {
        "first": first.tolist(), "second": second.tolist(), "seeds": seeds.tolist(),
        "plain": {"chi2": plain.statistic, "p": plain.pvalue},
        "bySeed": {"chi2": chi2, "p": float(stats.chi2.sf(chi2, 3)), "z": float(shifts.sum() / math.sqrt((shifts**2).sum()))},
    }


def regression(rng):
    n = 150
    seeds = np.sort(rng.integers(0, 60, n))
    effect = rng.normal(0, 1, 60)[seeds]
    la, lb = rng.integers(5, 60, n), rng.integers(5, 40, n)
    a = np.round(1 + 0.05 * la + effect + rng.normal(0, 1, n), 4)
    b = np.round(0.8 + 0.05 * lb + effect + rng.normal(0, 1, n), 4)
    y = np.concatenate([a, b])
    x = np.column_stack([np.ones(2 * n), np.r_[np.ones(n), np.zeros(n)], np.concatenate([la, lb])])
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": np.concatenate([seeds, seeds])})
    plain = sm.OLS(a - b, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": seeds})
    return {
        "a": a.tolist(), "b": b.tolist(), "lengthA": la.tolist(), "lengthB": lb.tolist(), "seeds": seeds.tolist(),
        "adjusted": [float(fit.params[1]), float(fit.bse[1]), *map(float, fit.conf_int()[1])],
        "slope": float(fit.params[2]),
        "mean": [float(plain.params[0]), float(plain.bse[0]), *map(float, plain.conf_int()[0])],
        "power": float(stats.norm.cdf((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) - stats.norm.ppf(0.975))),
        "factor": float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8)),
    }


def gwet(table, weights):
    """Gwet (2008), from the definition."""
    k, n = len(table), table.sum()
    share = (table.sum(0) + table.sum(1)) / (2 * n)
    observed = (weights * table).sum() / n
    chance = weights.sum() / (k * (k - 1)) * (share * (1 - share)).sum()
    return float((observed - chance) / (1 - chance))


def agreement(rng):
    first = rng.choice([1, 2, 3, 4, 5], 200, p=[0.05, 0.05, 0.1, 0.2, 0.6])
    second = np.clip(first + rng.choice([-1, 0, 0, 0, 1], 200), 1, 5)
    table = np.zeros((5, 5), int)
    for i, j in zip(first, second):
        table[i - 1, j - 1] += 1
    i, j = np.indices((5, 5))
    return {
        "table": table.tolist(),
        "kappa": float(cohen_kappa_score(first, second)),
        "kappaQuadratic": float(cohen_kappa_score(first, second, weights="quadratic")),
        "ac1": gwet(table, np.eye(5)),
        "ac2": gwet(table, 1 - ((i - j) / 4) ** 2),
    }


def friedman(rng):
    """Six treatments over blocks: continuous, levels with ties, and few blocks."""
    cases = {
        "continuous": rng.normal(0, 1, (60, 4)) + np.array([0, 0.2, 0.4, 0.1]),
        "levels": np.clip(rng.integers(1, 5, (200, 6)) + (np.arange(6) > 3), 1, 5).astype(float),
        "few": np.array([[1.0, 2.0, 2.0], [3.0, 1.0, 2.0]]),
        "far": np.arange(300.0).reshape(100, 3),
    }
    out = {}
    for name, blocks in cases.items():
        test = stats.friedmanchisquare(*blocks.T)
        out[name] = {"treatments": blocks.T.tolist(), "chi2": test.statistic, "p": test.pvalue}
    return out


def unpaired(rng):
    """Counts of levels on both sides, one level empty; Cramer's V and total variation from their definitions."""
    a, b = [30, 12, 0, 5, 3], [14, 25, 0, 9, 12]
    counts = np.array([a, b])
    chi2, p, df, _ = stats.chi2_contingency(counts[:, counts.sum(0) > 0], correction=False)
    x, y = rng.normal(0, 1, 80), rng.normal(0.4, 1.3, 120)
    ks = stats.ks_2samp(x, y)
    return {
        "countsA": a, "countsB": b, "chi2": chi2, "p": p, "df": int(df),
        "cramersV": math.sqrt(chi2 / counts.sum()),
        "totalVariation": float(abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()).sum() / 2),
        "ks": {"a": x.tolist(), "b": y.tolist(), "d": ks.statistic, "p": float(scipy.special.kolmogorov(ks.statistic * math.sqrt(80 * 120 / 200)))},
    }


def harness():
    """n = 220, unpaired p 0.080 and paired p 0.008, as lm-evaluation-harness issue 3831's proposal reports them.

    The outcomes behind them are not published. Both right 110, only A 30, only B 12 give both p values; so do other
    tables. The standard error of a share is that of the harness, with n - 1.
    """
    n, both, only_a, only_b = 220, 110, 30, 12
    shares = [(both + only_a) / n, (both + only_b) / n]
    z = (shares[0] - shares[1]) / math.sqrt(sum(p * (1 - p) / (n - 1) for p in shares))
    return {
        "n": n, "both": both, "onlyA": only_a, "onlyB": only_b,
        "unpaired": float(2 * stats.norm.sf(abs(z))),
        "paired": float(stats.binomtest(only_a, only_a + only_b).pvalue),
    }


def correlations():
    rng = np.random.default_rng(11)
    x = np.round(rng.normal(0, 1, 300), 3)
    cases = {
        "continuous": (x, np.round(0.5 * x + rng.normal(0, 1, 300), 3)),
        "ties": (rng.integers(1, 6, 400), rng.integers(1, 4, 400)),
        "heavy": (np.round(rng.standard_cauchy(150), 4), np.round(rng.standard_cauchy(150), 4)),
        "two": (np.array([1.0, 4.0]), np.array([7.0, 2.0])),
        "sets": (np.array([20.1, 31.5, 28.0, 44.2, 51.0, 40.9, 28.0]), np.array([33.1, 36.8, 35.5, 35.1, 40.2, 33.8, 32.5])),
    }
    return {
        name: {
            "x": a.tolist(), "y": b.tolist(),
            "pearson": float(stats.pearsonr(a, b).statistic),
            "spearman": float(stats.spearmanr(a, b).statistic),
            "fisher": fisher_of_ranks(a, b),
            "bootstrap": bootstrap_of_ranks(a, b),
        }
        for name, (a, b) in cases.items()
    }


def fisher_of_ranks(a, b):
    """Fisher's interval of Spearman's rho; None at 1 and -1, where it does not exist."""
    found = stats.pearsonr(stats.rankdata(a), stats.rankdata(b))
    if abs(found.statistic) > 1 - 1e-12:
        return None
    interval = found.confidence_interval(0.95)
    return [float(interval.low), float(interval.high)]


def bootstrap_of_ranks(a, b):
    """Percentile interval of Spearman's rho over resampled pairs, drawn with the generator of the product."""
    resamples, seed = 200, 3
    random = Xoshiro(seed)
    found = []
    for _ in range(resamples):
        rows = [random.below(len(a)) for _ in range(len(a))]
        x, y = a[rows], b[rows]
        if np.ptp(x) > 0 and np.ptp(y) > 0:
            found.append(stats.spearmanr(x, y).statistic)
    low, high = np.quantile(found, [0.025, 0.975])
    return {"resamples": resamples, "seed": seed, "low": float(low), "high": float(high)}


def main():
    rng = np.random.default_rng(7)
    ps = [0.01, 0.04, 0.03, 0.005, 0.005, 0.9, 1e-12]
    golden = {
        "versions": {m.__name__: m.__version__ for m in (np, scipy, statsmodels, sklearn)},
        "bootstrap": bootstrap(rng),
        "ranks": ranks(rng),
        "levels": levels(rng),
        "regression": regression(rng),
        "agreement": agreement(rng),
        "holm": {"p": ps, "adjusted": multipletests(ps, method="holm")[1].tolist()},
        "harness": harness(),
        "friedman": friedman(rng),
        "unpaired": unpaired(rng),
        "correlations": correlations(),
    }
    path = Path(__file__).parent / "fixtures" / "golden.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
