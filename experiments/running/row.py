"""One run as a row of the store, however it ends. Knows nothing of workers, folders or batches."""

from __future__ import annotations

import gc
import math
import time
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ecosim.errors import EcosimError
from experiments.running.play import Steps, play
from experiments.running.watch import RunTimeoutError
from experiments.store.identity import run_keys

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["new_row", "play_into"]


def new_row(key: Any, replicate: int, seed: int, values: Mapping[str, Any], name: int | None = None) -> dict[str, Any]:
    """Return the row of a run that has not been played.

    Parameters
    ----------
    key : of its point; values : of the point, by path; name : of the run, for a caller that has worked it out
    """
    return {
        "run": run_keys([int(key)], [replicate], [seed])[0] if name is None else name, "point": key,
        "replicate": replicate, "seed": seed, "status": "ok", "error": None, **values,
    }  # fmt: skip


def play_into(
    study: Study, row: dict[str, Any], values: Mapping[str, Any],
    watched: AbstractContextManager[None] | None = None, mortal: bool = False,
) -> Steps:  # fmt: skip
    """Play the run of a row and write down in it how it ended, its outcomes and how long it took; return its steps.

    Parameters
    ----------
    watched : entered around the run; mortal : an interrupt in it is the run's own, as users' do not come here
    """
    steps: Steps = {}
    began = time.perf_counter()
    try:
        with watched or nullcontext():
            outcomes, steps = play(study, values, row["seed"])
        row |= outcomes
        wrong = [
            name for name, value in outcomes.items() if not math.isfinite(value) and not study.may_be_unknown(name)
        ]
        if wrong:
            row |= {"status": "nan", "error": f"not a number: {', '.join(wrong)}"}
    except RunTimeoutError:
        row |= {"status": "timeout", "error": f"took more than {study.run_seconds:g} s\n{traceback.format_exc()}"}
    except MemoryError:
        gc.collect()
        row |= {"status": "failed", "error": traceback.format_exc()}
    except EcosimError as problem:
        row |= {"status": "failed", "error": f"{type(problem).__name__}: {problem}"}
    except (Exception, SystemExit):
        row |= {"status": "failed", "error": traceback.format_exc()}
    except KeyboardInterrupt:
        if not mortal:
            raise
        row |= {"status": "failed", "error": traceback.format_exc()}
    row["seconds"] = time.perf_counter() - began
    return steps
