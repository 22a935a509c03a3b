"""A scenario: parameters, what it names (sectors, markets, policies, ...) and input files, in and out of TOML.

Refuses everything it does not know. Knows nothing of state or of the model that will run it.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecosim.errors import ScenarioError, nearest_name
from ecosim.files import read_text
from ecosim.parameters import Parameters
from ecosim.scenario_checks import check_scenario
from ecosim.specs import AcculturationSpec, AttractorSpec, ClusterSpec, MarketSpec, PolicySpec, SectorSpec, StageSpec

__all__ = ["Scenario", "shipped_scenarios"]

# The lists of a scenario: its fields and the arrays of tables in TOML have the same names.
_LISTS: dict[str, type] = {
    "sectors": SectorSpec,
    "clusters": ClusterSpec,
    "attractors": AttractorSpec,
    "stages": StageSpec,
    "markets": MarketSpec,
    "policies": PolicySpec,
    "acculturations": AcculturationSpec,
}


@dataclass(frozen=True)
class Scenario:
    """All that a run needs, apart from its seed."""

    name: str = "ecosystem"
    title: str = "A generated ecosystem"
    story: str = ""
    months: int = 120
    parameters: Parameters = field(default_factory=Parameters)
    sectors: tuple[SectorSpec, ...] = ()
    clusters: tuple[ClusterSpec, ...] = ()
    attractors: tuple[AttractorSpec, ...] = ()
    stages: tuple[StageSpec, ...] = ()
    markets: tuple[MarketSpec, ...] = ()
    policies: tuple[PolicySpec, ...] = ()
    acculturations: tuple[AcculturationSpec, ...] = ()
    clusters_file: Path | None = None
    organisations_file: Path | None = None
    ties_file: Path | None = None

    def __post_init__(self) -> None:
        check_scenario(self)

    # -- in ---------------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, source: str | Path) -> Scenario:
        """Return a shipped scenario by name, or one from a TOML file.

        Raises
        ------
        ScenarioError
            When there is no such scenario, or the file is not a valid one.
        """
        name = str(source)
        shipped = shipped_scenarios()
        if name in shipped:
            path = shipped[name]
        else:
            path = Path(source)
            if not path.suffix and not path.exists():
                raise ScenarioError(
                    f"no scenario {name!r}{nearest_name(name, shipped)}; "
                    f"shipped are {', '.join(shipped)}; or give a .toml file"
                )
        return cls.from_toml(read_text(path, ScenarioError, "a .toml file"), base=path.parent, where=str(path))

    @classmethod
    def from_toml(cls, content: str, base: Path = Path(), where: str = "scenario") -> Scenario:
        """Return the scenario written as TOML; file names in it are relative to `base`."""
        try:
            table = tomllib.loads(content)
        except tomllib.TOMLDecodeError as problem:
            raise ScenarioError(f"{where}: not valid TOML: {problem}") from None
        known = ("name", "title", "story", "months", "parameters", *_LISTS, "inputs")
        _refuse_unknown(table, known, where)
        values: dict[str, Any] = {}
        for key in ("name", "title", "story"):
            if key in table:
                values[key] = _typed(table, key, str, "a text", where)
        if "months" in table:
            values["months"] = _typed(table, "months", int, "a whole number", where)
        parameters = _typed(table, "parameters", dict, "a table", where, default={})
        flat: dict[str, Any] = {}
        for group, content_of_group in parameters.items():
            if not isinstance(content_of_group, dict):
                raise ScenarioError(f"{where}: parameters.{group} = {content_of_group!r}: allowed is a table")
            flat.update({f"{group}.{name}": value for name, value in content_of_group.items()})
        values["parameters"] = Parameters().with_values(flat, where)
        for key, kind in _LISTS.items():
            rows = _typed(table, key, list, "an array of tables", where, default=[])
            values[key] = tuple(_row(kind, row, f"{where}: {key}[{index}]") for index, row in enumerate(rows))
        inputs = _typed(table, "inputs", dict, "a table", where, default={})
        _refuse_unknown(inputs, ("clusters", "organisations", "ties"), f"{where}: inputs")
        for key in inputs:
            name = _typed(inputs, key, str, "a file name", f"{where}: inputs")
            values[f"{key}_file"] = base / name
        try:
            return cls(**values)
        except ScenarioError as problem:
            raise ScenarioError(f"{where}: {problem}") from None

    # -- out --------------------------------------------------------------------------------------------------

    def to_toml(self, base: Path | None = None) -> str:
        """Return the scenario as TOML; input files are named relative to `base` when they lie below it."""
        import tomlkit

        document = tomlkit.document()
        document["name"] = self.name
        document["title"] = self.title
        if self.story:
            document["story"] = self.story
        document["months"] = self.months
        inputs = {
            key: _relative(path, base)
            for key, path in (
                ("clusters", self.clusters_file),
                ("organisations", self.organisations_file),
                ("ties", self.ties_file),
            )
            if path is not None
        }
        if inputs:
            document["inputs"] = inputs
        changed = self.parameters.changed()
        if changed:
            document["parameters"] = changed
        for key in _LISTS:
            rows = getattr(self, key)
            if rows:
                array = tomlkit.aot()
                for row in rows:
                    array.append(tomlkit.item(_plain(row)))
                document[key] = array
        return tomlkit.dumps(document)

    # -- changes ----------------------------------------------------------------------------------------------

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """Return a copy with other parameter values; raises ParameterError like `Parameters.with_values`."""
        return dataclasses.replace(self, parameters=self.parameters.with_values(values))

    # -- files ------------------------------------------------------------------------------------------------

    @property
    def input_files(self) -> dict[str, Path]:
        """The files that this scenario reads, by role."""
        files = {"clusters": self.clusters_file, "organisations": self.organisations_file, "ties": self.ties_file}
        return {role: path for role, path in files.items() if path is not None}


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that ship with the package, by name."""
    folder = Path(__file__).parent / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ScenarioError(
                f"{where}: unknown key {key!r}{nearest_name(key, known)}; allowed are {', '.join(known)}"
            )


