"""Launch: firms put hybrids on the markets, alone or for their alliance."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.market import launch
from ecosim.processes.base import Process, World
from ecosim.state import FIRM

__all__ = ["Launch"]


class Launch(Process):
    """A firm that holds hybrids and has fewer live offers than it can run launches one now and then; after
    ``market.offer_life`` months an offer is withdrawn.
    """  # fmt: skip

    name = "launch"
    reads = (
        "organisations.kind", "organisations.identity", "organisations.held", "organisations.portfolio",
        "organisations.insight", "organisations.alliance", "bricks.position", "markets.frame", "markets.abroad",
    )  # fmt: skip
    writes = ("offers", "organisations.offers")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, offers = state.organisations, state.offers
        old = np.flatnonzero(
            (offers["withdrawn"] < 0) & (offers["launched"] + parameters.market.offer_life <= state.month)
        )
        offers["withdrawn"][old] = state.month
        for seller, brick in zip(offers["seller"][old].tolist(), offers["brick"][old].tolist(), strict=True):
            own = organisations["offers"][seller]
            own[own == brick] = -1
        seller, brick = np.empty(len(organisations), np.int32), np.empty(len(organisations), np.int32)
        count = launch(
            self.key(model), parameters.market.launch_rate, organisations["identity"], organisations["kind"] == FIRM,
            organisations["held"], parameters.knowledge.core_size, organisations["portfolio"], organisations["offers"],
            organisations["insight"], state.bricks["position"], state.markets["frame"], seller, brick,
        )  # fmt: skip
        if count == 0:
            return
        seller, brick = seller[:count], brick[:count]
        rows = offers.append(count)
        offers["brick"][rows], offers["seller"][rows] = brick, seller
        offers["alliance"][rows] = organisations["alliance"][seller]
        offers["launched"][rows], offers["withdrawn"][rows] = state.month, -1
        offers["served"][rows] = ~state.markets["abroad"]
        slots = organisations["offers"][seller]
        organisations["offers"][seller, np.argmax(slots < 0, axis=1)] = brick
