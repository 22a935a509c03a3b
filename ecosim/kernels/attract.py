"""What an encounter adds to the meeting rate of the organisations nearest to it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True)
def meeting_rates(home, usual, centre, gain, width, rate):
    """Write each organisation's meeting rate: ``usual · (1 + Σ_k gain_k exp(−|home − c_k|² / 2 w_k²))``.

    home : float32 (N, d); centre : float64 (A, d); gain, width : float64 (A,); rate : float32 (N,), written.
    Beyond 4 widths nothing is added.
    """
    for i in range(home.shape[0]):
        factor = 1.0
        for k in range(gain.shape[0]):
            squared = 0.0
            for axis in range(home.shape[1]):
                away = np.float64(home[i, axis]) - centre[k, axis]
                squared += away * away
            ratio = squared / (width[k] * width[k])
            if ratio < 16.0:
                factor += gain[k] * math.exp(-0.5 * ratio)
        rate[i] = usual * factor
