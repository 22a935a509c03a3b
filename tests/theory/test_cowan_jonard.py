"""Barter of knowledge: the rules, the estimator of an optimum, and what the quick form says."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
import pandas as pd
import pytest

from experiments.validation.classics import cowan_jonard as study
from experiments.validation.classics.barter import Barter, meet
from experiments.validation.classics.engine import on_graph
from tests.reference.draws import below, below_low, draw, further


def after(knowledge: list[list[float]], absorption: float = 0.5, similarity: float = 0.01, key: int = 1) -> np.ndarray:
    """Return the knowledge of two neighbours after a month (two meetings)."""
    held = np.array(knowledge)
    first, last, partner = np.array([0, 1]), np.array([1, 2]), np.array([1, 0], np.int32)
    meet(np.uint64(key), first, last, partner, absorption, similarity, held)
    return held


def test_each_closes_its_share_of_the_gap() -> None:
    # two meetings, each halves both gaps of 8: to 4, then to 2
    assert after([[1, 9], [9, 1]]) == pytest.approx(np.array([[7, 9], [9, 7]]))


def test_who_has_nothing_to_offer_gets_nothing() -> None:
    assert after([[1, 1], [9, 9]]).tolist() == [[1, 1], [9, 9]]


def test_as_much_goes_one_way_as_the_other() -> None:
    """Ahead in three kinds and behind in one: one of the three is given, drawn anew in each meeting."""
    start = np.array([[9.0, 9.0, 9.0, 1.0], [1.0, 1.0, 1.0, 9.0]])
    given = np.zeros(3)
    for key in range(300):
        held = after(start.tolist(), absorption=0.1, key=key)
        moved = (held[1, :3] - 1) / 0.8  # in units of a first trade; a second one of the same kind is 0.9 of it
        assert sorted(np.round(moved, 6).tolist()) in ([0, 0, 1.9], [0, 1, 1])
        given += moved > 0
    # a kind is given in 5/9 of the months: 167 of 300, standard deviation 8.6
    assert np.abs(given - 300 * 5 / 9).max() < 4 * 8.6


def test_similar_levels_are_equal() -> None:
    assert after([[10, 1], [9.95, 9]]).tolist() == [[10, 1], [9.95, 9]]
    assert after([[10, 1], [9.85, 9]])[1, 0] > 9.85


def slow_month(model: Any, barter: Barter) -> np.ndarray:
    """Return what `Barter` makes of this month, in plain Python over agents' lists."""
    knowledge = model.state.organisations["knowledge"].tolist()
    key = int(barter.key(model))
    for meeting in range(len(knowledge)):
        base = draw(key, meeting)
        i = below(base, len(knowledge))
        partners = model.state.ties.of(i, 0).tolist()
        if not partners:
            continue
        j = partners[below_low(base, len(partners))]
        mine, yours = knowledge[i], knowledge[j]
        better = [k for k in range(5) if mine[k] > yours[k] * (1.0 + barter.similarity)]
        worse = [k for k in range(5) if yours[k] > mine[k] * (1.0 + barter.similarity)]
        traded = min(len(better), len(worse))
        for used, items in ((0, better), (5, worse)):
            for place in range(traded):
                chosen = place + below(further(base, used + place + 1), len(items) - place)
                items[place], items[chosen] = items[chosen], items[place]
        for k in better[:traded]:
            yours[k] += barter.absorption * (mine[k] - yours[k])
        for k in worse[:traded]:
            mine[k] += barter.absorption * (yours[k] - mine[k])
    return np.array(knowledge)


def test_the_kernel_agrees_with_plain_python_draw_for_draw() -> None:
    graph = networkx.watts_strogatz_graph(40, 4, 0.2, seed=1)
    graph.remove_edges_from(list(graph.edges(0)))  # one without any tie
    barter = Barter()
    with on_graph(graph, [barter], seed=3) as model:
        model.run(1)
        for _ in range(20):
            expected = slow_month(model, barter)
            model.run(1)
            np.testing.assert_array_equal(model.state.organisations["knowledge"], expected)


def test_nobody_loses_and_nothing_is_created() -> None:
    barter = Barter(absorption=0.3)
    with on_graph(networkx.watts_strogatz_graph(60, 6, 0.1, seed=2), [barter], seed=2) as model:
        before = barter.endowment(model)
        best = before.max(axis=0)
        for _ in range(30):
            now = model.run(1).state.organisations["knowledge"].copy()
            assert (now >= before).all()
            before = now
        assert (before.max(axis=0) == best).all()


