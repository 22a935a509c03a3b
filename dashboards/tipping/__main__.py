"""``python -m dashboards.tipping --out FOLDER``: play anew what the dashboard's map of tipping is answered from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dashboards.tipping.atlas import FOLDER, write
from dashboards.tipping.axes import MAPPED
from dashboards.tipping.building import FULL, QUICK, build, replay
from ecosim.errors import EcosimError, ParameterError

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0 done, 1 a map does not hold or was interrupted, 2 wrong input."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.tipping", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the runs and the map; what is there is not played again")
    parser.add_argument("--stories", nargs="+", default=list(MAPPED), metavar="STORY", help="which ones (all)")
    parser.add_argument("--quick", action="store_true", help="a small map, to see that it works")
    parser.add_argument("--workers", type=int, default=None, help="processes (one per processor)")
    parser.add_argument("--ship", action="store_true", help="put the map into the package")
    parser.add_argument(
        "--replay", action="store_true",
        help="play some runs of the shipped map again; if they give the same, it holds for this source of the model",
    )  # fmt: skip
    chosen = parser.parse_args(arguments)
    try:
        if chosen.replay:
            return 1 if replay() else 0
        if chosen.out is None:
            raise ParameterError("--out: name a folder for the runs")
        if chosen.ship and chosen.quick:
            raise ParameterError("--ship: a quick map is too coarse to be shipped")
        sheets = build(chosen.out, chosen.stories, QUICK if chosen.quick else FULL, chosen.workers)
        for name in chosen.stories:
            one = sheets[name]
            print(
                f"{name}: {one.points} runs; mean R off by {one.check_error:.3f} at {one.check_points} other settings; "
                f"{one.side:.1%} of runs on the right side of 1"
            )
        if chosen.ship:
            write(FOLDER, sheets)
        print(f"The map is in {chosen.out / 'map.npz'} and {chosen.out / 'map.json'}")
    except EcosimError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
