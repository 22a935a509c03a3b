"""The guard before every index: no run that failed, no NaN and no constant gets into one without a word.

SALib 1.6 returns indices of 0 when one output is NaN. Here the whole block is left out, with a warning that counts, or
the index is refused. A block is what an index needs whole: a Saltelli block, a Morris trajectory.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.store import Results
    from experiments.study import Study

__all__ = ["DROP", "LEAST", "Guarded", "guarded", "outcome_words", "runs_of", "transformed"]

DROP = 0.05  # share of blocks that may be left out
LEAST = 4  # blocks, below which there is no interval to speak of
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guarded:
    """What the guard lets through.

    values : float64 (blocks, points of a block, replicates), all finite; empty when refused
    blocks : int64, the rows of `numbers` that they are; numbers : int64 (blocks, points of a block), their points
    total, missing, dropped : blocks of the design, not played in full yet, left out for runs that are bad
    warnings : sentences for the report; refusal : why there is no index, "" when there is
    """

    values: FloatArray
    blocks: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    total: int
    missing: int = 0
    dropped: int = 0
    warnings: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def replicates(self) -> int:
        return int(self.values.shape[2]) if self.values.ndim == 3 else 0


def guarded(
    results: Results, outcome: str, numbers: npt.NDArray[np.int64], what: str, drop: float = DROP,
    transform: str = "none", ends: bool = False,
) -> Guarded:  # fmt: skip
    """Return an outcome of whole blocks only, with what had to be left out, or why nothing can be said.

    Parameters
    ----------
    numbers : int64 (blocks, size), the points of every block
    what : a block is called, in warnings
    drop : the largest share of the blocks that may be left out for failed runs and NaN
    transform : of every run, none or log1p
    ends : only the first and the last point of a block are a sample of the space (A and B of a Saltelli block), and
        must not be constant

    Of a sweep that was cut short the first R replicates of the blocks are used that make most runs; R is the same for
    all points, as differences between points are to be seed by seed.
    """
    total = len(numbers)

    def refused(why: str, warnings: tuple[str, ...] = (), missing: int = 0, dropped: int = 0) -> Guarded:
        nothing = np.zeros(0, np.int64)
        text = f"{outcome}: no indices: {why}"
        return Guarded(np.zeros((0, 0, 0)), nothing, numbers[:0], total, missing, dropped, warnings, text)

    if results.study.may_be_unknown(outcome):
        return refused(
            f"this outcome ({OUTCOMES[outcome].words}) may be unknown in a run, and an index of the runs in which it "
            "is known would be of another question; ask for an outcome that is a number in every run"
        )
    if total == 0:
        return refused(f"there is no {what} yet")
    values, bad = runs_of(results, outcome)
    values, bad = values[numbers], bad[numbers]
    # of a block and a replicate, whether all points are played
    known: npt.NDArray[np.bool_] = np.all(bad | ~np.isnan(values), axis=1)
    played = np.logical_and.accumulate(known, axis=1).sum(axis=0) * np.arange(1, known.shape[1] + 1)
    if played.size == 0 or played.max() == 0:
        return refused(f"no {what} is played in full yet", missing=total)
    replicates = int(played.argmax()) + 1
    complete = known[:, :replicates].all(axis=1)
    missing = total - int(complete.sum())
    warnings: tuple[str, ...] = ()
    if missing:
        warnings += (
            f"{outcome}: the sweep is not complete: {total - missing} of {total} {_plural(what)} with {replicates} "
            f"replicate{'s' if replicates > 1 else ''} are played in full, and the indices are theirs.",
        )
    broken = complete & bad[:, :, :replicates].any(axis=(1, 2))
    dropped = int(broken.sum())
    if dropped:
        wrong = int(bad[broken][:, :, :replicates].sum())
        share = dropped / int(complete.sum())
        told = (
            f"{wrong} run{'s' if wrong > 1 else ''} failed or gave no number ({_why(results, outcome)}), which spoils "
            f"{dropped} of {int(complete.sum())} {_plural(what)} ({share:.1%})"
        )
        if share > drop:
            return refused(f"{told}; at most {drop:.1%} may be left out", warnings, missing, dropped)
        warnings += (
            f"{outcome}: {told}. They are left out as a whole; the indices are those of the rest, and a part of the "
            "space in which runs fail counts for less than it should.",
        )
    good = np.flatnonzero(complete & ~broken)
    if len(good) < LEAST:
        return refused(f"{len(good)} whole {_plural(what)}, at least {LEAST} are needed", warnings, missing, dropped)
    kept = values[good][:, :, :replicates]
    if transform == "log1p" and kept.min() <= -1:
        return refused(f"log1p needs values above −1, and the least is {kept.min():.4g}", warnings, missing, dropped)
    kept = transformed(kept, transform)
    means = kept.mean(axis=2)
    sample = means[:, [0, -1]] if ends else means
    if np.ptp(sample) <= 1e-12 * np.abs(sample).max():
        told = f"it is {sample.flat[0]:.4g} at every point of the sample: there is no variance to share out"
        return refused(told, warnings, missing, dropped)
    return Guarded(kept, good, numbers[good], total, missing, dropped, warnings)


def runs_of(results: Results, outcome: str) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return an outcome's runs, float64 (points, replicates), NaN where there is no number, and which of them were
    played and are bad: failed, or not a finite number.

    A run that is set aside for another outcome's NaN counts here if this outcome is a number. Points with the values of
    an earlier one have its runs.
    """
    runs = results.runs
    most = int(runs["replicate"].max()) + 1 if len(runs) else 0
    values = np.full((len(results.points), most), np.nan)
    bad = np.zeros(values.shape, bool)
    if len(runs):
        row, column = runs["point"].to_numpy(), runs["replicate"].to_numpy()
        found = runs[outcome].to_numpy(np.float64)
        fine = runs["status"].isin(["ok", "nan"]).to_numpy() & np.isfinite(found)
        values[row, column] = np.where(fine, found, np.nan)
        bad[row, column] = ~fine
    first = results.folder.first
    return values[first], bad[first]


def transformed(values: FloatArray, transform: str) -> FloatArray:
    """Return values as they are, or log(1 + value): a new array."""
    return np.log1p(values) if transform == "log1p" else values.copy()


def outcome_words(study: Study, outcome: str, transform: str = "none") -> tuple[str, str]:
    """Return what an outcome is, in words, and its unit ("" for a study with a run function of its own)."""
    words, unit = (outcome, "") if study.run else (OUTCOMES[outcome].words, OUTCOMES[outcome].unit)
    return (f"log(1 + {words})", "log units") if transform == "log1p" else (words, unit)


def _why(results: Results, outcome: str) -> str:
    """Return the most frequent reason, on one line."""
    runs = results.runs
    bad = runs[~runs["status"].isin(["ok"]) | ~np.isfinite(runs[outcome].to_numpy(np.float64))]
    reasons: Counter[Any] = Counter(
        f"{status}: {str(error).strip().splitlines()[-1]}" if isinstance(error, str) and error.strip() else status
        for status, error in zip(bad["status"], bad["error"], strict=True)
    )
    return str(reasons.most_common(1)[0][0])[:160] if reasons else "not a number"


def _plural(what: str) -> str:
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
