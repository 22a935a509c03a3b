"""The frame around every page: the way between pages, the language, the address in the browser."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["Frame"]


@vue("frame.vue")
def Frame(  # noqa: N802
    pages: list[dict[str, str]], here: str, language: str, languages: dict[str, str], words: dict[str, str], query: str,
    event_go: Callable[[str], None], event_speak: Callable[[str], None],
) -> Any:  # fmt: skip
    """Show the header: links to pages (name, label, path), the language. `query` is written to the address."""
