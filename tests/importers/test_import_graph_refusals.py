"""What the graph importer refuses: by file, and by row, node or edge."""

from __future__ import annotations

import gzip

import networkx as nx
import pytest

from ecosim.errors import InputFileError, OutputError
from ecosim.importers import import_graph


def graphml(nodes: str, edges: str, keys: str = "") -> str:
    return (
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}<graph edgedefault="undirected">'
        f"{nodes}{edges}</graph></graphml>"
    )


TWO = '<node id="a"/><node id="b"/>'
ONE_EDGE = '<edge source="a" target="b"/>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("net.grapml", "", r"net\.grapml: suffix '\.grapml' \(did you mean '\.graphml'\?\): allowed are \.graphml, "),
        ("net", "", r"net: suffix '': allowed are"),
        ("net.graphml", "", r"net\.graphml: the file is empty"),
        ("net.graphml", "<graphml><graph>", r"net\.graphml: not a readable graphml file \(.+\)"),
        ("net.graphml", "a b\n", r"net\.graphml: not a readable graphml file \(.+\)"),
        ("net.graphml", graphml("", ""), r"net\.graphml: edges between two nodes: none; at least 1"),
        ("net.graphml", graphml(TWO, ""), r"net\.graphml: edges between two nodes: none"),
        ("net.graphml", graphml(TWO, '<edge source="a" target="a"/>'), r"edges between two nodes: only 1 of a node to"),
        ("net.graphml", graphml('<node id="a"/><node id=" a"/>', ONE_EDGE), r"node ' a': the same name as node 'a'"),
        ("net.graphml", graphml('<node id=" "/>' + TWO, ONE_EDGE), r"node 1: id = ' ': allowed is some text"),
        ("net.graphml", graphml(TWO, "<hyperedge/>"), r"net\.graphml: not a readable graphml file"),
        ("net.gexf", "<gexf>", r"net\.gexf: not a readable gexf file \(.+\)"),
        ("net.gexf", "<x/>", r"net\.gexf: not a readable gexf file \(.+\)"),
        ("net.gml", "graph [ node", r"net\.gml: not a readable gml file \(.+\)"),
        ("net.gml", "graph [ ]", r"net\.gml: edges between two nodes: none"),
        ("net.edgelist", "", r"net\.edgelist: edges between two nodes: none"),
        ("net.edgelist", "# nothing\n", r"net\.edgelist: edges between two nodes: none"),
        ("net.edgelist", "a b\nc\n", r"net\.edgelist: row 2: 'c': allowed is a b, or a b weight"),
        ("net.edgelist", "a b\n\nb c 1 2\n", r"net\.edgelist: row 3: 'b c 1 2': allowed is"),
        ("net.edgelist", "a b {}\n", r"net\.edgelist: row 1: weight = '\{\}': allowed is a number above 0"),
        ("net.txt", "a b 1\nb c 0\n", r"net\.txt: row 2: weight = '0': allowed is a number above 0"),
        ("net.txt", "a b 1\nb c -1\n", r"net\.txt: row 2: weight = '-1'"),
        ("net.txt", "a b nan\n", r"net\.txt: row 1: weight = 'nan'"),
        ("net.txt", "a b inf\n", r"net\.txt: row 1: weight = 'inf'"),
        ("net.txt", "a b 1e-40\n", r"net\.txt: row 1: weight = '1e-40'"),
        ("net.txt", "a b much\n", r"net\.txt: row 1: weight = 'much'"),
        ("net.txt", "a b 1\nb c\n", r"net\.txt: row 2: no weight, where row 1 has one: allowed is one on every edge"),
        ("net.txt", "a b\nb b\nb c 2\n", r"net\.txt: row 1: no weight, where row 3 has one"),
        ("net.txt", "a a\nb b\n", r"net\.txt: edges between two nodes: only 2 of a node to itself"),
        ("net.tsv", "a\t\t1\n", r"net\.tsv: row 1: .*: allowed is a b, or a b weight"),
        ("net.csv", "", r"net\.csv: the file is empty"),
        ("net.csv", "a,b\n", r"net\.csv: the file has a header but no row"),
        ("net.csv", "a,c\n1,2\n", r"net\.csv: row 1: no column 'b'"),
        ("net.csv", "a,b,weight\nx,y,1\ny,,1\n", r"net\.csv: row 3: b = '': allowed is some text"),
        ("net.csv", "a,b,weight\nx,y,1\ny,z,NaN\n", r"net\.csv: row 3: weight = 'NaN'"),
        ("net.csv", "a,b,weight\nx,y,1\ny,z,\n", r"net\.csv: row 3: no weight, where row 2 has one"),
        ("net.csv", "a,b,weight\nx,y\n", r"net\.csv: row 2: 2 values where the header has 3 columns"),
    ],
)
def test_wrong_files_are_refused(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputFileError, match=message):
        import_graph(tmp_path / name, tmp_path / "o.toml")
    assert not list(tmp_path.glob("o.*"))


