"""A report: what it says is what the run says, in both languages, whatever names a stranger brings."""

from __future__ import annotations

import csv
import dataclasses
import gc
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("fpdf", reason="fpdf2 is not installed: pip install 'ecosim[dashboard]'")

from dashboards.reporting.composing import Source, comparison_blocks, compose
from dashboards.reporting.content import Content, Table
from dashboards.reporting.data import write_csv
from dashboards.reporting.facts import facts_of
from dashboards.reporting.figures import clusters_figure, figures
from dashboards.reporting.made import Made, Step
from dashboards.reporting.making import make
from dashboards.reporting.page import page
from dashboards.reporting.paper import paper
from dashboards.reporting.saying import answer, figures_table
from dashboards.reporting.voice import Voice, clean, safe_file_name
from dashboards.setup import OWN, Lever, Setup, World, story
from dashboards.text import words
from ecosim import EcosystemModel, Scenario
from ecosim.errors import ParameterError
from ecosim.report.place_figures import Places
from ecosim.report.style import drawn
from ecosim.results import load, replay
from ecosim.specs import ClusterSpec, SectorSpec
from experiments.outcomes import measured

LINK = "http://localhost:8765/?lang=en&story=levers&seed=3"
HOSTILE = (
    "<script>alert('x')</script>", "$\\frac{1}{0}$ & co", "a\nb\tc\r\nd", "مرحبا بالعالم", "\u202egnp.exe", "🚀💥 𝕏",
    "x" * 400, '"><img src=http://evil.example/x>', "{{ 7 * 7 }} {pages} {0}", "=1+1", "\u0001\u007fok",
    "% [link](y) **b**",
)  # fmt: skip


def _world(months: int = 36) -> World:
    own = story("levers").scenario
    small = own.with_values({"population.firms": 90, "population.labs": 10, "population.clusters": 4})
    return World("levers", dataclasses.replace(small, months=months))


def _setup(world: World) -> Setup:
    setup = Setup("levers", seed=3).with_lever("training", Lever(0.8, 6, 12, 500.0), world)
    setup = setup.with_value("dials.medium_dial", 0.9, world)
    return setup.with_value("trust.trust_gain", 0.35, world)


def _made(folder: Path, setup: Setup, world: World, language: str, **more: Any) -> tuple[list[Step], Made]:
    folder.mkdir()
    messages = list(make(str(folder), setup, world, language, LINK, **more))
    steps = [message for message in messages if isinstance(message, Step)]
    assert isinstance(messages[-1], Made)
    assert None in messages  # it can be stopped
    return steps, messages[-1]


def _text(made: Made, kind: str) -> str:
    return Path(next(file.path for file in made.files if file.kind == kind)).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def both(folder: Path) -> dict[str, tuple[list[Step], Made]]:
    world = _world()
    return {language: _made(folder / language, _setup(world), world, language) for language in ("en", "fr")}


@pytest.fixture(scope="module")
def models() -> Iterator[tuple[EcosystemModel, EcosystemModel]]:
    """The same run and its baseline, played apart from any report."""
    world = _world()
    setup = _setup(world)
    with (
        EcosystemModel(setup.scenario(world), seed=3) as run,
        EcosystemModel(setup.baseline().scenario(world), seed=3) as baseline,
    ):
        yield run.run(), baseline.run()


class _Page(HTMLParser):
    """What stands in a page: its tags in order, attributes, and whether every element is closed."""

    VOID = ("meta", "link", "img", "br", "input")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


# -- what it says ---------------------------------------------------------------------------------------------


def test_numbers_are_those_of_an_independent_run(
    both: dict[str, tuple[list[Step], Made]], models: tuple[EcosystemModel, EcosystemModel]
) -> None:
    names = ("hybrids", "revenue", "employees", "job_years", "policy_spending", "alliances")
    here, there = (measured(model, names) for model in models)
    assert here["policy_spending"] > 0
    for language in ("en", "fr"):
        say = words(language)
        shown = _Page(_text(both[language][1], "html"))
        cells = "".join(shown.words)
        for name in names:
            for value in (here[name], there[name]):
                assert say.number(round(value)) in cells, (language, name)
        apart = round(here["hybrids"] - there["hybrids"])
        assert ("+" if apart > 0 else "") + say.number(apart) in cells


def test_facts_agree_with_the_table_of_months(models: tuple[EcosystemModel, EcosystemModel]) -> None:
    facts = facts_of(models[0])
    months = models[0].months
    known = months["r_theoretical"].dropna()
    assert facts.r_last == (known.index[-1], known.iloc[-1])
    assert facts.r_top == (known.idxmax(), known.max())
    assert facts.emergence == models[0].emergence_month
    assert facts.sme_jobs == months["sme_employees"].iloc[-1]


