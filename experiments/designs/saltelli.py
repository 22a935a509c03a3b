"""Saltelli's sample for Sobol' indices (Saltelli 2002; Saltelli et al. 2010), by SALib, doubled until it is enough.

The design is made of blocks: a point A, a point B, and for every factor A with that factor's value from B (AB_i), with
second order B with that factor's value from A (BA_i) as well. An index needs whole blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import MissingExtraError, StudyError
from experiments.designs.base import Design, Round, asked, repeated
from experiments.designs.morris import problem_of
from experiments.designs.options import TRANSFORMS, check_choice, check_number, check_outcome, check_power, check_switch

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["Blocks", "Saltelli", "blocks_of", "check_saltelli", "doubled", "is_enough", "saltelli_points"]

BLOCK, ROLE = "design.block", "design.role"
SALTELLI_OPTIONS: Mapping[str, Any] = {
    "points": 256, "maximum": 4096, "precision": 0.0, "outcome": "", "second_order": False, "transform": "none",
}  # fmt: skip


class Saltelli(Design):
    """`points` base samples (a power of 2), doubled until the intervals are narrow enough.

    points, maximum : base samples at first, and at most
    precision : of the widest 95 % interval of a total index of `outcome` (default: the study's first), half of it;
        0: no doubling
    second_order : whether pairs of factors are looked at: 2 D + 2 points per block in place of D + 2
    transform : of the outcome, none or log1p, when precision is looked at

    ``design.block`` numbers the blocks; ``design.role`` is A, B, AB_i or BA_i, with i the factor's place in the study
    from 1 on. A larger design begins with the smaller one.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = SALTELLI_OPTIONS

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.adaptive = self.options["precision"] != 0  # type: ignore[misc]  # else all points are known beforehand

    def check(self, where: str) -> None:
        check_saltelli(self.study, self.options, where)

    def next_round(self, results: Results) -> Round | None:
        if len(results.points) == 0:
            factors = range(len(self.study.factors))
            points = saltelli_points(self.study, factors, 0, self.options["points"], self.options["second_order"])
            return Round(points, asked(self.study, points), f"{self.options['points']} base samples")
        return doubled(self.study, self.options, results)

    def planned_runs(self) -> int | None:
        if self.options["precision"] > 0:
            return None
        factors = range(len(self.study.factors))
        points = saltelli_points(self.study, factors, 0, self.options["points"], self.options["second_order"])
        return int((~repeated(self.study, points)).sum()) * self.study.replicates.number


class Blocks(NamedTuple):
    """The blocks of a design.

    numbers : int64 (blocks, size), the numbers of their points in SALib's order: A, AB_1 …, (BA_1 …), B
    factors : places of the factors that vary, int64 (D,); second_order : whether there are points BA_i
    """

    numbers: npt.NDArray[np.int64]
    factors: npt.NDArray[np.int64]
    second_order: bool


def check_saltelli(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when a Saltelli sample cannot be made, or it could not be said when it is enough."""
    check_power(options, "points", where, 4)
    check_power(options, "maximum", where, 4)
    if options["maximum"] < options["points"]:
        raise StudyError(f"{where}: maximum = {options['maximum']}: allowed is points = {options['points']} or more")
    check_number(options, "precision", 0.0, 1.0, where)
    check_switch(options, "second_order", where)
    check_choice(options, "transform", TRANSFORMS, where)
    if options["outcome"] or options["precision"] > 0:
        check_outcome(study, options["outcome"] or study.outcomes[0], f"{where}: outcome")
    if study.replicates.sequential:
        raise StudyError(
            f"{where}: every point has the same replicates here: allowed is replicates = a number; precision says when "
            "there are enough points"
        )


def saltelli_points(
    study: Study, factors: Sequence[int], first: int, last: int, second_order: bool
) -> pd.DataFrame:  # fmt: skip
    """Return the blocks `first` to `last` (not included) over some factors, the others at the middle of their range."""
    try:
        from SALib.sample import sobol  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError("the design saltelli", "experiments") from None
    chosen = list(factors)
    size = (2 if second_order else 1) * len(chosen) + 2
    # the sequence begins the same whatever its length, so that a doubled sample holds the one before
    unit = sobol.sample(problem_of(len(chosen)), last, calc_second_order=second_order, seed=study.seed)[first * size :]
    columns: dict[str, Any] = {}
    for place, factor in enumerate(study.factors):
        where = unit[:, chosen.index(place)] if place in chosen else np.full(len(unit), 0.5)
        columns[factor.path] = factor.values(where)
    roles = ["A", *(f"AB_{place + 1}" for place in chosen)]
    roles += [f"BA_{place + 1}" for place in chosen] if second_order else []
    roles += ["B"]
    columns[BLOCK] = np.repeat(np.arange(first, last, dtype=np.int64), size)
    columns[ROLE] = roles * (last - first)
    return pd.DataFrame(columns)


def blocks_of(points: pd.DataFrame) -> Blocks:
    """Return the blocks among a sweep's points; none where there is no Saltelli sample."""
    nothing = Blocks(np.zeros((0, 0), np.int64), np.zeros(0, np.int64), False)
    if ROLE not in points:
        return nothing
    rows = points[points[ROLE].astype(str).str.len() > 0]
    if rows.empty:
        return nothing
    block = rows[BLOCK].to_numpy(np.int64)
    size = int((block == block[0]).sum())
    roles = rows[ROLE].tolist()[:size]
    crossed = [role.removeprefix("AB_") for role in roles if role.startswith("AB_")]
    factors = np.array([int(place) - 1 for place in crossed], np.int64)
    numbers = rows.index.to_numpy(np.int64).reshape(-1, size)
    return Blocks(numbers, factors, any(role.startswith("BA_") for role in roles))


def doubled(study: Study, options: Mapping[str, Any], results: Results) -> Round | None:
    """Return as many blocks again as there are, None when they are enough."""
    blocks = blocks_of(results.points)
    count = len(blocks.numbers)
    if options["precision"] <= 0 or 2 * count > options["maximum"] or is_enough(study, options, results):
        return None
    points = saltelli_points(study, blocks.factors.tolist(), count, 2 * count, blocks.second_order)
    return Round(points, asked(study, points, results.points), f"{2 * count} base samples")


def is_enough(study: Study, options: Mapping[str, Any], results: Results) -> bool:
    """Whether the widest interval of a total index is narrow enough, or more points would not make it known."""
    from experiments.analysis.sensitivity.guards import guarded
    from experiments.analysis.sensitivity.indices import sobol_indices

    blocks = blocks_of(results.points)
    outcome = options["outcome"] or study.outcomes[0]
    found = guarded(results, outcome, blocks.numbers, "Saltelli block", transform=options["transform"], ends=True)
    if found.refusal:
        return True
    indices = sobol_indices(found.values, len(blocks.factors), blocks.second_order)
    return indices.drowned or indices.sampling <= options["precision"]
