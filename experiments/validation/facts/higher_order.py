"""Higher-order novelties: how fast known things are brought together for the first time.

Di Bona, Bellina, De Marzo, Petralia, Iacopini & Latora 2025, Nature Communications (arXiv 2307.06147): the novelties
of order k are the first times that k elements appear together; D_k(n) ∝ n^β_k, and sequences of the same β_1 can
differ in β_2 and β_3, which tells how new things are made of old ones.

*Mapping.* The source takes k consecutive elements of one explorer's sequence. Here elements come together in a birth:
of order 1 are the elements of its parents, of order 2 the unordered pair of them, of order 3 the element of one
parent with those of the two parents of the other, the hybrid: three that have come together in one line of descent.
(The element of the hybrid itself is left out: with it a triple would hold its pair, and D_3 ≥ D_2 would be built in.)
The sequence is that of recombinant births, in order, for all three orders, so that they have one clock. Elements are
cells of the knowledge space or sector sets (`births`); of bricks, every pair is new by rule.
*Where the mapping breaks.* Combinations are unordered, and the sequence is that of all organisations together.
*Null.* Parents are re-paired at random with others of the same year; of order 3, lines of descent keep their pair and
get another third. The null has the same elements, and D_1."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.facts.births import Births, births, elements, world
from experiments.validation.facts.growth import combined, distinct, heaps
from experiments.validation.facts.tables import per_run
from experiments.validation.row import Row, Verdict, below, interval, judged, listed

QUESTION = "Are pairs and triplets of known elements first brought together at a pace that follows a power law?"
WORLDS = ("three-ingredients", "fintech")
VOCABULARIES = ("cells", "sets")
MONTHS = 360
STRAIGHT = 0.1  # as in `heaps_zipf`
SUBLINEAR = (0.05, 0.95)
CURVE = 60
SOURCE = "Di Bona et al. 2025, Nat. Commun. (arXiv 2307.06147)"

IntArray = npt.NDArray[np.int64]


def sequences(born: Births, vocabulary: str) -> dict[int, IntArray]:
    """Return what comes together in each recombinant birth: int64 (B, order) for orders 1 (two rows a birth) to 3."""
    line = born.grand[:, 0] >= 0
    pair = elements(born, vocabulary)[line]
    every = {"bricks": np.arange(len(born.every_set)), "cells": born.every_cell, "sets": born.every_set}[vocabulary]
    grand = born.grand[line]
    parents = born.parents[line]
    # the parent that is not the hybrid whose parents are taken
    leading = born.leading[line]
    other = np.where(leading == 0, parents[:, 1], parents[:, 0])
    return {1: pair.reshape(-1, 1), 2: pair, 3: np.column_stack([every[other], every[grand]])}


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return, as lists of rows, exponents of the three orders with their null, for both vocabularies."""
    generator = np.random.default_rng([11, job["seed"]])
    with world(job["world"], job["seed"], MONTHS) as model:
        born = births(model.state)
    out: list[dict[str, Any]] = []
    for vocabulary in (*VOCABULARIES, "bricks"):
        for order, parts in sequences(born, vocabulary).items():
            if vocabulary == "bricks" and order != 2:
                continue
            random = parts.copy()
            if order > 1:
                year = born.month[born.grand[:, 0] >= 0] // 12
                random[:, 0] = random[np.lexsort((generator.random(len(parts)), year)), 0]
            tokens, null = combined(parts), combined(random)
            found, expected = heaps(tokens), heaps(null)
            if found is None or expected is None:
                continue
            name = {"vocabulary": vocabulary, "order": order}
            number, shuffled = distinct(tokens), distinct(null)
            out.append({
                **name, "part": "order", "exponent": found.exponent, "bend": found.bend,
                "null": expected.exponent, "ratio": number[-1] / shuffled[-1],
            })  # fmt: skip
            if job["seed"] == 0 and vocabulary != "bricks":
                size = np.unique(np.logspace(0, np.log10(len(tokens)), CURVE).astype(np.int64))
                out += [{**name, "part": "curve", "x": int(n), "y": int(number[n - 1]), "null": int(shuffled[n - 1])}
                        for n in size]  # fmt: skip
    return {"rows": out}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return rows by `part`: ``order`` (one per run, vocabulary and order) and ``curve`` (points of the first run)."""
    seeds = 3 if quick else 24
    jobs = [{"world": name, "seed": seed} for name in WORLDS for seed in range(seeds)]
    return per_run(run_many(outcome, jobs, workers, "higher-order"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return exponents by order, their differences and what the null makes of them, with intervals over runs."""
    findings: dict[str, Any] = {}
    runs = table[table["part"] == "order"]
    for (name, vocabulary), rows in runs.groupby(["world", "vocabulary"]):
        wide = rows.pivot_table(index="seed", columns="order", values=["exponent", "bend", "null", "ratio"])
        found: dict[str, Any] = {}
        for order in wide["exponent"]:
            found[f"β{order}"] = listed(mean_interval(wide["exponent"][order].to_numpy()))
            found[f"bend {order}"] = listed(mean_interval(wide["bend"][order].to_numpy()))
            found[f"β{order} of the null"] = listed(mean_interval(wide["null"][order].to_numpy()))
            found[f"D{order} over its null"] = listed(mean_interval(wide["ratio"][order].to_numpy()))
        for order in (2, 3):
            if order in wide["exponent"] and order - 1 in wide["exponent"]:
                step = wide["exponent"][order] - wide["exponent"][order - 1]
                found[f"β{order} − β{order - 1}"] = listed(mean_interval(step.to_numpy()))
        findings[f"{name}, {vocabulary}"] = found
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    out: list[Row] = []
    for name in WORLDS:
        orders = ((2, "pairs"), (3, "triplets")) if name == WORLDS[0] else ((2, "pairs"),)
        for vocabulary in VOCABULARIES:
            found = findings.get(f"{name}, {vocabulary}", {})
            what, where = _WORDS[vocabulary], f"{name}, {vocabulary}"
            steps = [interval(found.get(key)) for key in ("β2 − β1", "β3 − β2")]
            beta = [interval(found.get(f"β{order}")) for order in (1, 2, 3)]
            out.append(Row(
                f"rising-{name}-{vocabulary}", f"The higher the order, the faster novelties come ({where}).", SOURCE,
                "β1 < β2 < β3 (intervals of both differences above 0) and β3 ≤ 1",
                f"β1 = {beta[0]}, β2 = {beta[1]}, β3 = {beta[2]}; differences {steps[0]} and {steps[1]}",
                _rising([step.low for step in steps], [step.high for step in steps], beta[2].low),
                "Nearly forced by counting: there are more pairs than elements.",
            ))  # fmt: skip
            for order, many in orders:
                bend = interval(found.get(f"bend {order}"))
                out.append(Row(
                    f"power-law-{order}-{name}-{vocabulary}",
                    f"New {many} of {what} come as a power of births ({name}).", SOURCE,
                    f"local slopes of two decades differ by less than {STRAIGHT}",
                    f"second minus first {bend}; β{order} = {beta[order - 1]}", judged(bend, -STRAIGHT, STRAIGHT),
                    _WHY[vocabulary],
                ))  # fmt: skip
                ratio = interval(found.get(f"D{order} over its null"))
                out.append(Row(
                    f"pairing-{order}-{name}-{vocabulary}",
                    f"The same elements re-paired at random would make more new {many}: the pace of order 1 does not "
                    f"fix that of order {order} ({where}).", SOURCE, f"D{order} over that of its null below 1",
                    f"{ratio}", below(ratio, 1.0), _PAIRING,
                ))  # fmt: skip
    for vocabulary, what in (("cells", "topics"), ("sets", "sector sets"), ("bricks", "bricks")):
        beta2 = interval(findings.get(f"{WORLDS[0]}, {vocabulary}", {}).get("β2"))
        out.append(Row(
            f"sublinear-2-{vocabulary}", f"New pairs of {what} come ever more rarely, as in sequences of songs, words "
            f"and papers ({WORLDS[0]}).", SOURCE, "β2 below 1 (whole interval in 0.05 to 0.95)", f"β2 = {beta2}",
            judged(beta2, *SUBLINEAR), _SUBLINEAR[vocabulary],
        ))  # fmt: skip
    return out


