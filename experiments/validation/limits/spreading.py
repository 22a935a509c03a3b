"""What is known of copying alone: growth, thresholds and stationary levels. Plays no model.

Throughout: meeting rate m in meetings started per organisation and month, core n0 in bricks, transmissibility τ per
meeting and direction, forgetting μ in 1/month. Copies of a month are drawn from the next month on and everything may
be forgotten at the month's end, so that one carrier among many that hold nothing becomes ``(1 + ρτ) exp(−μ)`` carriers
on average, ``ρ = 2m / (n0 + 1)``: a month's step of ``di/dt = ρτ i (1 − i) − μ i`` (SIS: Kermack & McKendrick 1927).
"""

from __future__ import annotations

import math
from typing import Any

import networkx
import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse, special, stats
from scipy.sparse.linalg import eigsh

__all__ = [
    "annealed_factor", "held_in_balance", "leading", "meeting_matrix", "month_growth", "month_threshold",
    "pair_threshold", "pastor_satorras_vespignani",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]


def month_growth(copying: float, forgetting: float) -> float:
    """Return the logarithm of the growth per month of a rare hybrid; copying : ρτ, 1/month."""
    return math.log1p(copying) - forgetting


def month_threshold(forgetting: float) -> float:
    """Return ρτ at which a rare hybrid keeps its carriers when time goes in months: ``exp(μ) − 1``, μ when rare."""
    return math.expm1(forgetting)


def held_in_balance(
    hybrids: int, most: int, meeting_rate: float, core: int, transmissibility: float, forgetting: float
) -> FloatArray:
    """Return the stationary shares (most + 1,) of organisations that hold k = 0, 1, ... hybrids, well mixed.

    Mean field of `hybrids` alike hybrids in portfolios with room for `most` of them: one who lacks a hybrid meets it
    drawn at rate ``2m Σ_k p_k (k / hybrids) / (n0 + k)``; in a full portfolio it takes the place of another.
    """
    most = min(most, hybrids)
    k = np.arange(most + 1)
    kept = np.array([stats.binom.pmf(k, n, math.exp(-forgetting)) for n in range(most + 1)])
    ways = [special.comb(hybrids - n, np.arange(hybrids - n + 1)) for n in range(most + 1)]
    share = np.zeros(most + 1)
    share[-1] = 1.0
    for _ in range(100_000):
        drawn = 2.0 * meeting_rate * transmissibility * float(share @ (k / hybrids / (core + k)))
        caught = -math.expm1(-drawn)
        up = np.zeros((most + 1, most + 1))
        for n in range(most + 1):
            new = np.arange(hybrids - n + 1)
            chances = ways[n] * caught**new * (1.0 - caught) ** (hybrids - n - new)
            up[n] = np.bincount(np.minimum(n + new, most), chances, most + 1)
        following = share @ up @ kept
        if np.abs(following - share).max() < 1e-11:
            break
        share = following
    return np.asarray(share)


def meeting_matrix(graph: networkx.Graph, started: FloatArray) -> Any:
    """Return the meetings per month of every two nodes, whoever starts them (sparse, N × N, symmetric).

    started : (N,), meetings that a node starts a month, each with one of its neighbours chosen at random, so that
        ``W_ij = A_ij (m_i / k_i + m_j / k_j)``
    """
    adjacency = networkx.to_scipy_sparse_array(graph, dtype=np.float64, format="csr")
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    per_tie = sparse.diags_array(started / degree)
    return (per_tie @ adjacency + adjacency @ per_tie).tocsr()


def leading(matrix: Any) -> tuple[float, FloatArray]:
    """Return the leading eigenvalue and eigenvector (not negative, sum 1) of a symmetric matrix."""
    values, vectors = eigsh(matrix, k=1, which="LA", v0=np.ones(matrix.shape[0]))
    vector = np.abs(vectors[:, 0])
    return float(values[0]), vector / vector.sum()


def pair_threshold(meetings: Any, forgetting: float) -> float:
    """Return the copies per meeting, τ / (n0 + 1), from which a hybrid spreads, with correlated neighbours.

    Zero of the leading eigenvalue of the pair quenched mean field (Mata & Ferreira 2013, their Jacobian with a rate of
    its own on each tie): with ``λ = β W``, ``L = λ (2μ + λ) / (2μ + 2λ)`` off the diagonal, ``−μ − Σ λ² / (2μ + 2λ)``
    on it. (Who has just copied a hybrid meets its source, which holds it already.)
    """

    def growth(beta: float) -> float:
        rate = meetings.copy()
        rate.data = beta * meetings.data
        caught, own = rate.copy(), rate.copy()
        caught.data = rate.data * (2 * forgetting + rate.data) / (2 * (forgetting + rate.data))
        own.data = rate.data**2 / (2 * (forgetting + rate.data))
        lost = sparse.diags_array(forgetting + np.asarray(own.sum(axis=1)).ravel())
        return leading((caught - lost).tocsr())[0]

    first = forgetting / leading(meetings)[0]  # without correlations
    return float(optimize.brentq(growth, 0.9 * first, 5.0 * first, rtol=1e-8))


def pastor_satorras_vespignani(graph: networkx.Graph) -> float:
    """Return ``⟨k²⟩ / ⟨k⟩`` (2001): above its inverse a disease that crosses each tie at one rate spreads."""
    degree = np.array([degree for _, degree in graph.degree()], np.float64)
    return float((degree**2).mean() / degree.mean())


def annealed_factor(graph: networkx.Graph) -> float:
    """Return ``(1 + √⟨k²⟩ / ⟨k⟩) / 2``: by what a network of these degrees speeds copying up over the well mixed.

    Everybody starts m meetings a month, and neighbours are as degrees have it: ``W_ij = k_i k_j / (N⟨k⟩) · (m / k_i +
    m / k_j) = m (k_i + k_j) / (N⟨k⟩)`` has rank 2 and the leading eigenvalue ``m (1 + √⟨k²⟩ / ⟨k⟩)``; well mixed: 2m.
    """
    degree = np.array([degree for _, degree in graph.degree()], np.float64)
    return float((1.0 + math.sqrt((degree**2).mean()) / degree.mean()) / 2.0)
