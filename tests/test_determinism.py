"""Same seed, same bits; and a draw depends on nothing but what it decides about."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np

from ecosim import EcosystemModel, Process, with_process
from ecosim.streams import uniforms

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
