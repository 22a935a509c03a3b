"""Regret across assumptions: how much worse than the best mix of a world each mix is, and which has least to regret.

A world is a set of values of the factors that are not levers. Minimax regret: Savage (1951). Reads results only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecosim.errors import StudyError
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.contrasts.pairing import (
    check_outcome,
    levers_of,
    name_of_mix,
    named,
    number,
    others_of,
    plain,
)
from experiments.analysis.mixes.drawing import draw_regret

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "",
    "spending": "policy_spending",
    "worth": 0.0,
    "maximise": True,
    "resamples": 500,
}
"""outcome : what is wanted; by default what the design maximises first
worth : what a unit of it is worth, k€: then regret is of worth × outcome − `spending`; 0: of the outcome alone
maximise : whether more of it is better; resamples : of the replicates, for intervals
"""
FloatArray = npt.NDArray[np.float64]


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for a study whose factors are not both levers and assumptions, and for wrong options."""
    levers, others = levers_of(study), others_of(study)
    if not levers or not others:
        missing = "no factor but levers varies: there is one world" if levers else "no factor is a lever"
        raise StudyError(f"{where}: {missing}; regret needs levers and other factors")
    check_outcome(study, _outcome(study, options), "outcome", where)
    for key, low in (("worth", 0), ("resamples", 100)):
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or value < low:
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a number, at least {low}")
    if options["worth"]:
        check_outcome(study, options["spending"], "spending", where)
    if not isinstance(options["maximise"], bool):
        raise StudyError(f"{where}: maximise = {options['maximise']!r}: allowed is true or false")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the regret of every mix over the worlds, and the mix with the least worst regret."""
    study = results.study
    outcome, worth = _outcome(study, options), float(options["worth"])
    words, unit = named(study, outcome)
    value = results.matrix(outcome) * (1.0 if options["maximise"] else -1.0)
    if worth:
        value = worth * value - results.matrix(options["spending"])
        unit = "k€"
    title = f"Regret across assumptions ({words}{f', {worth:g} k€ a unit, less what is spent' if worth else ''})"
    numbers, mixes, worlds = _numbers(results)
    values, mixes, worlds, notes = _complete(value, numbers, mixes, worlds)
    if len(results.bad):
        notes = (f"{len(results.bad)} of {len(results.runs)} runs did not end well and are left out.", *notes)
    if len(mixes) < 2 or len(worlds) < 2:
        return Section(title, warnings=(*notes, "Fewer than two mixes have been played in two worlds or more."))
    labels = [name_of_mix(study, dict(zip(levers_of(study), mix, strict=True))) for mix in mixes]
    regrets = _regrets(np.nanmean(values, axis=2))
    drawn = _resampled(values, int(options["resamples"]))
    table = _table(labels, regrets, drawn)
    order = np.lexsort((table["mean regret"], table["worst regret"]))
    table, regrets, drawn = table.iloc[order].reset_index(drop=True), regrets[order], drawn[:, order]
    best, second = table.iloc[0], table.iloc[1]
    worst_world = dict(zip(others_of(study), worlds[int(regrets[0].argmax())], strict=True))
    texts = (
        f"Of {len(table)} mixes in {len(worlds)} worlds, {best['mix']} has the least worst regret: "
        f"{number(best['worst regret'])} {unit} [{number(best['worst regret low'])}, "
        f"{number(best['worst regret high'])}]; it is that mix in {100 * best['least worst, share']:.0f} % of "
        f"resamples of the seeds. Next is {second['mix']}, with {number(second['worst regret'])} {unit}.",
        f"Its worst world has {', '.join(f'{path} = {_text(value)}' for path, value in worst_world.items())}. It is "
        f"the best mix in {100 * best['best, share of worlds']:.0f} % of the worlds.",
        f"The least regret on average: {table.loc[table['mean regret'].idxmin(), 'mix']}, "
        f"{number(table['mean regret'].min())} {unit}. The worst of a sample of worlds is not the worst of all: it "
        "grows with the number of worlds.",
    )
    findings = {
        "outcome": outcome, "unit": unit, "worlds": len(worlds), "minimax": str(best["mix"]),
        "worst world of the minimax mix": {path: _plain(value) for path, value in worst_world.items()},
        "mixes": [{key: plain([item])[0] if isinstance(item, float) else item for key, item in row.items()}
                  for row in table.to_dict("records")],
    }  # fmt: skip
    caption = (
        f"Regret ({unit or 'in the outcome’s unit'}): the best mix's mean in a world less this one's, over the worlds: "
        "mean, the level that 90 % of worlds stay below, worst, with 95 % bootstrap intervals over seeds."
    )
    figure = Drawing(draw_regret(table, regrets, unit), "Regret of every mix in every world, with mean and worst.",
                     "From the least worst regret at the top to the greatest.")  # fmt: skip
    return Section(title, texts, notes, findings, {"regret": figure}, {"regret": Table(table, caption)})


# -- parts ----------------------------------------------------------------------------------------------------


def _outcome(study: Study, options: Mapping[str, Any]) -> Any:
    default = study.design.options.get("maximise") or [None]
    return options["outcome"] or default[0]


def _numbers(results: Results) -> tuple[npt.NDArray[np.int64], list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the number of the point of every mix in every world, int64 (mixes, worlds), −1 where there is none."""
    points, study = results.points, results.study
    every_mix = list(points[levers_of(study)].itertuples(index=False, name=None))
    every_world = list(points[others_of(study)].itertuples(index=False, name=None))
    mixes, worlds = list(dict.fromkeys(every_mix)), list(dict.fromkeys(every_world))
    numbers = np.full((len(mixes), len(worlds)), -1, np.int64)
    row_of, column_of = ({key: row for row, key in enumerate(keys)} for keys in (mixes, worlds))
    for point in reversed(range(len(points))):  # of twins the first has the runs
        numbers[row_of[every_mix[point]], column_of[every_world[point]]] = point
    return numbers, mixes, worlds


