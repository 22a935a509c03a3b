"""Reframe: markets' frames follow what is used and what programmes promote, and go back to tradition."""

from __future__ import annotations

import numpy as np

from ecosim.processes.base import Process, World

__all__ = ["Reframe"]


class Reframe(Process):
    """``frame += tradition · (origin − frame) + reframing · met · (used − frame)``, `met` the share of all customers'
    needs that offers meet; a programme of acculturation adds ``rate · (centre − frame)``.
    """  # fmt: skip

    name = "reframe"
    reads = (
        "markets.origin", "markets.adoptions", "markets.used", "markets.customers", "markets.needs", "acculturations",
    )  # fmt: skip
    writes = ("markets.frame", "ledger")

    def step(self, model: World) -> None:
        state, rules = model.state, model.parameters.market
        markets = state.markets
        frame = markets["frame"]
        needs = np.maximum(markets["customers"] * markets["needs"], 1e-300)
        met = np.minimum(markets["adoptions"] / needs, 1.0)[:, None]
        moved = rules.tradition * (markets["origin"] - frame) + rules.reframing * met * (markets["used"] - frame)
        rates = rules.tradition + rules.reframing * met
        for programme in state.acculturations:
            if model.parameters.mechanisms.policies and programme.start <= state.month < programme.end:
                row = programme.market
                moved[row] += programme.rate * (programme.centre - frame[row])
                rates[row] += programme.rate
                state.ledger.acculturation += programme.cost
        markets["frame"] = frame + moved / np.maximum(rates, 1.0)  # rates that add up to more than 1 would overshoot
