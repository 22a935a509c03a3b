"""The file that ships: the surrogates of all stories, and what is known of how they were made. No pickles.

``map.npz`` holds the numbers, ``map.json`` the rest: how many runs, which source of the model, how wrong on runs that
were kept back.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dashboards.tipping.surrogate import FloatArray, Spending, Surrogate

__all__ = ["FOLDER", "Sheet", "read", "sheet", "write"]

FOLDER = Path(__file__).parent / "data"
_LARGE = ("centres", "turn", "weights", "spread")
_SINGLE = ("centres", "turn", "spread")  # the large ones; single precision changes R in its fifth digit
_SMALL = ("low", "high", "lengths")
_NUMBERS = ("amplitude", "centre", "shift", "noise", "widen")


@dataclass(frozen=True, eq=False)
class Sheet:
    """The map of one story.

    points : runs that it was made from; months : of each; date : when; model : digest of the model's source
    error, side, covered : see `fitting.cross_validated`; check_error, check_points, check_histories, check_covered :
    on settings that were played apart (`fitting.checked`); spending_known : share of what policies spend that the map
    explains; replayed : some of its runs (values, history, R at its height), which tell whether the model still is the
    one that the map was made with: its digest changes with every word of the source, its results rarely do
    """

    story: str
    surrogate: Surrogate
    points: int
    months: int
    date: str
    model: str
    error: float
    side: float
    covered: float
    check_points: int
    check_histories: int
    check_error: float
    check_covered: float
    spending_known: float = 0.0
    replayed: tuple[dict[str, Any], ...] = ()


def write(folder: Path, sheets: Mapping[str, Sheet]) -> None:
    """Write the two files; what was there for other stories is not kept."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    for name, one in sheets.items():
        model = one.surrogate
        for field in _LARGE:
            values = getattr(model, field)
            if field == "spread":
                values = values[np.tril_indices(len(values))]
            arrays[f"{name}/{field}"] = values.astype(np.float32 if field in _SINGLE else np.float64)
        if model.spending is not None:
            for field, values in vars(model.spending).items():
                arrays[f"{name}/spending_{field}"] = values.astype(np.float32 if field == "centres" else np.float64)
        facts[name] = {key: value for key, value in vars(one).items() if key != "surrogate"} | {
            "paths": list(model.paths),
            **{field: [float(f"{v:.9g}") for v in getattr(model, field)] for field in _SMALL},
            **{field: float(f"{getattr(model, field):.9g}") for field in _NUMBERS},
        }
    np.savez_compressed(folder / "map.npz", **arrays)  # plain numbers: nothing is pickled
    text = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "map.json").write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Sheet]:
    """Return the maps of a folder by story; none where there is no file."""
    if not (folder / "map.json").is_file():
        return {}
    facts = json.loads((folder / "map.json").read_text(encoding="utf-8"))
    with np.load(folder / "map.npz", allow_pickle=False) as arrays:
        return {name: _sheet(name, dict(known), arrays) for name, known in facts.items()}


@functools.cache
def _shipped() -> dict[str, Sheet]:
    return read(FOLDER)


def sheet(story: str) -> Sheet | None:
    """Return the map that ships for a story, None where there is none."""
    return _shipped().get(story)


def _sheet(name: str, known: dict[str, Any], arrays: Any) -> Sheet:
    def array(field: str) -> FloatArray:
        return np.asarray(arrays[f"{name}/{field}"], np.float64)

    half = array("spread")
    size = int((np.sqrt(8 * len(half) + 1) - 1) / 2)
    spread = np.zeros((size, size))
    spread[np.tril_indices(size)] = half
    spending = None
    if f"{name}/spending_weights" in arrays:
        spending = Spending(*(array(f"spending_{field.name}") for field in dataclasses.fields(Spending)))
    numbers: dict[str, Any] = {field: np.asarray(known.pop(field), np.float64) for field in _SMALL}
    numbers |= {field: known.pop(field) for field in _NUMBERS}
    surrogate = Surrogate(
        paths=tuple(known.pop("paths")), **numbers, centres=array("centres"), turn=array("turn"),
        weights=array("weights"),
        spread=spread, spending=spending,
    )  # fmt: skip
    return Sheet(**known | {"replayed": tuple(known["replayed"])}, surrogate=surrogate)
