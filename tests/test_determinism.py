"""Same seed, same bits; and a draw depends on nothing but what it decides about."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Any

import numpy as np

from ecosim import EcosystemModel, Process, with_process
from ecosim.processes import Ally
from ecosim.schedule import schedule_for
from ecosim.specs import PolicySpec
from ecosim.streams import uniforms
from tests import busy

SMALL: dict[str, Any] = {"scenario": "three-ingredients", "firms": 270, "labs": 30}
MONTHS = 48


def play(months: int = MONTHS, **arguments: Any) -> EcosystemModel:
    return EcosystemModel(**{**SMALL, "seed": 5, **arguments}).run(months)


def test_same_seed_same_bits_in_another_process() -> None:
    code = (
        "import json; from tests.test_determinism import play; "
        "print(json.dumps(play().state.fingerprint()))"
    )  # fmt: skip
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == play().state.fingerprint()


def test_another_seed_is_another_world() -> None:
    assert play(seed=6).state.fingerprint()["bricks.birth"] != play().state.fingerprint()["bricks.birth"]


class Gossip(Process):
    """A process with draws and a column of its own that touches nothing else."""

    name = "gossip"
    writes = ("organisations.heard",)

    def step(self, model: Any) -> None:
        organisations = model.state.organisations
        organisations.add_column("heard", np.int32)
        organisations["heard"] += uniforms(self.key(model), organisations["identity"]) < 0.5


def test_another_process_changes_no_other_draw() -> None:
    with_it, without = play(processes=with_process(Gossip(), before="meet")), play()
    both = with_it.state.fingerprint()
    assert both.pop("organisations.heard")
    assert with_it.state.organisations["heard"].sum() > 0
    assert both == without.state.fingerprint()


def test_watching_changes_nothing() -> None:
    assert play(reproduction_every=1).state.fingerprint() == play(reproduction_every=0).state.fingerprint()


def test_a_lever_changes_only_what_follows_from_it() -> None:
    """Closing the bridges takes bridge meetings away; every other meeting of the first month stays, bit for bit."""
    open_, closed = EcosystemModel(**SMALL, seed=5), EcosystemModel(**SMALL, seed=5, bridge_openness=0.0)
    for model in (open_, closed):
        for process in model.processes[:2]:
            process.step(model)
    before, after = open_.state.meetings, closed.state.meetings
    assert np.array_equal(before.base, after.base)
    bridge = before.layer == 1
    assert bridge.sum() > 20
    assert (after.partner[bridge] == -1).all()
    assert np.array_equal(before.partner[~bridge], after.partner[~bridge])


def test_a_brick_is_the_same_in_every_world_in_which_it_is_born() -> None:
    """Identity, place and sectors of a hybrid depend on its parents only: two worlds can be subtracted."""
    one, other = play().state.bricks, play(transmissibility=0.04).state.bricks
    rows = {int(identity): row for row, identity in enumerate(one["identity"])}
    later = np.flatnonzero(other["birth"] > 0).tolist()
    shared = [(rows[int(other["identity"][row])], row) for row in later if int(other["identity"][row]) in rows]
    assert len(shared) > 100
    a, b = np.array(shared).T
    assert np.array_equal(one["position"][a], other["position"][b])
    assert np.array_equal(one["sectors"][a], other["sectors"][b])
    assert not np.array_equal(a, b)  # the worlds did part


def test_common_random_numbers_pair_runs_tightly() -> None:
    """The difference that a small change makes varies far less in paired runs than between independent seeds."""

    def hybrids(seed: int, tau: float) -> int:
        model = play(months=60, seed=seed, transmissibility=tau)
        return len(model.state.bricks) - model.state.history.column("created").sum()

    base = np.array([hybrids(seed, 0.02) for seed in range(8)], np.float64)
    changed = np.array([hybrids(seed, 0.022) for seed in range(8)], np.float64)
    assert (changed - base).var() < 0.5 * (base.var() + changed.var())


# -- with society and economy ---------------------------------------------------------------------------------

CALM = {"startup_rate": 0.001, "reproduction_every": 0}


def society(months: int = 20, policies: tuple[PolicySpec, ...] | None = None, **arguments: Any) -> EcosystemModel:
    scenario = busy.SOCIETY if policies is None else dataclasses.replace(busy.SOCIETY, policies=policies)
    processes = arguments.pop("processes", None)
    return EcosystemModel(scenario.with_values(CALM | arguments), seed=8, processes=processes).run(months)


def all_of(model: EcosystemModel) -> dict[str, str]:
    """Return the fingerprint, and with it what it leaves out: accounts, memberships and what was said."""
    state = model.state
    return model.state.fingerprint() | {
        name: repr(getattr(state, name)) for name in ("memberships", "events")
    } | {"accounts": repr(state.history.accounts)}  # fmt: skip


def test_a_whole_society_has_the_same_bits_in_another_process() -> None:
    code = (
        "import json; from tests.test_determinism import all_of, society; "
        "print(json.dumps(all_of(society())))"
    )  # fmt: skip
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = all_of(society())
    assert json.loads(answer.stdout) == here
    assert len(here["memberships"]) > 1000


def test_another_process_changes_no_draw_of_a_society() -> None:
    schedule = schedule_for(busy.SOCIETY.parameters)
    for before in ("support", "ally", "enter", "record"):
        with_it = society(processes=with_process(Gossip(), before, schedule))
        both = all_of(with_it)
        assert both.pop("organisations.heard")
        assert both == all_of(society())


def test_watching_a_society_changes_nothing() -> None:
    plain = all_of(society(check=False, reproduction_every=0))
    assert all_of(society(check=True, reproduction_every=0)) == plain
    watched = all_of(society(check=True, reproduction_every=1))
    assert watched == plain
    asked = society(0, check=False)
    for _ in range(20):  # tables and agents may be looked at in any month
        asked.step()
        assert len(asked.agents) > 0
        assert len(asked.months) == asked.month
    assert all_of(asked) == plain


def test_a_policy_changes_nothing_before_it_begins_and_nothing_that_it_does_not_touch() -> None:
    """Until month 12 the paired worlds are one; bricks born in both later on are the same."""
    begins = (*busy.SOCIETY.policies, PolicySpec("late", "structuring", 1.0, start=12))
    for months in (12, 24):
        one, other = society(months), society(months, begins)
        mine, yours = all_of(one), all_of(other)
        for place in ("accounts", *(name for name in mine if name.startswith("policies."))):
            mine.pop(place), yours.pop(place)
        assert (mine == yours) == (months == 12)
    a, b = one.state.bricks, other.state.bricks
    rows = {int(identity): row for row, identity in enumerate(a["identity"])}
    shared = [(rows[int(name)], row) for row, name in enumerate(b["identity"]) if int(name) in rows]
    later = np.array([pair for pair in shared if b["birth"][pair[1]] > 12])
    assert len(later) > 100
    for name in ("position", "sectors"):
        assert np.array_equal(a[name][later[:, 0]], b[name][later[:, 1]])
    assert one.state.alliances.count != other.state.alliances.count


def test_a_lever_that_pays_for_nothing_changes_nothing() -> None:
    """Of no intensity, without budget or over before it begins to count: bit for bit the world without."""
    plain = all_of(society(policies=()))
    for lever in busy.LEVERS:
        idle = (PolicySpec("none", lever, 0.0), PolicySpec("poor", lever, 1.0, budget=0.0),
                PolicySpec("late", lever, 1.0, start=20))  # fmt: skip
        mine = all_of(society(policies=idle))
        assert {place: mine[place] for place in plain if place != "accounts"} == {
            place: plain[place] for place in plain if place != "accounts"
        }


def test_what_one_alliance_shares_does_not_depend_on_the_others() -> None:
    """The draw of a member is its own: take another alliance away, and it takes over the same hybrid."""
    one, other = society(10), society(10)
    for model in (one, other):
        for process in model.processes:
            if isinstance(process, Ally):
                break
            process.step(model)
    state = other.state
    live = np.flatnonzero(state.alliances["ended"] < 0)
    gone = live[np.argmax(state.alliances["members"][live])]
    state.organisations["alliance"][state.organisations["alliance"] == gone] = -1
    stays = np.flatnonzero(state.organisations["alliance"] >= 0)
    assert len(stays) > 5
    for model in (one, other):
        Ally()._share(model)
    held = [model.state.organisations["portfolio"][stays] for model in (one, other)]
    assert np.array_equal(*held)
    assert not np.array_equal(one.state.organisations["held"], other.state.organisations["held"])
