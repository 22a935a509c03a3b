"""The rows of a sweep's parts, brought together: each run once, in order, only those that the design asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from experiments.store.folder import SweepFolder, read_table, status_codes
from experiments.store.parts import RUNS, STEPS, part_files
from experiments.store.schema import STATUSES

__all__ = ["read_runs", "read_steps"]

IntArray = npt.NDArray[np.int64]
_FACTS = ["replicate", "seed", "status", "seconds", "error"]


def read_runs(folder: SweepFolder) -> pd.DataFrame:
    """Return the table of runs; see `experiments.store.results.Results.runs`.

    Of a run that is there several times, the row with the best end counts; factors come from the points, so that parts
    of an earlier study in this folder fit in.
    """
    study = folder.study
    table, points = _read_parts(folder, RUNS, [*_FACTS, *study.outcomes])
    ranks, replicates = status_codes(table), table["replicate"].to_numpy().astype(np.int64)
    order = np.lexsort((ranks, replicates, points))
    points, replicates = points[order], replicates[order]
    once = np.ones(len(order), bool)
    once[1:] = (points[1:] != points[:-1]) | (replicates[1:] != replicates[:-1])
    rows, points = _for_twins(folder, order[once], points[once], replicates[once])
    table = table.take(pa.array(rows))
    columns: dict[str, Any] = {"point": points}
    columns["replicate"] = table["replicate"].to_numpy().astype(np.int64)
    columns["seed"] = table["seed"].to_numpy()
    columns["status"] = np.array(STATUSES, object)[status_codes(table)]
    columns["seconds"] = table["seconds"].to_numpy()
    columns["error"] = np.array(table["error"].to_pylist(), object)
    columns |= {path: folder.points[path].to_numpy()[points] for path in study.paths}
    columns |= {name: table[name].to_numpy() for name in study.outcomes}
    frame = pd.DataFrame(columns)
    frame["error"] = pd.Series(columns["error"], dtype=object)  # texts and None, whatever pandas would make of them
    return frame


def read_steps(folder: SweepFolder, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the table of steps of some runs; see `experiments.store.results.Results.steps`.

    A run's row commits its steps: steps without one are what a crash left.
    """
    columns = list(folder.study.steps.columns)
    table, points = _read_parts(folder, STEPS, ["replicate", "seed", "month", *columns])
    replicates, months = table["replicate"].to_numpy().astype(np.int64), table["month"].to_numpy()
    order = np.lexsort((months, replicates, points))
    points, replicates, months = points[order], replicates[order], months[order]
    once = np.ones(len(order), bool)
    once[1:] = (points[1:] != points[:-1]) | (replicates[1:] != replicates[:-1]) | (months[1:] != months[:-1])
    rows, points = _for_twins(folder, order[once], points[once], replicates[once])
    replicates = table["replicate"].to_numpy().astype(np.int64)[rows]
    there = np.zeros((len(folder.points), folder.most), bool)
    there[runs["point"].to_numpy(), runs["replicate"].to_numpy()] = True
    kept = there[points, replicates]
    table = table.take(pa.array(rows[kept]))
    return pd.DataFrame(
        {
            "point": points[kept], "replicate": replicates[kept], "month": table["month"].to_numpy(),
            **{name: table[name].to_numpy() for name in columns},
        }
    )  # fmt: skip


def _read_parts(folder: SweepFolder, kind: str, columns: list[str]) -> tuple[pa.Table, IntArray]:
    """Return the rows of this design in all parts, and the number of each row's point, int64 (N,)."""
    tables, points = [_empty(columns)], [np.zeros(0, np.int64)]
    for path in part_files(folder.path, kind):
        table = read_table(path, ["point", *(name for name in columns if kind == RUNS or name != "seed")])
        if kind == STEPS:  # a run has one seed, which is in its row
            seeds = pa.array(folder.study.seed + table["replicate"].to_numpy().astype(np.int64))
            table = table.append_column("seed", seeds)
        rows, _, ours = folder.places(table)
        table = table.select(columns)
        if "status" in columns:  # dictionaries of parts differ
            table = table.set_column(columns.index("status"), "status", table["status"].cast(pa.string()))
        tables.append(table.filter(pa.array(ours)))
        points.append(rows[ours])
    return pa.concat_tables(tables), np.concatenate(points)


def _empty(columns: list[str]) -> pa.Table:
    kinds = {
        "replicate": pa.int32(), "seed": pa.int64(), "status": pa.string(), "seconds": pa.float32(),
        "error": pa.string(), "month": pa.int32(),
    }  # fmt: skip
    return pa.schema([(name, kinds.get(name, pa.float64())) for name in columns]).empty_table()


def _for_twins(
    folder: SweepFolder, rows: IntArray, points: IntArray, replicates: IntArray
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return (rows, points) as asked for, with the rows of a point also at later points of the same values.

    rows : places in a table; points : their points, in order
    """
    twins = np.flatnonzero(folder.first != np.arange(len(folder.first)))
    asked = folder.asked()
    if len(twins):
        starts, ends = (
            np.searchsorted(points, folder.first[twins]),
            np.searchsorted(points, folder.first[twins], "right"),
        )
        more = [np.arange(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        places = np.concatenate([np.arange(len(rows)), *more])
        points = np.concatenate([points, np.repeat(twins, ends - starts)])
        order = np.argsort(points, kind="stable")
        places, points = places[order], points[order]
        rows, replicates = rows[places], replicates[places]
    kept = asked[points, replicates]
    return rows[kept], points[kept]
