"""Barter of knowledge between neighbours (Cowan & Jonard 2004), as a process. Knows of no experiment.

A meeting: an organisation drawn at random meets one of its neighbours, drawn at random. They barter when each is ahead
of the other in at least one category. As many categories go one way as the other, the smaller of the two counts; on
the side with more to offer, those to go are drawn. Who is behind in a traded category closes the share
``absorption`` (α in the paper) of the gap. Nobody creates and nobody forgets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ecosim.kernels.random import below, below_low, draw, further
from ecosim.processes import Process
from ecosim.streams import uniforms

__all__ = ["Barter"]

LARGEST = 10.0  # knowledge starts uniform between 0 and this


class Barter(Process):
    """A month has as many meetings as there are organisations, one after the other.

    categories : kinds of knowledge; absorption : in (0, 1], share of a gap that a trade closes; similarity : two levels
    are taken as equal while neither is above the other by more than this share; experts : share of organisations that
    start with `expert_level` in one category. Levels are in the paper's arbitrary unit.
    """

    name = "barter"
    reads = ("organisations.identity", "ties")
    writes = ("organisations.knowledge",)

    def __init__(
        self, categories: int = 5, absorption: float = 0.1, similarity: float = 0.01, experts: float = 0.1,
        expert_level: float = 30.0,
    ) -> None:  # fmt: skip
        self.categories, self.absorption, self.similarity = categories, absorption, similarity
        self.experts, self.expert_level = experts, expert_level

    def step(self, model: Any) -> None:
        columns, ties = model.state.organisations, model.state.ties
        if "knowledge" not in columns:
            columns.add_column("knowledge", np.float64, (self.categories,))
            columns["knowledge"] = self.endowment(model)
        first, last = ties.rows(0)
        meet(self.key(model), first, last, ties.partner, self.absorption, self.similarity, columns["knowledge"])

    def endowment(self, model: Any) -> npt.NDArray[np.float64]:
        """Return the knowledge that everybody starts with, float64 (N, categories)."""
        own = model.state.organisations["identity"]
        draws = [uniforms(self.key(model, f"endowment {category}"), own) for category in range(self.categories)]
        knowledge = LARGEST * np.column_stack(draws)
        experts = np.argsort(uniforms(self.key(model, "experts"), own))[: round(self.experts * len(own))]
        field = (self.categories * uniforms(self.key(model, "expertise"), own)).astype(np.int64)
        knowledge[experts, field[experts]] = self.expert_level
        return knowledge

    def possible(self, model: Any) -> int:
        """Return the number of ties over which a barter is still possible; 0 is the steady state."""
        ties = model.state.ties
        first, last = ties.rows(0)
        return int(open_ties(first, last, ties.partner, self.similarity, model.state.organisations["knowledge"]))


@njit(cache=True)  # type: ignore[untyped-decorator]
def ahead(one: Any, other: Any, similarity: float, better: Any, worse: Any) -> Any:
    """Write the categories in which `one` is ahead and behind; return how many of each.

    one, other : float64 (K,); better, worse : int64 (K,), written.
    """
    more = less = 0
    for category in range(one.shape[0]):
        if one[category] > other[category] * (1.0 + similarity):
            better[more] = category
            more += 1
        elif other[category] > one[category] * (1.0 + similarity):
            worse[less] = category
            less += 1
    return more, less


@njit(cache=True)  # type: ignore[untyped-decorator]
def draw_to_front(base: Any, used: int, wanted: int, count: int, items: Any) -> None:
    """Put `wanted` of the first `count` items, drawn without replacement, in front (Fisher & Yates)."""
    for place in range(wanted):
        chosen = place + below(further(base, used + place + 1), count - place)
        items[place], items[chosen] = items[chosen], items[place]


@njit(cache=True)  # type: ignore[untyped-decorator]
def meet(key: Any, first: Any, last: Any, partner: Any, absorption: float, similarity: float, knowledge: Any) -> None:
    """Play N meetings in turn. A draw belongs to the meeting's number in the month.

    first, last : int64 (N,), places of each row's ties in `partner`, int32; knowledge : float64 (N, K), written.
    """
    organisations, categories = knowledge.shape
    better, worse = np.empty(categories, np.int64), np.empty(categories, np.int64)
    for meeting in range(organisations):
        base = draw(key, np.uint64(meeting))
        i = below(base, organisations)
        degree = last[i] - first[i]
        if degree == 0:
            continue
        j = partner[first[i] + below_low(base, degree)]
        mine, yours = knowledge[i], knowledge[j]
        more, less = ahead(mine, yours, similarity, better, worse)
        traded = min(more, less)  # barter: as much goes one way as the other
        draw_to_front(base, 0, traded, more, better)
        draw_to_front(base, categories, traded, less, worse)
        for place in range(traded):
            given, taken = better[place], worse[place]
            yours[given] += absorption * (mine[given] - yours[given])
            mine[taken] += absorption * (yours[taken] - mine[taken])


@njit(cache=True)  # type: ignore[untyped-decorator]
def open_ties(first: Any, last: Any, partner: Any, similarity: float, knowledge: Any) -> int:
    """Return the number of ties whose two ends could still barter."""
    organisations, categories = knowledge.shape
    better, worse = np.empty(categories, np.int64), np.empty(categories, np.int64)
    count = 0
    for i in range(organisations):
        for place in range(first[i], last[i]):
            j = partner[place]
            if i < j:
                more, less = ahead(knowledge[i], knowledge[j], similarity, better, worse)
                if min(more, less) > 0:
                    count += 1
    return count
