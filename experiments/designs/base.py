"""The contract of a design: which points are to be played next, and how often. Knows nothing of how they are played.

A design is asked for one round after another until it has none. A round is chosen from what the rounds before gave, and
from nothing else (no clock, no generator that is not seeded by ``study.seed``): a sweep that was killed asks again and
must be told the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["Design", "FixedDesign", "Round", "asked", "no_points", "repeated", "replicates_of"]


@dataclass(frozen=True)
class Round:
    """What is to be played next.

    points : new points, one row each: a column per factor (by its path) with its value, and any columns of the design's
        own, named ``design.…`` (such as the block of a Saltelli sample); they get the numbers after the last point
    replicates : which replicates of which points: columns ``point``, ``first`` and ``last`` (int64; last not included)
    words : what the round is for
    """

    points: pd.DataFrame
    replicates: pd.DataFrame
    words: str = ""


class Design(ABC):
    """A way of choosing points. Options come from the study's ``[design]``; `OPTIONS` gives their defaults."""

    OPTIONS: ClassVar[Mapping[str, Any]] = {}
    adaptive: ClassVar[bool] = True

    def __init__(self, study: Study) -> None:
        self.study = study
        self.options: dict[str, Any] = {**self.OPTIONS, **study.design.options}

    def check(self, where: str) -> None:  # noqa: B027 (a design without options has nothing to check)
        """Raise StudyError when the options are wrong or the factors are not of a kind that this design can vary.

        That no unknown option is there has been checked.
        """

    @abstractmethod
    def next_round(self, results: Results) -> Round | None:
        """Return the next round, None when the design is done. All runs of the rounds before are in `results`
        (`Results.points`, `Results.runs`), failed ones among them.
        """  # fmt: skip

    def planned_runs(self) -> int | None:
        """Return how many runs there will be in all, None when that depends on the results."""
        return None


class FixedDesign(Design):
    """A design whose points are known beforehand; with a sequential rule only their replicates are not.

    Values may come twice (whole numbers, levels): they are played once.
    """

    adaptive: ClassVar[bool] = False

    @abstractmethod
    def points(self) -> pd.DataFrame:
        """Return all points: a column per factor, and ``design.…`` columns."""

    def next_round(self, results: Results) -> Round | None:
        from experiments.designs.replication import check_rule, more_replicates

        if len(results.points) == 0:
            points = self.points()
            check_rule(self.study, len(points), f"{self.study.name}: replicates")
            return Round(points, asked(self.study, points), "all points")
        if not self.study.replicates.sequential:
            return None
        return more_replicates(self.study, results)

    def planned_runs(self) -> int | None:
        if self.study.replicates.sequential:
            return None
        return int((~repeated(self.study, self.points())).sum()) * self.study.replicates.number


def replicates_of(points: Any, first: int, last: int) -> pd.DataFrame:
    """Return the replicates `first` to `last` (not included) of some points, as a Round wants them."""
    numbers = np.asarray(list(points) if isinstance(points, range) else points, np.int64)
    return pd.DataFrame({"point": numbers, "first": np.int64(first), "last": np.int64(last)})


def no_points(study: Study) -> pd.DataFrame:
    """Return an empty table of points, for a round that only adds replicates."""
    return pd.DataFrame({path: [] for path in study.paths})


def repeated(study: Study, points: pd.DataFrame, earlier: Any = ()) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which points have the values of an earlier one, bool (len(points),).

    Whole numbers and levels make them: a run is known by its values and its seed, and is played once.
    """
    paths = list(study.paths)
    frames = [earlier[paths], points[paths]] if len(earlier) else [points[paths]]
    both = pd.concat(frames, ignore_index=True)
    return both.duplicated().to_numpy(bool)[len(earlier) :]


def asked(study: Study, points: pd.DataFrame, earlier: Any = ()) -> pd.DataFrame:
    """Return the study's number of replicates for new points, leaving out those whose values are there already.

    Where none is new, point 0 is asked for, which has been played: a round that asks for nothing is no round.
    """
    rows = np.flatnonzero(~repeated(study, points, earlier)) + len(earlier)
    rows = rows if len(rows) else np.zeros(1, np.int64)
    return replicates_of(rows, 0, study.replicates.number)
