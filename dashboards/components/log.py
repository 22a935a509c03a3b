"""The event log: what has happened up to the playhead, in sentences, newest first."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from typing import Any

from dashboards.components.vue import vue

__all__ = ["MOST", "Log"]

MOST = 200  # sentences shown at once


@vue("log.vue")
def Log(  # noqa: N802
    entries: list[tuple[int, str, str]], kinds: list[dict[str, str]], language: str, words: dict[str, str],
    most: int = MOST,
) -> Any:  # fmt: skip
    """Show events (`entries`: month, kind, sentence), which are sorted by month.

    kinds : those to choose from, ``name`` and ``label``; language : of the sentences
    """
