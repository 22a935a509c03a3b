"""The first room of the observatory: Mesa's SolaraViz on one ecosystem.

Sliders made from the parameters' declarations, R over time, births by generation. English only. The other rooms
(compare, map of tipping, why, report) are not built yet.

Each visitor has a model of their own, made inside the page. Figures are drawn with Matplotlib's `Figure`, never with
pyplot, which keeps every figure for ever.
"""

# Solara's types are patchy: it says that it has them, exports half of its names without telling and leaves components
# untyped.
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import base64
import html
import io
import math
import warnings
from typing import Any

import pandas as pd
import solara
from matplotlib.axes import Axes
from matplotlib.figure import Figure

with warnings.catch_warnings():  # Mesa 3.3's page breaks one of Solara's rules of hooks, which it says at length
    warnings.filterwarnings("ignore", category=UserWarning, module=r"solara\.")
    from mesa.visualization import SolaraViz
    from mesa.visualization.utils import update_counter

from ecosim import EcosystemModel, Scenario
from ecosim.parameters import Declaration, find_declaration

__all__ = ["Page", "births_figure", "model_parameters", "reproduction_figure", "slider", "verdict"]

STORY = "three-ingredients"
SLIDERS = ("diversity_dial", "attractor_dial", "medium_dial", "meeting_rate", "transmissibility")
FIXED = {"reproduction_every": 3}  # months between two points of the theoretical R; changes no result
ENOUGH = 30  # hybrids
# Okabe and Ito's colours, which colour-blind readers can tell apart
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#555555"


# -- controls -------------------------------------------------------------------------------------------------


def slider(declaration: Declaration, value: float) -> dict[str, Any]:
    """Return Mesa's description of a slider for a parameter that stands at `value`.

    It ends at five times that value where the declared bound is farther away: a hundred meetings a month are allowed,
    but on a slider that long nobody could set two.
    """
    high = min(declaration.high, 5 * value) if value > 0 else declaration.high
    unit = "" if declaration.unit == "dial" else f" ({declaration.unit})"
    return {
        "type": "SliderFloat",
        "label": declaration.name.replace("_", " ") + unit,
        "value": float(value),
        "min": float(declaration.low),
        "max": float(high),
        "step": (high - declaration.low) / 100,
    }


def model_parameters(story: Scenario) -> dict[str, Any]:
    """Return the arguments of the model for Mesa's page: what is fixed, a slider for the seed and the `SLIDERS`."""
    seed = {"type": "SliderInt", "label": "seed (another history)", "value": 1, "min": 0, "max": 99, "step": 1}
    found: dict[str, Any] = {"scenario": story, "seed": seed, **FIXED}
    for name in SLIDERS:
        declaration = find_declaration(name)
        group = getattr(story.parameters, declaration.path.split(".")[0])
        found[name] = slider(declaration, getattr(group, name))
    return found


# -- figures --------------------------------------------------------------------------------------------------


def _axes(title: str, months: pd.DataFrame) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.4, 3.8))
    figure.subplots_adjust(left=0.11, right=0.98, bottom=0.13, top=0.92)  # fixed: a tenth of the time of a layout
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.set(xlabel="month", xlim=(0, max(len(months), 12)))
    return figure, axes


def _top(axes: Axes, least: float) -> float:
    """Return the upper end of a vertical axis: room above the data for the legend."""
    highest = float(axes.dataLim.ymax)  # −inf without data
    return max(least, 1.3 * highest) if math.isfinite(highest) else least


def instantaneous(months: pd.DataFrame) -> pd.Series:
    """Return the instantaneous R, NaN until `ENOUGH` hybrids are born: one lucky birth among few makes it 5 or 10."""
    born = months[["births_spontaneous", "births_recombinant"]].sum(axis=1)
    return months["r_instantaneous"].where(born.cumsum() >= ENOUGH)


def verdict(months: pd.DataFrame) -> str:
    """Return one sentence on where R stands."""
    known = instantaneous(months).dropna()
    if len(known) == 0:
        return f"Month {len(months)}. Fewer than {ENOUGH} hybrids have been born: too few to measure R."
    value = known.iloc[-1]
    side = "above 1: hybrids feed on each other" if value > 1 else "not above 1: hybrids do not keep themselves going"
    return f"Month {len(months)}. R over the last year is {value:.2f}, {side}."


