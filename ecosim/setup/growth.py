"""Ties of organisations that enter later: a new table with the old ties and the new."""

from __future__ import annotations

import numpy as np

from ecosim.columns import Array
from ecosim.kernels.ties import find_mirror, insert_ties, present
from ecosim.state import Ties

__all__ = ["add_ties"]


def add_ties(ties: Ties, organisations: int, layer: Array, one: Array, other: Array, trust: float, pull: float) -> Ties:
    """Return the ties and, beside them, new ones of weight 1. The given table is left as it is.

    Rows that get no new tie keep their shares to the bit. Places of ties move: call it when no process of the month
    needs `meetings.tie` any more (after trust, before the next meet).

    Parameters
    ----------
    ties : changeable ties (`ecosim.setup.medium.make_changeable`)
    organisations : how many there are now, as many as before or more
    layer, one, other : whole numbers (n,), layer 0 to 2 and the two ends of each new tie, in any order; what is there
        already in that layer, comes twice or leads to itself is dropped
    trust : of the new ties, 0 to 1; pull : the parameter ``trust.trust_pull``, 0 when trust is off

    Raises
    ------
    ValueError
        When the ties are not changeable, the table would shrink, or an end or a layer does not exist.
    """
    layer, one, other = (np.asarray(values, np.int64).ravel() for values in np.broadcast_arrays(layer, one, other))
    rows = 3 * organisations
    if len(ties.mirror) != len(ties.partner):
        raise ValueError("ties without mirror: make them changeable first (ecosim.setup.medium.make_changeable)")
    if rows < len(ties.start) - 1:
        raise ValueError(f"organisations = {organisations}: the table already has {(len(ties.start) - 1) // 3}")
    ends = np.concatenate([one, other])
    if len(ends) and (ends.min() < 0 or ends.max() >= organisations or layer.min() < 0 or layer.max() > 2):
        raise ValueError(f"new ties: ends must lie in 0 to {organisations - 1} and layers in 0 to 2")
    row = np.concatenate([3 * one + layer, 3 * other + layer])
    to = np.concatenate([other, one])
    new = (row // 3 != to) & ~present(row, to, ties.start, ties.partner)
    keys = np.unique(row[new] * organisations + to[new])  # each end once, in order of (row, other end)
    start, partner, cumulative, weight, trusted = insert_ties(
        ties.start, ties.partner, ties.cumulative, ties.weight, ties.trust, rows, keys // organisations,
        keys % organisations, trust, pull,
    )  # fmt: skip
    return Ties(start, partner, cumulative, weight, trusted, find_mirror(start, partner))
