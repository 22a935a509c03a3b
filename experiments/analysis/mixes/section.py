"""Mixes of levers: what they cost and what they bring, the Pareto front with its doubt, the cheapest that reaches a
target. Reads results only; any design that varies levers will do.
"""  # fmt: skip

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ecosim.errors import StudyError
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.contrasts.pairing import (
    change,
    check_outcome,
    levers_of,
    name_of_mix,
    named,
    nominal_rows,
    number,
    plain,
)  # fmt: skip
from experiments.analysis.mixes.drawing import draw_front
from experiments.designs.mixes import front_rows

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "", "spending": "policy_spending", "target": "", "at_least": None, "budget": 0.0, "resamples": 500,
}  # fmt: skip
"""outcome : what the money is to bring, the more the better; by default what the design maximises first
spending : the outcome that is the cost (k€)
at_least : the level that `target` (by default the outcome) is to reach, within `budget` (k€; 0: whatever it costs)
resamples : of the replicates, for the share of them in which a mix is on the front
"""
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for a study without levers or costs, and for outcomes and numbers that are not allowed."""
    if not levers_of(study):
        raise StudyError(f"{where}: no factor is a lever; allowed are factors such as lever.training")
    check_outcome(study, _outcome(study, options), "outcome", where)
    check_outcome(study, options["spending"], "spending", where)
    if options["target"]:
        check_outcome(study, options["target"], "target", where)
        if options["at_least"] is None:
            raise StudyError(f"{where}: target = {options['target']!r}: at_least is needed, the level it is to reach")
    level = options["at_least"]
    if level is not None and (isinstance(level, bool) or not isinstance(level, int | float)):
        raise StudyError(f"{where}: at_least = {level!r}: allowed is a number")
    for key, low in (("budget", 0), ("resamples", 100)):
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or value < low:
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a number, at least {low}")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the front of spending and outcome with its doubt, and the cheapest mix that reaches the target."""
    study, spending = results.study, options["spending"]
    outcome = _outcome(study, options)
    words, unit = named(study, outcome)
    title = f"Mixes of levers: what they cost and what they bring ({words})"
    brought, spent = results.matrix(outcome), results.matrix(spending)
    early, late = _halves(results, brought.shape[1])
    known = ~np.isnan(brought) & ~np.isnan(spent)
    rows = np.flatnonzero(nominal_rows(study, results.points) & (known[:, early].sum(axis=1) >= 2))
    left_out = int(nominal_rows(study, results.points).sum()) - len(rows)
    notes = _warnings(results, left_out, late)
    if len(rows) < 2:
        return Section(title, warnings=(*notes, "Fewer than two mixes have two good runs: there is nothing to show."))
    labels = [name_of_mix(study, values) for values in results.points.to_dict("records")]
    means = np.stack([_means(brought, early), _means(spent, early)], axis=1)
    front = rows[front_rows(means[rows], 1)]
    front = front[np.lexsort((means[front, 0], means[front, 1]))]
    share = _share_on_front(brought[rows][:, early], spent[rows][:, early], int(options["resamples"]))
    share_of = dict(zip(rows.tolist(), share.tolist(), strict=True))
    nothing = _nothing(study, results.points, rows)
    table = _front_table(front, nothing, labels, brought, spent, early, late)
    table.insert(2, "on front, share", [share_of[point] for point in front.tolist()])
    findings: dict[str, Any] = {
        "outcome": outcome, "mixes": len(rows),
        "front": [{key: plain([value])[0] if isinstance(value, float) else value for key, value in row.items()}
                  for row in table.to_dict("records")],
    }  # fmt: skip
    texts = _words_of_front(table, len(rows), words, unit)
    if nothing >= 0 and late.any():
        luck = _luck(front, nothing, brought, early, late)
        findings["luck of the chosen"] = plain([luck])[0]
        texts.append(
            "The mixes of the front were played with fresh seeds too; figures and intervals are those. With the seeds "
            f"they were picked by they added {number(abs(luck))} {unit} {'more' if luck > 0 else 'less'} on average"
            f"{': the luck of the chosen' if luck > 0 else ''}."
        )
    if options["at_least"] is not None:
        text, found = _reaches(results, options, rows, labels, spent, outcome, early, late)
        texts.append(text)
        findings["target"] = found
    level = options["at_least"] if options["target"] in ("", outcome) else None
    if nothing >= 0:  # seeds differ far more than mixes do: what a mix adds is known, what there is in all is not
        base = _means(brought, early)[nothing]
        means[:, 0] -= base
        level = None if level is None else level - base
    figure = draw_front(study, results.points.iloc[front], table, means[rows], outcome, spending, level, nothing >= 0)
    return Section(
        title, tuple(texts), notes, findings,
        {"front": Drawing(figure, f"Left: {words} against spending for every mix, those on the front marked with their "
                          "intervals; right: the intensity of each lever in the mixes on the front.",
                          "The Pareto front: no mix played brings more for less. Numbers are those of the table; bars "
                          "are 95 % intervals over seeds; right: what the mixes on the front are made of.")},
        {"front": Table(table, "The mixes on the front, from the cheapest, with 95 % intervals over seeds (Student); "
                        "added: against no lever, paired by seed; on front, share: of bootstrap resamples of the seeds "
                        "in which the mix is on the front; told apart: whether it brings more than the one above it, "
                        "paired, at 95 %.")},
    )  # fmt: skip


