"""Innovation as search in a percolating technology space: Silverberg & Verspagen (2005), played on our engine.

Source: G. Silverberg & B. Verspagen, "A percolation model of innovation in complex technology spaces", Journal of
Economic Dynamics and Control 29 (2005) 225–244 (MERIT Research Memorandum 2002-032). From its abstract: "with
increasing radius of search, the probability of becoming deadlocked declines and the mean rate of innovation increases
until a plateau is reached. The distribution of innovation sizes is highly skewed and heavy tailed. For percolation
probabilities near the critical value, it seems to resemble an infinite-variance Pareto distribution in the tails. For
higher values, the lognormal appears to be preferred." That innovations come in clusters: the same authors 2003,
"Brewing the future", ECIS Working Papers, Eindhoven. The site percolation threshold of the square lattice, 0.592746:
Ziff & Sapoval (1986), Journal of Physics A 19, L1169.

Mapping: a technological niche, one column of the space, is an organisation; neighbouring columns are tied, in a ring;
the frontier is a column of the organisations' table (`technology_space`). Bricks play no part.

Where it breaks: the paper's full text was not at hand. The rules follow the abstract and the account in Watts & Gilbert
(2014), "Simulating Innovation", chapter 7, whose program also has 100 columns. Effort E = 1 site a month and column is
ours; it sets the unit of time (in trials with a fifth and a twentieth of it, rates per unit of effort differed by up to
a fifth at radius 1, hardly at wide ones). So are the heights of the space, which bound the largest jumps, and where a
tail begins (the largest 5 %).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from scipy.ndimage import label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.classics.technology_findings import conclude, size_counts
from experiments.validation.row import Row, Verdict, above, below, interval, judged

__all__ = ["QUESTION", "conclude", "draw", "rows", "run"]

QUESTION = "Does a wider search avoid deadlock and speed up innovation, in jumps of heavy-tailed size?"
WIDTH, CRITICAL = 100, 0.592746
ROUNDING = WIDTH**-0.75
"""By how much a space of this width may miss the threshold of the endless one: width^(−1/ν), ν = 4/3."""
"""A difference that is 0 in every run is neither."""
NEAR, MIDDLE, FAR = 0.6, 0.65, 0.8
"""Shares of possible sites: next to the threshold, and higher."""
RADIUS_OF_SIZES, WARM_UP = 5, 100


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return how far the frontier came in the months given (0: until it stops or is through), and what jumps it made.

    ``stopped``: no possible site is left in reach; ``percolates``: possible sites join bottom and top; ``dispersion``:
    variance over mean of innovations a month, after `WARM_UP`; ``sizes``: "size:count ..." of all jumps.
    """
    import networkx

    from experiments.validation.classics.engine import on_graph
    from experiments.validation.classics.technology_space import TechnologySpace

    search = TechnologySpace(job["share"], job["radius"], height=job["height"])
    with on_graph(networkx.cycle_graph(WIDTH), [search], job["seed"]) as model:
        possible = search.possible(model) > 0
        stopped = through = False
        while not (stopped or through or model.month == job["months"] > 0):
            model.step()
            frontier = model.state.organisations["frontier"]
            stopped = model.state.extra["left"] == 0
            through = bool(frontier.max() == job["height"])
        months = job["months"] if stopped and job["months"] else model.month  # who stops early stands still thereafter
        jumps = model.state.extra["innovations"]
        a_month = np.array([len(sizes) for sizes in jumps])[WARM_UP:]
        size, count = np.unique(np.concatenate(jumps), return_counts=True)
        return {
            "stopped": stopped, "through": through, "percolates": percolates(possible),
            "rate": float(frontier.mean()) / months,
            "dispersion": float(a_month.var(ddof=1) / a_month.mean()) if a_month.sum() > 1 else math.nan,
            "sizes": " ".join(f"{s}:{c}" for s, c in zip(size, count, strict=True)),
        }  # fmt: skip


