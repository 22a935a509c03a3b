"""The month of alliances against its plain twin: the same members, pools, debts, histories and hybrids."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel
from ecosim.state import State
from tests import busy
from tests.invariants import memberships, money_heads_and_spending_balance
from tests.reference import alliances as reference


@pytest.mark.parametrize(("seed", "values"), [(8, {}), (4, {"members_most": 30}), (2, {"dissolution_trust": 0.1})])
def test_twin_and_compiled_month_agree(seed: int, values: dict[str, Any]) -> None:
    """A year and a half of a busy society, each month of alliances played twice from the same state."""
    scenario = busy.SOCIETY.with_values({**values, "reproduction_every": 0, "startup_rate": 0.001})
    model = EcosystemModel(scenario, seed=seed)
    happened: Counter[str] = Counter()
    for _ in range(18):
        for process in model.processes:
            if process.name != "ally":
                process.step(model)
                continue
            state = model.state
            twin, first, flows = reference.read(state), len(state.memberships), dict(_flows(state))
            portfolios = {row: list(firm.portfolio) for row, firm in twin.firms.items()}
            reference.ally(twin)
            process.step(model)
            _compare(twin, state, first, flows)
            happened.update(what for _, _, what in twin.log)
            happened["shared"] += sum(firm.portfolio != portfolios[row] for row, firm in twin.firms.items())
        model.state.month += 1
        assert memberships(model.state) == {
            row: int(alliance)
            for row, alliance in enumerate(model.state.organisations["alliance"].tolist())
            if alliance >= 0
        }
        money_heads_and_spending_balance(model.state)
    assert happened["joined"] > 30
    assert happened["shared"] > 30
    assert values or min(happened[what] for what in ("merged", "dissolved")) > 5


def _flows(state: State) -> dict[str, float]:
    return {name: state.ledger.flow(name) for name in ("coordination", "structuring", "public_equity", "dividends")}


def _compare(twin: reference.Society, state: State, first: int, flows: dict[str, float]) -> None:
    columns, alliances = state.organisations, state.alliances
    live = np.flatnonzero(alliances["ended"] < 0).tolist()
    members = {row: set(np.flatnonzero(columns["alliance"] == row).tolist()) for row in live}
    assert members == twin.members
    assert len(alliances) == twin.following
    assert {row: float(alliances["capital"][row]) for row in live} == pytest.approx(twin.pools)
    log = [(row, firm, what.split()[0].rstrip(":")) for _, row, firm, what in state.memberships[first:]]
    assert sorted(log) == sorted(twin.log)
    for row, firm in twin.firms.items():
        assert columns["capital"][row] == pytest.approx(firm.capital)
        assert columns["portfolio"][row, : columns["held"][row]].tolist() == firm.portfolio, row
    for name, before in flows.items():
        assert state.ledger.flow(name) - before == pytest.approx(twin.flows.get(name, 0.0)), name
