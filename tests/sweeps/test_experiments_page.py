"""docs/experiments.md and README name what there is: outcomes, designs, analyses, their options, ready studies."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from experiments.analysis import ANALYSES
from experiments.designs import DESIGNS
from experiments.outcomes import OUTCOMES
from experiments.reading import ready_studies
from experiments.store import load
from experiments.study import Study

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def row(name: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes(name: str) -> None:
    assert OUTCOMES[name].unit in row(name)


@pytest.mark.parametrize("name", DESIGNS)
def test_designs(name: str) -> None:
    module, kind = DESIGNS[name].split(":")
    lines = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    options = getattr(import_module(module), kind).OPTIONS
    assert any(all(f"`{key}`" in line for key in options if key != "sha256") for line in lines)


@pytest.mark.parametrize("name", ANALYSES)
def test_analyses(name: str) -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    options = import_module(f"experiments.analysis.{name.replace('-', '_')}").OPTIONS
    assert any(all(f"`{key}`" in line for key in options) for line in lines)


@pytest.mark.parametrize("name", ready_studies())
def test_ready_studies_can_be_read_small_and_full(name: str) -> None:
    assert f"`{name}`" in PAGE
    full, quick = Study.load(name), Study.load(name, quick=True)
    assert quick.quick
    assert full.paths == quick.paths
    assert full.question


@pytest.mark.parametrize("text", [PAGE, README], ids=["docs", "README"])
def test_the_study_on_the_page_is_one(text: str, tmp_path: Path) -> None:
    study = text.split("```toml\n")[1].split("```", maxsplit=1)[0]
    (tmp_path / "copying.toml").write_text(study, encoding="utf-8")
    found = Study.load(tmp_path / "copying.toml")
    assert len(found.factors) == 3
    assert found.replicates.number == 20
    with pytest.raises(Exception, match="no such folder"):
        load(tmp_path / "nothing")
