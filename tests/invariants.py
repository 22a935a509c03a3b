"""What holds of every state at every moment of a month, whatever the rules did: tests ask for it before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from scipy import stats

from ecosim.state import FIRM, State

LARGEST_NORMAL = 8.6  # Box and Muller's from 53 bits: sqrt(2 · 53 · log 2) = 8.57
ROUNDING = 1e-9  # of the sums, for identities of many floating-point numbers


def portfolios(state: State) -> Iterator[tuple[int, list[int]]]:
    held = state.organisations["held"].tolist()
    for row, slots in enumerate(state.organisations["portfolio"].tolist()):
        yield row, slots[: held[row]]


# -- the core -------------------------------------------------------------------------------------------------


def core_first_then_hybrids(state: State) -> None:
    core, generation = state.parameters.knowledge.core_size, state.bricks["generation"]
    for row, bricks in portfolios(state):
        assert not bricks or len(bricks) >= core, f"organisation {row} has lost core bricks"
        assert np.all(generation[bricks[:core]] == 0), f"organisation {row}: a hybrid in its core"
        assert np.all(generation[bricks[core:]] > 0), f"organisation {row}: a basic brick among its hybrids"


def nothing_held_twice(state: State) -> None:
    for row, bricks in portfolios(state):
        assert len(set(bricks)) == len(bricks), f"organisation {row}: {sorted(bricks)}"
        assert all(0 <= brick < state.bricks.count for brick in bricks)


def held_within_capacity(state: State) -> None:
    assert state.organisations["held"].min() >= 0
    assert state.organisations["held"].max() <= state.parameters.knowledge.capacity


def carriers_are_the_holders(state: State) -> None:
    counted = np.zeros(state.bricks.count, np.int64)
    for _, bricks in portfolios(state):
        counted[bricks] += 1
    assert np.array_equal(counted, state.bricks["carriers"])


def children_follow_from_parents(state: State) -> None:
    bricks = state.bricks
    parents, sectors, generation = bricks["parents"], bricks["sectors"], bricks["generation"]
    hybrids = np.flatnonzero(generation > 0)
    assert all(int(mask).bit_count() >= 2 for mask in sectors[hybrids].tolist())
    assert all(int(mask).bit_count() == 1 for mask in sectors[generation == 0].tolist())
    children = hybrids[parents[hybrids, 0] >= 0]
    assert len(children) > 50, "too few to mean anything"
    one, other = parents[children, 0], parents[children, 1]
    assert np.all((one != other) & (one < children) & (other < children) & (other >= 0))
    assert np.array_equal(sectors[children], sectors[one] | sectors[other])
    assert np.array_equal(generation[children], 1 + np.maximum(generation[one], generation[other]))
    assert np.all(bricks["birth"][children] >= np.maximum(bricks["birth"][one], bricks["birth"][other]))
    position = bricks["position"].astype(np.float64)
    away = (position[children] - (position[one] + position[other]) / 2) / state.parameters.knowledge.birth_spread
    assert np.abs(away).max() <= LARGEST_NORMAL + 1e-4  # and the rounding of positions to 32 bits
    low, high = stats.chi2(away.size).interval(1 - 1e-6)
    assert low < (away**2).sum() < high, "children are not spread around the midpoint of their parents as they should"
    inventors = bricks["inventors"][children]
    assert np.all((inventors >= 0) & (inventors < len(state.organisations)))
    assert np.all(inventors[:, 0] != inventors[:, 1])


def bricks_stand_in_order_of_birth(state: State) -> None:
    assert np.all(np.diff(state.bricks["birth"]) >= 0)


def credit_is_shared_out(state: State) -> None:
    """Each child of hybrids is one unit of credit; a family is headed by a hybrid that heads itself."""
    bricks = state.bricks
    parents, generation, family = bricks["parents"], bricks["generation"], bricks["family"]
    from_hybrids = (parents >= 0) & (generation[parents] > 0)
    assert bricks["offspring"].sum() == np.count_nonzero(from_hybrids.any(axis=1))
    assert not np.any(bricks["offspring"][generation == 0])
    hybrids = generation > 0
    assert np.array_equal(family[family[hybrids]], family[hybrids])
    assert np.all(family[~hybrids] == -1)


def identities_are_unique(state: State) -> None:
    for table in ("organisations", "bricks", "clusters", "markets", "alliances"):
        assert len(np.unique(getattr(state, table)["identity"])) == len(getattr(state, table)), table


def spent_pairs_are_counted(state: State) -> None:
    spent = state.spent
    keys = spent.table[spent.table != 0]
    assert len(np.unique(keys)) == len(keys) == spent.count
    assert 2 * spent.count <= len(spent.table)
    born = (state.bricks["generation"] > 0) & (state.bricks["parents"][:, 0] >= 0)
    assert np.isin(state.bricks["identity"][born], keys).all()


def rates_are_rates(state: State) -> None:
    assert np.all(np.isfinite(state.organisations["rate"]) & (state.organisations["rate"] >= 0))
    assert np.all(state.organisations["vision"] < len(state.attractors))


def members_are_counted(state: State) -> None:
    alive = state.organisations["held"] > 0
    here = np.bincount(state.organisations["cluster"][alive], minlength=len(state.clusters))
    assert np.array_equal(here, state.clusters["members"])


CORE: tuple[Callable[[State], None], ...] = (
    core_first_then_hybrids,
    nothing_held_twice,
    held_within_capacity,
    carriers_are_the_holders,
    children_follow_from_parents,
    bricks_stand_in_order_of_birth,
    credit_is_shared_out,
    identities_are_unique,
    spent_pairs_are_counted,
    rates_are_rates,
    members_are_counted,
)


# -- society and economy --------------------------------------------------------------------------------------


def allies_are_firms_of_live_alliances(state: State) -> None:
    organisations, alliances = state.organisations, state.alliances
    member = np.flatnonzero(organisations["alliance"] >= 0)
    assert np.all(organisations["kind"][member] == FIRM)
    assert np.all(organisations["held"][member] > 0)
    rows = organisations["alliance"][member]
    assert np.all(alliances["ended"][rows] < 0)
    assert np.array_equal(np.bincount(rows, minlength=len(alliances)), alliances["members"])
    assert alliances["members"].max(initial=0) <= state.parameters.alliances.members_most
    assert np.all(alliances["capital"][alliances["ended"] >= 0] == 0)


def memberships(state: State) -> dict[int, int]:
    """Return the alliance of every member, read out of what was written down of joining and leaving."""
    member: dict[int, int] = {}
    for _, alliance, firm, what in state.memberships:
        if what == "joined":
            assert firm not in member, f"firm {firm} joins alliance {alliance} and is in {member[firm]}"
            member[firm] = alliance
        else:
            assert member.pop(firm) == alliance, f"firm {firm}, alliance {alliance}: {what}"
    return member


def history_tells_the_members(state: State) -> None:
    alliance = state.organisations["alliance"]
    assert memberships(state) == {row: int(alliance[row]) for row in np.flatnonzero(alliance >= 0).tolist()}


def slots_are_the_live_offers(state: State) -> None:
    offers, organisations = state.offers, state.organisations
    live = offers["withdrawn"] < 0
    by_offer = Counter(zip(offers["seller"][live].tolist(), offers["brick"][live].tolist(), strict=True))
    slots = organisations["offers"]
    by_slot = Counter((row, brick) for row, own in enumerate(slots.tolist()) for brick in own if brick >= 0)
    assert by_offer == by_slot
    assert max(by_offer.values(), default=1) == 1, "the same brick is offered twice by one firm"
    sellers = offers["seller"][live]
    assert np.all((organisations["kind"][sellers] == FIRM) & (organisations["held"][sellers] > 0))
    allied = offers["alliance"][live]
    assert np.all(state.alliances["ended"][allied[allied >= 0]] < 0)


def adopters_are_customers(state: State) -> None:
    offers = state.offers
    assert np.all((offers["adopters"] >= 0) & np.isfinite(offers["adopters"]))
    assert np.all(offers["adopters"][~offers["served"]] == 0)
    assert np.all((offers["quality"] >= 0) & (offers["quality"] <= 1))


def staff_and_shares_are_possible(state: State) -> None:
    organisations = state.organisations
    firm = (organisations["kind"] == FIRM) & (organisations["held"] > 0)
    assert np.all(organisations["employees"][firm] >= 1 - 1e-12)
    assert np.all(organisations["employees"][~firm] == 0)
    assert np.all(organisations["capital"][~firm] == 0)
    for name in ("competence", "insight", "training"):
        assert np.all((organisations[name] >= 0) & (organisations[name] <= 1)), name
    for name in ("capital", "base", "sales", "turnover", "revenue"):
        assert np.all(np.isfinite(organisations[name])), name
    assert np.all((state.stages["competence"] >= 0) & (state.stages["competence"] <= 1))
    assert np.all((state.ties.trust >= 0) & (state.ties.trust <= 1))
    assert np.all((state.support >= 0) & (state.support <= 1))
    assert np.isfinite(state.markets["frame"]).all()


def money_heads_and_spending_balance(state: State) -> None:
    """The three identities, summed up here anew and not by the rule that audits."""
    ledger, organisations = state.ledger, state.organisations
    capital = organisations["capital"].sum() + state.alliances["capital"].sum()
    spent = state.policies["spent"].sum()
    public = ledger.programmes + ledger.flow("public_equity")
    for before, flows, after in (
        (ledger.opening_capital, ledger.money, capital),
        (ledger.opening_employees, ledger.heads, organisations["employees"].sum()),
        (ledger.opening_spent, np.array([public]), spent),
    ):
        size = 1.0 + abs(before) + abs(after) + np.abs(flows).sum()
        assert abs(before + flows.sum() - after) <= ROUNDING * size
    assert np.all(state.policies["spent"] <= state.policies["budget"] * (1 + ROUNDING))


SOCIETY: tuple[Callable[[State], None], ...] = (
    allies_are_firms_of_live_alliances,
    history_tells_the_members,
    slots_are_the_live_offers,
    adopters_are_customers,
    staff_and_shares_are_possible,
    money_heads_and_spending_balance,
)


def check_all(state: State) -> None:
    """Hold the invariants of society against a state, and those of the core that cost little."""
    for holds in (*SOCIETY, held_within_capacity, bricks_stand_in_order_of_birth, members_are_counted):
        holds(state)
