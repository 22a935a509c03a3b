"""Hybridise: in each meeting each side draws one brick and the pair is tried against its quenched barrier."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.hybridise import hybridise
from ecosim.processes.base import Process, World
from ecosim.state import BRICK_ORDER
from ecosim.streams import stream_key

__all__ = ["Hybridise"]


class Hybridise(Process):
    """A trial succeeds when the pair's barrier lies below the drive at its midpoint (design document, section 2)."""

    name = "hybridise"
    reads = ("meetings", "organisations.identity", "bricks.identity", "bricks.position", "bricks.sectors")
    writes = (
        "meetings.drawn", "meetings.fruit", "spent", "organisations.portfolio", "organisations.held",
        *(f"bricks.{name}" for name in ("identity", *BRICK_ORDER)),
    )  # fmt: skip

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, bricks, meetings = state.organisations, state.bricks, state.meetings
        seed = state.seed
        if state.month >= len(state.cohort_offspring):
            state.cohort_offspring = np.concatenate([state.cohort_offspring, np.zeros_like(state.cohort_offspring)])
        first = 0
        while True:
            first, bricks.count, room = hybridise(
                first, meetings.initiator, meetings.partner, meetings.base, meetings.layer, meetings.drawn,
                meetings.fruit,
                stream_key(seed, "barriers"), stream_key(seed, "births"), self.key(model, "evict"), state.month,
                organisations["identity"], organisations["held"], organisations["portfolio"],
                parameters.knowledge.core_size,
                bricks.whole("identity"), *(bricks.whole(name) for name in BRICK_ORDER), bricks.count,
                state.spent.table, state.spent.room,
                parameters.latent.base_drive, state.drive_centre, state.drive_strength, state.drive_width,
                parameters.diversity.openness, parameters.diversity.distance_matters,
                parameters.latent.barrier_scale, parameters.knowledge.birth_spread, parameters.latent.spontaneous,
                state.cohort_offspring, state.layer_births, state.tally,
            )  # fmt: skip
            state.spent.count += state.spent.room - room
            if first >= len(meetings):
                return
            if room <= 0:
                state.spent.grow()
            if bricks.count >= bricks.capacity:
                bricks.reserve(1)
