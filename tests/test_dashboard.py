"""The first room: sliders from the declarations, figures, the page (rendered without a browser) and its server."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from typing import Any

import numpy as np
import pytest

import dashboards
from ecosim import EcosystemModel, Scenario
from ecosim.errors import MissingExtraError, ParameterError
from ecosim.parameters import find_declaration

WHY = "solara is not installed: pip install 'ecosim[dashboard]'"


@pytest.fixture(scope="module")
def app() -> Any:
    pytest.importorskip("solara", reason=WHY)
    from dashboards import app

    return app


@pytest.fixture(scope="module")
def story(app: Any) -> Scenario:
    return Scenario.load(app.STORY)


def button(page: Any, label: str) -> Any:
    import ipyvuetify

    return page.find(ipyvuetify.Btn, children=[label]).widget


def test_sliders_are_the_declarations(app: Any, story: Scenario) -> None:
    parameters = app.model_parameters(story)
    assert set(app.SLIDERS) == {"diversity_dial", "attractor_dial", "medium_dial", "meeting_rate", "transmissibility"}
    for name in app.SLIDERS:
        declaration, made = find_declaration(name), parameters[name]
        assert made["value"] == getattr(getattr(story.parameters, declaration.path.split(".")[0]), name)
        assert declaration.low <= made["min"] <= made["value"] <= made["max"] <= declaration.high
        assert made["step"] == pytest.approx((made["max"] - made["min"]) / 100)
        assert name.replace("_", " ") in made["label"]
        assert declaration.english.split("'")[0] in app.meanings()
    # every end of every slider is a model that can be made
    for end in ("min", "max"):
        values = {name: parameters[name][end] for name in app.SLIDERS}
        EcosystemModel(story, seed=1, **app.FIXED | values).step()


def test_a_slider_at_zero_has_the_declared_bound(app: Any) -> None:
    assert app.slider(find_declaration("transmissibility"), 0.0)["max"] == 1.0


def test_the_picture_of_r_has_a_line_at_1(app: Any, story: Scenario) -> None:
    model = EcosystemModel(story, seed=1, **app.FIXED).run(40)
    months = model.months
    axes = app.reproduction_figure(months).axes[0]
    at_one, now, cohort, theory = axes.lines
    assert list(at_one.get_ydata()) == [1.0, 1.0]
    assert np.array_equal(cohort.get_ydata(), months["r_cohort"], equal_nan=True)
    evaluated = months["r_theoretical"].notna()
    assert evaluated.sum() > 40 / 4
    assert list(theory.get_xdata()) == months["month"][evaluated].tolist()
    assert now.get_ydata()[-1] == months["r_instantaneous"].iloc[-1] > 1
    assert np.isnan(now.get_ydata()[0])  # too few hybrids yet
    low, high = axes.get_ylim()
    assert low == 0
    assert high > max(line.get_ydata()[np.isfinite(line.get_ydata())].max() for line in (now, cohort, theory))
    assert "Month 40. R over the last year is" in app.verdict(months)
    assert "above 1: hybrids feed on each other" in app.verdict(months)


def test_the_picture_of_births(app: Any, story: Scenario) -> None:
    months = EcosystemModel(story, seed=1, **app.FIXED).run(40).months
    lines = app.births_figure(months).axes[0].lines
    assert len(lines) == 3
    assert sum(line.get_ydata().sum() for line in lines) == months.filter(regex="births_generation").sum().sum() > 0


@pytest.mark.parametrize("months", [0, 1])
def test_before_anything_has_happened(app: Any, story: Scenario, months: int) -> None:
    table = EcosystemModel(story, seed=1, attractor_dial=0.0, medium_dial=0.0).run(months).months
    assert app.reproduction_figure(table).axes[0].get_ylim()[1] >= 1.8
    assert app.births_figure(table).axes[0].get_ylim() == (0, 5)
    assert "too few to measure R" in app.verdict(table)


def test_the_page(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import ipyvuetify
    import matplotlib.pyplot as plt
    import solara

    made: list[EcosystemModel] = []

    class Seen(EcosystemModel):
        def __init__(self, scenario: Any = None, seed: int | None = None, **kwargs: Any) -> None:
            made.append(self)
            super().__init__(scenario, seed=seed, **kwargs)

    monkeypatch.setattr(app, "EcosystemModel", Seen)

    @solara.component
    def Room() -> None:  # noqa: N802
        with solara.AppLayout():  # it holds the sidebar, where the buttons are
            app.Page()

    def words(page: Any) -> list[str]:
        images = [box.widget for box in page.find(ipyvuetify.Html, tag="img")]
        assert all(image.attributes["src"].startswith("data:image/png;base64,iVBOR") for image in images)
        return [image.attributes["alt"] for image in images]

    assert made == []
    _, page = solara.render(Room(), handle_error=False)
    _, other = solara.render(Room(), handle_error=False)
    try:
        first, second = made
        assert "Month 0." in words(page)[0]
        button(page, "Step").click()
        button(page, "Step").click()
        assert (first.month, second.month) == (2, 0)
        assert "Month 2." in words(page)[0]
        assert "Month 0." in words(other)[0]
        assert words(page)[1].startswith("Births by generation over time. Hybrids born so far: ")

        page.find(ipyvuetify.Slider, label="attractor dial").widget.v_model = 0.25
        page.find(ipyvuetify.Slider, label="seed (another history)").widget.v_model = 7
        button(page, "Reset").click()
        third = made[-1]
        assert len(made) == 3
        assert (third.month, third.seed, third.parameters.dials.attractor_dial) == (0, 7, 0.25)
        assert third.played_scenario.name == app.STORY
        assert "Month 0." in words(page)[0]
        button(page, "Step").click()
        assert (first.month, third.month) == (2, 1)
    finally:
        page.close()
        other.close()
    assert plt.get_fignums() == []


def test_words_of_a_scenario_are_not_html(app: Any) -> None:
    page = app.introduction(Scenario(story="<script>alert(1)</script>"))
    assert page.startswith("<h1>")
    assert "<script>" not in page


# -- the server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [-1, 65536, "8765", 80.5, True, None])
def test_a_port_that_is_none_is_refused(port: Any) -> None:
    with pytest.raises(ParameterError, match=r"port = .*allowed is a whole number from 0 to 65535"):
        dashboards.launch(port)


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(ParameterError, match=r"port = \d+: .*in use.*give another one"):
            dashboards.launch(busy.getsockname()[1])


def test_without_solara_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in ("solara", "solara.server", "solara.server.starlette"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"ecosim dashboard .*ecosim\[dashboard\]"):
        dashboards.launch(0)


SERVE = """
import webbrowser

import dashboards

def browse(address):
    from solara.server import settings

    print(settings.telemetry.mixpanel_enable, settings.main.mode, settings.kernel.cull_timeout, address, flush=True)

webbrowser.open = browse
dashboards.launch(0, show=True)
"""


def test_the_server_serves_and_ends(app: Any) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            assert "The dashboard is at http://localhost:" in server.stdout.readline()
            telemetry, mode, _, address = server.stdout.readline().split()
            assert (telemetry, mode) == ("False", "production")
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert answer.status == 200
                page = answer.read().decode()
            assert "<title>ecosim</title>" in page
            parts = re.findall(r"<(?:link|script|img)\b[^>]*?(?:src|href)=\"([^\"]+)\"", page)
            assert any(part.endswith(".js") for part in parts)
            for part in parts:  # all of it comes from here
                with urllib.request.urlopen(urllib.parse.urljoin(address, part), timeout=20) as answer:
                    assert urllib.parse.urlsplit(answer.url).netloc == urllib.parse.urlsplit(address).netloc
                    assert len(answer.read()) > 0
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
