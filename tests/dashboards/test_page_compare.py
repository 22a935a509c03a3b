"""What the page Compare says and draws, as plain data: sentences in both languages, tables, charts, CSV."""

from __future__ import annotations

import csv
import json
import math
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboards.charts.fan import fan
from dashboards.charts.forest import Row, forest
from dashboards.comparing import showing
from dashboards.comparing.bands import Fan
from dashboards.comparing.effects import Cost, Effect
from dashboards.comparing.entries import BASELINE, NOW, Entry, entries
from dashboards.comparing.replicates import Played
from dashboards.comparing.sentences import cost_words, effect_words, euros, headline, parameter_words, what_differs
from dashboards.comparing.table import as_csv
from dashboards.setup import Lever, Setup, story
from dashboards.text import LANGUAGES, words
from experiments.statistics import Interval

HOME = Path(showing.__file__).parents[1]
EN, FR = words("en"), words("fr")


def effect(outcome: str, *interval: float) -> Effect:
    return Effect(outcome, 20, 0, 100.0, 100.0 + interval[0], Interval(*interval), 0.1)


def texts(language: str) -> dict[str, str]:
    return tomllib.loads((HOME / "text" / language / "compare.toml").read_text("utf-8"))


def test_both_languages_have_the_same_words_and_places_for_values() -> None:
    en, fr = texts("en"), texts("fr")
    assert en.keys() == fr.keys()

    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert [key for key in en if places(en[key]) != places(fr[key])] == []
    assert [key for key in en if en[key] == fr[key]] == [key for key in en if key in SAME]


SAME = {"seconds", "minutes", "unit_revenue", "unit_alliances", "unit_export_sales", "unit_policy_spending"}


def test_every_word_that_is_asked_for_is_there() -> None:
    known = texts("en").keys()
    files = [
        *(HOME / "comparing").glob("*.py"),
        *(HOME / "components").glob("compare_*"),
        HOME / "pages" / "compare.py",
    ]
    text = "\n".join(file.read_text("utf-8") for file in files)
    asked = {*re.findall(r'"compare\.(\w+)"', text), *re.findall(r"'compare\.(\w+)'", text)}
    asked |= set(re.findall(r"words\.(\w+)", "\n".join(f.read_text("utf-8") for f in files if f.suffix == ".vue")))
    assert asked
    assert asked <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_says_how_much_more_or_less(language: str) -> None:
    say = words(language)
    more, less = effect("job_years", 1240.0, 980.0, 1500.0), effect("job_years", -1240.0, -1500.0, -980.0)
    between = {"en": "1,240 [980, 1,500]", "fr": "1\u202f240 [980 ; 1\u202f500]"}[language]
    assert between in effect_words(more, say)
    assert between in effect_words(less, say)  # so much less is a positive number
    assert effect_words(more, say) != effect_words(less, say)
    chance = effect_words(effect("hybrids", 1.0, -2.0, 4.0), say)
    assert "20" in chance
    assert "[−2" in chance


def test_the_headline_is_about_jobs_and_their_cost() -> None:
    known = [effect("job_years", 1240.0, 980.0, 1500.0), effect("policy_spending", 3200.0, 3100.0, 3300.0)]
    cost = [Cost("job_year", "known", Interval(2.6, 2.1, 3.3))]
    told, said = headline(Entry("0", "X", Setup("levers"), None, "k"), known, cost, EN)
    assert said
    assert told == (
        "With “X”, employment is 1,240 [980, 1,500] job-years higher than in the baseline, for 3.20\u00a0M€: "
        "2,600 [2,100, 3,300]\u00a0€ a job-year."
    )
    nothing = [effect("hybrids", 1.0, -2.0, 4.0), effect("r_theoretical", 0.0, -1.0, 1.0)]
    told, said = headline(Entry(NOW, "", Setup("levers"), None, "k"), nothing, [], EN)
    assert (told, said) == ("With what is set now, no difference that 20 histories can tell from chance.", False)
    assert headline(Entry(NOW, "", Setup("levers"), None, "k"), known, [], EN) == ("", False)


def test_costs_that_cannot_be_told_are_said_so() -> None:
    spent = effect("policy_spending", 3200.0, 3100.0, 3300.0)
    assert "cannot be told" in cost_words([Cost("job_year", "unknown")], spent, EN)[1]
    assert "no cost in the model" in cost_words([Cost("job", "uncosted"), Cost("job_year", "uncosted")], spent, EN)[1]
    assert cost_words([], None, EN) == []
    assert "0.50 [0.40, 0.60]\u00a0€" in cost_words([Cost("turnover", "known", Interval(0.5, 0.4, 0.6))], spent, EN)[1]


def test_amounts_are_in_a_unit_that_reads_well() -> None:
    assert [euros(k, EN) for k in (3200.0, 320.0, 3.2)] == ["3.20\u00a0M€", "320\u00a0k€", "3,200\u00a0€"]
    assert euros(3200.0, FR) == "3,20\u00a0M€"


def test_what_tells_an_entry_is_said() -> None:
    world = story("levers")
    setup = (
        Setup("levers")
        .with_lever("assembly", Lever(0.8, 12, 24, 500.0), world)
        .with_value("dials.medium_dial", 0.5, world)
    )
    assert what_differs(setup, world, EN) == [
        "Propagation medium dial: 0.5 instead of 1",
        "Assembling technology bricks: 80 % from month 12 to month 36, 500\u00a0k€",
    ]
    assert what_differs(setup.baseline(), world, FR) == []
    assert parameter_words("firms.wage", 4.0, FR).endswith(" : 4\u00a0k€ par mois")
    assert parameter_words("firms.wage", 40.0, EN).startswith("Labour cost of an employee: 40")


