"""A whole report, in order: head, answer, comparison, settings, figures, the model, how to reproduce it, appendices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.reporting.content import Block, Code, Content, Link, Section, Table
from dashboards.reporting.facts import Facts
from dashboards.reporting.saying import answer, figures_table
from dashboards.reporting.settings import parameters_table, settings
from dashboards.reporting.titles import title_of
from dashboards.reporting.voice import Voice
from dashboards.setup import OWN, Setup, World
from ecosim import Scenario
from ecosim.report.style import Picture

__all__ = ["Source", "comparison_blocks", "compose"]

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]+/[A-Za-z0-9._~!$&'()*+,;=:@%/?\-]*", re.ASCII)


@dataclass(frozen=True)
class Source:
    """Where a report comes from.

    played : the scenario as it was played; toml : the same, as `ecosim run` reads it, with file names that belong to
    the run's folder; when : UTC; versions : of packages; commit : None when it is not known; link : to this state
    """

    setup: Setup
    world: World
    played: Scenario
    toml: str
    when: datetime
    versions: Mapping[str, str | None]
    commit: str | None
    link: str


def compose(
    say: Voice, source: Source, run: Facts, baseline: Facts | None, pictures: Sequence[Picture],
    comparison: Sequence[Block] = (),
) -> Content:  # fmt: skip
    """Return what a report says.

    comparison : paragraphs and tables of a comparison over many histories, in the same language, when there was one
    """
    title, story = title_of(say.words, source.world)
    setup = source.setup
    answered: tuple[Block, ...] = (*answer(say, run, baseline, setup.seed), figures_table(say, run, baseline))
    if baseline is not None:
        answered = (*answered, say("baseline_words"))
    parts = [Section("answer", say("answer"), answered)]
    if comparison:
        parts.append(Section("comparison", say("comparison"), tuple(comparison)))
    parts += [
        Section("set", say("set"), settings(say, setup, source.world)),
        Section("figures", say("figures"), tuple(pictures)),
        Section("model", say("model"), (say("model_words"), say("model_docs"))),
        Section("reproduce", say("reproduce"), _reproduce(say, source)),
        Section(
            "scenario", say("appendix_scenario"),
            (say("appendix_scenario_words"), Code("scenario.toml", source.toml)), folded=True,
        ),
        Section(
            "parameters", say("appendix_parameters"), (parameters_table(say, source.played.parameters),), folded=True
        ),
    ]  # fmt: skip
    return Content(
        say.language, say("kind"), say("contents"), title, story, _about(say, source, run), tuple(parts),
        say("page_of"), source.when,
    )  # fmt: skip


def _about(say: Voice, source: Source, run: Facts) -> tuple[tuple[str, str], ...]:
    size = say(
        "size_words", organisations=say.whole(run.organisations), clusters=say.whole(run.clusters),
        sectors=say.whole(run.sectors),
    )  # fmt: skip
    return (
        (say("made"), say.date(source.when)),
        (say("size_of"), size),
        (say("length"), say("months_words", months=say.whole(run.played))),
        (say("seed"), str(source.setup.seed)),
        (say("version"), say("version_words", version=str(source.versions["ecosim"]))),
        (say("commit"), source.commit or say("commit_unknown")),
    )


def _reproduce(say: Voice, source: Source) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if source.world.name == OWN:
        blocks.append(say("link_own"))
    else:
        target = source.link if _ADDRESS.fullmatch(source.link) else ""
        blocks += [say("reproduce_link"), Link(source.link, target)]
    version = str(source.versions["ecosim"])
    blocks += [
        say("reproduce_command", version=version),
        Code("", f"ecosim run scenario.toml --seed {source.setup.seed}"),
    ]
    if source.played.input_files:
        blocks.append(say("reproduce_inputs"))
    rows = tuple((name, found or say("unknown")) for name, found in source.versions.items())
    blocks.append(Table(say("versions"), (say("package"), say("package_version")), rows, widths=(2, 3)))
    return tuple(blocks)


def comparison_blocks(found: Mapping[str, Any] | None) -> tuple[Block, ...]:
    """Return the blocks of a comparison in words: its ``lead``, ``caption``, ``columns`` and ``rows``."""
    if not found:
        return ()
    rows = tuple(tuple(str(cell) for cell in row) for row in found["rows"])
    table = Table(str(found["caption"]), tuple(map(str, found["columns"])), rows)
    return (str(found["lead"]), table) if found.get("lead") else (table,)
