"""Keeping what is set under a name, to be compared; and going back to the story as it is told."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["Keep"]


@vue("keep.vue")
def Keep(  # noqa: N802
    told: str, count: int, changed: bool, words: dict[str, str], event_save: Callable[[str], None],
    event_back: Callable[[None], None],
) -> Any:  # fmt: skip
    """Show a field for a name and two buttons.

    told : what came of the last one; count : of those that are kept; changed : whether there is a way back
    """
