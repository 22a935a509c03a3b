"""The contract of an analysis: results in, a section of the report out. Writes no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

__all__ = ["Drawing", "Section", "Table"]


@dataclass(frozen=True)
class Drawing:
    """A figure, with its words: `alt` for those who do not see it, `caption` for all."""

    figure: Figure
    alt: str
    caption: str


@dataclass(frozen=True)
class Table:
    """A table of the report; numbers are shown with four significant digits."""

    frame: pd.DataFrame
    caption: str


@dataclass(frozen=True)
class Section:
    """One section of the report.

    title : a few words; words : paragraphs that say what is seen, in plain text, for a reader who has not seen the code
    warnings : what a reader must know before using it (dropped runs, indices that did not converge, NaN): shown first
    findings : numbers for machines, plain data; figures, tables : by a short name that becomes a file name
    """

    title: str
    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Drawing] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
