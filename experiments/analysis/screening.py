"""Screening: which of many factors matter at all (Morris' elementary effects). For `morris` and `screened` designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.sensitivity.figures import draw_effects
from experiments.analysis.sensitivity.guards import DROP, guarded, outcome_words
from experiments.analysis.sensitivity.indices import Effects, elementary_effects
from experiments.analysis.sensitivity.section import check_common
from experiments.designs import make_design
from experiments.designs.morris import trajectories_of
from experiments.designs.saltelli import blocks_of

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {"outcomes": [], "resamples": 1000, "transform": "none", "drop": DROP, "shown": 15}


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when the design has no trajectories, or an outcome can have no effects."""
    check_common(study, options, where, ("morris", "screened"))


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return mu*, mu and sigma of every factor for every outcome, with what seed noise alone would give."""
    study = results.study
    numbers = trajectories_of(results.points)
    levels = make_design(study).options["levels"]
    words: list[str] = []
    warned: list[str] = []
    findings: dict[str, Any] = {}
    figures: dict[str, Drawing] = {}
    tables: dict[str, Table] = {}
    for outcome in options["outcomes"] or study.outcomes:
        found = guarded(results, outcome, numbers, "trajectory", options["drop"], options["transform"])
        warned += found.warnings
        if found.refusal:
            warned.append(found.refusal)
            findings[outcome] = {"refused": found.refusal}
            continue
        effects = elementary_effects(study, results.points, found, levels, options["resamples"])
        if found.replicates == 1:
            warned.append(
                f"{outcome}: one replicate per point: how much of mu* is seed noise is not known; a factor that does "
                "nothing may have one above 0."
            )
        title, unit = outcome_words(study, outcome, options["transform"])
        frame = _frame(study, effects)
        tables[f"effects-{outcome}"] = Table(frame, f"Elementary effects: {title}{f' ({unit})' if unit else ''}.")
        names = [factor.name.replace("_", " ") for factor in study.factors]
        figures[f"effects-{outcome}"] = draw_effects(names, effects, title, unit, options["shown"])
        words.append(_words(study, title, unit, len(found.blocks), effects))
        findings[outcome] = {
            "trajectories": len(found.blocks), "trajectories_missing": found.missing,
            "trajectories_dropped": found.dropped, "replicates": found.replicates,
            "factors": {
                path: {
                    "mu_star": [float(number) for number in effects.importance.at(row)],
                    "mu": float(effects.mean[row]), "sigma": float(effects.spread[row]),
                    "noise_floor": float(effects.floor[row]) if np.isfinite(effects.floor[row]) else None,
                }
                for row, path in enumerate(study.paths)
            },
        }  # fmt: skip
    kept = blocks_of(results.points).factors
    if study.design.method == "screened":
        findings["kept"] = [study.paths[place] for place in kept]
        words.append(
            f"The indices look at {', '.join(findings['kept'])}; all others stay at the middle of their range there."
            if len(kept)
            else "No factors have been chosen for indices (yet)."
        )
    return Section("Which factors matter at all", tuple(words), tuple(warned), findings, figures, tables)


def _frame(study: Study, effects: Effects) -> pd.DataFrame:
    frame = pd.DataFrame({
        "factor": list(study.paths), "mu*": effects.importance.estimate, "low": effects.importance.low,
        "high": effects.importance.high, "mu": effects.mean, "sigma": effects.spread,
    })  # fmt: skip
    if np.isfinite(effects.floor).any():
        frame["mu* of noise alone"] = effects.floor
    return frame.sort_values("mu*", ascending=False, kind="stable", ignore_index=True)


def _words(study: Study, title: str, unit: str, trajectories: int, effects: Effects) -> str:
    order = np.argsort(-effects.importance.estimate, kind="stable")
    of = f" {unit}" if unit else ""
    top = "; ".join(
        f"{study.paths[row]} {effects.importance.at(row)}{of} ({_direction(effects, row)})" for row in order[:3]
    )
    text = (
        f"{title[:1].upper()}{title[1:]}: moved over its whole range while the others stay, a factor changes the "
        f"outcome by mu* on average ({trajectories} trajectories, 95 % intervals). The most important are {top}."
    )
    if np.isfinite(effects.floor).any():
        quiet = int((effects.importance.low <= effects.floor).sum())
        text += f" {quiet} of {len(order)} factors cannot be told from seed noise."
    return text


def _direction(effects: Effects, row: int) -> str:
    ratio = effects.mean[row] / effects.importance.estimate[row] if effects.importance.estimate[row] else 0.0
    if abs(ratio) < 0.8:
        return "up or down, depending on the others"
    return "more of it, more" if ratio > 0 else "more of it, less"
