"""Acculturation: a programme moves a frame; whether it stays where it was moved to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import Interval, mean_interval
from experiments.stories.comparing import mean_of, months_of, paired, rounded, with_band

QUESTION = "Does adoption abroad rise and stay up after the programme has ended, and not without it?"
START, END, LAST = 24, 72, 240
TRADITIONS = (0.005, 0.01, 0.02, 0.04)  # 1/month
LENGTHS = (0, 1, 3, 6, 12, 24, 48)  # months of the programme
SHIPPED = 0.005
FEWER = (0, 6, 24, 48)  # lengths that other traditions are tried with
MONTHS = tuple(range(0, LAST, 6))


def case_of(tradition: float, length: int, months: int = LAST) -> str:
    """Return the name of a case."""
    return f"tradition {tradition:g}, {length} months" + (f", to {months}" if months != LAST else "")


ON, OFF = case_of(SHIPPED, END - START), case_of(SHIPPED, 0)


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the share of needs that the offers meet abroad, and how far the frame is, of one run."""
    from ecosim import EcosystemModel, Scenario

    scenario = Scenario.load("acculturation")
    programme = scenario.acculturations[0]
    on = job["length"] > 0
    if on:
        scenario = replace(scenario, acculturations=(replace(programme, end=programme.start + job["length"]),))
    scenario = scenario.with_values(
        {"market.tradition": job["tradition"], "mechanisms.policies": on, "record.reproduction_every": 0}
    )
    months = EcosystemModel(scenario, seed=job["seed"]).run(job["months"]).months
    met, shift = months["needs met: China"] * 100, months["frame shift: China"]
    return {
        "at_start": float(met[START - 1]),
        "at_end": float(met[END - 1]),
        "at_last": float(met.iloc[-12:].mean()),
        "shift": float(shift.iloc[-1]),
        "exports": float(months["export_sales"].iloc[END:].sum()) / 1000.0,  # M€ after the programme
        "employees": float(months["employees"].iloc[-1]),
        "cost": float(months["policy_spending"].sum()) / 1000.0,  # M€
        **{f"met@{month}": float(met[month]) for month in MONTHS},
        **{f"shift@{month}": float(shift[month]) for month in MONTHS},
    }


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: the shipped case and the one switched off; then other lengths, traditions, and longer."""
    jobs = [
        {"case": case_of(SHIPPED, length), "tradition": SHIPPED, "length": length, "months": LAST, "seed": seed}
        for seed in range(4 if quick else 40)
        for length in (END - START, 0)
    ]
    for seed in range(0 if quick else 6):
        jobs += [
            {"case": case_of(tradition, length), "tradition": tradition, "length": length, "months": LAST, "seed": seed}
            for tradition in TRADITIONS
            for length in (LENGTHS[1:-1] if tradition == SHIPPED else FEWER)
        ]
        jobs += [
            {"case": case_of(SHIPPED, length, 480), "tradition": SHIPPED, "length": length, "months": 480, "seed": seed}
            for length in (0, END - START)
        ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "acculturation"))


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return adoption at the programme's start and end and at the run's end, paired, and where it does not hold."""
    stays = _within(table, ON, "at_last", "at_end")
    rises = _within(table, ON, "at_end", "at_start")
    against = paired(table, "at_last", ON, OFF)
    findings: dict[str, Any] = {
        "needs met abroad at the programme's start, %": rounded(mean_of(table, ON, "at_start")),
        "at its end, %": rounded(mean_of(table, ON, "at_end")),
        "in the last year, 13 years after, %": rounded(mean_of(table, ON, "at_last")),
        "in the last year, switched off, %": rounded(mean_of(table, OFF, "at_last")),
        "rise during the programme, points": rounded(rises),
        "last year minus the programme's end, points": rounded(stays),
        "last year, on minus off, points": rounded(against),
        "exports after the programme, on minus off, M€": rounded(paired(table, "exports", ON, OFF), 0),
        "cost of the programme, M€": rounded(mean_of(table, ON, "cost"), 0),
        "employees at the end, on minus off": rounded(paired(table, "employees", ON, OFF), 0),
    }
    for tradition in TRADITIONS:
        for length in LENGTHS:
            case = case_of(tradition, length)
            if case in set(table["case"]):
                findings[f"last year, %, {case}"] = rounded(mean_of(table, case, "at_last"))
    for length in (END - START, 0):
        case = case_of(SHIPPED, length, 480)
        if case in set(table["case"]):
            findings[f"after 40 years, %, {case}"] = rounded(mean_of(table, case, "at_last"))
            findings[f"frame shift after 40 years, {case}"] = rounded(mean_of(table, case, "shift"))
    findings["holds"] = bool(rises.low > 0 and stays.low > 0 and against.low > 0)
    return findings


def _within(table: pd.DataFrame, case: str, late: str, early: str) -> Interval:
    rows = table[table["case"] == case]
    return mean_interval((rows[late] - rows[early]).to_numpy())


def draw(table: pd.DataFrame) -> Figure:
    """Return adoption and frame by month, with the programme and without, and where adoption does not stay."""
    figure, axes = new_figure(3, width=4.4)
    titles = {"met": "Needs in China that new offers meet, %", "shift": "Frame moved, knowledge units"}
    for axis, (name, label) in zip(axes[:2], titles.items(), strict=True):
        for place, (case, word) in enumerate(((ON, "with the programme"), (OFF, "switched off"))):
            month, values = months_of(table, case, name)
            with_band(axis, month, values, COLOURS[place], word, DASHES[place])
        axis.axvspan(START, END, color="#999999", alpha=0.2, linewidth=0)
        axis.set_xlabel("month (shaded: the programme)")
        axis.set_title(label, fontsize=11)
        axis.set_ylim(bottom=0)
    axes[0].legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.3))
    for place, tradition in enumerate(TRADITIONS):
        found = [(length, case_of(tradition, length)) for length in LENGTHS]
        found = [(length, case) for length, case in found if case in set(table["case"])]
        if not found:
            continue
        means = [mean_of(table, case, "at_last") for _, case in found]
        axes[2].errorbar(
            [length for length, _ in found], [mean.estimate for mean in means],
            [[mean.estimate - mean.low for mean in means], [mean.high - mean.estimate for mean in means]],
            color=COLOURS[place], marker=MARKERS[place], linestyle=DASHES[place], capsize=2, markersize=5,
            label=f"{tradition:g}{' (shipped)' if tradition == SHIPPED else ''}",
        )  # fmt: skip
    axes[2].set_xlabel("length of the programme, months")
    axes[2].set_title("Needs met in month 240, %", fontsize=11)
    axes[2].set_ylim(bottom=0)
    axes[2].legend(frameon=False, title="tradition, 1/month", loc="center right", fontsize=8)
    return figure
