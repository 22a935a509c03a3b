"""Society, measured: trust, how far networks have closed in on themselves, and how far frames move."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.kernels.trust import concentration
from ecosim.state import State

__all__ = ["alliance_name", "frame_shift", "trust_measures"]


def alliance_name(row: int) -> str:
    """Return what an alliance is called in events, tables and figures."""
    return f"Alliance {row + 1}"


def frame_shift(state: State) -> npt.NDArray[Any]:
    """Return how far each market's frame is from where it was at the beginning, float64, knowledge units."""
    return np.asarray(np.linalg.norm(state.markets["frame"] - state.markets["origin"], axis=1))


def trust_measures(state: State) -> dict[str, float]:
    """Return how much organisations trust one another, and how far their networks have closed in on themselves.

    mean_trust : mean over all ties; NaN when ties carry no trust (trust and start-ups off) or there is none
    effective_partners : an organisation's meetings over ties are with partner j with probability p_j (its layers by
        their shares, bridges as far as they are open, partners in a layer by the present tie weights); 1 / Σ p_j²
        (inverse Simpson), mean over organisations that can meet somebody over a tie
    closure : share of its cluster meetings that an organisation has with the three partners that it meets most, mean
        over organisations with cluster ties, weighted by the meetings that each starts. Of the cluster layer alone:
        bridges are few, so that each is much used, and an open network would seem closed

    Meetings in the digital layer, which are with anyone, are left out of both. NaN when nobody can meet.
    """
    ties, organisations = state.ties, state.organisations
    effective, closest = np.zeros(len(organisations)), np.zeros(len(organisations))
    concentration(
        ties.start, ties.partner, ties.cumulative, organisations["cluster"], np.array(state.parameters.layer_shares),
        state.clusters["brokerage"] * state.parameters.medium.bridge_openness, organisations["held"], effective,
        closest,
    )  # fmt: skip
    meets, inside = effective > 0, closest > 0
    rate = organisations["rate"][inside].astype(np.float64)
    return {
        "mean_trust": float(ties.trust.mean(dtype=np.float64)) if len(ties.trust) else float("nan"),
        "effective_partners": float(effective[meets].mean()) if meets.any() else float("nan"),
        "closure": float(rate @ closest[inside] / rate.sum()) if rate.sum() > 0 else float("nan"),
    }
