"""What a visitor has set: which ecosystem, which levers, which assumptions. Plain frozen data; knows nothing of pages.

Levers are what somebody could decide; dials say how much of each ingredient there is; assumptions are what is believed
about the world. The three are kept apart everywhere: changing an assumption changes the baseline too.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecosim import Scenario
from ecosim.declaration import Declaration, Role, Value
from ecosim.errors import EcosimError, ScenarioError, nearest_name
from ecosim.parameters import declarations, find_declaration
from ecosim.specs import LEVERS, PolicySpec
from ecosim.streams import as_seed

__all__ = ["FIRST", "OWN", "STORIES", "Lever", "Setup", "World", "groups", "own_levers", "story"]

OWN = "own"  # the name under which a visitor's own ecosystem stands, in the place of a story's
FIRST = "fintech"  # the story that a visitor sees first
STORIES = (
    "cosmetotextile", "fintech", "bordeaux-wuhan", "viameca", "acculturation", "mecapole", "alfadir", "levers",
    "three-ingredients", "france-clusters",
)  # fmt: skip
_ECONOMY = ("alliances", "value_chain", "markets")  # mechanisms that meet the barriers which levers lower
_MONTHS = 100_000  # as many as a scenario can have
_BUDGET = 1e12  # k€, as much as a policy can have


@dataclass(frozen=True)
class Lever:
    """How one of the six levers is pulled.

    intensity : 0 (not at all) to 1; start : month; length : months, None to the end; budget : k€, None without limit
    """

    intensity: float = 0.0
    start: int = 0
    length: int | None = None
    budget: float | None = None

    def checked(self, name: str) -> Lever:
        """Return the lever called `name` with its values in their types; without intensity, it is at rest.

        Raises
        ------
        ScenarioError
            For a value of another type, or one that is not allowed.
        """
        intensity = _number(f"{name}: intensity", self.intensity, 1)
        start = _whole(f"{name}: start", self.start, 0)
        length = None if self.length is None else _whole(f"{name}: length", self.length, 1)
        budget = None if self.budget is None else _number(f"{name}: budget", self.budget, _BUDGET)
        return Lever(intensity, start, length, budget) if intensity > 0 else Lever()


@dataclass(frozen=True)
class World:
    """An ecosystem to play with: a story that ships (its name), or the visitor's own (`OWN`).

    files : what the input files of the visitor's own were called, by role (``organisations``)
    """

    name: str
    scenario: Scenario
    files: tuple[tuple[str, str], ...] = ()

    @property
    def has_economy(self) -> bool:
        """Whether levers can have an effect: they lower barriers that only an economy has."""
        return any(getattr(self.scenario.parameters.mechanisms, name) for name in _ECONOMY)


@dataclass(frozen=True)
class Setup:
    """What is set, as changes to a world. Equal setups play the same, bit for bit.

    world : name of a story, or `OWN`; seed : which history; months : None for as many as the world's scenario has;
    values : parameters that differ from the world's own, by path (``dials.medium_dial``), levers among the parameters
    (role ``lever``) included; levers : those of the six that differ from the world's own, by name.
    """

    world: str
    seed: int = 1
    months: int | None = None
    values: tuple[tuple[str, Value], ...] = ()
    levers: tuple[tuple[str, Lever], ...] = field(default=())

    # -- changes ----------------------------------------------------------------------------------------------

    def with_value(self, path: str, value: Value, world: World) -> Setup:
        """Return a copy with another value of a parameter; raises ParameterError like `Declaration.check`."""
        declaration = find_declaration(path)
        checked = declaration.check(value)
        rest = {known: kept for known, kept in self.values if known != declaration.path}
        if checked != _value(world.scenario, declaration):
            rest[declaration.path] = checked
        changed = dataclasses.replace(self, values=tuple(sorted(rest.items())))
        changed.scenario(world)  # what does not fit together is refused here, where the message can be shown
        return changed

    def with_lever(self, name: str, lever: Lever, world: World) -> Setup:
        """Return a copy with another setting of a lever; raises ScenarioError for one that is not allowed."""
        own = own_levers(world.scenario)
        if name not in own:
            raise ScenarioError(f"unknown lever {name!r}{nearest_name(name, own)}: allowed are {', '.join(own)}")
        rest = {known: kept for known, kept in self.levers if known != name}
        checked = lever.checked(name)
        if checked != own[name]:
            rest[name] = checked
        changed = dataclasses.replace(self, levers=tuple(sorted(rest.items())))
        changed.scenario(world)
        return changed

    def with_seed(self, seed: Any) -> Setup:
        """Return a copy that plays another history; raises ParameterError for what is no seed."""
        return dataclasses.replace(self, seed=as_seed(seed))

    def with_months(self, months: Any, world: World) -> Setup:
        """Return a copy that plays another number of months; raises ScenarioError for what is none."""
        chosen = _whole("months", months, 1)
        return dataclasses.replace(self, months=None if chosen == world.scenario.months else chosen)

    def without(self, role: Role | None = None) -> Setup:
        """Return a copy with nothing changed, or no parameter of one role; seed and months stay."""
        if role is None:
            return dataclasses.replace(self, values=(), levers=())
        kept = tuple((path, value) for path, value in self.values if find_declaration(path).role != role)
        return dataclasses.replace(self, values=kept)

    # -- what is set ------------------------------------------------------------------------------------------

    def lever(self, name: str, world: World) -> Lever:
        """Return how a lever stands, the world's own setting if it was not touched."""
        return dict(self.levers).get(name) or own_levers(world.scenario)[name]

    def value(self, path: str, world: World) -> Value:
        """Return a parameter's value as it stands."""
        changed: Mapping[str, Value] = dict(self.values)
        return changed[path] if path in changed else _value(world.scenario, find_declaration(path))

    def planned(self, world: World) -> int:
        """Return the months to play."""
        return world.scenario.months if self.months is None else self.months

    def idle(self, world: World) -> str:
        """Return why no lever has an effect: ``no_economy``, ``policies_off``; empty when levers have one."""
        if not self._has_economy(world):
            return "no_economy"
        return "" if self.value("mechanisms.policies", world) or self._may_switch_on(world) else "policies_off"

    def _has_economy(self, world: World) -> bool:
        return any(self.value(f"mechanisms.{name}", world) for name in _ECONOMY)

    def _may_switch_on(self, world: World) -> bool:
        """Whether a lever that is pulled switches policies on: where they are off only because there were none."""
        return not world.scenario.policies and "mechanisms.policies" not in dict(self.values)

    def scenario(self, world: World) -> Scenario:
        """Return the scenario to play.

        Raises
        ------
        EcosimError
            For values, or levers, that are not allowed or do not fit together.
        """
        values: dict[str, Value] = dict(self.values)
        pulled = any(lever.intensity > 0 for _, lever in self.levers)
        if pulled and self._has_economy(world) and self._may_switch_on(world):
            values["mechanisms.policies"] = True
        changed = world.scenario.with_values(values)
        policies = list(changed.policies)
        for name, lever in self.levers:
            own = next((row for row in policies if row.lever == name), None)
            policies = [row for row in policies if row.lever != name]
            if lever.intensity > 0:
                end = None if lever.length is None else lever.start + lever.length
                model = own or PolicySpec(name=_unused(name, [row.name for row in policies]), lever=name)
                policies.append(
                    dataclasses.replace(
                        model, intensity=lever.intensity, start=lever.start, end=end, budget=lever.budget
                    )
                )
        return dataclasses.replace(changed, policies=tuple(policies), months=self.planned(world))

    def baseline(self, dials: bool = True) -> Setup:
        """Return what it is compared with: the same assumptions, seed and months, with dials and levers untouched.

        dials : False to leave the dials where they are, so that levers alone make the difference
        """
        undone = ACTED if dials else ("lever",)
        assumed = tuple((path, value) for path, value in self.values if find_declaration(path).role not in undone)
        return dataclasses.replace(self, values=assumed, levers=())

    @property
    def assumptions(self) -> tuple[tuple[str, Value], ...]:
        """The assumptions that differ from the world's own."""
        return self.baseline().values


