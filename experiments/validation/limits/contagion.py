"""Copying alone is an epidemic of the SIS kind: where it starts, how fast it grows, and where it settles.

No recombination (drive 0, spontaneous births off): hybrids are only copied and forgotten. Three parts.

``growth``   Well mixed, one organisation in a hundred with a hybrid of its own: carriers from month to month against
             ``(1 + ρτ) exp(−μ)``, and the ρτ at which they neither grow nor dwindle (design document, behaviour
             6: ρτ = μ).
``level``    Well mixed, the same hybrids in many portfolios: hybrids held in the long run against the mean field; one
             hybrid (Kermack & McKendrick 1927; ``1 − μ/ρτ`` for short months), eight that crowd one another in
             portfolios, and eight in portfolios with room for three.
``network``  Ties in place of meetings with anyone: the threshold against the leading eigenvalue of the matrix of
             meetings (Chakrabarti et al. 2008, ACM Trans. Inf. Syst. Secur. 10(4); Van Mieghem, Omic & Kooij 2009), the
             same with pair correlations (Mata & Ferreira 2013, EPL 103, 48003), and ``⟨k⟩ / ⟨k²⟩`` (Pastor-Satorras &
             Vespignani 2001, Phys. Rev. Lett. 86, 3200).

Where the mapping breaks. Months are whole, so that lives of few months shift the threshold. An organisation here starts
m meetings however many ties it has, whereas in Pastor-Satorras & Vespignani every tie carries the disease at one rate:
only when meetings started are made proportional to ties (the network ``hubs``) is theirs the case played. A hybrid in
a portfolio is drawn once in n0 + k times, so that hybrids hinder one another, as strains of a disease do not in SIS.

Meetings are fewer and more catching than by default (m = 15 μ: 0.6 where μ is the default's): only ρτ counts, and
runs are faster.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.validation.limits.contagion_runs import CORE, NETWORKS, NODES, TIED_MU, balanced, outcome, theory_of
from experiments.validation.limits.spreading import held_in_balance, month_growth, month_threshold
from experiments.validation.row import Row, Verdict, interval, judged, shown

__all__ = ["QUESTION", "conclude", "critical", "draw", "rows", "run"]

QUESTION = "Does a hybrid that is only copied and forgotten spread, settle and die out as an epidemic does?"
MU, SHORT_LIFE = 0.04, 0.4
AROUND = (0.8, 0.9, 1.0, 1.1, 1.2)  # ρτ over where it should be critical
SETTLED = ((1, 40, 1.5), (1, 40, 2.0), (1, 40, 3.0), (8, 40, 1.5), (8, 40, 2.0), (8, CORE + 3, 2.0))
# hybrids, portfolio capacity K, ρτ/μ
BURN, MEASURED = 200, 400  # months: relaxation takes 1 / (ρτ − μ), at most 50


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run of the parts ``growth``, ``level`` and ``network``.

    Each value of ρτ has seeds of its own: under common random numbers errors along the line would go together.
    """
    alone = {"network": "", "hybrids": 0, "capacity": 40, "first": 0}
    jobs: list[dict[str, Any]] = []
    for forgetting, months in ((MU, 100), (SHORT_LIFE, 20)):
        size = {"organisations": 3000 if quick else 10_000, "months": months}
        jobs += [
            {"part": "growth", **alone, **size, "forgetting": forgetting, "seed": 1000 * place + seed,
             "ratio": around * month_threshold(forgetting) / forgetting}
            for place, around in enumerate(AROUND)
            for seed in range((6 if forgetting == MU else 4) if quick else (60 if forgetting == MU else 30))
        ]  # fmt: skip
    for hybrids, capacity, ratio in SETTLED:
        size = {"organisations": 1000 if quick else 4000, "months": BURN + MEASURED, "first": BURN}
        jobs += [
            {"part": "level", **alone, **size, "hybrids": hybrids, "capacity": capacity, "ratio": ratio,
             "forgetting": MU, "seed": seed}
            for seed in range(2 if quick else 12)
        ]  # fmt: skip
    for name in NETWORKS:
        size = {"organisations": NODES, "months": 60 if quick else 100, "first": 20}
        expected = theory_of(name)[1]["pair"]
        jobs += [
            {"part": "network", **alone, **size, "network": name, "ratio": around * expected, "forgetting": TIED_MU,
             "seed": 1000 * place + seed}
            for place, around in enumerate(AROUND)
            for seed in range(2 if quick else 60)
        ]  # fmt: skip
    return pd.DataFrame(run_many(outcome, jobs, workers, "contagion"))


