"""Theory's R over the factors of a study: from an outcome that holds it, or in closed form. Plays nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ecosim.errors import StudyError, nearest_name

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["CLOSED", "Theory", "check_theories", "closed_form", "folded", "make_theory", "theory_names", "unfolded"]

FloatArray = npt.NDArray[np.float64]
CLOSED = {
    "next-generation": "next-generation R in closed form (well mixed, with crowding)",
    "dilute": "dilute formula of R (well mixed, no crowding)",
}


class Theory(NamedTuple):
    """R over the unit cube of the factors.

    at : folded R (`folded`) at places float64 (n, D): (n,); R = 1 where it is 0
    converged : whether the surface through an outcome's values was fitted to the end
    """

    name: str
    words: str
    at: Callable[[FloatArray], FloatArray]
    converged: bool = True


def folded(r: Any) -> FloatArray:
    """Return ``tanh(log R)``: −1 at R = 0, 0 at R = 1 with slope 1, and 1 where R is infinite; NaN stays."""
    with np.errstate(over="ignore", invalid="ignore"):
        square = np.asarray(r, np.float64) ** 2
        return np.where(np.isinf(square), 1.0, (square - 1.0) / (square + 1.0))


def unfolded(value: Any) -> FloatArray:
    """Return R from what `folded` made of it."""
    value = np.clip(value, -1.0, 1.0 - 1e-12)
    return np.asarray(np.sqrt((1.0 + value) / (1.0 - value)))


def theory_names(study: Study, options: Mapping[str, Any]) -> list[str]:
    """Return what the options ``theory`` and ``also`` ask for; by default `r_first`, if it is among the outcomes."""
    first = options["theory"] or ("r_first" if "r_first" in study.outcomes else "")
    return [name for name in dict.fromkeys((first, *options["also"])) if name and name != "none"]


def check_theories(study: Study, options: Mapping[str, Any], where: str) -> None:
    """Raise StudyError for a theory that the study cannot be compared with."""
    also = options["also"]
    if not isinstance(also, list | tuple) or not all(isinstance(name, str) for name in also):
        raise StudyError(f"{where}: also = {also!r}: allowed is a list of texts")
    if not isinstance(options["theory"], str):
        raise StudyError(f"{where}: theory = {options['theory']!r}: allowed is a text")
    for name in theory_names(study, options):
        allowed = (*study.outcomes, *CLOSED, "none")
        if name not in allowed:
            raise StudyError(f"{where}: theory {name!r}{nearest_name(name, allowed)}; allowed are {', '.join(allowed)}")
        if name in CLOSED and (study.scenario is None or study.scenario.parameters.diversity.distance_matters):
            raise StudyError(
                f"{where}: theory {name!r}: the closed forms hold for a scenario in which distance does not matter "
                "(values: diversity.distance_matters = false)"
            )


def make_theory(results: Results, name: str) -> Theory:
    """Return a theory's R; for an outcome, a smooth surface through its means, point by point.

    Raises
    ------
    ValueError
        When fewer than three points know the outcome.
    """
    study = results.study
    if name in CLOSED:
        return Theory(name, CLOSED[name], lambda places: folded(_closed_at(study, name, places)))
    from experiments.analysis.boundary.emergence import Surface
    from experiments.designs.boundary import unit_places

    surface = Surface(unit_places(results), folded(results.means(name)))
    words = "theory's R of the first hybrid (r_first)" if name == "r_first" else f"theory's R ({name})"
    return Theory(name, words, surface, surface.converged)


def closed_form(study: Study, name: str, values: Mapping[str, Any]) -> float:
    """Return R of a point in closed form: `CLOSED` has the names."""
    from ecosim.reproduction import dilute_reproduction, well_mixed_reproduction
    from experiments.study.points import scenario_of

    parameters = scenario_of(study, values).parameters
    success = -math.expm1(-parameters.latent.base_drive / parameters.latent.barrier_scale)
    known = (
        parameters.effective_meeting_rate, parameters.knowledge.core_size, success,
        parameters.effective_transmissibility, parameters.knowledge.forgetting,
    )  # fmt: skip
    return dilute_reproduction(*known) if name == "dilute" else well_mixed_reproduction(*known)


def _closed_at(study: Study, name: str, places: FloatArray) -> FloatArray:
    columns = [factor.values(places[:, axis]) for axis, factor in enumerate(study.factors)]
    rows = zip(*columns, strict=True)
    return np.array([closed_form(study, name, dict(zip(study.paths, row, strict=True))) for row in rows])
