"""Search in a percolating technology space (Silverberg & Verspagen 2005), as a process. Knows of no experiment.

The space: one column of sites above each organisation (a technological niche), rows of increasing performance. A site
is possible with probability q, for good, else nature excludes it. Two sites touch when they stand above one another
in a column, or side by side in the columns of two organisations that are tied: on a ring of organisations this is the
square lattice of the paper, closed on its sides. Row 0 is viable from the start.

A month: from the highest viable site of its column (the best-practice frontier) each organisation searches all sites
within the radius, counted in steps over touching sites, possible or not. Its effort is spread evenly over them: each
possible one is discovered with probability effort / sites in reach. A discovered site is viable as soon as a chain of
discovered sites joins it to row 0. So a frontier jumps when search elsewhere closes a gap: an innovation, of the
size of the jump.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ecosim.kernels.random import draw, further, uniform
from ecosim.processes import Process
from ecosim.streams import uniforms

__all__ = ["DISCOVERED", "EXCLUDED", "POSSIBLE", "VIABLE", "TechnologySpace"]

EXCLUDED, POSSIBLE, DISCOVERED, VIABLE = 0, 1, 2, 3
"""What a site is."""


class TechnologySpace(Process):
    """Search from the frontier, then see which discoveries became viable.

    share : probability q that a site is possible; radius : m, steps; effort : E, sites that an organisation tests in
    a month; height : rows above row 0.

    Leaves in ``state.extra``: ``space`` int8 (N, height + 1), what each site is; ``innovations`` list of int64 arrays,
    one a month, sizes of the frontiers' jumps in rows; ``left`` int, possible sites still in reach of a frontier when
    the month began (0: deadlock).
    """

    name = "technology space"
    reads = ("organisations.identity", "ties")
    writes = ("organisations.frontier",)

    def __init__(self, share: float, radius: int, effort: float = 1.0, height: int = 100) -> None:
        self.share, self.radius, self.effort, self.height = share, radius, effort, height

    def step(self, model: Any) -> None:
        state = model.state
        columns, ties, extra = state.organisations, state.ties, state.extra
        first, last = ties.rows(0)
        if "space" not in extra:
            columns.add_column("frontier", np.int64)
            extra["space"], extra["innovations"] = self.possible(model), []
            extra["reach"] = within(first, last, ties.partner, self.radius)
            extra["found"] = np.empty(extra["space"].size, np.int64)  # room for every site
        space, found, frontier = extra["space"], extra["found"], columns["frontier"]
        before = frontier.copy()
        extra["left"], count = search(
            self.key(model), columns["identity"], *extra["reach"], self.radius, self.effort, frontier, space, found
        )
        settle(first, last, ties.partner, found, count, space, frontier)
        jumps = frontier - before
        extra["innovations"].append(jumps[jumps > 0])

    def possible(self, model: Any) -> Any:
        """Return the untouched space. A site's draw is the same for all q: what is possible at one q is at a larger."""
        identity = model.state.organisations["identity"]
        space = np.empty((len(identity), self.height + 1), np.int8)
        for row in range(self.height + 1):
            space[:, row] = uniforms(self.key(model, f"row {row}"), identity) < self.share
        space[:, 0] = VIABLE
        return space


@njit(cache=True)  # type: ignore[untyped-decorator]
def within(first: Any, last: Any, partner: Any, radius: int) -> Any:
    """Return the organisations within `radius` ties of each, itself included: (start, column, away).

    start : int64 (N + 1,); column, away : int64 (R,), whose column and how many ties away, in the rows start[i] to
    start[i + 1]. Breadth first.
    """
    organisations = first.shape[0]
    start = np.zeros(organisations + 1, np.int64)
    column, away = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    seen = np.full(organisations, -1, np.int64)
    for i in range(organisations):
        column.append(np.int64(i))
        away.append(np.int64(0))
        seen[i] = i
        at = start[i]
        while at < len(column):
            if away[at] < radius:
                for place in range(first[column[at]], last[column[at]]):
                    j = np.int64(partner[place])
                    if seen[j] != i:
                        seen[j] = i
                        column.append(j)
                        away.append(away[at] + 1)
            at += 1
        start[i + 1] = len(column)
    return start, np.array(column), np.array(away)


@njit(cache=True)  # type: ignore[untyped-decorator]
def search(
    key: Any, identity: Any, start: Any, column: Any, away: Any, radius: int, effort: float, frontier: Any, space: Any,
    found: Any,
) -> Any:  # fmt: skip
    """Discover sites around all frontiers as they stand; return (possible sites in reach, sites discovered).

    identity : uint64 (N,); start, column, away : see `within`; frontier : int64 (N,); space : int8 (N, rows), written;
    found : int64 (N * rows,), its first places are written with the sites discovered, ``column * rows + row``.
    """
    rows = space.shape[1]
    left = count = 0
    for i in range(frontier.shape[0]):
        sites = -1  # its own frontier needs no search
        for place in range(start[i], start[i + 1]):
            sites += 2 * (radius - away[place]) + 1
        chance = effort / sites
        base = draw(key, identity[i])
        for place in range(start[i], start[i + 1]):
            height = radius - away[place]
            for row in range(max(frontier[i] - height, 0), min(frontier[i] + height, rows - 1) + 1):
                if space[column[place], row] == POSSIBLE:
                    left += 1
                    site = column[place] * rows + row
                    if uniform(further(base, site + 1)) < chance:
                        space[column[place], row] = DISCOVERED
                        found[count] = site
                        count += 1
    return left, count


@njit(cache=True)  # type: ignore[untyped-decorator]
def settle(first: Any, last: Any, partner: Any, found: Any, count: int, space: Any, frontier: Any) -> None:
    """Make viable what a chain of discovered sites joins to a viable one, and raise the frontiers.

    found : int64, its first `count` places hold the sites just discovered. For the rest see `search`.
    """
    rows = space.shape[1]
    for place in range(count):
        here, row = found[place] // rows, found[place] % rows
        joined = (row > 0 and space[here, row - 1] == VIABLE) or (row + 1 < rows and space[here, row + 1] == VIABLE)
        for tie in range(first[here], last[here]):
            joined = joined or space[partner[tie], row] == VIABLE
        if not joined or space[here, row] == VIABLE:
            continue
        space[here, row] = VIABLE
        stack = [(here, row)]
        while len(stack) > 0:
            at, row = stack.pop()
            frontier[at] = max(frontier[at], row)
            for step in (-1, 1):
                if 0 <= row + step < rows and space[at, row + step] == DISCOVERED:
                    space[at, row + step] = VIABLE
                    stack.append((at, row + step))
            for tie in range(first[at], last[at]):
                beside = np.int64(partner[tie])
                if space[beside, row] == DISCOVERED:
                    space[beside, row] = VIABLE
                    stack.append((beside, row))
