"""From meetings of a run to projects: who joins whom in a consortium.

The model knows meetings of two; the data know projects of many. A simulated project begins with a meeting; whoever
started it is the coordinator. Then come those with whom the coordinator meets next, in the order of time; when these do
not suffice, those with whom its first partner meets next, then its second, and so on; when nobody meets any more before
the end of the run, those whom they met before, the latest first. It ends at the size that it is given.

Knows of no file and of no model: pairs in the order of time in, projects out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from experiments.validation.evidence.projection import Projects

__all__ = ["consortia"]

IntArray = npt.NDArray[np.int64]


def consortia(pairs: IntArray, sizes: IntArray, organisations: int, generator: np.random.Generator) -> Projects:
    """Return one project for each of the `sizes` (int64, at least 2).

    pairs : int64 (M, 2), coordinator and partner of meetings, in the order of time. The meetings with which projects
    begin are drawn from them, none twice as long as there are enough. A project in whose reach there are not enough
    organisations remains smaller.
    """
    count = len(sizes)
    if not len(pairs):
        raise ValueError("no meeting from which a project could begin")
    rounds = [generator.permutation(len(pairs)) for _ in range(-(-count // len(pairs)))]
    first = np.concatenate(rounds)[:count]
    ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
    when = np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((when, ends))
    partner, when = np.concatenate([pairs[:, 1], pairs[:, 0]])[order], when[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=organisations))])
    member, reached = _grow(pairs, first, sizes, start, partner, when, organisations)
    begins = np.concatenate([[0], np.cumsum(reached)])
    return Projects(begins.astype(np.int64), member[: begins[-1]], organisations)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _grow(
    pairs: IntArray, first: IntArray, sizes: IntArray, start: IntArray, partner: IntArray, when: IntArray,
    organisations: int,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the members of all projects one after the other, and how many each has."""
    member = np.empty(sizes.sum(), np.int64)
    reached = np.zeros(sizes.shape[0], np.int64)
    seen = np.full(organisations, -1, np.int64)
    begin = 0
    for project in range(sizes.shape[0]):
        now = first[project]
        full = begin + sizes[project]
        member[begin] = pairs[now, 0]
        member[begin + 1] = pairs[now, 1]
        seen[pairs[now, 0]] = project
        seen[pairs[now, 1]] = project
        last = begin + 2
        for backwards in range(2):
            turn = begin
            while turn < last < full:
                here = member[turn]
                middle = start[here] + np.searchsorted(when[start[here] : start[here + 1]], now)
                many = middle - start[here] if backwards else start[here + 1] - middle
                for step in range(many):
                    met = partner[middle - 1 - step] if backwards else partner[middle + step]
                    if seen[met] != project:
                        seen[met] = project
                        member[last] = met
                        last += 1
                        if last == full:
                            break
                turn += 1
        reached[project] = last - begin
        begin = last
    return member, reached
