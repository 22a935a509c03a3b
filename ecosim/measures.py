"""From the state to indicators: diversity, medium, attractors, cascades, and the table of months.

Reads columns, changes nothing. Units are in the names or docstrings; docs/odd.md lists the table's columns.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from ecosim.kernels.reproduction import open_pairs
from ecosim.kernels.trust import concentration
from ecosim.reproduction import (
    NextGeneration,
    cohort_reproduction,
    diffusion_number,
    emergence_month,
    instantaneous_reproduction,
)
from ecosim.state import State
from ecosim.streams import stream_key

__all__ = [
    "cascade_sizes",
    "diversity",
    "emergence",
    "evaluate",
    "family_tree",
    "hill_number",
    "hybrids",
    "latent_opportunities",
    "medium",
    "months_table",
    "rao_stirling",
    "sector_crossings",
    "sector_set",
    "trust_measures",
]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
_SAMPLES = 4096


# -- the three ingredients ------------------------------------------------------------------------------------


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


def trust_measures(state: State) -> dict[str, float]:
    """Return how much organisations trust one another, and how far their networks have closed in on themselves.

    mean_trust : mean over all ties; NaN when ties carry no trust (trust and start-ups off) or there is none
    effective_partners : an organisation's meetings over ties are with partner j with probability p_j (its layers by
        their shares, bridges as far as they are open, partners in a layer by the present tie weights); 1 / Σ p_j²
        (inverse Simpson), mean over organisations that can meet somebody over a tie
    closure : Σ of the three largest p_j, mean over the same organisations, weighted by the meetings that each starts

    Meetings in the digital layer, which are with anyone, are left out of both. NaN when nobody can meet.
    """
    ties, organisations = state.ties, state.organisations
    effective, closest = np.zeros(len(organisations)), np.zeros(len(organisations))
    concentration(
        ties.start, ties.partner, ties.cumulative, organisations["cluster"], np.array(state.parameters.layer_shares),
        state.clusters["brokerage"] * state.parameters.medium.bridge_openness, organisations["held"], effective, closest,
    )  # fmt: skip
    meets = effective > 0
    rate = organisations["rate"][meets].astype(np.float64)
    return {
        "mean_trust": float(ties.trust.mean(dtype=np.float64)) if len(ties.trust) else float("nan"),
        "effective_partners": float(effective[meets].mean()) if len(rate) else float("nan"),
        "closure": float(rate @ closest[meets] / rate.sum()) if rate.sum() > 0 else float("nan"),
    }


def evaluate(state: State, next_generation: NextGeneration) -> dict[str, float]:
    """Return the indicators that are too costly for every month."""
    r = next_generation.evaluate(state)
    return {
        "r_theoretical": r,
        "r_expected_cohort": next_generation.expected_cohort,
        **diversity(state),
        **medium(state),
        "latent_opportunities": latent_opportunities(state),
    }


# -- hybrids --------------------------------------------------------------------------------------------------


def hybrids(state: State) -> Array:
    """Return the rows of all hybrids, int64, in order of birth."""
    return np.flatnonzero(state.bricks["generation"] > 0)


def cascade_sizes(state: State) -> Array:
    """Return the number of hybrids in each family that has any, largest first (int64)."""
    families = state.bricks["family"][hybrids(state)]
    sizes = np.bincount(families) if len(families) else np.zeros(0, np.int64)
    return np.sort(sizes[sizes > 0])[::-1]


def family_tree(state: State, founder: int | None = None) -> nx.DiGraph[int]:
    """Return a family of hybrids as a directed graph, parent to child, of the largest family when none is named.

    Nodes are rows of bricks, with their generation, birth month and sectors. A child stands in the family of its
    leading parent (the hybrid of the higher generation); arcs lead from both parents when both are of the family.
    """
    rows = hybrids(state)
    family = state.bricks["family"]
    tree: nx.DiGraph[int] = nx.DiGraph()
    if len(rows) == 0:
        return tree
    if founder is None:
        founder = int(np.bincount(family[rows]).argmax())
    members = rows[family[rows] == founder]
    known = set(members.tolist())
    for row in members.tolist():
        tree.add_node(
            row,
            generation=int(state.bricks["generation"][row]),
            birth=int(state.bricks["birth"][row]),
            sectors=sector_set(state, row),
        )
    for row in members.tolist():
        for parent in state.bricks["parents"][row].tolist():
            if parent in known:
                tree.add_edge(parent, row)
    return tree


def sector_set(state: State, brick: int) -> list[str]:
    """Return the names of a brick's sectors."""
    mask = int(state.bricks["sectors"][brick])
    return [name for s, name in enumerate(state.sector_names) if mask >> s & 1]


