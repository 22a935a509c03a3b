"""Report in Chromium: made, taken away, opened from disk; the link restores the state."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

SMALL = (
    "story=levers&seed=4&months=24&population.firms=90&population.labs=10&lever.training=0.7,6,12,400"
    "&dials.medium_dial=0.9&trust.trust_gain=0.35"
)


def _make(page: Any) -> None:
    page.locator(".eco-desk button.eco-first").click()
    page.wait_for_selector(".eco-desk-files li")


def _download(page: Any, kind: int, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(".eco-desk-files button").nth(kind).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def _settings(url: str) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)


def test_a_report_is_made_downloaded_and_opened(
    visit: Callable[..., Any], browser: Any, accessible: Callable[[Any], None], screenshot: Callable[[Any, str], None],
    tmp_path: Path,
) -> None:  # fmt: skip
    page = visit(f"report?lang=en&{SMALL}")
    _make(page)
    accessible(page)
    screenshot(page, "report-laptop-en")
    said = page.locator(".eco-desk-first").inner_text()
    assert "R is" in said

    html = _download(page, 0, tmp_path)
    assert re.fullmatch(r"ecosim-levers-seed4-\d{4}-\d\d-\d\d\.html", html.name)
    pdf = _download(page, 1, tmp_path).read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert _download(page, 2, tmp_path).read_text(encoding="utf-8").startswith("name = ")

    asked: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(html.as_uri())
    assert opened.locator("h1").is_visible()
    assert said in opened.locator("#answer").inner_text()
    drawn = "[...document.images].filter((one) => one.complete && one.naturalWidth > 300).length"
    assert opened.evaluate(drawn) == opened.locator("img").count() >= 4
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.locator("summary").first.click()
    accessible(opened)
    screenshot(opened, "report-file-phone-en")
    assert [url for url in asked if not url.startswith(("data:", html.as_uri()))] == []
    context.close()


def test_the_link_restores_the_state(visit: Callable[..., Any]) -> None:
    page = visit(f"report?lang=fr&{SMALL}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".eco-desk-link button").click()
    page.wait_for_selector(".eco-desk-link [role=status]:not(:empty)")
    link = page.locator(".eco-desk-link input").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    expected = urllib.parse.parse_qs(f"lang=fr&{SMALL}")
    assert _settings(link) == expected
    parts = urllib.parse.urlsplit(link)
    assert parts.path == "/"
    other = visit(f"{parts.path.lstrip('/')}?{parts.query}")
    other.wait_for_function("document.documentElement.lang === 'fr'")
    assert _settings(other.url) == expected


def test_works_on_a_phone_in_french_and_without_a_clipboard(
    visit: Callable[..., Any], accessible: Callable[[Any], None], screenshot: Callable[[Any, str], None]
) -> None:
    page = visit(f"report?lang=fr&{SMALL}", size="phone")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
    page.locator(".eco-desk-link button").click()
    page.wait_for_selector(".eco-desk-link [role=status]:not(:empty)")
    assert page.evaluate("document.getSelection().toString() || document.activeElement.value").startswith("http")
    page.locator(".eco-desk button.eco-first").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".eco-desk-files li")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    accessible(page)
    screenshot(page, "report-phone-fr")
    words = page.locator("main").inner_text()
    assert "hybrides" in words
    assert "Download" not in words
    # in another language it is another report: the first one is not shown for it
    page.locator(".eco-language select").select_option("en")
    page.wait_for_function("document.documentElement.lang === 'en'")
    page.wait_for_selector(".eco-desk-files", state="detached")


def test_stopping_and_leaving_end_the_making(visit: Callable[..., Any]) -> None:
    page = visit("report?lang=en&story=levers&months=600&population.firms=3000")
    first, stop = page.locator(".eco-desk button.eco-first"), page.locator(".eco-desk-buttons button:nth-child(2)")
    first.click()
    stop.wait_for()
    assert first.is_disabled()
    assert page.locator(".eco-desk progress").count() == 1
    stop.click()
    page.get_by_text("Stopped: no report was made.").wait_for()
    assert first.is_enabled()
    first.click()
    stop.wait_for()
    page.locator("nav a", has_text="Compare").click()
    page.wait_for_selector("main h1:has-text('Compare')")
    page.locator("nav a", has_text="Report").click()
    page.wait_for_selector(".eco-desk")
    assert stop.count() == 0
    assert first.is_enabled()
