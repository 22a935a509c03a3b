"""What can be set, as plain data for one widget, made from the parameters' declarations; and what the widget asks for,
as another setup. Knows neither Solara nor the widget.

Four kinds, kept apart: the three *dials*, the *levers* (six of public policy, two of the clusters themselves), the
*assumptions* about the world, and the *settings* that say which mechanisms are on.
"""

from __future__ import annotations

import math
from typing import Any

from dashboards.setup import Lever, Setup, World, groups, own_levers
from dashboards.text import Words
from ecosim.declaration import Declaration, Value
from ecosim.errors import ParameterError, ScenarioError
from ecosim.parameters import find_declaration
from ecosim.specs import LEVERS

__all__ = ["asked", "form", "state", "summary"]

_COSTS = {  # what a lever costs: a parameter of its own, or the barrier that it takes over
    "assembly": "assembly_support_cost", "training": "training_cost", "procurement": "buyer_training_cost",
}  # fmt: skip
_WIDEST = 1e5  # a slider over a wider range cannot be set to anything


# -- what the widget shows ------------------------------------------------------------------------------------


def form(say: Words, world: World) -> dict[str, Any]:
    """Return what does not change while a world is played with: every control with its words and its bounds."""
    levers = [_lever(say, name, lever) for name, lever in own_levers(world.scenario).items()]
    panes = [
        _pane(say, "dials", {"dials": groups("dial")["dials"]}, world),
        _pane(say, "levers", {}, world) | {"levers": levers},
        _pane(say, "federation", {"federation": [one for found in groups("lever").values() for one in found]}, world),
        _pane(say, "assumptions", groups("assumption"), world) | {"drawer": True},
        _pane(say, "settings", groups("setting"), world) | {"drawer": True},
    ]
    return {"language": say.language, "panes": panes}


def state(say: Words, setup: Setup, world: World, turn: int = 0) -> dict[str, Any]:
    """Return how everything stands.

    turn : the number of the widget's last request that was answered, so that it knows which answer this is
    """
    paths = [one.path for role in ("dial", "lever", "assumption", "setting") for one in _all(role)]
    values = {path: setup.value(path, world) for path in paths}
    levers = {name: setup.lever(name, world) for name in LEVERS}
    idle = setup.idle(world)
    return {
        "turn": turn,
        "values": values,
        "levers": {name: _plain(lever) for name, lever in levers.items()},
        "told": {name: _told(say, name, values) for name in LEVERS},
        "changed": [path for path, _ in setup.values],
        "pulled": [name for name, _ in setup.levers],
        "idle": say(f"controls.{idle}") if idle else "",
        "summary": summary(say, setup),
    }


def summary(say: Words, setup: Setup) -> str:
    """Return how much is changed, in words: ``Changed: 2 levers, 1 assumption``; empty when nothing is."""
    counts = dict.fromkeys(("dial", "lever", "assumption", "setting"), 0)
    for path, _ in setup.values:
        counts[find_declaration(path).role] += 1
    counts["lever"] += len(setup.levers)
    parts = [
        say(f"controls.{kind}_{'one' if number == 1 else 'many'}", number=number)
        for kind, number in counts.items()
        if number
    ]
    return say("controls.changed", what=", ".join(parts)) if parts else ""


def _all(role: Any) -> list[Declaration]:
    return [one for found in groups(role).values() for one in found]


def _pane(say: Words, name: str, found: dict[str, list[Declaration]], world: World) -> dict[str, Any]:
    return {
        "name": name,
        "title": say(f"controls.{name}"),
        "help": say(f"controls.{name}_help"),
        "drawer": False,
        "levers": [],
        "groups": [
            {
                "name": group,
                "title": say(f"controls.group_{group}") if name in ("assumptions", "settings") else "",
                "controls": [_control(say, one, world) for one in declarations],
            }
            for group, declarations in found.items()
        ],
    }


def _control(say: Words, declaration: Declaration, world: World) -> dict[str, Any]:
    own = Setup(world.name).value(declaration.path, world)
    return {
        "path": declaration.path,
        "unit": "" if declaration.role == "dial" else say(f"units.{declaration.unit}"),
        "switch": declaration.type is bool,
        "own": own,
        "least": declaration.low,
        "most": declaration.high,
        "default": declaration.default,
        "source": say("controls.assumed") if declaration.source == "assumption" else declaration.source,
        "foreign": declaration.source != "assumption" and say.language != "en",  # sources are written in English
        **_named(say, declaration),
        **_slider(declaration, own),
    }


