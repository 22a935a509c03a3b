"""The observatory: pages on which anybody can play an ecosystem. `launch` serves them to a browser.

Importing this package imports neither Solara nor Mesa, so that the command's help stays quick.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import ipaddress
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from ecosim.errors import MissingExtraError, ParameterError

__all__ = ["is_public", "launch"]

_SETTINGS = {
    "SOLARA_APP": "dashboards.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    # Scripts and fonts come from the package `solara-assets`, served by us (server.py). Should anything of Solara's
    # still ask for what is not in there: port 9 of this machine has nothing to give, no request ever leaves.
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",
    "SOLARA_THEME_TITLE": "ecosim",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_STATE_BACKEND": "",  # sessions live in memory alone
}
_GARBAGE = 20_000, 20, 100  # as often as Python would, collecting takes a third of the time of fifty visitors' answers
_SHUT = 1  # seconds that open connections have to end
_PINGS = 20  # seconds between two questions whether a browser is there; it has three times as long to answer
_MESSAGE = 2.0, 1_000_000  # bytes of one message per byte of an upload (its text is quoted or in base64), and beside it


def launch(
    port: int = 8765,
    show: bool = False,
    host: str = "127.0.0.1",
    root_path: str = "",
    frames: str = "",
    public: bool | None = None,
    limits: Mapping[str, int] | None = None,
) -> None:
    """Serve the dashboard until it is interrupted (Ctrl-C) or told to end (SIGTERM).

    Parameters
    ----------
    port : 1 to 65535, or 0 for any that is free
    show : whether to open it in the user's browser
    host : the address to listen on; 0.0.0.0 or :: for every one of this machine
    root_path : the path under which a reverse proxy serves it, such as ``/ecosim``
    frames : the sites that may show it in a frame, such as ``https://example.org``
    public : whether strangers can reach it, for whom the limits are stricter; by default when `host` is not this
        machine alone. Behind a proxy on this machine, say so.
    limits : those (fields of `dashboards.limits.Limits`) that are to be others than the environment or the defaults say

    Raises
    ------
    ParameterError
        When the port, the address, the path or a site is not one, or the port is taken.
    MissingExtraError
        When Solara is not installed.
    """
    from dashboards.limits import chosen

    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", root_path):
        raise ParameterError(f"root-path = {root_path!r}: allowed is a path such as /ecosim, no slash at its end")
    if not re.fullmatch(r"(https?://[A-Za-z0-9.*-]+(:\d+)?( |$))*", frames):
        raise ParameterError(f"frames = {frames!r}: allowed are sites such as https://example.org, a space between two")
    listening = _listen(host, port)
    with listening:
        open_to_all = is_public(host) if public is None else public
        allowed = chosen(limits or {}, open_to_all)
        # Solara reads its settings once, when it is imported; the path, if unset, from any request's header.
        os.environ.update(_SETTINGS | allowed.as_environment() | {"SOLARA_ROOT_PATH": root_path})
        os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", f"{allowed.idle}m")
        try:
            import uvicorn

            from dashboards.server import Dashboard
        except ModuleNotFoundError as problem:
            if problem.name and problem.name.split(".")[0] in ("dashboards", "ecosim"):
                raise
            raise MissingExtraError("ecosim dashboard", "dashboard") from None
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        largest, beside = _MESSAGE
        server = uvicorn.Server(
            uvicorn.Config(
                Dashboard(allowed, root_path, frames), log_level="warning", loop="asyncio", server_header=False,
                ws_max_size=int(largest * allowed.upload * 1000 + beside), timeout_graceful_shutdown=_SHUT,
                ws_ping_interval=_PINGS, ws_ping_timeout=3 * _PINGS,
            )
        )  # fmt: skip
        named, shown = listening.getsockname()[1], "localhost" if _is_any(host) or not is_public(host) else host
        address = f"http://{f'[{shown}]' if ':' in shown else shown}:{named}{root_path}"
        if open_to_all:
            print(f"Limits, for strangers can reach it: {allowed}", flush=True)
        threading.Thread(target=_announce, args=(server, address, show), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):  # how the user ends it; a service manager does it as kindly
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, signal.default_int_handler)
            gc.set_threshold(*_GARBAGE)
            logging.getLogger("uvicorn.error").addFilter(_worth_saying)
            server.run(sockets=[listening])
        if not server.started:  # it has said why
            sys.exit(1)


def is_public(host: str) -> bool:
    """Whether an address to listen on can be reached from other machines."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::")


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address and port; raises ParameterError."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ParameterError(f"port = {port!r}: allowed is a whole number from 0 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ParameterError(f"host = {host!r}: allowed is an address of this machine, such as 0.0.0.0") from None
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as problem:
        listening.close()
        if problem.errno == errno.EADDRNOTAVAIL:
            raise ParameterError(
                f"host = {host!r}: {problem.strerror}: allowed is an address of this machine"
            ) from None
        raise ParameterError(
            f"port = {port}: {problem.strerror}: give another one, or 0 for any that is free"
        ) from None
    return listening


def _worth_saying(record: logging.LogRecord) -> bool:
    """Whether a line of the log is: not that browsers were still connected when the user ended the server."""
    return "timeout graceful shutdown exceeded" not in record.getMessage()


def _announce(server: Any, address: str, show: bool) -> None:
    """Say where the page is once it can be had."""
    while not server.started and not server.should_exit:
        time.sleep(0.05)
    if server.started:
        print(f"The dashboard is at {address} (Ctrl-C ends it)", flush=True)
        if show:
            import webbrowser

            webbrowser.open(address)
