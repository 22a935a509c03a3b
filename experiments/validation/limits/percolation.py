"""The medium alone: where ties join most organisations into one component, and that what never is forgotten fills it.

``ties``     Largest component of ties, no month played: read from a file as a graph of Erdős & Rényi (1960) G(n, c/n);
             generated in one cluster; generated as bridges between clusters; generated in both layers alike.
``spread``   Hybrids that are never forgotten and always copied: who holds them in the end, against components.

The design document (behaviour 6) has the medium percolate at mean degree 1. That is so for Poisson degrees, in which
S = 1 − exp(−cS). Generated ties are another graph: everybody starts half the mean degree, rounded to one of its two
neighbouring whole numbers. Up to mean degree 2 each starts one tie at most, a random mapping with gaps, of which all
components are small (the walk along started ties ends soon, and as many come as leave); beyond it nobody's walk ends,
and the giant component is everything at once. Both layers alike: 4 − 2√2 = 1.17. Module giants derives it.
Finite sizes: at the threshold of Erdős & Rényi the largest share falls as n^(−1/3), so that n^(1/3) S crosses there for
all n (Stauffer & Aharony 1994); at mean degree 2 of started ties S itself does, at 0.758 (Flajolet & Odlyzko 1990).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from scipy import sparse
from scipy.sparse import csgraph

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.limits.giants import RANDOM_MAPPING, erdos_renyi_share, started_share, started_threshold
from experiments.validation.row import Row, Verdict, interval, judged, shown

__all__ = ["QUESTION", "components", "conclude", "crossing_of", "draw", "rows", "run"]

QUESTION = "At which mean degree does the medium alone percolate, and does a brick that lasts fill its component?"
IntArray = npt.NDArray[np.int64]
MEDIA = {
    "given": (1.0, 1 / 3), "cluster": (2.0, 0.0), "bridge": (2.0, 0.0), "both": (4 - 2 * 2**0.5, 1 / 3),
}  # fmt: skip
"""Of each medium: the mean degree around which it is looked at, and the exponent with which S falls there with n."""
NEAR = (-2.0, -1.0, 0.0, 1.0, 2.0)  # steps from that degree
STEPS = {"given": 0.05, "cluster": 0.02, "bridge": 0.02, "both": 0.05}  # of its value
FAR = (1.5, 2.0, 3.0)  # mean degrees, for the size of the giant component
SMALL, MIDDLE, LARGE = 1000, 4000, 16_000
BRIDGED, BOTH = 40, 4  # clusters: many, so that bridges lead anywhere; few, so that each is large
SEEDS_KEPT, SPREAD_SIZE, SPREAD_MONTHS = 8, 500, 400


@lru_cache
def _people(count: int) -> tuple[Any, ...]:
    from ecosim.inputs import Organisation

    return tuple(Organisation(str(row), "firm", f"sector {row % 2 + 1}", "cluster 1") for row in range(count))


def medium(job: dict[str, Any]) -> Any:
    """Return a model with the ties of a job: read from a graph of Erdős & Rényi, or generated."""
    from ecosim import EcosystemModel, Scenario
    from ecosim.inputs import Inputs
    from ecosim.specs import ClusterSpec

    name, count, degree = job["medium"], job["organisations"], job["degree"]
    share = {"given": (0.0, 0.0), "cluster": (1.0, 0.0), "bridge": (0.0, 1.0), "both": (0.5, 0.5)}[name]
    values: dict[str, Any] = {
        "firms": count, "labs": 0, "clusters": {"bridge": BRIDGED, "both": BOTH}.get(name, 1), "sectors": 2,
        "size_dispersion": 0.0, "cluster_degree": share[0] * degree, "bridge_degree": share[1] * degree,
        "geographic_range": 1e5, "cognitive_range": 100.0, "core_size": 1, "capacity": 2, "reproduction_every": 0,
        **job.get("values", {}),
    }  # fmt: skip
    if name != "given":
        return EcosystemModel(seed=job["seed"], **values)
    generator = np.random.default_rng([job["seed"], count, round(1000 * degree)])
    edges = generator.binomial(count * (count - 1) // 2, degree / (count - 1))
    ends = generator.integers(0, count, (edges + edges // 8 + 64, 2))
    ends = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    chosen = generator.permutation(len(ends))[:edges]
    ties = tuple((int(a), int(b), 1.0) for a, b in ends[chosen])
    scenario = Scenario().with_values(values)
    inputs = Inputs(
        scenario, (ClusterSpec("cluster 1"),), _people(count), ties, ("sector 1", "sector 2"), (1.0, 1.0)
    )  # fmt: skip
    return EcosystemModel(inputs, seed=job["seed"])


def components(ties: Any, count: int) -> IntArray:
    """Return the component of each organisation, int (N,), over all layers of ties."""
    matrix = sparse.csr_matrix((np.ones(len(ties.partner), np.int8), ties.partner, ties.start[::3]), (count, count))
    return np.asarray(csgraph.connected_components(matrix, directed=False)[1])


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the two largest components' shares and the model's own measure; or who holds what in the end."""
    if job["part"] == "spread":
        return _filled(job)
    from ecosim.measures.ingredients import largest_component

    with medium(job) as model:
        count = job["organisations"]
        sizes = np.sort(np.bincount(components(model.state.ties, count), minlength=2))[::-1] / count
        return {
            "largest": sizes[0], "second": sizes[1], "measured": largest_component(model.state),
            "mean_degree": len(model.state.ties.partner) / count,
        }  # fmt: skip


