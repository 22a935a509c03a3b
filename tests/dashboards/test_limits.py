"""Limits: where they come from, which are stricter for strangers, how the command and the docs tell them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dashboards
from dashboards.limits import Limits, as_table, chosen, limits
from ecosim.errors import ParameterError

ROOT = Path(__file__).resolve().parents[2]
NAMES = [item.name for item in dataclasses.fields(Limits)]


def test_the_environment_says_what_holds() -> None:
    assert limits({}) == Limits()
    assert limits({"ECOSIM_DASHBOARD_MONTHS": "120", "MONTHS": "7"}) == Limits(months=120)
    other = Limits(organisations=50, months=12, workers=3, idle=1)
    assert limits(other.as_environment()) == other
    assert limits(other.as_environment(), public=True) == other  # it was said: nothing is stricter by itself
    assert chosen({"months": 24}, False, other.as_environment()) == dataclasses.replace(other, months=24)


def test_strangers_may_ask_for_less() -> None:
    own, strangers = limits({}), limits({}, public=True)
    for name in ("organisations", "months", "replicates", "seconds", "megabytes", "upload", "sessions"):
        assert getattr(strangers, name) < getattr(own, name), name
    assert limits({"ECOSIM_DASHBOARD_UPLOAD": "9"}, public=True) == dataclasses.replace(strangers, upload=9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["", "x", "1.5", "-1", "99999999999999", "１２x", "0x10"])
def test_what_is_no_limit_is_refused(name: str, text: str) -> None:
    with pytest.raises(ParameterError, match=r"allowed is a whole number"):
        limits({f"ECOSIM_DASHBOARD_{name.upper()}": text})


@pytest.mark.parametrize("value", [True, 12.0, "12", None, -1])
def test_a_value_that_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"months = .*from 1 to 100000"):
        Limits(months=value)


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(ParameterError, match="no limit 'month': there are organisations, months"):
        chosen({"month": 3}, False, {})


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.0.0.1", False), ("127.8.9.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True),
        ("::", True), ("192.168.1.5", True), ("example.org", True),
    ],
)  # fmt: skip
def test_which_addresses_strangers_reach(host: str, public: bool) -> None:
    assert dashboards.is_public(host) is public


def test_the_command_has_an_option_for_each_limit(command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(dashboards, "launch", lambda *arguments: asked.append(arguments))
    text = command("dashboard", "--help").out
    for item in dataclasses.fields(Limits):
        assert f"--{item.name} " in text
        assert str(item.default) in text
        assert str(item.metadata["public"]) in text
    given = [part for name in NAMES for part in (f"--{name}", str(getattr(Limits(), name)))]
    assert command("dashboard", "--host", "0.0.0.0", "--root-path", "/a", "--public", *given).code == 0
    assert command("dashboard", "--months", 12).code == 0
    assert asked == [
        (8765, False, "0.0.0.0", "/a", "", True, dataclasses.asdict(Limits())),
        (8765, False, "127.0.0.1", "", "", None, {"months": 12}),
    ]
    refused = command("dashboard", "--months", 0)
    assert refused.code == 2
    assert "'0': allowed is a whole number from 1 to 100000" in refused.err
    assert len(asked) == 2


def test_the_docs_have_the_table_of_limits() -> None:
    assert as_table() in (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
