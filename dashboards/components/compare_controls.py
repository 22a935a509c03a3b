"""How many histories are played; start, stop, and how far it is."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.components.vue import vue

__all__ = ["CompareControls"]


@vue("compare_controls.vue")
def CompareControls(  # noqa: N802
    histories: int, choices: list[int], start: str, playing: bool, share: float, told: str, problem: str,
    disabled: bool, words: dict[str, str], event_choose: Callable[[int], None], event_begin: Callable[[None], None],
    event_stop: Callable[[None], None], against: str, event_turn: Callable[[str], None],
) -> Any:  # fmt: skip
    """Show the choice of histories, one button, and a bar.

    start : label of the button while nothing is played; share : of the runs that are there, 0 to 1; told : how it
    stands; problem : why it cannot be played, or what failed
    against : what it is compared with: ``story``, ``here`` (the dials as they are set), "" where both are the same
    """
