"""The page Why as visitors have it: played, read in two languages and at two sizes, stopped and gone on with."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

WORLD = "story=three-ingredients&months=40&population.firms=80&population.labs=8"
SMALL = f"{WORLD}&dials.attractor_dial=0.5&dials.medium_dial=0.8"
HEADINGS = {
    "en": [
        "In short", "What each mechanism contributes", "Which of your changes did it?",
        "The largest cascade of hybrids", "The largest cascades",
    ],
    "fr": [
        "En bref", "Ce qu'apporte chaque mécanisme", "Lequel de vos réglages en est la cause\u202f?",
        "La plus grande cascade d'hybrides", "Les plus grandes cascades",
    ],
}  # fmt: skip


def played(page: Any) -> None:
    """Wait until all runs are there, and the families too."""
    page.wait_for_function("/^(All|Les) /.test(document.querySelector('.eco-why-panel [role=status]').textContent)")
    page.wait_for_function(
        "[...document.querySelectorAll('.eco-chart')].filter(chart => chart.querySelector('canvas')).length === 4"
    )


def coloured(page: Any) -> int:
    """How many charts have drawn something in colour."""
    return int(page.evaluate(
        """[...document.querySelectorAll('.eco-chart')].filter(chart =>
             [...chart.querySelectorAll('canvas')].some(canvas => {
               const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
               for (let k = 0; k < data.length; k += 4)
                 if (data[k + 3] && Math.abs(data[k] - data[k + 2]) > 60) return true;
               return false;
             })).length"""
    ))  # fmt: skip


def headings(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("main h2, main h3").all_inner_texts()]


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_what_drove_a_result(visit: Any, accessible: Any, screenshot: Any) -> None:
    page = visit(f"why?lang=en&{SMALL}")
    page.select_option(".eco-why-panel select >> nth=1", "5")
    played(page)
    assert page.locator("main h1").inner_text() == "Why: what drove this result"
    assert headings(page) == HEADINGS["en"]
    said = page.inner_text(".eco-why-words >> nth=0")
    assert re.search(r"Without attractors, there would be \d+\s% \[\d+, \d+\] fewer hybrids\.", said)
    assert "Without any of your changes" in page.inner_text(".eco-why-words >> nth=1")
    assert "50 runs" in page.inner_text(".eco-why-panel [role=status]") or "55 runs" in page.inner_text(
        ".eco-why-panel"
    )
    assert coloured(page) == 4
    assert fits(page)
    page.click(".eco-chart >> nth=0 >> summary")
    rows = page.locator(".eco-chart >> nth=0 >> tbody tr")
    rows.first.wait_for()  # the table is made when it is opened
    assert rows.count() == 7
    assert rows.nth(0).locator("td").nth(0).inner_text() == "Attractors"
    page.click(".eco-chart >> nth=2 >> summary")
    page.locator(".eco-chart >> nth=2 >> tbody tr").first.wait_for()
    accessible(page)
    screenshot(page, "why-en-laptop")
    # another outcome needs no other runs; nor does another language, or coming back from another page
    page.select_option(".eco-why-panel select >> nth=0", "r_theoretical")
    page.wait_for_selector("figcaption:has-text('R at the end')")
    assert page.locator(".eco-why-panel button").count() == 0
    page.click("nav a:has-text('Report')")
    page.wait_for_selector("h1:not(:has-text('what drove'))")
    page.select_option(".eco-language select", "fr")
    page.click("nav a:has-text('Pourquoi')")
    page.wait_for_selector("h1:has-text('ce qui explique')")
    assert page.locator(".eco-why-panel progress").count() == 0
    played(page)
    assert headings(page) == HEADINGS["fr"]


def test_on_a_phone_in_french(visit: Any, accessible: Any, screenshot: Any) -> None:
    page = visit(f"why?lang=fr&{SMALL}", size="phone")
    page.select_option(".eco-why-panel select >> nth=1", "5")
    played(page)
    assert headings(page) == HEADINGS["fr"]
    said = page.inner_text(".eco-why-words >> nth=0")
    assert re.search(r"Sans attracteurs, il y aurait \d+\s% \[\d+\s; \d+\] d'hybrides en moins\.", said)
    assert coloured(page) == 4
    assert fits(page)
    accessible(page)
    screenshot(page, "why-fr-phone")


def test_stopped_and_gone_on_with(visit: Any) -> None:
    page = visit("why?lang=en&story=three-ingredients&months=240&population.firms=150")
    page.wait_for_function("/^[1-9]\\d* of/.test((document.querySelector('.eco-why-panel p') || {}).textContent)")
    page.click(".eco-why-panel button:text-is('Stop')")
    page.wait_for_selector(".eco-why-panel button:text-is('Continue')")
    page.wait_for_timeout(1500)  # runs that had ended, but were not counted yet, come in
    told = page.inner_text(".eco-why-panel [role=status]")
    done, total = (int(number) for number in re.match(r"Stopped: (\d+) of (\d+) runs", told).groups())  # type: ignore[union-attr]
    assert 0 < done < total == 80
    page.wait_for_timeout(1500)
    assert page.inner_text(".eco-why-panel [role=status]") == told
    page.click(".eco-why-panel button:text-is('Continue')")
    page.wait_for_selector(".eco-why-panel progress")
    page.wait_for_function(
        f"parseInt((document.querySelector('.eco-why-panel p') || {{}}).textContent) > {done}"
    )  # fmt: skip


def test_a_large_ecosystem_is_played_when_it_is_asked_for(visit: Any) -> None:
    page = visit("why?lang=en&story=three-ingredients&population.firms=25000&months=2")
    page.wait_for_selector(".eco-why-panel button:text-is('Find out')")
    page.wait_for_selector("button:text-is('Trace the cascades')")
    assert "80 runs to play" in page.inner_text(".eco-why-panel [role=status]")
    assert page.locator(".eco-why-panel progress").count() == 0
    page.click("button:text-is('Trace the cascades')")
    page.wait_for_selector("text=In the history with seed 1")
    page.click(".eco-why-panel button:text-is('Find out')")
    page.wait_for_selector(".eco-why-panel progress")
    page.click(".eco-why-panel button:text-is('Stop')")


def test_where_nothing_is_born_the_page_says_so(visit: Any) -> None:
    page = visit("why?lang=fr&story=three-ingredients&months=6&population.firms=40&latent.base_drive=0")
    page.select_option(".eco-why-panel select >> nth=1", "5")
    page.wait_for_selector("text=Aucun hybride n'est né dans ces histoires")
    page.wait_for_selector("text=Aucun hybride n'est né dans cette histoire (graine 1)")
    page.wait_for_selector("text=Vous n'avez déplacé aucun curseur")
