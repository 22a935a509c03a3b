"""A real server, a real browser: pages as a visitor has them. Needs Chromium; skips with the reason without it."""

from __future__ import annotations

import re
import shutil
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import serving

SIZES = {"laptop": (1280, 800), "phone": (390, 844)}
LANGUAGES = ("en", "fr")
# what Solara's own templates say on their way; nothing of ours may say anything
KNOWN = (re.compile(r"Failed to evaluate Vue script and find module\.exports, falling back to old method"),)
PATIENCE = 60_000  # milliseconds: machines are slow while other tests run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that is installed."""
    pytest.importorskip("solara", reason="solara is not installed: pip install 'ecosim[dashboard]'")
    pytest.importorskip("playwright", reason="playwright is not installed: pip install 'ecosim[dev]'")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (found := shutil.which(name)) is not None:
            return found
    pytest.skip("no Chromium: install Debian's package `chromium`")


@pytest.fixture(scope="session")
def server(chromium: str) -> Iterator[str]:
    """The address of a dashboard that serves on a free port, as the command starts it."""
    with serving() as served:
        yield served.address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """A function that opens a page as a new visitor: ``visit("compare?lang=fr", size="phone")``.

    At the end of the test, no page may have said anything on its console or asked anything of another server.
    """
    said: list[str] = []
    contexts = []

    def opened(path: str = "", size: str = "laptop", wait: bool = True) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: _note(said, message))
        page.on("pageerror", lambda problem: said.append(f"error in the page: {problem}"))
        home = urllib.parse.urlsplit(server).netloc
        page.on("request", lambda request: _outside(said, request.url, home))
        page.goto(f"{server}/{path}")
        if wait:
            page.wait_for_selector("main h1")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def _note(said: list[str], message: Any) -> None:
    if message.type in ("error", "warning") and not any(known.search(message.text) for known in KNOWN):
        said.append(f"{message.type}: {message.text}")


def _outside(said: list[str], url: str, home: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("data", "blob", "about") and parts.netloc != home:
        said.append(f"asked of another server: {url}")


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """A function that leaves a picture of a page where a person can look at it: ``results/screenshots``."""
    folder = Path(request.config.rootpath) / "results" / "screenshots"

    def taken(page: Any, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return taken


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """A function that fails where axe-core finds a serious or critical fault in a page."""
    from axe_playwright_python.sync_playwright import Axe

    def checked(page: Any) -> None:
        found = Axe().run(page).response["violations"]
        bad = [
            f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert bad == []

    return checked
