"""What sentences share: an event, who made a brick and where, enumerations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ecosim.events.telling import Name, teller
from ecosim.state import Fact, State

__all__ = ["Event", "fact", "inventors", "listed", "named", "where", "who"]


class Event(NamedTuple):
    """What happened in a month: the kind, and a fact (or a sentence, of a process of the user's own)."""

    month: int
    kind: str
    what: Fact | str


def fact(month: int, kind: str, key: str, /, **values: object) -> Event:
    """Return an event that is told by the sentence of a key."""
    return Event(month, kind, Fact(key, values))


def _inventors(state: State, brick: int) -> list[int]:
    return [int(row) for row in state.bricks["inventors"][brick] if row >= 0]


def inventors(state: State, brick: int) -> list[Name]:
    """Return the names of a brick's inventors; of one without a name its kind and row."""
    return [state.organisation_title(row) for row in _inventors(state, brick)]


def who(state: State, brick: int, language: str = "en") -> str:
    """Return the names of a brick's inventors, in words."""
    return named(inventors(state, brick), language)


def named(names: Sequence[Name], language: str = "en") -> str:
    """Return the names of organisations in words; those without one by their kind and row."""
    return teller(language).format("{:all}", names)


def where(state: State, brick: int) -> str:
    """Return the names of the inventors' clusters."""
    rows = state.organisations["cluster"][_inventors(state, brick)]
    return " × ".join(dict.fromkeys(state.cluster_names[row] for row in rows))


def listed(names: list[str], language: str = "en") -> str:
    """Return names as an enumeration; the first few of many."""
    return teller(language).format("{:some}", names)
