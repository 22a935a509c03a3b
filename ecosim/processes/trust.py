"""Trust: ties over which something came about grow stronger, the others weaken; next month's partners follow."""

from __future__ import annotations

from ecosim.kernels.trust import draw_together, update_trust
from ecosim.processes.base import Process, World

__all__ = ["Trust"]


class Trust(Process):
    """Trust of a tie after the month's meetings, and the shares of partners that follow from it. Draws nothing."""

    name = "trust"
    reads = ("meetings", "meetings.tie", "meetings.fruit", "ties.start", "ties.weight", "ties.mirror")
    writes = ("ties.trust", "ties.cumulative")

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        if not parameters.mechanisms.trust:
            return
        trust, ties, meetings = parameters.trust, state.ties, state.meetings
        update_trust(
            meetings.tie, meetings.partner, meetings.fruit, trust.trust_gain, trust.trust_failure, trust.trust_disuse,
            ties.trust, ties.mirror,
        )  # fmt: skip
        draw_together(ties.start, ties.weight, ties.trust, trust.trust_pull, ties.cumulative)
