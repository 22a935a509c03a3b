"""Scenario discovery: where, among the values of the factors, are the cases of interest? Boxes (PRIM) and a tree.

Vocabulary of the EMA Workbench: coverage, density, mass. Boxes and tree are found again and again without a fold of the
points and tried on it, so that what noise alone would give is not claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Drawing, Section, Table
from experiments.analysis.discovery.cases import Cases, HeldOut, find_cases, held_out
from experiments.analysis.discovery.prim import Box, Limit, Rules, boxes, quasi_p
from experiments.analysis.discovery.tree import Tree, grow_tree
from experiments.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study
    from experiments.study.factors import Factor

__all__ = ["OPTIONS", "analyse", "check", "limit_words"]

OPTIONS: Mapping[str, Any] = {
    "outcome": "emerged",  # of interest when it is above `above` and below `below`; 0/1 outcomes: above 0.5
    "above": None,
    "below": None,
    "by": "run",  # or "point": the mean of a point's replicates is looked at
    "alpha": 0.05,  # share peeled off or pasted on at a step
    "mass": 0.05,  # least share of the runs in a box
    "density": 0.0,  # the box of most coverage that is so dense; 0: the one nearest to coverage 1 and density 1
    "boxes": 3,  # at most
    "significance": 0.05,  # of restrictions (quasi-p), and of boxes on held-out points
    "depth": 4,  # of the tree, at most; 0: no tree
}
_FEW = 40  # points below which nothing can be held out to any use


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for options that are wrong."""
    outcome = options["outcome"]
    if outcome not in study.outcomes:
        raise StudyError(
            f"{where}: outcome = {outcome!r}{nearest_name(outcome, study.outcomes)}: allowed are the study's outcomes: "
            f"{', '.join(study.outcomes)}"
        )
    for key in ("above", "below"):
        value = options[key]
        if value is not None and not _is_number(value):
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a number")
    if options["above"] is None and options["below"] is None and not _is_share(outcome):
        raise StudyError(f"{where}: outcome = {outcome!r}: say with above or below what counts as a case of interest")
    low, high = options["above"], options["below"]
    if low is not None and high is not None and not low < high:
        raise StudyError(f"{where}: above = {low!r}, below = {high!r}: above must be less than below")
    if options["by"] not in ("run", "point"):
        raise StudyError(f"{where}: by = {options['by']!r}: allowed is run or point")
    for key, least, most in (
        ("alpha", 0.005, 0.5), ("mass", 0.005, 0.9), ("density", 0.0, 1.0), ("significance", 1e-6, 0.5)
    ):  # fmt: skip
        if not _is_number(options[key]) or not least <= options[key] <= most:
            raise StudyError(f"{where}: {key} = {options[key]!r}: allowed is a number from {least:g} to {most:g}")
    for key, least, most in (("boxes", 1, 10), ("depth", 0, 8)):
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a whole number from {least} to {most}")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return the boxes and the tree of the cases of interest."""
    study = results.study
    above, below = options["above"], options["below"]
    if above is None and below is None:
        above = 0.5
    data = find_cases(results, options["outcome"], above, below, options["by"])
    warnings = _gaps(results, data, options)
    of_interest = _of_interest(options["outcome"], above, below, options["by"])
    total, cases = int(data.trials.sum()), int(data.cases.sum())
    unit = "runs" if options["by"] == "run" else "points"
    opening = f"A case of interest is {of_interest}. {cases:,} of {total:,} {unit} are cases" + (
        f" ({cases / total:.0%})." if total else "."
    )
    findings: dict[str, Any] = {"outcome": options["outcome"], "cases": cases, unit: total, "boxes": [], "tree": None}
    title = f"Scenario discovery: {of_interest}"
    if cases in (0, total):
        word = "all" if cases and total else "none"
        text = (opening, f"As {word} of them are, there is nothing to tell apart, and no box.")
        return Section(title, text, tuple(warnings), findings)
    rules = Rules(options["alpha"], options["mass"], options["density"], options["significance"])
    found = boxes(data.columns, data.kinds, data.cases, data.trials, rules, options["boxes"])
    tries = held_out(data, rules, options["boxes"], seed=study.seed)
    claimed = _claimed(found, tries, options["significance"])
    words = [opening, *_box_words(study.factors, claimed, tries, data, unit)]
    warnings += _warned(found, claimed, tries, options, unit)
    tree = grow_tree(data, study.factors, options["depth"], seed=study.seed) if options["depth"] else None
    if tree is not None:
        words.append(_tree_words(tree, unit))
    findings["boxes"] = [_plain(study.factors, box, data, tries[k]) for k, (box, _) in enumerate(claimed)]
    findings["tree"] = None if tree is None else _plain_tree(tree)
    figures, tables = _shown(study.factors, data, found, claimed, tries, tree, unit)
    return Section(title, tuple(words), tuple(warnings), findings, figures, tables)


