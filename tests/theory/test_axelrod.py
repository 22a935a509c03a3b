"""Axelrod's culture: the rule, the estimators, and what the quick form says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
import pandas as pd
import pytest

from ecosim.kernels.ties import find_mirror
from experiments.validation.classics import axelrod as study
from experiments.validation.classics.culture import Culture, active_ties, converse, domains
from experiments.validation.classics.engine import on_graph


def after(graph: networkx.Graph, culture: list[list[int]], draws: int, runs: int) -> list[Any]:
    """Return the culture after some draws, in many runs from one beginning."""
    with on_graph(graph, [], 1) as model:
        start, partner = model.state.ties.start, model.state.ties.partner
    mirror, out = find_mirror(start, partner), []
    for key in range(runs):
        now = np.array(culture, np.int32)
        converse(np.uint64(key * 7919 + 1), now, start, partner, mirror, draws)
        out.append(now)
    return out


def test_who_is_drawn_looks_at_a_partner_drawn_among_its_own() -> None:
    # the middle of three shares one trait with each, they share none. Each of the three is drawn as often: whenever it
    # is the middle that moves first (a third), it loses the other neighbour for good; else all end alike
    ends = after(networkx.path_graph(3), [[0, 0], [0, 1], [1, 1]], 10_000, 4000)
    apart = np.mean([len(np.unique(end, axis=0)) > 1 for end in ends])
    assert apart == pytest.approx(1 / 3, abs=4 * (2 / 9 / 4000) ** 0.5)  # 1/2 if all ties were equally likely


def test_the_chance_to_converge_is_the_share_of_features_in_common() -> None:
    graph = networkx.Graph([(0, 1), (2, 3)])
    begin = [[0, 0, 0], [0, 0, 1], [5, 5, 5], [5, 6, 6]]  # two of three, and one of three in common
    ends = after(graph, begin, 1, 4000)
    first = np.mean([(end[:2] != np.array(begin)[:2]).any() for end in ends])
    second = np.mean([(end[2:] != np.array(begin)[2:]).any() for end in ends])
    # twice as likely; either pair is drawn as often, and two of three in common is the most there can be
    assert first == pytest.approx(1 / 2, abs=4 * (1 / 4 / 4000) ** 0.5)
    assert second == pytest.approx(1 / 4, abs=4 * (3 / 16 / 4000) ** 0.5)
    features = [int(np.flatnonzero(end[2] != begin[2])[0]) for end in ends if (end[2] != begin[2]).any()]
    assert set(features) == {1, 2}
    assert np.mean(features) == pytest.approx(1.5, abs=4 * 0.5 / len(features) ** 0.5)  # either feature as often


def test_only_one_trait_of_one_organisation_changes_at_a_time_and_becomes_the_partners() -> None:
    graph = networkx.fast_gnp_random_graph(30, 0.2, seed=1)
    begin = np.random.default_rng(1).integers(0, 3, (30, 4)).tolist()
    changed = 0
    for end in after(graph, begin, 1, 200):
        where = np.argwhere(end != begin)
        assert len(where) <= 1
        for row, feature in where:
            changed += 1
            assert any(begin[other][feature] == end[row, feature] for other in graph[int(row)])
    assert changed > 20


@pytest.mark.parametrize("features", [2, 10])
def test_runs_end_frozen_and_stay_so(features: int) -> None:
    graph = networkx.fast_gnp_random_graph(80, 0.06, seed=2)  # partners differ in number: one may have none
    with on_graph(graph, [Culture(features, 6.0, pace=10)], 5) as model:
        model.step()
        assert active_ties(model) > 0
        now = model.state.organisations["culture"]
        equal = networkx.Graph((a, b) for a, b in graph.edges if (now[a] == now[b]).all())
        assert len(domains(model)) == 80 - len(equal) + networkx.number_connected_components(equal)
        assert active_ties(model) == sum(0 < (now[a] == now[b]).sum() < features for a, b in graph.edges)
        while active_ties(model):
            model.step()
        culture = model.state.organisations["culture"].copy()
        for one, other in graph.edges:
            assert int((culture[one] == culture[other]).sum()) in (0, features)
        model.run(3)
        assert (model.state.organisations["culture"] == culture).all()
        same = networkx.Graph((a, b) for a, b in graph.edges if (culture[a] == culture[b]).all())
        same.add_nodes_from(graph)
        expected = sorted((len(part) for part in networkx.connected_components(same)), reverse=True)
        assert domains(model).tolist() == expected


def test_traits_to_begin_with() -> None:
    graph = networkx.cycle_graph(4000)
    for poisson, mean, variance in ((True, 3.1, 3.1), (False, 3.0, 4.0)):
        with on_graph(graph, [Culture(2, 3.1 if poisson else 7, poisson, pace=0)], 1) as model:
            model.step()
            culture = model.state.organisations["culture"].astype(float)
        assert culture.mean() == pytest.approx(mean, abs=4 * (variance / 8000) ** 0.5)
        assert culture.var() == pytest.approx(variance, rel=4 * (2.5 / 8000) ** 0.5)
        assert abs(np.corrcoef(culture.T)[0, 1]) < 4 / 4000**0.5  # features are drawn apart


def test_networks() -> None:
    job = {"part": "rewired", "size": 12, "seed": 1}
    torus = study._network({**job, "rewired": 0.0})
    assert {degree for _, degree in torus.degree} == {4}
    for share in (0.1, 1.0):
        graph = study._network({**job, "rewired": share})
        assert graph.number_of_edges() == 288
        assert networkx.number_of_selfloops(graph) == 0
        kept = sum(graph.has_edge(*edge) for edge in torus.edges) / 288
        # of rewired ties few come back by chance: 288 of 10,296 pairs
        assert kept == pytest.approx(1 - share + share * 0.03, abs=4 * (0.1 / 288) ** 0.5)


def synthetic(decay: float, at: float) -> dict[tuple[float, float], float]:
    """Return means as finite-size scaling has them."""
    return {(side, q): side**-decay * np.exp(0.1 * (q - at) * side**0.6) for side in (20, 40, 80) for q in study.TRAITS}


def test_crossings_and_decays_are_found() -> None:
    for at in (3.0, 3.1, 3.2):
        assert study.crossing_of(0.4)(synthetic(0.4, at)) == pytest.approx(at)
    assert study.crossing_of(0.3)(synthetic(0.4, 3.1)) != pytest.approx(3.1, abs=0.05)
    assert study.decay_at(3.1)(synthetic(0.4, 3.1)) == pytest.approx(0.4)


def test_halves_and_their_growth_are_found() -> None:
    means = {
        (size, multiple * size**0.39): 1 / (1 + multiple**6) for size in (100, 400, 1600) for multiple in (0.8, 1, 1.25)
    }
    for size in (100, 400, 1600):
        assert study.half(means, size) == pytest.approx(size**0.39, rel=1e-6)
    assert study.growth(means) == pytest.approx(0.39, abs=1e-6)
    assert study.half_of(400, minus=100)(means) == pytest.approx(400**0.39 - 100**0.39)
    assert study.half({(1, 10): 0.8, (1, 20): 0.4}, 1) == pytest.approx(10 * 2**0.75)  # three quarters of the way
    assert np.isnan(study.half({(1, 10): 0.9, (1, 20): 0.8}, 1))


def test_intervals_are_as_wide_as_the_standard_error_says() -> None:
    values = np.random.default_rng(1).normal(2.0, 1.0, 400)
    rows = pd.DataFrame({"size": 20, "traits": 2.0, "largest": values})
    found = study.resampled(rows, "size", "largest", lambda means: means[20, 2.0])
    assert found.estimate == pytest.approx(values.mean())
    # 1,000 resamples: quantiles to about 5 %
    assert found.high - found.low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    unknown = study.resampled(rows, "size", "largest", lambda means: float("nan"))
    assert np.isnan(unknown.low)


def test_quick_form(quick: Callable[[str], Any]) -> None:
    found = quick("axelrod")
    verdicts = {key: row.verdict for key, row in found.rows.items()}
    assert "fails" not in verdicts.values(), verdicts
    for key in ("frozen", "hubs"):  # clear even in few small networks
        assert verdicts[key] == "holds", found.rows[key]
    largest = found.table[found.table["part"] == "phases"].groupby(["size", "traits"])["largest"].mean()
    # some 0.45 and 0.1, with a standard deviation of 0.15 at most between 20 runs
    assert largest[20, study.ORDERED] - largest[20, study.DIVERSE] > 4 * 0.15 * (2 / 20) ** 0.5
    rewired = found.table[(found.table["part"] == "rewired") & found.table["traits"].isin([50, 55, 60, 65])]
    shares = rewired.groupby("rewired")["largest"].mean()
    # ties rewired keep culture together; 8 runs or more each, with a standard deviation of 0.25 at most
    assert shares[1.0] > shares[0.0]


def test_findings_survive_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("axelrod"), reread("axelrod")
    assert again.findings.keys() == found.findings.keys()
    assert again.findings["growth, scale-free"] == pytest.approx(found.findings["growth, scale-free"], abs=1e-3)
    assert list(again.rows) == list(found.rows)
    assert all(row.note for row in again.rows.values() if row.verdict != "holds")
    assert len(study.draw(again.table).axes) == 4


def test_a_run_is_its_seeds(quick: Callable[[str], Any]) -> None:
    job = quick("axelrod").table.iloc[-1].to_dict()
    assert {**job, **study.outcome(job)} == job
