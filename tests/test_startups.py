"""Start-ups: which hybrids found one, what it starts with, whom it is tied to; all of it the hybrid's own draw."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ecosim import AttractorSpec, EcosystemModel
from ecosim.state import FIRM, State
from tests import busy
from tests.invariants import check_all
from tests.reference import draws

# start-ups that make hybrids that found start-ups: few enough hybrids that there is no explosion
VALUES = {"startup_rate": 0.02, "base_drive": 0.1, "attractor_dial": 0.2, "exits": False, "reproduction_every": 0}


def play(months: int = 12, seed: int = 3, parts: dict[str, Any] | None = None, **values: Any) -> EcosystemModel:
    scenario = dataclasses.replace(busy.SOCIETY, **(parts or {}))
    return EcosystemModel(scenario.with_values({**VALUES, **values}), seed=seed).run(months)


def newcomers(state: State) -> list[tuple[int, int]]:
    """Return (organisation, founding hybrid) of every start-up: the hybrid is the first it ever offered."""
    first: dict[int, int] = {}
    for seller, brick in zip(state.offers["seller"].tolist(), state.offers["brick"].tolist(), strict=True):
        first.setdefault(seller, brick)
    return [(row, first[row]) for row in np.flatnonzero(state.organisations["founded"] >= 0).tolist()]


def test_which_hybrids_found_one_draw_for_draw() -> None:
    """chance = rate · (1 + pull · Σ exp(−|x − c|²/2w²)) over the attractors of the month; the draw is the hybrid's."""
    state = play(14, startup_pull=3.0).state
    bricks, found = state.bricks, state.attractors
    founders = {brick for _, brick in newcomers(state)}
    expected = set()
    for row in np.flatnonzero((bricks["generation"] > 0) & (bricks["birth"] >= 0)).tolist():
        month = int(bricks["birth"][row])
        near = sum(
            np.exp(-np.sum((bricks["position"][row] - found.centre[k]) ** 2) / (2 * found.width[k] ** 2))
            for k in range(len(found))
            if found.start[k] <= month < found.end[k] and found.strength[k] > 0
        )
        bits = draws.draw(draws.stream_key(state.seed, "enter ", month), int(bricks["identity"][row]))
        if draws.uniform(bits) < 0.02 * (1 + 3.0 * near):
            expected.add(row)
    assert founders == expected
    assert len(founders) > 50


def test_attractors_pull_start_ups() -> None:
    """The same hybrids; near the heart of an attractor, more of them found a firm."""
    spec = AttractorSpec("heart", "idea", 1e-9, ("leather", "light"), width=0.3, start=4)
    parts = {"attractors": (spec,)}
    values = {"parts": parts, "encounters_per_year": 0.0, "base_drive": 0.2, "startup_rate": 0.05}
    drawn, plain = play(**values, startup_pull=9.0).state, play(**values, startup_pull=0.0).state

    def near(state: State) -> int:
        positions = state.bricks["position"][[brick for _, brick in newcomers(state)]]
        return int((np.linalg.norm(positions - state.attractors.centre[0], axis=1) < 0.3).sum())

    assert near(drawn) > max(3 * near(plain), 10)
    assert len(newcomers(play(parts=parts, startup_rate=0.0).state)) == 0
    assert len(newcomers(play(parts=parts, startup_rate=0.0, startup_pull=100.0).state)) == 0


def test_what_a_start_up_starts_with() -> None:
    model = play(9)
    state = model.state
    for process in model.processes:
        before = len(state.organisations)
        spent = {name: state.ledger.flow(name) for name in ("investors", "founders")}
        process.step(model)
        if process.name == "enter":
            break
    columns, bricks = state.organisations, state.bricks
    new = range(before, len(columns))
    assert len(new) >= 3
    assert state.ledger.flow("investors") - spent["investors"] == len(new) * state.parameters.firms.startup_capital
    assert state.ledger.flow("founders") - spent["founders"] == len(new) * state.parameters.firms.startup_employees
    for row, brick in newcomers(state)[-len(new) :]:
        inventor = int(bricks["inventors"][brick, 0])
        assert bricks["birth"][brick] == state.month == columns["founded"][row]
        assert columns["kind"][row] == FIRM
        assert columns["held"][row] == state.parameters.knowledge.core_size + 1
        assert columns["portfolio"][row, columns["held"][row] - 1] == brick
        assert int(bricks["sectors"][brick]) >> int(columns["sector"][row]) & 1
        core = columns["portfolio"][row, : columns["held"][row] - 1]
        assert np.all(bricks["sectors"][core] == 1 << int(columns["sector"][row]))
        assert np.all(bricks["birth"][core] == state.month)
        assert np.allclose(columns["home"][row], bricks["position"][core].mean(axis=0))
        for name in ("cluster", "region", "vision"):
            assert columns[name][row] == columns[name][inventor]
        assert np.array_equal(columns["values"][row], columns["values"][inventor])
        assert (columns["employees"][row], columns["capital"][row]) == (3.0, 150.0)
        assert columns["alliance"][row] == -1
        assert columns["offers"][row].tolist() == [brick, -1, -1]
        stage = int(columns["stage"][row])
        assert columns["competence"][row] == pytest.approx(state.stages["competence"][stage])
        (offer,) = np.flatnonzero(state.offers["seller"] == row)
        assert state.offers["served"][offer].tolist() == [True, False]  # abroad only when it pays
    check_all(state)