def percolates(possible: npt.NDArray[np.bool_]) -> bool:
    """Return whether touching sites (columns of a ring, rows) join the first row to the last."""
    cluster, count = label(possible)
    seam = (cluster[0] > 0) & (cluster[-1] > 0)  # the ring closes between the last column and the first
    joins = coo_array((np.ones(seam.sum()), (cluster[0][seam], cluster[-1][seam])), (count + 1, count + 1))
    _, group = connected_components(joins, directed=False)
    bottom, top = (np.unique(group[cluster[:, row][cluster[:, row] > 0]]) for row in (0, -1))
    return bool(np.isin(top, bottom).any())


Plan = list[tuple[str, tuple[float, ...], tuple[int, ...], int, int, int]]
FULL: Plan = [
    ("deadlock", tuple(percent / 100 for percent in range(55, 71)), (1, 2, 3, 5, 10), 100, 0, 40),
    ("rate", (0.62, MIDDLE, 0.7, FAR), (1, 2, 3, 5, 10, 20), 300, 500, 30),
    ("sizes", (NEAR, MIDDLE, 0.7, FAR), (RADIUS_OF_SIZES,), 400, 0, 40),
]
QUICK: Plan = [
    ("deadlock", (0.56, 0.6, 0.64, 0.68), (1, 10), 100, 0, 8),
    ("rate", (MIDDLE, FAR), (1, 2, 10, 20), 150, 200, 4),
    ("sizes", (NEAR, FAR), (RADIUS_OF_SIZES,), 200, 0, 5),
]
"""Part, shares of possible sites, radii, height, months (0: until it stops or is through), seeds."""


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: part, share of possible sites, radius, seed (the same space at every radius)."""
    jobs = [
        {"part": part, "share": share, "radius": radius, "height": height, "months": months, "seed": seed}
        for part, shares, radii, height, months, seeds in (QUICK if quick else FULL)
        for seed in range(seeds)
        for share in shares
        for radius in radii
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "silverberg-verspagen"))


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines on deadlock, on the rate of innovation, on innovation sizes and on their clustering in time."""
    return [*_deadlock(findings), *_rate(findings), *_sizes(findings)]


PAPER = "Silverberg & Verspagen (2005), J. Economic Dynamics and Control 29, abstract"
CLUSTERS = "Silverberg & Verspagen (2003), Brewing the future, ECIS Working Papers, abstract"


def _deadlock(findings: dict[str, Any]) -> list[Row]:
    at = {radius: interval(found) for radius, found in findings["q where half of the runs stop, by radius"].items()}
    steps = {step: interval(found) for step, found in findings["change of that q with the next radius"].items()}
    widest = list(at)[-1]
    percolates = findings["q where half of the spaces percolate"]
    return [
        _row(
            "deadlock-one", "With search radius 1 innovation stops well above the percolation threshold.", PAPER,
            f"q where half of the runs stop > {CRITICAL:.3f} + {ROUNDING:.3f} (finite width)", f"q = {at['1']}",
            judged(at["1"], CRITICAL + ROUNDING, 1.0),
        ),
        _row(
            "deadlock-falls", "With increasing radius of search, the probability of becoming deadlocked declines.",
            PAPER, "q where half of the runs stop falls with each larger radius (same spaces)", _listed(steps),
            _all(steps, -1.0),
        ),
        _row(
            "deadlock-wide", "With a wide search innovation stops only where the space itself does not percolate.",
            "Ziff & Sapoval (1986): site percolation, square lattice",
            f"q where half of the runs stop = {CRITICAL:.3f} ± {ROUNDING:.3f} (finite width)",
            f"q = {at[widest]} with radius {widest}; half of these spaces percolate at q = {percolates}",
            judged(at[widest], CRITICAL - ROUNDING, CRITICAL + ROUNDING),
        ),
    ]  # fmt: skip


