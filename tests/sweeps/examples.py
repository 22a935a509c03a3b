"""Small studies for tests of sweeps, and how two sweeps are compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments import Results, Study
from experiments.reading import study_from_table


def small_model(replicates: int = 4, months: int = 24) -> Study:
    """A study of the real model: 60 organisations, 3 × 2 points, with steps."""
    return study_from_table(
        {
            "name": "small",
            "scenario": "three-ingredients",
            "months": months,
            "outcomes": ["hybrids", "recombinant", "emergence_month"],
            "values": {"population": {"firms": 54, "labs": 6, "clusters": 3}},
            "factors": {
                "medium.transmissibility": {"low": 0.0, "high": 0.06},
                "dials.attractor_dial": {"levels": [0.5, 1.0]},
            },
            "design": {"method": "factorial", "steps": 3},
            "replicates": replicates,
            "steps": {"columns": ["births_recombinant", "trials"], "every": 6},
        }
    )


def poisoned(kind: str, points: int = 10, replicates: Any = 4, **values: Any) -> Study:
    """A study of `tests.sweeps.poison`: the run of x = 7 and seed 2 (point 7, replicate 1) goes wrong."""
    return study_from_table(
        {
            "name": "poison",
            "run": "tests.sweeps.poison:play",
            "outcomes": ["y"],
            "run_seconds": 1.0,
            "values": {"at": -1.0 if kind == "none" else 7.0, "kind": kind, **values},
            "factors": {"x": {"levels": [float(number) for number in range(points)]}},
            "replicates": replicates,
        }
    )


def same_runs(one: Results, other: Results) -> None:
    """Assert that two sweeps hold the same runs, row for row and bit for bit, but for how long they took."""
    left, right = (results.runs.drop(columns="seconds") for results in (one, other))
    pd.testing.assert_frame_equal(left, right, check_exact=True)
