"""What is asked on the page Why, how far it is, and what came of it in sentences."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dashboards.components.vue import vue

__all__ = ["WhyPanel", "WhyWords"]


@vue("why_panel.vue")
def WhyPanel(  # noqa: N802
    words: dict[str, str], outcomes: list[dict[str, str]], outcome: str, choices: list[int], histories: int, told: str,
    share: float, action: str, event_choose: Callable[[str], None], event_count: Callable[[int], None],
    event_act: Callable[[str], None],
) -> Any:  # fmt: skip
    """Show the choice of an outcome and of the number of histories, and how far the runs are.

    told : how it stands, in words; share : of the runs that are played; action : what the button does: ``start``,
    ``go_on``, ``stop``, empty for no button
    """


@vue("why_words.vue")
def _Words(  # noqa: N802
    lead: str, lines: list[str], notes: list[str], button: str, event_press: Callable[[Any], None]
) -> Any: ...


def WhyWords(  # noqa: N802
    lead: str, lines: Sequence[str] = (), notes: Sequence[str] = (), button: str = "",
    event_press: Callable[[Any], None] = lambda _: None,
) -> Any:  # fmt: skip
    """Show a paragraph, a list of sentences, notes, and a button where it has a name."""
    return _Words(lead=lead, lines=list(lines), notes=list(notes), button=button, event_press=event_press)
