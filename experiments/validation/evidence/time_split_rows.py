"""The statements of the study of a split in time, from its findings. Knows of no data."""

from __future__ import annotations

from typing import Any

from experiments.statistics import Interval
from experiments.validation.evidence.predictors import BASELINES
from experiments.validation.evidence.targets import TARGETS
from experiments.validation.row import Row, interval, judged

__all__ = ["statements"]

_WHAT = {
    "tie": "which organisations form a new tie with which other theme",
    "first": "which organisations form their first tie with a theme",
    "which": "with which other themes an organisation forms new ties",
    "organisation": "which organisations form a new tie across themes",
    "pair": "between which pairs of themes most new ties form",
    "affinity": "which pairs of themes form more new ties than their sizes make likely",
}
_OURS = {
    "model": "The model",
    "model, defaults": "The model as imported, with its defaults,",
    "busy partners": "The model with another rule, by which digital partners are met in proportion to their projects,",
}
_SHORT = {"model": "", "model, defaults": ", defaults", "busy partners": ", busy partners"}
_RULES = {
    "configuration": ("the configuration model", "Newman, Strogatz & Watts 2001"),
    "preferential": ("preferential attachment", "Barabási & Albert 1999; Liben-Nowell & Kleinberg 2007"),
    "gravity": ("a fitted law of gravity", "Santos Silva & Tenreyro 2006"),
    "last period": ("the last period repeated", "persistence forecast"),
}
_ACTIVE = (
    "How active an organisation and a theme were says most of what can be said here. The model divides an "
    "organisation's meetings over its ties and finds partners in the digital layer among all alike, so that it knows "
    "the activity of the other side only in part."
)
_WHY = {
    "configuration": _ACTIVE,
    "preferential": _ACTIVE,
    "gravity": "Its exponents of both masses, of distance and of country are fitted to ties of earlier years, by which "
    "only three things of the model are chosen; the model has no place on the map.",
    "last period": "Who formed ties lately goes on; the model does not know when a tie was formed.",
}
_SPREAD = "The interval covers 0: organisations and themes are resampled, and there are few themes."
_NOT_OURS = "Not the model: what a change of this one rule would give."


def statements(findings: dict[str, Any]) -> list[Row]:
    """Return one row for each target, measure and rule, and how the model is calibrated and what it adds."""
    out = [_better(findings, target, "AUC", rule) for target in TARGETS for rule in BASELINES]
    out += [_better(findings, "tie", metric, rule) for metric in ("precision", "Brier") for rule in BASELINES]
    out += [
        _better(findings, "tie", "AUC", rule, ours)
        for ours in ("model, defaults", "busy partners")
        for rule in ("configuration", "preferential")
    ]
    for target in ("tie", "first"):
        found = interval(findings.get(target, {}).get("AUC added by the model"))
        out.append(_row(
            findings, target, f"{target}: added to all rules",
            f"The model adds to what all four rules together know of {_WHAT[target]}.",
            "logistic regression on scores", "AUC with the model minus AUC without: > 0", f"{found}", found, 0.0, 2.0,
            "The rules together know what the model knows.",
        ))  # fmt: skip
    for target in ("tie", "which"):
        found = interval(findings.get(target, {}).get("AUC", {}).get("model"))
        out.append(_row(
            findings, target, f"{target}: better than chance",
            f"The model is better than chance at predicting {_WHAT[target]}.", "Hanley & McNeil 1982",
            "AUC > 0.5", f"{found}", found, 0.5, 1.0, "It orders them at random, or worse.",
        ))  # fmt: skip
    found = interval(findings.get("tie", {}).get("AUC", {}).get("chance"))
    out.append(_row(
        findings, "tie", "tie: chance", "Random numbers, scored in the same way, predict nothing.",
        "Hanley & McNeil 1982",
        "AUC in [0.48, 0.52]", f"{found}", found, 0.48, 0.52, "Few cases: random numbers spread more than the band.",
    ))  # fmt: skip
    found = interval(findings.get("tie", {}).get("expected over observed", {}).get("model"))
    out.append(_row(
        findings, "tie", "tie: calibrated in the large",
        "The model's probabilities of a new tie sum to the ties that form.", "Brier 1950",
        "expected over observed in [0.8, 1.25]", f"{found}", found, 0.8, 1.25,
        "The share of ties that came of the earlier split is expected again; the rules' probabilities have the same "
        "error. A programme that ends, or a network that has grown, changes it.",
    ))  # fmt: skip
    return out


def _better(findings: dict[str, Any], target: str, metric: str, rule: str, ours: str = "model") -> Row:
    """Return whether the model is better than a rule, by the interval of the paired difference."""
    measures = findings.get(target, {})
    found = interval(measures.get(f"{metric} of {ours} better by", {}).get(rule))
    name, source = _RULES[rule]
    words = {"AUC": "", "precision": ", in the first 1 % of cases,", "Brier": " in its probabilities (Brier score)"}[
        metric
    ]
    both = [(measures.get(metric) or {}).get(one) for one in (ours, rule)]
    values = " against ".join("not measured" if one is None else f"{one[0]:.3g}" for one in both)
    difference = "Brier score of the rule minus the model's" if metric == "Brier" else f"{metric} minus the rule's"
    if (target, rule, metric) == ("affinity", "configuration", "AUC"):
        difference += " (0.5: it is what sizes are measured by)"
    return _row(
        findings, target, f"{target}: {metric} over {rule}{_SHORT[ours]}",
        f"{_OURS[ours]} is better than {name}{words} at predicting {_WHAT[target]}.", source, f"{difference}: > 0",
        f"{found} ({values})", found, 0.0, 2.0, _WHY[rule], _NOT_OURS if ours == "busy partners" else "",
    )  # fmt: skip


def _row(
    findings: dict[str, Any], target: str, key: str, fact: str, source: str, expected: str, text: str,
    found: Interval, low: float, high: float, why: str, always: str = "",
) -> Row:  # fmt: skip
    missing = findings["not measured"].get(target)
    verdict = "undecided" if missing else judged(found, low, high)
    if missing:
        text, why = "not measured", f"Not measured: {missing}."
    elif verdict == "undecided":
        why = _SPREAD if low == 0.0 else "The interval is too wide to say."
    elif verdict == "holds":
        why = ""
    return Row(key, fact, source, expected, text, verdict, " ".join(part for part in (always, why) if part))
