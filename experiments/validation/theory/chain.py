"""The well-mixed ecosystem as a branching process of organisations: exact in the dilute limit, month by month.

An organisation that holds k hybrids draws one of them at rate ``2 m k / (n0 + k)``: with the success π it goes to k +
1 and starts another at k = 1, with the transmissibility τ it starts another when the month is over; at the month's
end it loses each hybrid with probability ``1 − exp(−μ)`` (docs/odd.md, sections 3 and 7). Organisations that one
hybrid has led to never meet each other again as long as they are few: a multi-type branching process with the types
k, whose generating functions follow from one another by months (Harris 1963, chapters II and V; the textbook process
has one type).

Left out: that a meeting may both succeed and copy (πτ), and all that depends on how many organisations there are. Knows
of no run.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm
from scipy.optimize import brentq
from scipy.stats import binom

__all__ = [
    "Growth",
    "Rates",
    "cumulative_births",
    "extinction",
    "extinction_for_good",
    "growth",
    "textbook_births",
    "threshold",
]

FloatArray = npt.NDArray[np.float64]


class Rates(NamedTuple):
    """Meeting rate m (1/month), core n0 (bricks), success π, transmissibility τ, forgetting μ (1/month), in the order
    of the closed forms in `ecosim.reproduction`; levels : most hybrids told apart in an organisation."""

    meeting_rate: float
    core: int
    success: float
    transmissibility: float
    forgetting: float
    levels: int = 12

    @property
    def drawn(self) -> FloatArray:
        """Hybrids that an organisation draws per month, float64 (levels,), k = 1 first."""
        k = np.arange(1, self.levels + 1, dtype=np.float64)
        return 2.0 * self.meeting_rate * k / (self.core + k)

    @property
    def kept(self) -> FloatArray:
        """Probability that of k hybrids j are left at the month's end, float64 (levels + 1, levels + 1)."""
        k = np.arange(self.levels + 1)
        return np.asarray(binom.pmf(k[None, :], k[:, None], math.exp(-self.forgetting)), np.float64)


