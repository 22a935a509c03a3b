"""An ablation in words and pictures: the table on the terminal, Markdown, JSON and a forest plot. Plays nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.ablation import FULL, SHOWN, contributions, scenario_hash
from experiments.paired import OUTCOMES

if TYPE_CHECKING:
    from ecosim import Scenario

__all__ = ["as_text", "draw", "leave"]

_HEADS = {"hybrids": "hybrids, %", "r_theoretical": "R", "revenue": "turnover, %", "job_years": "job-years, %"}
_MECHANISM, _CELL = 22, 24  # characters: with four outcomes a line has 118


def _shown(found: pd.DataFrame) -> list[str]:
    return [name for name in SHOWN if name in set(found["outcome"])]


def _cell(row: Any) -> str:
    if not math.isfinite(row["estimate"]):
        return "unknown" if math.isnan(row["estimate"]) else "−∞"
    low, high = row["low"], row["high"]
    if row["estimate"] == low == high == 0:
        return "0"
    width = 2 if row["outcome"] == "r_theoretical" else 1
    mark = "" if low <= 0 <= high else "*"
    return f"{row['estimate']:+.{width}f}{mark} [{low:+.{width}f}, {high:+.{width}f}]"


def _cells(found: pd.DataFrame) -> dict[str, list[str]]:
    """Return the cells of the table by mechanism, in the order of `SHOWN`."""
    cells: dict[str, list[str]] = {}
    for _, row in found.iterrows():
        cells.setdefault(row["mechanism"], []).append(_cell(row))
    return cells


def _full_run(table: pd.DataFrame, found: pd.DataFrame) -> str:
    whole = table[table["case"] == FULL]
    words = []
    for name in _shown(found):
        value = float(whole[name].mean())
        number = f"{value:.2f}" if name == "r_theoretical" else f"{value:,.0f}"
        words.append(f"{OUTCOMES[name].words} {number} {OUTCOMES[name].unit}")
    return "; ".join(words)


def _span(table: pd.DataFrame) -> str:
    seeds = sorted(table["seed"].unique())
    return f"{len(seeds)} seed{'s' if len(seeds) > 1 else ''} ({seeds[0]} to {seeds[-1]})"


def as_text(table: pd.DataFrame, scenario: Scenario, months: int) -> str:
    """Return the table for a terminal, at most 120 columns wide."""
    found = contributions(table)
    lines = [
        f"{scenario.title}: what each mechanism contributes, {months} months, {_span(table)}",
        f"Full run, mean: {_full_run(table, found)}",
        "Full run minus the run without the mechanism, paired; mean [95 % interval]; *: the interval excludes 0.",
        "%: of the full run. R: next-generation R at the end, hybrids per hybrid; −∞: infinite without the mechanism.",
        "",
        "mechanism".ljust(_MECHANISM) + "".join(_HEADS[name].rjust(_CELL) for name in _shown(found)),
    ]
    for mechanism, cells in _cells(found).items():
        name = mechanism if len(mechanism) <= _MECHANISM - 2 else mechanism[: _MECHANISM - 3] + "…"
        lines.append(name.ljust(_MECHANISM) + "".join(cell.rjust(_CELL) for cell in cells))
    wrapped: list[str] = []
    for line in lines:
        wrapped += _wrap(line)
    return "\n".join(wrapped)


def _wrap(line: str, width: int = 120) -> list[str]:
    import textwrap

    return [line] if len(line) <= width else textwrap.wrap(line, width, subsequent_indent="  ")


def as_markdown(table: pd.DataFrame, scenario: Scenario, months: int) -> str:
    """Return the table as a page: question, set-up, table, figure, how to read it."""
    found = contributions(table)
    heads = [_HEADS[name] for name in _shown(found)]
    rows = [f"| {mechanism} | {' | '.join(cells)} |" for mechanism, cells in _cells(found).items()]
    return "\n".join(
        [
            f"# Ablation: {scenario.title}",
            "",
            f"What does each mechanism of `{scenario.name}` contribute? {months} months, {_span(table)}; scenario "
            f"`{scenario_hash(scenario, months)}`. Each run is played again with one mechanism off and the same seed.",
            "",
            f"Full run, mean: {_full_run(table, found)}.",
            "",
            f"| mechanism | {' | '.join(heads)} |",
            "|---" * (len(heads) + 1) + "|",
            *rows,
            "",
            "Full run minus the run without the mechanism, paired by seed: mean [95 % Student interval]; * where the "
            "interval excludes 0. % of the full run; R is next-generation R at the end (−∞: infinite without the "
            "mechanism). A mechanism below 0 holds back what is measured. Contributions do not add up: mechanisms work "
            "through one another.",
            "",
            "![Contributions](ablation.png)",
            "",
        ]
    )


def draw(table: pd.DataFrame, title: str) -> Figure:
    """Return a forest plot: one panel per outcome, one line per mechanism, mean and 95 % interval."""
    found = contributions(table)
    shown = _shown(found)
    names = list(dict.fromkeys(found["mechanism"]))
    figure = Figure(figsize=(2.2 + 2.9 * len(shown), 1.4 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axis, name in zip(axes, shown, strict=True):
        rows = found[found["outcome"] == name].set_index("mechanism").loc[names]
        for place, (_, row) in enumerate(rows.iterrows()):
            if not math.isfinite(row["estimate"]):
                words = " unknown" if math.isnan(row["estimate"]) else " infinite without it"
                axis.text(0, place, words, va="center", fontsize=8)
                continue
            sure = not row["low"] <= 0 <= row["high"]
            error = [[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]]
            axis.errorbar(
                row["estimate"], place, xerr=error, marker="o", markersize=5, capsize=3, color="#0072B2",
                markerfacecolor="#0072B2" if sure else "white",
            )  # fmt: skip
        axis.axvline(0, color="black", linewidth=1)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="x", alpha=0.25)
        unit = "hybrids per hybrid" if name == "r_theoretical" else "% of the full run"
        axis.set_xlabel(f"{OUTCOMES[name].words}\n{unit}")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    figure.suptitle(f"{title}: full run minus the run without (filled: 95 % interval excludes 0)", fontsize=10)
    return figure


def leave(table: pd.DataFrame, scenario: Scenario, months: int, out: Path) -> None:
    """Write ``ablation.json``, ``ablation.md`` and ``ablation.png`` beside ``ablation.csv``."""
    found = contributions(table)
    content = {
        "scenario": scenario.name,
        "scenario_hash": scenario_hash(scenario, months),
        "months": months,
        "seeds": sorted(int(seed) for seed in table["seed"].unique()),
        "contributions": json.loads(found.to_json(orient="records", double_precision=15)),
    }
    (out / "ablation.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "ablation.md").write_text(as_markdown(table, scenario, months), encoding="utf-8")
    draw(table, scenario.title).savefig(out / "ablation.png", dpi=110)
