"""How policies pull and pay: their months, what several leave together, and who of them pays (see test_levers)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.economy import levers
from ecosim.specs import LEVERS, ClusterSpec, MarketSpec, PolicySpec
from tests.invariants import money_heads_and_spending_balance

ON = {"policies": True, "firms": 20, "labs": 4, "clusters": 2, "reproduction_every": 0, "stages": 2, "check": True}
MARKETS = (MarketSpec("home", 100.0, public_share=0.5), MarketSpec("far", 100.0, public_share=0.1, abroad=True),
           MarketSpec("private", 100.0))  # fmt: skip


def make(*policies: PolicySpec, **values: Any) -> EcosystemModel:
    clusters = (ClusterSpec("north", region="N"), ClusterSpec("south", region="S"))
    scenario = dataclasses.replace(Scenario(), policies=policies, markets=MARKETS, clusters=clusters)
    return EcosystemModel(scenario.with_values({**ON, **values}), seed=1)


def support(model: EcosystemModel) -> dict[str, float]:
    """Play `support` alone, as if it were this month, and return the intensity of each lever."""
    model.processes[0].step(model)
    money_heads_and_spending_balance(model.state)
    return dict(zip(LEVERS, model.state.support.tolist(), strict=True))


@pytest.mark.parametrize("lever", LEVERS)
def test_a_policy_pulls_its_lever_in_its_months_only(lever: str) -> None:
    model = make(PolicySpec("it", lever, 0.4, start=2, end=5))
    pulled = []
    for model.state.month in range(8):
        found = support(model)
        assert all(value == 0 for name, value in found.items() if name != lever)
        pulled.append(found[lever])
    assert pulled == pytest.approx([0, 0, 0.4, 0.4, 0.4, 0, 0, 0])


def test_several_policies_leave_the_product_of_what_each_leaves() -> None:
    model = make(
        PolicySpec("a", "equity", 0.5), PolicySpec("b", "equity", 0.4), PolicySpec("c", "equity", 1.0, start=1)
    )
    assert support(model)["equity"] == pytest.approx(1 - 0.5 * 0.6)
    model.state.month = 1
    assert support(model)["equity"] == 1.0
    assert levers.lowered(model.state, "equity") == 0.0


def test_where_money_is_short_a_programme_shrinks_in_proportion() -> None:
    model = make(PolicySpec("f", "procurement", 0.5, budget=30.0), PolicySpec("g", "procurement", 0.0))
    assert support(model)["procurement"] == 0.5  # 20 of 30
    assert support(model)["procurement"] == 0.25  # 10 of 20
    assert support(model)["procurement"] == 0.0
    assert model.state.policies["spent"].tolist() == [30.0, 0.0]


def test_policies_pay_one_after_the_other() -> None:
    model = make(PolicySpec("one", "equity", 0.5, budget=10.0), PolicySpec("two", "equity", 0.5, budget=100.0))
    assert levers.funds(model.state, "equity") == 110.0
    assert levers.charge(model.state, "equity", 30.0) == 30.0
    assert model.state.policies["spent"].tolist() == [10.0, 20.0]
    assert levers.charge(model.state, "equity", 1000.0) == 80.0
    assert levers.charge(model.state, "equity", 1.0) == 0.0


def test_only_who_pulls_this_month_pays() -> None:
    model = make(PolicySpec("late", "equity", 1.0, start=3), PolicySpec("over", "equity", 1.0, end=1))
    model.state.month = 2
    assert levers.funds(model.state, "equity") == 0
    assert levers.charge(model.state, "equity", 5.0) == 0
