"""A rule for studies: basic bricks make a hybrid in a given share of the meetings only. Knows of no study."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.processes.base import World
from ecosim.processes.hybridise import Hybridise
from ecosim.schedule import core_schedule
from ecosim.state import Meetings, State
from ecosim.streams import uniforms

__all__ = ["schedule_with_openings"]


@dataclass
class _Seen:
    """What `Hybridise` sees of the model: its state, and parameters of our own."""

    state: State
    parameters: Parameters


class Openings(Hybridise):
    """The model's own trials; two basic bricks are tried in each meeting with probability `share`, else they are not.

    The chosen meetings are played after the others of their month.
    """

    def __init__(self, share: float) -> None:
        self.share = share

    def step(self, model: World) -> None:
        state, parameters = model.state, model.parameters
        everything = state.meetings
        chosen = uniforms(self.key(model, "openings"), everything.base) < self.share
        for some, spontaneous in ((~chosen, False), (chosen, True)):
            part = Meetings(
                everything.base[some], everything.initiator[some], everything.partner[some], everything.layer[some],
                everything.drawn[some], everything.fruit[some], everything.tie,
            )  # fmt: skip
            state.meetings = part
            latent = replace(parameters.latent, spontaneous=spontaneous)
            super().step(_Seen(state, replace(parameters, latent=latent)))
            everything.drawn[some], everything.fruit[some] = part.drawn, part.fruit
        state.meetings = everything


def schedule_with_openings(share: float) -> tuple[Process, ...]:
    """Return the core's schedule with trials of two basic bricks in that share of the meetings, from 0 to 1."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share = {share}: allowed is a number from 0 to 1")
    return tuple(Openings(share) if process.name == "hybridise" else process for process in core_schedule())
