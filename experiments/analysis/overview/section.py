"""Every outcome at a glance: how it is distributed over runs, and how much of that is signal and how much seed noise.

Signal is what differs between points; noise is what differs between replicates of a point, which play under other
seeds. Knows nothing of what the factors mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from experiments.analysis.base import Drawing, Section, Table
from experiments.outcomes import OUTCOMES
from experiments.statistics import Interval, mean_interval
from experiments.words import amount, number, share

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "Spread", "analyse", "check", "mean_over_points", "spread"]

OPTIONS: Mapping[str, Any] = {}
FloatArray = npt.NDArray[np.float64]
_READ = (
    "For each outcome: its mean over the points, with the 95 % interval of seed noise; where nine runs in ten lie; and "
    "how much of the variance between runs comes from the point, with its 95 % interval. The rest is seed noise. What "
    "of it is common to all points under one seed cancels when points are compared seed by seed."
)
_TOLD = 8  # outcomes that get a sentence of their own; the table has all


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Any study will do."""


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the distribution of every outcome over runs, and the share of its variance that is due to the seed."""
    from experiments.analysis.overview.figures import distributions, shares_figure

    study, good = results.study, results.good
    if good.empty:
        return Section("Outcomes at a glance", warnings=("No run has ended well: there is nothing to show.",))
    words: list[str] = []
    rows, findings, spreads = [], {}, {}
    for outcome in study.outcomes:
        known = good[outcome].dropna().to_numpy(np.float64)
        matrix = results.matrix(outcome)
        mean, found = mean_over_points(matrix), spread(matrix)
        rows.append(_row(study, outcome, known, len(good) - len(known), mean))
        findings[outcome] = _finding(rows[-1], found)
        spreads[outcome] = found
        if len(words) < _TOLD:
            words.append(_sentence(study, outcome, known, len(good), mean, found))
    words.insert(0, _READ)
    if len(study.outcomes) > _TOLD:
        words.append(f"The table has all {len(study.outcomes)} outcomes.")
    figures = distributions(results)
    known_shares = {name: item for name, item in spreads.items() if item is not None}
    if known_shares:
        names = [_words(study, name) for name in known_shares]
        caption = (
            "Filled: variance between design points, which is what the factors do. Hatched: variance between "
            "replicates of a point, which is seed noise. The line is the 95 % interval of where the two meet."
        )
        alt = "; ".join(f"{n}: {share(s.signal)} signal" for n, s in zip(names, known_shares.values(), strict=True))
        figures["noise"] = Drawing(shares_figure(names, list(known_shares.values())), f"Bars. {alt}.", caption)
    table = Table(
        pd.DataFrame(rows),
        "Outcomes over all runs that ended well. The mean is over design points, each counted once, and so depends on "
        "which points were chosen; its interval is that of seed noise. Quantiles are over single runs. Unknown: runs "
        "in which the outcome has no value, such as a month of emergence where nothing emerged.",
    )
    return Section("Outcomes at a glance", tuple(words), _warnings(results), findings, figures, {"outcomes": table})


# -- what is computed -----------------------------------------------------------------------------------------


class Spread(NamedTuple):
    """Where the variance of an outcome comes from.

    signal : share of the variance between points, 0 to 1; low, high : its 95 % interval (approximate)
    noise_sd : standard deviation over replicates of a point, in the outcome's unit
    common : share of the noise that is the same at every point under the same seed (it cancels in paired
        comparisons); NaN where it cannot be told
    """

    signal: float
    low: float
    high: float
    noise_sd: float
    common: float


def spread(matrix: FloatArray) -> Spread | None:
    """Split the variance of an outcome, float64 (points, replicates), NaN where missing, into signal and noise.

    Analysis of variance with random effects: two-way (points × seeds) where every point has the same replicates, since
    points share seeds; one-way (Searle, Casella & McCulloch 1992, ch. 3) where they do not. The interval is that of an
    F ratio (Shrout & Fleiss 1979). None when there are not two points and two replicates of a point, or nothing
    varies.
    """
    block = _block(matrix)
    if block is not None:
        return _two_way(block)
    known = ~np.isnan(matrix)
    n = known.sum(axis=1)
    rows, n = matrix[n > 0], n[n > 0]
    points, total = len(n), int(n.sum())
    if points < 2 or total <= points:
        return None
    means = np.nanmean(rows, axis=1)
    within = float(np.nansum((rows - means[:, None]) ** 2)) / (total - points)
    grand = float(np.nansum(rows)) / total
    between = float((n * (means - grand) ** 2).sum()) / (points - 1)
    typical = (total - float((n**2).sum()) / total) / (points - 1)
    return _shares(between, within, within, typical, (points - 1, total - points), float("nan"))


def _two_way(block: FloatArray) -> Spread | None:
    points, n = block.shape
    grand = block.mean()
    rows, columns = block.mean(axis=1), block.mean(axis=0)
    between = n * float(((rows - grand) ** 2).sum()) / (points - 1)
    seeds = points * float(((columns - grand) ** 2).sum()) / (n - 1)
    residual = block - rows[:, None] - columns + grand
    own = float((residual**2).sum()) / ((points - 1) * (n - 1))
    in_common = max((seeds - own) / points, 0.0)
    noise = in_common + own
    return _shares(between, own, noise, n, (points - 1, (points - 1) * (n - 1)), in_common / noise if noise else 0.0)


def _shares(
    between: float, error: float, noise: float, n: float, freedom: tuple[int, int], common: float
) -> Spread | None:  # fmt: skip
    if between <= 0 and noise <= 0:
        return None
    if noise <= 1e-24 * between:  # nothing but rounding
        return Spread(1.0, 1.0, 1.0, 0.0, 0.0)

    def part(mean_square: float) -> float:
        signal = max(mean_square - error, 0.0) / n
        return signal / (signal + noise)

    wide, narrow = stats.f.ppf([0.975, 0.025], *freedom)
    return Spread(part(between), part(between / wide), part(between / narrow), float(np.sqrt(noise)), common)


def mean_over_points(matrix: FloatArray) -> Interval:
    """Return the mean over points of their means, with the interval that is due to seeds.

    Points share seeds, so that their errors go together: where all have the same replicates, the means over points are
    compared seed by seed; elsewhere the points' errors are taken for independent. NaN ends where no point has two runs.
    """
    block = _block(matrix)
    if block is not None:
        return mean_interval(block.mean(axis=0))
    rows = matrix[(~np.isnan(matrix)).any(axis=1)]
    if not len(rows):
        return Interval(*[float("nan")] * 3)
    n = (~np.isnan(rows)).sum(axis=1)
    means = np.nanmean(rows, axis=1)
    mean = float(means.mean())
    freedom = int((n - 1).sum())
    if freedom == 0:
        return Interval(mean, float("nan"), float("nan"))
    pooled = float(np.nansum((rows - means[:, None]) ** 2)) / freedom
    half = float(stats.t.ppf(0.975, freedom) * np.sqrt((pooled / n).sum()) / len(rows))
    return Interval(mean, mean - half, mean + half)


def _block(matrix: FloatArray) -> FloatArray | None:
    """Return the points × seeds that are complete, None when they are too few or leave out over a fifth of the runs."""
    known = ~np.isnan(matrix)
    rows = known.any(axis=1)
    if rows.sum() < 2:
        return None
    columns = known[rows].all(axis=0)
    block = matrix[rows][:, columns]
    return block if block.shape[1] >= 2 and block.size >= 0.8 * known.sum() else None


# -- what is said ---------------------------------------------------------------------------------------------


def _words(study: Study, outcome: str) -> str:
    return outcome.replace("_", " ") if study.run else OUTCOMES[outcome].words


def _unit(study: Study, outcome: str) -> str:
    return "" if study.run else OUTCOMES[outcome].unit


def _row(study: Study, outcome: str, known: FloatArray, unknown: int, mean: Interval) -> dict[str, Any]:
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95]).tolist() if len(known) else [float("nan")] * 3
    return {
        "outcome": _words(study, outcome), "unit": _unit(study, outcome), "mean": mean.estimate,
        "from (95 %)": mean.low, "to (95 %)": mean.high, "5 % quantile": low, "median": middle, "95 % quantile": high,
        "runs": len(known), "unknown": unknown,
    }  # fmt: skip


def _finding(row: dict[str, Any], found: Spread | None) -> dict[str, Any]:
    keys = ("mean", "low", "high", "q05", "median", "q95", "runs", "unknown")
    out: dict[str, Any] = {"unit": row["unit"]} | dict(zip(keys, list(row.values())[2:], strict=True))
    out |= {f"signal_{key}" if key in ("low", "high") else key: value for key, value in found._asdict().items()} if (
        found is not None
    ) else {"signal": None}  # fmt: skip
    return {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in out.items()}


def _sentence(study: Study, outcome: str, known: FloatArray, runs: int, mean: Interval, found: Spread | None) -> str:
    name = _words(study, outcome)
    name = f"{name[0].upper()}{name[1:]}"
    if not len(known):
        return f"{name}: not known in any of {amount(runs, 'run')}."
    where = f"{amount(len(known), 'run')}{'' if len(known) == runs else f' in which it is known, of {number(runs)}'}"
    if np.ptp(known) == 0:
        return f"{name}: {number(known[0])} in all of {where}."
    binary = bool(np.isin(known, (0.0, 1.0)).all())
    shown = share if binary else number
    said = f"{name}: {shown(mean.estimate)}{' of runs' if binary else ''}"
    if not np.isnan(mean.low):
        low, high = (max(mean.low, 0.0), min(mean.high, 1.0)) if binary else (mean.low, mean.high)
        said += f" [{shown(low)} to {shown(high)}]"
    if not binary:
        low, high = np.quantile(known, [0.05, 0.95]).tolist()
        said += f"; nine runs in ten from {number(low)} to {number(high)}"
    if len(known) < runs:
        said += f"; {where}"
    return f"{said}; {_source(found)}."


def _source(found: Spread | None) -> str:
    if found is None:
        return "how much is seed noise cannot be told, for it takes two points and two replicates of a point"
    said = f"{share(found.signal)} from the point [{share(found.low)} to {share(found.high)}]"
    if found.low == 0.0:
        said += ", so that points are not told apart from seed noise"
    if found.common > 0.1 and found.signal < 1:
        said += f", {share(found.common)} of the seed’s part common to all points"
    return said


def _warnings(results: Results) -> tuple[str, ...]:
    found = []
    bad = len(results.runs) - len(results.good)
    if bad:
        found.append(
            f"{amount(bad, 'run')} of {number(len(results.runs))} did not end well and "
            f"{'is' if bad == 1 else 'are'} left out here and in what follows. If failing has to do with the outcome, "
            "what is left is not typical."
        )
    # points of the same values are played once
    first = results.folder.first
    distinct = len(np.unique(first))
    empty = distinct - len(np.unique(first[results.good["point"]]))
    if empty:
        found.append(f"{amount(empty, 'point')} of {number(distinct)} have no run that ended well.")
    return tuple(found)