def _named(say: Words, declaration: Declaration) -> dict[str, str]:
    """Return what a control is called, and what it does where its name does not say it."""
    if declaration.role in ("dial", "lever"):
        page = "controls" if declaration.role == "dial" else "levers"
        return {"label": say(f"{page}.{declaration.name}"), "help": say(f"controls.{declaration.name}_help")}
    if say.language == "fr":  # the help names it; the parameters' own names are English
        return {"label": declaration.french.removesuffix("."), "help": ""}
    return {"label": declaration.name.replace("_", " ").capitalize(), "help": declaration.english}


def _slider(declaration: Declaration, own: Value) -> dict[str, Any]:
    """Return the ends and the step of a slider: on the whole range of what is allowed nobody could set anything.

    It ends at five times the story's own value (or the default, where that is 0), or at the declared bound before that.
    """
    none = {"low": None, "high": None, "step": None}
    if declaration.type is bool:
        return none
    low, high = float(declaration.low), float(declaration.high)
    around = float(own) or float(declaration.default)
    if around > 0 and declaration.role not in ("dial", "lever"):  # these are meant to be set anywhere
        high = min(high, 5 * around)
    if high - low > _WIDEST or high <= low:
        return none
    step = 10.0 ** math.floor(math.log10((high - low) / 50))
    step *= next(factor for factor in (5, 2, 1) if (high - low) / (step * factor) >= 50)
    if declaration.type is int:
        step = max(1.0, round(step))
    return {"low": math.ceil(low / step) * step, "high": high, "step": step}


def _lever(say: Words, name: str, own: Lever) -> dict[str, Any]:
    barrier = find_declaration(f"barriers.{LEVERS[name]}")
    return {
        "name": name,
        "label": say(f"levers.{name}"),
        "help": say(f"levers.{name}_help"),
        "barrier": barrier.path,
        "own": _plain(own),
    }


def _told(say: Words, name: str, values: dict[str, Value]) -> dict[str, str]:
    """Return, in words, the barrier that a lever lowers as it stands, and what the lever costs."""
    barrier = find_declaration(f"barriers.{LEVERS[name]}")
    height, cost = float(values[barrier.path]), float(values[f"barriers.{_COSTS.get(name, LEVERS[name])}"])
    return {
        "barrier": say(f"controls.barrier_{name}", value=_short(say, height), percent=_short(say, 100 * height)),
        "cost": say(f"controls.cost_{name}", cost=_short(say, cost)),
    }


def _short(say: Words, value: float) -> str:
    """Return a number without noughts at its end: 0.5, not 0.500."""
    text = say.number(value)
    return text if value == round(value) else text.rstrip("0").rstrip(".,")


def _plain(lever: Lever) -> dict[str, Any]:
    return {"intensity": lever.intensity, "start": lever.start, "length": lever.length, "budget": lever.budget}


# -- what the widget asks for ---------------------------------------------------------------------------------


def asked(setup: Setup, world: World, event: str, data: Any) -> Setup:
    """Return the setup that the widget asks for. What comes from a browser can be anything.

    event : ``value`` (path, value), ``lever`` (name, intensity, start, length, budget) or ``reset`` (what: a path,
    ``lever.NAME``, a role, or ``all``)

    Raises
    ------
    EcosimError
        For what is not allowed, does not fit together, or cannot be understood.
    """
    if not isinstance(data, dict):
        raise ScenarioError(f"{event}: nothing is set")
    if event == "value":
        path = find_declaration(_text(data, "path")).path
        return setup.with_value(path, data.get("value"), world)  # type: ignore[arg-type]  # it is checked there
    if event == "lever":
        if setup.idle(world):
            raise ScenarioError("levers have nothing to act on here")
        lever = Lever(data.get("intensity"), data.get("start"), data.get("length"), data.get("budget"))  # type: ignore[arg-type]
        return setup.with_lever(_text(data, "name"), lever, world)
    what = _text(data, "what")
    if what == "all":
        return setup.without()
    if what in ("dial", "assumption", "setting"):
        rest = setup.without(what)  # type: ignore[arg-type]
        rest.scenario(world)
        return rest
    if what.startswith("lever."):
        name = what.removeprefix("lever.")
        own = own_levers(world.scenario)
        return setup.with_lever(name, own.get(name, Lever()), world)
    path = find_declaration(what).path
    return setup.with_value(path, Setup(world.name).value(path, world), world)


def _text(data: dict[Any, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or len(value) > 100:
        raise ParameterError(f"{key}: allowed is a name")
    return value
