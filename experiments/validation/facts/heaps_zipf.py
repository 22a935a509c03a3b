"""Heaps' and Zipf's laws: how the number of different things used grows, and how often each is used.

Heaps' law: among the first n uses there are D(n) ∝ n^β different things, 0 < β < 1 (Tria, Loreto, Servedio & Strogatz
2014, Sci. Rep. 4, 5890, on edits, tags, words and songs). Zipf's law: the thing of rank r is used ∝ r^−α times, so
that the number of uses has a tail P(k) ∝ k^−γ with γ = 1 + 1/α; in a sequence without end β = 1/α = γ − 1 when α > 1,
else β = 1 (Lü, Zhang & Zhou 2010, PLoS ONE 5, e14139).

*Mapping.* An event is the birth of a hybrid; it uses two elements, its parents. What an element is can be said in
three ways (`births`): the parent itself (a *brick*: the vocabulary opens with every birth, as in the adjacent
possible of the source), the *cell* of the knowledge space in which it lies, the *set* of sectors that it holds.
Zipf's law is looked for in the uses of bricks, the one open vocabulary, and of cells. The scenario's 120 months give
a hundredth of the source's uses, so that runs last 360 months, and 1,200 where the question is whether the law lasts.
*Where the mapping breaks.* A brick that nobody holds any more is gone; words and songs are never lost. Trials inside
one sector leave no brick, so that they are not in the sequence.
*Null.* The same uses in random order: has the same D at its end and the same Zipf law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.facts.births import births, elements, world
from experiments.validation.facts.growth import burst_entropy, distinct, heaps, local_slope
from experiments.validation.facts.tables import per_run
from experiments.validation.facts.tails import tail
from experiments.validation.row import Row, above, below, interval, judged, listed

QUESTION = "Do the uses of bricks, topics and sector sets follow the laws of Heaps and Zipf, and one from the other?"
VOCABULARIES = ("bricks", "cells", "sets")
WORLDS = ("three-ingredients", "fintech", "well-mixed")
MONTHS, LONG = 360, 1200
SUBLINEAR = (0.05, 0.95)  # β, "between 0 and 1" with room for an interval
STRAIGHT = 0.1  # slopes of two decades that differ by less are one power law: a third of what published β differ by
CURVE = 60  # points of a curve that is kept for the figure
TRIA = "Tria et al. 2014, Sci. Rep. 4, 5890"
CLAUSET = "Clauset, Shalizi & Newman 2009, SIAM Rev. 51, 661"


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return, as lists of rows, what one run says of both laws."""
    generator = np.random.default_rng([7, job["seed"]])
    with world(job["world"], job["seed"], job["months"]) as model:
        born = births(model.state)
    out: list[dict[str, Any]] = []
    for vocabulary in ("bricks",) if job["world"] == "well-mixed" else VOCABULARIES:
        tokens = elements(born, vocabulary).ravel()
        found = heaps(tokens)
        if found is None:
            continue
        name = {"vocabulary": vocabulary}
        number, shuffled = distinct(tokens), distinct(generator.permutation(tokens))
        tenth = len(tokens) // 10
        out.append({
            **name, "part": "heaps", "exponent": found.exponent, "early": found.early, "late": found.late,
            "bend": found.bend, "last": local_slope(tokens), "retarded": number[tenth] / shuffled[tenth],
        })  # fmt: skip
        if vocabulary == "bricks":
            real, random = burst_entropy(born.family, generator)
            out.append({**name, "part": "bursts", "entropy": real, "random": random})
        if job["seed"] == 0:
            size = np.unique(np.logspace(0, np.log10(len(tokens)), CURVE).astype(np.int64))
            out += [{**name, "part": "curve", "x": int(n), "y": int(number[n - 1]), "null": int(shuffled[n - 1])}
                    for n in size]  # fmt: skip
        if job["months"] == MONTHS and vocabulary != "sets":
            out += _zipf(tokens, job, name, generator)
    return {"rows": out}


