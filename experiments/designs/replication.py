"""Sequential replication: more replicates for the points whose interval is still too wide, until the budget is spent.

A point is decided when the 95 % Student interval of its mean is narrow enough; with ``contrast`` it is the interval of
the differences from that point, replicate by replicate, under common random numbers. A round gives each undecided point
what its variance says it still needs, at least one replicate and at most as many as it has (the variance of few runs is
a poor guide). Sources: Stein (1945) for the number that a variance asks for; Chow & Robbins (1965) for going on until
an interval is narrow: its coverage is a little below 95 %, for the rule stops more readily where the variance happens
to look small; ``number`` guards against stopping too early. Knows nothing of how runs are played.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ecosim.errors import StudyError
from experiments.designs.base import Round, no_points
from experiments.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import ReplicatesSpec, Study

__all__ = ["check_rule", "more_replicates", "precision", "runs_needed"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SHARE = "share of runs"  # the unit of outcomes that are 0 or 1 in a run
_HOPELESS = 2  # times `number`: a point without a single known outcome after so many replicates gets no more


def check_rule(study: Study, points: int, where: str) -> None:
    """Raise StudyError when the stopping rule does not fit a design of `points` points."""
    rule = study.replicates
    if rule.contrast >= points:
        raise StudyError(f"{where}: contrast = {rule.contrast}: allowed is the number of a point, 0 to {points - 1}")
    if rule.budget and rule.budget < points * rule.number:
        raise StudyError(
            f"{where}: budget = {rule.budget}: allowed is at least number × points = {points * rule.number} runs"
        )


def more_replicates(study: Study, results: Results) -> Round | None:
    """Return the next replicates of the undecided points, None when all are decided or the budget is spent.

    The point that others are contrasted with always has at least as many replicates as any of them.
    """
    rule = study.replicates
    state = precision(study, results)
    asked = state["asked"].to_numpy(np.int64)
    base = _first_of_its_kind(results, rule.contrast)
    left = rule.budget - int(asked.sum()) if rule.budget else np.iinfo(np.int64).max
    undecided = state[~state["decided"] & ~state["given_up"] & (asked < rule.maximum)]
    width = (undecided["half_width"] / undecided["target"].replace(0.0, 1e-300)).to_numpy()
    order = undecided.index.to_numpy()[np.lexsort((undecided.index, -width))]  # the widest for its target first
    after = asked.copy()
    for point in order.tolist():
        wished = min(_missing(state.loc[point], rule), rule.maximum - int(asked[point]))
        free = int(after[base] - asked[point]) if base >= 0 else wished  # replicates that the base has already
        given = min(wished, left if left <= free else (left + free) // 2)
        after[point] += given
        left -= given
        if base >= 0 and given > free:
            after[base] += given - free
            left -= given - free
    more = np.flatnonzero(after > asked)
    if len(more) == 0:
        return None
    replicates = pd.DataFrame({"point": more, "first": asked[more], "last": after[more]}).astype(np.int64)
    spent = f"{asked.sum():,} runs asked for" + (f" of {rule.budget:,}" if rule.budget else "")
    words = f"{(after - asked).sum():,} more replicates for {len(order)} undecided points ({spent} so far)"
    return Round(no_points(study), replicates, words)


def precision(study: Study, results: Results) -> pd.DataFrame:
    """Return how well the outcome of the stopping rule is known, one row per point (index: its number).

    Columns: ``asked`` (replicates asked for), ``known`` (those whose outcome, or difference, is known), ``mean`` and
    ``half_width`` of its 95 % interval (infinite below two), ``target`` (what the half-width may be), ``spread``
    (standard deviation), ``decided``, and ``given_up``: no replicate has given a number in several times the first
    ones, or the point repeats another. The point that others are contrasted with is decided.
    """
    rule = study.replicates
    asked = np.zeros(len(results.points), np.int64)
    rounds = results.folder.rounds
    np.maximum.at(asked, rounds["point"].to_numpy(np.int64), rounds["last"].to_numpy(np.int64))
    values = results.matrix(rule.outcome)
    base = _first_of_its_kind(results, rule.contrast)
    if base >= 0:
        values = values - values[base]
    is_share = not study.run and OUTCOMES[rule.outcome].unit == SHARE
    rows = [_known(row[~np.isnan(row)], is_share) for row in values]
    state = pd.DataFrame(rows, columns=["known", "mean", "spread", "half_width"])
    state.insert(0, "asked", asked)
    state["target"] = rule.relative * state["mean"].abs().fillna(0.0) if rule.relative else rule.half_width
    state["decided"] = state["half_width"] <= state["target"]
    twin = results.points[list(study.paths)].duplicated().to_numpy()
    state["given_up"] = twin | ((state["known"] == 0) & (asked >= _HOPELESS * rule.number)).to_numpy()
    if base >= 0:
        state.loc[base, ["decided", "given_up"]] = [True, False]
    return state


def runs_needed(spread: float, half_width: float, most: int) -> int:
    """Return the least number of replicates whose 95 % Student interval is within `half_width`, at most `most`.

    spread : standard deviation of an outcome, in the unit of `half_width`
    """
    if spread == 0:
        return 2
    if half_width * math.sqrt(most) <= stats.norm.ppf(0.975) * spread:
        return most
    number = max(math.ceil((stats.norm.ppf(0.975) * spread / half_width) ** 2), 2)
    while number < most and stats.t.ppf(0.975, number - 1) * spread > half_width * math.sqrt(number):
        number += 1
    return min(number, most)


def _known(values: FloatArray, is_share: bool) -> tuple[int, float, float, float]:
    """Return (number, mean, standard deviation, half-width) of what is known.

    Where all runs of a 0-or-1 outcome agree the half-width is Wilson's (1927): ten runs without emergence do not show
    that there is never any.
    """
    number = len(values)
    if number < 2:
        return number, float(values[0]) if number else math.nan, math.nan, math.inf
    mean = float(values.mean())
    if np.ptp(values) == 0:
        z2 = stats.norm.ppf(0.975) ** 2
        return number, mean, 0.0, float(z2 / (2 * (number + z2))) if is_share else 0.0
    spread = float(values.std(ddof=1))
    return number, mean, spread, float(stats.t.ppf(0.975, number - 1) * spread / math.sqrt(number))


def _missing(state: pd.Series, rule: ReplicatesSpec) -> int:
    """Return how many more replicates a point is to get: by its variance and the share of its runs that tell us
    something, between 1 and as many as it has.
    """  # fmt: skip
    asked, known = int(state["asked"]), int(state["known"])
    if known < 2 or state["spread"] == 0:
        return asked
    needed = runs_needed(float(state["spread"]), float(state["target"]), rule.maximum)
    return min(max(math.ceil(needed * asked / known) - asked, 1), asked)


def _first_of_its_kind(results: Results, point: int) -> int:
    """Return the first point with the same values: its twins' runs are counted as its own (−1 stays −1)."""
    if point < 0:
        return point
    values = results.points[list(results.study.paths)]
    return int(np.flatnonzero((values == values.iloc[point]).all(axis=1))[0])
