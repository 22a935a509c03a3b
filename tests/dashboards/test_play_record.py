"""What a page is told of a run: the same as the model's own tables say, as plain data, at little cost."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest

from dashboards.limits import Limits
from dashboards.playing import Record, telling
from dashboards.playing import play as playing_play
from dashboards.playing.allowed import HEAVY, check, heavy, organisations
from dashboards.playing.drawing import draw
from dashboards.playing.play import play
from dashboards.playing.record import COLUMNS, DRAWN
from dashboards.text import words
from ecosim import EcosystemModel, Scenario
from ecosim.errors import EcosimError

FEW = {"population.firms": 150, "population.labs": 20}


def small(name: str = "levers", months: int = 36, **values: Any) -> Scenario:
    scenario = Scenario.load(name).with_values(FEW | {key.replace("__", "."): value for key, value in values.items()})
    return dataclasses.replace(scenario, months=months)


def last(scenario: Scenario, seed: int = 1, language: str = "en") -> Record:
    *_, record = play(scenario, seed, language)
    assert record is not None
    return record


@pytest.fixture(scope="module")
def record() -> Record:
    return last(small())


@pytest.fixture(scope="module")
def model() -> EcosystemModel:
    """The same run, bare; but for how often R is looked at, which changes no result."""
    return EcosystemModel(small().with_values({"record.reproduction_every": 3}), seed=1).run()


def test_it_yields_after_each_month_and_a_whole_record_at_the_end() -> None:
    yielded = list(play(small(months=30), 1))
    assert sum(item is None for item in yielded) == 30
    records = [item for item in yielded if item is not None]
    assert records[0].played == 1
    assert records[0].network is not None
    assert not records[0].done
    assert records[-1] is yielded[-1]
    assert records[-1].done
    assert records[-1].played == records[-1].planned == 30
    assert records[-1].network == records[0].network
    for item in records:
        assert {len(values) for values in item.columns.values()} == {item.played}
        assert len(item.held) == len(item.born) == len(item.lit) == item.played


def test_records_between_are_whole_and_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing_play, "_EVERY", 0.0)
    monkeypatch.setattr(playing_play, "_RECALL", 0.0)
    monkeypatch.setattr(playing_play, "_SHARE", 0.0)
    records = [item for item in play(small(months=12), 1) if item is not None]
    assert [item.played for item in records] == list(range(1, 13))
    assert [item.network is None for item in records] == [False, *[True] * 10, False]
    for item in records:
        assert {len(values) for values in item.columns.values()} == {item.played}
        assert len(item.held) == len(item.born) == len(item.lit) == item.played
        assert all(month < item.played for month, _, _ in item.events)
    assert records[6].born == records[-1].born[:7]


def test_columns_are_those_of_the_table_of_months(record: Record, model: EcosystemModel) -> None:
    months = model.months
    assert list(record.columns) == list(COLUMNS)
    for name, values in record.columns.items():
        for month, (told, known) in enumerate(zip(values, months[name], strict=True)):
            few = name == "r_instantaneous" and months["births_spontaneous"][: month + 1].sum() + (
                months["births_recombinant"][: month + 1].sum()
            ) < 30  # fmt: skip
            if few or not math.isfinite(known):
                assert told is None, (name, month)
            else:
                assert told == pytest.approx(known, rel=1e-6), (name, month)
    assert record.emergence == model.emergence_month
    assert record.hybrids == (model.bricks["generation"] > 0).sum()
    assert record.organisations == 170  # at the beginning
    assert record.seed == 1


def test_the_core_alone_has_no_columns_of_an_economy() -> None:
    record = last(small("three-ingredients", months=12))
    assert not record.economy
    assert "r_cohort" in record.columns
    assert "revenue" not in record.columns


def test_looking_changes_no_result(record: Record) -> None:
    model = EcosystemModel(small(), seed=1).run()
    assert record.columns["births_recombinant"] == model.months["births_recombinant"].tolist()
    assert record.columns["revenue"] == pytest.approx(model.months["revenue"].tolist(), rel=1e-6)


def test_births_and_holdings_by_cluster(record: Record, model: EcosystemModel) -> None:
    bricks, organisations_ = model.bricks, model.state.organisations
    hybrids = bricks[(bricks["generation"] > 0) & (bricks["birth"] >= 0)]
    cluster = organisations_["cluster"]
    expected = np.zeros((36, len(record.places)), int)
    for birth, first, second in zip(hybrids["birth"], hybrids["inventor_1"], hybrids["inventor_2"], strict=True):
        for home in {int(cluster[row]) for row in (first, second) if row >= 0}:
            expected[birth, home] += 1
    assert expected.sum() > 50
    assert record.born == expected.tolist()
    table = model.organisations
    table = table[table["alive"]]
    names = [place.name for place in record.places]
    for name, held in zip(names, record.held[-1], strict=True):
        mine = table[table["cluster"] == name]
        assert held == pytest.approx(mine["hybrids"].mean() if len(mine) else 0.0, abs=6e-4)


def test_nodes_light_up_where_hybrids_are_born(record: Record, model: EcosystemModel) -> None:
    bricks = model.bricks
    hybrids = bricks[(bricks["generation"] > 0) & (bricks["birth"] >= 0)]
    assert record.network is not None
    drawn = len(record.network.x)
    assert drawn == 170
    for month in range(36):
        born = hybrids[hybrids["birth"] == month]
        inventors = [
            row
            for pair in zip(born["inventor_1"], born["inventor_2"], strict=True)
            for row in {*pair}
            if 0 <= row < drawn
        ]
        assert sorted(record.lit[month]) == sorted(inventors)


def test_it_is_plain_data(record: Record) -> None:
    content = json.dumps(dataclasses.asdict(record), allow_nan=False)
    assert len(content) < 400_000

    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(type(key) is str and plain(item) for key, item in value.items())
        if isinstance(value, list | tuple):
            return all(plain(item) for item in value)
        return value is None or type(value) in (str, int, float, bool)

    assert plain(dataclasses.asdict(record))


def test_the_same_run_is_told_the_same(record: Record) -> None:
    again = last(small())
    assert dataclasses.replace(again, seconds=0) == dataclasses.replace(record, seconds=0)
    other = last(small(), seed=2)
    assert other.columns != record.columns


def test_events_and_notes_are_in_the_language_that_was_asked_for(record: Record) -> None:
    french = last(small(), language="fr")
    assert [event[:2] for event in french.events] == [event[:2] for event in record.events]
    assert any("Mois" in sentence for _, _, sentence in french.events)
    assert not any("Month" in sentence for _, _, sentence in french.events)


def test_an_infinite_r_is_told_in_a_note() -> None:
    record = last(small("three-ingredients", months=12, medium__transmissibility=1.0, knowledge__forgetting=0.0))
    assert record.columns["r_theoretical"][0] is None
    assert any("no finite value" in note for note in record.notes)


def test_events_are_bounded_fairly(monkeypatch: pytest.MonkeyPatch, record: Record) -> None:
    monkeypatch.setattr(telling, "_MOST_EVENTS", 20)
    few = last(small())
    assert 10 < len(few.events) <= 20
    assert {kind for _, kind, _ in few.events} == {kind for _, kind, _ in record.events}
    assert [event for event in record.events if event in few.events] == few.events
    assert any("of event" in note for note in few.notes)


def test_clusters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [place.members for place in last(small("three-ingredients", months=6)).places]
    monkeypatch.setattr(telling, "_MOST_PLACES", 4)
    record = last(small("three-ingredients", months=6))
    assert sorted(place.members for place in record.places) == sorted(everything)[-4:]
    assert {len(row) for row in (*record.held, *record.born)} == {4}
    assert record.network is not None
    assert {*record.network.cluster} == {-1, 0, 1, 2, 3}
    assert any("4 largest of" in note for note in record.notes)


def test_a_world_of_strangers_names() -> None:
    """Names are data: they come back as they are."""
    text = '[[clusters]]\nname = "<script>alert(1)</script>"\nlatitude = 48.0\nlongitude = 2.0\n'
    scenario = dataclasses.replace(
        Scenario.from_toml(text).with_values({"population.firms": 40, "population.labs": 4, "population.clusters": 2}),
        months=2,
    )
    places = last(scenario).places
    assert [place.name for place in places] == ["<script>alert(1)</script>", "Cluster 2"]
    assert [place.invented for place in places] == [False, True]
    assert places[0].latitude == 48.0


def test_the_model_is_closed_when_nobody_wants_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(EcosystemModel, "close", lambda self: closed.append(self.month))
    steps = play(small(), 1)
    for _ in range(5):
        next(steps)
    steps.close()
    assert closed
    assert closed[0] < 36


# -- the drawing --------------------------------------------------------------------------------------------------


def drawn(scenario: Scenario) -> Any:
    with EcosystemModel(scenario, seed=1) as model:
        return draw(model.state, np.arange(len(model.state.clusters))), model.state.ties


@pytest.mark.parametrize("clusters", [1, 2, 10, 600])
def test_each_organisation_is_drawn_near_its_cluster(clusters: int) -> None:
    network, _ = drawn(small("three-ingredients", population__firms=1_000, population__clusters=clusters))
    assert network.each_organisation
    assert len(network.x) == len(network.y) == len(network.kind) == len(network.cluster) == len(network.size) == 1_020
    assert network.kind.count("lab") == 20
    spots = np.stack([network.x, network.y], axis=1)
    assert spots.min() >= 0
    assert spots.max() <= 1
    assert np.ptp(spots, axis=0).max() > 0.99  # the square is used
    assert np.ptp(spots, axis=0).min() > 0.3
    assert len(network.links) == len(network.weights) <= 6_000
    assert all(0 <= a < b < 1_020 for a, b in network.links)
    if clusters == 10:
        cluster = np.array(network.cluster)
        middles = np.array([spots[cluster == row].mean(axis=0) for row in range(10)])
        nearest = np.linalg.norm(spots[:, None] - middles[None], axis=2).argmin(axis=1)
        assert (nearest == cluster).mean() > 0.9


def test_many_organisations_are_drawn_as_clusters() -> None:
    scenario = small("three-ingredients", population__firms=DRAWN + 1)
    network, ties = drawn(scenario)
    assert not network.each_organisation
    assert {*network.kind} == {"cluster"}
    assert sum(network.size) == DRAWN + 21
    assert network.weights == sorted(network.weights, reverse=True)
    assert len(network.links) == len(network.weights) <= 45
    assert 0 < sum(network.weights) < len(ties.partner) / 2  # every tie between clusters, once
    assert drawn(scenario)[0] == network


# -- how large a run may be ---------------------------------------------------------------------------------------


def test_what_is_too_large_is_refused() -> None:
    limits, say = Limits(organisations=1_000, months=100), words("en")
    check(small(population__firms=980, months=100), limits, say)
    with pytest.raises(EcosimError, match=r"1,001 organisations.* at most 1,000"):
        check(small(population__firms=981), limits, say)
    with pytest.raises(EcosimError, match=r"101 months.* at most 100"):
        check(small(months=101), limits, say)
    fewer = Limits(organisations=800)
    check(small(medium__meeting_rate=100.0, dials__medium_dial=0.9), fewer, say)
    with pytest.raises(EcosimError, match=r"17,000 meetings a month .* at most 16,000"):
        check(small(medium__meeting_rate=100.0), fewer, say)
    with pytest.raises(EcosimError, match="Le maximum autorisé ici est 100"):
        check(small(months=101), limits, words("fr"))


def test_organisations_are_counted_before_they_are_there() -> None:
    for name in ("bordeaux-wuhan", "fintech"):
        scenario = Scenario.load(name)
        with EcosystemModel(scenario, seed=1) as model:
            assert organisations(scenario) == len(model.state.organisations)
    assert not heavy(Scenario.load("fintech"))
    assert heavy(small(population__firms=HEAVY))
