"""A scenario: parameters, sectors, clusters, attractors and input files, read from and written to TOML.

Refuses everything it does not know. Knows nothing of state or of the model that will run it.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecosim.errors import InputFileError, ScenarioError, nearest_name
from ecosim.parameters import Parameters
from ecosim.tables import finite, positive, read_rows, text, weight

__all__ = [
    "ATTRACTOR_KINDS",
    "ORGANISATION_KINDS",
    "AttractorSpec",
    "ClusterSpec",
    "Organisation",
    "Scenario",
    "SectorSpec",
    "Tie",
    "read_clusters",
    "shipped_scenarios",
]

ATTRACTOR_KINDS = ("idea", "concept", "market", "encounter")
ORGANISATION_KINDS = ("firm", "lab", "other")
_WIDTHS = {"idea": 0.25, "concept": 0.6, "market": 0.5, "encounter": 0.35}
_ENCOUNTER_BOOST = 3.0
MAX_SECTORS = 64  # one bit of a 64-bit mask each


@dataclass(frozen=True)
class SectorSpec:
    """A sector: its share of organisations (relative weight) and, if given, its centre in knowledge units."""

    name: str
    share: float = 1.0
    centre: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster: theme sector, place (degrees, WGS84; None when unknown), relative size, brokerage in [0, 1]."""

    name: str
    sector: str | None = None
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    size: float | None = None
    brokerage: float = 1.0


@dataclass(frozen=True)
class AttractorSpec:
    """An attractor of the knowledge space.

    `sectors` (its centre is the mean of theirs) or `centre` (knowledge units); strength in drive units; width in
    knowledge units; active in months ``start <= month < end``; `boost` multiplies the meeting rate at its heart.
    """

    name: str
    kind: str
    strength: float
    sectors: tuple[str, ...] = ()
    centre: tuple[float, ...] | None = None
    width: float | None = None
    start: int = 0
    end: int | None = None
    boost: float | None = None

    @property
    def effective_width(self) -> float:
        return self.width if self.width is not None else _WIDTHS[self.kind]

    @property
    def effective_boost(self) -> float:
        if self.boost is not None:
            return self.boost
        return _ENCOUNTER_BOOST if self.kind == "encounter" else 1.0


@dataclass(frozen=True)
class Organisation:
    """One row of an organisations file; `row` is its number there, for messages."""

    id: str
    kind: str
    sector: str
    cluster: str
    region: str = ""
    row: int = 0