def _complete(
    value: FloatArray, numbers: npt.NDArray[np.int64], mixes: list[Any], worlds: list[Any]
) -> tuple[FloatArray, list[Any], list[Any], tuple[str, ...]]:
    """Return values, float64 (mixes, worlds, replicates), of the mixes asked for in two worlds or more, in the worlds
    where all of them have a replicate in common; NaN for the replicates that are not common to all.
    """
    notes = []
    several = np.flatnonzero((numbers >= 0).sum(axis=1) > 1)
    found = np.where((numbers[several] >= 0)[:, :, None], value[numbers[several]], np.nan)
    has = ~np.isnan(found).all(axis=2) if found.size else np.zeros(found.shape[:2], bool)
    lasting = has.sum(axis=1) * 2 > has.any(axis=0).sum()  # a mix that is known hardly anywhere would leave no world
    if not lasting.all():
        notes.append(f"{int((~lasting).sum())} mixes are known in less than half of the worlds and are left out.")
    found = found[lasting]
    common = ~np.isnan(found).any(axis=0)
    found = np.where(common[None], found, np.nan)
    kept = common.any(axis=1)
    played = int((numbers[several] >= 0).any(axis=0).sum())
    if kept.sum() < played:
        notes.append(f"{played - int(kept.sum())} of {played} worlds are left out: some mix has no good run there.")
    rows = several[lasting].tolist()
    return found[:, kept], [mixes[row] for row in rows], [worlds[row] for row in np.flatnonzero(kept)], tuple(notes)


def _regrets(means: FloatArray) -> FloatArray:
    """Return the best of each world less each mix's value, from float64 (…, mixes, worlds)."""
    return means.max(axis=-2, keepdims=True) - means


def _resampled(values: FloatArray, resamples: int) -> FloatArray:
    """Return regrets, float64 (resamples, mixes, worlds), seeds being resampled for all mixes and worlds alike."""
    generator = np.random.default_rng(1)
    known = ~np.isnan(values[0])  # (worlds, replicates), the same for all mixes
    filled = np.nan_to_num(values)
    out = np.empty((resamples, *values.shape[:2]))
    for draw in range(resamples):
        columns = generator.integers(0, values.shape[2], values.shape[2])
        count = known[:, columns].sum(axis=1)
        means = filled[:, :, columns].sum(axis=2) / np.maximum(count, 1)
        # of a world none of whose seeds was drawn nothing is known in this resample: as it is
        means = np.where(count > 0, means, filled.sum(axis=2) / known.sum(axis=1))
        out[draw] = _regrets(means)
    return out


def _table(labels: list[str], regrets: FloatArray, drawn: FloatArray) -> pd.DataFrame:
    table: dict[str, Any] = {"mix": labels}
    for name, how in (("mean", np.mean), ("worst", np.max)):
        low, high = np.quantile(how(drawn, axis=2), [0.025, 0.975], axis=0)
        table |= {f"{name} regret": how(regrets, axis=1), f"{name} regret low": low, f"{name} regret high": high}
    table["90 % of worlds below"] = np.quantile(regrets, 0.9, axis=1)
    table["best, share of worlds"] = (regrets == 0).mean(axis=1)
    least = drawn.max(axis=2).argmin(axis=1)
    table["least worst, share"] = np.bincount(least, minlength=len(labels)) / len(drawn)
    return pd.DataFrame(table)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
