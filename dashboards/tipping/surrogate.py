"""The map as a function: R at its height, and what policies spend, at any setting, from a file that ships.

A Gaussian process over the settings, compressed to a few hundred numbers that NumPy alone evaluates: features are its
kernel at some of its points, turned so that they are independent (Nyström's approximation), its posterior is that of a
linear regression on them. How it is fitted: `fitting`. Knows nothing of stories, files, models or pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

__all__ = ["PLACES", "FloatArray", "Prediction", "Spending", "Surrogate", "kernel", "spending_kernel"]

FloatArray = npt.NDArray[np.float64]
PLACES = 5  # settings before the six levers: three dials, encounters, bridges
NORMAL = 1.959964  # half width of a 95 % interval, in standard deviations
_DRAWS = 1.0e-12


class Prediction(NamedTuple):
    """What is to be expected over histories, and its 95 % interval; float64, one value per setting."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Spending:
    """What policies spend over the whole run, k€: the square of a Gaussian process that is 0 where no lever is pulled.

    centres : float64 (M, d), points of the unit cube; lengths : float64 (d,); shares : float64 (6,), how much each
    lever weighs; weights : float64 (M,)
    """

    centres: FloatArray
    lengths: FloatArray
    shares: FloatArray
    weights: FloatArray

    def at(self, places: FloatArray) -> FloatArray:
        """Return the spending at points of the unit cube, float64 (n,)."""
        root = spending_kernel(places, self.centres, self.lengths, self.shares) @ self.weights
        return np.maximum(root, 0.0) ** 2


@dataclass(frozen=True)
class Surrogate:
    """R at its height over settings.

    paths : the settings, in the order of a point's columns; low, high : their ends, beyond which they are cut off
    centres : float64 (M, d), points in the unit cube whose kernel makes the features; lengths : float64 (d,), the
    distances over which R changes; amplitude : variance of the process
    turn : float64 (M, K), from kernels to independent features; weights : float64 (K,), their posterior mean;
    spread : float64 (K, K), lower triangular, ``spread @ spread.T`` their posterior covariance
    centre, shift : of the scale ``log(R + shift) − centre`` on which it is fitted; noise : standard deviation of one
    history there; widen : by what intervals are wider than the process says, so that checks fall into them
    spending : what policies spend over the whole run; None without levers that cost
    """

    paths: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    centres: FloatArray
    lengths: FloatArray
    amplitude: float
    turn: FloatArray
    weights: FloatArray
    spread: FloatArray
    centre: float
    shift: float
    noise: float
    widen: float = 1.0
    spending: Spending | None = None

    def unit(self, points: Any) -> FloatArray:
        """Return settings in the unit cube, float64 (n, d), cut off at their ends; `points` are in their own units."""
        places = (np.asarray(points, np.float64) - self.low) / (self.high - self.low)
        return np.clip(places, 0.0, 1.0)

    def scaled(self, points: Any) -> tuple[FloatArray, FloatArray]:
        """Return (mean, standard deviation) of ``log(R + shift)``, the uncertainty of the mean over histories."""
        features = kernel(self.unit(points), self.centres, self.lengths, self.amplitude) @ self.turn
        left_out = np.maximum(self.amplitude - np.einsum("nk,nk->n", features, features), 0.0)
        known = features @ self.spread
        variance = left_out + np.einsum("nk,nk->n", known, known)
        return features @ self.weights + self.centre, self.widen * np.sqrt(variance)

    def mean(self, points: Any) -> FloatArray:
        """Return expected R alone, float64 (n,), in a third of the time that `reproduction` takes."""
        features = kernel(self.unit(points), self.centres, self.lengths, self.amplitude)
        return self._natural(features @ self._direct + self.centre)

    def reproduction(self, points: Any) -> Prediction:
        """Return R at its height with the interval of its mean over histories."""
        middle, deviation = self.scaled(points)
        half = NORMAL * deviation
        return Prediction(self._natural(middle), self._natural(middle - half), self._natural(middle + half))

    def one_history(self, points: Any) -> Prediction:
        """Return R at its height with the interval in which that of 95 of 100 single histories lies."""
        middle, deviation = self.scaled(points)
        half = NORMAL * np.hypot(deviation, self.noise)
        low, high = (np.maximum(np.exp(edge) - self.shift, 0.0) for edge in (middle - half, middle + half))
        return Prediction(self._natural(middle), low, high)

    def chance_above(self, points: Any, level: float = 1.0) -> FloatArray:
        """Return how sure it is that R's mean lies above a level, 0 to 1."""
        middle, deviation = self.scaled(points)
        return ndtr((middle - self._scale(level)) / np.maximum(deviation, _DRAWS))

    def change(self, here: Any, there: Any) -> Prediction:
        """Return by what R differs between settings and one setting, with the interval of the difference.

        here : (d,); there : (n, d). What is uncertain about both alike falls out.
        """
        both = np.vstack([np.atleast_2d(here), np.atleast_2d(there)])
        features = kernel(self.unit(both), self.centres, self.lengths, self.amplitude) @ self.turn
        middle = features @ self.weights + self.centre
        known = (features[1:] - features[0]) @ self.spread
        half = NORMAL * self.widen * np.sqrt(np.einsum("nk,nk->n", known, known))
        start = self._natural(middle[:1])
        ends = [self._natural(middle[1:] + sign * half) - start for sign in (0.0, -1.0, 1.0)]
        return Prediction(*ends)

    def spent(self, points: Any) -> FloatArray:
        """Return what policies spend over the whole run, k€, float64 (n,), 0 where no lever costs anything."""
        places = self.unit(points)
        if self.spending is None:
            return np.zeros(len(places))
        return self.spending.at(places)

    @property
    def _direct(self) -> FloatArray:
        return self.turn @ self.weights

    def _scale(self, level: float) -> float:
        return float(np.log(level + self.shift) - self.noise**2 / 2)

    def _natural(self, scaled: FloatArray) -> FloatArray:
        """Return the mean over histories on R's own scale: that of a log-normal."""
        return np.maximum(np.exp(scaled + self.noise**2 / 2) - self.shift, 0.0)


def kernel(one: FloatArray, other: FloatArray, lengths: FloatArray, amplitude: float) -> FloatArray:
    """Return the squared-exponential kernel between points of the unit cube, float64 (n, m)."""
    a, b = one / lengths, other / lengths
    apart = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * (a @ b.T)
    return amplitude * np.exp(-0.5 * np.maximum(apart, 0.0))


def spending_kernel(one: FloatArray, other: FloatArray, lengths: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the kernel of the root of spending, float64 (n, m): spending grows in proportion to how far a lever is
    pulled, by a factor that changes smoothly with all settings.
    """  # fmt: skip
    a, b = (np.sqrt(places[:, PLACES:]) * shares for places in (one, other))
    return (a @ b.T) * kernel(one, other, lengths, 1.0)
