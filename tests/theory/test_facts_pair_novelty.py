"""Typical and novel pairs: the null and the z-score against known cases, and the study in quick form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.validation.facts import pair_novelty
from experiments.validation.facts.pair_novelty import places, repaired, repairings, scores


def test_re_pairing_keeps_what_it_must() -> None:
    generator = np.random.default_rng(0)
    month = np.sort(generator.integers(0, 20, 2000))
    pair = 1 << generator.integers(0, 4, (2000, 2))
    pair = np.where((pair[:, :1] == pair[:, 1:]), [[1, 2]], pair)
    again = repaired(pair, month, generator)
    assert not (again == pair).all()
    for number in range(20):
        inside = month == number
        assert np.array_equal(np.sort(again[inside].ravel()), np.sort(pair[inside].ravel())), "same fields, same month"
    union = again[:, 0] | again[:, 1]
    assert (union & (union - 1) != 0).all(), "never one sector alone"


def test_every_pairing_is_equally_likely() -> None:
    """Fields 3, 5, 6, 7 in two births: three pairings, each in a third of the draws."""
    generator = np.random.default_rng(1)
    pair, month = np.array([[3, 5], [6, 7]]), np.zeros(2, np.int64)
    with_three = []
    for _ in range(3000):
        again = repaired(pair, month, generator)
        row = again[(again == 3).any(axis=1)][0]
        with_three.append(int(row.sum() - 3))
    share = [np.mean(np.array(with_three) == field) for field in (5, 6, 7)]
    assert share == pytest.approx([1 / 3] * 3, abs=0.035)  # 4 standard errors of a share of 3,000


def test_z_of_a_pair_made_frequent() -> None:
    """In half of the births 3 meets 5; the rest at random: that pair is typical, 3 with others novel."""
    generator = np.random.default_rng(2)
    random = generator.choice([3, 5, 9, 17], (1000, 2))
    pair = np.concatenate([np.tile([3, 5], (1000, 1)), random])
    month = np.zeros(len(pair), np.int64)
    fields = np.unique(pair)
    drawn = [places(of, month, fields) for of in (pair, *repairings(pair, month, generator, 40))]
    counts = np.stack([np.bincount(place, minlength=len(fields) ** 2) for place in drawn])
    z = scores(counts[0], counts[1:])[drawn[0]]
    assert z[0] > 10
    met = (pair == 3).any(axis=1) & ((pair == 9) | (pair == 17)).any(axis=1)
    assert (z[met] < -2).all()


def test_random_pairs_are_not_typical() -> None:
    generator = np.random.default_rng(3)
    pair, month = generator.choice([3, 5, 6, 9, 10, 12], (6000, 2)), np.repeat(np.arange(60), 100)
    fields = np.unique(pair)
    drawn = [places(of, month * 0, fields) for of in (pair, *repairings(pair, month, generator, 60))]
    counts = np.stack([np.bincount(place, minlength=len(fields) ** 2) for place in drawn])
    z = scores(counts[0], counts[1:])
    known = z[~np.isnan(z)]
    # 21 pairs, standard normal: mean within 4/√21 · 1, spread within a half
    assert abs(known.mean()) < 0.9
    assert 0.5 < known.std() < 1.6


def test_scores_of_known_counts() -> None:
    nulls = np.array([[4, 7], [6, 7], [5, 7]])
    z = scores(np.array([8, 7]), nulls)
    assert z[0] == pytest.approx(3.0)
    assert np.isnan(z[1]), "a null that does not vary has no score"


def test_rows_stand_on_findings(quick: Callable[[str], Any]) -> None:
    rows = quick("pair-novelty").rows
    # a tenth of births beyond the placebo's, with a standard error below two hundredths
    assert rows["heavy-tail-three-ingredients"].verdict == "holds"
    assert rows["tail-three-ingredients"].verdict == "holds"
    assert rows["control"].verdict != "holds" or rows["heavy-tail-three-ingredients"].verdict == "holds"
    findings = quick("pair-novelty").findings
    strong = findings["three-ingredients"]["median, minus placebo"][0]
    assert abs(findings["neither"]["median, minus placebo"][0]) < strong, "without structure no pair is typical"
    assert all(row.note for row in rows.values() if row.verdict == "fails")


def test_verdicts_follow_findings() -> None:
    chance = {"typical": [0.55, 0.53, 0.57], "typical, minus placebo": [-0.02, -0.03, -0.01]}
    rows = {row.key: row for row in pair_novelty.rows({"three-ingredients": chance})}
    assert rows["typical-three-ingredients"].verdict == "fails", "more than half, yet less than by chance"
    assert {row.verdict for row in pair_novelty.rows({})} == {"undecided"}


def test_the_study_survives_its_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("pair-novelty"), reread("pair-novelty")
    rows = {key: row.verdict for key, row in again.rows.items()}
    assert rows == {key: row.verdict for key, row in found.rows.items()}
    assert len(pair_novelty.draw(found.table).axes) == 2