def _rate(findings: dict[str, Any]) -> list[Row]:
    out = []
    for share, name in ((MIDDLE, "middle"), (FAR, "far")):
        key = str(share)
        steps = {step: interval(found) for step, found in findings["change of rate with the next radius"][key].items()}
        wide = interval(findings["rate, widest minus radius 1"][key])
        flat = interval(findings["ratio of rates, widest over half"][key])
        clustered = interval(findings["variance over mean"][key])
        first = interval(findings["rate by q and radius"][key]["1"])
        radii = list(findings["rate by q and radius"][key])
        out += [
            _row(
                f"rate-{name}", f"A wide search innovates at a higher mean rate than one of radius 1 (q = {key}).",
                PAPER, f"rate with radius {radii[-1]} minus radius 1 > 0 (rows a month)",
                f"{wide}; {first} with radius 1", above(wide, 0.0),
            ),
            _row(
                f"rate-steps-{name}", f"The mean rate of innovation increases with each larger radius (q = {key}).",
                PAPER, "each difference > 0 (rows a month)", _listed(steps), _all(steps, 1.0),
                "Radius 2 spreads the effort over 12 sites instead of 4; where most sites are possible this costs more"
                " than the detours that it opens are worth. The abstract does not say at which q it should hold.",
            ),
            _row(
                f"plateau-{name}", f"At large radius the rate of innovation reaches a plateau (q = {key}).", PAPER,
                f"rate with radius {radii[-1]} over rate with half of it in [0.9, 1.1]: less than a tenth by doubling",
                f"{flat}", judged(flat, 0.9, 1.1),
            ),
            _row(
                f"clustered-{name}", f"Innovations come more clustered in time than at random (q = {key}).", CLUSTERS,
                f"variance over mean of innovations a month > 1 (Poisson), radius {int(radii[-1]) // 2}",
                f"{clustered}", judged(clustered, 1.0, math.inf),
            ),
        ]  # fmt: skip
    return out


def _sizes(findings: dict[str, Any]) -> list[Row]:
    out = []
    near, far = (findings["innovation sizes"][str(share)] for share in (NEAR, FAR))
    for found, share, name in ((near, NEAR, "near"), (far, FAR, "far")):
        skew = interval(found["skewness"])
        out.append(
            _row(
                f"skewed-{name}", f"The distribution of innovation sizes is highly skewed (q = {share}).", PAPER,
                "skewness > 2, that of an exponential law", f"{skew}", judged(skew, 2.0, math.inf),
                "Far above the threshold large jumps are rare: sizes are skewed, but not more than an exponential law.",
            )
        )  # fmt: skip
    exponent, high = interval(near["tail exponent"]), interval(far["tail exponent"])
    versus = "log-likelihood per innovation, lognormal minus Pareto"
    in_tail, over_all = interval(near[f"{versus}, tail"]), interval(far[f"{versus}, all sizes"])
    out += [
        _row(
            "tail-near", f"Near the threshold the tail of sizes has infinite variance (q = {NEAR}).", PAPER,
            "exponent of P(size ≥ s) in the largest 5 % < 2", f"{exponent}, from size {near['tail from']} on",
            judged(exponent, 0.0, 2.0),
        ),
        _row(
            "tail-far", f"Far above the threshold the tail of sizes has a finite variance (q = {FAR}).", PAPER,
            "exponent of P(size ≥ s) in the largest 5 % > 2", f"{high}, from size {far['tail from']} on",
            judged(high, 2.0, math.inf),
        ),
        _row(
            "pareto-near", f"Near the threshold a Pareto law fits the tail no worse than a lognormal (q = {NEAR}).",
            PAPER, f"{versus}, largest 5 %: ≤ 0", f"{in_tail}", judged(in_tail, -math.inf, 0.0),
            "The finite space cuts the tail off (one four times as wide halved the difference in trials), and the"
            " lognormal has one parameter more.",
        ),
        _row(
            "lognormal-far", f"For higher q a lognormal fits the sizes better than a Pareto law (q = {FAR}).", PAPER,
            f"{versus}, all sizes: > 0", f"{over_all}", above(over_all, 0.0),
        ),
    ]  # fmt: skip
    return out


