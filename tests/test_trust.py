"""Trust: each of its rules by itself, what must hold of it whatever happens, and its plain twin, draw for draw."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, with_process
from ecosim.measures import trust_measures
from ecosim.processes import Trust
from ecosim.reproduction import NextGeneration
from ecosim.state import State
from tests.test_reference_twin import Case, start

SMALL: dict[str, Any] = {"firms": 108, "labs": 12, "clusters": 4, "base_drive": 0.3, "seed": 2, "reproduction_every": 0}
STILL = {"trust_gain": 0.0, "trust_failure": 0.0, "trust_disuse": 0.0}
BARREN = {"base_drive": 0.0}  # nothing comes of any meeting


def play(months: int = 12, **arguments: Any) -> EcosystemModel:
    return EcosystemModel(**{**SMALL, "trust": True, **arguments}).run(months)


def met_over(state: State) -> Counter[int]:
    """Return how often the month's meetings went over each tie, by the lower of its two places."""
    tie = state.meetings.tie[state.meetings.tie >= 0]
    return Counter(np.minimum(tie, state.ties.mirror[tie]).tolist())


# -- off ------------------------------------------------------------------------------------------------------


def test_off_it_leaves_no_trace() -> None:
    plain = EcosystemModel(**SMALL).run(24)
    other = EcosystemModel(
        **SMALL, initial_trust=0.9, trust_gain=1.0, trust_failure=1.0, trust_disuse=1.0, trust_pull=50, trust_copying=50
    ).run(24)
    assert "trust" not in [process.name for process in plain.processes]
    assert len(plain.state.ties.trust) == len(plain.state.ties.weight) == len(plain.state.meetings.tie) == 0
    assert plain.state.fingerprint() == other.state.fingerprint()
    there = EcosystemModel(**SMALL, processes=with_process(Trust(), before="forget")).run(24)
    assert there.state.fingerprint() == plain.state.fingerprint()
    assert play(24).state.fingerprint()["bricks.birth"] != plain.state.fingerprint()["bricks.birth"]


def test_without_effect_it_changes_no_hybrid() -> None:
    """Trust that neither pulls nor raises copying is only watched. (Shares are those of the ties to float32.)"""
    watched, plain = play(24, trust_pull=0.0, trust_copying=0.0), EcosystemModel(**SMALL).run(24)
    assert watched.state.ties.trust.std() > 0.05
    mine, usual = watched.state.fingerprint(), plain.state.fingerprint()
    assert mine["bricks.identity"] == usual["bricks.identity"]
    assert mine["organisations.portfolio"] == usual["organisations.portfolio"]


def test_no_draw_of_the_first_month_depends_on_it() -> None:
    """Who meets whom in month 0, and what is drawn and tried: the same bits, whatever trust is."""
    worlds = [
        EcosystemModel(**SMALL),
        EcosystemModel(**SMALL, trust=True, trust_copying=0.0),
        EcosystemModel(**SMALL, trust=True, initial_trust=1.0, trust_gain=0.9, trust_pull=99.0, trust_copying=0.0),
    ]
    first, *others = (world.run(1).state for world in worlds)
    for other in others:
        for column in ("base", "initiator", "partner", "layer", "drawn", "fruit"):
            assert np.array_equal(getattr(first.meetings, column), getattr(other.meetings, column)), column
        assert first.fingerprint()["organisations.portfolio"] == other.fingerprint()["organisations.portfolio"]


# -- each rule by itself --------------------------------------------------------------------------------------


