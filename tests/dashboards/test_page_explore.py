"""What the page Explore says and draws of a run, without a browser."""

from __future__ import annotations

import dataclasses
import json

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")

from dashboards.charts import lines
from dashboards.components.gauge import figures
from dashboards.components.network import drawn
from dashboards.components.place_map import mode, notes, top
from dashboards.current import Progress
from dashboards.pages.explore import status, steady
from dashboards.playing import Network, Place, Record
from dashboards.text import words
from ecosim.events import KINDS, kind_words

EN, FR = words("en"), words("fr")
MONTHS = 26


def _record(factor: float = 1.0, economy: bool = True) -> Record:
    months = range(MONTHS)
    columns: dict[str, list[float | None]] = {
        "r_theoretical": [0.5 * factor + 0.05 * m if m in (0, 11, 23) else None for m in months],
        "r_cohort": [None] * MONTHS,
        "r_instantaneous": [None if m < 5 else 1.2 for m in months],
        "births_spontaneous": [2.0 for _ in months],
        "births_recombinant": [1.0 * factor for _ in months],
        "births_generation_1": [2.0 for _ in months],
        "births_generation_2": [1.0 * factor for _ in months],
        "births_generation_3_and_more": [0.0 for _ in months],
    }
    if economy:
        columns |= {
            "revenue": [3000.0 * factor + m for m in months],
            "sme_revenue": [1000.0 for _ in months],
            "employees": [200.0 * factor for _ in months],
            "sme_employees": [100.0 for _ in months],
            "alliances": [1.0 for _ in months],
        }
    return Record(
        planned=120, played=MONTHS, seed=1, organisations=1000, economy=economy, columns=columns, events=[], places=[],
        held=[[0.5, 1.5], [0.25, 2.5]], born=[[0, 1], [1, 0]], lit=[], crossings=[], emergence=None, seconds=13.0,
    )  # fmt: skip


def _series(drawn: lines.Drawn) -> dict[str, dict]:
    return {one["id"]: one for one in drawn.option["series"]}


@pytest.mark.parametrize("make", [lines.reproduction, lines.births, lines.cascades, lines.turnover, lines.jobs])
@pytest.mark.parametrize("say", [EN, FR])
def test_the_run_follows_the_playhead_and_the_baseline_does_not(make, say):
    drawn = make(_record(2.0), _record(), say)
    series = _series(drawn)
    assert not series["baseline"]["follow"]
    followed = [one for one in series.values() if one.get("follow")]
    assert followed
    assert all(len(one["data"]) == MONTHS for one in followed)
    assert series["baseline"]["data"] != followed[0]["data"]
    json.dumps(drawn.option, allow_nan=False)  # plain data, no NaN
    assert drawn.option["xAxis"]["data"] == list(range(120))  # as wide from the first month on as at the end
    # a legend names what is drawn, no more and no less
    assert set(drawn.option["legend"]["data"]) == {one["name"] for one in series.values() if "name" in one}


def test_without_a_baseline_none_is_drawn():
    assert "baseline" not in _series(lines.reproduction(_record(), None, EN))


def test_r_is_told_in_words_with_its_numbers():
    told = lines.reproduction(_record(), _record(2.0), EN).alt
    assert "R, theoretical: 0.500 in month 0, 1.65 in month 23, at most 1.65 in month 23." in told
    assert "by cohort: not known." in told
    assert "Baseline: 1 in month 0, 2.15 in month 23" in told


def test_births_are_stacked_by_generation_and_summed_by_year():
    drawn = lines.births(_record(3.0), None, EN)
    stacked = [one for one in drawn.option["series"] if one.get("stack")]
    assert [one["name"] for one in stacked] == ["1st generation", "2nd", "3rd and later"]
    assert [row[0] for row in drawn.table["rows"]] == ["0 to 11", "12 to 23", "24 to 25"]
    assert drawn.table["rows"][0][1:] == ["24", "36", "0", "60"]
    assert drawn.table["rows"][2][1:] == ["4", "6", "0", "10"]


def test_cascades_add_up_to_what_was_born():
    series = _series(lines.cascades(_record(3.0), None, EN))
    assert series["bricks"]["data"][-1] == [25, 52.0]
    assert series["hybrids"]["data"][-1] == [25, 78.0]


@pytest.mark.parametrize(
    ("most", "factor", "english", "french"),
    [(1_500, 1.0, "k€", "k€"), (2_500, 1e-3, "M€", "M€"), (3e6, 1e-6, "bn€", "Md€")],
)
def test_money_is_told_in_a_unit_that_fits(most, factor, english, french):
    assert lines.money_unit(most, EN) == (factor, english)
    assert lines.money_unit(most, FR) == (factor, french)