def _row(
    key: str,
    fact: str,
    source: str,
    expected: str,
    found: str,
    verdict: Verdict,
    why_not: str = "Not in our reading of the rules: see the module.",
) -> Row:
    note = {"holds": "", "undecided": "Too few runs to say.", "fails": why_not}[verdict]
    return Row(key, fact, source, expected, found, verdict, note)


def _listed(steps: dict[str, Interval]) -> str:
    return "; ".join(f"{step}: {found}" for step, found in steps.items())


def _all(steps: dict[str, Interval], sign: float) -> Verdict:
    """Return ``holds`` when every step is of this sign, ``fails`` when one is of the other."""
    verdicts = {(above if sign > 0 else below)(found, 0.0) for found in steps.values()}
    return "fails" if "fails" in verdicts else "undecided" if "undecided" in verdicts else "holds"


def draw(table: pd.DataFrame) -> Figure:
    """Return deadlock against q, rate of innovation against radius, and the sizes of innovations."""
    figure, axes = new_figure(3, width=5.0)
    styles = [{"color": c, "marker": m, "linestyle": d} for c, m, d in zip(COLOURS, MARKERS, DASHES, strict=True)]
    deadlock = table[table["part"] == "deadlock"]
    for style, (radius, runs) in zip(styles, deadlock.groupby("radius"), strict=False):
        stopped = runs.groupby("share")["stopped"].mean()
        error = 1.96 * np.sqrt(stopped * (1 - stopped) / runs["seed"].nunique())
        axes[0].errorbar(stopped.index, stopped, error, capsize=3, label=f"radius {radius}", **style)
    closed = 1 - deadlock.groupby("share")["percolates"].mean()
    axes[0].plot(closed.index, closed, color="black", linewidth=1, label="space does not percolate")
    axes[0].axvline(CRITICAL, color="black", linewidth=0.8, linestyle=":", label="percolation threshold")
    axes[0].set_xlim(right=deadlock["share"].max() + 0.06)  # room for the legend
    axes[0].set_xlabel("share of possible sites, q")
    axes[0].set_ylabel("share of runs that stop before the top")
    axes[0].set_title("Deadlock (same spaces for all radii)")
    for style, (share, runs) in zip(styles, table[table["part"] == "rate"].groupby("share"), strict=False):
        found = [mean_interval(some["rate"].to_numpy()) for _, some in runs.groupby("radius")]
        middle = np.array([value.estimate for value in found])
        error = np.array([value.high - value.estimate for value in found])
        radii = np.sort(runs["radius"].unique())
        axes[1].errorbar(radii, middle, error, capsize=3, label=f"q = {share}", **style)
    axes[1].set_xscale("log")
    axes[1].set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes[1].set_xticks([], minor=True)
    axes[1].set_ylim(bottom=0)
    axes[1].set_xlabel("search radius, steps")
    axes[1].set_ylabel("rate of innovation, rows a month")
    axes[1].set_title("Rate (published: rises to a plateau)")
    for style, (share, runs) in zip(styles, table[table["part"] == "sizes"].groupby("share"), strict=False):
        sizes, counts = size_counts(runs)
        total = counts.sum(axis=0)
        axes[2].plot(sizes, np.cumsum(total[::-1])[::-1] / total.sum(), markersize=3, label=f"q = {share}", **style)
    guide = np.array([10.0, 100.0])
    axes[2].plot(
        guide, 0.1 * (guide / 10) ** -2, color="black", linewidth=1, label="slope −2: flatter has infinite variance"
    )
    axes[2].set_xscale("log")
    axes[2].set_yscale("log")
    axes[2].set_xlabel("size of an innovation, rows")
    axes[2].set_ylabel("share of innovations of this size or more")
    axes[2].set_title(f"Sizes (radius {RADIUS_OF_SIZES})")
    for axis, place in zip(axes, ("upper right", "lower right", "lower left"), strict=True):
        axis.legend(frameon=False, fontsize="small", loc=place)
    return figure
