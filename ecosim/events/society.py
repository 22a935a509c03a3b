"""Facts on alliances, policies, markets, start-ups and exits: few, however large the ecosystem.

Who joined which alliance, and when, stands in the table of memberships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from ecosim.events.words import Event, fact
from ecosim.state import Fact, State

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
        changes = [Fact("alliances_form", {"count": formed})] if formed else []
        for count, key in ((merged, "alliances_merge"), (ended, "alliances_dissolve")):
            if count:
                changes.append(Fact(f"{key}_{'too' if changes else 'first'}", {"count": count}))
        yield fact(
            month, "alliances of a year", "alliances_of_a_year", first=year * _YEAR, last=month, changes=changes,
            there=Fact("alliances_there", {"count": _there(state, month)}),
        )  # fmt: skip


def policies(state: State) -> Iterator[Event]:
    """When each policy starts, ends, and has spent its budget; the same of programmes of acculturation."""
    if not state.parameters.mechanisms.policies:
        return
    table = state.policies
    for row, name in enumerate(state.policy_names):
        start, end, budget = int(table["start"][row]), int(table["end"][row]), float(table["budget"][row])
        if start < state.month:
            key = "policy_starts" if np.isinf(budget) else "policy_starts_with_budget"
            yield fact(start, "policy starts", key, name=name, budget=budget)
        if start < end < state.month:
            yield fact(end, "policy ends", "policy_ends", name=name)
        spent = state.history.account(f"spent: {name}") if state.history.accounts else np.zeros(0)
        gone = np.flatnonzero(spent >= budget * _ENOUGH) if budget > 0 else np.zeros(0, np.int64)
        if len(gone):
            yield fact(int(gone[0]), "policy is spent", "policy_is_spent", name=name, budget=budget)
    for programme in state.acculturations if state.parameters.mechanisms.frames else ():
        market = state.market_names[programme.market]
        if programme.start < state.month:
            yield fact(programme.start, "policy starts", "programme_starts", name=programme.name, market=market)
        if programme.start < programme.end < state.month:
            yield fact(programme.end, "policy ends", "programme_ends", name=programme.name)


def markets(state: State) -> Iterator[Event]:
    """When new offers first meet a tenth, and when they meet half, of what a market's customers need."""
    if not state.history.accounts:
        return
    columns = state.markets
    for row, name in enumerate(state.market_names):
        all_needs = float(columns["customers"][row] * columns["needs"][row])
        met = state.history.account(f"adoptions: {name}") / max(all_needs, 1e-300)
        for share, words in ((0.1, "tenth"), (0.5, "half")):
            months = np.flatnonzero(met >= share)
            if len(months):
                yield fact(int(months[0]), "market adopts", "market_adopts", share=words, market=name)


def comings_and_goings(state: State) -> Iterator[Event]:
    """How many start-ups were founded and how many organisations left, year by year."""
    if not state.history.accounts:
        return
    for name, kind, key in (("entries", "start-ups", "start_ups"), ("exits", "exits", "exits")):
        monthly = state.history.account(name)
        for first in range(0, len(monthly), _YEAR):
            number = int(monthly[first : first + _YEAR].sum())
            last = min(first + _YEAR, len(monthly)) - 1
            if number:
                yield fact(last, kind, key, first=first, last=last, count=number)


def _there(state: State, month: int) -> int:
    """Return how many alliances there are at the end of a month."""
    founded, ended = state.alliances["founded"], state.alliances["ended"]
    return int(((founded <= month) & ((ended < 0) | (ended > month))).sum())
