"""Propagate: hybrids drawn in this month's meetings are copied to the other side with the transmissibility."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.propagate import propagate
from ecosim.kernels.trust import raise_copying
from ecosim.processes.base import Process, World

__all__ = ["Propagate"]

_AS_IT_IS = np.zeros(0)


class Propagate(Process):
    """Copying, per meeting and direction; a copy can be drawn from the next month on. Trust raises it."""

    name = "propagate"
    reads = (
        "meetings", "meetings.drawn", "meetings.tie", "ties.trust", "organisations.identity", "bricks.identity",
        "bricks.generation",
    )  # fmt: skip
    writes = ("organisations.portfolio", "organisations.held", "bricks.carriers", "meetings.fruit")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, bricks, meetings = state.organisations, state.bricks, state.meetings
        raised = _AS_IT_IS
        if parameters.mechanisms.trust:
            raised = raise_copying(meetings.tie, state.ties.trust, parameters.trust.trust_copying)
        propagate(
            meetings.initiator, meetings.partner, meetings.base, meetings.drawn, meetings.fruit,
            parameters.effective_transmissibility, raised, self.key(model, "evict"),
            organisations["identity"], organisations["held"], organisations["portfolio"],
            parameters.knowledge.core_size, bricks["identity"], bricks["generation"], bricks["carriers"], state.tally,
        )  # fmt: skip
