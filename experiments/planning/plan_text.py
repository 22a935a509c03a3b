"""A plan as it is printed in a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.planning.precision import RELATIVE, Width
from experiments.words import amount, between, duration, number, share, size

if TYPE_CHECKING:
    from experiments.planning.plan import Plan

__all__ = ["plan_text"]

_NAME = 24


def plan_text(plan: Plan) -> str:
    """Return a plan in words, at most 110 characters wide or so."""
    lines = [f"{plan.name}: {plan.title}" if plan.title and plan.title != plan.name else plan.name]
    lines.append(
        f"From a pilot of {amount(plan.pilot_runs, 'run')} at {amount(plan.pilot_points, 'point')}, which took "
        f"{duration(plan.pilot_seconds)}. All of this is rough: ranges in brackets."
    )
    low, high = plan.quantiles
    lines += [
        f"  runs       {_runs(plan)}",
        f"  one run    {duration(plan.seconds[0])} on average [{_times(plan.seconds[1:])}]; nine in ten take "
        f"{_times((low, high))}; the first one in a process {duration(plan.first_seconds)}",
        *_time_lines(plan),
        f"  disk       {size(plan.disk[0])} [{between(size(plan.disk[1]), size(plan.disk[2]))}]"
        f"{' for the fewest runs' if plan.runs_most != plan.runs_least else ''}",
        f"  memory     {_memory(plan)}",
        f"  failures   {_failures(plan)}",
        f"  precision  half-width of the 95 % interval of a point's mean, with {amount(plan.replicates, 'replicate')}:",
        *_precision(plan),
    ]
    return "\n".join(lines)


def _times(ends: tuple[float, float]) -> str:
    return between(duration(ends[0]), duration(ends[1]))


def _runs(plan: Plan) -> str:
    grid = f"{amount(plan.points, 'point')} × {amount(plan.replicates, 'replicate')}"
    if plan.runs_most == plan.runs_least:
        return f"{number(plan.runs_least)} ({grid})"
    if plan.runs_most is None:
        return f"at least {number(plan.runs_least)} in the first round; how many more depends on the results"
    return (
        f"at least {number(plan.runs_least)}, up to {number(plan.runs_most)}: how many depends on the results "
        f"(first round: {amount(plan.points, 'point')})"
    )


def _time_lines(plan: Plan) -> list[str]:
    lines = []
    for index, (workers, (least, most)) in enumerate(plan.wall.items()):
        said = f"{'time' if index == 0 else '':10} {amount(workers, 'worker'):>12}: {duration(least[0])} "
        said += f"[{_times(least[1:])}]"
        if most is not None and plan.runs_most != plan.runs_least:
            said += f", up to {duration(most[0])} [{_times(most[1:])}]"
        lines.append(f"  {said}{'  (this command)' if workers == plan.workers and len(plan.wall) > 1 else ''}")
    lines.append(f"  {'':10} as fast as this machine is now; workers that share memory are slower")
    return lines


def _memory(plan: Plan) -> str:
    if plan.memory is None:
        return "not known on this system"
    together = size(plan.memory * plan.workers)
    return f"up to {size(plan.memory)} per worker, {together} with {amount(plan.workers, 'worker')}"


def _failures(plan: Plan) -> str:
    if not plan.failed:
        low = 1 - 0.05 ** (1 / plan.pilot_runs)
        return f"none in the pilot (so that fewer than {share(low)} of runs fail, with 95 % confidence)"
    return f"{number(plan.failed)} of {amount(plan.pilot_runs, 'run')} did not end well; the first: {plan.error}"


def _precision(plan: Plan) -> list[str]:
    rows = [("outcome", "mean", "half-width", f"replicates for ±{share(RELATIVE)}", "")]
    rows += [_row(width, plan.replicates) for width in plan.widths]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"    {row[0]:<{wide[0]}}  {row[1]:>{wide[1]}}  {row[2]:>{wide[2]}}  {row[3]:>{wide[3]}}  {row[4]}".rstrip()
        for row in rows
    ]


def _row(width: Width, replicates: int) -> tuple[str, str, str, str, str]:
    name = width.outcome if len(width.outcome) <= _NAME else f"{width.outcome[: _NAME - 1]}…"
    note = f"known in {share(width.known)} of runs" if width.known < 1 else ""
    if math.isnan(width.mean):
        return name, "–", "–", "–", "not known in any run of the pilot"
    mean = number(width.mean, 3)
    if math.isnan(width.sd):
        return name, mean, "–", "–", "the pilot has no two replicates of a point"
    if width.sd == 0:
        return name, mean, "–", "–", "the same in all replicates of the pilot: too few to say more"
    middle, low, high = width.half
    half = "–" if math.isnan(middle) else f"± {number(middle, 2)} [{between(number(low, 2), number(high, 2))}]"
    if math.isnan(middle) and replicates == 1:
        note = note or "one replicate has no interval"
    if width.replicates is None:
        return name, mean, half, "–", note or "the mean is too near 0"
    counts = [number(float(f"{count:.2g}"), 2) for count in width.replicates]
    return name, mean, half, f"{counts[0]} [{between(counts[1], counts[2])}]", note
