"""The model's own prediction: the hybrids that an organisation is expected to make with knowledge of each theme.

No run: the mean of the model's rules on a given network, in the dilute limit, month by month from the basic bricks.
With s the theme of organisation o, H(o, t) the hybrids with sector t that it holds, and all in a month:

    made(o, t) = Σ_j∈t w_oj π(s, t)                      meetings through ties (cluster, bridge, science)
               + digital meetings with t · π(s, t)       with anyone
               + Σ_j w_oj H(j, t) / (n0 + 1) · π(u_j t, s)     a partner brings a hybrid that holds t
               + Σ_j w_oj H(o, t) / (n0 + 1) · π(s t, u_j)     o brings one itself
    H(o, t) ← e^−μ H(o, t) + made(o, t) + τ Σ_j w_oj H(j, t) / (n0 + 1)

w_oj are meetings a month (docs/odd.md, 7.2): an organisation divides its meetings over layers by their shares, in a
layer over its ties by their weights. Two organisations that meet often try the same bricks again, whose barriers do not
change: of w T trials among n0² pairs, n0² (1 − exp(−w T / n0²)) are first ones. π is the chance that a trial succeeds,
the mean of 1 − exp(−e0 h(d) / E0) over bricks around the centres of their themes.

Left out: that hybrids crowd a portfolio and take turns from basic bricks; alliances, markets and attractors, which the
data do not tell. (`tests/theory/test_time_split.py` holds it to simulated runs.)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ecosim.kernels.meet import BRIDGE, CLUSTER, DIGITAL, SCIENCE
from ecosim.parameters import Parameters
from experiments.validation.evidence.known import Known, Matrix

__all__ = ["expected_crossings", "meetings", "success"]

FloatArray = npt.NDArray[np.float64]
_DRAWS = 128  # points for the mean over bricks; the error of a mean of h, which lies in [0, 1], is below 0.04


def expected_crossings(
    known: Known, parameters: Parameters, months: int, by_activity: bool = False, busy_partners: bool = False
) -> FloatArray:
    """Return the hybrids with knowledge of each theme that each organisation makes, float64 (N, T), 0 at its own.

    by_activity : an organisation starts meetings in proportion to the joint projects that it had; else all start as
    many, as in a scenario. The mean is the model's meeting rate either way. busy_partners : in the digital layer it
    meets others in proportion to theirs, which is not the model's rule.
    """
    knowledge, core = parameters.knowledge, parameters.knowledge.core_size
    started = np.full(len(known.theme), parameters.effective_meeting_rate)
    if by_activity:
        started *= known.strength / known.strength.mean()
    rates = meetings(known, parameters, started)
    first = rates.copy()
    first.data = core**2 * (1.0 - np.exp(-rates.data * months / core**2)) / months
    pairs, triples = success(known, parameters)
    with_theme = np.asarray(first @ known.members)
    found = known.strength / known.strength.sum() if busy_partners else np.full(len(started), 1.0 / len(started))
    digital = np.outer(started, found @ known.members) + np.outer(found, started @ known.members)
    digital *= parameters.layer_shares[DIGITAL]
    fresh = (with_theme + digital) * pairs[known.theme]
    fresh[~known.foreign] = 0.0
    rows = [np.flatnonzero(known.theme == theme) for theme in range(known.members.shape[1])]
    through = [first[:, members].tocsr() for members in rows]
    own = np.zeros_like(fresh)  # what a hybrid of o with t makes in meetings over ties, once drawn
    for theme, members in enumerate(rows):
        own[members] = with_theme[members] @ triples[theme].T
    keep, caught = np.exp(-knowledge.forgetting), parameters.effective_transmissibility
    held, made = np.zeros_like(fresh), np.zeros_like(fresh)
    for _ in range(months):
        drawn = held / (core + 1)
        born, copied = fresh + drawn * own, np.zeros_like(fresh)
        for theme, members in enumerate(rows):
            if len(members):
                brought = through[theme] @ drawn[members]
                born += brought * triples[theme][:, known.theme].T
                copied += brought
        born[~known.foreign] = 0.0
        made += born
        held = keep * held + born + caught * copied
        held[~known.foreign] = 0.0
    return made


def meetings(known: Known, parameters: Parameters, started: FloatArray) -> Matrix:
    """Return how often two organisations meet through ties, float64 (N, N), meetings a month, whoever starts them.

    started : float64 (N,), meetings that each starts a month. Between labs a tie is science, inside a cluster cluster,
    else bridge, as the model has it (`ecosim.setup.medium.given_ties`).
    """
    ties = known.ties.tocoo()
    science = known.lab[ties.row] & known.lab[ties.col]
    same = known.cluster[ties.row] == known.cluster[ties.col]
    layer = np.where(science, SCIENCE, np.where(same, CLUSTER, BRIDGE))
    row = 3 * ties.row + layer
    share = ties.data / np.bincount(row, ties.data, 3 * len(started))[row]
    open_to = np.array(parameters.layer_shares[:3])
    open_to[BRIDGE] *= parameters.medium.bridge_openness
    rates = sparse.csr_matrix((started[ties.row] * open_to[layer] * share, (ties.row, ties.col)), shape=ties.shape)
    return (rates + rates.T).tocsr()


def success(known: Known, parameters: Parameters) -> tuple[FloatArray, FloatArray]:
    """Return the chance that a trial succeeds: of basic bricks of themes s and t, float64 (T, T); and of a hybrid of u
    and t with a basic brick of s, float64 (T, T, T) at [u, t, s]. 0 where a theme has no organisation."""
    points = np.random.default_rng(1).normal(size=(4, _DRAWS, known.centres.shape[1]))  # the same for every setting
    spread, birth = parameters.diversity.sector_spread, parameters.knowledge.birth_spread
    centres = known.centres
    one, other, third = spread * points[0], spread * points[1], spread * points[2]
    pairs = _chance(centres[:, None, None] - centres[None, :, None] + (one - other), parameters)
    middle = (centres[:, None] + centres[None, :]) / 2
    child = (one + other) / 2 + birth * points[3]
    triples = np.stack([_chance(middle[:, :, None] - centre + (child - third), parameters) for centre in centres], 2)
    return np.nan_to_num(pairs), np.nan_to_num(triples)


def _chance(apart: FloatArray, parameters: Parameters) -> FloatArray:
    """Return the mean chance over the last axis but one of differences in place."""
    ratio = (apart**2).sum(axis=-1) / parameters.diversity.openness**2
    fit = ratio * np.exp(1.0 - ratio) if parameters.diversity.distance_matters else np.where(np.isnan(ratio), ratio, 1)
    drive = parameters.latent.base_drive * fit / parameters.latent.barrier_scale
    return np.asarray((1.0 - np.exp(-drive)).mean(axis=-1))
