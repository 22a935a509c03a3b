"""The analyses of a sweep, made and put into pictures and text. One that breaks leaves a section that says so."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from numbers import Number
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.image
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ecosim.errors import EcosimError, StudyError, nearest_name
from ecosim.report.style import Picture, legible
from experiments.analysis import ANALYSES, Section, Table, analyse, check_analysis
from experiments.study import AnalysisSpec
from experiments.words import json_ready, number

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["Shown", "chosen_analyses", "make_section", "stamped"]

DPI = 160
ROWS = 200  # of a table on the page; its CSV has all
_STRIP = 0.24  # inches below a figure, for the hash
_NAME = 40


@dataclass(frozen=True)
class Shown:
    """A section as the page shows it.

    key : of its files and its place on the page; problem : what went wrong, empty if nothing did, with `trace`
    figures, tables : by file name, without its folder
    """

    key: str
    kind: str
    title: str
    options: dict[str, Any]
    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    findings: Any = None
    figures: dict[str, Picture] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    csv: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    trace: str = ""


def chosen_analyses(study: Study, only: Sequence[str] | None = None) -> list[tuple[str, AnalysisSpec]]:
    """Return the analyses of a study with a key each; overview and effects when the study lists none.

    Raises
    ------
    StudyError
        When `only` names one that does not exist or does not fit the study.
    """
    specs = list(study.analyses)
    if not specs:
        kinds = ["overview"] + ["effects"] * (find_spec("experiments.analysis.effects") is not None)
        specs = [AnalysisSpec(kind) for kind in kinds]
    if only is not None:
        for kind in only:
            if kind not in ANALYSES:
                hint = nearest_name(kind, ANALYSES)
                raise StudyError(f"report: unknown analysis {kind!r}{hint}; allowed are {', '.join(ANALYSES)}")
        listed = [spec.kind for spec in specs]
        extra = [AnalysisSpec(kind) for kind in dict.fromkeys(only) if kind not in listed]
        for spec in extra:
            check_analysis(study, spec, "report")
        specs = [spec for spec in specs if spec.kind in only] + extra
    keys = _distinct(spec.kind for spec in specs)
    return list(zip(keys, specs, strict=True))


def make_section(results: Results, key: str, spec: AnalysisSpec) -> Shown:
    """Make an analysis and put it into pictures and text; whatever it raises ends in the section."""
    try:
        # The reader's own matplotlibrc counts for nothing: figures look as their authors saw them.
        with mpl.style.context("default", after_reset=True):
            section = analyse(results, spec)
            return _shown(section, key, spec, stamp_words(results))
    except EcosimError as problem:
        said, trace = str(problem), ""
    except Exception as problem:
        said, trace = f"{type(problem).__name__}: {problem}", traceback.format_exc()
    title = f"{spec.kind.replace('-', ' ').capitalize()}"
    return Shown(key, spec.kind, title, json_ready(dict(spec.options)), problem=said, trace=trace)


def stamp_words(results: Results) -> str:
    """Return the line that every figure carries: study, manifest hash, number of runs."""
    name = legible(results.study.name, _NAME).replace(r"\$", "$")
    return f"study {name} · manifest {results.hash} · {len(results.runs):,} runs"


def stamped(figure: Figure, words: str) -> tuple[bytes, int, int]:
    """Return a figure as PNG with a line of small grey words below it, at the right, and its width and height.

    The words get a strip of their own, so that they can never lie over anything, whatever the figure's layout.
    """
    figure.set_dpi(DPI)
    width = float(figure.get_size_inches()[0])
    strip = Figure(figsize=(width, _STRIP), dpi=DPI, facecolor="white")
    longest = width - 0.12
    size = min(7.0, 7.0 * longest / (0.062 * len(words)))  # a letter of 7 points is about 0.06 inches wide
    text = words.replace("$", r"\$")
    strip.text(1 - 0.06 / width, 0.45, text, ha="right", va="center", fontsize=size, color="#6E6E6E")
    pixels = np.concatenate([_pixels(figure), _pixels(strip)])
    buffer = io.BytesIO()
    mpl.image.imsave(buffer, pixels, format="png", dpi=DPI, metadata={"Description": words})
    return buffer.getvalue(), pixels.shape[1], pixels.shape[0]


def _pixels(figure: Figure) -> np.ndarray[Any, np.dtype[np.uint8]]:
    figure.set_facecolor("white")
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def _shown(section: Section, key: str, spec: AnalysisSpec, stamp: str) -> Shown:
    figures, tables, csv = {}, {}, {}
    for name, drawing in zip(_distinct(section.figures), section.figures.values(), strict=True):
        png, width, height = stamped(drawing.figure, stamp)
        figures[f"{key}-{name}.png"] = Picture(png, width, height, drawing.alt, drawing.caption)
    for name, table in zip(_distinct(section.tables), section.tables.values(), strict=True):
        frame = _plain_frame(table)
        tables[f"{key}-{name}.csv"] = _table(frame, table.caption)
        csv[f"{key}-{name}.csv"] = frame.to_csv(index=False, lineterminator="\n").encode()
    return Shown(
        key, spec.kind, section.title, json_ready(dict(spec.options)), tuple(section.words), tuple(section.warnings),
        json_ready(dict(section.findings)), figures, tables, csv,
    )  # fmt: skip


def _plain_frame(table: Table) -> pd.DataFrame:
    """Return a table whose index, if it says anything, is among its columns."""
    frame = table.frame
    if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None:
        return frame
    if frame.index.nlevels == 1 and frame.index.name is None and pd.api.types.is_integer_dtype(frame.index):
        return frame.reset_index(drop=True)  # what is left of a longer table
    return frame.reset_index()


def _table(frame: pd.DataFrame, caption: str) -> dict[str, Any]:
    """Return a table as the page shows it: texts, and which columns are numbers."""
    columns = [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    numeric = [all(_is_number(value) for value in column) and len(column) > 0 for column in columns]
    rows = list(zip(*([number(value) for value in column[:ROWS]] for column in columns), strict=True))
    left_out = len(frame) - min(len(frame), ROWS)
    return {
        "caption": caption, "columns": [_heading(name) for name in frame.columns], "numeric": numeric, "rows": rows,
        "left_out": left_out,
    }  # fmt: skip


def _heading(name: Any) -> str:
    return ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _is_number(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, Number) and not isinstance(value, bool))


def _distinct(names: Iterable[str]) -> list[str]:
    """Return names as they can stand in a file name, each once, whatever the case of its letters."""
    out: list[str] = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", str(name)).strip("-.")[:80] or "unnamed"
        found, count = plain, 1
        while found.lower() in (other.lower() for other in out):
            count += 1
            found = f"{plain}{count}"
        out.append(found)
    return out
