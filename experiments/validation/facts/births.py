"""What stylised facts are measured on: the hybrids born in a run, in order of birth, and what they were made of.

Three vocabularies say what "the same element" is, from fine to coarse:

``bricks``  the parents themselves. The vocabulary opens: every hybrid may become a parent.
``cells``   where parents lie: cubes of side `CELL` in the knowledge space, the topics of the model. The space has no
            wall, but hybrids are born between their parents, so that the cells in use have a bound.
``sets``    which sectors parents hold, as patents hold technology codes. S sectors give 2^S − 1 sets and no more.

Knows nothing of estimators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ecosim import EcosystemModel
    from ecosim.state import State

__all__ = ["CELL", "WORLDS", "Births", "births", "elements", "world"]

IntArray = npt.NDArray[np.int64]

CELL = 0.25
"""Side of a cell, knowledge units: five times the spread of a birth, a quarter of the mean distance of two sectors."""
_ANYONE = {"cluster_share": 0.0, "bridge_share": 0.0, "science_share": 0.0, "digital_share": 1.0}
WORLDS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "three-ingredients": ("three-ingredients", {}),
    "fintech": ("fintech", {}),
    "cosmetotextile": ("cosmetotextile", {}),
    "without attractor": ("three-ingredients", {"attractor_dial": 0.0}),
    "any distance": ("three-ingredients", {"distance_matters": False}),
    "anyone meets anyone": ("three-ingredients", _ANYONE),
    "neither": ("three-ingredients", {"distance_matters": False, **_ANYONE}),
}
"""Scenario and parameters of each ecosystem; ``fintech`` and ``cosmetotextile`` have society and economy on."""


class Births(NamedTuple):
    """The hybrids born in a run, in order of birth, but those a run starts with.

    month : int64 (B,); parents : int64 (B, 2), rows of bricks; cells, sets : int64 (B, 2), cell and sector set of the
    parents; born_set : int64 (B,); family : int64 (B,); leading : int64 (B,), 0 or
    1, the parent of the higher generation; grand : int64 (B, 2), rows of bricks: the parents of the
    leading parent, −1 when that is no hybrid; every_cell, every_set : of all bricks
    """

    month: IntArray
    parents: IntArray
    cells: IntArray
    sets: IntArray
    born_set: IntArray
    family: IntArray
    leading: IntArray
    grand: IntArray
    every_cell: IntArray
    every_set: IntArray


def world(name: str, seed: int, months: int) -> EcosystemModel:
    """Return an ecosystem of `WORLDS`, played for some months. The caller closes it."""
    from ecosim import EcosystemModel

    if name == "well-mixed":
        return _well_mixed(seed, months)
    scenario, values = WORLDS[name]
    return EcosystemModel(scenario, seed=seed, reproduction_every=0, **values).run(months)


def _well_mixed(seed: int, months: int) -> EcosystemModel:
    """Return the seeded well-mixed experiment at next-generation R = 1.3: 1,000 firms, 5 % seeded."""
    import math

    from ecosim import EcosystemModel
    from ecosim.reproduction import well_mixed_reproduction
    from experiments.behaviours.tipping import WELL_MIXED, success_for

    drive = -math.log1p(-success_for(well_mixed_reproduction, 1.3))
    model = EcosystemModel(seed=seed, firms=1000, base_drive=drive, seeded_share=0.05, **WELL_MIXED)
    return model.run(months)


def births(state: State) -> Births:
    """Return what was born in a run."""
    bricks = state.bricks
    generation = bricks["generation"].astype(np.int64)
    rows = np.flatnonzero((generation > 0) & (bricks["birth"] >= 0))
    parents = bricks["parents"][rows].astype(np.int64)
    cubes = np.floor(bricks["position"] / CELL).astype(np.int64)
    every_cell = np.unique(cubes, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    every_set = bricks["sectors"].astype(np.int64)
    leading = generation[parents].argmax(axis=1).astype(np.int64)
    line = parents[np.arange(len(rows)), leading]
    grand = np.where((generation[line] > 0)[:, None], bricks["parents"][line].astype(np.int64), -1)
    return Births(
        bricks["birth"][rows].astype(np.int64), parents, every_cell[parents], every_set[parents], every_set[rows],
        bricks["family"][rows].astype(np.int64), leading, grand, every_cell, every_set,
    )  # fmt: skip


def elements(born: Births, vocabulary: str) -> IntArray:
    """Return the two elements that each birth combines, int64 (B, 2), in one of the three vocabularies."""
    return {"bricks": born.parents, "cells": born.cells, "sets": born.sets}[vocabulary]
