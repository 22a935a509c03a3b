"""The comparison of this visitor: what has been played for it, and how often. Compare plays it, Report tells it."""

from __future__ import annotations

import solara

from dashboards.comparing.entries import usual
from dashboards.comparing.question import Shelf
from dashboards.setup import Setup

__all__ = ["dials", "histories", "shelf", "told_by_dials"]

_USUAL = 20  # histories

shelf: solara.Reactive[Shelf] = solara.reactive(Shelf())
histories: solara.Reactive[int] = solara.reactive(_USUAL)
dials: solara.Reactive[bool | None] = solara.reactive(None)  # whether dials tell scenarios apart; None: as usual


def told_by_dials(now: Setup) -> bool:
    """Whether dials tell scenarios from the baseline: as the visitor chose, else as is usual for what is set."""
    return usual(now) if dials.value is None else dials.value
