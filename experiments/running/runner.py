"""A sweep from its first round to its last: what is refused, what a folder holds, where it is played.

How the runs of a round are played is in `experiments.running.rounds`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecosim.errors import StudyError
from experiments.designs import Design, make_design
from experiments.running.engines import check_engine, make_engine
from experiments.running.notes import remove_notes
from experiments.running.play import run_function
from experiments.running.progress import Progress
from experiments.running.rounds import Player
from experiments.running.stopping import Stopper
from experiments.running.worker import FLUSH_SECONDS
from experiments.store import Results, SweepFolder, is_sweep
from experiments.store.folder import study_hash
from experiments.store.identity import model_version
from experiments.study import Study

__all__ = ["open_sweep", "sweep"]


def sweep(
    study: Study, out: str | Path, *, engine: str = "processes", workers: int | None = None,
    scheduler: str | None = None, shard: tuple[int, int] | None = None, extend: bool = False, retry: bool = False,
    flush_seconds: float = FLUSH_SECONDS, quiet: bool = True,
) -> Results:  # fmt: skip
    """Run a study in a folder, or go on with it there, and return its results.

    Parameters
    ----------
    out : a folder that does not exist, is empty, or holds this sweep
    engine : ``processes``, ``dask`` or ``mpi``; workers : how many (None: one per processor; 1: in this process)
    scheduler : address of a Dask scheduler
    shard : (i, N): only every N-th run, from the i-th on (0 ≤ i < N), for a job array without coordinator
    extend : let the folder hold this study from now on, if its runs are of the same kind as those there
    retry : play runs again that failed
    flush_seconds : how often a worker writes what it has: what a kill can lose
    quiet : no progress on stderr

    Raises
    ------
    StudyError
        When the folder holds another study, or the study cannot be sharded.
    OutputError
        When results cannot be written. What was written stays, and the same call goes on.
    KeyboardInterrupt
        After an interrupt (or SIGTERM): runs under way are finished and written first. A second one does not wait.
    """
    design = make_design(study)
    if study.run:
        run_function(study.run)
    if shard is not None:
        _check_shard(study, design, shard)
    check_engine(engine, scheduler)
    folder = open_sweep(study, Path(out), design, extend)
    with Progress(quiet, study.name) as progress, Stopper() as stopper:
        played = Player(folder, make_engine(engine, workers, scheduler), shard, retry, flush_seconds, progress, stopper)
        try:
            while True:
                played.play_round()
                if shard is not None:
                    break
                added = design.next_round(Results(folder))
                if added is None:
                    break
                folder.add_round(added)
        except BaseException:
            played.engine.close(at_once=True)
            raise
        else:
            played.engine.close()
        finally:
            # other shards may be playing in the same folder; else what is left there is of sweeps that were killed
            remove_notes(folder.path, played.stamp if shard is not None else "")
    return Results(folder)


def open_sweep(study: Study, out: Path, design: Design, extend: bool = False) -> SweepFolder:
    """Return the folder of a sweep, made with its first round when it is not there yet.

    Raises
    ------
    StudyError
        When the folder holds another study (and `extend` is not set), or one that another version of the model played.
    """
    if not is_sweep(out):
        return SweepFolder.create(out, study, _first_round(study, design))
    folder = SweepFolder.open(out)
    version = model_version(study)
    if folder.version != version:
        raise StudyError(
            f"{out}: its runs were played by {folder.version}, this is {version}: the model has changed, so that runs "
            "cannot go together; choose another folder"
        )
    if folder.manifest["hash"] == study_hash(study, version):
        return folder
    if not extend:
        raise StudyError(
            f"{out}: holds another study ({folder.study.name}, manifest {folder.manifest['hash']}): choose another "
            "folder, or --extend to let this study use and add to its runs"
        )
    folder.extend(study, _first_round(study, design))
    return folder


def _first_round(study: Study, design: Design) -> Any:
    class _NoResults:
        points: tuple[()] = ()

    first = design.next_round(_NoResults())  # type: ignore[arg-type]
    if first is None or len(first.points) == 0:
        raise StudyError(f"{study.name}: the design has no points")
    return first


def _check_shard(study: Study, design: Design, shard: tuple[int, int]) -> None:
    part, parts = shard
    if not 0 <= part < parts:
        raise StudyError(f"--shard {part}/{parts}: allowed is i/N with i from 0 to N − 1")
    if design.adaptive or study.replicates.sequential:
        raise StudyError(
            f"--shard {part}/{parts}: {study.name} chooses its runs from the results of earlier ones, which needs one "
            "coordinator: use --engine dask or mpi, or a design with a fixed number of replicates"
        )
