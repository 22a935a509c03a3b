"""Which settings the map of tipping varies, and over what range. Plain data; plays nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.setup import Lever, Setup, World
from ecosim import Scenario
from ecosim.specs import LEVERS

__all__ = ["DIALS", "LEVER", "MAPPED", "PLACES", "Axis", "axes", "scenario_at", "set_to"]

MAPPED = (
    "fintech", "cosmetotextile", "bordeaux-wuhan", "viameca", "acculturation", "mecapole", "alfadir", "levers",
    "three-ingredients",
)  # fmt: skip
"""The stories that have a map: those small enough to be played a thousand times."""

DIALS = ("dials.diversity_dial", "dials.attractor_dial", "dials.medium_dial")
PLACES = ("clusters.encounters_per_year", "medium.bridge_openness")
LEVER = "lever."


@dataclass(frozen=True)
class Axis:
    """One setting that is varied.

    path : a parameter, or ``lever.NAME``; low, high : its ends; below, above : how far the design reaches beyond them.
    What lies beyond is played at the end: visitors stand at ends (a lever at rest, a dial at 1), which a design that
    fills the space would never touch.
    """

    path: str
    low: float = 0.0
    high: float = 1.0
    below: float = 0.0
    above: float = 0.0

    def clip(self, value: float) -> float:
        """Return the value, or the end that it lies beyond."""
        return min(max(value, self.low), self.high)


def axes(world: World) -> tuple[Axis, ...]:
    """Return what is varied: dials, the two levers among the parameters, the six where they have an effect."""
    # below a fifth of its diversity, whole sectors of a small world vanish one by one, and R jumps
    found = [Axis(path, 0.2 if path == DIALS[0] else 0.0, above=0.3) for path in DIALS]
    found += [Axis(PLACES[0], 0.0, 6.0, below=2.0), Axis(PLACES[1], above=0.5)]
    if not Setup(world.name).idle(world):
        found += [Axis(LEVER + name, below=0.4) for name in LEVERS]
    return tuple(found)


def set_to(setup: Setup, values: Mapping[str, float], world: World) -> Setup:
    """Return a setup with the values of some axes (by path), cut off at their ends.

    A lever acts from month 0 to the end and its money has no limit, as it does all over the map.
    """
    known = {axis.path: axis for axis in axes(world)}
    for path, value in values.items():
        cut = known[path].clip(float(value))
        if path.startswith(LEVER):
            setup = setup.with_lever(path.removeprefix(LEVER), Lever(cut), world)
        else:
            setup = setup.with_value(path, cut, world)
    return setup


def scenario_at(values: Mapping[str, float], world: World) -> Scenario:
    """Return the scenario that is played at a point of the map."""
    return set_to(Setup(world.name), values, world).scenario(world)
