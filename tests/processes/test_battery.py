"""What every process of the schedule must do, whatever its rule: keep to its declaration, be repeatable, keep order.

Each process is tried in a busy month (`tests.busy`: most portfolios full, attractors of all kinds open, alliances that
come and go, insolvent firms, policies on every lever), just before its turn: the core's both in the core alone and in
the full schedule.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from ecosim.economy.demography import leave
from ecosim.parameters import Parameters
from ecosim.processes import Process
from ecosim.schedule import schedule_for
from ecosim.setup import found
from ecosim.state import TABLES, Columns, Meetings, State
from tests import busy, invariants

WORLDS = {
    "core": (busy.CORE, 5), "society": (busy.SOCIETY, 8), "alone": (busy.ALONE, 8),
    **{f"society {seed}": (busy.SOCIETY, seed) for seed in (7, 9, 16)},
}  # fmt: skip
SCHEDULES = {world: schedule_for(scenario.parameters) for world, (scenario, _) in WORLDS.items()}
PLACES = [(world, process.name) for world in ("core", "society") for process in SCHEDULES[world]]
PROCESSES = [process.name for process in SCHEDULES["society"]]
# Logs of the month that every process may write; and what no process may ever change.
LOGS = ("tally", "layer_births", "cohort_offspring", "events", "extra")
FIXED = ("seed", "parameters", "month", "sector_names", "sector_centres", "cluster_names", "regions", "acculturations",
         "market_names", "stage_names", "policy_names", "ties.start", "ties.partner", "ties.weight", "ties.mirror",
         "organisation_names")  # fmt: skip
GROWS = "enter"  # the one process that may add organisations, and with them ties and names
DRAWS_NOTHING = ("support", "trust", "sell", "reframe", "exit", "audit")
STRUCTURES = ("support", "ties.trust", "ties.weight")  # read by some, declared like columns


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
def _turns(world: str, sparse: bool = False) -> dict[str, Turn]:
    """Return every process's turn in the busy month; `sparse`: a third of the organisations left just before it."""
    scenario, seed = WORLDS[world]
    state, processes = found(scenario, seed), SCHEDULES[world]
    if world != "core":
        state.organisation_names = [f"organisation {row}" for row in range(len(state.organisations))]
    for state.month in range(busy.MONTHS):
        for process in processes:
            process.step(Host(state))
    state.month = busy.MONTHS
    if sparse:
        everyone = np.flatnonzero(state.alive)
        leave(state, everyone[::3])
    turns = {}
    for process in processes:
        turns[process.name] = Turn(state, process).copy()
        process.step(Host(state))
    return turns


def _ids(place: Any) -> str:
    return "-".join(place) if isinstance(place, tuple) else str(place)


@pytest.fixture(params=PLACES, ids=_ids)
def turn(request: pytest.FixtureRequest) -> Turn:
    world, name = request.param
    return _turns(world)[name].copy()


@pytest.fixture(params=PLACES, ids=_ids)
def sparse_turn(request: pytest.FixtureRequest) -> Turn:
    world, name = request.param
    return _turns(world, sparse=True)[name].copy()


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


def _changed_by(turn: Turn) -> set[str]:
    before = _everything(turn.state)
    return _changed(before, _everything(turn.take().state))


def _covers(declared: tuple[str, ...], place: str) -> bool:
    """A structure's name stands for all its fields."""
    return place in declared or place.partition(".")[0] in declared


def _process(name: str) -> Process:
    return next(process for process in schedule_for(busy.SOCIETY.parameters) if process.name == name)


# -- the declaration ------------------------------------------------------------------------------------------


def test_the_full_schedule_has_every_process() -> None:
    from ecosim import processes

    written = {getattr(processes, name) for name in processes.__all__ if name not in ("Process", "World")}
    assert {type(process) for process in SCHEDULES["society"]} == written


@pytest.mark.parametrize("name", PROCESSES)
def test_it_has_a_name_of_its_own_and_says_what_it_does(name: str) -> None:
    assert name
    assert name == name.lower()
    assert PROCESSES.count(name) == 1
    assert _process(name).__doc__


@pytest.mark.parametrize("name", PROCESSES)
def test_it_declares_columns_that_exist(name: str) -> None:
    process, state = _process(name), _turns("society")[name].state
    for declared in (*process.reads, *process.writes):
        structure, _, part = declared.partition(".")
        held = getattr(state, structure, None)
        assert held is not None, f"{declared}: a state has no {structure}"
        if isinstance(held, Columns):
            assert not part or part in held, f"{declared}: the columns are {held.names}"
        elif part:
            assert hasattr(held, part), declared


