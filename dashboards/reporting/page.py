"""A report as one web page that needs nothing else: pictures are in it, it has no script, and it asks for nothing."""

from __future__ import annotations

import base64
import functools
from importlib import resources

import jinja2

from dashboards.reporting.content import Code, Content, Link, Table
from ecosim.report.style import Picture

__all__ = ["page"]


def page(content: Content) -> str:
    """Return a report as HTML."""
    return _template().render(report=content, what=_what, source=_source)


def _what(block: object) -> str:
    """Return which kind of block the template has before it."""
    kinds = {str: "paragraph", Table: "table", Code: "code", Link: "link", Picture: "picture"}
    return kinds[type(block)]


def _source(picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"


@functools.cache
def _template() -> jinja2.Template:
    # Names come from strangers' files: everything is escaped, and a name that is missing is an error.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (resources.files("dashboards.reporting") / "page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text)
