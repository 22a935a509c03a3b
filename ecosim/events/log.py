"""The event log: all sentences of a run in order, and not without end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ecosim.events import knowledge, society
from ecosim.events.words import Event
from ecosim.measures import sector_crossings
from ecosim.state import State

__all__ = ["KINDS", "LIMIT", "event_log"]

LIMIT = 200  # sentences of one kind

# The kinds, in the order in which they stand within a month.
KINDS = (
    "seeded",
    "attractor opens",
    "attractor ends",
    "encounter",  # a month's meeting of two clusters, organised by one of them
    "policy starts",
    "policy ends",
    "policy is spent",
    "first crossing",
    "new generation",
    "family grows",
    "alliance forms",
    "alliances merge",
    "alliance dissolves",
    "alliances of a year",
    "market adopts",
    "start-ups",
    "exits",
    "R passes 1",
    "emergence",
)


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
        knowledge.seeded(state), society.alliances(state, _written(state)), knowledge.crossings(state, table),
        knowledge.generations(state), knowledge.families(state), knowledge.reproduction(state),
        knowledge.emerged(state), society.policies(state), society.markets(state), society.comings_and_goings(state),
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
