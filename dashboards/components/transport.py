"""Playing a run: play, pause, step, reset, speed, and the playhead that every view of the run follows.

It lives in the browser: moving the playhead asks nothing of the server (see the package's words).
"""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["Transport"]


@vue("transport.vue")
def Transport(  # noqa: N802
    planned: int, played: int, done: bool, story: str, status: dict[str, str], words: dict[str, str],
    event_run: Callable[[None], None], event_halt: Callable[[None], None],
) -> Any:  # fmt: skip
    """Show the playhead of a run.

    planned, played : months; done : whether no more months will come; story : of which world: at another one the
    playhead goes to the newest month, else it stays where it is
    status : ``kind`` (of `dashboards.current.Progress`, ``done`` for a run that is there) and ``text``, which is read
    out when the kind changes
    event_run : the run is to be played by the server; event_halt : it is to be stopped
    """