def _filled(job: dict[str, Any]) -> dict[str, Any]:
    """Play hybrids that last; return of how many the holders are exactly their inventor's component, and sizes."""
    share = {"given": (1.0, 0.0), "cluster": (1.0, 0.0), "bridge": (0.0, 1.0), "both": (0.5, 0.5)}[job["medium"]]
    values = {
        "base_drive": 0.0, "spontaneous": False, "forgetting": 0.0, "transmissibility": 1.0, "seeded_share": 1.0,
        "capacity": 1 + SEEDS_KEPT, "meeting_rate": 4.0, "science_share": 0.0, "digital_share": 0.0,
        "cluster_share": share[0], "bridge_share": share[1],
    }  # fmt: skip
    with medium({**job, "values": values}) as model:
        organisations, bricks = model.state.organisations, model.state.bricks
        kept = np.arange(0, job["organisations"], job["organisations"] // SEEDS_KEPT)[:SEEDS_KEPT]
        hybrids = organisations["portfolio"][kept, 1].copy()
        chosen = np.zeros(job["organisations"], bool)
        chosen[kept] = True
        bricks["carriers"][organisations["portfolio"][~chosen, 1]] = 0
        organisations["held"][:] = 1 + chosen
        model.run(SPREAD_MONTHS)
        held = np.arange(1 + SEEDS_KEPT) < model.state.organisations["held"][:, None]
        portfolio = np.where(held, model.state.organisations["portfolio"], -1)
        label = components(model.state.ties, job["organisations"])
        carries = (portfolio[:, :, None] == hybrids).any(axis=1)
        belongs = label[:, None] == label[kept]
        return {
            "exact": int((carries == belongs).all(axis=0).sum()), "hybrids": SEEDS_KEPT,
            "outside": int((carries & ~belongs).sum()), "missing": int((belongs & ~carries).sum()),
            "holders": int(carries.sum()), "largest": float(np.bincount(label).max() / job["organisations"]),
        }  # fmt: skip


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per network (``ties``) or run (``spread``). Each size and degree has seeds of its own: equal ones
    would give like networks, and errors that go together.
    """
    sizes = {SMALL: 30, MIDDLE: 15} if quick else {MIDDLE: 300, LARGE: 100}
    jobs: list[dict[str, Any]] = []
    for name, (around, _) in MEDIA.items():
        for row, (size, seeds) in enumerate(sizes.items()):
            jobs += [
                {"part": "ties", "medium": name, "organisations": size, "degree": around * (1 + STEPS[name] * near),
                 "where": "near", "seed": 1000 * (place + len(NEAR) * row) + seed}
                for place, near in enumerate(NEAR)
                for seed in range(seeds)
            ]  # fmt: skip
        jobs += [
            {"part": "ties", "medium": name, "organisations": LARGE, "degree": degree, "where": "far",
             "seed": seed}
            for degree in FAR
            for seed in range(2 if quick else 12)
        ]  # fmt: skip
        jobs += [
            {"part": "spread", "medium": name, "organisations": SPREAD_SIZE, "degree": degree, "where": "",
             "seed": seed}
            for degree in (1.0, 1.6, 3.0)
            for seed in range(1 if quick else 5)
        ]  # fmt: skip
    return pd.DataFrame(run_many(outcome, jobs, workers, "percolation"))


# -- what the networks say --------------------------------------------------------------------------------------


def crossing_of(table: pd.DataFrame, exponent: float, resamples: int = 400) -> Interval:
    """Return the mean degree at which ``n^exponent · S`` of the two largest sizes crosses, bootstrapped over networks.

    The logarithm of their ratio is fitted by a straight line in the degree; with exponent 0, where S jumps from 0 to 1,
    that of the odds S / (1 − S), which are as steep on either side. table : columns organisations, degree, largest
    """
    small, large = sorted(table["organisations"].unique())[-2:]
    generator = np.random.default_rng(1)
    degrees = np.array(sorted(table["degree"].unique()))
    logs = np.empty((len(degrees), resamples + 1))
    for place, degree in enumerate(degrees):
        at = table[table["degree"] == degree]
        means = []
        for size in (small, large):
            values = at.loc[at["organisations"] == size, "largest"].to_numpy()
            again = values[generator.integers(0, len(values), (resamples, len(values)))].mean(axis=1)
            mean = np.concatenate([[values.mean()], again])
            means.append(mean * size**exponent if exponent else (mean + 1 / size) / (1 - mean + 1 / size))
        logs[place] = np.log(means[1] / means[0])
    slope, start = np.polyfit(degrees, logs, 1)
    zero = -start / slope
    return Interval(float(zero[0]), *map(float, np.quantile(zero[1:], [0.025, 0.975])))


def expected_share(name: str, degree: float) -> float:
    """Return the giant component's share by theory."""
    if name == "given":
        return erdos_renyi_share(degree)
    return started_share([degree / 2, degree / 2] if name == "both" else [degree])


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return thresholds, sizes of giant components against theory, and whether lasting hybrids fill components."""
    ties, spread = table[table["part"] == "ties"], table[table["part"] == "spread"]
    findings: dict[str, Any] = {"threshold": {}, "share less theory": {}}
    for name, (_, exponent) in MEDIA.items():
        here = ties[ties["medium"] == name]
        near = here[here["where"] == "near"]
        findings["threshold"][name] = [round(value, 4) for value in crossing_of(near, exponent)]
        far = here[here["where"] == "far"]
        findings["share less theory"][name] = {
            f"{degree:g}": [
                round(v, 5) for v in mean_interval(rows["largest"].to_numpy() - expected_share(name, degree))
            ]
            for degree, rows in far.groupby("degree")
            if not (name in ("cluster", "bridge") and degree == 2.0)  # its threshold, where S is random
        }
    one = ties[(ties["medium"] == "cluster") & (ties["degree"] == 2.0) & (ties["where"] == "near")]
    one = one[one["organisations"] == one["organisations"].max()]
    findings["share where everybody starts one tie"] = [round(v, 4) for v in mean_interval(one["largest"].to_numpy())]
    findings["largest departure of the model's own measure"] = float((ties["measured"] - ties["largest"]).abs().max())
    findings["lasting hybrids"] = int(spread["hybrids"].sum())
    findings["of them held by exactly their component"] = int(spread["exact"].sum())
    findings["holders outside, missing, all"] = [int(spread[key].sum()) for key in ("outside", "missing", "holders")]
    return findings


def _all(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict on a statement that holds when every part does."""
    return "fails" if "fails" in verdicts else "undecided" if "undecided" in verdicts else "holds"


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard. Thresholds within 2 %: sizes of this order shift crossings by about 1 %."""
    started, own = "derived (module giants)", "design document, behaviour 6"
    words = {
        "given": "Ties read from a graph of Erdős & Rényi", "cluster": "Ties generated in one cluster",
        "bridge": "Ties generated between clusters", "both": "Ties generated in two layers alike",
    }  # fmt: skip
    out = []
    for name, sentence in words.items():
        at = findings["threshold"][name]
        out.append(Row(
            f"{name}-at-1", f"{sentence} percolate at mean degree 1.",
            "Erdős & Rényi 1960" if name == "given" else own, "threshold within 2 % of 1", shown(at, "ties"),
            judged(interval(at), 0.98, 1.02), "" if name == "given" else
            "Everybody starts half the mean degree, rounded: not Poisson; in one layer walks along ties end below 2.",
        ))  # fmt: skip
        if name != "given":
            known = started_threshold([0.5, 0.5] if name == "both" else [1.0])
            out.append(Row(
                f"{name}-as-generated", f"{sentence} percolate at mean degree {known:.3g}.", started,
                f"threshold within 2 % of {known:.4g}", shown(at, "ties"),
                judged(interval(at), 0.98 * known, 1.02 * known),
            ))  # fmt: skip
        away = findings["share less theory"][name]
        out.append(Row(
            f"{name}-share", f"{sentence} join the share of organisations into one component that is exact for many.",
            "Erdős & Rényi 1960: S = 1 − exp(−cS)" if name == "given" else started,
            "found less exact within ± 0.01", "; ".join(f"c = {c}: {shown(v)}" for c, v in away.items()),
            _all([judged(interval(value), -0.01, 0.01) for value in away.values()]),
        ))  # fmt: skip
    found = findings["share where everybody starts one tie"]
    out.append(Row(
        "random-mapping", "Where everybody starts one tie the largest component holds 75.8 % on average.",
        "Flajolet & Odlyzko 1990", f"mean share within 0.02 of {RANDOM_MAPPING}", shown(found),
        judged(interval(found), RANDOM_MAPPING - 0.02, RANDOM_MAPPING + 0.02),
    ))  # fmt: skip
    exact, hybrids = findings["of them held by exactly their component"], findings["lasting hybrids"]
    outside, missing, holders = findings["holders outside, missing, all"]
    out.append(Row(
        "filled", "A hybrid that is never forgotten ends up with exactly the component of its inventor.",
        own, "every hybrid", f"{exact} of {hybrids} hybrids; {outside} of {holders} holders outside, {missing} missing",
        "holds" if exact == hybrids else "fails", f"{SPREAD_MONTHS} months, {SPREAD_SIZE} organisations.",
    ))  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return the largest component against mean degree around each threshold, and the giant component's share."""
    figure, axes = new_figure(3, width=5.2)
    ties = table[table["part"] == "ties"]
    titles = {"given": "Read from an Erdős–Rényi graph", "cluster": "Generated in one cluster"}
    for axis, (name, title) in zip(axes, titles.items(), strict=False):
        exponent = MEDIA[name][1]
        near = ties[(ties["medium"] == name) & (ties["where"] == "near")]
        for index, (size, of_size) in enumerate(near.groupby("organisations")):
            found = of_size.groupby("degree")["largest"].apply(lambda v: mean_interval(v.to_numpy()))
            middle = np.array([v.estimate for v in found]) * size**exponent
            half = np.array([v.high - v.estimate for v in found]) * size**exponent
            axis.errorbar(
                found.index, middle, half, color=COLOURS[index], marker=MARKERS[index], linestyle=DASHES[index],
                capsize=3, label=f"n = {size:,}",
            )  # fmt: skip
        axis.axvline(MEDIA[name][0], color="black", linewidth=0.8, linestyle=":", label="threshold by theory")
        axis.set_xlabel("mean degree c, ties")
        axis.set_ylabel("n^(1/3) × share of the largest component" if exponent else "share of the largest component")
        axis.set_title(title)
    x = np.linspace(0.05, 3.2, 160)
    lines = (
        ("given", "S = 1 − exp(−cS)", erdos_renyi_share),
        ("both", "two layers alike", lambda c: started_share([c / 2] * 2)),
        ("cluster", "one layer", lambda c: 0.0 if c < 2 else 1.0),
    )  # fmt: skip
    for index, (name, label, theory) in enumerate(lines):
        axes[2].plot(x, [theory(c) for c in x], color=COLOURS[index], linestyle=DASHES[index], label=f"{label}, exact")
        here = ties[ties["medium"] == name]
        here = here[here["organisations"] == here["organisations"].max()]
        found = here.groupby("degree")["largest"].apply(lambda v: mean_interval(v.to_numpy()))
        middle = np.array([v.estimate for v in found])
        axes[2].errorbar(
            found.index, middle, np.array([v.high - v.estimate for v in found]), color=COLOURS[index],
            marker=MARKERS[index], linestyle="", capsize=2, label={"given": "read", "both": "generated in both layers",
                                                                  "cluster": "generated in one"}[name],
        )  # fmt: skip
    axes[2].set_xlabel("mean degree c, ties")
    axes[2].set_ylabel("share of the largest component")
    axes[2].set_title("Largest size")
    for axis in axes:
        axis.legend(frameon=False, fontsize=8)
    return figure
