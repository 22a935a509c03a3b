"""Heterogeneous mean field: R from the number of ties of each organisation and nothing else of the network.

Pure arrays; knows no run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["degree_meetings", "degree_reproduction"]

FloatArray = npt.NDArray[np.float64]


def degree_meetings(strength: FloatArray, members: FloatArray, meeting_rate: float) -> FloatArray:
    """Return meetings per month of an organisation of class g with those of class g', float64 (G, G).

    strength : float64 (G,), ties (or their weights) of a member of each class; members : float64 (G,), how many
    An organisation starts `meeting_rate` meetings, each with a partner found in proportion to the partner's ties; and
    is found in proportion to its own, by anybody alike: as in a network without correlations.
    """
    share = members / members.sum()
    relative = strength / float(share @ strength)
    return meeting_rate * (np.outer(np.ones(len(strength)), share * relative) + np.outer(relative, share))


def degree_reproduction(
    strength: FloatArray, meeting_rate: float, core: int, success: float, transmissibility: float, forgetting: float,
    classes: int = 24, levels: int = 40,
) -> float:  # fmt: skip
    """Return R of heterogeneous mean field with crowding: types are classes of organisations of about equal strength.

    strength : float64 (N,); organisations without ties never meet and are left out. Other arguments as for
    `ecosim.reproduction.well_mixed_reproduction`, which this equals when all have the same strength.
    """
    from ecosim.reproduction.crowding import Carriers, Operator

    values, heads = np.unique(strength[strength > 0], return_counts=True)
    # the strongest tenth holds much of what heterogeneity does: cut by strength held and by heads, half and half
    rank = sum((np.cumsum(weight) - weight / 2) / weight.sum() for weight in (values * heads, heads.astype(np.float64)))
    label = np.repeat(np.minimum((rank / 2.0 * classes).astype(np.int64), classes - 1), heads)
    ordered = np.repeat(values, heads)
    members = np.bincount(label, minlength=classes).astype(np.float64)
    mean = np.bincount(label, ordered, classes)[members > 0] / members[members > 0]
    meetings = degree_meetings(mean, members[members > 0], meeting_rate)
    groups = len(mean)
    start = np.tile(np.eye(1, levels), (groups, 1))
    carriers = Carriers(meetings.sum(axis=1) * success, np.zeros(groups), forgetting, core, start)
    operator = Operator(
        carriers, meetings, meetings, np.ones((groups, 1)), np.full((1, 1, 1), success), transmissibility
    )
    return float(operator.leading()[0])
