"""The report: whole, safe, self-contained, and sensible when there is little to tell."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ecosim import EcosystemModel, Process, Scenario, with_process
from ecosim.parameters import Parameters
from ecosim.report import Report, make_report
from ecosim.report import family_figures as families
from ecosim.report.economy_words import change, millions
from ecosim.report.style import legible
from ecosim.report.time_figures import birth_rates
from ecosim.report.words import count, number
from ecosim.results.manifest import new_manifest
from ecosim.scenario import AttractorSpec, ClusterSpec, SectorSpec
from ecosim.specs import MarketSpec, PolicySpec
from tests.green import SCENARIO as GREEN
from tests.green import green

SMALL = {"firms": 80, "labs": 10, "clusters": 3, "base_drive": 0.25}
HOSTILE = (
    "<script>alert(1)</script>", "a\" onload='x' $x^2", "_hidden $", "武汉 \t\n cluster", "&amp; {{ 7*7 }}", "x" * 300,
)  # fmt: skip
FIGURES = ["reproduction", "births", "crossings", "places", "cascades", "family"]


class Page(HTMLParser):
    """What a browser would make of the page: its tags, its text, and whether it closes what it opens."""

    VOID = frozenset(("meta", "link", "img", "br"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def tell(model: EcosystemModel, months: int, **changes: Any) -> tuple[Report, Page]:
    manifest = {**new_manifest(model, months), "status": "complete", "fingerprint": {"a": "b"}}
    model.run(months)
    report = make_report(model, {**manifest, **changes}, folder="my run")
    page = Page(report.html)
    assert page.open == []
    return report, page


@pytest.fixture(scope="module")
def flagship() -> tuple[Report, Page]:
    """A run with everything: hybrids, an attractor, named places."""
    scenario = Scenario(
        name="flagship",
        title="Cosmetics and textile",
        story="First part.\n\nSecond part.",
        parameters=Parameters().with_values(SMALL),
        sectors=(SectorSpec("cosmetics"), SectorSpec("textile"), SectorSpec("finance")),
        clusters=(
            ClusterSpec("Cosmetic Valley", "cosmetics", "Centre", 48.4, 1.5),
            ClusterSpec("Techtera", "textile", "Rhône", 45.8, 4.8),
        ),
        attractors=(AttractorSpec("Cosmetotextile", "concept", 0.4, ("cosmetics", "textile"), start=6, end=12),),
    )
    return tell(EcosystemModel(scenario, seed=5), 20)


def test_it_is_one_self_contained_page(flagship: tuple[Report, Page]) -> None:
    report, page = flagship
    assert not re.search(r"https?://", report.html)
    for _, attributes in page.tags:
        for name in ("src", "href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#"))
    assert not page.all("script")
    assert "url(" not in report.html
    assert "@import" not in report.html


def test_it_is_accessible(flagship: tuple[Report, Page]) -> None:
    _, page = flagship
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert page.all("meta")[1]["name"] == "viewport"
    images = page.all("img")
    assert len(images) == len(FIGURES)
    assert all(len(image["alt"] or "") > 30 for image in images)
    identifiers = {attributes["id"] for _, attributes in page.tags if attributes.get("id")}
    assert {str(link["href"])[1:] for link in page.all("a")} <= identifiers
    assert all(cell.get("scope") for cell in page.all("th"))


def test_it_tells_what_was_run_and_how_to_make_it_again(flagship: tuple[Report, Page]) -> None:
    _, page = flagship
    for words in (
        "Cosmetics and textile", "First part.", "Second part.", "90 (80 firms, 10 laboratories)", "Centre, Rhône",
        "3: cosmetics, textile, finance", "20 of 20, counted from 0", "Cosmetic Valley", "Techtera",
        "concept 6 to 11", "ecosim replay 'my run'",
        "ecosim run 'my run/scenario.toml' --seed 5 --months 20 --out 'my run-again'",
        "population.firms assumption Number of firms. organisations 80 900", "What this does not show", "Rao–Stirling",
    ):  # fmt: skip
        assert words in page.text


def test_figures_are_pictures_of_a_legible_size(flagship: tuple[Report, Page]) -> None:
    import io

    report, page = flagship
    assert list(report.figures) == FIGURES
    for (name, png), image in zip(report.figures.items(), page.all("img"), strict=True):
        picture = Image.open(io.BytesIO(png))
        assert (str(picture.width), str(picture.height)) == (image["width"], image["height"]), name
        assert np.asarray(picture.convert("L")).std() > 5  # not an empty sheet


def test_the_users_names_are_escaped_and_drawn() -> None:
    sectors = tuple(SectorSpec(name) for name in HOSTILE)
    scenario = Scenario(
        name="<b>name",
        title=HOSTILE[0],
        story=HOSTILE[0],
        parameters=Parameters().with_values({**SMALL, "clusters": len(HOSTILE)}),
        sectors=sectors,
        clusters=tuple(
            ClusterSpec(f"{name} cluster", name, name, 40 + index, 2.0 * index) for index, name in enumerate(HOSTILE)
        ),
        attractors=tuple(AttractorSpec(name, "idea", 0.1, (name,)) for name in HOSTILE),
    )
    report, page = tell(EcosystemModel(scenario, seed=1), 8, reason=HOSTILE[0], status="interrupted")
    assert not page.all("script")
    assert "<script" not in report.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; cluster" in report.html
    assert not any("onload" in attributes for _, attributes in page.tags)
    assert "{{ 7*7 }}" in page.text
    assert list(report.figures) == FIGURES


def test_legible_names() -> None:
    assert legible("Cosmetic Valley") == "Cosmetic Valley"
    assert legible("a\n b\t c") == "a b c"
    assert legible("$x$") == r"\$x\$"
    assert legible("武汉") == "□□"
    assert len(legible("x" * 300)) == 30


# -- little to tell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "values", "words", "figures"),
    [
        (0, {}, ["No month was played"], []),
        (1, {}, ["1 month: too short to tell"], None),
        (3, {"base_drive": 0.0}, ["No hybrid was born in 3 months.", "No two sectors crossed."], ["reproduction"]),
        (14, {"base_drive": 0.0}, ["did not begin to feed on each other within 14 months"], ["reproduction"]),
        (3, {"sectors": 1}, ["There is one sector only."], ["reproduction", "births"]),
        (3, {"clusters": 1}, ["Clusters 1"], ["reproduction", "births", "crossings", "cascades", "family"]),
        (3, {"firms": 2, "labs": 0, "clusters": 1}, ["2 (2 firms)"], None),
        (4, {"reproduction_every": 0}, ["(instantaneous)"], None),
        (4, {"reproduction_every": 0, "base_drive": 0.0}, ["R is not known"], None),
        (4, {"forgetting": 0.0}, ["R has no bound"], None),
        (4, {"seeded_share": 1.0, "spontaneous": False, "base_drive": 0.0}, ["each family has one member"], None),
        (4, {"attractor_dial": 0.0}, ["Active attractors"], None),
    ],
)
def test_little_to_tell(months: int, values: dict[str, Any], words: list[str], figures: list[str] | None) -> None:
    report, page = tell(EcosystemModel(seed=2, **{**SMALL, **values}), months)
    for expected in words:
        assert expected in page.text
    if figures is not None:
        assert list(report.figures) == figures


def test_default_parameters_are_said_to_be_so() -> None:
    _, page = tell(EcosystemModel(seed=1), 0)
    assert "All parameters have their default values." in page.text


def test_unknown_places_make_bars_instead_of_a_map(tmp_path: Path) -> None:
    organisations = tmp_path / "organisations.csv"
    rows = [f"o{k},firm,{'abc'[k % 3]},{'Cluster of a very long name number ' + str(k % 4)}" for k in range(60)]
    organisations.write_text("id,kind,sector,cluster\n" + "\n".join(rows) + "\n", encoding="utf-8")
    scenario = Scenario(parameters=Parameters().with_values({"base_drive": 0.5}), organisations_file=organisations)
    report, page = tell(EcosystemModel(scenario, seed=1), 10)
    assert "places" in report.figures
    assert "Hybrids that a member holds on average, by cluster." in page.text


def test_some_places_unknown() -> None:
    scenario = Scenario(
        parameters=Parameters().with_values(SMALL),
        clusters=(
            ClusterSpec("A", "sector 1", "", 48.0, 2.0),
            ClusterSpec("B", "sector 2", "", 30.6, 114.3),
            ClusterSpec("C"),
        ),
    )
    _, page = tell(EcosystemModel(scenario, seed=1), 6)
    assert "1 clusters whose place is not known are left out." in page.text


def test_a_large_family_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "LIMIT", 5)
    _, page = tell(EcosystemModel(seed=1, **SMALL), 24)
    assert re.search(r"The first 5 of \d+ hybrids are drawn\.", page.text)


def test_many_events_are_folded_and_the_telling_ones_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecosim.report.report.make_figures", lambda *_: {})
    scenario = Scenario(
        parameters=Parameters().with_values({**SMALL, "firms": 400, "sectors": 12, "base_drive": 1.0}),
        attractors=(AttractorSpec("Late one", "market", 0.4, ("sector 1", "sector 2"), start=10),),
    )
    _, page = tell(EcosystemModel(scenario, seed=1), 14)
    shown, _, folded = page.text[page.text.index("The 30 events that say most") :].partition(" events Month 0")
    for part in (shown, folded):
        assert "The market “Late one” opens." in part
    assert shown.count("Month ") == 30
    assert folded.count("Month ") > 30


def test_a_run_that_was_stopped_says_so() -> None:
    quiet = {**SMALL, "base_drive": 0.0}
    _, page = tell(EcosystemModel(seed=1, **quiet), 3, status="interrupted", months_planned=120, reason="By hand.")
    assert "This run is not complete (interrupted). It played 3 of 120 months. By hand." in page.text
    _, page = tell(EcosystemModel(seed=1, **quiet), 3, status="interrupted", fingerprint=None)
    assert "stopped in the middle of a month" in page.text


def test_a_run_with_rules_of_its_own_says_so() -> None:
    class Holiday(Process):
        name = "holiday"

        def step(self, model: Any) -> None:
            pass

    _, page = tell(EcosystemModel(seed=1, processes=with_process(Holiday()), **{**SMALL, "base_drive": 0.0}), 1)
    assert "This run had rules of its own (holiday)." in page.text
    assert "ecosim replay" not in page.text


# -- numbers --------------------------------------------------------------------------------------------------


def test_birth_rates_are_per_thousand_organisations_and_year() -> None:
    rates = birth_rates([10] * 30, [2000] * 30)
    assert np.allclose(rates, 60.0)
    rates = birth_rates([12, 0] + [0] * 20, [1000] * 22)
    assert rates[0] == pytest.approx(144.0)
    assert rates[11] == pytest.approx(12.0)
    assert rates[12] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"), (1234.5, "1,234"), (0.12345, "0.123"), (12.0, "12"), (float("nan"), "–"),
        (float("inf"), "∞"), (None, "–"), (True, "yes"), (np.int32(5), "5"), (np.float32(0.5), "0.5"), (1e-9, "1e-09"),
    ],
)  # fmt: skip
def test_numbers(value: Any, text: str) -> None:
    assert number(value) == text


def test_counts() -> None:
    assert count(1, "firm") == "1 firm"
    assert count(2000, "firm") == "2,000 firms"
    assert count(2, "laboratory", "laboratories") == "2 laboratories"


# -- society and economy --------------------------------------------------------------------------------------

ECONOMY = ["activity", "alliances", "markets", "policies"]


@pytest.fixture(scope="module")
def economy() -> tuple[Report, Page, EcosystemModel]:
    model = EcosystemModel(GREEN, seed=1)
    return *tell(model, 30), model


def test_sections_on_society_and_economy(economy: tuple[Report, Page, EcosystemModel]) -> None:
    report, page, model = economy
    assert [name for name in report.figures if name in ECONOMY] == ECONOMY
    for identity in ECONOMY:
        assert {"id": identity} in [{"id": attributes.get("id")} for attributes in page.all("h2")]
        assert {"href": f"#{identity}"} in page.all("a")
    assert len(page.all("img")) == len(report.figures)
    assert all(len(image["alt"] or "") > 30 for image in page.all("img"))
    assert all(cell.get("scope") for cell in page.all("th"))
    months = model.months
    for words in (
        "trust, alliances, value chain, markets, frames, users, firm life, exits, start-ups, policies",
        f"Firms sold for {millions(months['revenue'][-12:].sum())} M€ in the last year",
        f"employ {number(round(months['employees'].iloc[-1]))} people at its end",
        "capital at the beginning", "wages −", "sales of new offers +", "capital at the end",
        f"{number(len(model.alliances))} alliances were formed; {int(months['alliances'].iloc[-1])} are there",
        "France at home 20,000", "China abroad 60,000",
        "Group engineering structuring groups 2 to the end 0.8 0.10 0.10",
        "Training training firms: machining 1 to the end 0.5", "no limit", "Year of France acculturation: China 3 to 7",
        "Mean trust of a tie.",
    ):  # fmt: skip
        assert words in page.text, words
    assert "This run has no turnover and no employment." not in page.text


def test_the_table_of_money_adds_up(economy: tuple[Report, Page, EcosystemModel]) -> None:
    text = economy[1].text
    table = text[text.index("Money of firms and alliances in months 18 to 29") : text.index("capital at the end")]
    begin, *flows = [
        float(value.replace("−", "-").replace(",", "")) for value in re.findall(r"[+−]?[\d,]+\.\d+", table)
    ]
    end = economy[2].months["capital"].iloc[-1] / 1000
    assert begin == pytest.approx(economy[2].months["capital"].iloc[-13] / 1000, abs=0.06)
    assert begin + sum(flows) == pytest.approx(end, abs=0.06 * len(flows))
    assert len(flows) > 8


def test_the_largest_alliances_are_listed(economy: tuple[Report, Page, EcosystemModel]) -> None:
    _, page, model = economy
    there = model.alliances[model.alliances["ended"].isna()].sort_values("members", ascending=False)
    listed = page.text[page.text.index("The largest alliances at the end") :]
    largest = there.iloc[0]
    assert f"{largest['name']} Green & lean {largest['founded']} {largest['members']}" in listed


def test_lines_of_the_figures_are_not_cut(economy: tuple[Report, Page, EcosystemModel]) -> None:
    """Every line lies within its axes; figures are drawn again to look at them."""
    from ecosim.report import economy_figures, style

    state, months = economy[2].state, economy[2].months
    made: list[Any] = []
    with pytest.MonkeyPatch.context() as patch, style.drawn():
        patch.setattr(economy_figures, "to_picture", lambda figure, *_: made.append(figure))
        economy_figures.activity_figure(months, allied=True)
        economy_figures.alliances_figure(months, earning=True)
        economy_figures.markets_figure(state, months)
    lines = [(axes, line) for figure in made for axes in figure.axes for line in axes.lines]
    assert len(lines) >= 4 + 5 + 4
    for axes, line in lines:
        low, high = axes.get_ylim()
        assert low == 0
        assert np.nanmax(line.get_ydata()) <= high
    styles = [
        {(line.get_color(), line.get_linestyle()) for line in axes.lines} for figure in made for axes in figure.axes
    ]
    assert all(
        len(looks) == len(axes.lines) for looks, axes in zip(styles, (a for f in made for a in f.axes), strict=True)
    )


def test_many_markets_of_long_and_hostile_names() -> None:
    from ecosim.report import economy_figures, style

    markets = tuple(MarketSpec(f"{name} {k}", 1000.0 + k) for k, name in enumerate((*HOSTILE, "a", "b")))
    policies = tuple(PolicySpec(name, "training", 0.5, budget=50.0) for name in HOSTILE)
    scenario = dataclasses.replace(GREEN, markets=markets, policies=policies, acculturations=())
    report, page = tell(EcosystemModel(scenario, seed=1), 6)
    assert set(ECONOMY) <= set(report.figures)
    assert not page.all("script")
    assert "The 6 markets of 8 that adopt most." in page.text
    model = EcosystemModel(scenario, seed=1).run(6)
    made: list[Any] = []
    with pytest.MonkeyPatch.context() as patch, style.drawn():
        patch.setattr(economy_figures, "to_picture", lambda figure, *_: made.append(figure))
        economy_figures.markets_figure(model.state, model.months)
        economy_figures.policies_figure(model.state)
        for figure in made:
            figure.draw_without_rendering()
            assert all(axes.get_position().width > 0.5 for axes in figure.axes)


@pytest.mark.parametrize("off", ["alliances", "markets", "frames", "firm_life", "policies", "trust", "value_chain"])
def test_a_section_is_there_only_with_its_mechanism(off: str) -> None:
    report, page = tell(green(**{off: False}), 8)
    gone = {"firm_life": "activity"}.get(off, off)
    assert {name for name in ECONOMY if name in report.figures} == set(ECONOMY) - {gone}
    if gone in ECONOMY:
        assert {"href": f"#{gone}"} not in page.all("a")
    if off == "firm_life":
        assert "This run has no turnover and no employment." in page.text
        assert "Firms sold for" not in page.text


def test_little_to_tell_of_an_economy() -> None:
    for months in (0, 1):
        report, page = tell(green(), months)
        assert ("activity" in report.figures) == bool(months)
    assert "No alliance was formed." in page.text
    _, page = tell(green(launch_rate=0.0, startup_rate=0.0), 2)
    assert "No offer was put on a market." in page.text


def test_money_in_words() -> None:
    assert [millions(value) for value in (1_234_567, 1234, 0, -50_000)] == ["1,234.6", "1.23", "0.00", "−50.0"]
    assert [millions(value, 1, signed=True) for value in (1234, -1234, 10, -10)] == ["+1.2", "−1.2", "0.0", "0.0"]
    assert [change(*pair) for pair in ((100, 110), (100, 90), (100, 100), (0, 5))] == ["+10.0%", "−10.0%", "0.0%", "–"]
