"""Elasticities of R: by how many per cent R changes when a parameter changes by one per cent.

Asked: what R hangs on, in the limit where it is known and in generated and real ecosystems; and whether what the
next-generation operator says of a state, its portfolios and ties held, is what happens to the hybrids born then.

Sources. Elasticities of a leading eigenvalue: Caswell 2001, Matrix Population Models, ch. 9; of next-generation
matrices: Diekmann, Heesterbeek & Britton 2013, ch. 7. The closed forms: section 3 of the design document.

Parts of the table (`run`):

``limit``     well-mixed ecosystems without a hybrid: the operator beside derivatives of the closed forms
``direct``    generated and real ecosystems at month 48, state held: central differences of the operator (± 10 %)
``seeded``    well-mixed, seeded, R well below 1: the parameter differs from the start, cohort R counted
``switched``  `three-ingredients`: the parameter changes at month 48, cohort R of the year after it counted
``total``     `three-ingredients`: the parameter differs from the start, everything else follows; R at months 48 to 60

Runs of the last three come in pairs, × 0.8 and × 1.25 with the same draws; their elasticity is the ratio of logarithms,
and so is the operator's beside it. Where the mapping breaks: a core of 8 bricks changes by whole bricks; what is
switched changes the state that the hybrids live in (portfolios fill), which an elasticity of a held state cannot know.
"""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.behaviours import agreement
from experiments.drawing import COLOURS, MARKERS, new_figure
from experiments.validation.row import Row, Verdict, interval, judged, shown
from experiments.validation.theory.counted import counted_elasticity
from experiments.validation.theory.sensitivity_runs import DIRECT, cohorts, limits, states, worlds

QUESTION = "What does R hang on, and do the operator's elasticities say what becomes of cohort R?"
SIGNS = {
    "meeting_rate": 1, "transmissibility": 1, "base_drive": 1, "attractor_strength": 1, "attractor_width": 1,
    "bridge_openness": 1, "forgetting": -1, "barrier_scale": -1,
}  # fmt: skip
"""What raises R in any state, and what lowers it. (Openness and the layers' shares may do either.)"""
SMALL = 0.1
"""An elasticity that is wrong by this much misses R by 1 % when its parameter changes by 10 %."""
DESIGN = "Design document, section 3"


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per elasticity (``limit``, ``direct``) or per run (the other parts)."""
    with TemporaryDirectory() as folder:
        paths = {"three-ingredients": "three-ingredients"} if quick else agreement.networks(Path(folder))
        parts = [limits(), states(paths, 1 if quick else 3, workers), cohorts(quick, workers), worlds(quick, workers)]
    return pd.concat(parts, ignore_index=True)


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return elasticities by state and parameter, and how far the operator's are from those counted."""
    findings: dict[str, Any] = {"limit": {}, "direct": {}}
    for state, rows in table[table["part"] == "limit"].groupby("state"):
        per_success = rows.set_index("parameter").loc["base_drive"]
        ratios = {form: rows[form] / per_success[form] for form in ("elasticity", "organisation")}
        findings["limit"][state] = {
            "operator": _rounded(rows, "elasticity"), "dilute formula": _rounded(rows, "dilute"),
            "largest departure from the dilute formula": _round(
                float((rows["elasticity"] - rows["dilute"]).abs().max())
            ),
            "largest departure of slopes from those of R_org": _round(
                float((ratios["elasticity"] - ratios["organisation"]).abs().max())
            ),
        }  # fmt: skip
    for state, rows in table[table["part"] == "direct"].groupby("state"):
        mean = rows.groupby("parameter")["elasticity"].mean()
        wrong = [
            name for name, sign in SIGNS.items() if (sign * rows[rows["parameter"] == name]["elasticity"] < 0).any()
        ]
        findings["direct"][state] = {
            "R": _round(float(rows["r"].mean())),
            "elasticities": {name: _round(float(mean[name])) for name in DIRECT if name in mean},
            "drive: strength + base + barrier": _round(
                float(mean["attractor_strength"] + mean["base_drive"] + mean["barrier_scale"])
            ),
            "wrong signs": wrong,
        }  # fmt: skip
    for part in ("seeded", "switched", "total"):
        findings[part] = {
            name: _pair(rows) for name, rows in table[table["part"] == part].groupby("parameter", sort=False)
        }
    return findings


