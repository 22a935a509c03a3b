"""Measures of predictions against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.validation.evidence.scores import Ranked, bins, brier, copies, two_way


def test_auc_counts_pairs_in_the_right_order_and_halves_of_equals() -> None:
    happened = np.array([True, False, True, False])
    # pairs (happened, not): 3>2, 3>1, 1<2, 1=1: 2.5 of 4
    assert Ranked(happened, np.array([3.0, 2.0, 1.0, 1.0])).auc() == 2.5 / 4
    assert Ranked(happened, np.ones(4)).auc() == 0.5
    assert Ranked(happened, happened.astype(float)).auc() == 1.0
    assert Ranked(happened, -happened.astype(float)).auc() == 0.0
    assert np.isnan(Ranked(np.ones(3, bool), np.arange(3.0)).auc())


def test_auc_within_groups_compares_nobody_across() -> None:
    happened = np.array([True, False, False, True, True])
    score = np.array([1.0, 0.0, 9.0, 8.0, 7.0])
    group = np.array([5, 5, 2, 2, 2])
    # group 5: its one pair is right; group 2: both pairs are wrong
    assert Ranked(happened, score, group).auc() == pytest.approx(1 / 3)
    assert Ranked(happened, score).auc() == pytest.approx(3 / 6)


def test_a_weight_is_a_number_of_copies() -> None:
    generator = np.random.default_rng(1)
    happened, score = generator.random(40) < 0.4, generator.integers(0, 8, 40).astype(float)
    group = generator.integers(0, 3, 40)
    times = generator.integers(0, 4, 40)
    copied = np.repeat(np.arange(40), times)
    probability = generator.random(40)
    weight = times.astype(float)
    again = Ranked(happened[copied], score[copied], group[copied])
    assert Ranked(happened, score, group).auc(weight) == pytest.approx(again.auc())
    whole = Ranked(happened[copied], score[copied])
    assert Ranked(happened, score).precision(0.2, weight) == pytest.approx(whole.precision(0.2))
    assert brier(happened, probability, weight) == pytest.approx(brier(happened[copied], probability[copied]))


def test_precision_takes_the_highest_and_a_part_of_equals() -> None:
    happened = np.array([True, False, True, True, False])
    score = np.array([5.0, 4.0, 3.0, 3.0, 3.0])
    ranked = Ranked(happened, score)
    assert ranked.precision(0.2) == 1.0
    assert ranked.precision(0.4) == 0.5
    # the first two, and one of three equals of which two happened: (1 + 2/3) of 3
    assert ranked.precision(0.6) == pytest.approx((1 + 2 / 3) / 3)
    assert ranked.precision(1.0) == pytest.approx(3 / 5)


def test_precision_of_groups_and_scores_that_are_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="no common order"):
        Ranked(np.array([True, False]), np.array([1.0, 2.0]), np.array([0, 1])).precision(0.5)
    with pytest.raises(ValueError, match="NaN"):
        Ranked(np.array([True, False]), np.array([1.0, np.nan]))


def test_brier_is_a_mean_square() -> None:
    assert brier(np.array([True, False]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)
    assert brier(np.array([True, False]), np.array([0.8, 0.4]), np.array([3.0, 1.0])) == pytest.approx(
        (0.12 + 0.16) / 4
    )


def test_bins_hold_as_many_and_keep_equals_together() -> None:
    generator = np.random.default_rng(2)
    probability = generator.random(1000)
    place = bins(probability, 10)
    assert np.bincount(place).tolist() == [100] * 10
    assert all(probability[place == row].max() <= probability[place == row + 1].min() for row in range(9))
    tied = bins(np.array([0.1] * 7 + [0.2, 0.3, 0.4]), 5)
    assert len(set(tied[:7])) == 1
    assert tied.tolist() == sorted(tied)
    assert tied.max() + 1 == len(set(tied.tolist())) == 3


def test_a_bootstrap_has_the_spread_of_what_it_resamples() -> None:
    """The mean of cases whose value is that of their unit varies as the mean of the units, not of the cases."""
    generator = np.random.default_rng(3)
    units, each = 50, 40
    first = np.repeat(np.arange(units), each)
    second = np.zeros(units * each, np.int64)
    value = generator.normal(size=units)[first]
    means = [np.average(value, weights=weight) for weight in two_way(first, second, 600, 1)]
    # 600 resamples give a standard deviation to 1 / √1200 = 3 %; five times that
    assert np.std(means) == pytest.approx(np.std(value[::each]) / np.sqrt(units), rel=0.15)
    assert copies(7, generator).sum() == 7


def test_pairs_of_one_kind_share_their_draw() -> None:
    """A pair weighs the product of one draw of units; of two kinds, the product of two."""
    first, second = np.triu_indices(6, 1)
    weights = list(two_way(first, second, 5, 4, one_kind=True))
    generator = np.random.default_rng(4)
    for weight in weights:
        drawn = copies(6, generator)
        assert np.array_equal(weight, drawn[first] * drawn[second])
    apart = next(two_way(first, second, 1, 4))
    generator = np.random.default_rng(4)
    assert np.array_equal(apart, copies(5, generator)[first] * copies(6, generator)[second])
