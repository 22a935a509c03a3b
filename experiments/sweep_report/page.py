"""The page of a sweep: facts and analyses put into the template (`make_report`), and written (`write_report`)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from ecosim.files import explained, write_bytes
from experiments.sweep_report.endings import Progress, endings, progress
from experiments.sweep_report.facts import study_facts
from experiments.sweep_report.sections import Shown, chosen_analyses, make_section
from experiments.words import amount, number

if TYPE_CHECKING:
    from experiments.store import Results

__all__ = ["SweepReport", "make_report", "write_report"]

_TEASER = 420  # letters of a section's first paragraph, to be told at the top as well


@dataclass(frozen=True)
class SweepReport:
    """The report of a sweep.

    html : the page, self-contained; findings : numbers for machines, plain data
    figures, tables : PNG and CSV by file name
    problems : a line for each analysis that could not be made; empty when all went well
    path : of the page, None until it is written
    """

    html: str
    findings: Mapping[str, Any]
    figures: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    path: Path | None = None


def make_report(
    results: Results, only: Sequence[str] | None = None, after: Callable[[str], None] | None = None
) -> SweepReport:  # fmt: skip
    """Return the report of a sweep, as far as it has come.

    An analysis that raises leaves a section that says so, and a line in `problems`; the others are made.

    Parameters
    ----------
    only : kinds of analyses to make, instead of those of the study; after : called with the kind of each that is made

    Raises
    ------
    StudyError
        When `only` names an analysis that does not exist or does not fit the study.
    """
    found = progress(results)
    sections = []
    for key, spec in chosen_analyses(results.study, only) if len(results.runs) else []:
        sections.append(make_section(results, key, spec))
        if after is not None:
            after(spec.kind)
    folder = str(results.folder.path)
    ended = endings(results, folder)
    html = _template().render(
        **study_facts(results, found, folder), complete=found.complete, incomplete=found.problem, ended=ended,
        summary=_summary(results, found, ended), hash=results.hash, study_name=results.study.name,
        runs=number(len(results.runs)), sections=[_on_page(section) for section in sections],
    )  # fmt: skip
    return SweepReport(
        html,
        _findings(results, found, ended, sections),
        {name: picture.png for section in sections for name, picture in section.figures.items()},
        {name: content for section in sections for name, content in section.csv.items()},
        tuple(f"analysis {section.key}: {section.problem}" for section in sections if section.problem),
    )


def write_report(results: Results, report: SweepReport | None = None) -> SweepReport:
    """Write a report into the sweep's folder and return it, with its path.

    ``report.html``, ``findings.json``, ``figures/`` and ``tables/``, each file whole or not at all, the page last.
    Figures and tables of an earlier report that are not in this one are removed.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    made = make_report(results) if report is None else report
    folder = results.folder.path
    files = {f"figures/{name}": content for name, content in made.figures.items()}
    files |= {f"tables/{name}": content for name, content in made.tables.items()}
    earlier = _earlier_files(folder)
    for name, content in files.items():
        with explained(folder / name):
            (folder / name).parent.mkdir(exist_ok=True)
        write_bytes(folder / name, content)
    findings = json.dumps(made.findings, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(folder / "findings.json", f"{findings}\n".encode())
    path = folder / "report.html"
    write_bytes(path, made.html.encode())
    for name in earlier - set(files):
        with explained(folder / name, "cannot be removed"):
            (folder / name).unlink(missing_ok=True)
    return replace(made, path=path)


def _earlier_files(folder: Path) -> set[str]:
    """Return the figures and tables that the report before this one has written."""
    try:
        found = json.loads((folder / "findings.json").read_bytes())["analyses"]
        names = {str(name) for item in found for name in (*item["figures"], *item["tables"])}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    places = [(name, Path(name)) for name in names]
    return {name for name, path in places if len(path.parts) == 2 and path.parts[0] in ("figures", "tables")}


def _findings(results: Results, found: Progress, ended: Mapping[str, Any], sections: list[Shown]) -> dict[str, Any]:
    return {
        "study": results.study.name,
        "manifest": results.hash,
        "runs": {
            "asked": found.asked, "committed": found.committed, "complete": found.complete,
            "points": len(results.points), "replicates": list(found.replicates), "ended": ended["counts"],
        },
        "analyses": [
            {
                "key": section.key, "kind": section.kind, "options": section.options, "title": section.title,
                "problem": section.problem or None, "warnings": list(section.warnings), "words": list(section.words),
                "findings": section.findings, "figures": [f"figures/{name}" for name in section.figures],
                "tables": [f"tables/{name}" for name in section.csv],
            }
            for section in sections
        ],
    }  # fmt: skip


def _on_page(section: Shown) -> dict[str, Any]:
    """Return a section as the template wants it."""
    figures = [
        {
            "source": f"data:image/png;base64,{base64.b64encode(picture.png).decode()}", "file": name,
            "width": picture.width, "height": picture.height, "alt": picture.alt, "caption": picture.caption,
        }
        for name, picture in section.figures.items()
    ]  # fmt: skip
    first = section.words[0] if section.words and section.kind != "overview" else ""
    return {
        "key": section.key, "title": section.title, "warnings": section.warnings, "words": section.words,
        "figures": figures, "tables": section.tables, "problem": section.problem, "trace": section.trace,
        "teaser": first if len(first) <= _TEASER else "",
    }  # fmt: skip


def _summary(results: Results, found: Progress, ended: Mapping[str, Any]) -> list[str]:
    if not len(results.runs):
        return ["No run has been played yet: there is nothing to tell."]
    low, high = found.replicates
    each = amount(low, "replicate") if low == high else f"{number(low)} to {amount(high, 'replicate')}"
    said = [f"{amount(len(results.runs), 'run')} at {amount(len(results.points), 'point')}, {each} of each."]
    bad = ended["bad"]
    said.append(f"{amount(bad, 'run')} did not end well and {'is' if bad == 1 else 'are'} left out of the analyses; "
                "see how the runs ended." if bad else "All runs ended well.")  # fmt: skip
    return said


def _template() -> jinja2.Template:
    # Names and words on the page come from users' files: everything is escaped, and a missing name is an error.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["glued"] = lambda words: str(words).replace(" %", "\u00a0%")  # no line begins with a per cent
    source = resources.files("experiments.sweep_report") / "sweep_report.html.j2"
    return environment.from_string(source.read_text(encoding="utf-8"))