def test_success_alone_raises() -> None:
    model = play(0, **{**STILL, "trust_gain": 0.5}, trust_copying=0.0)
    state = model.state
    for _ in range(12):
        before = state.ties.trust.astype(np.float64)
        model.step()
        tie = state.meetings.tie
        fruit = Counter(np.minimum(tie, state.ties.mirror[tie])[(tie >= 0) & (state.meetings.fruit > 0)].tolist())
        rises = np.array([fruit[min(e, m)] for e, m in enumerate(state.ties.mirror.tolist())])
        assert np.allclose(state.ties.trust, 1 - (1 - before) * 0.5**rises, atol=1e-6)
    assert (state.ties.trust > 0.6).mean() > 0.01
    assert (play(12, **{**STILL, "trust_gain": 0.5}, **BARREN).state.ties.trust == np.float32(0.3)).all()


def test_failure_alone_lowers() -> None:
    model = play(0, **{**STILL, "trust_failure": 0.1}, **BARREN)
    state = model.state
    met: Counter[int] = Counter()
    for _ in range(12):
        model.step()
        met.update(met_over(state))
    times = np.array([met[min(e, m)] for e, m in enumerate(state.ties.mirror.tolist())])
    assert times.max() > 3
    assert np.allclose(state.ties.trust, 0.3 * 0.9**times, atol=1e-6)


def test_disuse_alone_lowers() -> None:
    model = play(0, **{**STILL, "trust_disuse": 0.1})
    state = model.state
    silent = np.zeros(len(state.ties.partner), np.int64)
    for _ in range(12):
        model.step()
        met = met_over(state)
        silent += [min(e, m) not in met for e, m in enumerate(state.ties.mirror.tolist())]
    assert 0 < silent.min() < silent.max() == 12
    assert np.allclose(state.ties.trust, 0.3 * 0.9**silent, atol=1e-6)


def test_pull_makes_partners_meet_again() -> None:
    """Of the last year's meetings over ties, a larger share repeats a pair of that year; the network closes in."""

    def repeated(pull: float) -> tuple[float, float]:
        model = play(48, trust_pull=pull, trust_copying=0.0, initial_trust=0.0)
        met: Counter[int] = Counter()
        for _ in range(12):
            model.step()
            met.update(met_over(model.state))
        return 1 - len(met) / met.total(), trust_measures(model.state)["closure"]

    (strong, closed), (none, open_) = repeated(30.0), repeated(0.0)
    assert strong > 1.15 * none
    assert closed > 1.3 * open_


def test_copying_raises_copies() -> None:
    def copies(factor: float) -> int:
        return int(play(36, trust_copying=factor, trust_pull=0.0).state.history.column("copies").sum())

    assert copies(0.0) > 20
    assert copies(3.0) > 1.5 * copies(0.0)
    # never more than certain: in month 0 every drawn hybrid that can be copied over a tie is
    certain = {"seeded_share": 1.0, "transmissibility": 0.5, "base_drive": 0.0, "initial_trust": 1.0}
    sure, beyond = play(1, **certain, trust_copying=1.0), play(1, **certain, trust_copying=1000.0)
    assert sure.state.fingerprint()["organisations.portfolio"] == beyond.state.fingerprint()["organisations.portfolio"]


def test_what_fruit_is() -> None:
    """A birth, an improvement, a copy: each is one, and nothing else is."""
    born = play(1, transmissibility=0.0).state
    done = sum(int(born.history.column(name)[0]) for name in ("spontaneous", "recombinant", "incremental"))
    assert 0 < done == born.meetings.fruit.sum()
    copied = play(1, base_drive=0.0, seeded_share=1.0, transmissibility=1.0).state
    copies = int(copied.history.column("copies")[0])
    assert 0 < copied.meetings.fruit.sum() <= copies <= 2 * copied.meetings.fruit.sum()
    assert play(1, **BARREN).state.meetings.fruit.sum() == 0


def test_who_left_after_the_meeting_did_not_fail() -> None:
    """A meeting that is called off counts as none."""
    model = play(0, **{**STILL, "trust_failure": 1.0}, **BARREN)
    for process in model.processes:
        if process.name == "trust":
            model.state.meetings.partner[:] = -1
        process.step(model)
    assert (model.state.ties.trust == np.float32(0.3)).all()


