"""How an alliance begins, merges and ends: its row, its capital, its members and its offers. No rule of when."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.state import Fact, State
from ecosim.streams import identity

__all__ = ["dissolve", "end", "establish", "merge"]


def establish(state: State, one: int, other: int) -> int:
    """Add the row of an alliance that two firms (rows) establish, towards their common vision; return it.

    Members and capital are the caller's to bring in.
    """
    alliances = state.alliances
    row = alliances.append(1).start
    alliances["identity"][row] = identity(f"alliance {row}")
    alliances["founded"][row] = state.month
    alliances["ended"][row] = -1
    alliances["vision"][row] = state.organisations["vision"][one]
    alliances["trust"][row] = np.nan
    vision = state.attractors.name[int(state.organisations["vision"][one])]
    names = [state.organisation_title(firm) for firm in (one, other)]
    state.tell("alliance forms", "alliance_forms", alliance=row + 1, firms=names, vision=vision)
    return int(row)


def merge(state: State, first: int, second: int, members: Array, cost: float) -> None:
    """Let the second alliance (row) and its members (rows, int64) become part of the first; both pay `cost`, k€."""
    alliances = state.alliances
    state.tell("alliances merge", "alliances_merge", alliance=second + 1, into=first + 1)
    alliances["capital"][first] += alliances["capital"][second] - cost
    alliances["capital"][second] = 0.0
    end(state, second, members, f"merged into alliance {first + 1}")
    state.memberships += [(state.month, first, int(firm), "joined") for firm in members]
    state.offers["alliance"][state.offers["alliance"] == second] = first


def dissolve(state: State, row: int, reason: str) -> None:
    """End an alliance: each member takes an equal part of its capital (of its debt, when it is in debt).

    Without members, owners take what is left and creditors bear what is missing. Whoever sells goes on alone.
    """
    alliances, organisations, offers = state.alliances, state.organisations, state.offers
    members = np.flatnonzero(organisations["alliance"] == row)
    capital = float(alliances["capital"][row])
    if len(members):
        organisations["capital"][members] += capital / len(members)
    else:
        state.ledger.pay("dividends" if capital > 0 else "creditors", -capital)
    alliances["capital"][row] = 0.0
    end(state, row, members, f"dissolved: {reason}")
    organisations["alliance"][members] = -1
    offers["alliance"][offers["alliance"] == row] = -1
    firms = Fact("firms", {"count": len(members)})
    state.tell("alliance dissolves", "alliance_dissolves", alliance=row + 1, firms=firms, reason=reason)


def end(state: State, row: int, members: Array, what: str) -> None:
    """Write down that an alliance is no more, and for each of its members (rows, int64) what happened to it."""
    state.alliances["ended"][row] = state.month
    state.alliances["members"][row] = 0
    state.memberships += [(state.month, row, int(member), what) for member in members]
