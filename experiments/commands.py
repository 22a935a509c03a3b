"""What the sweep commands of ``ecosim`` do: ``plan``, ``sweep``, ``status``, ``report``, ``replay``, ``merge``,
``compact``. Returns exit codes, prints for people.
"""  # fmt: skip

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecosim.errors import OutputError, StudyError
from experiments.store import SweepFolder, is_sweep
from experiments.study import Study

__all__ = [
    "compact_command", "default_folder", "find_study", "merge_command", "plan_command", "replay_command",
    "report_command", "status_command", "studies_command", "sweep_command",
]  # fmt: skip


def find_study(source: str, quick: bool) -> Study:
    """Return the study of a name, of a file, or of the folder of a sweep.

    A run function's module is looked for beside the study, too.
    """
    path = Path(source)
    if not _is_folder(source):
        study = Study.load(source, quick)
        _look_for_modules(study.folder)
        return study
    study = SweepFolder.open(path).study
    if quick and not study.quick:
        raise StudyError(f"{path}: holds the full version of {study.name}: --quick cannot be used on it")
    _look_for_modules(path)
    return study


def _is_folder(source: str) -> bool:
    """Whether a folder of a sweep is meant: the name of a ready study means that study, whatever lies here."""
    from experiments.reading import ready_studies

    return source not in ready_studies() and (Path(source) / "manifest.json").exists()


def _look_for_modules(folder: Path) -> None:
    """Let Python find the modules beside a study and in the working directory, as ``python -m`` does."""
    for place in (str(Path.cwd()), str(folder.resolve())):
        if place not in sys.path:
            sys.path.append(place)


def default_folder(source: str, study: Study) -> Path:
    """Return where a study is played unless it is said: in its folder, or in results/NAME."""
    if _is_folder(source):
        return Path(source)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", study.name).strip("-.") or "study"  # a folder on every system
    return Path("results") / (f"{name}-quick" if study.quick else name)


def studies_command() -> int:
    """Print the ready studies, one line each."""
    import tomllib

    from experiments.reading import ready_studies

    for name, path in ready_studies().items():  # the titles alone: reading a study whole may ask for its extras
        print(f"{name:16} {tomllib.loads(path.read_text(encoding='utf-8'))['title']}")
    return 0


def plan_command(source: str, quick: bool, workers: int | None) -> int:
    """Play a pilot and print what the study would cost and how sharp it would be."""
    from experiments.planning import plan

    print(plan(find_study(source, quick), workers).as_text())
    return 0


def sweep_command(
    source: str, out: Path | None, quick: bool, quiet: bool, **options: Any
) -> int:  # fmt: skip
    """Run a study; return 0 when it is done, 1 when it was stopped or not a single run went well."""
    from experiments.running.runner import sweep

    study = find_study(source, quick)
    folder = default_folder(source, study) if out is None else out
    try:
        results = sweep(study, folder, quiet=quiet, **options)
    except KeyboardInterrupt:
        left = f"`ecosim status {folder}` says how far it is; the same command goes on" if is_sweep(folder) else ""
        print(f"\necosim: stopped; {left}", file=sys.stderr)
        return 1
    counts = results.folder.status_counts()
    if sum(counts.values()) and not counts["ok"]:
        bad = results.bad.iloc[0]
        print(f"ecosim: {folder}: {_counts(counts)}; the first: {bad['error']}", file=sys.stderr)
        print(f"ecosim: see `ecosim replay {folder} {bad['point']}/{bad['replicate']}`", file=sys.stderr)
        return 1
    if quiet:
        return 0
    print(f"{folder}: {_counts(counts)}")
    if options.get("shard") is None:
        print(f"Next: ecosim report {folder}")
    return 0


def _counts(found: dict[str, int]) -> str:
    bad = {status: count for status, count in found.items() if status != "ok" and count}
    words = f"{sum(found.values()):,} runs, {found.get('ok', 0):,} of them well"
    if bad:
        words += "; set aside: " + ", ".join(f"{count:,} {status}" for status, count in bad.items())
    return words


def status_command(folder: Path) -> int:
    """Print how far a sweep is."""
    from experiments.planning import status

    print(status(folder).as_text())
    return 0


def report_command(folder: Path, quiet: bool) -> int:
    """Write the report of a sweep as far as it has come; return 1 when an analysis could not be made."""
    from experiments.store import load
    from experiments.sweep_report import write_report

    written = write_report(load(folder))
    for problem in written.problems:
        print(f"ecosim: {problem}", file=sys.stderr)
    if not quiet:
        print(f"Report: {written.path}")
    return 1 if written.problems else 0


def replay_command(folder: Path, run: str, quiet: bool) -> int:
    """Play one run of a sweep again: the same outcomes bit for bit (0), others (1), what it raised, with traceback (1).

    Raises
    ------
    OutputError
        When the model has changed since.
    """
    import traceback

    from experiments.running.replaying import check_version, compare, ended, replay_run

    opened = SweepFolder.open(folder)
    point, replicate = _parse_run(run, opened)
    _look_for_modules(folder)
    check_version(opened)
    earlier = ended(opened, point, replicate)
    if earlier in ("timeout", "killed"):  # what it does may be the end of this process, too
        print(f"ecosim: {folder}: run {run} ended as {earlier!r} in the sweep; it is played again", file=sys.stderr)
        sys.stderr.flush()
    try:
        found = replay_run(opened, point, replicate)
    except KeyboardInterrupt:
        raise
    except BaseException:
        print(traceback.format_exc().encode("utf-8", "backslashreplace").decode(), end="", file=sys.stderr)
        print(f"ecosim: {folder}: run {run} fails as shown", file=sys.stderr)
        return 1
    different, words = compare(opened, point, replicate, found)
    if different or not quiet:
        print(words, file=sys.stderr if different else sys.stdout)
    return 1 if different else 0


def _parse_run(run: str, folder: SweepFolder) -> tuple[int, int]:
    point, slash, replicate = run.partition("/")
    points = len(folder.points)
    if (
        not (slash and point.isdecimal() and replicate.isdecimal())
        or int(point) >= points
        or int(replicate) >= folder.most
    ):
        raise StudyError(
            f"run {run!r}: allowed is POINT/REPLICATE, such as 0/{folder.most - 1}, with points from 0 to "
            f"{points - 1} and replicates from 0 to {folder.most - 1}"
        )
    return int(point), int(replicate)


def merge_command(sources: Sequence[Path], out: Path, quiet: bool) -> int:
    """Bring the runs of several folders together."""
    from experiments.store.merging import merge

    if not sources:
        raise OutputError("merge: no folders were named")
    folder = merge(sources, out)
    if not quiet:
        wanted = folder.wanted()
        print(f"{out}: {int((folder.done() & wanted).sum()):,} of {int(wanted.sum()):,} runs")
    return 0


def compact_command(folder: Path, quiet: bool) -> int:
    """Rewrite many small parts as few large ones."""
    from experiments.store.merging import compact

    before, after = compact(folder)
    if not quiet:
        print(f"{folder}: {before:,} files before, {after:,} now")
    return 0
