"""What a visitor has set: changes to a world, and what is played because of them."""

from __future__ import annotations

import dataclasses

import pytest

from dashboards.setup import OWN, STORIES, Lever, Setup, World, own_levers, story
from ecosim import EcosystemModel, Scenario
from ecosim.errors import EcosimError, ParameterError, ScenarioError
from ecosim.specs import LEVERS, PolicySpec


def test_a_value_that_is_the_storys_own_is_no_change():
    world, setup = story("fintech"), Setup("fintech")
    changed = setup.with_value("dials.medium_dial", 0.4, world)
    assert changed.values == (("dials.medium_dial", 0.4),)
    assert changed.with_value("dials.medium_dial", 1, world) == setup


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ParameterError, match="highest_margin"):
        Setup("fintech").with_value("chain.lowest_margin", 0.5, story("fintech"))


@pytest.mark.parametrize(
    ("lever", "field"),
    [
        (Lever(1.1), "intensity"), (Lever(float("nan")), "intensity"), (Lever(True), "intensity"),
        (Lever("1"), "intensity"), (Lever(None), "intensity"), (Lever(10**400), "intensity"),  # type: ignore[arg-type]
        (Lever(1, -1), "start"), (Lever(1, 1.5), "start"), (Lever(1, None), "start"),  # type: ignore[arg-type]
        (Lever(1, 10**5000), "start"), (Lever(1, 0, 0), "length"), (Lever(1, 0, -3), "length"),
        (Lever(1, 0, None, -1), "budget"), (Lever(1, 0, None, float("inf")), "budget"),
        (Lever(1, 0, None, "9"), "budget"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_lever_that_is_not_allowed_names_its_field(lever, field):
    with pytest.raises(ScenarioError, match=f"training: {field} = .*allowed is"):
        Setup("fintech").with_lever("training", lever, story("fintech"))


def test_an_unknown_lever_gets_the_nearest():
    with pytest.raises(ScenarioError, match="did you mean 'training'"):
        Setup("fintech").with_lever("trainings", Lever(1), story("fintech"))


def test_a_lever_at_rest_is_no_change_whatever_its_months():
    assert Setup("fintech").with_lever("equity", Lever(0, 24, 12, 5.0), story("fintech")) == Setup("fintech")


def test_a_lever_becomes_a_policy():
    world = story("fintech")
    played = Setup("fintech").with_lever("training", Lever(0.5, 12, 60, 1000), world).scenario(world)
    assert played.policies == (PolicySpec("training", "training", 0.5, 12, 72, 1000.0),)


def test_a_storys_own_policy_keeps_what_a_lever_does_not_say():
    world = story("viameca")
    assert own_levers(world.scenario)["training"].intensity == 1
    played = Setup("viameca").with_lever("training", Lever(0.5), world).scenario(world)
    assert [(row.stage, row.intensity) for row in played.policies] == [("forging", 0.5)]
    assert Setup("viameca").with_lever("training", Lever(), world).scenario(world).policies == ()


def test_a_policy_of_another_levers_name_is_no_obstacle():
    scenario = dataclasses.replace(story("levers").scenario, policies=(PolicySpec("training", "equity"),))
    world = World(OWN, scenario)
    played = Setup(OWN).with_lever("training", Lever(1), world).scenario(world)
    assert {row.lever for row in played.policies} == {"equity", "training"}


def test_levers_act_in_a_story_with_an_economy_but_without_policies():
    world = story("alfadir")
    assert not world.scenario.parameters.mechanisms.policies
    pulled = Setup("alfadir").with_lever("training", Lever(1), world)
    assert pulled.idle(world) == ""
    assert pulled.scenario(world).parameters.mechanisms.policies
    off = Setup("fintech").with_value("mechanisms.policies", False, story("fintech"))
    assert off.idle(story("fintech")) == "policies_off"
    assert Setup("three-ingredients").idle(story("three-ingredients")) == "no_economy"


def test_switching_policies_on_changes_nothing_by_itself():
    scenario = dataclasses.replace(story("alfadir").scenario, months=30)
    with_switch = scenario.with_values({"mechanisms.policies": True})
    runs = [EcosystemModel(one, seed=1).run().months for one in (scenario, with_switch)]
    assert runs[0].equals(runs[1])


def test_the_baseline_keeps_assumptions_and_settings():
    world, setup = story("fintech"), Setup("fintech", seed=4, months=60)
    for path, value in (("dials.medium_dial", 0.4), ("clusters.encounters_per_year", 5), ("firms.wage", 4.0)):
        setup = setup.with_value(path, value, world)
    setup = setup.with_lever("equity", Lever(1), world)
    assert setup.baseline() == Setup("fintech", 4, 60, (("firms.wage", 4.0),))
    assert setup.without() == Setup("fintech", 4, 60)
    assert setup.without("assumption").values == (("clusters.encounters_per_year", 5.0), ("dials.medium_dial", 0.4))


def test_seed_and_months():
    world = story("fintech")
    assert Setup("fintech").with_months(120, world) == Setup("fintech")
    assert Setup("fintech").with_months(24, world).planned(world) == 24
    for bad in (0, -1, 1.5, True, "12", 10**6):
        with pytest.raises(ScenarioError, match="months"):
            Setup("fintech").with_months(bad, world)
    with pytest.raises(ParameterError, match="seed"):
        Setup("fintech").with_seed(-1)


def test_every_story_is_there_and_levers_can_be_read():
    for name in STORIES:
        assert set(own_levers(story(name).scenario)) == set(LEVERS)
    with pytest.raises(EcosimError, match="did you mean 'fintech'"):
        story("fintec")
    assert isinstance(story("fintech").scenario, Scenario)
