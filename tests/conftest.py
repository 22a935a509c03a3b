"""What all tests share: where the real data are, and the command run in this process."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"

# Numba looks only at the file of a compiled function, not at the files of what it calls: after a change in one kernel
# it would go on with the old code of another. So each state of the kernels has a cache of its own.
_KERNELS = b"".join(path.read_bytes() for path in sorted((ROOT / "ecosim" / "kernels").glob("*.py")))
_CACHE = ROOT / ".numba_cache" / hashlib.blake2b(_KERNELS, digest_size=8).hexdigest()
os.environ.setdefault("NUMBA_CACHE_DIR", str(_CACHE))


class Answer(NamedTuple):
    """What the command answered."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real inputs beside the checkout."""
    if not (DATA / "h2020_participations.csv.gz").exists():
        pytest.skip("the Horizon 2020 files are not in ../shared/data")
    return DATA


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Return a function that runs `ecosim` with arguments and returns its answer."""
    from ecosim.cli import main

    def call(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["ecosim", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call
