"""What comes out of a comparison: cards of sentences, tables, and the choice of what is shown in charts."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["CompareChoice", "CompareResults", "CompareTable"]


@vue("compare_results.vue")
def CompareResults(  # noqa: N802
    cards: list[dict[str, Any]], lead: list[str], detailed: bool, words: dict[str, str],
    event_detail: Callable[[bool], None],
) -> Any:  # fmt: skip
    """Show the cards and a switch. cards : as `dashboards.comparing.showing.cards` gives them; lead : paragraphs."""


@vue("compare_table.vue")
def CompareTable(columns: list[str], rows: list[list[str]], title: str, numbers: list[int]) -> Any:  # noqa: N802
    """Show a table. numbers : columns that stand to the right."""


@vue("compare_choice.vue")
def CompareChoice(  # noqa: N802
    label: str, value: str, choices: list[dict[str, str]], event_choose: Callable[[str], None]
) -> Any:
    """Show a choice of one among several. choices : id and name of each."""
