"""The page Map of tipping as visitors have it: the field, moving about, levers, live runs; two languages, two sizes."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SMALL = "story=three-ingredients&months=24&population.firms=60&population.labs=6&population.clusters=4"


def drawn(page: Any) -> None:
    """Wait until the field is drawn, in blue and in orange."""
    page.wait_for_function(
        """() => { const canvas = document.querySelector('.eco-tipping-canvas canvas');
             if (!canvas) return false;
             const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
             let blue = 0;
             for (let k = 0; k < data.length; k += 4) blue += data[k + 3] && data[k + 2] - data[k] > 60;
             return blue > 500; }"""
    )


def test_policymaker_finds_which_lever_tips_fintech_first(visit: Any, accessible: Any, screenshot: Any) -> None:
    page = visit("tipping?lang=en")
    drawn(page)
    assert page.locator("h1").count() == 1
    assert page.inner_text(".eco-tipping-r strong").startswith("1.")
    assert "above 1" in page.inner_text(".eco-tipping-r")
    answer = page.inner_text(".eco-tipping-answer")
    assert answer.startswith("Encounters between clusters tips it first: from")
    assert page.locator(".eco-tipping-ranking tbody tr").count() == 8
    accessible(page)
    screenshot(page, "tipping-en-laptop")

    # to the edge: the dial is turned, the address says so, R is below 1
    page.click(".eco-tipping-edge")
    page.wait_for_function("document.querySelector('.eco-tipping-r strong').textContent === '0.97'")
    assert re.search(r"dials\.attractor_dial=0\.[0-9]+", page.url)
    assert page.inner_text(".eco-tipping-answer").startswith("Encounters between clusters")

    # by keyboard: the medium a little lower
    slider = page.locator("input[data-path='dials.medium_dial']")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('dials.medium_dial=0.95')")
    page.wait_for_function("document.querySelector('.eco-tipping-r strong').textContent < '0.97'")
    assert page.evaluate("document.activeElement.dataset.path") == "dials.medium_dial"  # one can go on

    # the mix is set: R is above 1 then
    page.locator(".eco-tipping-mix button").first.click()
    page.wait_for_function("document.querySelector('.eco-tipping-r strong').textContent > '1'")
    assert "clusters.encounters_per_year=" in page.url
    page.get_by_role("button", name="Back to the story as told").click()
    page.wait_for_function("!location.search.includes('dials.')")
    page.locator(".eco-tipping-mix").first.get_by_role("button", name="Keep to compare").click()
    page.wait_for_function("document.querySelector('.eco-tipping-told').textContent.includes('Mix 1 from the edge')")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("document.body.textContent.includes('Mix 1 from the edge')")


def test_click_moves_and_the_map_turns(visit: Any) -> None:
    page = visit("tipping?lang=en&story=three-ingredients")
    drawn(page)
    box = page.locator(".eco-tipping-canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.wait_for_function("/dials.attractor_dial=0.[45]/.test(location.search)")
    assert "dials.medium_dial=0." in page.url
    page.select_option(".eco-tipping-pair select", "1")
    page.wait_for_function("document.querySelector('.eco-tipping-map figcaption').textContent.includes('diversity')")
    page.click(".eco-tipping-map summary")
    page.wait_for_selector(".eco-tipping-map tbody tr")
    assert page.locator(".eco-tipping-map tbody tr").count() == 5
    assert "Which lever" in page.inner_text(".eco-tipping-levers")  # of two: it has no economy
    assert page.locator(".eco-tipping-ranking tbody tr").count() == 2


def test_live_runs_beside_the_map_in_french_on_a_phone(visit: Any, accessible: Any, screenshot: Any) -> None:
    page = visit(f"tipping?lang=fr&{SMALL}", size="phone")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    warned = page.inner_text(".eco-tipping-warnings")
    assert "Vous en avez changé 3" in warned
    assert "120 mois" in warned
    page.select_option(".eco-tipping-confirm select", "5")
    page.click(".eco-tipping-begin")
    page.wait_for_function(
        "/simulations jouées, 5 histoires/.test(document.querySelector('.eco-tipping-status').textContent)"
    )
    rows = page.locator(".eco-tipping-confirm tbody tr")
    assert rows.count() == 2
    assert re.search(r"\d,\d\d \[\d,\d\d ; \d,\d\d\]", rows.first.inner_text())
    page.click(".eco-tipping-confirm summary")
    assert "simulations de 120 mois" in page.inner_text(".eco-tipping-confirm details")
    accessible(page)
    screenshot(page, "tipping-fr-phone")


def test_without_a_map_it_says_how_to_make_one(visit: Any) -> None:
    page = visit("tipping?lang=en&story=france-clusters")
    page.wait_for_selector(".eco-tipping-code")
    text = page.inner_text("main")
    assert "too large" in text
    assert "ecosim sweep my-map.toml" in text
    page.select_option(".eco-tipping-story select", "levers")
    drawn(page)
