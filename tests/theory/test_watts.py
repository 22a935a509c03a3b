"""Watts's cascades: the rule, the generating functions, the estimators, and what the quick form says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.validation.classics import watts as study
from experiments.validation.classics.branching import chance, edges
from experiments.validation.classics.engine import on_graph
from experiments.validation.classics.shocks import Shock, cascade


def slowly(graph: networkx.Graph, needed: Any, first: int) -> set[int]:
    """Return who has adopted in the end when all are asked at once, again and again."""
    adopted = {first}
    while True:
        more = {
            node for node in graph if node not in adopted and sum(n in adopted for n in graph[node]) >= needed[node]
        }
        if not more:
            return adopted
        adopted |= more


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_the_cascade_is_that_of_asking_all_at_once(spread: float) -> None:
    sizes = []
    for seed in range(8):
        graph = networkx.fast_gnp_random_graph(60, 4 / 59, seed=seed)
        with on_graph(graph, [Shock(0.18, spread)], seed) as model:
            organisations = model.state.organisations
            for month in range(1, 6):  # what a cascade leaves behind must not show in the next
                model.step()
                needed, adopted = organisations["needed"], organisations["adopted"]
                reached = set(np.flatnonzero(adopted == month).tolist())
                assert any(slowly(graph, needed, first) == reached for first in reached)
                assert model.state.extra["cascades"][-1] == len(reached)
                sizes.append(len(reached))
    assert min(sizes) < 10  # else this compares nothing
    assert max(sizes) > 40


def test_with_a_threshold_of_018_five_partners_are_vulnerable_and_six_are_not() -> None:
    for partners, reached in ((5, True), (6, False)):
        with on_graph(networkx.star_graph(partners), [Shock(0.18)], 1) as model:
            model.step()
            columns = model.state.organisations
            ties = model.state.ties
            assert columns["needed"][0] == (1 if reached else 2)
            assert (columns["needed"][1:] == 1).all()
            columns["adopted"][:] = 0
            size = cascade(1, 9, columns["needed"], columns["adopted"], columns["adopters"], ties.start, ties.partner)
            assert size == (partners + 1 if reached else 1)  # from a leaf, through the centre or not


def test_heterogeneous_thresholds_have_their_mean_and_spread_and_nobody_adopts_alone() -> None:
    graph = networkx.random_regular_graph(40, 3000, seed=1)
    with on_graph(graph, [Shock(0.18, 0.05)], 3) as model:
        model.step()
        needed = model.state.organisations["needed"]
    # of 40 partners: the ceiling of a normal number of mean 7.2 and standard deviation 2; standard error 2 / √3000
    assert needed.mean() == pytest.approx(40 * 0.18 + 0.5, abs=4 * 2 / 3000**0.5)
    assert needed.std() == pytest.approx((4 + 1 / 12) ** 0.5, rel=4 / 6000**0.5)
    assert needed.min() >= 1


def test_first_adopters_are_drawn_from_everybody() -> None:
    graph = networkx.Graph([(0, 1)])
    graph.add_nodes_from(range(2, 6))  # four without partners: cascades of one
    with on_graph(graph, [Shock(0.18)], 1) as model:
        sizes = np.array(model.run(600).state.extra["cascades"])
    assert set(sizes) == {1, 2}
    assert (sizes == 2).mean() == pytest.approx(1 / 3, abs=4 * (2 / 9 / 600) ** 0.5)


def test_the_edges_are_those_of_the_cascade_condition() -> None:
    # with all k ≤ 5 vulnerable, Σ k(k − 1) p_k = z² P(Poisson(z) ≤ 3): at an edge that is z
    lower, upper = edges(0.18)
    for edge in (lower, upper):
        assert edge * stats.poisson.cdf(3, edge) == pytest.approx(1, abs=1e-6)
    assert round(lower, 1) == 1.0
    assert round(upper, 1) == 5.8  # read off figure 1
    assert edges(0.18, 0.05)[1] > upper


def test_the_chance_is_that_of_the_giant_component_where_everybody_is_vulnerable() -> None:
    for degree in (1.2, 2.0, 4.0):
        giant = 0.5
        for _ in range(2000):
            giant = 1 - np.exp(-degree * giant)
        assert chance(degree, 1e-6) == pytest.approx(giant, abs=1e-9)
    assert chance(0.8, 1e-6) == pytest.approx(0, abs=1e-6)


def test_the_chance_vanishes_outside_the_window_only() -> None:
    for spread in (0.0, 0.05):
        lower, upper = edges(0.18, spread)
        assert chance(lower - 0.05, 0.18, spread) < 1e-6 > chance(upper + 0.05, 0.18, spread)
        assert chance(lower + 0.05, 0.18, spread) > 0.01 < chance(upper - 0.05, 0.18, spread)


@pytest.mark.parametrize("true", [1.2, 1.5, 2.5])
def test_the_exponent_of_a_power_law_is_found(true: float) -> None:
    sizes = np.arange(study.TAIL[0], study.TAIL[1] + 1)
    weights = sizes**-true / (sizes**-true).sum()
    assert study.exponent(1, float(weights @ np.log(sizes))) == pytest.approx(true, abs=1e-3)
    logs = np.log(np.random.default_rng(1).choice(sizes, (50, 100), p=weights))
    found = study._exponent(pd.DataFrame({"tail": 100, "tail_log": logs.sum(axis=1)}))
    # standard error 1 / (√5000 × sd of ln s), ln s over this range having a standard deviation of 0.8
    assert found.estimate == pytest.approx(true, abs=4 / (5000**0.5 * 0.8))
    assert found.low < true < found.high
    assert found.high - found.low == pytest.approx(4 / (5000**0.5 * np.std(logs)), rel=0.2)


def scaled(centre: float, rate: float) -> pd.DataFrame:
    """Return shares of large cascades as finite-size scaling has them, without noise."""
    rows = [
        {"organisations": size, "degree": centre + step, "shocks": 10**9,
         "large": round(10**9 * size ** (-1 / 3) * np.exp(rate * step * size ** (1 / 3)))}
        for size in (1000, 4000, 16_000) for step in (-0.1, 0.0, 0.1) for _ in range(3)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("centre", "rate"), [(1.02, 1.0), (5.76, -0.5)])
def test_an_edge_is_found_where_scaled_shares_cross(centre: float, rate: float) -> None:
    found = study.edge(scaled(centre, rate), 20)
    assert found.estimate == pytest.approx(centre, abs=1e-4)


def test_the_interval_of_an_edge_is_as_wide_as_estimates_differ() -> None:
    exact, generator = scaled(1.02, 1.0), np.random.default_rng(1)
    found = []
    for _ in range(30):
        noisy = pd.concat([exact] * 5)  # 15 networks a point
        noisy["large"] = (noisy["large"] * generator.gamma(4.0, 0.25, len(noisy))).round()  # that differ by a half
        found.append(study.edge(noisy, 200))
    widths = [interval.high - interval.low for interval in found]
    # a standard deviation from 30 estimates is known to 13 %
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std([interval.estimate for interval in found]), rel=0.4)


def test_quick_form(quick: Callable[[str], Any]) -> None:
    found = quick("watts")
    verdicts = {key: row.verdict for key, row in found.rows.items()}
    assert "fails" not in verdicts.values(), verdicts
    for key in ("larger", "heterogeneous"):  # far from their bounds even in few networks
        assert verdicts[key] == "holds", found.rows[key]
    inner = found.table[(found.table["part"] == "window") & found.table["degree"].isin(study.INNER)]
    away = inner["global"] / inner["shocks"] - [chance(degree, 0.18) for degree in inner["degree"]]
    # 15 networks of 40 shocks: binomial standard error 0.08 at most for one, 0.02 for their mean; networks differ more
    assert abs(away.mean()) < 0.08
    outside = found.table[(found.table["degree"] == 0.9) & (found.table["part"] == "window")]
    assert (outside["global"] == 0).all()


def test_findings_survive_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("watts"), reread("watts")
    assert again.findings.keys() == found.findings.keys()
    assert again.findings["upper edge"] == pytest.approx(found.findings["upper edge"], abs=1e-3)
    assert list(again.rows) == list(found.rows)
    assert all(row.note for row in again.rows.values() if row.verdict != "holds")
    assert len(study.draw(again.table).axes) == 3


def test_a_network_and_its_shocks_are_the_seeds(quick: Callable[[str], Any]) -> None:
    job = quick("watts").table.iloc[-1].to_dict()
    assert {**job, **study.outcome(job)} == job