def _zipf(
    tokens: np.ndarray, job: dict[str, Any], name: dict[str, str], generator: np.random.Generator
) -> list[dict[str, Any]]:  # fmt: skip
    uses = np.bincount(tokens)
    uses = uses[uses > 0]
    out: list[dict[str, Any]] = []
    fit = tail(uses, generator, others=("exponential", "lognormal"), resamples=job["resamples"])
    if fit is not None:
        out.append({
            **name, "part": "zipf", "tail": fit.exponent, "start": fit.start, "share": fit.inside / len(uses),
            "plausible": fit.plausible, "exponential": fit.against["exponential"][0],
            "lognormal": fit.against["lognormal"][0],
        })  # fmt: skip
    if job["seed"] == 0:
        ranked = np.sort(uses)[::-1]
        rank = np.unique(np.logspace(0, np.log10(len(ranked)), CURVE).astype(np.int64))
        out += [{**name, "part": "rank", "x": int(r), "y": int(ranked[r - 1])} for r in rank]
    return out


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return rows by `part`: ``heaps``, ``bursts`` and ``zipf`` (one per run and vocabulary), ``curve`` and ``rank``
    (points of the first run, for the figure)."""
    seeds, resamples = (3, 2) if quick else (20, 20)
    jobs = [{"world": name, "months": MONTHS, "seed": seed, "resamples": resamples if name == WORLDS[0] else 0}
            for name in WORLDS for seed in range(seeds)]  # fmt: skip
    jobs += [{"world": WORLDS[0], "months": LONG, "seed": seed, "resamples": 0} for seed in range(seeds)]
    return per_run(run_many(outcome, jobs, workers, "heaps-zipf"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return exponents, bends, nulls and tails with intervals over runs."""
    findings: dict[str, Any] = {}
    runs = table[table["months"] == MONTHS]
    for (name, vocabulary), rows in runs[runs["part"] == "heaps"].groupby(["world", "vocabulary"]):
        values = {key: listed(mean_interval(rows[key].to_numpy())) for key in
                  ("exponent", "early", "late", "bend", "retarded")}  # fmt: skip
        findings[f"Heaps, {name}, {vocabulary}"] = values
    long = table[(table["months"] == LONG) & (table["part"] == "heaps") & (table["vocabulary"] == "bricks")]
    short = runs[(runs["part"] == "heaps") & (runs["world"] == WORLDS[0]) & (runs["vocabulary"] == "bricks")]
    last = long.set_index("seed")["last"]
    findings["local slope of the last octave after 1,200 months"] = listed(mean_interval(last.to_numpy()))
    change = last - short.set_index("seed")["last"]
    findings["its change since month 360"] = listed(mean_interval(change.to_numpy()))
    bursts = runs[(runs["part"] == "bursts") & (runs["world"] == WORLDS[0])]
    findings["entropy of families, minus random"] = listed(
        mean_interval((bursts["entropy"] - bursts["random"]).to_numpy())
    )
    for (name, vocabulary), rows in runs[runs["part"] == "zipf"].groupby(["world", "vocabulary"]):
        merged = rows.merge(runs[runs["part"] == "heaps"], on=["world", "vocabulary", "seed"], suffixes=("", "_h"))
        predicted = np.minimum(1.0, merged["tail"] - 1.0)
        findings[f"Zipf, {name}, {vocabulary}"] = {
            "tail": listed(mean_interval(rows["tail"].to_numpy())),
            "start": round(float(rows["start"].median()), 1),
            "share of elements in the tail": round(float(rows["share"].mean()), 3),
            "p of the power law": listed(Interval(*np.clip(mean_interval(rows["plausible"].to_numpy()), 0, 1))),
            "against exponential": listed(mean_interval(rows["exponential"].to_numpy())),
            "against lognormal": listed(mean_interval(rows["lognormal"].to_numpy())),
            "β minus γ − 1": listed(mean_interval((merged["exponent_h"] - predicted).to_numpy())),
        }
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    first = WORLDS[0]
    out: list[Row] = []
    for vocabulary, what in (
        ("bricks", "bricks used as parents"),
        ("cells", "topics used"),
        ("sets", "sector sets used"),
    ):
        found = findings.get(f"Heaps, {first}, {vocabulary}", {})
        exponent, bend = interval(found.get("exponent")), interval(found.get("bend"))
        out.append(Row(
            f"sublinear-{vocabulary}", f"Different {what} grow more slowly than uses (Heaps).", TRIA,
            "exponent β between 0 and 1 (whole interval in 0.05 to 0.95)", f"β = {exponent} over two decades of uses",
            judged(exponent, *SUBLINEAR), "By itself weak: any vocabulary that fills up does so. See the next line.",
        ))  # fmt: skip
        out.append(Row(
            f"power-law-{vocabulary}", f"They grow as a power of uses ({what}).", TRIA,
            f"local slopes of two decades of uses differ by less than {STRAIGHT}",
            f"slope of the second decade minus that of the first {bend}", judged(bend, -STRAIGHT, STRAIGHT),
            _WHY[vocabulary],
        ))  # fmt: skip
    exponent = interval(findings.get(f"Heaps, {first}, bricks", {}).get("exponent"))
    out.append(Row(
        "published-exponent", "Heaps' exponent of bricks used is one that was found in texts, music and online tags.",
        TRIA, "β within 0.45 to 0.78", f"β = {exponent} over two decades of uses", judged(exponent, 0.45, 0.78),
        "The limits are quoted from memory, without the paper at hand.",
    ))  # fmt: skip
    change = interval(findings.get("its change since month 360"))
    last = interval(findings.get("local slope of the last octave after 1,200 months"))
    out.append(Row(
        "lasting", "The sublinear growth of bricks used lasts.", TRIA,
        "the local slope after 1,200 months is within 0.05 of that after 360",
        f"{last} after 1,200 months, a change of {change}", judged(change, -0.05, 0.05),
        "Bricks are forgotten after 1/μ = 25 months per carrier. In a steady state a constant share of the new ones is "
        "used, so that D(n) tends to a straight line: without memory there is no Heaps law in the long run.",
    ))  # fmt: skip
    for name in WORLDS[1:]:
        bend = interval(findings.get(f"Heaps, {name}, bricks", {}).get("bend"))
        exponent = interval(findings.get(f"Heaps, {name}, bricks", {}).get("exponent"))
        out.append(Row(
            f"power-law-bricks-{name}", f"Bricks used as parents grow as a power of uses in {_NAMES[name]}.", TRIA,
            f"local slopes of two decades of uses differ by less than {STRAIGHT}", f"bend {bend}, β = {exponent}",
            judged(bend, -STRAIGHT, STRAIGHT), _WHY["bricks"],
        ))  # fmt: skip
    retarded = interval(findings.get(f"Heaps, {first}, cells", {}).get("retarded"))
    out.append(Row(
        "retarded", "Novelties come later than in the same uses in random order: one new topic opens the next.", TRIA,
        "different topics in the first tenth of uses, over those in random order, below 1",
        f"{retarded}", below(retarded, 1.0),
        "The other way round: first births lie all over the space; each later generation lies between its parents.",
    ))  # fmt: skip
    bursts = interval(findings.get("entropy of families, minus random"))
    out.append(Row(
        "bursts", "Births of one family come in bursts: one new thing leads to another.", TRIA,
        "normalised entropy below that of events placed at random", f"difference {bursts}", below(bursts, 0.0), "",
    ))  # fmt: skip
    for vocabulary, what in (("bricks", "bricks"), ("cells", "topics")):
        found = findings.get(f"Zipf, {first}, {vocabulary}", {})
        ratio, lognormal = interval(found.get("against exponential")), interval(found.get("against lognormal"))
        share = found.get("share of elements in the tail")
        out.append(Row(
            f"zipf-{vocabulary}", f"The uses of {what} have a heavy tail: a power law beats an exponential (Zipf).",
            CLAUSET, "normalised log likelihood ratio above 0, mean of runs",
            f"{ratio}; fitted γ = {interval(found.get('tail'))} for the {100 * share:.0f} % from k = {found['start']:g}"
            if found else "no fit", above(ratio, 0.0),
            _NO_ZIPF[vocabulary],
        ))  # fmt: skip
        p = interval(found.get("p of the power law"))
        out.append(Row(
            f"zipf-plausible-{vocabulary}", f"A power law is a plausible law of the uses of {what}.", CLAUSET,
            "bootstrapped p of the distance above 0.1, mean of runs; against a lognormal not below 0",
            f"p = {p}; against a lognormal {lognormal}",
            "undecided" if np.isnan(p.low) else
            "holds" if p.low > 0.1 and lognormal.high >= 0 else "fails" if p.high < 0.1 or lognormal.high < 0
            else "undecided", _NO_ZIPF[vocabulary],
        ))  # fmt: skip
    gap = interval(findings.get(f"Zipf, {first}, bricks", {}).get("β minus γ − 1"))
    out.append(Row(
        "heaps-from-zipf", "Heaps' exponent follows from Zipf's: β = min(1, 1/α).", "Lü, Zhang & Zhou 2010",
        f"β − min(1, γ − 1) within ±{STRAIGHT}", f"{gap}", judged(gap, -STRAIGHT, STRAIGHT),
        "The tail is no power law (above), so that a relation between exponents has little to relate.",
    ))  # fmt: skip
    return out


