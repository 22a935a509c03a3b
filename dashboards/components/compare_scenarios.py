"""What is compared: the scenarios, and what tells each from the baseline."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["CompareScenarios"]


@vue("compare_scenarios.vue")
def CompareScenarios(  # noqa: N802
    entries: list[dict[str, Any]], others: list[str], note: str, told: str, keepable: bool,
    words: dict[str, str], event_save: Callable[[str], None], event_rename: Callable[[dict[str, str]], None],
    event_remove: Callable[[str], None],
) -> Any:  # fmt: skip
    """Show the list, with buttons to rename and remove what was kept and a field to keep what is set.

    entries : id, name, colour, what (texts), kept (whether it has a name that was given to it), problem, and the labels
    rename and remove; others : what is not compared, and why; note : on
    what is set now; told : what came of the last action; keepable : whether what is set can be kept
    """
