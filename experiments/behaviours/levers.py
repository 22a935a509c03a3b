"""Levers: each of the six, alone, moves its own outcome where its barrier binds, and nothing where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments import paired
from experiments.drawing import COLOURS, MARKERS
from experiments.statistics import Interval, mean_interval
from experiments.validation.row import Row, above, interval, judged, shown

if TYPE_CHECKING:
    from ecosim import Scenario

QUESTION = "Does each lever, alone, move its own outcome where its barrier binds, and nothing where it does not?"
SCENARIO, START = "levers", 24
MONTHS = (120, 84)  # full, quick
SEEDS = {"binds": (40, 8), "slack": (40, 3), "absent": (8, 1)}  # full, quick; what is exactly 0 needs few
TARGETS = {
    "assembly": "alliance_quality",
    "structuring": "allied_firm_years",
    "internationalisation": "export_sales",
    "equity": "allied_firm_years",
    "training": "competence",
    "procurement": "small_seller_sales",
}
"""The outcome that each lever is for (`experiments.paired.OUTCOMES`)."""
SLACK: dict[str, dict[str, Any]] = {
    "assembly": {"mechanisms.value_chain": False},
    "structuring": {
        "alliances.alliance_horizon": 1200, "alliances.gain_share": 10.0, "firms.equity_ratio": 10.0,
        "firms.startup_capital": 5000.0,
    },
    "internationalisation": {"firms.equity_ratio": 10.0},
    "equity": {"firms.equity_ratio": 10.0, "firms.startup_capital": 5000.0},
    "training": {
        "chain.initial_competence": 1.0, "chain.competence_spread": 0.0, "chain.competence_decay": 0.0,
    },
    "procurement": {"barriers.procurement_size": 1.0},
}  # fmt: skip
"""Worlds in which the barrier is there, and paid for, but is not what holds anybody back."""
ABROAD_TIMES = 1000.0  # customers abroad in the slack world of internationalisation: fixed costs are dwarfed there
WORDS = {
    "assembly": "any bricks fit (no value chain)",
    "structuring": "alliances expect much and look far ahead, capital is plentiful",
    "internationalisation": "the market abroad is 1,000 times as large, capital is plentiful",
    "equity": "capital is plentiful",
    "training": "every firm masters its stage already",
    "procurement": "every firm is large enough for public buyers",
}
NONE, ALL = "none", "all six"
KINDS = {"binds": "the barrier binds", "slack": "it is there, but holds nobody back", "absent": "it is 0"}


def worlds() -> dict[str, Scenario]:
    """Return the worlds without policy: where all barriers bind, and for each lever ``slack`` and ``absent`` (0)."""
    from ecosim import Scenario
    from ecosim.specs import LEVERS

    scenario = Scenario.load(SCENARIO)
    found = {"binds": scenario}
    for lever, barrier in LEVERS.items():
        slack = scenario.with_values(SLACK[lever])
        if lever == "internationalisation":
            markets = [
                replace(market, customers=market.customers * ABROAD_TIMES) if market.abroad else market
                for market in slack.markets
            ]
            slack = replace(slack, markets=tuple(markets))
        found[f"slack {lever}"] = slack
        found[f"absent {lever}"] = scenario.with_values({f"barriers.{barrier}": 0.0})
    return found


def pulled(scenario: Scenario, *levers: str) -> Scenario:
    """Return the scenario with levers pulled at full intensity from month `START`, without limit of budget."""
    from ecosim.specs import PolicySpec

    return replace(scenario, policies=tuple(PolicySpec(lever, lever, 1.0, START) for lever in levers))


def run(quick: bool = False, workers: int | None = None) -> pd.DataFrame:
    """Return one row per run: case (``world: levers pulled``), seed and outcomes."""
    cases: dict[str, Scenario] = {}
    for world, scenario in worlds().items():
        pulls = {lever: (lever,) for lever in TARGETS} | {ALL: tuple(TARGETS)}
        if world != "binds":
            lever = world.split()[1]
            pulls = {lever: (lever,)}
        cases[f"{world}: {NONE}"] = scenario
        cases |= {f"{world}: {name}": pulled(scenario, *levers) for name, levers in pulls.items()}
    seeds = {case: range(SEEDS[case.split(":")[0].split()[0]][quick]) for case in cases}
    return paired.run_cases(cases, seeds, MONTHS[quick], workers, "levers")


def moved(table: pd.DataFrame, world: str, lever: str, outcome: str) -> Interval:
    """Return what a lever changes of an outcome in a world: mean of the seed-wise differences, 95 % interval."""
    change = paired.difference(table, f"{world}: {lever}", f"{world}: {NONE}")[outcome].dropna()
    return mean_interval(change.to_numpy())


def conclude(table: pd.DataFrame) -> dict[str, Any]:
    """Return, for each lever, its own outcome in the three worlds, what it costs and what it adds; and all together."""
    findings: dict[str, Any] = {}
    holds = []
    for lever, outcome in TARGETS.items():
        cases = {world: moved(table, world, lever, outcome) for world in ("binds", f"slack {lever}", f"absent {lever}")}
        binds, slack, absent = cases.values()
        moves = binds.low > 0
        nothing = slack.low <= 0 <= slack.high and absent == (0.0, 0.0, 0.0)
        holds.append(moves and nothing)
        findings[lever] = {
            "slack world": WORDS[lever],
            "own outcome": f"{paired.OUTCOMES[outcome].words} ({paired.OUTCOMES[outcome].unit})",
            "without": _short(_without(table, "binds", outcome)),
            "where it binds": _list(binds),
            "where it is slack": _list(slack),
            "slack, % of the outcome there": _list(
                Interval(*(100 * value / _without(table, f"slack {lever}", outcome) for value in slack))
            ),
            "spent where it is slack (k€)": _short(
                float(table.loc[table["case"] == f"slack {lever}: {lever}", "policy_spending"].mean())
            ),
            "where it is 0": _list(absent),
            "holds": bool(moves and nothing),
            **paired.conclude(paired.difference(table, f"binds: {lever}", f"binds: {NONE}")),
        }
    apart = paired.difference(table, f"binds: {ALL}", f"binds: {NONE}")
    alone = sum(paired.difference(table, f"binds: {lever}", f"binds: {NONE}") for lever in TARGETS)
    findings[ALL] = paired.conclude(apart)
    findings["all six minus the sum of each alone"] = {
        f"{paired.OUTCOMES[name].words} ({paired.OUTCOMES[name].unit})": _list(
            mean_interval((apart[name] - alone[name]).to_numpy())
        )
        for name in ("revenue", "job_years", "allied_firm_years", "export_sales", "small_seller_sales")
    }
    findings["variance saved by common random numbers"] = {lever: saved(table, lever) for lever in TARGETS}
    findings["holds"] = all(holds)
    return findings


def saved(table: pd.DataFrame, lever: str) -> float:
    """Return by how many times independent seeds would need more runs for the same interval of the lever's outcome."""
    outcome = TARGETS[lever]
    sides = [table.loc[table["case"] == f"binds: {name}", outcome].to_numpy() for name in (lever, NONE)]
    change = paired.difference(table, f"binds: {lever}", f"binds: {NONE}")[outcome].to_numpy()
    return _short(float(sum(np.nanvar(side, ddof=1) for side in sides) / np.nanvar(change, ddof=1)))


