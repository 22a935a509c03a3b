"""The dashboard as one ASGI application: Solara's pages inside, our own shell, door and health around them.

Of Solara's server only what the pages need can be reached. Left out on purpose: its proxy of a public server (asked for
a folder it deletes the folder), its state of the machine (`/resourcez`) and its headers that rewrite paths.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import re
import traceback
import uuid
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import reacton.core
import solara.server.app
from solara.server import kernel_context, server, settings
from solara.server import starlette as pages
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

import ecosim
from dashboards.guards import NONCE, App, Door, Headers, Prefix
from dashboards.limits import Limits
from dashboards.playing import the_pool
from dashboards.text import LANGUAGES, words

__all__ = ["Dashboard"]

_LOG = logging.getLogger("ecosim.dashboard")
_PATIENCE = 2.0  # seconds that a new session waits for room: a page that is loaded anew leaves its old session first
_YEAR = "public, max-age=31536000, immutable"


class Dashboard:
    """The application, to be served by one process of one server: sessions live in its memory.

    allowed : limits; root_path : the path under which a proxy serves it, "" or such as ``/ecosim``
    frames : who may show it in a frame (CSP frame-ancestors), "" for nobody
    """

    def __init__(self, allowed: Limits, root_path: str = "", frames: str = "") -> None:
        self._limits, self._root, self._frames = allowed, root_path, frames
        self._door = Door(self._routes(), self._room)
        self._app: App = Prefix(Headers(self._door, frames), root_path)
        _hide_tracebacks()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    def _routes(self) -> Starlette:
        assets = server.solara_static.parent / "assets"
        return Starlette(
            routes=[
                Route("/healthz", self._health),
                Route("/jupyter/api/kernels/{id}", pages.kernels),
                WebSocketRoute("/jupyter/api/kernels/{kernel_id}/{name}", pages.kernel_connection),
                Route("/_solara/api/close/{kernel_id}", _close, methods=["POST"]),
                Mount("/_solara/cdn", app=_Packaged(directory=settings.assets.proxy_cache_dir)),
                Mount("/static/assets", app=pages.StaticFilesOptionalAuth(directory=assets)),
                Mount("/static", app=pages.StaticFilesOptionalAuth(directory=server.solara_static)),
                Mount("/jupyter/nbextensions", app=pages.StaticNbFiles()),
                Route("/{path:path}", self._page),
            ],
            middleware=[Middleware(pages.SolaraGZipMiddleware, minimum_size=1000)],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        pages.on_startup()
        the_pool()  # its workers start now, not with the first visitor
        yield
        await asyncio.to_thread(the_pool().close)
        await asyncio.to_thread(pages.on_shutdown)

    # -- what is answered -----------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        language = _language(request)
        path = request.url.path
        content = None if "/" in path.strip("/") else server.read_root(path, self._root)
        if content is None:
            return _notice("server.missing", language, 404)
        visitor = server.get_session_id_cookie(request.cookies)
        if self._full() and visitor not in {context.session_id for context in _sessions().values()}:
            return _notice("app.full", language, 503)
        answer = HTMLResponse(_shell(content, request.scope[NONCE], language), headers={"cache-control": "no-store"})
        # Known to this browser alone, gone when it is closed: it keeps one visitor from taking over another's session.
        secure = request.url.scheme == "https"
        answer.set_cookie(
            server.COOKIE_KEY_SESSION_ID, visitor or str(uuid.uuid4()), path=self._root or "/", httponly=True,
            secure=secure, samesite="none" if secure and self._frames else "lax",
        )  # fmt: skip
        return answer

    async def _health(self, _: Request) -> Response:
        pool = the_pool()
        playing, waiting = pool.busy()
        alive = pool.alive()
        state = {
            "status": "ok" if alive else "no workers", "sessions": len(self._all()), "playing": playing,
            "waiting": waiting, "workers": alive, "version": ecosim.__version__,
        }  # fmt: skip
        return JSONResponse(state, 200 if alive else 503, headers={"cache-control": "no-store"})

    # -- room for sessions ----------------------------------------------------------------------------------------

    def _all(self) -> set[str]:
        """Return the names of all sessions: those with a websocket, and those whose browser may come back."""
        return set(_sessions()) | self._door.open

    def _full(self) -> bool:
        return len(self._all()) >= self._limits.sessions and _left_longest() is None

    async def _room(self, session: str, known: set[str]) -> bool:
        """Whether a session may begin; one whose browser was lost goes for it where there is no more room."""
        end = asyncio.get_running_loop().time() + _PATIENCE
        while session not in _sessions() and len(set(_sessions()) | known) > self._limits.sessions:
            left = _left_longest()
            if left is not None:
                await asyncio.to_thread(left.close, reason="cull")
            elif asyncio.get_running_loop().time() > end:
                return False
            else:
                await asyncio.sleep(0.1)
                known = self._door.open
        return True


class _Packaged(pages.StaticFilesOptionalAuth):  # type: ignore[misc]
    """Scripts and fonts of the package `solara-assets`, whose addresses carry their versions. Nothing is fetched."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["cache-control"] = _YEAR
        return response


