"""From any graph (GraphML, GEXF, GML, edge list, CSV) to a scenario: nodes are organisations, edges their ties.

Writes files and returns what is in them. Knows of no model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecosim.errors import InputFileError, nearest_name
from ecosim.importers.graph_files import GraphFile, read_graph
from ecosim.importers.network import Network, communities, community_names
from ecosim.importers.writing import Summary, check_target, cluster_specs, counted, sector_specs, write_network
from ecosim.inputs import Organisation
from ecosim.specs import MAX_SECTORS, ORGANISATION_KINDS

__all__ = ["import_graph"]

_OUTSIDE = "Outside communities"
_USUAL = {"sector": "sector", "cluster": "cluster", "kind": "kind"}


def import_graph(
    path: Path,
    out: Path,
    sector_attribute: str = "sector",
    cluster_attribute: str = "cluster",
    kind_attribute: str = "kind",
    weight_attribute: str = "weight",
    months: int = 120,
) -> Summary:
    """Write a scenario made of a graph: its nodes are organisations, its edges ties.

    The graph is made simple: directions are dropped, the weights of parallel edges summed, edges of a node to
    itself left out. An edge without a weight counts 1 when no edge has one. When no node has

    - a kind, all are firms;
    - a cluster, the Louvain communities are the clusters (nodes without a tie form one of their own);
    - a sector, the communities are the sectors ``sector 1``, ``sector 2``, ... by size (at most 64).

    Parameters
    ----------
    path
        .graphml, .gexf, .gml; .edgelist, .txt or .tsv with lines ``a b [weight]``; .csv with columns a, b and, if
        there, the weight. Each may be compressed (.gz).
    out
        The scenario, a name ending in .toml; the CSV files are written beside it.
    sector_attribute, cluster_attribute, kind_attribute
        Node attributes that hold them; a kind is firm, lab or other. A name that is not the usual one must exist.
    weight_attribute
        Edge attribute (or CSV column) that holds the weight.
    months
        Length of the scenario's runs, months.

    Raises
    ------
    InputFileError
        For a file that cannot be understood, a graph without edges, or an attribute that only some nodes have.
    OutputError, ScenarioError
        For a target that cannot be written, or a wrong value of `months`.
    """
    check_target(out, ("organisations", "ties"), [path], months)
    graph = read_graph(path, weight_attribute)
    count, notes = len(graph.nodes), list(graph.notes)
    kinds = _column(path, graph, "kind", kind_attribute) or ["firm"] * count
    for node, kind in zip(graph.nodes, kinds, strict=True):
        if kind not in ORGANISATION_KINDS:
            raise InputFileError(
                f"{path}: node {node!r}: {kind_attribute} = {kind!r}{nearest_name(kind, ORGANISATION_KINDS)}: "
                f"allowed are {', '.join(ORGANISATION_KINDS)}"
            )
    network = Network.joined(
        count,
        np.array([one for one, _, _ in graph.edges], np.int64),
        np.array([other for _, other, _ in graph.edges], np.int64),
        np.array([weight for _, _, weight in graph.edges], np.float64),
    )
    if len(network.one) < len(graph.edges):
        notes.append(f"Edges: {len(graph.edges):,}, between {len(network.one):,} pairs; a pair's weights are summed.")
    sectors = _column(path, graph, "sector", sector_attribute)
    clusters = _column(path, graph, "cluster", cluster_attribute)
    groups = communities(network) if sectors is None or clusters is None else []
    if sectors is None:
        sectors = _community_sectors(groups, count, notes)
    if clusters is None:
        order, clusters = _community_clusters(groups, sectors)
        notes.append(f"No node has the attribute {cluster_attribute!r}: Louvain communities are the clusters.")
    else:
        order = list(counted(clusters))
    people = [Organisation(*row) for row in zip(graph.nodes, kinds, sectors, clusters, strict=True)]
    return write_network(
        out,
        title=f"A network from {path.name}",
        story=" ".join([f"{count:,} organisations and {len(network.one):,} ties, read from {path.name}.", *notes]),
        months=months,
        organisations=people,
        network=network,
        clusters=cluster_specs(people, order),
        sectors=sector_specs(people, path),
        skipped={f"{path.name}: edge of a node to itself": graph.loops},
        notes=notes,
    )


def _column(path: Path, graph: GraphFile, role: str, attribute: str) -> list[str] | None:
    """Return an attribute of all nodes as text, None when no node has it."""
    values = [_words(attributes.get(attribute)) for attributes in graph.attributes]
    missing = [node for node, value in zip(graph.nodes, values, strict=True) if not value]
    if not missing:
        return values
    if len(missing) < len(values):
        raise InputFileError(
            f"{path}: node {missing[0]!r}: no {attribute} (nor have {len(missing) - 1} others of {len(values)} nodes): "
            f"allowed is one on every node or on none"
        )
    if attribute != _USUAL[role]:
        there = sorted({str(name) for attributes in graph.attributes for name in attributes})
        raise InputFileError(
            f"{path}: no node has the attribute {attribute!r}{nearest_name(attribute, there)}, "
            f"asked for as its {role}; got {', '.join(there) or 'no attribute'}"
        )
    return None


def _words(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip()


def _community_sectors(groups: Sequence[Sequence[int]], count: int, notes: list[str]) -> list[str]:
    sectors = [""] * count
    for number, group in enumerate(groups, start=1):
        for member in group:
            sectors[member] = f"sector {min(number, MAX_SECTORS)}"
    notes.append("No node has a sector: Louvain communities are the sectors.")
    if len(groups) > MAX_SECTORS:
        notes.append(f"Communities that share sector {MAX_SECTORS}, the smallest: {len(groups) - MAX_SECTORS + 1:,}.")
    return sectors


def _community_clusters(groups: Sequence[Sequence[int]], sectors: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of the clusters, in order, and the cluster of each node."""
    tied = [group for group in groups if len(group) > 1]
    order = community_names(tied, sectors)
    clusters = [_OUTSIDE] * len(sectors)
    for name, group in zip(order, tied, strict=True):
        for member in group:
            clusters[member] = name
    return order + ([_OUTSIDE] if len(tied) < len(groups) else []), clusters
