"""Designs that fill the space evenly with few points: Latin hypercube and scrambled Sobol' sequence (SciPy `qmc`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd
from scipy.stats import qmc

from experiments.designs.base import FixedDesign
from experiments.designs.options import check_power, check_whole

__all__ = ["LatinHypercube", "SobolSequence"]


class LatinHypercube(FixedDesign):
    """`points` points, one in each of as many slices of every factor (McKay, Beckman & Conover 1979).

    Cannot be made larger: a study with more points shares none with it. For that, use `SobolSequence`.
    """

    OPTIONS: ClassVar[Mapping[str, Any]] = {"points": 100}

    def check(self, where: str) -> None:
        check_whole(self.options, "points", 2, 10_000_000, where)

    def points(self) -> pd.DataFrame:
        sampler = qmc.LatinHypercube(d=len(self.study.factors), seed=self.study.seed)
        return _valued(self.study.factors, sampler.random(self.options["points"]))


class SobolSequence(FixedDesign):
    """The first `points` points of a scrambled Sobol' sequence (Owen 1998): a larger design begins with the smaller."""

    OPTIONS: ClassVar[Mapping[str, Any]] = {"points": 128}

    def check(self, where: str) -> None:
        check_power(self.options, "points", where)

    def points(self) -> pd.DataFrame:
        sampler = qmc.Sobol(d=len(self.study.factors), scramble=True, seed=self.study.seed)
        return _valued(self.study.factors, sampler.random(self.options["points"]))


def _valued(factors: Any, unit: Any) -> pd.DataFrame:
    return pd.DataFrame({factor.path: factor.values(unit[:, index]) for index, factor in enumerate(factors)})
