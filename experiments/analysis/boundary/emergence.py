"""P(emergence) over the unit cube of the factors: a Gaussian process that is told how many runs of a point emerged.

Used by the search for the boundary and by the analyses. Knows neither studies nor results: arrays in, arrays out. The
kernels are scikit-learn's; its classifier is not used, because it has no counts: it would need a row for every run.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.special import expit, ndtr, owens_t
from scipy.stats import qmc

from ecosim.errors import MissingExtraError

try:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
except ImportError:
    raise MissingExtraError("the model of P(emergence)", "experiments") from None

__all__ = ["EmergenceModel", "Surface", "misjudged", "misjudged_after", "spread"]

FloatArray = npt.NDArray[np.float64]

# Of the logarithms of steepness² (per width of the cube), of the share of the bends in it, and of their lengths: wide.
_CENTRE = (math.log(100.0), math.log(0.1), math.log(0.5))
_WIDTH = (2.0, 1.4, 0.7)
_BOUNDS = ((math.log(1.0), math.log(1e6)), (math.log(1e-4), math.log(10.0)), (math.log(0.05), math.log(5.0)))


class EmergenceModel:
    """The logit of P(emergence) as a Gaussian process, a plane with bends in it.

    Runs of a point are taken as independent draws given the point. Runs of *different* points that share seeds are not
    quite: who wants honest intervals lets the points have different seeds, as the search does.

    Parameters
    ----------
    places : float64 (P, D), in the unit cube
    emerged, runs : (P,), how many of the runs of each point emerged, and how many there were; points without runs
        say nothing
    fit : whether steepness, bends and their lengths are fitted (maximum a posteriori, with Laplace's approximation of
        the evidence) or stay as they are expected
    refine : whether what is known is the Gaussian nearest to it (in Kullback-Leibler divergence) or Laplace's. Laplace
        looks at the mode alone: far from the boundary, where every run says the same, it thinks that anything is
        possible, and a search goes on playing there

    Attributes
    ----------
    kernel : scikit-learn's, with what was fitted; converged : whether the fit came to its end

    Raises
    ------
    ValueError
        When there is no run at all.

    Source: Rasmussen & Williams 2006, algorithms 3.1, 3.2 and 5.1, with a binomial in place of the Bernoulli; Opper &
    Archambeau 2009 for the nearest Gaussian.
    """

    def __init__(self, places: Any, emerged: Any, runs: Any, fit: bool = True, refine: bool = True) -> None:
        runs = np.asarray(runs, np.float64)
        some = runs > 0
        if not some.any():
            raise ValueError("no runs: nothing is known of P(emergence)")
        self._x = np.asarray(places, np.float64)[some] - 0.5
        self._k, self._n = np.asarray(emerged, np.float64)[some], runs[some]
        d = self._x.shape[1]
        self._centre = np.array([*_CENTRE[:2], *([_CENTRE[2]] * d)])
        self._width = np.array([*_WIDTH[:2], *([_WIDTH[2]] * d)])
        bends = ConstantKernel(math.exp(_CENTRE[1])) * RBF(np.full(d, math.exp(_CENTRE[2])))
        self.kernel: Any = ConstantKernel(math.exp(_CENTRE[0])) * (DotProduct(0.5, "fixed") + bends)
        self.converged = True
        self._f = np.zeros(len(self._x))
        if fit:
            self._fit([*_BOUNDS[:2], *([_BOUNDS[2]] * d)])
        matrix = self.kernel(self._x)
        self._settle(matrix)
        if refine:
            self._refine(matrix)

    # -- what is known ----------------------------------------------------------------------------------------

    def latent(self, places: Any) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of the logit at places float64 (n, D): (n,) each."""
        x = np.asarray(places, np.float64) - 0.5
        cross = self.kernel(self._x, x)
        half = solve_triangular(self._factor, self._root[:, None] * cross, lower=True)
        variance = self.kernel.diag(x) - (half**2).sum(axis=0)
        return cross.T @ self._pull, np.sqrt(np.maximum(variance, 1e-12))

    def covariance(self, places: Any) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of the logit at places float64 (n, D): (n,) and (n, n)."""
        x = np.asarray(places, np.float64) - 0.5
        cross = self.kernel(self._x, x)
        half = solve_triangular(self._factor, self._root[:, None] * cross, lower=True)
        return cross.T @ self._pull, self.kernel(x) - half.T @ half

    def draws(self, places: Any, number: int = 400, seed: int = 0) -> FloatArray:
        """Return joint draws of the logit at places float64 (n, D): (number, n)."""
        mean, covariance = self.covariance(places)
        values, vectors = np.linalg.eigh(covariance)  # the matrix may be singular: places may lie close together
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return mean + np.random.default_rng(seed).standard_normal((number, len(mean))) @ root.T

    def sides(self, places: Any, number: int = 400, seed: int = 0) -> npt.NDArray[np.bool_]:
        """Return joint draws of whether P(emergence) > 0.5 at places float64 (n, D): bool (number, n). Places about
        which there is hardly a doubt (beyond 4 sd) are not drawn; at most 800 others are, those in most doubt.
        """  # fmt: skip
        places = np.asarray(places, np.float64)
        mean, deviation = self.latent(places)
        out = np.repeat((mean > 0)[None, :], number, axis=0)
        doubt = np.abs(mean) / deviation
        drawn = np.sort(np.argsort(doubt, kind="stable")[: min(int((doubt < 4.0).sum()), 800)])
        if len(drawn):
            out[:, drawn] = self.draws(places[drawn], number, seed) > 0
        return out

    def probability(self, places: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return P(emergence) at places (n, D), its mean over what is known, and its 95 % band: (n,) each."""
        mean, deviation = self.latent(places)
        nodes, weights = np.polynomial.hermite_e.hermegauss(21)
        average = expit(mean[:, None] + deviation[:, None] * nodes) @ (weights / weights.sum())
        return average, expit(mean - 1.96 * deviation), expit(mean + 1.96 * deviation)

    def emerging(self, places: Any) -> FloatArray:
        """Return how probable it is, by what is known, that P(emergence) > 0.5 at places (n, D): (n,)."""
        mean, deviation = self.latent(places)
        return np.asarray(ndtr(mean / deviation))

    # -- the approximation ------------------------------------------------------------------------------------

    def _settle(self, matrix: FloatArray) -> float:
        """Find the mode for a covariance matrix (Newton) and return the logarithm of the evidence."""
        f, pull, best = self._f, np.zeros(len(self._f)), -math.inf
        for _ in range(100):
            p = expit(f)
            weight = np.maximum(self._n * p * (1 - p), 1e-12)
            root = np.sqrt(weight)
            factor = cholesky(np.eye(len(f)) + root[:, None] * matrix * root, lower=True)
            right = weight * f + self._k - self._n * p
            wanted = right - root * cho_solve((factor, True), root * (matrix @ right))
            step = 1.0
            while True:  # half the step until it is one upwards
                tried = pull + step * (wanted - pull) if math.isfinite(best) else wanted
                new = matrix @ tried
                value = float(-0.5 * tried @ new + self._k @ new - self._n @ np.logaddexp(0.0, new))
                if value >= best - 1e-10 or step < 1e-3 or not math.isfinite(best):
                    break
                step /= 2
            done = abs(value - best) < 1e-9
            f, pull, best = new, tried, value
            if done:
                break
        p = expit(f)
        self._f, self._pull = f, pull
        self._root = np.sqrt(np.maximum(self._n * p * (1 - p), 1e-12))
        self._factor = cholesky(np.eye(len(f)) + self._root[:, None] * matrix * self._root, lower=True)
        return best - float(np.log(np.diag(self._factor)).sum())

    def _refine(self, matrix: FloatArray) -> None:
        """Move from the mode to the nearest Gaussian: slope and curvature are means over what is known, not those of a
        single point. A damped fixed-point iteration.
        """  # fmt: skip
        nodes, weights = np.polynomial.hermite_e.hermegauss(21)
        weights = weights / weights.sum()
        mean, weight, right = self._f, self._root**2, self._root**2 * self._f + self._pull
        for _ in range(200):
            half = solve_triangular(self._factor, self._root[:, None] * matrix, lower=True)
            deviation = np.sqrt(np.maximum(np.diag(matrix) - (half**2).sum(axis=0), 1e-12))
            p = expit(mean[:, None] + deviation[:, None] * nodes)
            curvature = self._n * ((p * (1 - p)) @ weights)
            slope = self._k - self._n * (p @ weights)
            weight = 0.5 * weight + 0.5 * np.maximum(curvature, 1e-12)
            right = 0.5 * right + 0.5 * (curvature * mean + slope)
            self._root = np.sqrt(weight)
            self._factor = cholesky(np.eye(len(mean)) + self._root[:, None] * matrix * self._root, lower=True)
            self._pull = right - self._root * cho_solve((self._factor, True), self._root * (matrix @ right))
            new = matrix @ self._pull
            moved, mean = float((np.abs(new - mean) / (1.0 + np.abs(new))).max()), new
            if moved < 1e-3:
                return
        self.converged = False

    def _loss(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return minus the logarithm of the posterior of the kernel's parameters, and its gradient."""
        matrix, gradients = self.kernel.clone_with_theta(theta)(self._x, eval_gradient=True)
        self._f = np.zeros(len(self._x))  # from the same start always: a fit must not depend on the path to it
        evidence = self._settle(matrix)
        p = expit(self._f)
        inverse = cho_solve((self._factor, True), np.diag(self._root)) * self._root[:, None]
        half = solve_triangular(self._factor, self._root[:, None] * matrix, lower=True)
        third = -self._n * p * (1 - p) * (1 - 2 * p)
        outer = 0.5 * (np.diag(matrix) - (half**2).sum(axis=0)) * third
        slope = self._k - self._n * p
        out = np.empty(len(theta))
        for j in range(len(theta)):
            change = gradients[:, :, j]
            direct = 0.5 * self._pull @ change @ self._pull - 0.5 * (inverse * change).sum()
            moved = change @ slope
            out[j] = direct + outer @ (moved - matrix @ (inverse @ moved))
        away = (theta - self._centre) / self._width
        return -evidence + 0.5 * float(away @ away), -out + away / self._width

    def _fit(self, bounds: list[tuple[float, float]]) -> None:
        found = [
            minimize(self._loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60})
            for start in (self._centre, self._centre + np.array([3.0, 0.0, *([-0.7] * (len(self._centre) - 2))]))
        ]
        best = min(found, key=lambda result: float(result.fun))
        self.converged = bool(best.success)
        self.kernel = self.kernel.clone_with_theta(best.x)
        self._f = np.zeros(len(self._x))


