"""A scenario written down as TOML and read again is the same scenario, whatever it says."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from ecosim.parameters import Parameters, find_declaration
from ecosim.scenario import Scenario
from ecosim.specs import (
    LEVERS,
    MAX_STAGES,
    AcculturationSpec,
    AttractorSpec,
    ClusterSpec,
    MarketSpec,
    PolicySpec,
    SectorSpec,
    StageSpec,
)

ODD = 'l\'"été" \\ [x] = #1\n\tà Wuhan, 武汉'  # quotes, a backslash, marks of TOML, a line's end, other alphabets
POINT = (0.1 + 0.2, -1e-7, 12345.678901234567, 0.0)


def everything(folder: Path) -> Scenario:
    """A scenario in which every field of every list has, somewhere, another value than its default."""
    return Scenario(
        name="everything",
        title=ODD,
        story=ODD,
        months=37,
        parameters=Parameters().with_values(
            {
                "population.clusters": 3,
                "mechanisms.markets": True,
                "latent.spontaneous": False,
                "record.check": True,
                "firms.value_added": 1 / 3,
            }
        ),
        sectors=(SectorSpec("wood", 2.5, POINT), SectorSpec(ODD, 1, (0.0, 1.0, 2.0, 3.0))),
        clusters=(ClusterSpec("c", "wood", "Bretagne", 48.1, -1.7, 3.0, 0.25), ClusterSpec("bare")),
        attractors=(
            AttractorSpec("a", "idea", 0.1, ("wood", ODD), None, 0.3, 2, 9, 2.0),
            AttractorSpec("b", "encounter", 1e-9, centre=POINT),
        ),
        stages=(StageSpec("parts", 0.05, 0.4, 2.0), StageSpec("whole", 0.3)),
        markets=(
            MarketSpec(
                "China", 1.3e9, ("wood",), (ODD, "wood"), None, 0.25, True, "Wuhan", 400.0, 0.07, 0.003, 0.4,
            ),
            MarketSpec("home", 10, frame=POINT, abroad=False),
        ),
        policies=(
            PolicySpec("t", "training", 0.5, 3, 30, 1e5 / 3, "parts", "wood", "Bretagne"),
            *(PolicySpec(lever, lever, budget=0.0) for lever in LEVERS),
        ),
        acculturations=(
            AcculturationSpec("films", "China", 0.02, ("wood",), None, 6, 60, 12.5),
            AcculturationSpec("fairs", "home", 1.0, centre=POINT),
        ),
        clusters_file=folder / "clusters.csv",
        organisations_file=folder / "data" / "organisations.csv",
        ties_file=folder / "ties.csv",
    )  # fmt: skip


def differs(row: Any, item: dataclasses.Field[Any]) -> bool:
    return item.default is dataclasses.MISSING or getattr(row, item.name) != item.default


def test_nothing_is_left_out(tmp_path: Path) -> None:
    """The next test would not see a field that is written by nobody and read by nobody."""
    scenario = everything(tmp_path)
    for item in dataclasses.fields(Scenario):
        value = getattr(scenario, item.name)
        assert value != getattr(Scenario(), item.name), item.name
        for part in dataclasses.fields(value[0]) if isinstance(value, tuple) else ():
            assert any(differs(row, part) for row in value), (item.name, part.name)


def test_round_trip_of_everything(tmp_path: Path) -> None:
    scenario = everything(tmp_path)
    written = scenario.to_toml(tmp_path)
    again = Scenario.from_toml(written, tmp_path)
    assert again == scenario
    assert again.to_toml(tmp_path) == written
    assert [type(market.abroad) for market in again.markets] == [bool, bool]
    (tmp_path / "everything.toml").write_text(written, encoding="utf-8")
    assert Scenario.load(tmp_path / "everything.toml") == scenario


def test_round_trip_of_the_default() -> None:
    assert Scenario.from_toml(Scenario().to_toml()) == Scenario()
    for name in ("stages", "markets", "policies", "acculturations"):
        assert name not in Scenario().to_toml()


@pytest.mark.parametrize("name", ["stages", "markets", "policies", "acculturations"])
def test_a_default_that_is_written_out_is_read(name: str) -> None:
    """Every field of a row can stand in a file with its default, but for those whose default is to be absent."""
    spec = {"stages": StageSpec("x", 0.1), "markets": MarketSpec("x", 1.0), "policies": PolicySpec("x", "equity")}.get(
        name, AcculturationSpec("x", "home", 0.1, ("sector 1",))
    )
    words = {True: "true", False: "false"}
    lines = [f"[[{name}]]"]
    for item in dataclasses.fields(spec):
        value = getattr(spec, item.name)
        if value is not None:
            value = list(value) if isinstance(value, tuple) else value
            lines.append(f"{item.name} = {words[value] if isinstance(value, bool) else repr(value)}")
    assert getattr(Scenario.from_toml("\n".join(lines)), name) == (spec,)


def test_the_most_stages_are_those_of_the_parameter() -> None:
    assert find_declaration("chain.stages").high == MAX_STAGES
    stages = tuple(StageSpec(f"s{number}", 0.1) for number in range(MAX_STAGES))
    markets = tuple(MarketSpec(f"m{number}", 1.0) for number in range(64))
    assert len(Scenario(stages=stages, markets=markets).stages) == 16


@pytest.mark.parametrize(
    "values",
    [
        {"chain.lowest_margin": 0.1, "chain.highest_margin": 0.1},
        {"chain.lowest_margin": 0.0, "chain.highest_margin": 0.0, "firms.value_added": 0.01},
        {"chain.highest_margin": 0.44},
    ],
)
def test_margins_at_their_bounds_are_allowed(values: dict[str, float]) -> None:
    Parameters().with_values(values)