@pytest.mark.parametrize("name", PROCESSES)
def test_it_writes_what_it_declares(name: str) -> None:
    """In some busy month each declared column changes; else the declaration is too wide, or no month busy enough."""
    changed: set[str] = set()
    for world in WORLDS:
        if name in _turns(world):
            changed |= _changed_by(_turns(world)[name].copy())
    unwritten = {
        declared for declared in _process(name).writes if not any(_covers((declared,), place) for place in changed)
    }
    assert not unwritten


def test_it_writes_only_what_it_declares(turn: Turn) -> None:
    """Columns, attractors, spent pairs, books, the drive of the month: all that is no log is declared by its name."""
    undeclared = {
        place
        for place in _changed_by(turn)
        if place.partition(".")[0] not in LOGS and not _covers(turn.process.writes, place)
    }
    assert not undeclared


def test_it_never_changes_what_is_fixed(turn: Turn) -> None:
    if turn.process.name == GROWS:
        names, start = list(turn.state.organisation_names or []), turn.state.ties.start.copy()
        turn.take()
        assert (turn.state.organisation_names or [])[: len(names)] == names
        assert len(turn.state.ties.start) > len(start)
        return
    assert not {place for place in _changed_by(turn) if place in FIXED}


def test_it_reads_only_the_columns_that_it_declares(turn: Turn) -> None:
    """Turned upside down, a column that is neither read nor written changes nothing else."""
    undone = _everything(turn.copy().take().state)
    declared = (*turn.process.reads, *turn.process.writes)
    undeclared = set()
    places = [f"{table}.{column}" for table in TABLES for column in getattr(turn.state, table).names]
    for place in (*places, *STRUCTURES):
        if _covers(declared, place):
            continue
        other = turn.copy()
        table, _, column = place.partition(".")
        held = getattr(other.state, table)
        values = held if not column else held[column] if isinstance(held, Columns) else getattr(held, column)
        values[:] = values[::-1].copy()
        if _changed(undone, _everything(other.take().state)) - {place, "extra"}:
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
    """Those that draw nothing do the same under another seed. (The month is also the date, which some write down.)"""
    usual = _everything(turn.copy().take().state)
    setattr(turn.state, what, getattr(turn.state, what) + 1)
    other = _changed(usual, _everything(turn.take().state)) - {what}
    if turn.process.name not in DRAWS_NOTHING:
        assert other
    elif what == "seed":
        assert not other


# -- order ----------------------------------------------------------------------------------------------------


def _keep_order(state: State) -> None:
    society = invariants.SOCIETY if state.parameters.mechanisms.economy else ()
    for holds in (*invariants.CORE, *society):
        holds(state)


def test_order_is_kept(turn: Turn) -> None:
    _keep_order(turn.state)  # it was so before
    _keep_order(turn.take().state)


# -- some organisations are gone ------------------------------------------------------------------------------


def test_order_is_kept_when_some_are_gone(sparse_turn: Turn) -> None:
    _keep_order(sparse_turn.state)
    _keep_order(sparse_turn.take().state)


def test_who_is_gone_meets_nobody_and_gets_nothing(sparse_turn: Turn) -> None:
    gone = ~sparse_turn.state.alive
    assert gone.any()
    state = sparse_turn.take().state
    there = len(gone)  # start-ups may have entered
    assert np.all(state.organisations["held"][:there][gone] == 0)
    assert not gone[state.meetings.initiator[state.meetings.partner >= 0]].any()
    assert not gone[state.meetings.partner[state.meetings.partner >= 0]].any()
    for name in ("employees", "capital", "sales", "revenue", "dues"):
        if name in state.organisations:
            assert not state.organisations[name][:there][gone].any(), name


def test_it_plays_on_when_all_are_gone(sparse_turn: Turn) -> None:
    """Only on hybrids of this very month can start-ups still be founded."""
    state = sparse_turn.state
    leave(state, np.flatnonzero(state.alive))
    state.meetings = Meetings.none()
    there = len(state.alive)
    sparse_turn.take()
    assert not state.alive[:there].any()
    assert len(state.alive) == there or sparse_turn.process.name == GROWS
    assert len(state.meetings) == 0
    if state.parameters.mechanisms.economy:
        invariants.money_heads_and_spending_balance(state)
