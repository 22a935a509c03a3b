"""An ecosystem on any graph, with no rule but one's own: what other people's models are played on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecosim.inputs import Inputs, Organisation
from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.scenario import Scenario
from ecosim.specs import ClusterSpec

if TYPE_CHECKING:
    import networkx

    from ecosim import EcosystemModel

__all__ = ["on_graph"]


def on_graph(graph: networkx.Graph, processes: Sequence[Process], seed: int, months: int = 120) -> EcosystemModel:
    """Return a model whose organisations are the graph's nodes, in order, with its edges as ties, and these processes.

    All organisations are firms of one cluster and one sector, so that every tie is of the cluster layer: the partners
    of row i are ``state.ties.partner[start[3 * i] : start[3 * i + 1]]``. No brick is ever combined unless one of the
    processes does so.

    graph : simple, undirected, with two nodes and one edge at least; weights are the edges' ``weight`` (1 without)

    Raises
    ------
    ValueError
        For a graph without edges.
    """
    from ecosim import EcosystemModel

    if graph.number_of_edges() == 0:
        raise ValueError("the graph has no edge")
    row_of = {node: row for row, node in enumerate(graph)}
    ties = tuple((row_of[a], row_of[b], float(weight)) for a, b, weight in graph.edges(data="weight", default=1.0))
    people = tuple(Organisation(str(row), "firm", "sector 1", "cluster 1") for row in range(len(row_of)))
    scenario = Scenario(parameters=Parameters(), months=months).with_values(_BARE)
    inputs = Inputs(scenario, (ClusterSpec("cluster 1"),), people, ties, ("sector 1",), (1.0,))
    return EcosystemModel(inputs, seed=seed, processes=processes)


_BARE: dict[str, Any] = {
    "record.reproduction_every": 0, "knowledge.core_size": 1, "knowledge.capacity": 2, "medium.cluster_degree": 0.0,
    "medium.bridge_degree": 0.0,
}  # fmt: skip
