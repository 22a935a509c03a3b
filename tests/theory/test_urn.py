"""The urn with triggering: its mean field, estimators on synthetic data, the process draw by draw, the quick runs."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from experiments.validation.classics.engine import on_graph
from experiments.validation.limits.urn import URNS, decade_slope, tail_exponent
from experiments.validation.limits.urn_process import DrawBalls, distinct_colours, expected_counts


def test_the_mean_field_tends_to_its_power_law() -> None:
    """For ρ = 4, ν = 2 the equation is linear in n(D): n = 0.625 y² / N0 − 0.75 y + N0 / 8, y = N0 + 2 D. So D tends to
    n^(1/2); and to the share (ν − ρ) / (ν + 1) of n where ν > ρ.
    """
    n = np.array([1e3, 1e7, 1e8])
    distinct = distinct_colours(n, 4, 2, 10)
    y = 10 + 2 * distinct
    assert 0.0625 * y**2 - 0.75 * y + 1.25 == pytest.approx(n, rel=1e-4)
    assert np.log10(distinct[2] / distinct[1]) == pytest.approx(0.5, abs=0.002)
    assert distinct_colours(n, 2, 4, 10)[2] / n[2] == pytest.approx(0.4, rel=0.001)


def test_estimators_on_known_laws() -> None:
    n = np.arange(1, 1001) * 50.0
    assert decade_slope(n, 3 * n**0.6) == pytest.approx(0.6, abs=1e-3)
    generator = np.random.default_rng(1)
    for alpha in (1.5, 2.2):
        counts = np.floor(0.5 + 9.5 * generator.random(40_000) ** (-1 / (alpha - 1))).astype(np.int64)
        # standard error (α − 1) / √n: 0.0025 and 0.006
        assert tail_exponent(counts, 10) == pytest.approx(alpha, abs=4 * (alpha - 1) / 200)
    assert np.isnan(tail_exponent(np.ones(100, np.int64), 20))


def test_counts_of_the_mean_field_add_up() -> None:
    """Draws per colour times colours are the draws: the mean of the sample, whose tail is heavy (ν > ρ/2 here)."""
    draws = 100_000
    sample = expected_counts(draws, 4, 3, 10, 400_000)
    distinct = distinct_colours(np.array([float(draws)]), 4, 3, 10)[0]
    assert sample.mean() * distinct == pytest.approx(draws, rel=0.05)
    assert sample.min() == 1


def test_every_ball_of_the_urn_is_accounted_for() -> None:
    """After n draws: N0 + ρ n + (ν + 1) D balls; every colour drawn k times has 1 + ρ k; N0 + (ν + 1) D colours."""
    rho, nu, first = 3, 2, 7
    urn = DrawBalls(500, rho, nu, first)
    with on_graph(networkx.path_graph(2), [urn], 5) as model:
        before = len(model.state.bricks)
        model.run(4)
        used, balls = model.state.bricks["used"][before:], model.state.bricks["carriers"][before:]
        assert used.sum() == 2000
        distinct = int((used > 0).sum())
        assert urn.distinct[-1] == distinct
        assert (balls == 1 + rho * used).all()
        assert (np.bincount(urn._balls[: urn._count])[before:] == balls).all()  # what is drawn from is what is noted
        assert len(used) == first + (nu + 1) * distinct
        assert balls.sum() == first + rho * 2000 + (nu + 1) * distinct
        assert model.state.bricks["used"][:before].sum() == 0


def test_draws_are_uniform_over_balls() -> None:
    """Without triggering and reinforcement ten colours are drawn alike: chi-square of 20,000 draws, 9 degrees."""
    urn = DrawBalls(20_000, 0, -1, 10)
    with on_graph(networkx.path_graph(2), [urn], 3) as model:
        before = len(model.state.bricks)
        model.run(1)
        used = model.state.bricks["used"][before:]
    assert ((used - 2000) ** 2 / 2000).sum() < 27.9  # 0.1 %


def test_urn(quick) -> None:
    found = quick("urn")
    for rho, nu in URNS[:3]:
        urn = found.findings["urn"][f"rho = {rho}, nu = {nu}"]
        # spread over six runs of 100,000 draws: 0.05, 0.03, 0.02 a run for Heaps, 0.2, 0.12, 0.04 for Zipf
        assert urn["heaps"][0] == pytest.approx(urn["heaps expected"], abs=0.1 * (1.2 - nu / rho))
        assert urn["zipf"][0] == pytest.approx(urn["zipf expected"], rel=0.15)
    rate = found.findings["urn"]["rho = 2, nu = 4"]
    assert rate["novelty rate"][0] == pytest.approx(rate["novelty rate expected"], rel=0.04)
    model = found.findings["model"]
    assert model["copies per draw"][0] == pytest.approx(0.02, abs=0.008)  # τ, less copies to who holds it already
    assert found.rows["model-triggering"].verdict == "fails"
    assert found.module.draw(found.table).axes
