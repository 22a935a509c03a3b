"""Benchmarks as ratios within one run: the core against plain Mesa and C, its memory and start; society's cost.

Kept out of the tests' way: a timing is never asserted. Everything is imported late; the command's help comes by here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecosim.errors import OutputError, ParameterError, nearest_name

if TYPE_CHECKING:
    from rich.table import Table

    from ecosim.bench.timing import Row

__all__ = ["BENCHMARKS", "run_benchmarks", "run_core", "run_society", "table"]


def run_core(sizes: Sequence[int] = (1_000, 10_000, 100_000, 1_000_000), quick: bool = False) -> dict[str, Row]:
    """Measure the core; see `ecosim.bench.core.run_core`."""
    from ecosim.bench import core

    return core.run_core(sizes, quick)


def run_society(quick: bool = False) -> dict[str, Row]:
    """Measure what society and economy cost; see `ecosim.bench.society.run_society`."""
    from ecosim.bench import society

    return society.run_society(quick)


BENCHMARKS: Mapping[str, Callable[[bool], dict[str, Row]]] = {
    "core": lambda quick: run_core(quick=quick),
    "society": run_society,
}


def run_benchmarks(
    names: Sequence[str], json_file: Path | None = None, quick: bool = False,
    benchmarks: Mapping[str, Callable[[bool], dict[str, Row]]] | None = None,
) -> None:  # fmt: skip
    """Run the benchmarks of these names, print their tables and, if asked, write a JSON file.

    benchmarks : by name, in place of `BENCHMARKS`: a layer above has more of them

    Raises
    ------
    ParameterError
        For an unknown name.
    OutputError
        When the file cannot be written.
    """
    from rich.console import Console

    known = BENCHMARKS if benchmarks is None else benchmarks
    for name in names:
        if name not in known:
            raise ParameterError(f"benchmark = {name!r}{nearest_name(name, known)}: allowed are {', '.join(known)}")
    found: dict[str, Any] = {"machine": machine()}
    for name in names:
        found[name] = known[name](quick)
        Console().print(table(found[name].values(), name))
    if json_file is not None:
        _write(json_file, found)


def table(rows: Iterable[Row], title: str = "core") -> Table:
    """Return measurements as a table for the terminal."""
    from rich.table import Table

    drawn = Table(title=title, title_justify="left")
    drawn.add_column("what")
    for heading in ("measured", "bar", "kept"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    drawn.add_column("how")
    words = {True: "yes", False: "[bold red]NO[/bold red]", None: "–"}
    for row in rows:
        value = "–" if row["value"] is None else f"{row['value']:.4g} {row['unit']}"
        drawn.add_row(row["name"], value, row["bar"] or "–", words[row["met"]], row["detail"])
    return drawn


def machine() -> dict[str, str | int]:
    """Return what the figures depend on: system, processor, and the versions of what is measured."""
    import os
    import platform
    from importlib.metadata import version

    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "mesa", "pandas", "pyarrow")},
    }


def _write(path: Path, found: dict[str, Any]) -> None:
    """Write a JSON file under another name first, so that no half of it is ever there."""
    import json

    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as problem:
        raise OutputError(f"{path}: cannot be written: {problem.strerror or problem}") from None
