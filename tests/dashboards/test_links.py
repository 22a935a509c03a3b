"""Links: what is set survives them; what strangers write into them is named, left out and never more than text."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import links
from dashboards.setup import FIRST, OWN, STORIES, Lever, Setup, story
from dashboards.text import LANGUAGES
from ecosim.errors import EcosimError
from ecosim.parameters import declarations
from ecosim.specs import LEVERS


@st.composite
def setups(draw):
    name = draw(st.sampled_from(STORIES))
    world, setup = story(name), Setup(name, seed=draw(st.integers(0, 2**63 - 1)))
    if draw(st.booleans()):
        setup = setup.with_months(draw(st.integers(1, 100_000)), world)
    for one in draw(st.lists(st.sampled_from(declarations()), max_size=6)):
        if one.type is bool:
            value = draw(st.booleans())
        elif one.type is int:
            value = draw(st.integers(int(one.low), int(one.high)))
        else:
            value = draw(st.floats(one.low, one.high))
        try:
            setup = setup.with_value(one.path, value, world)
        except EcosimError:
            continue  # does not fit to the others
    for lever in draw(st.lists(st.sampled_from(list(LEVERS)), max_size=3)):
        pulled = Lever(
            draw(st.floats(0, 1)), draw(st.integers(0, 100_000)), draw(st.none() | st.integers(1, 100_000)),
            draw(st.none() | st.floats(0, 1e12)),
        )  # fmt: skip
        setup = setup.with_lever(lever, pulled, world)
    return setup


@settings(max_examples=150, deadline=None)
@given(setups(), st.sampled_from(list(LANGUAGES)))
def test_a_link_is_read_back_as_it_was_written(setup, language):
    assert links.read(links.query(setup, language)) == (setup, language, [])


def test_a_link_can_be_read_by_people():
    world = story("fintech")
    setup = Setup("fintech", 3, 96).with_value("dials.medium_dial", 0.4, world)
    setup = setup.with_lever("training", Lever(0.5, 12, 60, 1000), world).with_lever("equity", Lever(1), world)
    assert links.query(setup, "fr") == (
        "lang=fr&story=fintech&seed=3&months=96&dials.medium_dial=0.4&lever.equity=1,0,,&lever.training=0.5,12,60,1000"
    )


def test_an_ecosystem_of_ones_own_is_not_in_a_link():
    search = links.query(Setup(OWN, 3, 96, (("dials.medium_dial", 0.4),)), "fr")
    found = links.read(search)
    assert (found.setup, found.language) == (Setup(FIRST), "fr")
    assert "déposez" in found.problems[0]


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("story=fintec", "did you mean 'fintech'"),
        ("story=../../etc/passwd", "no story"),
        ("story=", "no story"),
        ("lang=xx", "allowed are en, fr"),
        ("lang=", "allowed are en, fr"),
        ("sede=1", "did you mean 'seed'"),
        ("dials.medium_dail=1", "did you mean 'dials.medium_dial'"),
        ("medium_dial=0.5", "not known"),
        ("lever.trainin=1,0,,", "did you mean 'lever.training'"),
        ("seed=-1", "whole number"),
        ("seed=1.5", "whole number"),
        ("seed=1_000", "whole number"),
        ("seed=٣", "whole number"),
        ("seed=9999999999999999999", "2^63"),
        ("months=0", "from 1 to 100000"),
        ("months=1e2", "whole number"),
        ("dials.medium_dial=1.5", "from 0 to 1"),
        ("dials.medium_dial=NaN", "from 0 to 1"),
        ("dials.medium_dial=inf", "from 0 to 1"),
        ("dials.medium_dial=1e999", "from 0 to 1"),
        ("dials.medium_dial=１", "from 0 to 1"),
        ("dials.medium_dial=", "from 0 to 1"),
        ("dials.medium_dial=%00", "from 0 to 1"),
        ("dials.medium_dial=0x1", "from 0 to 1"),
        ("dials.medium_dial= 1", "from 0 to 1"),
        ("dials.medium_dial=true", "from 0 to 1"),
        ("population.firms=10.5", "whole number"),
        ("mechanisms.trust=1", "true or false"),
        ("mechanisms.trust=True", "true or false"),
        ("chain.lowest_margin=0.5", "must not be above"),
        ("lever.training=1", "four values"),
        ("lever.training=1,0,,,", "four values"),
        ("lever.training=2,0,,", "from 0 to 1"),
        ("lever.training=1,-1,,", "whole number"),
        ("lever.training=1,0,0,", "length"),
        ("lever.training=1,0,,-5", "budget"),
        ("lever.training=1,0,,1e13", "budget"),
        ("seed=%zz", "not correctly encoded"),
        ("seed=%", "not correctly encoded"),
        ("story=%ff", "not correctly encoded"),
        ("=1", "not known"),
        ("<script>alert(1)</script>=1", "not known"),
        ("__class__.__init__=1", "not known"),
        ("dials.__class__=1", "not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_left_out(search, words):
    found = links.read(search)
    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert found.setup == Setup(FIRST)


def test_what_is_right_is_taken_over_beside_what_is_wrong():
    found = links.read("?lang=fr&story=levers&seed=3&months=abc&dials.medium_dial=0.4&nonsense=1")
    assert found.setup == Setup("levers", 3, None, (("dials.medium_dial", 0.4),))
    assert len(found.problems) == 2
    assert "est admis un nombre entier" in found.problems[0]


def test_the_same_key_twice_counts_once():
    found = links.read("seed=3&seed=4")
    assert found.setup.seed == 3
    assert "twice" in found.problems[0]


def test_two_changes_that_only_fit_together_are_taken_over():
    found = links.read("chain.lowest_margin=0.3&chain.highest_margin=0.4")
    assert found.problems == []
    assert len(found.setup.values) == 2


def test_negative_nothing_is_nothing():
    assert links.read("dials.medium_dial=-0").setup.values == (("dials.medium_dial", 0.0),)


@pytest.mark.parametrize(
    "search",
    ["seed=" + "9" * 3900, "seed=" + "9" * 5000, "x" * 100_000, "&" * 3999, "a=1&" * 990, "=" * 3999, "%" * 3999,
     "dials.medium_dial=" + "9" * 3900, "lever.training=" + "," * 3900, "q" * 3999, ".".join("a" * 1900)],
)  # fmt: skip
def test_long_links_are_answered_at_once_in_a_few_words(search):
    began = time.perf_counter()
    found = links.read(search)
    assert time.perf_counter() - began < 1
    assert sum(map(len, found.problems)) < 1500
    assert found.setup == Setup(FIRST)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(
        st.tuples(
            st.sampled_from(["lang", "story", "seed", "months", "dials.medium_dial", "lever.equity"]),
            st.text(max_size=9),
        ),
        max_size=8,
    ).map(lambda pairs: "&".join(f"{key}={quote(value)}" for key, value in pairs))
)
def test_whatever_a_link_says_it_is_read(search):
    found = links.read(search)
    assert found.language in LANGUAGES
    found.setup.scenario(story(found.setup.world))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"), ("fr", "fr"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("de,fr;q=0.3,en;q=0.2", "fr"), ("de", "en"),
        ("en;q=0.4,fr;q=0.5", "fr"), ("*", "en"), ("fr;q=nan", "en"), ("fr;q=0", "en"), (";;;,,,q=", "en"),
        ("x" * 100_000, "en"),
    ],
)  # fmt: skip
def test_the_language_that_a_browser_asks_for(accepted, language):
    assert links.preferred(accepted) == language


def test_of_a_link_that_is_too_long_nothing_is_taken_over():
    found = links.read("seed=3&lang=fr&x=" + "y" * links.LONGEST, "fr")
    assert found.setup == Setup(FIRST)
    assert "trop long" in found.problems[0]
    assert links.read("seed=3&x=" + "y" * 3900).setup.seed == 3


def test_a_value_out_of_bounds_is_left_out_alone() -> None:
    found = links.read("story=fintech&dials.medium_dial=7&dials.attractor_dial=0.5&lever.training=0.5,0,,")
    assert found.setup.values == (("dials.attractor_dial", 0.5),)
    assert [name for name, _ in found.setup.levers] == ["training"]
    assert len(found.problems) == 1
    assert "dials.medium_dial" in found.problems[0]
