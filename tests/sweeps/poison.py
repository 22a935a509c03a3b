"""Run functions that go wrong in every way a run can, at chosen values of ``x``."""

from __future__ import annotations

import ctypes
import math
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np


def play(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Return y = x + noise, but for what ``kind`` says happens at ``at`` (a value of x) in the run of ``bad_seed``."""
    x = float(values["x"])
    if x == values["at"] and seed == values.get("bad_seed", 2):
        _go_wrong(str(values["kind"]))
        return {"y": math.nan}
    if values.get("sleep"):
        time.sleep(float(values["sleep"]))
    return {"y": x + float(np.random.default_rng([seed, 7]).normal())}


def _go_wrong(kind: str) -> None:
    if kind == "exit":
        os._exit(3)
    if kind == "segfault":
        os.kill(os.getpid(), 11)
    if kind == "raise":
        raise ZeroDivisionError("a mistake in the model")
    if kind == "loop":
        while True:
            pass
    if kind == "sleep":
        time.sleep(10_000)
    if kind == "swallow":  # a model whose own handler takes every Exception
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue
    if kind == "compiled":  # holds the interpreter: no Python thread ever runs again
        ctypes.PyDLL(None).pause()
    if kind == "interrupt":
        raise KeyboardInterrupt
    if kind == "system-exit":
        raise SystemExit(0)