def sector_crossings(state: State) -> pd.DataFrame:
    """Return, for each pair of sectors, the number of hybrids that hold both and the month of the first.

    Columns: first_sector, second_sector, hybrids, first_month, first_brick; most frequent first.
    """
    rows = hybrids(state)
    # few sector sets, many hybrids: count the sets first (rows are in order of birth, so `first` is the earliest)
    masks, first, counts = np.unique(state.bricks["sectors"][rows], return_index=True, return_counts=True)
    bits = np.stack([(masks >> np.uint64(s)) & np.uint64(1) for s in range(len(state.sector_names))]).astype(bool)
    found = []
    for s in range(len(bits)):
        for t in range(s + 1, len(bits)):
            both = bits[s] & bits[t]
            if both.any():
                earliest = int(rows[first[both].min()])
                names = (state.sector_names[s], state.sector_names[t])
                month = int(state.bricks["birth"][earliest])
                found.append((*names, int(counts[both].sum()), month, earliest))
    columns = ["first_sector", "second_sector", "hybrids", "first_month", "first_brick"]
    table = pd.DataFrame(found, columns=columns)
    return table.sort_values(["hybrids", "first_month"], ascending=[False, True], ignore_index=True)


# -- the table of months --------------------------------------------------------------------------------------


def births_by_month(state: State) -> tuple[FloatArray, float]:
    """Return (hybrids born in each month, float64 (T,); hybrids that were seeded before month 0)."""
    history = state.history
    births = (history.column("spontaneous") + history.column("recombinant")).astype(np.float64)
    seeded = int((state.bricks["birth"][hybrids(state)] < 0).sum()) if state.parameters.latent.seeded_share > 0 else 0
    return births, float(seeded)


def _dwindling(state: State) -> float:
    """Return the rate at which the carriers of a hybrid dwindle, μ − ρτ, with the run's mean ρ, in 1/month."""
    history, parameters = state.history, state.parameters
    core = parameters.knowledge.core_size
    organisations = max(float(history.column("organisations").sum()), 1.0)
    size = max(core + history.column("carried").sum() / organisations, core + 1.0)
    trials = 2.0 * history.column("meetings").sum() / organisations / size
    return max(parameters.knowledge.forgetting - trials * parameters.effective_transmissibility, 1e-3)


def reproduction_series(state: State) -> tuple[FloatArray, FloatArray]:
    """Return (cohort R, instantaneous R), float64 (T,) each, NaN where unknown."""
    months = state.history.count
    births, seeded = births_by_month(state)
    rate = _dwindling(state)
    cohort = cohort_reproduction(births, state.cohort_offspring[:months], rate)
    recombinant = state.history.column("recombinant").astype(np.float64)
    return cohort, instantaneous_reproduction(recombinant, births, seeded, rate)


def emergence(state: State) -> int | None:
    """Return T*, the month of emergence, or None."""
    history = state.history
    return emergence_month(
        reproduction_series(state)[0], history.column("recombinant").astype(np.float64),
        history.column("organisations").astype(np.float64), state.parameters.record.emergence_floor,
    )  # fmt: skip


def months_table(state: State) -> pd.DataFrame:
    """Return one row per month played: R, births by kind, generation and layer, tallies, and indicators (NaN in
    months that were not evaluated).
    """  # fmt: skip
    history, bricks = state.history, state.bricks
    months = history.count
    cohort, instantaneous = reproduction_series(state)
    table: dict[str, Any] = {"month": np.arange(months)}
    evaluated = pd.DataFrame(history.evaluations)
    evaluated = evaluated.set_index("month") if len(evaluated) else evaluated
    known = evaluated.reindex(range(months))
    table["r_theoretical"] = known.get("r_theoretical", pd.Series(np.nan, range(months))).to_numpy(np.float64)
    table["r_cohort"] = cohort
    table["r_instantaneous"] = instantaneous
    for kind in ("incremental", "spontaneous", "recombinant"):
        table[f"births_{kind}"] = history.column(kind)
    rows = hybrids(state)
    rows = rows[bricks["birth"][rows] >= 0]
    birth, generation = bricks["birth"][rows], bricks["generation"][rows]
    for label, chosen in (("1", generation == 1), ("2", generation == 2), ("3_and_more", generation >= 3)):
        table[f"births_generation_{label}"] = np.bincount(birth[chosen], minlength=months)[:months]
    table["organisations"] = history.column("organisations")
    for name in ("meetings", "trials", "copies", "forgotten", "evicted", "created", "carried"):
        table[name] = history.column(name)
    for name in history.NAMES:
        if name.startswith(("spontaneous_", "recombinant_")):
            table[f"births_{name}"] = history.column(name)
    for name in known.columns:
        if name != "r_theoretical":
            table[name] = known[name].to_numpy(np.float64)
    return pd.DataFrame(table)
