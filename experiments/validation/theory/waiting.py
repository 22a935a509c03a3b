"""Waiting: how long until hybrids feed on each other, when they are born spontaneously at a rate s.

Asked: is the time to emergence that of a supercritical branching process with immigration? Each spontaneous birth
founds two organisations with one hybrid; with probability 1 − q² their line lasts (`theory.chain`). Lasting lines
come at the rate σ = s (1 − q²), and births of one that began u months ago are W e^{g u}, W about exponential with
mean w. Then all of them together are Gamma(θ, w) · e^{g t} with θ = σ / g (immigration in branching processes: Harris
1963, chapter V; Tavaré 1987), and births reach a level L after

    T* = (ln(L / w) − ψ(θ)) / g on average,    P(T* > t) = P(Gamma(θ) < (L / w) e^{−g t}).

For rare births, θ << 1, that is ``1 / (s (1 − q²)) + (ln(L / w) + γ) / g``: waiting for a line that lasts, then growth.
Below R = 1 no line lasts.

How it maps: well mixed, the model's defaults, next-generation R as in `behaviours.tipping`. In such an ecosystem
spontaneous births are never rare (some hundreds a month among 4,000 organisations, so that their number alone passes
any low level at once, above R = 1 or below), so they are thinned: two basic bricks are tried in a share of the
meetings only (`theory.openings`). "Emerged" is defined on births alone: the first month in which the recombinant
births of the last twelve reach 0.01 per organisation. The model's own T* asks for cohort R as well, which is unknown
late in a run, and above a transmissibility of 0.15: it is not used here.

Where it breaks: L must be many births but few beside the ecosystem's size (crowding slows growth near it), and W is
exponential only near R = 1.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import digamma, gammainc
from scipy.stats import chi2

from experiments.behaviours.tipping import WELL_MIXED, rates, success_for
from experiments.drawing import COLOURS, DASHES, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.row import Row, judged
from experiments.validation.theory.chain import Rates, extinction_for_good, growth
from experiments.validation.theory.openings import schedule_with_openings

QUESTION = "How long do hybrids take to feed on each other, when they are born spontaneously at a known rate?"
FLOOR = 0.01  # recombinant births per organisation and year
SETTINGS: dict[str, tuple[float, float]] = {
    "rare": (1.6, 0.5), "rare, nearer to R = 1": (1.3, 1.0), "frequent": (1.6, 3.0), "below": (0.8, math.nan),
}  # fmt: skip
"""Next-generation R, and θ = σ / g (below R = 1: trials of basic bricks in as many meetings as in ``rare``)."""
LONGEST, BELOW = 3000, 400  # months
MARGIN = 0.1


class Theory(NamedTuple):
    """What theory says of a setting: success π; share of meetings with trials of basic bricks; s (1/month);
    q of one organisation's line; g (1/month); w, births a year of a line that lasts, extrapolated to its beginning."""

    success: float
    share: float
    spontaneous: float
    extinction: float
    growth: float
    founder: float

    @property
    def shape(self) -> float:
        """θ = s (1 − q²) / g."""
        return self.spontaneous * (1.0 - self.extinction**2) / self.growth

    def mean(self, level: float) -> float:
        """Return the mean of T* in months; level : births a year."""
        return float((math.log(level / self.founder) - digamma(self.shape)) / self.growth)

    def later(self, level: float, months: Any) -> Any:
        """Return P(T* > months)."""
        return gammainc(self.shape, level / self.founder * np.exp(-self.growth * np.asarray(months, np.float64)))


@cache
def theory(setting: str, organisations: int) -> Theory:
    """Return what theory says of a setting in an ecosystem of that size."""
    from ecosim.reproduction import well_mixed_reproduction

    r, shape = SETTINGS[setting]
    success = success_for(well_mixed_reproduction, r)
    chain = Rates(*rates(success))
    # all meetings, half of which are between the two sectors; organisations hold hardly anything but basic bricks
    most = organisations * chain.meeting_rate * success / 2.0
    if r < 1:
        share = theory("rare", organisations).share
        return Theory(success, share, most * share, 1.0, growth(chain).rate, math.nan)
    q, mean = extinction_for_good(chain), growth(chain)
    share = shape * mean.rate / (1.0 - q**2) / most
    year = (1.0 - math.exp(-12.0 * mean.rate)) / (1.0 - math.exp(-mean.rate))  # the last twelve months over the last
    return Theory(success, share, most * share, q, mean.rate, 2.0 * mean.births * year / (1.0 - q**2))


