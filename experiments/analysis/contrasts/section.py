"""Contrasts: policies (or any points) against a base point, replicate by replicate, under common random numbers.

What each changes, what it costs, what they do together beyond the sum of each alone, and what the pairing saves. Reads
results only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecosim.errors import StudyError
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.contrasts.drawing import draw_changes, draw_saved
from experiments.analysis.contrasts.pairing import (
    check_outcome,
    levers_of,
    name_of_mix,
    named,
    number,
    others_of,
    plain,
)
from experiments.analysis.contrasts.tables import changes_table, costs_table, together_table

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {"outcomes": (), "base": None, "spending": "policy_spending", "bought": (), "bar": 5.0}
"""outcomes : which; all of the study by default
base : the point that others are compared with: its number, or a table of values; by default each point's own world
    without levers, or point 0 where no factor is a lever
spending : the outcome that is the cost (k€); bought : which outcomes are set against it, all by default
bar : by how many times common random numbers ought to save runs
"""

_CAPTION = (
    "Paired differences against the base: mean and 95 % interval (Student), and how many pairs; times: by how many "
    "times independent seeds would need more runs for the same interval, (var a + var b)/var(a − b), with its "
    "bootstrap interval; correlation: of both outcomes over seeds; bar: whether common random numbers save what they "
    "ought to."
)
_COSTS = (
    "What is added for each k€ spent, and k€ spent for each unit added, with 95 % bootstrap intervals; empty where "
    "what it is a share of is not shown to be above 0."
)


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for outcomes, a base or a bar that the study cannot have."""
    for key in ("outcomes", "bought"):
        if not isinstance(options[key], list | tuple):
            raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is a list of the study's outcomes")
        for name in options[key]:
            check_outcome(study, name, key, where)
    if options["spending"] != OPTIONS["spending"]:
        check_outcome(study, options["spending"], "spending", where)
    bar = options["bar"]
    if isinstance(bar, bool) or not isinstance(bar, int | float) or not bar > 0:
        raise StudyError(f"{where}: bar = {bar!r}: allowed is a number above 0")
    base = options["base"]
    if isinstance(base, Mapping):
        for path in base:
            study.factor(path)
    elif base is not None and (isinstance(base, bool) or not isinstance(base, int) or base < 0):
        raise StudyError(f"{where}: base = {base!r}: allowed is the number of a point, or a table of values")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return what points change of outcomes against their base, by paired differences with 95 % intervals."""
    study = results.study
    title = "Policies against none" if levers_of(study) and not study.run else "Contrasts"
    bases = _bases(results, options["base"])
    rows = [point for point in range(len(bases)) if bases[point] not in (-1, point)]
    if not rows:
        return Section(title, warnings=("There is no point to compare: no base, or nothing else was played.",))
    outcomes = tuple(options["outcomes"]) or study.outcomes
    bought = tuple(options["bought"]) or outcomes
    labels = _labels(results, bases)
    values = {name: results.matrix(name) for name in dict.fromkeys((*outcomes, *study.outcomes))}
    changes = changes_table(study, rows, bases, labels, values, outcomes, float(options["bar"]))
    added = together_table(results, rows, bases, values, outcomes, labels)
    costs = costs_table(study, rows, bases, labels, values, bought, options["spending"])
    tables = {"changes": Table(changes.drop(columns=["point", "moves"]), _CAPTION)}
    figures = {
        "changes": Drawing(
            draw_changes(study, changes), "Forest plot: one panel per outcome, one line per policy with its interval.",
            "What each changes against its base: mean of the paired differences and 95 % interval.",
        )
    }  # fmt: skip
    if changes["times"].notna().any():
        figures["saved"] = Drawing(
            draw_saved(study, changes, float(options["bar"])),
            "Times fewer runs through common random numbers, by policy and outcome, with the bar as a dashed line.",
            f"By how many times common random numbers save runs, with 95 % intervals; dashed: the bar of "
            f"{options['bar']:g}. A triangle on the right edge: no difference varies at all.",
        )  # fmt: skip
    if costs is not None:
        tables["costs"] = Table(costs, _COSTS)
    if added is not None:
        tables["together"] = Table(added, "Several together minus the sum of each alone, paired: mean, 95 % interval.")
    findings = {
        "changes": [_plain_row(row) for row in changes.to_dict("records")],
        "together": [] if added is None else [_plain_row(row) for row in added.to_dict("records")],
        "cost-effectiveness": [] if costs is None else [_plain_row(row) for row in costs.to_dict("records")],
    }
    words = [*_words_of_changes(study, changes, outcomes), *_words_together(added), *_words_of_costs(study, costs)]
    words.append(_words_saved(changes, float(options["bar"])))
    return Section(title, tuple(words), _warnings(results, changes), findings, figures, tables)


# -- what is compared with what ------------------------------------------------------------------------------


def _bases(results: Results, base: Any) -> list[int]:
    """Return the base of every point, −1 where it has none."""
    study, points = results.study, results.points
    if isinstance(base, int):
        return [base if base < len(points) else -1] * len(points)
    if isinstance(base, Mapping):
        wanted = {study.factor(path).path: value for path, value in base.items()}
        found = np.flatnonzero((points[list(wanted)] == pd.Series(wanted)).all(axis=1))
        return [int(found[0]) if len(found) else -1] * len(points)
    levers, others = levers_of(study), others_of(study)
    nothing = (points[levers] == 0).all(axis=1).to_numpy() if levers else np.zeros(len(points), bool)
    if not nothing.any():
        return [0] * len(points)
    worlds = [tuple(row) for row in points[others].itertuples(index=False)]
    known: dict[tuple[Any, ...], int] = {}
    for point in np.flatnonzero(nothing).tolist():
        known.setdefault(worlds[point], point)
    return [known.get(world, -1) for world in worlds]


def _labels(results: Results, bases: list[int]) -> list[str]:
    """Return what every point is called: its mix of levers, and what else differs from the first point's world."""
    study, points = results.study, results.points
    levers, others = levers_of(study), others_of(study)
    by_base = len(set(bases)) == 1
    found = []
    for point, values in enumerate(points.to_dict("records")):
        parts = [name_of_mix(study, values)] if levers else []
        for path in others:
            usual = points[path].iloc[bases[point] if by_base else 0]
            if values[path] != usual or (not by_base and points[path].nunique() > 1):
                value = values[path]
                text = f"{value:g}" if isinstance(value, float) else str(value)
                parts.append(text if isinstance(value, str) else f"{path.rsplit('.', 1)[-1]} {text}")
        found.append(", ".join(parts) or "base")
    return found


