"""Plays the model on the organisations of some years, and lets projects grow along its meetings.

What has to be read once is left in a folder, where any worker finds it.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.inputs import Inputs
from ecosim.processes.base import Process
from experiments.validation.evidence.grouping import consortia
from experiments.validation.evidence.participations import Participations
from experiments.validation.evidence.projection import Projects
from experiments.validation.evidence.window import Window, write_for_import

__all__ = ["Activity", "Note", "prepare", "prepared", "simulated_projects"]


class Note(Process):
    """Keeps who met whom from a month on: where something came of it, or everywhere."""

    name = "note"
    reads = ("meetings", "meetings.fruit")

    def __init__(self, first_month: int, fruitful: bool) -> None:
        self.first_month, self.fruitful = first_month, fruitful
        self.months: list[npt.NDArray[np.int64]] = []

    def step(self, model: Any) -> None:
        if model.state.month < self.first_month:
            return
        meetings = model.state.meetings
        kept = meetings.partner >= 0
        if self.fruitful:
            kept &= meetings.fruit > 0
        self.months.append(np.column_stack([meetings.initiator[kept], meetings.partner[kept]]).astype(np.int64))

    @property
    def pairs(self) -> npt.NDArray[np.int64]:
        """int64 (M, 2): initiator and partner, in the order of time."""
        return np.concatenate([np.empty((0, 2), np.int64), *self.months])


class Activity(Process):
    """Organisations start meetings in proportion to the projects that they have had; as many as before in all."""

    name = "activity"
    writes = ("organisations.rate",)

    def __init__(self, earlier: npt.NDArray[np.int64]) -> None:
        self.share = earlier / earlier.mean()

    def step(self, model: Any) -> None:
        model.state.organisations["rate"][:] = model.parameters.effective_meeting_rate * self.share


def prepare(learnt: Participations, countries: Sequence[str], now: Window, folder: Path) -> None:
    """Leave the scenario of the years learnt from, and the window, in a folder."""
    from ecosim.importers.cordis import import_cordis

    write_for_import(learnt, folder / "participations.csv", folder / "programmes.csv")
    import_cordis(folder / "participations.csv", folder / "learnt.toml", folder / "programmes.csv", countries)
    (folder / "window.pickle").write_bytes(pickle.dumps(now))


@lru_cache(maxsize=1)
def prepared(folder: str) -> tuple[Inputs, Window]:
    """Return the inputs of the scenario and the window that were left in a folder."""
    from ecosim.inputs import resolve
    from ecosim.scenario import Scenario

    # R is not asked for here, and takes longer than the months
    inputs = resolve(Scenario.load(Path(folder) / "learnt.toml").with_values({"reproduction_every": 0}))
    now: Window = pickle.loads((Path(folder) / "window.pickle").read_bytes())
    if [row.id for row in inputs.organisations] != now.ids:
        raise AssertionError("the scenario and the window differ in their organisations")
    return inputs, now


def simulated_projects(
    inputs: Inputs, now: Window, seed: int, warm: int, months: int, fruitful: bool, told: bool,
    generator: np.random.Generator,
) -> tuple[Projects, int]:  # fmt: skip
    """Return projects that grow along the meetings of a run, and how many meetings these were.

    warm : months played before; months : whose meetings count; fruitful : only those of which something came; told :
    whether organisations start meetings in proportion to the projects that they have had (else all as many)
    """
    from ecosim import EcosystemModel
    from ecosim.schedule import schedule_for, with_process

    note = Note(warm, fruitful)
    schedule = with_process(note, "forget", schedule_for(inputs.scenario.parameters))
    if told:
        schedule = with_process(Activity(now.earlier), "meet", schedule)
    with EcosystemModel(inputs, seed=seed, processes=schedule) as model:
        model.run(warm + months)
    pairs = note.pairs
    if not len(pairs):
        return Projects(np.zeros(1, np.int64), np.empty(0, np.int64), now.projects.organisations), 0
    return consortia(pairs, now.projects.sizes, now.projects.organisations, generator), len(pairs)