@dataclass(frozen=True)
class Tie:
    """One row of a ties file: two organisation ids and a weight above 0."""

    a: str
    b: str
    weight: float = 1.0


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
    clusters_file: Path | None = None
    organisations_file: Path | None = None
    ties_file: Path | None = None

    def __post_init__(self) -> None:
        _check(self)

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
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ScenarioError(f"{path}: no such file") from None
        except IsADirectoryError:
            raise ScenarioError(f"{path}: this is a folder, a .toml file is needed") from None
        except PermissionError:
            raise ScenarioError(f"{path}: the file may not be read (permission denied)") from None
        except OSError as problem:
            raise ScenarioError(f"{path}: the file cannot be read ({problem.strerror or problem})") from None
        try:
            return cls.from_toml(content.decode("utf-8"), base=path.parent, where=str(path))
        except UnicodeDecodeError as problem:
            raise ScenarioError(f"{path}: not UTF-8 text (byte {problem.start})") from None

    @classmethod
    def from_toml(cls, content: str, base: Path = Path(), where: str = "scenario") -> Scenario:
        """Return the scenario written as TOML; file names in it are relative to `base`."""
        try:
            table = tomllib.loads(content)
        except tomllib.TOMLDecodeError as problem:
            raise ScenarioError(f"{where}: not valid TOML: {problem}") from None
        known = ("name", "title", "story", "months", "parameters", "sectors", "clusters", "attractors", "inputs")
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
        for key, kind in (("sectors", SectorSpec), ("clusters", ClusterSpec), ("attractors", AttractorSpec)):
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
        for key in ("sectors", "clusters", "attractors"):
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

    def read_clusters(self) -> tuple[ClusterSpec, ...]:
        """Return the clusters of the scenario, followed by those of its clusters file."""
        if self.clusters_file is None:
            return self.clusters
        return self.clusters + tuple(read_clusters(self.clusters_file))

    def read_organisations(self) -> list[Organisation]:
        """Return the rows of the organisations file (empty without one); raises InputFileError."""
        if self.organisations_file is None:
            return []
        return list(_read_organisations(self.organisations_file))

    def read_ties(self) -> Iterator[tuple[int, Tie]]:
        """Yield ``(row number, tie)`` of the ties file; raises InputFileError."""
        if self.ties_file is not None:
            for number, row in read_rows(self.ties_file, {"a": text, "b": text, "weight": weight}, ["weight"]):
                share = 1.0 if row["weight"] is None else float(row["weight"])  # type: ignore[arg-type]
                yield number, Tie(str(row["a"]), str(row["b"]), share)


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that ship with the package, by name."""
    folder = Path(__file__).parent / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read_clusters(path: Path) -> Iterator[ClusterSpec]:
    """Yield the clusters of a CSV file with columns name, theme, latitude, longitude and, if there, region, size."""
    columns = {
        "name": text, "theme": text, "region": text, "latitude": _latitude, "longitude": _longitude,
        "size": positive,
    }  # fmt: skip
    seen: dict[str, int] = {}
    for number, row in read_rows(path, columns, ["region", "latitude", "longitude", "size"]):
        name = str(row["name"])
        if name in seen:
            raise InputFileError(f"{path}: row {number}: name = {name!r}: already in row {seen[name]}")
        seen[name] = number
        yield ClusterSpec(
            name=name,
            sector=str(row["theme"]),
            region=str(row["region"] or ""),
            latitude=row["latitude"],  # type: ignore[arg-type]
            longitude=row["longitude"],  # type: ignore[arg-type]
            size=row["size"],  # type: ignore[arg-type]
        )


def _read_organisations(path: Path) -> Iterator[Organisation]:
    columns = {"id": text, "kind": _kind, "sector": text, "cluster": text, "region": text}
    seen: dict[str, int] = {}
    for number, row in read_rows(path, columns, ["region"]):
        name = str(row["id"])
        if name in seen:
            raise InputFileError(f"{path}: row {number}: id = {name!r}: already in row {seen[name]}")
        seen[name] = number
        region = str(row["region"] or "")
        yield Organisation(name, str(row["kind"]), str(row["sector"]), str(row["cluster"]), region, number)


def _kind(value: str) -> str:
    if value not in ORGANISATION_KINDS:
        raise ValueError(f"one of {', '.join(ORGANISATION_KINDS)}")
    return value


def _latitude(value: str) -> float:
    number = finite(value)
    if not -90 <= number <= 90:
        raise ValueError("a latitude from -90 to 90 degrees")
    return number


def _longitude(value: str) -> float:
    number = finite(value)
    if not -180 <= number <= 180:
        raise ValueError("a longitude from -180 to 180 degrees")
    return number


# -- checks ---------------------------------------------------------------------------------------------------


def _check(scenario: Scenario) -> None:
    if not scenario.name or any(character in scenario.name for character in "/\\\0"):
        raise ScenarioError(f"name = {scenario.name!r}: allowed is a text without slashes")
    if not 1 <= scenario.months <= 100_000:
        raise ScenarioError(f"months = {scenario.months!r}: allowed is a whole number from 1 to 100000")
    dimensions = scenario.parameters.knowledge.dimensions
    names = [sector.name for sector in scenario.sectors]
    _refuse_twins("sectors", names)
    _refuse_twins("clusters", [cluster.name for cluster in scenario.clusters])
    _refuse_twins("attractors", [attractor.name for attractor in scenario.attractors])
    if len(names) > MAX_SECTORS:
        raise ScenarioError(f"sectors: {len(names)} sectors: allowed are at most {MAX_SECTORS}")
    given = [sector.centre is not None for sector in scenario.sectors]
    if any(given) and not all(given):
        missing = scenario.sectors[given.index(False)].name
        raise ScenarioError(f"sectors: {missing!r} has no centre: give one to every sector or to none")
    for index, sector in enumerate(scenario.sectors):
        where = f"sectors[{index}] ({sector.name})"
        _number(sector.share, f"{where}: share", 0, 1e9)
        _point(sector.centre, f"{where}: centre", dimensions)
    if scenario.sectors and sum(sector.share for sector in scenario.sectors) <= 0:
        raise ScenarioError("sectors: every share is 0: at least one must be above 0")
    for index, cluster in enumerate(scenario.clusters):
        where = f"clusters[{index}] ({cluster.name})"
        _number(cluster.latitude, f"{where}: latitude", -90, 90)
        _number(cluster.longitude, f"{where}: longitude", -180, 180)
        _number(cluster.size, f"{where}: size", 1e-9, 1e9)
        _number(cluster.brokerage, f"{where}: brokerage", 0, 1)
        if cluster.sector is not None and names and cluster.sector not in names:
            raise ScenarioError(
                f"{where}: sector = {cluster.sector!r}{nearest_name(cluster.sector, names)}: "
                f"allowed are {', '.join(names)}"
            )
    for index, attractor in enumerate(scenario.attractors):
        _check_attractor(attractor, f"attractors[{index}] ({attractor.name})", names, dimensions)
    if scenario.ties_file is not None and scenario.organisations_file is None:
        raise ScenarioError("inputs.ties needs inputs.organisations: ties name organisations")


def _check_attractor(spec: AttractorSpec, where: str, sectors: Sequence[str], dimensions: int) -> None:
    if spec.kind not in ATTRACTOR_KINDS:
        raise ScenarioError(
            f"{where}: kind = {spec.kind!r}{nearest_name(spec.kind, ATTRACTOR_KINDS)}: "
            f"allowed are {', '.join(ATTRACTOR_KINDS)}"
        )
    _number(spec.strength, f"{where}: strength", 0, 1e6)
    _number(spec.width, f"{where}: width", 1e-6, 1e6)
    _number(spec.boost, f"{where}: boost", 1, 100)
    _point(spec.centre, f"{where}: centre", dimensions)
    if (spec.centre is None) == (not spec.sectors):
        raise ScenarioError(f"{where}: give either sectors (names) or centre (a list of {dimensions} numbers)")
    for name in spec.sectors:
        if sectors and name not in sectors:
            raise ScenarioError(
                f"{where}: sectors: {name!r}{nearest_name(name, sectors)}: allowed are {', '.join(sectors)}"
            )
    if spec.start < 0:
        raise ScenarioError(f"{where}: start = {spec.start!r}: allowed is a month, 0 or later")
    if spec.end is not None and spec.end <= spec.start:
        raise ScenarioError(f"{where}: end = {spec.end!r}: must come after start = {spec.start}")


def _refuse_twins(what: str, names: Sequence[str]) -> None:
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            raise ScenarioError(f"{what}[{index}]: name = {name!r}: there is another one of that name")
        seen.add(name)


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ScenarioError(
                f"{where}: unknown key {key!r}{nearest_name(key, known)}; allowed are {', '.join(known)}"
            )


def _number(value: float | None, where: str, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScenarioError(f"{where} = {value!r}: allowed is a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise ScenarioError(f"{where} = {value!r}: allowed is a number from {low:g} to {high:g}")


def _point(value: tuple[float, ...] | None, where: str, dimensions: int) -> None:
    if value is None:
        return
    if len(value) != dimensions:
        raise ScenarioError(f"{where}: {len(value)} numbers: knowledge.dimensions asks for {dimensions}")
    for number in value:
        _number(number, where, -1e6, 1e6)


def _typed(
    table: Mapping[str, Any], key: str, kind: type, allowed: str, where: str, default: Any = None
) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ScenarioError(f"{where}: {key} = {value!r}: allowed is {allowed}")
    return value


_FIELD_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
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
        if isinstance(value, bool) or not isinstance(value, kinds):
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
