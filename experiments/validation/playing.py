"""Plays studies of the scoreboard, one after the other; one that fails is written down as such, the rest goes on."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from ecosim.errors import EcosimError
from ecosim.provenance import now
from experiments.store.identity import ecosim_version
from experiments.validation.evidence.source import Source
from experiments.validation.keeping import Kept, keep, keep_table, kept_in
from experiments.validation.reach import digest_of_run, digest_of_source
from experiments.validation.studies import STUDIES, WITH_FILES, study

__all__ = ["play"]


def play(
    names: Sequence[str],
    folder: Path,
    quick: bool = False,
    workers: int | None = None,
    source: Source | None = None,
    again: bool = False,
    say: Callable[[str], None] = print,
) -> list[Kept]:
    """Play studies into a folder and return what they found, in order.

    A study that the folder holds already, made by the same source of model and study, from the same files and in the
    same size, is not played again unless `again` is set: a run that was interrupted goes on. Where only what concludes
    from its table is another, that is done again.

    Raises
    ------
    EcosimError
        For what the user gave: files, folder, an extra that is not installed. Any other error is kept as the outcome.
    """
    there, found = kept_in(folder), []
    files = {} if source is None else _digests(source)
    began, played = time.perf_counter(), 0
    for place, name in enumerate(names, start=1):
        own_source, own_files = (source, files) if name in WITH_FILES else (None, {})
        known = {
            "name": name, "quick": quick, "version": ecosim_version(), "files": own_files,
            "key": _key(name, quick, own_source, own_files), "telling": digest_of_source(STUDIES[name]),
        }  # fmt: skip
        before = there.get(name)
        if before is not None and before.key == known["key"] and not before.problem and not again:
            if before.telling != known["telling"]:
                before = _tell(folder, {**asdict(before), **known})
            say(f"[{place}/{len(names)}] {name}: kept from {before.made[:10]}")
            found.append(before)
            continue
        left = _left(time.perf_counter() - began, played, len(names) - place + 1)
        say(f"[{place}/{len(names)}] {name} …{left}")
        found.append(_play_one(folder, known, workers, own_source))
        played += 1
        say("    " + _outcome(found[-1]))
    return found


def _play_one(folder: Path, known: dict[str, Any], workers: int | None, source: Source | None) -> Kept:
    """Play a study and keep what it found, or why it could not be played."""
    began = time.perf_counter()
    try:
        extra = {} if source is None else {"source": source}
        table = study(known["name"]).run(quick=known["quick"], workers=workers, **extra)
        known |= {"seeds": _seeds(table), "made": now(), "seconds": round(time.perf_counter() - began, 1)}
        keep_table(folder, known["name"], table)
        return _tell(folder, known)
    except EcosimError:
        raise
    except Exception as problem:
        where = traceback.extract_tb(problem.__traceback__)[-1]
        words = f"{type(problem).__name__}: {problem} ({Path(where.filename).name}, line {where.lineno})"
        known |= {"made": now(), "seconds": round(time.perf_counter() - began, 1), "question": "", "seeds": ""}
        kept = Kept(**known, problem=words)
        keep(folder, kept)
        return kept


def _tell(folder: Path, known: dict[str, Any]) -> Kept:
    """Conclude from a kept table (always as it reads from the file, so that the same comes out later) and keep that."""
    module = study(known["name"])
    table = pd.read_csv(folder / f"{known['name']}.csv")
    findings = module.conclude(table)
    told = {"question": module.QUESTION, "findings": findings, "rows": tuple(module.rows(findings))}
    kept = Kept(**{**known, **told})
    keep(folder, kept, module.draw(table))
    return kept


def _seeds(table: Any) -> str:
    """Return the seeds of a table in words: ``0–39``."""
    if "seed" not in table:
        return "none: no run has a seed"
    seeds = sorted({int(seed) for seed in table["seed"].dropna()})
    if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds[:8]) + (", …" if len(seeds) > 8 else "")


def _key(name: str, quick: bool, source: Source | None, files: dict[str, str]) -> str:
    """Return a digest of what decides a study's table: model, files, and the source that its run reaches."""
    options = {} if source is None else {key: str(value) for key, value in asdict(source).items()}
    options = {key: value for key, value in options.items() if key not in ("participations", "programmes")}
    parts = [name, quick, ecosim_version(), digest_of_run(STUDIES[name]), options, sorted(files.values())]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def _digests(source: Source) -> dict[str, str]:
    """Return a digest of each file; one that is missing is left to the reader, who says so."""
    found = {}
    for path in (source.participations, source.programmes):
        if path is not None and path.is_file():
            found[path.name] = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
    return found


def _left(spent: float, played: int, left: int) -> str:
    """Return how much time is left, from what studies took so far; nothing before one is done."""
    if not played:
        return ""
    seconds = spent / played * left
    return f" (about {seconds / 60:.0f} min left)" if seconds >= 90 else f" (about {seconds:.0f} s left)"


def _outcome(kept: Kept) -> str:
    if kept.problem:
        return f"could not be played: {kept.problem}"
    count = {verdict: sum(row.verdict == verdict for row in kept.rows) for verdict in ("holds", "fails", "undecided")}
    words = ", ".join(f"{number} {verdict}" for verdict, number in count.items() if number)
    return f"{words} ({kept.seconds:.0f} s)"
