"""Why something was refused, on top of the page."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["Message"]


@vue("message.vue")
def Message(text: str, words: dict[str, str], event_close: Callable[[None], None]) -> Any:  # noqa: N802
    """Show a message that is read out at once and can be closed."""
