"""Exploration and exploitation: is the share of births that make a new combination stable over time?

Youn, Strumsky, Bettencourt & Lobo 2015 (J. R. Soc. Interface 12, 20150272), US patents of 1790–2010: of inventions
that combine technology codes a constant share, about 60 %, combine them in a way that was not there before
(exploration); the others reuse a known combination (exploitation, refinement). The share stays, though new codes have
become rare.

*Mapping.* An invention is a birth. Whether its combination is new can be asked of
``sets``    the sector set that it holds, the closest to a patent's codes;
``pairs``   the pair of sets of its parents;
``topics``  the pair of cells of the knowledge space that its parents come from (`births`);
``kinds``   hybrids against incremental births: the model's own word for a refinement inside one sector.
Supercritical: ``three-ingredients`` and ``fintech`` once their attractor is on, 30 years (the scenarios' ten end
before the share could be called stable); subcritical: the first without attractor. (The attractor lifts R above 1
when it opens; portfolios then fill until R is about 1.)
*Where the mapping breaks.* Patents multiplied by a thousand while codes multiplied too; the model has six sectors, so
many organisations, and a space with a bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.facts.births import births, world
from experiments.validation.facts.growth import combined, first_uses
from experiments.validation.facts.tables import per_run
from experiments.validation.row import Row, Verdict, above, interval, judged, listed

QUESTION = "Is the share of births that make a new combination stable over time in the supercritical regime?"
ABOVE, BELOW = ("three-ingredients", "fintech"), "without attractor"
CODINGS = ("sets", "pairs", "topics", "kinds")
YEARS = 30
EARLY, LATE = (10, 15), (25, 30)  # years that are compared: from eight years after the attractor on
STABLE = 0.05  # of all births: what the published share moves up and down by
LEVEL = (0.5, 0.7)  # the published 60 %, give or take ten points for another coding of what is new
YOUN = "Youn et al. 2015, J. R. Soc. Interface 12, 20150272"


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return, as lists of rows, births and new combinations of each year of one run, in every coding."""
    with world(job["world"], job["seed"], 12 * YEARS) as model:
        born, history = births(model.state), model.state.history
        hybrids = (history.column("spontaneous") + history.column("recombinant")).reshape(YEARS, 12).sum(axis=1)
        incremental = history.column("incremental").reshape(YEARS, 12).sum(axis=1)
    year = born.month // 12
    events = np.bincount(year, minlength=YEARS)
    combinations = {"sets": born.born_set, "pairs": combined(born.sets), "topics": combined(born.cells)}
    out: list[dict[str, Any]] = []
    for coding in CODINGS:
        if coding == "kinds":
            new, total = hybrids, hybrids + incremental
        else:
            new, total = np.bincount(year, first_uses(combinations[coding]), YEARS), events
        out += [{"coding": coding, "year": y, "births": int(total[y]), "new": int(new[y])} for y in range(YEARS)]
    return {"rows": out}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run, coding and year: births, and those that make a new combination."""
    seeds = 3 if quick else 24
    jobs = [{"world": name, "seed": seed} for name in (*ABOVE, BELOW) for seed in range(seeds)]
    return per_run(run_many(outcome, jobs, workers, "exploration"))


def _shares(table: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Return the share of exploration over some years: a row per seed, a column per (world, coding)."""
    rows = table[(table["year"] >= years[0]) & (table["year"] < years[1])]
    sums = rows.groupby(["seed", "world", "coding"])[["new", "births"]].sum()
    return (sums["new"] / sums["births"].where(sums["births"] > 0)).unstack(["world", "coding"])


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return the share's level and its change, by ecosystem and coding, with intervals over runs."""
    findings: dict[str, Any] = {}
    early, late, all_along = _shares(table, EARLY), _shares(table, LATE), _shares(table, (EARLY[0], LATE[1]))
    for name in (*ABOVE, BELOW):
        for coding in CODINGS:
            key = (name, coding)
            findings[f"{name}, {coding}"] = {
                "share": listed(mean_interval(all_along[key].dropna().to_numpy())),
                "early": listed(mean_interval(early[key].dropna().to_numpy())),
                "late": listed(mean_interval(late[key].dropna().to_numpy())),
                "change": listed(mean_interval((late[key] - early[key]).dropna().to_numpy())),
            }
    for coding in CODINGS:
        above, below = (ABOVE[0], coding), (BELOW, coding)
        # the model's exploration can only fall, as combinations are used up: more negative is less stable
        gap = (late[above] - early[above]) - (late[below] - early[below])
        findings[f"change above R = 1 minus below, {coding}"] = listed(mean_interval(gap.dropna().to_numpy()))
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    out: list[Row] = []
    span = f"years {LATE[0]} to {LATE[1]} minus years {EARLY[0]} to {EARLY[1]}"
    for name in ABOVE:
        for coding in CODINGS:
            found = findings.get(f"{name}, {coding}", {})
            level, change = interval(found.get("share")), interval(found.get("change"))
            out.append(Row(
                f"stable-{name}-{coding}",
                f"Above R = 1 the share of births that {_NEW[coding]} is stable over time ({name}).", YOUN,
                f"{span}: within ±{STABLE}, and some exploration is left (share above {STABLE})",
                f"change {change}; share {level}", _stable(change, interval(found.get("late"))), _WHY[coding],
            ))  # fmt: skip
            if name == ABOVE[0]:
                out.append(Row(
                    f"level-{coding}", f"About 60 % of births {_NEW[coding]} ({name}).", YOUN,
                    f"share of births between {LEVEL[0]} and {LEVEL[1]}, years {EARLY[0]} to {LATE[1]}", f"{level}",
                    judged(level, *LEVEL), "Depends on how finely combinations are told apart.",
                ))  # fmt: skip
    for coding in ("pairs", "topics"):
        gap = interval(findings.get(f"change above R = 1 minus below, {coding}"))
        out.append(Row(
            f"contrast-{coding}", f"The share is more stable above R = 1 than below ({coding}).",
            "design document, section 5, behaviour 7",
            "fall above R = 1 smaller than below: change above minus change below, above 0", f"{gap}",
            above(gap, 0.0),
            "The other way round: above R = 1 twenty times as many births use up the combinations faster.",
        ))  # fmt: skip
    return out


