"""A sweep in memory: a design asks, a function answers, and what comes out looks like `Results`. For tests of designs
and analyses that need thousands of runs and no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.designs import make_design
from experiments.study import Study


class InMemory:
    """Points and runs, as `experiments.store.Results` has them."""

    def __init__(self, study: Study) -> None:
        self.study, self.hash = study, "in memory"
        self.points = pd.DataFrame()
        self.rows: list[dict[str, Any]] = []
        self.rounds = 0

    @property
    def runs(self) -> pd.DataFrame:
        columns = ["point", "replicate", "seed", "status", *self.study.outcomes]
        frame = pd.DataFrame(self.rows, columns=columns).sort_values(["point", "replicate"], kind="stable")
        return frame.reset_index(drop=True).astype({"point": np.int64, "replicate": np.int64})

    @property
    def good(self) -> pd.DataFrame:
        return self.runs[self.runs["status"] == "ok"].reset_index(drop=True)

    @property
    def bad(self) -> pd.DataFrame:
        return self.runs[self.runs["status"] != "ok"].reset_index(drop=True)

    def matrix(self, outcome: str) -> Any:
        good = self.good
        out = np.full((len(self.points), int(good["replicate"].max()) + 1 if len(good) else 0), np.nan)
        out[good["point"].to_numpy(), good["replicate"].to_numpy()] = good[outcome].to_numpy()
        return out

    def means(self, outcome: str) -> Any:
        return self.good.groupby("point")[outcome].mean().reindex(range(len(self.points))).to_numpy(np.float64)


Function = Callable[[Mapping[str, Any], int, "int | None"], Mapping[str, float]]


def play_all(study: Study, function: Function, most: int = 100_000) -> InMemory:
    """Play a study's design to its end, or until `most` runs; where the function raises, the run has failed."""
    design, results = make_design(study), InMemory(study)
    while len(results.rows) < most:
        added = design.next_round(results)  # type: ignore[arg-type]
        if added is None:
            break
        results.points = pd.concat([results.points, added.points], ignore_index=True)
        results.rounds += 1
        for point, first, last in added.replicates[["point", "first", "last"]].to_numpy().tolist():
            values = {path: results.points[path].iloc[point] for path in study.paths}
            for replicate in range(first, last):
                seed = study.seed + replicate
                row: dict[str, Any] = {"point": point, "replicate": replicate, "seed": seed}
                try:
                    found = function(values, seed, study.months)
                    row |= {"status": "ok", **{name: float(found[name]) for name in study.outcomes}}
                except RuntimeError:
                    row |= {"status": "failed", **dict.fromkeys(study.outcomes, np.nan)}
                results.rows.append(row)
    return results