# -- parts ----------------------------------------------------------------------------------------------------


def _outcome(study: Study, options: Mapping[str, Any]) -> Any:
    default = study.design.options.get("maximise") or [None]
    return options["outcome"] or default[0]


def _halves(results: Results, most: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which replicates mixes were picked by, and which are fresh, bool (R,) each."""
    replicates = np.arange(most)
    design = results.study.design
    searched = design.method == "mixes" and design.options.get("confirm", 0) > 0
    late = (replicates >= results.study.replicates.number) if searched else np.zeros(most, bool)
    return ~late, late


def _means(values: FloatArray, chosen: Any) -> FloatArray:
    part = values[:, chosen]
    count = (~np.isnan(part)).sum(axis=1)
    return np.where(count > 0, np.nansum(part, axis=1) / np.maximum(count, 1), np.nan)


def _share_on_front(brought: FloatArray, spent: FloatArray, resamples: int) -> FloatArray:
    """Return the share of resamples of the replicates, drawn for all mixes alike, in which each is on the front."""
    generator = np.random.default_rng(1)
    count, every = np.zeros(len(brought)), np.ones(brought.shape[1], bool)
    for _ in range(resamples):
        columns = generator.integers(0, len(every), len(every))
        means = np.stack([_means(brought[:, columns], every), _means(spent[:, columns], every)], axis=1)
        count[front_rows(means, 1)] += 1
    return count / resamples


def _nothing(study: Study, points: pd.DataFrame, rows: IntArray) -> int:
    """Return the point without any lever, −1 where there is none."""
    found = rows[(points.loc[rows, levers_of(study)] == 0).all(axis=1).to_numpy()]
    return int(found[0]) if len(found) else -1


def _used(values: FloatArray, point: int, early: Any, late: Any) -> FloatArray:
    """Return a point's values with all but those that figures are taken from as NaN: fresh ones where it has them."""
    chosen = late if np.isfinite(values[point, late]).sum() >= 2 else early
    return np.where(chosen, values[point], np.nan)


def _front_table(
    front: IntArray, nothing: int, labels: list[str], brought: FloatArray, spent: FloatArray, early: Any, late: Any
) -> pd.DataFrame:
    found = []
    before = -1
    for place, point in enumerate(front.tolist()):
        row: dict[str, Any] = {"no.": place + 1, "mix": labels[point]}
        for name, values in (("spent", spent), ("brought", brought)):
            used = _used(values, point, early, late)
            row |= _three(name, used, np.zeros_like(used))
        used = _used(brought, point, early, late)
        row |= _three("added", used, brought[nothing] if nothing >= 0 else np.full_like(used, np.nan))
        row["seeds"] = int(np.isfinite(used).sum())
        step = change(*_both(used, brought[before])) if before >= 0 else None
        row["told apart"] = None if step is None else bool(step.low > 0)
        found.append(row)
        before = point
    return pd.DataFrame(found)


def _both(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    both = ~np.isnan(a) & ~np.isnan(b)
    return a[both], b[both]


def _three(name: str, a: FloatArray, b: FloatArray) -> dict[str, float]:
    found = change(*_both(a, b))
    return {name: found.estimate, f"{name} low": found.low, f"{name} high": found.high}


def _luck(front: IntArray, nothing: int, brought: FloatArray, early: Any, late: Any) -> float:
    """Return by how much more the front's mixes add with the seeds they were picked by than with fresh ones."""
    added = brought[front[front != nothing]] - brought[nothing]
    return float(np.nanmean(_means(added, early) - _means(added, late))) if len(added) else math.nan


def _reaches(
    results: Results, options: Mapping[str, Any], rows: IntArray, labels: list[str], spent: FloatArray, outcome: str,
    early: Any, late: Any,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Return in words and numbers which is the cheapest mix that reaches the target.

    All mixes are looked at, so that bounds hold for all of them together (Bonferroni): 1 − 0.05/m one-sided each.
    """
    study, level, budget = results.study, float(options["at_least"]), float(options["budget"])
    target = options["target"] or outcome
    words, unit = named(study, target)
    values = results.matrix(target)
    found = []
    for point in rows.tolist():
        got, paid = (_used(item, point, early, late) for item in (values, spent))
        got, paid = got[~np.isnan(got)], paid[~np.isnan(paid)]
        if len(got) < 2 or len(paid) < 2:
            continue
        half_got, half_paid = (
            float(stats.t.ppf(1 - 0.05 / len(rows), len(item) - 1) * item.std(ddof=1) / math.sqrt(len(item)))
            if np.ptp(item) > 0 else 0.0 for item in (got, paid)
        )  # fmt: skip
        found.append((point, float(got.mean()), half_got, float(paid.mean()), half_paid, len(got)))
    table = pd.DataFrame(found, columns=["point", "got", "half", "paid", "half paid", "seeds"])
    within = table[table["paid"] + table["half paid"] <= budget] if budget else table
    money = f" within {number(budget)} k€" if budget else ""
    aim = f"{words} of {level:g} {unit} or more".replace("  ", " ")
    reached = within[within["got"] - within["half"] >= level].sort_values(["paid", "point"])
    said: dict[str, Any] = {
        "outcome": target, "at least": level, "budget": budget or None, "mixes": len(table),
        "within budget": len(within), "reached by": len(reached), "cheapest": None,
    }  # fmt: skip
    if within.empty:
        return f"No mix keeps{money}, at 95 % confidence.", said
    best = within.loc[within["got"].idxmax()]
    name = labels[int(best["point"])]
    said["best"] = {"mix": name, "mean": plain([best["got"]])[0], "spent": plain([best["paid"]])[0],
                    "low": plain([best["got"] - best["half"]])[0],
                    "high": plain([best["got"] + best["half"]])[0]}  # fmt: skip
    bounds = f"bounds that hold for all {len(table)} mixes together, at 95 %"
    if len(reached):
        row = reached.iloc[0]
        label = labels[int(row["point"])]
        said["cheapest"] = {"mix": label, "mean": plain([row["got"]])[0], "low": plain([row["got"] - row["half"]])[0],
                            "spent": plain([row["paid"]])[0]}  # fmt: skip
        text = (
            f"The cheapest mix that brings {aim}{money}: {label}, for {number(row['paid'])} k€: {number(row['got'])}, "
            f"at least {number(row['got'] - row['half'])} ({bounds}). {len(reached)} of {len(within)} mixes reach it."
        )
        if row["paid"] == 0:
            text += " It needs no lever."
        return text, said
    possible = int((within["got"] + within["half"] >= level).sum())
    text = (
        f"No mix is shown to bring {aim}{money}. The best, {name}, has {number(best['got'])} "
        f"[{number(best['got'] - best['half'])}, {number(best['got'] + best['half'])}] ({bounds}). "
    )
    text += (
        f"For {possible} of {len(within)} mixes it cannot be ruled out." if possible
        else f"For every one of the {len(within)} mixes played it is ruled out."
    )  # fmt: skip
    return text, said | {"not ruled out for": possible}


def _words_of_front(table: pd.DataFrame, mixes: int, words: str, unit: str) -> list[str]:
    told = int(sum(flag is True for flag in table["told apart"]))
    steps = len(table) - 1
    text = (
        f"Of {mixes} mixes played, {len(table)} are on the front: none of the others brings more for less. "
        f"{told} of its {steps} steps upwards can be told from 0 with these seeds; where one cannot, the cheaper mix "
        "may be as good."
    )
    sure = int((table["on front, share"] >= 0.95).sum())
    text += f" {sure} are on the front in 95 % of resamples or more."
    texts = [text]
    shown = table[table["added low"] > 0].assign(price=lambda rows: rows["spent"] / rows["added"])
    if len(shown):
        best, most = shown.loc[shown["price"].idxmin()], shown.loc[shown["added"].idxmax()]
        texts.append(
            f"The most for the money on the front: {best['mix']}, {number(best['price'])} k€ for a unit added ("
            f"{words}, {unit or 'units'}: {number(best['added'], True)} [{number(best['added low'])}, "
            f"{number(best['added high'])}] for {number(best['spent'])} k€). The most of all: {most['mix']}, "
            f"{number(most['added'], True)} [{number(most['added low'])}, {number(most['added high'])}] for "
            f"{number(most['spent'])} k€."
        )
    else:
        texts.append(f"No mix on the front is shown to add any {words}.")
    return texts


def _warnings(results: Results, left_out: int, late: Any) -> tuple[str, ...]:
    found = []
    if len(results.bad):
        found.append(f"{len(results.bad)} of {len(results.runs)} runs did not end well and are left out.")
    if left_out:
        found.append(f"{left_out} mixes have fewer than two good runs and are left out.")
    if not late.any():
        found.append(
            "The front's mixes were picked and measured with the same seeds: the best of many look better than they "
            "are (in a search, give it confirm replicates)."
        )
    return tuple(found)
