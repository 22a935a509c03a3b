"""A dashboard that serves, in a process of its own, and a proxy before it, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple


class Served(NamedTuple):
    """A server under test: its address without a slash at the end, and its process."""

    address: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(arguments: str = "", **environment: str) -> Iterator[Served]:
    """Serve on a free port, as `launch` does with further arguments; what it prints goes to the test's own output."""
    settings = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"} | environment
    command = [sys.executable, "-c", f"from dashboards import launch; launch(0, {arguments})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=settings) as process:
        try:
            assert process.stdout is not None
            found = None
            for line in process.stdout:
                if found := re.search(r"http://\S+", line):
                    break
            assert found, "it has not started"
            yield Served(found.group().rstrip("/"), process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def run(doing: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a thread of its own: in this one Playwright may have its loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, doing).result()


@contextlib.contextmanager
def relay(port: int, prefix: str = "") -> Iterator[int]:
    """Yield the port of a proxy before a server: as nginx does, it takes the prefix away and says who was asked."""
    loop = asyncio.new_event_loop()
    writers: set[asyncio.StreamWriter] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, _, rest = head.partition("\r\n")
            method, path, version = first.split(" ")
            if not path.startswith(prefix):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                writer.close()
                return
            host = re.search(r"(?im)^host: *(\S+)", rest)
            assert host is not None
            kept = re.sub(r"(?im)^host: .*\r\n", "", rest)
            if not re.search(r"(?im)^upgrade: *websocket", rest):  # one request a connection: this is a small proxy
                kept = "Connection: close\r\n" + re.sub(r"(?im)^connection: .*\r\n", "", kept)
            more = f"Host: 127.0.0.1:{port}\r\nX-Forwarded-Host: {host[1]}\r\nX-Forwarded-Proto: http\r\n"
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
            writers.add(outer)
            outer.write(f"{method} {path.removeprefix(prefix) or '/'} {version}\r\n{more}{kept}".encode("latin-1"))
            await asyncio.gather(pump(reader, outer), pump(inner, writer))

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(pass_on, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)

    async def end() -> None:
        server.close()
        for writer in writers:
            writer.close()
        passing = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if passing:  # they end with their lines
            await asyncio.wait(passing, timeout=5)

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