def test_in_the_steady_state_nothing_moves() -> None:
    barter = Barter()
    with on_graph(networkx.watts_strogatz_graph(60, 6, 0.1, seed=2), [barter], seed=2) as model:
        assert barter.possible(model.run(1)) > 0
        while barter.possible(model):
            model.run(20)
        before = model.state.organisations["knowledge"].copy()
        np.testing.assert_array_equal(model.run(50).state.organisations["knowledge"], before)


def test_endowments_are_the_same_at_every_rewiring() -> None:
    held = []
    for rewired in (0.0, 0.5):
        barter = Barter()
        with on_graph(networkx.watts_strogatz_graph(200, 4, rewired, seed=1), [barter], seed=7) as model:
            held.append(barter.endowment(model))
    np.testing.assert_array_equal(held[0], held[1])
    assert (held[0] == 30).sum() == (held[0] == 30).any(axis=1).sum() == 20  # a tenth, each in one kind
    usual = held[0][held[0] < 30]
    assert usual.max() < 10
    assert abs(usual.mean() - 5) < 5 * 10 / np.sqrt(12 * usual.size)  # uniform on [0, 10], five standard errors
    assert len(set(np.nonzero(held[0] == 30)[1])) == 5


SHARES = np.array([0.0, *10 ** np.arange(-2.5, 0.01, 0.25)])


@pytest.mark.parametrize("top", [0.02, 0.09, 0.4])
def test_a_turning_point_between_the_points_is_found(top: float) -> None:
    heights = 5 - (np.log10(np.maximum(SHARES, 1e-4)) - np.log10(top)) ** 2
    assert study.turning_point(SHARES, heights) == pytest.approx(top)


def test_a_turning_point_at_an_end_is_that_end() -> None:
    assert study.turning_point(SHARES, -SHARES) == 0
    assert study.turning_point(SHARES, SHARES) == 1


def test_a_turning_interval_holds_the_truth() -> None:
    """Of 40 intervals at 95 %, at least 33 hold it: a binomial count lies lower once in 1,000 times."""
    generator = np.random.default_rng(2)
    heights = 5 - (np.log10(np.maximum(SHARES, 1e-4)) + 1) ** 2
    found = [
        study.turning_interval(SHARES, heights + generator.normal(0, 0.5, (30, len(SHARES)))) for _ in range(40)
    ]  # fmt: skip
    assert sum(low <= 0.1 <= high for _, low, high in found) > 32
    assert np.median([high / low for _, low, high in found]) < 2  # and is not merely wide


def made_up(level: Callable[[float], float]) -> pd.DataFrame:
    """Return a table in which the three measures follow known curves of log10 share (−4 for none)."""
    generator = np.random.default_rng(3)
    lines = []
    for part in study.VARIANTS:
        for seed in range(20):
            for share in SHARES:
                height = level(np.log10(max(share, 1e-4))) + generator.normal(0, 0.01)
                lines.append(
                    {"part": part, "rewired": share, "seed": seed, "mean": 10 + height, "var": 10 + height,
                     "cv": 10 - height, "months": 100, "steady": True}
                )  # fmt: skip
    return pd.DataFrame(lines)


def test_lines_hold_for_a_small_world_optimum_and_fail_without() -> None:
    verdicts = {row.key: row.verdict for row in study.rows(study.conclude(made_up(lambda x: -((x + 1) ** 2))))}
    assert len(verdicts) == 15
    assert set(verdicts.values()) == {"holds"}
    rising = {row.key: row.verdict for row in study.rows(study.conclude(made_up(lambda x: x)))}
    assert all(verdict == "fails" for key, verdict in rising.items() if not key.endswith("-none"))
    upside_down = study.rows(study.conclude(made_up(lambda x: (x + 1) ** 2)))
    assert {row.verdict for row in upside_down} == {"fails"}
    assert all(row.note for row in upside_down)


def test_what_the_quick_form_says(quick: Callable[[str], Any]) -> None:
    """Seeds are fixed, so that this cannot flicker; the full form is on the page."""
    found = quick("cowan-jonard")
    assert found.findings["runs that reached no steady state"] == 0
    verdicts = {key: row.verdict for key, row in found.rows.items()}
    for key in ("level-turns", "level-none", "level-all", "variance-none", "variation-all", "level-similarity"):
        assert verdicts[key] == "holds", found.rows[key]
    assert verdicts["level-no-experts"] == "fails"  # a loss that must not be lost
    assert verdicts["variation-none"] != "holds"


def test_findings_survive_files(quick: Callable[[str], Any], reread: Callable[[str], Any]) -> None:
    found, again = quick("cowan-jonard"), reread("cowan-jonard")
    assert [(k, r.verdict) for k, r in again.rows.items()] == [(k, r.verdict) for k, r in found.rows.items()]
    study.draw(again.table).savefig(io.BytesIO(), format="png")
