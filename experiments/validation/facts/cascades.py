"""Cascades of innovations: how large families of hybrids grow below, at and above R = 1, on networks.

Near their threshold, models of innovation make cascades of all sizes: Silverberg & Verspagen 2002 (MERIT Research
Memorandum 032) find innovation sizes with Pareto tails of infinite variance near
the percolation threshold, and lognormal ones above it. For a critical branching process the sizes have
P(s) ∝ s^−3/2 with a cut-off that grows as (1 − R)^−2 (Harris 1963).

*Mapping.* A cascade is a family: a hybrid and all that descend from it by leading parents. ``seeded``: on a network
(the generated one of ``three-ingredients`` with 4,000 firms; the French part of Horizon 2020 where its files are), 1
% of organisations are given one hybrid, spontaneous births are off, no attractor, the base drive such that
next-generation R at month 0 has a given value; a family for each seed, 600 months. ``full``: the scenarios as they
are, 120 months, whose families are founded by spontaneous births.
*Where the mapping breaks.* A seed has one carrier where a hybrid that is born has two, so that below R = 1 the
expected size is 1 + (R/2)/(1 − R); families draw on the same attention; a hybrid of two families counts in one of
them. (The exact limit without networks and crowding is the study ``galton-watson``.)"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.behaviours.agreement import DATA
from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval
from experiments.validation.facts.births import world
from experiments.validation.facts.tables import per_run
from experiments.validation.facts.tails import cut_off_law, tail
from experiments.validation.row import Row, Verdict, interval, judged, listed

if TYPE_CHECKING:
    from ecosim import EcosystemModel

QUESTION = "Are families of hybrids heavy-tailed near R = 1 on networks, and what becomes of them above it?"
NETWORKS = ("generated", "h2020-france")
FULL = ("three-ingredients", "fintech")
VALUES = (0.5, 0.7, 0.85, 1.0, 1.15)  # of next-generation R at month 0
BELOW, AT, OVER = VALUES[:3], 1.0, 1.15
SEEDED, MONTHS = 0.01, 600
START = 5  # size from which the law with a cut-off is fitted: the seed's own generation is not yet forgotten below
BAND = 0.15  # of the expected mean size
RESAMPLES = 200
FEWEST = 5  # runs: of fewer, resampling says nothing
SILVERBERG = "Silverberg & Verspagen 2002, MERIT RM 032"
HARRIS = "Harris 1963, The Theory of Branching Processes"
_TAIL = "Families of five hybrids or more, pooled over runs; with few of them it cannot be said."
NO_DATA = "The Horizon 2020 files are not there."


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return, as rows, how many families of each size one run made."""
    from ecosim.measures import cascade_sizes

    if job["part"] == "full":
        with world(job["network"], job["seed"], 120) as model:
            sizes, reproduction = cascade_sizes(model.state), float("nan")
    else:
        sizes, reproduction = _seeded(job)
    size, families = np.unique(sizes, return_counts=True)
    return {"rows": [{"size": int(s), "families": int(n), "reproduction": reproduction}
                     for s, n in zip(size, families, strict=True)]}  # fmt: skip


def _seeded(job: dict[str, Any]) -> tuple[np.ndarray, float]:
    """Return sizes of the families of one seeded run, and the next-generation R that it started with."""
    from ecosim.measures import cascade_sizes
    from ecosim.reproduction import NextGeneration

    with _ready(job["network"], job["path"], job["seed"], job["drive"]) as model:
        reproduction = float(NextGeneration().evaluate(model.state))
        return cascade_sizes(model.run(job["months"]).state), reproduction


def _ready(network: str, path: str, seed: int, drive: float) -> EcosystemModel:
    from ecosim import EcosystemModel

    size = {"firms": 4000} if network == "generated" else {}
    return EcosystemModel(
        path, seed=seed, base_drive=drive, spontaneous=False, seeded_share=SEEDED, attractor_dial=0.0,
        reproduction_every=0, **size,
    )  # fmt: skip


