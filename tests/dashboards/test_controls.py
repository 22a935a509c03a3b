"""The controls: what is shown is what is declared, in both languages; what a browser asks for can be anything."""

from __future__ import annotations

import json

import pytest

from dashboards import controls
from dashboards.setup import STORIES, Lever, Setup, story
from dashboards.text import LANGUAGES, words
from ecosim.errors import EcosimError
from ecosim.parameters import declarations, find_declaration
from ecosim.specs import LEVERS

EN = words("en")


def panes(language="en", name="fintech"):
    return {pane["name"]: pane for pane in controls.form(words(language), story(name))["panes"]}


def paths(pane):
    return [one["path"] for group in pane["groups"] for one in group["controls"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_every_declared_parameter_stands_in_the_pane_of_its_role(language, name):
    found = panes(language, name)
    for pane, role in (
        ("dials", "dial"),
        ("federation", "lever"),
        ("assumptions", "assumption"),
        ("settings", "setting"),
    ):
        assert sorted(paths(found[pane])) == sorted(one.path for one in declarations() if one.role == role)
    assert [one["name"] for one in found["levers"]["levers"]] == list(LEVERS)
    assert json.loads(json.dumps(list(found.values()), allow_nan=False)) == list(found.values())


def test_a_slider_can_reach_the_storys_value_and_ends_within_what_is_allowed():
    for name in STORIES:
        for pane in panes(name=name).values():
            for one in (one for group in pane["groups"] for one in group["controls"] if one["step"]):
                assert one["least"] <= one["low"] <= one["own"] <= one["high"] <= one["most"], one["path"]
                assert 40 <= (one["high"] - one["least"]) / one["step"] <= 200 or one["step"] == 1, one["path"]
                assert "e-" not in str(round(one["low"] / one["step"], 9))


def test_texts_are_the_same_keys_in_both_languages():
    english, french = (set(words(language).known) for language in ("en", "fr"))
    mine = ("controls.", "stories.", "units.", "upload.")
    assert {key for key in english if key.startswith(mine)} == {key for key in french if key.startswith(mine)}
    for name in STORIES:
        key = name.replace("-", "_")
        for language in LANGUAGES:
            assert 2 <= words(language)(f"stories.{key}_story").count(". ") + 1 <= 5 or "?" in words(language)(
                f"stories.{key}_story"
            )
            assert len(words(language)(f"stories.{key}_title")) < 80


def test_in_french_nothing_of_the_form_is_english():
    english = {text for key, text in words("en").known.items() if key.startswith("controls.") and len(text) > 12}
    english |= {one.english for one in declarations()}

    def texts(data):
        if isinstance(data, dict):
            for key, value in data.items():
                if key not in ("path", "source", "name", "barrier"):
                    yield from texts(value)
        elif isinstance(data, list):
            for value in data:
                yield from texts(value)
        elif isinstance(data, str):
            yield data

    assert not english & set(texts(list(panes("fr").values())))


def test_how_everything_stands():
    world = story("fintech")
    setup = Setup("fintech").with_value("dials.medium_dial", 0.4, world).with_value("firms.wage", 4, world)
    setup = setup.with_lever("equity", Lever(0.5, 12), world).with_value("clusters.encounters_per_year", 3, world)
    found = controls.state(EN, setup, world, 7)
    assert found["turn"] == 7
    assert found["values"]["dials.medium_dial"] == 0.4
    assert found["levers"]["equity"] == {"intensity": 0.5, "start": 12, "length": None, "budget": None}
    assert (found["pulled"], found["idle"]) == (["equity"], "")
    assert found["summary"] == "Changed: 1 dial, 2 levers, 1 assumption."
    assert controls.summary(words("fr"), setup) == "Modifié : 1 curseur, 2 leviers, 1 hypothèse."
    assert controls.summary(EN, Setup("fintech")) == ""


def test_a_levers_words_follow_the_assumptions():
    world = story("fintech")
    setup = (
        Setup("fintech")
        .with_value("barriers.training_cost", 2.5, world)
        .with_value("barriers.equity_ticket", 250, world)
    )
    told = controls.state(EN, setup, world)["told"]
    assert "2.5 k€ a month for each firm" in told["training"]["cost"]
    assert "250 k€" in told["equity"]["barrier"]
    assert "250 k€" in told["equity"]["cost"]


def test_levers_say_why_they_have_no_effect():
    world = story("three-ingredients")
    assert "no economy" in controls.state(EN, Setup("three-ingredients"), world)["idle"]
    with pytest.raises(EcosimError):
        controls.asked(Setup("three-ingredients"), world, "lever", {"name": "equity", "intensity": 1, "start": 0})


def test_what_the_widget_asks_for():
    world, setup = story("fintech"), Setup("fintech", seed=5)
    one = controls.asked(setup, world, "value", {"path": "dials.medium_dial", "value": 0.4})
    assert one.values == (("dials.medium_dial", 0.4),)
    two = controls.asked(
        one, world, "lever", {"name": "equity", "intensity": 1, "start": 3, "length": None, "budget": 5}
    )
    assert two.levers == (("equity", Lever(1, 3, None, 5)),)
    three = controls.asked(two, world, "value", {"path": "firms.wage", "value": 5})
    assert controls.asked(three, world, "reset", {"what": "assumption"}) == two
    assert controls.asked(two, world, "reset", {"what": "lever.equity"}) == one
    assert controls.asked(one, world, "reset", {"what": "dials.medium_dial"}) == setup
    assert controls.asked(three, world, "reset", {"what": "all"}) == setup


@pytest.mark.parametrize("event", ["value", "lever", "reset", "else"])
@pytest.mark.parametrize(
    "data",
    [
        None, 3, "x", [], {}, {"path": None}, {"path": []}, {"path": "x" * 10_000}, {"path": "firms.wage"},
        {"path": "firms.wage", "value": "4"}, {"path": "firms.wage", "value": [1]}, {"path": "firms.wage", "value": {}},
        {"path": "firms.wage", "value": float("nan")}, {"path": "firms.wage", "value": True},
        {"path": "firms.wage", "value": 10**400}, {"path": "population.firms", "value": 0.5},
        {"path": "mechanisms.trust", "value": 1}, {"path": "__class__", "value": 1}, {"name": "equity"},
        {"name": "equity", "intensity": "1", "start": 0}, {"name": "x", "intensity": 1, "start": 0}, {"name": {}},
        {"name": "equity", "intensity": 1, "start": 10**30}, {"what": 3}, {"what": "x"}, {"what": "lever.x"},
    ],
)  # fmt: skip
def test_whatever_a_browser_asks_for_is_refused_in_words(event, data):
    with pytest.raises(EcosimError):
        controls.asked(Setup("fintech"), story("fintech"), event, data)


def test_names_of_dials_and_levers_are_plain_words():
    for language in LANGUAGES:
        found = panes(language)
        labels = [
            one["label"]
            for pane in ("dials", "federation")
            for group in found[pane]["groups"]
            for one in group["controls"]
        ]
        assert len(set(labels)) == 5
        assert not any("_" in label for label in labels)
    assert find_declaration("medium_dial").role == "dial"
