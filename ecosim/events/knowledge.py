"""Facts on hybrids: first crossings, generations, families, R and emergence. Derived at the end of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from ecosim.events.words import Event, fact, inventors, where
from ecosim.measures import emergence, hybrids, sector_set
from ecosim.state import State

__all__ = ["crossings", "emerged", "families", "generations", "reproduction", "seeded"]

_FIRST_SIZE = 10  # of a family that is worth a sentence; then every power of ten


def seeded(state: State) -> Iterator[Event]:
    count = int((state.bricks["birth"][hybrids(state)] < 0).sum())
    if count:
        yield fact(0, "seeded", "seeded", count=count)


def crossings(state: State, table: pd.DataFrame) -> Iterator[Event]:
    """The first hybrid of each pair of sectors, in order of birth. (A pair seeded before month 0 has no first.)"""
    made = table[table["first_month"] >= 0].sort_values("first_brick", kind="stable")
    for first, second, brick in zip(made["first_sector"], made["second_sector"], made["first_brick"], strict=True):
        generation = int(state.bricks["generation"][brick])
        yield fact(
            int(state.bricks["birth"][brick]), "first crossing", "first_crossing", where=where(state, brick),
            first=first, second=second, who=inventors(state, brick), generation=generation,
        )  # fmt: skip


def generations(state: State) -> Iterator[Event]:
    rows = hybrids(state)
    rows = rows[state.bricks["birth"][rows] >= 0]
    generations, first = np.unique(state.bricks["generation"][rows], return_index=True)
    for generation, brick in zip(generations.tolist(), rows[first].tolist(), strict=True):
        yield fact(
            int(state.bricks["birth"][brick]), "new generation", "new_generation", where=where(state, brick),
            generation=generation, sectors=sector_set(state, brick), who=inventors(state, brick),
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
        key = "family_grows" if birth >= 0 else "seeded_family_grows"
        yield fact(
            max(int(state.bricks["birth"][brick]), 0), "family grows", key, size=size, birth=birth,
            sectors=sector_set(state, founder), who=inventors(state, founder), where=where(state, founder),
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
            key = "r_rises" if now >= 1 else "r_falls"
            yield fact(month, "R passes 1", key, earlier=earlier, month=month, before=before, now=now)


def emerged(state: State) -> Iterator[Event]:
    month = emergence(state) if state.history.count else None
    if month is not None:
        floor = state.parameters.record.emergence_floor
        yield fact(month, "emergence", "emergence", floor=floor)
