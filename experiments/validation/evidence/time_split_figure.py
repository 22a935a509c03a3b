"""The figure of the study of a split in time. Knows of no model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing import COLOURS, DASHES, MARKERS, new_figure
from experiments.validation.evidence.predictors import BASELINES

__all__ = ["draw_scores"]

SHOWN = ("model", "model, defaults", *BASELINES)
_TARGETS = {
    "tie": "organisation × theme:\na new tie", "first": "organisation × theme:\na first tie",
    "which": "themes of one\norganisation", "organisation": "organisation:\nany new tie across",
    "pair": "pair of themes:\nmany new ties", "affinity": "pair of themes:\nmore than by size",
}  # fmt: skip


def draw_scores(table: pd.DataFrame, findings: dict[str, Any]) -> Figure:
    """Return AUC by target and predictor, the calibration of probabilities, and the precision among the first."""
    figure, axes = new_figure(3, width=5.4, height=5.2)
    targets = [name for name in _TARGETS if name in findings]
    names = (*SHOWN, "busy partners")
    for number, name in enumerate(names):
        places, found = [], []
        for row, target in enumerate(targets):
            interval = findings[target]["AUC"].get(name)
            if interval is not None:
                places.append(row + 0.12 * (number - (len(names) - 1) / 2))
                found.append(interval)
        if found:
            middle, low, high = np.array(found).T
            axes[0].errorbar(
                middle, places, xerr=np.maximum([middle - low, high - middle], 0), linestyle="", capsize=2,
                color=COLOURS[number], marker=MARKERS[number], markersize=5, label=name,
                fillstyle="full" if name.startswith("model") else "none",
            )  # fmt: skip
    axes[0].axvline(0.5, color="black", linewidth=0.8, linestyle=":")
    for row in range(len(targets) - 1):
        axes[0].axhline(row + 0.5, color="black", linewidth=0.4)
    axes[2].legend(*axes[0].get_legend_handles_labels(), frameon=False, fontsize=8, loc="upper right")
    axes[0].set_yticks(range(len(targets)), [_TARGETS[name] for name in targets])
    axes[0].invert_yaxis()
    axes[0].set_xlabel("AUC (dotted: chance), 95 % bootstrap intervals")
    learnt, last = findings["learnt until"], findings["predicted until"]
    axes[0].set_title(f"Learnt up to {learnt}, predicted {learnt + 1}–{last}")
    calibration = table[table["part"] == "calibration"]
    for number, name in enumerate(SHOWN):
        style = {"color": COLOURS[number], "marker": MARKERS[number], "linestyle": DASHES[number], "markersize": 5}
        style["fillstyle"] = "full" if name.startswith("model") else "none"
        own = calibration[calibration["predictor"] == name]
        if len(own):
            wide = own.pivot_table(index="item", columns="metric", values="value")
            width = np.maximum([wide["observed"] - wide["low"], wide["high"] - wide["observed"]], 0)
            axes[1].errorbar(
                wide["expected"], wide["observed"], width if name == "model" else None, label=name, **style
            )
        own = table[(table["part"] == "precision") & (table["predictor"] == name)].sort_values("item")
        axes[2].plot(100 * own["item"], own["value"], label=name, **style)
    limit = 1.05 * calibration.loc[calibration["metric"].isin(["expected", "observed"]), "value"].max()
    axes[1].plot([0, limit], [0, limit], color="black", linewidth=0.8, linestyle=":")
    axes[1].set_xlabel("probability predicted (mean of a tenth of cases)")
    axes[1].set_ylabel("share of cases in which a tie formed")
    axes[1].set_title("Calibration, a new tie (dotted: perfect)")
    if "tie" in findings:
        axes[2].axhline(
            findings["tie"]["happened"] / findings["tie"]["cases"], color="black", linewidth=0.8, linestyle=":"
        )
    axes[2].set_xscale("log")
    axes[2].set_ylim(0, 1)
    axes[2].set_xlabel("cases taken, those with the highest scores first (%)")
    axes[2].set_ylabel("share of these in which a tie formed")
    axes[2].set_title("Precision, a new tie (dotted: of all cases)")
    return figure
