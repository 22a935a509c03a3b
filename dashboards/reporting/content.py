"""What a report is made of. The same content is written as a web page and as a PDF, so that both say the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ecosim.report.style import Picture

__all__ = ["Block", "Code", "Content", "Link", "Section", "Table"]


@dataclass(frozen=True)
class Table:
    """A table. `numbers` : the columns that hold numbers, by place; the others hold words.
    `widths` : relative widths of the columns, for paper (none: equal).
    """  # fmt: skip

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is, in letters of one width; `caption` says what it is."""

    caption: str
    text: str


@dataclass(frozen=True)
class Link:
    """An address. `target` is where it leads, "" for one that is only shown."""

    text: str
    target: str = ""


Block = str | Table | Code | Link | Picture


@dataclass(frozen=True)
class Section:
    """A part of a report under its own heading. `key` is the same in every language.

    folded : an appendix, folded away on the page until it is wanted
    """

    key: str
    heading: str
    blocks: tuple[Block, ...]
    folded: bool = False


@dataclass(frozen=True)
class Content:
    """A whole report. `about` : what was run, by name (date, version, seed, ...); `kind` : what kind of report it is
    contents, page_of : words for the list of sections and for the foot of a page (with ``{page}`` and ``{pages}``)
    """

    language: str
    kind: str
    contents: str
    title: str
    story: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...] = field(default=())
    page_of: str = "{page} / {pages}"
    created: datetime | None = None
