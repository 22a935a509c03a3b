"""Tipping: in the seeded well-mixed experiment hybrids feed on each other from R = 1 on.

Spontaneous births off, a share of organisations given one hybrid, meetings with anyone, distance without effect: the
limit in which R is known (design document, section 3). The axis is the next-generation R with crowding.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.optimize import brentq

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, crossing, ratio_interval
from experiments.validation.row import Row, Verdict, above, interval, judged, shown

QUESTION = "Does the order parameter leave 0, and do curves of different size cross, at next-generation R = 1?"
MEETING_RATE, CORE, TRANSMISSIBILITY, FORGETTING = 2.0, 8, 0.02, 0.04  # the model's defaults
WELL_MIXED = {
    "labs": 0, "clusters": 1, "sectors": 2, "distance_matters": False, "spontaneous": False, "cluster_share": 0.0,
    "bridge_share": 0.0, "science_share": 0.0, "digital_share": 1.0, "cluster_degree": 0.0, "bridge_degree": 0.0,
    "reproduction_every": 0,
}  # fmt: skip
FORMULA = (0.7, 0.9, 1.0, 1.1, 1.2, 1.4, 1.8)  # values of the dilute formula, as in section 3
COHORT_MONTHS, HORIZON, SEEDED = 60, 300, 0.02
RESAMPLES = 400
SCALED = (0.88, 0.94, 1.0, 1.06, 1.12)  # values of the next-generation R


def rates(success: float) -> tuple[float, int, float, float, float]:
    """Return the arguments of the closed forms."""
    return MEETING_RATE, CORE, success, TRANSMISSIBILITY, FORGETTING


def success_for(measure: Any, value: float) -> float:
    """Return the success π at which a closed form takes a value."""
    return float(brentq(lambda success: measure(*rates(success)) - value, 1e-5, 0.5))


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return births and offspring of the first cohorts, and what is left in the last year."""
    from ecosim import EcosystemModel

    with EcosystemModel(
        seed=job["seed"], firms=job["organisations"], base_drive=-math.log1p(-job["success"]),
        seeded_share=job["seeded"], **WELL_MIXED,
    ) as model:  # fmt: skip
        state = model.run(job["months"]).state
        born = state.history.column("recombinant")
        return {
            "births": int(born[:COHORT_MONTHS].sum()),
            "offspring": float(state.cohort_offspring[:COHORT_MONTHS].sum()),
            "late": float(born[-12:].sum()) / job["organisations"],
            "alive": bool((state.organisations["held"] > CORE).any()),
        }


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run of both parts: ``section-3`` (N = 4,000) and ``scaling`` (four sizes)."""
    from ecosim.reproduction import dilute_reproduction, organisation_reproduction, well_mixed_reproduction  # fmt: skip

    sizes = {250: 40, 1000: 16} if quick else {250: 400, 1000: 200, 4000: 80, 16000: 20}
    points = [("section-3", success_for(dilute_reproduction, value)) for value in FORMULA]
    points += [("scaling", success_for(well_mixed_reproduction, value)) for value in SCALED]
    jobs: list[dict[str, Any]] = []
    for part, success in points:
        known = {
            "part": part, "success": success, "formula": dilute_reproduction(*rates(success)),
            "next_generation": well_mixed_reproduction(*rates(success)),
            "organisation": organisation_reproduction(*rates(success)),
        }  # fmt: skip
        if part == "section-3":
            seeds = 4 if quick else 60
            sized = [{"organisations": 4000, "months": HORIZON, "seeded": SEEDED, "seed": s} for s in range(seeds)]
        else:
            # the time to relax at the threshold grows with the square root of the size (mean-field scaling)
            sized = [
                {"organisations": size, "months": int(12.5 * math.sqrt(size)), "seeded": 0.1, "seed": s}
                for size, seeds in sizes.items()
                for s in range(seeds)
            ]
        jobs += [{**known, **row} for row in sized]
    jobs.sort(key=lambda job: job["organisations"] * job["months"], reverse=True)  # long runs first
    return pd.DataFrame(run_many(outcome, jobs, workers, "tipping"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return where cohort R crosses 1 (in R_org), and where the scaled curves of different sizes cross."""
    findings: dict[str, Any] = {}
    first = table[table["part"] == "section-3"]
    grid = first.groupby("formula").agg(
        births=("births", "sum"), offspring=("offspring", "sum"), late=("late", "mean"),
        organisation=("organisation", "first"), next_generation=("next_generation", "first"),
    )  # fmt: skip
    grid["cohort"] = grid["offspring"] / grid["births"]
    near = grid[(grid.index >= 0.9) & (grid.index <= 1.4)]
    findings["cohort R by formula R"] = {f"{r:.2g}": round(v, 3) for r, v in grid["cohort"].items()}
    findings["births per organisation in the last year by formula R"] = {
        f"{r:.2g}": round(v, 5) for r, v in grid["late"].items()
    }
    exact = float(brentq(lambda r: np.interp(r, grid.index, grid["organisation"]) - 1.0, 0.9, 1.4))
    at = [value / exact for value in _cohort_crossing(first[first["formula"].isin(near.index)])]
    findings["formula R where cohort R = 1"] = round(at[0] * exact, 3)
    findings["formula R where R_org = 1"] = round(exact, 3)
    findings["cohort crossing over R_org crossing"] = [round(value, 3) for value in at]
    crossings = scaled_crossings(table)
    findings["next-generation R where scaled births of neighbouring sizes cross"] = crossings
    alive = table[table["part"] == "scaling"].pivot_table(
        index="next_generation", columns="organisations", values="alive"
    )
    findings["survival at the horizon"] = {
        f"N = {size}": {f"{r:.2f}": round(float(v), 3) for r, v in alive[size].items()} for size in alive
    }
    counted = table[table["part"] == "scaling"].groupby("organisations")["seed"].nunique()
    findings["runs per point"] = {str(size): int(number) for size, number in counted.items()}
    steep = {size: float(alive[size].iloc[-1] - alive[size].iloc[0]) for size in alive}
    findings["survival rises from the first to the last R by"] = {str(k): round(v, 3) for k, v in steep.items()}
    # crossings of small sizes lie too low (corrections to scaling) and tend to the threshold: the largest pair decides
    largest = list(crossings.values())[-1][0]
    findings["holds"] = bool(abs(at[0] - 1) < 0.05 and abs(largest - 1) < 0.05)
    return findings


