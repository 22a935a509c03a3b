"""Networks to play on: random, heterogeneous, of cliques, and those of real participations, as scenario files.

Pure arrays and files; knows no run and no theory.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["GRAPHS", "Graph", "clustering", "make_graph", "tied_organisations", "write_scenario"]

DEGREE = 10.0
FEW = 4.0
GRAPHS = ("anyone", "random", "sparse random", "heterogeneous", "very heterogeneous", "overlapping cliques", "cliques")
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """Simple undirected ties: int64 (ties, 2), each pair once, weights float64 (ties,); none: anyone meets anyone."""

    size: int
    ties: IntArray
    weight: FloatArray

    def degree(self) -> FloatArray:
        """Return the number of ties of each organisation, float64 (size,); of anyone: all the others."""
        if not len(self.ties):
            return np.full(self.size, self.size - 1.0)
        return np.bincount(self.ties.ravel(), minlength=self.size).astype(np.float64)

    def strength(self) -> FloatArray:
        """Return the summed weights of the ties of each organisation, float64 (size,)."""
        if not len(self.ties):
            return np.ones(self.size)
        return np.asarray(np.bincount(self.ties.ravel(), np.repeat(self.weight, 2), self.size), np.float64)


def make_graph(name: str, size: int, seed: int = 1) -> Graph:
    """Return one of `GRAPHS`, with mean degree 10 (4 where the name says so) and weights 1.

    ``heterogeneous`` networks have log-normal expected degrees (Chung & Lu 2002), of standard deviation over mean 0.8
    and 2; ``cliques`` of 11 with a tenth of the ends moved; in ``overlapping cliques`` everybody is in two of 6.
    """
    generator = np.random.default_rng(seed)
    if name == "anyone":
        ends = np.zeros((0, 2), np.int64)
    elif name in {"cliques", "overlapping cliques"}:
        members, rounds = (11, 1) if name == "cliques" else (6, 2)
        ends = np.concatenate([_in_cliques(generator.permutation(size), members) for _ in range(rounds)])
        if name == "cliques":
            moved = generator.random(len(ends)) < 0.1
            ends[moved, 1] = generator.integers(0, size, int(moved.sum()))
    else:
        variation = {"heterogeneous": 0.8, "very heterogeneous": 2.0}.get(name, 0.0)
        spread = math.sqrt(math.log1p(variation**2))
        chance = generator.lognormal(0.0, spread, size) if variation else np.ones(size)
        ties = round(size * (FEW if name == "sparse random" else DEGREE) / 2)
        ends = generator.choice(size, (ties, 2), p=chance / chance.sum())
    return _simple(size, ends, np.ones(len(ends)))


def _in_cliques(order: IntArray, members: int) -> IntArray:
    """Return all pairs within consecutive groups of `members`; who is left over has none."""
    groups = order[: len(order) // members * members].reshape(-1, members)
    one, other = np.triu_indices(members, 1)
    return np.stack([groups[:, one].ravel(), groups[:, other].ravel()], axis=1)


def _simple(size: int, ends: IntArray, weight: FloatArray) -> Graph:
    """Return the graph without loops; of several ties between two organisations the weights are summed."""
    low, high = ends.min(axis=1, initial=size), ends.max(axis=1, initial=-1)
    apart = low < high
    keys, place = np.unique(low[apart] * size + high[apart], return_inverse=True)
    summed = np.asarray(np.bincount(place, weight[apart], len(keys)), np.float64)
    return Graph(size, np.stack([keys // size, keys % size], axis=1), summed)


def tied_organisations(path: Path) -> Graph:
    """Return the ties of a scenario's file between organisations that have any, with their weights."""
    from ecosim import Scenario
    from ecosim.inputs import resolve

    table = np.array(resolve(Scenario.load(path)).ties, np.float64).reshape(-1, 3)
    known, ends = np.unique(table[:, :2].astype(np.int64), return_inverse=True)
    return _simple(len(known), ends.reshape(-1, 2).astype(np.int64), table[:, 2])


def clustering(graph: Graph) -> float:
    """Return the share of paths of length two that are closed (transitivity); 0 without ties."""
    if not len(graph.ties):
        return 0.0
    one, other = graph.ties.T
    matrix: Any = sparse.coo_matrix((np.ones(len(one)), (one, other)), (graph.size, graph.size)).tocsr()
    matrix = matrix + matrix.T
    degree = graph.degree()
    closed = (matrix @ matrix).multiply(matrix).sum()
    return float(closed / max(float((degree * (degree - 1)).sum()), 1.0))


def write_scenario(path: Path, graph: Graph, success: float, seeded: float) -> Path:
    """Write a scenario with its files: firms of one cluster and, in turn, of two sectors; well-mixed contents.

    success : probability that a trial succeeds; seeded : share of organisations given a hybrid. The digital layer
    where there are no ties, else the cluster layer alone.
    """
    from ecosim import Scenario

    people, ties = path.with_suffix(".organisations.csv"), path.with_suffix(".ties.csv")
    with people.open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["id", "kind", "sector", "cluster"])
        written.writerows([str(row), "firm", f"sector {1 + row % 2}", "cluster 1"] for row in range(graph.size))
    with ties.open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["a", "b", "weight"])
        written.writerows(zip(*graph.ties.T.tolist(), graph.weight.tolist(), strict=True) if len(graph.ties) else [])
    tied = float(len(graph.ties) > 0)
    values = {
        "medium.cluster_share": tied, "medium.digital_share": 1.0 - tied, "medium.bridge_share": 0.0,
        "medium.science_share": 0.0, "medium.cluster_degree": 0.0, "medium.bridge_degree": 0.0,
        "diversity.distance_matters": False, "latent.spontaneous": False, "latent.seeded_share": seeded,
        "latent.base_drive": -math.log1p(-success), "population.clusters": 1, "population.labs": 0,
    }  # fmt: skip
    scenario = Scenario(name="network", organisations_file=people, ties_file=ties if tied else None)
    path.write_text(scenario.with_values(values).to_toml(path.parent))
    return path
