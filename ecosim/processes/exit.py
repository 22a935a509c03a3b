"""Exit: firms that cannot pay, and whose alliance cannot pay for them, leave; their creditors bear the rest."""

from __future__ import annotations

import numpy as np

from ecosim.economy.demography import leave
from ecosim.processes.base import Process, World

__all__ = ["Exit"]


class Exit(Process):
    """A firm whose capital is below 0 at the month's end is insolvent, unless the common capital of its alliance makes
    up for what is missing: members share capital.
    """  # fmt: skip

    name = "exit"
    reads = (
        "organisations.kind", "organisations.cluster", "organisations.portfolio", "offers.seller",
    )  # fmt: skip
    writes = (
        "organisations.held", "organisations.capital", "organisations.employees", "organisations.base",
        "organisations.sales", "organisations.revenue", "organisations.turnover", "organisations.research",
        "organisations.insight", "organisations.alliance", "organisations.offers", "clusters.members",
        "bricks.carriers", "alliances.members", "alliances.capital", "offers.withdrawn", "meetings", "memberships",
        "ledger",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state = model.state
        organisations = state.organisations
        insolvent = np.flatnonzero(state.firms & (organisations["capital"] < 0.0))
        capital, pools = organisations["capital"], state.alliances["capital"]
        for firm in insolvent[organisations["alliance"][insolvent] >= 0].tolist():
            alliance = int(organisations["alliance"][firm])
            if pools[alliance] + capital[firm] >= 0.0:
                pools[alliance] += capital[firm]
                capital[firm] = 0.0
        leave(state, insolvent[capital[insolvent] < 0.0])
