"""Global cascades on random networks: Watts (2002), played on our engine.

Source: D. J. Watts, "A simple model of global cascades on random networks", PNAS 99 (2002) 5766–5771: the cascade
condition (equation 5), the window of mean degree (figures 1 and 2), sizes at its two edges (figure 3), heterogeneous
thresholds (figure 4). That real finite networks cascade above the upper edge too: D. E. Whitney, Physical Review E 82
(2010) 066110.

Mapping: a person is an organisation, an acquaintance a tie, a month one shock: a random organisation adopts, and all
follow who have at least a share φ of their partners among the adopters (`shocks`). Bricks play no part. Thresholds are
all φ = 0.18, networks are Erdős–Rényi of N = 10,000, as his.

Expected, for an infinite network: by generating functions (`branching`).

Where it breaks: edges exist in infinite networks only. On N organisations the share of shocks that reach more than
N^(2/3) falls as N^(−1/3) at an edge (as clusters do at any percolation threshold of a random graph; at the upper edge
what was reached makes others easier to reach instead of harder, with the same scale). An edge is therefore where that
share × N^(1/3) is the same in networks of different size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats
from scipy.optimize import minimize_scalar

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval, ratio_interval
from experiments.validation.classics.branching import chance, edges
from experiments.validation.row import Row, above, judged, listed

QUESTION = "Do single shocks cause global cascades in Watts's window of mean degree, and how do they look at its edges?"
THRESHOLD, SIZE, GLOBAL = 0.18, 10_000, 0.05
"""Threshold and number of organisations, his; share of organisations from which on a cascade is called global."""
SPREAD, WIDE_DEGREE, NEAR_UPPER = 0.05, 6.5, 5.6
"""Standard deviation of heterogeneous thresholds, and the degree, beyond the window, at which they are tried."""
INNER = (1.5, 2.0, 3.0, 4.0, 5.0)
WINDOW = (0.5, 0.9, 1.2, *INNER, 5.4, NEAR_UPPER, 5.8, 6.0, 6.2, 6.5, 7.0)
TAIL = (8, 150)
"""Sizes over which the exponent is estimated: beyond the first partners, well below N^(2/3) of the largest networks."""
EDGES = {"lower": (-0.1, -0.05, 0.0, 0.05, 0.1), "upper": (-0.24, -0.12, 0.0, 0.12, 0.24)}
RESAMPLES = 1000

Floats = npt.NDArray[np.float64]


def exponent(count: float, mean_log: float, low: int = TAIL[0], high: int = TAIL[1]) -> float:
    """Return the most likely exponent of a power law over whole numbers `low` to `high`, from their mean logarithm."""
    logs = np.log(np.arange(low, high + 1))
    if count == 0:
        return float("nan")
    loss = minimize_scalar(
        lambda a: a * mean_log + np.log(np.exp(-a * logs).sum()), bounds=(-3.0, 8.0), method="bounded",
        options={"xatol": 1e-6},
    )  # fmt: skip
    return float(loss.x)


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return what the shocks to one network did."""
    import networkx as nx

    from experiments.validation.classics.engine import on_graph
    from experiments.validation.classics.shocks import Shock

    size, seed = job["organisations"], job["seed"]
    graph = nx.fast_gnp_random_graph(size, job["degree"] / (size - 1), seed=seed)
    with on_graph(graph, [Shock(THRESHOLD, job["spread"])], seed) as model:
        reached = np.array(model.run(job["shocks"]).state.extra["cascades"])
    tail = reached[(reached >= TAIL[0]) & (reached <= TAIL[1])]
    whole = reached >= GLOBAL * size
    return {
        "large": int((reached >= size ** (2 / 3)).sum()), "global": int(whole.sum()),
        "reached": float(reached[whole].sum() / size),
        "middle": int((whole & (reached < size / 2)).sum()),
        "tail": len(tail), "tail_log": float(np.log(tail).sum()),
    }  # fmt: skip


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per network: how many of its shocks had which outcome. Parts ``window``, ``lower``, ``upper``."""
    lower, upper = edges(THRESHOLD)
    jobs: list[dict[str, Any]] = []

    def add(part: str, size: int, degree: float, networks: int, shocks: int, spread: float = 0.0) -> None:
        for _ in range(networks):
            jobs.append({
                "part": part, "organisations": size, "degree": round(degree, 4), "spread": spread, "shocks": shocks,
                "seed": len(jobs),
            })  # fmt: skip

    for degree in (0.9, *INNER, NEAR_UPPER, 6.0, WIDE_DEGREE) if quick else WINDOW:
        add("window", SIZE, degree, 3 if quick else 16, 40 if quick else 150)
    add("window", SIZE, WIDE_DEGREE, 3 if quick else 16, 40 if quick else 150, SPREAD)
    sizes = {500: 14, 1500: 8} if quick else {1000: 200, 4000: 100, 16_000: 40}
    for part, centre in (("lower", lower), ("upper", upper)):
        for size, networks in sizes.items():
            for step in EDGES[part]:
                add(part, size, centre + step, networks, 100 if quick else 200)
    jobs.sort(key=lambda job: job["organisations"], reverse=True)  # long runs first
    return pd.DataFrame(run_many(outcome, jobs, workers, "watts"))


def edge(rows: pd.DataFrame, resamples: int = RESAMPLES) -> Interval:
    """Return the mean degree at which the scaled shares of large cascades of the two largest sizes are equal.

    Over degrees, the logarithm of the share is taken as a parabola for each size; networks are resampled.
    """
    small, large = sorted(rows["organisations"].unique())[-2:]
    generator = np.random.default_rng(1)
    curves = {size: _curves(rows[rows["organisations"] == size], resamples, generator) for size in (small, large)}
    degrees = np.sort(rows["degree"].unique())
    centre = degrees.mean()
    difference = np.log(curves[large] * large ** (1 / 3)) - np.log(curves[small] * small ** (1 / 3))
    fits = np.polyfit(degrees - centre, difference.T, 2)
    found = np.array([_root(fit, float(np.ptp(degrees))) for fit in fits.T]) + centre
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return Interval(float(found[0]), float(low), float(high))


def _curves(rows: pd.DataFrame, resamples: int, generator: np.random.Generator) -> Floats:
    """Return the share of large cascades at each degree (columns), as it is (first row) and resampled."""
    out = []
    for _, networks in rows.groupby("degree"):
        large, shocks = networks["large"].to_numpy(), networks["shocks"].to_numpy()
        drawn = generator.integers(0, len(large), (resamples, len(large)))
        drawn = np.vstack([np.arange(len(large)), drawn])
        # half a cascade more: a logarithm must exist where few networks have none
        out.append((large[drawn].sum(axis=1) + 0.5) / shocks[drawn].sum(axis=1))
    return np.array(out).T


def _root(fit: Floats, width: float) -> float:
    """Return the root of a parabola closest to 0, or what its tangent there says when it has none near."""
    roots = np.roots(fit)
    real = roots[np.isreal(roots)].real
    near = real[np.abs(real) < width]
    return float(near[np.argmin(np.abs(near))]) if len(near) else float(np.clip(-fit[2] / fit[1], -width, width))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return frequencies beside what generating functions say, the two edges, and sizes at each."""
    window = table[table["part"] == "window"]
    plain = window[window["spread"] == 0]
    findings: dict[str, Any] = {}
    findings["edges of the infinite network"] = [round(value, 4) for value in edges(THRESHOLD)]
    findings["upper edge of the infinite network with heterogeneous thresholds"] = round(edges(THRESHOLD, SPREAD)[1], 3)
    findings["global cascades per shock by mean degree"] = {
        f"{degree:g}": [*listed(_share(rows, "global")), round(chance(degree, THRESHOLD), 4)]
        for degree, rows in plain.groupby("degree")
    }
    findings["largest deviation inside"] = listed(_deviation(plain))
    for part in EDGES:
        findings[f"{part} edge"] = listed(edge(table[table["part"] == part]))
    findings["global cascades per shock above the upper edge"] = listed(_share(plain[plain["degree"] == 6.0], "global"))
    lower = table[(table["part"] == "lower") & (table["degree"] == round(edges(THRESHOLD)[0], 4))]
    findings["exponent at the lower edge"] = listed(
        _exponent(lower[lower["organisations"] == lower["organisations"].max()])
    )
    near = plain[plain["degree"] == NEAR_UPPER]
    findings["global cascades near the upper edge that stop half-way"] = listed(_share(near, "middle", "global"))
    early = plain[plain["degree"] == 1.5]
    findings["size of a global cascade near the upper edge minus at degree 1.5"] = listed(
        _difference(near["reached"], near["global"], early["reached"], early["global"])
    )
    beyond = plain[plain["degree"] == WIDE_DEGREE]
    wide = window[window["spread"] > 0]
    findings["global cascades per shock, heterogeneous minus equal thresholds"] = listed(
        _difference(wide["global"], wide["shocks"], beyond["global"], beyond["shocks"])
    )
    return findings


