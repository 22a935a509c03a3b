"""Closure: do dense networks close in on themselves unless they are bridged, and does that cost them variety?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import gammaln

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, below, interval, shown

QUESTION = "With trust, do dense clusters close in on themselves, more so without bridges, and lose variety by it?"
YEARS, LATE = 15, 36  # years played; months at the end whose births are looked at
SAMPLE = 200  # births among which sector sets are counted, so that few births are not taken for little variety
TRUST: dict[str, dict[str, Any]] = {
    "off": {"trust": False},
    "on": {"trust": True},
    "strong pull": {"trust": True, "trust_pull": 30.0},  # ten times the default: is it only a matter of strength?
}
BRIDGES = {"open": 1.0, "shut": 0.0}
# Dense clusters (twice the usual degree) whose bridges are the only way out: no digital layer, no labs. Twelve sectors,
# so that there are more sector sets than ever get born; a drive at which hybrids feed on each other.
DENSE: dict[str, Any] = {
    "firms": 1000, "labs": 0, "clusters": 12, "sectors": 12, "cluster_degree": 24.0, "science_share": 0.0,
    "digital_share": 0.0, "base_drive": 0.03, "reproduction_every": 0,
}  # fmt: skip
FloatArray = npt.NDArray[np.float64]


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return closure by year, and births and their variety in the last three years of one run.

    variety : effective number of sector sets among the births, exp(Shannon); rarefied : sector sets expected among
    `SAMPLE` of these births (Hurlbert 1971); new : sector sets that nobody had made before those years.
    """
    from ecosim import EcosystemModel
    from ecosim.measures import hybrids, trust_measures

    values = DENSE | TRUST[job["trust"]] | {"bridge_openness": BRIDGES[job["bridges"]]}
    with EcosystemModel(seed=job["seed"], **values) as model:
        found = {"closure_0": trust_measures(model.state)["closure"]}
        for year in range(1, YEARS + 1):
            now = trust_measures(model.run(12).state)
            found[f"closure_{year}"] = now["closure"]
        bricks, rows = model.state.bricks, hybrids(model.state)
        late = bricks["birth"][rows] >= 12 * YEARS - LATE
        sets, known = bricks["sectors"][rows[late]], bricks["sectors"][rows[~late]]
        counts = np.unique(sets, return_counts=True)[1]
        shares = counts / max(counts.sum(), 1)
        return {
            **found,
            "effective_partners": now["effective_partners"],
            "mean_trust": now["mean_trust"],
            "births": len(sets),
            "sets": len(counts),
            "variety": float(np.exp(-(shares * np.log(shares)).sum())),
            "rarefied": rarefied(counts),
            "new": len(np.setdiff1d(sets, known)),
        }


