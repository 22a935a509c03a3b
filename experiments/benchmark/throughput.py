"""How many runs a second a sweep plays, beside `mesa.batch_run` over the twin: the same scenario, points and outcomes.

Both have two processes. As in `overhead`, what counts is the time when both processes are at work; how long it takes to
start and to end is stated apart.
"""

from __future__ import annotations

import time

import pandas as pd

from ecosim.bench.timing import Row, alternate, median, row, timed
from experiments.benchmark.clocks import Steady, steady, swept
from experiments.benchmark.mesa_batch import BatchModel, batch
from experiments.benchmark.runs import SEED, by_hand, study

__all__ = ["throughput_rows"]

POINTS = 5
MONTHS = 60
WORKERS = 2
MILLI = 1e3


def throughput_rows(ours: int, mesa: int, rounds: int, months: int = MONTHS) -> list[Row]:
    """Return how many times as many runs a second a sweep plays, and how many times faster the model alone is.

    ours, mesa : replicates of five values of transmissibility; rounds : in turns, of which the median is taken
    """
    values = [float(value) for value in study("model", POINTS, 1, months).factors[0].steps(POINTS)]
    swept("timed", POINTS, 4, months, WORKERS)
    ends: dict[str, list[float]] = {"ours": [], "mesa": []}

    def sweep_turn() -> float:
        found = swept("timed", POINTS, ours, months, WORKERS)
        return rate("ours", steady(found.runs, WORKERS), found.elapsed, ours)

    def mesa_turn() -> float:
        began = time.perf_counter()
        found = batch(values, mesa, months, WORKERS)
        elapsed = time.perf_counter() - began
        if len(found) != POINTS * mesa:
            raise RuntimeError(f"batch_run: {len(found)} rows of {POINTS * mesa}")
        return rate("mesa", steady(pd.DataFrame(found), WORKERS), elapsed, mesa)

    def rate(name: str, found: Steady, elapsed: float, replicates: int) -> float:
        ends[name].append(elapsed - POINTS * replicates * found.per_run)
        return 1.0 / found.per_run

    took = alternate({"ours": sweep_turn, "mesa": mesa_turn}, rounds)
    ratios = [a / b for a, b in zip(took["ours"], took["mesa"], strict=True)]
    detail = (
        f"200 organisations, {months} months, {WORKERS} processes each: {median(took['ours']):.4g} runs/s, "
        f"mesa.batch_run {median(took['mesa']):.3g} runs/s; {rounds} in turns, from {min(ratios):.0f} × to "
        f"{max(ratios):.0f} ×; start and end, not counted, {median(ends['ours']):.2f} s and "
        f"{median(ends['mesa']):.2f} s"
    )
    return [
        row("runs/s of a sweep beside mesa.batch_run", median(ratios), "×", None, detail),
        _alone(values, rounds, months),
    ]


def _alone(values: list[float], rounds: int, months: int) -> Row:
    """Return how many times faster one run is, in this process, without a sweep or batch around it."""

    def ours() -> float:
        return timed(lambda: [by_hand("model", {"medium.transmissibility": v}, SEED, months) for v in values])

    def mesa() -> float:
        return timed(lambda: [_play_twin(value, months) for value in values])

    for play in (ours, mesa):  # compiled, or read from Numba's cache; scenarios read
        play()
    found = alternate({"ours": ours, "mesa": mesa}, rounds)
    ratios = [a / b for a, b in zip(found["mesa"], found["ours"], strict=True)]
    times = [MILLI * median(found[name]) / len(values) for name in ("ours", "mesa")]
    detail = (
        f"a run takes {times[0]:.2f} ms, in plain Mesa {times[1]:.0f} ms, of the processor: the world's making, "
        f"{months} months and outcomes; {rounds} times {len(values)} points in turns"
    )
    return row("the same, model alone in one process", median(ratios), "×", None, detail)


def _play_twin(transmissibility: float, months: int) -> dict[str, float]:
    model = BatchModel(transmissibility, 0, months)
    while model.running:
        model.step()
    return model.outcomes
