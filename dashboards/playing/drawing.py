"""A drawing of the network at the beginning of a run: clusters where their ties pull them, members around them.

The same state gives the same drawing. Reads the state, changes nothing; knows nothing of how it will be shown.
"""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import numpy.typing as npt

from dashboards.playing.record import DRAWN, Network
from ecosim.state import State

__all__ = ["draw"]

Array = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_LINKS = 6_000  # that a browser draws without effort
_SPRUNG = 500  # clusters, up to which a spring layout takes less than half a second
_KINDS = ("firm", "lab", "other")
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))  # radians between two seeds of a sunflower
_ROOM = 1.5  # distance between two neighbouring clusters, in sums of their radii


def draw(state: State, listed: Array) -> Network:
    """Return the drawing of a state.

    Parameters
    ----------
    listed : int64 (clusters,), the place of each cluster in the record's list of places, -1 for one that is not there
    """
    cluster = state.organisations["cluster"].astype(np.int64)
    total, clusters = len(cluster), len(state.clusters)
    owner, partner, far = _ties(state)
    between = cluster[owner] != cluster[partner]
    pairs, counts = _pairs(cluster[owner[between]], cluster[partner[between]], clusters)
    members = np.bincount(cluster, minlength=clusters)
    centres = _spread(pairs, counts, members)
    if total > DRAWN:
        shown = np.flatnonzero((members > 0) & (listed >= 0))
        node = np.full(clusters, -1)
        node[shown] = np.arange(len(shown))
        kept = (node[pairs] >= 0).all(axis=1)
        heaviest = np.flatnonzero(kept)[np.argsort(-counts[kept], kind="stable")][:_LINKS]
        spots = _unit(centres[shown])
        return Network(
            False, *_lists(spots), ["cluster"] * len(shown), listed[shown].tolist(), members[shown].tolist(),
            [(int(a), int(b)) for a, b in node[pairs[heaviest]].tolist()], counts[heaviest].astype(float).tolist(),
        )  # fmt: skip
    spots = _unit(centres[cluster] + _sunflowers(cluster, members))
    chosen = _sample(owner, partner, far & between, between)
    return Network(
        True, *_lists(spots), [_KINDS[kind] for kind in state.organisations["kind"].tolist()],
        listed[cluster].tolist(), [1.0] * total,
        list(zip(owner[chosen].tolist(), partner[chosen].tolist(), strict=True)), [1.0] * len(chosen),
    )  # fmt: skip


def _ties(state: State) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return both ends of every tie, once each, and whether it is of the bridge or the science layer."""
    rows = np.repeat(np.arange(len(state.ties.start) - 1), np.diff(state.ties.start))
    owner, partner = rows // 3, state.ties.partner.astype(np.int64)
    once = owner < partner
    return owner[once], partner[once], (rows % 3 > 0)[once]


def _pairs(first: Array, second: Array, clusters: int) -> tuple[Array, Array]:
    """Return the pairs of clusters that ties join, int64 (P, 2), and how many ties do, int64 (P,)."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    codes, counts = np.unique(low * clusters + high, return_counts=True)
    return np.stack([codes // clusters, codes % clusters], axis=1), counts


def _sample(owner: Array, partner: Array, *first: npt.NDArray[np.bool_]) -> Array:
    """Return the ties that are drawn: those of the first mask before those of the next; the same ones every time."""
    rank = np.full(len(owner), len(first))
    for place in reversed(range(len(first))):
        rank[first[place]] = place
    any_order = np.random.default_rng(0).permutation(len(owner))
    chosen = any_order[np.argsort(rank[any_order], kind="stable")][:_LINKS]
    return np.sort(chosen)


def _spread(pairs: Array, counts: Array, members: Array) -> Floats:
    """Return where clusters stand, in radii of an organisation: pulled by their ties, none upon another."""
    clusters = len(members)
    radii = np.sqrt(np.maximum(members, 1.0))
    if clusters > _SPRUNG or clusters < 3:
        order = np.argsort(-members, kind="stable")
        spots = np.empty((clusters, 2))
        reach = np.sqrt(np.cumsum(np.maximum(members[order], 1.0)) - members[order] / 2) * _ROOM
        angles = np.arange(clusters) * (math.pi if clusters < 3 else _GOLDEN)
        spots[order] = reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return spots
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(clusters))
    # of large clusters many ties are no sign of closeness
    pull = counts / np.sqrt(np.maximum(members[pairs], 1)).prod(axis=1) if len(pairs) else np.zeros(0)
    top = float(pull.max()) if len(pull) else 1.0
    graph.add_weighted_edges_from((int(a), int(b), float(w)) for (a, b), w in zip(pairs, pull / top, strict=True))
    sprung = nx.spring_layout(graph, seed=1, iterations=60)
    spots = np.array([sprung[row] for row in range(clusters)])
    return _apart(spots * _ROOM * math.sqrt(float((radii**2).sum())), radii)


def _apart(spots: Floats, radii: Floats) -> Floats:
    """Push discs that overlap away from one another, until they do not or nearly."""
    wanted = _ROOM * (radii[:, None] + radii[None, :]) / 2 + 1.0
    np.fill_diagonal(wanted, 0.0)
    for _ in range(80):
        offset = spots[:, None, :] - spots[None, :, :]
        distance = np.maximum(np.sqrt((offset**2).sum(axis=2)), 1e-9)
        lack = np.maximum(wanted - distance, 0.0)
        if lack.max() < 0.05 * radii.mean():
            break
        spots = spots + 0.3 * (offset * (lack / distance)[:, :, None]).sum(axis=1)
    return spots


def _sunflowers(cluster: Array, members: Array) -> Floats:
    """Return where organisations stand around the middle of their cluster, evenly as the seeds of a sunflower."""
    order = np.argsort(cluster, kind="stable")
    first = np.cumsum(members) - members
    rank = np.empty(len(cluster))
    rank[order] = np.arange(len(cluster)) - first[cluster[order]]
    angle, reach = rank * _GOLDEN, 0.85 * np.sqrt(rank + 0.5)
    return np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)


def _unit(spots: Floats) -> Floats:
    """Return places scaled into a unit square, without being stretched."""
    low, high = spots.min(axis=0), spots.max(axis=0)
    extent = float((high - low).max())
    return np.asarray(0.5 + (spots - (low + high) / 2) / (extent if extent > 0 else 1.0))


def _lists(spots: Floats) -> tuple[list[float], list[float]]:
    """Return x and y as lists, to four digits: finer than a screen's points."""
    return np.round(spots[:, 0], 4).tolist(), np.round(spots[:, 1], 4).tolist()
