"""What of a simulated network is compared with the observed one, how far off it is, and how far off it may be.

Knows of no simulation: tables of measures in, numbers out.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["COEFFICIENTS", "DEGREES", "DIFFERENCE_BAND", "RATIOS", "RATIO_BAND", "misfit_of", "off"]

RATIOS = {
    "organisations": "the number of organisations that take part",
    "projects_gini": "the Gini index of joint projects per organisation",
    "degree": "the mean number of partners",
    "degree_gini": "the Gini index of partners per organisation",
    "transitivity": "the share of triads that are closed",
    "clustering": "the mean local clustering",
    "component": "the share of organisations in the largest component",
    "path": "the mean path in the largest component",
    "repeated": "the share of ties with several joint projects",
    "known": "the share of ties that were there before the split",
    "cross_theme": "the share of ties across themes",
}
"""Compared by the ratio of simulated to observed."""
COEFFICIENTS = {"assortativity": "the assortativity of degrees", "theme_assortativity": "the assortativity of themes"}
"""Correlations, compared by the difference of simulated and observed."""
# 20 % either way is what section 5 of the model's description asks of published sizes; on the scale of a correlation,
# a tenth: its conventional "small" effect (Cohen 1988).
RATIO_BAND, DIFFERENCE_BAND = (0.8, 1.25), (-0.1, 0.1)
DEGREES = tuple(2**power for power in range(11))
"""Numbers of partners at which distributions are drawn."""
_LEAST = 1e-6  # what stands for a ratio of 0 in a logarithm


def off(rows: pd.DataFrame, observed: pd.Series, name: str) -> npt.NDArray[np.float64]:
    """Return how far simulated values of a measure are off: ratio or difference to the observed, one per run."""
    values = rows[name].to_numpy(np.float64)
    if name in COEFFICIENTS:
        return np.asarray(values - float(observed[name]))
    if not _seen(observed, name):
        return np.full(len(values), math.nan)
    return np.asarray(values / float(observed[name]))


def misfit_of(rows: pd.DataFrame, observed: pd.Series) -> npt.NDArray[np.float64]:
    """Return the mean over measures of |ln ratio| and |difference|, one per run; what was not observed is left out."""
    columns = [np.abs(np.log(np.maximum(off(rows, observed, name), _LEAST))) for name in RATIOS]
    columns += [np.abs(off(rows, observed, name)) for name in COEFFICIENTS]
    known = [column for column, name in zip(columns, (*RATIOS, *COEFFICIENTS), strict=True) if _seen(observed, name)]
    return np.asarray(np.mean(known, axis=0)) if known else np.full(len(rows), math.nan)


def _seen(observed: pd.Series, name: str) -> bool:
    value = float(observed[name])
    return math.isfinite(value) if name in COEFFICIENTS else value > 0