def cycle(**attributes: list[object]) -> nx.Graph:
    """Return a cycle of four nodes with some node attributes; None leaves one out."""
    graph = nx.cycle_graph(["a", "b", "c", "d"])
    for name, values in attributes.items():
        for node, value in zip(graph, values, strict=True):
            if value is not None:
                graph.nodes[node][name] = value
    return graph


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".gml"])
@pytest.mark.parametrize(
    ("attributes", "options", "message"),
    [
        ({"sector": ["x", None, "y", None]}, {}, r"node 'b': no sector \(nor have 1 others of 4 nodes\)"),
        ({"cluster": ["x", "x", "y", None]}, {}, r"node 'd': no cluster \(nor have 0 others of 4 nodes\)"),
        ({"kind": [None, "lab", "lab", "lab"]}, {}, r"node 'a': no kind"),
        ({"sector": ["x", "x", "y", "  "]}, {}, r"node 'd': no sector"),
        (
            {"kind": ["firm", "labb", "lab", "lab"]},
            {},
            r"node 'b': kind = 'labb' \(did you mean 'lab'\?\): allowed are",
        ),
        (
            {"sector": ["x", "x", "y", "y"]},
            {"sector_attribute": "setor"},
            r"no node has the attribute 'setor' \(did you mean 'sector'\?\), asked for as its sector; got .*sector",
        ),
        ({}, {"cluster_attribute": "town"}, r"no node has the attribute 'town', asked for as its cluster; got "),
        ({}, {"weight_attribute": "times"}, r"no edge has the attribute 'times', asked for as its weight"),
    ],
)
def test_wrong_attributes_are_refused(tmp_path, suffix, attributes, options, message):
    path = tmp_path / f"net{suffix}"
    {".graphml": nx.write_graphml, ".gexf": nx.write_gexf, ".gml": nx.write_gml}[suffix](cycle(**attributes), path)
    with pytest.raises(InputFileError, match=rf"net\{suffix}: {message}"):
        import_graph(path, tmp_path / "o.toml", **options)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), "much", True, 1e-40])
def test_wrong_weights_are_refused(tmp_path, weight):
    graph = cycle()
    nx.set_edge_attributes(graph, weight, "weight")
    nx.write_graphml(graph, tmp_path / "net.graphml")
    with pytest.raises(
        InputFileError, match=r"net\.graphml: edge 'a' to 'b': weight = .*: allowed is a number above 0"
    ):
        import_graph(tmp_path / "net.graphml", tmp_path / "o.toml")


def test_a_weight_on_some_edges_only_is_refused(tmp_path):
    graph = cycle()
    graph.edges["b", "c"]["weight"] = 2.0
    nx.write_gexf(graph, tmp_path / "net.gexf")
    graph = cycle()
    graph.edges["b", "c"]["weight"] = 2.0
    nx.write_graphml(graph, tmp_path / "net.graphml")
    message = r"net\.graphml: edge 'a' to 'b': no weight, where edge 'b' to 'c' has one"
    with pytest.raises(InputFileError, match=message):
        import_graph(tmp_path / "net.graphml", tmp_path / "o.toml")


def test_more_than_64_sectors_are_refused(tmp_path):
    graph = nx.path_graph(65)
    nx.set_node_attributes(graph, {node: f"s{node}" for node in graph}, "sector")
    nx.write_graphml(graph, tmp_path / "net.graphml")
    with pytest.raises(InputFileError, match=r"net\.graphml: 65 sectors: allowed are at most 64"):
        import_graph(tmp_path / "net.graphml", tmp_path / "o.toml")


def test_a_weight_column_that_is_asked_for_must_be_there(tmp_path):
    (tmp_path / "net.csv").write_text("a,b,time\nx,y,1\n")
    with pytest.raises(InputFileError, match=r"net\.csv: row 1: no column 'times' \(did you mean 'time'\?\)"):
        import_graph(tmp_path / "net.csv", tmp_path / "o.toml", weight_attribute="times")


@pytest.mark.parametrize("name", ["net.graphml", "net.gexf", "net.gml", "net.txt", "net.csv"])
def test_files_that_are_not_there_not_text_or_not_whole(tmp_path, name):
    out = tmp_path / "o.toml"
    path = tmp_path / name
    with pytest.raises(InputFileError, match=rf"{name}: no such file"):
        import_graph(path, out)
    path.mkdir()
    with pytest.raises(InputFileError, match=rf"{name}: this is a folder"):
        import_graph(path, out)
    path.rmdir()
    path.write_bytes(b"a b\n\xff\xfe\x00\n")
    with pytest.raises(InputFileError, match=rf"{name}: not "):
        import_graph(path, out)
    zipped = tmp_path / f"{name}.gz"
    zipped.write_bytes(gzip.compress(b"a,b\nb,c\n" * 100)[:30])
    with pytest.raises(InputFileError, match=rf"{name}\.gz: not a whole gzip file"):
        import_graph(zipped, out)


def test_a_file_taken_for_a_folder(tmp_path):
    (tmp_path / "net").write_text("a b\n")
    with pytest.raises(InputFileError, match=r"net\.txt: cannot be read"):
        import_graph(tmp_path / "net" / "net.txt", tmp_path / "o.toml")


@pytest.mark.parametrize("name", ["o.organisations.csv", "o.ties.csv"])
def test_the_input_is_not_overwritten(tmp_path, name):
    path = tmp_path / name
    path.write_text("a,b\nx,y\n")
    with pytest.raises(OutputError, match=r"would overwrite the input"):
        import_graph(path, tmp_path / "o.toml")
    assert path.read_text() == "a,b\nx,y\n"