def limit_words(factor: Factor, limit: Limit) -> str:
    """Return a restriction in words, such as ``transmissibility from 0.01 to 0.03``."""
    name = factor.name.replace("_", " ")
    unit = f" {factor.unit}" if factor.unit and factor.unit != "1" else ""
    if limit.kept is not None:
        kept = [str(level) for level in factor.levels if str(level) in limit.kept]
        return f"{name} is {' or '.join(kept)}"
    if limit.low == limit.high:
        return f"{name} is {limit.low:.3g}{unit}"
    if math.isinf(limit.high):
        return f"{name} ≥ {limit.low:.3g}{unit}"
    if math.isinf(limit.low):
        return f"{name} ≤ {limit.high:.3g}{unit}"
    return f"{name} from {limit.low:.3g} to {limit.high:.3g}{unit}"


# -- words ----------------------------------------------------------------------------------------------------


def _of_interest(outcome: str, above: float | None, below: float | None, by: str) -> str:
    known = OUTCOMES.get(outcome)
    name = known.words if known else outcome.replace("_", " ")
    if above == 0.5 and below is None and _is_share(outcome):
        return f"{name}" if by == "run" else f"{name} in more than half of a point’s runs"
    sides = [f"above {above:g}"] if above is not None else []
    sides += [f"below {below:g}"] if below is not None else []
    mean = " (mean of a point’s runs)" if by == "point" else ""
    return f"{name} {' and '.join(sides)}{mean}"


def _gaps(results: Results, data: Cases, options: Mapping[str, Any]) -> list[str]:
    out = []
    bad, total = len(results.bad), len(results.runs)
    if bad:
        out.append(
            f"{bad} of {total} runs did not end well and are left out; if they fail more often in some "
            "places than in others, boxes and tree are drawn towards the rest."
        )
    missing = len(results.points) - len(data.cases)
    if missing:
        out.append(f"{missing} of {len(results.points)} points have no good run yet and are left out.")
    if data.unknown:
        out.append(
            f"{options['outcome']} is not known in {data.unknown} good runs (it did not happen); "
            + ("they count as not of interest." if options["by"] == "run" else "they are left out of a point’s mean.")
        )
    if len(data.cases) < _FEW:
        out.append(f"There are only {len(data.cases)} points: too few to tell a box from chance.")
    return out


def _claimed(
    found: Sequence[tuple[Box, list[Box]]], tries: Sequence[HeldOut], significance: float
) -> list[tuple[Box, list[Box]]]:  # fmt: skip
    """Return the boxes that hold on points that they were not found on; none after the first that does not."""
    out = []
    for (box, trajectory), judged in zip(found, tries, strict=False):
        if not box.limits or judged.p > significance or judged.density <= judged.base:
            break
        out.append((box, trajectory))
    return out


def _warned(
    found: Sequence[tuple[Box, list[Box]]], claimed: Sequence[Any], tries: Sequence[HeldOut],
    options: Mapping[str, Any], unit: str,
) -> list[str]:  # fmt: skip
    out = []
    for index in range(len(claimed), len(found)):
        box, judged = found[index][0], tries[index]
        if not box.limits:
            continue
        out.append(
            f"A box of density {box.density:.0%} was found as number {index + 1} but is not reproducible: on points "
            f"that were held out, such boxes hold {judged.density:.0%} cases where {judged.base:.0%} are cases "
            f"anyhow (p = {judged.p:.2g}). It is not claimed."
        )
        break
    wanted = options["density"]
    for index, (box, _) in enumerate(claimed):
        if wanted and box.density < wanted:
            out.append(
                f"Box {index + 1} holds {box.density:.1%} cases, less than the wanted {wanted:.0%}: none is so dense, "
                "or not without restrictions that may be chance."
            )
    return out


def _box_words(
    factors: Sequence[Factor], claimed: Sequence[tuple[Box, list[Box]]], tries: Sequence[HeldOut], data: Cases,
    unit: str,
) -> list[str]:  # fmt: skip
    if not claimed:
        return [
            "No box is claimed: no restriction of the factors holds clearly more cases than the whole, on points that "
            "it was not found on."
        ]
    out = []
    for index, (box, _) in enumerate(claimed):
        judged = tries[index]
        where = "; ".join(limit_words(factors[number], limit) for number, limit in box.limits.items())
        start = "Cases lie together where" if index == 0 else f"Of what is outside, box {index + 1}:"
        out.append(
            f"{start} {where}. There, {box.density:.0%} of {unit} are cases, and {box.coverage:.0%} of all cases are "
            f"there; it holds {box.mass:.0%} of all {unit}. Found anew and tried on held-out points: "
            f"{judged.density:.0%} cases, {judged.coverage:.0%} of all cases, where {judged.base:.0%} would be chance."
        )
    free = [f.name.replace("_", " ") for k, f in enumerate(factors) if all(k not in box.limits for box, _ in claimed)]
    if free:
        out.append(f"Nothing is asked of {', '.join(free)}.")
    return out


