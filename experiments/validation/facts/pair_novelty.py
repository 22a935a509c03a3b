"""Typical and novel pairs: do inventions mostly join what is often joined, with a tail of the unusual?

Uzzi, Mukherjee, Stringer & Jones 2013 (Science 342, 468) set the number of times that two journals are cited together
against citation networks rewired at random with their frequencies and years: a pair's z-score is positive where it is
typical, negative where it is novel. Most pairs in papers are typical; novel ones are a tail. Kim, Cerigo, Jeong &
Youn 2016 (EPJ Data Science 5, 8) found the same for technology codes of patents, ever more conventional over time.

*Mapping.* A field is a sector set; an invention is the birth of a hybrid and joins two fields, those of its parents.
z = (observed − mean) / standard deviation over re-pairings of the parents of the same month, which keep how often
each field is used, and when; counted in windows of five years. Two parents of the same single sector make no hybrid
in the model, so that the null leaves such pairs out too: without that, crossing sectors would look typical by rule.
*Placebo.* Re-pairings taken for observed, each against the others. Births are counted in pairs that they make
frequent themselves, so that more than half of them lie above 0 by chance alone: what is claimed is the difference
from the placebo.
*Where the mapping breaks.* A paper has hundreds of pairs, a birth has one: the sources' median and tail of one paper
become the middle and the tail over births."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from numba import njit

from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.facts.births import births, world
from experiments.validation.facts.tables import per_run
from experiments.validation.row import Row, above, interval, judged, listed

QUESTION = "Do most births join pairs of fields that are more frequent than chance, with a tail of novel pairs?"
WORLDS = ("three-ingredients", "cosmetotextile", "fintech", "any distance", "anyone meets anyone", "neither")
CAUSES = {
    "any distance": "inverted U in cognitive distance",
    "anyone meets anyone": "network of clusters, bridges and laboratories",
}
MONTHS, WINDOW = 360, 60
RARE = -1.96  # z of a pair that chance would make more often, 95 %
PLACEBOS = 10  # re-pairings taken for observed, each against the others
NOTHING = 0.02  # share of births: a departure from the placebo that is none
UZZI = "Uzzi et al. 2013, Science 342, 468"
KIM = "Kim et al. 2016, EPJ Data Sci. 5, 8"

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@njit(cache=True)
def _switch(first, second, block, chance):  # type: ignore[no-untyped-def]
    """Exchange partners between births of one block, in place, many times; never to one sector alone.

    first, second : int64 (B,), sets of the parents; block : int64 (blocks + 1,), where blocks start;
    chance : float64 (rounds, B, 2)
    """
    for turn in range(chance.shape[0]):
        for number in range(len(block) - 1):
            low, high = block[number], block[number + 1]
            for i in range(low, high):
                j = low + int(chance[turn, i, 0] * (high - low))
                if chance[turn, i, 1] < 0.5:  # sides mean nothing
                    first[j], second[j] = second[j], first[j]
                one, other = first[i] | second[j], first[j] | second[i]
                if one & (one - 1) != 0 and other & (other - 1) != 0:
                    second[i], second[j] = second[j], second[i]


def repaired(pair: IntArray, month: IntArray, generator: np.random.Generator, rounds: int = 6) -> IntArray:
    """Return the pairs with partners exchanged at random inside each month, int64 (B, 2).

    pair : int64 (B, 2), sets; month : int64 (B,), not falling. Every pairing in which each birth holds two sectors or
    more is equally likely in the end: an exchange and its reverse are.
    """
    first, second = pair[:, 0].copy(), pair[:, 1].copy()
    block = np.concatenate([[0], np.flatnonzero(np.diff(month)) + 1, [len(month)]])
    _switch(first, second, block, generator.random((rounds, len(pair), 2)))
    return np.column_stack([first, second])


def repairings(pair: IntArray, month: IntArray, generator: np.random.Generator, number: int) -> list[IntArray]:
    """Return some re-pairings, each made from the pairs themselves."""
    return [repaired(pair, month, generator) for _ in range(number)]


def places(pair: IntArray, window: IntArray, fields: IntArray) -> IntArray:
    """Return one number for each unordered pair of fields in a window, int64 (B,).

    pair : int64 (B, 2), sets; window : int64 (B,), from 0; fields : int64, all sets, sorted
    """
    known = np.searchsorted(fields, pair)
    return np.asarray((window * len(fields) + known.min(axis=1)) * len(fields) + known.max(axis=1))


def scores(observed: IntArray, nulls: IntArray) -> FloatArray:
    """Return the z-score of each pair, float64; NaN where the re-pairings do not vary.

    observed : int64 (pairs,); nulls : int64 (re-pairings, pairs)
    """
    spread = nulls.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(spread > 0, (observed - nulls.mean(axis=0)) / spread, np.nan))


def _summary(z: FloatArray) -> dict[str, float]:
    known = z[~np.isnan(z)]
    if len(known) == 0:
        return dict.fromkeys(("typical", "novel", "rare", "median"), float("nan"))
    return {
        "typical": float((known > 0).mean()), "novel": float((known < 0).mean()),
        "rare": float((known < RARE).mean()), "median": float(np.median(known)),
    }  # fmt: skip


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return shares of typical and novel births of one run, with the placebo's: in all, and by window."""
    generator = np.random.default_rng([13, job["seed"]])
    with world(job["world"], job["seed"], job["months"]) as model:
        born = births(model.state)
    late = born.month >= WINDOW  # before, there are hardly any
    pair, month = born.sets[late], born.month[late]
    window, fields = month // WINDOW, np.unique(pair)
    drawn = [places(again, window, fields) for again in (pair, *repairings(pair, month, generator, job["nulls"]))]
    size = (int(window.max()) + 1) * len(fields) ** 2
    counts = np.stack([np.bincount(place, minlength=size) for place in drawn])
    real = scores(counts[0], counts[1:])[drawn[0]]
    false = [scores(counts[k], np.delete(counts[1:], k - 1, axis=0))[drawn[k]] for k in range(1, PLACEBOS + 1)]
    out: list[dict[str, Any]] = []
    for part, chosen in [(-1, np.ones(len(pair), bool))] + [(int(w), window == w) for w in np.unique(window)]:
        placebo = pd.DataFrame([_summary(z[chosen]) for z in false]).mean()
        out.append({
            "part": "window" if part >= 0 else "all", "window": part, "births": int(chosen.sum()),
            **_summary(real[chosen]), **{f"{key} of placebo": float(value) for key, value in placebo.items()},
        })  # fmt: skip
    if job["seed"] == 0:
        edges = np.append(np.arange(-8.0, 8.01, 1.0), np.inf)
        edges[0] = -np.inf
        for name, z in (("births", real), ("placebo", np.concatenate(false))):
            known = z[~np.isnan(z)]
            share = np.histogram(known, edges)[0] / max(len(known), 1)
            out += [{"part": "histogram", "of": name, "x": -8.0 + k, "share": float(s)} for k, s in enumerate(share)]
    return {"rows": out}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return rows by `part`: ``all`` (one per run), ``window`` (one per run and five years), ``histogram`` (z of the
    first run)."""
    seeds, nulls, months = (3, 15, 180) if quick else (24, 60, MONTHS)
    jobs = [{"world": name, "seed": seed, "nulls": nulls, "months": months} for name in WORLDS for seed in range(seeds)]
    return per_run(run_many(outcome, jobs, workers, "pair-novelty"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return shares, their differences from the placebo, and their change over time, with intervals over runs."""
    findings: dict[str, Any] = {}
    for name, of in table.groupby("world"):
        rows = of[of["part"] == "all"]
        found: dict[str, Any] = {}
        for key in ("typical", "novel", "rare", "median"):
            found[key] = listed(mean_interval(rows[key].to_numpy()))
            found[f"{key}, minus placebo"] = listed(mean_interval((rows[key] - rows[f"{key} of placebo"]).to_numpy()))
        windows = of[of["part"] == "window"].copy()
        windows["excess"] = windows["typical"] - windows["typical of placebo"]
        wide = windows.pivot_table(index="seed", columns="window", values="excess")
        found["change of typical over time"] = listed(mean_interval((wide.iloc[:, -1] - wide.iloc[:, 0]).to_numpy()))
        findings[str(name)] = found
    of = table[table["part"] == "all"]
    excess = (of["median"] - of["median of placebo"]).to_numpy()
    wide = of.assign(excess=excess).pivot_table(index="seed", columns="world", values="excess")
    for name in CAUSES:
        lost = mean_interval((wide[WORLDS[0]] - wide[name]).to_numpy())
        findings[f"median z over placebo, lost with {name}"] = listed(lost)
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    out: list[Row] = []
    for name in WORLDS[:3]:
        found = findings.get(name, {})
        typical, excess = interval(found.get("typical")), interval(found.get("typical, minus placebo"))
        novel, rare = interval(found.get("novel")), interval(found.get("rare, minus placebo"))
        out.append(Row(
            f"typical-{name}", f"Most births join pairs of fields that are typical ({name}).", UZZI,
            "share of births with z > 0 above 0.5, and above that of the placebo",
            f"{typical}; minus placebo {excess}",
            "undecided" if np.isnan(excess.low) else
            "holds" if typical.low > 0.5 and excess.low > 0 else
            "fails" if typical.high < 0.5 or excess.high < 0 else "undecided", _EXCESS,
        ))  # fmt: skip
        out.append(Row(
            f"tail-{name}", f"A minority of births joins novel pairs ({name}).", UZZI,
            "share of births with z < 0 between 0.05 and 0.5", f"{novel}", judged(novel, 0.05, 0.5), "",
        ))  # fmt: skip
        out.append(Row(
            f"heavy-tail-{name}", f"More births than by chance join pairs that are much rarer than expected ({name}).",
            UZZI, f"share of births with z < {RARE}, minus placebo, above 0", f"{rare}", above(rare, 0.0),
            "",
        ))  # fmt: skip
        change = interval(found.get("change of typical over time"))
        out.append(Row(
            f"trend-{name}", f"Births become more conventional over time ({name}).", KIM,
            "excess of typical births over the placebo, last five years minus years 5 to 10, above 0", f"{change}",
            above(change, 0.0),
            "The model has no slow change of what is typical: distances between sectors and ties stay as they are.",
        ))  # fmt: skip
    control = interval(findings.get("neither", {}).get("typical, minus placebo"))
    out.append(Row(
        "control", "Where neither distance nor network matters, no pair is typical: the estimator finds nothing.",
        "control", f"share of births with z > 0 minus placebo within ±{NOTHING}", f"{control}",
        judged(control, -NOTHING, NOTHING), "What is left is what one organisation holds together.",
    ))  # fmt: skip
    for name, what in CAUSES.items():
        lost = interval(findings.get(f"median z over placebo, lost with {name}"))
        out.append(Row(
            f"due-to-{name}", f"Pairs are typical because of the {what}: with {name}, less so.",
            "design document, section 2", "median z over the placebo's, as it is minus without, above 0", f"{lost}",
            above(lost, 0.0), "The excess is small itself, and differs between runs.",
        ))  # fmt: skip
    return out


