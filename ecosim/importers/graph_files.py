"""Reads a graph from a file of any kind that is understood: names of nodes, their attributes, weighted edges.

Knows of no scenario. Graph formats are read through NetworkX, tables of edges row by row.
"""

from __future__ import annotations

import gzip
import io
import math
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecosim.errors import InputFileError, nearest_name
from ecosim.tables import positive, read_rows, text

__all__ = ["GRAPH_SUFFIXES", "GraphFile", "read_graph"]

_WITH_ATTRIBUTES = (".graphml", ".gexf", ".gml")
_LINES = (".edgelist", ".txt", ".tsv")
GRAPH_SUFFIXES = (*_WITH_ATTRIBUTES, *_LINES, ".csv")
# Ties are kept in single precision: beyond these a weight would become 0 or infinite.
_LEAST, _MOST = 1e-30, 1e30


@dataclass
class GraphFile:
    """What a graph file holds.

    `nodes` are names in the order of the file, `attributes` theirs; `edges` are (one, other, weight), rows of
    `nodes`, with edges of a node to itself left out and counted in `loops`; `edge_attributes` are the names of all
    that edges have; `notes` are sentences for the user.
    """

    nodes: list[str] = field(default_factory=list)
    attributes: list[Mapping[str, Any]] = field(default_factory=list)
    edges: list[tuple[int, int, float]] = field(default_factory=list)
    loops: int = 0
    edge_attributes: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def read_graph(path: Path, weight_attribute: str = "weight") -> GraphFile:
    """Return the nodes and edges of a graph file; its suffix says of which kind it is (.gz may follow).

    Raises
    ------
    InputFileError
        For an unknown suffix, a file that is missing or broken, or a weight that is missing on some edges only or
        is not a number above 0; the message names the file and the row or edge.
    """
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if suffix not in GRAPH_SUFFIXES:
        raise InputFileError(
            f"{path}: suffix {suffix!r}{nearest_name(suffix, GRAPH_SUFFIXES)}: allowed are {', '.join(GRAPH_SUFFIXES)}"
        )
    graph = GraphFile()
    if suffix in _WITH_ATTRIBUTES:
        edges = _from_networkx(path, suffix, weight_attribute, graph)
    else:
        rows = _csv_rows(path, weight_attribute) if suffix == ".csv" else _lines(path, suffix)
        edges = _named_edges(rows, graph)
    bare: str | None = None
    weighted: str | None = None
    for one, other, weight, where in edges:
        if weight is None:
            bare = bare or where
        else:
            weighted = weighted or where
        if bare and weighted:
            raise InputFileError(
                f"{path}: {bare}: no {weight_attribute}, where {weighted} has one: "
                f"allowed is one on every edge or on none"
            )
        if one == other:
            graph.loops += 1
            continue
        graph.edges.append((one, other, 1.0 if weight is None else _weight(weight, weight_attribute, path, where)))
    if weighted is None and bare is not None and weight_attribute != "weight":
        there = sorted(graph.edge_attributes)
        raise InputFileError(
            f"{path}: no edge has the attribute {weight_attribute!r}{nearest_name(weight_attribute, there)}, "
            f"asked for as its weight; got {', '.join(there) or 'no attribute'}"
        )
    if not graph.edges:
        got = f"only {graph.loops} of a node to itself" if graph.loops else "none"
        raise InputFileError(f"{path}: edges between two nodes: {got}; at least 1 is needed")
    return graph


_Edge = tuple[int, int, Any, str]  # rows of two nodes, weight as read or None, where it stands


