"""Controls, links and uploads, as a visitor has them."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path
from typing import Any

from waiting import until

SMALL = "story=levers&months=12&population.firms=60"
HOSTILE = "<img src=x onerror=window.pwned=1>"


def _is(page: Any, *parts: str) -> bool:
    address = urllib.parse.unquote(page.evaluate("location.href"))  # page.url is not kept up to date while one waits
    return all(part in address for part in parts)


def _said(page: Any) -> str:
    """What the message on top of the page says, nothing where there is none."""
    return " ".join(page.locator(".eco-message").all_inner_texts())


def _number(page: Any, name: str) -> Any:
    return page.locator(f"#eco-{name}")


def test_a_dial_a_lever_and_a_refusal_on_a_laptop(visit, accessible, screenshot):
    page = visit(f"?lang=en&{SMALL}")
    page.wait_for_selector(".eco-controls")
    assert "1 assumption" in page.inner_text(".eco-changed")

    # a dial: the number follows at once, the address a moment later
    dial = page.get_by_label(re.compile(r"Propagation medium \(slider\)"))
    dial.focus()
    dial.press("ArrowLeft")
    assert _number(page, "c-dials-medium_dial").input_value() == "0.98"
    until(lambda: _is(page, "dials.medium_dial=0.98"))
    # sixty movements of the hand: the page answers in less than 100 ms, and the last one holds
    usual = dial.evaluate("""async (slider) => {
      const number = document.getElementById("eco-c-dials-medium_dial");
      const taken = [];
      for (let k = 0; k < 60; k++) {
        const value = (90 - k) / 100, began = performance.now();
        slider.value = value; slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((go) => setTimeout(go, 0));
        while (number.value !== slider.value) await new Promise((go) => setTimeout(go, 0));
        taken.push(performance.now() - began);
        await new Promise((go) => setTimeout(go, 10));
      }
      slider.value = 0.3; slider.dispatchEvent(new Event("input", { bubbles: true }));
      slider.dispatchEvent(new Event("change", { bubbles: true }));
      return taken.sort((a, b) => a - b)[30];
    }""")
    assert usual < 100
    until(lambda: _is(page, "dials.medium_dial=0.3"))
    page.wait_for_timeout(500)
    assert _number(page, "c-dials-medium_dial").input_value() == "0.3"

    # a lever unfolds when it is pulled
    assert page.locator(".eco-length").count() == 0
    intensity = _number(page, "l-training")
    intensity.fill("0.5")
    intensity.press("Enter")
    page.locator(".eco-start").fill("2")
    page.locator(".eco-length").fill("6")
    page.locator(".eco-budget").fill("1000")
    page.locator(".eco-budget").press("Tab")
    until(lambda: _is(page, "lever.training=0.5,2,6,1000"))
    assert "1 dial, 1 lever, 1 assumption" in page.inner_text(".eco-changed")

    # what is refused is said, and goes back
    page.locator(".eco-length").fill("0")
    page.locator(".eco-length").press("Tab")
    page.wait_for_selector(".eco-message")
    assert "training: length = 0: allowed is" in page.inner_text(".eco-message")
    until(lambda: page.locator(".eco-length").input_value() == "6")
    dial = _number(page, "c-dials-medium_dial")
    dial.fill("7")
    dial.press("Enter")
    until(lambda: "dials.medium_dial = 7" in _said(page))
    until(lambda: dial.input_value() == "0.3")

    # the drawer and its search, by keyboard alone
    drawer = page.locator(".eco-assumptions > summary")
    drawer.focus()
    drawer.press("Enter")
    page.wait_for_selector("#eco-search")
    assert page.locator(".eco-assumptions .eco-group h3").first.inner_text() == "Changed"
    page.focus("#eco-search")
    page.keyboard.type("equity ticket")
    until(lambda: page.locator(".eco-assumptions .eco-control").count() == 1)
    assert "1 assumption found" in page.inner_text(".eco-assumptions")
    ticket = _number(page, "c-barriers-equity_ticket")
    ticket.focus()
    ticket.press("ArrowUp")
    ticket.press("Tab")
    until(lambda: _is(page, "barriers.equity_ticket="))
    page.get_by_role("button", name=re.compile("^Reset: Equity ticket")).press("Enter")
    until(lambda: not _is(page, "barriers.equity_ticket="))
    page.fill("#eco-search", "xyzzy")
    until(lambda: "No assumption" in page.inner_text(".eco-assumptions"))
    page.fill("#eco-search", "")
    page.locator(".eco-settings > summary").press("Enter")
    page.wait_for_selector("#eco-c-mechanisms-trust")
    accessible(page)
    screenshot(page, "controls-laptop")

    # the address in another visitor's browser is the same setup
    address = page.evaluate("location.href")
    other = visit(address.split("/", 3)[3])
    other.wait_for_selector(".eco-length")
    assert other.locator(".eco-length").input_value() == "6"
    assert _number(other, "c-dials-medium_dial").input_value() == "0.3"
    assert other.evaluate("location.href") == address
    other.get_by_role("button", name="Undo all").first.click()
    until(lambda: other.evaluate("location.search") == "?lang=en&story=levers&seed=1&months=12")
    until(lambda: _number(other, "c-dials-medium_dial").input_value() == "1")
    assert _is(page, "dials.medium_dial=0.3")  # the first one's stays


def test_in_french_on_a_phone_a_link_with_mistakes(visit, accessible, screenshot):
    page = visit(
        f"?lang=fr&{SMALL}&dials.medium_dail=0.4&seed=abc&{urllib.parse.quote(HOSTILE)}=1&dials.attractor_dial=0.5",
        size="phone",
    )
    page.wait_for_selector(".eco-controls")
    said = page.inner_text(".eco-message")
    assert "Le lien a été repris, sauf ceci" in said
    assert "vouliez-vous dire 'dials.medium_dial'" in said
    assert HOSTILE[:20] in said
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert _number(page, "c-dials-attractor_dial").input_value() == "0.5"
    assert "1 curseur, 1 hypothèse" in page.inner_text(".eco-changed")
    page.locator(".eco-assumptions > summary").click()
    page.fill("#eco-search", "acteur de reference")
    page.fill("#eco-search", "salarie")
    until(lambda: "hypothèses trouvées" in page.inner_text(".eco-assumptions"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    screenshot(page, "controls-phone")
    page.locator(".eco-changed button").click()
    until(lambda: "Rien n'est modifié" in page.inner_text(".eco-changed"))


def test_levers_of_a_story_without_an_economy(visit):
    page = visit("?lang=en&story=three-ingredients&months=6&population.firms=60&population.labs=5")
    page.wait_for_selector(".eco-idle")
    assert "no economy" in page.inner_text(".eco-idle")
    assert _number(page, "l-training").is_disabled()
    assert page.locator("#eco-c-clusters-encounters_per_year").is_enabled()


def test_an_ecosystem_of_ones_own(visit, tmp_path: Path, accessible):
    page = visit(f"?lang=en&{SMALL}")
    page.wait_for_selector("#eco-files")

    def upload(*files: tuple[str, str | bytes]) -> None:
        paths = []
        for name, content in files:
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        page.set_input_files("#eco-files", paths)

    def refused(words: str) -> None:
        until(lambda: words in _said(page))
        assert _is(page, "story=levers")

    # what the browser itself refuses, what the server does
    upload(("a.txt", "x"))
    until(lambda: "end in .toml or .csv" in page.inner_text(".eco-upload"))
    upload(("a.toml", "month = 3"))
    refused("a.toml: unknown key 'month' (did you mean 'months'?)")
    upload(("a.toml", '[inputs]\norganisations = "../../etc/passwd"\n'))
    refused("allowed is the bare name")
    upload(("a.toml", "a = " + "[" * 4_000))
    refused("a.toml:")
    upload(("o.csv", "id,kind,sector,cluster\na,firm,x,P\nb,company,x,P\n"))
    refused("o.csv: row 3: kind = 'company'")

    # a good one, with markup in its names, in several pieces
    rows = "id,kind,sector,cluster\n" + "".join(f"{HOSTILE} {k},firm,{'xy'[k % 2]},P{k % 3}\n" for k in range(120))
    rows += "\n" * 250_000
    toml = f'title = "{HOSTILE}"\nmonths = 6\n[inputs]\norganisations = "o.csv"\n'
    upload(("s.toml", toml), ("o.csv", rows))
    until(lambda: _is(page, "story=own"))
    until(lambda: "120 organisations" in page.inner_text(".eco-upload"))
    assert HOSTILE in page.inner_text(".eco-upload")
    assert page.evaluate("window.pwned") is None
    assert page.locator(".eco-message").count() == 0

    # what is set comes down as a file
    dial = _number(page, "c-dials-medium_dial")
    dial.fill("0.5")
    dial.press("Enter")
    until(lambda: "1 dial" in page.inner_text(".eco-changed"))
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download this scenario")).click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "own.toml"
    assert 'organisations = "o.csv"' in text
    assert "medium_dial = 0.5" in text
    accessible(page)

    # in somebody else's browser, the link says what is missing
    other = visit("?lang=en&story=own")
    assert "somebody's own ecosystem" in other.inner_text(".eco-message")
