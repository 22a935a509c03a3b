"""What tells an entry from the baseline: paired differences between runs of the same seed, with intervals and costs.

A replicate in which an outcome is not known, on either side, is left out of that outcome and counted. No interval is
given that the number of histories does not justify. Knows neither words nor pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboards.comparing.entries import Entry, uncosted
from dashboards.comparing.replicates import Played
from dashboards.comparing.work import Runs
from experiments.paired import difference, per
from experiments.statistics import Interval, mean_interval

__all__ = ["COSTS", "FOR_RATIO", "Cost", "Effect", "costs", "effects", "played"]

FOR_RATIO = 10  # pairs that the bootstrap interval of a ratio needs
_BASE, _WITH = "baseline", "entry"
COSTS = {"job_year": "job_years", "job": "employees", "turnover": "revenue"}  # what a cost is a cost of


@dataclass(frozen=True)
class Effect:
    """One outcome of one entry against the baseline.

    pairs : seeds in which it is known on both sides; left_out : seeds in which it is not; base, mean : means over the
    pairs, None without any; interval : of the difference, 95 %, None with fewer than two pairs
    narrowing : variance of the paired difference over that of independent histories, None where neither varies
    """

    outcome: str
    pairs: int
    left_out: int
    base: float | None
    mean: float | None
    interval: Interval | None
    narrowing: float | None

    @property
    def verdict(self) -> str:
        """``few`` (no interval), ``same`` (in every history), ``more``, ``less``, or ``chance`` (0 is inside)."""
        if self.interval is None:
            return "few"
        if self.interval.low == self.interval.high == 0:
            return "same"
        if self.interval.low > 0:
            return "more"
        return "less" if self.interval.high < 0 else "chance"


@dataclass(frozen=True)
class Cost:
    """What one more job-year, job or euro of turnover costs in policy spending: k€, or € per €.

    status : ``known``; ``uncosted`` (the entry also changes what has no cost in the model); ``free`` (spending is not
    above the baseline's); ``unknown`` (the effect's interval includes 0); ``few`` (too few histories)
    """

    of: str
    status: str
    interval: Interval | None = None


def played(entry: Entry, seeds: Sequence[int], runs: Runs) -> list[Played]:
    """Return the runs of an entry that are there, in the order of the seeds."""
    return [runs[entry.key, seed] for seed in seeds if (entry.key, seed) in runs]


def _apart(base: Sequence[Played], other: Sequence[Played]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return (baseline, entry, entry − baseline), one row per seed that both have played."""
    both = {run.seed for run in base} & {run.seed for run in other}
    table = pd.DataFrame(
        [
            {"case": case, "seed": run.seed, **run.outcomes}
            for case, chosen in ((_BASE, base), (_WITH, other))
            for run in chosen
            if run.seed in both
        ]
    )
    if table.empty:
        return table, table, table
    sides = [
        table[table["case"] == case].drop(columns="case").set_index("seed").sort_index() for case in (_BASE, _WITH)
    ]
    return sides[0], sides[1], difference(table, _WITH, _BASE)


def effects(base: Sequence[Played], other: Sequence[Played], names: Sequence[str]) -> list[Effect]:
    """Return the effects on some outcomes, in their order.

    base, other : runs of the baseline and of an entry; only seeds that both have played are compared.
    """
    without, with_it, apart = _apart(base, other)
    return [_effect(name, without, with_it, apart) for name in names]


def _effect(name: str, without: pd.DataFrame, with_it: pd.DataFrame, apart: pd.DataFrame) -> Effect:
    if name not in apart:
        return Effect(name, 0, 0, None, None, None, None)
    known = apart[name].notna()
    values = apart.loc[known, name].to_numpy(np.float64)
    x, y = (side.loc[known, name].to_numpy(np.float64) for side in (with_it, without))
    pairs, left_out = len(values), int((~known).sum())
    if not pairs:
        return Effect(name, 0, left_out, None, None, None, None)
    narrowing = None
    if pairs >= 3:
        apart_if_independent = float(x.var(ddof=1) + y.var(ddof=1))
        narrowing = float(values.var(ddof=1)) / apart_if_independent if apart_if_independent > 0 else None
    interval = mean_interval(values) if pairs >= 2 else None
    return Effect(name, pairs, left_out, float(y.mean()), float(x.mean()), interval, narrowing)


def costs(entry: Entry, base: Sequence[Played], other: Sequence[Played]) -> list[Cost]:
    """Return what the entry's effects cost; nothing in a world where no policy can spend."""
    _, _, apart = _apart(base, other)
    if "policy_spending" not in apart:
        return []
    found = []
    for of, name in COSTS.items():
        if name not in apart:
            continue
        known = apart[[name, "policy_spending"]].dropna()
        found.append(_cost(of, entry, known["policy_spending"].to_numpy(), known[name].to_numpy()))
    return found


def _cost(of: str, entry: Entry, spent: np.ndarray, gained: np.ndarray) -> Cost:
    if uncosted(entry):
        return Cost(of, "uncosted")
    if len(spent) < FOR_RATIO:
        return Cost(of, "few")
    if not mean_interval(spent).low > 0:
        return Cost(of, "free")
    interval = per(spent, gained)
    return Cost(of, "unknown") if interval is None else Cost(of, "known", interval)
