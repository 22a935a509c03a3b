"""R where it is known exactly: the dilute, well-mixed, distance-free limit (design document, section 3).

Throughout: meeting_rate m in meetings per organisation and month, core n0 in bricks, success π in [0, 1],
transmissibility τ per meeting and direction, forgetting μ in 1/month.
"""

from __future__ import annotations

import math

import numpy as np

from ecosim.reproduction.crowding import Carriers, Operator

__all__ = ["diffusion_number", "dilute_reproduction", "organisation_reproduction", "well_mixed_reproduction"]


def diffusion_number(meeting_rate: float, held: float, transmissibility: float, forgetting: float) -> float:
    """Return ``ρ τ / μ`` with ``ρ = 2 m / n``, n = `held` bricks of a carrier: above 1 a hybrid spreads by itself."""
    return math.inf if forgetting == 0 else 2.0 * meeting_rate / held * transmissibility / forgetting


def dilute_reproduction(
    meeting_rate: float, core: int, success: float, transmissibility: float, forgetting: float
) -> float:
    """Return ``R = 2 ρ π / (μ − ρ τ)`` with ``ρ = 2 m / (n0 + 1)``; infinite when ρ τ >= μ."""
    trials = 2.0 * meeting_rate / (core + 1.0)
    left = forgetting - trials * transmissibility
    return math.inf if left <= 0 else 2.0 * trials * success / left


def organisation_reproduction(
    meeting_rate: float, core: int, success: float, transmissibility: float, forgetting: float, levels: int = 400
) -> float:
    """Return R_org: organisations started by one that starts with one hybrid, before it has none left.

    A linear birth-death chain in the hybrids k held: one is drawn at rate ``2 m k / (n0 + k)``; success adds one to k
    and starts an organisation, a copy starts one, each hybrid is lost at rate μ. Cut at `levels`.
    """
    k = np.arange(1, levels + 1, dtype=np.float64)
    drawn = 2.0 * meeting_rate * k / (core + k)
    up, down = drawn * success, forgetting * k
    up[-1] = 0.0
    generator = np.diag(up + down) - np.diag(up[:-1], 1) - np.diag(down[1:], -1)
    return float(np.linalg.solve(generator, drawn * (success + transmissibility))[0])


def well_mixed_reproduction(
    meeting_rate: float, core: int, success: float, transmissibility: float, forgetting: float, levels: int = 60
) -> float:
    """Return the next-generation R of hybrids with crowding, organisations being otherwise empty of hybrids.

    The type of a carrier is the number k of hybrids that its organisation holds when the hybrid arrives. R is 1
    exactly where R_org is 1; infinite above the diffusion threshold.
    """
    meetings = np.full((1, 1), 2.0 * meeting_rate)
    carriers = Carriers(
        others=meetings[0] * success, arrivals=np.zeros(1), forgetting=forgetting, core=core,
        start=np.eye(1, levels),
    )  # fmt: skip
    success_of = np.full((1, 1, 1), success)
    return Operator(carriers, meetings, meetings, np.ones((1, 1)), success_of, transmissibility).leading()[0]