async def _close(request: Request) -> Response:
    """End a session whose page was closed; the browser says so on its way out."""
    context = _sessions().get(request.path_params["kernel_id"])
    page = request.query_params.get("session_id", "")
    if context is not None and page in context.page_status:
        # in a thread: the session may hold its lock while it waits for this loop to send something
        await asyncio.to_thread(context.page_close, page)
    return Response()


def _sessions() -> dict[str, Any]:
    return dict(kernel_context.contexts)


def _left_longest() -> Any:
    """Return the oldest session whose browser was lost, None when every one has its browser."""
    connected = kernel_context.PageStatus.CONNECTED
    for context in _sessions().values():
        states = list(context.page_status.values())
        if states and connected not in states:
            return context
    return None


def _language(request: Request) -> str:
    """Return the language that a link asks for, else the first of ours that the browser would like."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    liked = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((code for code in liked if code in LANGUAGES), "en")


def _shell(content: str, nonce: str, language: str) -> str:
    """Return Solara's page with a language, a view that can be enlarged, words for browsers without scripts, and the
    nonce without which no script runs.
    """  # fmt: skip
    content = content.replace("<html>", f'<html lang="{language}">', 1)
    content = re.sub(
        r'<meta name="viewport"[^>]*>', '<meta name="viewport" content="width=device-width, initial-scale=1">', content
    )
    content = content.replace("<script", f'<script nonce="{nonce}"')
    without = "".join(f'<p lang="{code}">{html.escape(words(code)("server.noscript"))}</p>' for code in LANGUAGES)
    return re.sub(r"(<body[^>]*>)", lambda found: f"{found[1]}<noscript>{without}</noscript>", content, count=1)


def _notice(key: str, language: str, status: int) -> Response:
    """Return a page of a few words, in every language, the visitor's first."""
    order = sorted(LANGUAGES, key=lambda code: code != language)
    said = "".join(f'<p lang="{code}">{html.escape(words(code)(key))}</p>' for code in order)
    content = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>ecosim</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        '<body style="font-family: sans-serif; max-width: 40em; margin: 10vh auto; padding: 0 1em">'
        f"<main><h1>ecosim</h1>{said}</main></body></html>"
    )
    headers = {"cache-control": "no-store"} | ({"retry-after": "60"} if status == 503 else {})
    return HTMLResponse(content, status, headers)


def _hide_tracebacks() -> None:
    """Let a failure in a page be told in the log alone; Solara would show the visitor our files and lines."""

    def said(*_: Any, **__: Any) -> list[str]:
        return [f"{words(code)('server.failed')}\n" for code in LANGUAGES]

    def logged(*arguments: Any, **options: Any) -> list[str]:
        _LOG.error("a page failed:\n%s", "".join(traceback.format_exception(*arguments, **options)))
        return said()

    shown: dict[Any, Any] = {reacton.core: said, solara.server.app: logged}  # reacton has logged it before
    for module, format_exception in shown.items():
        module.traceback = SimpleNamespace(format_exception=format_exception, format_stack=traceback.format_stack)
