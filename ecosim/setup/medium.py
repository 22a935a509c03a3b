"""The propagation medium: ties of the cluster, bridge and science layers (the digital layer needs none)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ecosim.inputs import Inputs
from ecosim.kernels.meet import BRIDGE, CLUSTER, SCIENCE
from ecosim.kernels.random import GOLDEN
from ecosim.kernels.ties import find_mirror
from ecosim.parameters import Parameters
from ecosim.state import LAB, Columns, Ties
from ecosim.streams import stream_key, uniforms

__all__ = ["generate_ties", "given_ties", "kilometres", "make_changeable"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
_EARTH_RADIUS = 6371.0  # km


def generate_ties(
    parameters: Parameters, organisations: Columns, clusters: Columns, centres: FloatArray, seed: int
) -> Ties:
    """Return random ties with the mean degrees of the parameters.

    Bridges lead from an organisation to a member of another cluster, drawn with weight
    ``members · exp(−km / geographic_range) · exp(−distance / cognitive_range)``.
    """
    medium = parameters.medium
    order = np.argsort(organisations["cluster"], kind="stable")
    members = clusters["members"].astype(np.int64)
    first = np.concatenate([[0], np.cumsum(members)[:-1]])
    everyone = np.arange(len(organisations))
    labs = np.flatnonzero(organisations["kind"] == LAB)
    edges: list[tuple[int, IntArray, IntArray]] = []

    def ends(of: IntArray, mean: float, name: str) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        """Return who starts a tie, its number, and two uniform draws for its other end."""
        identities = organisations["identity"]
        chance = uniforms(stream_key(seed, f"{name} ties"), identities[of])
        counts = np.floor(mean + chance).astype(np.int64)
        starter = np.repeat(of, counts)
        number = np.arange(len(starter)) - np.repeat(np.cumsum(counts) - counts, counts)
        own = identities[starter] + (number.astype(np.uint64) + np.uint64(1)) * GOLDEN
        key = stream_key(seed, f"{name} ends")
        return starter, number, uniforms(key, own), uniforms(stream_key(seed, f"{name} members"), own)

    def member(of_cluster: IntArray, u: FloatArray) -> IntArray:
        return np.asarray(order[first[of_cluster] + (u * members[of_cluster]).astype(np.int64)])

    starter, _, u, _ = ends(everyone, medium.cluster_degree / 2, "cluster")
    edges.append((CLUSTER, starter, member(organisations["cluster"][starter], u)))
    if len(clusters) > 1 and medium.bridge_degree > 0:
        cumulative = np.cumsum(_bridge_weights(parameters, clusters, centres), axis=1)
        starter, _, u, v = ends(everyone, medium.bridge_degree / 2, "bridge")
        home = organisations["cluster"][starter]
        target = np.empty(len(starter), np.int64)
        by_home = np.argsort(home, kind="stable")
        bounds = np.searchsorted(home[by_home], np.arange(len(clusters) + 1))
        for cluster in range(len(clusters)):
            rows = by_home[bounds[cluster] : bounds[cluster + 1]]
            target[rows] = np.searchsorted(cumulative[cluster], u[rows] * cumulative[cluster, -1], side="right")
        target = np.minimum(target, len(clusters) - 1)
        there = members[target] > 0
        edges.append((BRIDGE, starter[there], member(target[there], v[there])))
    if len(labs):
        starter, number, u, v = ends(labs, medium.science_degree, "science")
        to_lab = number % 2 == 0
        other = np.where(to_lab, labs[(u * len(labs)).astype(np.int64)], member(organisations["cluster"][starter], v))
        edges.append((SCIENCE, starter, other))
    layer = np.concatenate([np.full(len(a), which) for which, a, _ in edges])
    one = np.concatenate([a for _, a, _ in edges])
    other = np.concatenate([b for _, _, b in edges])
    return _ties(len(organisations), layer, one, other, None)


def given_ties(inputs: Inputs, organisations: Columns) -> Ties:
    """Return the ties of the scenario's file: between labs science, inside a cluster cluster, else bridge."""
    table = np.array(inputs.ties, np.float64).reshape(-1, 3)
    a, b = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    is_lab = organisations["kind"] == LAB
    same = organisations["cluster"][a] == organisations["cluster"][b]
    layer = np.where(is_lab[a] & is_lab[b], SCIENCE, np.where(same, CLUSTER, BRIDGE))
    return _ties(len(organisations), layer, a, b, table[:, 2])


def make_changeable(ties: Ties, trust: float) -> Ties:
    """Return the ties with what they need in order to change in the run: weights, trust and mirror.

    A weight is the tie's share of its row times the ties of the row, so that a row's mean is 1. (Only ratios within a
    row count; the two ends of a tie may weigh differently.) trust : of every tie, 0 to 1.
    """
    size = np.diff(ties.start)
    weight = (ties.weights() * np.repeat(size, size)).astype(np.float32)
    mirror = find_mirror(ties.start, ties.partner)
    return Ties(ties.start, ties.partner, ties.cumulative, weight, np.full(len(weight), trust, np.float32), mirror)


def kilometres(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Return great-circle distances between all places (degrees in, km out, C × C); 0 where a place is unknown."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    half = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    half += np.cos(phi[:, None]) * np.cos(phi[None, :]) * np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    return np.nan_to_num(2 * _EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def _bridge_weights(parameters: Parameters, clusters: Columns, centres: FloatArray) -> FloatArray:
    geographic = kilometres(clusters["latitude"], clusters["longitude"]) / parameters.medium.geographic_range
    theme = centres[clusters["sector"]]
    cognitive = np.linalg.norm(theme[:, None, :] - theme[None, :, :], axis=2) / parameters.medium.cognitive_range
    weights = clusters["members"][None, :] * np.exp(-geographic - cognitive)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights + 1e-300 * (1 - np.eye(len(clusters))))


def _ties(organisations: int, layer: IntArray, one: IntArray, other: IntArray, weight: FloatArray | None) -> Ties:
    """Store each tie in the rows of both its ends; several ties between two organisations become one."""
    apart = one != other
    layer, one, other = layer[apart], one[apart], other[apart]
    values = np.ones(len(one), np.float32) if weight is None else weight[apart].astype(np.float32)
    matrix = sparse.coo_matrix(
        (
            np.concatenate([values, values]),
            (
                np.concatenate([3 * one + layer, 3 * other + layer]).astype(np.int32),
                np.concatenate([other, one]).astype(np.int32),
            ),
        ),
        shape=(3 * organisations, organisations),
    ).tocsr()
    matrix.sum_duplicates()
    if weight is None:
        matrix.data[:] = 1.0
    start = matrix.indptr.astype(np.int64)
    running = np.cumsum(matrix.data, dtype=np.float64)
    before = np.concatenate([[0.0], running])[start]
    size = np.diff(start)
    total = np.diff(before)
    row_total = np.repeat(total, size)
    cumulative = (running - np.repeat(before[:-1], size)) / row_total
    filled = size > 0
    cumulative[start[1:][filled] - 1] = 1.0
    return Ties(start, matrix.indices.astype(np.int32), cumulative.astype(np.float32))
