"""What the page Map of tipping says: sentences, rows and the field, in both languages, from an answer that is known."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from dashboards.charts.heat import field
from dashboards.text import LANGUAGES, words
from dashboards.tipping import telling
from dashboards.tipping.atlas import sheet
from dashboards.tipping.axes import DIALS, LEVER, PLACES
from dashboards.tipping.confirm import Live
from dashboards.tipping.edges import Way
from dashboards.tipping.mixes import Mix, Pull
from dashboards.tipping.standing import Reservation, Standing

HERE = np.array([0.5, 0.6, 0.6, 2.0, 1.0, *[0.0] * 6])


def known(**changes: Any) -> Standing:
    end = HERE.copy()
    end[:3] = [0.5, 0.66, 0.7]
    first = Pull(PLACES[0], 2.0, 6.0, 1.2, (0.37, 0.2, 0.5), 3.333, 0.0)
    other = Pull(LEVER + "training", 0.0, 1.0, 0.84, (0.01, -0.02, 0.04), None, 41_230.0)
    full = Pull(PLACES[1], 1.0, 1.0, 0.83, (0.0, 0.0, 0.0), None, 0.0)
    mix = Mix({PLACES[0]: 3.5}, True, (1.03, 0.95, 1.11), 0.77, True, 0.0, 0.0, HERE)
    short = Mix({LEVER + "training": 1.0}, False, (0.85, 0.8, 0.9), 0.0, False, 41_230.0, 0.0, HERE)
    found = Standing(
        HERE, (0.83, 0.78, 0.88), (0.65, 1.05), 0.001, {DIALS[0]: None, DIALS[1]: 0.8, DIALS[2]: 0.74}, Way(end, 0.117),
        HERE, "", (first, other, full), (mix, short),
    )  # fmt: skip
    return dataclasses.replace(found, **changes)


def test_reading_below_above_and_where_the_map_cannot_tell() -> None:
    say = words("en")
    below = telling.reading(known(), say)
    assert below["sentence"] == "Here R = 0.83 [0.78, 0.88]: below 1."
    assert below["side"] == "below"
    assert below["edges"] == [
        "Diversity alone never crosses: R stays below 1.",
        "Attractors alone: tips at 0.80 (+0.20).",
        "Medium alone: tips at 0.74 (+0.14).",
        "Shortest way across: Attractors 0.60 → 0.66, Medium 0.60 → 0.70.",
    ]
    above = telling.reading(known(r=(1.2, 1.1, 1.3), chance=1.0), say)
    assert above["side"] == "above"
    assert "It tips without any further lever" in above["sentence"]
    assert above["edges"][1] == "Attractors alone: R falls to 1 at 0.80 (+0.20)."
    maybe = telling.reading(known(r=(0.99, 0.9, 1.1), chance=0.42), say)
    assert "above 1 with a chance of 42 %" in maybe["sentence"]
    assert telling.chance(1.0, say) == "99"
    assert telling.chance(0.0, say) == "1"


def test_which_lever_tips_it_first() -> None:
    say = words("en")
    assert telling.answer(known(), say) == "Encounters between clusters tips it first: from 3.33 a year on."
    unsure = dataclasses.replace(known().levers[0], change=(0.37, -0.1, 0.8))
    assert "cannot rule out" in telling.answer(known(levers=(unsure,)), say)
    assert telling.answer(known(levers=known().levers[1:]), say).startswith("No lever tips it alone. For none")
    first, other, full = telling.ranking_rows(known(), say)
    assert (first["crosses"], first["costs"]) == ("3.33 a year", "not in the model")
    assert first["target"] >= 3.333  # set to there, it does cross
    assert (other["crosses"], other["costs"], other["note"]) == (
        "not alone",
        "41,200",
        "no effect that the map can tell",
    )
    assert other["change"] == "+0.01 [−0.02, +0.04]"
    assert (full["crosses"], full["set"]) == ("is fully pulled", "")


def test_mixes_and_where_they_are_told_from() -> None:
    say, one = words("en"), sheet("fintech")
    assert one is not None
    crosses, short = telling.mix_rows(known(), one, say)
    assert crosses["verdict"] == "R = 1.03 [0.95, 1.11], above 1 with a chance of 77 %."
    assert "not in the model" in crosses["costs"]
    assert short["verdict"].startswith("No mix crosses by itself. Nearest: R = 0.85")
    assert "from nothing" in short["verdict"]
    assert "41,200" in short["costs"]
    start = HERE.copy()
    start[1] = 0.47
    turned = known(r=(1.2, 1.1, 1.3), chance=1.0, start=start, turned=DIALS[1])
    assert "“attractors” is turned down to 0.47" in telling.begun(turned, say)
    assert telling.mix_rows(turned, one, say)[0]["settings"][0] == "Attractors: 0.47"
    assert telling.mixed(known(), say) == ""


def test_live_rows_say_whether_they_agree() -> None:
    say = words("en")
    live = Live(((1.0, 1.1, 0.9, 1.0), (0.5, 0.51, 0.49, 0.5), (1.0,)), 9, 12)
    rows, agree = telling.live_rows(["a", "b", "c"], [(1.02, 0.95, 1.1), (0.8, 0.75, 0.85), None], live, say)
    assert [row["verdict"] for row in rows] == ["yes", "no: trust the live runs", "–"]
    assert agree is False
    assert rows[1]["live"] == "0.50 [0.49, 0.51]"
    assert telling.live_rows(["a"], [(1.02, 0.95, 1.1)], Live(((),), 0, 4), say) == (
        [{"name": "a", "live": "…", "verdict": "–", "map": "1.02 [0.95, 1.10]"}], None,
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_said(language: str) -> None:
    say, one = words(language), sheet("fintech")
    assert one is not None
    reservations = [Reservation(kind, 2) for kind in ("model", "assumptions", "months", "timing", "beyond", "sparse")]
    said: Any = [
        telling.reading(known(), say), telling.reading(known(r=(1.2, 1.1, 1.3), chance=1.0, way=None), say),
        telling.ranking_rows(known(), say), telling.mix_rows(known(), one, say), telling.made(one, say),
        telling.warnings(reservations, one, say), telling.answer(known(), say), telling.begun(known(), say),
    ]  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, allow_nan=False)
    assert "{" not in text.replace('{"', "")
    if language == "fr":
        assert "0,83 [0,78 ; 0,88]" in text
        assert "0.83" not in text


def test_field_draws_the_edge_where_r_is_1() -> None:
    x, y = np.meshgrid(np.linspace(0.2, 1.0, 33), np.linspace(0.0, 1.0, 33))
    r = 0.5 + x * y
    places = [("you: {R} <b>", 0.6, 0.6, "circle")]
    made = field(r, r - 0.05, r + 0.05, ("x", "y"), ((0.2, 1.0), (0.0, 1.0)), places, "R = 1", str)
    json.dumps(made, allow_nan=False)
    series = {one["id"]: one for one in made["series"]}
    edge = np.array(series["edge-0"]["data"])
    np.testing.assert_allclose(edge[:, 0] * edge[:, 1], 0.5, atol=2e-3)
    band = np.array(series["low-0"]["data"])
    np.testing.assert_allclose(band[:, 0] * band[:, 1], 0.55, atol=2e-3)
    assert len(series["field"]["data"]) == 32 * 32
    assert series["field"]["data"][0][3] == pytest.approx(r[:2, :2].mean(), abs=1e-3)
    assert "{" not in series["place-0"]["label"]["formatter"]  # no template of ECharts
    assert (made["xAxis"][0]["min"], made["yAxis"][0]["max"]) == (0.2, 1.0)


def test_table_runs_from_the_top() -> None:
    r = np.arange(33)[:, None] + np.zeros(33)
    made = telling.table(r, ("x", "y"), ((0.2, 1.0), (0.0, 1.0)), words("en"))
    assert made["columns"][1:] == ["0.20", "0.40", "0.60", "0.80", "1.00"]
    assert [row[0] for row in made["rows"]] == ["1.00", "0.75", "0.50", "0.25", "0.00"]
    assert made["rows"][0][1] == "32.00"
