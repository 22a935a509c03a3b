"""Heavy tails of counts: exponent, where the tail starts, whether a power law is plausible, and against what else.

Fits and comparisons are those of the package ``powerlaw`` (Alstott, Bullmore & Plenz 2014); the bootstrap of the
Kolmogorov–Smirnov distance is here. After Clauset, Shalizi & Newman 2009, SIAM Review 51, 661. Knows of no model.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import zeta

__all__ = ["Tail", "cut_off_law", "draw_power_law", "tail"]

IntArray = npt.NDArray[np.int64]
LEAST = 50  # counts in a tail; below, a fit says nothing
TABLE = 2000  # values whose probability is tabulated; above, a power law is as good as continuous


class Tail(NamedTuple):
    """A discrete power law P(x) ∝ x^−exponent from `start` on, fitted by maximum likelihood.

    start : the x from which the distance is least, or as given; inside : values from there on; distance : of
    Kolmogorov and Smirnov; plausible : share of samples of the fitted law that lie farther from their own fit (NaN
    without resamples; above 0.1 the law is plausible); against : for each other law its name, the log likelihood ratio
    over its standard deviation (positive for the power law) and its two-sided p (Vuong 1989)
    """

    exponent: float
    start: int
    inside: int
    distance: float
    plausible: float
    against: dict[str, tuple[float, float]]


def tail(
    values: IntArray, generator: np.random.Generator, start: int | None = None, others: tuple[str, ...] = (),
    resamples: int = 0,
) -> Tail | None:  # fmt: skip
    """Return the tail of positive counts, int64 (n,); None with fewer than `LEAST` in it or fewer than three values.

    others : ``exponential``, ``lognormal``, ``truncated_power_law`` (a cut-off: nested, so that its p is by Wilks)
    """
    values = np.asarray(values, np.int64)
    if len(values) < LEAST or len(np.unique(values)) < 3:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the package warns of its own deprecations, and of grids that end
        fit = _fit(values, start)
        law = fit.power_law
        exponent, first, distance = float(law.alpha), int(fit.xmin), float(law.D)
        count = int((values >= first).sum())
        if count < LEAST:
            return None
        against = {}
        for other in others:
            nested = other == "truncated_power_law"
            ratio, p = fit.distribution_compare("power_law", other, nested=nested, normalized_ratio=not nested)
            against[other] = (float(ratio), float(p))
        farther = 0
        body = values[values < first]
        for _ in range(resamples):
            inside = int((generator.random(len(values)) < count / len(values)).sum())
            sample = draw_power_law(exponent, first, inside, generator)
            if len(body):
                sample = np.concatenate([sample, generator.choice(body, len(values) - inside)])
            farther += bool(distance <= _fit(sample, start).power_law.D)
    return Tail(exponent, first, count, distance, farther / resamples if resamples else float("nan"), against)


def _fit(values: IntArray, start: int | None) -> Any:
    import powerlaw

    return powerlaw.Fit(values, discrete=True, xmin=start, verbose=0)


def draw_power_law(exponent: float, start: int, size: int, generator: np.random.Generator) -> IntArray:
    """Return draws of P(x) ∝ x^−exponent, x = start, start + 1, …, int64 (size,)."""
    uniform = generator.random(size)
    support = np.arange(start, start + TABLE)
    above = 1 - (support.astype(np.float64) ** -exponent).cumsum() / zeta(exponent, float(start))  # P(X > x), falling
    place = np.searchsorted(-above, -uniform)  # the first x with P(X > x) <= u
    beyond = place == TABLE
    out = support[np.minimum(place, TABLE - 1)].astype(np.float64)
    out[beyond] = support[-1] * (above[-1] / np.maximum(uniform[beyond], 1e-300)) ** (1 / (exponent - 1))
    return np.minimum(out, 1e15).astype(np.int64)


def cut_off_law(values: IntArray, start: int = 1) -> tuple[float, float]:
    """Return exponent α and rate λ of P(x) ∝ x^−α e^{−λx}, x = start, start + 1, …, by maximum likelihood.

    NaN with fewer than `LEAST` values from `start` on. The sum that normalises is cut at a million times `start`.
    """
    inside = np.asarray(values, np.int64)
    inside = inside[inside >= start]
    if len(inside) < LEAST:
        return float("nan"), float("nan")
    head = np.arange(start, start + 2000, dtype=np.float64)
    edges = np.unique(np.geomspace(head[-1] + 1, 1e6 * start, 400).astype(np.int64)).astype(np.float64)
    middle, width = (edges[1:] + edges[:-1] - 1) / 2, np.diff(edges)  # far out, sums of a smooth function over bins
    support, many = np.concatenate([head, middle]), np.concatenate([np.ones(len(head)), width])
    logs, mean_log, mean = np.log(support), float(np.log(inside).mean()), float(inside.mean())

    def loss(point: npt.NDArray[np.float64]) -> float:
        exponent, rate = point[0], np.exp(point[1])
        exponents = -exponent * logs - rate * support
        top = exponents.max()
        return float(exponent * mean_log + rate * mean + top + np.log((many * np.exp(exponents - top)).sum()))

    starts = [(1.5, np.log(1.0 / mean)), (2.5, np.log(1e-5))]
    best = min((minimize(loss, at, method="Nelder-Mead") for at in starts), key=lambda found: float(found.fun))
    return float(best.x[0]), float(np.exp(best.x[1]))
