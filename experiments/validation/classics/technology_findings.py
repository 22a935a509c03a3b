"""What the runs of a technology space say: thresholds of deadlock, rates, sizes of innovations. Runs nothing itself.

The table is that of `silverberg_verspagen`; every interval is over runs, which are drawn anew as wholes (innovations of
one run are not independent), and all radii share the spaces of a seed.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import isotonic_regression

from experiments.statistics import Interval, mean_interval, ratio_interval
from experiments.validation.classics.tails import log_lognormal, log_zeta, lognormal, skewness, tail_from, zeta_exponent

__all__ = ["conclude", "size_counts", "threshold"]

RESAMPLES = 500
Floats = npt.NDArray[np.float64]


def threshold(shares: Floats, stopped: Floats) -> float:
    """Return the share of possible sites at which half of the runs stop: between the points of the falling curve
    (least squares) through the shares of runs that stopped (P,). NaN where it does not pass 1/2.
    """
    falling = isotonic_regression(stopped, increasing=False).x
    if not falling[-1] < 0.5 <= falling[0]:
        return math.nan
    last = int(np.flatnonzero(falling >= 0.5)[-1])
    part = (falling[last] - 0.5) / (falling[last] - falling[last + 1])
    return float(shares[last] + part * (shares[last + 1] - shares[last]))


def bootstrap(estimate: Any, runs: int) -> Interval:
    """Return ``estimate(how often each run is drawn)``, a number, with its bootstrap interval over runs."""
    generator = np.random.default_rng(1)
    found = [estimate(generator.multinomial(runs, np.full(runs, 1 / runs))) for _ in range(RESAMPLES)]
    low, high = np.quantile(found, [0.025, 0.975])  # NaN if any is
    return Interval(float(estimate(np.ones(runs))), float(low), float(high))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return thresholds of deadlock, rates against radius, and the tails of innovation sizes, with intervals."""
    return {**_deadlock(table[table["part"] == "deadlock"]), **_rates(table[table["part"] == "rate"]),
            **_sizes(table[table["part"] == "sizes"]), "runs": len(table)}  # fmt: skip


def _deadlock(runs: pd.DataFrame) -> dict[str, Any]:
    wide = {
        radius: some.pivot_table(index="seed", columns="share", values="stopped", aggfunc="mean")
        for radius, some in runs.groupby("radius")
    }
    shares = runs["share"].drop_duplicates().sort_values().to_numpy(np.float64)
    stopped = {radius: some.to_numpy(np.float64) for radius, some in wide.items()}
    seeds, radii = runs["seed"].nunique(), list(stopped)

    def at(radius: Any, weights: Floats) -> float:
        return threshold(shares, np.average(stopped[radius], axis=0, weights=weights))

    closed = 1 - runs.groupby("share")["percolates"].mean().to_numpy(np.float64)
    return {
        "q where half of the runs stop, by radius": {
            str(r): _plain(bootstrap(lambda w, r=r: at(r, w), seeds)) for r in radii
        },
        "change of that q with the next radius": {
            f"{a} to {b}": _plain(bootstrap(lambda w, a=a, b=b: at(b, w) - at(a, w), seeds)) for a, b in pairwise(radii)
        },
        "q where half of the spaces percolate": _round(threshold(shares, closed)),
        "runs through a space that does not percolate": int((~runs["percolates"] & runs["through"]).sum()),
    }


def _rates(runs: pd.DataFrame) -> dict[str, Any]:
    out: dict[str, Any] = {"rate by q and radius": {}, "change of rate with the next radius": {}}
    out["ratio of rates, widest over half"], out["rate, widest minus radius 1"], out["variance over mean"] = {}, {}, {}
    for share, some in runs.groupby("share"):
        rate = some.pivot_table(index="seed", columns="radius", values="rate")
        key, radii = str(share), list(rate.columns)
        out["rate by q and radius"][key] = {str(r): _plain(mean_interval(rate[r].to_numpy())) for r in radii}
        out["change of rate with the next radius"][key] = {
            f"{a} to {b}": _plain(mean_interval((rate[b] - rate[a]).to_numpy())) for a, b in pairwise(radii)
        }
        widest = radii[-1]
        out["rate, widest minus radius 1"][key] = _plain(mean_interval((rate[widest] - rate[1]).to_numpy()))
        out["ratio of rates, widest over half"][key] = _plain(ratio_interval(rate[widest], rate[widest // 2]))
        clusters = some.loc[some["radius"] == widest // 2, "dispersion"].dropna()
        out["variance over mean"][key] = _plain(mean_interval(clusters.to_numpy()))
    return out


def size_counts(runs: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return sizes (S,) and how often each occurred in each run (runs, S)."""
    each = [dict(pair.split(":") for pair in text.split()) for text in runs["sizes"]]
    sizes = sorted({int(size) for counts in each for size in counts})
    return np.array(sizes, np.float64), np.array([[float(counts.get(str(s), 0)) for s in sizes] for counts in each])


def _sizes(runs: pd.DataFrame) -> dict[str, Any]:
    out: dict[str, Any] = {"innovation sizes": {}}
    for share, some in runs.groupby("share"):
        sizes, counts = size_counts(some)
        total = counts.sum(axis=0)
        first = tail_from(sizes, total)

        def tail_exponent(weights: Floats, s: Floats = sizes, c: Floats = counts, f: int = first) -> float:
            return zeta_exponent(s, weights @ c, f)

        def skew(weights: Floats, s: Floats = sizes, c: Floats = counts) -> float:
            return skewness(s, weights @ c)

        out["innovation sizes"][str(share)] = {
            "innovations": int(total.sum()), "largest": int(sizes[-1]), "tail from": first,
            "skewness": _plain(bootstrap(skew, len(some))),
            "tail exponent": _plain(bootstrap(tail_exponent, len(some))),
            "log-likelihood per innovation, lognormal minus Pareto, tail": _plain(better(sizes, counts, first)),
            "log-likelihood per innovation, lognormal minus Pareto, all sizes": _plain(better(sizes, counts, 1)),
        }  # fmt: skip
    return out


def better(sizes: Floats, counts: Floats, first: int) -> Interval:
    """Return by how much a lognormal fits the sizes from `first` on better than a Pareto law (Vuong 1989, by runs)."""
    total, tail = counts.sum(axis=0), sizes >= first
    gain = log_lognormal(sizes[tail], *lognormal(sizes, total, first), first)
    gain = gain - log_zeta(sizes[tail], zeta_exponent(sizes, total, first), first)
    return ratio_interval(counts[:, tail] @ gain, counts[:, tail].sum(axis=1))


def _round(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _plain(interval: Interval) -> list[float | None]:
    return [_round(value) for value in interval]
