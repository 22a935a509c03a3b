"""Society and economy off: the core, bit for bit. Any part of them off: a run that goes on and keeps its books."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.parameters import declarations
from ecosim.processes import Attract, Create, Forget, Hybridise, Meet, Propagate, Record
from ecosim.schedule import core_schedule
from ecosim.specs import AcculturationSpec, AttractorSpec, MarketSpec, PolicySpec, StageSpec
from tests import busy
from tests.invariants import check_all, history_tells_the_members, money_heads_and_spending_balance

SEVEN = (Attract, Meet, Hybridise, Propagate, Forget, Create, Record)
GROUPS = ("trust", "alliances", "barriers", "chain", "market", "users", "firms")


def _off(seed: int = 3) -> EcosystemModel:
    """Return the busy world with all that society and economy could need in its scenario, and every switch off."""
    scenario = busy.SOCIETY.with_values(dict.fromkeys(busy.ALL_ON, False))
    return EcosystemModel(scenario, seed=seed)


def test_all_off_is_the_core() -> None:
    """The schedule of the core, named here process by process, on a scenario that has never heard of markets."""
    core = dataclasses.replace(
        busy.CORE, attractors=busy.SOCIETY.attractors, parameters=busy.CORE.parameters.with_values({"check": True})
    )
    plain = EcosystemModel(core, seed=3, processes=[process() for process in SEVEN]).run(24)
    off = _off().run(24)
    assert tuple(type(process) for process in off.processes) == SEVEN
    assert tuple(type(process) for process in core_schedule()) == SEVEN
    assert off.state.fingerprint() == plain.state.fingerprint()
    assert off.state.history.evaluations == plain.state.history.evaluations
    assert off.months.equals(plain.months)


def test_all_off_makes_no_column_and_no_row() -> None:
    state = _off().run(6).state
    for name in ("capital", "employees", "alliance", "offers", "values", "insight"):
        assert name not in state.organisations
    for table in ("markets", "stages", "alliances", "offers", "policies"):
        assert len(getattr(state, table)) == 0
    assert len(state.ties.trust) == len(state.meetings.tie) == 0
    assert not state.history.accounts
    assert not state.memberships


def test_books_alone_change_no_draw_of_the_core() -> None:
    """Books, markets, users, frames and policies act on money and offers: the bricks stay as they are."""
    money = ("value_chain", "markets", "frames", "users", "firm_life", "policies")
    scenario = busy.SOCIETY.with_values({f"mechanisms.{name}": name in money for name in busy.MECHANISMS})
    mine, core = EcosystemModel(scenario, seed=3).run(24).state.fingerprint(), _off().run(24).state.fingerprint()
    assert {place: mine[place] for place in core} == core


@pytest.mark.parametrize("name", busy.MECHANISMS)
def test_one_alone_on_runs_and_is_deterministic(name: str) -> None:
    scenario = busy.SOCIETY.with_values({**dict.fromkeys(busy.ALL_ON, False), f"mechanisms.{name}": True})
    first, second = (EcosystemModel(scenario, seed=3).run(18) for _ in range(2))
    assert first.state.fingerprint() == second.state.fingerprint()
    assert repr(first.state.history.accounts) == repr(second.state.history.accounts)
    if name != "trust":
        check_all(first.state)


@pytest.mark.parametrize("name", busy.MECHANISMS)
def test_all_but_one_keep_the_books(name: str) -> None:
    """Whatever an ablation study takes away: two years, audited every month."""
    model = EcosystemModel(busy.SOCIETY.with_values({f"mechanisms.{name}": False}), seed=8)
    assert "audit" in [process.name for process in model.processes]
    for _ in range(24):
        model.step()
        check_all(model.state)


def _random_scenario(pick: random.Random) -> Scenario:
    """Return a small world with every parameter of society and economy anywhere within its bounds, or at an edge."""

    def value(low: float, high: float, whole: bool, default: float) -> float:
        kind = pick.random()
        if kind < 0.3:
            return default
        if kind < 0.45:
            return low
        if kind < 0.55:
            return high
        wide = high > 1000 * max(low, 1.0)
        chosen = low + (min(high, 100 * max(default, 0.01)) - low if wide else high - low) * pick.random()
        return round(chosen) if whole else chosen

    values: dict[str, Any] = {
        "population.firms": pick.randint(2, 40),
        "population.labs": pick.randint(0, 6),
        "population.clusters": pick.randint(1, 4),
        "latent.base_drive": pick.uniform(0.05, 0.6),
        "record.check": True,
        "record.reproduction_every": 0,
    }
    for item in declarations():
        group = item.path.split(".")[0]
        if group == "mechanisms":
            values[item.path] = pick.random() < 0.8
        elif group in GROUPS:
            values[item.path] = value(item.low, item.high, item.type is int, float(item.default))
    values["firms.value_added"] = max(values["firms.value_added"], 0.2)
    margins = sorted(min(values[f"chain.{name}_margin"], 0.19) for name in ("lowest", "highest"))
    values["chain.lowest_margin"], values["chain.highest_margin"] = margins
    values["firms.startup_rate"] = min(values["firms.startup_rate"], 0.1)
    if pick.random() < 0.5:
        values["barriers.equity_ticket"] = values["barriers.structuring_cost"] = 1.0
        values["alliances.trust_threshold"] = values["alliances.value_threshold"] = 0.1

    def months() -> dict[str, Any]:
        start = pick.randint(0, 6)
        return {"start": start, "end": pick.choice([None, start + 1, start + 6])}

    points = [tuple(pick.uniform(-1, 1) for _ in range(4)) for _ in range(4)]
    stages = [StageSpec(f"s{k}", pick.uniform(0, 0.19), pick.choice([None, 0.0, 1.0]), k) for k in range(1, 4)]
    return Scenario(
        attractors=(AttractorSpec("a", "market", pick.uniform(0, 1), centre=points[0], width=5.0, **months()),),
        stages=tuple(stages[: pick.randint(0, 3)]),
        markets=tuple(
            MarketSpec(
                f"m{k}",
                pick.choice([0.0, 10.0, 1e6]),
                frame=points[k],
                public_share=pick.random(),
                abroad=pick.random() < 0.5,
                needs=pick.choice([None, 1.0, 1e9]),
                spend=pick.uniform(0, 50),
            )
            for k in range(1, 4)
        ),
        policies=tuple(
            PolicySpec(
                f"p{k}", lever, pick.choice([0.0, 0.5, 1.0]), budget=pick.choice([None, 0.0, 0.1, 100.0]), **months()
            )
            for k, lever in enumerate([*busy.LEVERS, *busy.LEVERS])
        ),
        acculturations=tuple(
            AcculturationSpec(f"c{k}", f"m{1 + k // 2}", pick.choice([0.1, 1.0]), centre=points[0], cost=float(k))
            for k in range(pick.randint(0, 4))
        ),
    ).with_values(values)


@pytest.mark.parametrize("number", range(20))
def test_any_parameters_keep_the_books(number: int) -> None:
    """Values from all over their bounds, edges included: no warning, and every identity holds in every month."""
    scenario = _random_scenario(random.Random(number))
    model = EcosystemModel(scenario, seed=number)
    for _ in range(14):
        model.step()
        if scenario.parameters.mechanisms.economy:
            money_heads_and_spending_balance(model.state)
            history_tells_the_members(model.state)
            check_all(model.state)
