"""Tables of contrasts: changes with their intervals, what several do together, what is got for the money."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import paired as pairs
from experiments.analysis.contrasts.pairing import Saved, change, named, paired, saved

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["changes_table", "costs_table", "together_table"]


def changes_table(
    study: Study, rows: list[int], bases: list[int], labels: list[str], values: dict[str, Any],
    outcomes: tuple[str, ...], bar: float,
) -> pd.DataFrame:  # fmt: skip
    found = []
    for name in outcomes:
        for point in rows:
            a, b = paired(values[name], point, bases[point])
            moved, gain = change(a, b), saved(a, b)
            found.append({
                "outcome": name, "unit": named(study, name)[1], "policy": labels[point], "point": point,
                "base": float(b.mean()) if len(b) else math.nan, "mean": moved.estimate, "low": moved.low,
                "high": moved.high, "pairs": len(a), "times": gain.times, "times low": gain.low,
                "times high": gain.high, "correlation": gain.correlation,
                "moves": len(a) > 1 and bool(np.any(a != b)), "bar": _verdict(gain, bar),
            })  # fmt: skip
    return pd.DataFrame(found)


def _verdict(gain: Saved, bar: float) -> str:
    if math.isnan(gain.times):
        return "nothing to pair"
    if gain.low >= bar:
        return "held"
    return "missed" if gain.high < bar else "not decided"


def together_table(
    results: Results, rows: list[int], bases: list[int], values: dict[str, Any], outcomes: tuple[str, ...],
    labels: list[str],
) -> pd.DataFrame | None:  # fmt: skip
    """Return what several do beyond the sum of each alone, where each was played alone at the same value."""
    study, points = results.study, results.points
    table = points[list(study.paths)].to_dict("records")
    number = {tuple(row.values()): point for point, row in reversed(list(enumerate(table)))}
    found = []
    for point in rows:
        base = table[bases[point]]
        moved = [path for path in study.paths if table[point][path] != base[path]]
        alone = [number.get(tuple({**base, path: table[point][path]}.values()), -1) for path in moved]
        if len(moved) < 2 or -1 in alone:
            continue
        for name in outcomes:
            every = values[name][[point, bases[point], *alone]]
            every = every[:, ~np.isnan(every).any(axis=0)]
            beyond = every[0] - every[1] - (every[2:] - every[1]).sum(axis=0)
            excess = change(beyond, np.zeros_like(beyond))
            found.append({
                "outcome": name, "unit": named(study, name)[1], "policy": labels[point], "mean": excess.estimate,
                "low": excess.low, "high": excess.high, "replicates": len(beyond),
            })  # fmt: skip
    return pd.DataFrame(found) if found else None


def costs_table(
    study: Study, rows: list[int], bases: list[int], labels: list[str], values: dict[str, Any],
    bought: tuple[str, ...], spending: str,
) -> pd.DataFrame | None:  # fmt: skip
    if spending not in study.outcomes:
        return None
    found = []
    for name in bought:
        for point in rows if name != spending else []:
            base = bases[point]
            more = np.stack(
                [values[name][point] - values[name][base], values[spending][point] - values[spending][base]]
            )
            more = more[:, ~np.isnan(more).any(axis=0)]
            if more.shape[1] < 2:
                continue
            row: dict[str, Any] = {"outcome": name, "unit": named(study, name)[1], "policy": labels[point],
                                   "spent": float(more[1].mean())}  # fmt: skip
            for words, top, bottom in (("per k€", *more), ("k€ per unit", more[1], more[0])):
                ratio = pairs.per(top, bottom)
                ends = (math.nan,) * 3 if ratio is None else ratio
                row |= {words: ends[0], f"{words} low": ends[1], f"{words} high": ends[2]}
            found.append(row)
    return pd.DataFrame(found) if found else None