def _share(rows: pd.DataFrame, what: str, of: str = "shocks") -> Interval:
    """Return the share of shocks (or of cascades of the kind `of`) with an outcome.

    The interval resamples networks: shocks to one network are not independent. Where none or all had the outcome it is
    Wilson's, over shocks.
    """
    count, shocks = int(rows[what].sum()), int(rows[of].sum())
    if shocks == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    if 0 < count < shocks:
        return ratio_interval(rows[what], rows[of], resamples=RESAMPLES)
    test = stats.binomtest(count, shocks).proportion_ci(0.95, "wilson")
    return Interval(count / shocks, float(test.low), float(test.high))


def _deviation(plain: pd.DataFrame) -> Interval:
    """Return the largest deviation, over degrees inside the window, from the chance in an infinite network.

    Student intervals over networks, of 1 − 0.05 / (number of degrees), so that they hold together.
    """
    found = []
    for degree in INNER:
        rows = plain[plain["degree"] == degree]
        shares = (rows["global"] / rows["shocks"]).to_numpy()
        found.append(mean_interval(shares - chance(degree, THRESHOLD), 1 - 0.05 / len(INNER)))
    return max(found, key=lambda interval: abs(interval.estimate))


def _exponent(rows: pd.DataFrame, resamples: int = RESAMPLES) -> Interval:
    """Return the exponent of the sizes of cascades; networks are resampled."""
    count, logs = rows["tail"].to_numpy(float), rows["tail_log"].to_numpy(float)
    drawn = np.random.default_rng(1).integers(0, len(count), (resamples, len(count)))
    # the exponent depends on the mean logarithm alone: read off a table instead of maximising each time
    exponents = np.linspace(0.2, 4.0, 400)
    sizes = np.log(np.arange(TAIL[0], TAIL[1] + 1))
    weights = np.exp(-np.outer(exponents, sizes))
    means = (weights @ sizes) / weights.sum(axis=1)  # falls with the exponent
    totals = count[drawn].sum(axis=1)
    ratios = logs[drawn].sum(axis=1)[totals > 0] / totals[totals > 0]
    if not len(ratios):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(np.interp(ratios, means[::-1], exponents[::-1]), [0.025, 0.975])
    return Interval(exponent(count.sum(), logs.sum() / count.sum()), float(low), float(high))


