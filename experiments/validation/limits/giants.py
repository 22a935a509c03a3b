"""Largest components of random ties in the limit of many organisations. Plays no model.

Ties started by everybody: an organisation of layer l starts n_l ties with members chosen at random, n_l being the two
whole numbers around its mean p_l (half the layer's mean degree c_l), and as many come to it, a Poisson number of mean
p_l. Only where p_l is small against the number of layers is that the graph of Erdős & Rényi, of Poisson degrees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize

__all__ = ["RANDOM_MAPPING", "erdos_renyi_share", "started_share", "started_threshold"]

RANDOM_MAPPING = 0.75782
"""Mean share of the largest component where everybody starts one tie (Flajolet & Odlyzko 1990, Random mapping
statistics)."""


def erdos_renyi_share(degree: float) -> float:
    """Return S with ``S = 1 − exp(−c S)``, the giant component of a random graph of mean degree c; 0 up to c = 1."""
    if degree <= 1.0:
        return 0.0
    return float(optimize.brentq(lambda s: 1.0 - math.exp(-degree * s) - s, 1e-12, 1.0))


def started_threshold(shares: Sequence[float]) -> float:
    """Return the mean degree at which ties that everybody starts have a giant component.

    shares : of the layers in the mean degree; no layer's half degree may pass 1 before. Leading eigenvalue 1 of who
    leads to whom: someone reached by a tie that another started leads on by all its own ties, someone reached by its
    own tie of layer l by all but these (it has one of a layer at most).
    """
    share = np.asarray(shares, np.float64)
    layers = len(share)
    leads = np.empty((1 + layers, 1 + layers))  # rows: reached by another's tie, by its own of layer l; per p in all
    leads[:, 1:] = share
    leads[0, 0] = 1.0
    leads[1:, 0] = 1.0 - share
    return float(2.0 / np.abs(np.linalg.eigvals(leads)).max())


def started_share(degrees: Sequence[float]) -> float:
    """Return the giant component's share where everybody starts half the mean degree c_l of each layer.

    u, v_l : chances that an organisation, reached by a tie that another started, or by its own of layer l, does not
    lead to the giant component: the smallest solution of their equations, from below.
    """
    p = np.asarray(degrees, np.float64) / 2.0
    low = np.floor(p)
    high = p - low  # chance of one more

    def generating(u: float) -> npt.NDArray[np.float64]:
        return np.asarray(u**low * (1.0 - high + high * u))

    def excess(u: float) -> npt.NDArray[np.float64]:
        before = np.where(low > 0, low * u ** np.maximum(low - 1, 0), 0.0) * (1.0 - high)
        return np.asarray((before + (low + 1) * high * u**low) / np.maximum(p, 1e-300))

    u, v = 0.0, np.zeros(len(p))
    for _ in range(200_000):
        coming = math.exp(float((p * (v - 1.0)).sum()))
        own = generating(u)
        others = np.array([np.prod(np.delete(own, layer)) for layer in range(len(p))])
        new_u, new_v = float(np.prod(own)) * coming, excess(u) * others * coming
        moved = max(abs(new_u - u), float(np.abs(new_v - v).max()))
        u, v = new_u, new_v
        if moved < 1e-13:
            break
    return 1.0 - u
