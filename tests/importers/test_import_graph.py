"""The graph importer: the same scenario from every format, and what it does with what a graph lacks."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecosim.importers import import_graph
from ecosim.inputs import read_organisations, read_ties
from ecosim.scenario import Scenario
from ecosim.setup import found

EDGES = [("a", "b", 2.0), ("b", "c", 0.5), ("c", "d", 1.0), ("a", "c", 0.25)]
NODES = {
    "a": {"sector": "leather", "cluster": "Millau", "kind": "firm"},
    "b": {"sector": "leather", "cluster": "Millau", "kind": "lab"},
    "c": {"sector": "perfume", "cluster": "Grasse", "kind": "firm"},
    "d": {"sector": "perfume", "cluster": "Grasse", "kind": "other"},
}
WRITERS = {".graphml": nx.write_graphml, ".gexf": nx.write_gexf, ".gml": nx.write_gml}


def full_graph() -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(NODES.items())
    graph.add_weighted_edges_from(EDGES)
    return graph


def ties_of(out: Path) -> dict[tuple[str, str], float]:
    return {tuple(sorted((tie.a, tie.b))): tie.weight for tie in read_ties(Scenario.load(out).ties_file)}


def two_cliques(size: int = 5) -> nx.Graph:
    """Two complete graphs joined by one edge, and a node of no edge."""
    graph = nx.disjoint_union(nx.complete_graph(size), nx.complete_graph(size + 1))
    graph.add_edge(0, size)
    graph.add_node(2 * size + 1)
    return graph


@pytest.mark.parametrize("suffix", list(WRITERS))
@pytest.mark.parametrize("zipped", [False, True])
def test_attributes_and_weights_of_every_format(tmp_path, suffix, zipped):
    path, out = tmp_path / f"net{suffix}", tmp_path / "o.toml"
    WRITERS[suffix](full_graph(), path)
    if zipped:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path = path.with_name(path.name + ".gz")
    summary = import_graph(path, out)
    scenario = Scenario.load(out)
    assert {row.id: {"sector": row.sector, "cluster": row.cluster, "kind": row.kind}
            for row in read_organisations(scenario.organisations_file)} == NODES  # fmt: skip
    assert ties_of(out) == {("a", "b"): 2.0, ("b", "c"): 0.5, ("c", "d"): 1.0, ("a", "c"): 0.25}
    assert [(row.name, row.sector) for row in scenario.clusters] == [("Grasse", "perfume"), ("Millau", "leather")]
    assert {row.name: row.share for row in scenario.sectors} == {"leather": 2, "perfume": 2}
    assert summary.organisations == {"firm": 2, "lab": 1, "other": 1}
    assert (summary.clusters, summary.sectors, summary.ties, summary.skipped) == (2, 2, 4, {})
    assert summary.notes == ()
    assert len(found(scenario, seed=1).organisations) == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("net.edgelist", "# comment\na b 2\n\nb c 0.5\n  c   d 1.0\n% comment\na c 2.5e-1\n"),
        ("net.txt", "\ufeffa b 2\r\nb c 0.5\r\nc d 1\r\na c 0.25\r\n"),
        ("net.tsv", "a\tb\t2\nb\tc\t0.5\nc\td\t1\na\tc\t0.25"),
        ("net.csv", "weight,b,a\n2,b,a\n0.5,c,b\n1,d,c\n0.25,c,a\n"),
    ],
)
def test_tables_of_edges(tmp_path, name, content):
    path, out = tmp_path / name, tmp_path / "o.toml"
    path.write_text(content, encoding="utf-8", newline="")
    summary = import_graph(path, out)
    assert ties_of(out) == {("a", "b"): 2.0, ("b", "c"): 0.5, ("c", "d"): 1.0, ("a", "c"): 0.25}
    assert summary.organisations == {"firm": 4, "lab": 0, "other": 0}


def test_names_with_blanks_in_a_tab_separated_file(tmp_path):
    path = tmp_path / "net.tsv"
    path.write_text("Atelier Sud\tInstitut du cuir\nInstitut du cuir\tC\n", encoding="utf-8")
    import_graph(path, tmp_path / "o.toml")
    assert ties_of(tmp_path / "o.toml") == {("Atelier Sud", "Institut du cuir"): 1.0, ("C", "Institut du cuir"): 1.0}


def test_other_attribute_names(tmp_path):
    graph = nx.relabel_nodes(full_graph(), str.upper)
    for _, data in graph.nodes(data=True):
        data["branch"], data["town"], data["what"] = data.pop("sector"), data.pop("cluster"), data.pop("kind")
    for _, _, data in graph.edges(data=True):
        data["times"] = 4 * data.pop("weight")
    nx.write_graphml(graph, tmp_path / "net.graphml")
    out = tmp_path / "o.toml"
    import_graph(tmp_path / "net.graphml", out, "branch", "town", "what", "times")
    people = read_organisations(Scenario.load(out).organisations_file)
    rows = {row.id: (row.sector, row.cluster, row.kind) for row in people}
    assert rows["B"] == ("leather", "Millau", "lab")
    assert ties_of(out)[("A", "B")] == 8.0


def test_without_attributes_communities_are_clusters_and_sectors(tmp_path):
    nx.write_graphml(two_cliques(), tmp_path / "net.graphml")
    out = tmp_path / "o.toml"
    summary = import_graph(tmp_path / "net.graphml", out)
    scenario = Scenario.load(out)
    assert [(row.name, row.sector) for row in scenario.clusters] == [
        ("Community 1 (sector 1)", "sector 1"),
        ("Community 2 (sector 2)", "sector 2"),
        ("Outside communities", "sector 3"),
    ]
    assert {row.name: row.share for row in scenario.sectors} == {"sector 1": 6, "sector 2": 5, "sector 3": 1}
    assert summary.notes == (
        "No node has a sector: Louvain communities are the sectors.",
        "No node has the attribute 'cluster': Louvain communities are the clusters.",
        "Organisations without a tie: 1.",
    )
    assert len(found(scenario, seed=1).organisations) == 12


def test_more_communities_than_a_scenario_has_sectors(tmp_path):
    path, out = tmp_path / "net.txt", tmp_path / "o.toml"
    path.write_text("".join(f"a{i} b{i}\n" for i in range(70)), encoding="utf-8")
    summary = import_graph(path, out)
    scenario = Scenario.load(out)
    assert len(scenario.clusters) == 70
    assert {row.name: row.share for row in scenario.sectors}["sector 64"] == 2 * 7
    assert summary.sectors == 64
    assert "Communities that share sector 64, the smallest: 7." in summary.notes
    found(scenario, seed=1)


def test_directed_parallel_edges_and_loops_are_made_simple(tmp_path):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(NODES.items())
    graph.add_weighted_edges_from([("a", "b", 1.0), ("b", "a", 2.0), ("a", "b", 4.0), ("c", "d", 1.0), ("d", "d", 9.0)])
    nx.write_graphml(graph, tmp_path / "net.graphml")
    summary = import_graph(tmp_path / "net.graphml", tmp_path / "o.toml")
    assert ties_of(tmp_path / "o.toml") == {("a", "b"): 7.0, ("c", "d"): 1.0}
    assert summary.skipped == {"net.graphml: edge of a node to itself": 1}
    assert summary.notes == (
        "The graph is directed: both directions are one tie.",
        "Edges: 4, between 2 pairs; a pair's weights are summed.",
    )


def test_the_only_sector_is_said_to_make_no_hybrid(tmp_path):
    graph = full_graph()
    nx.set_node_attributes(graph, "leather", "sector")
    nx.write_gexf(graph, tmp_path / "net.gexf")
    summary = import_graph(tmp_path / "net.gexf", tmp_path / "o.toml")
    assert summary.notes == ("Every organisation is in sector 'leather': a hybrid needs two sectors.",)


def test_defaults_of_graphml_hold(tmp_path):
    path = tmp_path / "net.graphml"
    path.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="s" for="node" attr.name="sector" attr.type="string"><default>leather</default></key>'
        '<key id="w" for="edge" attr.name="weight" attr.type="double"><default>3</default></key>'
        '<graph edgedefault="undirected"><node id="a"><data key="s">light</data></node><node id="b"/>'
        '<edge source="a" target="b"/></graph></graphml>',
        encoding="utf-8",
    )
    import_graph(path, tmp_path / "o.toml")
    people = {row.id: row.sector for row in read_organisations(Scenario.load(tmp_path / "o.toml").organisations_file)}
    assert people == {"a": "light", "b": "leather"}
    assert ties_of(tmp_path / "o.toml") == {("a", "b"): 3.0}


def test_gml_without_labels(tmp_path):
    (tmp_path / "net.gml").write_text(
        "graph [ node [ id 7 ] node [ id 8 ] node [ id 9 ] edge [ source 7 target 8 ] edge [ source 8 target 9 ] ]"
    )
    import_graph(tmp_path / "net.gml", tmp_path / "o.toml")
    assert ties_of(tmp_path / "o.toml") == {("7", "8"): 1.0, ("8", "9"): 1.0}


def test_the_process_changes_no_byte(tmp_path):
    graph = nx.relabel_nodes(nx.planted_partition_graph(6, 15, 0.4, 0.05, seed=2), lambda node: f"firm {node}")
    graph.graph.clear()
    nx.write_graphml(graph, tmp_path / "net.graphml")
    results = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        code = (
            "from pathlib import Path; from ecosim.importers import import_graph; "
            f"import_graph(Path({str(tmp_path / 'net.graphml')!r}), Path({str(folder / 'o.toml')!r}))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        results.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(results[0]) == 3
    assert results[0] == results[1]


def test_nothing_heavy_is_imported_before_it_is_needed():
    heavy = {"networkx", "scipy", "pandas", "numba", "mesa"}
    code = f"import sys, ecosim.importers; print(sorted({heavy} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(1e-6, 1e6)), min_size=1, max_size=40).filter(
        lambda edges: any(a != b for a, b, _ in edges)
    )
)
def test_any_edge_list_keeps_its_weight_and_can_be_founded(tmp_path_factory, edges):
    folder = tmp_path_factory.mktemp("any")
    (folder / "net.txt").write_text("".join(f"n{a} n{b} {weight!r}\n" for a, b, weight in edges))
    import_graph(folder / "net.txt", folder / "o.toml")
    ties = ties_of(folder / "o.toml")
    strength = dict.fromkeys(ties, 0.0)
    for a, b, weight in edges:
        if a != b:
            strength[tuple(sorted((f"n{a}", f"n{b}")))] += weight
    assert ties == pytest.approx(strength, rel=1e-5)
    state = found(Scenario.load(folder / "o.toml"), seed=1)
    assert len(state.organisations) == len({node for a, b, _ in edges for node in (a, b)})
    assert np.isfinite(state.ties.cumulative).all()
