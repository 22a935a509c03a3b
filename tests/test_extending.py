"""docs/extending.md: every block runs as it stands, keeps its promises of length and of common random numbers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecosim import EcosystemModel, Process, core_schedule, with_process
from ecosim.errors import ParameterError
from ecosim.streams import uniforms

PAGE = (Path(__file__).parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
OVER_AGENTS, OVER_COLUMNS, OWN_COLUMN, RANDOM, REPLACED, OTHER, MESA = range(len(BLOCKS))
SMALL: dict[str, Any] = {"firms": 90, "labs": 30, "clusters": 4, "base_drive": 0.1}


def run(block: int) -> dict[str, Any]:
    """Run a block in a namespace of its own, as a file of its own would; return its names."""
    names: dict[str, Any] = {"__name__": "extending"}
    exec(compile(BLOCKS[block], f"docs/extending.md, block {block + 1}", "exec"), names)
    return names


def rule_lines(block: int) -> int:
    """Count the lines of a block's class, without blank lines, comments and docstrings."""
    (rule,) = (node for node in ast.parse(BLOCKS[block]).body if isinstance(node, ast.ClassDef))
    return len(ast.unparse([node for node in rule.body if not _is_docstring(node)]).splitlines()) + 1  # type: ignore[arg-type]


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class Nothing(Process):
    """A rule that looks, and changes nothing."""

    name = "nothing"

    def step(self, model: Any) -> None:
        assert len(model.agents) > 0
        assert model.state.organisations["held"].min() >= 0


class Dice(Process):
    """A rule that draws from streams of its own, and from Mesa's generators, and writes a column of its own."""

    name = "dice"

    def step(self, model: Any) -> None:
        columns = model.state.organisations
        columns.add_column("dice", np.float64)
        columns["dice"] += uniforms(self.key(model), columns["identity"]) + uniforms(
            self.key(model, "again"), columns["identity"]
        )
        model.random.random()
        model.rng.random()


@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_each_block_runs(block: int, capsys: pytest.CaptureFixture[str]) -> None:
    run(block)
    assert "Error" not in capsys.readouterr().err


@pytest.mark.parametrize("block", [OVER_AGENTS, OVER_COLUMNS, OWN_COLUMN, RANDOM, REPLACED])
def test_a_rule_takes_at_most_15_lines(block: int) -> None:
    assert 4 <= rule_lines(block) <= 15


def test_the_rule_over_agents_is_the_rule_over_columns() -> None:
    """What the page says: the same to the last bit. And it does close laboratories, or that would mean little."""
    agents, columns = run(OVER_AGENTS)["model"], run(OVER_COLUMNS)["model"]
    assert agents.state.fingerprint() == columns.state.fingerprint()
    assert 0 < 120 - int(agents.state.alive.sum()) < 30
    assert not columns._roll.filled  # no agent was made


def test_loyalty_calls_meetings_off_outside_the_cluster() -> None:
    """The month's meetings are the usual ones, but for those that were called off."""
    names = run(OWN_COLUMN)
    expected = 1 - (1 - 1 / 60) ** 24
    assert names["model"].state.organisations["loyalty"] == pytest.approx(expected, rel=1e-5)
    options: dict[str, Any] = {"seed": 1, "firms": 4000, "clusters": 40, "reproduction_every": 0}
    usual = EcosystemModel(**options).run(24)
    loyal = EcosystemModel(processes=with_process(names["Loyalty"](), "hybridise"), **options).run(24)
    cluster, met, meant = usual.state.organisations["cluster"], loyal.state.meetings, usual.state.meetings
    assert met.base.tolist() == meant.base.tolist()
    off = met.partner != meant.partner
    outside = (cluster[meant.initiator] != cluster[meant.partner]) & (meant.partner >= 0)
    assert np.all(met.partner[off] == -1)
    assert np.all(outside[off])
    assert outside.sum() > 1500
    assert off.sum() / outside.sum() == pytest.approx(expected, abs=0.06)  # five standard deviations


def test_guilds_copy_less() -> None:
    names = run(REPLACED)
    guilds, usual = names["guilds"], names["usual"]
    assert 0 < guilds.months["copies"].sum() < usual.months["copies"].sum()
    assert [process.name for process in guilds.processes] == [process.name for process in core_schedule()]
    assert guilds.months["meetings"].iloc[0] == usual.months["meetings"].iloc[0]


@pytest.mark.parametrize("before", [process.name for process in core_schedule()])
def test_a_process_that_changes_nothing_changes_nothing(before: str) -> None:
    plain = EcosystemModel(seed=1, **SMALL).run(13)
    more = EcosystemModel(seed=1, processes=with_process(Nothing(), before), **SMALL).run(13)
    assert more.state.fingerprint() == plain.state.fingerprint()
    assert more.months.equals(plain.months)


@pytest.mark.parametrize("before", [process.name for process in core_schedule()])
def test_a_process_with_draws_of_its_own_changes_no_other_draw(before: str) -> None:
    plain = EcosystemModel(seed=1, **SMALL).run(13)
    more = EcosystemModel(seed=1, processes=with_process(Dice(), before), **SMALL).run(13)
    bits = more.state.fingerprint()
    assert bits.pop("organisations.dice")
    assert bits == plain.state.fingerprint()
    assert more.months.equals(plain.months)
    dice = more.state.organisations["dice"]
    assert len(np.unique(dice)) == len(dice)
    assert dice.mean() == pytest.approx(13, abs=1)


def test_streams_have_names() -> None:
    """Two processes, two things, two months and two seeds draw different numbers."""
    model, other = EcosystemModel(seed=1, **SMALL), EcosystemModel(seed=2, **SMALL)
    keys = [Dice().key(model), Dice().key(model, "again"), Nothing().key(model), Dice().key(other)]
    model.step()
    keys += [Dice().key(model), Dice().key(model, "again")]
    assert len(set(keys)) == 6


def test_with_process_puts_it_where_it_says() -> None:
    names = [process.name for process in core_schedule()]
    for place, before in enumerate(names):
        schedule = [process.name for process in with_process(Nothing(), before)]
        assert schedule == [*names[:place], "nothing", *names[place:]]
    two = with_process(Dice(), "meet", schedule=with_process(Nothing(), "meet"))
    assert [process.name for process in two][:4] == ["attract", "nothing", "dice", "meet"]
    assert [process.name for process in with_process(Dice())][-2:] == ["dice", "record"]


def test_a_schedule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"before = 'propagat' \(did you mean 'propagate'\?\)"):
        with_process(Nothing(), "propagat")
    with pytest.raises(ParameterError, match=r"processes\[0\] = .*allowed is an instance of ecosim\.Process"):
        EcosystemModel(processes=[Nothing], **SMALL)  # type: ignore[list-item]
    with pytest.raises(ParameterError, match=r"processes\[7\]: name = 'nothing': there is another"):
        EcosystemModel(processes=with_process(Nothing(), schedule=with_process(Nothing())), **SMALL)


def test_another_model_on_a_graph() -> None:
    """The voter model: nobody but neighbours is copied, so that like opinions lie together after ten years.

    Of 600 ties between opinions drawn by chance half are of like ones, with a standard error of 2 %.
    """
    names = run(OTHER)
    model, state = names["model"], names["model"].state
    opinion = state.organisations["opinion"]
    assert [process.name for process in model.processes] == ["vote"]
    assert set(np.unique(opinion)) <= {0, 1}
    owner = np.repeat(np.arange(len(state.ties.start) - 1) // 3, np.diff(state.ties.start))
    assert len(owner) == 2 * 600
    assert (opinion[owner] == opinion[state.ties.partner]).mean() > 0.6
