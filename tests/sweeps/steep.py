"""Run functions with a known boundary: how steep, how bent, and how much of it hangs on the seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq

Function = Callable[[Mapping[str, Any], int, "int | None"], Mapping[str, float]]


def emerges(steepness: float, bend: float = 0.0, shift: float = 0.0) -> Function:
    """Return one that emerges with logit ``steepness · (Σ x − D / 2 + bend · sin 3x₁ + shift · draw of the seed)``."""

    def function(values: Mapping[str, Any], seed: int, months: int | None) -> Mapping[str, float]:
        x = [float(value) for value in values.values()]
        above = sum(x) - len(x) / 2 + bend * math.sin(3 * x[0]) + shift * np.random.default_rng([seed, 7]).normal()
        draw = np.random.default_rng([seed, *(round(1e6 * v) for v in x)]).uniform()
        return {"emerged": float(draw < 1.0 / (1.0 + math.exp(-steepness * above))), "r": math.exp(above)}

    return function


def true_line(y: Any, bend: float = 0.0) -> Any:
    """Return the x at which the function of two factors emerges in half of the runs, for values y."""
    return np.array([brentq(lambda x, v=v: x + v - 1.0 + bend * math.sin(3 * x), -1.0, 2.0) for v in y])
