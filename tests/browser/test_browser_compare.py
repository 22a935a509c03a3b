"""The page Compare as visitors have it: scenarios kept, compared, stopped, read in two languages and at two sizes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SMALL = "story=levers&months=24&population.firms=60&population.labs=6"


def keep(page: Any, name: str) -> None:
    page.fill(".eco-cs-name", name)
    page.click(".eco-cs-keep")
    page.wait_for_selector(f".eco-cs-list strong:text-is('{name}')")


def compared(page: Any) -> None:
    """Press the button, and wait until all runs are there."""
    page.click(".eco-cc-start")
    page.wait_for_function("/All|sont faites/.test(document.querySelector('.eco-cc-told').textContent)")


def pixels(page: Any) -> int:
    """How many charts have drawn something in colour."""
    return int(page.evaluate(
        """[...document.querySelectorAll('.eco-main canvas')].filter(canvas => {
             const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
             for (let k = 0; k < data.length; k += 4)
               if (data[k + 3] && Math.abs(data[k] - data[k + 2]) > 60) return true;
             return false;
           }).length"""
    ))  # fmt: skip


def test_scenarios_are_compared(visit: Any, accessible: Any, screenshot: Any) -> None:
    page = visit(f"compare?lang=en&{SMALL}&lever.training=1,0,,")
    keep(page, "Training <b>only</b>")
    page.select_option(".eco-cc-histories", "10")
    compared(page)
    card = page.locator(".eco-cr-card")
    assert card.locator("h3").inner_text() == "Training <b>only</b>"
    assert "[" in card.inner_text()
    assert "20 runs" in page.inner_text(".eco-cc-told")
    page.click(".eco-cr-details")
    page.wait_for_selector(".eco-chart canvas")
    page.wait_for_function("document.querySelectorAll('.eco-main canvas').length === 8")
    page.wait_for_timeout(500)
    assert pixels(page) == 8
    table = page.locator(".eco-ct").first
    assert table.locator("tbody tr").count() == 8
    assert "Spending of policies" in table.inner_text()
    accessible(page)
    screenshot(page, "compare-en-laptop")
    # all runs of both, with what is needed to play them again
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download all runs").click()
    rows = list(csv.DictReader(Path(waiting.value.path()).read_text("utf-8").splitlines()))
    assert [row["seed"] for row in rows] == [str(seed) for seed in range(1, 11)] * 2
    assert {row["scenario"] for row in rows} == {"Baseline", "Training <b>only</b>"}
    assert {row["policy_spending"] for row in rows if row["scenario"] == "Baseline"} == {"0"}
    # another name, and gone
    page.get_by_role("button", name="Rename “Training").click()
    page.fill(".eco-cs-draft", "Training")
    page.keyboard.press("Enter")
    page.wait_for_selector(".eco-cs-list strong:text-is('Training')")
    page.get_by_role("button", name="Remove “Training”").click()
    page.wait_for_selector(".eco-cs-list strong:text-is('What is set now')")
    assert "All 20 runs" in page.inner_text(".eco-cc-told")  # the same scenario under another name: nothing to play


def test_a_comparison_is_stopped_and_goes_on_in_french_on_a_phone(
    visit: Any, accessible: Any, screenshot: Any
) -> None:  # fmt: skip
    page = visit("compare?lang=fr&story=three-ingredients&months=200&dials.medium_dial=0.5", size="phone")
    assert page.inner_text("main h1") == "Comparer des scénarios"
    page.select_option(".eco-cc-histories", "40")
    page.click(".eco-cc-start")
    page.wait_for_selector(".eco-cr-card")
    page.click(".eco-cc-stop")
    page.wait_for_selector(".eco-cc-start:has-text('Continuer')")
    told = page.inner_text(".eco-cc-told")
    assert "sur 80 sont faites" in told
    assert not told.startswith("Arrêté : 80 ")
    page.select_option(".eco-cc-histories", "10")
    # what was played before the stop counts: there may be something left to play, or nothing
    page.wait_for_function(
        "document.querySelector('.eco-cc-start')?.disabled"
        " || /sur 20/.test(document.querySelector('.eco-cc-told').textContent)"
    )
    if page.is_enabled(".eco-cc-start"):
        page.click(".eco-cc-start")
    page.wait_for_function("/Les 20 simulations sont faites/.test(document.querySelector('.eco-cc-told').textContent)")
    page.click(".eco-cr-details")
    page.wait_for_function("document.querySelectorAll('.eco-main canvas').length === 4")
    page.wait_for_timeout(500)
    assert pixels(page) >= 3
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    accessible(page)
    screenshot(page, "compare-fr-phone")


def test_levers_are_compared_where_the_dials_are_set(visit: Any) -> None:
    page = visit("compare?lang=en&story=levers&dials.attractor_dial=0.5&lever.training=1,0,,&months=24")
    page.wait_for_selector(".eco-cs :text('Attractor dial')")
    assert page.input_value(".eco-cc-against") == "here"  # levers are what is asked about
    baseline = page.inner_text(".eco-cs-list li >> nth=0")
    assert "dials as set now" in baseline
    assert "0.5" in baseline
    page.select_option(".eco-cc-against", "story")
    page.wait_for_function(
        "/dials and levers as the story has them/.test(document.querySelector('.eco-cs-list li').textContent)"
    )
    assert "Attractor dial" in page.inner_text(".eco-cs-list li >> nth=1")


def test_without_a_difference_there_is_nothing_to_compare(visit: Any) -> None:
    page = visit("compare?lang=en&story=three-ingredients")
    page.wait_for_selector(".eco-cc-start[disabled]")
    assert "nothing to compare" in page.inner_text(".eco-cc-told")
    assert "Nothing is set" in page.inner_text(".eco-cs")
