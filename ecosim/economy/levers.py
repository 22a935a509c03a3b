"""How policies pay: what a lever offers this month, and what it spends. Used by the processes that meet a barrier."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.specs import LEVERS
from ecosim.state import State

__all__ = ["active", "charge", "funds", "intensity", "lowered", "places", "spend"]

places = {name: place for place, name in enumerate(LEVERS)}


def active(state: State, lever: str) -> Array:
    """Return the rows of the policies that pull a lever this month and have money left, int64."""
    policies = state.policies
    if not state.parameters.mechanisms.policies or len(policies) == 0:
        return np.zeros(0, np.int64)
    now = (policies["start"] <= state.month) & (state.month < policies["end"])
    chosen = now & (policies["lever"] == places[lever]) & (policies["spent"] < policies["budget"])
    return np.flatnonzero(chosen & (policies["intensity"] > 0))


def intensity(state: State, lever: str) -> float:
    """Return the joint intensity of a lever's policies, ``1 − Π (1 − I_k)``, 0 without any."""
    return float(1.0 - np.prod(1.0 - state.policies["intensity"][active(state, lever)]))


def funds(state: State, lever: str) -> float:
    """Return what the lever's active policies can still spend, k€."""
    rows = active(state, lever)
    return float((state.policies["budget"][rows] - state.policies["spent"][rows]).sum())


def charge(state: State, lever: str, amount: float) -> float:
    """Let the lever's policies pay up to `amount` k€, one after the other; return what they pay."""
    left = amount
    for row in active(state, lever).tolist():
        left -= spend(state, row, left)
    return amount - left


def spend(state: State, row: int, amount: float) -> float:
    """Let one policy (row) pay up to `amount` k€ of what is left of its budget; return what it pays."""
    policies = state.policies
    paid = min(amount, float(policies["budget"][row] - policies["spent"][row]))
    policies["spent"][row] += paid
    return paid


def lowered(state: State, lever: str) -> float:
    """Return the lever's barrier as it stands this month, after what `processes.support` has paid for."""
    barrier = float(getattr(state.parameters.barriers, LEVERS[lever]))
    return barrier * (1.0 - float(state.support[places[lever]]))