ACTED = ("lever", "dial")  # roles of the parameters that tell a setup from its baseline


def own_levers(scenario: Scenario) -> dict[str, Lever]:
    """Return how the six levers stand in a scenario: the first policy of each, at rest without one."""
    found = {}
    for name in LEVERS:
        own = next((row for row in scenario.policies if row.lever == name), None)
        if own is None:
            found[name] = Lever()
        else:
            length = None if own.end is None else own.end - own.start
            found[name] = Lever(own.intensity, own.start, length, own.budget).checked(name)
    return found


@functools.cache
def _shipped(name: str) -> World:
    return World(name, Scenario.load(name))


def story(name: str) -> World:
    """Return a story that ships; raises EcosimError when there is none of that name."""
    if name not in STORIES:
        raise EcosimError(f"no story {name!r}{nearest_name(name, STORIES)}: there are {', '.join(STORIES)}")
    return _shipped(name)


def groups(role: str) -> dict[str, list[Declaration]]:
    """Return the declarations of a role by their group, in order."""
    found: dict[str, list[Declaration]] = {}
    for declaration in declarations():
        if declaration.role == role:
            found.setdefault(declaration.path.split(".")[0], []).append(declaration)
    return found


def _value(scenario: Scenario, declaration: Declaration) -> Value:
    group, name = declaration.path.split(".")
    value: Value = getattr(getattr(scenario.parameters, group), name)
    return value


def _whole(where: str, value: Any, low: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= _MONTHS:
        raise ScenarioError(f"{where} = {_shown(value)}: allowed is a whole number of months from {low} to {_MONTHS}")
    return value


def _number(where: str, value: Any, high: float) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not 0 <= value <= high:  # NaN is neither
        raise ScenarioError(f"{where} = {_shown(value)}: allowed is a number from 0 to {high:g}")
    return float(value) + 0.0  # no negative zero


def _shown(value: Any) -> str:
    try:
        return repr(value)[:60]
    except ValueError:  # a whole number of so many digits that Python does not write it
        return "a huge number"


def _unused(name: str, taken: list[str]) -> str:
    """Return a name for a policy that no other one has: a scenario may call a policy by another lever's name."""
    while name in taken:
        name += "+"
    return name
