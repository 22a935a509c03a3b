"""What the map of tipping is made of: the field, where one stands, the levers, the live runs. Data in, events out."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["TippingConfirm", "TippingHere", "TippingLevers", "TippingMap"]

Row = dict[str, Any]


@vue("tipping_map.vue")
def TippingMap(  # noqa: N802
    option: Row, title: str, alt: str, names: list[str], pairs: list[str], pair: int, table: Row, words: dict[str, str],
    event_turn: Callable[[int], None], event_move: Callable[[list[float]], None],
) -> Any:  # fmt: skip
    """Show the field over two dials.

    option : of `charts.heat.field`; names : of x and y; pairs : of dials to choose from, `pair` the one shown
    event_turn(pair), event_move([x, y]) : what the visitor asks for
    """


@vue("tipping_here.vue")
def TippingHere(  # noqa: N802
    stories: list[dict[str, str]], story: str, reading: Row, dials: list[Row], levers: list[Row], warnings: list[str],
    words: dict[str, str], event_choose: Callable[[str], None], event_put: Callable[[list[Any]], None],
    event_edge: Callable[[None], None], event_back: Callable[[None], None],
) -> Any:  # fmt: skip
    """Show where one stands: R in words, sliders, the way to the edge, when the map does not hold.

    reading : ``r``, ``side``, ``sentence``, ``luck``, ``edges``, ``edge`` (empty: no way there), ``changed``; empty
    without a map
    event_choose(story), event_put([path, value]), event_edge, event_back : what the visitor asks for
    """


@vue("tipping_levers.vue")
def TippingLevers(  # noqa: N802
    answer: str, begun: str, rows: list[Row], mixed: str, mixes: list[Row], costed: bool, told: str,
    words: dict[str, str], event_pull: Callable[[int], None], event_use: Callable[[int], None],
    event_store: Callable[[int], None],
) -> Any:  # fmt: skip
    """Show which lever tips first, and the cheapest mixes.

    begun, mixed : from where each is told; told : what came of the last button; event_pull(row), event_use(mix),
    event_store(mix) : what the visitor asks for
    """


@vue("tipping_confirm.vue")
def TippingConfirm(  # noqa: N802
    lead: str, histories: int, choices: list[int], playing: bool, share: float, status: str, rows: list[Row],
    made: list[str], words: dict[str, str], event_number: Callable[[int], None], event_begin: Callable[[None], None],
    event_stop: Callable[[None], None],
) -> Any:  # fmt: skip
    """Show what live runs say: a row per setting, beside the map's answer, and how the map was made."""