def _weight(value: Any, name: str, path: Path, where: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else positive(str(value))
    except ValueError:
        number = math.nan
    if not _LEAST <= number <= _MOST:
        raise InputFileError(f"{path}: {where}: {name} = {value!r}: allowed is a number above 0")
    return number


# -- tables of edges ------------------------------------------------------------------------------------------


def _named_edges(rows: Iterator[tuple[int, str, str, Any]], graph: GraphFile) -> Iterator[_Edge]:
    row_of: dict[str, int] = {}
    for number, a, b, weight in rows:
        for name in (a, b):
            if name not in row_of:
                row_of[name] = len(row_of)
                graph.nodes.append(name)
                graph.attributes.append({})
        yield row_of[a], row_of[b], weight, f"row {number}"


def _csv_rows(path: Path, weight_attribute: str) -> Iterator[tuple[int, str, str, Any]]:
    optional = [weight_attribute] if weight_attribute == "weight" else []
    for number, row in read_rows(path, {"a": text, "b": text, weight_attribute: str}, optional):
        yield number, str(row["a"]), str(row["b"]), row[weight_attribute]


def _lines(path: Path, suffix: str) -> Iterator[tuple[int, str, str, Any]]:
    """Yield the edges of lines ``a b [weight]``; blank lines and those that begin with # or % are comments."""
    try:
        content = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputFileError(f"{path}: not UTF-8 text (byte {problem.start})") from None
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip() or line.lstrip()[0] in "#%":
            continue
        # names in a tab-separated file may contain blanks
        words = [word.strip() for word in line.split("\t")] if suffix == ".tsv" and "\t" in line else line.split()
        if len(words) not in (2, 3) or not all(words):
            raise InputFileError(f"{path}: row {number}: {line.strip()[:80]!r}: allowed is a b, or a b weight")
        yield number, words[0], words[1], words[2] if len(words) == 3 else None


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except FileNotFoundError:
        raise InputFileError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputFileError(f"{path}: this is a folder, a graph file is needed") from None
    except PermissionError:
        raise InputFileError(f"{path}: the file may not be read (permission denied)") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InputFileError(f"{path}: not a whole gzip file") from None
    except OSError as problem:
        raise InputFileError(f"{path}: cannot be read ({problem.strerror or problem})") from None


# -- graph formats --------------------------------------------------------------------------------------------


def _from_networkx(path: Path, suffix: str, weight_attribute: str, graph: GraphFile) -> Iterator[_Edge]:
    content = _content(path)
    if not content.strip():
        raise InputFileError(f"{path}: the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = _parse(content, suffix)
    except Exception as problem:  # the readers let anything through: KeyError, ValueError, ParseError, ...
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise InputFileError(f"{path}: not a readable {suffix[1:]} file ({reason[:200]})") from None
    defaults = read.graph.get("node_default", {})
    row_of: dict[Any, int] = {}
    seen: dict[str, Any] = {}
    for node, attributes in read.nodes(data=True):
        name = str(node).strip()
        if not name:
            raise InputFileError(f"{path}: node {len(row_of) + 1}: id = {node!r}: allowed is some text")
        if name in seen:
            raise InputFileError(f"{path}: node {node!r}: the same name as node {seen[name]!r}")
        seen[name] = node
        row_of[node] = len(row_of)
        graph.nodes.append(name)
        graph.attributes.append({**defaults, **attributes})
    if read.is_directed():
        graph.notes.append("The graph is directed: both directions are one tie.")
    default = read.graph.get("edge_default", {}).get(weight_attribute)
    for a, b, attributes in read.edges(data=True):
        where = f"edge {str(a)!r} to {str(b)!r}"
        graph.edge_attributes.update(map(str, attributes))
        yield row_of[a], row_of[b], attributes.get(weight_attribute, default), where


def _parse(content: bytes, suffix: str) -> Any:
    import networkx

    if suffix == ".graphml":
        return networkx.read_graphml(io.BytesIO(content))
    if suffix == ".gexf":
        return networkx.read_gexf(io.BytesIO(content))
    lines = content.decode("utf-8-sig")
    try:
        return networkx.parse_gml(lines, label="label")
    except networkx.NetworkXError:
        return networkx.parse_gml(lines, label="id")  # labels are missing or not unique
