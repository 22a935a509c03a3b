"""The three ingredients, measured: diversity, the medium, and what lies latent within reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from ecosim.kernels.reproduction import open_pairs
from ecosim.reproduction import diffusion_number
from ecosim.state import State
from ecosim.streams import stream_key

__all__ = ["diversity", "hill_number", "largest_component", "latent_opportunities", "medium", "rao_stirling"]

FloatArray = npt.NDArray[np.float64]
_SAMPLES = 4096


def rao_stirling(shares: FloatArray, distances: FloatArray) -> float:
    """Return Rao–Stirling diversity ``Σ_{s≠t} d_st f_s f_t`` over ordered pairs (Stirling 2007), knowledge units.

    shares : float64 (S,), summing to 1; distances : float64 (S, S).
    """
    return float(shares @ distances @ shares)


def hill_number(shares: FloatArray, order: float) -> float:
    """Return the Hill number (effective number of sectors) of an order: 0 variety, 1 exp(Shannon), 2 1/Simpson."""
    present = shares[shares > 0]
    if len(present) == 0:
        return 0.0
    if order == 1:
        return float(np.exp(-(present * np.log(present)).sum()))
    return float((present**order).sum() ** (1.0 / (1.0 - order)))


def diversity(state: State) -> dict[str, float]:
    """Return variety, balance (Shannon evenness), disparity (mean distance, knowledge units) and Rao–Stirling."""
    alive = state.alive
    counts = np.bincount(state.organisations["sector"][alive], minlength=len(state.sector_names)).astype(np.float64)
    shares = counts / max(counts.sum(), 1.0)
    centres = state.sector_centres
    distances = np.linalg.norm(centres[:, None, :] - centres[None, :, :], axis=2)
    present = shares > 0
    variety = hill_number(shares, 0)
    pairs = variety * (variety - 1)
    return {
        "variety": variety,
        "balance": float(np.log(hill_number(shares, 1)) / np.log(variety)) if variety > 1 else 0.0,
        "disparity": float(distances[np.ix_(present, present)].sum() / pairs) if pairs else 0.0,
        "rao_stirling": rao_stirling(shares, distances),
        "hill_1": hill_number(shares, 1),
        "hill_2": hill_number(shares, 2),
    }


def medium(state: State) -> dict[str, float]:
    """Return mean degree (ties), bridging share of the month's meetings, largest component (share of organisations)
    and the diffusion number ρτ/μ.
    """  # fmt: skip
    ties, organisations, parameters = state.ties, state.organisations, state.parameters
    alive = state.alive
    meetings = state.meetings
    met = meetings.partner >= 0
    cluster = organisations["cluster"]
    crossing = cluster[meetings.initiator[met]] != cluster[meetings.partner[met]]
    living = max(int(alive.sum()), 1)
    held = organisations["held"][alive]
    return {
        "mean_degree": len(ties.partner) / max(len(organisations), 1),
        "bridging_share": float(crossing.mean()) if len(crossing) else 0.0,
        "largest_component": largest_component(state),
        "diffusion_number": diffusion_number(
            float(met.sum()) / living, float(held.mean()) + 1.0 if len(held) else 1.0,
            parameters.effective_transmissibility, parameters.knowledge.forgetting,
        ),
    }  # fmt: skip


def largest_component(state: State) -> float:
    """Return the share of organisations in the largest component of ties (remembered until ties or members change)."""
    ties, alive = state.ties, state.alive
    total, living = len(alive), int(alive.sum())
    known = state.extra.get("largest component")
    if known is not None and known[0] is ties and np.array_equal(known[1], alive):
        return float(known[2])
    matrix = sparse.csr_matrix((np.ones(len(ties.partner), np.int8), ties.partner, ties.start[::3]), shape=(total,) * 2)
    if not alive.all():
        present = sparse.diags_array(alive.astype(np.int8), dtype=np.int8)
        matrix = present @ matrix @ present
    _, component = csgraph.connected_components(matrix, directed=False)
    share = float(np.bincount(component[alive], minlength=1).max()) / max(living, 1)
    state.extra["largest component"] = (ties, alive, share)
    return share


def latent_opportunities(state: State) -> float:
    """Return the mean number of open, unspent pairs of bricks between two organisations that meet this month.

    Open: the pair's barrier lies below the present drive, so that the first trial succeeds. NaN without a meeting.
    """
    meetings, organisations, bricks = state.meetings, state.organisations, state.bricks
    parameters = state.parameters
    if len(meetings) == 0:
        return float("nan")
    looked, found, products = open_pairs(
        stream_key(state.seed, "latent opportunities", state.month), _SAMPLES, stream_key(state.seed, "barriers"),
        meetings.partner, meetings.initiator, organisations["held"], organisations["portfolio"], bricks["identity"],
        bricks["position"], state.spent.table, parameters.latent.base_drive, state.drive_centre, state.drive_strength,
        state.drive_width, parameters.diversity.openness, parameters.diversity.distance_matters,
        parameters.latent.barrier_scale,
    )  # fmt: skip
    return float("nan") if looked == 0 else found / looked * products / looked
