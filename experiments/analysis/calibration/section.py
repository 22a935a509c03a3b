"""Calibration: which values of the factors fit an observation, how surely, and can that be trusted?

The stored runs of a space-filling design are draws from a prior (the study's ranges); their outcomes are the summary
statistics. Random-forest ABC (`posterior`) weighs them for an observation. Runs that are held out, whose values are
known, say whether the answer would have been right (recovery).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ecosim.errors import StudyError, nearest_name
from experiments.analysis.base import Section, Table
from experiments.analysis.calibration import words as say
from experiments.analysis.calibration.draws import calibrated, parameters_of, recovered, statistics_of
from experiments.analysis.calibration.posterior import Posterior

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["OPTIONS", "analyse", "check"]

OPTIONS: Mapping[str, Any] = {
    "observed": {},  # outcome → value; empty: recovery only
    "statistics": [],  # outcomes that are used; empty: those observed, or all of them
    "truth": {},  # factor → value, where the observation comes from a run with known values: drawn as a line
    "recover": 100,  # points that are pretended observations, in turns of at most a fifth of all
    "trees": 200,  # per parameter
    "adjust": True,  # local linear adjustment
}
_PRIORS = ("lhs", "sobol", "factorial", "points")
_FEWEST = 50  # runs
_SEEDS = 10  # below which chance is hardly sampled, as all points share them


def check(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError when the design is no prior, or an option is wrong."""
    if study.design.method not in _PRIORS:
        raise StudyError(
            f"{where}: design.method = {study.design.method!r}: calibration reads the points as draws from a prior; "
            f"allowed are {', '.join(_PRIORS)}"
        )
    if not parameters_of(study.factors):
        raise StudyError(f"{where}: no factor of the study has an order (numbers); there is nothing to calibrate")
    for key in ("observed", "truth"):
        known = study.outcomes if key == "observed" else study.paths
        table = options[key]
        if not isinstance(table, Mapping):
            raise StudyError(f"{where}: {key} = {table!r}: allowed is a table of numbers")
        for name, value in _flat(table).items():
            if name not in known:
                hint = nearest_name(name, known)
                raise StudyError(f"{where}: {key}: unknown {name!r}{hint}; allowed are {', '.join(known)}")
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
                raise StudyError(f"{where}: {key}.{name} = {value!r}: allowed is a number (nan: it did not happen)")
    names = options["statistics"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise StudyError(f"{where}: statistics = {names!r}: allowed is a list of outcomes")
    for name in names:
        if name not in study.outcomes:
            hint = nearest_name(name, study.outcomes)
            raise StudyError(f"{where}: statistics: unknown {name!r}{hint}; allowed are {', '.join(study.outcomes)}")
        if options["observed"] and name not in options["observed"]:
            raise StudyError(f"{where}: statistics: {name!r} is not among the observed")
    for key, least, most in (("recover", 0, 100_000), ("trees", 10, 10_000)):
        value = options[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise StudyError(f"{where}: {key} = {value!r}: allowed is a whole number from {least} to {most}")
    if not isinstance(options["adjust"], bool):
        raise StudyError(f"{where}: adjust = {options['adjust']!r}: allowed is true or false")


def analyse(results: Results, options: Mapping[str, Any]) -> Section:
    """Return posteriors for the observation, and how well known values are found again."""
    study = results.study
    observed = {name: float(value) for name, value in _flat(options["observed"]).items()}
    factors = parameters_of(study.factors)
    names = tuple(options["statistics"] or observed or study.outcomes)
    title = "Calibration: what values fit"
    warnings = say.gaps(results)
    good = len(results.good)
    if good < _FEWEST:
        text = f"There are {good} good runs: a posterior needs {_FEWEST} or more."
        return Section(title, (), (*warnings, text), {"runs": good})
    draws = statistics_of(results, names)
    warnings += [f"{name} is not used: {reason}." for name, reason in draws.dropped.items()]
    if not draws.names:
        return Section(title, (), (*warnings, "No statistic tells anything."), {"runs": good})
    points = len(np.unique(draws.points))
    seeds = len(np.unique(draws.seeds))
    if seeds < min(_SEEDS, points):
        warnings.append(
            f"All {points} points were played with the same {seeds} seed{'s' if seeds > 1 else ''} (common random "
            "numbers): where a run depends on its seed, the draws hold hardly any of that chance, and intervals are "
            f"too narrow for an observation of another seed. Play {_SEEDS} replicates or more, and fewer points."
        )
    words = [say.method(study, draws, factors, points, bool(options["adjust"]))]
    count = min(options["recover"], points)
    if 0 < count < 30:
        warnings.append(f"Recovery is tried on {count} points only: its shares are rough.")
    recoveries = recovered(draws, count, options["trees"], options["adjust"], study.seed) if count > 1 else []
    posteriors: list[Posterior] = []
    findings: dict[str, Any] = {"runs": good, "points": points, "statistics": list(draws.names), "parameters": {}}
    if observed:
        row = np.array([observed[name] for name in draws.names])
        words += say.fit(draws, row, findings, warnings)
        posteriors = calibrated(draws, row, options["trees"], options["adjust"], study.seed)
    truth = {study.factor(name).path: float(value) for name, value in _flat(options["truth"]).items()}
    for k, factor in enumerate(factors):
        known: dict[str, Any] = {}
        if posteriors:
            known["posterior"] = say.plain_posterior(factor, posteriors[k], truth.get(factor.path))
            verdict = recoveries[k].verdict if recoveries else ""
            words.append(say.posterior_words(factor, known["posterior"], verdict))
        if recoveries:
            known["recovery"] = say.plain_recovery(recoveries[k])
        findings["parameters"][factor.path] = known
    if recoveries:
        words += say.recovery_words(factors, recoveries, count)
        warnings += say.miscovered(factors, recoveries)
    elif posteriors:
        warnings.append("No recovery test was made: nothing says whether these posteriors can be trusted.")
    figures, tables = {}, {}
    from experiments.analysis.calibration import drawing

    if posteriors:
        figures["posterior"] = drawing.densities(factors, posteriors, truth)
        tables["posterior"] = Table(say.posterior_frame(factors, findings), "Posterior of each parameter.")
    if recoveries:
        figures["recovery"] = drawing.recovery(factors, recoveries)
        caption = "Recovery on held-out points; errors as shares of the factor’s range, on its scale."
        tables["recovery"] = Table(say.recovery_frame(factors, recoveries), caption)
    return Section(title, tuple(words), tuple(warnings), findings, figures, tables)


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a table whose nested tables are paths: ``medium.x = 1`` in TOML is a table in a table."""
    out: dict[str, Any] = {}
    for key, item in table.items():
        out |= _flat(item, f"{above}{key}.") if isinstance(item, Mapping) else {f"{above}{key}": item}
    return out
