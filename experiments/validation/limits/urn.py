"""Pólya's urn with triggering: Tria, Loreto, Servedio & Strogatz 2014, The dynamics of correlated novelties, Sci. Rep.
4:5890: D ~ n^(ν/ρ) distinct elements in n draws for ν < ρ (Heaps), frequency ~ rank^(−ρ/ν) (Zipf), and D ~ n beyond.

``urn``    The urn itself, played on the engine: bricks are colours, copies reinforcement, new bricks triggering (module
           urn_process). Exponents against ν/ρ, and against what its mean field gives for just as many draws: they tend
           to ν/ρ slowly, the slower the nearer to 1.
``model``  The model as it is (well mixed, seeded, supercritical): hybrids drawn in meetings are the sequence, copies
           per draw the reinforcement, hybrids born per one drawn for the first time ν + 1.

Where the mapping breaks in the model: births follow trials of any pair, not first uses alone; carriers forget, and
portfolios hold few, so that reinforcement does not last and the old sinks into oblivion.

Exponents of frequencies are maximum likelihood estimates of the tail from FROM draws on (Clauset, Shalizi & Newman
2009, SIAM Review 51(4), equation 3.7), as 1 / (α − 1) for ranks; of D, the slope over the last decade of draws.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from ecosim.processes.base import Process, World
from experiments.behaviours.tipping import WELL_MIXED, success_for
from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.limits.urn_process import DrawBalls, distinct_colours, expected_counts
from experiments.validation.row import Row, interval, judged, shown

__all__ = ["QUESTION", "conclude", "decade_slope", "draw", "rows", "run", "tail_exponent"]

QUESTION = (
    "Does an urn with triggering on our engine have the exponents of its theory, and does the model behave as one?"
)
FloatArray = npt.NDArray[np.float64]
URNS = ((4, 1), (4, 2), (4, 3), (2, 4))  # ρ, ν
FIRST, FROM = 10, 20  # colours at the beginning; draws from which on the tail is fitted
MONTHS = 100
ORGANISATIONS, SUPERCRITICAL = 400, 1.5
MARKS = np.geomspace(0.01, 1.0, 13)  # shares of all draws at which D is noted


def decade_slope(draws: FloatArray, distinct: FloatArray) -> float:
    """Return the slope of log D against log n over the last decade of n, by least squares at even steps of log n."""
    at = np.geomspace(draws[-1] / 10, draws[-1], 20)
    values = np.interp(np.log(at), np.log(draws), np.log(np.maximum(distinct, 1e-9)))
    return float(np.polyfit(np.log(at), values, 1)[0])


def tail_exponent(counts: npt.NDArray[np.int64], first: int) -> float:
    """Return α of P(k) ~ k^(−α) from k = first on; NaN for fewer than 10 counts there."""
    tail = counts[counts >= first]
    return math.nan if len(tail) < 10 else 1.0 + len(tail) / float(np.log(tail / (first - 0.5)).sum())


class Watch(Process):
    """Notes which hybrids are drawn in meetings, and when each was for the first time."""

    name = "watch"
    reads = ("meetings.drawn", "bricks.generation")
    writes = ("bricks.first_drawn", "bricks.drawn")

    def __init__(self) -> None:
        self.draws: list[int] = []
        self.distinct: list[int] = []

    def step(self, model: World) -> None:
        state = model.state
        state.bricks.add_column("first_drawn", np.int32)  # month + 1
        state.bricks.add_column("drawn", np.int64)
        drawn = state.meetings.drawn[state.meetings.drawn >= 0]
        drawn = drawn[state.bricks["generation"][drawn] > 0]
        times = np.bincount(drawn, minlength=len(state.bricks))
        new = (times > 0) & (state.bricks["first_drawn"] == 0)
        state.bricks["first_drawn"][new] = state.month + 1
        state.bricks["drawn"] += times
        self.draws.append((self.draws[-1] if self.draws else 0) + len(drawn))
        self.distinct.append((self.distinct[-1] if self.distinct else 0) + int(new.sum()))


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return D at marks of n, and both exponents; of the model also what its urn would be made of."""
    return _urn(job) if job["part"] == "urn" else _model(job)


def _marked(draws: FloatArray, distinct: FloatArray) -> dict[str, float]:
    values = np.interp(MARKS * draws[-1], draws, distinct)
    return {"draws": float(draws[-1]), **{f"D at {mark:.3g}": value for mark, value in zip(MARKS, values, strict=True)}}


