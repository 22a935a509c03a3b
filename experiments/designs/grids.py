"""Grids: every combination of levels (`Factorial`), and one factor at a time from a base point (`OneAtATime`)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod
from typing import Any, ClassVar

import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.designs.base import FixedDesign
from experiments.designs.options import check_whole, checked_value

__all__ = ["Factorial", "OneAtATime"]

_MOST = 10_000_000  # points; a grid beyond it is a slip, not a plan


class Factorial(FixedDesign):
    """Every combination of the factors' levels; a range is cut into `steps` values."""

    OPTIONS: ClassVar[Mapping[str, Any]] = {"steps": 5}

    def check(self, where: str) -> None:
        check_whole(self.options, "steps", 2, 100_000, where)
        number = prod(len(factor.steps(self.options["steps"])) for factor in self.study.factors)
        if number > _MOST:
            raise StudyError(
                f"{where}: {len(self.study.factors)} factors make {number:.3g} points: allowed are {_MOST:.0e}; use "
                "fewer steps, or a design that grows more slowly, such as sobol or lhs"
            )

    def points(self) -> pd.DataFrame:
        steps = self.options["steps"]
        columns = {factor.path: factor.steps(steps) for factor in self.study.factors}
        return pd.DataFrame(list(product(*columns.values())), columns=list(columns))


class OneAtATime(FixedDesign):
    """A base point, and each factor moved over `steps` values (or its levels) with the others where they were.

    `base` gives values by path; the other factors are at the middle of their range. ``design.moved`` names the factor
    that was moved, "" for the base point itself. Sees no interactions: what a factor does is asked at one place only.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {"steps": 5, "base": {}}

    def check(self, where: str) -> None:
        check_whole(self.options, "steps", 2, 100_000, where)
        self._base(where)

    def points(self) -> pd.DataFrame:
        base = self._base("design")
        rows: list[dict[str, Any]] = [{**base, "design.moved": ""}]
        for factor in self.study.factors:
            for value in factor.steps(self.options["steps"]):
                if value != base[factor.path]:
                    rows.append({**base, factor.path: value, "design.moved": factor.path})
        return pd.DataFrame(rows)

    def _base(self, where: str) -> dict[str, Any]:
        given = self.options["base"]
        if not isinstance(given, Mapping):
            raise StudyError(f"{where}: base = {given!r}: allowed is a table of values by factor")
        base = {factor.path: factor.values([0.5])[0] for factor in self.study.factors}
        factors = {factor.path: factor for factor in self.study.factors}
        for path, value in _flat(given).items():
            if path not in factors:
                hint = nearest_name(path, factors)
                raise StudyError(f"{where}: base: no factor {path!r}{hint}; allowed are {', '.join(factors)}")
            base[path] = checked_value(factors[path], value, f"{where}: base.{path}")
        return base


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested tables as one, keys joined by dots."""
    out: dict[str, Any] = {}
    for key, item in table.items():
        out |= _flat(item, f"{above}{key}.") if isinstance(item, Mapping) else {f"{above}{key}": item}
    return out
