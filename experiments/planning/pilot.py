"""A pilot: a few runs of a study, played in this process, away from any sweep's folder.

Its points are spread over the first round of the design. Every run has a seed of its own: under the sweep's common
seeds the errors of points go together, and 24 runs would say little more of the spread than 4.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError
from experiments.planning.memory import PeakMemory

if TYPE_CHECKING:
    from experiments.designs import Round
    from experiments.study import Study

__all__ = ["Pilot", "first_round", "play_pilot", "spanning"]

FloatArray = npt.NDArray[np.float64]
_POINTS, _REPLICATES = 6, 4
_SECONDS, _SHARE, _LEAST = 60.0, 0.05, 2.0  # limit; share of the sweep's own time; what is always allowed
_CANDIDATES = 2000  # points of a large design that a pilot chooses from


@dataclass
class Pilot:
    """What a pilot gave.

    points : their numbers in the first round
    rows : a run each: number (of its point), replicate, status, seconds, error, the factors and the outcomes
    steps : of the same runs, empty where none are kept; took : seconds in all
    first_seconds : of the first run of all, which also compiles and reads what later runs find ready
    part_bytes : of a part of runs with one run, and with all; of steps likewise (0: none kept)
    memory : highest use of memory by this process, bytes, None where the system does not say
    """

    points: list[int]
    rows: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    first_seconds: float = 0.0
    took: float = 0.0
    part_bytes: tuple[int, int] = (0, 0)
    steps_bytes: tuple[int, int] = (0, 0)
    memory: int | None = None

    @property
    def seconds(self) -> FloatArray:
        """Seconds of every run, float64 (N,)."""
        return np.array([row["seconds"] for row in self.rows], np.float64)

    def matrix(self, outcome: str) -> FloatArray:
        """Return an outcome of the runs that went well, float64 (points, replicates), NaN where there is none."""
        out = np.full((len(self.points), _REPLICATES), np.nan)
        for row in self.rows:
            if row["status"] == "ok":
                out[self.points.index(row["number"]), row["replicate"]] = row[outcome]
        return out


def first_round(study: Study) -> Round:
    """Return the first round of a study's design; raises StudyError when it has no points."""
    from experiments.designs import make_design

    class _Nothing:
        points: tuple[()] = ()
        runs: tuple[()] = ()

    first = make_design(study).next_round(_Nothing())  # type: ignore[arg-type]
    if first is None or len(first.points) == 0:
        raise StudyError(f"{study.name}: the design has no points")
    return first


def spanning(study: Study, points: pd.DataFrame, number: int) -> list[int]:
    """Return the rows of so many points that lie far apart: the one nearest to the middle, then always the one that is
    farthest from those chosen.
    """  # fmt: skip
    rows = np.unique(np.linspace(0, len(points) - 1, min(len(points), _CANDIDATES)).astype(np.int64))
    places = np.stack([factor.places(points[factor.path].tolist())[rows] for factor in study.factors], axis=1)
    chosen = [int(np.abs(places - 0.5).sum(axis=1).argmin())]
    nearest = ((places - places[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < number and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, ((places - places[chosen[-1]]) ** 2).sum(axis=1))
    return [int(rows[row]) for row in chosen]


def play_pilot(
    study: Study, asked: int, first: Round, progress: Callable[[int, int], None] | None = None
) -> Pilot:  # fmt: skip
    """Play a pilot: up to 6 points × 4 replicates, for no longer than a minute or 5 % of what the sweep itself will
    take, except that two seconds are always allowed and one run is always finished. The first run is played twice
    and the first time not counted, since a process's first run also compiles.

    Parameters
    ----------
    asked : runs of the sweep, for the limit; progress : called with (runs played, runs wanted)
    """
    from experiments.store.identity import model_version, point_keys
    from experiments.study.points import values_at

    numbers = spanning(study, first.points, _POINTS)
    keys = dict(zip(numbers, point_keys(study, model_version(study), first.points.iloc[numbers]), strict=True))
    wanted = [(place, replicate) for replicate in range(_REPLICATES) for place in range(len(numbers))]
    pilot = Pilot(numbers)
    memory = PeakMemory()
    started = began = time.perf_counter()
    for place, replicate in wanted:
        point, seed = numbers[place], study.seed + place * _REPLICATES + replicate
        values = values_at(study, first.points, point)
        if not pilot.rows:
            warm, warm_steps = _played(study, keys[point], replicate, seed, values)
            warm["number"] = point
            pilot.first_seconds = warm["seconds"]
            if pilot.first_seconds > _SECONDS / 3:  # too long to be played twice
                pilot.rows.append(warm)
                pilot.steps.append(warm_steps)
                break
            began = time.perf_counter()
        row, steps = _played(study, keys[point], replicate, seed, values)
        row["number"] = point
        pilot.rows.append(row)
        pilot.steps.append(steps)
        if progress is not None:
            progress(len(pilot.rows), len(wanted))
        if _spent(began, float(pilot.seconds.mean()), asked):
            break
    pilot.took = time.perf_counter() - started
    pilot.memory = memory.bytes()
    pilot.part_bytes, pilot.steps_bytes = _written(study, pilot)
    return pilot


def _spent(began: float, seconds: float, asked: int) -> bool:
    """Whether one more run could pass the limit."""
    return time.perf_counter() - began + seconds > _limit(seconds, asked)


def _limit(seconds: float, asked: int) -> float:
    """Return how long a pilot may take when a run takes so many seconds."""
    return min(_SECONDS, max(_SHARE * asked * seconds, _LEAST))


def _played(
    study: Study, key: Any, replicate: int, seed: int, values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    from experiments.running.row import new_row, play_into

    row = new_row(key, replicate, seed, values)
    return row, play_into(study, row, values)


def _written(study: Study, pilot: Pilot) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the bytes of parts, of runs and of steps, with the first run alone and with all of them."""
    from experiments.store.parts import RUNS, STEPS, PartWriter, part_files
    from experiments.store.schema import runs_schema

    names = runs_schema(study).names
    order = sorted(range(len(pilot.rows)), key=lambda row: pilot.rows[row]["status"] != "ok")
    sizes: dict[str, list[int]] = {RUNS: [], STEPS: []}
    for chosen in (order[:1], order):
        with tempfile.TemporaryDirectory(prefix="ecosim-plan-") as folder:
            for kind in sizes:
                (Path(folder) / kind).mkdir()
            writer = PartWriter(Path(folder), study)
            for row in chosen:
                writer.add({name: pilot.rows[row].get(name, float("nan")) for name in names}, pilot.steps[row])
            writer.flush()
            for kind, found in sizes.items():
                found.append(sum(path.stat().st_size for path in part_files(Path(folder), kind)))
    return (sizes[RUNS][0], sizes[RUNS][1]), (sizes[STEPS][0], sizes[STEPS][1])
