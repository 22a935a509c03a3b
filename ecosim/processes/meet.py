"""Meet: organisations start meetings; each finds its layer and its partner by tie weight."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.meet import find_partners, put_in_order, start_meetings
from ecosim.kernels.ties import find_ties, read_ties
from ecosim.processes.base import Process, World
from ecosim.state import Meetings

__all__ = ["Meet"]


class Meet(Process):
    """The number of meetings that an organisation starts in a month is Poisson; they take place in random order."""

    name = "meet"
    reads = (
        "organisations.identity", "organisations.held", "organisations.rate", "organisations.cluster",
        "clusters.brokerage",
    )  # fmt: skip
    writes = ("meetings",)

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations = state.organisations
        base, initiator = start_meetings(
            self.key(model), organisations["identity"], organisations["held"], organisations["rate"]
        )
        layer, partner = find_partners(
            base, initiator, organisations["cluster"], np.cumsum(parameters.layer_shares),
            state.clusters["brokerage"] * parameters.medium.bridge_openness,
            state.ties.start, state.ties.partner, state.ties.cumulative, organisations["held"],
        )  # fmt: skip
        tie = np.zeros(0, np.int64)
        if parameters.mechanisms.trust:
            over = find_ties(initiator, partner, layer, state.ties.start, state.ties.partner)
            put_in_order(base, initiator, layer, over)
            tie, partner = read_ties(over, state.ties.partner)
        else:
            put_in_order(base, initiator, layer, partner)
        drawn = np.full((len(base), 2), -1, np.int32)
        state.meetings = Meetings(base, initiator, partner, layer, drawn, np.zeros(len(base), np.uint8), tie)
