"""Which ecosystem is played: the stories that ship and the visitor's own, how long, and which history of it."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["Story"]


@vue("story.vue")
def Story(  # noqa: N802
    stories: list[dict[str, str]], chosen: str, story: str, language: str, months: int, most: int, seed: int,
    words: dict[str, str], event_pick: Callable[[str], None], event_last: Callable[[int], None],
    event_history: Callable[[int], None],
) -> Any:  # fmt: skip
    """Show the stories to choose from (``name``, ``title``) and the chosen one's own words.

    language : of the story's words; months : to play, at most `most`; seed : which history
    event_pick(name), event_last(months), event_history(seed) : what the visitor asks for
    """
