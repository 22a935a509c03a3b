"""From what organisations do to sectors: which one each is in, and how far apart they lie.

Knows of no file: a matrix of activity in, places out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["most_active", "sector_centres"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def most_active(activity: FloatArray) -> IntArray:
    """Return the column of largest activity of each row (ties: the first), −1 for a row without any.

    `activity` is float64 (organisations, sectors), at least 0.
    """
    # Sums of thirds and sixths that are equal on paper differ in their last bits.
    rounded = np.round(activity, 9)
    return np.where(rounded.any(axis=1), rounded.argmax(axis=1), -1)


def sector_centres(activity: FloatArray, dimensions: int) -> FloatArray | None:
    """Return centres such that sectors pursued by the same organisations lie close together.

    The dissimilarity of two sectors is 1 − the cosine of their columns; classical scaling puts them in space; the
    mean distance between two centres is made 1, the model's unit of length.

    Parameters
    ----------
    activity
        float64 (organisations, sectors), at least 0, no column of zeros.
    dimensions
        Axes of the knowledge space; those that scaling does not fill are 0.

    Returns
    -------
    float64 (sectors, dimensions) in knowledge units, rounded to 4 places, or None when there are fewer than 3
    sectors or all lie at one place.

    Source: Torgerson 1952, "Multidimensional scaling: I. Theory and method".
    """
    count = activity.shape[1]
    if count < 3:
        return None
    unit = activity / np.linalg.norm(activity, axis=0)
    dissimilarity = 1.0 - np.clip(unit.T @ unit, 0.0, 1.0)
    np.fill_diagonal(dissimilarity, 0.0)
    middle = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * middle @ dissimilarity**2 @ middle)
    largest = np.argsort(-values, kind="stable")[:dimensions]
    filled = vectors[:, largest] * np.sqrt(np.clip(values[largest], 0.0, None))
    # An eigenvector's sign is free: its largest entry is made positive.
    peak = np.abs(filled).argmax(axis=0)
    filled *= np.where(filled[peak, np.arange(len(largest))] < 0, -1.0, 1.0)
    centres = np.zeros((count, dimensions))
    centres[:, : len(largest)] = filled
    away = np.linalg.norm(centres[:, None, :] - centres[None, :, :], axis=2)
    mean = away.sum() / (count * (count - 1))
    if mean < 1e-9:
        return None
    return np.asarray(np.round(centres / mean, 4) + 0.0)  # + 0.0: no "-0.0" in the file
