"""Run functions whose answers are known, for tests of sweeps: they take no time and need no model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def ishigami(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Ishigami & Homma (1990): S1 = 0.314, 0.442, 0; ST = 0.558, 0.442, 0.244 with a = 7, b = 0.1; noise on demand."""
    a, b = 7.0, 0.1
    x1, x2, x3 = (float(values[name]) for name in ("x1", "x2", "x3"))
    y = math.sin(x1) + a * math.sin(x2) ** 2 + b * x3**4 * math.sin(x1)
    noise = float(values.get("noise", 0.0)) * np.random.default_rng([seed, hash((x1, x2, x3)) % 2**32]).normal()
    return {"y": y + noise}


def threshold(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Emerges with a probability that rises steeply where x + y passes 1; R = x + y."""
    x, y = float(values["x"]), float(values["y"])
    draw = np.random.default_rng([seed, round(1e6 * x), round(1e6 * y)]).uniform()
    return {"emerged": float(draw < 1.0 / (1.0 + math.exp(-20.0 * (x + y - 1.0)))), "r": x + y}


def line(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """A straight line with noise that is the same for all values under one seed, and a little of its own."""
    x = float(values["x"])
    common = np.random.default_rng([seed, 1]).normal()
    own = np.random.default_rng([seed, 2, round(1e6 * x)]).normal()
    return {"y": x + common + 0.1 * own}
