"""The network, drawn once; where hybrids are born, it lights up as the playhead goes."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from typing import Any

import solara

from dashboards.components.vue import vue
from dashboards.playing import Network, Record
from dashboards.text import Words

__all__ = ["NetworkView", "described", "drawn"]


@vue("network.vue")
def _Network(  # noqa: N802
    drawing: dict[str, Any], lit: list[list[int]], alt: str, notes: str, words: dict[str, str]
) -> Any: ...


def NetworkView(record: Record | None, say: Words, words: dict[str, str]) -> Any:  # noqa: N802
    """Show the network of a run; an empty frame without one."""
    network = None if record is None else record.network
    drawing = solara.use_memo(lambda: drawn(network), [network])
    return _Network(
        drawing=drawing, lit=[] if record is None else record.lit,
        alt=described(record, say), notes=say("explore.network_notes"), words=words,
    )  # fmt: skip


def drawn(network: Network | None) -> dict[str, Any]:
    """Return a drawing as a browser takes it: links as one flat list, two nodes each."""
    if network is None:
        return {"x": [], "y": [], "kind": [], "size": [], "links": [], "weights": []}
    return {
        "x": [round(x, 4) for x in network.x],
        "y": [round(y, 4) for y in network.y],
        "kind": network.kind,
        "size": network.size,
        "links": [node for link in network.links for node in link],
        "weights": network.weights,
    }


def described(record: Record | None, say: Words) -> str:
    """Return what the network shows, in words."""
    if record is None or record.network is None:
        return say("explore.network_empty")
    network = record.network
    born = sum((a or 0) + (b or 0) for a, b in zip(
        record.columns["births_spontaneous"], record.columns["births_recombinant"], strict=True
    ))  # fmt: skip
    return say(
        "explore.network_alt" if network.each_organisation else "explore.network_alt_clusters",
        nodes=say.number(len(network.x)), links=say.number(len(network.links)), hybrids=say.number(born),
        months=say.number(record.played),
    )  # fmt: skip