def test_ties_of_a_start_up() -> None:
    """Both inventors and half a cluster degree of members of its cluster who are there, in both directions."""
    model = play(9, cluster_degree=6.0)
    state = model.state
    for process in model.processes:
        before, degree = len(state.organisations), np.diff(state.ties.start[::3])
        process.step(model)
        if process.name == "enter":
            break
    columns = state.organisations
    for row, brick in newcomers(state)[-(len(columns) - before) :]:
        partners = {layer: set(state.ties.of(row, layer).tolist()) for layer in range(3)}
        everyone = partners[0] | partners[1]
        assert set(state.bricks["inventors"][brick].tolist()) <= everyone | {-1}
        assert not partners[2]
        assert 2 <= len(everyone) <= 2 + 3 + (len(columns) - before)  # three members, and newcomers tied to it
        assert row not in everyone
        for layer in (0, 1):
            for partner in partners[layer]:
                assert (columns["cluster"][partner] == columns["cluster"][row]) == (layer == 0)
                assert row in state.ties.of(partner, layer).tolist()
                place = int(state.ties.start[3 * row + layer]) + state.ties.of(row, layer).tolist().index(partner)
                assert state.ties.trust[place] == np.float32(state.parameters.trust.initial_trust)
                assert partner in state.ties.partner[state.ties.start[3 * row] : state.ties.start[3 * row + 3]]
    now = np.diff(state.ties.start[::3])[:before]
    assert (now >= degree).all()
    assert (now > degree).sum() >= 3


def test_one_member_less_moves_at_most_one_tie_of_a_start_up() -> None:
    """Whom it is tied to is drawn pair by pair, not by places in a list that shifts when somebody has left."""
    usual, other = play(9, cluster_degree=8.0), play(9, cluster_degree=8.0)
    cluster = int(np.bincount(usual.state.organisations["cluster"]).argmax())
    for model in (usual, other):
        for process in model.processes[: [item.name for item in model.processes].index("enter")]:
            process.step(model)
    before = len(usual.state.organisations)
    gone = int(np.flatnonzero((other.state.organisations["cluster"] == cluster) & other.state.alive)[0])
    other.close_organisation(gone)
    for model in (usual, other):
        next(process for process in model.processes if process.name == "enter").step(model)
    assert len(usual.state.organisations) == len(other.state.organisations) > before + 3
    for row in range(before, len(usual.state.organisations)):
        one, two = (set(model.state.ties.of(row, 0).tolist()) for model in (usual, other))
        old = {partner for partner in one | two if partner < before}  # newcomers choose among themselves, too
        assert len((one ^ two) & old) <= 2  # the one who left, and whoever comes next in line


def test_a_start_up_is_the_same_in_every_world_in_which_it_is_founded() -> None:
    """Whoever it is, its sector, core and stage are drawn by its hybrid: two worlds can be subtracted."""

    def world(**values: Any) -> dict[int, tuple[Any, ...]]:
        state = play(14, **values).state
        columns, bricks = state.organisations, state.bricks
        core = state.parameters.knowledge.core_size
        out = {}
        for row, brick in newcomers(state):
            own = columns["portfolio"][row, :core]
            out[int(bricks["identity"][brick])] = (
                int(columns["identity"][row]), int(columns["sector"][row]), int(columns["stage"][row]),
                int(columns["founded"][row]), bricks["identity"][own].tolist(), bricks["position"][own].tolist(),
            )  # fmt: skip
        return out

    one = world()
    for changes in ({"transmissibility": 0.25}, {"exits": True}, {"alliances": False}, {"startup_rate": 0.03}):
        other = world(**changes)
        both = one.keys() & other.keys()
        assert len(both) > 10
        assert one.keys() != other.keys()
        assert all(one[hybrid][:3] == other[hybrid][:3] for hybrid in both)
        same_month = [hybrid for hybrid in both if one[hybrid][3] == other[hybrid][3]]
        assert len(same_month) > 10
        assert all(one[hybrid] == other[hybrid] for hybrid in same_month)


def test_without_markets_they_offer_nothing() -> None:
    state = play(8, markets=False).state
    assert (state.organisations["founded"] >= 0).sum() > 3
    assert len(state.offers) == 0
    assert (state.organisations["offers"] == -1).all()
    check_all(state)
