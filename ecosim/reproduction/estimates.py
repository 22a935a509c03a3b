"""R from the run's own births: the cohort estimate, the renewal estimate and the month of emergence. Pure arrays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = [
    "WINDOW", "cohort_reproduction", "emergence_month", "generation_weights", "instantaneous_reproduction",
    "trailing",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]
WINDOW = 12  # months over which births are pooled


def trailing(values: FloatArray, window: int = WINDOW) -> FloatArray:
    """Return the sum of the last `window` values at each place (fewer at the beginning)."""
    running = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    last = np.arange(1, len(values) + 1)
    return np.asarray(running[last] - running[np.maximum(last - window, 0)])


def generation_weights(rate: float, months: int) -> FloatArray:
    """Return the share of a hybrid's offspring that is born s months after it (float64, `months`).

    Exponential ages with `rate` (1/month), a birth lying anywhere in its month: ``1 − (1 − e^−κ)/κ`` in month 0.
    """
    gone = 1.0 - math.exp(-rate)
    weights = gone * gone / rate * np.exp(-rate * np.arange(-1, months - 1, dtype=np.float64))
    weights[0] = 1.0 - gone / rate
    return np.asarray(weights)


def instantaneous_reproduction(
    recombinant: FloatArray, births: FloatArray, seeded: float, rate: float, window: int = WINDOW
) -> FloatArray:
    """Return the renewal estimate of R in each month (Fraser 2007; Cori et al. 2013), pooled over `window` months.

    Parameters
    ----------
    recombinant, births : float64 (T,), recombinant births and all births of hybrids in each month
    seeded : hybrids that were there before month 0; each counts half, having one carrier instead of two
    rate : 1/month, at which the carriers of a hybrid dwindle

    Returns
    -------
    float64 (T,), NaN before any hybrid was born.
    """
    months = len(births)
    if months == 0:
        return np.zeros(0)
    history = np.concatenate([[0.5 * seeded], births])
    pressure = np.convolve(history, generation_weights(rate, months + 1))[1 : months + 1]
    expected = trailing(pressure, window)
    return np.divide(trailing(recombinant, window), expected, out=np.full(months, np.nan), where=expected > 0)


def cohort_reproduction(
    births: FloatArray, offspring: FloatArray, rate: float, window: int = WINDOW, complete: float = 0.5
) -> FloatArray:
    """Return the mean offspring of the hybrids born in the `window` months up to each month.

    Parameters
    ----------
    births, offspring : float64 (T,), hybrids born in each month, and the hybrids that these have made until now
    rate : 1/month, at which the carriers of a hybrid dwindle; what is still to come is made up for by dividing by the
        share of a life's offspring that is expected by now
    complete : NaN where less than this share is expected by now

    Returns
    -------
    float64 (T,)
    """
    months = len(births)
    age = months - np.arange(months) - 0.5
    total = trailing(births, window)
    expected = trailing(births * (1.0 - np.exp(-rate * age)), window)
    out = np.divide(trailing(offspring, window), expected, out=np.full(months, np.nan), where=expected > 0)
    out[expected < complete * total] = np.nan
    return out


def emergence_month(
    cohort: FloatArray, recombinant: FloatArray, organisations: FloatArray, floor: float, lasting: int = 12
) -> int | None:
    """Return T*: the first month from which, for `lasting` months, cohort R >= 1 and births stay above the floor.

    cohort : float64 (T,), cohort R; recombinant : float64 (T,), recombinant births per month; organisations :
    float64 (T,); floor : recombinant births per organisation and year. None when it never happens.
    """
    months = np.arange(len(cohort))
    yearly = trailing(recombinant) * 12.0 / np.minimum(months + 1, WINDOW)
    with np.errstate(invalid="ignore"):
        there = (cohort >= 1.0) & (yearly > floor * np.maximum(organisations, 1.0))
    run = 0
    for month, holds in enumerate(there):
        run = run + 1 if holds else 0
        if run == lasting:
            return month - lasting + 1
    return None
