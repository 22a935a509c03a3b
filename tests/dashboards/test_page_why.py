"""What the page Why has under way and says of it, without a browser."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")

from waiting import until

import dashboards.pages.why_playing as under_way
from dashboards.limits import Limits
from dashboards.pages.why import _allowed, _standing
from dashboards.pages.why_playing import Pass, Study, Tracing
from dashboards.playing import Pool
from dashboards.reasons.ablating import Row
from dashboards.reasons.cases import cases
from dashboards.reasons.families import Families
from dashboards.reasons.work import missing
from dashboards.setup import Setup, story
from dashboards.text import words
from ecosim.errors import EcosimError

WORLD = story("three-ingredients")
SMALL = Setup("three-ingredients", months=12).with_value("population.firms", 60, WORLD)
KEY = (SMALL, WORLD)
WHOLE = SMALL.scenario(WORLD)
EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def a_pool() -> Iterator[Pool]:
    made = Pool(Limits(workers=1, organisations=5_000))
    yield made
    made.close()


@pytest.fixture
def pool(a_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr(under_way, "the_pool", lambda: a_pool)
    under_way.study.value = Study()
    under_way.families.value = None
    return a_pool


def begun(key: Any = KEY, seeds: tuple[int, ...] = (1,)) -> Pass:
    found = cases(*key)
    kept = under_way.study.peek()
    runs = missing(found, seeds, kept.rows if kept.of == key else {})
    made = Pass(key, key[0].scenario(key[1]), runs, "me", EN, heavy=False)
    made.begin()
    return made


def test_what_has_come_is_kept_and_only_the_rest_is_played(pool: Pool) -> None:
    number = len(cases(*KEY))
    begun()
    until(lambda: len(under_way.study.peek().rows) == number)
    first = dict(under_way.study.peek().rows)
    begun(seeds=(1, 2))
    assert under_way.progress.peek().total == number
    until(lambda: len(under_way.study.peek().rows) == 2 * number)
    assert {name: under_way.study.peek().rows[name] for name in first} == first
    assert under_way.progress.peek().done == number
    assert under_way.study.peek().problem is None


def test_nothing_of_another_setup_is_shown(pool: Pool) -> None:
    one = begun(seeds=(1, 2, 3))
    one.cancel()
    other = (Setup("three-ingredients", seed=7, months=3).with_value("population.firms", 50, WORLD), WORLD)
    begun(other, seeds=(7,))
    until(lambda: len(under_way.study.peek().rows) == len(cases(*other)))
    assert under_way.study.peek().of == other
    late = Row("labs", 99, {"hybrids": 1.0}, 0.1)
    one._tell({("labs", 99): late}, 5, 1.0)  # was on its way
    assert {seed for _, seed in under_way.study.peek().rows} == {7}


def test_what_is_too_large_here_is_refused_in_words(pool: Pool) -> None:
    large = (Setup("three-ingredients").with_value("population.firms", 6_000, WORLD), WORLD)
    begun(large)
    until(lambda: under_way.study.peek().problem is not None)
    assert "5,000" in str(under_way.study.peek().problem)
    Tracing(large, large[0].scenario(WORLD), "me", FR, heavy=False).begin()
    until(lambda: under_way.families.peek() is not None)
    assert isinstance(under_way.families.peek()[1], EcosimError)  # type: ignore[index]
    assert "5\u202f000" in str(under_way.families.peek()[1])  # type: ignore[index]
    assert under_way.traced(large) is not None
    assert under_way.traced(KEY) is None


def test_families_of_the_run_that_is_set(pool: Pool) -> None:
    Tracing(KEY, WHOLE, "me", EN, heavy=False).begin()
    until(lambda: under_way.traced(KEY) is not None)
    assert isinstance(under_way.traced(KEY), Families)


def test_families_that_nobody_waits_for_are_not_shown(pool: Pool) -> None:
    made = Tracing(KEY, WHOLE, "me", EN, heavy=False)
    made.cancel()
    made.begin()
    until(lambda: pool.busy() == (0, 0))
    time.sleep(0.1)
    assert under_way.families.peek() is None


def standing(say: Any, **changed: Any) -> str:
    values: dict[str, Any] = {
        "active": False, "stopped": False, "large": False, "problem": None, "runs": 1700, "left": 0, "each": 1.0,
        "seeds": range(3, 13), "months": 120,
    }  # fmt: skip
    return _standing(say, **(values | changed))


def test_how_it_stands_in_words(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.pages.why.the_pool", lambda: pool)
    assert standing(EN) == (
        "All 1,700 runs are played: 10 histories of 120 months (seeds 3 to 12) with everything, and without each thing "
        "in turn."
    )
    assert standing(FR).startswith("Les 1\u202f700 simulations sont faites")
    assert standing(EN, stopped=True, left=700) == "Stopped: 1,000 of 1,700 runs are played and counted."
    assert standing(EN, left=1700) == "1,700 runs to play, about 28\u00a0min."
    assert standing(EN, left=1700, each=None).endswith("how long each takes is not known yet.")
    assert standing(EN, left=1700, large=True).startswith(
        "This ecosystem is large: it is played when you ask for it. 1,7"
    )
    assert standing(FR, problem=EcosimError("assez")) == "Tout n'a pas pu être joué\u00a0: assez"
    under_way.progress.value = type(under_way.progress.peek())(0, 100, 1.0)
    assert standing(EN, active=True, left=100) == "Waiting for a free processor."
    under_way.progress.value = type(under_way.progress.peek())(1, 100, 0.0)
    assert standing(EN, active=True, left=99, runs=100) == "1 of 100 runs played."
    under_way.progress.value = type(under_way.progress.peek())(25, 100, 9.6)
    assert standing(EN, active=True, left=75, runs=100) == "25 of 100 runs played, about 30\u00a0s to go."
    assert standing(FR, active=True, left=75, runs=100) == "25 simulations sur 100, encore 30\u00a0s environ."


def test_a_server_may_allow_fewer_histories() -> None:
    assert [_allowed(most) for most in (100, 10, 2)] == [[5, 10, 20], [5, 10], [2]]


def test_both_languages_say_the_same() -> None:
    english, french = EN.page("why"), FR.page("why")
    assert set(english) == set(french)
    for key, text in english.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (text, french[key])]
        assert fields[0] == fields[1], key
        assert not re.search(r"(?<![\u00a0\u202f])[:;?!»%](?!\w)", french[key]), french[key]


def test_no_word_is_left_that_nobody_says() -> None:
    root = Path(under_way.__file__).parents[1]
    files = [*(root / "reasons").glob("*.py"), *(root / "pages").glob("why*.py"), *(root / "components").glob("why*")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    mechanisms = {"trust", "alliances", "value_chain", "markets", "frames", "users", "firm_life", "exits", "startups",
                  "policies", "attractors", "cognitive_distance", "copying", "forgetting", "labs", "bridges",
                  "digital_layer"}  # fmt: skip
    started = ("outcome_", "less_", "more_", "says_", "head_", "without_", "mechanisms_", "changes_")
    for key in EN.page("why"):
        said = re.search(rf'why\.{key}"|words\.{key}\b|"{key}"', text)
        assert said or key in mechanisms or key.startswith(started), key
