"""Sentences on hybrids: first crossings, generations, families, R and emergence. Derived at the end of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from ecosim.events.words import Event, counted, listed, where, who
from ecosim.measures import emergence, hybrids, sector_set
from ecosim.state import State

__all__ = ["crossings", "emerged", "families", "generations", "reproduction", "seeded"]

_FIRST_SIZE = 10  # of a family that is worth a sentence; then every power of ten


def seeded(state: State) -> Iterator[Event]:
    count = int((state.bricks["birth"][hybrids(state)] < 0).sum())
    if count:
        yield Event(0, "seeded", f"{counted(count, 'hybrid is', 'hybrids are')} there from the beginning.")


def crossings(state: State, table: pd.DataFrame) -> Iterator[Event]:
    """The first hybrid of each pair of sectors, in order of birth. (A pair seeded before month 0 has no first.)"""
    made = table[table["first_month"] >= 0].sort_values("first_brick", kind="stable")
    for first, second, brick in zip(made["first_sector"], made["second_sector"], made["first_brick"], strict=True):
        generation = int(state.bricks["generation"][brick])
        yield Event(
            int(state.bricks["birth"][brick]), "first crossing",
            f"{where(state, brick)}: first hybrid of {first} and {second}, by {who(state, brick)}, "
            f"generation {generation}.",
        )  # fmt: skip


def generations(state: State) -> Iterator[Event]:
    rows = hybrids(state)
    rows = rows[state.bricks["birth"][rows] >= 0]
    generations, first = np.unique(state.bricks["generation"][rows], return_index=True)
    for generation, brick in zip(generations.tolist(), rows[first].tolist(), strict=True):
        yield Event(
            int(state.bricks["birth"][brick]), "new generation",
            f"{where(state, brick)}: first hybrid of generation {generation} ({listed(sector_set(state, brick))}), "
            f"by {who(state, brick)}.",
        )  # fmt: skip


def families(state: State) -> Iterator[Event]:
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


def reproduction(state: State) -> Iterator[Event]:
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


def emerged(state: State) -> Iterator[Event]:
    month = emergence(state) if state.history.count else None
    if month is not None:
        floor = state.parameters.record.emergence_floor
        yield Event(
            month, "emergence",
            "Hybrids begin to feed on each other (T*): for a year from here, each makes one more at least (cohort R), "
            f"and more than {floor:g} recombinant hybrids are born per organisation and year.",
        )  # fmt: skip


def _r(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.2f}"