def test_what_is_unknown_is_said_to_be_unknown() -> None:
    scenario = Scenario(months=2).with_values({"population.firms": 20, "population.labs": 2, "population.clusters": 2})
    with EcosystemModel(scenario.with_values({"record.reproduction_every": 0}), seed=1) as model:
        facts = facts_of(model.run())
    say = Voice("en")
    said = " ".join(answer(say, facts, None, 1))
    assert say("r_none") in said
    assert say("no_economy") in said
    assert say("too_short", months="2") in said
    cells = dict(row[:2] for row in figures_table(say, facts, None).rows)
    assert cells[say("i_r_last")] == cells[say("i_revenue")] == "not known"
    assert say("i_alliances") not in cells  # a mechanism that is off
    assert "0" not in {cells[say("i_revenue")], cells[say("i_jobs")]}


def test_an_unbounded_r_is_told_and_drawn(models: tuple[EcosystemModel, EcosystemModel]) -> None:
    facts = facts_of(models[0])
    months = facts.months.copy()
    months.loc[months["r_theoretical"].notna(), "r_theoretical"] = np.inf
    endless = dataclasses.replace(facts, months=months, r_last=(35, np.inf), r_top=(35, np.inf))
    say = Voice("fr")
    assert say("r_unbounded", month="35") in answer(say, endless, facts, 1)
    assert say("no_bound") in str(figures_table(say, endless, facts).rows)
    nowhere = Places([], *[np.zeros(0)] * 4, np.zeros(0, bool))
    assert say("f_r_caption_off") in figures(say, endless, facts, nowhere)[0].caption


def test_what_was_set_stands_in_three_tables(both: dict[str, tuple[list[Step], Made]]) -> None:
    say = Voice("en")
    content = _Page(_text(both["en"][1], "html"))
    joined = "".join(content.words)
    for caption in ("dials", "levers", "other_levers", "assumptions"):
        assert say(caption) in joined
    assert "trust.trust_gain" in joined
    assert "0.35" in joined
    assert re.search(r"Training by the regions\s*0\.8\s*6\s*12\s*500", joined)


def test_steps_come_in_order(both: dict[str, tuple[list[Step], Made]]) -> None:
    steps, made = both["en"]
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert {step.doing for step in steps} == {"play", "tables", "baseline", "figures", "write"}
    assert made.seconds > 0


def test_stopped_it_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    making = make(str(folder), Setup("levers"), _world(24), "en", LINK)
    while next(making) is not None:
        pass
    folder.rename(tmp_path / "removed")  # the page was left
    folder.mkdir()
    making.close()
    assert not folder.exists()


def test_a_wrong_setup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        list(make(str(tmp_path), Setup("levers", values=(("dials.medium_dial", 7.0),)), _world(), "en", LINK))


# -- the page -------------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else(both: dict[str, tuple[list[Step], Made]]) -> None:
    for language in ("en", "fr"):
        content = _text(both[language][1], "html")
        shown = _Page(content)
        assert shown.open == []
        assert "script" not in shown.tags
        assert shown.tags.count("h1") == 1
        assert ("html", "lang", language) in shown.attributes
        sources = [value for tag, name, value in shown.attributes if name in ("src", "href", "srcset", "data")]
        assert all(re.match(r"data:|#|http://localhost:8765/", source) for source in sources)
        assert not re.search(r"url\(|@import", content)
        for place, (tag, name, _) in enumerate(shown.attributes):
            if tag == "img" and name == "src":
                assert any(t == "img" and n == "alt" and len(v) > 40 for t, n, v in shown.attributes[place : place + 4])
        assert shown.tags.count("table") == shown.tags.count("caption")


def test_both_languages_say_the_same_and_nothing_else(both: dict[str, tuple[list[Step], Made]]) -> None:
    english, french = (_Page(_text(both[language][1], "html")) for language in ("en", "fr"))
    assert english.tags == french.tags
    here, there = words("en").page("report"), words("fr").page("report")
    code = (_text(both["fr"][1], "scenario"), _text(both["en"][1], "scenario"))
    said = "".join(french.words).replace(code[0].strip(), "").replace("\u00a0", " ")
    for key, text in here.items():
        if text != there[key] and len(text) > 12 and "{" not in text:
            assert text not in said, key
    for one in (" the ", " hybrids ", " month ", " jobs ", "baseline", " not known"):
        assert one not in said.lower().replace("reproduction_every", "")