def _month_before(rates: Rates, values: npt.NDArray[Any], mark: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the generating functions of one month more: (levels + 1, S) from (levels + 1, S), a birth counting `mark`.

    Within the month the backward equation is integrated by one Runge–Kutta step (rates are below 0.2 a month).
    """
    ended = rates.kept @ values
    drawn = rates.drawn[:, None]
    copied = drawn * rates.transmissibility * (ended[1] - 1.0)

    def slope(now: npt.NDArray[Any]) -> npt.NDArray[Any]:
        more = np.concatenate([now[2:], now[-1:]])  # a full portfolio loses one for one
        out = np.zeros_like(now)
        out[1:] = drawn * rates.success * (mark * more * now[1] - now[1:]) + copied * now[1:]
        return out

    one = slope(ended)
    two = slope(ended + one / 2)
    three = slope(ended + two / 2)
    return np.asarray(ended + (one + 2 * two + 2 * three + slope(ended + three)) / 6)


def extinction(rates: Rates, months: int) -> FloatArray:
    """Return the probability that the line of one organisation with one hybrid has no hybrid left after 0, 1, ...
    months, float64 (months + 1,)."""
    values = np.zeros((rates.levels + 1, 1))
    values[0] = 1.0
    found = [0.0]
    for _ in range(months):
        values = _month_before(rates, values, np.ones(1))
        found.append(float(values[1, 0]))
    return np.array(found)


def extinction_for_good(rates: Rates) -> float:
    """Return the probability that the line of one organisation with one hybrid ever dies out.

    It is the smallest fixed point of the generating functions, which Newton's method reaches from below; 1 where the
    mean line does not grow.
    """
    if growth(rates).rate <= 0.0:
        return 1.0
    values = np.zeros((rates.levels + 1, 1))
    values[0] = 1.0
    for _ in range(120):
        values = _month_before(rates, values, np.ones(1))
    small = 1e-7
    for _ in range(100):
        nearby = np.concatenate([values, values + small * np.eye(rates.levels + 1)[:, 1:]], axis=1)
        after = _month_before(rates, nearby, np.ones(nearby.shape[1]))
        jacobian = (after[1:, 1:] - after[1:, :1]) / small
        step = np.linalg.solve(np.eye(rates.levels) - jacobian, after[1:, 0] - values[1:, 0])
        values[1:, 0] += step
        if np.abs(step).max() < 1e-10:
            break
    return float(values[1, 0])


@cache
def cumulative_births(rates: Rates, months: int, most: int = 4096) -> FloatArray:
    """Return P(at most n births in the family of one hybrid within so many months), float64 (most / 2,), n = 0 first.

    The generating function is inverted on a circle (Abate & Whitt 1992), whose radius keeps what wraps around below
    1e-8. most : an even number, twice the largest number of births that is asked for, so that rounding stays below it.
    """
    radius = 10.0 ** (-8.0 / most)
    circle = radius * np.exp(2j * np.pi * np.arange(most // 2 + 1) / most)
    around = []
    for mark in np.array_split(circle, max(1, len(circle) // 96)):  # blocks that stay near the processor
        values = np.ones((rates.levels + 1, len(mark)), complex)
        for _ in range(months):
            values = _month_before(rates, values, mark)
        around.append(values[1])
    chance = np.fft.irfft(np.conj(np.concatenate(around)), most)[: most // 2] / radius ** np.arange(most // 2)
    found = np.cumsum(np.maximum(chance, 0.0))
    found.setflags(write=False)  # it is kept for whoever asks again
    return found


def textbook_births(reproduction: float, most: int) -> FloatArray:
    """Return P(n births descend from one carrier), float64 (most,), without crowding and copying.

    A carrier's next event is a birth with probability ``a = R / (2 + R)``, after which there are three carriers (itself
    and the child's two inventors), or its end: ternary trees with n branchings,
    ``C(3n, n) / (2n + 1) · aⁿ (1 − a)²ⁿ⁺¹`` (Otter 1949; Dwass 1969). At R = 1 it falls as n^−3/2.
    """
    from scipy.special import gammaln

    n = np.arange(most, dtype=np.float64)
    a = reproduction / (2.0 + reproduction)
    log = gammaln(3 * n + 1) - gammaln(n + 1) - gammaln(2 * n + 2) + n * math.log(a) + (2 * n + 1) * math.log1p(-a)
    return np.asarray(np.exp(log))


class Growth(NamedTuple):
    """How a line grows on average, once its organisations have their lasting mix of k.

    rate : logarithm of the growth per month; births : births per month at time t of the line of one organisation
    that starts with one hybrid at time 0, divided by exp(rate · t)
    """

    rate: float
    births: float


def growth(rates: Rates) -> Growth:
    """Return the growth of the mean, by the month's mean matrix (types k, and copies that wait for the month's end)."""
    levels, drawn = rates.levels, rates.drawn
    flow = np.zeros((levels + 1, levels + 1))  # from row to column; the last is a copy made in this month
    place = np.arange(levels)
    up = drawn * rates.success
    flow[place, place] -= up
    flow[place, np.minimum(place + 1, levels - 1)] += up
    flow[place, 0] += up
    flow[place, levels] += drawn * rates.transmissibility
    within = expm(flow)
    ends = np.zeros((levels + 1, levels))
    ends[:levels] = rates.kept[1:, 1:]
    ends[levels] = rates.kept[1, 1:]
    month = (within @ ends)[:levels]
    values, right = np.linalg.eig(month)
    lead = int(np.argmax(values.real))
    values_left, left = np.linalg.eig(month.T)
    mix = left[:, int(np.argmax(values_left.real))].real
    worth = right[:, lead].real
    # E[state after t months | one at k = 1] = λ^t · worth[k=1] · mix / (mix · worth)
    mean_births = _births_within(flow, drawn * rates.success)
    return Growth(float(math.log(values[lead].real)), float(worth[0] * (mix @ mean_births) / (mix @ worth)))


def _births_within(flow: FloatArray, births: FloatArray) -> FloatArray:
    """Return births expected within a month by who starts it in each type, float64 (levels,)."""
    levels = len(births)
    larger = np.zeros((levels + 2, levels + 2))
    larger[: levels + 1, : levels + 1] = flow
    larger[:levels, -1] = births  # a counter beside the types
    return np.asarray(expm(larger)[:levels, -1])


@cache
def threshold(rates: Rates) -> float:
    """Return the success π at which the mean neither grows nor shrinks; the success in `rates` is not used."""
    return float(brentq(lambda success: growth(rates._replace(success=success)).rate, 1e-4, 0.95, xtol=1e-10))
