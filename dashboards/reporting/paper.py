"""A report as a PDF: the same content as the web page, on A4, with text that can be selected and searched.

The letters are those of DejaVu Sans, which Matplotlib brings along; a letter that the font lacks is shown as □.
"""

from __future__ import annotations

import functools
import io
import secrets
from pathlib import Path
from typing import Any

import matplotlib as mpl
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace
from matplotlib.font_manager import get_font
from PIL import Image

from dashboards.reporting.content import Block, Code, Content, Link, Section, Table
from ecosim.report.style import Picture

__all__ = ["paper"]

_MARGIN = 18.0  # mm
_INK, _SOFT, _LINE, _BLUE, _WASH = (28, 39, 51), (74, 88, 102), (213, 220, 227), (0, 90, 142), (244, 246, 248)
_FONT, _CODE = "DejaVu", "DejaVuMono"
_LOCALES = {"en": "en-GB", "fr": "fr-FR"}
_LONG = 30  # rows, from which on a table of many columns is set smaller
_LONGEST_PICTURE = 150.0  # mm, the height of the highest figure on a page


def paper(content: Content, compressed: bool = True) -> bytes:
    """Return a report as PDF.

    compressed : False leaves its streams in the clear, for who looks into them
    """
    pdf = _Paper(content)
    pdf.set_compression(compressed)
    pdf.add_page()
    pdf.head()
    for section in content.sections:
        pdf.part(section)
    return bytes(pdf.output())