def reproduction_figure(months: pd.DataFrame) -> Figure:
    """Return R over time, measured in two ways and theoretical, with the line at 1."""
    figure, axes = _axes("Innovation reproduction number R", months)
    axes.axhline(1.0, color=GREY, linestyle="--", linewidth=1)
    axes.text(0.99, 1.0, "R = 1 ", transform=axes.get_yaxis_transform(), ha="right", va="bottom", color=GREY)
    theory = months[["month", "r_theoretical"]].dropna()
    axes.plot(months["month"], instantaneous(months), color=BLUE, label="instantaneous: births of the last year")
    axes.plot(
        months["month"],
        months["r_cohort"],
        color=GREEN,
        linestyle="-.",
        label="cohort: offspring of that year's hybrids",
    )
    axes.plot(
        theory["month"],
        theory["r_theoretical"],
        color=ORANGE,
        marker="o",
        label="theoretical: of the ecosystem as it is",
    )
    axes.set(ylabel="R", ylim=(0, _top(axes, 1.8)))
    axes.legend(loc="upper left", frameon=False, fontsize="small")
    return figure


def births_figure(months: pd.DataFrame) -> Figure:
    """Return hybrids born per month, by generation."""
    figure, axes = _axes("Births by generation", months)
    for label, column, colour in (
        ("generation 1", "births_generation_1", BLUE),
        ("generation 2", "births_generation_2", ORANGE),
        ("generation 3 and more", "births_generation_3_and_more", GREEN),
    ):
        axes.plot(months["month"], months[column], color=colour, label=label)
    axes.set(ylabel="hybrids born in the month", ylim=(0, _top(axes, 5)))
    axes.legend(loc="upper left", frameon=False, fontsize="small")
    return figure


@solara.component
def Picture(figure: Figure, words: str) -> None:  # noqa: N802
    """Show a figure, with its content in words for a screen reader. (Solara's own component takes no words.)"""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    source = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    solara.v.Html(tag="img", attributes={"src": source, "alt": words}, style_="width: 100%; height: auto")


@solara.component
def Reproduction(model: EcosystemModel) -> None:  # noqa: N802
    update_counter.get()  # Mesa's call to draw again
    months = model.months
    words = verdict(months)
    with solara.Column(gap="4px"):
        Picture(reproduction_figure(months), f"R over time. {words}")
        solara.Text(words)


@solara.component
def Births(model: EcosystemModel) -> None:  # noqa: N802
    update_counter.get()
    months = model.months
    born = [int(months[f"births_generation_{which}"].sum()) for which in ("1", "2", "3_and_more")]
    words = f"Hybrids born so far: {born[0]:,} of generation 1, {born[1]:,} of generation 2, {born[2]:,} of later ones."
    with solara.Column(gap="4px"):
        Picture(births_figure(months), f"Births by generation over time. {words}")
        solara.Text(words)


# -- the page -------------------------------------------------------------------------------------------------


def introduction(story: Scenario) -> str:
    """Return the page's opening words as HTML. (Solara's Markdown would fetch KaTeX from a public server.)"""
    return (
        "<h1>When do hybrid innovations feed on each other?</h1>"
        f"<p>{html.escape(story.story)}</p>"
        "<p><b>R</b> is the number of further hybrids that one hybrid makes in its life. Below 1 hybrids die out "
        "unless new ones come, above 1 they feed on each other. Press ▶ to play, a month at a time. "
        "A slider takes effect when you press <b>Reset</b>, which begins a new history.</p>"
    )


def meanings() -> str:
    """Return what the sliders mean, from the declarations, as HTML."""
    items = []
    for name in SLIDERS:
        declaration = find_declaration(name)
        words = html.escape(f"{declaration.english} Default {declaration.default:g}, source: {declaration.source}.")
        items.append(f"<li><b>{name.replace('_', ' ')}</b>: {words}</li>")
    return f"<ul>{''.join(items)}</ul>"


@solara.component
def Page() -> None:  # noqa: N802
    story = solara.use_memo(lambda: Scenario.load(STORY), [])
    parameters = solara.use_memo(lambda: model_parameters(story), [])
    model = solara.use_memo(lambda: EcosystemModel(story, seed=parameters["seed"]["value"], **FIXED), [])
    solara.Title("ecosim")
    solara.HTML(unsafe_innerHTML=introduction(story), classes=["solara-markdown"])
    with solara.Details("What the sliders mean"):
        solara.HTML(unsafe_innerHTML=meanings())
    SolaraViz(model, components=[Reproduction, Births], model_params=parameters, name="ecosim", play_interval=30)
