"""The page: figures and facts put into the template. Returns text and pictures; writes no file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
import pandas as pd

from ecosim.events import event_log
from ecosim.measures import sector_crossings
from ecosim.report.facts import page_facts
from ecosim.report.figures import make_figures
from ecosim.report.place_figures import places_of

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel

__all__ = ["Report", "make_report"]


@dataclass(frozen=True)
class Report:
    """A report: the page as one self-contained HTML text, and its figures as PNG, by name."""

    html: str
    figures: dict[str, bytes]


def make_report(
    model: EcosystemModel,
    manifest: Mapping[str, Any],
    months: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    crossings: pd.DataFrame | None = None,
    folder: str = "run",
) -> Report:
    """Return the report of a run.

    Parameters
    ----------
    manifest : of the run, as `ecosim.results` writes it (status, months, seed, versions, inputs)
    months, events, crossings : the tables of the run, for a caller that has them already
    folder : name of the run's folder, for the commands that make it again
    """
    state = model.state
    months = model.months if months is None else months
    crossings = sector_crossings(state) if crossings is None else crossings
    events = event_log(state, crossings) if events is None else events
    places = places_of(state)
    figures = make_figures(state, months, crossings, places, len(model.played_scenario.attractors))
    facts = page_facts(model, manifest, months, events, crossings, places, folder)
    shown = {
        name: {
            "source": f"data:image/png;base64,{base64.b64encode(picture.png).decode()}",
            "width": picture.width, "height": picture.height, "alt": picture.alt, "caption": picture.caption,
        }
        for name, picture in figures.items()
    }  # fmt: skip
    html = _template().render(**facts, figures=shown)
    return Report(html, {name: picture.png for name, picture in figures.items()})


def _template() -> jinja2.Template:
    # Names in the page come from users' files: everything is escaped, and a name that is missing is an error.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((resources.files("ecosim.report") / "report.html.j2").read_text(encoding="utf-8"))
