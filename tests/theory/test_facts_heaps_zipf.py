"""Heaps' and Zipf's laws: the estimators against sequences whose laws are known, and the study in quick form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.validation.facts import heaps_zipf
from experiments.validation.facts.growth import burst_entropy, distinct, first_uses, heaps, local_slope
from experiments.validation.facts.tails import cut_off_law, draw_power_law, tail


def growing(exponent: float, size: int) -> np.ndarray:
    """Return a sequence with D(n) = ⌈n^β⌉: something new whenever that rises, else what came first."""
    number = np.ceil(np.arange(1, size + 1) ** exponent).astype(np.int64)
    return np.where(np.diff(number, prepend=0) > 0, number, 1)


def test_different_things_are_counted() -> None:
    tokens = np.array([5, 5, 2, 5, 7, 2])
    assert distinct(tokens).tolist() == [1, 1, 2, 2, 3, 3]
    assert first_uses(tokens).tolist() == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("exponent", [0.4, 0.7, 0.95])
def test_a_power_is_found_and_is_straight(exponent: float) -> None:
    found = heaps(growing(exponent, 40_000))
    assert found is not None
    # D is rounded up to whole numbers, of which there are some 10 at the low end: a tenth of one over two decades
    assert found.exponent == pytest.approx(exponent, abs=0.02)
    assert abs(found.bend) < 0.05
    assert local_slope(growing(exponent, 40_000)) == pytest.approx(exponent, abs=0.02)


def test_a_vocabulary_that_fills_up_bends() -> None:
    found = heaps(np.random.default_rng(0).integers(0, 1000, 40_000))
    assert found is not None
    assert found.early > 0.2
    assert found.late < 0.05
    assert found.bend < -0.2
    assert heaps(np.arange(100)) is None, "too short for two decades"


def test_bursts_lower_the_entropy_and_random_order_does_not() -> None:
    generator = np.random.default_rng(1)
    labels = np.repeat(np.arange(40), 50)
    real, random = burst_entropy(labels, generator)
    assert real < random - 0.1, "each label in one run of events"
    real, random = burst_entropy(generator.permutation(labels), generator)
    # 40 labels with an entropy of standard deviation some 0.015 each: 5 standard errors
    assert real == pytest.approx(random, abs=0.02)
    assert np.isnan(burst_entropy(np.arange(100), generator)[0]), "no label of eight events"


def test_entropy_of_even_events_is_one() -> None:
    """Two labels that take turns fall evenly into the parts."""
    real, _ = burst_entropy(np.tile([0, 1], 100), np.random.default_rng(2))
    assert real == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("exponent", "start"), [(1.8, 1), (2.5, 3)])
def test_tails_of_power_laws_are_found(exponent: float, start: int) -> None:
    generator = np.random.default_rng(3)
    values = draw_power_law(exponent, start, 4000, generator)
    assert values.min() == start
    fit = tail(values, generator, start, ("exponential", "lognormal"), resamples=30)
    assert fit is not None
    # the standard error of the exponent is (α − 1)/√n, 0.013 and 0.024: 4 of them
    assert fit.exponent == pytest.approx(exponent, abs=4 * (exponent - 1) / 4000**0.5)
    assert fit.plausible > 0.02, "of 30 samples of the law itself, some lie as far from their fit"
    assert fit.against["exponential"][0] > 3
    assert fit.inside == 4000


def test_draws_follow_the_law() -> None:
    values = draw_power_law(2.0, 2, 50_000, np.random.default_rng(4))
    share = np.array([(values == x).mean() for x in (2, 3, 4)])
    weight = np.arange(2, 2_000_000, dtype=float) ** -2.0
    assert share == pytest.approx(weight[:3] / weight.sum(), abs=0.01)  # 4 standard errors of a share of 50,000


def test_a_geometric_law_is_no_power_law() -> None:
    generator = np.random.default_rng(5)
    fit = tail(generator.geometric(0.4, 4000), generator, None, ("exponential", "lognormal"), resamples=20)
    assert fit is not None
    assert fit.plausible == 0
    assert fit.against["exponential"][0] < -5
    assert tail(np.ones(1000, np.int64), generator) is None


@pytest.mark.parametrize(("exponent", "rate"), [(1.5, 0.01), (1.5, 0.1), (2.2, 0.02)])
def test_a_power_law_with_a_cut_off_is_found(exponent: float, rate: float) -> None:
    support = np.arange(1, 5000)
    weight = support**-exponent * np.exp(-rate * support)
    values = np.random.default_rng(6).choice(support, 20_000, p=weight / weight.sum())
    found, cut = cut_off_law(values)
    # a cut-off costs precision: some three times the error of a pure law, (α − 1)/√n = 0.004 to 0.009
    assert found == pytest.approx(exponent, abs=0.06)
    assert cut == pytest.approx(rate, rel=0.5)  # of the few hundred values beyond the cut-off
    assert np.isnan(cut_off_law(values[:20])[0])


def test_cut_off_from_a_start() -> None:
    values = draw_power_law(1.5, 5, 5000, np.random.default_rng(7))
    found, cut = cut_off_law(np.concatenate([values, np.ones(3000, np.int64)]), 5)
    assert found == pytest.approx(1.5, abs=0.05)
    assert cut < 1e-4


def test_rows_stand_on_findings(quick: Callable[[str], Any]) -> None:
    found = quick("heaps-zipf")
    rows = found.rows
    # what is far from its bound in any three runs: the vocabularies of sets and cells bend by 0.25 and 0.45
    assert rows["sublinear-bricks"].verdict == "holds"
    assert rows["power-law-sets"].verdict == "fails"
    assert rows["power-law-cells"].verdict == "fails"
    assert rows["lasting"].verdict == "fails", "the slope rises by 0.16, with a standard error below 0.01"
    assert rows["zipf-bricks"].verdict == "fails", "uses fall off like an exponential"
    assert rows["bursts"].verdict == "holds"
    assert all(row.note for row in rows.values() if row.verdict != "holds")


def test_the_study_survives_its_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("heaps-zipf"), reread("heaps-zipf")
    rows = {key: row.verdict for key, row in again.rows.items()}
    assert rows == {key: row.verdict for key, row in found.rows.items()}
    assert len(heaps_zipf.draw(found.table).axes) == 3
    nothing = {row.verdict for row in heaps_zipf.rows({})}
    assert nothing == {"undecided"}, "nothing measured says nothing"