def emergence(job: dict[str, Any]) -> dict[str, Any]:
    """Return the first month whose last twelve have enough recombinant births (NaN: none), and spontaneous births."""
    from ecosim import EcosystemModel

    known = theory(job["setting"], job["organisations"])
    with EcosystemModel(
        seed=job["seed"], firms=job["organisations"], base_drive=-math.log1p(-known.success), dimensions=1,
        theme_share=0.0, processes=schedule_with_openings(known.share), **WELL_MIXED,
    ) as model:  # fmt: skip
        level, month = FLOOR * job["organisations"], math.nan
        while model.state.month < job["longest"]:
            history = model.run(min(24, job["longest"] - model.state.month)).state.history
            born = np.cumsum(history.column("recombinant"))
            yearly = born - np.concatenate([np.zeros(min(12, len(born))), born[:-12]])
            if yearly.max() >= level:
                month = float(np.argmax(yearly >= level))
                break
        spontaneous = int(history.column("spontaneous").sum())
        return {"emerged": month, "spontaneous": spontaneous, "months": len(born), "recombinant": int(born[-1])}


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return a row per run: the month of emergence, spontaneous births and the months that were played."""
    organisations, seeds = (1000, 6) if quick else (4000, 160)
    jobs: list[dict[str, Any]] = []
    for place, setting in enumerate(SETTINGS):
        below = setting == "below"
        many = max(4, seeds // 8) if below else seeds
        longest = (200 if quick else BELOW) if below else LONGEST
        known = {"setting": setting, "organisations": organisations, "longest": longest}
        jobs += [{**known, "seed": 1000 * place + s} for s in range(many)]
    return pd.DataFrame(run_many(emergence, jobs, workers, "waiting"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return mean times with intervals beside theory's, by setting."""
    findings: dict[str, Any] = {}
    for setting in SETTINGS:
        rows_of = table[table["setting"] == setting]
        organisations = int(rows_of["organisations"].iloc[0])
        known, level = theory(setting, organisations), FLOOR * organisations
        times = rows_of["emerged"].to_numpy(np.float64)
        found: dict[str, Any] = {
            "runs": len(times), "emerged": int(np.isfinite(times).sum()), "next-generation R": SETTINGS[setting][0],
            "spontaneous births per month": round(float(rows_of["spontaneous"].sum() / rows_of["months"].sum()), 4),
            "theory, spontaneous births per month": round(known.spontaneous, 4),
        }  # fmt: skip
        if setting == "below":
            found["recombinant births per spontaneous one"] = round(
                float(rows_of["recombinant"].sum() / max(1, rows_of["spontaneous"].sum())), 4
            )
        else:
            mean = mean_interval(times[np.isfinite(times)])
            found |= {
                "theta": round(known.shape, 3), "q": round(known.extinction, 4), "g": round(known.growth, 6),
                "theory, months": round(known.mean(level), 2), "months": [round(float(v), 2) for v in mean],
                "over theory": [round(float(v) / known.mean(level), 4) for v in mean],
                "waiting, months": round(1.0 / (known.shape * known.growth), 2),
            }  # fmt: skip
            found["distance"] = _distance(times, known, level)
        findings[setting] = found
    born = float(table["spontaneous"].sum())
    expected = sum(
        float(rows_of["months"].sum()) * theory(str(setting), int(rows_of["organisations"].iloc[0])).spontaneous
        for setting, rows_of in table.groupby("setting")
    )
    ends = chi2.ppf([0.025, 0.975], [2 * born, 2 * born + 2]) / 2  # of a Poisson count
    findings["spontaneous births over theory"] = [round(float(v) / expected, 4) for v in (born, *ends)]
    return findings