class _Paper(FPDF):
    """The pages. Every text goes through `_shown`, since it may hold letters that no font here has."""

    def __init__(self, content: Content) -> None:
        super().__init__(format="A4")
        self._content = content
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, _MARGIN)
        for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
            self.add_font(_FONT, style, _fonts() / f"{name}.ttf")
        self.add_font(_CODE, "", _fonts() / "DejaVuSansMono.ttf")
        self.set_lang(_LOCALES.get(content.language, content.language))
        self.set_title(_shown(content.title))
        self.set_author("ecosim")
        self.set_creator("ecosim")
        self.set_subject(_shown(content.kind))
        if content.created is not None:
            self.set_creation_date(content.created)
        self._pages = secrets.token_hex(6)  # stands for the number of pages; nobody else can have written it
        self.alias_nb_pages(self._pages)
        self._write_in(10)

    def footer(self) -> None:
        self.set_y(-_MARGIN + 5)
        self._write_in(8, colour=_SOFT)
        words = self._content.page_of.replace("{page}", str(self.page_no())).replace("{pages}", self._pages)
        self.cell(0, 5, words, align="R")

    # -- blocks -----------------------------------------------------------------------------------------------

    def head(self) -> None:
        """Write the title, the story and what was run."""
        self._write_in(9, colour=_SOFT)
        self._text(self._content.kind, 5)
        self._write_in(19, bold=True)
        self._text(self._content.title, 8.5)
        self.ln(2)
        self._write_in(10)
        if self._content.story:
            self._text(self._content.story, 5.2)
            self.ln(2)
        for name, value in self._content.about:
            self._write_in(9, colour=_SOFT)
            self.cell(34, 5, _shown(name))
            self._write_in(9)
            self._text(value, 5)
        self.ln(1)

    def part(self, section: Section) -> None:
        """Write a section under its heading; an appendix begins a page."""
        if section.folded:
            self.add_page()
        else:
            room = 30.0
            if isinstance(section.blocks[0] if section.blocks else None, Picture):
                room += self._sizes(section.blocks[0])[2]  # type: ignore[arg-type]
            if self.will_page_break(room):
                self.add_page()
        self.ln(3)
        self._write_in(14, bold=True)
        self.start_section(_shown(section.heading))
        self._text(section.heading, 7)
        self.ln(1)
        for place, block in enumerate(section.blocks):
            self._block(block, first=place == 0 and section.key == "answer")

    def _block(self, block: Block, first: bool) -> None:
        if isinstance(block, str):
            self._write_in(11 if first else 10, bold=first)
            self._text(block, 5.6 if first else 5.2)
            self.ln(1.2)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Code):
            self._code(block)
        elif isinstance(block, Link):
            self._write_in(9, colour=_BLUE)
            self.multi_cell(
                0, 4.6, _shown(block.text), align="L", link=block.target, new_x=XPos.LMARGIN, new_y=YPos.NEXT,
                wrapmode=WrapMode.CHAR,
            )  # fmt: skip
            self.ln(1.5)
        else:
            self._picture(block)

    def _table(self, table: Table) -> None:
        self.ln(1)
        if self.will_page_break(24):
            self.add_page()
        self._write_in(10, bold=True)
        self._text(table.caption, 5.2)
        many = len(table.columns) > 4
        self._write_in(7 if many and len(table.rows) > _LONG else 8 if many else 9)
        self.set_draw_color(*_LINE)
        align = tuple("RIGHT" if place in table.numbers else "LEFT" for place in range(len(table.columns)))
        with super().table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=table.widths or None, text_align=align,
            headings_style=FontFace(emphasis="BOLD", fill_color=_WASH), line_height=4.4, padding=(0.7, 1.2),
            align="LEFT",
        ) as rows:  # fmt: skip
            for row in (table.columns, *table.rows):
                line = rows.row()
                for cell in row:
                    line.cell(_shown(cell))
        self.ln(2.5)

    def _code(self, code: Code) -> None:
        if code.caption:
            self._write_in(10, bold=True)
            self._text(code.caption, 5.2)
        self.set_font(_CODE, size=8)
        self.set_fill_color(*_WASH)
        for line in code.text.rstrip("\n").split("\n"):
            self.multi_cell(
                0,
                4.2,
                _shown(line) or " ",
                align="L",
                fill=True,
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
                wrapmode=WrapMode.CHAR,
            )
        self.ln(2)

    def _sizes(self, picture: Picture) -> tuple[float, float, float]:
        """Return width and height of a picture on paper, and the height with its caption, mm."""
        width = min(self.epw, 160.0, _LONGEST_PICTURE * picture.width / picture.height)
        height = width * picture.height / picture.width
        self._write_in(9, colour=_SOFT)
        below = self.multi_cell(
            0, 4.6, _shown(picture.caption), dry_run=True, output=MethodReturnValue.HEIGHT, align="L"
        )
        return width, height, height + float(below) + 4  # type: ignore[arg-type]

    def _picture(self, picture: Picture) -> None:
        width, height, whole = self._sizes(picture)
        if self.will_page_break(whole):
            self.add_page()
        # Without the transparency that it does not have, a picture is half as large.
        image = Image.open(io.BytesIO(picture.png)).convert("RGB").quantize(128)
        self.image(image, w=width, h=height, alt_text=_shown(picture.alt))
        self.ln(1)
        self._text(picture.caption, 4.6)
        self.ln(4)

    # -- writing ----------------------------------------------------------------------------------------------

    def _write_in(self, size: float, bold: bool = False, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, style="B" if bold else "", size=size)
        self.set_text_color(*colour)

    def _text(self, text: str, height: float) -> None:
        self.multi_cell(0, height, _shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _fonts() -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@functools.cache
def _letters() -> frozenset[int]:
    """Return the letters that all fonts used here have."""
    names = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono")
    known: list[Any] = [get_font(str(_fonts() / f"{name}.ttf")).get_charmap() for name in names]
    return frozenset(known[0]).intersection(*known[1:])


def _shown(text: str) -> str:
    """Return a text in letters that the fonts have: of those that break no line, and □ for the rest."""
    known = _letters()
    text = text.replace("\u202f", "\u00a0")
    return "".join(letter if ord(letter) in known or letter == "\n" else "□" for letter in text)
