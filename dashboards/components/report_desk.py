"""Where a report is asked for, followed while it is made, and taken away; and the link to what is set."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["ReportDesk"]


@vue("report_desk.vue")
def ReportDesk(  # noqa: N802
    subject: list[str], busy: bool, share: float, said: str, sentences: list[str], files: list[dict[str, str]],
    left_out: str, query: str, own: bool, sent: dict[str, Any], words: dict[str, str],
    event_make: Callable[[Any], None], event_stop: Callable[[Any], None], event_ask: Callable[[str], None],
    event_received: Callable[[Any], None], event_place: Callable[[str], None],
) -> Any:  # fmt: skip
    """Show what will be reported, the button that makes it, how far it is, and what was made.

    subject : lines on what will be reported; share : 0 to 100; said : how it stands, in words
    files : ``kind``, ``name``, ``size`` and ``about``, none as long as there is no report
    query : of the link; own : whether the ecosystem is one that no link can hold
    sent : a file on its way to the browser: ``name``, ``type``, ``content`` (bytes); empty without one
    event_ask(kind), event_received() : a file is wanted, and has come; event_place(address) : where the browser is
    """
