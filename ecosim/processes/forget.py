"""Forget: each carrier loses each hybrid at the forgetting rate; the core is never forgotten."""

from __future__ import annotations

import math

from ecosim.kernels.forget import forget
from ecosim.processes.base import Process, World

__all__ = ["Forget"]


class Forget(Process):
    """A rate mu per month is a probability 1 − exp(−mu) at the month's end."""

    name = "forget"
    reads = ("organisations.identity", "bricks.identity")
    writes = ("organisations.portfolio", "organisations.held", "bricks.carriers")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, bricks = state.organisations, state.bricks
        forget(
            self.key(model), 1.0 - math.exp(-parameters.knowledge.forgetting),
            organisations["identity"], organisations["held"], organisations["portfolio"],
            parameters.knowledge.core_size, bricks["identity"], bricks["carriers"], state.tally,
        )  # fmt: skip
