"""Run functions with known indices and effects, spoiled on demand, and studies of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments import sweep
from experiments.reading import study_from_table
from experiments.study import Study

V1, V2, V13 = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2, 49 / 8, 0.01 * math.pi**8 * (1 / 18 - 1 / 50)
V = V1 + V2 + V13
FIRST = {"x1": V1 / V, "x2": V2 / V, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / V, "x2": V2 / V, "x3": V13 / V}
SECOND = {"x1 × x2": 0.0, "x1 × x3": V13 / V, "x2 × x3": 0.0}
"""Ishigami & Homma (1990), a = 7, b = 0.1."""


def ishigami(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Ishigami's function with noise of its own (`noise`) and noise common to a seed (`shift`), spoiled on demand."""
    x1, x2, x3 = (float(values[name]) for name in ("x1", "x2", "x3"))
    y = math.sin(x1) + 7 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)
    bits = np.array([x1, x2, x3]).view(np.uint64).tolist()
    y += values.get("noise", 0.0) * np.random.default_rng([seed, *bits]).normal()
    y += values.get("shift", 0.0) * np.random.default_rng([seed, 77]).normal()
    here = all(abs(values.get(f"at{i}", math.inf) - x) < 1e-12 for i, x in enumerate((x1, x2, x3), 1))
    everywhere = x1 > values.get("beyond", math.inf)
    if (here or everywhere) and seed == values.get("bad_seed", seed):
        if values["how"] == "raise":
            raise ValueError("spoiled on purpose")
        y = math.nan if values["how"] == "nan" else math.inf
    return {"y": y, "flat": 3.0, "other": x1}


def additive(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """2 a − 3 b + 4 c d on the unit cube, e does nothing; noise on demand."""
    a, b, c, d, e = (float(values[name]) for name in "abcde")
    y = 2 * a - 3 * b + 4 * c * d
    bits = np.array([a, b, c, d, e]).view(np.uint64).tolist()
    return {"y": y + values.get("noise", 0.0) * np.random.default_rng([seed, *bits]).normal(), "flat": 0.0}


def many(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """A sum whose first three terms matter."""
    return {"y": 5.0 * values["f00"] + 3.0 * values["f01"] + 2.0 * values["f02"] * values["f03"]}


def kinds(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """A function of a switch, a whole number and a choice."""
    return {"y": 2.0 * values["switch"] + values["whole"] + {"low": 0.0, "high": 4.0}[values["choice"]] + 0.01 * seed}


KINDS = {
    "switch": {"levels": [False, True]}, "whole": {"levels": [1, 2, 3]}, "choice": {"levels": ["low", "high"]},
}  # fmt: skip
UNIT = {"low": 0.0, "high": 1.0}


def ishigami_study(
    design: Mapping[str, Any], replicates: int = 1, outcomes: list[str] | None = None, **values: Any
) -> Study:  # fmt: skip
    """Return a study of Ishigami's function."""
    return study_from_table({
        "name": "ishigami", "run": "known_sensitivity:ishigami", "values": values, "outcomes": outcomes or ["y"],
        "factors": {name: {"low": -math.pi, "high": math.pi} for name in ("x1", "x2", "x3")},
        "design": dict(design), "replicates": replicates,
    })  # fmt: skip


def own_study(function: str, factors: Mapping[str, Any], design: Mapping[str, Any], **more: Any) -> Study:
    """Return a study of a function of this file."""
    return study_from_table({
        "name": function, "run": f"known_sensitivity:{function}", "outcomes": ["y"], "factors": dict(factors),
        "design": dict(design), "replicates": 1, **more,
    })  # fmt: skip


def played(study: Study, folder: Path) -> Any:
    """Return the results of a study, played in this process."""
    return sweep(study, folder, workers=1)
