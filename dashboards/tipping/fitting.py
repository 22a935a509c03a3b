"""Fitting the map: hyperparameters by scikit-learn, then the compressed process of `surrogate`; how wrong it is.

Needs scikit-learn (`ecosim[experiments]`), which pages do not.
"""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize

from dashboards.tipping.surrogate import (
    NORMAL,
    PLACES,
    FloatArray,
    Spending,
    Surrogate,
    kernel,
    spending_kernel,
)  # fmt: skip
from ecosim.errors import MissingExtraError

__all__ = ["SHIFT", "checked", "compressed", "cross_validated", "fit", "fit_spending", "hyperparameters"]

SHIFT = 0.2  # on log(R + SHIFT) the luck of histories is about the same everywhere; R may be 0
_MOST = 512  # points from which hyperparameters are estimated
_FEW = 256  # points from which those of spending are
_FLAT = 60.0  # length of a setting without effect: over its range R then changes by less than 3 % or so
_TINY = 1e-6  # of the largest eigenvalue: features below carry nothing but rounding


def fit(
    paths: tuple[str, ...], low: Any, high: Any, points: Any, reproduction: Any, features: int = 180
) -> Surrogate:  # fmt: skip
    """Return the surrogate of R at its height.

    points : float64 (n, d), settings in their own units; reproduction : float64 (n,), one history at each
    features : how many points of the design its features are made of, at most
    """
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    unit = np.clip((np.asarray(points, np.float64) - low) / (high - low), 0.0, 1.0)
    scaled = np.log(np.asarray(reproduction, np.float64) + SHIFT)
    centre = float(scaled.mean())
    lengths, amplitude, noise = hyperparameters(unit[:_MOST], scaled[:_MOST] - centre)
    empty = Surrogate(
        paths, low, high, unit[:0], lengths, amplitude, unit[:0], unit[0, :0], unit[:0], centre, SHIFT, noise
    )
    return compressed(empty, unit, scaled - centre, features)


