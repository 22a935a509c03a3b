"""The value chain: CES by its formula, who does which stage, what does not fit together, and how firms learn."""

from __future__ import annotations

import dataclasses
import math
import random
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.economy.chain import ces, expected_margin, firm_quality, group_quality, stage_competence
from ecosim.specs import MarketSpec, PolicySpec, StageSpec
from ecosim.state import FIRM, State

STAGES = (StageSpec("design", 0.16, 0.7), StageSpec("make", 0.04, 0.3, 2.0), StageSpec("sell", 0.1, 0.5))


def make(parts: dict[str, Any] | None = None, **values: Any) -> EcosystemModel:
    scenario = dataclasses.replace(Scenario(stages=STAGES), **(parts or {}))
    usual = {"firms": 40, "labs": 5, "clusters": 3, "value_chain": True, "reproduction_every": 0}
    return EcosystemModel(scenario.with_values({**usual, **values}), seed=3)


def power_mean(qualities: list[float], elasticity: float) -> float:
    r = 1 - 1 / elasticity
    return (sum(q**r for q in qualities) / len(qualities)) ** (1 / r)


# -- CES ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elasticity", [0.05, 0.25, 0.5, 0.9])
def test_ces_is_its_formula(elasticity: float) -> None:
    pick = random.Random(1)
    for _ in range(50):
        qualities = [pick.uniform(0.05, 1) for _ in range(pick.randint(1, 8))]
        assert float(ces(np.array(qualities), elasticity)) == pytest.approx(power_mean(qualities, elasticity), rel=1e-9)
    assert float(ces(np.array([0.4, 0.4]), elasticity)) == pytest.approx(0.4)


def test_the_weakest_link_decides_when_elasticity_is_low() -> None:
    chain = np.array([0.9, 0.9, 0.3, 0.9])
    tight, loose = float(ces(chain, 0.02)), float(ces(chain, 0.9))
    assert 0.3 <= tight < 0.31
    assert loose > 0.6
    better = chain.copy()
    better[0] = 1.0
    weakest = chain.copy()
    weakest[2] = 0.4
    assert float(ces(weakest, 0.25)) - float(ces(chain, 0.25)) > 20 * (
        float(ces(better, 0.25)) - float(ces(chain, 0.25))
    )


def test_ces_is_finite_at_the_bounds() -> None:
    """Warnings are errors here: neither a steep power nor a competence of 0 overflows."""
    for elasticity in (0.01, 0.25, 0.99):
        for chain in ([0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1e-9, 1.0]):
            quality = float(ces(np.array(chain), elasticity))
            assert min(chain) <= quality + 1e-12 <= 1 + 1e-9
            assert quality < 1e-3 or min(chain) > 0 or elasticity == 0.99


# -- who does which stage -------------------------------------------------------------------------------------


def by_hand(state: State, firms: list[int], assembly_loss: float) -> float:
    """Return the quality of what firms offer together, stage by stage."""
    organisations, chain = state.organisations, state.parameters.chain
    stages = [(1 - chain.outsourcing_loss) * q for q in state.stages["competence"].tolist()]
    for firm in firms:
        stage = int(organisations["stage"][firm])
        stages[stage] = max(stages[stage], float(organisations["competence"][firm]))
    return power_mean(stages, chain.substitution) * (1 - assembly_loss * (1 - 1 / len(firms)))


@pytest.mark.parametrize("substitution", [0.03, 0.25, 0.8])
def test_a_firm_alone_and_a_group_by_hand(substitution: float) -> None:
    """Steep powers included: the weakest stage of one firm must not drown the others."""
    state = make(substitution=substitution, competence_spread=0.3).state
    pick = random.Random(2)
    firms = np.flatnonzero(state.organisations["kind"] == FIRM)
    alone = firm_quality(state, firms)
    assert alone == pytest.approx([by_hand(state, [firm], 0.15) for firm in firms.tolist()], rel=1e-9)
    groups = [pick.sample(firms.tolist(), pick.randint(1, 6)) for _ in range(30)]
    group = np.repeat(np.arange(30), [len(members) for members in groups])
    rows = np.concatenate([np.array(members) for members in groups])
    together = group_quality(
        state, group, state.organisations["stage"][rows], state.organisations["competence"][rows], 30
    )
    assert together == pytest.approx([by_hand(state, members, 0.15) for members in groups], rel=1e-9)
    assert np.all((together > 0) & (together <= 1))


