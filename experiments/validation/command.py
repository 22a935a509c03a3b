"""What ``ecosim validate`` does. Returns exit codes, prints for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from ecosim.errors import InputFileError, MissingExtraError, OutputError, ParameterError, nearest_name
from experiments.validation.evidence.source import CORDIS_COLUMNS, Source
from experiments.validation.keeping import Kept, kept_in
from experiments.validation.page import page
from experiments.validation.playing import play
from experiments.validation.studies import EXTRAS, PARTS, STUDIES, WITH_FILES, study

__all__ = ["given_source", "list_command", "validate_command"]


def list_command() -> int:
    """Print all studies, by part, one line each."""
    for part, names in PARTS.items():
        print(f"{part}:")
        for name in names:
            needs = " (needs --participations)" if name in WITH_FILES else ""
            print(f"  {name:22} {study(name).QUESTION}{needs}")
    return 0


def given_source(
    participations: Path | None, programmes: Path | None, columns: Sequence[str], kinds: Sequence[str],
    train_until: int | None, test_until: int | None, title: str | None,
) -> Source | None:  # fmt: skip
    """Return the files that the command was given, None for none.

    columns : ``OURS=THEIRS``; kinds : ``THEIRS=OURS``

    Raises
    ------
    ParameterError
        For a name that is not known (`Source`), or options about a file without the file.
    """
    if participations is None:
        given = [("--programmes", programmes), ("--column", columns), ("--kind", kinds), ("--train-until", train_until),
                 ("--test-until", test_until)]  # fmt: skip
        for option, value in given:
            if value:
                raise ParameterError(f"{option}: says something about a file of participations: give --participations")
        return None
    named = _pairs("--column", columns, "OURS=THEIRS, such as project=projectID")
    kept = _pairs("--kind", kinds, "THEIRS=OURS, such as SME=firm")
    if train_until is not None and test_until is not None and test_until <= train_until:
        raise ParameterError(f"--test-until {test_until}: allowed is a year after --train-until {train_until}")
    name = title or ("Horizon 2020" if participations.name.startswith("h2020") else participations.name.split(".")[0])
    return Source(participations, programmes, named, kept, train_until, test_until, name)


def validate_command(
    names: Sequence[str], everything: bool, source: Source | None, out: Path | None, quick: bool = False,
    workers: int | None = None, again: bool = False, quiet: bool = False,
) -> int:  # fmt: skip
    """Play studies, keep what they found and write the scoreboard beside their folder; 1 when one could not be played.

    names : of studies; with none, all (`everything`), or those of a file's network where one is given

    Raises
    ------
    EcosimError
        For a name, a file or a folder that is wrong.
    """
    for name in names:
        if name not in STUDIES:
            raise ParameterError(
                f"{name!r}{nearest_name(name, STUDIES)}: no such study: allowed are {', '.join(STUDIES)}"
            )
    if names and everything:
        raise ParameterError("give either names of studies or --all")
    chosen = list(names) or [name for name in STUDIES if everything or name in WITH_FILES]
    if source is None:
        needing = [name for name in chosen if name in WITH_FILES]
        if names and needing:
            raise ParameterError(f"{needing[0]}: give the participations to score: --participations FILE")
        chosen = [name for name in chosen if name not in WITH_FILES]
    for name in chosen:
        if name in EXTRAS and find_spec(EXTRAS[name]) is None:  # now, not after an hour
            raise MissingExtraError(f"the study {name}", "experiments")
    folder = out if out is not None else Path("results") / ("validation-quick" if quick else "validation")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"--out {folder}: this is a file, a folder is needed")
    target = folder.with_name(f"{folder.name}.md")

    def say(text: str) -> None:
        if not quiet:
            print(text, flush=True)

    try:
        found = play(chosen, folder, quick, workers, source, again, say)
    except InputFileError as problem:
        if ": no column " not in str(problem):
            raise
        names = ", ".join(f"{ours} ({theirs})" for ours, theirs in CORDIS_COLUMNS.items())
        raise InputFileError(f"{problem}; --column OURS=THEIRS says what a file calls {names}") from None
    except KeyboardInterrupt:
        _write_page(folder, target)
        print(f"ecosim: interrupted; what was played is in {target}; the same command goes on", file=sys.stderr)
        return 1
    _write_page(folder, target)
    if not quiet:
        _print_rows(found)
        if source is None and everything:
            print("Not played: real data, which needs --participations.")
        print(f"Scoreboard: {target}")
    return 1 if any(kept.problem for kept in found) else 0


def _pairs(option: str, texts: Sequence[str], allowed: str) -> Mapping[str, str]:
    pairs = {}
    for text in texts:
        left, equals, right = text.partition("=")
        if not (equals and left.strip() and right.strip()):
            raise ParameterError(f"{option} {text}: allowed is {allowed}")
        if left.strip() in pairs:
            raise ParameterError(f"{option} {text}: {left.strip()} is given twice")
        pairs[left.strip()] = right.strip()
    return pairs


def _write_page(folder: Path, target: Path) -> None:
    text = page(kept_in(folder), folder.name)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as problem:
        raise OutputError(f"{target}: cannot be written: {problem.strerror}") from None


def _print_rows(found: Sequence[Kept]) -> None:
    for kept in found:
        print(f"\n{kept.name}: {kept.question or kept.problem}")
        for row in kept.rows:
            print(f"  {row.verdict:9}  {row.fact}\n             expected {row.expected}; found {row.found}")
    print()
