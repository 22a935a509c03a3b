"""The set of spent pairs: open addressing with linear probing over 64-bit identities; 0 marks an empty place."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit
def contains(table, key):
    """Return whether `key` is in the table (uint64, length a power of two)."""
    mask = np.uint64(table.shape[0] - 1)
    place = key & mask
    while table[place] != np.uint64(0):
        if table[place] == key:
            return True
        place = (place + np.uint64(1)) & mask
    return False


@njit
def insert(table, key):
    """Put `key`, which is not there yet, into the table, which must have an empty place."""
    mask = np.uint64(table.shape[0] - 1)
    place = key & mask
    while table[place] != np.uint64(0):
        place = (place + np.uint64(1)) & mask
    table[place] = key


@njit(cache=True)
def rehash(table, larger):
    """Copy every key of `table` into `larger` (zeros, length a power of two)."""
    for place in range(table.shape[0]):
        if table[place] != np.uint64(0):
            insert(larger, table[place])
