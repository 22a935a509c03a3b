"""How the number of different things grows along a sequence: Heaps' law, and what it is compared with.

Estimators on sequences of whole numbers. They know of no model.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Heaps", "burst_entropy", "combined", "distinct", "first_uses", "heaps", "local_slope"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
DECADES = 2.0  # of the sequence's end over which an exponent is fitted
PER_DECADE = 10  # points, at equal steps of log n
LEAST = 400  # elements: below, two decades would start with a handful of them


class Heaps:
    """Heaps exponent of a sequence: slopes of log D(n) against log n by least squares, at equal steps of log n.

    Attributes
    ----------
    exponent : over the last two decades of n; early, late : over the first and the second of them
    bend : late − early, 0 for a power law
    """

    def __init__(self, size: IntArray, number: IntArray) -> None:
        x, y = np.log10(size), np.log10(number)
        half = x <= x[0] + (x[-1] - x[0]) / 2
        self.exponent = float(np.polyfit(x, y, 1)[0])
        self.early = float(np.polyfit(x[half], y[half], 1)[0])
        self.late = float(np.polyfit(x[~half], y[~half], 1)[0])
        self.bend = self.late - self.early


def first_uses(tokens: IntArray) -> IntArray:
    """Return 1 where a value comes for the first time, else 0, int64 (n,)."""
    new = np.zeros(len(tokens), np.int64)
    new[np.unique(tokens, return_index=True)[1]] = 1
    return new


def distinct(tokens: IntArray) -> IntArray:
    """Return D(1) … D(n), the number of different values among the first n tokens, int64 (n,)."""
    return first_uses(tokens).cumsum()


def heaps(tokens: IntArray) -> Heaps | None:
    """Return the Heaps exponent of a sequence; None for one too short.

    Source: Tria, Loreto, Servedio & Strogatz 2014, Sci. Rep. 4, 5890.
    """
    if len(tokens) < LEAST:
        return None
    size = np.unique(np.logspace(np.log10(len(tokens)) - DECADES, np.log10(len(tokens)), int(DECADES * PER_DECADE) + 1))
    size = np.unique(np.maximum(1, size.astype(np.int64)))
    return Heaps(size, distinct(tokens)[size - 1])


def local_slope(tokens: IntArray, factor: float = 2.0) -> float:
    """Return the slope of log D(n) over the last stretch of a sequence, from n / factor to n."""
    number = distinct(tokens)
    return float(np.log(number[-1] / number[int(len(tokens) / factor) - 1]) / np.log(factor))


def combined(parts: IntArray) -> IntArray:
    """Return one number for each unordered combination, int64 (B,), equal where combinations are.

    parts : int64 (B, order); the number of different values to the power of the order must stay below 2^63
    """
    values, small = np.unique(parts, return_inverse=True)
    ordered = np.sort(small.reshape(parts.shape), axis=1).astype(np.int64)
    key = np.zeros(len(parts), np.int64)
    for column in ordered.T:
        key = key * len(values) + column
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _entropies(length: int, places: IntArray, start: IntArray) -> FloatArray:
    """Return the normalised entropy of each label's events, float64 (labels,).

    length : of the sequence; places : int64, of the events, label by label; start : int64 (labels,), of each label
    """
    counts = np.diff(np.append(start, len(places)))
    first, many = np.repeat(places[start], counts), np.repeat(counts, counts)
    part = np.minimum(many - 1, (places - first) * many // (length - first))
    inside = np.bincount(np.repeat(start, counts) + part, minlength=len(places))
    share = np.maximum(inside, 1) / many
    return -np.add.reduceat(np.where(inside > 0, share * np.log(share), 0.0), start) / np.log(np.maximum(counts, 2))


def burst_entropy(labels: IntArray, generator: np.random.Generator, least: int = 8) -> tuple[float, float]:
    """Return the mean normalised entropy of labels' events in a sequence, and that of events placed at random.

    The stretch from a label's first event to the end of the sequence is cut into as many parts as it has events; the
    entropy of how the events fall into the parts is divided by its most, log k. Bursts lower it. Placed at random: each
    label keeps its first event and its number; the others are put anywhere after it. NaN without a label of `least`.

    Source: Tria et al. 2014, equations of "normalized entropy" and its local reshuffling.
    """
    places = np.argsort(labels, kind="stable")
    counts = np.unique(labels, return_counts=True)[1]
    places = places[np.repeat(counts >= least, counts)]
    counts = counts[counts >= least]
    if len(counts) == 0:
        return float("nan"), float("nan")
    start = np.concatenate([[0], counts.cumsum()[:-1]])
    real = _entropies(len(labels), places, start)
    first = np.repeat(places[start], counts)
    random = first + 1 + (generator.random(len(places)) * (len(labels) - 1 - first)).astype(np.int64)
    random = np.minimum(random, len(labels) - 1)
    random[start] = places[start]
    return float(real.mean()), float(_entropies(len(labels), random, start).mean())
