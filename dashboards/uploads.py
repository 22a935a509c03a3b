"""An ecosystem of the visitor's own, from files that strangers wrote: everything in them is checked before it is used.

Names of files are only compared, never opened: what is read are the bytes that were uploaded, written under names of
our own into a private folder, and the tables that ship. Runs in a worker: a file can be made so that reading it takes
long.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboards.arrivals import check_names
from dashboards.limits import Limits, limits
from dashboards.playing import allowed
from dashboards.setup import OWN, Setup, World, own_levers
from dashboards.text import Words, words
from ecosim import Scenario
from ecosim.errors import EcosimError, InputFileError, ScenarioError, nearest_name
from ecosim.inputs import resolve
from ecosim.scenario import shipped_scenarios

__all__ = ["EXAMPLES", "as_toml", "examine", "read", "shipped_tables"]

_ROLES = {  # what a table is for, told by its columns
    "organisations": ("id", "kind", "sector", "cluster"), "ties": ("a", "b"), "clusters": ("name", "theme"),
}  # fmt: skip
_TOML = 500_000  # bytes; the longest that ships has 3,000
_TOML_LINE = 5_000  # characters: reading a key takes as long as the square of its parts
_COLUMNS, _LINE = 100, 20_000  # of a table
_LATEST = 1_000_000  # months
_SHOWN = 500  # characters of a message
_NOWHERE = Path("/an-upload-has-no-folder")  # what names in a scenario are relative to until they are looked up

EXAMPLES = [  # shown to visitors; together they are an upload
    {
        "name": "organisations.csv",
        "text": "id,kind,sector,cluster\nAtelier Martin,firm,textile,North\nCHU,lab,health,North\n"
        "Cosmétiques du Sud,firm,cosmetics,South\n",
    },
    {"name": "ties.csv", "text": "a,b\nAtelier Martin,CHU\nAtelier Martin,Cosmétiques du Sud\n"},
    {
        "name": "scenario.toml",
        "text": """name = "mine"
title = "Textile, health and cosmetics"
months = 120

[inputs]
organisations = "organisations.csv"
ties = "ties.csv"

[parameters.mechanisms]
trust = true
alliances = true
value_chain = true
markets = true
firm_life = true

