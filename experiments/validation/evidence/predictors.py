"""Who will form ties with which theme: the model's prediction and those of simple rules, as scores (N, T).

A predictor sees what was known at a split (`known`) and, where it has something to fit, an earlier split and what came
of that; never what came after the split that it predicts. All count ties to form with organisations that one has no tie
with yet.

``model``           expected hybrids with knowledge of the theme (`crossings`), three things chosen on the earlier split
``model, defaults`` the same as a scenario is played that `ecosim import cordis` has written
``busy partners``   the model with another rule: partners in the digital layer are met in proportion to their projects.
                    Not the model, and never chosen: it shows what the model lacks
``configuration``   ties by chance between organisations of these numbers of projects (Newman, Strogatz & Watts 2001)
``preferential``    in proportion to the partners of both (Barabási & Albert 1999; Liben-Nowell & Kleinberg 2007)
``gravity``         masses, distance between themes and share in one's country, exponents fitted to the earlier split by
                    Poisson regression (Santos Silva & Tenreyro 2006)
``last period``     as many as in the last years; where there were none, what those of one's theme formed
``chance``          random numbers
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from ecosim.errors import MissingExtraError
from ecosim.parameters import Parameters
from experiments.validation.evidence.crossings import expected_crossings
from experiments.validation.evidence.known import Known
from experiments.validation.evidence.scores import Ranked

__all__ = ["BASELINES", "Gravity", "Probability", "Setting", "choose", "scores", "settings"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
BASELINES = ("configuration", "preferential", "gravity", "last period")


@dataclass(frozen=True)
class Setting:
    """What of the model is chosen on the earlier split; the first of all `settings` are the defaults.

    openness : d*, knowledge units, 0 where distance does not matter; digital : weight of the digital layer
    by_activity : meetings in proportion to past projects, not the same number for all
    """

    openness: float
    digital: float
    by_activity: bool

    def parameters(self) -> Parameters:
        values: dict[str, Any] = {"medium.digital_share": self.digital}
        values |= {"diversity.openness": self.openness} if self.openness else {"diversity.distance_matters": False}
        return Parameters().with_values(values)

    def predict(self, known: Known, months: int, busy_partners: bool = False) -> FloatArray:
        """Return the model's scores, float64 (N, T)."""
        return expected_crossings(known, self.parameters(), months, self.by_activity, busy_partners)


def settings(quick: bool = False) -> Iterator[Setting]:
    """Yield the settings to choose from, the model's defaults first."""
    usual = Parameters()
    openness, digital = usual.diversity.openness, usual.medium.digital_share
    opennesses = (openness, 0.75, 0.0) if quick else (openness, 0.5, 0.75, 1.5, 0.0)
    digitals = (digital, 0.4) if quick else (digital, 0.4, 1.0)
    for one, other, by_activity in product(opennesses, digitals, (False, True)):
        yield Setting(one, other, by_activity)


def choose(
    known: Known, formed: FloatArray, months: int, quick: bool = False
) -> tuple[Setting, list[tuple[Setting, float]]]:
    """Return the setting with the largest AUC on a split of which it is known what came, and the AUC of each.

    formed : float64 (N, T), new ties of each organisation with each theme. (Ties: the first, defaults before others.)
    """
    cases = known.foreign
    tried = [
        (setting, Ranked(formed[cases] > 0, setting.predict(known, months)[cases]).auc()) for setting in settings(quick)
    ]
    return max(tried, key=lambda item: item[1])[0], tried


def scores(known: Known, recent: FloatArray, months: int, chosen: Setting, gravity: Gravity) -> dict[str, FloatArray]:
    """Return the scores of every predictor, float64 (N, T) each, at least 0, larger is likelier.

    recent : float64 (N, T), ties formed in the last years that are known; months : of the years to predict
    """
    return {
        "model": chosen.predict(known, months),
        "model, defaults": next(settings()).predict(known, months),
        "busy partners": replace(chosen, by_activity=True).predict(known, months, busy_partners=True),
        "configuration": untied(known, known.strength) / known.strength.sum(),
        "preferential": untied(known, known.degree) / known.degree.sum(),
        "gravity": gravity.predict(known),
        "last period": repeated(known, recent),
        "chance": np.random.default_rng(len(known.theme)).random(known.members.shape),
    }


