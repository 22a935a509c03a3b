"""Propagate: hybrids drawn in this month's meetings are copied to the other side with the transmissibility."""

from __future__ import annotations

from ecosim.kernels.propagate import propagate
from ecosim.processes.base import Process, World

__all__ = ["Propagate"]


class Propagate(Process):
    """Copying, per meeting and direction; a copy can be drawn from the next month on."""

    name = "propagate"
    reads = ("meetings", "meetings.drawn", "organisations.identity", "bricks.identity", "bricks.generation")
    writes = ("organisations.portfolio", "organisations.held", "bricks.carriers")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, bricks, meetings = state.organisations, state.bricks, state.meetings
        propagate(
            meetings.initiator, meetings.partner, meetings.base, meetings.drawn,
            parameters.effective_transmissibility, self.key(model, "evict"),
            organisations["identity"], organisations["held"], organisations["portfolio"],
            parameters.knowledge.core_size, bricks["identity"], bricks["generation"], bricks["carriers"], state.tally,
        )  # fmt: skip