def drive_for(network: str, path: str, target: float) -> float:
    """Return the base drive at which next-generation R at month 0 has a value: R goes as 1 − e^−drive, nearly."""
    from ecosim.reproduction import NextGeneration

    drive = 0.06
    for _ in range(3):
        with _ready(network, path, 0, drive) as model:
            drive = -math.log1p(math.expm1(-drive) * target / NextGeneration().evaluate(model.state))
    return drive


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run and size: how many families. `part` is ``seeded`` or ``full``; `target` is R."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        paths = _networks(Path(folder))
        seeds = {"generated": 5 if quick else 100, "h2020-france": 1 if quick else 40}
        jobs: list[dict[str, Any]] = [
            {"part": "seeded", "network": name, "path": path, "target": value, "seed": seed, "drive": drive,
             "months": 300 if quick else MONTHS}
            for name, path in paths.items() for value in VALUES for drive in (drive_for(name, path, value),)
            for seed in range(seeds[name])
        ]  # fmt: skip
        jobs += [{"part": "full", "network": name, "path": name, "target": float("nan"), "seed": seed}
                 for name in FULL for seed in range(2 if quick else 20)]  # fmt: skip
        return per_run(run_many(outcome, jobs, workers, "cascades")).drop(columns="path")


def _networks(folder: Path) -> dict[str, str]:
    """Return the scenarios to seed: the generated network and, when the files are there, the French part of H2020."""
    found = {"generated": "three-ingredients"}
    if (DATA / "h2020_participations.csv.gz").exists():
        from ecosim.importers.cordis import import_cordis

        out = folder / "h2020-france.toml"
        import_cordis(
            DATA / "h2020_participations.csv.gz", out, DATA / "h2020_programme_parts.csv.gz", ("FR",)
        )  # fmt: skip
        found["h2020-france"] = str(out)
    return found