# -- words ----------------------------------------------------------------------------------------------------


def _words_of_changes(study: Study, changes: pd.DataFrame, outcomes: tuple[str, ...]) -> list[str]:
    found = []
    for name in outcomes:
        words, unit = named(study, name)
        rows = changes[changes["outcome"] == name]
        sure = rows[(rows["low"] > 0) | (rows["high"] < 0) | ((rows["low"] == rows["high"]) & (rows["mean"] != 0))]
        texts = [_moved(row) for row in sure.sort_values("mean", ascending=False).to_dict("records")]
        sentence = f"{_first_upper(words)}{f' ({unit})' if unit else ''}, against the base: "
        sentence += f"{'; '.join(texts)}." if texts else "no change can be told from 0."
        unsure = [str(label) for label in rows.loc[rows["moves"] & ~rows.index.isin(sure.index), "policy"]]
        still = [str(label) for label in rows.loc[~rows["moves"] & (rows["pairs"] > 1), "policy"]]
        if texts and unsure:
            sentence += f" Not told from 0: {', '.join(unsure)}."
        if still:
            sentence += f" Exactly 0 in every pair: {', '.join(still)}."
        found.append(sentence)
    return found


def _words_together(added: pd.DataFrame | None) -> list[str]:
    if added is None:
        return []
    found = []
    for policy, rows in added.groupby("policy", sort=False):
        texts = []
        for row in rows.to_dict("records"):
            if not (row["low"] > 0 or row["high"] < 0):
                continue
            side = "more" if row["mean"] > 0 else "less"
            low, high = sorted((abs(row["low"]), abs(row["high"])))
            texts.append(
                f"{row['outcome']} {number(abs(row['mean']))} [{number(low)}, {number(high)}] {row['unit']} {side}"
            )
        sum_words = "; ".join(texts) if texts else "no outcome can be told from the sum"
        found.append(f"Together ({policy}), set against the sum of what each adds alone: {sum_words}.")
    return found


