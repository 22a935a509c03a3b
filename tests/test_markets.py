"""Offers on markets: Bass's closed form, crowding, what filters demand, frames that move, and users who teach."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Scenario
from ecosim.kernels.market import bass_step, diffuse, wanted
from ecosim.specs import AttractorSpec, MarketSpec, PolicySpec, SectorSpec
from ecosim.state import State
from tests.invariants import check_all

MANY = 1e12  # needs so many that no offer crowds another
SMALL: dict[str, Any] = {
    "firms": 45, "labs": 5, "clusters": 3, "base_drive": 0.3, "launch_rate": 0.2, "reproduction_every": 0,
    "markets": True,
}  # fmt: skip
SECTORS = (SectorSpec("leather", centre=(0.0,) * 4), SectorSpec("light", centre=(1.0, 0.0, 0.0, 0.0)))


def make(*markets: MarketSpec, seed: int = 2, parts: dict[str, Any] | None = None, **values: Any) -> EcosystemModel:
    markets = markets or (MarketSpec("home", 1000.0, needs=MANY),)
    scenario = dataclasses.replace(Scenario(sectors=SECTORS), markets=markets, **(parts or {}))
    return EcosystemModel(scenario.with_values({**SMALL, **values}), seed=seed)


def live(state: State) -> Any:
    return np.flatnonzero(state.offers["withdrawn"] < 0)


def closed_form(age: Any, p: float, q: float) -> Any:
    decay = np.exp(-(p + q) * age)
    return (1 - decay) / (1 + q / p * decay)


# -- Bass -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "q"), [(0.0025, 0.032), (0.03, 0.38), (0.2, 0.0), (0.001, 2.0)])
def test_bass_closed_form_is_recovered(p: float, q: float) -> None:
    """Behaviour 8, through a whole run: every offer of every month follows F(t) of Bass (1969) to 1e-9."""
    model = make(MarketSpec("home", 1000.0, needs=MANY, innovation=p, imitation=q), offer_life=30)
    compared = 0
    for _ in range(48):
        model.step()
        offers = model.state.offers
        rows = live(model.state)
        age = model.month - offers["launched"][rows]
        expected = 1000.0 * closed_form(age.astype(float), p, q)
        assert np.allclose(offers["adopters"][rows, 0], expected, rtol=1e-9, atol=0)
        compared += len(rows)
    assert compared > 1000
    assert age.max() == 30  # an offer of life 30 is on the market for 30 months, and is then withdrawn
    assert (model.state.offers["withdrawn"] >= 0).sum() > 20


def test_a_month_of_bass_is_a_month_of_its_equation() -> None:
    """The step from any share on: against many small steps of dF/dt = (p + q F)(1 − F)."""
    for start in (0.0, 0.1, 0.7, 0.999):
        share, steps = start, 200_000
        for _ in range(steps):
            share += (0.03 + 0.38 * share) * (1 - share) / steps
        assert bass_step(start, 0.03, 0.38) == pytest.approx(share, rel=1e-5)
    assert bass_step(1.0, 0.03, 0.38) == 1.0
    assert bass_step(0.0, 0.0, 0.38) == 0.0  # without innovators nobody begins


def test_no_offer_before_its_launch_and_none_without_hybrids() -> None:
    quiet = make(base_drive=0.0).run(12).state
    assert len(quiet.offers) == 0
    assert quiet.markets["sales"][0] == 0


# -- what offers share ----------------------------------------------------------------------------------------


def test_offers_crowd_one_another() -> None:
    """Potential = customers · w / (1 + (W − w) / needs); with frames and chain off w is the demanded share."""
    model = make(MarketSpec("home", 1000.0, needs=3.0, innovation=5.0), MarketSpec("two", 500.0, needs=20.0), seed=1)
    model.run(24)
    count = len(live(model.state))
    assert count > 30
    share = 1000.0 / (1 + (count - 1) / 3.0)
    model.state.offers["adopters"][:] = 0.0
    sell = next(process for process in model.processes if process.name == "sell")
    sell.step(model)
    reached = model.state.offers["adopters"][live(model.state), 0]
    assert np.allclose(reached, share * closed_form(1.0, 5.0, 0.032), rtol=1e-9)
    both = 500.0 / (1 + (count - 1) / 20.0)
    assert np.allclose(model.state.offers["adopters"][live(model.state), 1], both * closed_form(1.0, 0.0025, 0.032))


def test_customers_who_have_adopted_stay() -> None:
    """Newcomers lower the potential of what is there, not the number of who uses it; a slow twin of a crowded month."""
    model = make(MarketSpec("home", 1000.0, needs=2.0, innovation=0.1, imitation=0.5), offer_life=20)
    lowered = 0
    for _ in range(40):
        before = model.state.offers["adopters"][:, 0].copy()
        model.step()
        offers, rows = model.state.offers, live(model.state)
        potential = 1000.0 / (1 + (len(rows) - 1) / 2.0)
        for row in rows.tolist():
            had = before[row] if row < len(before) else 0.0
            lowered += had > potential
            now = had if had >= potential else potential * bass_step(had / potential, 0.1, 0.5)
            assert offers["adopters"][row, 0] == pytest.approx(now, rel=1e-12)
            assert offers["adopters"][row, 0] >= had
    assert lowered > 50


def test_sales_are_what_adopters_spend() -> None:
    model = make(MarketSpec("home", 1000.0, needs=4.0, spend=20.0), MarketSpec("two", 10.0, needs=2.0, spend=3.0)).run(
        24
    )
    offers, markets = model.state.offers, model.state.markets
    rows = live(model.state)
    paid = offers["adopters"][rows] * np.array([20.0 / 4.0, 3.0 / 2.0])
    assert np.allclose(offers["sales"][rows], paid.sum(axis=1))
    assert np.allclose(markets["sales"], paid.sum(axis=0))
    assert np.allclose(markets["adoptions"], offers["adopters"][rows].sum(axis=0))
    position = model.state.bricks["position"][offers["brick"][rows]].astype(np.float64)
    used = np.average(position, axis=0, weights=offers["adopters"][rows, 0])
    assert np.allclose(markets["used"][0], used)
    by_firm = np.bincount(offers["seller"][rows], offers["sales"][rows], minlength=len(model.state.organisations))
    assert np.allclose(model.state.organisations["sales"], by_firm)


# -- what filters demand --------------------------------------------------------------------------------------


def _wanted(**changes: Any) -> float:
    """Return what one market wants of one offer: at (0.6, 0), of sectors 0 and 1, the frame at 0, all else neutral."""
    given: dict[str, Any] = {
        "quality": 1.0, "large": False, "demand": 0b11, "public_share": 0.0, "neutral": False, "gain": [], "width": 0.5,
        "centre": (0.6, 0.0), "frame": (0.0, 0.0),
    } | changes  # fmt: skip
    out = np.empty((1, 1))
    wanted(
        np.array([0]), np.array([0], np.int32), np.array([given["quality"]], np.float32), np.array([given["large"]]),
        np.array([[0.6, 0.0]], np.float32), np.array([0b11], np.uint64), np.array([given["demand"]], np.uint64),
        np.array([given["frame"]]), np.array([given["public_share"]]), 0.6, given["neutral"],
        np.array([given["centre"]] * len(given["gain"])).reshape(-1, 2), np.full(len(given["gain"]), given["width"]),
        np.array(given["gain"], np.float64), out,
    )  # fmt: skip
    return float(out[0, 0])


def test_acceptance_demand_public_buyers_and_attractors_multiply() -> None:
    accepted = np.exp(-0.5)  # one width from the frame
    assert _wanted() == pytest.approx(accepted, rel=1e-6)
    assert _wanted(neutral=True) == pytest.approx(1.0)
    assert _wanted(frame=(0.6, 0.0)) == pytest.approx(1.0)
    assert _wanted(demand=0b01) == pytest.approx(accepted / 2, rel=1e-6)
    assert _wanted(demand=0b100) == 0.0
    assert _wanted(demand=0b111) == _wanted()
    assert _wanted(quality=0.5) == pytest.approx(accepted / 2, rel=1e-6)
    assert _wanted(public_share=0.4) == pytest.approx(0.6 * accepted, rel=1e-6)
    assert _wanted(public_share=0.4, large=True) == pytest.approx(accepted, rel=1e-6)
    assert _wanted(gain=[1.0]) == pytest.approx(2 * accepted, rel=1e-6)
    assert _wanted(gain=[1.0, 0.5]) == pytest.approx(2.5 * accepted, rel=1e-6)
    assert _wanted(gain=[1.0], centre=(0.1, 0.0)) == pytest.approx((1 + np.exp(-0.5)) * accepted, rel=1e-6)
    assert _wanted(gain=[1.0], centre=(9.0, 0.0)) == _wanted()


def test_only_large_sellers_answer_public_procurement() -> None:
    def reached(size: float, intensity: float = 0.0) -> Any:
        parts = {"policies": (PolicySpec("trained buyers", "procurement", intensity),)}
        market = MarketSpec("home", 1000.0, needs=MANY, public_share=0.75, innovation=5.0)
        model = make(market, parts=parts, procurement_size=size, firm_life=True, policies=True, demand_volatility=0.0,
                     employment_inertia=0.0).run(6)  # fmt: skip
        rows = live(model.state)
        staff = model.state.organisations["employees"][model.state.offers["seller"][rows]]
        return staff, model.state.offers["adopters"][rows, 0] / (1000.0 * closed_form(1.0, 5.0, 0.032))

    staff, shares = reached(20.0)
    assert 0.2 < (staff >= 20).mean() < 0.8
    assert np.all(shares[staff >= 20] > 0.98)
    assert np.all(shares[staff < 20] < 0.26)
    staff, shares = reached(40.0, 0.5)  # the lever lowers the size to 20
    assert np.array_equal(shares > 0.9, staff >= 20)
    assert np.all(reached(0.0)[1] > 0.98)


def test_a_market_attractor_raises_demand_while_it_lasts() -> None:
    spec = AttractorSpec("vision", "market", 1e-9, centre=(0.5, 0.0, 0.0, 0.0), width=5.0, start=6, end=12)
    idea = dataclasses.replace(spec, kind="idea")

    def adoptions(attractor: AttractorSpec, **values: Any) -> Any:
        model = make(parts={"attractors": (attractor,)}, **values).run(12)
        return model.state.history.account("adoptions: home")

    with_it, usual = adoptions(spec), adoptions(idea)
    assert np.array_equal(with_it[:6], usual[:6])
    assert with_it[11] > 1.7 * usual[11]  # nearly at its heart everywhere: demand doubles
    assert np.array_equal(adoptions(spec, attractor_demand=0.0), usual)
    assert np.array_equal(adoptions(spec, attractor_dial=0.0), usual)


# -- abroad ---------------------------------------------------------------------------------------------------


def abroad(**values: Any) -> EcosystemModel:
    markets = (MarketSpec("home", 100.0, needs=5.0), MarketSpec("far", 2000.0, needs=20.0, spend=40.0, abroad=True))
    parts = {"policies": (PolicySpec("trade fairs", "internationalisation", 0.6, start=12),)}
    return make(*markets, parts=parts, **{"firm_life": True, "demand_volatility": 0.0, **values})


@pytest.mark.parametrize("cost", [0.0, 60.0, 150.0])
def test_an_offer_goes_abroad_where_it_pays_and_a_year_is_in_hand(cost: float) -> None:
    """The decision once more, offer by offer, before the rule is played."""
    model = abroad(export_cost=cost, equity_ratio=0.5)  # so that some have a year of it in hand and some have not
    sell = next(process for process in model.processes if process.name == "sell")
    outcomes, unprofitable = set(), 0
    for _ in range(20):
        for process in model.processes[: model.processes.index(sell)]:
            process.step(model)
        state = model.state
        rows = live(state).tolist()
        there = [row for row in rows if state.offers["served"][row, 1]]
        expected = {}
        for row in rows:
            firm = state.offers["seller"][row]
            potential = 2000.0 / (1 + len([other for other in there if other != row]) / 20.0)
            margin = state.stages["margin"][state.organisations["stage"][firm]]
            pays = potential * 40.0 / 20.0 * margin > cost
            capital = state.organisations["capital"][firm]
            expected[row] = bool(pays and (capital >= 0 if row in there else capital >= 12 * cost))
            outcomes.add((pays, row in there, expected[row]))
            unprofitable += not pays and capital >= 12 * cost
        dues = dict.fromkeys(range(len(state.organisations)), 0.0)
        for process in model.processes[model.processes.index(sell) :]:
            if process.name == "earn":
                found = state.organisations["dues"].copy()
            process.step(model)
        assert {row: bool(state.offers["served"][row, 1]) for row in rows} == expected
        for row in rows:
            dues[int(state.offers["seller"][row])] += cost * expected[row]
            assert expected[row] or state.offers["adopters"][row, 1] == 0
        assert np.allclose(found, list(dues.values()))
        state.month += 1
    assert len(outcomes) >= {0.0: 2, 60.0: 3, 150.0: 4}[cost]
    assert cost < 150 or unprofitable > 20


def test_the_fixed_cost_of_exports_binds_and_the_lever_lowers_it() -> None:
    free, costly, supported = (
        abroad(export_cost=cost, policies=policies).run(36)
        for cost, policies in ((0.0, False), (60.0, False), (60.0, True))
    )
    sold = [model.state.history.account("export_sales")[-12:].sum() for model in (free, costly, supported)]
    assert sold[0] > sold[2] > sold[1]
    spent = supported.state.history.account("policy_spending")
    assert spent[:12].sum() == 0 < spent[12:].sum()
    own = -supported.state.history.account("exports")[12:].sum()
    assert spent[12:].sum() == pytest.approx(own * 0.6 / 0.4)
    assert abroad(export_cost=0.0, policies=True).run(24).state.policies["spent"].sum() == 0


# -- order ----------------------------------------------------------------------------------------------------


def test_the_kernel_pays_nobody_for_what_is_not_served() -> None:
    adopters, sales, out = np.array([[5.0], [7.0]]), np.zeros(2), [np.zeros(1), np.zeros((1, 2)), np.zeros(1)]
    diffuse(
        np.arange(2), np.array([0, 0], np.int32), np.ones((2, 1)), np.array([[True], [False]]), adopters, sales,
        np.zeros((1, 2), np.float32), np.array([100.0]), np.array([1.0]), np.array([2.0]), np.array([0.0]),
        np.array([0.0]), *out,
    )  # fmt: skip
    assert sales.tolist() == [10.0, 0.0]
    assert adopters.ravel().tolist() == [5.0, 7.0]
    assert out[0].tolist() == [5.0]


def test_offers_keep_their_order_whatever_happens() -> None:
    for seed in range(3):
        model = abroad(seed=seed, frames=True, users=True, value_chain=True, exits=True, startups=True, check=True)
        for _ in range(30):
            model.step()
            check_all(model.state)
