"""Sectors: their names, shares and centres in the knowledge space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ecosim.errors import ScenarioError
from ecosim.scenario import MAX_SECTORS, ClusterSpec, Organisation, Scenario

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


def find_sectors(
    scenario: Scenario, clusters: Sequence[ClusterSpec], organisations: Sequence[Organisation]
) -> Sectors:
    """Return the sectors that a scenario names, or those of its files, or as many as the parameters ask for.

    Raises
    ------
    ScenarioError
        When there are more than 64 of them.
    """
    parameters = scenario.parameters
    if scenario.sectors:
        names = [sector.name for sector in scenario.sectors]
        shares = np.array([sector.share for sector in scenario.sectors], np.float64)
    elif organisations:
        counted: dict[str, int] = {}
        for organisation in organisations:
            counted[organisation.sector] = counted.get(organisation.sector, 0) + 1
        names = sorted(counted)
        shares = np.array([counted[name] for name in names], np.float64)
    elif any(cluster.sector for cluster in clusters):
        counted = {}
        for cluster in clusters:
            if cluster.sector:
                counted[cluster.sector] = counted.get(cluster.sector, 0) + 1
        names = list(counted)
        shares = np.array([counted[name] for name in names], np.float64)
    else:
        names = [f"sector {index + 1}" for index in range(parameters.diversity.sectors)]
        shares = np.ones(len(names))
    if len(names) > MAX_SECTORS:
        raise ScenarioError(f"{len(names)} sectors: allowed are at most {MAX_SECTORS}")
    if scenario.sectors and scenario.sectors[0].centre is not None:
        centres = np.array([sector.centre for sector in scenario.sectors], np.float64)
    else:
        centres = spread_points(len(names), parameters.knowledge.dimensions) * parameters.diversity.disparity
    middle = centres.mean(axis=0)
    centres = middle + (centres - middle) * parameters.dials.diversity_dial
    return Sectors(names, shares / shares.sum(), centres)


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
    return points
