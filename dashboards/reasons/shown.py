"""What the page shows of effects and families: charts, their content in words, and their tables. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboards.charts import bars as bar_chart
from dashboards.charts import tree as tree_chart
from dashboards.charts.bars import Bar
from dashboards.charts.tree import Member
from dashboards.reasons.effects import Effect, relative
from dashboards.reasons.families import Families, Hybrid
from dashboards.reasons.sentences import amount, label
from dashboards.text import Words
from ecosim.events import named

__all__ = ["Shown", "contributions", "family", "largest", "share"]

_DIGITS = 2


class Shown(NamedTuple):
    """A chart: its option, title, words for those who do not see it, height in pixels and table."""

    option: dict[str, Any]
    title: str
    alt: str
    height: int
    table: dict[str, list[Any]]


def contributions(effects: Sequence[Effect], outcome: str, kind: str, say: Words) -> Shown:
    """Return effects as bars; kind : ``mechanisms`` or ``changes``."""
    title = say(f"why.{kind}_title", outcome=say(f"why.outcome_{outcome}"))
    drawn = [
        Bar(
            label(effect.case, say), effect.estimate, effect.low, effect.high, _short(effect, outcome, say),
            "hollow" if effect.verdict in ("none", "unknown") else effect.verdict,  # type: ignore[arg-type]
        )
        for effect in effects
        if effect.estimate is not None
    ]  # fmt: skip
    spoken = ". ".join(
        say("why.row", name=label(effect.case, say), amount=amount(effect, outcome, say)) for effect in effects
    )
    known = any(effect.estimate is not None for effect in effects)
    heads = ["head_what" if kind == "mechanisms" else "head_change", "head_contribution", "head_interval"]
    return Shown(
        option=bar_chart.bars(drawn, say("why.axis_percent" if relative(outcome) else "why.axis_number")),
        title=title,
        alt=say("why.bars_alt", title=title, rows=spoken) if known else say("why.bars_alt_none", title=title),
        height=bar_chart.height(len(drawn)),
        table={
            "columns": [say(f"why.{head}") for head in (*heads, "head_seeds", "head_says")],
            "rows": [_row(effect, outcome, say) for effect in effects],
        },
    )


def _short(effect: Effect, outcome: str, say: Words) -> str:
    number = say.number(effect.estimate, _DIGITS)
    return say("why.percent", number=number) if relative(outcome) else number


def _row(effect: Effect, outcome: str, say: Words) -> list[str]:
    says = "refused" if effect.case.scenario is None else effect.verdict
    between = "\u202f; " if say.language == "fr" else ", "
    low, high = (say.number(end, _DIGITS) for end in (effect.low, effect.high))
    interval = "–" if effect.low is None else f"{low}{between}{high}"
    short = _short(effect, outcome, say)
    return [label(effect.case, say), short, interval, say.number(effect.seeds), say(f"why.says_{says}")]


def family(found: Families, say: Words) -> Shown:
    """Return the largest family as a tree; its table tells the generations of all of it."""
    members = [Member(one.x, one.y, one.parent, one.other, _joined(one.sectors), _told(one, say)) for one in found.tree]
    counts = Counter(member.group for member in members)
    named_groups = tree_chart.groups(members)
    spoken = [say("why.group", count=say.number(counts[name]), sectors=name) for name in named_groups]
    rest = len(members) - sum(counts[name] for name in named_groups)
    if rest:
        spoken.append(say("why.group", count=say.number(rest), sectors=say("why.others")))
    first = max(found.tree[0].birth, 0)
    return Shown(
        option=tree_chart.tree(members, say("why.month"), say("why.others")),
        title=say("why.family_title"),
        alt=say(
            "why.family_alt", size=say.number(found.size), generations=len(found.generations), first=first,
            last=found.last, groups=", ".join(spoken),
        ),
        height=tree_chart.height(members),
        table={
            "columns": [say(f"why.head_{name}") for name in ("generation", "hybrids", "first", "sectors")],
            "rows": [
                [
                    str(one.generation), say.number(one.hybrids), _month(one.first, say),
                    say("why.share_of", sectors=_joined(one.sectors), share=_percent(one.share, one.hybrids, say)),
                ]
                for one in found.generations
            ],
        },
    )  # fmt: skip


def largest(found: Families, say: Words) -> Shown:
    """Return the sizes of the largest families as bars."""
    names = [
        say("why.largest_name", rank=rank, sectors=_joined(sectors))
        for rank, (_, sectors, _) in enumerate(found.largest, start=1)
    ]
    sizes = [size for size, _, _ in found.largest]
    title = say("why.largest_title", number=len(sizes))
    rows = [Bar(name, float(size), text=say.number(size)) for name, size in zip(names, sizes, strict=True)]
    option = bar_chart.bars(rows, say("why.largest_axis"), whole=True)
    spoken = ". ".join(
        say("why.row", name=name, amount=say.number(size)) for name, size in zip(names, sizes, strict=True)
    )
    return Shown(
        option=option, title=title, alt=say("why.bars_alt", title=title, rows=spoken),
        height=bar_chart.height(len(rows)),
        table={
            "columns": [say(f"why.head_{name}") for name in ("rank", "hybrids", "founded")],
            "rows": [
                [name, say.number(size), _month(month, say)]
                for name, (size, _, month) in zip(names, found.largest, strict=True)
            ],
        },
    )  # fmt: skip


def share(found: Families, say: Words) -> str:
    """Return which part of all hybrids the largest family holds, %."""
    return _percent(found.size, found.hybrids, say)


def _told(one: Hybrid, say: Words) -> str:
    values = {
        "sectors": _joined(one.sectors), "generation": one.generation, "who": named(one.made_by, say.language),
    }  # fmt: skip
    return say("why.tip", month=one.birth, **values) if one.birth >= 0 else say("why.tip_before", **values)


def _month(month: int, say: Words) -> str:
    return str(month) if month >= 0 else say("why.before")


def _joined(sectors: Sequence[str]) -> str:
    return " + ".join(sectors)


def _percent(part: int, whole: int, say: Words) -> str:
    return say.number(100.0 * part / whole, _DIGITS)
