"""A line of the scoreboard, and when a statement holds. Knows of no study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.statistics import Interval

__all__ = ["Row", "Verdict", "above", "below", "interval", "judged", "listed", "shown"]

Verdict = Literal["holds", "fails", "undecided"]


@dataclass(frozen=True)
class Row:
    """One statement, its source, what was expected, what was found, and the verdict.

    key : of its own in its study, the same in quick and in full runs
    fact : a whole sentence that can be true or false, as a referee would write it
    source : paper (authors, year), or section of the model's description
    expected, found : with unit and, where found comes from runs, the 95 % interval
    note : why not, or where the mapping breaks; needed where it fails
    """

    key: str
    fact: str
    source: str
    expected: str
    found: str
    verdict: Verdict
    note: str = ""


def judged(estimate: Interval, low: float, high: float) -> Verdict:
    """Return whether an estimate lies in [low, high]: ``holds`` when its whole interval does, ``fails`` when none of
    it does, ``undecided`` when it is too wide to say. (An interval that merely contains the expected value shows
    nothing: few runs would always do.)
    """
    if any(math.isnan(value) for value in estimate):  # nothing was measured
        return "undecided"
    if low <= estimate.low and estimate.high <= high:
        return "holds"
    return "fails" if estimate.high < low or estimate.low > high else "undecided"


def above(estimate: Interval, level: float) -> Verdict:
    """Return whether an estimate is larger than a level: its whole interval is, or none of it is (a difference of
    exactly 0 is not above 0)."""
    if estimate.low > level:
        return "holds"
    return "fails" if estimate.high <= level else "undecided"


def below(estimate: Interval, level: float) -> Verdict:
    """Return whether an estimate is smaller than a level, as `above`."""
    if estimate.high < level:
        return "holds"
    return "fails" if estimate.low >= level else "undecided"


def interval(values: Sequence[float | None] | None) -> Interval:
    """Return ``[estimate, low, high]`` of findings as an interval; None, of what was not measured, is NaN."""
    if values is None:
        values = (None, None, None)
    return Interval(*(math.nan if value is None else float(value) for value in values))


def listed(found: Interval) -> list[float | None]:
    """Return an interval as it stands in findings: four significant digits, None for what is not known."""
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in found]


def shown(values: Sequence[float | None] | None, unit: str = "") -> str:
    """Return ``estimate [low, high] unit`` for a person, three digits; ``not measured`` for None."""
    found = interval(values)
    if math.isnan(found.estimate):
        return "not measured"
    words = [f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" for value in found]
    return f"{words[0]} [{words[1]}, {words[2]}]{f' {unit}' if unit else ''}"