def test_an_alliance_takes_the_best_at_each_stage() -> None:
    state = make().state
    columns = state.organisations
    columns["stage"][:4], columns["competence"][:4] = [0, 1, 2, 1], [0.8, 0.6, 0.7, 0.9]
    state.stages["competence"] = [0.5, 0.5, 0.5]  # bought: 0.3
    loss = state.parameters.barriers.assembly_loss

    def quality(*firms: int) -> float:
        rows = np.array(firms)
        return float(
            group_quality(state, np.zeros(len(rows), int), columns["stage"][rows], columns["competence"][rows], 1)[0]
        )

    def expected(stages: list[float], firms: int) -> float:
        return power_mean(stages, 0.25) * (1 - loss * (1 - 1 / firms))

    assert quality(0) == pytest.approx(expected([0.8, 0.3, 0.3], 1), rel=1e-6)
    assert quality(0, 1) == pytest.approx(expected([0.8, 0.6, 0.3], 2), rel=1e-6)
    assert quality(0, 1, 2) == pytest.approx(expected([0.8, 0.6, 0.7], 3), rel=1e-6)
    assert quality(0, 1, 2, 3) == pytest.approx(expected([0.8, 0.9, 0.7], 4), rel=1e-6)
    assert quality(0, 1, 2) > quality(0, 1) > quality(0)
    columns["competence"][3] = 0.1  # worse than what can be bought: no use, and one more whose bricks do not fit
    assert quality(3) == pytest.approx(expected([0.3, 0.3, 0.3], 1), rel=1e-6)
    assert quality(0, 1, 2, 3) == pytest.approx(expected([0.8, 0.6, 0.7], 4), rel=1e-6)


def test_the_low_margin_stage_can_be_the_strategic_link() -> None:
    """Mission: whoever masters the poorest stage makes everybody's offer better than the master of a rich one."""
    state = make(outsourcing_loss=0.2).state
    columns = state.organisations
    columns["stage"][:3], columns["competence"][:3] = [0, 1, 2], [0.9, 0.9, 0.9]
    state.stages["competence"] = [0.8, 0.2, 0.8]  # low margin, little research, little competence
    rich, poor = (
        float(group_quality(state, np.zeros(2, int), columns["stage"][[a, b]], columns["competence"][[a, b]], 1)[0])
        for a, b in ((0, 2), (0, 1))
    )
    assert state.stages["margin"].tolist() == [0.16, 0.04, 0.1]
    assert poor > 2.5 * rich


def test_assembly_loss_grows_with_firms_and_the_lever_lowers_it() -> None:
    def of(firms: int, loss: float, intensity: float) -> float:
        state = make(
            {"policies": (PolicySpec("bricks fit", "assembly", intensity),)}, policies=True, assembly_loss=loss
        ).state
        state.support[0] = intensity  # what `support` has paid for
        stage, competence = np.zeros(firms, int), np.full(firms, 0.7)
        return float(group_quality(state, np.zeros(firms, int), stage, competence, 1)[0])

    whole = of(1, 0.3, 0.0)
    assert of(2, 0.3, 0.0) == pytest.approx(whole * (1 - 0.3 / 2))
    assert of(10, 0.3, 0.0) == pytest.approx(whole * (1 - 0.3 * 0.9))
    assert of(10, 0.3, 0.5) == pytest.approx(whole * (1 - 0.15 * 0.9))
    assert of(10, 0.3, 1.0) == pytest.approx(whole)
    assert of(10, 0.0, 0.0) == pytest.approx(whole)


def test_off_every_quality_is_one() -> None:
    state = make(value_chain=False, markets=True).state
    assert firm_quality(state, np.arange(10)).tolist() == [1.0] * 10
    assert group_quality(state, np.zeros(3, int), np.arange(3), np.full(3, 0.2), 1).tolist() == [1.0]


