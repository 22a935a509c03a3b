"""Galton–Watson: sizes of families of hybrids in the dilute, well-mixed ecosystem.

Asked: is the family of one hybrid (all that descends from it) the total progeny of a branching process? Sources: Otter
(1949, Annals of Mathematical Statistics 20): total progeny of a critical process falls as n^−3/2, of a subcritical one
with an exponential cut-off; Dwass (1969, Journal of Applied Probability 6) for the law itself; Harris (1963, The Theory
of Branching Processes). Behaviour 6 of the design document.

``textbook``  n0 = 100, so that a hybrid's children hardly crowd it, no copying; rates such that R is that of the
              dilute formula. A carrier is then followed by three (itself and the child's two inventors) or by none:
              ternary trees.
``as is``     the model's defaults (n0 = 8, copying), at a share of the threshold's success: crowding and copying make
              it a process of organisations of many types (`theory.chain`), whose law at the horizon is known exactly
              as well.

How it maps: spontaneous births off; a share of organisations gets one hybrid each, with one carrier, and its family
is what carries its row in ``bricks.family``. A birth with one hybrid parent belongs to that parent's family. One with
two belongs to the leading parent's (docs/odd.md, section 2) and merges two lines, which no branching process does:
how often this happens is measured (a row of its own). Sizes count births, without the seeded hybrid itself.

Where it breaks: a family that fills a good part of the ecosystem meets itself, so that sizes are compared up to the
horizon only, at which the largest families hold a few per cent of the organisations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from experiments.behaviours.tipping import WELL_MIXED
from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval
from experiments.validation.limits.power_law import TruncatedPowerLaw, cutoff_of, rival_gains
from experiments.validation.row import Row, above, judged
from experiments.validation.theory.chain import Rates, cumulative_births, textbook_births, threshold

QUESTION = "Are families of hybrids the total progeny of a branching process, with its 3/2 law at R = 1?"
TEXTBOOK = Rates(1.0, 100, 0.9, 0.0, 0.04)  # the meeting rate is set by R
AS_IS = Rates(2.0, 8, 0.0, 0.02, 0.04)  # the model's defaults; the success is set by R
REPRODUCTION = (0.5, 0.8, 0.9, 0.95, 1.0)
WINDOW = (10, 150)  # births; textbook, R = 1: beyond, the horizon shows (by the exact law, less than 3 % below)
FIRST = 10  # births from which on tails are looked at
RESAMPLES = 400
FloatArray = npt.NDArray[np.float64]


def textbook_rates(reproduction: float) -> Rates:
    """Return the rates at which the dilute formula ``2 ρ π / μ``, ``ρ = 2 m / (n0 + 1)``, is the given R."""
    rates = TEXTBOOK
    meeting_rate = reproduction * rates.forgetting * (rates.core + 1) / (4.0 * rates.success)
    return rates._replace(meeting_rate=meeting_rate)


def as_is_rates(share: float) -> Rates:
    """Return the defaults with the given share of the success at which the mean line neither grows nor dwindles."""
    return AS_IS._replace(success=share * threshold(AS_IS))


def families(job: dict[str, Any]) -> dict[str, Any]:
    """Return how many families have each number of births at the horizon, and births with two hybrid parents."""
    from ecosim import EcosystemModel

    rates = textbook_rates(job["r"]) if job["part"] == "textbook" else as_is_rates(job["r"])
    with EcosystemModel(
        seed=job["seed"], firms=job["organisations"], meeting_rate=rates.meeting_rate, core_size=rates.core,
        capacity=rates.core + 32, base_drive=-math.log1p(-rates.success), transmissibility=rates.transmissibility,
        forgetting=rates.forgetting, seeded_share=job["seeded"], dimensions=1, **WELL_MIXED,
    ) as model:  # fmt: skip
        bricks = model.run(job["months"]).state.bricks
        birth, generation = bricks["birth"], bricks["generation"]
        seeds = np.flatnonzero((birth < 0) & (generation > 0))
        born = np.flatnonzero((birth >= 0) & (generation > 0))
        sizes = np.bincount(bricks["family"][born], minlength=bricks.count)[seeds]
        hybrid_parents = (generation[bricks["parents"][born]] > 0).sum(axis=1)
        values, counts = np.unique(sizes, return_counts=True)
        return {
            "sizes": values.tolist(), "counts": counts.tolist(), "births": len(born),
            "two hybrid parents": int((hybrid_parents == 2).sum()),
        }  # fmt: skip


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return a row per run and size of family: ``size`` (births), ``families``; births of the run beside."""
    textbook = {"part": "textbook", "organisations": 1000 if quick else 4000, "seeded": 0.25}
    as_is = {"part": "as is", "organisations": 2000 if quick else 8000, "seeded": 0.02}
    months = {0.5: 300, 0.8: 900, 0.9: 1800, 0.95: 3600, 1.0: 2000}
    runs = {0.8: 2, 0.9: 2, 1.0: 4} if quick else {0.5: 8, 0.8: 16, 0.9: 24, 0.95: 20, 1.0: 44}
    jobs: list[dict[str, Any]] = []
    for place, r in enumerate(runs):  # seeds of its own for every R, so that cut-offs are independent
        jobs += [{**textbook, "r": r, "months": months[r], "seed": 1000 * place + s} for s in range(runs[r])]
    for place, r in enumerate((0.8, 1.0)):
        seeds = range(1000 * place, 1000 * place + (3 if quick else 40))
        jobs += [{**as_is, "r": r, "months": 240 if quick else 600, "seed": s} for s in seeds]
    jobs.sort(key=lambda job: job["organisations"] * job["months"], reverse=True)
    found = run_many(families, jobs, workers, "galton-watson")
    rows = []
    for one in found:
        pairs = zip(one.pop("sizes"), one.pop("counts"), strict=True)
        rows += [{**one, "size": size, "families": count} for size, count in pairs]
    return pd.DataFrame(rows)


