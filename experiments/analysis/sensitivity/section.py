"""Sensitivity: which factors an outcome's variance comes from (Sobol' indices), and how much of it is seed noise.

Needs a `saltelli` or `screened` design. What an index is estimated from and how noise is taken off: `indices`; what is
let in: `guards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecosim.errors import StudyError
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.sensitivity.figures import draw_indices, draw_pairs
from experiments.analysis.sensitivity.guards import DROP, Guarded, guarded, outcome_words
from experiments.analysis.sensitivity.indices import SobolIndices, elementary_effects, sobol_indices
from experiments.designs import make_design
from experiments.designs.morris import trajectories_of
from experiments.designs.options import TRANSFORMS, check_choice, check_number, check_outcome, check_switch, check_whole
from experiments.designs.saltelli import Blocks, blocks_of
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check", "check_common"]

OPTIONS: Mapping[str, Any] = {
    "outcomes": [], "second_order": True, "resamples": 1000, "transform": "none", "drop": DROP, "shown": 15,
}  # fmt: skip
WIDE = 0.1  # half of an interval of a total index, beyond which the sample is too small to rank by


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when the design has no Saltelli blocks, or an outcome can have no indices."""
    check_common(study, options, where, ("saltelli", "screened"))
    check_switch(options, "second_order", where)