def _cohort_crossing(rows: pd.DataFrame) -> Interval:
    """Return the formula R where cohort R = 1, with its bootstrap interval (seeds are resampled, for all R at once)."""
    offspring, births = (
        rows.pivot_table(index="seed", columns="formula", values=name) for name in ("offspring", "births")
    )
    x = offspring.columns.to_numpy(np.float64)

    def at(chosen: Any) -> float:
        return crossing(x, (offspring.to_numpy()[chosen].sum(axis=0) / births.to_numpy()[chosen].sum(axis=0)))

    seeds = np.arange(len(offspring))
    draws = np.random.default_rng(1).choice(seeds, (RESAMPLES, len(seeds)))
    low, high = np.quantile([at(draw) for draw in draws], [0.025, 0.975])
    return Interval(at(seeds), float(low), float(high))


def scaled_crossings(table: pd.DataFrame) -> dict[str, list[float]]:
    """Return the next-generation R at which √N · births per organisation crosses, for neighbouring sizes: estimate and
    bootstrap interval (seeds of each size are resampled, for all R at once)."""
    rows = table[table["part"] == "scaling"]
    generator, out = np.random.default_rng(1), {}
    curves: dict[int, list[Any]] = {}
    for size, runs in rows.groupby("organisations"):
        late = runs.pivot_table(index="seed", columns="next_generation", values="late") * math.sqrt(size)
        draws = generator.choice(len(late), (RESAMPLES, len(late)))
        curves[int(size)] = [late.to_numpy().mean(axis=0), *(late.to_numpy()[draw].mean(axis=0) for draw in draws)]
    x = np.sort(rows["next_generation"].unique())
    for small, large in pairwise(sorted(curves)):
        found = [_overtakes(x, one, other) for one, other in zip(curves[small], curves[large], strict=True)]
        low, high = np.quantile(found[1:], [0.025, 0.975])
        out[f"{small} and {large}"] = [round(float(value), 3) for value in (found[0], low, high)]
    return out


