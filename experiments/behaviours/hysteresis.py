"""Hysteresis: what stays of a market's pulse years after it ended, with society and economy on and off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.pool import run_many
from experiments.statistics import mean_interval
from experiments.validation.row import Row, above, interval, shown

QUESTION = "What persists six to eight years after an attractor has ended, with society and economy on and off?"
MONTHS, START, END, STRENGTH, WIDTH = 180, 60, 84, 0.15, 0.8
LATE = slice(MONTHS - 24, MONTHS)
ALL_ON = (
    "trust", "alliances", "value_chain", "markets", "frames", "users", "firm_life", "exits", "startups",
)  # fmt: skip
# What is on: nothing (the core), everything, everything but one.
WORLDS: dict[str, tuple[str, ...]] = {
    "off": (),
    "on": ALL_ON,
    "on without trust": tuple(name for name in ALL_ON if name != "trust"),
    "on without alliances": tuple(name for name in ALL_ON if name != "alliances"),
    "on without start-ups": tuple(name for name in ALL_ON if name != "startups"),
}
FIGURES = ("revenue", "employees", "allied_firms", "firms")


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return births of hybrids month by month and, with the economy, its figures in the last two years."""
    from dataclasses import replace

    from ecosim import AttractorSpec, EcosystemModel, Scenario

    scenario = Scenario.load("three-ingredients")
    sectors = scenario.attractors[0].sectors
    market = AttractorSpec("A market", "market", STRENGTH, sectors, width=WIDTH, start=START, end=END)
    played = replace(scenario, attractors=(market,) if job["pulse"] else ())
    on = dict.fromkeys(WORLDS[job["world"]], True)
    with EcosystemModel(played, seed=job["seed"], reproduction_every=0, **on) as model:
        history = model.run(MONTHS).state.history
        births = history.column("spontaneous") + history.column("recombinant")
        found: dict[str, Any] = {f"births_{month}": int(value) for month, value in enumerate(births)}
        for name in FIGURES:
            found[name] = float(np.mean(history.account(name)[LATE])) if history.accounts else float("nan")
    return found


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: world, pulse or not, seed."""
    seeds = 4 if quick else 40
    worlds = ("off", "on") if quick else tuple(WORLDS)
    jobs = [
        {"world": world, "pulse": pulse, "seed": seed}
        for seed in range(seeds)
        for world in worlds
        for pulse in (True, False)
    ]
    return pd.DataFrame(run_many(outcome, jobs, workers, "hysteresis"))


def births(table: pd.DataFrame, world: str, pulse: bool) -> Any:
    """Return births per month, int64 (seeds, months)."""
    rows = table[(table["world"] == world) & (table["pulse"] == pulse)].sort_values("seed")
    return rows[[f"births_{month}" for month in range(MONTHS)]].to_numpy()


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return what is left of the pulse, by world: paired differences to the run without attractor, 95 % intervals."""
    findings: dict[str, Any] = {}
    for world in table["world"].unique():
        late = births(table, world, True)[:, LATE].sum(axis=1) - births(table, world, False)[:, LATE].sum(axis=1)
        during = births(table, world, True)[:, START:END].sum(axis=1).mean()
        left = mean_interval(late)
        findings[f"{world}: hybrids born in the last two years, pulse minus none"] = [round(float(x), 2) for x in left]
        findings[f"{world}: as a share of those born in the two years of the pulse"] = [
            round(float(x) / max(during, 1e-9), 4) for x in left
        ]
        findings[f"{world}: something persists"] = left.low > 0
        for name in FIGURES:
            if world != "off":
                words = f"{world}: {name.replace('_', ' ')} in the last two years, pulse minus none"
                if name == "allied_firms":  # none without the pulse: no vision
                    change = mean_interval(_late(table, world, name) / 100.0)
                    findings[words] = [round(float(x), 1) for x in change]
                else:
                    findings[f"{words} (%)"] = [round(float(x), 2) for x in mean_interval(_late(table, world, name))]
    return findings


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard."""
    facts = {
        "knowledge, off": (
            "Without society and economy, more hybrids are born six to eight years after a market's end.",
            findings["off: hybrids born in the last two years, pulse minus none"], "hybrids",
            "0.2 to 0.4 % of the births of the pulse: hardly anything.",
        ),
        "knowledge, on": (
            "With society and economy, more hybrids are born six to eight years after a market's end.",
            findings["on: hybrids born in the last two years, pulse minus none"], "hybrids",
            "0.2 to 0.4 % of the births of the pulse: hardly anything.",
        ),
        "revenue": (
            "Revenue is still higher six to eight years after a market's end.",
            findings["on: revenue in the last two years, pulse minus none (%)"], "%",
            "Partly slow memory: offers live for seven years.",
        ),
        "employment": (
            "Employment is still higher six to eight years after a market's end.",
            findings["on: employees in the last two years, pulse minus none (%)"], "%",
            "Partly slow memory: offers live for seven years.",
        ),
    }  # fmt: skip
    return [
        Row(key, fact, "model description, behaviour 4", "above 0", shown(values, unit),
            above(interval(values), 0.0), note)
        for key, (fact, values, unit, note) in facts.items()
    ]  # fmt: skip


def draw(table: pd.DataFrame) -> Figure:
    """Return births minus those of the run without attractor, and what is left of activity and employment, by world."""
    figure, (axis, left) = new_figure(columns=2, width=6.6)
    years = np.arange(MONTHS // 12) + 0.5
    worlds = [str(world) for world in table["world"].unique()]
    for index, world in enumerate(worlds):
        values = births(table, world, True) - births(table, world, False)
        values = values.reshape(len(values), -1, 12).mean(axis=2)
        error = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axis.errorbar(
            years, values.mean(axis=0), error, color=COLOURS[index], linestyle=DASHES[index], marker=MARKERS[index],
            markersize=4, linewidth=1.2, label=world,
        )  # fmt: skip
    axis.axvspan(START / 12, END / 12, color="#999999", alpha=0.2, linewidth=0)
    axis.set_yscale("symlog", linthresh=1)
    axis.set_xlim(0, MONTHS / 12)
    axis.set_xlabel("year (shaded: the market attractor is there)")
    axis.set_ylabel("hybrids born per month, more than without it\n(means of a year, 1,000 organisations)")
    axis.set_title("Knowledge: hardly anything stays")
    axis.legend(frameon=False, title="society and economy", fontsize=8, title_fontsize=8)
    with_economy = [world for world in worlds if world != "off"]
    for row, (name, marker) in enumerate((("revenue", "o"), ("employees", "s"))):
        for index, world in enumerate(with_economy):
            change = mean_interval(_late(table, world, name))
            left.errorbar(
                change.estimate, index + 0.12 * (2 * row - 1),
                xerr=[[change.estimate - change.low], [change.high - change.estimate]],
                fmt=marker, color=COLOURS[row], capsize=3, label=name if index == 0 else None,
            )  # fmt: skip
    left.set_yticks(range(len(with_economy)), with_economy)
    left.invert_yaxis()
    left.set_xlim(left=0)
    left.set_xlabel("more than without it, six to eight years after its end (%)")
    left.set_title("Activity and employment: much does")
    left.legend(frameon=False, loc="lower left")
    return figure


def _late(table: pd.DataFrame, world: str, name: str) -> Any:
    """Return a figure of the last two years with the pulse above that without it, in %, float64 (seeds,)."""
    with_pulse, without = (
        table[(table["world"] == world) & (table["pulse"] == pulse)].sort_values("seed")[name].to_numpy()
        for pulse in (True, False)
    )
    return 100.0 * (with_pulse - without) / np.maximum(without, 1.0)