def test_stage_competence_is_the_mean_of_who_is_there() -> None:
    model = make()
    state = model.state
    columns = state.organisations
    for firm in np.flatnonzero(columns["stage"] == 2)[:-1].tolist():
        model.close_organisation(firm)
    firm = (columns["kind"] == FIRM) & (columns["held"] > 0)
    expected = [columns["competence"][firm & (columns["stage"] == stage)].mean() for stage in range(3)]
    assert stage_competence(state) == pytest.approx(expected, rel=1e-6)
    for row in np.flatnonzero(firm & (columns["stage"] == 2)).tolist():
        model.close_organisation(row)
    state.stages["competence"] = [0.1, 0.2, 0.3]
    assert stage_competence(state) == pytest.approx([*expected[:2], 0.3], rel=1e-6)  # nobody there: as it was


def test_expected_margin_by_hand() -> None:
    """gain_share · quality · access · Σ margin · turnover; access: the private part, all of it when large enough."""
    markets = (
        MarketSpec("home", 100.0, public_share=0.4, needs=5.0, spend=10.0),
        MarketSpec("town", 300.0, public_share=0.0, needs=5.0, spend=10.0),
        MarketSpec("far", 1e6, public_share=1.0, abroad=True),
    )
    state = make({"markets": markets}, markets=True, gain_share=2.0, procurement_size=60.0).state
    columns = state.organisations
    rows = np.arange(3)
    columns["stage"][rows], columns["turnover"][rows], columns["employees"][rows] = (
        [0, 1, 2],
        [100, 50, 10],
        [40, 15, 5],
    )

    def margin(*firms: int) -> float:
        return float(expected_margin(state, np.zeros(len(firms), int), np.array(firms), 1)[0])

    access = 1 - 0.4 * 0.25  # a quarter of the spending at home has public buyers
    assert margin(0) == pytest.approx(2 * by_hand(state, [0], 0.15) * access * 16.0)
    assert margin(0, 2) == pytest.approx(2 * by_hand(state, [0, 2], 0.15) * access * 17.0)
    assert margin(0, 1, 2) == pytest.approx(2 * by_hand(state, [0, 1, 2], 0.15) * 19.0)  # 60 employees together


# -- learning -------------------------------------------------------------------------------------------------


def steady(months: int, **values: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, State]:
    """Return competence before and after months of the same effort, and that effort, of firms in steady trade."""
    still = {"demand_volatility": 0.0, "erosion": 0.0, "employment_inertia": 0.0, "cooperation_cost": 0.0,
             "firm_life": True, "base_drive": 0.0}  # fmt: skip
    model = make(None, **{**still, **values})
    firms = np.flatnonzero(model.state.organisations["kind"] == FIRM)
    before = model.state.organisations["competence"][firms].astype(float)
    model.run(months)
    columns = model.state.organisations
    effort = 1 - np.exp(-columns["research"][firms] / columns["employees"][firms] / 0.3)
    return before, columns["competence"][firms].astype(float), effort, model.state


def test_learning_follows_its_closed_form() -> None:
    """c' = a (1 − c) − d c, month by month: c_t = c* + (c_0 − c*) (1 − a − d)^t, c* = a / (a + d)."""
    before, after, effort, _ = steady(48, learning=0.05, skills_gap=0.4, competence_decay=0.01)
    rate = 0.05 * 0.6 * effort
    balance = rate / (rate + 0.01)
    assert after == pytest.approx(balance + (before - balance) * (1 - rate - 0.01) ** 48, abs=1e-5)
    assert np.ptp(effort) > 0.2  # stages of unequal margins can pay for unequal research


def test_without_research_competence_only_decays() -> None:
    before, after, effort, _ = steady(24, research_share=0.0, competence_decay=0.02)
    assert not effort.any()
    assert after == pytest.approx(before * 0.98**24, abs=1e-6)


def test_the_stage_of_low_margin_falls_behind() -> None:
    _, after, effort, state = steady(240)
    stage = state.organisations["stage"][: len(after)]
    means = [float(after[stage == which].mean()) for which in range(3)]
    assert means[1] < means[2] < means[0]
    assert math.isclose(means[1], float(stage_competence(state)[1]), rel_tol=1e-6)
    assert effort[stage == 1].max() < effort[stage == 0].min()
