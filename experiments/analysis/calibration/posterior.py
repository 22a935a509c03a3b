"""Posteriors from runs that are stored: ABC with random forests. Knows tables of numbers only, no study, no files.

Raynal, Marin, Pudlo, Ribatet, Robert & Estoup (2019), "ABC random forests for Bayesian parameter inference",
Bioinformatics 35, 1720–1728: one regression forest per parameter on the summary statistics; a stored run weighs as much
in an observation's posterior as it shares leaves with it. Then a local linear adjustment (Beaumont, Zhang & Balding
2002, Genetics 162, 2025–2035), on the logit of a parameter's place in its range, so that nothing leaves the prior.

Parameters are places in the unit interval (uniform prior); runs are draws from the prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.errors import MissingExtraError

__all__ = ["Forest", "Posterior", "adjusted", "weighted_quantile"]

FloatArray = npt.NDArray[np.float64]
_EDGE = 1e-3  # of the unit interval: the logit of its ends is infinite
_LEAF = 10  # runs in a leaf at least: larger than for means, as intervals need them (shown by the recovery test)


@dataclass(frozen=True)
class Posterior:
    """A parameter's posterior for one observation: places in the unit interval with weights, float64 (n,) each."""

    places: FloatArray
    weights: FloatArray

    @property
    def mean(self) -> float:
        return float(self.weights @ self.places)

    @property
    def sd(self) -> float:
        return float(np.sqrt(max(float(self.weights @ (self.places - self.mean) ** 2), 0.0)))

    @property
    def effective(self) -> float:
        """The number of equally weighted draws that would be worth as much (Kish)."""
        return float(1.0 / (self.weights**2).sum())

    def quantile(self, share: Any) -> FloatArray:
        """Return quantiles, float64 of the shape of `share`."""
        return weighted_quantile(self.places, self.weights, share)


class Forest:
    """A regression forest of one parameter on the statistics.

    statistics : float64 (n, s), any monotone scale; places : of the parameter, float64 (n,)
    groups : runs of one group (replicates of a point) hold one value of the parameter, so that they are drawn into a
        tree's sample together or not at all
    """

    def __init__(
        self, statistics: FloatArray, places: FloatArray, groups: npt.NDArray[np.int64], trees: int, seed: int
    ) -> None:  # fmt: skip
        try:
            from sklearn.tree import DecisionTreeRegressor
        except ImportError:
            raise MissingExtraError("calibration", "experiments") from None
        self.statistics, self.places = statistics, places
        generator = np.random.default_rng([seed, 21])
        names, numbers = np.unique(groups, return_inverse=True)
        third = max(1, round(statistics.shape[1] / 3))
        self._trees: list[Any] = []
        self._drawn: list[FloatArray] = []  # how often each run is in a tree's sample, (n,)
        self._leaves: list[npt.NDArray[np.int64]] = []
        for _ in range(trees):
            drawn = np.bincount(generator.integers(0, len(names), len(names)), minlength=len(names))[numbers]
            tree = DecisionTreeRegressor(
                min_samples_leaf=_LEAF, max_features=third, random_state=int(generator.integers(2**31))
            )
            tree.fit(statistics[drawn > 0], places[drawn > 0], sample_weight=drawn[drawn > 0])
            self._trees.append(tree)
            self._drawn.append(drawn.astype(np.float64))
            self._leaves.append(tree.apply(statistics))

    def weights(self, observed: FloatArray) -> FloatArray:
        """Return the weight of every run for every observation, float64 (m, n); rows sum to 1 (Raynal et al., eq. 3).

        Only runs that a tree was grown on count in it, as often as they were drawn.
        """
        out = np.zeros((len(observed), len(self.places)))
        for tree, drawn, leaves in zip(self._trees, self._drawn, self._leaves, strict=True):
            total = np.bincount(leaves, weights=drawn, minlength=int(leaves.max()) + 1)
            there = tree.apply(observed)
            shares = drawn / np.maximum(total[leaves], 1e-300)
            out += (there[:, None] == leaves[None, :]) * shares[None, :]
        return out / out.sum(axis=1, keepdims=True)

    def posteriors(self, observed: FloatArray, adjust: bool) -> list[Posterior]:
        """Return the posterior for every observation (rows of statistics)."""
        found = []
        for row, weights in zip(observed, self.weights(observed), strict=True):
            there = weights > 0
            places, share = self.places[there], weights[there]
            if adjust:
                places = adjusted(places, self.statistics[there], row, share)
            found.append(Posterior(places, share))
        return found


def adjusted(places: FloatArray, statistics: FloatArray, observed: FloatArray, weights: FloatArray) -> FloatArray:
    """Return places moved to where they would be had their runs given the observed statistics, float64 (n,).

    A weighted linear regression of the logit of the place on the statistics, with a ridge that keeps slopes at 0 where
    the runs near the observation do not tell them.
    """
    clipped = np.clip(places, _EDGE, 1.0 - _EDGE)
    logits = np.log(clipped / (1.0 - clipped))
    centre = weights @ statistics
    apart = statistics - centre
    spread = np.sqrt(weights @ apart**2)
    used = spread > 1e-12
    if not used.any():
        return places
    apart = apart[:, used] / spread[used]
    effective = 1.0 / (weights**2).sum()
    ridge = np.eye(int(used.sum())) * (1.0 / max(effective, 1.0))
    moments = (apart * weights[:, None]).T @ apart
    slopes = np.linalg.solve(moments + ridge, (apart * weights[:, None]).T @ (logits - weights @ logits))
    # a step beyond the runs near the observation is not believed: at most two of their standard deviations
    step = np.clip((observed - centre)[used] / spread[used], -2.0, 2.0)
    mean = float(weights @ logits)
    left = logits - mean - apart @ slopes
    freedom = max(effective - 1.0 - int(used.sum()), 1.0)  # as many were used up by the regression
    moved = mean + step @ slopes + left * np.sqrt(max(effective, 1.0) / freedom if effective > 4 else 1.0)
    out: FloatArray = 1.0 / (1.0 + np.exp(-moved))
    return out


def weighted_quantile(values: FloatArray, weights: FloatArray, share: Any) -> FloatArray:
    """Return quantiles of weighted values, interpolated between the middles of their weights."""
    order = np.argsort(values)
    mass = np.cumsum(weights[order])
    middles = (mass - 0.5 * weights[order]) / mass[-1]
    out: FloatArray = np.interp(share, middles, values[order])
    return out
