"""What every process of the schedule must do, whatever its rule: keep to its declaration, be repeatable, keep order.

Each process is tried in a busy month (most portfolios full, attractors of all kinds open, clusters bringing people
together), just before its turn.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.scenario import Scenario
from ecosim.schedule import core_schedule
from ecosim.setup import found
from ecosim.specs import AttractorSpec, ClusterSpec, SectorSpec
from ecosim.state import Columns, Meetings, State

PROCESSES = [process.name for process in core_schedule()]
TABLES = ("organisations", "bricks", "clusters")
MONTHS = 12
# Logs of the month that every process may write; and what no process may ever change.
LOGS = ("tally", "layer_births", "cohort_offspring", "events", "extra")
FIXED = (
    "seed",
    "parameters",
    "month",
    "ties",
    "sector_names",
    "sector_centres",
    "cluster_names",
    "regions",
    "organisation_names",
)
LARGEST_NORMAL = 8.6  # Box and Muller's from 53 bits: sqrt(2 · 53 · log 2) = 8.57

BUSY = Scenario(
    parameters=Parameters().with_values(
        {
            "population.firms": 50,
            "population.labs": 14,
            "population.clusters": 5,
            "knowledge.capacity": 24,
            "knowledge.forgetting": 0.5,
            "latent.base_drive": 0.3,
            "latent.seeded_share": 0.2,
            "medium.meeting_rate": 4.0,
            "medium.transmissibility": 0.2,
            "medium.bridge_openness": 0.5,
            "clusters.encounters_per_year": 6.0,
            "labs.creation_rate": 0.3,
            "record.reproduction_every": 1,
        }
    ),
    sectors=(SectorSpec("leather", 3.0), SectorSpec("light", 2.0), SectorSpec("wood")),
    clusters=(
        ClusterSpec("north", "leather", brokerage=0.4),
        ClusterSpec("empty", "wood", size=1e-9, brokerage=0.7),
        ClusterSpec("south", "wood", brokerage=0.9),
    ),
    attractors=(
        AttractorSpec("lamp", "idea", 0.5, ("leather", "light")),
        AttractorSpec("atelier", "concept", 0.5, ("light", "wood"), start=3, end=MONTHS + 2),
        AttractorSpec("export", "market", 1.0, ("wood",), start=MONTHS),
        AttractorSpec("fair", "encounter", 0.4, ("leather", "wood"), width=1.0, start=MONTHS, end=MONTHS + 1),
    ),
)


@dataclass
class Host:
    """The least that processes need of a model."""

    state: State

    @property
    def parameters(self) -> Parameters:
        return self.state.parameters


@dataclass
class Turn:
    """A state in a busy month, and the process whose turn it is."""

    state: State
    process: Process

    def copy(self) -> Turn:
        return copy.deepcopy(self)

    def take(self) -> Turn:
        """Let the process make its step; return itself."""
        self.process.step(Host(self.state))
        return self


@cache
def _turn(name: str) -> Turn:
    state, processes = found(BUSY, 5), core_schedule()
    while True:
        for process in processes:
            if state.month == MONTHS and process.name == name:
                return Turn(state, process)
            process.step(Host(state))
        state.month += 1


@cache
def _sparse_turn(name: str) -> Turn:
    """Return the same, but a third of the organisations have gone in the month before."""
    state, processes = found(BUSY, 6), core_schedule()
    while True:
        if state.month == MONTHS:
            _leave(state, range(0, len(state.organisations), 3))
        for process in processes:
            if state.month == MONTHS and process.name == name:
                return Turn(state, process)
            process.step(Host(state))
        state.month += 1


def _leave(state: State, rows: range) -> None:
    held, portfolio = state.organisations["held"], state.organisations["portfolio"]
    for row in rows:
        state.bricks["carriers"][portfolio[row, : held[row]]] -= 1
        held[row] = 0


@pytest.fixture(params=PROCESSES)
def turn(request: pytest.FixtureRequest) -> Turn:
    return _turn(request.param).copy()


@pytest.fixture(params=PROCESSES)
def sparse_turn(request: pytest.FixtureRequest) -> Turn:
    return _sparse_turn(request.param).copy()


# -- what can be seen of a state ------------------------------------------------------------------------------


def _digest(value: Any) -> str:
    """Return a hash of arrays, numbers, texts and lists of them."""
    if isinstance(value, np.ndarray):
        return hashlib.blake2b(value.tobytes() + str((value.shape, value.dtype)).encode(), digest_size=16).hexdigest()
    if isinstance(value, list | tuple):
        return str([_digest(item) for item in value])
    return repr(value)


def _everything(state: State) -> dict[str, str]:
    """Return a hash of all that a state holds: columns as ``table.column``, the rest as ``structure.field``."""
    seen = state.fingerprint()
    # whole rows: the fingerprint leaves out empty slots, and so would see a change of `held` as one of portfolios
    seen["organisations.portfolio"] = _digest(state.organisations["portfolio"])
    for item in dataclasses.fields(state):
        value = getattr(state, item.name)
        if isinstance(value, Columns):
            continue
        if isinstance(value, Parameters) or not hasattr(value, "__dict__"):
            seen[item.name] = _digest(value)
        else:
            seen |= {f"{item.name}.{part}": _digest(content) for part, content in vars(value).items()}
    return seen


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def _covers(declared: tuple[str, ...], place: str) -> bool:
    """A structure's name stands for all its fields."""
    return place in declared or place.partition(".")[0] in declared


