"""What is compared: the baseline, what is set now and what was kept, all under the assumptions that are set now.

An assumption belongs to the world that all entries share: changing it moves all of them. Levers belong to an entry:
changing one moves that one. Dials belong to an entry too, or to all: what a lever does where the dials are set is not
told by a comparison with the story, whose dials stand elsewhere. Knows nothing of Solara, nor of runs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboards.keeping import MOST
from dashboards.setup import ACTED, Setup, World
from ecosim import Scenario
from ecosim.errors import EcosimError
from ecosim.parameters import find_declaration

__all__ = ["BASELINE", "NOW", "Entry", "acted", "entries", "key", "uncosted", "under", "usual"]

BASELINE, NOW = "baseline", "now"  # ids of the two entries that nobody has named


@dataclass(frozen=True)
class Entry:
    """One scenario of the comparison.

    id : ``baseline``, ``now``, or the place among what was kept as text; name : that was given to it, "" for the first
    two; setup : as it is played; scenario : the same, to be played, None when it was refused, and why in `problem`
    key : of the scenario: equal for entries that play the same; dials : whether its dials may tell it from the baseline
    """

    id: str
    name: str
    setup: Setup
    scenario: Scenario | None
    key: str
    problem: str = ""
    dials: bool = True


def acted(setup: Setup, dials: bool = True) -> tuple[tuple[str, bool | int | float], ...]:
    """Return the levers among the parameters that differ from the world's own, and the dials, if wanted."""
    roles = ACTED if dials else ("lever",)
    return tuple((path, value) for path, value in setup.values if find_declaration(path).role in roles)


def uncosted(entry: Entry) -> tuple[str, ...]:
    """Return the paths of what tells an entry from the baseline and has no cost: dials, encounters, bridges."""
    return tuple(path for path, _ in acted(entry.setup, entry.dials))


def usual(now: Setup) -> bool:
    """Whether dials usually tell entries from the baseline: not where levers are pulled beside them."""
    levers = bool(now.levers or acted(now, dials=False))
    return not (levers and len(acted(now)) > len(acted(now, dials=False)))


def under(kept: Setup, now: Setup, dials: bool = True) -> Setup:
    """Return a kept setup's levers, and its dials if wanted, under what all share now."""
    values = tuple(sorted((*now.baseline(dials).values, *acted(kept, dials))))
    return dataclasses.replace(now, values=values, levers=kept.levers)


def entries(now: Setup, kept: Sequence[tuple[str, Setup]], world: World, dials: bool = True) -> list[Entry]:
    """Return what is compared, the baseline first.

    now : what is set, of `world`; kept : names and setups, of any world: those of others are left out, and all beyond
    the first five. What is set now is left out where it plays like the baseline or like one that was kept.
    dials : False where all, the baseline too, have the dials that are set now
    """
    first = _entry(BASELINE, "", now.baseline(dials), world, dials)
    named = [
        _entry(str(place), name, under(setup, now, dials), world, dials)
        for place, (name, setup) in enumerate(kept)
        if setup.world == now.world
    ][:MOST]
    present = _entry(NOW, "", under(now, now, dials), world, dials)
    known = {first.key, *(entry.key for entry in named)}
    return [first, *([] if present.key in known else [present]), *named]


def key(scenario: Scenario) -> str:
    """Return the same text for scenarios that play the same, another one for others; files by name, size and date."""
    files = (scenario.clusters_file, scenario.organisations_file, scenario.ties_file)
    dates = [(found.st_size, found.st_mtime_ns) for file in files if file is not None and (found := _stat(file))]
    return hashlib.sha256(repr((scenario, dates)).encode()).hexdigest()[:32]


def _stat(file: Path) -> os.stat_result | None:
    with contextlib.suppress(OSError):
        return Path(file).stat()
    return None


def _entry(place: str, name: str, setup: Setup, world: World, dials: bool) -> Entry:
    try:
        scenario = setup.scenario(world)
    except EcosimError as problem:  # dials of then may not fit the assumptions of now
        return Entry(place, name, setup, None, f"refused {setup.values!r} {setup.levers!r}", str(problem), dials)
    return Entry(place, name, setup, scenario, key(scenario), dials=dials)
