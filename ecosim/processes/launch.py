"""Launch: firms put hybrids on the markets, alone or for their alliance."""

from __future__ import annotations

import numpy as np

from ecosim.economy.offers import put_on_sale, withdraw
from ecosim.kernels.market import launch
from ecosim.processes.base import Process, World

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
        aged = offers["launched"] + parameters.market.offer_life <= state.month
        withdraw(state, np.flatnonzero((offers["withdrawn"] < 0) & aged))
        seller, brick = np.empty(len(organisations), np.int32), np.empty(len(organisations), np.int32)
        count = launch(
            self.key(model), parameters.market.launch_rate, organisations["identity"], state.firms,
            organisations["held"], parameters.knowledge.core_size, organisations["portfolio"], organisations["offers"],
            organisations["insight"], state.bricks["position"], state.markets["frame"], seller, brick,
        )  # fmt: skip
        put_on_sale(state, seller[:count], brick[:count])
