"""Elasticities of the closed forms of R. Pure numbers; knows no model and no study."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

__all__ = ["dilute_elasticities", "drive_of", "numerical_elasticities"]


def drive_of(success: float) -> float:
    """Return the drive, in units of the barrier scale, at which a pair succeeds with this probability."""
    return -math.log1p(-success)


def dilute_elasticities(
    meeting_rate: float, core: int, success: float, transmissibility: float, forgetting: float
) -> dict[str, float]:
    """Return the derivatives d log R / d log parameter of the dilute formula ``R = 2 ρ π / (μ − ρ τ)``, by hand.

    Arguments as for `ecosim.reproduction.dilute_reproduction`. With the drive x in units of the barrier scale
    ``d log π / d log x = x (1 − π) / π``.
    """
    copied = 2.0 * meeting_rate / (core + 1.0) * transmissibility
    gain = forgetting / (forgetting - copied)
    drive = drive_of(success) * (1.0 - success) / success
    return {
        "meeting_rate": gain, "core_size": -gain * core / (core + 1.0), "base_drive": drive, "barrier_scale": -drive,
        "transmissibility": copied / (forgetting - copied), "forgetting": -gain,
    }  # fmt: skip


def numerical_elasticities(
    measure: Callable[..., float], meeting_rate: float, core: int, success: float, transmissibility: float,
    forgetting: float, step: float = 0.1,
) -> dict[str, float]:  # fmt: skip
    """Return the same of any closed form of these arguments by central differences, ± `step` of the logarithm (one
    brick for the core).
    """
    at: dict[str, Any] = {
        "meeting_rate": meeting_rate, "core_size": core, "success": success, "transmissibility": transmissibility,
        "forgetting": forgetting,
    }  # fmt: skip

    def log_r(**values: float) -> float:
        return math.log(measure(*{**at, **values}.values()))

    out = {}
    for name in ("meeting_rate", "transmissibility", "forgetting"):
        ends = [log_r(**{name: at[name] * math.exp(sign * step)}) for sign in (-1, 1)]
        out[name] = (ends[1] - ends[0]) / (2.0 * step)
    bricks = (core - 1, core + 1)
    out["core_size"] = (log_r(core_size=bricks[1]) - log_r(core_size=bricks[0])) / math.log(bricks[1] / bricks[0])
    chances = [-math.expm1(-drive_of(success) * math.exp(sign * step)) for sign in (-1, 1)]
    out["base_drive"] = (log_r(success=chances[1]) - log_r(success=chances[0])) / (2.0 * step)
    out["barrier_scale"] = -out["base_drive"]
    return out
