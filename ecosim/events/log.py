"""The event log: all sentences of a run in order, and not without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

import numpy as np
import pandas as pd

from ecosim.events import knowledge, society
from ecosim.events.telling import teller
from ecosim.events.words import Event, fact
from ecosim.measures import sector_crossings
from ecosim.state import Fact, State

__all__ = ["KINDS", "LIMIT", "event_log"]

LIMIT = 200  # sentences of one kind
MEETS = " meets "  # in the name of an encounter that a cluster organises (see `Attract`)

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


def event_log(state: State, crossings: pd.DataFrame | None = None, language: str = "en") -> pd.DataFrame:
    """Return what happened, by month: int64 month, str kind (one of `KINDS`, or a process's own), str sentence.

    Of each kind the first `LIMIT` are kept; a last sentence says how many more there were.

    Parameters
    ----------
    crossings : the table of `measures.sector_crossings`, for a caller that has it already
    language : of the sentences, one of `LANGUAGES`; kinds stay the same in all (`kind_words` tells them). What a
    process of the user's own wrote is told as it is

    Raises
    ------
    ParameterError
        When the language is not known.
    """
    words = teller(language)
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
            "sentence": pd.Series([words.tell(event.what) for event in found], dtype="str"),
        }
    )


def _bounded(kind: str, events: list[Event]) -> list[Event]:
    if len(events) <= LIMIT:
        return events
    rest = events[LIMIT:]
    return [*events[:LIMIT], Event(rest[0].month, kind, Fact("more", {"count": len(rest), "kind": kind}))]


def _written(state: State) -> Iterator[Event]:
    """What was written in the run itself; an encounter of a single month is a cluster's own, and there may be many."""
    attractors = state.attractors
    brief = {
        attractors.name[k]
        for k in range(len(attractors))
        if attractors.kind[k] == "encounter" and attractors.end[k] - attractors.start[k] == 1
    }
    for month, kind, what in state.events:
        yield _encounter(state, month, what) if _opens(what, brief) else Event(month, kind, what)


def _opens(what: Fact | str, encounters: set[str]) -> TypeGuard[Fact]:
    """Return whether one of these encounters opens."""
    if not isinstance(what, Fact) or what.key != "attractor_opens":
        return False
    return what.values["what"] == "encounter" and what.values["name"] in encounters


def _encounter(state: State, month: int, opening: Fact) -> Event:
    """Return an encounter of clusters by their names, where its own name says who meets whom."""
    parts = str(opening.values["name"]).split(MEETS)
    for place in range(1, len(parts)):
        host, guest = MEETS.join(parts[:place]), MEETS.join(parts[place:])
        if host in state.cluster_names and guest in state.cluster_names:
            return fact(month, "encounter", "clusters_meet", host=host, guest=guest)
    return Event(month, "encounter", opening)