def check_common(study: Study, options: Mapping[str, Any], where: str, methods: tuple[str, ...]) -> None:
    """Check the design and the options that sensitivity and screening share."""
    if study.design.method not in methods:
        raise StudyError(
            f"{where}: design.method = {study.design.method!r}: allowed with this analysis is {' or '.join(methods)}"
        )
    given = options["outcomes"]
    if not isinstance(given, list):
        raise StudyError(f"{where}: outcomes = {given!r}: allowed is a list of outcomes")
    for name in given:
        check_outcome(study, name, f"{where}: outcomes")
    if all(study.may_be_unknown(name) for name in study.outcomes):
        raise StudyError(
            f"{where}: every outcome of the study may be unknown in a run: allowed is at least one that is not"
        )
    check_whole(options, "resamples", 100, 100_000, where)
    check_choice(options, "transform", TRANSFORMS, where)
    check_number(options, "drop", 0.0, 0.5, where)
    check_whole(options, "shown", 1, 100, where)


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the indices of every outcome, with intervals, the share of seed noise, and what was left out."""
    study = results.study
    blocks = blocks_of(results.points)
    words: list[str] = []
    warned: list[str] = []
    findings: dict[str, Any] = {}
    figures: dict[str, Drawing] = {}
    tables: dict[str, Table] = {}
    second = bool(options["second_order"]) and blocks.second_order
    for outcome in options["outcomes"] or study.outcomes:
        found = guarded(
            results, outcome, blocks.numbers, "Saltelli block", options["drop"], options["transform"], ends=True
        )
        warned += found.warnings
        if found.refusal:
            warned.append(found.refusal)
            findings[outcome] = {"refused": found.refusal}
            continue
        values = found.values
        if blocks.second_order and not second:
            values = np.delete(values, np.s_[len(blocks.factors) + 1 : -1], axis=1)
        indices = sobol_indices(values, len(blocks.factors), second, options["resamples"])
        findings[outcome] = _findings(study, blocks, found, indices)
        if indices.drowned:
            warned.append(
                f"{outcome}: no indices: what the factors do cannot be told from seed noise with {found.replicates} "
                f"replicate{'s' if found.replicates > 1 else ''} and {len(values)} blocks; more of either are needed."
            )
            findings[outcome] = {"refused": warned[-1], **_counts(found)}
            continue
        warned += _doubts(outcome, found, indices, options["transform"])
        warned += _not_kept(results, blocks, outcome, options)
        words += _words(study, blocks, outcome, found, indices, options["transform"])
        title = outcome_words(study, outcome, options["transform"])[0]
        frame = _frame(study, blocks, indices)
        tables[f"indices-{outcome}"] = Table(frame, f"Sobol' indices: {title}.")
        names = [study.factors[place].name.replace("_", " ") for place in blocks.factors]
        figures[f"indices-{outcome}"] = draw_indices(names, indices, title, options["shown"])
        if second and indices.second is not None:
            tables[f"pairs-{outcome}"] = Table(_pairs(study, blocks, indices), f"Interactions of two factors: {title}.")
            figures[f"pairs-{outcome}"] = draw_pairs(names, indices, title)
    return Section("Which factors decide", tuple(words), tuple(warned), findings, figures, tables)


# -- numbers --------------------------------------------------------------------------------------------------


def _counts(found: Guarded) -> dict[str, int]:
    return {
        "blocks": len(found.blocks), "blocks_of_design": found.total, "blocks_missing": found.missing,
        "blocks_dropped": found.dropped, "replicates": found.replicates,
    }  # fmt: skip


def _findings(study: Study, blocks: Blocks, found: Guarded, indices: SobolIndices) -> dict[str, Any]:
    paths = [study.paths[place] for place in blocks.factors]
    noise = indices.noise
    out: dict[str, Any] = {
        **_counts(found),
        "first": {path: _plain(indices.first.at(row)) for row, path in enumerate(paths)},
        "total": {path: _plain(indices.total.at(row)) for row, path in enumerate(paths)},
        "widest_half_width": indices.widest,
        "noise_share": None if noise is None else _plain(noise.share),
        "noise_common": None if noise is None else _plain(noise.common),
        "noise_own": None if noise is None else _plain(noise.own),
        "noise_in_means": None if noise is None else noise.in_means,
    }
    if noise is not None:
        left = 1 - noise.share.estimate
        out["total_single_runs"] = {path: float(indices.total.estimate[row] * left) for row, path in enumerate(paths)}
    if indices.second is not None:
        out["second"] = {
            f"{paths[j]} × {paths[k]}": _plain(indices.second.at(row)) for row, (j, k) in enumerate(indices.pairs)
        }
    return out


def _plain(value: Interval) -> list[float | None]:
    return [float(number) if np.isfinite(number) else None for number in value]


def _frame(study: Study, blocks: Blocks, indices: SobolIndices) -> pd.DataFrame:
    first, total = indices.first, indices.total
    frame = pd.DataFrame({
        "factor": [study.paths[place] for place in blocks.factors],
        "first": first.estimate, "first, low": first.low, "first, high": first.high,
        "total": total.estimate, "total, low": total.low, "total, high": total.high,
    })  # fmt: skip
    if indices.noise is not None:
        left = 1 - indices.noise.share.estimate
        frame = frame.assign(**{
            "first, single runs": first.estimate * left, "total, single runs": total.estimate * left,
            "total, noise not taken off": indices.raw_total,
        })  # fmt: skip
    return frame.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _pairs(study: Study, blocks: Blocks, indices: SobolIndices) -> pd.DataFrame:
    assert indices.second is not None
    paths = [study.paths[place] for place in blocks.factors]
    frame = pd.DataFrame({
        "factor": [paths[j] for j, _ in indices.pairs], "with": [paths[k] for _, k in indices.pairs],
        "second": indices.second.estimate, "low": indices.second.low, "high": indices.second.high,
    })  # fmt: skip
    return frame.sort_values("second", ascending=False, kind="stable", ignore_index=True)


# -- words ----------------------------------------------------------------------------------------------------


def _not_kept(results: Results, blocks: Blocks, outcome: str, options: Mapping[str, Any]) -> list[str]:
    """Say which factors matter to this outcome, as the screening sees it, and were not kept: another one chose."""
    study = results.study
    walks = trajectories_of(results.points)
    found = guarded(results, outcome, walks, "trajectory", options["drop"], options["transform"])
    if found.refusal or len(blocks.factors) == len(study.factors):
        return []
    levels = make_design(study).options["levels"]
    importance = elementary_effects(study, results.points, found, levels).importance.estimate
    largest = np.argsort(-importance, kind="stable")[: len(blocks.factors)]
    missed = [
        study.paths[row] for row in largest if row not in blocks.factors and importance[row] > 0.25 * importance.max()
    ]
    if not missed:
        return []
    return [
        f"{outcome}: the screening finds {', '.join(missed)} important to this outcome, but kept others, which matter "
        "more to the outcome that the design looks at: the indices do not show them."
    ]


def _words(
    study: Study, blocks: Blocks, outcome: str, found: Guarded, indices: SobolIndices, transform: str
) -> list[str]:  # fmt: skip
    words, _ = outcome_words(study, outcome, transform)
    order = np.argsort(-indices.total.estimate, kind="stable")
    names = [study.paths[place] for place in blocks.factors]
    top = "; ".join(f"{names[row]} {_share(indices.total.at(row))}" for row in order[:3])
    alone = float(indices.first.estimate.sum())
    text = (
        f"{words[:1].upper()}{words[1:]}: the factors that most of the variance goes through, alone or with others "
        f"(total index, 95 % interval), are {top}. One by one, without their interactions, the factors account for "
        f"{max(alone, 0.0):.0%} of the variance of the expected outcome"
    )
    text += f"; the other {1 - alone:.0%} is how they combine." if alone < 0.98 else "."
    idle = [names[row] for row in order if indices.total.low[row] <= 0.01]
    if idle:
        text += f" {len(idle)} of {len(names)} cannot be told from a factor that does nothing."
    still = len(study.factors) - len(names)
    if still:
        text += (
            f" These are the {len(names)} factors that the screening kept; the other {still} stayed at the middle of "
            "their range, and what they would add is not in these shares."
        )
    return [text, _noise_words(outcome, found, indices)]


def _noise_words(outcome: str, found: Guarded, indices: SobolIndices) -> str:
    noise = indices.noise
    if noise is None:
        return (
            f"{outcome}: with one replicate the share of chance (seed noise) is not known. The indices are of single "
            "runs, and every total index holds the noise as well: a factor that does nothing may have one above 0."
        )
    if noise.share.estimate == 0:
        return f"{outcome}: there is no chance in it: every seed gives the same."
    return (
        f"{outcome}: {_share(noise.share)} of the variance of single runs is chance: the same values of all factors, "
        f"another seed. {_share(noise.common)} is a shift by the seed that is the same wherever the factors stand, "
        f"which paired seeds take out of comparisons, and {_share(noise.own)} is not. The indices above are of the "
        f"expected outcome: noise has been taken off the means of {found.replicates} replicates, {noise.in_means:.1%} "
        f"of whose variance it is. For single runs, multiply every index by {1 - noise.share.estimate:.3f}."
    )


def _share(value: Interval) -> str:
    return f"{value.estimate:.3f} [{value.low:.3f}, {value.high:.3f}]"


def _doubts(outcome: str, found: Guarded, indices: SobolIndices, transform: str) -> list[str]:
    out = []
    if indices.noise is None:
        out.append(f"{outcome}: one replicate per point: seed noise is not known and stays in the indices.")
    elif found.replicates == 2:
        out.append(
            f"{outcome}: two replicates: what the two seeds do at all points alike is not in the intervals; play "
            "three at least."
        )
    if indices.widest > WIDE:
        out.append(
            f"{outcome}: the widest interval of a total index is ± {indices.widest:.2f}: the sample of "
            f"{len(found.blocks)} blocks is too small to rank factors that lie close; more points would narrow it."
        )
    if indices.top_share > 0.5 and transform == "none":
        out.append(
            f"{outcome}: 1 % of the points make {indices.top_share:.0%} of the variance: the indices are about these; "
            'transform = "log1p" asks about all.'
        )
    return out