def _runs(listed: list[Entry], histories: int) -> dict[tuple[str, int], Played]:
    months = np.arange(6, dtype=np.float32)
    found = {}
    for place, entry in enumerate(listed):
        for seed in range(1, histories + 1):
            value = float(seed + place)
            series = {
                name: (months, (value * months).astype(np.float32))
                for name in ("r_theoretical", "hybrids", "revenue", "employees")
            }
            names = showing.outcomes(listed)
            outcomes = dict.fromkeys(names, value) | {"r_theoretical": math.nan if seed == 1 else value}
            found[entry.key, seed] = Played(seed, outcomes, series, 0.1)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("histories", [1, 12])
def test_what_the_browser_gets_is_plain(language: str, histories: int) -> None:
    say, world = words(language), story("levers")
    listed = entries(Setup("levers").with_lever("equity", Lever(1.0), world), [], world)
    runs = _runs(listed, histories)
    found = showing.results(listed, range(1, 13), runs, ratios=True)
    cards = showing.cards(found, say)
    pictures = [*showing.forests(found, say), *showing.fans(listed, listed[1], range(1, 13), runs, say)]
    tables = [showing.difference_table(found, say), showing.cost_table(found, say)]
    assert len(cards) == 1
    assert [one.name for one in pictures][-4:] == ["fan-r_theoretical", "fan-hybrids", "fan-revenue", "fan-employees"]
    json.dumps([cards, [one.option for one in pictures], [one.table for one in pictures], tables], allow_nan=False)
    rows = tables[0]["rows"]
    assert len(rows) == 8
    assert all(len(row) == len(table["columns"]) for table in tables if table for row in table["rows"])
    if histories == 12:
        assert "(1 " in rows[1][5]  # the history in which R is not known
        assert "11" in rows[1][5]


def test_the_table_of_a_fan_has_a_row_a_year_and_the_last_month() -> None:
    listed = entries(Setup("levers"), [], story("levers"))
    months = np.arange(30, dtype=np.float32)
    runs = {(listed[0].key, seed): Played(seed, {}, {"hybrids": (months, months * seed)}, 0.1) for seed in range(1, 6)}
    (picture,) = showing.fans(listed, None, range(1, 6), runs, EN)
    assert picture.table["columns"] == ["Month", "Baseline: median", "Baseline: least to most"]
    assert [row[0] for row in picture.table["rows"]] == ["0", "12", "24", "29"]
    assert picture.table["rows"][1] == ["12", "36", "[12, 60]"]
    assert "87" in picture.alt  # 29 × 3


def test_a_fan_is_stacked_from_the_lower_edge() -> None:
    base = Fan([0.0, 2.0], [1.0, 2.0], ([0.5, 1.5], [1.5, 2.5]), ([0.0, 1.0], [2.0, None]), "90", 20)
    option = fan(base, None, ("Baseline", ""), "month", "")
    series = {one["id"]: one for one in option["series"]}
    assert option["xAxis"]["data"] == ["0", "1", "2"]
    assert series["base-median"]["data"] == [1.0, None, 2.0]
    assert series["base-half-low"]["data"] == [0.5, 1.0, 1.5]  # straight between two evaluations
    assert series["base-half-high"]["data"] == [1.0, 1.0, 1.0]  # what lies above the lower edge
    assert series["base-outer-high"]["data"] == [2.0, None, None]
    assert len({one.get("stack") for one in option["series"]} - {None}) == 2


def test_a_forest_tells_by_form_what_it_tells_by_place() -> None:
    option = forest(
        [Row("a", 2.0, 1.0, 3.0, True), Row("b", 0.0, -1.0, 1.0, False), Row("c", None, None, None, False)],
        "x",
        ["#111", "#222", "#333"],
    )
    series = {one["id"]: one for one in option["series"]}
    assert series["interval-0"]["data"] == [[1.0, 0], [3.0, 0]]
    assert series["interval-0"]["lineStyle"]["type"] == "solid"
    assert series["interval-1"]["lineStyle"]["type"] == "dashed"
    assert series["estimate-1"]["itemStyle"]["color"] == "#ffffff"
    assert "interval-2" not in series
    assert option["yAxis"]["data"] == ["a", "b", "c"]


def test_the_csv_can_be_played_again_and_is_no_formula() -> None:
    world = story("levers")
    now = Setup("levers", seed=5).with_value("firms.wage", 4.5, world)
    kept = Setup("levers").with_lever("equity", Lever(0.5, 3, None, 10.0), world)
    listed = entries(now, [('=HYPERLINK("x")', kept)], world)
    assert [one.id for one in listed] == [BASELINE, "0"]
    runs: dict[Any, Played] = {
        (one.key, seed): Played(seed, {"hybrids": 2.5, "revenue": math.nan}, {}, 0.1)
        for one in listed
        for seed in (5, 6)
    }
    text = as_csv([(one, one.name or "Baseline") for one in listed], [5, 6, 7], runs, ["hybrids", "revenue"], "1.2.3")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 4
    assert rows[3] == {
        "scenario": "'=HYPERLINK(\"x\")", "world": "levers", "seed": "6", "months": "120",
        "assumptions": "firms.wage=4.5", "dials_and_parameters": "",
        "levers": "equity: intensity=0.5 start=3 length=None budget=10.0", "ecosim": "1.2.3",
        "hybrids": "2.5", "revenue": "",
    }  # fmt: skip