# -- what always holds ----------------------------------------------------------------------------------------


def check_ties(state: State) -> None:
    """Ties in order, the same at both ends, trust between 0 and 1, shares that follow from weight and trust."""
    ties, pull = state.ties, state.parameters.trust.trust_pull
    rows = np.repeat(np.arange(len(ties.start) - 1), np.diff(ties.start))
    assert np.all((np.diff(ties.partner) > 0) | (np.diff(rows) > 0))
    assert np.array_equal(ties.mirror[ties.mirror], np.arange(len(rows)))
    assert np.array_equal(rows[ties.mirror], 3 * ties.partner.astype(np.int64) + rows % 3)
    assert np.array_equal(ties.partner[ties.mirror], rows // 3)
    assert np.array_equal(ties.trust, ties.trust[ties.mirror])
    assert 0 <= ties.trust.min() <= ties.trust.max() <= 1
    drawing = ties.weight.astype(np.float64) * (1 + pull * ties.trust.astype(np.float64))
    for row in np.unique(rows):
        here = slice(ties.start[row], ties.start[row + 1])
        assert np.allclose(ties.cumulative[here], np.cumsum(drawing[here]) / drawing[here].sum(), atol=1e-6)
        assert ties.cumulative[here][-1] == 1.0
        assert np.all(np.diff(ties.cumulative[here]) >= 0)


@pytest.mark.parametrize("pull", [0.0, 3.0, 1000.0])
def test_ties_stay_in_order(pull: float) -> None:
    check_ties(play(24, trust_pull=pull).state)
    check_ties(play(6, trust_pull=pull, trust_gain=1.0, trust_failure=1.0, initial_trust=1.0).state)


def test_weights_of_a_row_have_the_mean_1_and_the_ratios_of_the_shares() -> None:
    state = play(0).state
    size = np.diff(state.ties.start)
    rows = np.repeat(np.arange(len(size)), size)
    mean = np.bincount(rows, state.ties.weight, len(size))[size > 0] / size[size > 0]
    assert np.allclose(mean, 1, atol=1e-5)
    assert np.allclose(state.ties.weight / size[rows], state.ties.weights(), atol=1e-6)


def test_ties_change_in_place() -> None:
    model = play(1)
    ties = model.state.ties
    arrays = [id(array) for array in vars(ties).values()]
    model.run(3)
    assert model.state.ties is ties
    assert [id(array) for array in vars(ties).values()] == arrays


def test_same_seed_same_bits() -> None:
    assert play(24).state.fingerprint() == play(24).state.fingerprint()
    assert play(24, seed=3).state.fingerprint()["ties.trust"] != play(24).state.fingerprint()["ties.trust"]


# -- what is measured -----------------------------------------------------------------------------------------


def test_reproduction_follows_the_present_shares() -> None:
    """An operator that has looked before says the same as one that has not; and copying over trusted ties counts."""
    model = play(6, trust_pull=50.0)
    used = NextGeneration()
    earlier = used.evaluate(model.state)
    model.run(24)
    fresh = NextGeneration().evaluate(model.state)
    assert used.evaluate(model.state) == fresh != earlier
    rates = [NextGeneration()._meeting_rates(model.state).pair]
    model.state.ties.cumulative[:] = play(0).state.ties.cumulative
    rates.append(NextGeneration()._meeting_rates(model.state).pair)
    assert not np.allclose(*rates)

    model = play(12, transmissibility=0.05)
    parameters = model.state.parameters
    model.state.parameters = parameters.with_values({"trust.trust_copying": 0.0})
    without = NextGeneration().evaluate(model.state)
    model.state.parameters = parameters.with_values({"trust.trust_copying": 3.0})
    assert NextGeneration().evaluate(model.state) > 1.02 * without


def test_measures_say_what_they_say() -> None:
    model = play(12, bridge_openness=0.5)
    state = model.state
    for row in (0, 5, 11):
        model.close_organisation(row)
    ties, alive = state.ties, state.alive
    shares, weights = state.parameters.layer_shares, state.ties.weights()
    effective, top = [], []
    for i in np.flatnonzero(alive).tolist():
        chance: Counter[int] = Counter()
        inside = weights[ties.start[3 * i] : ties.start[3 * i + 1]][alive[ties.of(i, 0)]]
        top.append(np.sort(inside)[-3:].sum() / inside.sum())
        for layer in range(3):
            scale = shares[layer]
            if layer == 1:
                scale *= 0.5 * float(state.clusters["brokerage"][state.organisations["cluster"][i]])
            for e in range(ties.start[3 * i + layer], ties.start[3 * i + layer + 1]):
                if alive[ties.partner[e]]:
                    chance[int(ties.partner[e])] += scale * weights[e]
        p = np.array(sorted(chance.values(), reverse=True)) / chance.total()
        effective.append(1 / (p**2).sum())
    found = trust_measures(state)
    assert found["mean_trust"] == pytest.approx(ties.trust.mean(), rel=1e-5)
    assert found["effective_partners"] == pytest.approx(np.mean(effective), rel=1e-5)
    assert found["closure"] == pytest.approx(np.mean(top), rel=1e-5)  # all start as many meetings
    off = trust_measures(EcosystemModel(**SMALL).state)
    assert np.isnan(off["mean_trust"])
    assert 0 < off["closure"] < 1 < off["effective_partners"]
    alone = trust_measures(EcosystemModel(**SMALL, cluster_degree=0, bridge_degree=0, science_degree=0).state)
    assert np.isnan([alone["effective_partners"], alone["closure"]]).all()


# -- the twin -------------------------------------------------------------------------------------------------

ON = {"mechanisms.trust": True, "latent.base_drive": 0.3}
CASES = {
    "default": Case(ON, {"recombinant": 120, "copies": 10}, months=36),
    "strong pull, much copying": Case(
        {**ON, "trust.trust_pull": 40.0, "trust.trust_copying": 20.0, "medium.transmissibility": 0.1},
        {"recombinant": 120, "copies": 500},
    ),
    "quick to trust, quick to lose it": Case(
        {**ON, "trust.initial_trust": 0.0, "trust.trust_gain": 0.9, "trust.trust_failure": 0.5,
         "trust.trust_disuse": 0.2},
        {"recombinant": 100},
    ),
    "some are gone": Case(ON, {"recombinant": 100}, gone=12),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_twin_and_compiled_month_agree(case: Case) -> None:
    both = start(case)
    both.play(case.months)
    assert len(both.twin.trust) * 2 == len(both.state.ties.trust)
    assert len({round(value, 4) for value in both.twin.trust.values()}) > 20
    missing = {name: both.done[name] for name, least in case.happened.items() if both.done[name] < least}
    assert not missing, f"too little happened for a comparison to mean much: {missing}, of {dict(both.done)}"


@pytest.mark.parametrize("number", range(6))
def test_twin_and_compiled_month_agree_on_random_trust(number: int) -> None:
    pick = random.Random(number)
    values = {
        "mechanisms.trust": True,
        "latent.base_drive": pick.uniform(0.1, 1),
        "medium.transmissibility": pick.random(),
        "medium.meeting_rate": pick.uniform(1, 5),
        "medium.science_share": pick.random(),
        "medium.science_degree": pick.uniform(0, 6),
        "medium.bridge_openness": pick.random(),
        "population.labs": pick.randint(0, 20),
        **{f"trust.{name}": pick.random() for name in ("initial_trust", "trust_gain", "trust_failure", "trust_disuse")},
        "trust.trust_pull": 10 ** pick.uniform(-1, 3),
        "trust.trust_copying": 10 ** pick.uniform(-1, 3),
    }
    start(dataclasses.replace(CASES["default"], values=values, seed=number, gone=pick.randint(0, 3))).play(12)
