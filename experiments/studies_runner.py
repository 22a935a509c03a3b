"""One command line for every package of studies: run them, keep the table, say what it shows, draw it.

A study is a module with ``QUESTION``, ``run(quick, workers) -> table``, ``conclude(table) -> findings`` and
``draw(table) -> figure``. The runner knows nothing else of it. A study that needs shipped inputs reads them itself.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["run_studies"]


def run_studies(package: str, studies: Mapping[str, Any], folder: str, arguments: list[str] | None = None) -> None:
    """Run the named studies (or all); leave ``NAME.csv``, ``NAME.json`` and ``NAME.png`` in a folder.

    package : what follows ``python -m``; studies : module by name (looked up only when it is chosen);
    folder : where results go unless ``--out`` says otherwise; arguments : in place of the command line's.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description="Run studies, leave tables and figures.")
    parser.add_argument("names", nargs="*", choices=[*studies, []], help="studies to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs, seconds instead of minutes")
    parser.add_argument("--redraw", action="store_true", help="only conclude and draw, from the tables in the folder")
    parser.add_argument("--workers", type=int, help="processes (default: one per processor)")
    parser.add_argument("--out", type=Path, default=Path(folder), help="folder for tables and figures")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or studies:
        study = studies[name]
        path = chosen.out / f"{name}.csv"
        table = pd.read_csv(path) if chosen.redraw else study.run(chosen.quick, chosen.workers)
        if not chosen.redraw:
            table.to_csv(path, index=False, float_format="%.6g")
        findings = study.conclude(table)
        (chosen.out / f"{name}.json").write_text(json.dumps(findings, indent=1) + "\n")
        study.draw(table).savefig(chosen.out / f"{name}.png", dpi=110)
        print(f"\n{name}: {study.QUESTION}")
        for key, value in findings.items():
            print(f"  {key}: {value}")
