"""What a sweep will cost and how sharp it will be, from a short pilot. Plays a few runs; touches no sweep's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.words import number

if TYPE_CHECKING:
    from experiments.planning.pilot import Pilot
    from experiments.planning.precision import Width
    from experiments.study import Study

__all__ = ["Plan", "plan"]

Range = tuple[float, float, float]  # middle, low, high
_OTHERS = (16, 64, 256)
_ROUGH_DISK = 2.0
_FEW_POINTS = 1.5  # either side, when too few points were played to say better


@dataclass(frozen=True)
class Plan:
    """What to expect of a sweep. Ranges are (middle, low, high).

    runs_least, runs_most : asked for; the most is None when the design does not say
    points : of the first round; replicates : of each, at first
    pilot_runs, pilot_points, pilot_seconds : what was played
    seconds : of a run, mean; quantiles : 5 % and 95 %, over the pilot's runs; first_seconds : of a process's first run
    wall : seconds by number of workers, for the fewest runs and for the most, the last (middle, low, high) None where
        the most is not known
    disk : bytes, for the fewest runs; memory : bytes per worker, None where the system does not say
    failed : runs of the pilot that did not end well; error : what the first of them said, with its values
    """

    name: str
    title: str
    workers: int
    points: int
    replicates: int
    runs_least: int
    runs_most: int | None
    pilot_runs: int
    pilot_points: int
    pilot_seconds: float
    seconds: Range
    quantiles: tuple[float, float]
    first_seconds: float
    wall: dict[int, tuple[Range, Range | None]]
    disk: Range
    memory: int | None
    widths: tuple[Width, ...]
    failed: int
    error: str

    def as_text(self) -> str:
        """Return it for a terminal."""
        from experiments.planning.plan_text import plan_text

        return plan_text(self)

    __str__ = as_text


def plan(study: Study, workers: int | None = None, progress: Callable[[int, int], None] | None = None) -> Plan:
    """Play a pilot of a study in this process and say what its sweep will take.

    The pilot takes up to 24 runs, and no longer than a minute or 5 % of the sweep (see `experiments.planning.pilot`).

    Parameters
    ----------
    workers : how many there will be (None: one per processor); progress : called with (runs played, runs wanted)

    Raises
    ------
    StudyError
        When the design has no points, or the study's run function cannot be imported.
    """
    import numpy as np

    from experiments.designs import make_design
    from experiments.planning.pilot import first_round, play_pilot
    from experiments.planning.precision import widths
    from experiments.running.play import run_function

    if study.run:
        run_function(study.run)
    workers = workers or os.cpu_count() or 1
    design, first = make_design(study), first_round(study)
    least, most = _asked(study, design, first)
    pilot = play_pilot(study, least, first, progress)
    mean = _mean_seconds(pilot)
    bad = [row for row in pilot.rows if row["status"] != "ok"]
    numbers = sorted({workers, *_OTHERS})
    return Plan(
        name=study.name,
        title=study.title,
        workers=workers,
        points=len(first.points),
        replicates=study.replicates.number,
        runs_least=least,
        runs_most=most,
        pilot_runs=len(pilot.rows),
        pilot_points=len({row["number"] for row in pilot.rows}),
        pilot_seconds=pilot.took,
        seconds=mean,
        quantiles=(float(np.quantile(pilot.seconds, 0.05)), float(np.quantile(pilot.seconds, 0.95))),
        first_seconds=pilot.first_seconds,
        wall={n: (_wall(least, mean, n, pilot), _wall(most, mean, n, pilot) if most else None) for n in numbers},
        disk=_disk(pilot, least, mean[0]),
        memory=pilot.memory,
        widths=tuple(widths(study, pilot)),
        failed=len(bad),
        error=_error(study, bad[0]) if bad else "",
    )


def _asked(study: Study, design: Any, first: Any) -> tuple[int, int | None]:
    """Return the fewest and the most runs that the sweep will ask for; the most is None when nothing bounds it."""
    planned = design.planned_runs()
    if planned is not None:
        return planned, planned
    least = int((first.replicates["last"] - first.replicates["first"]).sum())
    rule = study.replicates
    if not design.adaptive:  # a fixed design with a stopping rule
        most = len(first.points) * rule.maximum
        return least, max(min(most, rule.budget) if rule.budget else most, least)
    options = design.options
    budget = options.get("budget") or rule.budget
    if study.design.method == "saltelli":  # the sample grows from `points` to `maximum`
        budget = least * options["maximum"] // options["points"]
    return least, max(int(budget), least) if budget else None


def _mean_seconds(pilot: Pilot) -> Range:
    """Return seconds per run: the range is of the mean over points, of which the pilot has few."""
    import numpy as np

    from experiments.statistics import mean_interval

    mean = float(pilot.seconds.mean())
    per_point: dict[int, list[float]] = {}
    for row in pilot.rows:
        per_point.setdefault(row["number"], []).append(row["seconds"])
    means = np.array([float(np.mean(seconds)) for seconds in per_point.values()])
    if len(means) < 3:
        return mean, mean / _FEW_POINTS, mean * _FEW_POINTS
    found = mean_interval(means)
    return mean, max(found.low, float(means.min())), max(found.high, mean)


def _wall(runs: int, mean: Range, workers: int, pilot: Pilot) -> Range:
    """Return the seconds until so many runs are played; no worker starts at once, none plays part of a run."""
    longest = float(pilot.seconds.max())
    middle, low, high = (max(runs * each / workers, each) + pilot.first_seconds for each in mean)
    return middle, low, high + longest


def _disk(pilot: Pilot, runs: int, seconds: float) -> Range:
    """Return bytes: those that a run adds to a part, and those that a part costs by itself, as workers write one every
    so often.
    """  # fmt: skip
    from experiments.running.worker import FLUSH_SECONDS

    per_part = min(max(FLUSH_SECONDS / max(seconds, 1e-6), 1.0), float(runs))
    total = 0.0
    for alone, together in (pilot.part_bytes, pilot.steps_bytes):
        more = len(pilot.rows) - 1
        each = max((together - alone) / more, 0.0) if more else 0.0
        total += runs * (each + max(alone - each, 0.0) / per_part)
    return total, total / _ROUGH_DISK, total * _ROUGH_DISK


def _error(study: Study, row: dict[str, Any]) -> str:
    lines = [line for line in str(row["error"]).strip().splitlines() if line.strip()]
    values = ", ".join(f"{path} = {number(row[path])}" for path in study.paths)
    return f"{row['status']} at {values}, seed {row['seed']}: {lines[-1] if lines else 'no message'}"