# -- what the table says --------------------------------------------------------------------------------------------


def histogram(rows: pd.DataFrame) -> FloatArray:
    """Return families by run and size, float64 (runs, largest size + 1)."""
    runs = np.unique(rows["seed"].to_numpy(), return_inverse=True)[1]
    out = np.zeros((int(runs.max()) + 1, int(rows["size"].max()) + 1))
    np.add.at(out, (runs, rows["size"].to_numpy(np.int64)), rows["families"].to_numpy(np.float64))
    return out


def resampled(by_run: FloatArray) -> FloatArray:
    """Return the histogram of all runs, then those of resamples of families, float64 (1 + RESAMPLES, sizes).

    Runs are independent; families within one nearly are (their meetings are a row of the scoreboard). Few
    runs would say little when resampled, so that families are, which theory takes as independent.
    """
    total = by_run.sum(axis=0)
    draws = np.random.default_rng(1).multinomial(int(total.sum()), total / total.sum(), RESAMPLES)
    return np.concatenate([total[None, :], draws]).astype(np.float64)


def interval(values: FloatArray) -> list[float | None]:
    """Return [estimate, low, high] of an estimate (the first value) and its resamples."""
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return [round(float(v), 5) if np.isfinite(v) else None for v in (values[0], low, high)]


def distance(counts: FloatArray, cumulative: FloatArray) -> list[float]:
    """Return the largest distance of a histogram's distribution function to a law's, with its interval.

    The true distribution function lies within ``√(ln 40 / 2n)`` of that of n sizes with 95 % (Dvoretzky, Kiefer &
    Wolfowitz 1956; Massart 1990), and so does its distance. counts : float64 (sizes,)
    """
    most = min(len(counts), len(cumulative))
    found = float(np.abs(np.cumsum(counts)[:most] / counts.sum() - cumulative[:most]).max())
    band = math.sqrt(math.log(40.0) / (2.0 * float(counts.sum())))
    return [round(v, 5) for v in (found, max(0.0, found - band), found + band)]


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return exponents, distances to the exact laws, mean sizes, cut-offs and what merges families."""
    findings: dict[str, Any] = {"families": {}, "distance": {}, "mean": {}, "cut-off": {}, "two hybrid parents": {}}
    logs: list[FloatArray] = []
    places: list[float] = []
    for (part, r), rows in table.groupby(["part", "r"]):
        by_run = histogram(rows)
        counts = resampled(by_run)
        name = f"{part}, {r:g}"
        findings["families"][name] = int(by_run.sum())
        horizon = int(rows["months"].iloc[0])
        if part == "textbook":
            law = np.cumsum(textbook_births(float(r), 4096))
            reach = len(law) if r < 1 else WINDOW[1]  # beyond the window the horizon shows
            findings["distance"][name] = distance(counts[0], law[:reach])
        else:
            law = cumulative_births(as_is_rates(float(r)), horizon, 512 if horizon <= 300 else 2048)
            findings["distance"][name] = distance(counts[0], law)
        if r < 1:
            sizes = np.arange(counts.shape[1])
            mean = counts @ sizes / counts.sum(axis=1)
            if part == "textbook":  # two seeded carriers are one hybrid as it is born
                findings["mean"][f"{r:g}"] = interval((1.0 + 2.0 * mean) * (1.0 - float(r)))
                if r >= 0.8:
                    cutoffs = cutoff_of(counts, FIRST)
                    a = float(r) / (2.0 + float(r))
                    known = -1.0 / math.log(6.75 * a * (1.0 - a) ** 2)
                    findings["cut-off"][f"{r:g}"] = interval(cutoffs / known)
                    logs.append(np.log(cutoffs))
                    places.append(math.log(1.0 - float(r)))
        elif part == "textbook":
            findings["exponent, textbook"] = interval(TruncatedPowerLaw(*WINDOW).exponents(counts))
            gains = rival_gains(by_run.sum(axis=0), *WINDOW)
            findings["log-likelihood of the power law above its rivals, per family"] = gains
        else:
            known_law = np.diff(law, prepend=0.0)
            reach = min(int(np.searchsorted(law, 1.0 - 1e-7)), len(law) - 1)
            shape = known_law[FIRST : reach + 1] * np.arange(FIRST, reach + 1) ** 1.5
            findings["exponent, as is"] = interval(TruncatedPowerLaw(FIRST, reach, shape).exponents(counts))
    if len(places) > 1:
        slopes = np.polyfit(places, np.array(logs), 1)[0]
        findings["cut-off exponent"] = interval(slopes)
    else:
        findings["cut-off exponent"] = [None, None, None]
    runs = table.drop_duplicates(["part", "r", "seed"])
    for part, rows in runs.groupby("part"):
        two, births = int(rows["two hybrid parents"].sum()), int(rows["births"].sum())
        findings["two hybrid parents"][part] = _share(two, births)
    return findings


def _share(some: int, all_of: int) -> list[float]:
    """Return a share with its Wilson interval."""
    from scipy.stats import binomtest

    found = binomtest(some, all_of).proportion_ci(method="wilson")
    return [round(float(v), 6) for v in (some / all_of, found.low, found.high)]


def as_interval(values: Any) -> Interval:
    """Return findings' [estimate, low, high] as an interval, None being NaN."""
    return Interval(*(math.nan if v is None else float(v) for v in values))


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    exponents = {part: as_interval(findings[f"exponent, {part}"]) for part in ("textbook", "as is")}
    cut, cutoffs = as_interval(findings["cut-off exponent"]), findings["cut-off"]
    means = {r: as_interval(v) for r, v in findings["mean"].items()}
    ratios = {r: as_interval(v) for r, v in cutoffs.items()}
    gains = {
        k: as_interval(v) for k, v in findings["log-likelihood of the power law above its rivals, per family"].items()
    }
    merged = {k: as_interval(v) for k, v in findings["two hybrid parents"].items()}
    far = {k: as_interval(v) for k, v in findings["distance"].items()}
    out = [
        Row(
            "exponent-textbook", "At R = 1, without crowding and copying, sizes of families fall as n^−3/2.",
            "Otter 1949; Harris 1963", "exponent 1.5 ± 0.05", f"{exponents['textbook']}",
            judged(exponents["textbook"], 1.45, 1.55),
            f"Births {WINDOW[0]} to {WINDOW[1]}, where the horizon does not show.",
        ),
        Row(
            "exponent-as-is", "At the model's defaults and its threshold, sizes of families fall as n^−3/2 up to the "
            "horizon's cut-off.", "model.md, behaviour 6; Otter 1949", "exponent 1.5 ± 0.1", f"{exponents['as is']}",
            judged(exponents["as is"], 1.4, 1.6), f"At least {FIRST} births; the cut-off is that of the exact law.",
        ),
        Row(
            "rival-exponential", "At R = 1 the power law describes families better than an exponential does.",
            "Clauset, Shalizi & Newman 2009; Vuong 1989",
            "log-likelihood per family, power law minus exponential, above 0",
            f"{gains['exponential']}", above(gains["exponential"], 0.0),
        ),
        Row(
            "rival-log-normal", "At R = 1 a log-normal does not describe families better than the power law does.",
            "Clauset, Shalizi & Newman 2009; Vuong 1989",
            "log-likelihood per family, power law minus log-normal, not below −0.01", f"{gains['log-normal']}",
            judged(gains["log-normal"], -0.01, math.inf),
            "A log-normal has one parameter more. The exact law is itself no pure power law at small sizes, and "
            "residual crowding bends its tail: this comparison sees both.",
        ),
        Row(
            "cutoff-exponent", "Below R = 1 the exponential cut-off grows as (1 − R)^−2.", "Otter 1949; Harris 1963",
            "slope −2 ± 0.2 of log cut-off on log(1 − R), R from 0.8", f"{cut}", judged(cut, -2.2, -1.8),
            "The exact law itself has −2.11 between R = 0.8 and 0.95, and −2 only in the limit.",
        ),
        Row(
            "cutoff-size", "Below R = 1 the cut-off is that of the exact law.", "Otter 1949; Dwass 1969",
            "measured over exact 1 ± 0.15", _listed(ratios), _all_of(ratios, 0.85, 1.15),
            "Even at n0 = 100 a hybrid's children crowd it: by the chain of organisations that takes 1 % off R, which "
            "near R = 1 shortens the cut-off by about 2 % / (1 − R) of it.",
        ),
        Row(
            "mean-size", "Below R = 1 a hybrid's family has 1 / (1 − R) members on average, itself included.",
            "Harris 1963", "mean size × (1 − R) = 1 ± 0.1", _listed(means), _all_of(means, 0.9, 1.1),
            "Without crowding and copying. A seeded hybrid has one carrier, a born one two: sizes are 1 + twice the "
            "mean births. The seed's first month is a whole one, which adds 2 % to its life.",
        ),
    ]  # fmt: skip
    for key, part, words in (
        ("law-textbook", "textbook", "the law of ternary trees"),
        ("law-as-is", "as is", "the law of a process of organisations with crowding and copying, month by month"),
    ):
        of = {name.removeprefix(f"{part}, "): value for name, value in far.items() if name.startswith(part)}
        out.append(
            Row(
                key, f"Sizes of families follow {words} as a whole.",
                "Dwass 1969" if part == "textbook" else "model.md, section 3; Harris 1963; Abate & Whitt 1992",
                "distance of distribution functions at most 0.03", _listed(of), _all_of(of, 0.0, 0.03),
                "By R." if part == "textbook" else "By the share of the threshold's success, at the horizon.",
            )
        )  # fmt: skip
    for part in ("textbook", "as is"):
        out.append(
            Row(
                f"two-parents-{part.replace(' ', '-')}",
                f"Births that merge two lines are negligible in the dilute ecosystem ({part}).", "model.md, section 2",
                "share of births with two hybrid parents below 0.02", f"{merged[part]}",
                judged(merged[part], 0.0, 0.02), "They count for the leading parent's family.",
            )
        )  # fmt: skip
    return out