def _pair(rows: pd.DataFrame) -> dict[str, Any]:
    low, high = (rows[rows["factor"] == factor].sort_values("seed") for factor in sorted(rows["factor"].unique()))
    ratio = float(np.log(high["factor"].iloc[0] / low["factor"].iloc[0]))

    def counted(expected: str | None) -> list[float | None]:
        """Of cohort R; or of cohort R over the operator's R, which is the difference of the two elasticities."""
        sides = [
            (side["offspring"].to_numpy(), side["births"].to_numpy() * (side[expected].to_numpy() if expected else 1.0))
            for side in (low, high)
        ]
        return [_round(value) for value in counted_elasticity(sides[0], sides[1], ratio)]

    def operator(column: str) -> float | None:
        return _round(float(np.mean(np.log(high[column].to_numpy() / low[column].to_numpy()))) / ratio)

    out = {"operator": operator("r"), "cohort": counted(None), "difference": counted("r")}
    if bool(low["later"].notna().all()):
        out["operator later"] = operator("later")
    return out | {"R": [_round(float(side["offspring"].sum() / side["births"].sum())) for side in (low, high)]}


def _rounded(rows: pd.DataFrame, column: str) -> dict[str, float | None]:
    return {name: _round(float(value)) for name, value in zip(rows["parameter"], rows[column], strict=True)}


