"""Users: through the digital layer designers meet those who use, and each learns from the other."""

from __future__ import annotations

import numpy as np

from ecosim.processes.base import Process, World
from ecosim.streams import uniforms

__all__ = ["Users"]


class Users(Process):
    """A firm that meets users gains insight into markets' frames, which guides what it launches; the frames move a
    little to what users are shown: the firm's newest hybrid.
    """  # fmt: skip

    name = "users"
    reads = (
        "organisations.kind", "organisations.identity", "organisations.held", "organisations.rate",
        "organisations.portfolio", "bricks.position",
    )  # fmt: skip
    writes = ("organisations.insight", "markets.frame")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        organisations, rules = state.organisations, parameters.users
        firms = state.firms
        often = organisations["rate"].astype(np.float64) * parameters.layer_shares[3] * rules.user_share
        met = firms & (uniforms(self.key(model), organisations["identity"]) < -np.expm1(-often))
        insight = organisations["insight"] * (1.0 - rules.insight_decay)
        organisations["insight"] = np.where(met, insight + rules.insight_gain * (1.0 - insight), insight)
        shown = met & (organisations["held"] > parameters.knowledge.core_size)
        if not parameters.mechanisms.frames or not shown.any():
            return
        rows = np.flatnonzero(shown)
        newest = organisations["portfolio"][rows, organisations["held"][rows] - 1]
        middle = state.bricks["position"][newest].mean(axis=0, dtype=np.float64)
        share = rules.user_reframing * len(rows) / max(int(firms.sum()), 1)
        state.markets["frame"] += share * (middle - state.markets["frame"])
