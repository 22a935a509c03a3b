"""Projects without a model: who takes part drawn by chance, with the sizes of the observed projects.

Knows of no model and of no knowledge: sizes and counts in, projects out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from experiments.validation.evidence.projection import Projects

__all__ = ["configuration", "preferential"]

IntArray = npt.NDArray[np.int64]


def configuration(observed: Projects, generator: np.random.Generator) -> Projects:
    """Return projects of the observed sizes in which each organisation has its observed number of projects, and
    nothing else is kept: the bipartite configuration model.

    Places in projects are shuffled; where somebody would sit twice in one project, the seat is exchanged with a
    random one until nobody does. (The exchanges favour some outcomes slightly: without effect where projects are small
    against the number of organisations.)

    Source: Newman, Strogatz & Watts 2001, Physical Review E 64, 026118.
    """
    member = generator.permutation(observed.member)
    project = np.repeat(np.arange(len(observed.sizes)), observed.sizes)
    for _ in range(10_000):
        seats = project * observed.organisations + member
        order = np.argsort(seats, kind="stable")
        twice = order[1:][seats[order[1:]] == seats[order[:-1]]]
        if not len(twice):
            break
        for seat in twice.tolist():
            other = int(generator.integers(len(member)))
            member[seat], member[other] = member[other], member[seat]
    else:
        raise ArithmeticError("projects are too large for their organisations: somebody always sits twice in one")
    return Projects(observed.start, member, observed.organisations)


def preferential(observed: Projects, earlier: IntArray, generator: np.random.Generator) -> Projects:
    """Return projects of the observed sizes whose members are drawn in proportion to the projects that they have had:
    those before (`earlier`, int64 (organisations,), at least one) and those drawn so far.

    Source: Price 1976, JASIS 27, 292 (cumulative advantage); Barabási & Albert 1999, Science 286, 509.
    """
    urn = np.repeat(np.arange(observed.organisations), earlier)
    return Projects(
        observed.start, _draw_from_urn(observed.start, urn, observed.organisations, generator), observed.organisations
    )


@njit(cache=True)  # type: ignore[untyped-decorator]
def _draw_from_urn(start: IntArray, urn: IntArray, organisations: int, generator: np.random.Generator) -> IntArray:
    """Return the members of projects, drawn from an urn without repeating one in a project; then they go in, too."""
    member = np.empty(start[-1], np.int64)
    balls = np.concatenate((urn, member))
    last = urn.shape[0]
    seen = np.full(organisations, -1, np.int64)
    for project in range(start.shape[0] - 1):
        for seat in range(start[project], start[project + 1]):
            drawn = balls[int(generator.random() * last)]
            while seen[drawn] == project:
                drawn = balls[int(generator.random() * last)]
            seen[drawn] = project
            member[seat] = drawn
        for seat in range(start[project], start[project + 1]):
            balls[last] = member[seat]
            last += 1
    return member