_NAMES = {"fintech": "fintech, with society and economy", "well-mixed": "the well-mixed limit, seeded at R = 1.3"}
_WHY = {
    "bricks": "The slope falls while the basic bricks are used for the first time and portfolios fill, then rises.",
    "cells": "Hybrids are born between their parents: the space in use has a bound, its cells are used up.",
    "sets": "Six sectors have 63 sets: after some ten years all are used and the slope is 0.",
}
_NO_ZIPF = {
    "bricks": "Uses fall off faster than a power: what is drawn is uniform in a portfolio, a used brick is not used "
    "the more for it, and all are forgotten at one rate.",
    "cells": "The most used topics are in the middle of the space; their number is bounded.",
}


def _draw_exponents(axis: Any, findings: dict[str, Any]) -> None:
    """Draw Heaps' exponents and how far the local slope changes, with intervals over runs."""
    cases = [(WORLDS[0], vocabulary) for vocabulary in VOCABULARIES] + [(world, "bricks") for world in WORLDS[1:]]
    for index, (key, words) in enumerate((("exponent", "exponent β"), ("bend", "second decade's slope minus first's"))):
        found = [interval(findings.get(f"Heaps, {world}, {vocabulary}", {}).get(key)) for world, vocabulary in cases]
        at = np.array([one.estimate for one in found])
        error = np.array([[one.estimate - one.low, one.high - one.estimate] for one in found]).T
        place = np.arange(len(cases)) + 0.1 * (2 * index - 1)
        axis.errorbar(at, place, xerr=error, color=COLOURS[index], marker=MARKERS[index], linestyle="", capsize=3,
                      label=words)  # fmt: skip
    axis.axvspan(-STRAIGHT, STRAIGHT, color="0.9", label="a power law bends by less")
    axis.set_yticks(np.arange(len(cases)), [f"{vocabulary}\n{world}" for world, vocabulary in cases], fontsize=8)
    axis.set(xlabel="slope (95 % intervals over seeds)", title="Over all seeds")
    axis.set_ylim(len(cases) - 0.5, -1.7)  # room for the legend
    axis.legend(frameon=False, fontsize=8)