def test_hostile_names_stay_names(folder: Path, models: tuple[EcosystemModel, EcosystemModel]) -> None:
    scenario = Scenario(
        name="$x$ <b> =1+1 🚀", title=HOSTILE[7] + HOSTILE[4], story="\n".join(HOSTILE), months=24,
        sectors=tuple(SectorSpec(f"{name[:60]}{k}") for k, name in enumerate(HOSTILE)),
        clusters=tuple(ClusterSpec(name) for name in HOSTILE),
    ).with_values({"population.firms": 120, "population.labs": 12, "population.clusters": len(HOSTILE)})  # fmt: skip
    world = World(OWN, scenario)
    setup = Setup(OWN).with_value("dials.medium_dial", 0.95, world)
    made = _made(folder / "hostile", setup, world, "fr")[1]
    content = _text(made, "html")
    shown = _Page(content)
    assert shown.open == []
    assert "script" not in shown.tags
    assert all(name not in ("onerror", "onload") for _, name, _ in shown.attributes)
    assert not [value for _, name, value in shown.attributes if name in ("src", "href") and "evil" in value]
    assert "\u202e" not in "".join(shown.words).replace(scenario.to_toml(), "")[:5000]
    assert re.fullmatch(r"ecosim-[a-z0-9-]{1,40}-seed1-\d{4}-\d\d-\d\d\.html", made.files[0].name)
    assert Path(made.files[1].path).read_bytes().startswith(b"%PDF")
    assert Voice("fr")("link_own") in "".join(shown.words)
    assert LINK not in content  # a link cannot hold an ecosystem of one's own
    assert tomllib.loads(_text(made, "scenario"))["title"] == scenario.title


def test_hostile_names_can_be_drawn() -> None:
    many = len(HOSTILE)
    held = np.linspace(3, 1, many)
    places = Places([*HOSTILE], np.zeros(many), np.zeros(many), np.full(many, 4.0), held * 4, np.zeros(many, bool))
    with drawn():
        assert clusters_figure(Voice("en"), places).png.startswith(b"\x89PNG")


@pytest.mark.parametrize("address", ["javascript:alert(1)", 'http://x/"onclick="', "data:text/html,x", "?lang=en"])
def test_only_a_web_address_becomes_a_link(address: str, models: tuple[EcosystemModel, EcosystemModel]) -> None:
    shown = _Page(page(_content("en", models, link=address)))
    targets = [value for tag, name, value in shown.attributes if tag == "a" and name == "href"]
    assert all(target.startswith("#") for target in targets)
    assert address in "".join(shown.words)


# -- the PDF --------------------------------------------------------------------------------------------------


def _content(language: str, models: tuple[EcosystemModel, EcosystemModel], link: str = LINK) -> Content:
    world = _world()
    setup = _setup(world)
    run, baseline = (facts_of(model) for model in models)
    scenario = setup.scenario(world)
    versions = {"ecosim": "0.1.0", "mesa": None}
    when = datetime(2026, 11, 23, 12, tzinfo=UTC)
    source = Source(setup, world, scenario, scenario.to_toml(), when, versions, None, link)
    return compose(Voice(language), source, run, baseline, [])


def _words_of(pdf: bytes) -> str:
    """Return the text of an uncompressed PDF, through its own tables from glyphs to letters, font by font."""
    objects = dict(re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.S))
    fonts: dict[bytes, dict[int, str]] = {}
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf):
        unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
        assert unicode is not None
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>", objects[unicode.group(1)].upper())
        fonts[name] = {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}
    found = []
    font: dict[int, str] = {}
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.S):
        for name, text in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", stream, re.S):
            if name:
                font = fonts[name]
                continue
            raw = re.sub(rb"\\(.)", lambda m: {b"n": b"\n", b"r": b"\r"}.get(m.group(1), m.group(1)), text, flags=re.S)
            glyphs = [int.from_bytes(raw[k : k + 2], "big") for k in range(0, len(raw) - 1, 2)]
            found.append("".join(font.get(glyph, "?") for glyph in glyphs))
    return "\n".join(found)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_says_what_the_page_says(language: str, models: tuple[EcosystemModel, EcosystemModel]) -> None:
    content = _content(language, models)
    pdf = paper(content, compressed=False)
    told = re.sub(r"\s+", " ", _words_of(pdf))
    for section in content.sections:
        assert section.heading.replace("\u00a0", " ") in told
        for block in section.blocks:
            if isinstance(block, Table):
                for row in block.rows[:3]:
                    for cell in row:
                        first = cell.replace("\u202f", " ").replace("\u00a0", " ").split()[0][:12]
                        assert first in told, cell
    assert f"/Lang ({'fr-FR' if language == 'fr' else 'en-GB'})".encode() in pdf
    assert b"/Author (ecosim)" in pdf
    assert b"/Title" in pdf
    assert Voice(language)("page_of", page="1", pages="").split("1")[0] in told


