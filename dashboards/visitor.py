"""A visitor without a browser: a websocket that speaks as a browser does and keeps what one would show.

For measurements and tests. Needs the extra `dashboard`.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

__all__ = ["Visitor"]


class Visitor:
    """One session of the dashboard, as a browser has it.

    address : of the server, with its path; link : the query string that it opens
    """

    def __init__(self, address: str, link: str) -> None:
        self.address, self.link = address.rstrip("/"), link
        self.session, self.page = str(uuid.uuid4()), str(uuid.uuid4())
        self.cookie = ""
        self.widgets: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Condition()
        self._socket: Any = None
        self._reading: asyncio.Task[None] | None = None
        self._finished = False
        self._ended = ""

    async def open(self, page: str = "/") -> None:
        """Load a page and start the session."""
        from websockets.asyncio.client import connect
        from websockets.typing import Origin

        query = f"?{self.link}" if self.link else ""
        self.cookie = await asyncio.to_thread(self._cookie, f"{self.address}{page}{query}")
        parts = urllib.parse.urlsplit(self.address)
        self._socket = await connect(
            f"ws://{parts.netloc}{parts.path}/jupyter/api/kernels/{self.session}/channels?session_id={self.page}",
            origin=Origin(f"http://{parts.netloc}"), additional_headers={"Cookie": self.cookie}, max_size=None,
            open_timeout=60, ping_interval=None,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        control = uuid.uuid4().hex
        await self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        run = {"method": "run", "args": {"path": f"{page}{query}", "appName": None, "dark": False, "themes": {}}}
        await self._send("comm_msg", {"comm_id": control, "data": run})
        await self.until(lambda: self._finished)

    async def act(self, widget: str, event: str, data: Any) -> None:
        """Emit an event of a widget, as its template does."""
        content = {"method": "custom", "content": {"event": event, "data": data}}
        await self._send("comm_msg", {"comm_id": widget, "data": content})

    def find(self, *traits: str) -> str:
        """Return the name of the widget that has all these traits; KeyError when there is none."""
        for name, state in self.widgets.items():
            if all(trait in state for trait in traits):
                return name
        raise KeyError(traits)

    @property
    def query(self) -> dict[str, str]:
        """What the address in the browser says is set."""
        frame = self.widgets[self.find("here", "query", "pages")]
        return dict(urllib.parse.parse_qsl(frame["query"]))

    async def until(self, condition: Callable[[], Any], seconds: float = 120.0) -> None:
        """Wait until what the server has said makes a condition true; TimeoutError when it does not."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: self._ended or condition())
        if not condition():
            raise ConnectionError(self._ended)

    async def leave(self) -> None:
        """Close the page as a browser does: with a word to the server."""
        assert self._socket is not None
        await self._socket.close()
        url = f"{self.address}/_solara/api/close/{self.session}?session_id={self.page}"
        await asyncio.to_thread(lambda: urllib.request.urlopen(url, data=b"", timeout=60).read())

    def vanish(self) -> None:
        """Be gone without a word."""
        assert self._socket is not None
        self._socket.transport.abort()

    async def closed(self) -> None:
        """Wait until the server has ended it."""
        if self._reading is not None:
            await self._reading

    @staticmethod
    def _cookie(url: str) -> str:
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()
            return str(answer.headers["Set-Cookie"]).split(";")[0]

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.page, "username": "", "version": "5.3",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        await self._socket.send(json.dumps(message | {"buffers": []}))

    async def _read(self) -> None:
        from websockets.exceptions import ConnectionClosed

        ended = "without a word"
        try:
            async for raw in self._socket:
                async with self._changed:
                    self._take(_decoded(raw))
                    self._changed.notify_all()
        except ConnectionClosed as closing:
            ended = str(closing)
        finally:
            self._ended = f"the server has ended the session: {ended}"
            async with self._changed:
                self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        content, kind = message.get("content", {}), message["header"]["msg_type"]
        name, data = content.get("comm_id"), content.get("data", {})
        if kind == "comm_open":
            self.widgets[name] = dict(data.get("state", {}))
        elif kind == "comm_close":
            self.widgets.pop(name, None)
        elif kind == "comm_msg" and data.get("method") == "update":
            self.widgets.setdefault(name, {}).update(data["state"])
        elif kind == "comm_msg" and data.get("method") == "finished":
            self._finished = True


def _decoded(raw: str | bytes) -> dict[str, Any]:
    """Return a message; of a binary one its first part, without the buffers after it."""
    if isinstance(raw, bytes):
        parts = struct.unpack("!i", raw[:4])[0]
        offsets = [*struct.unpack(f"!{parts}I", raw[4 : 4 * (parts + 1)]), len(raw)]
        raw = raw[offsets[0] : offsets[1]]
    found: dict[str, Any] = json.loads(raw)
    return found
