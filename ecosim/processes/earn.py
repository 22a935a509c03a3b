"""Earn: firms close their month: they sell, buy, pay wages, invest, pay owners, hire and let go."""

from __future__ import annotations

import numpy as np

from ecosim.kernels.firms import EARNED, earn
from ecosim.processes.base import Process, World

__all__ = ["Earn"]


class Earn(Process):
    """Every flow goes into the books of the month (`ecosim.state.ledger`)."""

    name = "earn"
    reads = (
        "meetings", "organisations.kind", "organisations.held", "organisations.identity", "organisations.stage",
        "organisations.sales", "organisations.training", "stages.margin", "support",
    )  # fmt: skip
    writes = (
        "organisations.employees", "organisations.capital", "organisations.base", "organisations.revenue",
        "organisations.turnover", "organisations.research", "organisations.dues", "organisations.competence", "ledger",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, firms, chain = state.organisations, parameters.firms, parameters.chain
        meetings = state.meetings
        started = np.bincount(meetings.initiator[meetings.partner >= 0], minlength=len(organisations))
        sums = np.zeros(len(EARNED))
        earn(
            self.key(model), state.firms, organisations["identity"],
            organisations["stage"], state.stages["margin"], organisations["employees"], organisations["capital"],
            organisations["base"], organisations["sales"], organisations["revenue"], organisations["turnover"],
            organisations["research"], organisations["dues"], started, organisations["competence"],
            organisations["training"], firms.wage, firms.value_added, firms.erosion, firms.demand_volatility,
            firms.research_share, firms.cooperation_cost, firms.payout, firms.equity_ratio, firms.employment_inertia,
            firms.turnover_memory, chain.learning, parameters.barriers.skills_gap, chain.research_scale,
            chain.competence_decay, sums,
        )  # fmt: skip
        for name, amount in zip(EARNED, sums.tolist(), strict=True):
            if name in ("hired", "released"):
                state.ledger.count(name, amount)
            else:
                state.ledger.pay(name, amount)
