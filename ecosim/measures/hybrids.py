"""Hybrids, measured: cascades, families, and which sectors they join."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.state import State

__all__ = ["cascade_sizes", "family_tree", "hybrids", "sector_crossings", "sector_set", "sectors_of"]

Array = npt.NDArray[Any]


def hybrids(state: State) -> Array:
    """Return the rows of all hybrids, int64, in order of birth."""
    return np.flatnonzero(state.bricks["generation"] > 0)


def cascade_sizes(state: State) -> Array:
    """Return the number of hybrids in each family that has any, largest first (int64)."""
    families = state.bricks["family"][hybrids(state)]
    sizes = np.bincount(families) if len(families) else np.zeros(0, np.int64)
    return np.sort(sizes[sizes > 0])[::-1]


def family_tree(state: State, founder: int | None = None) -> nx.DiGraph[int]:
    """Return a family of hybrids as a directed graph, parent to child, of the largest family when none is named.

    Nodes are rows of bricks, with their generation, birth month and sectors. A child stands in the family of its
    leading parent (the hybrid of the higher generation); arcs lead from both parents when both are of the family.
    """
    rows = hybrids(state)
    family = state.bricks["family"]
    tree: nx.DiGraph[int] = nx.DiGraph()
    if len(rows) == 0:
        return tree
    if founder is None:
        founder = int(np.bincount(family[rows]).argmax())
    members = rows[family[rows] == founder]
    known = set(members.tolist())
    for row in members.tolist():
        tree.add_node(
            row,
            generation=int(state.bricks["generation"][row]),
            birth=int(state.bricks["birth"][row]),
            sectors=sector_set(state, row),
        )
    for row in members.tolist():
        for parent in state.bricks["parents"][row].tolist():
            if parent in known:
                tree.add_edge(parent, row)
    return tree


def sector_set(state: State, brick: int) -> list[str]:
    """Return the names of a brick's sectors."""
    return sectors_of(state, int(state.bricks["sectors"][brick]))


def sectors_of(state: State, mask: int) -> list[str]:
    """Return the names of the sectors in a bit mask."""
    return [name for s, name in enumerate(state.sector_names) if mask >> s & 1]


def sector_crossings(state: State) -> pd.DataFrame:
    """Return, for each pair of sectors, the number of hybrids that hold both and the month of the first.

    Columns: first_sector, second_sector, hybrids, first_month, first_brick; most frequent first.
    """
    rows = hybrids(state)
    # few sector sets, many hybrids: count the sets first (rows are in order of birth, so `first` is the earliest)
    masks, first, counts = np.unique(state.bricks["sectors"][rows], return_index=True, return_counts=True)
    bits = np.stack([(masks >> np.uint64(s)) & np.uint64(1) for s in range(len(state.sector_names))]).astype(bool)
    found = []
    for s in range(len(bits)):
        for t in range(s + 1, len(bits)):
            both = bits[s] & bits[t]
            if both.any():
                earliest = int(rows[first[both].min()])
                names = (state.sector_names[s], state.sector_names[t])
                month = int(state.bricks["birth"][earliest])
                found.append((*names, int(counts[both].sum()), month, earliest))
    columns = ["first_sector", "second_sector", "hybrids", "first_month", "first_brick"]
    table = pd.DataFrame(found, columns=columns)
    return table.sort_values(["hybrids", "first_month"], ascending=[False, True], ignore_index=True)