def _distance(times: Any, known: Theory, level: float) -> list[float]:
    """Return the largest distance of the times' distribution function to theory's, with its Dvoretzky–Kiefer–Wolfowitz
    interval (the true one lies that near with 95 %)."""
    times = np.sort(times)
    expected = 1.0 - known.later(level, times)
    steps = np.arange(len(times) + 1) / len(times)
    found = float(max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()))
    band = math.sqrt(math.log(40.0) / (2.0 * len(times)))
    return [round(v, 4) for v in (found, max(0.0, found - band), found + band)]


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    out = []
    for setting in ("rare", "rare, nearer to R = 1", "frequent"):
        found = findings[setting]
        ratio = Interval(*found["over theory"])
        complete = found["emerged"] == found["runs"]
        out.append(
            Row(
                f"mean-{setting.split(',')[0].replace(' ', '-')}" + ("-nearer" if "nearer" in setting else ""),
                f"Spontaneous births {setting} (R = {found['next-generation R']}, {found['theta']:g} lasting lines per "
                "time of growth): the mean time to emergence is theory's.",
                "Harris 1963, chapter V; Tavaré 1987 (branching with immigration)",
                f"{found['theory, months']:.0f} months ± {MARGIN:.0%}", f"{Interval(*found['months'])} months",
                judged(ratio, 1.0 - MARGIN, 1.0 + MARGIN) if complete else "undecided",
                f"{found['emerged']} of {found['runs']} runs emerged; 1 / (s (1 − q²)) is "
                f"{found['waiting, months']:.3g} months of it. Births alone define emergence.",
            )
        )  # fmt: skip
    for setting in ("rare", "frequent"):
        far = Interval(*findings[setting]["distance"])
        out.append(
            Row(
                f"distribution-{setting}",
                f"Spontaneous births {setting}: times to emergence are spread as theory says.",
                "Tavaré 1987", "distance of distribution functions at most 0.15", f"{far}", judged(far, 0.0, 0.15),
                "A gamma number of lasting lines, each with an exponential start.",
            )
        )  # fmt: skip
    rate = Interval(*findings["spontaneous births over theory"])
    out.append(
        Row(
            "spontaneous-rate",
            "Spontaneous births come at N m π / 2 per month, times the share of meetings left to them.",
            "model.md, section 2", "measured over theory 1 ± 0.05, all settings", f"{rate}", judged(rate, 0.95, 1.05),
            "Hybrids in portfolios and pairs already spent lower it a little as hybrids spread.",
        )
    )  # fmt: skip
    below = findings["below"]
    out.append(
        Row(
            "below", "Below R = 1 (0.8) hybrids that are born just as often never come to feed on each other.",
            "Harris 1963, chapter I", f"no run of {below['runs']}", f"{below['emerged']} of {below['runs']} runs",
            "holds" if below["emerged"] == 0 else "fails",
            f"{below['recombinant births per spontaneous one']} recombinant births per spontaneous one.",
        )
    )  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return the share of runs not yet emerged against time, beside theory, and mean times over theory's."""
    findings = conclude(table)
    figure, axes = new_figure(2, width=6.0)
    places = [name for name in SETTINGS if name != "below"]
    for index, setting in enumerate(places):
        rows_of = table[table["setting"] == setting]
        organisations = int(rows_of["organisations"].iloc[0])
        times = np.sort(rows_of["emerged"].to_numpy(np.float64))
        left = 1.0 - np.arange(len(times) + 1) / len(times)
        colour = COLOURS[index]
        axes[0].step(np.concatenate([[0.0], times]), left, where="post", color=colour, linewidth=1.6, label=setting)
        grid = np.linspace(0.0, 1.05 * float(np.nanmax(times)), 200)
        known = theory(setting, organisations)
        axes[0].plot(grid, known.later(FLOOR * organisations, grid), color=colour, linestyle=DASHES[1], linewidth=1)
    axes[0].plot([], [], color="black", linestyle=DASHES[1], linewidth=1, label="theory")
    axes[0].set(xlabel="months", ylabel="share of runs that have not emerged", title="Time to emergence")
    axes[0].legend(frameon=False, fontsize=8)
    ratios = np.array([findings[name]["over theory"] for name in places]).T
    error = np.maximum([ratios[0] - ratios[1], ratios[2] - ratios[0]], 0.0)
    axes[1].errorbar(range(len(places)), ratios[0], error, color=COLOURS[0], marker="o", linestyle="", capsize=4)
    axes[1].axhspan(1 - MARGIN, 1 + MARGIN, color="black", alpha=0.08, linewidth=0)
    axes[1].axhline(1, color="black", linewidth=0.8)
    labels = [
        f"{name}\n(R = {findings[name]['next-generation R']}, θ = {findings[name]['theta']:g})" for name in places
    ]
    axes[1].set_xticks(range(len(places)), [label.replace(", nearer", ",\nnearer") for label in labels], fontsize=8)
    axes[1].set(ylabel="mean time, measured over theory", title="95 % intervals; the band is what counts as equal")
    return figure
