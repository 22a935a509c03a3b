"""A forecast: everything fitted and chosen on the years learnt from, an earlier split of these and what came of it.

It is given nothing of later years, so that nothing of them can leak. Scoring it is another file's (`time_split`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecosim.errors import ParameterError
from experiments.validation.evidence.known import Known, known, new_ties, recent_ties
from experiments.validation.evidence.participations import Participations
from experiments.validation.evidence.predictors import BASELINES, Gravity, Probability, Setting, choose, scores
from experiments.validation.evidence.targets import Target, target

__all__ = ["BOTH", "TOGETHER", "Forecast", "forecast"]

FloatArray = npt.NDArray[np.float64]
TOGETHER, BOTH = "baselines together", "baselines and model"
_MIXED = {TOGETHER: BASELINES, BOTH: (*BASELINES, "model")}
"""Logistic regressions on the scores of several: what the model adds to what simple rules know."""


@dataclass(frozen=True)
class Forecast:
    """Scores of every predictor at the split that is predicted, and at the earlier one, float64 (N, T) each.

    recent : ties formed in the last years known, at either; formed : ties formed after the earlier split
    chosen : the model's setting; tried : every setting and its AUC at the earlier split; gravity : its exponents
    """

    known: Known
    recent: FloatArray
    scores: dict[str, FloatArray]
    earlier: Known
    earlier_recent: FloatArray
    earlier_scores: dict[str, FloatArray]
    formed: FloatArray
    chosen: Setting
    tried: list[tuple[Setting, float]]
    gravity: dict[str, float]

    def target(self, name: str, formed: FloatArray) -> Target:
        """Return the cases of a target and what came of them; formed : float64 (N, T), ties after the split."""
        return target(name, self.known, formed, self.scores["configuration"], self.recent)

    def probability(self, name: str, predictor: str) -> FloatArray:
        """Return the probabilities of the cases of a target by a predictor, or by a mix of several."""
        before = target(name, self.earlier, self.formed, self.earlier_scores["configuration"], self.earlier_recent)
        now = self.target(name, np.zeros_like(self.recent))
        mixed = _MIXED.get(predictor, (predictor,))
        fitted = Probability([before.of(self.earlier_scores[part]) for part in mixed], before.happened)
        return fitted.predict([now.of(self.scores[part]) for part in mixed])


def forecast(learnt: Participations, until: int, span: int, quick: bool = False) -> Forecast:
    """Return what is expected of the `span` years after `until`.

    learnt : participations in projects that start up to `until`

    The earlier split is as many years before, and what came in between is what all predictors are fitted to; a model's
    setting is the one with the largest AUC there, target ``tie``.

    Raises
    ------
    ParameterError
        When there are fewer than two years to learn from, or nothing came of the earlier split.
    InputFileError
        When themes are too few.
    """
    first = int(learnt.year.min())
    years = min(span, until - first)
    where = f"train_until = {until}: projects to learn from start from {first} on"
    if years < 1:
        raise ParameterError(f"{where}: at least two years are needed, one to fit to what came of the other")
    between = until - years
    earlier = known(learnt, between)
    formed = new_ties(earlier, learnt, between + 1, until)
    happened = formed[earlier.foreign] > 0
    if happened.all() or not happened.any():
        raise ParameterError(f"{where}: {'every' if happened.all() else 'no'} organisation known by {between} formed a "
                             f"tie with every other theme up to {until}: there is nothing to fit to")  # fmt: skip
    now = known(learnt, until)
    before, lately = (
        recent_ties(at, learnt, year - years + 1, year) for at, year in ((earlier, between), (now, until))
    )
    chosen, tried = choose(earlier, formed, 12 * years, quick)
    gravity = Gravity(earlier, formed)
    return Forecast(
        known=now, recent=lately, scores=scores(now, lately, 12 * span, chosen, gravity), earlier=earlier,
        earlier_recent=before, earlier_scores=scores(earlier, before, 12 * years, chosen, gravity), formed=formed,
        chosen=chosen, tried=tried, gravity=gravity.exponents(),
    )  # fmt: skip