def test_a_letter_that_no_font_has_is_a_box(models: tuple[EcosystemModel, EcosystemModel]) -> None:
    content = dataclasses.replace(
        _content("en", models), title="🚀 中文 مرحبا − × € ≥ é", story="a\u0007b {pages} {page}"
    )
    told = _words_of(paper(content, compressed=False))
    assert "{pages} {page}" in told
    assert "□" in told
    assert "− × € ≥ é" in told.replace("\n", " ")


def test_the_pdf_is_small_and_has_figures(both: dict[str, tuple[list[Step], Made]]) -> None:
    pdf = Path(both["en"][1].files[1].path).read_bytes()
    assert len(pdf) < 2e6
    assert pdf.count(b"/Subtype /Image") >= 4
    assert pdf.count(b"/Alt (") >= 4
    assert _text(both["en"][1], "html").count("<img ") >= 4


# -- the data -------------------------------------------------------------------------------------------------


def test_the_zip_can_be_replayed(both: dict[str, tuple[list[Step], Made]], tmp_path: Path) -> None:
    made = both["fr"][1]
    with zipfile.ZipFile(made.files[4].path) as packed:
        names = packed.namelist()
        assert all(re.fullmatch(r"ecosim-levers-seed3-[\d-]+/[a-z_/]+\.\w+", name) for name in names)
        packed.extractall(tmp_path)
    run = tmp_path / names[0].split("/")[0]
    assert replay(run).months == 36
    assert len(load(run).months) == 36
    assert (run / "report.html").exists()
    with (run / "months.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 36
    assert float(rows[-1]["employees"]) == load(run).months["employees"].iloc[-1]
    assert "mois" in (run / "events.csv").read_text(encoding="utf-8").lower() or len(rows) == 36
    assert tomllib.loads(_text(made, "scenario")) == tomllib.loads((run / "scenario.toml").read_text(encoding="utf-8"))


def test_nothing_changed_a_comparison_and_a_table_too_large(folder: Path, tmp_path: Path) -> None:
    comparison = {"lead": "Over 20.", "caption": "Apart", "columns": ["a", "b"], "rows": [["<x>", "1 [0, 2]"]]}
    steps, made = _made(folder / "plain", Setup("levers"), _world(24), "en", comparison=comparison, most_bricks=1e-6)
    content = _text(made, "html")
    assert {step.doing for step in steps} == {"play", "tables", "figures", "write"}  # no baseline
    assert Voice("en")("own_baseline") in made.sentences
    assert Voice("en")("with_changes") not in content
    assert "1 [0, 2]" in content
    assert "&lt;x&gt;" in content
    assert comparison_blocks(None) == ()
    assert made.left_out is not None
    with zipfile.ZipFile(made.files[4].path) as packed:
        packed.extractall(tmp_path)
    run = next(tmp_path.iterdir())
    assert not (run / "bricks.parquet").exists()
    assert "bricks.parquet" not in json.loads((run / "manifest.json").read_text(encoding="utf-8"))["tables"]
    assert replay(run).months == 24


def test_input_files_come_along(folder: Path, tmp_path: Path) -> None:
    world = story("bordeaux-wuhan")
    setup = Setup("bordeaux-wuhan", months=3)
    made = _made(folder / "inputs", setup, world, "en")[1]
    assert made.inputs
    assert str(Path(story("bordeaux-wuhan").scenario.input_files["ties"]).parent) not in _text(made, "html")
    with zipfile.ZipFile(made.files[4].path) as packed:
        packed.extractall(tmp_path)
    assert replay(next(tmp_path.iterdir())).months == 3


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    frame = pd.DataFrame({"month": [-1, 2], "sentence": ['=HYPERLINK("x")', "+1"]})
    write_csv(frame, tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    assert rows[1:] == [["-1", '\'=HYPERLINK("x")'], ["2", "'+1"]]


def test_nothing_stays_open(models: tuple[EcosystemModel, EcosystemModel]) -> None:
    from matplotlib import _pylab_helpers
    from matplotlib.figure import Figure

    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, Figure) for one in gc.get_objects())

    say, facts = Voice("en"), facts_of(models[0])
    nowhere = Places([], *[np.zeros(0)] * 4, np.zeros(0, bool))
    before = alive()
    for _ in range(3):
        assert len(figures(say, facts, facts, nowhere)) == 3
    assert alive() <= before
    assert _pylab_helpers.Gcf.figs == {}


# -- names ----------------------------------------------------------------------------------------------------


def test_names_are_made_safe() -> None:
    assert clean("a\nb\u202e\u0000 c") == "ab c" or clean("a\nb\u202e\u0000 c") == "a b c"
    assert len(clean("x" * 400, 50)) == 50
    assert safe_file_name("../../Étoile & Cie") == "etoile-cie"
    assert safe_file_name("مرحبا") == "own"
    assert len(safe_file_name("a-" * 100)) <= 40
