"""A sweep read back: as pandas, xarray or DuckDB. Failed runs are there, with their status; good ones are apart."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import OutputError, nearest_name
from experiments.store.folder import SweepFolder
from experiments.store.rows import read_runs, read_steps

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["Results", "load"]

FloatArray = npt.NDArray[np.float64]


class Results:
    """What a sweep has given so far.

    Attributes
    ----------
    study : the study; hash : of its manifest, for figures
    points : one row per design point, index = its number: a column per factor (by its path), ``round``, ``design.…``
    """

    def __init__(self, folder: SweepFolder) -> None:
        self.folder = folder
        self.study: Study = folder.study
        self.hash: str = folder.manifest["hash"]
        self.points = folder.points

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run that is committed, in order of point and replicate: ``point`` (number), ``replicate``,
        ``seed``, ``status``, ``seconds``, ``error``, a column per factor and per outcome (NaN where it failed).

        Only what the design asks for; a run that was written twice (a worker was thought dead, or it failed and was
        played again) is there once, with its better end. Points of the same values share their runs.
        """
        return read_runs(self.folder)

    @property
    def good(self) -> pd.DataFrame:
        """The runs that ended well (status ``ok``)."""
        return self.runs[self.runs["status"] == "ok"].reset_index(drop=True)

    @property
    def bad(self) -> pd.DataFrame:
        """The runs that did not: status ``nan``, ``failed``, ``timeout`` or ``killed``; ``error`` says why."""
        return self.runs[self.runs["status"] != "ok"].reset_index(drop=True)

    @cached_property
    def steps(self) -> pd.DataFrame:
        """One row per run that ended with outcomes and kept month: ``point`` (number), ``replicate``, ``month`` and the
        study's columns.
        """  # fmt: skip
        runs = self.runs
        return read_steps(self.folder, runs[runs["status"].isin(("ok", "nan"))])

    def matrix(self, outcome: str) -> FloatArray:
        """Return an outcome of the good runs as float64 (points, replicates), NaN for runs that are missing or bad.

        Raises
        ------
        OutputError
            When the study has no such outcome.
        """
        if outcome not in self.study.outcomes:
            hint = nearest_name(outcome, self.study.outcomes)
            raise OutputError(f"no outcome {outcome!r}{hint}; the study has {', '.join(self.study.outcomes)}")
        runs = self.runs
        good = (runs["status"] == "ok").to_numpy()
        replicates = runs["replicate"].to_numpy()[good]
        out = np.full((len(self.points), int(replicates.max()) + 1 if len(replicates) else 0), np.nan)
        out[runs["point"].to_numpy()[good], replicates] = runs[outcome].to_numpy()[good]
        return out[self.folder.first]

    def means(self, outcome: str) -> FloatArray:
        """Return the mean of an outcome over the good runs of every point, float64 (P,), NaN where there is none."""
        found = self.good.groupby("point")[outcome].mean()
        return found.reindex(self.folder.first).to_numpy(np.float64)

    def to_pandas(self) -> pd.DataFrame:
        """Return the table of runs; see `runs`."""
        return self.runs

    def to_xarray(self) -> Any:
        """Return an `xarray.Dataset`: outcomes over (point, replicate), factors as coordinates of points, and steps
        over (point, replicate, month) when the study keeps them. NaN where a run is missing or bad.
        """  # fmt: skip
        from experiments.store.views import as_dataset

        return as_dataset(self)

    def duckdb(self) -> Any:
        """Return a DuckDB connection with views ``runs``, ``steps`` and ``points`` on the Parquet files in place.

        ``runs`` and ``steps`` hold what the tables of the same name here do, and the key of the run as ``run``.
        ``steps`` is there when the study keeps any.
        """
        from experiments.store.views import connect

        return connect(self)


def load(path: str | Path) -> Results:
    """Return the results of the sweep in a folder, as far as they have come.

    Raises
    ------
    OutputError
        When there is no sweep in it.
    """
    return Results(SweepFolder.open(path))
