"""Screened: Morris over all factors first, then Sobol' indices of those few that matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from experiments.designs.base import Design, Round, asked, repeated
from experiments.designs.morris import STEP, TRAJECTORY, check_trajectories, morris_points, trajectories_of
from experiments.designs.options import check_choice, check_outcome, check_whole
from experiments.designs.saltelli import (
    BLOCK,
    ROLE,
    SALTELLI_OPTIONS,
    blocks_of,
    check_saltelli,
    doubled,
    saltelli_points,
)

if TYPE_CHECKING:
    import pandas as pd

    from experiments.store import Results

__all__ = ["STAGE", "Screened"]

STAGE = "design.stage"


class Screened(Design):
    """Round 1: Morris' trajectories over all factors. Round 2: a Saltelli sample over the `keep` factors of largest mu*
    for `outcome` (the study's first by default), all others at `rest`: the middle of their range. Then doubled as in
    `Saltelli`, whose other options these are.

    ``design.stage`` is screening or indices; the columns of Morris are −1 in the second, those of Saltelli −1 and ""
    in the first. Where the screening cannot be trusted (too many failed runs, an outcome that is constant) there is no
    second round: the analysis of the screening says why.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {
        "trajectories": 20, "levels": 4, "keep": 8, "rest": "middle", **SALTELLI_OPTIONS,
    }  # fmt: skip

    def check(self, where: str) -> None:
        check_trajectories(self.options, where)
        check_whole(self.options, "keep", 1, max(1, len(self.study.factors)), where)
        check_choice(self.options, "rest", ("middle",), where)
        check_saltelli(self.study, self.options, where)
        check_outcome(self.study, self._outcome, f"{where}: outcome")

    @property
    def _outcome(self) -> str:
        return str(self.options["outcome"] or self.study.outcomes[0])

    def next_round(self, results: Results) -> Round | None:
        options = self.options
        if len(results.points) == 0:
            points = morris_points(self.study, options["trajectories"], options["levels"])
            points = points.assign(**{STAGE: "screening", BLOCK: np.int64(-1), ROLE: ""})
            return Round(points, asked(self.study, points), "screening")
        if len(blocks_of(results.points).numbers):
            added = doubled(self.study, options, results)
            return None if added is None else Round(_staged(added.points), added.replicates, added.words)
        kept = self.kept(results)
        if not kept:
            return None
        points = _staged(saltelli_points(self.study, kept, 0, options["points"], options["second_order"]))
        words = f"indices of the {len(kept)} most important factors, {options['points']} base samples"
        return Round(points, asked(self.study, points, results.points), words)

    def kept(self, results: Results) -> list[int]:
        """Return the places of the most important factors in the study, none where the screening cannot be trusted."""
        from experiments.analysis.sensitivity.guards import guarded
        from experiments.analysis.sensitivity.indices import elementary_effects

        numbers = trajectories_of(results.points)
        found = guarded(results, self._outcome, numbers, "trajectory", transform=self.options["transform"])
        if found.refusal:
            return []
        effects = elementary_effects(self.study, results.points, found, self.options["levels"])
        order = np.argsort(-effects.importance.estimate, kind="stable")
        return sorted(order[: self.options["keep"]].tolist())

    def planned_runs(self) -> int | None:
        """Return how many runs there will be at most: of whole numbers that come twice one is played, and which come
        twice depends on which factors are kept.
        """  # fmt: skip
        if self.options["precision"] > 0:
            return None
        screening = morris_points(self.study, self.options["trajectories"], self.options["levels"])
        first = int((~repeated(self.study, screening)).sum())
        size = (2 if self.options["second_order"] else 1) * self.options["keep"] + 2
        return (first + size * self.options["points"]) * self.study.replicates.number


def _staged(points: pd.DataFrame) -> pd.DataFrame:
    return points.assign(**{STAGE: "indices", TRAJECTORY: np.int64(-1), STEP: np.int64(-1)})
