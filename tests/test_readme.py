"""What README shows works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


def test_the_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core, economy, sweep = re.findall(r"```python\n(.*?)```", README, re.S)
    names: dict = {}
    exec(core, names)
    assert len(names["model"].months) == 120
    exec(economy, names)
    assert len(names["model"].alliances) > 0
    monkeypatch.chdir(tmp_path)
    (study,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    Path("copying.toml").write_text(study.replace("replicates = 20", "replicates = 2"), encoding="utf-8")
    exec(sweep, names)
    assert len(names["results"].runs) == 64


def test_every_command_shown_is_there() -> None:
    from typer.main import get_command

    from ecosim.cli import app

    command = get_command(app)
    for line in re.findall(r"^ecosim (\w+)", README, re.M):
        assert line in command.commands  # type: ignore[attr-defined]


def test_every_file_linked_is_there() -> None:
    root = Path(__file__).resolve().parents[1]
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
