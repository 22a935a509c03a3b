"""The store's settings (`experiments.store.schema.write_part`) beside PyArrow's defaults: size, writing, reading.

What is stored has the form of a sweep's months: half of the columns are counts, half are continuous and wander. Each
part is written and read in both ways in turns; both are synced, and both are whole or not there.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecosim.bench.timing import Row, row
from ecosim.files import replacing
from experiments.store.schema import steps_schema, write_part
from experiments.study import Study
from experiments.study.factors import Factor
from experiments.study.study import StepsSpec

__all__ = ["storing_rows", "tables"]

PART = 500  # runs
MEGA = 1e6
Spent = tuple[float, float]  # seconds that passed, seconds of the processor


def storing_rows(runs: int, steps: int, columns: int) -> list[Row]:
    """Return size and time to write and to read all months of `runs` runs, as shares of what the defaults take.

    steps : months of each run; columns : besides keys
    """
    study = _study(columns)
    size = {"ours": 0, "defaults": 0}
    spent = {what: {"ours": (0.0, 0.0), "defaults": (0.0, 0.0)} for what in ("writing", "reading")}
    with tempfile.TemporaryDirectory() as folder:
        for table in tables(study, 2, steps):  # what PyArrow loads late
            first = Path(folder) / "first.parquet"
            write_part(table, first, study)
            pq.read_table(first, partitioning=None)
        for number, table in enumerate(tables(study, runs, steps)):
            paths = {name: Path(folder) / f"{name}-{number}.parquet" for name in size}
            write: dict[str, Callable[[], object]] = {
                "ours": lambda table=table, path=paths["ours"]: write_part(table, path, study),  # type: ignore[misc]
                "defaults": lambda table=table, path=paths["defaults"]: _write_by_default(table, path),  # type: ignore[misc]
            }
            order = list(size) if number % 2 == 0 else list(size)[::-1]
            for name in order:
                _add(spent["writing"], name, write[name])
            for name in order:
                _add(spent["reading"], name, lambda path=paths[name]: pq.read_table(path, partitioning=None))  # type: ignore[misc]
                size[name] += paths[name].stat().st_size
                paths[name].unlink()
    what = f"{runs:,} runs × {steps} months × {columns} columns"
    rows = [
        row("stored months beside PyArrow's defaults, size", size["ours"] / size["defaults"], "×", None,
            f"{what}: {size['ours'] / MEGA:.4g} MB and {size['defaults'] / MEGA:.4g} MB, "
            f"{8 * runs * steps * columns / MEGA:.4g} MB of numbers")
    ]  # fmt: skip
    for action, both in spent.items():
        (ours, ours_cpu), (defaults, defaults_cpu) = both["ours"], both["defaults"]
        detail = (
            f"{what}: {ours:.2f} s and {defaults:.2f} s passed, {ours_cpu:.2f} s and {defaults_cpu:.2f} s of the "
            f"processor; {math.ceil(runs / PART)} parts in turns" + (", synced" if action == "writing" else ", cached")
        )
        rows.append(row(f"the same, {action}", ours / defaults, "×", None, detail))
    return rows


def tables(study: Study, runs: int, steps: int, part: int = PART) -> Iterator[pa.Table]:
    """Yield the months of `runs` runs, `part` runs at a time, as the store's workers make them."""
    schema = steps_schema(study)
    rng = np.random.default_rng(1)
    for first in range(0, runs, part):
        count = min(part, runs - first)
        keys = rng.integers(0, 2**64, (2, count), np.uint64)
        columns: dict[str, npt.NDArray[Any]] = {
            "run": np.repeat(keys[0], steps),
            "point": np.repeat(keys[1], steps),
            "replicate": np.repeat(np.arange(count, dtype=np.int32) % 10, steps),
            "month": np.tile(np.arange(steps, dtype=np.int32), count),
        }
        for number, name in enumerate(study.steps.columns):
            level = np.cumsum(rng.normal(0.0, 0.1, (count, steps)), axis=1)
            counted = number % 2 == 0
            columns[name] = (rng.poisson(np.exp(np.minimum(1.0 + level, 8.0))) if counted else level).ravel()
        yield pa.table([pa.array(columns[field.name]).cast(field.type) for field in schema], schema=schema)


def _study(columns: int) -> Study:
    kept = StepsSpec(tuple(f"column_{number}" for number in range(columns)))
    return Study("benchmark, store", (Factor("x", 0.0, 1.0),), ("y",), steps=kept)


def _write_by_default(table: pa.Table, path: Path) -> None:
    with replacing(path) as handle:
        pq.write_table(table, handle)


def _add(spent: dict[str, Spent], name: str, action: Callable[[], object]) -> None:
    passed, processor = time.perf_counter(), time.process_time()
    action()
    before = spent[name]
    spent[name] = (before[0] + time.perf_counter() - passed, before[1] + time.process_time() - processor)
