"""Words that sentences share: an event, who made a brick and where, enumerations and counts."""

from __future__ import annotations

from typing import NamedTuple

from ecosim.state import State

__all__ = ["Event", "counted", "listed", "where", "who"]

_MOST_NAMES = 4  # of sectors in one sentence


class Event(NamedTuple):
    """What happened in a month: the kind, and a sentence."""

    month: int
    kind: str
    sentence: str


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


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