def untied(known: Known, mass: FloatArray) -> FloatArray:
    """Return the mass of each organisation times that of each theme, without those it has a tie with, (N, T)."""
    of_theme = known.members * mass[:, None]
    ones = known.ties.copy()
    ones.data = np.ones_like(ones.data)
    return np.asarray(mass[:, None] * (of_theme.sum(axis=0)[None, :] - ones @ of_theme))


def repeated(known: Known, recent: FloatArray) -> FloatArray:
    """Return the last period's ties, and a thousandth of what is expected of one's theme, which only orders equals."""
    crossing = recent * known.foreign
    of_theme = known.members.T @ crossing
    share = of_theme / np.maximum(of_theme.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(crossing + 1e-3 * crossing.sum(axis=1, keepdims=True) * share[known.theme])


class Gravity:
    """Ties = mass^a · mass^b · distance^−c · (share of the theme that is in one's country)^d, fitted by counts."""

    def __init__(self, known: Known, formed: FloatArray) -> None:
        try:
            from sklearn.linear_model import PoissonRegressor
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler
        except ImportError:
            raise MissingExtraError("the study time-split", "experiments") from None
        cases = known.foreign
        self._fitted = make_pipeline(StandardScaler(), PoissonRegressor(alpha=1e-6, max_iter=1000))
        self._fitted.fit(self._features(known)[cases], formed[cases])

    def predict(self, known: Known) -> FloatArray:
        """Return the expected ties, float64 (N, T), 0 with one's own theme."""
        expected = np.zeros(known.members.shape)
        cases = known.foreign
        expected[cases] = self._fitted.predict(self._features(known)[cases])
        return expected

    def exponents(self) -> dict[str, float]:
        """Return the fitted exponents of mass, theme's mass, distance and share in one's country."""
        scale, regression = self._fitted[0].scale_, self._fitted[1]
        names = ("mass", "mass of the theme", "distance", "share in the country")
        return dict(zip(names, (regression.coef_ / scale).tolist(), strict=True))

    @staticmethod
    def _features(known: Known) -> FloatArray:
        """Return the logarithms, float64 (N, T, 4); a floor of 1 % of the mean keeps them finite."""
        of_theme = known.members * known.strength[:, None]
        at_home = np.zeros((int(known.country.max()) + 1, known.members.shape[1]))
        np.add.at(at_home, known.country, of_theme)
        whole = of_theme.sum(axis=0)
        local = at_home / np.maximum(whole, 1e-300)
        columns = [
            np.broadcast_to(known.strength[:, None], known.members.shape),
            np.broadcast_to(whole[None, :], known.members.shape),
            np.nan_to_num(known.distance)[known.theme],
            local[known.country],
        ]
        return np.stack([np.log(column + 0.01 * column.mean() + 1e-300) for column in columns], axis=2)


class Probability:
    """From scores to probabilities: a logistic regression on their logarithms, the same for every predictor.

    The logarithms are standardised within each split, so that a network that has grown does not shift them, and the
    share of ties that came of the earlier split is expected again.
    """

    def __init__(self, features: list[FloatArray], happened: BoolArray) -> None:
        """Fit to the scores of the cases of the earlier split (float64, n, each) and to what came of them."""
        try:
            from sklearn.linear_model import LogisticRegression
        except ImportError:
            raise MissingExtraError("the study time-split", "experiments") from None
        self._fitted = LogisticRegression(C=1e6, max_iter=1000)
        self._fitted.fit(self._standard(features), happened)

    def predict(self, features: list[FloatArray]) -> FloatArray:
        """Return the probability of each case of a split, float64 (n,)."""
        return np.asarray(self._fitted.predict_proba(self._standard(features))[:, 1])

    @staticmethod
    def _standard(features: list[FloatArray]) -> FloatArray:
        columns = []
        for score in features:
            logarithm = np.log(score + 1e-3 * score.mean() + 1e-300)
            spread = logarithm.std()
            columns.append((logarithm - logarithm.mean()) / (spread if spread > 1e-12 else 1.0))
        return np.stack(columns, axis=1)
