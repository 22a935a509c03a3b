"""The words of the pages: the same keys and values in both languages, nothing left untold."""

from __future__ import annotations

import math
import re
import string
from pathlib import Path

import pytest

from dashboards.text import LANGUAGES, words

ROOMS = Path(__file__).parents[2] / "dashboards"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_the_same_things() -> None:
    english = words("en").known
    assert len(english) > 300
    for code in LANGUAGES:
        other = words(code).known
        assert set(other) == set(english)
        assert {key for key in english if fields(other[key]) != fields(english[key])} == set()
        assert [key for key, text in other.items() if not text.strip()] == []


def test_french_is_not_left_in_english() -> None:
    english, french = words("en").known, words("fr").known
    said = {key: re.findall(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r"\{.*?\}", "", text)) for key, text in french.items()}
    assert {key for key in english if english[key] == french[key] and len(said[key]) > 2} == set()


def test_every_key_that_the_code_names_is_there() -> None:
    named = set()
    for path in ROOMS.rglob("*.py"):
        named |= set(re.findall(r"\bsay\(\s*\"([a-z_]+\.[a-z_0-9]+)\"", path.read_text(encoding="utf-8")))
    assert len(named) > 100
    assert named - set(words("en").known) == set()


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (1234567, "1,234,567", "1\u202f234\u202f567"), (0.1234, "0.123", "0,123"), (0, "0", "0"),
        (-1.5, "−1.50", "−1,50"),
        (-0.0, "0", "0"), (12.34, "12.3", "12,3"), (99.96, "100", "100"), (0.00123, "0.00123", "0,00123"),
        (math.nan, "–", "–"), (None, "–", "–"), (math.inf, "∞", "∞"), (-math.inf, "−∞", "−∞"), (250.0, "250", "250"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_language_does(value: float | None, english: str, french: str) -> None:
    assert words("en").number(value) == english
    assert words("fr").number(value) == french


def test_an_interval_is_told_apart_from_a_decimal_comma() -> None:
    assert words("en").interval(1.5, 1.0, 2.25) == "1.50 [1, 2.25]"
    assert words("fr").interval(1.5, 1.0, 2.25) == "1,50 [1 ; 2,25]"


def test_durations() -> None:
    told = [words("en").duration(seconds) for seconds in (0.2, 119, 120, 180)]
    assert told == ["1\u00a0s", "119\u00a0s", "2\u00a0min", "3\u00a0min"]
    assert words("fr").duration(60 * 1234) == "1\u202f234\u00a0min"
