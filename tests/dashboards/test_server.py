"""The server: what it answers, what it refuses, how many it lets in, how it starts and ends. Without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from serving import Served, relay, run, serving
from waiting import until

import dashboards
from ecosim.errors import MissingExtraError, ParameterError

WHY = "solara is not installed: pip install 'ecosim[dashboard]'"
PAGES = ("", "compare", "tipping", "why", "report")


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


def ask(url: str, data: bytes | None = None, **headers: str) -> Answer:
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read().decode("utf-8", "replace"))


def health(address: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(f"{address}/healthz").text)
    return found


def policy(answer: Answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    pytest.importorskip("solara", reason=WHY)
    with serving("limits={'upload': 100}", SOLARA_KERNEL_CULL_TIMEOUT="2s") as served:
        yield served


@pytest.fixture(scope="module")
def small() -> Iterator[Served]:
    """A server of two sessions, under a path, that may be shown in a frame."""
    pytest.importorskip("solara", reason=WHY)
    arguments = "root_path='/ecosim', frames='https://example.org', limits={'sessions': 2}"
    with serving(arguments, SOLARA_KERNEL_CULL_TIMEOUT="10m") as served:
        yield served


# -- the command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [-1, 65536, "8765", 80.5, True, None])
def test_a_port_that_is_none_is_refused(port: Any) -> None:
    with pytest.raises(ParameterError, match=r"port = .*allowed is a whole number from 0 to 65535"):
        dashboards.launch(port)


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(ParameterError, match=r"port = \d+: .*in use.*give another one"):
            dashboards.launch(busy.getsockname()[1])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "203.0.113.7"}, "host = '203.0.113.7': .*an address of this machine"),
        ({"host": "no..host"}, "host = 'no..host': allowed is an address of this machine"),
        ({"root_path": "ecosim"}, "root-path = 'ecosim': allowed is a path such as /ecosim"),
        ({"root_path": "/ecosim/"}, "root-path = '/ecosim/'"),
        ({"root_path": '/"><script>'}, "root-path = "),
        ({"frames": "'self'; script-src *"}, "frames = .*https://example.org"),
        ({"limits": {"months": 0}}, "months = 0: allowed is a whole number from 1"),
    ],
)
def test_a_setting_that_is_none_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        dashboards.launch(0, **given)


def test_without_solara_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in sys.modules if name == "solara" or name.startswith(("solara.", "dashboards.server"))]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "solara", None)
    monkeypatch.delitem(sys.modules, "dashboards.server", raising=False)
    with pytest.raises(MissingExtraError, match=r"ecosim dashboard .*ecosim\[dashboard\]"):
        dashboards.launch(0)


SETTINGS = """
import webbrowser

import dashboards

def browse(address):
    from solara.server import settings

    print(settings.telemetry.mixpanel_enable, settings.main.mode, settings.kernel.cull_timeout, address, flush=True)

webbrowser.open = browse
dashboards.launch(0, show=True, public=True, limits={"idle": 7, "months": 99})
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_and_ends(how: signal.Signals) -> None:
    pytest.importorskip("solara", reason=WHY)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SETTINGS]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as server:  # type: ignore[call-overload]
        try:
            assert "organisations 20,000, months 99, replicates 40" in server.stdout.readline()
            assert "The dashboard is at http://localhost:" in server.stdout.readline()
            telemetry, mode, idle, address = server.stdout.readline().split()
            assert (telemetry, mode, idle) == ("False", "production", "7m")
            until(lambda: health(address)["workers"])
            run(_stay_and_end(address, server, how))
            assert server.returncode == 0
            assert "Traceback" not in server.stderr.read()
        finally:
            server.kill()


async def _stay_and_end(address: str, server: subprocess.Popen[str], how: signal.Signals) -> None:
    """End the server while a visitor is there and a run is played; it and its workers go soon."""
    from dashboards.visitor import Visitor

    visitor = Visitor(address, "lang=en&story=three-ingredients&months=99")
    await visitor.open()
    workers = _below(server.pid)
    assert len(workers) >= 2  # what forks them, and one of them
    server.send_signal(how)
    began = time.monotonic()
    await asyncio.to_thread(server.wait, 20)
    assert time.monotonic() - began < 10  # 5 on a machine that does nothing else
    for number in workers:
        until(functools.partial(_ended, number), 10)
    await visitor.closed()


