"""A chart: an ECharts option, drawn in the browser, with its content in words and as a table."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from typing import Any

from dashboards.components.vue import vue
from dashboards.session import say

__all__ = ["Chart"]


@vue("chart.vue")
def _Chart(  # noqa: N802
    option: dict[str, Any],
    title: str,
    alt: str,
    height: int,
    follow: bool,
    table: dict[str, Any],
    words: dict[str, str],
) -> Any: ...


def Chart(  # noqa: N802
    option: dict[str, Any], title: str, alt: str, height: int = 260, follow: bool = False,
    table: dict[str, list[Any]] | None = None,
) -> Any:  # fmt: skip
    """Show a chart.

    option : as `dashboards.charts` makes it; every series has an ``id``; title : what is shown and its unit
    alt : what is to be seen, for those who do not see it
    follow : whether series with ``follow: True`` end at the playhead's month; the others are seen whole
    table : ``columns`` (names) and ``rows`` (texts), to unfold below

    Numbers of axes and tooltips are written as the visitor's language writes them.
    """
    return _Chart(
        option=option, title=title, alt=alt, height=height, follow=follow, table=table or {},
        words={"table": say()("app.table"), "language": say().language},
    )  # fmt: skip