def _stable(change: Interval, late: Interval) -> Verdict:
    if np.isnan(late.low):
        return "undecided"
    if late.high < STABLE:
        return "fails"
    verdict = judged(change, -STABLE, STABLE)
    return verdict if verdict != "holds" or late.low > STABLE else "undecided"


_NEW = {
    "sets": "hold a new sector set", "pairs": "join a new pair of sector sets", "topics": "join a new pair of topics",
    "kinds": "are hybrids and no refinement inside a sector",
}  # fmt: skip
_WHY = {
    "sets": "Six sectors have 57 sets of two or more: after ten years hardly any is left to be found.",
    "pairs": "The pairs of 63 sets are used up.",
    "topics": "The space in use has a bound; its combinations are used up slowly.",
    "kinds": "",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return the share of exploration by year, in every coding, with intervals, above and below R = 1."""
    figure, axes = new_figure(3, width=4.6)
    for axis, name in zip(axes, (*ABOVE, BELOW), strict=True):
        for index, coding in enumerate(CODINGS):
            rows_of = table[(table["world"] == name) & (table["coding"] == coding)]
            wide = rows_of.assign(share=rows_of["new"] / rows_of["births"].where(rows_of["births"] > 0)).pivot_table(
                index="year", columns="seed", values="share"
            )
            found = [mean_interval(values.dropna().to_numpy()) for _, values in wide.iterrows()]
            axis.plot(
                wide.index, [value.estimate for value in found], color=COLOURS[index], marker=MARKERS[index],
                linestyle=DASHES[index], markevery=4, markersize=4, label=coding,
            )  # fmt: skip
            low, high = [value.low for value in found], [value.high for value in found]
            axis.fill_between(wide.index, low, high, color=COLOURS[index], alpha=0.25, linewidth=0)
        axis.axhspan(*LEVEL, color="0.85", zorder=0)
        axis.set_ylim(-0.02, 1.05)
        axis.set_xlabel("year")
        axis.set_title(f"{name} ({'above' if name in ABOVE else 'below'} R = 1)", fontsize=10)
    axes[0].text(29, LEVEL[0] + 0.01, "published: about 60 %", ha="right", fontsize=8)
    axes[0].set_ylabel("share of births with a new combination")
    axes[2].legend(frameon=False, fontsize=8, loc="center right")
    return figure