def _is_column(place: str) -> bool:
    return place.partition(".")[0] in TABLES or place.startswith("meetings.")


def _process(name: str) -> Process:
    return next(process for process in core_schedule() if process.name == name)


# -- the declaration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROCESSES)
def test_it_has_a_name_of_its_own_and_says_what_it_does(name: str) -> None:
    assert name
    assert name == name.lower()
    assert PROCESSES.count(name) == 1
    assert _process(name).__doc__


@pytest.mark.parametrize("name", PROCESSES)
def test_it_declares_columns_that_exist(name: str) -> None:
    process, state = _process(name), found(BUSY, 1)
    for declared in (*process.reads, *process.writes):
        structure, _, part = declared.partition(".")
        held = getattr(state, structure, None)
        assert held is not None, f"{declared}: a state has no {structure}"
        if isinstance(held, Columns):
            assert part in held, f"{declared}: the columns are {held.names}"
        elif part:
            assert hasattr(held, part), declared


def test_it_writes_only_the_columns_that_it_declares(turn: Turn) -> None:
    before = _everything(turn.state)
    after = _everything(turn.take().state)
    undeclared = {
        place for place in _changed(before, after) if _is_column(place) and not _covers(turn.process.writes, place)
    }
    assert not undeclared


def test_it_writes_what_it_declares(turn: Turn) -> None:
    """In a busy month each declared column changes; else the declaration is too wide, or this month not busy."""
    before = _everything(turn.state)
    after = _everything(turn.take().state)
    changed = _changed(before, after)
    unwritten = {
        declared for declared in turn.process.writes if not any(_covers((declared,), place) for place in changed)
    }
    assert not unwritten


def test_it_writes_no_structure_that_it_does_not_declare(turn: Turn) -> None:
    """Attractors, spent pairs, the drive of the month: what is no column and no log is declared by its name."""
    before = _everything(turn.state)
    after = _everything(turn.take().state)
    undeclared = {
        place
        for place in _changed(before, after)
        if not _is_column(place) and place.partition(".")[0] not in LOGS and not _covers(turn.process.writes, place)
    }
    assert not undeclared


def test_it_never_changes_what_is_fixed(turn: Turn) -> None:
    before = _everything(turn.state)
    after = _everything(turn.take().state)
    assert not {place for place in _changed(before, after) if place.partition(".")[0] in FIXED}


def test_it_reads_only_the_columns_that_it_declares(turn: Turn) -> None:
    """Turned upside down, a column that is neither read nor written changes nothing else."""
    undone = _everything(turn.copy().take().state)
    declared = (*turn.process.reads, *turn.process.writes)
    undeclared = set()
    for table in TABLES:
        columns = getattr(turn.state, table)
        for column in columns.names:
            place = f"{table}.{column}"
            if _covers(declared, place):
                continue
            other = turn.copy()
            column_of_other = getattr(other.state, table)[column]
            column_of_other[:] = column_of_other[::-1].copy()
            outcome = _everything(other.take().state)
            if _changed(undone, outcome) - {place}:
                undeclared.add(place)
    assert not undeclared


# -- repeatable -----------------------------------------------------------------------------------------------


def test_the_same_state_gives_the_same_bits(turn: Turn) -> None:
    first, second = turn.copy().take(), turn.copy().take()
    assert _everything(first.state) == _everything(second.state)


def test_it_remembers_nothing(turn: Turn) -> None:
    """All there is to know is in the state: a process that has played elsewhere plays the same here."""
    fresh, used = turn.copy(), turn.copy()
    fresh.process = _process(turn.process.name)
    used.process = turn.copy().take().process
    assert _everything(used.take().state) == _everything(fresh.take().state)


@pytest.mark.parametrize("what", ["seed", "month"])
def test_another_seed_or_month_gives_other_draws(turn: Turn, what: str) -> None:
    usual = _everything(turn.copy().take().state)
    setattr(turn.state, what, getattr(turn.state, what) + 1)
    assert _changed(usual, _everything(turn.take().state)) - {what}


