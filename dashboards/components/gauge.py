"""The gauge: R at the playhead, in words, and the key figures beside it, against the baseline's."""

# mypy: disable-error-code="attr-defined,untyped-decorator,empty-body"

from __future__ import annotations

from itertools import accumulate
from typing import Any

from dashboards.charts.lines import money_unit
from dashboards.components.vue import vue
from dashboards.playing import Record
from dashboards.text import Words

__all__ = ["Gauge", "figures", "reproduction"]


@vue("gauge.vue")
def Gauge(  # noqa: N802
    r: dict[str, list[float | None]], baseline: dict[str, list[float | None]] | None, figures: list[dict[str, Any]],
    words: dict[str, str],
) -> Any:  # fmt: skip
    """Show R at the playhead: theoretical where it was evaluated, else instantaneous; and the figures.

    r, baseline : as `reproduction` gives them; figures : as `figures` gives them
    """


def reproduction(record: Record | None) -> dict[str, list[float | None]]:
    """Return R by month, ``theoretical`` and ``instantaneous``, None where it is not known."""
    if record is None:
        return {"theoretical": [], "instantaneous": []}
    return {"theoretical": record.columns["r_theoretical"], "instantaneous": record.columns["r_instantaneous"]}


def figures(record: Record | None, baseline: Record | None, economy: bool, say: Words) -> list[dict[str, Any]]:
    """Return the key figures: name, unit, and values by month of the run and of its baseline (None without one).

    Turnover, jobs and alliances are there only with an economy.
    """
    runs = [run for run in (record, baseline) if run is not None]
    revenues = [value for run in runs for value in run.columns.get("revenue", []) if value is not None]
    factor, unit = money_unit(max(revenues, default=0.0), say)
    shown = [("hybrids", say("explore.hybrids_so_far"), "", _hybrids)]
    if economy:
        shown += [
            ("revenue", say("outcomes.revenue"), say("explore.a_month", unit=unit), _column("revenue", factor)),
            ("employees", say("outcomes.employees"), "", _column("employees", 1.0)),
            ("alliances", say("outcomes.alliances"), "", _column("alliances", 1.0)),
        ]
    return [
        {
            "name": name,
            "unit": its_unit,
            "values": [] if record is None else values(record),
            "baseline": None if baseline is None else values(baseline),
        }
        for _, name, its_unit, values in shown
    ]


def _hybrids(record: Record) -> list[float | None]:
    columns = record.columns
    births = zip(columns["births_spontaneous"], columns["births_recombinant"], strict=True)
    return [float(total) for total in accumulate((a or 0) + (b or 0) for a, b in births)]


def _column(name: str, factor: float) -> Any:
    def values(record: Record) -> list[float | None]:
        return [None if value is None else value * factor for value in record.columns.get(name, [])]

    return values
