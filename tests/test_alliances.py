"""Alliances: what each condition blocks, how they grow, merge and end, and what they share."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ecosim import Scenario
from ecosim.economy.demography import leave
from ecosim.kernels.hybridise import COPIES
from ecosim.parameters import Parameters
from ecosim.processes import Ally
from ecosim.setup import found
from ecosim.specs import AttractorSpec, PolicySpec
from ecosim.state import FIRM, LAB, Meetings, State
from tests.invariants import check_all, memberships

GOOD: dict[str, Any] = {
    "firms": 12, "labs": 3, "clusters": 1, "cluster_degree": 60.0, "alliances": True, "trust": True, "firm_life": True,
    "initial_trust": 0.8, "structuring_cost": 10.0, "equity_ticket": 50.0, "coordination_cost": 1.0, "stages": 2,
    "value_chain": True, "sharing_rate": 0.0,
}  # fmt: skip
VISION = AttractorSpec("vision", "market", 1.0, centre=(0.0,) * 4)


class World:
    """A dozen firms of one mind that all know each other; who meets is set by hand."""

    def __init__(self, programmes: tuple[PolicySpec, ...] = (), **values: Any) -> None:
        scenario = dataclasses.replace(Scenario(), attractors=(VISION, dataclasses.replace(VISION, name="other")))
        scenario = dataclasses.replace(scenario, policies=programmes).with_values({**GOOD, **values})
        self.state = found(scenario, 1)
        columns = self.state.organisations
        columns["vision"], columns["values"] = 0, 0.0
        firms = columns["kind"] == FIRM
        columns["stage"][firms] = np.arange(firms.sum()) % len(self.state.stages)
        columns["competence"][firms], columns["turnover"][firms], columns["employees"][firms] = 0.8, 200.0, 30.0
        columns["capital"][firms] = 500.0
        self.state.ledger.close(float(columns["capital"].sum()), float(columns["employees"].sum()), 0.0)

    @property
    def parameters(self) -> Parameters:
        return self.state.parameters

    def meet(self, *pairs: tuple[int, int], digital: bool = False, check: bool = True) -> State:
        """Let pairs meet over their tie, in this order, and alliances have their turn."""
        state, count = self.state, len(pairs)
        one, other = np.array(pairs, np.int32).reshape(-1, 2).T
        tie = [-1 if digital else self.tie(a, b) for a, b in pairs]
        state.meetings = Meetings(
            np.arange(count, dtype=np.uint64), one, other, np.zeros(count, np.int8), np.full((count, 2), -1, np.int32),
            np.zeros(count, np.uint8), np.array(tie, np.int64),
        )  # fmt: skip
        Ally().step(self)
        state.month += 1
        if check:
            check_all(state)
        return state

    def tie(self, one: int, other: int) -> int:
        return int(self.state.ties.start[3 * one]) + self.state.ties.of(one, 0).tolist().index(other)

    def trust(self, one: int, other: int, value: float) -> None:
        place = self.tie(one, other)
        self.state.ties.trust[[place, self.state.ties.mirror[place]]] = value

    def members(self) -> list[set[int]]:
        alliance = self.state.organisations["alliance"]
        live = np.flatnonzero(self.state.alliances["ended"] < 0).tolist()
        return [set(np.flatnonzero(alliance == row).tolist()) for row in live]


# -- each condition -------------------------------------------------------------------------------------------


def test_two_firms_join_forces_when_everything_is_right() -> None:
    world = World()
    state = world.meet((0, 1))
    assert world.members() == [{0, 1}]
    assert state.organisations["capital"][:3].tolist() == [440.0, 440.0, 500.0]  # a ticket of 50 and a fee of 10
    assert state.alliances["capital"].tolist() == [100.0]
    assert state.ledger.flow("structuring") == -20.0
    assert state.alliances["vision"].tolist() == [0]
    assert state.memberships == [(0, 0, 0, "joined"), (0, 0, 1, "joined")]
    assert [kind for _, kind, _ in state.events] == ["alliance forms"]
    assert state.alliances["trust"][0] == pytest.approx(0.8)


def _set(name: str, row: int, value: Any) -> Any:
    def change(world: World) -> None:
        before = world.state.organisations[name][row].sum()
        world.state.organisations[name][row] = value
        if name == "capital":
            world.state.ledger.opening_capital += float(value - before)

    return change


LABORATORY = _set("kind", 1, LAB)  # one with the books of a firm, so that nothing else is in its way


@pytest.mark.parametrize(
    ("values", "change"),
    [
        ({}, lambda world: world.trust(0, 1, 0.59)),
        ({"trust_threshold": 0.81}, None),
        ({}, _set("values", 1, (0.6, 0.4))),  # exp(−0.52 / 0.98) = 0.588 < 0.6
        ({}, _set("vision", 1, 1)),
        ({}, _set("vision", slice(0, 2), -1)),
        ({"structuring_cost": 400.0}, None),
        ({"gain_share": 0.0}, None),
        ({"alliance_horizon": 1}, None),
        ({}, _set("competence", 1, 0.1)),  # nothing that could not be bought, and bricks that do not fit
        ({}, _set("capital", 1, 59.9)),
        ({"equity_ticket": 495.0}, None),
        ({"equity_ticket": 1e6}, None),
        ({}, LABORATORY),
    ],
)
def test_each_condition_alone_blocks(values: dict[str, Any], change: Any) -> None:
    world = World(**values)
    if change:
        change(world)
    assert world.meet((0, 1), check=change is not LABORATORY).alliances.count == 0


def test_just_enough_of_each_is_enough() -> None:
    for values, change in (
        ({}, lambda world: world.trust(0, 1, 0.6000001)),
        ({}, _set("values", 1, (0.6, 0.37))),  # exp(−0.4969 / 0.98) = 0.602
        ({}, _set("capital", 1, 60.0)),
        ({"equity_ticket": 490.0}, lambda world: None),
    ):
        world = World(**values)
        change(world)
        world.meet((0, 1))
        assert world.members() == [{0, 1}]


def test_who_meets_in_the_digital_layer_does_not_ally_unless_trust_is_off() -> None:
    assert World().meet((0, 1), digital=True).alliances.count == 0
    assert World(trust=False).meet((0, 1), digital=True).alliances.count == 1


def test_the_size_limit() -> None:
    world = World(members_most=3)
    world.meet((0, 1), (2, 1), (3, 1), (4, 5), (4, 0))
    assert world.members() == [{0, 1, 2}, {4, 5}]


# -- who joins whom -------------------------------------------------------------------------------------------


def test_a_firm_joins_an_alliance_from_either_side() -> None:
    for pair in ((2, 1), (1, 2)):
        world = World()
        state = world.meet((0, 1), pair)
        assert world.members() == [{0, 1, 2}]
        assert state.alliances["capital"].tolist() == [150.0]
        assert state.organisations["capital"][2] == 440.0
        assert state.ledger.flow("structuring") == -30.0


def test_a_pair_that_would_not_pay_alone_may_join_what_one_of_them_joined_this_month() -> None:
    """Both make the same stage, so alone they gain nothing; with who makes the other stage, they do."""
    world = World(assembly_loss=0.0)
    world.state.organisations["turnover"][:3] = [100.0, 100.0, 400.0]
    assert World(assembly_loss=0.0).meet((0, 2)).alliances.count == 0
    world.meet((0, 1), (0, 2))
    assert world.members() == [{0, 1, 2}]


FOUR = {"stages": 4, "assembly_loss": 0.02}  # alliances of two that lack what another has


def test_two_alliances_merge_and_both_pools_pay() -> None:
    world = World(**FOUR)
    world.meet((0, 1), (2, 3), (4, 3))
    assert world.members() == [{0, 1}, {2, 3, 4}]
    offers = world.state.offers
    rows = offers.append(2)
    offers["alliance"][rows], offers["seller"][rows], offers["withdrawn"][rows] = [1, 0], [2, 0], 0
    state = world.meet((5, 6), (0, 2))
    assert world.members() == [{0, 1, 2, 3, 4}, {5, 6}]
    assert state.alliances["ended"].tolist() == [-1, 1, -1]
    # 250 in both pools, less coordination of 5 firms, less 10 for each of the two of the smaller side
    assert state.alliances["capital"].tolist() == [225.0, 0.0, 100.0]
    assert state.organisations["capital"][:5].tolist() == [440.0] * 5
    assert offers["alliance"].tolist() == [0, 0]
    assert [what for _, row, _, what in state.memberships if row == 1][3:] == ["merged into alliance 1"] * 3
    assert state.alliances["largest"].tolist() == [5, 3, 2]


def test_a_merger_needs_money_in_the_pools() -> None:
    for ticket, merged in ((9.4, False), (9.6, True)):
        world = World(equity_ticket=ticket, structuring_cost=17.0, **FOUR)
        world.meet((0, 1), (2, 3))
        state = world.meet((0, 2))  # in the pools: four tickets less 4 for coordination; to pay: 34
        assert len(world.members()) == (1 if merged else 2)
        assert state.alliances["capital"].sum() == pytest.approx(4 * ticket - 4 - 34 * merged)


def test_members_of_one_alliance_meet_without_consequence() -> None:
    world = World()
    state = world.meet((0, 1), (1, 0), (0, 1))
    assert len(state.memberships) == 2
    assert state.alliances["capital"].tolist() == [100.0]


def test_policies_pay_their_part_as_long_as_they_last() -> None:
    levers = (PolicySpec("b", "structuring", 0.5, budget=22.0), PolicySpec("d", "equity", 0.8, budget=100.0))
    world = World(levers, policies=True)
    world.state.support[[1, 3]] = [0.5, 0.8]
    state = world.meet((0, 1), (2, 3), (4, 5))
    assert state.policies["spent"].tolist() == [22.0, 100.0]
    # (0, 1): half of 20 and 80 of 100; (2, 3): half of 20 and 20; (4, 5): the last 2 of structuring
    assert state.organisations["capital"][:6].tolist() == [485.0] * 2 + [455.0] * 2 + [441.0] * 2
    assert state.alliances["capital"].tolist() == [100.0] * 3
    assert state.ledger.flow("public_equity") == 100.0
    assert state.ledger.programmes == 22.0


def test_members_get_back_what_is_more_than_their_tickets() -> None:
    world = World(payout=0.5)
    state = world.meet((0, 1))
    state.alliances["capital"][0] += 81.0
    state.ledger.opening_capital += 81.0
    world.meet()  # 181, less 2 for coordination, is 79 more than two tickets: half of it, in two equal parts
    assert state.alliances["capital"].tolist() == [139.5]
    assert state.organisations["capital"][:3].tolist() == [440.0 + 19.75] * 2 + [500.0]


# -- how they end ---------------------------------------------------------------------------------------------


def test_no_trust_no_alliance() -> None:
    world = World()
    world.meet((0, 1), (1, 2))
    for pair in ((0, 1), (0, 2), (1, 2)):
        world.trust(*pair, 0.051)
    assert world.meet().alliances["ended"].tolist() == [-1]
    world.trust(0, 1, 0.04)
    state = world.meet()
    assert state.alliances["ended"].tolist() == [2]
    assert state.organisations["capital"][:3].tolist() == [440.0 + 144.0 / 3] * 3  # 150, less 3 firms for 2 months
    assert state.memberships[-1] == (2, 0, 2, "dissolved: no trust left")
    assert not memberships(state)
    assert state.organisations["alliance"].max() == -1


def test_no_money_no_alliance_and_members_share_the_debt() -> None:
    world = World(coordination_cost=60.0, equity_ticket=50.0)
    world.meet((0, 1))
    state = world.meet()
    assert state.alliances["ended"].tolist() == [1]
    assert state.organisations["capital"][:2].tolist() == [430.0, 430.0]
    assert "no capital left" in state.memberships[-1][3]


def test_too_few_members_no_alliance() -> None:
    world = World()
    state = world.meet((0, 1))
    leave(state, np.array([1]))
    world.meet()
    assert state.memberships[-1] == (1, 0, 0, "dissolved: too few members")
    assert state.alliances["ended"].tolist() == [1]
    assert state.organisations["capital"][0] == 440.0 + 99.0
    world.meet((2, 3))
    leave(state, np.array([2, 3]))
    before = state.ledger.flow("dividends")
    world.meet()
    assert world.members() == []
    assert state.ledger.flow("dividends") == before - 100.0  # nobody is left: the owners have it
    assert {what for _, row, _, what in state.memberships if row == 1} == {"joined", "left the ecosystem"}


def test_one_firm_is_no_alliance_even_where_trust_is_off() -> None:
    world = World(trust=False)
    state = world.meet((0, 1))
    leave(state, np.array([1]))
    world.meet()
    assert world.members() == []
    assert state.memberships[-1] == (1, 0, 0, "dissolved: too few members")


def test_who_sold_for_an_alliance_sells_alone_when_it_is_no_more() -> None:
    world = World(coordination_cost=60.0, markets=True)
    world.meet((0, 1))
    offers = world.state.offers
    rows = offers.append(1)
    offers["alliance"][rows], offers["seller"][rows], offers["withdrawn"][rows] = 0, 1, -1
    world.state.organisations["offers"][1, 0] = 0
    assert world.meet().offers["alliance"].tolist() == [-1]


# -- what they share ------------------------------------------------------------------------------------------


def test_members_take_over_hybrids_and_others_do_not() -> None:
    world = World(sharing_rate=1.0, seeded_share=1.0)
    state = world.meet((0, 1), (2, 1))
    copies = int(state.tally[COPIES])
    held = state.organisations["held"]
    assert copies == held[:3].sum() - 27 >= 2
    assert (held[3:] == 9).all()
    mine = set(state.organisations["portfolio"][[0, 1, 2], 8].tolist())
    for row in range(3):
        for got in state.organisations["portfolio"][row, 9 : held[row]].tolist():
            assert got in mine - {int(state.organisations["portfolio"][row, 8])}
            assert state.bricks["carriers"][got] >= 2
    assert World(sharing_rate=0.0, seeded_share=1.0).meet((0, 1)).tally[COPIES] == 0
