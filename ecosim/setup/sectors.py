"""Sectors: their names, shares and centres in the knowledge space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ecosim.inputs import Inputs

__all__ = ["Sectors", "find_sectors", "spread_points"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sectors:
    """names (S), shares float64 (S,) summing to 1, centres float64 (S, d) in knowledge units, after the dial."""

    names: list[str]
    shares: FloatArray
    centres: FloatArray

    @property
    def ranks(self) -> npt.NDArray[np.int64]:
        """0 for the sector of largest share, 1 for the next, ... (ties: in order of the scenario)."""
        order = np.argsort(-self.shares, kind="stable")
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks


def find_sectors(inputs: Inputs) -> Sectors:
    """Return the sectors of the inputs, with their centres as the scenario gives them or spread evenly."""
    scenario = inputs.scenario
    parameters = scenario.parameters
    shares = np.array(inputs.sector_shares, np.float64)
    if scenario.sectors and scenario.sectors[0].centre is not None:
        centres = np.array([sector.centre for sector in scenario.sectors], np.float64)
    else:
        centres = spread_points(len(shares), parameters.knowledge.dimensions) * parameters.diversity.disparity
    middle = centres.mean(axis=0)
    centres = middle + (centres - middle) * parameters.dials.diversity_dial
    return Sectors(list(inputs.sector_names), shares / shares.sum(), centres)


@lru_cache(maxsize=64)
def spread_points(count: int, dimensions: int) -> FloatArray:
    """Return points spread as evenly as they go, at mean pairwise distance 1 (float64, count × dimensions).

    Points on a sphere that repel each other (Thomson's problem): a regular simplex up to d + 1 points.
    """
    if count == 1:
        return np.zeros((1, dimensions))
    if dimensions == 1:
        points = np.linspace(-1.0, 1.0, count)[:, None]
    else:
        # a fixed generator of its own: the places of sectors are part of the scenario, not of the seed
        points = np.random.Generator(np.random.PCG64(count * 100 + dimensions)).normal(size=(count, dimensions))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        step = 0.3
        for _ in range(300):
            away = points[:, None, :] - points[None, :, :]
            squared = (away**2).sum(axis=2) + np.eye(count)
            force = (away / squared[:, :, None] ** 1.5).sum(axis=1)
            points = points + step * force / np.linalg.norm(force, axis=1, keepdims=True).max()
            points /= np.linalg.norm(points, axis=1, keepdims=True)
            step *= 0.98
    away = points[:, None, :] - points[None, :, :]
    mean = np.sqrt((away**2).sum(axis=2)).sum() / (count * (count - 1))
    points = points / mean
    points.setflags(write=False)
    return np.asarray(points)
