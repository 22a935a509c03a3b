"""The observatory: pages on which anybody can play an ecosystem. `launch` serves them to a browser.

Importing this package imports neither Solara nor Mesa, so that the command's help stays quick.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import webbrowser
from typing import Any

from ecosim.errors import MissingExtraError, ParameterError

__all__ = ["launch"]

_SETTINGS = {
    "SOLARA_APP": "dashboards.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    # Scripts and fonts come from the package `solara-assets`, through Solara's proxy. What is not in there it would
    # fetch from a public server; port 9 of this machine has nothing to give, so that no request ever leaves.
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",
    "SOLARA_THEME_TITLE": "ecosim",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "15m",  # how long a session outlives its browser; Solara keeps it for a day
}


def launch(port: int = 8765, show: bool = False) -> None:
    """Serve the dashboard on this machine until it is interrupted (Ctrl-C).

    Parameters
    ----------
    port : 1 to 65535, or 0 for any that is free
    show : whether to open it in the user's browser

    Raises
    ------
    ParameterError
        When the port is not one, or is taken.
    MissingExtraError
        When Solara is not installed.
    """
    listening = _listen(port)
    with listening:
        os.environ.update(_SETTINGS)  # before Solara is imported: it reads them once
        try:
            import uvicorn
            from solara.server.starlette import app
        except ModuleNotFoundError:
            raise MissingExtraError("ecosim dashboard", "dashboard") from None
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", loop="asyncio", timeout_graceful_shutdown=2))
        address = f"http://localhost:{listening.getsockname()[1]}"
        threading.Thread(target=_announce, args=(server, address, show), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):  # how the user ends it
            server.run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    """Return a socket bound to the port; raises ParameterError."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ParameterError(f"port = {port!r}: allowed is a whole number from 0 to 65535")
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as problem:
        listening.close()
        raise ParameterError(
            f"port = {port}: {problem.strerror}: give another one, or 0 for any that is free"
        ) from None
    return listening


def _announce(server: Any, address: str, show: bool) -> None:
    """Say where the page is once it can be had."""
    while not server.started and not server.should_exit:
        time.sleep(0.05)
    if server.started:
        print(f"The dashboard is at {address} (Ctrl-C ends it)", flush=True)
        if show:
            webbrowser.open(address)
