"""All groups of parameters together: checked, changed, written out and looked up by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from ecosim.declaration import Declaration, Value
from ecosim.errors import ParameterError, nearest_name
from ecosim.parameters.core import Clusters, Dials, Diversity, Knowledge, Labs, Latent, Medium, Population, Record
from ecosim.parameters.economy import Chain, Firms, Market, Users
from ecosim.parameters.society import Alliances, Barriers, Mechanisms, Trust

__all__ = ["Parameters", "declarations", "find_declaration"]


@dataclass(frozen=True)
class Parameters:
    """All parameters, in groups. Frozen: a change makes a new object (`with_values`)."""

    population: Population = field(default_factory=Population)
    diversity: Diversity = field(default_factory=Diversity)
    knowledge: Knowledge = field(default_factory=Knowledge)
    latent: Latent = field(default_factory=Latent)
    medium: Medium = field(default_factory=Medium)
    clusters: Clusters = field(default_factory=Clusters)
    labs: Labs = field(default_factory=Labs)
    dials: Dials = field(default_factory=Dials)
    mechanisms: Mechanisms = field(default_factory=Mechanisms)
    trust: Trust = field(default_factory=Trust)
    alliances: Alliances = field(default_factory=Alliances)
    barriers: Barriers = field(default_factory=Barriers)
    chain: Chain = field(default_factory=Chain)
    market: Market = field(default_factory=Market)
    users: Users = field(default_factory=Users)
    firms: Firms = field(default_factory=Firms)
    record: Record = field(default_factory=Record)

    def __post_init__(self) -> None:
        for declaration in declarations():
            group, name = declaration.path.split(".")
            declaration.check(getattr(getattr(self, group), name))
        if self.knowledge.core_size >= self.knowledge.capacity:
            raise ParameterError(
                f"knowledge.core_size = {self.knowledge.core_size}: must be less than "
                f"knowledge.capacity = {self.knowledge.capacity}, or no hybrid finds a place"
            )
        if self.population.firms + self.population.labs < 2:
            raise ParameterError(
                f"population.firms + population.labs = {self.population.firms + self.population.labs}: "
                "at least 2 organisations are needed to meet"
            )
        if sum(self.medium_weights) <= 0:
            raise ParameterError(
                "medium.cluster_share, bridge_share, science_share and digital_share are all 0: "
                "at least one layer must be open"
            )
        self._check_margins()

    def _check_margins(self) -> None:
        chain, value_added = self.chain, self.firms.value_added
        if chain.lowest_margin > chain.highest_margin:
            raise ParameterError(
                f"chain.lowest_margin = {chain.lowest_margin:g}: must not be above "
                f"chain.highest_margin = {chain.highest_margin:g}"
            )
        if chain.highest_margin >= value_added:
            raise ParameterError(
                f"chain.highest_margin = {chain.highest_margin:g}: must be less than "
                f"firms.value_added = {value_added:g}, or nothing is left to pay wages with"
            )

    @property
    def medium_weights(self) -> tuple[float, float, float, float]:
        medium = self.medium
        return (medium.cluster_share, medium.bridge_share, medium.science_share, medium.digital_share)

    @property
    def layer_shares(self) -> tuple[float, float, float, float]:
        """Shares of the four layers among meetings, summing to 1: cluster, bridge, science, digital."""
        total = sum(self.medium_weights)
        a, b, c, d = self.medium_weights
        return (a / total, b / total, c / total, d / total)

    @property
    def effective_meeting_rate(self) -> float:
        """Meeting rate m after the medium dial, in meetings per organisation and month."""
        return self.medium.meeting_rate * self.dials.medium_dial

    @property
    def effective_transmissibility(self) -> float:
        """Transmissibility tau after the medium dial, per meeting and direction."""
        return self.medium.transmissibility * self.dials.medium_dial

    def with_values(self, values: Mapping[str, Any], where: str = "") -> Parameters:
        """Return a copy in which each ``group.name`` (or bare ``name``) of `values` has its new value.

        Raises
        ------
        ParameterError
            For an unknown name, a wrong type or a value out of bounds.
        """
        changes: dict[str, dict[str, Value]] = {}
        for key, value in values.items():
            declaration = find_declaration(key, where)
            group, name = declaration.path.split(".")
            changes.setdefault(group, {})[name] = declaration.check(value, where)
        groups = {group: dataclasses.replace(getattr(self, group), **named) for group, named in changes.items()}
        return dataclasses.replace(self, **groups)

    def to_dict(self) -> dict[str, dict[str, Value]]:
        """Return all values as ``{group: {name: value}}``."""
        return {
            group.name: {item.name: getattr(getattr(self, group.name), item.name) for item in fields(group_type)}
            for group, group_type in _groups()
        }

    def changed(self) -> dict[str, dict[str, Value]]:
        """Return only the values that differ from their defaults, as ``{group: {name: value}}``."""
        out: dict[str, dict[str, Value]] = {}
        for declaration in declarations():
            group, name = declaration.path.split(".")
            value = getattr(getattr(self, group), name)
            if value != declaration.default:
                out.setdefault(group, {})[name] = value
        return out


_GROUP_TYPES: dict[str, type] = {
    "population": Population,
    "diversity": Diversity,
    "knowledge": Knowledge,
    "latent": Latent,
    "medium": Medium,
    "clusters": Clusters,
    "labs": Labs,
    "dials": Dials,
    "mechanisms": Mechanisms,
    "trust": Trust,
    "alliances": Alliances,
    "barriers": Barriers,
    "chain": Chain,
    "market": Market,
    "users": Users,
    "firms": Firms,
    "record": Record,
}
_TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float}


def _groups() -> Iterator[tuple[Any, type]]:
    for group in fields(Parameters):
        yield group, _GROUP_TYPES[group.name]


def _declare_all() -> dict[str, Declaration]:
    found = {}
    for group, group_type in _groups():
        for item in fields(group_type):
            path = f"{group.name}.{item.name}"
            found[path] = Declaration(
                path=path, type=_TYPES[str(item.type)], default=cast(Value, item.default), **item.metadata
            )
    return found


_DECLARATIONS = _declare_all()
_BY_NAME = {declaration.name: declaration for declaration in _DECLARATIONS.values()}


def declarations() -> tuple[Declaration, ...]:
    """Return the declarations of all parameters, in order."""
    return tuple(_DECLARATIONS.values())


def find_declaration(key: str, where: str = "") -> Declaration:
    """Return the declaration of ``group.name`` or of a bare ``name``.

    Raises
    ------
    ParameterError
        When there is no such parameter; the message gives the nearest one.
    """
    found = _DECLARATIONS.get(key) or _BY_NAME.get(key)
    if found is None:
        place = f"{where}: " if where else ""
        hint = nearest_name(key, [*_DECLARATIONS, *_BY_NAME])
        raise ParameterError(f"{place}unknown parameter {key!r}{hint}; `ecosim parameters` lists them all")
    return found