# -- what the runs say ------------------------------------------------------------------------------------------


def growth_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return growth per month by ρτ/μ: columns growth, error (standard, from the spread over runs) and runs."""
    out = {}
    for ratio, group in rows.groupby("ratio"):
        factor = group["after"].sum() / group["before"].sum()
        away = (group["after"] - factor * group["before"]) / group["before"].mean()  # linearised ratio
        out[ratio] = (math.log(factor), away.std(ddof=1) / math.sqrt(len(away)) / factor, len(away))
    return pd.DataFrame.from_dict(out, orient="index", columns=["growth", "error", "runs"])


def _student(rates: pd.DataFrame) -> float:
    """Return the 97.5 % quantile for errors estimated from all these runs."""
    return float(stats.t.ppf(0.975, (rates["runs"] - 1).sum()))


def critical(rows: pd.DataFrame) -> Interval:
    """Return the ρτ/μ at which carriers neither grow nor dwindle: zero of a straight line through the growth rates.

    rows : columns ratio, after, before. (Growth bends by less than 0.1 % of μ within a fifth of the threshold at μ =
    0.04, and by 1 % at μ = 0.4, as much on either side.)
    """
    rates = growth_rates(rows)
    x, y, error = rates.index.to_numpy(np.float64), rates["growth"].to_numpy(), rates["error"].to_numpy()
    slope, start = np.polyfit(x, y, 1)
    zero = -start / slope
    weight = 1 / len(x) + (zero - x.mean()) * (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    half = _student(rates) * math.sqrt(float(((weight * error) ** 2).sum())) / abs(slope)
    return Interval(float(zero), float(zero - half), float(zero + half))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return critical ρτ/μ, growth against theory, levels over the mean field, and thresholds on networks."""
    findings: dict[str, Any] = {}
    grown = table[table["part"] == "growth"]
    for forgetting, rows in grown.groupby("forgetting"):
        at = critical(rows)
        findings[f"critical rho tau over mu, mu = {forgetting:g}"] = _rounded(at)
        findings[f"the same over (exp(mu) - 1) / mu, mu = {forgetting:g}"] = _rounded(
            Interval(*(value * forgetting / month_threshold(forgetting) for value in at))
        )
        rates = growth_rates(rows)
        theory = np.array([month_growth(ratio * forgetting, forgetting) for ratio in rates.index])
        # slope of measured over derived growth, weighted by precision
        weight = 1 / rates["error"].to_numpy() ** 2
        slope = float((weight * theory * rates["growth"]).sum() / (weight * theory**2).sum())
        half = _student(rates) / math.sqrt(float((weight * theory**2).sum()))
        findings[f"measured over derived growth, mu = {forgetting:g}"] = _rounded(
            Interval(slope, slope - half, slope + half)
        )
        ends = rates.iloc[[0, -1]]
        findings[f"growth per month at the ends, mu = {forgetting:g}"] = [
            _rounded(Interval(growth, growth - _student(rates) * error, growth + _student(rates) * error))
            for growth, error in zip(ends["growth"], ends["error"], strict=True)
        ]
    settled: dict[str, dict[str, Any]] = {}
    for key, rows in table[table["part"] == "level"].groupby(["hybrids", "capacity", "ratio"]):
        job = rows.iloc[0]
        balance = held_in_balance(*balanced(job))
        expected = float(balance @ np.arange(len(balance)))
        each = held_in_balance(1, 1, *balanced(job)[2:])[1] * key[0]
        found = mean_interval(rows["held"].to_numpy() / expected)
        settled["{} hybrids, K = {}, rho tau = {:g} mu".format(*key)] = {
            "over mean field": _rounded(found), "mean field": round(expected, 4),
            "without crowding": round(float(each), 4),
        }  # fmt: skip
    findings["hybrids held per organisation"] = settled
    tied: dict[str, dict[str, Any]] = {}
    for name, rows in table[table["part"] == "network"].groupby("network"):
        at = critical(rows)
        tied[str(name)] = {
            "critical rho tau over mu": _rounded(at),
            "by theory": {key: round(value, 4) for key, value in theory_of(str(name))[1].items()},
            "over theory": {
                key: _rounded(Interval(*(value / expected for value in at)))
                for key, expected in theory_of(str(name))[1].items()
            },
        }
    findings["networks"] = tied
    return findings


