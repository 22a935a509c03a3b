"""A run function that goes wrong at chosen values, and a real study without runs; for tests of reports and plans."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.reading import study_from_table
from experiments.study import Study


def mishap(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Return y = 10 x + noise, and whether it is above 5; fails at x = 1 with every fourth seed, NaN with the next."""
    time.sleep(float(values.get("sleep", 0.0)))
    x = float(values["x"])
    if x == 1.0 and seed % 4 == 1 and values.get("bad", True):
        raise ValueError("x <i>is</i> too large")
    if x == 1.0 and seed % 4 == 2 and values.get("bad", True):
        return {"y": math.nan, "high": 1.0}
    y = 10 * x + float(np.random.default_rng([seed, round(1e6 * x)]).normal())
    return {"y": y, "high": float(y > 5)}


def study(**more: Any) -> Study:
    """Return a study of `mishap`: 5 values of x and 3 levels, 4 replicates."""
    table: dict[str, Any] = {
        "name": "mishaps",
        "title": "What <script>alert(1)</script> remains?",
        "question": "Does <em>y</em> rise with x & level?",
        "run": "mishaps:mishap",
        "outcomes": ["y", "high"],
        "replicates": 4,
        "factors": {"x": {"low": 0.0, "high": 1.0}, "level": {"levels": ["<b>one</b>", "two", "three"]}},
        "design": {"method": "factorial", "steps": 5},
    }
    return study_from_table({**table, **more})


def real_study() -> Study:
    """Return a study of the model, with fixed values."""
    return study_from_table(
        {
            "name": "real",
            "scenario": "three-ingredients",
            "months": 24,
            "outcomes": ["hybrids", "emergence_month", "r_first"],
            "values": {"population.firms": 60, "population.labs": 6, "population.clusters": 3},
            "factors": {
                "medium.transmissibility": {"low": 0.1, "high": 0.4, "scale": "log"},
                "dials.attractor_dial": {"levels": [0.0, 1.0]},
            },
            "design": {"steps": 2},
            "replicates": 2,
            "steps": {"columns": ["organisations"], "every": 6},
        }
    )
