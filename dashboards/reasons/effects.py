"""What each thing contributes: the whole run minus the run without it, with its interval. Estimates by
`experiments.ablation.contributions`; here they are told apart by what can be said of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboards.reasons.ablating import Row
from dashboards.reasons.cases import FULL, Case
from experiments.ablation import RELATIVE, SHOWN, contributions

__all__ = ["OUTCOMES", "Effect", "Verdict", "effects", "mean_of_whole", "relative"]

OUTCOMES = SHOWN
Verdict = Literal["adds", "holds_back", "none", "endless", "unknown"]
_FEWEST = 2  # seeds of an interval


@dataclass(frozen=True)
class Effect:
    """What one thing contributes to one outcome.

    estimate, low, high : the whole run minus the run without it, with its 95 % interval: % of the whole run, R as it
    is; None where there are none yet, or never; seeds : pairs of runs from which it is known
    verdict : ``adds``, ``holds_back`` (the interval is all above, or below, 0), ``none`` (0 is in it), ``endless`` (R
    is infinite without it), ``unknown``
    """

    case: Case
    estimate: float | None
    low: float | None
    high: float | None
    seeds: int
    verdict: Verdict

    @property
    def size(self) -> float:
        """How far it is from 0; −1 when it is not known."""
        return -1.0 if self.estimate is None else abs(self.estimate)


def relative(outcome: str) -> bool:
    """Return whether effects on an outcome are in % of the whole run."""
    return outcome in RELATIVE


def effects(cases: Sequence[Case], rows: Iterable[Row], outcome: str, seeds: Sequence[int]) -> list[Effect]:
    """Return the effect of each case but the whole, the largest first; those that are not known at the end."""
    wanted = set(seeds)
    data = [(row.case, row.seed, row.outcomes.get(outcome, math.nan)) for row in rows if row.seed in wanted]
    table = pd.DataFrame(data, columns=["case", "seed", outcome])
    known = {}
    if (table["case"] == FULL).any():
        known = {row.mechanism: row for row in contributions(table).itertuples()}
    found = [_effect(case, known.get(case.key)) for case in cases if case.group != "full"]
    return sorted(found, key=lambda effect: -effect.size)


def _effect(case: Case, row: object) -> Effect:
    if row is None or case.scenario is None:
        return Effect(case, None, None, None, 0, "unknown")
    estimate, low, high, seeds = (getattr(row, name) for name in ("estimate", "low", "high", "seeds"))
    if math.isinf(estimate):
        return Effect(case, None, None, None, int(seeds), "endless")
    if math.isnan(estimate):
        return Effect(case, None, None, None, int(seeds), "unknown")
    if seeds < _FEWEST:
        return Effect(case, float(estimate), None, None, int(seeds), "unknown")
    verdict: Verdict = "adds" if low > 0 else "holds_back" if high < 0 else "none"
    return Effect(case, float(estimate), float(low), float(high), int(seeds), verdict)


def mean_of_whole(rows: Iterable[Row], outcome: str, seeds: Sequence[int]) -> float | None:
    """Return the mean outcome of the whole run over the seeds that have been played; None before, or when infinite."""
    wanted = set(seeds)
    values = [row.outcomes.get(outcome, math.nan) for row in rows if row.case == FULL and row.seed in wanted]
    mean = sum(values) / len(values) if values else math.nan
    return mean if math.isfinite(mean) else None
