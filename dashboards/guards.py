"""What stands between the network and the pages: the path prefix, security headers, the door of the websockets.

Plain ASGI; knows nothing of Solara, models or pages.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["NONCE", "Door", "Headers", "Prefix"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NONCE = "ecosim.nonce"  # where a request's scope holds the word that its scripts must carry
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_CHANNELS = re.compile(r"/jupyter/api/kernels/([^/]+)/channels")
_SOCKETS = 4  # of one session at once: a browser that comes back may open a new one before the old one is gone


def header(scope: Scope, name: str) -> str:
    """Return a header of a request, the first of its name, "" when it is not there."""
    wanted = name.lower().encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted), "")


class Prefix:
    """Serves under a path (``/ecosim``), whether the proxy before it takes the path away or leaves it.

    Paths inside are always those without it; links on the pages are made with it.
    """

    def __init__(self, app: App, root_path: str) -> None:
        self._app, self._root = app, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and self._root:
            path = scope["path"]
            if path == self._root or path.startswith(f"{self._root}/"):
                path = path.removeprefix(self._root) or "/"
                scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}
        await self._app(scope, receive, send)


class Headers:
    """Puts the security headers on every answer.

    Scripts run only from this server, or inline with the nonce of this very answer; Vue compiles templates, which needs
    'unsafe-eval', and styles stand in the elements. Nothing may be asked of another server.

    frames : who may show the pages in a frame, as CSP names them (``https://example.org``); "" for nobody
    """

    def __init__(self, app: App, frames: str = "") -> None:
        self._app, self._frames = app, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[NONCE] = secrets.token_urlsafe(16)
        added = [(name.encode(), value.encode()) for name, value in self._headers(scope).items()]
        taken = {name for name, _ in added}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in taken]
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        await self._app(scope, receive, sending)

    def _headers(self, scope: Scope) -> dict[str, str]:
        host = header(scope, "host")
        sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""  # older browsers: 'self' is not enough
        policy = {
            "default-src": "'self'",
            "script-src": f"'self' 'nonce-{scope[NONCE]}' 'unsafe-eval'",
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "connect-src": f"'self'{sockets}",
            "object-src": "'none'",
            "base-uri": "'self'",
            "form-action": "'none'",
            "frame-ancestors": self._frames or "'none'",
        }
        found = {
            "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",  # an address carries what its visitor has set
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
        }
        return found if self._frames else {**found, "x-frame-options": "DENY"}


class Door:
    """Lets a websocket in when it comes from a page of this server, is well-formed and there is room for its session.

    room : ``room(session, known)`` answers whether a session may begin; `known` holds the sessions with a websocket
    """

    def __init__(self, app: App, room: Callable[[str, set[str]], Awaitable[bool]]) -> None:
        self._app, self._room = app, room
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> set[str]:
        """The sessions that have a websocket now."""
        return set(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        session = self._session(scope)
        if session is None or not self._own(scope) or self._open[session] >= _SOCKETS:
            await _refuse(receive, send)
            return
        self._open[session] += 1  # before anything is awaited: two that come at once both count
        try:
            if await self._room(session, self.open):
                await self._app(scope, receive, send)
            else:
                await _refuse(receive, send)
        finally:
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]

    @staticmethod
    def _session(scope: Scope) -> str | None:
        """Return the session's name in a well-formed address, None in any other."""
        found = _CHANNELS.fullmatch(scope["path"])
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("session_id", [""])[0]
        whole = found is not None and _NAME.fullmatch(found[1]) is not None and _NAME.fullmatch(asked) is not None
        return found[1] if found is not None and whole else None

    @staticmethod
    def _own(scope: Scope) -> bool:
        """Whether the page that opens it is of this server. A browser says truly where a page is from, and no page
        can make it send another Host or X-Forwarded-Host.
        """  # fmt: skip
        origin = urlsplit(header(scope, "origin"))
        if origin.scheme not in ("http", "https") or not origin.netloc:
            return False
        hosts = {header(scope, "host"), header(scope, "x-forwarded-host").split(",")[0].strip()}
        return origin.netloc.lower() in {host.lower() for host in hosts if host}


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()  # the request to connect
    await send({"type": "websocket.close", "code": 1008})