def draw(table: pd.DataFrame) -> Figure:
    """Return D(n) with its null and the rank-frequency curves of the first run, and exponents over all runs."""
    figure, axes = new_figure(3, width=5.2)
    curves = table[(table["part"] == "curve") & (table["world"] == WORLDS[0])]
    for index, vocabulary in enumerate(VOCABULARIES):
        rows_of = curves[(curves["vocabulary"] == vocabulary) & (curves["months"] == MONTHS)]
        style = {"color": COLOURS[index], "marker": MARKERS[index], "markevery": 6, "markersize": 5}
        axes[0].plot(rows_of["x"], rows_of["y"], label=vocabulary, **style)
        axes[0].plot(rows_of["x"], rows_of["null"], color=COLOURS[index], linestyle=":", linewidth=1)
    bricks = curves[(curves["vocabulary"] == "bricks") & (curves["months"] == LONG)]
    axes[0].plot(bricks["x"], bricks["y"], color="black", linestyle="--", linewidth=1, label="bricks, 1,200 months")
    end = curves["x"].max()
    for slope, dash in ((1.0, "-"), (0.6, "-.")):
        x = np.array([1.0, end])
        axes[0].plot(x, x**slope, color="0.6", linewidth=0.8, linestyle=dash, label=f"slope {slope:g}")
    axes[0].set_xlabel("uses n (two per birth)")
    axes[0].set_ylabel("different elements D(n)")
    axes[0].set_title("Heaps: three-ingredients, seed 0 (dotted: random order)")
    ranks = table[(table["part"] == "rank") & (table["world"] == WORLDS[0])]
    for index, vocabulary in enumerate(("bricks", "cells")):
        rows_of = ranks[ranks["vocabulary"] == vocabulary]
        axes[1].plot(
            rows_of["x"], rows_of["y"], color=COLOURS[index], marker=MARKERS[index], linestyle=DASHES[index],
            markevery=4, label=vocabulary,
        )  # fmt: skip
        top = float(rows_of["y"].iloc[0])
        x = np.array([1.0, top / 0.7])
        axes[1].plot(x, top / x, color="0.6", linewidth=0.8, label="slope −1" if index else None)
    axes[1].set_xlabel("rank")
    axes[1].set_ylabel("uses")
    axes[1].set_ylim(0.7, None)
    axes[1].set_title("Zipf: uses by rank")
    for axis in axes[:2]:
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.legend(frameon=False, fontsize=8)
    _draw_exponents(axes[2], conclude(table))
    return figure