def _typed(table: Mapping[str, Any], key: str, kind: type, allowed: str, where: str, default: Any = None) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ScenarioError(f"{where}: {key} = {value!r}: allowed is {allowed}")
    return value


_FIELD_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "bool": ((bool,), "true or false"),
}


def _row(kind: type, row: Any, where: str) -> Any:
    if not isinstance(row, dict):
        raise ScenarioError(f"{where} = {row!r}: allowed is a table")
    specs = {item.name: item for item in dataclasses.fields(kind)}
    _refuse_unknown(row, list(specs), where)
    for name, item in specs.items():
        if name not in row and item.default is dataclasses.MISSING:
            raise ScenarioError(f"{where}: no {name}: it must be given")
    values: dict[str, Any] = {}
    for name, value in row.items():
        declared = str(specs[name].type).replace(" | None", "")
        if declared.startswith("tuple"):
            inner, words = ((str,), "a list of texts") if "str" in declared else ((int, float), "a list of numbers")
            if not isinstance(value, list) or any(
                isinstance(item, bool) or not isinstance(item, inner) for item in value
            ):
                raise ScenarioError(f"{where}: {name} = {value!r}: allowed is {words}")
            values[name] = tuple(value)
            continue
        kinds, words = _FIELD_KINDS[declared]
        if isinstance(value, bool) != (declared == "bool") or not isinstance(value, kinds):
            raise ScenarioError(f"{where}: {name} = {value!r}: allowed is {words}")
        values[name] = value
    return kind(**values)


def _plain(row: Any) -> dict[str, Any]:
    out = {}
    for item in dataclasses.fields(row):
        value = getattr(row, item.name)
        if value is None or value in (item.default, ()):
            continue
        out[item.name] = list(value) if isinstance(value, tuple) else value
    return out


def _relative(path: Path, base: Path | None) -> str:
    if base is not None:
        try:
            return path.resolve().relative_to(base.resolve()).as_posix()
        except ValueError:
            pass
    return path.resolve().as_posix()
