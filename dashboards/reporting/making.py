"""Making a report: what a worker does. Plays the run and its baseline, composes the report and writes the files.

The files go into a folder that the caller made and removes, whatever happens here: a worker may be killed.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboards.playing.play import watched
from dashboards.reporting.composing import Source, comparison_blocks, compose
from dashboards.reporting.data import leave_out, write_csv, zip_folder
from dashboards.reporting.facts import Facts, facts_of
from dashboards.reporting.made import Made, MadeFile, Step
from dashboards.reporting.saying import answer
from dashboards.reporting.voice import Voice, safe_file_name
from dashboards.setup import OWN, Setup, World
from ecosim import EcosystemModel, Scenario

__all__ = ["MOST_BRICKS", "make", "stem"]

MOST_BRICKS = 40.0  # MB of the table of bricks, beyond which it is left out of the zip
_EVERY = 0.1  # seconds between two steps that are told


def make(
    folder: str, setup: Setup, world: World, language: str, link: str, comparison: Mapping[str, Any] | None = None,
    most_bricks: float = MOST_BRICKS,
) -> Iterator[Step | Made | None]:  # fmt: skip
    """Make the report of what is set, in `folder`; yield steps, None where it can be stopped, and at the end `Made`.

    Parameters
    ----------
    folder : an empty one, for this report alone
    language : ``en`` or ``fr``; link : to this state, whole or from the host's root on
    comparison : a comparison over many histories, in words of the same language: ``lead``, ``caption``, ``columns``
        and ``rows`` of texts
    most_bricks : MB

    Raises
    ------
    EcosimError
        When the scenario or one of its files is refused, or the disk is full.
    """
    try:
        yield from _steps(Path(folder), setup, world, language, link, comparison, most_bricks)
    except GeneratorExit:  # stopped: who made the folder may have removed it while files were still being written
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _steps(
    home: Path, setup: Setup, world: World, language: str, link: str, comparison: Mapping[str, Any] | None,
    most_bricks: float,
) -> Iterator[Step | Made | None]:  # fmt: skip
    began = time.perf_counter()
    when = datetime.now(UTC)
    say = Voice(language)
    name = stem(setup, world, when)
    scenario = watched(setup.scenario(world))
    before = watched(setup.baseline().scenario(world))
    paired = before != scenario
    run = _Run(home / "run", scenario, setup.seed)
    with closing(run.model):
        yield from run.play("play", 0.0, 0.4 if paired else 0.7)
        yield Step("tables", 0.7 if not paired else 0.4)
        run.write(language)
        yield None
        facts = facts_of(run.model)
        pictures = _Pictures(say, run.model)
    baseline: Facts | None = None
    if paired:
        yield Step("baseline", 0.5)
        with closing(EcosystemModel(before, seed=setup.seed)) as model:
            yield from _played(model, "baseline", 0.5, 0.85)
            baseline = facts_of(model)
    yield Step("figures", 0.85)
    shown = pictures.drawn(facts, baseline)
    yield Step("write", 0.93)
    # Late: these take a moment to import, and a setup that is refused need not wait for it.
    from dashboards.reporting.page import page
    from dashboards.reporting.paper import paper

    manifest = run.manifest
    toml = (home / "run" / "scenario.toml").read_text(encoding="utf-8")
    source = Source(setup, world, scenario, toml, when, manifest["versions"], manifest["commit"], link)
    content = compose(say, source, facts, baseline, shown, comparison_blocks(comparison))
    (home / "report.html").write_text(page(content), encoding="utf-8", errors="backslashreplace")
    yield Step("write", 0.96)
    (home / "report.pdf").write_bytes(paper(content))
    yield None
    shutil.copyfile(home / "run" / "scenario.toml", home / "scenario.toml")
    shutil.copyfile(home / "run" / "months.csv", home / "months.csv")
    missing = leave_out(home / "run", "bricks", most_bricks)
    zip_folder(home / "run", home / "data.zip", name)
    shutil.rmtree(home / "run")
    kinds = {"html": "report.html", "pdf": "report.pdf", "scenario": "scenario.toml", "months": "months.csv"}
    files = [
        MadeFile(kind, f"{name}{_ENDINGS[kind]}", str(home / file), (home / file).stat().st_size)
        for kind, file in {**kinds, "data": "data.zip"}.items()
    ]
    said = answer(say, facts, baseline, setup.seed)
    seconds = round(time.perf_counter() - began, 1)
    yield Made(tuple(files), said, missing, bool(scenario.input_files), seconds)


_ENDINGS = {"html": ".html", "pdf": ".pdf", "scenario": ".toml", "months": "-months.csv", "data": ".zip"}


def stem(setup: Setup, world: World, when: datetime) -> str:
    """Return how the files of a report begin, such as ``ecosim-fintech-seed1-2026-11-23``."""
    name = safe_file_name(world.scenario.name) if world.name == OWN else safe_file_name(world.name)
    return f"ecosim-{name}-seed{setup.seed}-{when:%Y-%m-%d}"


class _Run:
    """The run that is reported, and its folder as the command leaves it."""

    def __init__(self, folder: Path, scenario: Scenario, seed: int) -> None:
        from ecosim.results import RunFolder

        self.model = EcosystemModel(scenario, seed=seed)
        try:
            self._folder = RunFolder.create(folder, self.model)
        except BaseException:
            self.model.close()
            raise
        self._began = time.perf_counter()
        self.manifest: dict[str, Any] = {}

    def play(self, doing: str, first: float, last: float) -> Iterator[Step | None]:
        yield from _played(self.model, doing, first, last)

    def write(self, language: str) -> None:
        """Write the tables, the English run report, and months and events as CSV, those in the reader's language."""
        from ecosim.events import event_log

        self.manifest = self._folder.finish(self.model, seconds=time.perf_counter() - self._began)
        write_csv(self.model.months, self._folder.path / "months.csv")
        write_csv(event_log(self.model.state, language=language), self._folder.path / "events.csv")


class _Pictures:
    """The figures of a run: what needs its state is drawn or noted before the state is let go of."""

    def __init__(self, say: Voice, model: EcosystemModel) -> None:
        from dashboards.reporting.family import family_figure
        from ecosim.report.place_figures import places_of

        self._say = say
        self._places = places_of(model.state)
        self._family = family_figure(say, model.state)

    def drawn(self, facts: Facts, baseline: Facts | None) -> list[Any]:
        from dashboards.reporting.figures import figures

        made = figures(self._say, facts, baseline, self._places)
        return made if self._family is None else [*made, self._family]


def _played(model: EcosystemModel, doing: str, first: float, last: float) -> Iterator[Step | None]:
    """Play as many months as the scenario says; yield after each."""
    planned = model.played_scenario.months
    told = 0.0
    yield Step(doing, first)
    for month in range(1, planned + 1):
        model.step()
        now = time.monotonic()
        if now - told >= _EVERY:
            told = now
            yield Step(doing, first + (last - first) * month / planned)
        yield None