def _rising(low: list[float], high: list[float], last: float) -> Verdict:
    if np.isnan([*low, last]).any():
        return "undecided"
    if min(low) > 0 and last <= 1:
        return "holds"
    return "fails" if min(high) < 0 or last > 1 else "undecided"


_WORDS = {"cells": "topics", "sets": "sector sets"}
_WHY = {
    "cells": "The cells of the space are used up (see heaps-zipf), their combinations later.",
    "sets": "63 sets have 2,016 pairs: most have met by the end, and the slope falls.",
}
_PAIRING = "The ratio is of numbers at the end of the sequence."
_SUBLINEAR = {
    "cells": "A run of 30 years has some thirty thousand births for some hundred thousand pairs of cells in reach.",
    "sets": "",
    "bricks": "By rule: a pair that has made a hybrid is spent, so that every pair of bricks is new.",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return D_k(n) of the first run in both vocabularies, with its null."""
    figure, axes = new_figure(2, width=5.6)
    curves = table[(table["part"] == "curve") & (table["world"] == WORLDS[0])]
    runs = table[(table["part"] == "order") & (table["world"] == WORLDS[0])]
    for axis, vocabulary in zip(axes, VOCABULARIES, strict=True):
        for order in (1, 2, 3):
            points = curves[(curves["vocabulary"] == vocabulary) & (curves["order"] == order)]
            of = runs[(runs["vocabulary"] == vocabulary) & (runs["order"] == order)]
            beta = mean_interval(of["exponent"].to_numpy())
            style = {"color": COLOURS[order - 1], "marker": MARKERS[order - 1], "markevery": 6, "markersize": 5}
            name = {1: "single", 2: "pairs", 3: "triplets"}[order]
            axis.plot(points["x"], points["y"], label=f"{name}, β{order} = {beta}", **style)
            axis.plot(points["x"], points["null"], color=COLOURS[order - 1], linestyle=":", linewidth=1)
        end = curves["x"].max()
        axis.plot([1, end], [1, end], color="0.6", linewidth=0.8, label="slope 1: always new")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("events n in recombinant births")
        axis.set_ylabel("different ones D(n)")
        axis.set_title(f"{_WORDS[vocabulary].capitalize()} (dotted: re-paired at random)")
        axis.legend(frameon=False, fontsize=8)
    return figure
