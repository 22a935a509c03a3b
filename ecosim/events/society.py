"""Sentences on alliances, policies, markets, start-ups and exits: few, however large the ecosystem.

Who joined which alliance, and when, stands in the table of memberships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from ecosim.events.words import Event, counted
from ecosim.state import State

__all__ = ["FEW", "alliances", "comings_and_goings", "markets", "policies"]

FEW = 12  # sentences of one kind on alliances; beyond, they are counted by year
_YEAR = 12
_ALLIANCES = ("alliance forms", "alliances merge", "alliance dissolves")
_ENOUGH = 1.0 - 1e-9  # of a budget: it is paid out in parts, whose sum is rounded


def alliances(state: State, written: Iterable[Event]) -> Iterator[Event]:
    """Pass on what was written while the run was played; where alliances are many, count them by year.

    The first of each kind is told in any case.
    """
    told = list(written)
    number = Counter(event.kind for event in told)
    crowded = any(number[kind] > FEW for kind in _ALLIANCES)
    seen: set[str] = set()
    for event in told:
        if not crowded or event.kind not in _ALLIANCES or event.kind not in seen:
            yield event
        seen.add(event.kind)
    if not crowded:
        return
    by_year = Counter((event.month // _YEAR, event.kind) for event in told)
    last = state.history.count - 1
    for year in sorted({year for year, kind in by_year if kind in _ALLIANCES}):
        formed, merged, ended = (by_year[year, kind] for kind in _ALLIANCES)
        month = max(min((year + 1) * _YEAR - 1, last), 0)
        parts = [
            counted(number, f"{'alliance ' * (place == 0)}{one}", f"{'alliances ' * (place == 0)}{many}")
            for place, (number, one, many) in enumerate(
                part
                for part in (
                    (formed, "forms", "form"),
                    (merged, "merges into another", "merge into others"),
                    (ended, "dissolves", "dissolve"),
                )
                if part[0]
            )
        ]
        there = _there(state, month)
        yield Event(
            month, "alliances of a year",
            f"In months {year * _YEAR} to {month}, {_listed(parts)}; {counted(there, 'is', 'are')} there at the end.",
        )  # fmt: skip


def policies(state: State) -> Iterator[Event]:
    """When each policy starts, ends, and has spent its budget; the same of programmes of acculturation."""
    if not state.parameters.mechanisms.policies:
        return
    table = state.policies
    for row, name in enumerate(state.policy_names):
        start, end, budget = int(table["start"][row]), int(table["end"][row]), float(table["budget"][row])
        if start < state.month:
            limit = "" if np.isinf(budget) else f", budget {_money(budget)}"
            yield Event(start, "policy starts", f"The policy “{name}” starts{limit}.")
        if start < end < state.month:
            yield Event(end, "policy ends", f"The policy “{name}” ends.")
        spent = state.history.account(f"spent: {name}") if state.history.accounts else np.zeros(0)
        gone = np.flatnonzero(spent >= budget * _ENOUGH) if budget > 0 else np.zeros(0, np.int64)
        if len(gone):
            yield Event(int(gone[0]), "policy is spent", f"The policy “{name}” has spent its {_money(budget)}.")
    for programme in state.acculturations if state.parameters.mechanisms.frames else ():
        market = state.market_names[programme.market]
        if programme.start < state.month:
            yield Event(
                programme.start, "policy starts",
                f"The programme “{programme.name}” starts to acculturate the market “{market}”.",
            )  # fmt: skip
        if programme.start < programme.end < state.month:
            yield Event(programme.end, "policy ends", f"The programme “{programme.name}” ends.")


def markets(state: State) -> Iterator[Event]:
    """When new offers first meet a tenth, and when they meet half, of what a market's customers need."""
    if not state.history.accounts:
        return
    columns = state.markets
    for row, name in enumerate(state.market_names):
        all_needs = float(columns["customers"][row] * columns["needs"][row])
        met = state.history.account(f"adoptions: {name}") / max(all_needs, 1e-300)
        for share, words in ((0.1, "a tenth"), (0.5, "half")):
            months = np.flatnonzero(met >= share)
            if len(months):
                yield Event(
                    int(months[0]), "market adopts", f"Offers now meet {words} of the needs on the market “{name}”."
                )


def comings_and_goings(state: State) -> Iterator[Event]:
    """How many start-ups were founded and how many organisations left, year by year."""
    if not state.history.accounts:
        return
    for name, kind, one, many in (
        ("entries", "start-ups", "start-up is founded", "start-ups are founded"),
        ("exits", "exits", "organisation leaves", "organisations leave"),
    ):
        monthly = state.history.account(name)
        for first in range(0, len(monthly), _YEAR):
            number = int(monthly[first : first + _YEAR].sum())
            last = min(first + _YEAR, len(monthly)) - 1
            if number:
                yield Event(last, kind, f"In months {first} to {last}, {counted(number, one, many)}.")


def _there(state: State, month: int) -> int:
    """Return how many alliances there are at the end of a month."""
    founded, ended = state.alliances["founded"], state.alliances["ended"]
    return int(((founded <= month) & ((ended < 0) | (ended > month))).sum())


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _money(amount: float) -> str:
    """Return k€ in words."""
    return f"{amount / 1000:,.3g} M€" if amount >= 1000 else f"{amount:,.3g} k€"