def _without(table: pd.DataFrame, world: str, outcome: str) -> float:
    return float(table.loc[table["case"] == f"{world}: {NONE}", outcome].mean())


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _list(interval: Interval) -> list[float]:
    return [_short(value) for value in interval]


def rows(findings: dict[str, Any]) -> list[Row]:
    """Return the lines of the scoreboard: what each lever moves where its barrier binds, and where it is slack."""
    found = []
    for lever in TARGETS:
        case = findings[lever]
        binds, slack = case["where it binds"], case["slack, % of the outcome there"]
        found += [
            Row(
                f"{lever}, binds",
                f"The lever {lever} raises its own outcome where its barrier binds: {case['own outcome']}.",
                "interview, levers (a)–(f); model description, behaviour 9",
                "above 0",
                f"{shown(binds)} of {case['without']:,.4g}",
                above(interval(binds), 0.0),
            ),
            Row(
                f"{lever}, slack",
                f"The lever {lever} moves its own outcome by less than 1 % where its barrier is there but slack.",
                "model description, behaviour 9",
                "within ±1 %",
                shown(slack, "%"),
                judged(interval(slack), -1.0, 1.0),
            ),
        ]
    return found


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: each lever's own outcome where its barrier binds and where not; turnover and jobs added."""
    figure = Figure(figsize=(13, 5), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    names = [*TARGETS, ALL]
    for place, (lever, outcome) in enumerate(TARGETS.items()):
        for index, (kind, words) in enumerate(KINDS.items()):
            world = kind if kind == "binds" else f"{kind} {lever}"
            scale = 100.0 / _without(table, world, outcome)
            label = words if place == 0 else None
            _bar(left, moved(table, world, lever, outcome), scale, place + 0.2 * (index - 1), index, label)
    for place, lever in enumerate(names):
        for index, (name, words) in enumerate((("revenue", "turnover"), ("job_years", "employment"))):
            scale = 100.0 / _without(table, "binds", name)
            label = words if place == 0 else None
            _bar(right, moved(table, "binds", lever, name), scale, place + 0.3 * (index - 0.5), index, label)
    for axis in (left, right):
        axis.axvline(0, color="black", linewidth=1)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="x", alpha=0.25)
    left.legend(frameon=False, loc="lower right", fontsize=9)
    right.legend(frameon=False, loc="upper right", fontsize=9)
    left.set_xscale("symlog", linthresh=10)
    left.set_xlim(-15, 1_500)
    left.set_xticks([-10, 0, 10, 100, 1000], ["−10", "0", "10", "100", "1,000"])
    left.minorticks_off()
    targets = [f"{lever}:\n{paired.OUTCOMES[outcome].words.split(',')[0]}" for lever, outcome in TARGETS.items()]
    left.set_yticks(range(len(names)), [*targets, ALL], fontsize=9)
    left.set_ylim(len(names) - 0.5, -0.5)
    left.set_xlabel("change of the lever's own outcome, % (linear up to 10 %)")
    left.set_title("What each lever is for", fontsize=11)
    right.set_xlabel("additional over the run, % of the run without policy")
    right.set_title("Turnover and employment, where all barriers bind", fontsize=11)
    figure.suptitle("Six levers, each alone at full intensity against none (paired, 95 % intervals)", fontsize=12)
    return figure


def _bar(axis: Any, change: Interval, scale: float, place: float, style: int, label: str | None) -> None:
    middle, low, high = (value * scale for value in change)
    axis.errorbar(
        middle, place, xerr=[[middle - low], [high - middle]], marker=MARKERS[style], color=COLOURS[style], capsize=3,
        markersize=5, linestyle="none", label=label,
    )  # fmt: skip
