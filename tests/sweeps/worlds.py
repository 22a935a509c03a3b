"""Worlds whose answers are known, for discovery, calibration and early warning; and results without a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from experiments.reading import study_from_table
from experiments.store import Results
from experiments.study import Study

LEVELS = ["north", "east", "south"]


def table(factors: Mapping[str, Any], outcomes: list[str], **more: Any) -> dict[str, Any]:
    """Return a study's table with a run function that is never called here."""
    return {"name": "known", "run": "worlds:boxed", "factors": dict(factors), "outcomes": outcomes, **more}


def made(
    study: Study, points: pd.DataFrame, outcomes: Mapping[str, Any], steps: pd.DataFrame | None = None
) -> Results:  # fmt: skip
    """Return results that hold outcomes of shape (P, replicates); a run whose outcome is NaN is bad."""
    results = Results.__new__(Results)
    results.study, results.hash, results.points = study, "0" * 16, points.reset_index(drop=True)
    results.folder = SimpleNamespace(first=np.arange(len(points)))  # type: ignore[assignment]
    arrays = {name: np.asarray(values, np.float64) for name, values in outcomes.items()}
    shape = next(iter(arrays.values())).shape
    place = np.indices(shape).reshape(2, -1)
    frame = pd.DataFrame({"point": place[0], "replicate": place[1], "seed": study.seed + place[1]})
    for path in study.paths:
        frame[path] = results.points[path].to_numpy()[place[0]]
    for name, values in arrays.items():
        frame[name] = values.ravel()
    missing = frame[list(arrays)].isna().any(axis=1)
    frame["status"] = np.where(missing, "failed", "ok")
    results.__dict__["runs"] = frame
    if steps is not None:
        results.__dict__["steps"] = steps
    return results


def in_box(x: np.ndarray) -> np.ndarray:
    """Return whether rows of the unit cube lie in the known box: x0 > 0.6, x1 < 0.5, 0.2 < x2 < 0.8."""
    return (x[:, 0] > 0.6) & (x[:, 1] < 0.5) & (x[:, 2] > 0.2) & (x[:, 2] < 0.8)


def boxed(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Emerges in nine runs of ten where x > 0.5 in the east or south, in one of twenty elsewhere; fails at x = 1."""
    x, where = float(values["x"]), values["where"]
    if x == 1.0:
        raise ValueError("no run here")
    draw = np.random.default_rng([seed, round(1e6 * x), LEVELS.index(where)]).uniform()
    return {"y": float(draw < (0.9 if x > 0.5 and where != "north" else 0.05))}


def gauss(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Two statistics that are a and b with Gaussian noise (sd 0.1 and 0.2), one that is noise; c does nothing."""
    a, b, c = (float(values[name]) for name in "abc")
    noise = np.random.default_rng([seed, round(1e6 * a), round(1e6 * b), round(1e6 * c)]).normal(size=3)
    return {"s": a + 0.1 * noise[0], "t": b + 0.2 * noise[1], "noise": float(noise[2])}


def study(factors: Mapping[str, Any], outcomes: list[str], **more: Any) -> Study:
    return study_from_table(table(factors, outcomes, **more))