def test_turnover_is_drawn_in_its_unit():
    drawn = lines.turnover(_record(), None, EN)
    assert drawn.title == "Turnover (M€ a month)"
    assert _series(drawn)["all"]["data"][0] == [0, pytest.approx(3.0)]


def test_key_figures_stand_beside_the_baselines():
    found = {row["name"]: row for row in figures(_record(2.0), _record(), True, EN)}
    assert found["Hybrids so far"]["values"][-1] == MONTHS * 4
    assert found["Hybrids so far"]["baseline"][-1] == MONTHS * 3
    assert found["Turnover"]["unit"] == "M€ a month"
    assert found["Turnover"]["values"][0] == pytest.approx(6.0)
    assert found["Turnover"]["baseline"][0] == pytest.approx(3.0)


def test_without_an_economy_there_is_no_turnover():
    assert [row["name"] for row in figures(_record(economy=False), None, False, EN)] == ["Hybrids so far"]


def test_nothing_is_known_before_the_first_record():
    assert all(row["values"] == [] for row in figures(None, None, True, EN))


# -- places ---------------------------------------------------------------------------------------------------

PARIS = Place("Finance Innovation", "finance", 48.857, 2.352, 100, False)
LYON = Place("Techtera", "textile", 45.764, 4.836, 100, False)
WUHAN = Place("Wuhan", "health", 30.6, 114.3, 100, False)
NOWHERE = Place("<b>Nowhere</b>", "health", None, None, 10, True)


def test_a_map_needs_two_places_in_france():
    assert mode([PARIS, LYON, NOWHERE]) == "map"
    assert mode([PARIS, PARIS]) == "bars"
    assert mode([PARIS, WUHAN]) == "bars"
    assert mode([NOWHERE]) == "bars"


def test_what_is_invented_or_has_no_place_is_said():
    told = notes([PARIS, LYON, NOWHERE], EN)
    assert "1 of 3 clusters are invented" in told
    assert "<b>Nowhere</b>" in told
    assert notes([PARIS, LYON], EN) == ""


def test_the_scale_of_colours_ends_at_the_most_of_the_whole_run():
    assert top(_record()) == 2.5
    assert top(None) == 0.0


def test_links_are_sent_as_one_flat_list():
    network = Network(
        True, [0.1, 0.2, 0.3], [0.0, 0.5, 1.0], ["firm"] * 3, [0] * 3, [1.0] * 3, [(0, 1), (1, 2)], [1.0, 1.0]
    )
    assert drawn(network)["links"] == [0, 1, 1, 2]


# -- how it stands --------------------------------------------------------------------------------------------


def test_how_a_run_stands_is_said():
    going = _record()
    assert status(Progress("waiting", place=3), None, EN) == "Waiting in the queue: 3 before this one."
    assert status(Progress("waiting", place=0), going, EN) == "Waiting: next in the queue."
    assert "26 of 120 months, some 47 s left" in status(Progress("playing"), going, EN)
    assert status(Progress("failed", problem="too <many>"), going, EN) == "Not played: too <many>"
    assert "26" in status(Progress("stopped"), going, EN)
    over = dataclasses.replace(going, planned=26, done=True, emergence=14)
    assert "Emergence in month 14" in status(Progress("done"), over, EN)
    assert "Pas d'émergence" in status(Progress("done"), dataclasses.replace(over, emergence=None), FR)


def test_curves_do_not_vanish_while_a_short_run_is_played_again():
    old = dataclasses.replace(_record(), done=True, places=[PARIS])
    new = dataclasses.replace(_record(), seconds=0.3, places=[PARIS])
    assert steady(new, old, "playing") is old
    assert steady(dataclasses.replace(new, done=True), old, "done") is not old
    for other in (dataclasses.replace(new, seconds=2.0), dataclasses.replace(new, places=[LYON])):
        assert steady(other, old, "playing") is other
    assert steady(new, old, "stopped") is new
    assert steady(new, None, "playing") is new
    assert steady(None, old, "asked") is None


@pytest.mark.parametrize("say", [EN, FR])
def test_each_kind_of_event_has_its_words(say):
    assert [kind for kind in KINDS if kind not in kind_words(say.language)] == []


def test_both_languages_have_the_same_words():
    assert EN.page("explore").keys() == FR.page("explore").keys()
    assert [key for key, text in EN.page("explore").items() if not text] == []
