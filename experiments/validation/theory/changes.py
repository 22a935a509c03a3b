"""One parameter of a live state, multiplied: what elasticities are taken of. Knows the state, no study and no run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecosim.state import State

__all__ = ["GROUPS", "change", "changed"]

GROUPS = {
    "meeting_rate": "medium", "transmissibility": "medium", "forgetting": "knowledge", "base_drive": "latent",
    "barrier_scale": "latent", "openness": "diversity", "cluster_share": "medium", "bridge_share": "medium",
    "science_share": "medium", "digital_share": "medium", "bridge_openness": "medium",
}  # fmt: skip
"""Declared parameters that can change in the middle of a run, by name: the group that declares each."""


def change(state: State, parameter: str, factor: float) -> None:
    """Multiply a parameter by a factor, from this month on; portfolios, ties and positions stay as they are.

    parameter : one of `GROUPS`, or ``attractor_strength`` or ``attractor_width`` (of all attractors at once)

    Raises
    ------
    KeyError, EcosimError
        For another name; for a value out of the parameter's bounds.
    """
    if parameter == "attractor_strength":
        state.drive_strength = state.drive_strength * factor
        state.attractors.strength = [value * factor for value in state.attractors.strength]
    elif parameter == "attractor_width":
        state.drive_width = state.drive_width * factor
        state.attractors.width = [value * factor for value in state.attractors.width]
    else:
        path = f"{GROUPS[parameter]}.{parameter}"
        value = getattr(getattr(state.parameters, GROUPS[parameter]), parameter)
        state.parameters = state.parameters.with_values({path: value * factor})
        if parameter == "meeting_rate":  # `attract` wrote this month's rates from it
            state.organisations["rate"] = state.organisations["rate"] * factor


@contextmanager
def changed(state: State, parameter: str, factor: float) -> Iterator[State]:
    """Yield the state with a parameter multiplied, and put everything back afterwards."""
    parameters, attractors = state.parameters, state.attractors
    strength, width, rate = state.drive_strength, state.drive_width, state.organisations["rate"].copy()
    strengths, widths = attractors.strength, attractors.width
    try:
        change(state, parameter, factor)
        yield state
    finally:
        state.parameters, state.drive_strength, state.drive_width = parameters, strength, width
        attractors.strength, attractors.width = strengths, widths
        state.organisations["rate"] = rate