[[attractors]]
name = "Cosmetotextiles"
kind = "concept"
sectors = ["textile", "cosmetics"]
strength = 0.15
start = 24
""",
    },
]


def examine(folder: Path, names: list[str], language: str, most: Limits | None = None) -> Iterator[tuple[World, int]]:
    """Read the files that arrived in a folder (``0.part``, ...) under these names: what a worker does.

    Yields the world and its number of organisations, once; raises EcosimError like `read`.
    """
    files = [(name, (folder / f"{index}.part").read_bytes()) for index, name in enumerate(names)]
    world = read(files, folder, most or limits(), words(language))
    for index in range(len(names)):
        (folder / f"{index}.part").unlink()
    yield world, allowed.organisations(world.scenario)


def read(files: list[tuple[str, bytes]], folder: Path, most: Limits, say: Words | None = None) -> World:
    """Return the ecosystem that files (name, content) describe: a scenario with its tables, or tables alone.

    folder : private, where tables are written under names of our own; say : the visitor's words, English without

    Raises
    ------
    EcosimError
        For anything that is wrong; the message names file, row and field.
    """
    say = say or words("en")
    check_names([(name, len(content)) for name, content in files], most, say)
    texts = {name: _text(name, content) for name, content in files}
    tables = {name: text for name, text in texts.items() if _suffix(name) == ".csv"}
    for name, text in tables.items():
        _check_table(name, text)
    written = next((name for name in texts if _suffix(name) == ".toml"), None)
    roles: dict[str, str] = {}
    try:
        if written is None:
            roles = _roles(tables)
            scenario = _around(roles, tables)
        else:
            scenario = _scenario(written, texts[written])
            roles = _named(scenario, written, tables)
        scenario = _with_tables(scenario, roles, tables, folder)
        allowed.check(scenario, most, say)
        own_levers(scenario)
        resolve(scenario)
    except EcosimError as problem:
        raise InputFileError(_in_their_names(str(problem), roles, folder)) from None
    except (RecursionError, OverflowError, ValueError):  # nested too deep, a number of thousands of digits
        where = written or ", ".join(tables)
        raise InputFileError(f"{where}: it is nested too deep, or a number in it is too large") from None
    return World(OWN, scenario, tuple(sorted(roles.items())))


def shipped_tables() -> dict[str, Path]:
    """Return the tables that ship with the package, by the bare name under which a scenario may use them."""
    folder = next(iter(shipped_scenarios().values())).parent
    return {path.name: path for path in sorted(folder.glob("*.csv"))}


def as_toml(setup: Setup, world: World) -> str:
    """Return what is set as a scenario file; its tables are named by their bare names.

    Read back with the same tables it is the same scenario; the seed, which is no part of one, stands in a comment.
    """
    scenario = setup.scenario(world)
    names = dict(world.files)
    bare = {f"{role}_file": _NOWHERE / names.get(role, path.name) for role, path in scenario.input_files.items()}
    content = dataclasses.replace(scenario, **bare).to_toml(_NOWHERE)  # type: ignore[arg-type]
    return f"# ecosim run FILE.toml --seed {setup.seed}\n{content}"


# -- a scenario -----------------------------------------------------------------------------------------------


def _scenario(name: str, text: str) -> Scenario:
    if len(text) > _TOML:
        raise ScenarioError(f"{name}: {len(text):,} characters: allowed are at most {_TOML:,}")
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _TOML_LINE:
            raise ScenarioError(f"{name}: line {number}: {len(line):,} characters: allowed are at most {_TOML_LINE:,}")
    scenario = Scenario.from_toml(text, base=_NOWHERE, where=name)
    for what in ("attractors", "policies", "acculturations"):
        for row in getattr(scenario, what):
            for field in ("start", "end"):
                month = getattr(row, field)
                if month is not None and month > _LATEST:
                    where = f"{name}: {what} ({row.name}): {field}"
                    raise ScenarioError(f"{where} = {_number(month)}: allowed is a month up to {_LATEST:,}")
    return scenario


def _named(scenario: Scenario, where: str, tables: dict[str, str]) -> dict[str, str]:
    """Return which uploaded table a scenario names for which role; tables that ship are left out."""
    known = [*tables, *shipped_tables()]
    roles: dict[str, str] = {}
    for role, path in scenario.input_files.items():
        if path.parent != _NOWHERE or path.name not in known:
            got = str(path).removeprefix(f"{_NOWHERE}/")[:100]
            there = ", ".join(tables) or "no table"
            raise ScenarioError(
                f"{where}: inputs: {role} = {got!r}{nearest_name(path.name, known)}: allowed is the bare name of a "
                f"file of this upload ({there}) or of one that ships ({', '.join(shipped_tables())})"
            )
        if path.name in tables:
            roles[role] = path.name
    left = [name for name in tables if name not in roles.values()]
    if left:
        raise ScenarioError(f"{left[0]}: {where} does not name it: allowed are files that stand under [inputs] there")
    return roles


def _with_tables(scenario: Scenario, roles: dict[str, str], tables: dict[str, str], folder: Path) -> Scenario:
    """Write the tables under names of our own and return the scenario with their paths."""
    paths: dict[str, Path] = {}
    for role, path in scenario.input_files.items():
        if role not in roles:
            paths[f"{role}_file"] = shipped_tables()[path.name]
    for role, name in roles.items():
        target = folder / f"{role}.csv"
        target.write_text(tables[name], encoding="utf-8", newline="")
        paths[f"{role}_file"] = target
    return dataclasses.replace(scenario, **paths)  # type: ignore[arg-type]


# -- tables alone ---------------------------------------------------------------------------------------------


def _roles(tables: dict[str, str]) -> dict[str, str]:
    """Return which table is for what, told by its columns."""
    roles: dict[str, str] = {}
    for name, text in tables.items():
        header = _header(text)
        role = next((role for role, columns in _ROLES.items() if set(columns) <= set(header)), None)
        if role is None:
            needed = "; or ".join(f"{', '.join(columns)} ({role})" for role, columns in _ROLES.items())
            raise InputFileError(f"{name}: row 1: got {', '.join(header)[:200]}: needed are the columns {needed}")
        if role in roles:
            raise InputFileError(f"{name}: {roles[role]} has the columns of {role} too: allowed is one of each")
        roles[role] = name
    if "organisations" not in roles and "clusters" not in roles:
        raise InputFileError(f"{next(iter(tables))}: ties need a table of organisations, or a scenario, beside them")
    return roles


def _around(roles: dict[str, str], tables: dict[str, str]) -> Scenario:
    """Return a scenario with the model's defaults for tables that came without one."""
    main = roles.get("organisations") or roles["clusters"]
    files = {f"{role}_file": _NOWHERE / name for role, name in roles.items()}
    scenario = Scenario(title=Path(main).stem, months=120, **files)  # type: ignore[arg-type]
    if "organisations" in roles:
        return scenario
    rows = sum(1 for row in csv.reader(io.StringIO(tables[main])) if row) - 1
    return scenario.with_values({"clusters": max(rows, scenario.parameters.population.clusters)})


# -- any file -------------------------------------------------------------------------------------------------


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputFileError(f"{name}: not UTF-8 text (byte {problem.start})") from None
    if "\0" in text:
        raise InputFileError(f"{name}: row {text[: text.index(chr(0))].count(chr(10)) + 1}: a NUL character")
    return text


def _check_table(name: str, text: str) -> None:
    for number, line in enumerate(io.StringIO(text), start=1):
        if len(line) > _LINE:
            raise InputFileError(f"{name}: row {number}: {len(line):,} characters: allowed are at most {_LINE:,}")
    columns = len(_header(text))
    if columns > _COLUMNS:
        raise InputFileError(f"{name}: row 1: {columns:,} columns: allowed are at most {_COLUMNS}")


def _header(text: str) -> list[str]:
    """Return the names in the first row of a table; nothing where it cannot be read, which is said later."""
    try:
        return [column.strip() for column in next(csv.reader(io.StringIO(text)), [])]
    except csv.Error:
        return []


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _in_their_names(message: str, roles: dict[str, str], folder: Path) -> str:
    """Return a message with the names that the visitor gave to the files in place of ours."""
    for role, name in roles.items():
        message = message.replace(str(folder / f"{role}.csv"), name)
    message = message.replace(f"{_NOWHERE}/", "").replace(str(folder), "")
    return message if len(message) <= _SHOWN else message[:_SHOWN] + " …"


def _number(value: Any) -> str:
    return str(value) if abs(value) < 10**15 else "a huge number"