def rarefied(counts: npt.NDArray[np.int64]) -> float:
    """Return the kinds expected among `SAMPLE` things drawn without replacement from these counts; NaN with fewer."""
    total, left = int(counts.sum()), counts.sum() - counts
    if total < SAMPLE:
        return float("nan")
    enough = left >= SAMPLE  # a kind so frequent that it cannot be missed is always there
    log_missed = gammaln(left[enough] + 1) - gammaln(left[enough] - SAMPLE + 1)
    log_all = gammaln(total + 1) - gammaln(total - SAMPLE + 1)
    return float(len(counts) - np.exp(log_missed - log_all).sum())


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: trust, bridges and seed."""
    jobs = [
        {"trust": trust, "bridges": bridges, "seed": seed}
        for seed in range(6 if quick else 40)
        for trust in TRUST
        for bridges in BRIDGES
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "closure"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return how far networks close, what shut bridges cost, and what trust adds to that cost, in pairs of seeds."""
    cells = {key: rows.sort_values("seed") for key, rows in table.groupby(["trust", "bridges"])}

    def values(trust: str, bridges: str, column: str) -> FloatArray:
        return np.asarray(cells[trust, bridges][column], np.float64)

    def rise(trust: str, bridges: str) -> FloatArray:
        return values(trust, bridges, f"closure_{YEARS}") - values(trust, bridges, "closure_0")

    def shut(trust: str, column: str) -> FloatArray:
        """Return log(shut / open) by seed."""
        return np.log(values(trust, "shut", column) / values(trust, "open", column))

    def show(pairs: FloatArray, digits: int = 4) -> list[float]:
        return [round(value, digits) for value in mean_interval(pairs)]

    findings: dict[str, Any] = {}
    for trust in TRUST:
        for bridges in BRIDGES:
            findings[f"trust {trust}, bridges {bridges}"] = {
                "closure at the beginning": show(values(trust, bridges, "closure_0")),
                "rise of closure in 15 years": show(rise(trust, bridges)),
                **{
                    name: show(values(trust, bridges, name), 2)
                    for name in ("effective_partners", "births", "variety", "rarefied", "new")
                },
            }
    for trust in TRUST:
        cost: dict[str, Any] = {"rise of closure, shut minus open": show(rise(trust, "shut") - rise(trust, "open"))}
        for column in ("births", "variety", "rarefied"):
            cost[f"log {column}, shut over open"] = show(shut(trust, column))
            if trust != "off":
                cost[f"log {column}, shut over open, more than without trust"] = show(
                    shut(trust, column) - shut("off", column)
                )
                cost[f"log {column}, shut, with trust over without"] = show(
                    np.log(values(trust, "shut", column) / values("off", "shut", column))
                )
        findings[f"trust {trust}, what shut bridges do"] = cost
    on = findings["trust on, what shut bridges do"]
    findings["networks close in on themselves"] = all(
        findings[f"trust on, bridges {bridges}"]["rise of closure in 15 years"][1] > 0 for bridges in BRIDGES
    )
    findings["more so without bridges"] = on["rise of closure, shut minus open"][1] > 0
    findings["bridges keep variety, trust or not"] = all(
        findings[f"trust {trust}, what shut bridges do"]["log rarefied, shut over open"][2] < 0 for trust in TRUST
    )
    findings["trust makes shut bridges cost more variety"] = (
        on["log rarefied, shut over open, more than without trust"][2] < 0
    )
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard. Equivalence is not asked: each line is about a direction."""
    on = findings["trust on, what shut bridges do"]
    source = "Burt 2004; Uzzi 1997; model description, section 4"
    facts = {
        "closes": (
            "Dense networks with trust close in on themselves.",
            findings["trust on, bridges open"]["rise of closure in 15 years"],
            True, "",
        ),
        "bridges keep variety": (
            "Shut bridges cost variety (sector sets among equally many births, logarithm).",
            on["log rarefied, shut over open"], False, "",
        ),
        "bridges slow closure": (
            "Networks close more where bridges are shut.", on["rise of closure, shut minus open"], True,
            "Bridged clusters have more births, which trust grows from.",
        ),
        "trust raises the cost": (
            "With trust, shut bridges cost more variety than without.",
            on["log rarefied, shut over open, more than without trust"], False,
            "Trust moves meetings among the partners of a layer, not away from bridges.",
        ),
    }  # fmt: skip
    return [
        Row(key, fact, source, "above 0" if more else "below 0", shown(values),
            above(interval(values), 0.0) if more else below(interval(values), 0.0), note)
        for key, (fact, values, more, note) in facts.items()
    ]  # fmt: skip


def draw(table: pd.DataFrame) -> Figure:
    """Return closure over the years, and the variety of late births, by trust and bridges."""
    figure, (left, right) = new_figure(2, width=5.6)
    years = np.arange(YEARS + 1)
    for index, trust in enumerate(TRUST):
        for bridges, dash in zip(BRIDGES, DASHES, strict=False):
            rows = table[(table["trust"] == trust) & (table["bridges"] == bridges)]
            mean = rows[[f"closure_{year}" for year in years]].mean()
            left.plot(years, mean, color=COLOURS[index], linestyle=dash, label=f"trust {trust}, bridges {bridges}")
        found = [
            mean_interval(rows["rarefied"].to_numpy())
            for bridges in BRIDGES
            for rows in [table[(table["trust"] == trust) & (table["bridges"] == bridges)]]
        ]
        places = np.arange(len(BRIDGES)) + 0.12 * (index - 1)
        middle = np.array([value.estimate for value in found])
        error = [middle - [value.low for value in found], [value.high for value in found] - middle]
        right.errorbar(
            places, middle, error, color=COLOURS[index], marker=MARKERS[index], linestyle="none", capsize=3,
            label=f"trust {trust}",
        )  # fmt: skip
    left.set_xlabel("year")
    left.set_ylabel("closure: share of cluster meetings\nwith the three closest partners")
    left.set_ylim(bottom=0)
    left.set_title("With trust, networks close in on themselves")
    left.legend(frameon=False, fontsize=8)
    right.set_xticks(range(len(BRIDGES)), [f"bridges {name}" for name in BRIDGES])
    right.set_xlim(-0.5, len(BRIDGES) - 0.5)
    right.set_ylim(bottom=0)
    right.set_ylabel("sector sets among 200 births\nof the last three years")
    right.set_title("Bridges keep variety, with trust or without")
    right.legend(frameon=False, loc="lower left")
    return figure