def _urn(job: dict[str, Any]) -> dict[str, Any]:
    import networkx

    from experiments.validation.classics.engine import on_graph

    urn = DrawBalls(job["draws_wanted"] // MONTHS, job["rho"], job["nu"], FIRST)
    with on_graph(networkx.path_graph(2), [urn], job["seed"]) as model:
        model.run(MONTHS)
        used = model.state.bricks["used"]
        distinct = np.array(urn.distinct, np.float64)
        draws = np.arange(1, MONTHS + 1, dtype=np.float64) * urn.draws
        return {
            **_marked(draws, distinct), "heaps": decade_slope(draws, distinct),
            "tail": tail_exponent(used[used > 0], FROM), "novelty_rate": distinct[-1] / draws[-1],
        }  # fmt: skip


def _model(job: dict[str, Any]) -> dict[str, Any]:
    from ecosim import EcosystemModel, with_process
    from ecosim.reproduction import well_mixed_reproduction

    watch = Watch()
    drive = -math.log1p(-success_for(well_mixed_reproduction, SUPERCRITICAL))
    with EcosystemModel(
        seed=job["seed"], processes=with_process(watch, "forget"), firms=ORGANISATIONS, base_drive=drive,
        seeded_share=0.1, **WELL_MIXED,
    ) as model:  # fmt: skip
        state = model.run(job["months"]).state
        draws, distinct = np.array(watch.draws, np.float64), np.array(watch.distinct, np.float64)
        born = np.flatnonzero(state.bricks["birth"] >= 0)
        parents, month = state.bricks["parents"][born], state.bricks["birth"][born] + 1
        first = state.bricks["first_drawn"][parents]
        hybrid = state.bricks["generation"][parents] > 0
        fresh = (hybrid & (first == month[:, None])).any(axis=1)  # a parent drawn in that month for the first time
        used = state.bricks["drawn"]
        copies = float(state.history.column("copies").sum())
        return {
            **_marked(draws, distinct), "heaps": decade_slope(draws, distinct),
            "tail": tail_exponent(used[used > 0], FROM), "novelty_rate": distinct[-1] / draws[-1],
            "triggered": len(born) / max(int((used[born] > 0).sum()), 1) - 1.0, "reinforcement": copies / draws[-1],
            "by_novelty": float(fresh.mean()),
        }  # fmt: skip


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: part, rho, nu, seed, exponents, D at marks of n."""
    jobs: list[dict[str, Any]] = [
        {"part": "urn", "rho": rho, "nu": nu, "seed": seed, "draws_wanted": 100_000 if quick else 2_000_000}
        for rho, nu in URNS
        for seed in range(6 if quick else 30)
    ]
    jobs += [{"part": "model", "rho": 0, "nu": 0, "seed": seed, "months": 240 if quick else 600}
             for seed in range(3 if quick else 12)]  # fmt: skip
    return pd.DataFrame(run_many(outcome, jobs, workers, "urn"))


# -- what the draws say -----------------------------------------------------------------------------------------


@lru_cache
def mean_field(draws: int, rho: int, nu: int) -> tuple[float, float, float]:
    """Return Heaps's slope, the tail's α and D/n for just as many draws, by the mean field and the same estimators."""
    n = np.arange(1, MONTHS + 1, dtype=np.float64) * (draws // MONTHS)
    distinct = distinct_colours(n, rho, nu, FIRST)
    sample = expected_counts(draws, rho, nu, FIRST, 400_000)
    return decade_slope(n, distinct), tail_exponent(sample, FROM), float(distinct[-1] / n[-1])


def _listed(values: Any) -> list[float | None]:
    return [None if not math.isfinite(value) else round(float(value), 4) for value in mean_interval(np.asarray(values))]


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return exponents of the urns with what was expected, and those of the model beside those of its urn."""
    findings: dict[str, Any] = {"urn": {}}
    for (rho, nu), runs in table[table["part"] == "urn"].groupby(["rho", "nu"]):
        slope, tail, rate = mean_field(int(runs["draws"].iloc[0]), int(rho), int(nu))
        findings["urn"][f"rho = {rho}, nu = {nu}"] = {
            "nu over rho": nu / rho, "draws": int(runs["draws"].iloc[0]),
            "heaps": _listed(runs["heaps"]), "heaps expected": round(slope, 4),
            "zipf": _listed(1 / (runs["tail"] - 1)), "zipf expected": round(1 / (tail - 1), 4),
            "novelty rate": _listed(runs["novelty_rate"]), "novelty rate expected": round(rate, 5),
        }  # fmt: skip
    runs = table[table["part"] == "model"]
    # the exponent of the urn made of what was counted: ν/ρ, and 1 beyond
    expected = np.minimum(runs["triggered"] / runs["reinforcement"], 1.0)
    in_urn = np.maximum(runs["triggered"] - runs["reinforcement"], 0.0) / (runs["triggered"] + 1.0)
    findings["model"] = {
        "heaps": _listed(runs["heaps"]),
        "heaps of its urn": _listed(expected),
        "heaps less that of its urn": _listed(runs["heaps"] - expected),
        "zipf": _listed(1 / (runs["tail"] - 1)),
        "new hybrids per first use, less 1": _listed(runs["triggered"]),
        "copies per draw": _listed(runs["reinforcement"]),
        "novelties per draw": _listed(runs["novelty_rate"]),
        "novelties per draw in its urn": _listed(in_urn),
        "novelties per draw less those of its urn": _listed(runs["novelty_rate"] - in_urn),
        "share of births with a parent in its first use": _listed(runs["by_novelty"]),
    }
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard. Bands: 0.02 for Heaps (a twelfth of what the ratios played differ by), 5 %
    for Zipf, whose mean field leaves out chance in the total."""
    source, out = "Tria, Loreto, Servedio & Strogatz 2014", []
    for rho, nu in URNS[:3]:
        found = findings["urn"][f"rho = {rho}, nu = {nu}"]
        draws, ratio = found["draws"], nu / rho
        slow = f"After {draws:,} draws the mean field has {found['heaps expected']:.3f}; ν/ρ is where it tends."
        out.append(Row(
            f"heaps-{nu}-{rho}", f"In the urn with ν/ρ = {nu}/{rho} on our engine D grows as n^(ν/ρ).", source,
            f"exponent within 0.02 of {ratio:g}", shown(found["heaps"]),
            judged(interval(found["heaps"]), ratio - 0.02, ratio + 0.02), slow,
        ))  # fmt: skip
        expected = found["heaps expected"]
        out.append(Row(
            f"heaps-{nu}-{rho}-finite", f"In that urn ({nu}/{rho}) D grows as its mean field does.", source,
            f"exponent within 0.02 of {expected:.3f} ({draws:,} draws)", shown(found["heaps"]),
            judged(interval(found["heaps"]), expected - 0.02, expected + 0.02),
            "Chance in the first draws of all stays in the urn for ever.",
        ))  # fmt: skip
        out.append(Row(
            f"zipf-{nu}-{rho}", f"In the urn with ν/ρ = {nu}/{rho} frequency falls as rank^(−ρ/ν).", source,
            f"exponent within 5 % of {1 / ratio:.3g}", shown(found["zipf"]),
            judged(interval(found["zipf"]), 0.95 / ratio, 1.05 / ratio),
            f"After {draws:,} draws the mean field has {found['zipf expected']:.3f} from {FROM} draws on.",
        ))  # fmt: skip
        expected = found["zipf expected"]
        out.append(Row(
            f"zipf-{nu}-{rho}-finite", f"In that urn ({nu}/{rho}) frequencies are those of its mean field.", source,
            f"exponent within 5 % of {expected:.3f}", shown(found["zipf"]),
            judged(interval(found["zipf"]), 0.95 * expected, 1.05 * expected),
            "Chance in the first draws of all stays in the urn for ever.",
        ))  # fmt: skip
    rho, nu = URNS[3]
    found, rate = findings["urn"][f"rho = {rho}, nu = {nu}"], (nu - rho) / (nu + 1)
    out.append(Row(
        "linear", "With ν > ρ novelties keep a share (ν − ρ) / (ν + 1) of all draws.", source,
        f"within 2 % of {rate:g}", shown(found["novelty rate"]),
        judged(interval(found["novelty rate"]), 0.98 * rate, 1.02 * rate),
        f"After {found['draws']:,} draws the mean field has {found['novelty rate expected']:.4f}.",
    ))  # fmt: skip
    model = findings["model"]
    out.append(Row(
        "model-heaps", "In the model as it is D of hybrids drawn grows as in the urn made of its births and copies.",
        source, "exponent less that of the urn within ± 0.05",
        f"{shown(model['heaps'])}, urn {shown(model['heaps of its urn'])}; difference "
        f"{shown(model['heaps less that of its urn'])}",
        judged(interval(model["heaps less that of its urn"]), -0.05, 0.05),
        "Carriers forget and portfolios are bounded: reinforcement does not last, and the old is not drawn again.",
    ))  # fmt: skip
    less = model["novelties per draw less those of its urn"]
    out.append(Row(
        "model-novelties", "In the model as it is as many draws are novelties as in that urn in the long run.", source,
        "novelties per draw less (ν − ρ) / (ν + 1), or 0, within ± 0.01",
        f"{shown(model['novelties per draw'])}, urn {shown(model['novelties per draw in its urn'])}; difference "
        f"{shown(less)}",
        judged(interval(less), -0.01, 0.01), "The same reasons; the urn's share is that of ever many draws.",
    ))  # fmt: skip
    share = model["share of births with a parent in its first use"]
    out.append(Row(
        "model-triggering", "In the model, as in the urn, what is new comes from first uses alone.", source,
        "share of births with a parent in its first month of use at least 0.95", shown(share),
        judged(interval(share), 0.95, 1.0),
        "Any pair of bricks may be tried at any time: triggering follows draws, not novelties.",
    ))  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return D against n in the urns with the mean field, D in the model, and both exponents against ν/ρ."""
    figure, axes = new_figure(3, width=5.2)
    findings = conclude(table)
    marks = [f"D at {mark:.3g}" for mark in MARKS]
    for index, ((rho, nu), runs) in enumerate(table[table["part"] == "urn"].groupby(["rho", "nu"])):
        n = MARKS * runs["draws"].iloc[0]
        colour = COLOURS[index]
        axes[0].plot(n, runs[marks].mean(), color=colour, marker=MARKERS[index], linestyle="",
                     label=f"ν = {nu}, ρ = {rho}")  # fmt: skip
        fine = np.geomspace(n[0], n[-1], 60)
        axes[0].plot(fine, distinct_colours(fine, int(rho), int(nu), FIRST), color=colour, linestyle=DASHES[index])
    axes[0].set_title("Urns: marks are runs, lines the mean field")
    runs = table[table["part"] == "model"]
    n = MARKS * runs["draws"].mean()
    axes[1].plot(n, runs[marks].mean(), color=COLOURS[0], marker="o", linestyle="", label="hybrids drawn in meetings")
    end = runs[marks[-1]].mean()
    urn = float(findings["model"]["heaps of its urn"][0])
    axes[1].plot(n, end * MARKS**urn, color=COLOURS[1], linestyle="--",
                 label=f"slope of the urn of its births and copies: {urn:.2f}")  # fmt: skip
    axes[1].set_title("The model as it is (supercritical)")
    for axis in axes[:2]:
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("draws n")
        axis.set_ylabel("distinct elements drawn, D(n)")
    some = [value for value in findings["urn"].values() if value["nu over rho"] < 1]
    x = np.array([value["nu over rho"] for value in some])
    for index, (key, words, shift) in enumerate((("heaps", "Heaps, of D", -0.008), ("zipf", "1 / Zipf", 0.008))):
        found = np.array([value[key] for value in some], np.float64)
        known = np.array([value[f"{key} expected"] for value in some])
        if key == "zipf":
            found, known = 1 / found[:, [0, 2, 1]], 1 / known
        axes[2].errorbar(x + shift, found[:, 0], np.abs(found[:, 1:] - found[:, :1]).T, color=COLOURS[index],
                         marker=MARKERS[index], linestyle="", capsize=3, label=f"{words}, runs")  # fmt: skip
        axes[2].plot(x + shift, known, color=COLOURS[index], marker="_", markersize=18, linestyle="",
                     label=f"{words}, mean field of as many draws")  # fmt: skip
    axes[2].plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="ν/ρ, for ever many draws")
    axes[2].set_xlabel("ν/ρ")
    axes[2].set_ylabel("exponent")
    axes[2].set_title("Urns: exponents")
    for axis in axes:
        axis.legend(frameon=False, fontsize=8)
    return figure
