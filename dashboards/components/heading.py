"""Headings and paragraphs as plain HTML elements, their text never markup."""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

from typing import Any

import solara

__all__ = ["Heading", "Paragraph"]


def Heading(text: str, level: int = 1) -> Any:  # noqa: N802
    """Show a heading of a level from 1 (the page's own, once) to 6."""
    return solara.v.Html(tag=f"h{level}", children=[text])


def Paragraph(text: str, style: str = "") -> Any:  # noqa: N802
    """Show a paragraph; `style` is one of the classes of style.css."""
    return solara.v.Html(tag="p", children=[text], class_=style)
