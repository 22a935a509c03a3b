"""Copying alone: closed forms against cases that are known, and the quick runs against them."""

from __future__ import annotations

import math

import networkx
import numpy as np
import pandas as pd
import pytest

from experiments.validation.limits.contagion import critical
from experiments.validation.limits.contagion_runs import plant
from experiments.validation.limits.spreading import (
    annealed_factor,
    held_in_balance,
    leading,
    meeting_matrix,
    month_growth,
    month_threshold,
    pair_threshold,
    pastor_satorras_vespignani,
)  # fmt: skip


def test_growth_is_zero_at_the_threshold_and_tends_to_rho_tau_less_mu() -> None:
    assert month_growth(month_threshold(0.3), 0.3) == pytest.approx(0.0, abs=1e-15)
    assert month_growth(0.0012, 0.001) == pytest.approx(0.0002, rel=0.01)


def test_one_hybrid_in_short_months_is_the_sis_model() -> None:
    """i = 1 − μ / ρτ when months are short against lives."""
    mu, ratio = 0.005, 2.5
    share = held_in_balance(1, 30, 0.05, 8, ratio * mu * 9 / 0.1, mu)
    assert share[1] == pytest.approx(1 - 1 / ratio, rel=0.005)
    assert held_in_balance(1, 30, 0.05, 8, 0.8 * mu * 9 / 0.1, mu)[1] < 0.02  # below the threshold it dies, slowly


def test_crowding_lowers_what_is_held_and_a_large_core_leaves_none() -> None:
    k = np.arange(9)
    alone = 8 * held_in_balance(1, 30, 1.0, 8, 0.36, 0.04)[1]
    assert held_in_balance(8, 30, 1.0, 8, 0.36, 0.04) @ k < 0.8 * alone
    large = held_in_balance(8, 30, 100.0, 899, 0.36, 0.04) @ k  # the same ρτ: 2 · 100 · 0.36 / 900
    assert large == pytest.approx(8 * held_in_balance(1, 30, 100.0, 899, 0.36, 0.04)[1], rel=0.01)
    full = held_in_balance(8, 3, 1.0, 8, 0.36, 0.04)
    assert len(full) == 4
    assert full.sum() == pytest.approx(1.0)


def test_the_meeting_matrix_counts_every_meeting_once() -> None:
    graph = networkx.star_graph(4)  # node 0 has four ties, the others one
    matrix = meeting_matrix(graph, np.full(5, 2.0)).toarray()
    assert matrix[0, 1] == matrix[1, 0] == pytest.approx(2.0 / 4 + 2.0)
    assert matrix.sum() / 2 == pytest.approx(10.0)  # five start two each
    assert leading(meeting_matrix(graph, np.full(5, 2.0)))[0] == pytest.approx(2.5 * 2)  # a star: weight · √ leaves


def test_pairs_on_a_regular_graph_have_k_over_k_less_1() -> None:
    graph = networkx.random_regular_graph(5, 200, seed=1)
    matrix = meeting_matrix(graph, np.full(200, 1.5))
    assert leading(matrix)[0] == pytest.approx(3.0)
    assert pair_threshold(matrix, 0.1) * 3.0 / 0.1 == pytest.approx(5 / 4)


def test_degrees_of_a_known_graph() -> None:
    graph = networkx.star_graph(4)  # degrees 4, 1, 1, 1, 1: mean 1.6, mean square 4
    assert pastor_satorras_vespignani(graph) == pytest.approx(2.5)
    assert annealed_factor(graph) == pytest.approx((1 + 2 / 1.6) / 2)
    assert annealed_factor(networkx.cycle_graph(7)) == pytest.approx(1.0)


def test_the_critical_value_of_synthetic_runs() -> None:
    """Runs whose factor is exp(0.04 (ratio − 1.1)) with noise: the interval holds 1.1 and is as wide as known."""
    generator = np.random.default_rng(3)
    rows = [
        {"ratio": ratio, "before": 1000.0, "after": 1000.0 * math.exp(0.04 * (ratio - 1.1)) + generator.normal(0, 2.0)}
        for ratio in (0.9, 1.0, 1.1, 1.2, 1.3)
        for _ in range(50)
    ]
    found = critical(pd.DataFrame(rows))
    # error of the middle of 250 runs: 0.002 / √250 / 0.04 = 0.0032, of which the interval is 1.96 on either side
    assert found.low < 1.1 < found.high
    assert found.high - found.estimate == pytest.approx(1.96 * 0.0032, rel=0.15)


def test_planting_gives_exactly_what_was_asked() -> None:
    from ecosim import EcosystemModel
    from experiments.behaviours.tipping import WELL_MIXED

    model = EcosystemModel(seed=1, firms=30, seeded_share=1.0, **WELL_MIXED)
    held = np.random.default_rng(2).random((30, 5)) < 0.5
    plant(model, held)
    organisations = model.state.organisations
    assert (organisations["held"] - 8 == held.sum(axis=1)).all()
    hybrids = np.flatnonzero(model.state.bricks["generation"] > 0)[:5]
    for row in range(30):
        assert set(organisations["portfolio"][row, 8 : organisations["held"][row]]) == set(hybrids[held[row]])
    assert (model.state.bricks["carriers"][hybrids] == held.sum(axis=0)).all()


def test_contagion(quick) -> None:
    """Quick runs against theory: five times half the interval or less, so that a wrong factor of 1.3 is found."""
    found = quick("contagion")
    for mu in (0.04, 0.4):
        at = found.findings[f"the same over (exp(mu) - 1) / mu, mu = {mu:g}"]
        assert at[1] < 1.06
        assert at[2] > 0.94
        assert at[0] == pytest.approx(1.0, abs=0.1), at  # interval's half width is 0.05
        slope = found.findings[f"measured over derived growth, mu = {mu:g}"]
        assert 0.4 < slope[0] < 1.6, slope  # half width 0.25
    # short lives tell months from continuous time by 23 %
    assert found.findings["critical rho tau over mu, mu = 0.4"][1] > 1.05
    assert found.rows["both-sides"].verdict == "holds"
    for name, level in found.findings["hybrids held per organisation"].items():
        assert level["over mean field"][0] == pytest.approx(1.0, abs=0.08), name  # spread of a run up to 0.03
    assert found.rows["level-alone"].verdict == "fails"
    tied = found.findings["networks"]
    for name in ("regular", "scale-free", "hubs"):
        # by theory with pairs within four standard errors (0.05 to 0.1) of quick runs
        assert tied[name]["over theory"]["pair"][0] == pytest.approx(1.05, abs=0.3), tied[name]
    assert tied["scale-free"]["critical rho tau over mu"][0] > tied["hubs"]["critical rho tau over mu"][0]
    assert found.rows["scale-free-degrees"].verdict == "fails"
    assert found.rows["regular-eigenvalue"].verdict == "fails"
    assert found.module.draw(found.table).axes
