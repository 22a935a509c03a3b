"""The life of firms: their month by hand, staff that follows turnover, who leaves and what goes with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel
from ecosim.economy.demography import leave
from ecosim.state import FIRM, State
from tests import busy
from tests.invariants import check_all, memberships
from tests.reference.firms import Books

ALONE = busy.ALONE.with_values({"exits": False, "startups": False, "record.reproduction_every": 0})


def firms_of(state: State) -> Any:
    return np.flatnonzero((state.organisations["kind"] == FIRM) & (state.organisations["held"] > 0))


def read(state: State, row: int) -> Books:
    columns = state.organisations
    names = ("employees", "capital", "base", "turnover", "competence", "training")
    margin = float(state.stages["margin"][columns["stage"][row]])
    return Books(int(columns["identity"][row]), margin, **{name: float(columns[name][row]) for name in names})


def until(model: EcosystemModel, name: str) -> None:
    """Play the month up to a process, which does not get its turn."""
    for process in model.processes:
        if process.name == name:
            return
        process.step(model)


def after(model: EcosystemModel, name: str) -> None:
    """Play the rest of the month, from that process on."""
    names = [process.name for process in model.processes]
    for process in model.processes[names.index(name) :]:
        process.step(model)
    model.state.month += 1


# -- a month --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"equity_ratio": 0.5, "payout": 1.0}, {"demand_volatility": 0.0}])
def test_books_by_hand(changes: dict[str, Any]) -> None:
    """Every firm by itself over a year and a half, against the plain twin; only sales, dues and meetings are given."""
    model = EcosystemModel(ALONE.with_values({"equity_ratio": 0.03, **changes}), seed=4)
    state, columns = model.state, model.state.organisations
    rows = firms_of(state).tolist()
    twins = {row: read(state, row) for row in rows}
    happened = dict.fromkeys(("dividends", "hired", "released", "hiring stopped", "insolvent", "dues"), 0)
    for _ in range(18):
        until(model, "earn")
        sales, dues, meetings = columns["sales"].copy(), columns["dues"].copy(), state.meetings
        started = np.bincount(meetings.initiator[meetings.partner >= 0], minlength=len(columns))
        for row in rows:
            twins[row].training = float(columns["training"][row])
            twins[row].month(state.parameters, state.seed, state.month, sales[row], dues[row], int(started[row]))
        paid, month = state.ledger.flow("dividends"), state.month
        after(model, "earn")
        for name in ("employees", "capital", "base", "turnover", "revenue", "research", "competence"):
            twin = [getattr(twins[row], name) for row in rows]
            tolerance = 1e-6 if name == "competence" else 1e-9
            assert columns[name][rows] == pytest.approx(twin, rel=tolerance, abs=tolerance), (name, month)
        flows = state.history.accounts[-1]
        assert flows["dividends"] - paid == pytest.approx(-sum(twin.dividends for twin in twins.values()))
        assert flows["hired"] == pytest.approx(sum(max(twin.change, 0) for twin in twins.values()))
        assert flows["released"] == pytest.approx(sum(min(twin.change, 0) for twin in twins.values()))
        for twin in twins.values():
            happened["dividends"] += twin.dividends > 0
            happened["hired"] += twin.change > 0
            happened["released"] += twin.change < 0
            happened["hiring stopped"] += twin.change == 0
            happened["insolvent"] += twin.capital < 0
        happened["dues"] += int((dues > 0).sum())
    assert min(happened["hired"], happened["released"], happened["dues"]) > 20
    if not changes:
        assert min(happened.values()) > 5, happened


# nothing changes from outside: no hybrids, no markets, no shocks, no costs but wages and research
STILL = dict.fromkeys(("markets", "frames", "users", "policies", "trust"), False) | dict.fromkeys(
    ("demand_volatility", "erosion", "cooperation_cost", "base_drive", "seeded_share"), 0.0
)


def still(**values: Any) -> EcosystemModel:
    return EcosystemModel(ALONE.with_values({**STILL, "equity_ratio": 1.0, **values}), seed=4)


def test_a_firm_starts_in_balance() -> None:
    """Without change outside, staff, turnover and research stay; owners and research take the margin."""
    model = still()
    columns = model.state.organisations
    rows = firms_of(model.state)
    before = {name: columns[name][rows].copy() for name in ("employees", "turnover", "capital")}
    model.run(24)
    for name in ("employees", "turnover"):
        assert np.allclose(columns[name][rows], before[name])
    accounts = model.state.history.accounts[-1]
    margin = (model.state.stages["margin"][columns["stage"][rows]] * columns["base"][rows]).sum()
    rest = accounts["core_sales"] + accounts["purchases"] + accounts["wages"]
    assert rest == pytest.approx(margin)


def test_employment_follows_turnover_with_inertia() -> None:
    """After a shock to sales, staff closes the gap to what it wants at the rate of inertia, and not at once."""
    model = still(employment_inertia=0.1, turnover_memory=1.0)
    columns = model.state.organisations
    rows = firms_of(model.state)
    columns["base"][rows] *= 0.5
    before = columns["employees"][rows].copy()
    wanted = np.maximum(before / 2, 1.0)
    for months in range(1, 7):
        model.step()
        expected = wanted + (before - wanted) * 0.9**months
        assert np.allclose(columns["employees"][rows], expected)
    assert not np.allclose(still(employment_inertia=0.0).run(6).state.history.account("hired"), 1)


def test_nobody_is_hired_without_a_month_of_wages_in_hand() -> None:
    for months_in_hand, hires in ((1.1, True), (0.1, False)):
        model = still(research_share=0.0)
        columns, rows = model.state.organisations, firms_of(model.state)
        columns["base"][rows] *= 1.2
        columns["capital"][rows] = months_in_hand * 4.2 * columns["employees"][rows]
        model.state.ledger.opening_capital = float(columns["capital"].sum())
        model.run(1)
        # even the best month brings in less than 0.9 of its wages
        profit = columns["capital"][rows] / (4.2 * columns["employees"][rows]) - months_in_hand
        assert 0.2 < profit.min() < profit.max() < 0.9
        assert (model.state.history.account("hired")[0] > 1) == hires


def test_research_and_dividends_need_money() -> None:
    model = still()
    columns, rows = model.state.organisations, firms_of(model.state)
    columns["capital"][rows] = -1.0
    model.state.ledger.opening_capital = -float(len(rows))
    model.run(1)
    assert not columns["research"][rows].any()
    assert model.state.history.account("dividends")[0] == 0
    assert still(payout=0.0).run(12).state.history.account("dividends").sum() == 0


# -- who leaves -----------------------------------------------------------------------------------------------


def test_common_capital_makes_up_for_what_a_member_lacks() -> None:
    """As long as it can: one member is saved, the other, who lacks more than is left, is not; money is conserved."""
    model = EcosystemModel(busy.SOCIETY, seed=8).run(10)
    state, columns = model.state, model.state.organisations
    until(model, "exit")
    columns["capital"][firms_of(state)] = 10.0
    alliance = int(np.argmax(state.alliances["members"]))
    saved, lost = np.flatnonzero(columns["alliance"] == alliance)[:2].tolist()
    columns["capital"][saved], columns["capital"][lost] = -6.0, -6.0
    state.alliances["capital"][alliance] = 8.0
    next(process for process in model.processes if process.name == "exit").step(model)
    assert columns["capital"][saved] == 0.0
    assert columns["held"][saved] > 0
    assert columns["held"][lost] == 0
    assert state.alliances["capital"][alliance] == 2.0


def test_an_insolvent_firm_leaves_with_all_that_hangs_on_it() -> None:
    model = EcosystemModel(busy.SOCIETY, seed=8).run(10)
    state, columns = model.state, model.state.organisations
    until(model, "exit")
    state.ledger.pay("gifts", -float(state.alliances["capital"].sum()))
    state.alliances["capital"] = 0.0  # no common capital that could make up for what is missing
    allied = [row for row in firms_of(state).tolist() if columns["alliance"][row] >= 0 and columns["capital"][row] >= 0]
    selling = [row for row in firms_of(state).tolist() if (columns["offers"][row] >= 0).any() and row not in allied[:1]]
    busy_ones = state.meetings.initiator[state.meetings.partner >= 0].tolist()
    ruined = {allied[0], selling[0], next(row for row in busy_ones if columns["kind"][row] == FIRM)}
    for row in ruined:
        state.ledger.pay("gifts", -5.0 - float(columns["capital"][row]))
        columns["capital"][row] = -5.0
    going = {row for row in firms_of(state).tolist() if columns["capital"][row] < 0}
    assert ruined <= going
    rows = sorted(going)
    staff, debts = columns["employees"][rows].sum(), -columns["capital"][rows].sum()
    held = [brick for row in rows for brick in columns["portfolio"][row, : columns["held"][row]].tolist()]
    carriers = state.bricks["carriers"].copy()
    offered = np.flatnonzero((state.offers["withdrawn"] < 0) & np.isin(state.offers["seller"], rows))
    pooled = state.alliances["capital"].copy()
    next(process for process in model.processes if process.name == "exit").step(model)
    assert not columns["held"][rows].any()
    np.subtract.at(carriers, held, 1)
    assert np.array_equal(carriers, state.bricks["carriers"])
    assert (state.offers["withdrawn"][offered] == state.month).all()
    assert len(offered) > 1
    assert (columns["alliance"][rows] == -1).all()
    assert not going & set(memberships(state))
    assert (state.month, "left the ecosystem") in {(month, what) for month, _, _, what in state.memberships}
    assert np.array_equal(pooled, state.alliances["capital"])
    meetings = state.meetings
    there = meetings.partner >= 0
    assert not np.isin(meetings.initiator[there], rows).any()
    assert not np.isin(meetings.partner[there], rows).any()
    assert (meetings.drawn[~there] == -1).all()
    assert (meetings.tie[~there] == -1).all()
    assert state.ledger.flow("creditors") == pytest.approx(debts)
    assert -state.ledger.flow("lost") == pytest.approx(staff)
    assert state.ledger.exits == len(rows)
    check_all(state)


def test_solvent_firms_and_labs_stay() -> None:
    model = EcosystemModel(
        ALONE.with_values({"exits": True, "equity_ratio": 5.0, "demand_volatility": 0.0}), seed=4
    ).run(12)
    assert model.state.alive.all()
    assert model.state.history.account("exits").sum() == 0
    poor = EcosystemModel(ALONE.with_values({"exits": True, "demand_volatility": 0.8}), seed=4).run(24)
    assert poor.state.history.account("exits").sum() > 10
    assert poor.state.alive[poor.state.organisations["kind"] != FIRM].all()


def test_owners_get_what_a_solvent_firm_leaves() -> None:
    state = EcosystemModel(busy.SOCIETY, seed=8).run(6).state
    rows = firms_of(state)[:4]
    capital = state.organisations["capital"][rows].copy()
    leave(state, rows)
    assert -state.ledger.flow("dividends") == pytest.approx(capital[capital > 0].sum())
    assert state.ledger.flow("creditors") == pytest.approx(-capital[capital < 0].sum())
    check_all(state)