def sizes_of(table: pd.DataFrame) -> np.ndarray:
    """Return the sizes of all families in rows of sizes and numbers, int64."""
    return np.repeat(table["size"].to_numpy(np.int64), table["families"].to_numpy(np.int64))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return means, widths, exponents and comparisons of laws, by part, network and R; intervals resample runs."""
    findings: dict[str, Any] = {}
    for name, of in table[table["part"] == "seeded"].groupby("network"):
        for value in VALUES:
            runs = of[np.isclose(of["target"], value)]
            found = _described(runs, value in (AT, OVER), value == AT)
            found["next-generation R at month 0"] = round(float(runs["reproduction"].mean()), 3)
            findings[f"{name}, R = {value:g}"] = found
        at, low = of[np.isclose(of["target"], AT)], of[np.isclose(of["target"], BELOW[1])]
        top, bottom = _resampled(at, _width), _resampled(low, _width)
        findings[f"{name}, width at 1 over width at {BELOW[1]:g}"] = listed(_interval(top / bottom))
    for name, of in table[table["part"] == "full"].groupby("network"):
        findings[f"full, {name}"] = _described(of, True, False)
    return findings


def _width(sizes: np.ndarray) -> float:
    return float((sizes.astype(np.float64) ** 2).mean() / sizes.mean())


def _resampled(runs: pd.DataFrame, measure: Any, resamples: int = RESAMPLES) -> np.ndarray:
    """Return a measure of all families, and of as many as were resampled run by run, float64 (resamples + 1,)."""
    by_run = [sizes_of(rows) for _, rows in runs.groupby("seed")]
    if len(by_run) < FEWEST:
        return np.array([measure(np.concatenate(by_run)), np.nan])
    generator = np.random.default_rng(3)
    drawn = [measure(np.concatenate([by_run[k] for k in generator.integers(0, len(by_run), len(by_run))]))
             for _ in range(resamples)]  # fmt: skip
    return np.array([measure(np.concatenate(by_run)), *drawn])


def _interval(values: np.ndarray) -> Interval:
    if np.isnan(values).any():
        return Interval(float(values[0]), float("nan"), float("nan"))
    return Interval(float(values[0]), *(float(v) for v in np.quantile(values[1:], [0.025, 0.975])))


def _described(runs: pd.DataFrame, laws: bool, cut_off: bool) -> dict[str, Any]:
    sizes = sizes_of(runs)
    found: dict[str, Any] = {
        "families": len(sizes), "largest": int(sizes.max()),
        "mean size": listed(_interval(_resampled(runs, lambda s: float(s.mean())))),
        "width": listed(_interval(_resampled(runs, _width))),
    }  # fmt: skip
    if cut_off:
        fitted = _resampled(runs, lambda s: cut_off_law(s, START)[0], RESAMPLES // 4)
        found["exponent before the cut-off"] = listed(_interval(fitted))
        rate = cut_off_law(sizes, START)[1]
        found["cut-off"] = None if np.isnan(rate) else float(f"{1 / max(rate, 1e-12):.3g}")
    if laws:
        law = tail(
            sizes, np.random.default_rng(4), START, ("exponential", "lognormal"), RESAMPLES // 2 if cut_off else 0
        )
        if law is not None:
            found |= {
                "tail": round(law.exponent, 3), "in the tail": law.inside,
                "p": None if np.isnan(law.plausible) else round(law.plausible, 3),
                "against": {name: [float(f"{v:.3g}") for v in pair] for name, pair in law.against.items()},
            }  # fmt: skip
    return found


def _vuong(found: dict[str, Any], other: str, wanted: int) -> tuple[str, Verdict]:
    """Return a likelihood ratio in words, and whether it is significantly on the wanted side (1: the power law's)."""
    if "against" not in found:
        return "too few families", "undecided"
    ratio, p = found["against"][other]
    words = (
        f"normalised log likelihood ratio {ratio:.2f}, p = {p:.2g}; {found['in the tail']} families from size {START}"
    )
    if p >= 0.05:
        return words, "undecided"
    return words, "holds" if ratio * wanted > 0 else "fails"


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    out: list[Row] = []
    for name in NETWORKS:
        at, over = findings.get(f"{name}, R = 1", {}), findings.get(f"{name}, R = 1.15", {})
        there = "" if at else NO_DATA
        where = f"on the {_NAMES[name]} network"
        for value in BELOW:
            mean, expected = interval(findings.get(f"{name}, R = {value:g}", {}).get("mean size")), _mean(value)
            ratio = Interval(*(v / expected for v in mean))
            out.append(Row(
                f"mean-{name}-{value:g}",
                f"Below R = 1 the mean family is as large as a branching process has it {where}, R = {value:g}.",
                HARRIS, f"1 + (R/2)/(1 − R) = {expected:.2f}, within {BAND:.0%}",
                f"{mean}, or {ratio} of it", judged(ratio, 1 - BAND, 1 + BAND), there or _MEAN[name],
            ))  # fmt: skip
        growth = interval(findings.get(f"{name}, width at 1 over width at {BELOW[1]:g}"))
        out.append(Row(
            f"cut-off-{name}", f"The cut-off grows towards R = 1 {where}.", HARRIS,
            "⟨s²⟩/⟨s⟩ at R = 1 over that at R = 0.7, above 2", f"{growth}", judged(growth, 2.0, np.inf),
            there or _MEAN[name],
        ))  # fmt: skip
        words, verdict = _vuong(at, "exponential", 1)
        out.append(Row(
            f"heavy-{name}", f"At R = 1 family sizes are heavy-tailed {where}: a power law beats an exponential.",
            SILVERBERG, "log likelihood ratio above 0, p < 0.05", words, verdict, there or _TAIL,
        ))  # fmt: skip
        p = at.get("p")
        out.append(Row(
            f"pure-{name}", f"At R = 1 a pure power law is plausible {where}.",
            "Clauset, Shalizi & Newman 2009, SIAM Rev. 51, 661", "bootstrapped p of the distance above 0.1",
            f"p = {p}; a cut-off at {at.get('cut-off')} is fitted" if p is not None else "too few families",
            "undecided" if p is None else "holds" if p > 0.1 else "fails",
            there or "600 months are some twenty lives of a hybrid, and organisations are finite: there is a cut-off.",
        ))  # fmt: skip
        exponent = interval(at.get("exponent before the cut-off"))
        out.append(Row(
            f"exponent-{name}", f"At R = 1 the exponent before the cut-off is that of a branching process {where}.",
            HARRIS, "3/2, whole interval in 1.3 to 1.7", f"{exponent}", judged(exponent, 1.3, 1.7), there or _TAIL,
        ))  # fmt: skip
        out.append(Row(
            f"infinite-variance-{name}",
            f"Near R = 1 sizes fall as a Pareto of infinite variance before the cut-off {where}.",
            SILVERBERG, "exponent of P(s) below 3", f"{exponent}", judged(exponent, 0.0, 3.0), there or _TAIL,
        ))  # fmt: skip
        words, verdict = _vuong(over, "lognormal", -1)
        out.append(Row(
            f"lognormal-{name}", f"Above R = 1 a lognormal describes sizes better than a power law {where} (R = 1.15).",
            SILVERBERG, "log likelihood ratio of power law over lognormal below 0, p < 0.05", words, verdict,
            there or _TAIL,
        ))  # fmt: skip
    for name in FULL:
        found = findings.get(f"full, {name}", {})
        words, verdict = _vuong(found, "exponential", 1)
        out.append(Row(
            f"full-{name}", f"Families in {name} as it is are heavy-tailed: a power law beats an exponential.",
            SILVERBERG, "log likelihood ratio above 0, p < 0.05",
            words + f"; largest family {found.get('largest')}", verdict,
            "Every spontaneous hybrid founds a family: hundreds compete for the same portfolios, each lasts briefly.",
        ))  # fmt: skip
    return out


def _mean(value: float) -> float:
    return 1 + value / 2 / (1 - value)


_NAMES = {"generated": "generated", "h2020-france": "French Horizon 2020"}
_MEAN = {
    "generated": "Families of one run draw on the same attention, and means of heavy tails spread widely.",
    "h2020-france": "Two of the 2,620 organisations take part in more than 100 meetings a month (the median: 2.4). In "
    "one run looked at, hybrids lived on there and grew to thousands although R is 0.7. The operator averages "
    "organisations over sixths of activity; that this averages hubs away is likely, but was not tested by itself.",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return the share of families of at least a size, by network and R, and in the full runs."""
    present = [name for name in NETWORKS if (table["network"] == name).any()]
    figure, axes = new_figure(len(present) + 1, width=4.8)
    for axis, name in zip(axes, present, strict=False):
        of = table[(table["part"] == "seeded") & (table["network"] == name)]
        for index, value in enumerate(VALUES):
            _survival(axis, sizes_of(of[np.isclose(of["target"], value)]), index, f"R = {value:g}")
        x = np.array([3.0, 3000.0])
        axis.plot(x, 0.6 * x**-0.5, color="0.5", linewidth=0.9, label="slope −1/2 (P(s) ∝ s$^{−3/2}$)")
        axis.set_title(f"Seeded, {_NAMES[name]} network", fontsize=10)
    for index, name in enumerate(FULL):
        _survival(axes[-1], sizes_of(table[(table["part"] == "full") & (table["network"] == name)]), index, name)
    axes[-1].set_title("Scenarios as they are, 120 months", fontsize=10)
    for axis in axes:
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("family size s (hybrids)")
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_ylabel("share of families of size s or more")
    return figure


def _survival(axis: Any, sizes: np.ndarray, index: int, label: str) -> None:
    ordered = np.sort(sizes)
    size, first = np.unique(ordered, return_index=True)
    axis.plot(
        size, 1 - first / len(ordered), color=COLOURS[index], linestyle=DASHES[index], marker=MARKERS[index],
        markersize=4, markevery=max(1, len(size) // 8), label=label,
    )  # fmt: skip