# -- how well the boundary is known -----------------------------------------------------------------------------


def misjudged(mean: Any, deviation: Any) -> FloatArray:
    """Return how probable it is that a place lies on the other side of the boundary than it seems: ``Φ(−|mean| / sd)``.

    Its mean over the cube is the uncertainty of the boundary: the share of the space that is expected to be on the
    wrong side. Across one flat boundary that is the mean distance, in widths of the cube, between where it is thought
    to be and where it is.
    """
    return np.asarray(ndtr(-np.abs(mean) / deviation))


def misjudged_after(mean: Any, deviation: Any, later: Any) -> FloatArray:
    """Return what `misjudged` is expected to be once more runs have reduced the standard deviation to `later`.

    In closed form: twice Owen's T of ``|mean| / sd`` and ``later / √(sd² − later²)``. The estimate will move with
    variance ``sd² − later²``, and what counts is whether it and the truth have different signs.
    """
    deviation, later = np.asarray(deviation), np.minimum(later, deviation)
    moved = np.sqrt(np.maximum(deviation**2 - later**2, 1e-300))
    return np.asarray(2.0 * owens_t(np.abs(mean) / deviation, later / moved))


def spread(number: int, dimensions: int, seed: int) -> FloatArray:
    """Return places that fill the unit cube evenly, float64 (number, dimensions): a scrambled Sobol' sequence."""
    power = max(math.ceil(math.log2(max(number, 1))), 0)
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    return np.asarray(sequence.random_base2(power))[:number]


