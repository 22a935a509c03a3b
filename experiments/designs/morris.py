"""Morris' elementary effects (Morris 1991; Campolongo, Cariboni & Saltelli 2007), sampled by SALib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import MissingExtraError, StudyError
from experiments.designs.base import FixedDesign
from experiments.designs.options import check_whole

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["Morris", "check_trajectories", "morris_points", "problem_of", "trajectories_of"]

TRAJECTORY, STEP = "design.trajectory", "design.step"


class Morris(FixedDesign):
    """`trajectories` walks through a grid of `levels` places per factor; each step of a walk moves one factor.

    ``design.trajectory`` numbers the walks, ``design.step`` the points of one from 0 to the number of factors.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {"trajectories": 20, "levels": 4}

    def check(self, where: str) -> None:
        check_trajectories(self.options, where)

    def points(self) -> pd.DataFrame:
        return morris_points(self.study, self.options["trajectories"], self.options["levels"])


def check_trajectories(options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError unless ``trajectories`` and ``levels`` can be sampled."""
    check_whole(options, "trajectories", 2, 100_000, where)
    check_whole(options, "levels", 2, 100, where)
    if options["levels"] % 2:
        raise StudyError(f"{where}: levels = {options['levels']}: allowed is an even number")


def morris_points(study: Study, trajectories: int, levels: int) -> pd.DataFrame:
    """Return all points of some trajectories: a column per factor, ``design.trajectory`` and ``design.step``."""
    try:
        from SALib.sample import morris  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError("the design morris", "experiments") from None
    number = len(study.factors)
    unit = morris.sample(problem_of(number), trajectories, num_levels=levels, seed=study.seed)
    points = pd.DataFrame({factor.path: factor.values(unit[:, row]) for row, factor in enumerate(study.factors)})
    rows = np.arange(len(points), dtype=np.int64)
    return points.assign(**{TRAJECTORY: rows // (number + 1), STEP: rows % (number + 1)})


def trajectories_of(points: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the numbers of the points of every trajectory, int64 (trajectories, steps); (0, 0) where there is none."""
    if TRAJECTORY not in points:
        return np.zeros((0, 0), np.int64)
    rows = points[points[TRAJECTORY] >= 0].sort_values([TRAJECTORY, STEP], kind="stable")
    if rows.empty:
        return np.zeros((0, 0), np.int64)
    return rows.index.to_numpy(np.int64).reshape(-1, int(rows[STEP].max()) + 1)


def problem_of(number: int) -> dict[str, Any]:
    """Return SALib's problem for some factors in the unit cube."""
    return {"num_vars": number, "names": [f"x{row}" for row in range(number)], "bounds": [[0.0, 1.0]] * number}
