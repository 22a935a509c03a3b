"""Files on their way from a browser to this server: in private folders, one or two for a session, gone when it ends.

They arrive in pieces, are written under names of our own, and are never more than was announced and is allowed. Knows
nothing of what is in them.
"""

from __future__ import annotations

import atexit
import base64
import binascii
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from dashboards.limits import Limits
from dashboards.text import Words
from ecosim.errors import InputFileError

__all__ = ["CSVS", "Arrival", "check_names", "discard", "forget", "keep"]

CSVS = 3  # files of each upload, beside one TOML
_NAME = 100  # characters
_PIECE = 1_000_000  # bytes


def check_names(files: list[tuple[str, int]], allowed: Limits, say: Words) -> None:
    """See that files of these names and sizes (bytes) may be uploaded; raises InputFileError."""
    names = [name for name, _ in files]
    kinds = [Path(name).suffix.lower() for name in names]
    for (name, size), kind in zip(files, kinds, strict=True):
        plain = bool(name) and len(name) <= _NAME and name.isprintable() and not set(name) & set("/\\:")
        if not plain or name.startswith(".") or kind not in (".toml", ".csv"):
            raise InputFileError(say("upload.kind", name=repr(name[:_NAME])))
        if names.count(name) > 1:
            raise InputFileError(say("upload.twice", name=name))
        if size > allowed.upload * 1000:
            kilobytes = say.number(-(-size // 1000))
            raise InputFileError(say("upload.too_large", name=name, size=kilobytes, most=say.number(allowed.upload)))
        if size <= 0:
            raise InputFileError(say("upload.empty", name=name))
    if not files or kinds.count(".toml") > 1 or kinds.count(".csv") > CSVS:
        raise InputFileError(say("upload.too_many"))


class Arrival:
    """The files of one upload while they arrive, in a new folder of the session's that only this user can read.

    Raises
    ------
    InputFileError
        When what is announced is not allowed, or is no list of ``{"name": ..., "size": ...}``.
    """

    def __init__(self, announced: Any, owner: str, allowed: Limits, say: Words) -> None:
        self._say = say
        self.files = [_entry(one, say) for one in announced] if isinstance(announced, list) else []
        if len(self.files) > CSVS + 1:
            raise InputFileError(say("upload.too_many"))
        check_names(self.files, allowed, say)
        self.folder = Path(tempfile.mkdtemp(prefix="ecosim-upload-"))  # mode 0700
        self._got = [0] * len(self.files)
        with _LOCK:
            _FOLDERS.setdefault(owner, []).append(self.folder)

    def add(self, piece: Any) -> None:
        """Write a piece: ``{"index": which file, "offset": where, "data": base64}``; pieces come in order.

        Raises
        ------
        InputFileError
            For a piece that is not the next one, is no base64, or is more than was announced.
        """
        broken = InputFileError(self._say("upload.broken"))
        piece = piece if isinstance(piece, dict) else {}
        index, offset, data = piece.get("index"), piece.get("offset"), piece.get("data")
        if type(index) is not int or not 0 <= index < len(self.files) or offset != self._got[index]:
            raise broken
        if not isinstance(data, str) or len(data) > 2 * _PIECE:
            raise broken
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise broken from None
        if self._got[index] + len(content) > self.files[index][1]:
            raise broken
        try:
            with (self.folder / f"{index}.part").open("ab") as file:
                file.write(content)
        except OSError:  # the folder is gone, or the disk is full
            raise broken from None
        self._got[index] += len(content)

    @property
    def whole(self) -> bool:
        """Whether everything that was announced has arrived."""
        return self._got == [size for _, size in self.files]


def keep(owner: str, folder: Path | None) -> None:
    """Delete the folders of a session but one, or all."""
    with _LOCK:
        gone = [path for path in _FOLDERS.get(owner, []) if path != folder]
        if folder is None:
            _FOLDERS.pop(owner, None)
        else:
            _FOLDERS[owner] = [folder]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)


def forget(owner: str) -> None:
    """Delete all files of a session; called when it ends."""
    keep(owner, None)


def discard(owner: str, folder: Path) -> None:
    """Delete one folder of a session: its files were refused."""
    with _LOCK:
        if folder in _FOLDERS.get(owner, []):
            _FOLDERS[owner].remove(folder)
    shutil.rmtree(folder, ignore_errors=True)


_FOLDERS: dict[str, list[Path]] = {}  # by session
_LOCK = threading.Lock()


@atexit.register
def _end() -> None:
    for owner in list(_FOLDERS):
        forget(owner)


def _entry(one: Any, say: Words) -> tuple[str, int]:
    name, size = (one.get("name"), one.get("size")) if isinstance(one, dict) else (None, None)
    if not isinstance(name, str) or type(size) is not int:
        raise InputFileError(say("upload.broken"))
    return name, size
