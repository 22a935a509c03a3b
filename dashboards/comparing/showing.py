"""A comparison as plain data for its page: cards of sentences, tables, options of charts. Knows no Solara."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.charts.base import COLOURS, GREY
from dashboards.charts.fan import fan
from dashboards.charts.forest import Row, forest
from dashboards.comparing.bands import FOR_HALF, FOR_NINETY, Fan, fan_of
from dashboards.comparing.effects import Cost, Effect, costs, effects, played
from dashboards.comparing.entries import Entry
from dashboards.comparing.replicates import SERIES, Played, measurable
from dashboards.comparing.sentences import (
    MAIN,
    cost_words,
    difference_words,
    effect_words,
    headline,
    label,
    named,
    value_words,
)  # fmt: skip
from dashboards.comparing.work import Runs
from dashboards.text import Words

__all__ = [
    "Picture",
    "Result",
    "cards",
    "colour",
    "cost_table",
    "difference_table",
    "fans",
    "forests",
    "outcomes",
    "results",
]

_SIGNS = {"more": "▲", "less": "▼", "same": "=", "chance": "≈", "few": "…"}
_FORESTS = ("r_theoretical", "hybrids", "revenue", "job_years")


@dataclass(frozen=True)
class Result:
    """What is known of one entry that is not the baseline."""

    entry: Entry
    place: int  # among the entries, the baseline being 0
    effects: list[Effect]
    costs: list[Cost]

    def effect(self, outcome: str) -> Effect | None:
        """Return the effect on an outcome, None where there is no such outcome."""
        return next((effect for effect in self.effects if effect.outcome == outcome), None)


@dataclass(frozen=True)
class Picture:
    """What the component `Chart` shows."""

    name: str
    option: dict[str, Any]
    title: str
    alt: str
    height: int
    table: dict[str, list[Any]]


def colour(place: int) -> str:
    """Return the colour of an entry by its place, the baseline being 0."""
    return GREY if place == 0 else COLOURS[(place - 1) % len(COLOURS)]


def outcomes(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the outcomes that mean something in any of the entries, in order."""
    known = [measurable(entry.scenario) for entry in entries if entry.scenario is not None]
    return max(known, key=len, default=())


def results(entries: Sequence[Entry], seeds: Sequence[int], runs: Runs, ratios: bool) -> list[Result]:
    """Return the effects of every entry against the first. ratios : whether costs are wanted, which take longer."""
    names = outcomes(entries)
    base = played(entries[0], seeds, runs)
    found = []
    for place, entry in enumerate(entries):
        if place and entry.scenario is not None:
            other = played(entry, seeds, runs)
            asked = costs(entry, base, other) if ratios and "policy_spending" in names else []
            found.append(Result(entry, place, effects(base, other, names), asked))
    return found


def cards(found: Sequence[Result], say: Words) -> list[dict[str, Any]]:
    """Return what comes out in words, a card for each entry that has runs."""
    made = []
    for result in found:
        if not any(effect.pairs for effect in result.effects):
            continue
        name = named(result.entry, say)
        shown = [effect for effect in map(result.effect, MAIN) if effect is not None]
        spending = result.effect("policy_spending")
        first, said = headline(result.entry, [*shown, *([spending] if spending else [])], result.costs, say)
        sentences = [
            {"sign": _SIGNS[one.verdict], "kind": one.verdict, "text": effect_words(one, say)}
            for one in shown
            if not (said and one.outcome == "job_years")
        ]
        made.append({
            "id": result.entry.id, "name": name, "colour": colour(result.place), "headline": first,
            "sentences": sentences, "costs": cost_words(result.costs, spending, say, said),
        })  # fmt: skip
    return made


def difference_table(found: Sequence[Result], say: Words) -> dict[str, list[Any]]:
    """Return all differences as a table: columns and rows of texts."""
    names = ("scenario", "outcome", "base", "difference", "reading", "pairs", "narrowing")
    rows = [
        [
            named(result.entry, say),
            _with_unit(effect.outcome, say),
            value_words(effect.outcome, effect.base, say),
            difference_words(effect, say, digits=3),
            say(f"compare.reading_{effect.verdict}"),
            _pairs(effect, say),
            say.number(effect.narrowing, 2),
        ]
        for result in found
        for effect in result.effects
    ]
    return {"columns": [say(f"compare.table_{name}") for name in names], "rows": rows}


def cost_table(found: Sequence[Result], say: Words) -> dict[str, list[Any]]:
    """Return what effects cost as a table, empty where nothing has a cost."""
    rows = [
        [named(result.entry, say), say(f"compare.cost_{cost.of}"), _cost(cost, say)]
        for result in found
        for cost in result.costs
    ]
    columns = [say("compare.table_scenario"), say("compare.table_cost"), say("compare.table_amount")]
    return {"columns": columns, "rows": rows} if rows else {}


def _cost(cost: Cost, say: Words) -> str:
    if cost.interval is None:
        return say(f"compare.status_{cost.status}")
    euro = 1.0 if cost.of == "turnover" else 1000.0
    estimate, low, high = (value * euro for value in cost.interval)
    return say.interval(estimate, low, high) + "\u00a0€"


def _pairs(effect: Effect, say: Words) -> str:
    pairs = say.number(effect.pairs)
    if not effect.left_out:
        return pairs
    return say("compare.table_left_out", pairs=pairs, left_out=say.number(effect.left_out))


