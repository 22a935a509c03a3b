"""The frame around the pages: the way between them, their titles and addresses, the language."""

from __future__ import annotations

from typing import Any

import pytest

PAGES = ("explore", "compare", "tipping", "why", "report")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_way_between_pages(visit: Any, language: str) -> None:
    from dashboards.text import words

    say = words(language)
    page = visit(f"?lang={language}&story=three-ingredients&dials.medium_dial=0.5")
    for name in (*PAGES[1:], PAGES[0]):
        page.click(f"nav >> text={say('app.' + name)}")
        title = f"{say('app.' + name)} · {say('app.title')}"
        page.wait_for_function(f"document.title === {title!r}")
        address = page.evaluate("location.pathname + location.search")
        place = "/" if name == "explore" else f"/{name}"
        assert address == f"{place}?lang={language}&story=three-ingredients&seed=1&dials.medium_dial=0.5"
        assert page.locator("h1").count() == 1
        assert page.get_attribute("nav a[aria-current=page]", "href") == place
        assert page.evaluate("document.documentElement.lang") == language
    page.go_back()  # the browser's own way back keeps what is set
    page.wait_for_function(f"document.title.startsWith({say('app.report')!r})")
    assert "dials.medium_dial=0.5" in page.url


def test_the_content_is_reached_by_keyboard_and_the_language_turns(visit: Any) -> None:
    page = visit("report?lang=en&story=three-ingredients")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "eco-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.select_option(".eco-language select", "fr")
    page.wait_for_function("document.documentElement.lang === 'fr'")
    page.wait_for_selector("h1:has-text('Rapport')")
    assert "lang=fr" in page.url
