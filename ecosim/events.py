"""What happened, in sentences: a table of (month, kind, sentence) for a reader who wants the story of a run.

Reads the state, changes nothing. Attractors write their own sentences while the run is played; the rest is derived
from the bricks and the evaluations at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from ecosim.measures import emergence, hybrids, sector_crossings, sector_set
from ecosim.state import State

__all__ = ["KINDS", "LIMIT", "event_log", "listed", "where", "who"]

LIMIT = 200  # sentences of one kind
_MOST_NAMES = 4  # of sectors in one sentence
_FIRST_SIZE = 10  # of a family that is worth a sentence; then every power of ten

# The kinds, in the order in which they stand within a month.
KINDS = (
    "seeded",
    "attractor opens",
    "attractor ends",
    "encounter",  # a month's meeting of two clusters, organised by one of them
    "first crossing",
    "new generation",
    "family grows",
    "R passes 1",
    "emergence",
)


class Event(NamedTuple):
    month: int
    kind: str
    sentence: str


def event_log(state: State, crossings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what happened, by month: int64 month, str kind (one of `KINDS`, or a process's own), str sentence.

    Of each kind the first `LIMIT` are kept; a last sentence says how many more there were.

    Parameters
    ----------
    crossings : the table of `measures.sector_crossings`, for a caller that has it already
    """
    table = sector_crossings(state) if crossings is None else crossings
    found: list[Event] = []
    for events in (
        _seeded(state), _written(state), _crossings(state, table), _generations(state), _families(state),
        _reproduction(state), _emergence(state),
    ):  # fmt: skip
        by_kind: dict[str, list[Event]] = {}
        for event in events:
            by_kind.setdefault(event.kind, []).append(event)
        for kind, several in by_kind.items():
            found += _bounded(kind, several)
    order = {kind: place for place, kind in enumerate(KINDS)}
    found.sort(key=lambda event: (event.month, order.get(event.kind, -1)))
    return pd.DataFrame(
        {
            "month": np.array([event.month for event in found], np.int64),
            "kind": pd.Series([event.kind for event in found], dtype="str"),
            "sentence": pd.Series([event.sentence for event in found], dtype="str"),
        }
    )


def _bounded(kind: str, events: list[Event]) -> list[Event]:
    if len(events) <= LIMIT:
        return events
    rest = events[LIMIT:]
    sentence = f"… and {len(rest):,} more events of the kind “{kind}” from here on, which are not listed."
    return [*events[:LIMIT], Event(rest[0].month, kind, sentence)]


# -- the sentences --------------------------------------------------------------------------------------------


def _seeded(state: State) -> Iterator[Event]:
    count = int((state.bricks["birth"][hybrids(state)] < 0).sum())
    if count:
        yield Event(0, "seeded", f"{_count(count, 'hybrid is', 'hybrids are')} there from the beginning.")


def _written(state: State) -> Iterator[Event]:
    """The sentences of the run itself; an encounter of a single month is a cluster's own, and there may be many."""
    attractors = state.attractors
    brief = {
        f"The {attractors.kind[k]} “{attractors.name[k]}” opens."
        for k in range(len(attractors))
        if attractors.kind[k] == "encounter" and attractors.end[k] - attractors.start[k] == 1
    }
    for month, kind, sentence in state.events:
        yield Event(month, "encounter" if sentence in brief else kind, sentence)


def _crossings(state: State, table: pd.DataFrame) -> Iterator[Event]:
    """The first hybrid of each pair of sectors, in order of birth. (A pair seeded before month 0 has no first.)"""
    made = table[table["first_month"] >= 0].sort_values("first_brick", kind="stable")
    for first, second, brick in zip(made["first_sector"], made["second_sector"], made["first_brick"], strict=True):
        generation = int(state.bricks["generation"][brick])
        yield Event(
            int(state.bricks["birth"][brick]), "first crossing",
            f"{where(state, brick)}: first hybrid of {first} and {second}, by {who(state, brick)}, "
            f"generation {generation}.",
        )  # fmt: skip


def _generations(state: State) -> Iterator[Event]:
    rows = hybrids(state)
    rows = rows[state.bricks["birth"][rows] >= 0]
    generations, first = np.unique(state.bricks["generation"][rows], return_index=True)
    for generation, brick in zip(generations.tolist(), rows[first].tolist(), strict=True):
        yield Event(
            int(state.bricks["birth"][brick]), "new generation",
            f"{where(state, brick)}: first hybrid of generation {generation} ({listed(sector_set(state, brick))}), "
            f"by {who(state, brick)}.",
        )  # fmt: skip


def _families(state: State) -> Iterator[Event]:
    """When the largest family passes 10, 100, 1,000 ... hybrids, its founder counted."""
    rows = hybrids(state)
    if len(rows) == 0:
        return
    family = state.bricks["family"][rows]
    order = np.argsort(family, kind="stable")
    starts = np.flatnonzero(np.diff(family[order], prepend=-1))
    place = np.empty(len(rows), np.int64)  # of each hybrid in its family, 1 for the founder
    sizes = np.diff(np.append(starts, len(rows)))
    place[order] = np.arange(len(rows)) - np.repeat(starts, sizes) + 1
    size = _FIRST_SIZE
    while size <= place.max():
        brick = int(rows[np.flatnonzero(place == size)[0]])
        founder = int(state.bricks["family"][brick])
        birth = int(state.bricks["birth"][founder])
        since = f"founded in month {birth}" if birth >= 0 else "there from the beginning"
        yield Event(
            max(int(state.bricks["birth"][brick]), 0), "family grows",
            f"A family of hybrids reaches {size:,} members: that of {listed(sector_set(state, founder))}, {since} by "
            f"{who(state, founder)} ({where(state, founder)}).",
        )  # fmt: skip
        size *= 10


def _reproduction(state: State) -> Iterator[Event]:
    """R (theoretical) passing 1, up or down, between two evaluations."""
    known = [
        (int(row["month"]), float(row["r_theoretical"]))
        for row in state.history.evaluations
        if not math.isnan(row.get("r_theoretical", math.nan))
    ]
    for (earlier, before), (month, now) in pairwise(known):
        if (before >= 1) != (now >= 1):
            way = "rises above" if now >= 1 else "falls below"
            yield Event(
                month, "R passes 1",
                f"R {way} 1 between months {earlier} and {month}: {_r(before)} before, {_r(now)} now (theoretical).",
            )  # fmt: skip


def _emergence(state: State) -> Iterator[Event]:
    month = emergence(state) if state.history.count else None
    if month is not None:
        floor = state.parameters.record.emergence_floor
        yield Event(
            month, "emergence",
            "Hybrids begin to feed on each other (T*): for a year from here, each makes one more at least (cohort R), "
            f"and more than {floor:g} recombinant hybrids are born per organisation and year.",
        )  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------------


def _inventors(state: State, brick: int) -> list[int]:
    return [int(row) for row in state.bricks["inventors"][brick] if row >= 0]


def who(state: State, brick: int) -> str:
    """Return the names of a brick's inventors."""
    names = [state.organisation_name(row) for row in _inventors(state, brick)]
    return " and ".join(names) or "nobody"


def where(state: State, brick: int) -> str:
    """Return the names of the inventors' clusters."""
    rows = state.organisations["cluster"][_inventors(state, brick)]
    return " × ".join(dict.fromkeys(state.cluster_names[row] for row in rows))


def listed(names: list[str]) -> str:
    """Return names as an enumeration; the first few of many."""
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[: _MOST_NAMES - 1])} and {len(names) - _MOST_NAMES + 1} more sectors"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _r(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.2f}"