def _with_unit(outcome: str, say: Words) -> str:
    unit = say(f"compare.unit_{outcome}")
    return label(outcome, say) if outcome == "alliances" else f"{label(outcome, say)} ({unit})"


def forests(found: Sequence[Result], say: Words) -> list[Picture]:
    """Return a chart of intervals for each main outcome."""
    made = []
    for outcome in _FORESTS:
        shown = [(result, effect) for result in found if (effect := result.effect(outcome)) is not None]
        if not shown:
            continue
        rows = [_row(named(result.entry, say), effect) for result, effect in shown]
        told = [
            f"{named(result.entry, say)}{say('compare.colon')}{difference_words(effect, say)}, "
            f"{say(f'compare.reading_{effect.verdict}')}"
            for result, effect in shown
        ]
        what = label(outcome, say)
        axis = say("compare.axis", unit=say(f"compare.unit_{outcome}"))
        table: dict[str, list[Any]] = {
            "columns": [say("compare.table_scenario"), say("compare.table_difference"), say("compare.table_reading")],
            "rows": [
                [
                    named(result.entry, say),
                    difference_words(effect, say, digits=3),
                    say(f"compare.reading_{effect.verdict}"),
                ]
                for result, effect in shown
            ],
        }
        made.append(
            Picture(
                f"forest-{outcome}", forest(rows, axis, [colour(result.place) for result, _ in shown]),
                say("compare.forest_title", what=what), say("compare.forest_alt", what=what, rows="; ".join(told)),
                74 + 34 * len(rows), table,
            )
        )  # fmt: skip
    return made


def _row(name: str, effect: Effect) -> Row:
    if effect.interval is None:
        return Row(name, None, None, None, False)
    return Row(name, *effect.interval, told=effect.verdict in ("more", "less"))


def fans(entries: Sequence[Entry], other: Entry | None, seeds: Sequence[int], runs: Runs, say: Words) -> list[Picture]:
    """Return a fan chart for each series that there is: the baseline, and one other entry of them."""
    base = played(entries[0], seeds, runs)
    shown = [] if other is None else played(other, seeds, runs)
    place = 0 if other is None else entries.index(other)
    names = (named(entries[0], say), "" if other is None else named(other, say))
    made = []
    for series in SERIES:
        first, second = _fan(base, series), _fan(shown, series)
        if first is None:
            continue
        title = say(f"compare.fan_title_{series}")
        option = fan(first, second, names, say("compare.month"), "", colour(place))
        made.append(Picture(f"fan-{series}", option, title, _alt(title, first, second, names, say), 260,
                            _fan_table(first, second, names, say)))  # fmt: skip
    return made


def fan_help(histories: int, say: Words) -> str:
    """Return what line and bands are, with so many histories."""
    if histories >= FOR_NINETY:
        return say("compare.fan_help_90")
    if histories >= 2:
        return say("compare.fan_help_range", half=say.number(FOR_HALF), ninety=say.number(FOR_NINETY))
    return say("compare.fan_help_few", few=say.number(2))


def _fan(runs: Sequence[Played], series: str) -> Fan | None:
    known = [run.series[series] for run in runs if series in run.series]
    return fan_of(known) if known else None


def _alt(title: str, base: Fan, other: Fan | None, names: tuple[str, str], say: Words) -> str:
    end = say.number(base.median[-1] if base.median else None)
    if other is None:
        return say("compare.fan_alt_base", what=title, base=end, number=say.number(base.histories))
    least = say.number(min(base.histories, other.histories))
    last = say.number(other.median[-1] if other.median else None)
    return say("compare.fan_alt", what=title, name=names[1], other=last, base=end, number=least)


def _fan_table(base: Fan, other: Fan | None, names: tuple[str, str], say: Words) -> dict[str, list[Any]]:
    """Return a fan as a table: one row a year, and the last month."""
    columns = [say("compare.table_month")]
    parts: list[tuple[Fan, list[Any]]] = []
    for one, name in ((base, names[0]), (other, names[1])):
        if one is None:
            continue
        columns.append(say("compare.table_median", name=name))
        parts.append((one, [one.median]))
        for key, band in (("half", one.half), (one.widest, one.outer)):
            if band is not None:
                columns.append(say(f"compare.table_{key}", name=name))
                parts[-1][1].append(band)
    rows = []
    for place, month in enumerate(base.months):
        if place % _yearly(base.months) and place != len(base.months) - 1:
            continue
        row = [say.number(month)]
        for one, lines in parts:
            at = place if one.months == base.months else None
            for line in lines:
                row.append(_cell(line, at, say))
        rows.append(row)
    return {"columns": columns, "rows": rows}


def _yearly(months: Sequence[float]) -> int:
    """Return every how many points a row of a table is made: about one a year."""
    return max(round(12 * (len(months) - 1) / max(months[-1] - months[0], 1.0)), 1) if len(months) > 24 else 1


def _cell(line: Any, place: int | None, say: Words) -> str:
    if place is None:
        return say.number(None)
    if isinstance(line, tuple):
        between = " ; " if say.language == "fr" else ", "
        return f"[{say.number(line[0][place])}{between}{say.number(line[1][place])}]"
    return say.number(line[place])
