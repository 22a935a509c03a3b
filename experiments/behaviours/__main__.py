"""``python -m experiments.behaviours NAME ... [--quick] [--out FOLDER]``: run studies, leave tables and figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

from experiments.behaviours import STUDIES


def main() -> None:
    """Run the named studies (or all)."""
    parser = argparse.ArgumentParser(prog="python -m experiments.behaviours", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*STUDIES, []], help="studies to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs, seconds instead of minutes")
    parser.add_argument("--redraw", action="store_true", help="only conclude and draw, from the tables in the folder")
    parser.add_argument("--out", type=Path, default=Path("docs/behaviours"), help="folder for tables and figures")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or STUDIES:
        study = STUDIES[name]
        path = chosen.out / f"{name}.csv"
        table = pd.read_csv(path) if chosen.redraw else study.run(chosen.quick)
        if not chosen.redraw:
            table.to_csv(path, index=False, float_format="%.6g")
        findings = study.conclude(table)
        (chosen.out / f"{name}.json").write_text(json.dumps(findings, indent=1) + "\n")
        study.draw(table).savefig(chosen.out / f"{name}.png", dpi=110)
        print(f"\n{name}: {study.QUESTION}")
        for key, value in findings.items():
            print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
