"""Importing this makes a process ready to play: it imports what runs need and plays two tiny ones, so that the kernels
are compiled and loaded. Done once in the server that workers are forked from, so that each of them begins warm.
"""  # fmt: skip

from __future__ import annotations

import contextlib
import dataclasses
import os

# One processor each: linear algebra that takes them all would slow the others' runs. Before NumPy is imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from dashboards.playing.play import play  # noqa: E402
from ecosim import Scenario  # noqa: E402

__all__: list[str] = []


def _play_tiny() -> None:
    few = {"population.firms": 60, "population.labs": 6}
    for name, months in (("three-ingredients", 3), ("levers", 6)):
        scenario = dataclasses.replace(Scenario.load(name).with_values(few), months=months)
        for _ in play(scenario, seed=1):
            pass


with contextlib.suppress(Exception):  # what goes wrong here goes wrong again, with a message, in the first job
    _play_tiny()
