"""The scoreboard as a page: what was found, what fails, and how each line is made again. Knows of no study's inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.validation.keeping import Kept
from experiments.validation.row import Row
from experiments.validation.studies import PARTS, WITH_FILES

__all__ = ["page"]

_VERDICTS = {"holds": "holds", "fails": "**fails**", "undecided": "*undecided*"}
_BEHAVIOURS = {
    "1 Necessity": ("necessity",),
    "2 Tipping": ("tipping", "exponents"),
    "3 Complementarity": ("complementarity",),
    "4 Crystallisation": ("crystallisation", "hysteresis"),
    "5 Inverted U": ("inverted-u",),
    "6 Branching": ("galton-watson", "contagion", "percolation"),
    "7 Heaps and Zipf": ("heaps-zipf", "higher-order", "exploration"),
    "8 Bass": ("bass",),
    "9 Levers": ("levers",),
    "10 Cases": ("mecapole", "alfadir"),
}


def page(kept: Mapping[str, Kept], folder: str) -> str:
    """Return the page, Markdown, of what is kept in a folder; figures are linked by the folder's name."""
    ordered = [name for part in PARTS.values() for name in part]
    missing = [name for name in ordered if name not in kept]
    lines = [
        "# The scoreboard",
        "",
        "Made by `ecosim validate`; not written by hand. Each line is a statement, where it comes from, what is "
        "expected, what was found (with its 95 % interval where it comes from runs), and whether it holds. An estimate "
        "*holds* when its whole interval lies where expected, *fails* when none of it does, and is *undecided* when "
        "the interval is too wide to say. Parameters are the defaults, or what the line says; none was tuned for it.",
        "",
        *_summary(kept, missing),
        *_counts(kept),
        *_failures(kept, ordered),
        "## How to make it again",
        "",
        "```",
        "ecosim validate --all --participations FILE --programmes FILE     # everything; also: make validate",
        "ecosim validate galton-watson                                     # one study; --quick: seconds, not minutes",
        "ecosim validate --participations OTHER.csv --column project=id    # another programme's network",
        "```",
        "",
        "Interrupted, it goes on where it stopped. The quick form of every study is played by the tests.",
        "",
        *(_behaviours(kept, folder) if set(kept) - WITH_FILES else []),
    ]
    for part, names in PARTS.items():
        if not any(name in kept for name in names):
            continue
        lines += [f"## {part}", ""]
        for name in names:
            lines += _study(name, kept[name], folder) if name in kept else _not_played(name)
    return "\n".join(lines).rstrip() + "\n"


def _summary(kept: Mapping[str, Kept], missing: list[str]) -> list[str]:
    rows = [row for found in kept.values() for row in found.rows]
    count = {verdict: sum(row.verdict == verdict for row in rows) for verdict in _VERDICTS}
    versions = sorted({found.version for found in kept.values()})
    days = sorted({found.made[:10] for found in kept.values()})
    broken = sum(bool(found.problem) for found in kept.values())
    words = [
        f"**{len(rows)} lines: {count['holds']} hold, {count['fails']} fail, {count['undecided']} undecided.**",
        f"{len(kept)} studies, played {' to '.join(dict.fromkeys([days[0], days[-1]]))}, {'; '.join(versions)}."
        if days
        else "Nothing was played.",
    ]
    if any(found.quick for found in kept.values()):
        words.append("Some are quick forms, with wide intervals.")
    if broken:
        words.append(f"{broken} could not be played.")
    if missing:
        words.append(f"Not played: {', '.join(missing)}.")
    return [" ".join(words), ""]


def _counts(kept: Mapping[str, Kept]) -> list[str]:
    """Return how many lines hold, by part."""
    lines = ["| part | hold | fail | undecided |", "|---|---|---|---|"]
    for part, names in PARTS.items():
        verdicts: list[str] = [row.verdict for name in names if name in kept for row in kept[name].rows]
        if verdicts:
            lines.append(f"| {part} | " + " | ".join(str(verdicts.count(verdict)) for verdict in _VERDICTS) + " |")
    return [*lines, ""]


def _failures(kept: Mapping[str, Kept], ordered: list[str]) -> list[str]:
    """Return the plain list of all that does not hold, in the order of the parts; reasons stand with the studies."""
    lines = ["## What does not hold", ""]
    for name in ordered:
        found = kept.get(name)
        if found is None:
            continue
        if found.problem:
            lines.append(f"- [{name}](#{name}): **could not be played**: {found.problem}")
        lines += [
            f"- {_VERDICTS[row.verdict]}, [{name}](#{name}): {row.fact} Found: {row.found}."
            for verdict in ("fails", "undecided")
            for row in found.rows
            if row.verdict == verdict
        ]
    if len(lines) == 2:
        lines.append("Everything that was played holds.")
    return [*lines, ""]


def _behaviours(kept: Mapping[str, Kept], folder: str) -> list[str]:
    """Return where each behaviour of the design is shown, with its figure."""
    lines = ["## The behaviours that must hold", "", "| behaviour | figure | lines |", "|---|---|---|"]
    for words, names in _BEHAVIOURS.items():
        figures = ", ".join(f"[{name}]({folder}/{name}.png)" for name in names)
        rows = [row for name in names if name in kept for row in kept[name].rows]
        holding = sum(row.verdict == "holds" for row in rows)
        lines.append(f"| {words} | {figures} | {holding} of {len(rows)} hold |")
    return [*lines, ""]


def _study(name: str, found: Kept, folder: str) -> list[str]:
    lines = [f"### {name}", ""]
    if found.problem:
        return [*lines, f"Could not be played: {found.problem}", "", f"`ecosim validate {name}`", ""]
    lines += [found.question, "", "| statement | source | expected | found | |", "|---|---|---|---|---|"]
    lines += [_line(row) for row in found.rows]
    lines += ["", *(f"- *{row.key}*: {row.note}" for row in found.rows if row.note)]
    if lines[-1] != "":
        lines.append("")
    files = f", files {', '.join(found.files)}" if found.files else ""
    command = f"ecosim validate {name}{' --participations FILE --programmes FILE' if name in WITH_FILES else ''}"
    lines += [
        f"![{name}: {found.question}]({folder}/{name}.png)",
        "",
        f"`{command}{' --quick' if found.quick else ''}`: seeds {found.seeds}; {found.made}, {found.seconds:.0f} s, "
        f"{found.version}{files}. Table: [{name}.csv]({folder}/{name}.csv), "
        f"findings: [{name}.json]({folder}/{name}.json).",
        "",
    ]
    return lines


def _not_played(name: str) -> list[str]:
    why = " It needs a file of participations." if name in WITH_FILES else ""
    return [f"### {name}", "", f"Not played.{why}", ""]


def _line(row: Row) -> str:
    cells: list[Any] = [row.fact, row.source, row.expected, row.found, _VERDICTS[row.verdict]]
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
