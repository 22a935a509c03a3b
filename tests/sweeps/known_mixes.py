"""Run functions with known answers for policies: noise that twins share, a known front, runs that fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def noisy(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """``y`` has mean x and standard deviation `spread` × x; ``flat`` does not vary; ``broken`` points never work."""
    x = float(values["x"])
    if x == values.get("broken"):
        raise ValueError("this point never works")
    draw = np.random.default_rng([seed, round(1e6 * x)]).normal()
    if values.get("half") and draw < 0:
        raise ValueError("this seed does not work here")
    return {"y": x + float(values.get("spread", 1.0)) * x * draw, "flat": x}


def policies(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Two levers, a and b: jobs = 10 a + 4 b − 2 a b + noise that twins share; spending = 100 a + 10 b (k€).

    ``world`` turns it round: there a brings ``10 − world``. Twins' own noise has standard deviation 0.1, what they
    share 1: independent seeds need (1.01 + 1.01)/0.02 = 101 times as many runs.
    """
    a, b, world = (float(values.get(name, 0.0)) for name in ("lever.a", "lever.b", "world"))
    shared = np.random.default_rng([seed, 1]).normal()
    own = np.random.default_rng([seed, 2, round(1000 * a), round(1000 * b)]).normal()
    if a == values.get("fails"):
        raise ValueError("this mix never works")
    jobs = (10.0 - world) * a + 4.0 * b - 2.0 * a * b
    return {"jobs": jobs + shared + 0.1 * own, "policy_spending": 100.0 * a + 10.0 * b, "still": shared}


def blind(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Levers bring nothing: ``jobs`` is noise, so that what looks best is so by luck."""
    a, b = float(values["lever.a"]), float(values["lever.b"])
    noise = np.random.default_rng([seed, round(1000 * a), round(1000 * b)]).normal()
    return {"jobs": noise, "policy_spending": 100.0 * a + 10.0 * b, "still": 0.0}