def _difference(top: pd.Series, bottom: pd.Series, other_top: pd.Series, other_bottom: pd.Series) -> Interval:
    """Return the difference of two ratios of sums over networks, with its bootstrap interval."""
    generator = np.random.default_rng(1)
    ratios = []
    for tops, bottoms in (
        (top.to_numpy(float), bottom.to_numpy(float)),
        (other_top.to_numpy(float), other_bottom.to_numpy(float)),
    ):
        drawn = np.vstack([np.arange(len(tops)), generator.integers(0, len(tops), (RESAMPLES, len(tops)))])
        ratios.append(tops[drawn].sum(axis=1) / np.maximum(bottoms[drawn].sum(axis=1), 1e-300))
    difference = ratios[0] - ratios[1]
    low, high = np.quantile(difference[1:], [0.025, 0.975])
    return Interval(float(difference[0]), float(low), float(high))


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    lower, upper = findings["edges of the infinite network"]
    watts = "Watts (2002), PNAS 99:5766"

    def of(name: str) -> Interval:
        return Interval(*(float("nan") if value is None else value for value in findings[name]))

    out = []
    deviation = of("largest deviation inside")
    out.append(Row(
        "frequency", "Inside the window a single shock causes a global cascade as often as generating functions say.",
        f"{watts}, figure 2, and its generating functions",
        f"1 − G₀(u) of an infinite network, within ±0.03 at each mean degree from {INNER[0]:g} to {INNER[-1]:g}",
        f"largest deviation {deviation} (N = {SIZE:,}; interval for all degrees together)",
        judged(deviation, -0.03, 0.03),
        "A network of this size is finite: next to the edges it deviates by more (figure).",
    ))  # fmt: skip
    for part, exact, read in (("lower", lower, 1.0), ("upper", upper, 5.8)):
        found = of(f"{part} edge")
        out.append(Row(
            f"{part}-edge", f"The {part} edge of the cascade window lies where the cascade condition puts it.",
            f"{watts}, equation 5 and figure 1",
            f"mean degree {exact:.3f}, which is the {read} of figure 1; within ±0.05",
            f"{found} (finite-size crossing)", judged(found, exact - 0.05, exact + 0.05),
            "Networks of 16,000 at most, corrections to scaling not extrapolated away; scale argued in the module.",
        ))  # fmt: skip
    past = of("global cascades per shock above the upper edge")
    out.append(Row(
        "finite", "Networks of 10,000 cascade above the upper edge of the infinite network too.",
        f"{watts}, figure 1 (circles outside the dashed line); Whitney (2010), Physical Review E 82:066110",
        "more than 0.001 of all shocks at mean degree 6.0", f"{past}",
        above(past, 0.001),
        "The seed's vulnerable cluster need not be endless here: what it reached makes others adopt.",
    ))  # fmt: skip
    found = of("exponent at the lower edge")
    out.append(Row(
        "power-law", "At the lower edge sizes of cascades follow a power law of exponent 3/2.", f"{watts}, figure 3",
        f"1.5 ± 0.05, sizes {TAIL[0]} to {TAIL[1]}", f"{found}", judged(found, 1.45, 1.55),
        "A cut-off range of sizes: 3/2 is the limit of large cascades in an infinite network.",
    ))  # fmt: skip
    found = of("global cascades near the upper edge that stop half-way")
    out.append(Row(
        "bimodal", "Near the upper edge cascades are bimodal: they stay small or take nearly everybody.",
        f"{watts}, figure 3",
        f"of cascades over {GLOBAL:.0%} of organisations at mean degree {NEAR_UPPER:g}, at most 5 % stay under half",
        f"{found}", judged(found, 0.0, 0.05), "Their number is small: near the edge global cascades are rare.",
    ))  # fmt: skip
    found = of("size of a global cascade near the upper edge minus at degree 1.5")
    out.append(Row(
        "larger", "Global cascades near the upper edge are larger than near the lower one.", f"{watts}, figure 3",
        f"share of organisations reached at mean degree {NEAR_UPPER:g} minus at 1.5: above 0", f"{found}",
        above(found, 0.0), "Mean sizes over the global cascades of all networks.",
    ))  # fmt: skip
    found = of("global cascades per shock, heterogeneous minus equal thresholds")
    out.append(Row(
        "heterogeneous", "Heterogeneous thresholds make a network more vulnerable: the window widens.",
        f"{watts}, figure 4",
        f"global cascades per shock at mean degree {WIDE_DEGREE:g}, with σ = {SPREAD:g} minus with σ = 0: above 0",
        f"{found}", above(found, 0.0),
        f"In an infinite network the window then ends at mean degree "
        f"{findings['upper edge of the infinite network with heterogeneous thresholds']:g}.",
    ))  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return frequencies against mean degree, and the scaled shares of large cascades around both edges."""
    figure, axes = new_figure(3, width=5.4)
    window = table[table["part"] == "window"]
    degrees = np.linspace(0.2, 8.0, 157)
    for index, (spread, rows_) in enumerate(window.groupby("spread")):
        label = "equal thresholds" if spread == 0 else f"thresholds of σ = {spread:g}"
        axes[0].plot(
            degrees, [chance(degree, THRESHOLD, spread) for degree in degrees],
            color=COLOURS[index], linestyle=DASHES[index], label=f"infinite network, {label}",
        )  # fmt: skip
        shares = {degree: _share(group, "global") for degree, group in rows_.groupby("degree")}
        found = np.array(list(shares.values()))
        error = np.maximum([found[:, 0] - found[:, 1], found[:, 2] - found[:, 0]], 0)
        axes[0].errorbar(
            list(shares), found[:, 0], error, color=COLOURS[index], marker=MARKERS[index], linestyle="none", capsize=3,
            label=f"N = {SIZE:,}, {label}",
        )  # fmt: skip
    axes[0].set_ylabel("share of single shocks that cause a global cascade")
    axes[0].set_title(f"Cascade window, φ = {THRESHOLD}")
    axes[0].set_ylim(-0.02, 1.25)
    for axis, part, exact in zip(axes[1:], EDGES, edges(THRESHOLD), strict=True):
        for index, (size, rows_) in enumerate(table[table["part"] == part].groupby("organisations")):
            shares = {degree: _share(group, "large") for degree, group in rows_.groupby("degree")}
            found = np.array(list(shares.values())) * size ** (1 / 3)
            error = np.maximum([found[:, 0] - found[:, 1], found[:, 2] - found[:, 0]], 0)
            axis.errorbar(
                list(shares), found[:, 0], error, color=COLOURS[index], marker=MARKERS[index], linestyle=DASHES[index],
                capsize=3, label=f"N = {size:,}",
            )  # fmt: skip
        axis.axvline(exact, color="black", linewidth=1, linestyle=":", label=f"cascade condition, {exact:.3f}")
        axis.set_ylabel("N^(1/3) × share of cascades over N^(2/3)")
        axis.set_title(f"{part.capitalize()} edge: curves cross where it lies")
    for axis in axes:
        axis.set_xlabel("mean degree z")
        axis.legend(frameon=False, fontsize=8)
    return figure
