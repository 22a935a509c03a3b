"""What is taken away in turn to see what it contributes: each mechanism, each change of the visitor's.

Assumptions are no changes: they say what the world is believed to be, and hold for the baseline too.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from dashboards.setup import ACTED, Setup, World, own_levers
from ecosim import Scenario
from ecosim.errors import EcosimError
from ecosim.parameters import find_declaration
from experiments.ablation import FULL, mechanisms

__all__ = ["BASELINE", "FULL", "Case", "cases"]

BASELINE = "baseline"
_POLICY = "policy: "


@dataclass(frozen=True)
class Case:
    """Something to play: everything (`FULL`), or all but one thing.

    key : unique; group : ``full``, ``mechanism``, ``change`` (one of the visitor's) or ``baseline`` (without all of
    them); what : the thing that is not there: a mechanism's name, the path of a dial or lever (``dials.medium_dial``),
    the name of one of the six levers; scenario : without it, None where what is left does not fit together
    """

    key: str
    group: Literal["full", "mechanism", "change", "baseline"]
    what: str
    scenario: Scenario | None


def cases(setup: Setup, world: World) -> list[Case]:
    """Return everything, then all but each mechanism, then all but each change, then the baseline.

    The baseline has a case of its own where there are several changes: without the only one it is the same.

    Raises
    ------
    EcosimError
        When what is set does not fit together.
    """
    whole = setup.scenario(world)
    found = [Case(FULL, "full", "", whole)]
    own = own_levers(world.scenario)
    pulled = [name for name, lever in setup.levers if lever.intensity > 0 and own[name].intensity == 0]
    visitors = {f"{_POLICY}{policy.name}" for policy in whole.policies if policy.lever in pulled}
    found += [
        Case(name, "mechanism", name, scenario)
        for name, scenario in mechanisms(whole).items()
        if name not in visitors  # these are among the changes
    ]
    changes = {f"levers.{name}": _without_lever(setup, name) for name, _ in setup.levers} | {
        path: _without_value(setup, path) for path, _ in setup.values if find_declaration(path).role in ACTED
    }
    found += [Case(f"change: {path}", "change", path, _fitting(rest, world)) for path, rest in changes.items()]
    if len(changes) > 1:
        found.append(Case(BASELINE, "baseline", "", _fitting(setup.baseline(), world)))
    return found


def _without_lever(setup: Setup, name: str) -> Setup:
    return dataclasses.replace(setup, levers=tuple((known, lever) for known, lever in setup.levers if known != name))


def _without_value(setup: Setup, path: str) -> Setup:
    return dataclasses.replace(setup, values=tuple((known, value) for known, value in setup.values if known != path))


def _fitting(setup: Setup, world: World) -> Scenario | None:
    try:
        return setup.scenario(world)
    except EcosimError:
        return None
