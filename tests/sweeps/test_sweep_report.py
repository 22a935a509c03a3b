"""The report of a sweep: what it says, what it survives, what it carries; and the overview's arithmetic."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mishaps
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from ecosim.errors import OutputError, StudyError
from experiments import Results, load, sweep
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.overview.section import mean_over_points, spread
from experiments.designs import Round, no_points, replicates_of
from experiments.reading import load_study
from experiments.store import SweepFolder
from experiments.sweep_report import endings as endings_module
from experiments.sweep_report import make_report, write_report
from experiments.sweep_report import sections as sections_module
from experiments.sweep_report.facts import study_toml
from experiments.sweep_report.sections import stamped
from experiments.words import duration, json_ready, number, share, size


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A sweep of 60 runs, of which three failed and three gave no number; its analysis is the overview."""
    study = mishaps.study(analysis=[{"kind": "overview"}])
    return sweep(study, tmp_path_factory.mktemp("report") / "sweep", workers=1)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let analyses be what a test puts into this table by kind."""
    table: dict[str, Any] = {}

    def analyse(results: Results, spec: Any) -> Section:
        found = table[spec.kind]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(sections_module, "analyse", analyse)
    monkeypatch.setattr(
        sections_module, "chosen_analyses", lambda *_: [(k, sections_module.AnalysisSpec(k)) for k in table]
    )
    monkeypatch.setattr(
        "experiments.sweep_report.page.chosen_analyses",
        lambda *_: [(k, sections_module.AnalysisSpec(k)) for k in table],
    )
    return table


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<style>.*?</style>", "", html))).replace(
        "\xa0", " "
    )


# -- what the page says ---------------------------------------------------------------------------------------


def test_page_says_what_was_varied_looked_at_and_played(played: Results) -> None:
    words = text(make_report(played).html)
    for said in ("0 to 1", "linear", "two, three", "full factorial", "15, in 1 round", "4 replicates of each point",
                 "1 to 4, the same at every point", "60 of 60 asked for", played.hash, "mishaps:mishap"):  # fmt: skip
        assert said in words, said
    assert "not complete" not in words


def test_page_says_how_runs_ended_and_how_to_replay_one(played: Results) -> None:
    words = text(make_report(played).html)
    assert "ok ended well 54 90 %" in words
    assert "nan an outcome was not a number 3 5 %" in words
    assert "failed stopped with an error 3 5 %" in words
    assert "3 runs at 3 points. The first: point 12, replicate 0, seed 1, with x = 1" in words
    assert f"ecosim replay {played.folder.path} 12/0" in words
    assert "6 runs did not end well and are left out" in words


def test_everything_from_users_is_escaped(played: Results) -> None:
    html = make_report(played).html
    for raw in ("<script>alert", "<em>y</em>", "<b>one</b>", "<i>is</i>"):
        assert raw not in html, raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;i&gt;is&lt;/i&gt;" in html


def test_page_is_self_contained_and_its_pictures_have_words(played: Results) -> None:
    page = _Page(make_report(played).html)
    for tag, attributes in page.tags:
        for name in ("src", "href"):
            if name in attributes:
                assert re.match(r"data:|#", attributes[name] or ""), (tag, attributes[name])
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 2
    assert all((attributes["alt"] or "").strip() for attributes in pictures)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert targets <= {f"#{name}" for name in ids}


def test_truncated_sweep_says_so_at_the_top(tmp_path: Path) -> None:
    results = sweep(mishaps.study(), tmp_path / "sweep", workers=1)
    results.folder.add_round(Round(no_points(results.study), replicates_of(range(15), 4, 10)))
    report = make_report(load(tmp_path / "sweep"), only=["overview"])
    words = text(report.html)
    assert "This sweep is not complete. 60 of 150 runs that were asked for are there (40 %)" in words
    assert words.index("not complete") < words.index("In short")
    assert report.findings["runs"]["complete"] is False


def test_sweep_that_was_stopped_between_rounds_says_so(played: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wants:
        adaptive = True

        def next_round(self, results: Results) -> Any:
            return Round(no_points(results.study), replicates_of(range(2), 4, 5))

    class Breaks(Wants):
        def next_round(self, results: Results) -> Any:
            raise RuntimeError("no model")

    monkeypatch.setattr(endings_module, "make_design", lambda study: Wants())
    assert "not complete. All 60 runs of 1 round are there, but the design asks for more" in text(
        make_report(played).html
    )
    monkeypatch.setattr(endings_module, "make_design", lambda study: Breaks())
    words = text(make_report(played).html)
    assert "This sweep may not be complete." in words
    assert "RuntimeError: no model" in words


def test_sweep_without_a_run_has_a_page(tmp_path: Path) -> None:
    study = mishaps.real_study()
    points = pd.DataFrame({"medium.transmissibility": [0.1, 0.4], "dials.attractor_dial": [0.0, 1.0]})
    folder = SweepFolder.create(tmp_path / "sweep", study, Round(points, replicates_of(range(2), 0, 2)))
    report = make_report(Results(folder))
    words = text(report.html)
    assert "No run has been played yet" in words
    assert "0 of 4 runs that were asked for are there" in words
    assert "population.firms 60 900" in words
    assert "logarithmic" in words
    assert not report.figures
    assert not report.problems


def test_study_on_the_page_plays_the_same(tmp_path: Path) -> None:
    study = mishaps.real_study()
    points = pd.DataFrame({"medium.transmissibility": [0.1, 0.4], "dials.attractor_dial": [0.0, 1.0]})
    folder = SweepFolder.create(tmp_path / "sweep", study, Round(points, replicates_of(range(2), 0, 2)))
    (folder.path / "study.toml").write_text(study_toml(Results(folder)), encoding="utf-8")
    again = load_study(folder.path / "study.toml")
    assert again.digest() == study.digest()
    assert (again.factors, again.design, again.replicates, again.seed) == (
        study.factors, study.design, study.replicates, study.seed
    )  # fmt: skip


# -- analyses -------------------------------------------------------------------------------------------------


def drawing() -> Drawing:
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([1, 2], [3, 4])
    return Drawing(figure, "A line.", "It rises.")


def test_analysis_that_raises_leaves_the_others(played: Results, two: dict[str, Any]) -> None:
    two["overview"] = ZeroDivisionError("no <b>runs</b>")
    two["effects"] = StudyError("no factor 'z'")
    two["phase"] = Section("Phases", ("All is well.",), figures={"map": drawing()})
    report = make_report(played)
    words = text(report.html)
    assert "All is well." in words
    assert set(report.figures) == {"phase-map.png"}
    assert report.problems == (
        "analysis overview: ZeroDivisionError: no <b>runs</b>", "analysis effects: no factor 'z'"
    )  # fmt: skip
    assert report.html.count("<summary>Traceback</summary>") == 1  # a user's mistake has none
    assert "no &lt;b&gt;runs&lt;/b&gt;" in report.html
    assert report.findings["analyses"][0]["problem"] == "ZeroDivisionError: no <b>runs</b>"
    assert report.findings["analyses"][2]["problem"] is None


def test_warnings_come_before_words(played: Results, two: dict[str, Any]) -> None:
    two["phase"] = Section("Phases", ("Words.",), ("Take care <i>.",))
    html = make_report(played).html
    section = html[html.index('<h2 id="phase">') :]
    assert section.index("Take care &lt;i&gt;.") < section.index("Words.")
    assert "⚠ Before you use this" in section


def test_tables_have_four_digits_and_csv_has_all(played: Results, two: dict[str, Any]) -> None:
    frame = pd.DataFrame({"point": range(300), "value": np.linspace(0.0123456, 12345.678, 300), "kind": "a & b"})
    frame.loc[0, "value"] = np.nan
    two["phase"] = Section("Phases", tables={"all of it/1": Table(frame, "Values.")})
    report = make_report(played)
    assert set(report.tables) == {"phase-all-of-it-1.csv"}
    back = pd.read_csv(io.BytesIO(report.tables["phase-all-of-it-1.csv"]))
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    assert '<td class="n">41.3</td><td>a &amp; b</td>' in report.html
    assert '<td class="n">–</td>' in report.html
    assert report.html.count("<td>a &amp; b</td>") == 200
    assert "100 more rows" in text(report.html)


def test_findings_are_plain_json(played: Results, two: dict[str, Any]) -> None:
    findings = {"nan": np.nan, "array": np.array([1.0, np.inf]), "n": np.int64(3), 4: (np.bool_(True), None)}
    two["phase"] = Section("Phases", findings=findings)
    found = make_report(played).findings["analyses"][0]["findings"]
    assert found == {"nan": None, "array": [1.0, None], "n": 3, "4": [True, None]}
    json.dumps(found, allow_nan=False)


def test_names_that_clash_get_files_of_their_own(tmp_path: Path) -> None:
    study = mishaps.study(analysis=[{"kind": "overview"}, {"kind": "overview"}])
    report = make_report(sweep(study, tmp_path / "sweep", workers=1))
    assert {"overview-distributions.png", "overview2-distributions.png"} <= set(report.figures)


def test_only_makes_what_is_named(played: Results) -> None:
    assert [item["kind"] for item in make_report(played, only=["overview"]).findings["analyses"]] == ["overview"]
    with pytest.raises(StudyError, match=r"unknown analysis 'overwiew' \(did you mean 'overview'\?\); allowed are"):
        make_report(played, only=["overwiew"])


# -- the hash -------------------------------------------------------------------------------------------------


def test_every_figure_carries_the_hash(played: Results) -> None:
    figures = make_report(played).figures
    assert figures
    for png in figures.values():
        words = Image.open(io.BytesIO(png)).text["Description"]
        assert words == f"study mishaps · manifest {played.hash} · 60 runs"
        pixels = imread(io.BytesIO(png))[..., :3]
        strip = pixels[-30:]
        assert (strip[:, -200:] < 0.7).any(), "no words at the bottom right"
        assert (strip[:, :100] == 1).all(), "words over the whole width"


def test_stamp_shows_the_hash_and_leaves_the_figure_alone() -> None:
    def png(words: str) -> Any:
        figure = Figure(figsize=(3, 2), layout="constrained")
        figure.subplots().set_xlabel("a label at the very bottom")
        return imread(io.BytesIO(stamped(figure, words)[0]))

    one, other = png("study a · manifest 111111111111"), png("study a · manifest 222222222222")
    assert one.shape == other.shape == (320 + 38, 480, 4)
    assert (one[:320] == other[:320]).all()
    assert (one[320:] != other[320:]).any()
    long = png("study a · manifest 111111111111 " * 4)  # shrinks rather than being cut off
    assert (long[320:, :4] == 1).all()


# -- writing --------------------------------------------------------------------------------------------------


def test_written_report_is_whole_and_replaces_the_one_before(tmp_path: Path, two: dict[str, Any]) -> None:
    results = sweep(mishaps.study(), tmp_path / "sweep", workers=1)
    two["phase"] = Section("Phases", figures={"old": drawing(), "kept": drawing()}, tables={})
    first = write_report(results)
    folder = results.folder.path
    assert first.path == folder / "report.html"
    assert first.path.read_text(encoding="utf-8") == first.html
    (folder / "figures" / "mine.png").write_bytes(b"a reader's own")
    two["phase"] = Section("Phases", figures={"kept": drawing()})
    write_report(results)
    assert {path.name for path in (folder / "figures").iterdir()} == {"phase-kept.png", "mine.png"}
    assert json.loads((folder / "findings.json").read_text(encoding="utf-8"))["manifest"] == results.hash
    assert not list(folder.rglob(".*.part"))


def test_report_that_cannot_be_written_leaves_the_old_page(tmp_path: Path, two: dict[str, Any]) -> None:
    results = sweep(mishaps.study(), tmp_path / "sweep", workers=1)
    folder = results.folder.path
    (folder / "report.html").write_text("old", encoding="utf-8")
    (folder / "figures").write_text("a file where a folder is needed", encoding="utf-8")
    two["phase"] = Section("Phases", figures={"map": drawing()})
    with pytest.raises(OutputError, match="figures"):
        write_report(results)
    assert (folder / "report.html").read_text(encoding="utf-8") == "old"


# -- overview -------------------------------------------------------------------------------------------------


def draws(seed: int, points: int, n: int, signal: float, common: float, own: float) -> Any:
    random = np.random.default_rng(seed)
    levels = np.linspace(-1, 1, points) / np.linspace(-1, 1, points).std(ddof=1) * signal
    return levels[:, None] + common * random.normal(size=n) + own * random.normal(size=(points, n))


def test_signal_and_noise_are_told_apart() -> None:
    found = [spread(draws(seed, 30, 8, 2.0, 0.8, 0.6)) for seed in range(200)]
    assert all(item is not None for item in found)
    assert np.mean([item.signal for item in found if item]) == pytest.approx(0.8, abs=0.02)
    assert np.mean([item.noise_sd**2 for item in found if item]) == pytest.approx(1.0, abs=0.05)
    assert np.median([item.common for item in found if item]) == pytest.approx(0.64, abs=0.08)


def test_no_signal_is_not_told_apart_from_noise() -> None:
    found = [spread(draws(seed, 20, 5, 0.0, 0.0, 1.0)) for seed in range(200)]
    covered = np.mean([item.low == 0.0 for item in found if item])
    assert covered > 0.95


def test_gaps_are_borne() -> None:
    matrix = draws(3, 25, 6, 2.0, 0.0, 1.0)
    whole = spread(matrix)
    matrix[np.random.default_rng(1).uniform(size=matrix.shape) < 0.3] = np.nan
    before = matrix.copy()
    found, mean = spread(matrix), mean_over_points(matrix)
    assert found is not None
    assert whole is not None
    assert found.signal == pytest.approx(whole.signal, abs=0.08)
    assert np.isnan(found.common)
    assert mean.low < 0 < mean.high
    np.testing.assert_array_equal(matrix, before)


@pytest.mark.parametrize("matrix", [np.zeros((0, 0)), np.full((3, 4), np.nan), np.ones((3, 1)), np.ones((3, 4)),
                                    np.arange(4.0).reshape(1, 4)])  # fmt: skip
def test_nothing_to_split_is_none(matrix: Any) -> None:
    assert spread(matrix) is None


def test_interval_of_the_mean_knows_that_points_share_seeds() -> None:
    inside = [m.low <= 0 <= m.high for m in (mean_over_points(draws(s, 30, 6, 1.0, 1.0, 0.5)) for s in range(400))]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_overview_says_what_was_left_out_and_counts(played: Results) -> None:
    item = make_report(played, only=["overview"]).findings["analyses"][0]
    assert "6 runs of 60 did not end well" in item["warnings"][0]
    assert item["findings"]["y"]["runs"] == 54
    assert item["findings"]["y"]["signal"] > 0.8
    assert item["findings"]["y"]["mean"] == pytest.approx(5.0, abs=0.5)
    assert re.search(r"High: \d+ % of runs \[\d+ % to \d+ %\]; \d+ % from the point \[", " ".join(item["words"]))


# -- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "said"), [
    (0.0, "0"), (1234567, "1,234,567"), (0.123456, "0.1235"), (1234.56, "1,235"), (9999.96, "10,000"), (-2.5, "−2.5"),
    (3.0, "3"), (1.23456e-7, "1.235e-7"), (6.02e23, "6.02e23"), (float("nan"), "–"), (None, "–"), (float("inf"), "∞"),
    (True, "yes"), (np.bool_(False), "no"), (np.float32(0.5), "0.5"), ("a", "a"), ([1, 2.5], "1, 2.5"), (99.996, "100"),
])  # fmt: skip
def test_numbers(value: Any, said: str) -> None:
    assert number(value) == said


def test_shares_times_and_sizes() -> None:
    assert [share(value) for value in (0, 0.0004, 0.052, 0.5, 0.9996, 1)] == [
        "0 %", "under 0.1 %", "5.2 %", "50 %", "over 99.9 %", "100 %"
    ]  # fmt: skip
    assert [duration(value) for value in (2e-5, 0.25, 90, 600, 7200, 3e5, 1e9)] == [
        "20 µs", "250 ms", "90 s", "10 min", "2 h", "3.5 days", "32 years"
    ]  # fmt: skip
    assert [size(value) for value in (12, 4679, 1.14e8, 2e12)] == ["12 bytes", "4.68 kB", "114 MB", "2 TB"]
    assert json_ready({"a": {1, 2}, "b": Path("x")}) == {"a": [1, 2], "b": "x"}
