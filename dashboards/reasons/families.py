"""The largest families of hybrids of one run: a generator that a worker runs.

A family is a hybrid and all that came of it. The largest is returned as a tree, of which so many hybrids can be drawn:
the founder, the longest line of descent, then the earliest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np

from ecosim import EcosystemModel, Scenario
from ecosim.events import Name, inventors
from ecosim.measures import family_tree, hybrids, sector_set
from ecosim.state import State

__all__ = ["DRAWN", "Families", "Generation", "Hybrid", "chosen", "families", "longest_line", "play"]

DRAWN = 300  # hybrids of a family
LARGEST = 10  # families of which the size is told


@dataclass(frozen=True)
class Hybrid:
    """One hybrid of a family: its place in a drawing, and what is to be told of it.

    birth : month, −1 before the first; parent, other : places (in the list) of its parents of the family, the leading
    one first, −1 for none; x : month, y : lane; made_by : who made it, by name or by kind and row
    """

    birth: int
    generation: int
    sectors: tuple[str, ...]
    made_by: tuple[Name, ...]
    parent: int
    other: int
    x: float
    y: float


@dataclass(frozen=True)
class Generation:
    """One generation of a family: how many hybrids, the month of the first, the sectors of most and of how many."""

    generation: int
    hybrids: int
    first: int
    sectors: tuple[str, ...]
    share: int


@dataclass(frozen=True)
class Families:
    """The families of one run.

    hybrids, families : their numbers; largest : (hybrids, sectors of the founder, its month) of the largest ones
    size, last : of the largest family: hybrids, month of the last birth; generations : all of it; tree : the hybrids
    that are drawn, in order of birth, the founder first
    """

    hybrids: int
    families: int
    largest: tuple[tuple[int, tuple[str, ...], int], ...] = ()
    size: int = 0
    last: int = 0
    generations: tuple[Generation, ...] = ()
    tree: tuple[Hybrid, ...] = ()

    @property
    def left_out(self) -> int:
        """How many hybrids of the largest family are not drawn."""
        return self.size - len(self.tree)


def play(scenario: Scenario, seed: int) -> Iterator[Families | None]:
    """Play a scenario; yield None after each month, and the families at the end."""
    with EcosystemModel(scenario, seed=seed, reproduction_every=0) as model:
        for _ in range(scenario.months):
            model.step()
            yield None
        yield families(model.state)


def families(state: State, most: int = DRAWN) -> Families:
    """Return the families of a state, `most` hybrids of the largest in its tree."""
    rows = hybrids(state)
    if len(rows) == 0:
        return Families(0, 0)
    sizes = np.bincount(state.bricks["family"][rows])
    order = np.argsort(-sizes, kind="stable")[: min(LARGEST, int((sizes > 0).sum()))]
    largest = tuple(
        (int(sizes[row]), tuple(sector_set(state, int(row))), int(state.bricks["birth"][row])) for row in order
    )
    tree = family_tree(state)
    return Families(
        hybrids=len(rows), families=int((sizes > 0).sum()), largest=largest, size=len(tree),
        last=max(birth for _, birth in tree.nodes(data="birth")), generations=_generations(tree),
        tree=_drawn(state, tree, chosen(tree, most)),
    )  # fmt: skip


def longest_line(tree: nx.DiGraph[int]) -> list[int]:
    """Return the line of leading parents from the founder to the earliest hybrid of the highest generation."""
    generation = tree.nodes(data="generation")
    node = min(tree, key=lambda row: (-generation[row], row))
    line = [node]
    while (parents := sorted(tree.predecessors(node), key=lambda row: (-generation[row], row))):  # fmt: skip
        node = parents[0]
        line.append(node)
    return line[::-1]


def chosen(tree: nx.DiGraph[int], most: int) -> list[int]:
    """Return the hybrids that are drawn, in order of birth: the founder, the longest line, then the earliest.

    Parents are born before their children, so that the leading line of each that is drawn is drawn too. Of a line that
    is longer than `most` its beginning is drawn.
    """
    kept = set(longest_line(tree)[:most])
    for row in sorted(tree):
        if len(kept) >= most:
            break
        kept.add(row)
    return sorted(kept)


def _generations(tree: nx.DiGraph[int]) -> tuple[Generation, ...]:
    by_generation: dict[int, list[int]] = {}
    for row, generation in tree.nodes(data="generation"):
        by_generation.setdefault(generation, []).append(row)
    found = []
    for generation, rows in sorted(by_generation.items()):
        sectors, share = Counter(tuple(tree.nodes[row]["sectors"]) for row in rows).most_common(1)[0]
        first = min(tree.nodes[row]["birth"] for row in rows)
        found.append(Generation(generation, len(rows), first, sectors, share))
    return tuple(found)


def _drawn(state: State, tree: nx.DiGraph[int], rows: list[int]) -> tuple[Hybrid, ...]:
    from ecosim.report.family_figures import parents_within, tree_layout  # brings Matplotlib: in the worker alone

    shown = np.array(rows)
    generation = state.bricks["generation"][shown].astype(int)
    leading, other = parents_within(state, shown, {row: place for place, row in enumerate(rows)}, generation)
    x, y = tree_layout(leading, np.maximum(state.bricks["birth"][shown], -1).astype(float))
    return tuple(
        Hybrid(
            birth=tree.nodes[row]["birth"], generation=tree.nodes[row]["generation"],
            sectors=tuple(tree.nodes[row]["sectors"]), made_by=tuple(inventors(state, row)), parent=int(leading[place]),
            other=int(other[place]), x=float(x[place]), y=float(y[place]),
        )
        for place, row in enumerate(rows)
    )  # fmt: skip
