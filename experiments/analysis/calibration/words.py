"""What calibration says: sentences, plain numbers and tables. Computes nothing but summaries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.analysis.calibration.draws import Draws, Recovery, outside
from experiments.analysis.calibration.posterior import Posterior

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study
    from experiments.study.factors import Factor

__all__ = [
    "fit", "gaps", "method", "miscovered", "plain_posterior", "plain_recovery", "posterior_frame", "posterior_words",
    "recovery_frame", "recovery_words",
]  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------------


def gaps(results: Results) -> list[str]:
    """Return warnings about runs that are missing."""
    bad, total = len(results.bad), len(results.runs)
    if not bad:
        return []
    return [
        f"{bad} of {total} runs did not end well and are left out: where runs fail, the prior is thinner than the "
        "study says."
    ]


def method(study: Study, draws: Draws, factors: list[Factor], points: int, adjust: bool) -> str:
    """Return what was done, in a paragraph."""
    ranges = "; ".join(
        f"{_name(f)} {f.values([0.0])[0]:.3g} to {f.values([1.0])[0]:.3g}"
        + (" (log scale)" if f.scale == "log" else "") for f in factors
    )  # fmt: skip
    others = [_name(f) for f in study.factors if f not in factors]
    averaged = f" {', '.join(others)} is varied too and averaged over." if others else ""
    unknown = [name for k, name in enumerate(draws.names) if not np.isfinite(draws.raw[:, k]).all()]
    beyond = f" Where {', '.join(unknown)} is not known (it did not happen), that itself is used." if unknown else ""
    prior = "on a grid of points" if study.design.method == "factorial" else "evenly"
    if study.design.method == "points":
        prior = "as the file of points has them"
    return (
        f"{len(draws.points):,} stored runs of {points:,} points are read as draws from the prior: {ranges}, filled "
        f"{prior}. Their {len(draws.names)} statistics ({', '.join(draws.names)}) are set against the observation by "
        f"random-forest ABC{' with a local linear adjustment' if adjust else ''}.{averaged}{beyond}"
    )


def fit(draws: Draws, row: Any, findings: dict[str, Any], warnings: list[str]) -> list[str]:
    """Say whether runs of the prior come near the observation."""
    beyond, share = outside(draws, row)
    findings["observation"] = {
        "observed": {name: None if np.isnan(v) else float(v) for name, v in zip(draws.names, row, strict=True)},
        "outside": beyond, "as_far": share,
    }  # fmt: skip
    if beyond:
        warnings.append(
            f"Extrapolation: no run of the prior reaches the observed {', '.join(beyond)}. The model, in these ranges, "
            "does not give this observation, and the posterior says only which end it lies towards."
        )
    if share < 0.01:
        warnings.append(
            f"Extrapolation: the observed statistics lie together further from any run than {1 - share:.1%} of the "
            "runs do from one another."
        )
    if beyond or share < 0.01:
        return []
    return [
        f"The observation is one that the model can give in these ranges: every observed value lies among the runs’, "
        f"and {share:.0%} of the runs have neighbours no nearer than it has."
    ]


def posterior_words(factor: Factor, found: Mapping[str, Any], verdict: str) -> str:
    """Return a posterior in a sentence."""
    text = (
        f"{_name(factor)}: {found['mean']:.3g} (posterior mean), in 90 % between {found['low_90']:.3g} and "
        f"{found['high_90']:.3g}{_unit(factor)}"
    )
    if "truth" in found:
        side = "in" if found["inside_90"] else "outside"
        text += f"; the value that made the observation is {found['truth']:.3g}, {side} it"
    if found["width"] > 0.95:
        text += "; that is as wide as the prior: this observation does not tell"
    elif verdict == "not identified":
        text += "; recovery says that these statistics do not tell"
    return text + "."


def recovery_words(factors: list[Factor], recoveries: list[Recovery], count: int) -> list[str]:
    """Return what recovery found, a sentence per parameter."""
    out = [
        f"Recovery: {count} points were held out in turn, a run of each taken for an observation, and its known values "
        "looked for in the runs of other points (and of other seeds, where there are several)."
    ]
    for factor, found in zip(factors, recoveries, strict=True):
        inner, outer = found.within[50], found.within[90]
        text = (
            f"{_name(factor)} is {found.verdict}: the error of the posterior mean is {found.error:.2f} of the range "
            f"where the prior’s is {found.prior_error:.2f} ({found.skill.estimate:.0%} of the variance told, 95 % "
            f"interval {found.skill.low:.0%} to {found.skill.high:.0%}); the 90 % interval holds the truth in "
            f"{outer.estimate:.0%} of cases ({outer.low:.0%} to {outer.high:.0%}), the 50 % interval in "
            f"{inner.estimate:.0%} ({inner.low:.0%} to {inner.high:.0%})"
        )
        if found.verdict == "not identified":
            text += "; its posterior is as wide as its prior, or as wrong: these statistics do not tell it"
        out.append(text + ".")
    return out


def miscovered(factors: list[Factor], recoveries: list[Recovery]) -> list[str]:
    """Return warnings about intervals that do not hold what they promise."""
    out = []
    for factor, found in zip(factors, recoveries, strict=True):
        for level, share in found.within.items():
            if not share.low <= level / 100 <= share.high:
                side = "too narrow" if share.estimate < level / 100 else "too wide"
                out.append(f"The {level} % intervals of {_name(factor)} are {side}: they hold {share.estimate:.0%}.")
    return out


# -- numbers --------------------------------------------------------------------------------------------------


def _natural(factor: Factor, places: Any) -> list[float]:
    """Return values at places of the unit interval, without rounding to whole numbers."""
    if factor.levels:
        numbers = [float(level) for level in factor.levels]
        middles = (np.arange(len(numbers)) + 0.5) / len(numbers)
        return [float(value) for value in np.interp(places, middles, numbers)]
    if factor.scale == "log":
        low, high = math.log(factor.low), math.log(factor.high)
        return [float(value) for value in np.exp(low + np.asarray(places) * (high - low))]
    shift = 0.5 if factor.whole else 0.0
    low, high = factor.low - shift, factor.high + shift
    return [float(value) for value in low + np.asarray(places) * (high - low)]


def plain_posterior(factor: Factor, found: Posterior, truth: float | None) -> dict[str, Any]:
    """Return a posterior as plain numbers, in the units of the factor."""
    ends = _natural(factor, found.quantile([0.05, 0.25, 0.5, 0.75, 0.95]))
    values = np.array(_natural(factor, found.places))
    mean = float(found.weights @ values)
    out: dict[str, Any] = {
        "mean": mean, "sd": float(np.sqrt(found.weights @ (values - mean) ** 2)), "median": ends[2],
        "low_90": ends[0], "high_90": ends[4], "low_50": ends[1], "high_50": ends[3],
        "width": found.sd * math.sqrt(12), "effective_runs": found.effective,
    }  # fmt: skip
    if truth is not None:
        out |= {"truth": truth, "inside_90": bool(ends[0] <= truth <= ends[4])}
    return out


def plain_recovery(found: Recovery) -> dict[str, Any]:
    """Return a recovery as plain numbers."""
    return {
        "verdict": found.verdict,
        "within_90": list(found.within[90]), "within_50": list(found.within[50]),
        "correlation": None if math.isnan(found.correlation) else found.correlation,
        "error": found.error, "prior_error": found.prior_error, "skill": list(found.skill), "width": found.width,
    }  # fmt: skip


def posterior_frame(factors: list[Factor], findings: Mapping[str, Any]) -> pd.DataFrame:
    """Return the table of posteriors."""
    rows = []
    for factor in factors:
        found = findings["parameters"][factor.path]["posterior"]
        ends = [found[key] for key in ("mean", "low_50", "high_50", "low_90", "high_90", "width")]
        rows.append([factor.label, *ends, found.get("truth", math.nan)])
    names = ["parameter", "mean", "50 % from", "to", "90 % from", "to ", "sd over the prior’s", "known value"]
    frame = pd.DataFrame(rows, columns=names)
    return frame if frame["known value"].notna().any() else frame.drop(columns="known value")


def recovery_frame(factors: list[Factor], recoveries: list[Recovery]) -> pd.DataFrame:
    """Return the table of recoveries."""
    rows = [
        (
            f.label, r.verdict, r.correlation, r.error, r.prior_error, r.skill.estimate, r.within[50].estimate,
            r.within[90].estimate, r.width,
        )
        for f, r in zip(factors, recoveries, strict=True)
    ]  # fmt: skip
    names = [
        "parameter", "verdict", "correlation", "error", "error of the prior’s mean", "variance told",
        "in 50 % interval", "in 90 % interval", "sd over the prior’s",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _name(factor: Factor) -> str:
    return factor.name.replace("_", " ")


def _unit(factor: Factor) -> str:
    return f" {factor.unit}" if factor.unit else ""