def _rounded(interval: Interval) -> list[float]:
    return [round(value, 4) for value in interval]


# -- the scoreboard ---------------------------------------------------------------------------------------------


def _all(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict on a statement that holds when every part does."""
    return "fails" if "fails" in verdicts else "undecided" if "undecided" in verdicts else "holds"


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard. 5 %: the band of the design document for thresholds (section 5); 2 %: half
    of what the theories compared differ by where they differ least."""
    out: list[Row] = []
    sis, short = "design document, behaviour 6; Kermack & McKendrick 1927", "short lives"
    critical_at = findings["critical rho tau over mu, mu = 0.04"]
    out.append(Row(
        "threshold", "Copied only, a hybrid spreads from ρτ = μ on, at the default forgetting.", sis,
        "critical ρτ/μ within 5 % of 1", shown(critical_at), judged(interval(critical_at), 0.95, 1.05),
        "Months are whole: by theory exp(μ) − 1 = 1.020 μ.",
    ))  # fmt: skip
    at = findings["critical rho tau over mu, mu = 0.4"]
    out.append(Row(
        "threshold-short-lives", "Copied only, a hybrid spreads from ρτ = μ on, also where it lives for 2.5 months.",
        sis, "critical ρτ/μ within 5 % of 1", shown(at), judged(interval(at), 0.95, 1.05),
        "Rates of the order of one a month are not small: who copies this month is drawn from the next one on.",
    ))  # fmt: skip
    for forgetting, words in ((MU, "default"), (SHORT_LIFE, short)):
        at = findings[f"the same over (exp(mu) - 1) / mu, mu = {forgetting:g}"]
        out.append(Row(
            f"threshold-in-months-{words.replace(' ', '-')}",
            f"In whole months the threshold is ρτ = exp(μ) − 1 (μ = {forgetting:g}).", "derived (module spreading)",
            "critical ρτ over exp(μ) − 1 within 2 % of 1", shown(at), judged(interval(at), 0.98, 1.02),
        ))  # fmt: skip
        slope = findings[f"measured over derived growth, mu = {forgetting:g}"]
        out.append(Row(
            f"growth-{words.replace(' ', '-')}",
            f"Rare carriers grow at log(1 + ρτ) − μ per month, below and above the threshold (μ = {forgetting:g}).",
            "derived (module spreading)", "measured over derived growth within 10 % of 1", shown(slope),
            judged(interval(slope), 0.9, 1.1), "Rates lie within a fifth of μ, so that 10 % of them is 2 % of μ.",
        ))  # fmt: skip
    below, over = findings["growth per month at the ends, mu = 0.04"]
    out.append(Row(
        "both-sides", "A rare hybrid dies out a fifth below the threshold and spreads a fifth above it.", sis,
        "growth per month below 0, and above 0", f"{shown(below)} and {shown(over)}",
        _all([judged(interval(below), -math.inf, 0), judged(interval(over), 0, math.inf)]),
    ))  # fmt: skip
    levels = findings["hybrids held per organisation"]
    kinds = {
        "level": ("1 hybrids", "One hybrid settles at the level of the SIS mean field (ρτ = 1.5, 2, 3 μ).", sis, ""),
        "level-crowded": (
            "8 hybrids, K = 40", "Eight hybrids that crowd one another settle at the crowded mean field.",
            "derived (module spreading)", "",
        ),
        "level-full": (
            "8 hybrids, K = 11", "Eight hybrids in portfolios with room for three settle at the mean field.",
            "derived (module spreading)", "",
        ),
    }  # fmt: skip
    for key, (start, fact, source, note) in kinds.items():
        found = [value["over mean field"] for name, value in levels.items() if name.startswith(start)]
        out.append(Row(
            key, fact, source, "hybrids held over mean field within 2 % of 1", "; ".join(map(shown, found)),
            _all([judged(interval(value), 0.98, 1.02) for value in found]), note,
        ))  # fmt: skip
    crowd = levels["8 hybrids, K = 40, rho tau = 2 mu"]
    by_itself = [value * crowd["mean field"] / crowd["without crowding"] for value in crowd["over mean field"]]
    out.append(Row(
        "level-alone", "Each of several hybrids settles where it would alone, as independent diseases would.",
        "SIS for each hybrid by itself", "hybrids held over eight times the level of one within 2 % of 1",
        shown(by_itself), judged(interval(by_itself), 0.98, 1.02),
        "A meeting draws one brick of a portfolio: what is held besides lowers ρ. Derived in `level-crowded`.",
    ))  # fmt: skip
    return out + _on_networks(findings["networks"])


def _on_networks(networks: dict[str, Any]) -> list[Row]:
    """Return the lines about given ties."""
    eigenvalue = "Chakrabarti et al. 2008; Van Mieghem, Omic & Kooij 2009"
    pairs, hubs = "Mata & Ferreira 2013", "Pastor-Satorras & Vespignani 2001"
    near = "correlations of who copied with whom leave fewer ties to spread over"
    lines = (
        ("regular-eigenvalue", "regular", "eigenvalue", eigenvalue, "On four ties each, where the well-mixed threshold "
         "and the leading eigenvalue of meetings agree, the threshold is there.", f"The threshold is higher: {near}."),
        ("regular-pairs", "regular", "pair", pairs, "On four ties each the threshold is k / (k − 1) times the "
         "well-mixed one.", "Correlations beyond pairs, and repeated copies in a month, still raise the threshold."),
        ("scale-free-eigenvalue", "scale-free", "eigenvalue", eigenvalue, "On a Barabási–Albert graph of mean degree "
         "12 the threshold is where the leading eigenvalue of the meeting matrix says.", f"Above: {near}."),
        ("scale-free-pairs", "scale-free", "pair", pairs, "On the Barabási–Albert graph the threshold is where the "
         "pair quenched mean field of the meeting matrix says.", "Correlations beyond pairs are left out."),
        ("scale-free-annealed", "scale-free", "annealed", "derived (module spreading)", "On the Barabási–Albert graph "
         "the threshold is 2 / (1 + √⟨k²⟩/⟨k⟩) of the well-mixed one.", "Degrees alone; ties are taken as redrawn."),
        ("scale-free-degrees", "scale-free", "hubs", hubs, "On the Barabási–Albert graph the threshold is "
         "⟨k⟩² / ⟨k²⟩ of the well-mixed one.",
         "The mapping breaks: an organisation starts m meetings however many ties it has, so hubs meet less per tie."),
        ("hubs-degrees", "hubs", "hubs", hubs, "Where meetings started are proportional to ties the threshold is "
         "⟨k⟩² / ⟨k²⟩ of the well-mixed one.", f"Above: {near}; the formula takes neighbours as independent."),
        ("hubs-eigenvalue", "hubs", "eigenvalue", eigenvalue, "Where meetings started are proportional to ties the "
         "threshold is where the leading eigenvalue of the graph says.", f"Above: {near}."),
        ("hubs-pairs", "hubs", "pair", pairs, "Where meetings started are proportional to ties the threshold is where "
         "the pair quenched mean field says.", "Correlations beyond pairs are left out."),
    )  # fmt: skip
    out = []
    for key, network, theory, source, fact, note in lines:
        found = networks[network]["over theory"][theory]
        expected = f"critical ρτ/μ within 5 % of {networks[network]['by theory'][theory]:.3f}"
        out.append(Row(
            key, fact, source, expected, shown(networks[network]["critical rho tau over mu"]),
            judged(interval(found), 0.95, 1.05), note,
        ))  # fmt: skip
    return out


def draw(table: pd.DataFrame) -> Figure:
    """Return growth against ρτ/μ, levels over the mean field, and critical ρτ/μ on networks beside the theories."""
    figure, axes = new_figure(3, width=5.4)
    findings = conclude(table)
    for index, (forgetting, grown) in enumerate(table[table["part"] == "growth"].groupby("forgetting")):
        rates = growth_rates(grown)
        rates[["growth", "error"]] /= forgetting
        axes[0].errorbar(
            rates.index, rates["growth"], 2 * rates["error"], color=COLOURS[index], marker=MARKERS[index], linestyle="",
            capsize=3, label=f"runs, μ = {forgetting:g} a month",
        )  # fmt: skip
        x = np.linspace(rates.index.min(), rates.index.max(), 50)
        axes[0].plot(
            x, np.log1p(x * forgetting) / forgetting - 1, color=COLOURS[index], linestyle=DASHES[index],
            label="log(1 + ρτ) − μ",
        )  # fmt: skip
    axes[0].plot([0.78, 1.5], [-0.22, 0.5], color="black", linewidth=1, linestyle=":", label="ρτ − μ (time goes on)")
    axes[0].axhline(0, color="black", linewidth=0.6)
    axes[0].set_xlabel("copies over lapses, ρτ/μ")
    axes[0].set_ylabel("growth of carriers per life, in units of μ")
    axes[0].set_title("Well mixed, rare hybrids")
    levels = findings["hybrids held per organisation"]
    for index, start in enumerate(("1 hybrids", "8 hybrids, K = 40", "8 hybrids, K = 11")):
        words = ("one hybrid", "eight hybrids", "eight, room for three")[index]
        chosen = [(name, value) for name, value in levels.items() if name.startswith(start)]
        x = np.array([float(name.split("=")[2].split()[0]) for name, _ in chosen]) + 0.03 * (index - 1)
        found = np.array([value["over mean field"] for _, value in chosen])
        axes[1].errorbar(
            x, found[:, 0], np.abs(found[:, 1:] - found[:, :1]).T, color=COLOURS[index], marker=MARKERS[index],
            linestyle="", capsize=3, label=words,
        )  # fmt: skip
    axes[1].axhline(1, color="black", linewidth=1)
    axes[1].axhspan(0.98, 1.02, color="black", alpha=0.08, label="± 2 %")
    axes[1].set_xlabel("copies over lapses, ρτ/μ")
    axes[1].set_ylabel("hybrids held per organisation, over mean field")
    axes[1].set_title("Well mixed, in the long run")
    theories = {
        "eigenvalue": "leading eigenvalue", "pair": "with pair correlations", "hubs": "⟨k⟩² / ⟨k²⟩",
        "annealed": "degrees and m meetings each",
    }  # fmt: skip
    for place, name in enumerate(NETWORKS):
        found = np.array(findings["networks"][name]["critical rho tau over mu"])
        axes[2].errorbar(
            [place], found[:1], np.abs(found[1:] - found[0]).reshape(2, 1), color="black", marker="o", capsize=4,
            linestyle="", label="runs" if place == 0 else None,
        )  # fmt: skip
        for index, (key, words) in enumerate(theories.items()):
            if name == "hubs" and key == "annealed":
                continue  # meetings are not m each there
            axes[2].plot(
                place + 0.12 * (index + 1), findings["networks"][name]["by theory"][key], color=COLOURS[index],
                marker=MARKERS[index + 1], linestyle="", markersize=8, label=words if place == 0 else None,
            )  # fmt: skip
    axes[2].set_xticks(np.arange(3) + 0.25, ["four ties each", "Barabási–Albert,\nm meetings each",
                                            "Barabási–Albert,\nmeetings ∝ ties"])  # fmt: skip
    axes[2].set_ylim(0)
    axes[2].set_ylabel("critical ρτ/μ")
    axes[2].set_title("Given ties: where a hybrid begins to spread")
    for axis in axes:
        axis.legend(frameon=False, fontsize=8)
    return figure