_EXCESS = "The placebo's share is above one half too, for what is counted is births."


def draw(table: pd.DataFrame) -> Figure:
    """Return the distribution of z, and the excess of typical and of rare births by ecosystem."""
    figure, axes = new_figure(2, width=5.6)
    for index, (name, words) in enumerate((("births", "births"), ("placebo", "placebo (re-paired)"))):
        of = table[(table["part"] == "histogram") & (table["world"] == WORLDS[0]) & (table["of"] == name)]
        axes[0].step(
            of["x"], of["share"], where="post", label=words, color=COLOURS[index], linestyle=("-", "--")[index]
        )
    axes[0].axvline(0, color="black", linewidth=0.6, linestyle=":")
    axes[0].set_xlabel("z of the pair joined (ends: all beyond)")
    axes[0].set_ylabel("share of births")
    axes[0].set_title("three-ingredients, seed 0")
    axes[0].legend(frameon=False)
    for index, key in enumerate(("typical", "rare")):
        middle, error = [], []
        for name in WORLDS:
            of = table[(table["part"] == "all") & (table["world"] == name)]
            found = mean_interval((of[key] - of[f"{key} of placebo"]).to_numpy())
            middle.append(found.estimate)
            error.append(found.high - found.estimate)
        axes[1].errorbar(
            middle, np.arange(len(WORLDS)) - 0.1 + 0.2 * index, xerr=error, color=COLOURS[index],
            marker=MARKERS[index], linestyle="none", capsize=3, label={"typical": "z > 0", "rare": f"z < {RARE}"}[key],
        )  # fmt: skip
    axes[1].axvline(0, color="black", linewidth=0.6, linestyle=":")
    axes[1].set_yticks(np.arange(len(WORLDS)), WORLDS)
    axes[1].invert_yaxis()
    axes[1].set_xlabel("share of births, minus placebo")
    axes[1].set_title("More typical than chance, and why")
    axes[1].legend(frameon=False)
    return figure
