"""Normal draws on arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecosim.kernels.random import GOLDEN
from ecosim.streams import uniforms

__all__ = ["normals"]


def normals(key: np.uint64, identities: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """Return one standard normal draw per identity (Box & Muller 1958)."""
    first = 1.0 - uniforms(key, identities)
    second = uniforms(key, identities + GOLDEN)
    return np.asarray(np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second))
