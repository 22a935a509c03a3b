"""From who took part in which project to a network, and its measures: the same way for observed and simulated.

Two organisations are tied when they take part in one project; each project of n adds 1/(n − 1) to the tie (Newman 2001,
Physical Review E 64, 016132), so that the weights of an organisation's ties sum to its projects, however large these
are. Knows of no file and of no model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import sparse

__all__ = ["Projects", "Ties", "gini", "measures", "tie"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Projects:
    """Who takes part in what: `member` int64 (P,), rows of organisations; those of project p are
    ``member[start[p]:start[p + 1]]``, each once; `organisations` is how many there are."""

    start: IntArray
    member: IntArray
    organisations: int

    @classmethod
    def joint(cls, project: IntArray, member: IntArray, organisations: int) -> Projects:
        """Return the projects of two members or more; `project` int64 (P,) is sorted."""
        sizes = np.bincount(project, minlength=1)
        kept = sizes[project] > 1
        return cls(_starts(sizes[sizes > 1]), member[kept], organisations)

    @property
    def sizes(self) -> IntArray:
        """int64 (projects,): members of each."""
        return np.diff(self.start)

    @property
    def per_organisation(self) -> IntArray:
        """int64 (organisations,): projects of each."""
        return np.bincount(self.member, minlength=self.organisations).astype(np.int64)


@dataclass(frozen=True)
class Ties:
    """A network of organisations, each tie once with one < other.

    one, other : int64 (T,), sorted by one, then other; weight : float64 (T,), Σ 1/(n − 1); times : int64 (T,),
    projects that the two have in common; organisations : how many there are
    """

    one: IntArray
    other: IntArray
    weight: FloatArray
    times: IntArray
    organisations: int

    @property
    def degree(self) -> IntArray:
        """int64 (organisations,): partners of each."""
        ends = np.concatenate([self.one, self.other])
        return np.bincount(ends, minlength=self.organisations).astype(np.int64)

    @property
    def keys(self) -> IntArray:
        """int64 (T,), sorted: a number for each pair, the same in every network of these organisations."""
        return self.one * self.organisations + self.other

    def neighbours(self) -> tuple[IntArray, IntArray]:
        """Return ``start`` and ``partner``: the partners of o, sorted, are ``partner[start[o]:start[o + 1]]``."""
        ends, others = np.concatenate([self.one, self.other]), np.concatenate([self.other, self.one])
        order = np.lexsort((others, ends))
        return _starts(self.degree), others[order]


def tie(projects: Projects) -> Ties:
    """Return the network of organisations that take part together."""
    sizes = projects.sizes
    of = np.repeat(np.arange(len(sizes)), sizes)
    shape = (len(sizes), projects.organisations)
    took_part = sparse.csr_matrix((np.ones(len(of)), (of, projects.member)), shape=shape)
    share = sparse.diags(1.0 / np.maximum(sizes - 1, 1).astype(np.float64))
    weight = sparse.triu(took_part.T @ share @ took_part, k=1).tocsr()
    times = sparse.triu(took_part.T @ took_part, k=1).tocsr()
    weight.sort_indices()
    times.sort_indices()
    pairs = times.tocoo()
    return Ties(
        pairs.row.astype(np.int64), pairs.col.astype(np.int64), weight.data, np.rint(times.data).astype(np.int64),
        projects.organisations,
    )  # fmt: skip


def measures(
    projects: Projects, theme: IntArray, before: Ties | None, generator: np.random.Generator, sources: int = 200
) -> dict[str, float]:
    """Return what is compared of a network.

    Parameters
    ----------
    theme : int64 (organisations,), the main theme of each
    before : ties of an earlier period; None: not known, and `known` is NaN
    sources : organisations from which paths are measured

    Returns
    -------
    organisations : with a tie; ties; degree : partners of one; degree_gini : Gini index of that; projects_gini : of the
    joint projects of one
    transitivity : closed triads among all; clustering : mean over organisations of the share of their pairs of partners
    that are tied, those with one partner left out (Watts & Strogatz 1998)
    assortativity : correlation of degrees over ties (Newman 2002)
    component : share of the organisations that are in the largest component; path : mean shortest path in it, in steps,
    from `sources` of them; path_error : its standard error, over sources
    repeated : share of ties with two joint projects or more; known : share of ties that were there before
    cross_theme : share of the weight of ties that join two themes; theme_assortativity : of themes over the weight of
    ties, 1 when all ties keep to their theme, 0 when they do not mind (Newman 2003, Physical Review E 67, 026126)
    """
    ties = tie(projects)
    degree = ties.degree
    active = degree > 0
    start, partner = ties.neighbours()
    closed = _triangles(start, partner)
    pairs = degree * (degree - 1) / 2
    several = degree > 1
    _, label = sparse.csgraph.connected_components(
        sparse.csr_matrix((np.ones(len(partner)), partner, start), shape=(len(degree), len(degree))), directed=False
    )
    counts = np.bincount(label[active])
    inside = np.flatnonzero(label == counts.argmax())
    chosen = generator.choice(inside, min(sources, len(inside)), replace=False)
    far = _mean_paths(start, partner, chosen)
    ends = np.concatenate([degree[ties.one], degree[ties.other]]).astype(np.float64)
    others = np.concatenate([degree[ties.other], degree[ties.one]]).astype(np.float64)
    mixing = np.zeros((theme.max() + 1, theme.max() + 1))
    np.add.at(mixing, (theme[ties.one], theme[ties.other]), ties.weight)
    mixing = (mixing + mixing.T) / (2.0 * ties.weight.sum())
    by_chance = float((mixing.sum(axis=0) * mixing.sum(axis=1)).sum())
    inner = float(np.trace(mixing))
    return {
        "organisations": float(active.sum()),
        "ties": float(len(ties.one)),
        "degree": float(degree[active].mean()),
        "degree_gini": gini(degree[active]),
        "projects_gini": gini(projects.per_organisation[active]),
        "transitivity": float(closed.sum() / max(pairs.sum(), 1.0)),
        "clustering": float((closed[several] / pairs[several]).mean()) if several.any() else float("nan"),
        "assortativity": float(np.corrcoef(ends, others)[0, 1]) if np.ptp(ends) > 0 else float("nan"),
        "component": len(inside) / float(active.sum()),
        "path": float(far.mean()),
        "path_error": float(far.std(ddof=1) / np.sqrt(len(far))) if len(far) > 1 else float("nan"),
        "repeated": float((ties.times > 1).mean()),
        "known": float("nan") if before is None else float(np.isin(ties.keys, before.keys).mean()),
        "cross_theme": 1.0 - inner,
        "theme_assortativity": (inner - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else float("nan"),
    }


def gini(values: npt.NDArray[np.number]) -> float:
    """Return the Gini index of values ≥ 0: 0 when all are equal, near 1 when one has everything."""
    ordered = np.sort(np.asarray(values, np.float64))
    rank = np.arange(1, len(ordered) + 1)
    return float(((2 * rank - len(ordered) - 1) * ordered).sum() / (len(ordered) * ordered.sum()))


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _triangles(start: IntArray, partner: IntArray) -> IntArray:
    """Return the triangles of each organisation, int64 (N,); arguments as from `Ties.neighbours`."""
    count = np.zeros(start.shape[0] - 1, np.int64)
    for a in range(count.shape[0]):
        for place in range(start[a], start[a + 1]):
            b = partner[place]
            if b <= a:
                continue
            # partners beyond b that a and b have in common: both lists are sorted
            i, j = place + 1, np.searchsorted(partner[start[b] : start[b + 1]], b) + start[b]
            while i < start[a + 1] and j < start[b + 1]:
                if partner[i] < partner[j]:
                    i += 1
                elif partner[i] > partner[j]:
                    j += 1
                else:
                    count[a] += 1
                    count[b] += 1
                    count[partner[i]] += 1
                    i += 1
                    j += 1
    return count


@njit(cache=True)  # type: ignore[untyped-decorator]
def _mean_paths(start: IntArray, partner: IntArray, sources: IntArray) -> FloatArray:
    """Return the mean number of steps from each source to all others that it reaches, float64 (sources,)."""
    mean = np.zeros(sources.shape[0])
    queue = np.empty(start.shape[0] - 1, np.int64)
    away = np.empty(start.shape[0] - 1, np.int64)
    for index in range(sources.shape[0]):
        away[:] = -1
        away[sources[index]] = 0
        queue[0] = sources[index]
        first, last = 0, 1
        total = 0
        while first < last:
            here = queue[first]
            first += 1
            total += away[here]
            for place in range(start[here], start[here + 1]):
                there = partner[place]
                if away[there] < 0:
                    away[there] = away[here] + 1
                    queue[last] = there
                    last += 1
        mean[index] = total / max(last - 1, 1)
    return mean
