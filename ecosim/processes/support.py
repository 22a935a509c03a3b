"""Support: the policies of the month pull their levers, as far as their budgets go."""

from __future__ import annotations

import numpy as np

from ecosim.economy import levers
from ecosim.processes.base import Process, World
from ecosim.specs import LEVERS
from ecosim.state import State

__all__ = ["Support"]


class Support(Process):
    """Programmes (assembly, training, procurement) are paid for here, for the whole month; where money is short, in
    proportion. What firms and alliances buy with support (structuring, exports, equity) is paid for where they buy it.
    """  # fmt: skip

    name = "support"
    reads = (
        "organisations.kind", "organisations.held", "organisations.stage", "organisations.sector",
        "organisations.region", "alliances.ended", "markets.public_share", "policies",
    )  # fmt: skip
    writes = ("support", "policies.spent", "organisations.training", "ledger")

    def step(self, model: World) -> None:
        state, barriers = model.state, model.parameters.barriers
        for lever, place in levers.places.items():
            binds = getattr(barriers, LEVERS[lever]) > 0
            state.support[place] = levers.intensity(state, lever) if binds else 0.0
        alliances = int((state.alliances["ended"] < 0).sum())
        buyers = int((state.markets["public_share"] > 0).sum())
        self._programme(state, "assembly", barriers.assembly_support_cost * alliances)
        self._programme(state, "procurement", barriers.buyer_training_cost * buyers)
        self._train(state)

    def _programme(self, state: State, lever: str, cost: float) -> None:
        place = levers.places[lever]
        wanted = cost * float(state.support[place])
        if wanted > 0:
            paid = levers.charge(state, lever, wanted)
            state.ledger.programmes += paid
            state.support[place] *= paid / wanted

    def _train(self, state: State) -> None:
        """Train the firms that each policy is for; a firm reached by several gets them like one after the other."""
        organisations, policies = state.organisations, state.policies
        organisations["training"] = 0.0
        if state.support[levers.places["training"]] == 0:
            return
        firms = state.firms
        missing = np.ones(len(organisations))
        for row in levers.active(state, "training").tolist():
            reached = firms.copy()
            for target in ("stage", "sector", "region"):
                if policies[target][row] >= 0:
                    reached &= organisations[target] == policies[target][row]
            share = float(policies["intensity"][row])
            wanted = state.parameters.barriers.training_cost * share * int(reached.sum())
            if wanted <= 0:
                continue
            paid = levers.spend(state, row, wanted)
            state.ledger.programmes += paid
            missing[reached] *= 1.0 - share * paid / wanted
        organisations["training"] = 1.0 - missing
