"""Run functions that keep or break their contract, for tests of how one run is played and stored."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

NOT_A_FUNCTION = 3
RETURNS = {
    "list": [1.0], "text": {"y": "1"}, "none": {"y": None}, "array": {"y": np.zeros(2)}, "less": {"z": 1.0},
    "complex": {"y": 1j}, "whole": {"y": 3}, "switch": {"y": np.bool_(True)}, "zero-d": {"y": np.array(2.5)},
    "fraction": {"y": Fraction(1, 2)}, "nan": {"y": float("nan")}, "infinite": {"y": float("inf")},
    "more": {"y": 1.0, "z": "not asked for"},
}  # fmt: skip


def returns(values: Mapping[str, Any], seed: int, months: int | None) -> Any:
    """Return what is asked for by name."""
    return RETURNS[str(values["what"])]


def tells(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Tell what was given."""
    return {
        "y": float(values["x"]),
        "k": float(values["k"]),
        "given": seed,
        "months": -1.0 if months is None else months,
    }


def noise(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Return a number of the seed and the values, and another; raise, or give no number, at some values."""
    x = float(values["x"])
    if values.get("raises") == x:
        raise ZeroDivisionError("as asked: \udc80")
    draw = float(np.random.default_rng([seed, round(1e6 * abs(x))]).normal())
    return {"y": float("nan") if values.get("unknown") == x else x + draw, "z": draw}