def _overtakes(x: Any, small: Any, large: Any) -> float:
    """Return where the larger size overtakes the smaller for good: between the two neighbouring points around it."""
    ratio = np.log((large + 1e-9) / (small + 1e-9))
    last = int(np.flatnonzero(ratio <= 0).max(initial=0))
    near = slice(min(last, len(x) - 2), min(last, len(x) - 2) + 2)
    return crossing(x[near], ratio[near], 0.0)


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    at = findings["cohort crossing over R_org crossing"]
    crossings = findings["next-generation R where scaled births of neighbouring sizes cross"]
    (pair, values) = list(crossings.items())[-1]
    rise = findings["survival rises from the first to the last R by"]
    sizes = list(rise)
    source = "model description, behaviour 2"
    return [
        Row(
            "cohort R", "Cohort R crosses 1 where theory with crowding does (R_org = 1), within 5 %.", source,
            "ratio within 0.95–1.05", shown(at), judged(interval(at), 0.95, 1.05),
        ),
        Row(
            "crossing", "Scaled births of the two largest sizes cross at next-generation R = 1, within 5 %.", source,
            "within 0.95–1.05", f"{shown(values)} (N = {pair})", judged(interval(values), 0.95, 1.05),
            "Smaller sizes cross below it: "
            + "; ".join(f"{words}: {shown(found)}" for words, found in list(crossings.items())[:-1]) + ".",
        ),
        Row(
            "survival", "Survival to a long horizon steepens with size.", source,
            f"rise from R = {SCALED[0]} to {SCALED[-1]} larger at the largest size than at the smallest",
            ", ".join(f"{value:.2f} (N = {int(size):,})" for size, value in rise.items()),
            _steeper(findings, sizes[0], sizes[-1]),
            "Shares of runs; the verdict is that of a test of the difference (normal approximation, 95 %).",
        ),
    ]  # fmt: skip


def _steeper(findings: dict[str, Any], small: str, large: str) -> Verdict:
    """Return whether survival rises by more at the large size, from the binomial errors of the four shares."""
    rise, variance = {}, 0.0
    for size in (small, large):
        shares = list(findings["survival at the horizon"][f"N = {size}"].values())
        runs = findings["runs per point"][size]
        rise[size] = shares[-1] - shares[0]
        variance += sum(max(share * (1 - share), 1 / runs / 4) / runs for share in (shares[0], shares[-1]))
    change, half = rise[large] - rise[small], 1.96 * math.sqrt(variance)
    return above(Interval(change, change - half, change + half), 0.0)


def draw(table: pd.DataFrame) -> Figure:
    """Return cohort R and births against R, and the finite-size curves."""
    figure, axes = new_figure(3, width=5.2)
    first = table[table["part"] == "section-3"]
    x, cohort, error = [], [], []
    for _, rows in first.groupby("next_generation"):
        found = ratio_interval(rows["offspring"].to_numpy(), rows["births"].to_numpy())
        x.append(rows["next_generation"].iloc[0])
        cohort.append(found.estimate)
        error.append([found.estimate - found.low, found.high - found.estimate])
    axes[0].errorbar(x, cohort, np.array(error).T, color=COLOURS[0], marker="o", capsize=3, label="cohort R, measured")
    formula = first.groupby("next_generation")["formula"].first()
    axes[0].plot(formula.index, formula, color=COLOURS[1], linestyle="--", label="dilute formula")
    axes[0].plot([0.6, 1.7], [0.6, 1.7], color="black", linewidth=1, label="next-generation R")
    axes[0].axhline(1, color="black", linewidth=0.6, linestyle=":")
    axes[0].axvline(1, color="black", linewidth=0.6, linestyle=":")
    axes[0].set_ylabel("offspring per hybrid born in months 0–60")
    axes[0].set_title("N = 4,000, 300 months")
    scaling = table[table["part"] == "scaling"]
    for index, (size, rows) in enumerate(scaling.groupby("organisations")):
        style = {"color": COLOURS[index], "marker": MARKERS[index], "linestyle": DASHES[index]}
        style["label"] = f"N = {size:,}"
        late = rows.groupby("next_generation")["late"].mean() * math.sqrt(size)
        axes[1].plot(late.index, late, **style)
        alive = rows.groupby("next_generation")["alive"].mean()
        axes[2].plot(alive.index, alive, **style)
    axes[1].set_ylabel("√N × recombinant births per organisation\nin the last year")
    axes[1].set_yscale("symlog", linthresh=0.01)
    axes[1].set_title("Finite-size scaling, horizon 12.5 √N months")
    axes[2].set_ylabel("share of runs with a hybrid left")
    axes[2].set_title("Survival at the horizon")
    for axis in axes:
        axis.set_xlabel("next-generation R")
        axis.legend(frameon=False)
    for axis in axes[1:]:
        axis.axvline(1, color="black", linewidth=0.6, linestyle=":")
    return figure
