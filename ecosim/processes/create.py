"""Create: labs renew their basic bricks."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.create import renew
from ecosim.processes.base import Process, World
from ecosim.state import BRICK_ORDER, LAB

__all__ = ["Create"]


class Create(Process):
    """A new basic brick, around the centre of the lab's sector, takes the place of one of the lab's core."""

    name = "create"
    reads = ("organisations.kind", "organisations.identity", "organisations.sector", "organisations.held")
    writes = ("organisations.portfolio", *(f"bricks.{name}" for name in ("identity", *BRICK_ORDER)))

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, bricks = state.organisations, state.bricks
        if parameters.labs.creation_rate <= 0:
            return
        labs = np.flatnonzero(organisations["kind"] == LAB)
        bricks.reserve(len(labs))
        bricks.count = renew(
            self.key(model), parameters.labs.creation_rate, state.month, labs, bricks.count,
            organisations["identity"], organisations["sector"], organisations["held"], organisations["portfolio"],
            parameters.knowledge.core_size, state.sector_centres, parameters.diversity.sector_spread,
            bricks.whole("identity"), *(bricks.whole(name) for name in BRICK_ORDER), state.tally,
        )  # fmt: skip
