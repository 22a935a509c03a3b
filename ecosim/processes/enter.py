"""Enter: start-ups are founded on hybrids of this month, more often near attractors."""

from __future__ import annotations

import numpy as np

from ecosim.economy.demography import enter
from ecosim.processes.base import Process, World
from ecosim.streams import uniforms

__all__ = ["Enter"]


class Enter(Process):
    """A hybrid founds a start-up with probability ``startup_rate · (1 + startup_pull · Σ_k exp(−|x − c_k|²/2w_k²))``
    over the active attractors. The draw is the hybrid's own.
    """  # fmt: skip

    name = "enter"
    reads = (
        "active_attractors", "drive_centre", "drive_width", "drive_strength", "stages.competence", "markets.abroad",
    )  # fmt: skip
    writes = (
        "organisations", "bricks", "ties", "clusters.members", "ledger", "organisation_names", "offers",
    )  # fmt: skip

    def step(self, model: World) -> None:
        state, firms = model.state, model.parameters.firms
        bricks = state.bricks
        first = int(np.searchsorted(bricks["birth"], state.month))  # bricks stand in order of birth
        new = np.arange(first, len(bricks))
        new = new[(bricks["generation"][new] > 0) & (bricks["parents"][new, 0] >= 0)]
        if len(new) == 0 or firms.startup_rate == 0:
            return
        near = np.zeros(len(new))
        for centre, width, strength in zip(state.drive_centre, state.drive_width, state.drive_strength, strict=True):
            if strength > 0:
                away = ((bricks["position"][new] - centre) ** 2).sum(axis=1)
                near += np.exp(-away / (2.0 * width**2))
        chance = firms.startup_rate * (1.0 + firms.startup_pull * near)
        founding = new[uniforms(self.key(model), bricks["identity"][new]) < chance]
        if len(founding):
            enter(state, founding)
