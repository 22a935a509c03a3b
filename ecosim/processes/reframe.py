"""Reframe: markets' frames follow what is used and what programmes promote, and go back to tradition."""

from __future__ import annotations

import numpy as np

from ecosim.processes.base import Process, World

__all__ = ["Reframe"]


class Reframe(Process):
    """``frame += tradition · (origin − frame) + reframing · min(1, uses/customers) · (used − frame)``, and a programme
    of acculturation adds ``rate · (centre − frame)``.
    """  # fmt: skip

    name = "reframe"
    reads = ("markets.origin", "markets.adoptions", "markets.used", "markets.customers", "acculturations")
    writes = ("markets.frame", "ledger")

    def step(self, model: World) -> None:
        state, rules = model.state, model.parameters.market
        markets = state.markets
        frame = markets["frame"]
        use = np.minimum(markets["adoptions"] / np.maximum(markets["customers"], 1e-300), 1.0)[:, None]
        moved = rules.tradition * (markets["origin"] - frame) + rules.reframing * use * (markets["used"] - frame)
        for programme in state.acculturations:
            if model.parameters.mechanisms.policies and programme.start <= state.month < programme.end:
                row = programme.market
                moved[row] += programme.rate * (programme.centre - frame[row])
                state.ledger.acculturation += programme.cost
        markets["frame"] = frame + moved