def _below(process: int) -> list[int]:
    """Return the processes that a process has started, and that those have."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    found = [number for number, parent in parents.items() if parent == process]
    return found + [lower for number in found for lower in _below(number)]


def _ended(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


# -- answers ------------------------------------------------------------------------------------------------------


def test_every_page_and_all_that_it_asks_for_come_from_here(server: Served) -> None:
    for name in PAGES:
        page = ask(f"{server.address}/{name}")
        assert page.status == 200
        assert "<title>ecosim</title>" in page.text
    parts = re.findall(r"<(?:link|script|img)\b[^>]*?(?:src|href)=\"([^\"]+)\"", page.text)
    assert any(part.endswith(".js") for part in parts)
    assert "http://" not in "".join(parts)
    for part in [*parts, "/_solara/cdn/echarts@5.4.0/dist/echarts.js"]:  # which pages import by themselves
        answer = ask(urllib.parse.urljoin(server.address, part))
        assert answer.status == 200, part
        assert answer.text
        assert "default-src" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_shell_of_a_page(server: Served) -> None:
    page = ask(f"{server.address}/compare?lang=fr")
    assert '<html lang="fr">' in page.text
    assert '<html lang="en">' in ask(f"{server.address}/?lang=xx", Accept_Language="de, en;q=0.5").text
    assert '<html lang="fr">' in ask(server.address, Accept_Language="fr-CA,en;q=0.5").text
    assert page.text.count('name="viewport"') == 1
    assert not re.search(r"user-scalable|maximum-scale", page.text)
    assert "<noscript><p" in page.text
    assert "JavaScript" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_only_our_scripts_run(server: Served) -> None:
    pages = [ask(server.address) for _ in range(2)]
    nonces = [re.search(r"'nonce-([\w-]+)'", policy(page)["script-src"]) for page in pages]
    first, second = [found[1] for found in nonces if found]
    assert first != second
    assert "unsafe-inline" not in policy(pages[0])["script-src"]
    assert pages[0].text.count("<script") == pages[0].text.count(f'<script nonce="{first}"') > 5
    for name in ("object-src", "form-action", "frame-ancestors"):
        assert policy(pages[0])[name] == "'none'"
    host = urllib.parse.urlsplit(server.address).netloc
    assert policy(pages[0])["connect-src"] == f"'self' ws://{host} wss://{host}"
    assert "evil" not in ask(server.address, Host="evil; script-src *").headers["Content-Security-Policy"]
    assert pages[0].headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in pages[0].headers["Permissions-Policy"]
    assert pages[0].headers["X-Frame-Options"] == "DENY"
    assert pages[0].headers["Server"] is None


def test_the_one_cookie_is_of_the_session(server: Served) -> None:
    cookies = ask(server.address).headers.get_all("Set-Cookie")
    assert cookies is not None
    (cookie,) = cookies
    name, *attributes = [part.strip().lower() for part in cookie.split(";")]
    assert re.fullmatch(r"solara-session-id=[0-9a-f-]{36}", name)
    assert set(attributes) == {"httponly", "path=/", "samesite=lax"}  # and no end: gone with the browser
    again = ask(server.address, Cookie=name).headers["Set-Cookie"]
    assert again.startswith(name)


@pytest.mark.parametrize(
    "path",
    [
        "nothing", "compare/more", "resourcez", "resourcez?verbose", "readyz", "static/public/x", "static/../server.py",
        "_solara/api/evict/x", "_solara/cdn/../../../pyvenv.cfg", "_solara/cdn/%2e%2e/%2e%2e/%2e%2e/pyvenv.cfg",
        "_solara/cdn/not-packaged@1.0.0/a.js", "static/assets/../app.py", "jupyter/nbextensions/../../../pyvenv.cfg",
    ],
)  # fmt: skip
def test_what_is_not_there(server: Served, path: str) -> None:
    parts = urllib.parse.urlsplit(server.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:  # urllib would tidy the path
        line.sendall(f"GET /{path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while data := line.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 404 "), answer[:200]
    assert b"nosniff" in answer
    for told in (b"Traceback", b"psutil", b"home =", b"import "):
        assert told not in answer


@pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated:DeprecationWarning")  # Solara imports it
def test_packaged_scripts_outlive_their_visitors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solara's own proxy deletes a folder that it is asked for, and asks a public server for what it has not."""
    pytest.importorskip("solara", reason=WHY)
    from solara.server import cdn_helper, settings

    from dashboards.limits import Limits
    from dashboards.server import Dashboard

    def fetched(url: str) -> bytes:
        raise AssertionError(f"asked for {url}")

    script = tmp_path / "packed@1.0.0" / "dist" / "a.js"
    script.parent.mkdir(parents=True)
    script.write_text("1", encoding="utf-8")
    monkeypatch.setattr(settings.assets, "proxy_cache_dir", tmp_path)
    monkeypatch.setattr(cdn_helper, "fetch_from_cdn", fetched)
    dashboard = Dashboard(Limits())

    async def status(path: str) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
        await dashboard(scope, receive, send)
        return int(sent[0]["status"])

    for path, expected in (
        ("packed@1.0.0", 404), ("packed@1.0.0/dist", 404), ("packed@1.0.0/dist/", 404), ("other@1.0.0/a.js", 404),
        ("packed@1.0.0/dist/a.js", 200),
    ):  # fmt: skip
        assert run(status(f"/_solara/cdn/{path}")) == expected, path
    assert script.exists()


