"""The page Report without a browser: what it says beforehand, and what becomes of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")

from dashboards.comparing.entries import entries
from dashboards.comparing.replicates import play
from dashboards.pages import report as page
from dashboards.reporting.compared import compared
from dashboards.reporting.made import Made, MadeFile, Step
from dashboards.reporting.shelf import TYPES, Shelf
from dashboards.setup import Lever, Setup, World, story
from dashboards.text import words

EN, FR = words("en"), words("fr")


def test_says_what_will_be_reported() -> None:
    world = story("fintech")
    assert EN("report.subject_untouched") in page._subject(Setup("fintech"), world, None, EN)
    changed = Setup("fintech").with_value("dials.medium_dial", 0.5, world)
    changed = changed.with_value("medium.bridge_openness", 0.5, world).with_lever("equity", Lever(1.0), world)
    said = page._subject(changed, world, 12.3, FR)
    assert said[0].startswith(FR("stories.fintech_title"))
    assert FR("report.subject_changes", dials=1, levers=2, assumptions=0) in said
    assert "12 secondes" in said[-1]  # known from the run that was shown, not guessed
    large = page._subject(Setup("france-clusters"), story("france-clusters"), None, EN)
    assert EN("report.subject_large", organisations="63,000") in large
    assert not any("took" in line for line in large)  # nothing is known of its time yet


def test_says_how_it_stands() -> None:
    assert page._standing(page._State(), EN) == ""
    assert page._standing(page._State("waiting", place=3), EN) == EN("report.waiting_place", place=3)
    for doing in ("play", "baseline", "tables", "figures", "write"):
        for say in (EN, FR):
            assert page._standing(page._State("making", step=Step(doing, 0.5)), say) == say(f"report.doing_{doing}")
    assert "<b>" in page._standing(page._State("failed", problem="<b>"), FR)


def test_lists_the_files() -> None:
    sizes = (1, 1_000, 1_000_000, 50_000_000, 0)
    files = tuple(MadeFile(kind, "a", "/nowhere", size) for kind, size in zip(TYPES, sizes, strict=True))
    made = Made(files, (), 120.4, True, 1.0)
    for say in (EN, FR):
        listed = page._files(made, say)
        assert [one["kind"] for one in listed] == list(TYPES)
        assert listed[2]["about"] == say("report.file_scenario_inputs")
        assert listed[3]["size"] == say("report.bytes_mb", size="50")
        assert "120" in page._left_out(made, say)
    assert page._left_out(None, EN) == ""


def test_a_shelf_gives_its_files_and_nothing_else_and_goes() -> None:
    shelf = Shelf()
    path = Path(shelf.path) / "report.html"
    path.write_text("x", encoding="utf-8")
    assert shelf.content("html") is None
    shelf.made = Made((MadeFile("html", "a.html", str(path), 1),), (), None, False, 1.0)
    assert shelf.content("html") == ("a.html", b"x")
    assert shelf.content("../../etc/passwd") is None
    path.unlink()
    assert shelf.content("html") is None
    shelf.clear()
    shelf.clear()
    assert not Path(shelf.path).exists()


def test_a_comparison_of_the_session_is_put_into_words() -> None:
    own = story("levers").scenario.with_values({"population.firms": 60, "population.labs": 6})
    world = World("levers", own)
    setup = Setup("levers", months=6).with_value("dials.medium_dial", 0.3, world)
    assert compared(setup, [], world, {}, 10, EN) is None
    runs = {
        (entry.key, run.seed): run
        for entry in entries(setup, [], world)
        if entry.scenario is not None
        for run in play(entry.scenario, range(1, 5))
        if run is not None
    }
    for say in (EN, FR):
        found = compared(setup, [], world, runs, 10, say)
        assert found is not None
        assert found["lead"] == say("report.comparison_lead", histories="4", first=1)
        assert {len(row) for row in found["rows"]} == {len(found["columns"])} == {5}
        assert any("[" in row[3] for row in found["rows"])
    assert (
        compared(setup.with_seed(100), [], world, runs, 10, EN) is None
    )  # other histories than those that were played
