"""The roll of a model's agents: made when first asked for, and from then on exactly who is there.

It does not hold the model, which would keep models from being freed at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecosim.agents.groups import Alliance, Cluster
from ecosim.agents.markets import Market
from ecosim.agents.organisations import AGENT_TYPES, Organisation
from ecosim.columns import Array
from ecosim.state import State

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["Roll"]

Count = tuple[int, int, int, int]


class Roll:
    """Agents by their rows; None for rows whose agent is gone.

    Ids 1 to N are those of the N first organisations, then come the clusters', then the markets', whenever they are
    made. Who enters later gets the next free id when the roll is called for the first time after that.
    """

    def __init__(self, state: State) -> None:
        self.first = (len(state.organisations), len(state.clusters), len(state.markets))
        self.organisations: list[Organisation | None] = []
        self.clusters: list[Cluster] = []
        self.markets: list[Market] = []
        self.alliances: list[Alliance | None] = []
        self.filled = False
        self._closed = False
        self._seen: Count = (0, 0, 0, 0)
        self._there = self._lasting = np.zeros(0, bool)  # who was there at the last call

    @property
    def next_id(self) -> int:
        """The first id that is nobody's at the beginning."""
        return sum(self.first) + 1

    def call(self, model: EcosystemModel) -> None:
        """Make the agents of rows that have none yet; remove those of who is gone. Little to do when nobody moved."""
        if self._closed:
            return
        if not self.filled:
            self._fill(model)
        now = _count(model.state)
        if now == self._seen:
            return
        self._seen = now
        state = model.state
        there, lasting = state.alive, state.alliances["ended"] < 0
        for row in _lost(self._there, there):
            agent, self.organisations[row] = self.organisations[row], None
            if agent is not None:
                agent.remove()
        self._append_organisations(model, len(there))
        for row in _lost(self._lasting, lasting):
            alliance, self.alliances[row] = self.alliances[row], None
            if alliance is not None:
                alliance.remove()
        self.alliances += [
            Alliance(model, row) if lasting[row] else None for row in range(len(self.alliances), len(lasting))
        ]
        self._there, self._lasting = there, lasting

    def close(self) -> None:
        """Let go of all agents; there will be no others."""
        self.organisations, self.clusters, self.markets, self.alliances = [], [], [], []
        self.filled = self._closed = True

    def _fill(self, model: EcosystemModel) -> None:
        self.filled = True
        following = model.agent_id_counter
        organisations, clusters, markets = self.first
        model.agent_id_counter = 1
        self._append_organisations(model, organisations)
        model.agent_id_counter = organisations + 1
        self.clusters = [Cluster(model, row) for row in range(clusters)]
        self.markets = [Market(model, row) for row in range(markets)]
        model.agent_id_counter = following

    def _append_organisations(self, model: EcosystemModel, until: int) -> None:
        columns, begin = model.state.organisations, len(self.organisations)
        kinds, held = columns["kind"][begin:until].tolist(), columns["held"][begin:until].tolist()
        for row, (kind, bricks) in enumerate(zip(kinds, held, strict=True), start=begin):
            if row < self.first[0]:
                model.agent_id_counter = row + 1
            self.organisations.append(AGENT_TYPES[kind](model, row) if bricks else None)


def _lost(before: Array, now: Array) -> list[int]:
    """Return the rows that were there and are no more."""
    return np.flatnonzero(before & ~now[: len(before)]).tolist()


def _count(state: State) -> Count:
    """Return how many rows there are and how many of them are there: what enters or leaves changes one of them."""
    return (
        len(state.organisations), int(np.count_nonzero(state.organisations["held"])),
        len(state.alliances), int(np.count_nonzero(state.alliances["ended"] < 0)),
    )  # fmt: skip
