"""Money, heads and spending come from somewhere and go somewhere; and the audit notices when they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Process, with_process
from ecosim.economy.accounts import opening
from ecosim.errors import ConservationError
from ecosim.processes import Attract, Support
from ecosim.schedule import schedule_for
from ecosim.state import FIRM, HEADS, MONEY
from tests import busy
from tests.invariants import check_all, money_heads_and_spending_balance

BUSY: dict[str, dict[str, Any]] = {
    "busy": {},
    "poor": {"firms.equity_ratio": 0.02, "barriers.equity_ticket": 5.0},
    "rich": {"firms.equity_ratio": 2.0, "alliances.members_most": 40, "alliances.value_threshold": 0.0},
    "restless": {"alliances.dissolution_trust": 0.5, "alliances.trust_threshold": 0.1, "trust.trust_failure": 0.3},
    "founding": {"firms.startup_rate": 0.05, "firms.startup_capital": 20.0, "firms.demand_volatility": 0.05},
    "trading": {"barriers.export_cost": 50.0, "market.offers_most": 1, "alliances.pool_share": 1.0, "payout": 1.0},
}
# What each flow of money may do: come in, go out, or (of owners and creditors of alliances) both.
SIGNS = {
    "core_sales": 1, "offer_sales": 1, "purchases": -1, "wages": -1, "research": -1, "cooperation": -1, "exports": -1,
    "coordination": -1, "structuring": -1, "dividends": -1, "investors": 1, "creditors": 1, "public_equity": 1,
    "hired": 1, "released": -1, "lost": -1, "founders": 1, "gifts": 1, "transfers": 1,
}  # fmt: skip


def play(name: str, seed: int = 4) -> EcosystemModel:
    return EcosystemModel(busy.SOCIETY.with_values(BUSY[name]), seed=seed)


@pytest.mark.parametrize("name", BUSY)
def test_money_heads_and_spending_are_conserved_process_by_process(name: str) -> None:
    model = play(name)
    for _ in range(24):
        for process in model.processes:
            process.step(model)
            money_heads_and_spending_balance(model.state)
        model.state.month += 1
        check_all(model.state)
    happened = {flow: sum(row[flow] for row in model.state.history.accounts) for flow in ("entries", "exits")}
    assert happened["exits"] > 5
    assert happened["entries"] > 2
    assert {what.split(":")[0][:6] for _, _, _, what in model.state.memberships} >= {"joined", "dissol"}


def test_a_busy_world_has_every_flow_and_each_has_its_sign() -> None:
    model = play("busy").run(12)
    (firm,) = model.organisation_agents([_first_firm(model.state)])
    firm.capital += 100.0
    firm.employees += 2.0
    check_all(model.state)  # what is set by hand is written down
    model.run(12)
    for flow in (*MONEY, *HEADS):
        amounts = model.state.history.account(flow)
        assert np.any(amounts != 0), flow
        assert np.all(amounts * SIGNS[flow] >= 0), flow


def test_users_may_remove_agents_in_mid_run() -> None:
    """A firm, one in an alliance, one with live offers and a lab leave between two months: all is written down."""
    model = play("busy").run(10)
    organisations = model.state.organisations
    there = (organisations["kind"] == FIRM) & (organisations["held"] > 0)
    allied = np.flatnonzero(there & (organisations["alliance"] >= 0))[0]
    selling = np.flatnonzero(there & (organisations["offers"] >= 0).any(axis=1))[-1]
    lab = np.flatnonzero((organisations["kind"] != FIRM) & (organisations["held"] > 0))[0]
    offers = int((organisations["offers"][selling] >= 0).sum())
    live = int((model.state.offers["withdrawn"] < 0).sum())
    for row in {int(allied), int(selling), int(lab)}:
        (agent,) = model.organisation_agents([row])
        agent.remove()
        check_all(model.state)
        assert len(model.organisation_agents([row])) == 0
    assert int((model.state.offers["withdrawn"] < 0).sum()) <= live - offers
    for _ in range(6):
        model.step()
        check_all(model.state)
    assert model.state.history.accounts[10]["exits"] >= 3


def test_users_may_send_everybody_home() -> None:
    """A firm in debt and without staff goes on: it may hire nobody, and nothing is divided by its staff."""
    model = EcosystemModel(busy.ALONE.with_values({"exits": False}), seed=4).run(3)
    row = _first_firm(model.state)
    (firm,) = model.organisation_agents([row])
    firm.employees, firm.capital = 0.0, -1e5
    model.run(2)
    assert (firm.employees, firm.research) == (0.0, 0.0)
    assert firm.capital < 0
    money_heads_and_spending_balance(model.state)


def test_a_whole_alliance_may_be_removed() -> None:
    """What its common capital was goes to owners or creditors, and its offers are withdrawn."""
    model = play("busy").run(8)
    organisations, alliances = model.state.organisations, model.state.alliances
    row = int(np.argmax(alliances["members"]))
    pooled = float(alliances["capital"][row])
    for firm in np.flatnonzero(organisations["alliance"] == row).tolist():
        model.close_organisation(firm)
    check_all(model.state)
    assert alliances["members"][row] == 0
    assert alliances["capital"][row] == pooled
    assert pooled > 0
    model.step()
    assert model.state.alliances["ended"][row] == 8
    assert model.state.alliances["capital"][row] == 0
    check_all(model.state)


# -- the audit is a real test ---------------------------------------------------------------------------------


class Sabotage(Process):
    """Does something in month 7 that it writes into no book."""

    name = "sabotage"

    def __init__(self, what: Callable[[Any], None]) -> None:
        self.what = what

    def step(self, model: Any) -> None:
        if model.state.month == 7:
            self.what(model.state)


def _first_firm(state: Any) -> int:
    return int(np.flatnonzero((state.organisations["kind"] == FIRM) & (state.organisations["held"] > 0))[0])


def gift(state: Any) -> None:
    state.organisations["capital"][_first_firm(state)] += 1.0


def theft_from_an_alliance(state: Any) -> None:
    state.alliances["capital"][np.argmax(state.alliances["members"])] -= 1.0


def hiring(state: Any) -> None:
    state.organisations["employees"][_first_firm(state)] += 1.0


def spending_on_nobody(state: Any) -> None:
    state.policies["spent"][0] += 1.0


def flow_without_a_stock(state: Any) -> None:
    state.ledger.pay("investors", 1.0)


def not_a_number(state: Any) -> None:
    state.organisations["capital"][_first_firm(state)] = np.nan


@pytest.mark.parametrize(
    ("what", "stock"),
    [
        (gift, "capital of firms and alliances"),
        (theft_from_an_alliance, "capital of firms and alliances"),
        (hiring, "employees"),
        (spending_on_nobody, "spending of policies"),
        (flow_without_a_stock, "capital of firms and alliances"),
        (not_a_number, "capital of firms and alliances"),
    ],
)
def test_the_audit_stops_the_run(what: Callable[[Any], None], stock: str) -> None:
    schedule = schedule_for(busy.SOCIETY.parameters)
    model = EcosystemModel(busy.SOCIETY, seed=4, processes=with_process(Sabotage(what), "audit", schedule))
    model.run(7)
    with pytest.raises(ConservationError, match=f"^month 7: {stock}.*that no flow explains$"):
        model.step()


def test_the_error_says_how_much_is_missing() -> None:
    schedule = schedule_for(busy.SOCIETY.parameters)
    model = EcosystemModel(busy.SOCIETY, seed=4, processes=with_process(Sabotage(gift), "audit", schedule)).run(7)
    with pytest.raises(ConservationError, match=r"\+1 that no flow explains"):
        model.step()


def test_what_happens_between_months_is_audited_too() -> None:
    model = play("busy").run(3)
    gift(model.state)
    with pytest.raises(ConservationError, match=r"^month 3: capital"):
        model.step()


def test_without_the_switch_nobody_looks() -> None:
    quiet = busy.SOCIETY.with_values({"record.check": False})
    schedule = schedule_for(quiet.parameters)
    assert "audit" not in [process.name for process in schedule]
    EcosystemModel(quiet, seed=4, processes=with_process(Sabotage(gift), "record", schedule)).run(9)


def test_the_books_are_closed_every_month() -> None:
    model = play("busy").run(5)
    ledger = model.state.ledger
    assert not ledger.money.any()
    assert not ledger.heads.any()
    assert ledger.exits == ledger.programmes == ledger.acculturation == 0
    assert opening(model.state) == (ledger.opening_capital, ledger.opening_employees, ledger.opening_spent)


# -- the command ----------------------------------------------------------------------------------------------

SETTINGS = ("--set", "record.check=true", "--set", "firm_life=true", "--set", "policies=true", "--set", "firms=40",
            "--set", "labs=5", "--months", "3", "--quiet")  # fmt: skip


def test_the_command_says_so_without_a_traceback(
    command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Attract.step

    def crooked(self: Attract, model: Any) -> None:
        usual(self, model)
        if model.state.month == 1:
            gift(model.state)

    monkeypatch.setattr(Attract, "step", crooked)
    answer = command("run", "three-ingredients", *SETTINGS, "--out", tmp_path / "crooked")
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith("ecosim: month 1: capital of firms and alliances")
    assert "Traceback" not in answer.err + answer.out
    assert (tmp_path / "crooked").is_dir()


def test_the_command_runs_what_is_in_order(command: Callable[..., Any], tmp_path: Path) -> None:
    answer = command("run", "three-ingredients", *SETTINGS, "--out", tmp_path / "good")
    assert (answer.code, answer.err) == (0, "")
    assert Support.name == "support"