def _words_of_costs(study: Study, costs: pd.DataFrame | None) -> list[str]:
    if costs is None:
        return []
    found = []
    for name, rows in costs.groupby("outcome", sort=False):
        unit = named(study, str(name))[1] or str(name)
        known = rows[rows["k€ per unit"].notna()].sort_values("k€ per unit").to_dict("records")
        texts = [
            f"{row['policy']} {number(row['k€ per unit'])} "
            f"[{number(row['k€ per unit low'])}, {number(row['k€ per unit high'])}]"
            for row in known
        ]
        if texts:
            found.append(f"Cost of {name} added, k€ of policy for a unit ({unit}): {'; '.join(texts)}.")
        rest = rows.loc[rows["k€ per unit"].isna(), "policy"]
        if len(rest):
            found.append(f"No cost of {name} can be given for {', '.join(rest)}: that any is added is not shown.")
    return [" ".join(found)] if found else []


def _words_saved(changes: pd.DataFrame, bar: float) -> str:
    rows = changes[changes["moves"] & changes["times"].notna()]
    if rows.empty:
        return "Nothing varies from seed to seed, so that common random numbers have nothing to save."
    finite = rows[np.isfinite(rows["times"])]
    held, missed = rows[rows["bar"] == "held"], rows[rows["bar"] == "missed"]
    words = (
        f"Common random numbers: of {len(rows)} differences that are not exactly 0, {len(held)} need at least {bar:g} "
        f"times fewer runs than with independent seeds, {len(missed)} do not, and for "
        f"{len(rows) - len(held) - len(missed)} it is not decided."
    )
    if len(finite):
        words += f" The factor goes from {finite['times'].min():.2g} to {number(finite['times'].max())}."
    for rows_of, verb in ((held, "Held"), (missed, "Missed")):
        if len(rows_of):
            texts = [f"{name} ({', '.join(part['policy'])})" for name, part in rows_of.groupby("outcome", sort=False)]
            words += f" {verb} for {'; '.join(texts)}."
    known = missed["correlation"].dropna()
    if len(known):
        words += (
            f" Twin runs must correlate at {1 - 1 / bar:.2g} or more for that (where both vary alike the factor is "
            f"1/(1 − correlation)); where it is missed they correlate at {known.min():.2f} to {known.max():.2f}: what "
            "is changed there changes later events too, such as who meets whom, so that twin runs drift apart."
        )
    high = finite[finite["times"] > 1000]
    if len(high):
        words += (
            f" Factors above 1,000 ({', '.join(dict.fromkeys(high['outcome']))}) say that nearly all of the outcome's "
            "variance is in how a seed begins, which a policy does not touch."
        )
    return words


def _warnings(results: Results, changes: pd.DataFrame) -> tuple[str, ...]:
    found = []
    if len(results.bad):
        found.append(f"{len(results.bad)} of {len(results.runs)} runs did not end well and are left out, with their "
                     "pairs.")  # fmt: skip
    few = changes[changes["pairs"] < 10]
    if len(few):
        found.append(f"{len(few)} of {len(changes)} comparisons have fewer than 10 pairs (the least has "
                     f"{few['pairs'].min()}): their intervals, those of the variance saved above all, are rough."
                     )  # fmt: skip
    if len(changes) > 20:
        found.append(f"{len(changes)} intervals of 95 % are given: some {0.05 * len(changes):.0f} of them would miss 0 "
                     "by chance even if nothing were changed.")  # fmt: skip
    if results.study.replicates.sequential:
        found.append("Replicates were added until intervals were narrow: such intervals hold the truth a little less "
                     "often than 95 % of the time.")  # fmt: skip
    return tuple(found)


def _moved(row: Mapping[str, Any]) -> str:
    return f"{row['policy']} {number(row['mean'], True)} [{number(row['low'])}, {number(row['high'])}]"


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {key: plain([value])[0] if isinstance(value, float) else value for key, value in row.items()}
