"""The runs of the study of contagion: who holds which hybrid at first, on which network, and what is counted.

Knows the model and no verdict. Everything is set before month 0; from then on the model's own schedule is played.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import networkx
import numpy as np
import numpy.typing as npt

from experiments.behaviours.tipping import WELL_MIXED
from experiments.validation.limits.spreading import (
    annealed_factor,
    held_in_balance,
    leading,
    meeting_matrix,
    month_threshold,
    pair_threshold,
    pastor_satorras_vespignani,
)  # fmt: skip

if TYPE_CHECKING:
    from ecosim import EcosystemModel

__all__ = ["CORE", "NETWORKS", "NODES", "TIED_MU", "balanced", "keep_seeds", "outcome", "plant", "theory_of"]

FloatArray = npt.NDArray[np.float64]
CORE, TIED_MU = 8, 0.1
PER_LIFE = 15.0  # m / μ, meetings that an organisation starts in a carrier's life
TRIALS = 2 * PER_LIFE / (CORE + 1)  # ρ / μ
NETWORKS = ("regular", "scale-free", "hubs")
NODES = 4000


@lru_cache
def graph_of(name: str) -> networkx.Graph:
    """Return the graph of a network: four ties each, or a Barabási–Albert graph of mean degree 12."""
    if name == "regular":
        return networkx.random_regular_graph(4, NODES, seed=1)
    return networkx.barabasi_albert_graph(NODES, 6, seed=1)


def started(name: str) -> FloatArray:
    """Return the meetings per month that each node starts: m each, in proportion to its ties where hubs meet more."""
    degree = np.array([degree for _, degree in graph_of(name).degree()], np.float64)
    return PER_LIFE * TIED_MU * (degree / degree.mean() if name == "hubs" else np.ones(NODES))


@lru_cache
def theory_of(name: str) -> tuple[FloatArray, dict[str, float]]:
    """Return the leading eigenvector of a network's meetings, and thresholds of ρτ/μ in whole months by theory."""
    meetings = meeting_matrix(graph_of(name), started(name))
    value, vector = leading(meetings)
    forgetting = month_threshold(TIED_MU)  # what τ W has to make up for in a month
    alike = 2 * PER_LIFE * forgetting
    return vector, {
        "eigenvalue": alike / value,
        "pair": pair_threshold(meetings, forgetting) * 2 * PER_LIFE,
        "hubs": forgetting / TIED_MU / pastor_satorras_vespignani(graph_of(name)) * _mean_degree(name),
        "annealed": forgetting / TIED_MU / annealed_factor(graph_of(name)),
    }


def _mean_degree(name: str) -> float:
    graph = graph_of(name)
    return 2.0 * graph.number_of_edges() / graph.number_of_nodes()


@lru_cache
def _tied(name: str) -> tuple[Any, ...]:
    """Return organisations and ties of a network, as inputs have them."""
    from ecosim.inputs import Organisation

    ties = tuple((a, b, 1.0) for a, b in graph_of(name).edges())
    return tuple(Organisation(str(row), "firm", f"sector {row % 2 + 1}", "cluster 1") for row in range(NODES)), ties


def plant(model: EcosystemModel, held: npt.NDArray[np.bool_]) -> None:
    """Give organisations the hybrids that they are to hold, in place of those of the seeded experiment.

    held : bool (N, S), whether organisation i holds hybrid s (the one that organisation s was seeded with)
    """
    organisations, bricks = model.state.organisations, model.state.bricks
    core = model.parameters.knowledge.core_size
    rows = organisations["portfolio"][: held.shape[1], core].copy()
    for place, row in enumerate(rows):  # over hybrids, which are few, and before month 0
        chosen = np.flatnonzero(held[:, place])
        slot = core + held[chosen, :place].sum(axis=1)
        organisations["portfolio"][chosen, slot] = row
    organisations["held"][:] = core + held.sum(axis=1)
    bricks["carriers"][:] = 0
    bricks["carriers"][rows] = held.sum(axis=0)


def keep_seeds(model: EcosystemModel, chosen: npt.NDArray[np.bool_]) -> None:
    """Let only some of the seeded organisations keep their hybrid; chosen : bool (N,)."""
    organisations, core = model.state.organisations, model.parameters.knowledge.core_size
    model.state.bricks["carriers"][organisations["portfolio"][~chosen, core]] = 0
    organisations["held"][:] = core + chosen


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Play one run; return carriers after and before each month, summed (``growth``, ``network``), or mean held."""
    from ecosim import EcosystemModel, Scenario
    from ecosim.inputs import Inputs
    from ecosim.specs import ClusterSpec

    part, forgetting = job["part"], job["forgetting"]
    values = {
        **WELL_MIXED, "firms": job["organisations"], "meeting_rate": PER_LIFE * forgetting, "base_drive": 0.0,
        "forgetting": forgetting, "transmissibility": job["ratio"] / TRIALS,
        "capacity": job["capacity"], "seeded_share": 0.01 if part == "growth" else 1.0,
    }  # fmt: skip
    generator = np.random.default_rng([job["seed"], 7])
    if part == "network":
        values |= {"cluster_share": 1.0, "digital_share": 0.0}
        people, ties = _tied(job["network"])
        inputs = Inputs(
            Scenario().with_values(values), (ClusterSpec("cluster 1"),), people, ties, ("sector 1", "sector 2"),
            (1.0, 1.0),
        )  # fmt: skip
        model = EcosystemModel(inputs, seed=job["seed"])
        model.state.organisations["rate"][:] = started(job["network"])
        # where they would gather, so that growth is that of the leading eigenvalue from the beginning
        keep_seeds(model, generator.random(NODES) < theory_of(job["network"])[0] * 0.01 * NODES)
    else:
        model = EcosystemModel(seed=job["seed"], **values)
    if part == "level":
        balance = held_in_balance(*balanced(job))
        crowd = np.searchsorted(np.cumsum(balance), generator.random(job["organisations"])).clip(0, len(balance) - 1)
        order = generator.random((job["organisations"], job["hybrids"])).argsort(axis=1)
        plant(model, order < crowd[:, None])
    with model:
        history = model.run(job["months"]).state.history
        carried = history.column("carried").astype(np.float64)
        after = (carried - history.column("forgotten"))[job["first"] :]
        before = (carried - history.column("copies"))[job["first"] :]
    return {"after": after.sum(), "before": before.sum(), "held": after.mean() / job["organisations"]}


def balanced(job: Any) -> tuple[int, int, float, int, float, float]:
    return (
        int(job["hybrids"]), int(job["capacity"]) - CORE, PER_LIFE * float(job["forgetting"]), CORE,
        float(job["ratio"]) / TRIALS, float(job["forgetting"]),
    )  # fmt: skip