# -- order ----------------------------------------------------------------------------------------------------


def _portfolios(state: State) -> Iterator[tuple[int, list[int]]]:
    held = state.organisations["held"].tolist()
    for row, slots in enumerate(state.organisations["portfolio"].tolist()):
        yield row, slots[: held[row]]


def _core_first_then_hybrids(state: State) -> None:
    core, generation = state.parameters.knowledge.core_size, state.bricks["generation"]
    for row, bricks in _portfolios(state):
        assert not bricks or len(bricks) >= core, f"organisation {row} has lost core bricks"
        assert np.all(generation[bricks[:core]] == 0), f"organisation {row}: a hybrid in its core"
        assert np.all(generation[bricks[core:]] > 0), f"organisation {row}: a basic brick among its hybrids"


def _nothing_held_twice(state: State) -> None:
    for row, bricks in _portfolios(state):
        assert len(set(bricks)) == len(bricks), f"organisation {row}: {sorted(bricks)}"
        assert all(0 <= brick < state.bricks.count for brick in bricks)


def _held_within_capacity(state: State) -> None:
    assert state.organisations["held"].min() >= 0
    assert state.organisations["held"].max() <= state.parameters.knowledge.capacity


def _carriers_are_the_holders(state: State) -> None:
    counted = np.zeros(state.bricks.count, np.int64)
    for _, bricks in _portfolios(state):
        counted[bricks] += 1
    assert np.array_equal(counted, state.bricks["carriers"])


def _children_follow_from_parents(state: State) -> None:
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


def _credit_is_shared_out(state: State) -> None:
    """Each child of hybrids is one unit of credit; a family is headed by a hybrid that heads itself."""
    bricks = state.bricks
    parents, generation, family = bricks["parents"], bricks["generation"], bricks["family"]
    from_hybrids = (parents >= 0) & (generation[parents] > 0)
    assert bricks["offspring"].sum() == np.count_nonzero(from_hybrids.any(axis=1))
    assert not np.any(bricks["offspring"][generation == 0])
    hybrids = generation > 0
    assert np.array_equal(family[family[hybrids]], family[hybrids])
    assert np.all(family[~hybrids] == -1)


def _identities_are_unique(state: State) -> None:
    for table in TABLES:
        assert len(np.unique(getattr(state, table)["identity"])) == len(getattr(state, table)), table


def _spent_pairs_are_counted(state: State) -> None:
    spent = state.spent
    keys = spent.table[spent.table != 0]
    assert len(np.unique(keys)) == len(keys) == spent.count
    assert 2 * spent.count <= len(spent.table)
    born = (state.bricks["generation"] > 0) & (state.bricks["parents"][:, 0] >= 0)
    assert np.isin(state.bricks["identity"][born], keys).all()


def _rates_are_rates(state: State) -> None:
    assert np.all(np.isfinite(state.organisations["rate"]) & (state.organisations["rate"] >= 0))
    assert np.all(state.organisations["vision"] < len(state.attractors))


INVARIANTS: tuple[Callable[[State], None], ...] = (
    _core_first_then_hybrids,
    _nothing_held_twice,
    _held_within_capacity,
    _carriers_are_the_holders,
    _children_follow_from_parents,
    _credit_is_shared_out,
    _identities_are_unique,
    _spent_pairs_are_counted,
    _rates_are_rates,
)


@pytest.mark.parametrize("holds", INVARIANTS, ids=lambda holds: holds.__name__.strip("_"))
def test_order_is_kept(turn: Turn, holds: Callable[[State], None]) -> None:
    holds(turn.state)  # it was so before
    holds(turn.take().state)


# -- some organisations are gone ------------------------------------------------------------------------------


@pytest.mark.parametrize("holds", INVARIANTS, ids=lambda holds: holds.__name__.strip("_"))
def test_order_is_kept_when_some_are_gone(sparse_turn: Turn, holds: Callable[[State], None]) -> None:
    holds(sparse_turn.take().state)


def test_who_is_gone_meets_nobody_and_gets_nothing(sparse_turn: Turn) -> None:
    gone = ~sparse_turn.state.alive
    assert gone.any()
    state = sparse_turn.take().state
    assert np.all(state.organisations["held"][gone] == 0)
    if sparse_turn.process.name != "attract":  # before this month's meetings, those of the last one still stand
        assert not gone[state.meetings.initiator].any()
        assert not gone[state.meetings.partner[state.meetings.partner >= 0]].any()


def test_it_plays_on_when_all_are_gone(sparse_turn: Turn) -> None:
    state = sparse_turn.state
    _leave(state, range(len(state.organisations)))
    state.meetings = Meetings.none()
    sparse_turn.take()
    assert not state.alive.any()
    assert len(state.meetings) == 0
