"""Sessions in a real browser: under a path behind a proxy, with scripts of others refused, and when it leaves."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from serving import relay, serving
from waiting import until

from dashboards.load import health

KNOWN = re.compile(r"Failed to evaluate Vue script and find module\.exports, falling back to old method")
PATIENCE = 60_000  # milliseconds


def port_of(address: str) -> int:
    return urllib.parse.urlsplit(address).port or 0


@pytest.fixture(scope="module")
def proxied(chromium: str) -> Iterator[str]:
    """The address of a dashboard under a path, behind a proxy that takes the path away."""
    with serving("root_path='/ecosim'") as served, relay(port_of(served.address), "/ecosim") as port:
        yield f"http://127.0.0.1:{port}/ecosim"


@pytest.fixture
def said(browser: Any, proxied: str) -> Iterator[tuple[Any, list[str]]]:
    """A new visitor's page, and what it complains of, refused by the policy or asked of anybody else."""
    home = urllib.parse.urlsplit(proxied).netloc
    heard: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on(
        "console",
        lambda one: one.type in ("error", "warning") and not KNOWN.search(one.text) and heard.append(one.text),
    )
    page.on("pageerror", lambda problem: heard.append(str(problem)))

    def asked(request: Any) -> None:
        parts = urllib.parse.urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and (parts.netloc != home or not parts.path.startswith("/ecosim")):
            heard.append(f"asked for {request.url}")

    page.on("request", asked)
    page.on("websocket", asked)
    yield page, heard
    context.close()


def sessions(address: str) -> int:
    """Return how many there are, whether or not its workers are there yet."""
    return int(health(address)["sessions"])


def test_all_pages_behind_a_proxy(said: tuple[Any, list[str]], proxied: str) -> None:
    page, heard = said
    page.goto(f"{proxied}/?lang=fr&story=three-ingredients&seed=41&months=12")
    page.wait_for_selector("main h1")
    assert page.evaluate("document.documentElement.lang") == "fr"
    before = page.inner_text("main h1")
    for name in ("compare", "tipping", "why", "report"):
        link = page.locator(f"header nav a[href='/ecosim/{name}']")
        link.click()
        page.wait_for_function(f"document.querySelector('header nav a[aria-current]').href.endsWith('/{name}')")
        page.wait_for_function(f"location.pathname === '/ecosim/{name}' && location.search.includes('seed=41')")
        page.wait_for_selector("main h1")
    page.go_back()
    page.wait_for_function("location.pathname === '/ecosim/why'")
    page.wait_for_function("document.querySelector('header nav a[aria-current]').href.endsWith('/why')")
    page.reload()
    page.wait_for_selector("main h1")
    assert page.evaluate("location.pathname + location.search").startswith("/ecosim/why?lang=fr")
    page.locator("header nav a").first.click()
    page.wait_for_function("location.pathname === '/ecosim/' && location.search.includes('seed=41')")
    page.wait_for_function("text => document.querySelector('main h1').innerText === text", arg=before)
    assert heard == []


def test_no_script_but_ours_runs(said: tuple[Any, list[str]], proxied: str) -> None:
    page, heard = said
    page.goto(proxied)
    page.wait_for_selector("main h1")
    assert heard == []
    page.evaluate(
        """() => {
            const script = document.createElement("div");
            script.innerHTML = '<img src="x:" onerror="window.taken = 1">';
            document.body.append(script);
            const inline = document.createElement("script");
            inline.textContent = "window.taken = 2";
            document.body.append(inline);
            const far = document.createElement("script");
            far.src = "https://example.org/a.js";
            document.body.append(far);
        }"""
    )
    until(lambda: sum("Content Security Policy" in text for text in heard) >= 3)
    assert page.evaluate("window.taken") is None


def test_a_closed_tab_ends_its_session(said: tuple[Any, list[str]], proxied: str) -> None:
    page, heard = said
    until(lambda: sessions(proxied) == 0)
    page.goto(f"{proxied}/compare")
    page.wait_for_selector("main h1")
    assert sessions(proxied) == 1
    page.reload()  # a new session; the one before it is left
    page.wait_for_selector("main h1")
    until(lambda: sessions(proxied) == 1, 20)
    page.goto("about:blank")
    until(lambda: sessions(proxied) == 0, 20)
    assert heard == []
