"""Results for other libraries: an xarray dataset, SQL on the Parquet files in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ecosim.errors import MissingExtraError
from experiments.store.parts import RUNS, STEPS, part_files
from experiments.store.schema import STATUSES, runs_schema, steps_schema

if TYPE_CHECKING:
    from experiments.store.results import Results

__all__ = ["as_dataset", "connect"]


def as_dataset(results: Results) -> Any:
    """Return results as an `xarray.Dataset`; see `Results.to_xarray`."""
    try:
        import xarray
    except ImportError:
        raise MissingExtraError("Results.to_xarray", "experiments") from None
    study, points = results.study, results.points
    outcomes = {name: (("point", "replicate"), results.matrix(name)) for name in study.outcomes}
    replicates = next(iter(outcomes.values()))[1].shape[1]
    coordinates: dict[str, Any] = {
        "point": np.arange(len(points)),
        "replicate": np.arange(replicates),
        "seed": ("replicate", study.seed + np.arange(replicates)),
    }
    coordinates |= {path: ("point", points[path].to_numpy()) for path in study.paths}
    data: dict[str, Any] = dict(outcomes)
    if study.steps.columns:
        good = np.zeros((len(points), results.folder.most), bool)
        runs = results.good
        good[runs["point"], runs["replicate"]] = True
        steps = results.steps
        steps = steps[good[steps["point"], steps["replicate"]]]
        months = np.unique(steps["month"])
        coordinates["month"] = months
        place = (steps["point"].to_numpy(), steps["replicate"].to_numpy(), np.searchsorted(months, steps["month"]))
        for name in study.steps.columns:
            values = np.full((len(points), replicates, len(months)), np.nan)
            values[place] = steps[name]
            data[f"steps.{name}" if name in data else name] = (("point", "replicate", "month"), values)
    return xarray.Dataset(data, coordinates, {"study": study.name, "manifest": results.hash})


def connect(results: Results) -> Any:
    """Return a DuckDB connection on results; see `Results.duckdb`."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("Results.duckdb", "experiments") from None
    folder, study = results.folder, results.study
    connection = duckdb.connect()
    points = results.points.assign(point=np.arange(len(results.points)))
    connection.register("_points", pa.Table.from_pandas(points, preserve_index=False))
    number, replicate = np.nonzero(folder.asked())
    asked = pd.DataFrame({"key": folder.keys[number], "number": number, "asked": replicate.astype(np.int32)})
    connection.register("_asked", pa.Table.from_pandas(asked, preserve_index=False))
    rank = " ".join(f"WHEN '{status}' THEN {place}" for place, status in enumerate(STATUSES))
    shown = "part.run, _asked.number AS point, part.replicate"
    ours = "JOIN _asked ON part.point = _asked.key AND part.replicate = _asked.asked"
    factors = ", ".join(f"_points.{_quoted(path)}" for path in study.paths)
    outcomes = ", ".join(_quoted(name) for name in study.outcomes)
    parts = _parts(connection, folder.path, RUNS, runs_schema(study))
    connection.execute("CREATE VIEW points AS SELECT * FROM _points")
    connection.execute(
        f"CREATE VIEW runs AS SELECT {shown}, part.seed, part.status, part.seconds, part.error, {factors}, {outcomes} "
        f"FROM (SELECT DISTINCT ON (run) run, point, replicate, seed, status, seconds, error, {outcomes} FROM {parts} "
        f"ORDER BY run, CASE status {rank} END) part {ours} JOIN _points ON _points.point = _asked.number "
        f"WHERE part.seed = {study.seed} + part.replicate ORDER BY _asked.number, part.replicate"
    )
    if study.steps.columns:
        columns = ", ".join(_quoted(name) for name in study.steps.columns)
        parts = _parts(connection, folder.path, STEPS, steps_schema(study))
        connection.execute(
            f"CREATE VIEW steps AS SELECT {shown}, part.month, {columns} FROM "
            f"(SELECT DISTINCT ON (run, month) run, point, replicate, month, {columns} FROM {parts}) part {ours} "
            "WHERE part.run IN (SELECT run FROM runs WHERE status IN ('ok', 'nan')) "
            "ORDER BY _asked.number, part.replicate, part.month"
        )
    return connection


def _parts(connection: Any, folder: Path, kind: str, schema: pa.Schema) -> str:
    """Return what SQL reads the parts of a kind from, only with the columns that all studies of a folder share."""
    files = part_files(folder, kind)
    if not files:
        plain = [(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema]
        connection.register(f"_no_{kind}", pa.schema(plain).empty_table())
        return f"_no_{kind}"
    names = ", ".join("'" + _literal(str(path)).replace("'", "''") + "'" for path in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _literal(path: str) -> str:
    """Return a path in which no character is a wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