def _listed(values: dict[str, Interval]) -> str:
    return "; ".join(f"R = {name}: {value}" for name, value in values.items())


def _all_of(values: dict[str, Interval], low: float, high: float) -> Any:
    """Return ``holds`` when every interval lies in the band, ``fails`` when one lies outside, else ``undecided``."""
    verdicts = {judged(value, low, high) for value in values.values()}
    return "fails" if "fails" in verdicts else "holds" if verdicts == {"holds"} else "undecided"


def draw(table: pd.DataFrame) -> Figure:
    """Return the share of families of at least n births against n, with 95 % intervals, and the exact laws."""
    figure, axes = new_figure(2, width=6.2, height=4.6)
    for axis, part in zip(axes, ("textbook", "as is"), strict=True):
        chosen = table[table["part"] == part]
        for index, (r, rows_of) in enumerate(chosen.groupby("r")):
            counts = resampled(histogram(rows_of))
            total = counts.sum(axis=1, keepdims=True)
            above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1] / total
            n = np.unique(np.round(np.geomspace(1, max(2, counts.shape[1] - 1), 16)).astype(int))
            n = n[above[0, n] * total[0, 0] >= 3]
            low, high = np.quantile(above[1:, n], [0.025, 0.975], axis=0)
            seen = above[0, n]
            error = np.maximum([seen - low, high - seen], 0.0)
            if part == "textbook":
                known = np.cumsum(textbook_births(float(r), 4096))
            else:
                months = int(rows_of["months"].iloc[0])
                known = cumulative_births(as_is_rates(float(r)), months, 512 if months <= 300 else 2048)
            at = np.arange(1, min(len(known), 2 * int(n[-1])))
            colour = COLOURS[index]
            axis.plot(at, 1.0 - known[at - 1], color=colour, linestyle=DASHES[index], linewidth=1.2)
            label = f"R = {r:g}" if part == "textbook" else f"{r:g} of the threshold"
            axis.errorbar(
                n, seen, error, color=colour, marker=MARKERS[index], linestyle="", capsize=2, markersize=5, label=label
            )
        guide = np.array([5.0, 300.0])
        axis.plot(guide, 0.5 * guide**-0.5, color="black", linewidth=0.8, label="sizes ∝ n$^{-3/2}$")
        axis.set(xscale="log", yscale="log", xlabel="births n in the family of one hybrid", ylim=(1e-4, 1))
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_title("Textbook: no crowding, no copying")
    axes[1].set_title("As is: the model's defaults, at the horizon")
    axes[0].set_ylabel("share of families with at least n births")
    figure.supxlabel("points: runs, 95 % intervals; lines: exact laws", fontsize=8)
    return figure
