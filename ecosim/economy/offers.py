"""Offers: how one comes on sale, and who stands behind it. No rule of when."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.state import State

__all__ = ["put_on_sale", "staff_behind", "withdraw"]


def put_on_sale(state: State, seller: Array, brick: Array) -> None:
    """Let firms (rows, each once, with room for an offer) sell a brick each, for the alliance that they are in now.

    An offer is on sale on every market at home; abroad is decided month by month.
    """
    organisations, offers = state.organisations, state.offers
    rows = offers.append(len(seller))
    offers["brick"][rows], offers["seller"][rows] = brick, seller
    offers["alliance"][rows] = organisations["alliance"][seller]
    offers["launched"][rows], offers["withdrawn"][rows] = state.month, -1
    offers["served"][rows] = ~state.markets["abroad"]
    organisations["offers"][seller, np.argmax(organisations["offers"][seller] < 0, axis=1)] = brick


def withdraw(state: State, rows: Array) -> None:
    """Take offers (rows, all live) from the markets; their sellers have room again."""
    organisations, offers = state.organisations, state.offers
    offers["withdrawn"][rows] = state.month
    seller = offers["seller"][rows]
    offer, slot = np.nonzero(organisations["offers"][seller] == offers["brick"][rows][:, None])
    organisations["offers"][seller[offer], slot] = -1


def staff_behind(state: State, rows: Array) -> Array:
    """Return the employees (float64) of each offer's seller, of its whole alliance where it sells for one."""
    organisations, offers = state.organisations, state.offers
    employees, alliance = organisations["employees"], offers["alliance"][rows]
    member = np.flatnonzero(organisations["alliance"] >= 0)
    joint = np.bincount(organisations["alliance"][member], employees[member], minlength=len(state.alliances) + 1)
    return np.where(alliance >= 0, joint[alliance], employees[offers["seller"][rows]])
