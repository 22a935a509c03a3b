"""What is to be predicted: cases, what came of them, and their scores, out of what is known and what came.

``tie``           organisation × theme: a new tie with an organisation of another theme, one that it had no tie with
``first``         the same of the cases in which it had no tie with any organisation of that theme
``which``         the cases of ``tie``, compared within one organisation only: which themes, whoever is active
``organisation``  organisation: a new tie with any other theme
``pair``          pair of themes: more new ties between them than between half of the pairs
``affinity``      pair of themes: more new ties than the configuration model expects, than for half of the pairs; scores
                  are divided by that model's likewise. Pairs of at least ten ties expected

Themes, and who is tied, are those known at the split. All organisations known are cases, active later or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.validation.evidence.known import Known

__all__ = ["TARGETS", "Target", "target"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TARGETS = ("tie", "first", "which", "organisation", "pair", "affinity")
_LEAST_EXPECTED = 10.0


@dataclass(frozen=True)
class Target:
    """Cases of a target at one split, n of them.

    happened : bool (n,); first, second : int64 (n,), the units that are resampled, organisation and theme or two
    themes (organisation and nothing: zeros); group : int64 (n,), within which cases are compared, or None
    """

    name: str
    happened: BoolArray
    first: IntArray
    second: IntArray
    group: IntArray | None
    known: Known
    _cases: BoolArray
    _usual: FloatArray

    def of(self, score: FloatArray) -> FloatArray:
        """Return the scores of the cases, float64 (n,), from those of organisations and themes, (N, T)."""
        score = score * self.known.foreign
        if self.name == "organisation":
            return np.asarray(score.sum(axis=1))
        if self.name in ("pair", "affinity"):
            return np.asarray((_between(self.known, score) / self._usual)[self._cases])
        return np.asarray(score[self._cases])


def target(name: str, known: Known, formed: FloatArray, configuration: FloatArray, recent: FloatArray) -> Target:
    """Return the cases of a target.

    Parameters
    ----------
    formed : float64 (N, T), new ties of each organisation with each theme in the years to predict
    configuration : float64 (N, T), scores of that predictor
    recent : float64 (N, T), ties formed in the last years that are known; only their number counts
    """
    formed = formed * known.foreign
    organisations, themes = formed.shape
    usual = np.ones((themes, themes))
    group = None
    if name in ("tie", "first", "which"):
        cases = known.foreign & (known.partners == 0) if name == "first" else known.foreign
        first, second = (part.astype(np.int64) for part in np.nonzero(cases))
        happened = formed[cases] > 0
        group = first if name == "which" else None
    elif name == "organisation":
        cases = np.ones((organisations, 1), np.bool_)
        first, second = np.arange(organisations), np.zeros(organisations, np.int64)
        happened = formed.sum(axis=1) > 0
    else:
        there = known.members.sum(axis=0) > 0
        cases = np.triu(np.outer(there, there), 1)
        count = _between(known, formed)
        if name == "affinity":
            chance = _between(known, configuration)
            cases &= chance * (recent * known.foreign).sum() / max(chance[cases].sum() * 2, 1e-300) >= _LEAST_EXPECTED
            usual = np.where(cases, chance, 1.0)
        first, second = (part.astype(np.int64) for part in np.nonzero(cases))
        value = (count / usual)[cases]
        happened = value > np.median(value) if len(value) else np.zeros(0, np.bool_)
    return Target(name, happened, first, second, group, known, cases, usual)


def _between(known: Known, score: FloatArray) -> FloatArray:
    """Return the sum of scores between two themes, float64 (T, T), symmetric: from either side."""
    one_way = known.members.T @ score
    return np.asarray(one_way + one_way.T)