def _tree_words(tree: Tree, unit: str) -> str:
    if tree.root.yes is None or tree.skill <= 0:
        return "No tree is claimed: cut back by cross-validation, nothing is left that tells cases from the rest."
    leaves = sorted(tree.root.leaves(), key=lambda leaf: -leaf.density)
    rules = "; ".join(
        f"where {' and '.join(leaf.rule)}: {leaf.density:.0%} cases ({leaf.mass:.0%} of {unit})" for leaf in leaves[:3]
    )
    return (
        f"A tree of {len(leaves)} leaves takes {tree.skill:.0%} off the squared error of a forecast that knows only "
        f"how frequent cases are, on held-out points. Its leaves of most cases: {rules}."
    )


# -- numbers --------------------------------------------------------------------------------------------------


def _plain(factors: Sequence[Factor], box: Box, data: Cases, judged: HeldOut) -> dict[str, Any]:
    values = quasi_p(data.columns, box, data.cases, data.trials)
    limits = {
        factors[number].path: {
            "low": None if math.isinf(limit.low) else limit.low,
            "high": None if math.isinf(limit.high) else limit.high,
            "levels": None if limit.kept is None else sorted(limit.kept),
            "quasi_p": values[number],
        }
        for number, limit in box.limits.items()
    }
    return {
        "limits": limits, "density": box.density, "coverage": box.coverage, "mass": box.mass, "points": box.points,
        "held_out": judged._asdict(),
    }  # fmt: skip


def _plain_tree(tree: Tree) -> dict[str, Any]:
    leaves = [
        {"rule": list(leaf.rule), "density": leaf.density, "mass": leaf.mass, "coverage": leaf.coverage}
        for leaf in tree.root.leaves()
    ]
    return {"skill": tree.skill, "leaves": leaves}


def _shown(
    factors: Sequence[Factor], data: Cases, found: Sequence[tuple[Box, list[Box]]],
    claimed: Sequence[tuple[Box, list[Box]]], tries: Sequence[HeldOut], tree: Tree | None, unit: str,
) -> tuple[dict[str, Drawing], dict[str, Table]]:  # fmt: skip
    from experiments.analysis.discovery import drawing

    figures, tables = {}, {}
    if found:
        box, trajectory = found[0]
        figures["trajectory"] = drawing.trajectory(trajectory, box, tries[0], data.rate, bool(claimed))
        rows = [(b.coverage, b.density, b.mass, len(b.limits)) for b in trajectory]
        frame = pd.DataFrame(rows, columns=["coverage", "density", "mass", "restricted factors"])
        tables["trajectory"] = Table(frame, "The peeling trajectory of the first box, from everything inwards.")
    if claimed:
        figures["boxes"] = drawing.limits(factors, [box for box, _ in claimed])
        if len(claimed[0][0].limits) > 1:
            figures["plane"] = drawing.plane(factors, data, claimed[0][0], unit)
        lines = []
        for index, (box, _) in enumerate(claimed):
            p = quasi_p(data.columns, box, data.cases, data.trials)
            lines += [
                (index + 1, limit_words(factors[k], v), p[k], box.density, box.coverage, tries[index].density)
                for k, v in box.limits.items()
            ]
        names = ["box", "restriction", "quasi-p", "density", "coverage", "density on held-out points"]
        tables["boxes"] = Table(
            pd.DataFrame(lines, columns=names),
            "The boxes. Quasi-p: the chance of so many cases if the restriction did nothing (it was chosen among "
            "many, so that small values are no proof; the held-out density is).",
        )
    if tree is not None and tree.root.yes is not None and tree.skill > 0:
        figures["tree"] = drawing.tree(tree.root)
        leaves = [(" and ".join(n.rule), n.density, n.mass, n.coverage) for n in tree.root.leaves()]
        frame = pd.DataFrame(leaves, columns=["rule", "density", "mass", "coverage"])
        tables["tree"] = Table(frame, "The leaves of the tree.")
    return figures, tables


def _is_share(outcome: str) -> bool:
    return outcome in OUTCOMES and OUTCOMES[outcome].unit == "share of runs"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
