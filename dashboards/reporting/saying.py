"""The answer of a report: sentences, and the same numbers as a table, beside the baseline where there is one."""

from __future__ import annotations

import math
from collections.abc import Callable

from dashboards.reporting.content import Table
from dashboards.reporting.facts import Facts
from dashboards.reporting.voice import Voice

__all__ = ["answer", "figures_table"]

_SHORTEST = 12  # months, for emergence to be told at all
_EDGE = 0.005  # an R that is written as 1.00 is neither above nor below 1


def answer(say: Voice, run: Facts, baseline: Facts | None, seed: int) -> tuple[str, ...]:
    """Return the answer, in a few short sentences; `baseline` is None where nothing differs from it."""
    said = [_reproduction(say, run)]
    if run.r_top and run.r_last and run.r_top[0] != run.r_last[0] and math.isfinite(run.r_top[1]):
        said.append(say("r_top", month=str(run.r_top[0]), value=say.number(run.r_top[1])))
    said += _emergence(say, run)
    said.append(_born(say, run))
    if run.revenue is None:
        said.append(say("no_economy"))
    else:
        said.append(
            say("economy", revenue=say.money(run.revenue), jobs=say.whole(run.jobs), sme=say.whole(run.sme_jobs))
        )
    if run.spending:
        said.append(say("spent", spending=say.money(run.spending)))
    if baseline is None:
        return (*said, say("own_baseline"))
    return (*said, _compared(say, run, baseline), say("one_history", seed=str(seed)))


def _reproduction(say: Voice, run: Facts) -> str:
    if run.r_last is None:
        return say("r_none")
    month, value = run.r_last
    if math.isinf(value):
        return say("r_unbounded", month=str(month))
    side = "r_one" if abs(value - 1) < _EDGE else "r_above" if value > 1 else "r_below"
    return say(side, month=str(month), value=say.number(value))


def _emergence(say: Voice, run: Facts) -> list[str]:
    if run.emergence is not None:
        fell = run.r_last is not None and run.r_last[1] < 1 - _EDGE
        return [say("emerged", month=str(run.emergence)), *([say("emerged_fell")] if fell else [])]
    return [say("not_emerged" if run.played >= _SHORTEST else "too_short", months=str(run.played))]


def _born(say: Voice, run: Facts) -> str:
    if run.hybrids < 2:
        return say("born_one" if run.hybrids else "born_none")
    share = run.recombinant / run.hybrids
    return say("born", hybrids=say.whole(run.hybrids), recombinant=say.whole(run.recombinant), share=say.share(share))


def _compared(say: Voice, run: Facts, baseline: Facts) -> str:
    parts = [say("compared_hybrids", value=say.signed(run.hybrids - baseline.hybrids))]
    r = _minus(run.r_last and run.r_last[1], baseline.r_last and baseline.r_last[1])
    if r is not None:
        parts.append(say("compared_r", value=say.signed(r, 2)))
    revenue, jobs = _minus(run.revenue, baseline.revenue), _minus(run.jobs, baseline.jobs)
    if revenue is not None:
        parts.append(say("compared_revenue", value=say.money(revenue, sign=True)))
    if jobs is not None:
        parts.append(say("compared_jobs", value=say.signed(round(jobs))))
    return say("compared", differences=say.listed(parts))


# -- the table ------------------------------------------------------------------------------------------------


def figures_table(say: Voice, run: Facts, baseline: Facts | None) -> Table:
    """Return the numbers of the run, of its baseline and the differences."""
    rows = []
    for name, value, whole in _INDICATORS:
        here = value(run)
        unknown = say("not_reached") if name == "i_emergence" and here is None else say("unknown")
        if here is None and name in ("i_alliances", "i_spending"):
            continue  # a mechanism that is off has nothing to say
        cells = [say(name), unknown if here is None else _cell(say, here, whole)]
        if baseline is not None:
            there = value(baseline)
            missing = say("not_reached") if name == "i_emergence" else say("unknown")
            cells.append(missing if there is None else _cell(say, there, whole))
            apart = _minus(here, there)
            cells.append(
                say("no_difference") if apart is None else say.signed(round(apart)) if whole else say.signed(apart, 2)
            )
        rows.append(tuple(cells))
    if baseline is None:
        return Table(say("figures_table"), (say("indicator"), say("value")), tuple(rows), numbers=(1,), widths=(5, 2))
    columns = (say("indicator"), say("with_changes"), say("baseline"), say("difference"))
    return Table(say("figures_table_compared"), columns, tuple(rows), numbers=(1, 2, 3), widths=(5, 2, 2, 2))


def _cell(say: Voice, value: float, whole: bool) -> str:
    return say.whole(value) if whole else say.number(value)


_INDICATORS: tuple[tuple[str, Callable[[Facts], float | None], bool], ...] = (
    ("i_r_top", lambda run: run.r_top and run.r_top[1], False),
    ("i_r_last", lambda run: run.r_last and run.r_last[1], False),
    ("i_emergence", lambda run: run.emergence, True),
    ("i_hybrids", lambda run: run.hybrids, True),
    ("i_recombinant", lambda run: run.recombinant, True),
    ("i_revenue", lambda run: run.revenue, True),
    ("i_revenue_last", lambda run: run.revenue_last, True),
    ("i_jobs", lambda run: run.jobs, True),
    ("i_sme_jobs", lambda run: run.sme_jobs, True),
    ("i_job_years", lambda run: run.job_years, True),
    ("i_alliances", lambda run: run.alliances, True),
    ("i_spending", lambda run: run.spending, True),
)


def _minus(here: float | None, there: float | None) -> float | None:
    if here is None or there is None or not (math.isfinite(here) and math.isfinite(there)):
        return None
    return here - there
