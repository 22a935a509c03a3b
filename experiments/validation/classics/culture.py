"""Axelrod's culture as one process: an organisation takes over a trait of a partner with whom it shares some already.

The rule (Axelrod 1997, Journal of Conflict Resolution 41:203): an organisation and one of its partners are drawn; with
a probability equal to the share of features on which they agree, the organisation takes over the partner's trait in
one of the features on which they differ. Nothing ever changes between two that agree on everything or on nothing.

Draws over ties on which nothing can happen are left out, as those who published on the model do: what happens, and in
which order, is the same in distribution; only the clock differs. A month is therefore a number of draws over active
ties, not of all draws. Knows nothing of bricks, nor of what is asked of the model (`axelrod`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import sparse, stats

from ecosim import Process
from ecosim.kernels.random import below_low, draw, further, uniform
from ecosim.kernels.ties import find_mirror
from ecosim.streams import GOLDEN, uniforms

__all__ = ["Culture", "active_ties", "domains"]

IntArray = npt.NDArray[Any]


class Culture(Process):
    """Organisations take over traits of their partners; traits of the first month are Poisson or uniform.

    features : F; traits : q, the mean of the Poisson distribution of Castellano, Marsili & Vespignani (2000), or, with
    ``poisson=False``, Axelrod's number of equally likely traits; pace : draws over active ties per organisation and
    month. Column ``organisations.culture``, int32 (N, F).
    """

    name = "culture"
    reads = ("ties", "organisations.identity")
    writes = ("organisations.culture",)

    def __init__(self, features: int, traits: float, poisson: bool = True, pace: int = 100) -> None:
        self.features, self.traits, self.poisson, self.pace = features, traits, poisson, pace

    def step(self, model: Any) -> None:
        state = model.state
        state.organisations.add_column("culture", np.int32, (self.features,))
        if state.month == 0:
            state.organisations["culture"] = self._first(model)
        start, partner = state.ties.start, state.ties.partner
        culture = state.organisations["culture"]
        converse(self.key(model), culture, start, partner, find_mirror(start, partner), self.pace * len(culture))

    def _first(self, model: Any) -> IntArray:
        """Return the traits to begin with, int32 (N, F)."""
        identities = model.state.organisations["identity"][:, None] + GOLDEN * np.arange(self.features, dtype=np.uint64)
        chances = uniforms(self.key(model, "first"), identities)
        if not self.poisson:
            return (chances * self.traits).astype(np.int32)
        most = int(self.traits + 20 * self.traits**0.5 + 20)
        return np.searchsorted(stats.poisson.cdf(np.arange(most), self.traits), chances, "right").astype(np.int32)


@njit
def agreed(culture, one, other):  # type: ignore[no-untyped-def]
    """Return on how many features two organisations agree."""
    count = 0
    for feature in range(culture.shape[1]):
        count += culture[one, feature] == culture[other, feature]
    return count


@njit
def note(tie, is_active, active, place, count):  # type: ignore[no-untyped-def]
    """Put a tie on the list of active ties or take it off; return the length of the list."""
    if is_active and place[tie] < 0:
        active[count] = tie
        place[tie] = count
        count += 1
    elif not is_active and place[tie] >= 0:
        count -= 1
        last = active[count]
        active[place[tie]] = last
        place[last] = place[tie]
        place[tie] = -1
    return count


@njit(cache=True)
def converse(key, culture, start, partner, mirror, draws):  # type: ignore[no-untyped-def]
    """Play `draws` draws over active ties, or fewer when none is left. Changes `culture` in place.

    A tie stands in the rows of both its ends; its place in row i is the draw "i looks at its partner". In the original
    i is drawn first and the partner then, so that this has probability 1/k_i: among active ties drawn uniformly, one of
    an organisation with more partners than the least connected is passed over with probability 1 − k_least / k_i. In
    the same way only the ratio of chances to converge counts: they are taken as multiples of (F − 1) / F, the largest.

    culture : int32 (N, F); start, partner, mirror : the ties, cluster layer only
    """
    features = culture.shape[1]
    owner = np.empty(partner.shape[0], np.int32)
    active = np.empty(partner.shape[0], np.int64)
    place = np.full(partner.shape[0], -1, np.int64)
    least = partner.shape[0]
    count = 0
    for i in range(culture.shape[0]):
        degree = start[3 * i + 1] - start[3 * i]
        if 0 < degree < least:
            least = degree
        for e in range(start[3 * i], start[3 * i + 1]):
            owner[e] = i
            count = note(e, 0 < agreed(culture, i, partner[e]) < features, active, place, count)
    for number in range(draws):
        if count == 0:
            return
        bits = draw(key, np.uint64(number))
        e = active[np.int64(uniform(bits) * count)]
        i = owner[e]
        j = partner[e]
        common = agreed(culture, i, j)
        degree = start[3 * i + 1] - start[3 * i]
        second = further(bits, 1)
        if uniform(second) * (features - 1) * degree >= common * least:
            continue
        wanted = below_low(further(bits, 2), features - common)
        for feature in range(features):
            if culture[i, feature] != culture[j, feature]:
                if wanted == 0:
                    culture[i, feature] = culture[j, feature]
                    break
                wanted -= 1
        for t in range(start[3 * i], start[3 * i + 1]):
            is_active = 0 < agreed(culture, i, partner[t]) < features
            count = note(t, is_active, active, place, count)
            count = note(mirror[t], is_active, active, place, count)


def active_ties(model: Any) -> int:
    """Return the number of ties over which something can still happen (each counted once): 0 in a frozen state."""
    _, _, common, features = _agreement(model)
    return int(((common > 0) & (common < features)).sum()) // 2


def domains(model: Any) -> IntArray:
    """Return the size of every cultural domain (who is connected by ties between equals), largest first, int64."""
    one, other, common, features = _agreement(model)
    equal = common == features
    everyone = len(model.state.organisations)
    graph = sparse.coo_matrix((np.ones(int(equal.sum()), bool), (one[equal], other[equal])), (everyone, everyone))
    _, label = sparse.csgraph.connected_components(graph, directed=False)
    return np.sort(np.bincount(label))[::-1]


def _agreement(model: Any) -> tuple[IntArray, IntArray, IntArray, int]:
    """Return both ends of every tie (each twice), and on how many of how many features they agree."""
    start, other = model.state.ties.start, model.state.ties.partner
    one = np.repeat(np.arange(len(start) - 1) // 3, np.diff(start))
    culture = model.state.organisations["culture"]
    return one, other, (culture[one] == culture[other]).sum(axis=1), culture.shape[1]
