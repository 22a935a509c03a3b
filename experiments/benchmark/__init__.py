"""What a sweep costs and what it is worth: ``ecosim bench sweep``. Lies above `ecosim.bench`, which knows no sweeps.

`overhead`    beside the same runs in bare loops
`memory`      of the process that leads the sweep; the sweep of 100,000 runs
`throughput`  beside `mesa.batch_run` over the twin in plain Mesa
`storing`     the store's settings beside PyArrow's defaults

Imported late: the command's help comes by here. No test asserts a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecosim.bench.timing import Row

__all__ = ["run_sweep"]


def run_sweep(quick: bool = False) -> dict[str, Row]:
    """Measure everything; `quick` takes fewer and smaller sweeps, and none of 100,000 runs.

    Returns
    -------
    rows by their names, see `ecosim.bench.timing.Row`; a part that could not be measured is a row that says why
    """
    from experiments.benchmark.memory import long_rows, memory_rows
    from experiments.benchmark.overhead import overhead_rows
    from experiments.benchmark.storing import storing_rows
    from experiments.benchmark.throughput import throughput_rows

    parts: dict[str, Callable[[], list[Row]]]
    if quick:
        parts = {
            "overhead of a sweep": lambda: overhead_rows(replicates=10, rounds=3),
            "parent's memory": lambda: memory_rows(1_000, 20_000),
            "runs/s of a sweep": lambda: throughput_rows(ours=120, mesa=8, rounds=1),
            "stored months": lambda: storing_rows(runs=1_000, steps=100, columns=10),
        }
    else:
        parts = {
            "overhead of a sweep": lambda: overhead_rows(replicates=40, rounds=9),
            "parent's memory": lambda: memory_rows(10_000, 1_000_000),
            "runs/s of a sweep": lambda: throughput_rows(ours=400, mesa=20, rounds=7),
            "stored months": lambda: storing_rows(runs=10_000, steps=300, columns=20),
            "a long sweep": lambda: long_rows(100_000),
        }
    rows: list[Row] = []
    for name, measure in parts.items():
        try:
            rows += measure()
        except RuntimeError as problem:  # after a quarter of an hour, the other parts are worth having
            why = f"skipped: {problem}"
            rows.append({"name": name, "value": None, "unit": "", "bar": "", "met": None, "detail": why})
    return {found["name"]: found for found in rows}