def test_health(server: Served) -> None:
    until(lambda: health(server.address)["workers"])
    answer = ask(f"{server.address}/healthz")
    assert answer.status == 200
    found = json.loads(answer.text)
    assert set(found) == {"status", "sessions", "playing", "waiting", "workers", "version"}
    assert (found["status"], found["version"]) == ("ok", "0.1.0")
    assert ask(f"{server.address}/_solara/api/close/{uuid.uuid4()}?session_id=x", b"").status == 200  # nobody's


@pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated:DeprecationWarning")  # Solara imports it
def test_without_workers_it_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("solara", reason=WHY)
    from starlette.requests import Request

    from dashboards import server
    from dashboards.limits import Limits

    class Gone:
        def busy(self) -> tuple[int, int]:
            return 0, 3

        def alive(self) -> int:
            return 0

    monkeypatch.setattr(server, "the_pool", Gone)
    answer = run(server.Dashboard(Limits())._health(Request({"type": "http"})))
    assert answer.status_code == 503
    assert json.loads(bytes(answer.body))["waiting"] == 3


# -- websockets ---------------------------------------------------------------------------------------------------


def door(address: str, origin: str | None, path: str = "", **headers: str) -> int:
    """Return the status with which a websocket is answered: 101 lets it in."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    parts = urllib.parse.urlsplit(address)
    path = path or f"/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if origin is not None:
        named["Origin"] = origin
    try:
        with connect(f"ws://{parts.netloc}{path}", additional_headers=named, open_timeout=30) as line:
            return int(line.response.status_code) if line.response else 0
    except InvalidStatus as refused:
        return int(refused.response.status_code)


def test_websockets_come_from_our_own_pages(server: Served) -> None:
    host = urllib.parse.urlsplit(server.address).netloc
    assert door(server.address, f"http://{host}") == 101
    assert door(server.address, "https://example.org", X_Forwarded_Host="example.org") == 101  # through a proxy
    for stranger in (None, "null", "http://evil.example", f"http://{host}.evil.example", f"file://{host}", host):
        assert door(server.address, stranger) == 403, stranger
    until(lambda: health(server.address)["sessions"] == 0)


@pytest.mark.parametrize(
    "path",
    [
        "/jupyter/api/kernels/one/channels", "/jupyter/api/kernels/one/channels?session_id=",
        "/jupyter/api/kernels/one/other?session_id=a", "/jupyter/api/kernels/a%20b/channels?session_id=a",
        f"/jupyter/api/kernels/{'a' * 65}/channels?session_id=a", "/jupyter/api/kernels/one/channels?session_id=%0a",
        "/", "/healthz",
    ],
)  # fmt: skip
def test_a_websocket_elsewhere_is_refused(server: Served, path: str) -> None:
    assert door(server.address, f"http://{urllib.parse.urlsplit(server.address).netloc}", path) == 403


def test_a_message_that_is_too_long_ends_its_websocket(server: Served) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    parts = urllib.parse.urlsplit(server.address)
    path = f"/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
    with connect(f"ws://{parts.netloc}{path}", additional_headers={"Origin": server.address}) as line:
        line.send('{"a": "' + "x" * (2 * 100_000 + 1_000_000) + '"}')
        with pytest.raises(ConnectionClosed) as ended:
            line.recv(timeout=30)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1009
    assert health(server.address)["version"]


# -- sessions -----------------------------------------------------------------------------------------------------


def test_visitors_at_once_are_apart_and_leave_nothing(server: Served) -> None:
    """A small form of `python -m dashboards.load`."""
    pytest.importorskip("solara", reason=WHY)
    from dashboards.load import measure

    figures = run(measure(server.address, server.process.pid, sessions=8, rounds=2, pause=0.5, quiet=15))
    assert figures.acts == 16
    assert figures.mixed_up == 0
    assert figures.left == 0  # half of them vanished without a word
    assert figures.memory_each < 30
    assert figures.memory_after - figures.memory_with < 40  # what they had is used again, if not given back
    assert figures.answered_worst < 60


def test_when_it_is_full_it_says_so(small: Served) -> None:
    run(_crowd(f"{small.address}"))


async def _crowd(address: str) -> None:
    from dashboards.visitor import Visitor

    first, second = Visitor(address, "lang=en"), Visitor(address, "lang=en")
    await asyncio.gather(first.open(), second.open())
    assert (await asyncio.to_thread(health, address))["sessions"] == 2
    full = await asyncio.to_thread(ask, f"{address}/why?lang=fr")
    assert full.status == 503
    assert full.headers["Retry-After"]
    assert full.text.index("visiteurs") < full.text.index("visitors")
    assert '<html lang="fr">' in full.text
    origin = f"http://{urllib.parse.urlsplit(address).netloc}"
    assert await asyncio.to_thread(door, address, origin) == 403  # nor without the page
    assert (await asyncio.to_thread(ask, f"{address}/", Cookie=first.cookie)).status == 200  # loads their own anew

    await first.leave()
    third = Visitor(address, "lang=en")
    await third.open()
    third.vanish()  # its session would be kept for ten minutes, were there room
    fourth = Visitor(address, "lang=en")
    await asyncio.to_thread(until, lambda: ask(f"{address}/").status == 200)
    await fourth.open()
    assert second.query
    for visitor in (second, fourth):
        await visitor.leave()
    await asyncio.to_thread(until, lambda: health(address)["sessions"] == 0)


# -- under a path, behind a proxy ---------------------------------------------------------------------------------


def test_under_a_path(small: Served) -> None:
    """The proxy may leave the path or take it away; what a page asks for is under the path."""
    bare = small.address.removesuffix("/ecosim")
    assert bare != small.address
    with relay(urllib.parse.urlsplit(bare).port or 0, "/ecosim") as port:
        for address in (small.address, f"http://127.0.0.1:{port}/ecosim"):
            for page in ("", "/", "/compare"):
                answer = ask(f"{address}{page}")
                assert answer.status == 200
                assert "path=/ecosim" in answer.headers["Set-Cookie"].lower()
            parts = re.findall(r"<(?:link|script|img)\b[^>]*?(?:src|href)=\"([^\"]+)\"", answer.text)
            assert parts
            assert all(part.startswith("/ecosim/") for part in parts)
            assert 'solara.rootPath = "/ecosim"' in answer.text
            for part in parts[:3]:
                assert ask(urllib.parse.urljoin(address, part)).status == 200
            assert health(address)["status"]
        run(_through(f"http://127.0.0.1:{port}/ecosim"))
    assert ask(f"{bare}/ecosimx").status == 404


async def _through(address: str) -> None:
    from dashboards.visitor import Visitor

    visitor = Visitor(address, "lang=fr&story=three-ingredients&seed=77&months=12")
    await visitor.open("/compare")
    assert visitor.query["seed"] == "77"
    await visitor.leave()
    await asyncio.to_thread(until, lambda: health(address)["sessions"] == 0)


def test_a_header_does_not_move_the_pages(server: Served) -> None:
    """Solara would take the path from the first request that names one, for everybody after it."""
    for _ in range(2):
        page = ask(server.address, X_Script_Name="//evil.example", Script_Name="//evil.example")
        assert page.status == 200
        assert "evil" not in page.text


def test_frames_where_they_are_allowed(small: Served) -> None:
    page = ask(small.address)
    assert policy(page)["frame-ancestors"] == "https://example.org"
    assert page.headers["X-Frame-Options"] is None


@pytest.mark.filterwarnings("ignore:websockets.legacy is deprecated:DeprecationWarning")  # Solara imports it
def test_a_page_that_fails_tells_no_stranger_how(caplog: pytest.LogCaptureFixture) -> None:
    solara = pytest.importorskip("solara", reason=WHY)
    import ipywidgets

    from dashboards.limits import Limits
    from dashboards.server import Dashboard

    @solara.component
    def Broken() -> None:  # noqa: N802
        raise RuntimeError("in secret_file.py")

    Dashboard(Limits())
    box, page = solara.render(Broken(), handle_error=True)
    try:
        shown = [widget.value for widget in box.children if isinstance(widget, ipywidgets.HTML)]
        assert shown
        assert "Something went wrong" in shown[0]
        assert "Une erreur" in shown[0]
        assert "secret_file" not in shown[0]
        assert "secret_file" in caplog.text
    finally:
        page.close()
