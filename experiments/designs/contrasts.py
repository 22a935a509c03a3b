"""Contrasts: nothing, each factor alone, all together. What a table of policies needs; knows nothing of policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd

from ecosim.errors import StudyError
from experiments.designs.base import FixedDesign

__all__ = ["Contrasts"]


class Contrasts(FixedDesign):
    """Point 0 has every factor at its lowest (a lever: 0, not pulled); each point after it has one at its highest.

    together : whether a last point has all factors at their highest; all_but_one : whether points follow in which all
    but one are. Of a factor with levels the first counts as lowest and the last as highest.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {"together": True, "all_but_one": False}

    def check(self, where: str) -> None:
        for name in self.OPTIONS:
            if not isinstance(self.options[name], bool):
                raise StudyError(f"{where}: {name} = {self.options[name]!r}: allowed is true or false")
        for factor in self.study.factors:
            if len(factor.levels) == 1:
                raise StudyError(f"{where}: factors.{factor.path}: one level: there is nothing to contrast")

    def points(self) -> pd.DataFrame:
        ends = {factor.path: factor.steps(2) for factor in self.study.factors}
        base = {path: values[0] for path, values in ends.items()}
        full = {path: values[-1] for path, values in ends.items()}
        rows = [base] + [{**base, path: full[path]} for path in ends]
        several = len(ends) > 1  # of one factor, alone and together are the same
        if self.options["together"] and several:
            rows.append(full)
        if self.options["all_but_one"] and len(ends) > 2:
            rows += [{**full, path: base[path]} for path in ends]
        return pd.DataFrame(rows, columns=list(ends))