class Surface:
    """A smooth function of the unit cube through noisy values: Gaussian-process regression.

    Parameters
    ----------
    places : float64 (P, D); values : float64 (P,), NaN for what is not known

    Attributes
    ----------
    converged : whether the fit of the kernel came to its end

    Raises
    ------
    ValueError
        When fewer than three values are known.
    """

    def __init__(self, places: Any, values: Any) -> None:
        values = np.asarray(values, np.float64)
        known = np.isfinite(values)
        if known.sum() < 3:
            raise ValueError("fewer than three values: no surface")
        x, y = np.asarray(places, np.float64)[known], values[known]
        self._middle, self._scale = float(y.mean()), float(y.std()) or 1.0
        smooth = ConstantKernel(1.0, (1e-2, 1e3)) * RBF(np.full(x.shape[1], 0.5), (0.05, 20.0))
        noise = WhiteKernel(1e-3, (1e-8, 1.0))
        self._process = GaussianProcessRegressor(smooth + noise, random_state=0)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._process.fit(x, (y - self._middle) / self._scale)
        failed = [w for w in caught if issubclass(w.category, ConvergenceWarning) and "lbfgs" in str(w.message)]
        for warning in caught:  # a length at its bound only says that a factor does nothing; the rest is not for us
            if not issubclass(warning.category, ConvergenceWarning):
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        self.converged = not failed

    def __call__(self, places: Any) -> FloatArray:
        """Return the function at places float64 (n, D): (n,)."""
        found = self._process.predict(np.asarray(places, np.float64))
        return np.asarray(found * self._scale + self._middle, np.float64)
