"""Sectors from activity: which one, and where in the knowledge space."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pytest

from ecosim.importers.sectors import most_active, sector_centres


def distances(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def test_most_active_takes_the_first_of_equals_and_none_of_nothing():
    # equal on paper; added one by one, because from Python 3.12 on `sum` makes up for the rounding
    thirds, sixths = reduce(add, [1 / 3] * 6), reduce(add, [1 / 6] * 12)
    assert thirds != sixths
    activity = np.array([[0, 2, 1], [0, 0, 0], [min(thirds, sixths), max(thirds, sixths), 0]])
    assert most_active(activity).tolist() == [1, -1, 0]


def test_sectors_without_a_common_organisation_are_equally_far():
    away = distances(sector_centres(np.eye(5), 4))
    assert away[~np.eye(5, dtype=bool)] == pytest.approx(1.0, abs=1e-3)


def test_a_triangle_is_exact():
    # unit vectors at cosines 0.5, 0.4, 0.3: dissimilarities 0.5, 0.6, 0.7 make a triangle
    cosine = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    activity = np.linalg.cholesky(cosine).T
    points = sector_centres(activity, 4)
    upper = np.triu_indices(3, 1)
    assert distances(points)[upper] == pytest.approx((1 - cosine)[upper] / 0.6, abs=1e-3)
    assert np.all(points[:, 2:] == 0)
    assert np.abs(points).max(axis=0)[:2] == pytest.approx(points.max(axis=0)[:2])  # the free signs are fixed


def test_units_of_activity_do_not_matter():
    activity = np.random.Generator(np.random.PCG64(1)).random((30, 6))
    points = sector_centres(activity, 4)
    assert points.shape == (6, 4)
    assert points == pytest.approx(sector_centres(activity * np.array([1, 10, 3, 1, 7, 2]), 4), abs=1e-3)
    assert distances(points).sum() / 30 == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("activity", [np.eye(1), np.eye(2), np.ones((4, 3))])
def test_no_centres_for_two_sectors_or_when_all_are_one(activity):
    assert sector_centres(activity, 4) is None


def test_few_axes():
    assert sector_centres(np.eye(5), 1).shape == (5, 1)