def hyperparameters(unit: FloatArray, scaled: FloatArray) -> tuple[FloatArray, float, float]:
    """Return (lengths, amplitude, standard deviation of the noise) of highest marginal likelihood."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    except ImportError:
        raise MissingExtraError("python -m dashboards.tipping", "experiments") from None
    spread = float(scaled.var()) or 1.0
    levers = np.arange(unit.shape[1]) >= PLACES
    best: Any = None
    for flat in (1.0, 15.0):  # the likelihood may have several maxima: levers may matter or not
        start = ConstantKernel(spread, (spread * 1e-3, spread * 1e3)) * RBF(
            np.where(levers, flat, 1.0), (0.1, _FLAT)
        ) + WhiteKernel(spread * 0.05, (spread * 1e-6, spread * 2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # lengths at their bounds: settings without effect
            one = GaussianProcessRegressor(start, random_state=1).fit(unit, scaled)
        if best is None or one.log_marginal_likelihood_value_ > best.log_marginal_likelihood_value_:
            best = one
    found = best.kernel_
    return (
        np.asarray(found.k1.k2.length_scale, np.float64), float(found.k1.k1.constant_value),
        float(np.sqrt(found.k2.noise_level)),
    )  # fmt: skip


def compressed(
    model: Surrogate, unit: FloatArray, scaled: FloatArray, features: int, tiny: float = _TINY
) -> Surrogate:  # fmt: skip
    """Return the surrogate whose hyperparameters a model has, given points of the unit cube and what was found there.

    Where `features` is as many as there are points and `tiny` is 0, it is the Gaussian process itself.

    tiny : share of the largest eigenvalue below which directions are left out
    """
    centres = unit[_pivots(unit, model.lengths, model.amplitude, features)].astype(np.float32).astype(np.float64)
    values, vectors = np.linalg.eigh(kernel(centres, centres, model.lengths, model.amplitude))
    kept = values > tiny * values[-1]
    turn = vectors[:, kept] / np.sqrt(values[kept])
    found = kernel(unit, centres, model.lengths, model.amplitude) @ turn
    precision = np.eye(turn.shape[1]) + found.T @ found / model.noise**2
    lower = cholesky(precision, lower=True)
    half = solve_triangular(lower, found.T @ scaled, lower=True) / model.noise**2
    weights = solve_triangular(lower, half, lower=True, trans="T")
    root = solve_triangular(lower, np.eye(len(lower)), lower=True)  # covariance = rootᵀ root
    return dataclasses.replace(
        model, centres=centres, turn=turn, weights=weights, spread=cholesky(root.T @ root, lower=True)
    )


def cross_validated(model: Surrogate, points: Any, reproduction: Any, folds: int = 10) -> dict[str, float]:
    """Return how wrong the map is on runs that it has not seen, fold by fold.

    error : root mean square of R where it lies between 0.5 and 2, the luck of a history included; side : share of runs
    that are on the side of 1 on which the map has them; covered : share that lies in the map's 95 % interval of
    single histories
    """
    unit = model.unit(points)
    found = np.asarray(reproduction, np.float64)
    scaled = np.log(found + model.shift) - model.centre
    fold = np.random.default_rng(1).permutation(len(unit)) % folds
    middle, low, high = (np.zeros(len(unit)) for _ in range(3))
    for out in range(folds):
        left = fold != out
        part = compressed(model, unit[left], scaled[left], len(model.centres))
        middle[~left], low[~left], high[~left] = part.one_history(np.asarray(points)[~left])
    near = (middle > 0.5) & (middle < 2.0)
    return {
        "error": float(np.sqrt(np.mean((middle - found)[near] ** 2))),
        "side": float(np.mean((middle > 1.0) == (found > 1.0))),
        "covered": float(np.mean((low <= found) & (found <= high))),
    }


def checked(model: Surrogate, points: Any, reproduction: FloatArray) -> tuple[Surrogate, dict[str, float]]:
    """Return the surrogate with intervals as wide as a check asks for, and how far it was off there.

    points : float64 (n, d), none of which it was made from; reproduction : float64 (n, histories)
    Returns error : root mean square of mean R where the map has it between 0.5 and 2; covered : share of means whose
    own interval meets the map's; widen : by what intervals were widened.
    """
    scaled = np.log(reproduction + model.shift)
    mean, luck = scaled.mean(axis=1), scaled.std(axis=1, ddof=1) / np.sqrt(reproduction.shape[1])
    middle, deviation = model.scaled(points)
    estimate = model.reproduction(points).estimate
    near = (estimate > 0.5) & (estimate < 2.0)
    # how far off, in its own standard deviations, beyond what the luck of the check explains; where the edge may be
    wider = 1.0
    if near.any():
        excess = np.mean(((mean - middle) ** 2 - luck**2)[near]) / np.mean(deviation[near] ** 2)
        wider = float(np.sqrt(max(excess, 1.0)))
    wide = dataclasses.replace(model, widen=model.widen * wider)
    apart = (estimate - reproduction.mean(axis=1))[near]
    half = NORMAL * np.hypot(wide.widen * deviation, luck)
    return wide, {
        "error": float(np.sqrt(np.mean(apart**2))) if near.any() else 0.0,
        "covered": float(np.mean(np.abs(mean - middle) <= half)),
        "widen": wide.widen,
    }


def fit_spending(model: Surrogate, points: Any, spent: FloatArray, features: int = 160) -> tuple[Surrogate, float]:
    """Return the surrogate with what policies spend, and what share of the variance of spending it explains in runs
    that it has not seen (tenfold).
    """  # fmt: skip
    unit = model.unit(points)
    lengths, shares, noise = _spending_hyperparameters(unit[:_FEW], np.sqrt(spent[:_FEW]))
    fold = np.random.default_rng(2).permutation(len(unit)) % 10
    off = np.zeros(len(unit))
    for out in range(10):
        left = fold != out
        off[~left] = _spending(unit[left], spent[left], lengths, shares, noise, features).at(unit[~left]) - spent[~left]
    made = _spending(unit, spent, lengths, shares, noise, features)
    return dataclasses.replace(model, spending=made), 1.0 - float(np.mean(off**2)) / (float(spent.var()) or 1.0)


def _spending_hyperparameters(unit: FloatArray, root: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return (lengths, shares, standard deviation of the noise) of highest marginal likelihood; the six levers share
    one length.
    """  # fmt: skip
    scale = float(root.std()) or 1.0
    levers = unit.shape[1] - PLACES

    def unpacked(theta: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        value = np.exp(theta)
        return np.append(value[:PLACES], np.full(levers, value[PLACES])), value[PLACES + 1 : -1], float(value[-1])

    def loss(theta: FloatArray) -> float:
        lengths, shares, noise = unpacked(theta)
        covariance = spending_kernel(unit, unit, lengths, shares) + (noise**2 + 1e-6) * np.eye(len(unit))
        lower = cholesky(covariance, lower=True)
        half = solve_triangular(lower, root / scale, lower=True)
        # a weak pull towards lengths of 1, so that what the runs do not tell is not taken to an end
        return float(half @ half / 2 + np.log(np.diag(lower)).sum() + 0.01 * (theta[: PLACES + 1] ** 2).sum())

    start = np.concatenate([np.zeros(PLACES), [1.0], np.zeros(levers), [-1.0]])
    bounds = [(-2.0, 4.0)] * (PLACES + 1) + [(-6.0, 3.0)] * levers + [(-4.0, 1.0)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 25})
    lengths, shares, noise = unpacked(found.x)
    return lengths, shares * scale, noise * scale


def _spending(
    unit: FloatArray, spent: FloatArray, lengths: FloatArray, shares: FloatArray, noise: float, features: int
) -> Spending:
    """Return the spending whose hyperparameters are known, from some of the points (subset of regressors)."""
    costly = unit[np.nonzero(unit[:, PLACES:].sum(axis=1) > 0)[0]]
    centres = costly[_pivots(costly, lengths, 1.0, features)].astype(np.float32).astype(np.float64)
    across = spending_kernel(centres, unit, lengths, shares)
    inner = spending_kernel(centres, centres, lengths, shares)
    weigh = across @ across.T + noise**2 * inner
    weigh += 1e-9 * float(np.trace(weigh)) / len(weigh) * np.eye(len(weigh))
    weights = np.asarray(np.linalg.solve(weigh, across @ np.sqrt(spent)), np.float64)
    return Spending(centres, lengths, shares, weights)


def _pivots(unit: FloatArray, lengths: FloatArray, amplitude: float, most: int) -> Any:
    """Return rows of points that say most of all others: those of a pivoted Cholesky decomposition of the kernel."""
    count = min(most, len(unit))
    if count == len(unit):
        return np.arange(count)
    left = np.full(len(unit), amplitude)
    factor = np.zeros((count, len(unit)))
    chosen: list[int] = []
    for step in range(count):
        pivot = int(left.argmax())
        if left[pivot] < 1e-10 * amplitude:
            break
        column = kernel(unit, unit[[pivot]], lengths, amplitude)[:, 0] - factor[:step].T @ factor[:step, pivot]
        factor[step] = column / np.sqrt(left[pivot])
        left = np.maximum(left - factor[step] ** 2, 0.0)
        chosen.append(pivot)
    return np.array(chosen)