def _round(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    limits, states = findings["limit"], findings["direct"]
    large, own = limits["core of 90"], limits["core of 8"]
    formula, slopes = "largest departure from the dilute formula", "largest departure of slopes from those of R_org"
    wrong = [f"{name} of {state}" for state, found in states.items() for name in found["wrong signs"]]
    scaled = max(abs(found["drive: strength + base + barrier"]) for found in states.values())
    found = [
        Row(
            "limit, dilute formula", "With a core of 90 bricks, where a hybrid crowds nothing out, the elasticities of "
            "the next-generation operator are the derivatives of R = 2ρπ/(μ − ρτ), for all six parameters.", DESIGN,
            "largest departure at most 0.03 (crowding is of the order 1/n0 = 0.011; finite differences 0.003)",
            f"{large[formula]:.3f}", _at_most(large[formula], 0.03),
        ),
        Row(
            "limit, R_org", "At R = 1 and the model's own core of 8, the surface R = 1 of the operator has the slopes "
            "of that of R_org, an independent birth-death chain (elasticities per elasticity in the drive).", DESIGN,
            "largest departure at most 0.01 (finite differences and the eigenvalue's tolerance, 0.005 together)",
            f"{own[slopes]:.4f}", _at_most(own[slopes], 0.01),
        ),
        Row(
            "limit, formula at core 8", "At the model's own core of 8 the formula's derivatives still hold.", DESIGN,
            "largest departure at most 0.03", f"{own[formula]:.3f}", _at_most(own[formula], 0.03),
            "It leaves out crowding: the formula overstates what the core's size and the meeting rate do.",
        ),
        Row(
            "drive, scale", "In every state, elasticities in the attractors' strength, the base drive and the "
            "barriers' scale sum to 0: only drive over barrier counts.", "Dimensional analysis; drive, section 2",
            "sum of the three within ± 0.005 in each", f"largest {scaled:.4f} ({', '.join(states)})",
            _at_most(scaled, 0.005),
        ),
        Row(
            "signs", "In every state R rises with meetings, transmissibility, base drive, strength and width of "
            "attractors and open bridges, and falls with forgetting and the barriers' scale.", DESIGN, "no wrong sign",
            f"{len(wrong)} wrong of {len(SIGNS) * len(states)} ({', '.join(states)})", "fails" if wrong else "holds",
            f"Wrong: {', '.join(wrong)}." if wrong else "",
        ),
    ]  # fmt: skip
    words = {
        "seeded": (
            "In the seeded well-mixed ecosystem, R at most 1, the operator's elasticity in the {} is that of cohort R.",
            "Months are discrete in the runs, a rate in the operator; hybrids already there crowd those born later.",
        ),
        "switched": (
            "In `three-ingredients`, when the {} changes at month 48, the operator's elasticity in the held state is "
            "that of the cohort born in the year after.",
            "The state does not hold: within the lives of these hybrids portfolios fill or empty with the change, "
            "which takes part of it back. Of the state two years later the operator says {:.2f}.",
        ),
        "total": (
            "In `three-ingredients` with another {} from the start, cohort R at month 48 has changed as the "
            "operator's R of the changed states has.",
            "The cohort lives on in a state that goes on changing, and the operator takes the bricks of a position "
            "class as alike; which of the two it is was not looked into.",
        ),
    }  # fmt: skip
    for part, (fact, note) in words.items():
        for parameter, pair in findings[part].items():
            verdict: Verdict = judged(interval(pair["difference"]), -SMALL, SMALL)
            found.append(
                Row(
                    f"{part}, {parameter}", fact.format(parameter.replace("_", " ")),
                    "Diekmann, Heesterbeek & Metz 1990; design document, section 3",
                    f"difference of elasticities within ± {SMALL}; the operator's is {pair['operator']:.2f}",
                    f"difference {shown(pair['difference'])}; of cohort R {shown(pair['cohort'])}",
                    verdict, "" if verdict == "holds" else note.format(pair.get("operator later")),
                )
            )  # fmt: skip
    return found


def _at_most(value: float, most: float) -> Verdict:
    return "holds" if value <= most else "fails"


def draw(table: pd.DataFrame) -> Figure:
    """Return elasticities of states side by side, and the operator's against those counted."""
    findings = conclude(table)
    figure, axes = new_figure(2, width=6.6, height=5.6)
    left, right = axes
    columns = {"well-mixed limit (core of 8)": findings["limit"]["core of 8"]["operator"]}
    columns |= {state: found["elasticities"] for state, found in findings["direct"].items()}
    names = sorted(DIRECT, key=lambda name: -abs(columns["three-ingredients"].get(name, 0.0)))
    for index, (state, values) in enumerate(columns.items()):
        there = [name for name in names if values.get(name) is not None]
        left.plot(
            [values[name] for name in there], [names.index(name) + 0.14 * (index - 1.5) for name in there],
            color=COLOURS[index], marker=MARKERS[index], linestyle="none", label=state,
        )  # fmt: skip
    left.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    left.invert_yaxis()
    left.axvline(0, color="black", linewidth=0.8)
    left.set_xlabel("elasticity of R: % for 1 % of the parameter, state held")
    left.set_title("What R hangs on")
    left.legend(frameon=False, loc="lower left", fontsize=9)
    labels = {
        "seeded": "well-mixed, seeded", "switched": "three-ingredients, changed at month 48 (state held)",
        "total": "three-ingredients, other from the start",
    }  # fmt: skip
    for index, (part, label) in enumerate(labels.items()):
        for number, (name, pair) in enumerate(findings[part].items()):
            middle, low, high = pair["cohort"]
            if middle is None:
                continue
            right.errorbar(
                pair["operator"], middle, [[middle - low], [high - middle]], color=COLOURS[index], capsize=2,
                marker=MARKERS[index], linestyle="none", label=label if number == 0 else None,
            )  # fmt: skip
            upper = middle > pair["operator"]  # labels away from the line
            right.annotate(
                name.replace("_", " "), (pair["operator"], middle), (-7, 3) if upper else (7, -7),
                textcoords="offset points", fontsize=7, ha="right" if upper else "left", color=COLOURS[index],
            )  # fmt: skip
    ends = np.array([-1.6, 1.6])
    right.plot(ends, ends, color="black", linewidth=1)
    right.fill_between(ends, ends - SMALL, ends + SMALL, color="#999999", alpha=0.2, linewidth=0)
    right.set_xlabel("elasticity of the operator's R")
    right.set_ylabel(f"elasticity of cohort R, counted (band: ± {SMALL})")
    right.set_title("Does it happen?")
    right.legend(frameon=False, loc="upper left")
    return figure
